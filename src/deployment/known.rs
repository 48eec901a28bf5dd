//! The files that builds have written, known again by what the file system says of them.
//!
//! Invariant: a file that is said to be known has the content that is said. What is not sure is not known: then its bytes are
//! read, which costs time and nothing else. All of this is help and not needed: a record that is missing, damaged or of another
//! version knows nothing.

use std::fs::File;
use std::io;
use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::BUILD_FACTS;
use super::content::{Key, OutputFile};
use super::tree::FILE_MODE;
use crate::asset::{Look, Near, Sealed, Stamp, is_trusted, open_regular};

/// Names the format, at the start of the file.
const MAGIC: &[u8] = b"written2\n";

/// Bytes. Two directories of as many files as the platform takes have a tenth of that.
const LONGEST: u64 = 256 << 20;

/// Bytes of an entry, at most.
const ENTRY: usize = 96;

/// How much older than the record a file has to be, in nanoseconds, where its times have parts of a second: the steps in which
/// kernels count them are ten milliseconds at most.
const TICK: i128 = 100_000_000;

/// The same where they seem to have none.
const COARSE_TICK: i128 = 3_000_000_000;

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Entry {
    stamp: Stamp,
    generation: Generation,
    content: Key,
}

/// What is known of files.
#[derive(Default)]
pub(super) struct Known {
    /// Of the output that was written last, and of the one before it, in the order of their stamps.
    entries: Vec<Entry>,
}

/// Which of the two outputs a file is in. One that is in both counts for the last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Generation {
    Last,
    BeforeLast,
}

impl Known {
    /// What a record says.
    pub(super) fn read(path: &Path) -> Self {
        let kept = Sealed::read(path, MAGIC, LONGEST);
        let entries = kept.and_then(|kept| postcard::from_bytes(kept.content()).ok());
        Self { entries: entries.unwrap_or_default() }
    }

    fn find(&self, stamp: &Stamp) -> Option<Key> {
        let at = self.entries.binary_search_by(|entry| entry.stamp.cmp(stamp)).ok()?;
        self.entries.get(at).map(|entry| entry.content)
    }

    /// What the file system says of a file that has the right mode and the content that `file` is to have; `None` for any other.
    pub(super) fn confirm(&self, path: &Path, file: &OutputFile, near: &mut Near) -> Option<Stamp> {
        let Look { stamp, is_file, mode } = near.look_at_link(path).ok()?;
        if !is_file || stamp.size != file.expected.size || mode.is_some_and(|mode| mode != FILE_MODE) {
            return None;
        }
        match self.find(&stamp) {
            Some(content) => (Some(content) == file.expected.key()).then_some(stamp),
            None => has_content(path, file, stamp).then_some(stamp),
        }
    }

    /// Says in a record what the files of an output are, unless it says so already. With `replaced` there was another output
    /// before, and what there was before that is gone.
    pub(super) fn record(
        &self,
        path: &Path,
        files: &[&OutputFile],
        stamps: &[Option<Stamp>],
        replaced: bool,
    ) -> io::Result<()> {
        let is_known = |stamp: &Stamp| self.find(stamp).is_some();
        // The facts of a build are new each time, and need not be known.
        let mut lasting = files.iter().zip(stamps).filter(|(file, _)| file.path != BUILD_FACTS);
        if !replaced && lasting.all(|(_, stamp)| stamp.as_ref().is_none_or(is_known)) {
            return Ok(());
        }
        let directory = path.parent().unwrap_or(Path::new("."));
        let record = tempfile::NamedTempFile::new_in(directory)?;
        let now = Stamp::of(&record.as_file().metadata()?);
        if !is_trusted(record.as_file()) {
            return Ok(());
        }
        let of_before = self.entries.iter().filter_map(|entry| match (replaced, entry.generation) {
            (true, Generation::BeforeLast) => None,
            (true, Generation::Last) => Some(Entry { generation: Generation::BeforeLast, ..*entry }),
            (false, _) => Some(*entry),
        });
        let of_now = files.iter().zip(stamps).filter_map(|(file, stamp)| {
            let stamp = stamp.filter(|stamp| is_settled(stamp, &now))?;
            Some(Entry { stamp, generation: Generation::Last, content: file.expected.key()? })
        });
        let mut entries: Vec<Entry> = of_now.chain(of_before).collect();
        // Of two entries of one stamp the first stays.
        entries.par_sort_by_key(|entry| (entry.stamp, entry.generation));
        entries.dedup_by_key(|entry| entry.stamp);
        Sealed::write(record, path, MAGIC, &entries, (entries.len() * ENTRY, LONGEST))
    }
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
