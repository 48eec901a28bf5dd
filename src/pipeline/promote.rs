//! `promote`: a version of one environment under the bindings of another.
//!
//! Code and static files are those of the version, byte for byte; bindings, settings and the worker's name are what the
//! configuration says today. Nothing is compiled, so what the code was compiled for has to be the same in both environments.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::versions::{self, version};
use crate::check;
use crate::compare::{Class, Difference, Direction, compare};
use crate::deployment::{self, Deployment, Document, WORKER};
use crate::diagnostic::{Diagnostic, Diagnostics, Levels};
use crate::error::Error;
use crate::project::{self, AssetSettings, ModuleType, Options, Project, RunWorkerFirst};
use crate::store::{Action, Store, called};
use crate::target::wrangler;

/// What is to be promoted, and where to.
#[derive(Clone, Copy, Debug)]
pub struct PromoteRequest<'a> {
    /// What the user calls the version; environments are looked up in `from`.
    pub version: &'a str,
    /// The environment that it has to be of, where that was said; an empty name is the top level.
    pub from: Option<&'a str>,
    /// The environment that gets it; an empty name is the top level.
    pub to: &'a str,
    /// Where it is written; `None` is [`deployment::default_outdir`].
    pub outdir: Option<&'a Path>,
    /// Whether it is to be kept in the store.
    pub store: bool,
    /// Whether to go on where it is not safe.
    pub force: bool,
}

/// A version that was promoted.
#[derive(Clone, Debug)]
pub struct Promoted {
    /// The new version.
    pub id: String,
    /// The one that it was made of.
    pub version: String,
    /// The environment of that one, `None` for the top level.
    pub from: Option<String>,
    /// The environment that got it.
    pub to: Option<String>,
    /// Where it was written.
    pub outdir: PathBuf,
    /// Name and kind of every binding.
    pub bindings: Vec<(String, String)>,
    /// From what the environment was given last, where it was given anything.
    pub difference: Option<Difference>,
    /// Whether going there is not safe, so that nothing was written.
    pub blocked: bool,
}

/// Makes a version of one environment one of another. `None` where errors stopped it; then nothing was written.
///
/// # Errors
///
/// There is no such version, its code is not what the other environment would have, or what the machine does to us.
pub fn promote(
    options: &Options,
    request: PromoteRequest<'_>,
) -> Result<(Option<Promoted>, Vec<Diagnostic>), Error> {
    let levels = Levels { checking: true, ..options.levels.clone() };
    let of = |name: Option<&str>| Options {
        environment: name.map(str::to_owned),
        levels: levels.clone(),
        ..options.clone()
    };
    let version = version(&of(request.from), request.version)?;
    let from = version.document.project.environment.clone();
    if let Some(wanted) = request.from
        && from.as_deref().unwrap_or_default() != wanted
    {
        let message = format!(
            "`{}` was built for {}, not for {}",
            request.version,
            called(from.as_deref()),
            called(Some(wanted))
        );
        return Err(Error::Usage(message));
    }
    let mut diagnostics = Diagnostics::default();
    let Some(project) = declared(&of(Some(request.to)), &mut diagnostics)? else {
        return Ok((None, diagnostics.into_sorted()));
    };
    // What is wrong with the environment that is left is no concern of the other one.
    if let Some(before) =
        declared(&of(Some(from.as_deref().unwrap_or_default())), &mut Diagnostics::default())?
    {
        same_code(&before, &project)?;
    }
    let project = as_built(project, &version.document);
    hold(&project, &version.document, &mut diagnostics);
    if diagnostics.has_errors() {
        return Ok((None, diagnostics.into_sorted()));
    }
    let promoted = deployment::promote(&version, &project, &wrangler_text(&project, &version.document));
    let outdir = match request.outdir {
        Some(outdir) => std::path::absolute(outdir).map_err(|error| Error::io("locate", outdir, error))?,
        None => deployment::place_of(deployment::default_outdir(&project).0, project.environment.as_deref())?,
    };
    deployment::check_outdir(&project, &outdir)?;
    let difference = running(&project)?
        .map(|running| compare(&running, &promoted, Direction::between(&running, &promoted)));
    let is_unsafe = difference.as_ref().is_some_and(|difference| difference.class == Class::Blocked);
    let blocked = is_unsafe && !request.force;
    let stage = || deployment::stage(&promoted, &outdir, None, &options.progress);
    match request.store {
        _ if blocked => {}
        true => {
            let action = Action::Promote(version.document.id.clone());
            versions::record(&project.root, &[&promoted], &action, stage)?;
        }
        false => stage()?.replace()?,
    }
    let bindings = project.bindings.iter().map(|binding| (binding.name.clone(), binding.kind.to_owned()));
    let promoted = Promoted {
        id: promoted.document.id,
        version: version.document.id,
        from,
        outdir,
        bindings: bindings.collect(),
        to: project.environment,
        difference,
        blocked,
    };
    Ok((Some(promoted), diagnostics.into_sorted()))
}

