//! What each environment was given, in order: one line of JSON an entry, one file an environment.

use std::fs::{self, File};
use std::io::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::{Store, Writer};
use crate::deployment::Git;
use crate::error::Error;

/// What the top level's log is called.
const TOP: &str = "top.jsonl";
/// What stays as it is in the name of an environment's log. Upper case does not: some file systems take it for lower case.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').add(b'A');

/// Something that an environment was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The version.
    pub id: String,
    /// When, UTC, RFC 3339.
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
    /// The log cannot be written, or is damaged.
    pub fn record(&self, environment: Option<&str>, entry: &Entry) -> Result<(), Error> {
        let path = self.store.path("log").join(file_name(environment));
        let write = |error| Error::io("write", &path, error);
        let mut file = File::options().create(true).append(true).open(&path).map_err(write)?;
        let mut line = serde_json::to_string(entry).map_err(|error| write(error.into()))?;
        line.push('\n');
        file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(write)
    }
}

impl Store {
    /// What an environment was given, the oldest first.
    ///
    /// # Errors
    ///
    /// The log cannot be read, or is damaged.
    pub fn log(&self, environment: Option<&str>) -> Result<Vec<Entry>, Error> {
        let path = self.path("log").join(file_name(environment));
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::io("read", &path, error)),
        };
        let read = |(at, line): (usize, &str)| {
            serde_json::from_str(line)
                .map_err(|error| Error::unusable(&path, format!("line {} is not an entry: {error}", at + 1)))
        };
        text.lines().enumerate().map(read).collect()
    }

    /// The environments that were given anything, the top level first.
    ///
    /// # Errors
    ///
    /// The directory cannot be read.
    pub fn environments(&self) -> Result<Vec<Option<String>>, Error> {
        let path = self.path("log");
        let read = |error| Error::io("read", &path, error);
        let mut environments = Vec::new();
        for entry in fs::read_dir(&path).map_err(read)? {
            let name = entry.map_err(read)?.file_name();
            environments.extend(name.to_str().and_then(environment));
        }
        environments.sort();
        Ok(environments)
    }
}

fn file_name(environment: Option<&str>) -> String {
    match environment {
        None => TOP.to_owned(),
        Some(name) => format!("env-{}.jsonl", utf8_percent_encode(name, ESCAPED)),
    }
}

fn environment(file: &str) -> Option<Option<String>> {
    if file == TOP {
        return Some(None);
    }
    let name = file.strip_prefix("env-")?.strip_suffix(".jsonl")?;
    percent_decode_str(name).decode_utf8().ok().map(|name| Some(name.into_owned()))
}
