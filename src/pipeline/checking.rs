//! `check`: all stages on all environments, and nothing comes of it but what is to be said.

use std::time::{Duration, Instant};

use crate::deployment;
use crate::diagnostic::{Diagnostic, Diagnostics, Levels};
use crate::error::Error;
use crate::project::{self, Options, Project};

use super::alike::{Known, Said, known_like};
use super::{hold, serving, weight};

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

/// Looks at one environment. What has the code and the files of an earlier one is not made again.
fn look(
    project: Project,
    options: &Options,
    known: &mut Vec<Known>,
    diagnostics: &mut Diagnostics,
) -> Result<Environment, Error> {
    let (outdir, _) = deployment::default_outdir(&project);
    let at = known_like(known, &project, outdir, options)?;
    let Known { whole, diagnostics: own, has_errors } = &known[at];
    diagnostics.extend(own.iter().cloned());
    let bundle = whole.linked.as_ref().map(|linked| &linked.bundle);
    if !has_errors {
        hold(&project, bundle, &whole.uses, diagnostics);
    }
    diagnostics.extend(weight::too_large(whole, &project));
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
