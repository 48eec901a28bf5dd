//! Changes of a configuration file in place: the text as it is, and what was asked for.
//!
//! A parsed file and changes come in, a text comes out that is the old one with something inserted, comments and
//! formatting kept. The new text is read again: unless it says exactly what the old one said and the changes besides,
//! there is no new text but a diagnostic, which shows what to add by hand.

use std::ops::Range;

use super::schema::{BindingKind, KINDS, SECRETS};
use super::{Config, parse};
use crate::diagnostic::{Change, Code, Diagnostic, Diagnostics, Replacement, Source};
use crate::error::Error;

mod brackets;
mod classes;
mod diff;
mod ids;
mod json;
mod plan;
mod request;
mod save;
mod sections;
mod text;
mod toml;
mod write;

pub(crate) use ids::identities;
pub use request::Request;
pub(crate) use request::{request, required};

/// A text in place of another.
type Edit = (Range<usize>, String);

fn insertions(insertions: brackets::Insertions) -> Vec<Edit> {
    insertions.into_iter().map(|(at, text)| (at..at, text)).collect()
}

/// A configuration file after changes, which is not written yet.
#[derive(Clone, Debug)]
pub struct Edited {
    /// The file with the new text.
    pub config: Config,
    old: String,
}

impl Edited {
    /// The same as a file that is not there yet.
    pub(crate) fn into_new(self) -> Self {
        Self { old: String::new(), ..self }
    }

    /// Whether anything is different.
    pub fn is_changed(&self) -> bool {
        self.old != self.config.source.text()
    }

    /// What is different, as a unified diff.
    pub fn diff(&self) -> String {
        diff::unified(self.config.source.path(), &self.old, self.config.source.text())
    }

    /// The new lines with their numbers.
    pub fn added(&self) -> Vec<(usize, String)> {
        diff::added(&self.old, self.config.source.text())
    }

    /// What is different, as one piece of text in place of another.
    pub fn replacement(&self) -> Replacement {
        let (old, new) = (self.old.as_str(), self.config.source.text());
        let is_same = |((_, old), new): &((usize, char), char)| old == new;
        let start = old.char_indices().zip(new.chars()).take_while(is_same);
        let start: usize = start.map(|((_, same), _)| same.len_utf8()).sum();
        let (old_rest, new_rest) = (&old[start..], &new[start..]);
        let end = old_rest.chars().rev().zip(new_rest.chars().rev()).take_while(|(old, new)| old == new);
        let end: usize = end.map(|(same, _)| same.len_utf8()).sum();
        Replacement {
            source: Source::new(self.config.source.path(), old),
            span: start..old.len() - end,
            text: new_rest[..new_rest.len() - end].to_owned(),
        }
    }

    /// Writes the file, unless it is no longer the one that was read.
    ///
    /// # Errors
    /// When the file cannot be replaced, or has changed meanwhile.
    pub fn save(&self) -> Result<(), Error> {
        save::save(&self.config.path, &self.old, self.config.source.text())
    }
}

/// Whether a name is declared already as a change would declare it.
pub(crate) fn is_there(config: &Config, change: &Change) -> bool {
    let (name, wanted) = match change {
        Change::Declare { kind, name, .. } => (name, *kind),
        Change::Variable { name, .. } => (name, "vars"),
        Change::Require { name, .. } => (name, SECRETS),
        Change::Identify { .. } | Change::Create { .. } => return false,
    };
    let table = match change.environment() {
        Some(name) => config.root.get("env").and_then(|environments| environments.get(name)),
        None => Some(&config.root),
    };
    let found = table.and_then(|table| plan::declared(table, name));
    found.is_some_and(|(kind, _)| kind == wanted)
}

/// Makes changes one after the other.
///
/// # Errors
/// A diagnostic about the first change that cannot be made; then none is.
pub fn edit(config: &Config, changes: &[Change]) -> Result<Edited, Box<Diagnostic>> {
    let mut current = config.clone();
    for change in changes {
        current = one(&current, change)?;
    }
    Ok(Edited { config: current, old: config.source.text().to_owned() })
}

fn one(config: &Config, change: &Change) -> Result<Config, Box<Diagnostic>> {
    if let Some(generated) = &config.generated {
        let message =
            format!("`{}` was made by a build tool, which will make it again", config.source.path());
        let help = format!("change the file in `{}` that it was made of", generated.project.display());
        let diagnostic = Diagnostic::error(Code::RedirectedConfig, message).file(config.source.path());
        return Err(diagnostic.help(help).into());
    }
    let Some(step) = plan::plan(config, change)? else { return Ok(config.clone()) };
    let text = config.source.text();
    let mut expected = config.root.to_json();
    step.apply(&mut expected);
    let edits = match is_toml(config) {
        true => toml::edits(text, &step),
        false => json::edits(text, &step),
    };
    let new = edits.and_then(|edits| parse(&config.path, &apply(text, edits), &mut Diagnostics::default()));
    match new.filter(|new| new.root.to_json() == expected) {
        Some(mut new) => {
            new.source = new.source.at_path(config.source.path());
            Ok(new)
        }
        None => Err(refusal(config, &step).into()),
    }
}

/// The text with edits in it, which may stand in any order. Those at one place keep theirs.
fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    let mut new = String::with_capacity(text.len() + 256);
    let mut at = 0;
    for (range, inserted) in edits {
        new.push_str(text.get(at..range.start).unwrap_or_default());
        new.push_str(&inserted);
        at = range.end;
    }
    new.push_str(text.get(at..).unwrap_or_default());
    new
}

fn is_toml(config: &Config) -> bool {
    config.path.extension().is_some_and(|extension| extension == "toml")
}

/// The kind that a configuration key declares.
fn kind(key: &str) -> Option<&'static BindingKind> {
    KINDS.iter().find(|kind| kind.key == key)
}

fn refusal(config: &Config, step: &plan::Step) -> Diagnostic {
    let is_toml = is_toml(config);
    let path = match step.path() {
        path if path.is_empty() => "the top level".to_owned(),
        path => format!("`{path}`"),
    };
    let (message, help) = match is_toml && step.has_null() {
        true => (
            format!("{path} cannot take a `null`, which TOML does not have"),
            "leave out what is `null`, or keep the value as a text".to_owned(),
        ),
        false => (
            format!("{path} is written in a way that cannot be added to"),
            format!("add it by hand: {}", step.by_hand(is_toml)),
        ),
    };
    let span = step.target(&config.root).span.clone();
    Diagnostic::error(Code::EditRefused, message).at(&config.source, span, "").help(help)
}
