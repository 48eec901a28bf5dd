//! An output directory in, whether it is what its description says out.
//!
//! The directory is not trusted: nothing outside of it is read, no link is followed, and everything that
//! differs is named, not only the first.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::document::{Code, Document, Expected, Module, ModuleType, ReadError};
use super::occupied::WRANGLER_STATE;
use super::{BUILD_FACTS, DOCUMENT, WORKER, WRANGLER};
use crate::hash;

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
    let document = read_document(dir).map_err(|finding| vec![finding])?;
    let mut findings = Vec::new();
    let mut named = BTreeMap::new();
    for (path, expected) in document.files() {
        if !is_safe(&path) || !is_in_place(&document, &path) {
            findings.push(Finding::Unsafe(path));
        } else if named.insert(path.clone(), expected).is_some() {
            findings.push(Finding::Twice(path));
        }
    }
    if let Some(code) = document.code.as_ref().filter(|code| !has_main(code)) {
        findings.push(Finding::Unsafe(code.main.clone()));
    }
    let present = list(dir, &named, &mut findings);
    findings.extend(named.keys().filter(|path| !present.contains_key(*path)).cloned().map(Finding::Missing));
    let checked: Vec<Option<Finding>> = named
        .par_iter()
        .filter(|(path, _)| present.get(*path).copied().unwrap_or(false))
        .map(|(path, expected)| check(dir, path, expected))
        .collect();
    findings.extend(checked.into_iter().flatten());
    if findings.is_empty() {
        let size = |expected: &Expected<'_>| match expected {
            Expected::Plain(_, size) => *size,
            Expected::Asset(asset) => asset.size,
        };
        let (files, bytes) = (named.len(), named.values().map(size).sum());
        return Ok(Verified { document, files, bytes });
    }
    findings.sort_by_cached_key(ToString::to_string);
    Err(findings)
}

fn read_document(dir: &Path) -> Result<Document, Finding> {
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
    Document::parse(&text).map_err(Finding::Document)
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
            (assets.files.contains_key(&format!("/{name}")), assets.rules.contains_key(name))
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
    named: &BTreeMap<String, Expected<'_>>,
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

fn check(dir: &Path, path: &str, expected: &Expected<'_>) -> Option<Finding> {
    let matches = || -> io::Result<bool> {
        let opened = File::open(dir.join(path))?;
        Ok(match expected {
            Expected::Plain(hash, size) => {
                let mut hasher = blake3::Hasher::new();
                let read = io::copy(&mut opened.take(size.saturating_add(1)), &mut hasher)?;
                read == *size && hasher.finalize().to_hex().as_str() == hash
            }
            Expected::Asset(asset) => {
                let mut bounded = opened.take(asset.size.saturating_add(1));
                let hashed = hash::asset_hash(&mut bounded, hash::extension(path), |_| Ok(()))?;
                hashed == (asset.hash.clone(), asset.size)
            }
        })
    };
    match matches() {
        Ok(true) => None,
        Ok(false) => Some(Finding::Different(path.to_owned())),
        Err(error) => Some(Finding::Unreadable(path.to_owned(), error)),
    }
}

fn relative(dir: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(dir).unwrap_or(path);
    let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}
