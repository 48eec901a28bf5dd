//! Versions: kept when they are built, found again by what the user calls them.

use std::path::Path;

use super::Made;
use crate::deployment::{self, BuildFacts, Deployment, Finding};
use crate::error::Error;
use crate::project::{self, Options};
use crate::store::{self, Action, Entry, Reference, Store};

/// Keeps what was built, lets `emit` write it, and says in the logs that it was.
pub(super) fn record_builds(
    root: &Path,
    all: &[&Made],
    emit: impl FnOnce() -> Result<(), Error>,
) -> Result<(), Error> {
    let unkept = |error| offer_none(root, error);
    let store = Store::create(root).map_err(unkept)?;
    let writer = store.writer().map_err(unkept)?;
    for made in all {
        // An entry behind a damaged line would be of no use to anybody.
        store.log(made.project.environment.as_deref()).map_err(unkept)?;
        writer.keep(&made.deployment).map_err(unkept)?;
    }
    emit()?;
    all.iter().try_for_each(|made| {
        let entry = entry(&made.deployment, Action::Build, &made.facts);
        writer.record(made.project.environment.as_deref(), &entry)
    })
}

/// What the store cannot do, a build can do without.
fn offer_none(root: &Path, error: Error) -> Error {
    let directory = store::directory(root);
    match &error {
        Error::Io { path, .. } | Error::Unusable { path, .. } if path.starts_with(&directory) => {
            Error::Usage(format!("{error}; `--no-store` builds without keeping the version"))
        }
        _ => error,
    }
}

fn entry(deployment: &Deployment, action: Action, facts: &BuildFacts) -> Entry {
    Entry {
        id: deployment.document.id.clone(),
        time: facts.time.clone(),
        action,
        git: facts.inputs.git.clone(),
        tool: facts.tool.clone(),
    }
}

/// What a text on the command line means: an id, the start of one, `latest~N`, a directory or an archive.
///
/// # Errors
///
/// It means nothing, or what it means cannot be used.
pub fn version(options: &Options, text: &str) -> Result<Deployment, Error> {
    let path = Path::new(text);
    let reference = Reference::parse(text);
    // What could be both is a version where there is one of that name.
    if let Some(reference) = reference {
        match found(options, &reference) {
            Ok((store, id)) => return store.version(&id),
            Err(error) if !path.exists() => return Err(error),
            Err(_) => {}
        }
    }
    if !path.exists() {
        let message = format!("there is no version, directory or archive `{text}`");
        return Err(Error::Usage(message));
    }
    deployment::open(path).map_err(|findings| refused(path, &findings))
}

/// A version in the project's store, by what a text on the command line says.
///
/// # Errors
///
/// There is none, or the text cannot mean one.
pub(super) fn kept(options: &Options, text: &str) -> Result<(Store, String), Error> {
    let reference = Reference::parse(text).ok_or_else(|| {
        Error::Usage(format!("`{text}` is neither an id, nor the start of one, nor `latest~N`"))
    })?;
    found(options, &reference)
}

fn found(options: &Options, reference: &Reference) -> Result<(Store, String), Error> {
    let store = Store::open(&project::root(options)?)?.ok_or_else(|| {
        Error::Usage("no version of this project was kept yet; `pagesbuild build` keeps one".to_owned())
    })?;
    store.find(reference, project::environment(options)).map(|id| (store, id))
}

/// The first things that are wrong with a directory or archive, as one error.
fn refused(path: &Path, findings: &[Finding]) -> Error {
    let first: Vec<String> = findings.iter().take(3).map(ToString::to_string).collect();
    let more = findings.len().saturating_sub(first.len());
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    Error::unusable(path, format!("it is not a whole deployment: {}{rest}", first.join(", ")))
}
