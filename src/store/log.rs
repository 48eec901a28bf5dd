//! What each environment was given, in order: one line of JSON an entry, one file an environment.
//!
//! Invariant: an entry is there when its line has its line feed. What stands behind the last one is of a writer that died, or
//! has not finished: readers pass over it, and the next writer removes it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::environment::stem;
use super::file::sync_directory;
use super::{Store, Writer, is_id};
use crate::deployment::Git;
use crate::error::Error;

/// Something that an environment was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The version.
    pub id: String,
    /// When, UTC, RFC 3339 to the second.
    pub time: String,
    /// By what.
    pub action: Action,
    /// Where the project stood when it was built.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub git: Option<Git>,
    /// The version of pagesbuild that did it.
    pub tool: String,
}

/// How an environment gets a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It was built.
    Build,
    /// It was brought back.
    Rollback,
    /// It was made of this version of another environment.
    Promote(String),
}

impl Writer<'_> {
    /// Adds an entry: when this returns, it is on the disk.
    ///
    /// # Errors
    ///
    /// The log cannot be written. It is as before then.
    pub fn record(&self, environment: Option<&str>, entry: &Entry) -> Result<(), Error> {
        let path = self.store.log_file(environment);
        let write = |error| Error::io("write", &path, error);
        let mut line = serde_json::to_string(entry).map_err(|error| write(error.into()))?;
        line.push('\n');
        let opened = File::options().create(true).truncate(false).read(true).write(true).open(&path);
        let mut file = opened.map_err(write)?;
        unless_unsupported(file.lock()).map_err(|error| Error::io("lock", &path, error))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(|error| Error::io("read", &path, error))?;
        let end = finished(&text).len() as u64;
        if end == 0 {
            self.name_log(environment)?;
        }
        append(&mut file, end, line.as_bytes()).map_err(write)?;
        match end {
            0 => sync_directory(&self.store.path("log")),
            _ => Ok(()),
        }
    }
}

/// Writes a line at `end`, and nothing when it does not fit.
fn append(file: &mut File, end: u64, line: &[u8]) -> io::Result<()> {
    file.set_len(end)?;
    file.seek(SeekFrom::Start(end))?;
    let written = file.write_all(line).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = file.set_len(end);
    }
    written
}

impl Store {
    /// What an environment was given, the oldest first.
    ///
    /// # Errors
    ///
    /// The log cannot be read, or is damaged.
    pub fn log(&self, environment: Option<&str>) -> Result<Vec<Entry>, Error> {
        let path = self.log_file(environment);
        let text = match read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::io("read", &path, error)),
        };
        parse(&text).map_err(|(line, why)| {
            let why = format!("line {line} is not an entry ({why}); remove that line to go on without it");
            Error::unusable(&path, why)
        })
    }

    pub(super) fn log_file(&self, environment: Option<&str>) -> PathBuf {
        self.path("log").join(format!("{}.jsonl", stem(environment)))
    }
}

/// All bytes of a log. A writer that changes it meanwhile would make a mix of two lines.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    unless_unsupported(file.lock_shared())?;
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    Ok(text)
}

/// Some file systems know no locks.
fn unless_unsupported(locked: io::Result<()>) -> io::Result<()> {
    locked.or_else(|error| match error.kind() {
        io::ErrorKind::Unsupported => Ok(()),
        _ => Err(error),
    })
}

/// The lines that have their line feed.
fn finished(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    text.get(..end).unwrap_or_default()
}

/// The entries of a log, or the first line that is none and why.
fn parse(text: &[u8]) -> Result<Vec<Entry>, (usize, String)> {
    let entry = |(at, line): (usize, &[u8])| {
        let entry: Entry = serde_json::from_slice(line).map_err(|error| (at + 1, error.to_string()))?;
        match (is_id(&entry.id), is_time(&entry.time)) {
            (true, true) => Ok(entry),
            (false, _) => Err((at + 1, format!("`{}` is no id", entry.id))),
            (_, false) => Err((at + 1, format!("`{}` is no time", entry.time))),
        }
    };
    finished(text).split_inclusive(|byte| *byte == b'\n').enumerate().map(entry).collect()
}

/// Whether a text has the form in which times are written, which makes their order that of their texts.
fn is_time(text: &str) -> bool {
    let fits = |(byte, form): (u8, u8)| if form == b'0' { byte.is_ascii_digit() } else { byte == form };
    let form = "0000-00-00T00:00:00Z";
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entries() -> impl Strategy<Value = Vec<Entry>> {
        let git = ("[0-9a-f]{40}", any::<Option<String>>(), any::<bool>());
        let git = git.prop_map(|(commit, branch, dirty)| Git { commit, branch, dirty });
        let action = prop_oneof![
            Just(Action::Build),
            Just(Action::Rollback),
            any::<String>().prop_map(Action::Promote)
        ];
        let time = "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z";
        let entry = ("[0-9a-f]{32}", time, action, prop::option::of(git), any::<String>());
        let entry = entry.prop_map(|(id, time, action, git, tool)| Entry { id, time, action, git, tool });
        prop::collection::vec(entry, 0..8)
    }

    fn text(entries: &[Entry]) -> Vec<u8> {
        entries
            .iter()
            .flat_map(|entry| serde_json::to_string(entry).unwrap().into_bytes().into_iter().chain(*b"\n"))
            .collect()
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(entries in entries()) {
            prop_assert_eq!(parse(&text(&entries)), Ok(entries));
        }

        #[test]
        fn cut_off_anywhere_only_the_last_entries_are_lost(entries in entries(), cut in any::<prop::sample::Index>()) {
            let whole = text(&entries);
            let cut = whole.get(..cut.index(whole.len() + 1)).unwrap();
            let left = cut.iter().filter(|byte| **byte == b'\n').count();
            prop_assert_eq!(parse(cut), Ok(entries[..left].to_vec()));
        }

        #[test]
        fn any_bytes_are_entries_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn a_damaged_byte_is_noticed_or_harmless(
            entries in entries(), at in any::<prop::sample::Index>(), with in any::<u8>(),
        ) {
            let mut damaged = text(&entries);
            prop_assume!(!damaged.is_empty());
            let at = at.index(damaged.len());
            damaged[at] = with;
            match parse(&damaged) {
                Ok(read) => prop_assert!(read.len() <= entries.len()),
                Err((line, _)) => prop_assert!(line <= entries.len() + 1),
            }
        }
    }

    #[test]
    fn lines_that_are_no_entries() {
        let entry = |id: &str, time: &str| {
            format!("{{\"id\":\"{id}\",\"time\":\"{time}\",\"action\":\"build\",\"tool\":\"1\"}}\n")
        };
        let (id, time) = ("0123456789abcdef0123456789abcdef", "2026-01-01T00:00:00Z");
        assert_eq!(parse(entry(id, time).as_bytes()).unwrap().len(), 1);
        for wrong in
            [entry("../../../../../../../../etc/passw", time), entry(id, "yesterday"), "\n".to_owned()]
        {
            let text = entry(id, time) + &wrong + &entry(id, time);
            assert_eq!(parse(text.as_bytes()).unwrap_err().0, 2);
        }
    }
}
