//! Deployments as zip archives: an archive in, the deployment that it holds out.
//!
//! An archive is trusted even less than a directory, since it may come from anywhere: [its structure](entries) has to leave one
//! way to read it, its entries have to be the files that its description names, and what a content inflates to is bounded by
//! the size that the description gives it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry::{Occupied, Vacant};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::content::{Content, OutputFile};
use super::document::{self, Document};
use super::finding::Finding;
use super::named::{MAX_DOCUMENT, MAX_FACTS, is_beside, leads_to_a_file, named};
use super::{BUILD_FACTS, DOCUMENT, Deployment};
use entries::Entry;

mod entries;
mod pack;
mod zipped;

pub use pack::{Packed, pack, pack_file};
pub use zipped::Zipped;

/// How many times its size in the archive a content may have. What compresses better is stored as it is.
const MAX_RATIO: u64 = 250;
/// Bytes that may be in an archive of any size: other packers compress better than that.
const ALWAYS_FINE: u64 = 256 * 1024 * 1024;

/// Holds the entries against the description. The files of the deployment that comes out are there.
pub(super) fn look(archive: &Path, findings: &mut Vec<Finding>) -> Result<Deployment, Finding> {
    let found = entries::read(archive, findings)?;
    check_size(&found)?;
    let archive: Arc<PathBuf> = Arc::new(archive.to_path_buf());
    let mut present = BTreeMap::new();
    let mut directories = Vec::new();
    for entry in found.entries {
        let Entry { name, place } = entry;
        if name.ends_with('/') {
            directories.push(name);
            continue;
        }
        match present.entry(name) {
            Vacant(vacant) => _ = vacant.insert(Zipped::new(&archive, place)),
            Occupied(occupied) => findings.push(Finding::Twice(occupied.key().clone())),
        }
    }
    let text = read(&present, DOCUMENT, MAX_DOCUMENT)?;
    let document = Document::parse(&text).map_err(Finding::Document)?;
    let named = named(&document, findings);
    for path in present.keys().filter(|path| !named.contains_key(*path) && !is_beside(path)) {
        findings.push(surplus(path));
    }
    findings
        .extend(directories.into_iter().filter(|path| !leads_to_a_file(&named, path)).map(Finding::Extra));
    let facts = present.contains_key(BUILD_FACTS).then(|| read(&present, BUILD_FACTS, MAX_FACTS));
    let facts = facts.transpose().unwrap_or_else(|finding| {
        findings.push(finding);
        None
    });
    let mut files = vec![OutputFile::of(DOCUMENT, text)];
    for (path, expected) in named {
        match present.remove(&path) {
            None => findings.push(Finding::Missing(path)),
            Some(zipped) if zipped.size() != expected.size => findings.push(Finding::Different(path)),
            Some(zipped) => files.push(OutputFile { path, expected, content: Content::Zipped(zipped) }),
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Deployment { document, files, facts: facts.and_then(|text| String::from_utf8(text).ok()) })
}

/// Whether a file is an archive that `pack` made, or one like it.
fn is_ours(archive: &Path) -> bool {
    let Ok(found) = entries::read(archive, &mut Vec::new()) else { return false };
    let archive = Arc::new(archive.to_path_buf());
    let document = found.entries.into_iter().find(|entry| entry.name == DOCUMENT);
    let document = document.map(|entry| (entry.name, Zipped::new(&archive, entry.place)));
    let text = read(&document.into_iter().collect(), DOCUMENT, MAX_DOCUMENT);
    text.is_ok_and(|text| document::is_ours(&text))
}

/// Refuses what would fill a disk that has plenty of room for the archive.
fn check_size(found: &entries::Entries) -> Result<(), Finding> {
    let content = found.entries.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.place.size));
    if content <= ALWAYS_FINE || content / MAX_RATIO <= found.length {
        return Ok(());
    }
    let why = format!(
        "has {} bytes and says that there are {content} in it, more than {MAX_RATIO} times as many",
        found.length
    );
    Err(Finding::Archive(why))
}

/// An entry that the description does not name.
fn surplus(path: &str) -> Finding {
    let leads_out = path.starts_with('/') || path.split('/').any(|part| matches!(part, ".." | "." | ""));
    let is_odd = path.contains(['\\', '\0']) || path.get(1..2) == Some(":");
    match leads_out || is_odd {
        true => Finding::Entry(path.to_owned(), "is no name that a file of a deployment can have".to_owned()),
        false => Finding::Extra(path.to_owned()),
    }
}

/// The content of an entry of at most `limit` bytes.
fn read(present: &BTreeMap<String, Zipped>, name: &str, limit: u64) -> Result<Vec<u8>, Finding> {
    let zipped = present.get(name).ok_or_else(|| Finding::Missing(name.to_owned()))?;
    let unreadable = |error| Finding::Unreadable(name.to_owned(), error);
    if zipped.size() > limit {
        return Err(unreadable(io::Error::other("it is larger than that of any deployment")));
    }
    let mut text = Vec::new();
    let mut opened = zipped.open().map_err(unreadable)?;
    // One byte more is enough to know that there is more.
    opened.by_ref().take(zipped.size() + 1).read_to_end(&mut text).map_err(unreadable)?;
    if text.len() as u64 != zipped.size() {
        return Err(unreadable(io::Error::other("its size is not the one that the archive gives it")));
    }
    opened.finish().map_err(unreadable)?;
    Ok(text)
}
