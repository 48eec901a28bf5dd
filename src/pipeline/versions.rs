//! Versions: kept when they are built, found again by what the user calls them.

use std::path::{Path, PathBuf};

use crate::deployment::{self, BuildFacts, Deployment, Finding, Staged};
use crate::error::Error;
use crate::project::{self, Options};
use crate::store::{self, Action, Entry, Reference, Store};

/// Keeps deployments while `stage` writes them beside their place; then lets them take it, and says in the logs of their
/// environments that they did.
pub(super) fn record<'a>(
    root: &Path,
    deployments: &[&Deployment],
    action: &Action,
    stage: impl FnOnce() -> Result<Staged<'a>, Error> + Send,
) -> Result<(), Error> {
    let unkept = |error| match action {
        Action::Build => offer_none(root, error),
        _ => error,
    };
    let store = Store::create(root).map_err(unkept)?;
    let writer = store.writer().map_err(unkept)?;
    for deployment in deployments {
        // An entry behind a damaged line would be of no use to anybody.
        store.log(deployment.document.project.environment.as_deref()).map_err(unkept)?;
    }
    let (kept, staged) = rayon::join(|| writer.keep(deployments), stage);
    let (kept, staged) = (kept.map_err(unkept)?, staged?);
    // Now that all is written there is nothing to do but to wait for the disk.
    kept.finish().map_err(unkept)?;
    staged.replace()?;
    deployments.iter().try_for_each(|deployment| {
        let environment = deployment.document.project.environment.as_deref();
        writer.record(environment, &entry(deployment, action.clone()))
    })
}

/// What the store cannot do, a build can do without.
pub(super) fn offer_none(root: &Path, error: Error) -> Error {
    let directory = store::directory(root);
    match &error {
        Error::Io { path, .. } | Error::Unusable { path, .. } if path.starts_with(&directory) => {
            Error::Usage(format!("{error}; `--no-store` builds without keeping the version"))
        }
        _ => error,
    }
}

/// What the log says of a deployment that an environment is given now.
pub(super) fn entry(deployment: &Deployment, action: Action) -> Entry {
    let facts = deployment.facts.as_deref().and_then(BuildFacts::parse);
    Entry {
        id: deployment.document.id.clone(),
        time: deployment::now(),
        action,
        git: facts.and_then(|facts| facts.inputs.git),
        tool: deployment::TOOL.to_owned(),
    }
}

/// What a text on the command line means: an id, the start of one, `latest~N`, a directory or an archive.
///
/// # Errors
///
/// It means nothing, or what it means cannot be used.
pub fn version(options: &Options, text: &str) -> Result<Deployment, Error> {
    match meant(options, text)? {
        Meant::Kept(store, id) => store.version(&id),
        Meant::Path(path) => deployment::open(&path).map_err(|findings| refused(&path, &findings)),
    }
}

/// Where a version is.
pub(super) enum Meant {
    /// In a store, under this id.
    Kept(Store, String),
    /// In this directory or archive.
    Path(PathBuf),
}

/// Where the version is that a text on the command line means.
pub(super) fn meant(options: &Options, text: &str) -> Result<Meant, Error> {
    let path = PathBuf::from(text);
    // What could be both is a version where there is one of that name.
    if let Some(reference) = Reference::parse(text) {
        match found(options, &reference) {
            Ok((store, id)) => return Ok(Meant::Kept(store, id)),
            Err(error) if !path.exists() => return Err(error),
            Err(_) => {}
        }
    }
    match path.exists() {
        true => Ok(Meant::Path(path)),
        false => Err(Error::Usage(format!("there is no version, directory or archive `{text}`"))),
    }
}

/// The store of a project that has one.
pub(super) fn opened(root: &Path) -> Result<Store, Error> {
    Store::open(root)?.ok_or_else(|| {
        Error::Usage("no version of this project was kept yet; `pagesbuild build` keeps one".to_owned())
    })
}

/// What an environment was given last, to be compared with. Where that is damaged, nobody can tell how safe it is to go on.
pub(super) fn running(store: &Store, id: &str) -> Result<Deployment, Error> {
    store.version(id).map_err(|error| {
        let export = "`pagesbuild export VERSION --outdir DIR` writes a version without comparing it";
        Error::Usage(format!("what was given last cannot be compared with: {error}; {export}"))
    })
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
    let store = opened(&project::root(options)?)?;
    store.find(reference, project::environment(options)).map(|id| (store, id))
}

/// The first things that are wrong with a directory or archive, as one error.
pub(super) fn refused(path: &Path, findings: &[Finding]) -> Error {
    let first: Vec<String> = findings.iter().take(3).map(ToString::to_string).collect();
    let more = findings.len().saturating_sub(first.len());
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    Error::unusable(path, format!("it is not a whole deployment: {}{rest}", first.join(", ")))
}
