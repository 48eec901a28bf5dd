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
        self.entries.get(self.place(stamp)?).map(|entry| entry.content)
    }

    fn place(&self, stamp: &Stamp) -> Option<usize> {
        self.entries.binary_search_by(|entry| entry.stamp.cmp(stamp)).ok()
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
        // Most files are known: where there are many, to find them takes less time than to put all in order anew.
        let places: Vec<Option<usize>> =
            written.files.par_iter().map(|(_, stamp)| self.place(stamp.as_ref()?)).collect();
        let mut is_there = vec![false; self.entries.len()];
        let mut entries = Vec::with_capacity(self.entries.len());
        for ((file, stamp), place) in written.files.iter().zip(places) {
            match place.and_then(|place| is_there.get_mut(place)) {
                Some(is_there) => *is_there = true,
                None => {
                    entries.extend(settled(*stamp).zip(file.expected.key()).map(|(stamp, content)| Entry {
                        stamp,
                        generation: Generation::Last,
                        content,
                    }))
                }
            }
        }
        let before = self.entries.iter().zip(is_there).filter_map(|(entry, is_there)| {
            let generation = match (is_there, replaced, entry.generation) {
                (true, ..) => Generation::Last,
                (false, true, Generation::BeforeLast) => return None,
                (false, true, Generation::Last) => Generation::BeforeLast,
                (false, false, generation) => generation,
            };
            Some(Entry { generation, ..*entry })
        });
        entries.extend(before);
        entries.par_sort_by_key(|entry| entry.stamp);
        // Two names of one file have one entry.
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::thread::sleep;
    use std::time::Duration;

    use super::*;

    /// A directory is known until something comes or goes, and nothing is known after another start of the machine.
    #[cfg(unix)]
    #[test]
    fn directories_and_starts() {
        let home = tempfile::tempdir().unwrap();
        let (record, place) = (home.path().join("known"), home.path().join("assets"));
        fs::create_dir(&place).unwrap();
        fs::create_dir(place.join("inside")).unwrap();
        fs::write(place.join("file"), "").unwrap();
        let stamp = |path: &Path| Stamp::of(&fs::symlink_metadata(path).unwrap());
        if stamp(&place).device != stamp(&place.join("file")).device {
            // Overlayfs over two file systems, where no directory is known.
            return;
        }
        let own = names(["file"].into_iter(), ["inside"].into_iter());
        let none = names([].into_iter(), [].into_iter());
        let directory = |path: &str, place: &Path, names| Directory {
            path: path.to_owned(),
            stamp: Some(stamp(place)),
            names,
        };
        let directories = || {
            Some(vec![
                directory("assets", &place, own),
                directory("assets-of-others", &place, own),
                directory("assets/inside", &place.join("inside"), none),
            ])
        };
        let write = |directories, replaced| {
            let written = Written { files: Vec::new(), directories };
            Known::read(&record).record(&record, written, replaced).unwrap();
            Known::read(&record)
        };
        let is_known = |known: &Known, of| known.confirm_directory(of, "assets", &stamp(&place), own);
        // Just made: a name that came now might not show in its times.
        let known = write(directories(), false);
        assert!(!is_known(&known, Generation::Last) && known.was_given(Generation::Last, "assets", own));
        sleep(Duration::from_millis(50));
        let known = write(directories(), false);
        assert!(is_known(&known, Generation::Last) && !is_known(&known, Generation::BeforeLast));
        assert!(!known.confirm_directory(Generation::Last, "assets", &stamp(&place), none));
        let inside = known.directories_in(Generation::Last, "assets", &stamp(&place));
        assert_eq!(inside, Some(vec!["assets/inside"]));
        assert!(is_known(&write(Some(Vec::new()), true), Generation::BeforeLast));
        sleep(Duration::from_millis(50));
        let known = write(directories(), false);
        fs::write(place.join("foreign"), "").unwrap();
        assert!(!is_known(&known, Generation::Last));
        assert_eq!(known.directories_in(Generation::Last, "assets", &stamp(&place)), None);
        assert!(!known.directories(Generation::Last).is_empty());
        let other = Known { boot: Some("another start".to_owned()), ..known };
        let file = tempfile::NamedTempFile::new_in(home.path()).unwrap();
        Sealed::write(file, &record, MAGIC, &other, (1_000, LONGEST)).unwrap();
        assert!(Known::read(&record).directories(Generation::Last).is_empty());
    }

    #[test]
    fn names_are_told_apart() {
        let of =
            |files: &[&str], directories: &[&str]| names(files.iter().copied(), directories.iter().copied());
        let all = [
            of(&["a", "b"], &[]),
            of(&["ab"], &[]),
            of(&["a"], &["b"]),
            of(&[], &["a", "b"]),
            of(&["afb"], &[]),
        ];
        assert!((1..all.len()).all(|at| !all[..at].contains(&all[at])));
    }
}