/// What an environment was given last.
fn running(project: &Project) -> Result<Option<Deployment>, Error> {
    let Some(store) = Store::open(&project.root)? else { return Ok(None) };
    let history = store.history(project.environment.as_deref())?;
    history.last().map(|id| versions::running(&store, id)).transpose()
}

/// What one environment declares today.
fn declared(options: &Options, diagnostics: &mut Diagnostics) -> Result<Option<Project>, Error> {
    let wanted = project::environment(options);
    let Some(projects) = project::load_declared(options, diagnostics)? else { return Ok(None) };
    match projects.into_iter().find(|project| project.environment.as_deref() == wanted) {
        Some(project) => Ok(Some(project)),
        // A top level that declares nothing, where environments do.
        None => project::load(options, diagnostics),
    }
}

fn same_code(before: &Project, after: &Project) -> Result<(), Error> {
    let differing = after.builds_differently(before);
    if differing.is_empty() {
        return Ok(());
    }
    let (from, to) = (called(before.environment.as_deref()), called(after.environment.as_deref()));
    Err(Error::Usage(format!(
        "{to} would have other code or static files than {from}, since they differ in {}; build for {to} instead",
        differing.join(", ")
    )))
}

/// The project as it was when its code was compiled, where that is part of the code.
fn as_built(project: Project, document: &Document) -> Project {
    let assets = document.assets.as_ref().zip(project.assets).map(|(built, settings)| AssetSettings {
        binding: built.binding.clone(),
        html_handling: built.html_handling.clone(),
        not_found_handling: built.not_found_handling.clone(),
        ..settings
    });
    Project {
        compatibility_date: document.runtime.compatibility_date.clone(),
        compatibility_flags: document.runtime.compatibility_flags.clone(),
        assets,
        ..project
    }
}

/// Holds the version against what the environment declares.
fn hold(project: &Project, document: &Document, diagnostics: &mut Diagnostics) {
    let exports = document.code.as_ref().map_or(&[][..], |code| &code.exports);
    let facts = check::Facts {
        project,
        worker: check::Worker { exports, exports_more: false },
        uses: &Default::default(),
        set_elsewhere: &project.set_elsewhere(),
    };
    let bindings = document.bindings.iter().map(|binding| (binding.name.as_str(), binding.kind.as_str()));
    let secrets = document.unversioned.secrets.iter().map(|name| (name.as_str(), "secrets"));
    let declared: BTreeMap<&str, &str> = secrets.chain(bindings).collect();
    let environment = called(document.project.environment.as_deref());
    let version = check::Version { environment: &environment, uses: &document.uses, declared: &declared };
    check::promotion(facts, version, diagnostics);
}

fn wrangler_text(project: &Project, document: &Document) -> String {
    let name = |path: &str| path.strip_prefix(WORKER).unwrap_or(path).to_owned();
    let code = document.code.as_ref();
    let main = code.map(|code| name(&code.main));
    let beside =
        code.iter().flat_map(|code| code.modules.iter().filter(|module| module.file.path != code.main));
    let named: Vec<(String, ModuleType)> =
        beside.map(|module| (name(&module.file.path), module.kind.into())).collect();
    let modules: Vec<_> = named.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
    let first: Option<RunWorkerFirst> =
        document.assets.as_ref().and_then(|assets| assets.run_worker_first.clone()).map(Into::into);
    let assets = project.assets.as_ref();
    let config = wrangler::config(&wrangler::Input {
        project,
        main: main.as_deref(),
        modules: &modules,
        source_map: code.is_some_and(|code| code.source_map.is_some()),
        assets: assets.map(|settings| wrangler::Assets { settings, run_worker_first: first.as_ref() }),
    });
    format!("{config:#}\n")
}
