//! An output directory in, the deployment out, or what keeps it from being the one that its description says.
//!
//! The directory is not trusted: nothing outside of it is read, no link is followed, and everything that
//! differs is named, not only the first.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::content::{Content, CopyError, Expected, OutputFile};
use super::document::{Code, Document, Module, ModuleType, ReadError};
use super::occupied::WRANGLER_STATE;
use super::{BUILD_FACTS, DOCUMENT, Deployment, WORKER, WRANGLER};

/// More than the description of the largest deployment that the platform takes.
const MAX_DOCUMENT: u64 = 128 * 1024 * 1024;

/// An output directory whose every byte is what its description says.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The description.
    pub document: Document,
    /// How many files it names.
    pub files: usize,
    /// Bytes of these files.
    pub bytes: u64,
}

/// One thing that is wrong with an output directory.
#[derive(Debug)]
pub enum Finding {
    /// `deployment.json` cannot be trusted.
    Document(ReadError),
    /// The description names a path that leads out of the directory or that no build would write.
    Unsafe(String),
    /// The description names a path twice.
    Twice(String),
    /// The file is not there.
    Missing(String),
    /// The file is there, and the description does not name it.
    Extra(String),
    /// The file has another content.
    Different(String),
    /// A symbolic link or something else that is neither file nor directory.
    NotAFile(String),
    /// The file or directory could not be read.
    Unreadable(String, io::Error),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document(error) => write!(f, "`{DOCUMENT}`: {error}"),
            Self::Unsafe(path) => write!(f, "`{path}` is named and cannot be a file of a deployment"),
            Self::Twice(path) => write!(f, "`{path}` is named twice"),
            Self::Missing(path) => write!(f, "`{path}` is missing"),
            Self::Extra(path) => write!(f, "`{path}` belongs to no deployment"),
            Self::Different(path) => write!(f, "`{path}` has another content"),
            Self::NotAFile(path) => write!(f, "`{path}` is not a regular file"),
            Self::Unreadable(path, error) => write!(f, "`{path}` cannot be read: {error}"),
        }
    }
}

/// Compares the directory with its own description, byte by byte.
///
/// `build.json`, which no description covers, only has to be a file; `.wrangler`, which `wrangler dev` makes,
/// is passed over.
///
/// # Errors
///
/// Everything that differs, by path.
pub fn verify(dir: &Path) -> Result<Verified, Vec<Finding>> {
    let mut findings = Vec::new();
    let deployment = look(dir, &mut findings).map_err(|finding| vec![finding])?;
    let checked: Vec<Option<Finding>> = deployment.files.par_iter().map(check).collect();
    findings.extend(checked.into_iter().flatten());
    // The description describes itself.
    let named = || deployment.files.iter().filter(|file| file.path != DOCUMENT);
    let (files, bytes) = (named().count(), named().map(|file| file.expected.size).sum());
    found(Verified { document: deployment.document, files, bytes }, findings)
}

/// The deployment that is in a directory, as far as can be said without reading its files: these are compared with the
/// description when they are copied.
///
/// # Errors
///
/// Everything that differs, by path.
pub fn open(dir: &Path) -> Result<Deployment, Vec<Finding>> {
    let mut findings = Vec::new();
    let deployment = look(dir, &mut findings).map_err(|finding| vec![finding])?;
    found(deployment, findings)
}

fn found<T>(value: T, mut findings: Vec<Finding>) -> Result<T, Vec<Finding>> {
    if findings.is_empty() {
        return Ok(value);
    }
    findings.sort_by_cached_key(ToString::to_string);
    Err(findings)
}

/// Holds the names of the files against the description. Those of the deployment that comes out are there.
fn look(dir: &Path, findings: &mut Vec<Finding>) -> Result<Deployment, Finding> {
    let (document, text) = read_document(dir)?;
    let named = named(&document, findings);
    let present = list(dir, &named, findings);
    findings.extend(named.keys().filter(|path| !present.contains_key(*path)).cloned().map(Finding::Missing));
    let is_there = |path: &str| present.get(path).copied().unwrap_or(false);
    let files = named.into_iter().filter(|(path, _)| is_there(path));
    let files =
        files.map(|(path, expected)| OutputFile { content: Content::File(dir.join(&path)), path, expected });
    let mut files: Vec<OutputFile> = files.chain([OutputFile::of(DOCUMENT, text)]).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let facts = is_there(BUILD_FACTS).then(|| fs::read_to_string(dir.join(BUILD_FACTS)).ok()).flatten();
    Ok(Deployment { document, files, facts })
}

impl Deployment {
    /// A deployment whose files are kept by their hashes, `place` telling where.
    ///
    /// # Errors
    ///
    /// The first thing that no build would have written.
    pub fn stored(
        document: Document,
        facts: Option<String>,
        place: impl Fn(&Expected) -> Content,
    ) -> Result<Self, Finding> {
        let mut findings = Vec::new();
        let named = named(&document, &mut findings);
        if let Some(finding) = findings.into_iter().next() {
            return Err(finding);
        }
        let text = OutputFile::of(DOCUMENT, document.to_text().into_bytes());
        let file = |(path, expected)| OutputFile { path, content: place(&expected), expected };
        let mut files: Vec<OutputFile> = named.into_iter().map(file).chain([text]).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { document, files, facts })
    }
}

