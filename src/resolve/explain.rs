//! Why a specifier leads nowhere, found out when it does not.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use super::directory::Directory;
use super::record::{Record, Tried};
use super::{Resolver, path};
use crate::compile::ImportKind;

mod file;
mod foreign;
mod installed;

/// How many names a message lists.
const NAMES: usize = 4;

/// Why a specifier leads nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unresolved {
    /// One sentence.
    pub reason: String,
    /// What the user can do.
    pub help: String,
    /// The files that were looked for, in order; `{,.ts}` stands for endings that were added.
    pub tried: Vec<String>,
    /// The conditions that packages were told, where that made the difference.
    pub conditions: Vec<String>,
}

impl Unresolved {
    pub(super) fn new(reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { reason: reason.into(), help: help.into(), ..Self::default() }
    }
}

/// A failure that is looked into.
struct Failure<'a> {
    resolver: &'a Resolver,
    from: Arc<Directory>,
    specifier: &'a str,
    kind: ImportKind,
    record: Record,
}

impl Resolver {
    /// Why a specifier of the file `importer` leads nowhere.
    pub fn explain(&self, importer: &Path, specifier: &str, kind: ImportKind) -> Unresolved {
        if let Some(unresolved) = self.outside(specifier) {
            return unresolved;
        }
        let record = RefCell::new(Record::default());
        let Some(from) = importer.parent().and_then(|parent| self.directories.get(parent)) else {
            return Unresolved::new(
                format!("`{specifier}` cannot be looked for"),
                "make the directory readable",
            );
        };
        let alias = self.alias.get(specifier);
        self.found(&from.path, specifier, kind, Some(&record));
        let failure = Failure {
            resolver: self,
            from: match alias {
                Some(_) => self.directories.get(&self.root).unwrap_or(from),
                None => from,
            },
            specifier: alias.map_or(specifier, String::as_str),
            kind,
            record: record.into_inner(),
        };
        let mut unresolved = failure.explain();
        if let Some(target) = alias {
            unresolved.reason = format!(
                "`{specifier}` is an alias of `{target}` in the configuration: {}",
                unresolved.reason
            );
        }
        unresolved.tried = failure.record.tried.iter().map(|tried| self.spelled(tried)).collect();
        unresolved
    }

    /// What is no matter of files: modules of other runtimes and tools.
    fn outside(&self, specifier: &str) -> Option<Unresolved> {
        let specifier = self.alias.get(specifier).map_or(specifier, String::as_str);
        self.explain_builtin(specifier).or_else(|| foreign::explain(specifier))
    }

    fn spelled(&self, Tried { path, endings }: &Tried) -> String {
        let path = path::relative(&self.root, path);
        match endings.as_slice() {
            [""] => path,
            [ending] => format!("{path}{ending}"),
            endings => format!("{path}{{{}}}", endings.join(",")),
        }
    }
}

impl Failure<'_> {
    fn explain(&self) -> Unresolved {
        if let Some(unresolved) = self.settings() {
            return unresolved;
        }
        if path::is_package(self.specifier) { self.package() } else { self.file() }
    }

    /// A `tsconfig.json` that cannot be read, which may say where the specifier leads.
    fn settings(&self) -> Option<Unresolved> {
        let lookup = self.resolver.lookup(&self.resolver.rules, false, None);
        let tsconfig = lookup.tsconfig_of(&self.from)?;
        let file = self.shown(&tsconfig.path);
        if let Some(broken) = &tsconfig.broken {
            return Some(Unresolved::new(
                format!("`{}` is not found, and `{file}` cannot be read: {broken}", self.specifier),
                format!("correct `{file}`"),
            ));
        }
        let missing = tsconfig.missing.first().filter(|_| path::is_package(self.specifier))?;
        Some(Unresolved::new(
            format!("`{}` is not found, and neither is `{missing}`, which `{file}` extends", self.specifier),
            format!("correct `extends` in `{file}`, or install the package that it names"),
        ))
    }

    /// A path as the user would write it.
    fn shown(&self, file: &Path) -> String {
        path::relative(&self.resolver.root, file)
    }

    /// A specifier for a file as seen from the importer.
    fn specifier_of(&self, file: &Path) -> String {
        let path = path::relative(&self.from.path, file);
        if path.starts_with("../") { path } else { format!("./{path}") }
    }

    /// Where the specifier leads when it is written differently.
    fn instead(&self, from: &Path, specifier: &str) -> bool {
        self.resolver.found(from, specifier, self.kind, None).is_some()
    }
}

/// The candidate that differs least from a name, if it is near enough to be meant.
fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let limit = (name.chars().count() / 3).clamp(1, 4);
    let distance = |candidate: &str| strsim::osa_distance(&lower, &candidate.to_lowercase());
    let fits = candidates.into_iter().filter(|candidate| candidate.len().abs_diff(name.len()) <= limit);
    let distances = fits.map(|candidate| (distance(candidate), candidate));
    distances.filter(|(distance, _)| *distance <= limit).min().map(|(_, candidate)| candidate)
}

/// Some names in backticks, and how many more there are.
fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let mut shown: Vec<String> = names.iter().take(NAMES).map(|name| format!("`{name}`")).collect();
    if names.len() > NAMES {
        shown.push(format!("{} more", names.len() - NAMES));
    }
    match shown.as_slice() {
        [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => shown.concat(),
    }
}
