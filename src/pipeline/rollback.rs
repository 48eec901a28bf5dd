//! `diff` and `rollback`: one version held against another, and brought back.

use std::path::{Path, PathBuf};

use super::versions::{self, Meant};
use crate::compare::{Class, Difference, Direction, compare};
use crate::deployment::{self, Deployment};
use crate::diagnostic::Diagnostics;
use crate::error::Error;
use crate::project::{self, Options};
use crate::store::{Action, called};

/// What differs between two versions. Without the second, it is what the environment was given last; without both, the first
/// is what it was given before.
///
/// # Errors
///
/// One of them means nothing, or cannot be used.
pub fn diff(options: &Options, before: Option<&str>, after: Option<&str>) -> Result<Difference, Error> {
    let before = whole(options, before.unwrap_or("latest~1"))?;
    let after = whole(options, after.unwrap_or("latest"))?;
    Ok(compare(&before, &after, Direction::between(&before, &after)))
}

/// A version whose description can be taken at its word: files that somebody may have edited are read.
fn whole(options: &Options, text: &str) -> Result<Deployment, Error> {
    match versions::meant(options, text)? {
        Meant::Kept(store, id) => store.version(&id),
        Meant::Path(path) => {
            let version = deployment::open(&path);
            let verified =
                version.and_then(|version| deployment::verify_files(version.clone()).map(|_| version));
            verified.map_err(|findings| versions::refused(&path, &findings))
        }
    }
}

/// What to go back to, and how.
#[derive(Clone, Copy, Debug, Default)]
pub struct RollbackRequest<'a> {
    /// The version; `None` is the one before what the environment was given last.
    pub target: Option<&'a str>,
    /// Relative to the current directory; `None` is where a build writes to.
    pub outdir: Option<&'a Path>,
    /// Whether to go on where it is not safe.
    pub force: bool,
    /// Whether nothing is to be written.
    pub dry_run: bool,
}

/// What a rollback did.
#[derive(Clone, Debug)]
pub struct RolledBack {
    /// From what runs to what is to run.
    pub difference: Difference,
    /// Where it was written, or would be.
    pub outdir: PathBuf,
    /// Why it is there, where that is not plain.
    pub assumption: Option<String>,
    /// How far it went.
    pub outcome: RollbackOutcome,
}

/// How far a rollback went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RollbackOutcome {
    /// The version is what the environment was given last.
    Done,
    /// It was that before; its files were written again.
    Already,
    /// It is not safe, and nothing was written.
    Blocked,
    /// Nothing was to be written.
    Tried,
}

/// Writes an earlier version of an environment to the output directory, and to the environment's log.
///
/// # Errors
///
/// There is no such version, or it cannot be read or written. Nothing is replaced then, and the log says nothing.
pub fn rollback(options: &Options, request: RollbackRequest<'_>) -> Result<RolledBack, Error> {
    let environment = project::environment(options);
    let root = project::root(options)?;
    let store = versions::opened(&root)?;
    // Until the log is written, nothing that it will name is removed.
    let writer = if request.dry_run { None } else { Some(store.writer()?) };
    let history = store.history(environment)?;
    let Some(running) = history.last() else {
        return Err(Error::Usage(format!(
            "{} was given no version yet; `pagesbuild versions` lists what there is",
            called(environment)
        )));
    };
    let id = target(options, request.target, &history)?;
    let (running, target) = (versions::running(&store, running)?, store.version(&id)?);
    let difference = compare(&running, &target, direction(&history, &running, &target));
    let (outdir, assumption) = outdir(options, &root, request.outdir)?;
    let outcome = match writer {
        _ if difference.class == Class::Blocked && !request.force => RollbackOutcome::Blocked,
        None => RollbackOutcome::Tried,
        Some(writer) => {
            deployment::emit(&target, &outdir, None)?;
            if difference.same {
                RollbackOutcome::Already
            } else {
                writer.record(environment, &versions::entry(&target, Action::Rollback))?;
                RollbackOutcome::Done
            }
        }
    };
    Ok(RolledBack { difference, outdir, assumption, outcome })
}

/// The id of the version to go back to, which the environment has to have had.
fn target(options: &Options, asked: Option<&str>, history: &[String]) -> Result<String, Error> {
    let environment = project::environment(options);
    let Some(asked) = asked else {
        let before = history.len().checked_sub(2).and_then(|at| history.get(at));
        return before.cloned().ok_or_else(|| {
            Error::Usage(format!("{} was given one version only, and none before it", called(environment)))
        });
    };
    let (_, id) = versions::kept(options, asked)?;
    if history.contains(&id) {
        return Ok(id);
    }
    let to = environment.map_or(String::new(), |name| format!(" --to {name}"));
    Err(Error::Usage(format!(
        "{} was never given `{id}`; `pagesbuild promote {id}{to}` makes a version for it of that one",
        called(environment)
    )))
}

/// The log knows better than clocks what came first.
fn direction(history: &[String], running: &Deployment, target: &Deployment) -> Direction {
    let first = |deployment: &Deployment| history.iter().position(|id| *id == deployment.document.id);
    if first(running) < first(target) { Direction::Forward } else { Direction::Back }
}

/// Where to write. A rollback is wanted when the project of today is broken, so its configuration is asked but need not answer.
fn outdir(options: &Options, root: &Path, asked: Option<&Path>) -> Result<(PathBuf, Option<String>), Error> {
    let project = project::load(options, &mut Diagnostics::default()).ok().flatten();
    if let Some(asked) = asked {
        let outdir = std::path::absolute(asked).map_err(|error| Error::io("locate", asked, error))?;
        if let Some(project) = &project {
            deployment::check_outdir(project, &outdir)?;
        }
        return Ok((outdir, None));
    }
    let (outdir, assumption) = match &project {
        Some(project) => deployment::default_outdir(project),
        None => {
            let why = "The project's configuration cannot be used, so the deployment is written to `dist/`.";
            (root.join("dist"), Some(why.to_owned()))
        }
    };
    // Builds of several environments write a directory for each.
    let place = deployment::place_of(outdir.clone(), project::environment(options))?;
    let why = "The output directory has one for each environment, and only this one's is replaced.";
    let assumption = if place == outdir { assumption } else { Some(why.to_owned()) };
    Ok((place, assumption))
}