/// The files that a description names, where these are such as a build would write.
fn named(document: &Document, findings: &mut Vec<Finding>) -> BTreeMap<String, Expected> {
    let mut named = BTreeMap::new();
    for (path, expected) in document.files() {
        if !is_safe(&path) || !is_in_place(document, &path) {
            findings.push(Finding::Unsafe(path));
        } else if named.insert(path.clone(), expected).is_some() {
            findings.push(Finding::Twice(path));
        }
    }
    if let Some(code) = document.code.as_ref().filter(|code| !has_main(code)) {
        findings.push(Finding::Unsafe(code.main.clone()));
    }
    named
}

fn read_document(dir: &Path) -> Result<(Document, Vec<u8>), Finding> {
    let path = dir.join(DOCUMENT);
    let unreadable = |error| Finding::Unreadable(DOCUMENT.to_owned(), error);
    let metadata = path.symlink_metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Finding::NotAFile(DOCUMENT.to_owned()));
    }
    let mut text = Vec::new();
    let opened = File::open(&path).map_err(unreadable)?;
    opened.take(MAX_DOCUMENT + 1).read_to_end(&mut text).map_err(unreadable)?;
    if text.len() as u64 > MAX_DOCUMENT {
        return Err(unreadable(io::Error::other("it is larger than any deployment's description")));
    }
    let document = Document::parse(&text).map_err(Finding::Document)?;
    Ok((document, text))
}

/// Whether the path stays inside of the directory on every operating system that may read it.
fn is_safe(path: &str) -> bool {
    let plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains('\0');
    path.split('/').all(plain)
        && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

/// Whether the path is one that a build gives to a file of its kind.
fn is_in_place(document: &Document, path: &str) -> bool {
    let is_rule = |name: &str| matches!(name, "_headers" | "_redirects");
    let (is_asset, is_listed_rule) = match (&document.assets, path.strip_prefix("assets/")) {
        (Some(assets), Some(name)) => {
            let path = format!("/{name}");
            let is_asset = assets.files.contains_key(&path) || document.carried.contains_key(&path);
            (is_asset, assets.rules.contains_key(name))
        }
        _ => (false, false),
    };
    path == WRANGLER
        || is_listed_rule && path.strip_prefix("assets/").is_some_and(is_rule)
        || is_asset && path != "assets/.assetsignore" && !path.strip_prefix("assets/").is_some_and(is_rule)
        || path.starts_with(WORKER)
}

/// Whether the main module is one of the modules and stands above the others.
fn has_main(code: &Code) -> bool {
    let is_main = |module: &Module| module.kind == ModuleType::Esm && module.file.path == code.main;
    let map = code.source_map.as_ref().map(|map| map.path.as_str());
    code.main.strip_prefix(WORKER).is_some_and(|name| !name.contains('/'))
        && code.modules.iter().any(is_main)
        && map.is_none_or(|map| map.strip_suffix(".map") == Some(&code.main))
}

/// Every file that is there, and whether it is a regular one; what is named by nobody goes to `findings`.
fn list(
    dir: &Path,
    named: &BTreeMap<String, Expected>,
    findings: &mut Vec<Finding>,
) -> BTreeMap<String, bool> {
    let mut present = BTreeMap::new();
    let entries = WalkDir::new(dir).min_depth(1).follow_links(false).into_iter();
    let entries = entries.filter_entry(|entry| entry.depth() > 1 || entry.file_name() != WRANGLER_STATE);
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().map_or_else(String::new, |path| relative(dir, path));
                let error = error.into_io_error().unwrap_or_else(|| io::Error::other("the walk failed"));
                findings.push(Finding::Unreadable(path, error));
                continue;
            }
        };
        let path = relative(dir, entry.path());
        let kind = entry.file_type();
        if kind.is_dir() {
            let below = format!("{path}/");
            let leads_to_a_file =
                named.range(below.clone()..).next().is_some_and(|(next, _)| next.starts_with(&below));
            if !leads_to_a_file && path != "assets" {
                findings.push(Finding::Extra(below));
            }
            continue;
        }
        if !kind.is_file() {
            findings.push(Finding::NotAFile(path.clone()));
        } else if !named.contains_key(&path) && !is_known(&path) {
            findings.push(Finding::Extra(path.clone()));
        }
        present.insert(path, kind.is_file());
    }
    present
}

fn is_known(path: &str) -> bool {
    path == DOCUMENT || path == BUILD_FACTS
}

fn check(file: &OutputFile) -> Option<Finding> {
    match file.copy(&mut io::sink()) {
        Ok(()) => None,
        Err(CopyError::Different) => Some(Finding::Different(file.path.clone())),
        Err(CopyError::Unreadable(error) | CopyError::Unwritten(error)) => {
            Some(Finding::Unreadable(file.path.clone(), error))
        }
    }
}

fn relative(dir: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(dir).unwrap_or(path);
    let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}
