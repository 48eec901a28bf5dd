//! The configuration file as it was written: values with the places where they stand.
//!
//! In goes a path, out comes a [`Config`] or diagnostics that say where the file stops making sense. Nothing
//! in here knows what a key means to a build; that is the business of `project`.

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::diagnostic::{Diagnostics, Source};
use crate::error::Error;

mod edit;
mod find;
mod json;
mod read;
mod redirect;
mod schema;
mod toml;
mod validate;

pub use edit::{Edited, Request, edit};
pub(crate) use edit::{identities, is_there, request, required};
pub(crate) use find::find;
pub(crate) use redirect::{PLACE as REDIRECT, Redirect, is_made, redirect, straight};
pub(crate) use schema::{BindingKind, Effect, KINDS, Place, key, spoken};
pub use schema::{Field, KEYS, Key, Scope, Shape};
pub(crate) use validate::{PAGES_ENVIRONMENTS, is_retired, nearest, validate};

/// A parsed configuration file. Nothing is interpreted yet and nothing is dropped.
#[derive(Clone, Debug)]
pub struct Config {
    /// The absolute path of the file; all paths in it go by its directory.
    pub path: PathBuf,
    /// The text that spans point into.
    pub source: Source,
    /// The whole document, a table.
    pub root: Value,
    /// Where a build tool has made the file of the user's.
    pub generated: Option<Generated>,
}

/// What is known of a configuration that a build tool has made.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The project's directory, which is not that of the file.
    pub project: PathBuf,
    /// The environment that it was made for.
    pub environment: Option<String>,
    /// What led to it.
    pub note: Source,
}

impl Config {
    /// The directory of the project, which everything belongs to that the file does not name.
    pub fn project(&self) -> Option<&Path> {
        let generated = self.generated.as_ref().map(|generated| generated.project.as_path());
        generated.or(self.path.parent())
    }
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// Byte offsets into the file.
    pub span: Range<usize>,
    /// The value itself.
    pub kind: Kind,
}

/// What a [`Value`] holds: the common ground of JSON and TOML (dates are strings).
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// JSON's `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer or a float, as written.
    Number(serde_json::Number),
    /// A string, unescaped.
    String(String),
    /// A list.
    Array(Vec<Value>),
    /// A table, in the order of the file; no key stands twice.
    Table(Vec<Entry>),
}

/// A key of a table with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key, unescaped.
    pub key: String,
    /// Where the key stands.
    pub key_span: Range<usize>,
    /// Its value.
    pub value: Value,
}

impl Value {
    /// The entries of a table; of anything else, none.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Table(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; of anything else, none.
    pub fn items(&self) -> &[Value] {
        match &self.kind {
            Kind::Array(items) => items,
            _ => &[],
        }
    }

    /// The entry of a table with that key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The value of a table's key. `null` counts as absent, as it does for wrangler.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entry(key).map(|entry| &entry.value).filter(|value| value.kind != Kind::Null)
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The value without its places.
    pub fn to_json(&self) -> Json {
        match &self.kind {
            Kind::Null => Json::Null,
            Kind::Bool(value) => Json::Bool(*value),
            Kind::Number(number) => Json::Number(number.clone()),
            Kind::String(text) => Json::String(text.clone()),
            Kind::Array(items) => items.iter().map(Self::to_json).collect(),
            Kind::Table(entries) => {
                Json::Object(entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect())
            }
        }
    }
}

/// The names of the environments that a file defines, in the order of the file.
pub fn environments(config: &Config) -> Vec<String> {
    let table = config.root.get("env").map_or(&[][..], Value::entries);
    table.iter().map(|entry| entry.key.clone()).collect()
}

/// Reads and parses a configuration file; `None` when it is not well-formed, which a diagnostic then explains.
///
/// # Errors
/// When the file cannot be read, or its name does not say which format it has.
pub fn read(path: &Path, diagnostics: &mut Diagnostics) -> Result<Option<Config>, Error> {
    read::read(path, diagnostics)
}

/// Parses JSON that is no configuration file; `None` when it is not well-formed, which is left to those whose file it is.
pub(crate) fn parse_json(source: &Source) -> Option<Value> {
    json::parse(source, &mut Diagnostics::default()).ok()
}

/// Parses the text of a configuration file; `path` tells its format and names it in diagnostics.
pub fn parse(path: &Path, text: &str, diagnostics: &mut Diagnostics) -> Option<Config> {
    read::parse(path, text, diagnostics)
}
