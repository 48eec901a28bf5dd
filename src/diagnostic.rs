//! What is wrong with the project: values that stages collect, never print.
//!
//! A diagnostic names a stable code, says what is wrong in one sentence without a final period, points
//! into the user's files and offers something to do. [`Diagnostics`] keeps them in one order that does not
//! depend on which stage or thread found them first, and lets the user decide what they weigh.

use std::ops::Range;
use std::sync::Arc;

use crate::hash::{self, Hash};

mod change;
mod codes;
mod excerpt;
mod level;
mod printable;
mod render;
mod sarif;

pub use change::Change;
pub use codes::Code;
pub use level::{Level, Levels, Weight};
pub use printable::printable;
pub use render::{Style, render};
pub use sarif::{Replacement, sarif};

/// A file of the user's as it was read; spans are byte offsets into its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source(Arc<Read>);

#[derive(Debug, Default, PartialEq, Eq)]
struct Read {
    path: String,
    text: String,
    hash: Option<Hash>,
}

impl Source {
    /// `path` is how the user would name the file: relative to the project, `/`-separated.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self(Arc::new(Read { path: path.into(), text: text.into(), hash: None }))
    }

    /// The same for a text that was made from the bytes of a file and from nothing else.
    pub fn of_file(path: impl Into<String>, text: impl Into<String>, bytes: &[u8]) -> Self {
        let hash = Some(hash::of(bytes));
        Self(Arc::new(Read { path: path.into(), text: text.into(), hash }))
    }

    /// The same file under another path.
    #[must_use]
    pub fn at_path(&self, path: impl Into<String>) -> Self {
        let Read { text, hash, .. } = &*self.0;
        Self(Arc::new(Read { path: path.into(), text: text.clone(), hash: *hash }))
    }

    /// The path as shown to the user.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The hash of the file's bytes, where the text is a file's.
    pub fn hash(&self) -> Option<&Hash> {
        self.0.hash.as_ref()
    }

    /// A place for people: line and column from 1, columns in characters.
    pub fn line_and_column(&self, at: usize) -> (usize, usize) {
        let before = self.text().get(..at).unwrap_or("");
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// How much a diagnostic weighs. Errors stop the build; nothing else does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The project cannot be built as it stands.
    Error,
    /// The project builds, and probably not as it was meant.
    Warning,
    /// Worth knowing; nothing is wrong.
    Note,
}

impl Severity {
    /// The word used in every output format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A place in a file and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The file.
    pub source: Source,
    /// Byte offsets into its text.
    pub span: Range<usize>,
    /// What to say there; may be empty.
    pub text: String,
}

/// One thing to tell the user about the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name, documented in `docs/diagnostics.md`.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// The most that it weighs by itself, since it may be wrong.
    pub at_most: Severity,
    /// One sentence, no final period, literals in backticks.
    pub message: String,
    /// The file it is about when there is no place in a text to show.
    pub path: Option<String>,
    /// Places, the most important one first.
    pub labels: Vec<Label>,
    /// What was found on the way to it.
    pub notes: Vec<Note>,
    /// What the user can do.
    pub help: Option<String>,
    /// What settles it, where only one thing can be meant.
    pub fixes: Vec<Change>,
}

/// A list of things to know, such as the files that were looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What they are, in a word or two.
    pub label: &'static str,
    /// The things, the first ones first.
    pub items: Vec<String>,
}

impl Diagnostic {
    /// A diagnostic that stops the build.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    /// A diagnostic that does not stop the build.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    /// Something worth knowing.
    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, message)
    }

    /// What holding code against configuration has found.
    pub fn finding(code: Code, message: impl Into<String>) -> Self {
        let severity = code.weight().map_or(Severity::Warning, |weight| weight.build);
        Self::new(code, severity, message)
    }

    fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            at_most: Severity::Error,
            message: message.into(),
            path: None,
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
            fixes: Vec::new(),
        }
    }

    /// Adds a place. The first one added is the primary one.
    #[must_use]
    pub fn at(mut self, source: &Source, span: Range<usize>, text: impl Into<String>) -> Self {
        self.labels.push(Label { source: source.clone(), span, text: text.into() });
        self
    }

    /// Keeps it from weighing more than this by itself, since it may be wrong.
    #[must_use]
    pub fn at_most(mut self, severity: Severity) -> Self {
        self.at_most = severity;
        self.severity = self.severity.max(severity);
        self
    }

    /// Names the file when there is no text to point into.
    #[must_use]
    pub fn file(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Adds a list of things to know, unless it is empty.
    #[must_use]
    pub fn noting(mut self, label: &'static str, items: Vec<String>) -> Self {
        if !items.is_empty() {
            self.notes.push(Note { label, items });
        }
        self
    }

    /// Adds what the user can do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Adds a change of the configuration file that settles it. Nothing else must be a sensible answer.
    #[must_use]
    pub fn fix(mut self, change: Change) -> Self {
        self.fixes.push(change);
        self
    }

    /// The file that the diagnostic is sorted and reported under.
    pub fn primary_path(&self) -> &str {
        match self.labels.first() {
            Some(label) => label.source.path(),
            None => self.path.as_deref().unwrap_or(""),
        }
    }

    fn order(&self) -> (&str, usize, &'static str, &str) {
        let start = self.labels.first().map_or(0, |label| label.span.start);
        (self.primary_path(), start, self.code.as_str(), &self.message)
    }
}

/// The diagnostics of a whole run.
#[derive(Debug, Default)]
pub struct Diagnostics {
    all: Vec<Diagnostic>,
    levels: Levels,
}

impl Diagnostics {
    /// Lets the user decide what diagnostics weigh, those that are there already too.
    pub fn govern(&mut self, levels: Levels) {
        self.levels = levels;
        let all = std::mem::take(&mut self.all);
        self.extend(all);
    }

    /// All places that are shown.
    pub(crate) fn labels_mut(&mut self) -> impl Iterator<Item = &mut Label> {
        self.all.iter_mut().flat_map(|diagnostic| &mut diagnostic.labels)
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.all.extend(self.levels.apply(diagnostic));
    }

    /// Adds many.
    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.all.extend(diagnostics.into_iter().filter_map(|diagnostic| self.levels.apply(diagnostic)));
    }

    /// How many there are of one severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.all.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }

    /// Whether the build must stop.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// All of them by path, place and code, each once.
    pub fn into_sorted(self) -> Vec<Diagnostic> {
        sorted(self.all)
    }
}

/// Diagnostics by path, place and code, each once.
pub fn sorted(mut all: Vec<Diagnostic>) -> Vec<Diagnostic> {
    all.sort_by(|a, b| a.order().cmp(&b.order()));
    all.dedup();
    all
}
