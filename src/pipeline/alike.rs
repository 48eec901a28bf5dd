//! Several environments of one project: what is the same in them is made once, and said once.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::{Whole, survey, whole};
use crate::diagnostic::{self, Diagnostic, Diagnostics, Label};
use crate::error::Error;
use crate::project::{Options, Project};

/// Code and static files of an environment, and what was said about them.
pub(super) struct Known {
    pub(super) whole: Whole,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) has_errors: bool,
}

/// Where among those that are known the code and the static files of a project are, which are made where they are not.
pub(super) fn known_like(
    known: &mut Vec<Known>,
    project: &Project,
    outdir: PathBuf,
    options: &Options,
) -> Result<usize, Error> {
    if let Some(at) = known.iter().position(|known| known.whole.project.builds_like(project)) {
        return Ok(at);
    }
    let mut own = Diagnostics::default();
    let front = survey(project.clone(), outdir, options, &mut own)?;
    let whole = whole(front, &mut own)?;
    known.push(Known { whole, has_errors: own.has_errors(), diagnostics: own.into_sorted() });
    Ok(known.len() - 1)
}

/// What was said about the environments.
#[derive(Default)]
pub(super) struct Said {
    environments: Vec<String>,
    heard: Vec<(Diagnostic, BTreeSet<usize>)>,
}

impl Said {
    /// Adds what was said about one. The same about another is the same diagnostic, with its places.
    pub(super) fn add(&mut self, environment: Option<&str>, diagnostics: Diagnostics) {
        let at = self.environments.len();
        self.environments.push(environment.unwrap_or("the top level").to_owned());
        for diagnostic in diagnostics.into_sorted() {
            let says_it = |known: &Diagnostic| {
                (known.code, &known.message, known.primary_path())
                    == (diagnostic.code, &diagnostic.message, diagnostic.primary_path())
            };
            let here = self.heard.iter().position(|(known, environments)| {
                says_it(known) && known.labels == diagnostic.labels && !environments.contains(&at)
            });
            // What is found in the code of several environments stands at a place of each in the configuration.
            let there = self.heard.iter().position(|(known, environments)| {
                says_it(known) && known.code.weight().is_some() && !environments.contains(&at)
            });
            let Some((known, environments)) = here.or(there).and_then(|known| self.heard.get_mut(known))
            else {
                self.heard.push((diagnostic, BTreeSet::from([at])));
                continue;
            };
            environments.insert(at);
            // Where it concerns the environment itself, it weighs more.
            known.severity = known.severity.min(diagnostic.severity);
            let new: Vec<Label> =
                diagnostic.labels.into_iter().filter(|label| !known.labels.contains(label)).collect();
            known.labels.extend(new);
            known.fixes.extend(diagnostic.fixes);
            // What there is to do differs where it is to be done.
            if let (Some(known), Some(more)) = (&mut known.help, diagnostic.help)
                && !known.contains(&more)
            {
                known.push_str(&format!("\n{more}"));
            }
        }
    }

    /// All of it in order, with the names of the environments where it is not about all of them and does not name them.
    pub(super) fn into_sorted(self) -> Vec<Diagnostic> {
        let Self { environments: names, heard } = self;
        let whole = |(diagnostic, environments): (Diagnostic, BTreeSet<usize>)| {
            let concerned: Vec<String> = environments.into_iter().map(|at| names[at].clone()).collect();
            let is_named = |name: &String| diagnostic.message.contains(&format!("`env.{name}"));
            match concerned.len() == names.len() || concerned.iter().all(is_named) {
                true => diagnostic,
                false => diagnostic.noting("environments", concerned),
            }
        };
        diagnostic::sorted(heard.into_iter().map(whole).collect())
    }
}
