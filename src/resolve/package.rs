//! What a `package.json` says.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::path::{join, relative};
use crate::hash::{self, Hash};

/// A package's manifest. What is of the wrong type counts as absent.
#[derive(Debug, Default)]
pub(super) struct Package {
    /// Where the manifest lies.
    pub(super) directory: PathBuf,
    /// Of the manifest's bytes.
    pub(super) hash: Hash,
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    /// `license`, also in the form that it had once.
    pub(super) license: Option<String>,
    /// Whether it says `"type": "module"`.
    pub(super) module: bool,
    /// `browser`, `module` and `main` where they are paths.
    pub(super) main: BTreeMap<&'static str, String>,
    /// `browser` where it is a table; `None` stands for `false`.
    pub(super) browser: Option<BTreeMap<String, Option<String>>>,
    pub(super) exports: Option<Value>,
    pub(super) imports: Option<Value>,
    /// Its settings for TypeScript, where others can extend them.
    pub(super) tsconfig: Option<String>,
    /// The packages that it asks for, by the field that does so.
    pub(super) dependencies: BTreeMap<String, &'static str>,
    /// Whether it declares types.
    pub(super) types: bool,
    /// `packageManager`.
    pub(super) manager: Option<String>,
    effects: Effects,
}

/// `sideEffects`.
#[derive(Debug, Default)]
enum Effects {
    #[default]
    All,
    /// Patterns of the files that have some, relative to the package.
    Some(Vec<String>),
}

impl Package {
    /// Reads the manifest of a directory; `None` where it is not JSON.
    pub(super) fn read(directory: &Path) -> Option<Self> {
        let manifest = fs::read_to_string(directory.join("package.json")).ok()?;
        let Ok(Value::Object(mut fields)) = serde_json::from_str(manifest.trim_start_matches('\u{feff}'))
        else {
            return None;
        };
        let text = |fields: &Map<String, Value>, key: &str| match fields.get(key) {
            Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
            _ => None,
        };
        let main = ["browser", "module", "main"];
        let main = main.into_iter().filter_map(|key| Some((key, text(&fields, key)?))).collect();
        let mut dependencies = BTreeMap::new();
        for field in ["peerDependencies", "optionalDependencies", "devDependencies", "dependencies"] {
            let names = fields.get(field).and_then(Value::as_object);
            dependencies.extend(names.into_iter().flat_map(Map::keys).map(|name| (name.clone(), field)));
        }
        Some(Self {
            directory: directory.to_path_buf(),
            hash: hash::of(manifest.as_bytes()),
            name: text(&fields, "name"),
            version: text(&fields, "version"),
            license: text(&fields, "license").or_else(|| text(fields.get("license")?.as_object()?, "type")),
            module: fields.get("type").and_then(Value::as_str) == Some("module"),
            main,
            browser: fields.get("browser").and_then(Value::as_object).map(replacements),
            effects: fields.get("sideEffects").map_or(Effects::All, effects),
            tsconfig: text(&fields, "tsconfig"),
            types: fields.contains_key("types") || fields.contains_key("typings"),
            manager: text(&fields, "packageManager"),
            dependencies,
            exports: fields.remove("exports").filter(|exports| !exports.is_null()),
            imports: fields.remove("imports").filter(|imports| !imports.is_null()),
        })
    }

    /// What it says of effects.
    pub(super) fn effects_text(&self) -> &'static str {
        match &self.effects {
            Effects::All => "no `sideEffects`",
            Effects::Some(patterns) if patterns.is_empty() => "`sideEffects: false`",
            Effects::Some(_) => "a list in `sideEffects`",
        }
    }

    /// Whether evaluating a file of the package does anything but make its exports.
    pub(super) fn has_effects(&self, file: &Path) -> bool {
        match &self.effects {
            Effects::All => true,
            Effects::Some(patterns) => {
                let path = relative(&self.directory, file);
                patterns.iter().any(|pattern| matches(pattern.as_bytes(), path.as_bytes()))
            }
        }
    }
}

fn replacements(table: &Map<String, Value>) -> BTreeMap<String, Option<String>> {
    let replacement = |(from, to): (&String, &Value)| match to {
        Value::String(to) => Some((from.clone(), Some(to.clone()))),
        Value::Bool(false) => Some((from.clone(), None)),
        _ => None,
    };
    table.iter().filter_map(replacement).collect()
}

fn effects(value: &Value) -> Effects {
    match value {
        Value::Bool(false) => Effects::Some(Vec::new()),
        Value::Array(patterns) => {
            // A pattern without a slash means files of that name anywhere.
            let pattern = |pattern: &str| {
                let pattern =
                    if pattern.contains('/') { pattern.to_owned() } else { format!("**/{pattern}") };
                join(Path::new(""), &pattern).to_string_lossy().into_owned()
            };
            Effects::Some(patterns.iter().filter_map(Value::as_str).map(pattern).collect())
        }
        _ => Effects::All,
    }
}

/// Whether a pattern means a path: `*` and `?` as usual, `**` for any number of directories.
fn matches(pattern: &[u8], path: &[u8]) -> bool {
    match pattern {
        [] => path.is_empty(),
        [b'*', b'*', b'/', rest @ ..] => {
            let mut starts = (0..path.len()).filter(|at| *at == 0 || path[at - 1] == b'/');
            starts.any(|at| matches(rest, &path[at..]))
        }
        [b'*', b'*'] => true,
        [b'*', rest @ ..] => {
            let end = path.iter().position(|byte| *byte == b'/').unwrap_or(path.len());
            (0..=end).any(|at| matches(rest, &path[at..]))
        }
        [b'?', rest @ ..] => !path.is_empty() && matches(rest, &path[1..]),
        [letter, rest @ ..] => path.first() == Some(letter) && matches(rest, &path[1..]),
    }
}
