//! The files and directories that builds have written, known again by what the file system says of them.
//!
//! Invariant: a file that is said to be known has the content that is said, and a directory the names. What is not sure is not
//! known: then it is read, which costs time and nothing else. All of this is help and not needed: a record that is missing,
//! damaged or of another version knows nothing; nor does one of before the machine was started, which may have gone down before
//! what was written was on the disk.

use std::fs::File;
use std::io;
use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::content::{Key, OutputFile};
use super::tree::FILE_MODE;
use super::{BUILD_FACTS, boot};
use crate::asset::{Look, Near, Sealed, Stamp, is_trusted, open_regular};
use crate::hash;

/// Names the format, at the start of the file.
const MAGIC: &[u8] = b"written3\n";

/// Bytes. Two directories of as many files as the platform takes have a tenth of that.
const LONGEST: u64 = 256 << 20;

/// Bytes of an entry, at most.
const ENTRY: usize = 96;

/// How much older than the record a file has to be, in nanoseconds, where its times have parts of a second: the steps in which
/// kernels count them are ten milliseconds at most.
const TICK: i128 = 20_000_000;

/// The same where they seem to have none.
const COARSE_TICK: i128 = 3_000_000_000;

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Entry {
    stamp: Stamp,
    generation: Generation,
    content: Key,
}

/// A directory, and a hash of the names in it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Directory {
    /// Within the output.
    pub(super) path: String,
    /// `None` where a change might not show in it, and for the output itself, whose times change with its place.
    pub(super) stamp: Option<Stamp>,
    pub(super) names: u128,
}

/// What is known of files and directories.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Known {
    /// When the machine was started that has written all this.
    boot: Option<String>,
    /// Files of the output that was written last, and of the one before it, in the order of their stamps.
    entries: Vec<Entry>,
    /// The directories of these two, in the order of their paths.
    directories: [Vec<Directory>; 2],
}

/// Which of the two outputs something is in. A file that is in both counts for the last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Generation {
    Last,
    BeforeLast,
}

/// What the file system says of an output that was written or found to be right.
pub(super) struct Written<'a> {
    /// Its files.
    pub(super) files: Vec<(&'a OutputFile, Option<Stamp>)>,
    /// Its directories in the order of their paths; `None` where they were not written.
    pub(super) directories: Option<Vec<Directory>>,
}

impl Known {
    /// What a record says.
    pub(super) fn read(path: &Path) -> Self {
        let kept = Sealed::read(path, MAGIC, LONGEST);
        let known: Option<Self> = kept.and_then(|kept| postcard::from_bytes(kept.content()).ok());
        known.filter(|known| known.boot.is_some() && known.boot == boot::id()).unwrap_or_default()
    }

    /// Whether a directory of one of the outputs has just these [names](names), for the file system says this of it.
    pub(super) fn confirm_directory(&self, of: Generation, path: &str, stamp: &Stamp, names: u128) -> bool {
        self.directory(of, path).is_some_and(|known| known.stamp == Some(*stamp) && known.names == names)
    }

    /// Whether a directory of one of the outputs was given just these [names](names).
    pub(super) fn was_given(&self, of: Generation, path: &str, names: u128) -> bool {
        self.directory(of, path).is_some_and(|known| known.names == names)
    }

    /// The directories in a directory of one of the outputs, where it has just the names that it was given.
    pub(super) fn directories_in(&self, of: Generation, path: &str, stamp: &Stamp) -> Option<Vec<&str>> {
        self.directory(of, path).filter(|known| known.stamp == Some(*stamp))?;
        let directories = self.directories(of);
        let within = format!("{path}/");
        let first = directories.partition_point(|directory| directory.path < within);
        let below = directories.get(first..).unwrap_or_default().iter().map(|below| below.path.as_str());
        let below = below.take_while(|below| below.starts_with(&within));
        Some(below.filter(|below| below.rfind('/') == Some(path.len())).collect())
    }

    fn directory(&self, of: Generation, path: &str) -> Option<&Directory> {
        let directories = self.directories(of);
        let at = directories.binary_search_by(|directory| directory.path.as_str().cmp(path)).ok()?;
        directories.get(at)
    }

    fn directories(&self, of: Generation) -> &[Directory] {
        let [last, before_last] = &self.directories;
        match of {
            Generation::Last => last,
            Generation::BeforeLast => before_last,
        }
    }

    fn find(&self, stamp: &Stamp) -> Option<Key> {
        let at = self.entries.binary_search_by(|entry| entry.stamp.cmp(stamp)).ok()?;
        self.entries.get(at).map(|entry| entry.content)
    }

