//! How much a diagnostic weighs: what it weighs by itself, and what the user wants of it.
//!
//! An error of the stages stops the build because there is nothing to go on with, whatever the user wants. All else is
//! open: warnings, notes, and everything that is found by holding code against configuration.

use std::collections::BTreeMap;

use super::{Code, Diagnostic, Severity};

/// What a diagnostic is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Not said at all.
    Off,
    /// A diagnostic of this severity.
    At(Severity),
}

impl Level {
    /// Every level by the name that it is set by.
    pub const ALL: [(&str, Self); 4] = [
        ("off", Self::Off),
        ("note", Self::At(Severity::Note)),
        ("warning", Self::At(Severity::Warning)),
        ("error", Self::At(Severity::Error)),
    ];

    /// The name that it is set by.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::At(severity) => severity.as_str(),
        }
    }
}

/// What the user wants of diagnostics.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    /// Whether the project is only looked at, so that what would be a warning beside a deployment can be an error.
    pub checking: bool,
    /// `--strict`: warnings are errors, and so is everything that is found by holding code against configuration.
    pub strict: bool,
    /// `--deny warnings`.
    pub deny_warnings: bool,
    /// By the command line.
    pub given: BTreeMap<Code, Level>,
    /// By the project.
    pub kept: BTreeMap<Code, Level>,
}

impl Levels {
    /// The diagnostic as it is to be said, `None` where it is not.
    pub(super) fn apply(&self, mut diagnostic: Diagnostic) -> Option<Diagnostic> {
        let given = self.given.get(&diagnostic.code).copied();
        let chosen = given.or(self.kept.get(&diagnostic.code).copied());
        let found = diagnostic.code.weight();
        if found.is_none() && diagnostic.severity == Severity::Error {
            if let Some(level) = chosen.filter(|level| *level != Level::At(Severity::Error)) {
                let why = format!("`{}` does not hold for it, since nothing can be built", level.as_str());
                diagnostic = diagnostic.noting("level", vec![why]);
            }
            return Some(diagnostic);
        }
        let usual = match found {
            Some(weight) if self.checking => weight.check.max(diagnostic.at_most),
            Some(weight) => weight.build.max(diagnostic.at_most),
            None => diagnostic.severity,
        };
        let level = chosen.unwrap_or(Level::At(usual));
        let strict = self.strict && given.is_none() && (found.is_some() || level == WARNING);
        let denied = self.deny_warnings && given != Some(WARNING) && level == WARNING;
        diagnostic.severity = match level {
            Level::Off => return None,
            Level::At(_) if strict || denied => Severity::Error,
            Level::At(severity) => severity,
        };
        Some(diagnostic)
    }
}

const WARNING: Level = Level::At(Severity::Warning);

/// What a code weighs that is found by holding code against configuration.
#[derive(Clone, Copy, Debug)]
pub struct Weight {
    /// Beside a deployment.
    pub build: Severity,
    /// Where the project is only looked at.
    pub check: Severity,
}
