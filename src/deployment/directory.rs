//! An output directory in, the deployment that it holds out.
//!
//! The directory is not trusted: nothing outside of it is read, no link is followed, nothing but regular files is opened.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;

use walkdir::WalkDir;

use super::content::{Content, Expected, OutputFile};
use super::document::Document;
use super::finding::Finding;
use super::named::{MAX_DOCUMENT, MAX_FACTS, is_beside, leads_to_a_file, named};
use super::occupied::WRANGLER_STATE;
use super::{BUILD_FACTS, DOCUMENT, Deployment};
use crate::asset::open_regular;

/// Holds the names of the files against the description. Those of the deployment that comes out are there.
pub(super) fn look(dir: &Path, findings: &mut Vec<Finding>) -> Result<Deployment, Finding> {
    let text = read(dir, DOCUMENT, MAX_DOCUMENT)?;
    let document = Document::parse(&text).map_err(Finding::Document)?;
    let named = named(&document, findings);
    let present = list(dir, &named, findings);
    findings.extend(named.keys().filter(|path| !present.contains_key(*path)).cloned().map(Finding::Missing));
    let is_there = |path: &str| present.get(path).copied().unwrap_or(false);
    let facts = is_there(BUILD_FACTS).then(|| read(dir, BUILD_FACTS, MAX_FACTS));
    let facts = facts.transpose().unwrap_or_else(|finding| {
        findings.push(finding);
        None
    });
    let files = named.into_iter().filter(|(path, _)| is_there(path));
    let files =
        files.map(|(path, expected)| OutputFile { content: Content::File(dir.join(&path)), path, expected });
    let mut files: Vec<OutputFile> = files.chain([OutputFile::of(DOCUMENT, text)]).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Deployment { document, files, facts: facts.and_then(|text| String::from_utf8(text).ok()) })
}

/// A file of at most `limit` bytes.
pub(super) fn read(dir: &Path, name: &str, limit: u64) -> Result<Vec<u8>, Finding> {
    let path = dir.join(name);
    let unreadable = |error| Finding::Unreadable(name.to_owned(), error);
    let length = match path.symlink_metadata() {
        Ok(metadata) if metadata.is_file() => metadata.len().min(limit),
        Ok(_) => return Err(Finding::NotAFile(name.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Finding::Missing(name.to_owned()));
        }
        Err(error) => return Err(unreadable(error)),
    };
    let mut text = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    let opened = open_regular(&path).map_err(unreadable)?;
    opened.take(limit + 1).read_to_end(&mut text).map_err(unreadable)?;
    match text.len() as u64 > limit {
        true => Err(unreadable(io::Error::other("it is larger than that of any deployment"))),
        false => Ok(text),
    }
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
            if !leads_to_a_file(named, &below) {
                findings.push(Finding::Extra(below));
            }
            continue;
        }
        if !kind.is_file() {
            findings.push(Finding::NotAFile(path.clone()));
        } else if !named.contains_key(&path) && !is_beside(&path) {
            findings.push(Finding::Extra(path.clone()));
        }
        present.insert(path, kind.is_file());
    }
    present
}

fn relative(dir: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(dir).unwrap_or(path);
    let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}
