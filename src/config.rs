//! The configuration file as it was written: values with the places where they stand.

use std::ops::Range;
use std::path::PathBuf;

use crate::diagnostic::Source;

/// A parsed configuration file. Nothing is interpreted yet and nothing is dropped.
#[derive(Clone, Debug)]
pub struct Config {
    /// The absolute path of the file; all paths in it go by its directory.
    pub path: PathBuf,
    /// The text that spans point into.
    pub source: Source,
    /// The whole document, a table.
    pub root: Value,
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
    /// A table, in the order of the file.
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
