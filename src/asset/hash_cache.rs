//! Hashes that earlier builds computed: a file of which the file system says what it said then is not read again.
//!
//! `docs/decisions/asset-cache.md` tells why no edit is missed. All of this is help and not needed: what cannot be read, is
//! damaged or was written by another version counts as absent, and what cannot be written is left alone without a word.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::AssetFile;
use super::near::Near;
use super::sealed::Sealed;
use super::stamp::{Stamp, Time};
use super::trust::is_trusted;
use crate::hash;

/// Names the format, at the start of the file.
const MAGIC: &[u8] = b"assets1\n";

/// Bytes that an entry takes beside its path, at most.
const ENTRY: usize = 96;

/// How many asset directories of a project are remembered, those that were built last.
const MOST_DIRECTORIES: usize = 4;

/// Bytes. Four directories of as many files as the platform takes, with paths of ordinary length, have a third of that.
const LONGEST: u64 = 128 << 20;

/// How much older than the build a file has to be, in seconds: the coarsest times that a file system counts in, and a second
/// for the clock that ticks and for who is about to end writing.
const MARGIN: i64 = 2;

/// Nanoseconds that it takes to write an entry, about.
const WRITING: u64 = 500;

/// Nanoseconds that it takes to open a file that is in memory, and then one for each of its bytes.
const READING: u64 = 10_000;

/// What is known of a file.
#[derive(Serialize, Deserialize)]
struct Entry<'a> {
    /// Below the asset directory.
    path: &'a str,
    stamp: Stamp,
    /// The asset hash without its text.
    hash: [u8; hash::SHORT / 2],
}

/// What is known of a directory.
#[derive(Serialize, Deserialize)]
struct Directory<'a> {
    name: &'a str,
    /// Its entries in the order of their paths.
    entries: &'a [u8],
}

/// Hashes of the files of one asset directory.
#[derive(Debug, Default)]
pub struct HashCache {
    /// The name of the directory among those of the project.
    directory: String,
    kept: Sealed,
    keeping: Option<Keeping>,
}

/// Where hashes are to be kept.
#[derive(Debug)]
struct Keeping {
    path: PathBuf,
    /// What will be there. It is made before any of the files is looked at.
    unfinished: NamedTempFile,
    /// Its own times: the file system's clock at that moment.
    made: Stamp,
}

/// A file whose hash was found or computed.
#[derive(Clone, Copy)]
pub(super) struct Hashed<'a> {
    pub(super) path: &'a str,
    /// [The platform's](hash::AssetHasher), as a number.
    pub(super) hash: u128,
    pub(super) stamp: Stamp,
    /// Whether the cache had it.
    pub(super) is_known: bool,
}

impl HashCache {
    /// A cache that keeps nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// The hashes of a directory that are kept at `path`, where `unfinished` is to be in the end: a new file in the same
    /// directory.
    pub fn open(path: PathBuf, directory: String, unfinished: Option<NamedTempFile>) -> Self {
        let keeping = unfinished.and_then(|unfinished| {
            let made = Stamp::of(&unfinished.as_file().metadata().ok()?);
            is_trusted(unfinished.as_file()).then_some(Keeping { path: path.clone(), unfinished, made })
        });
        let kept = Sealed::read(&path, MAGIC, LONGEST).unwrap_or_default();
        Self { directory, kept, keeping }
    }

    /// The hashes, to be asked.
    pub(super) fn hashes(&self) -> Hashes<'_> {
        let own = directories(&self.kept).into_iter().find(|directory| directory.name == self.directory);
        Hashes(own.and_then(|own| postcard::from_bytes(own.entries).ok()).unwrap_or_default())
    }

    /// Whether an edit from now on shows in a file's times.
    pub(super) fn is_settled(&self, stamp: &Stamp) -> bool {
        self.keeping.as_ref().is_some_and(|keeping| keeping.is_settled(stamp))
    }

    /// Leaves what is known of the directory for later builds, where that is more than the cache had: as soon as it would take
    /// longer to read the new files again than to write all that is known.
    pub(super) fn keep(self, files: &[Hashed<'_>]) {
        let Some(keeping) = &self.keeping else { return };
        let is_new = |file: &Hashed<'_>| !file.is_known && keeping.is_settled(&file.stamp);
        let new = files.iter().filter(|file| is_new(file));
        if new.map(|file| READING + file.stamp.size).sum::<u64>() <= WRITING * files.len() as u64 {
            return;
        }
        let lasting = files.iter().filter(|file| file.is_known || is_new(file));
        let mut entries: Vec<Entry<'_>> = lasting
            .map(|Hashed { path, hash, stamp, .. }| Entry { path, stamp: *stamp, hash: hash.to_be_bytes() })
            .collect();
        entries.sort_by(|one, other| one.path.cmp(other.path));
        let length = entries.iter().map(|entry| entry.path.len() + ENTRY).sum();
        let Ok(entries) = postcard::to_extend(&entries, Vec::with_capacity(length)) else { return };
        let own = Directory { name: &self.directory, entries: &entries };
        let others = directories(&self.kept).into_iter().filter(|directory| directory.name != self.directory);
        let directories: Vec<Directory<'_>> =
            [own].into_iter().chain(others).take(MOST_DIRECTORIES).collect();
        let length = directories.iter().map(|directory| directory.entries.len() + ENTRY).sum();
        let Some(Keeping { path, unfinished, .. }) = self.keeping else { return };
        // It does not matter whether it can be written.
        let _ = Sealed::write(unfinished, &path, MAGIC, &directories, (length, LONGEST));
    }
}

fn directories(kept: &Sealed) -> Vec<Directory<'_>> {
    postcard::from_bytes(kept.content()).unwrap_or_default()
}

impl Keeping {
    /// Whether an edit after this build began shows in the file's times. It does not where its times are those of another
    /// clock, or too young for this one to have moved on.
    fn is_settled(&self, stamp: &Stamp) -> bool {
        let is_old = |time: Time| time < (self.made.changed.0.saturating_sub(MARGIN), self.made.changed.1);
        stamp.device == self.made.device && is_old(stamp.changed) && is_old(stamp.modified)
    }
}

/// What a cache knows.
pub(super) struct Hashes<'a>(Vec<Entry<'a>>);

impl Hashes<'_> {
    /// The hash of a file that is what it was. `at` is its place among all files, near which it is mostly found.
    pub(super) fn find(&self, at: usize, file: &AssetFile, near: &mut Near) -> Option<(u128, Stamp)> {
        let is_it = |entry: &&Entry<'_>| entry.path == file.path;
        let search = || self.0.binary_search_by(|entry| entry.path.cmp(&file.path)).ok();
        let entry = self.0.get(at).filter(is_it).or_else(|| self.0.get(search()?))?;
        let stamp = near.look(&file.file).ok()?.stamp;
        (stamp == entry.stamp).then(|| (u128::from_be_bytes(entry.hash), stamp))
    }
}

#[cfg(test)]
mod tests;
