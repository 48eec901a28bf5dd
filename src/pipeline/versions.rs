//! Versions: kept when they are built, found again by what the user calls them.

use std::path::Path;

use super::Made;
use crate::deployment::{self, BuildFacts, Deployment, Finding};
use crate::error::Error;
use crate::project::{self, Options};
use crate::store::{Action, Entry, Reference, Store};

/// Keeps what was built, lets `emit` write it, and says in the logs that it was.
pub(super) fn record_builds(
    root: &Path,
    all: &[&Made],
    emit: impl FnOnce() -> Result<(), Error>,
) -> Result<(), Error> {
    let store = Store::create(root)?;
    let writer = store.writer()?;
    all.iter().try_for_each(|made| writer.keep(&made.deployment))?;
    emit()?;
    all.iter().try_for_each(|made| {
        let entry = entry(&made.deployment, Action::Build, &made.facts);
        writer.record(made.project.environment.as_deref(), &entry)
    })
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
        let root = project::root(options)?;
        let found = match Store::open(&root)? {
            Some(store) => store.find(&reference, project::environment(options)).map(|id| (store, id)),
            None => Err(Error::Usage(
                "no version of this project was kept yet; `pagesbuild build` keeps one".to_owned(),
            )),
        };
        match found {
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

/// The first things that are wrong with a directory or archive, as one error.
pub(super) fn refused(path: &Path, findings: &[Finding]) -> Error {
    let first: Vec<String> = findings.iter().take(3).map(ToString::to_string).collect();
    let more = findings.len().saturating_sub(first.len());
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    Error::unusable(path, format!("it is not a whole deployment: {}{rest}", first.join(", ")))
}