    /// What the file system says of a file that has the right mode and the content that `file` is to have; `None` for any other.
    pub(super) fn confirm(&self, path: &Path, file: &OutputFile, near: &mut Near) -> Option<Stamp> {
        let Look { stamp, is_file, mode, .. } = near.look_at_link(path).ok()?;
        if !is_file || stamp.size != file.expected.size || mode.is_some_and(|mode| mode != FILE_MODE) {
            return None;
        }
        match self.find(&stamp) {
            Some(content) => (Some(content) == file.expected.key()).then_some(stamp),
            None => has_content(path, file, stamp).then_some(stamp),
        }
    }

    /// Says in a record what is in an output, unless it says so already. With `replaced` there was another output before, and
    /// what there was before that is gone.
    pub(super) fn record(&self, path: &Path, written: Written<'_>, replaced: bool) -> io::Result<()> {
        let is_known = |stamp: &Stamp| self.find(stamp).is_some();
        // The facts of a build are new each time, and need not be known.
        let mut lasting = written.files.iter().filter(|(file, _)| file.path != BUILD_FACTS);
        if written.directories.is_none() && lasting.all(|(_, stamp)| stamp.as_ref().is_none_or(is_known)) {
            return Ok(());
        }
        let directory = path.parent().unwrap_or(Path::new("."));
        let record = tempfile::NamedTempFile::new_in(directory)?;
        let now = Stamp::of(&record.as_file().metadata()?);
        if !is_trusted(record.as_file()) {
            return Ok(());
        }
        let settled = |stamp: Option<Stamp>| stamp.filter(|stamp| is_settled(stamp, &now));
        let of_before = self.entries.iter().filter_map(|entry| match (replaced, entry.generation) {
            (true, Generation::BeforeLast) => None,
            (true, Generation::Last) => Some(Entry { generation: Generation::BeforeLast, ..*entry }),
            (false, _) => Some(*entry),
        });
        let of_now = written.files.iter().filter_map(|(file, stamp)| {
            Some(Entry {
                stamp: settled(*stamp)?,
                generation: Generation::Last,
                content: file.expected.key()?,
            })
        });
        let mut entries: Vec<Entry> = of_now.chain(of_before).collect();
        // Of two entries of one stamp the first stays.
        entries.par_sort_by_key(|entry| (entry.stamp, entry.generation));
        entries.dedup_by_key(|entry| entry.stamp);
        let [last, before_last] = self.directories.clone();
        let before_last = if replaced { last.clone() } else { before_last };
        let mut last = written.directories.unwrap_or(last);
        last.iter_mut().for_each(|directory| directory.stamp = settled(directory.stamp));
        let length = (entries.len() + last.len() + before_last.len()) * ENTRY;
        let known = Self { boot: boot::id(), entries, directories: [last, before_last] };
        Sealed::write(record, path, MAGIC, &known, (length, LONGEST))
    }
}

/// A hash of the names in a directory, each list in order.
pub(super) fn names<'a>(
    files: impl Iterator<Item = &'a str>,
    directories: impl Iterator<Item = &'a str>,
) -> u128 {
    let mut text = Vec::new();
    for (kind, name) in files.map(|name| (b'f', name)).chain(directories.map(|name| (b'd', name))) {
        text.push(kind);
        text.extend_from_slice(name.as_bytes());
        // No name has it.
        text.push(b'/');
    }
    hash::of(&text).first_chunk().map_or(0, |bytes| u128::from_be_bytes(*bytes))
}

/// Whether an edit after `now` shows in a file's times.
fn is_settled(stamp: &Stamp, now: &Stamp) -> bool {
    let of =
        |(seconds, nanoseconds): (i64, i64)| i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
    let tick = if stamp.changed.1 == 0 { COARSE_TICK } else { TICK };
    let is_old = |time| of(time) < of(now.changed) - tick;
    stamp.device == now.device && is_old(stamp.changed) && is_old(stamp.modified)
}

/// Reads a file, and tells whether it has the right content, and nobody wrote to it meanwhile.
fn has_content(path: &Path, file: &OutputFile, stamp: Stamp) -> bool {
    let Ok(mut opened) = open_regular(path) else { return false };
    let is_same = |opened: &File| opened.metadata().is_ok_and(|found| Stamp::of(&found) == stamp);
    is_same(&opened)
        && file.expected.copy(&file.path, &mut opened, &mut io::sink()).is_ok()
        && is_same(&opened)
}
