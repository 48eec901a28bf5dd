//! `check`: all stages on all environments, and nothing comes of it but what is to be said.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::deployment;
use crate::diagnostic::{self, Diagnostic, Diagnostics, Label, Levels};
use crate::error::Error;
use crate::project::{self, Options, Project};

use super::{Whole, hold, serving, survey, whole};

/// What was looked at.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The environments, in the order of the file.
    pub environments: Vec<Environment>,
    /// The project's directory as seen from the root of its repository; empty where that is the same, or where there is none.
    pub within: String,
    /// How long it took.
    pub elapsed: Duration,
}

/// One environment that was looked at.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name, `None` for the top level.
    pub environment: Option<String>,
    /// The worker's name in it.
    pub name: String,
    /// What no file and no flag said.
    pub assumptions: Vec<String>,
    /// How many rows the route table has.
    pub routes: usize,
    /// How many files the worker is made of.
    pub modules: usize,
    /// How many static files there are.
    pub assets: usize,
    /// How many places read a name of `env`.
    pub uses: usize,
    /// Name and kind of every binding.
    pub bindings: Vec<(String, String)>,
}

/// Runs all stages on every environment, or on the one that is asked for, and writes nothing. An environment that could
/// not be loaded is missing in what was looked at.
///
/// # Errors
///
/// What the environment does to us; see [`Error`].
pub fn check(options: &Options) -> Result<(Checked, Vec<Diagnostic>), Error> {
    let start = Instant::now();
    let levels = Levels { checking: true, ..options.levels.clone() };
    let mut known = Vec::new();
    let mut environments = Vec::new();
    let mut said = Said::default();
    for environment in project::environments(options)? {
        let options = Options { environment: environment.clone(), levels: levels.clone(), ..options.clone() };
        let mut diagnostics = Diagnostics::default();
        if let Some(project) = project::load(&options, &mut diagnostics)? {
            environments.push(look(project, &options, &mut known, &mut diagnostics)?);
        }
        said.add(environment.as_deref(), diagnostics);
    }
    let within = deployment::within_repository(&project::root(options)?).unwrap_or_default();
    Ok((Checked { environments, within, elapsed: start.elapsed() }, said.into_sorted()))
}

/// Code and static files of an environment, and what was said about them.
struct Known {
    whole: Whole,
    diagnostics: Vec<Diagnostic>,
    has_errors: bool,
}

/// Looks at one environment. What has the code and the files of an earlier one is not made again.
fn look(
    project: Project,
    options: &Options,
    known: &mut Vec<Known>,
    diagnostics: &mut Diagnostics,
) -> Result<Environment, Error> {
    let at = match known.iter().position(|known| known.whole.project.builds_like(&project)) {
        Some(at) => at,
        None => {
            let (outdir, _) = deployment::default_outdir(&project);
            let mut own = Diagnostics::default();
            let whole = whole(survey(project.clone(), outdir, options, &mut own)?, &mut own)?;
            known.push(Known { whole, has_errors: own.has_errors(), diagnostics: own.into_sorted() });
            known.len() - 1
        }
    };
    let Known { whole, diagnostics: own, has_errors } = &known[at];
    diagnostics.extend(own.iter().cloned());
    let bundle = whole.linked.as_ref().map(|linked| &linked.bundle);
    if !has_errors {
        hold(&project, bundle, &whole.uses, diagnostics);
    }
    diagnostics.extend(serving::in_the_future(&project, &deployment::today()));
    let bindings = project.bindings.iter().map(|binding| (binding.name.clone(), binding.kind.to_owned()));
    Ok(Environment {
        routes: whole.routes.0.len(),
        modules: bundle.map_or(0, |bundle| bundle.sources.len()),
        assets: whole.assets.as_ref().map_or(0, |assets| assets.files.len()),
        uses: whole.uses.uses.len(),
        bindings: bindings.collect(),
        name: project.name,
        environment: project.environment,
        assumptions: project.assumptions,
    })
}

/// What was said about the environments.
#[derive(Default)]
struct Said {
    environments: Vec<String>,
    heard: Vec<(Diagnostic, BTreeSet<usize>)>,
}

impl Said {
    /// Adds what was said about one. The same about another is the same diagnostic, with its places.
    fn add(&mut self, environment: Option<&str>, diagnostics: Diagnostics) {
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
    fn into_sorted(self) -> Vec<Diagnostic> {
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
