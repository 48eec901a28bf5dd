//! What a project has kept: listed, shown, pinned, cleaned up.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rayon::prelude::*;

use super::versions::{kept, opened, version};
use crate::deployment::{self, Deployment};
use crate::error::Error;
use crate::project::{self, Options};
use crate::store::{Checked, Entry, Keep, Pin, Store, Swept};

/// The versions of a project.
#[derive(Clone, Debug, Default)]
pub struct Versions {
    /// What each environment was given, `None` for the top level, the oldest first.
    pub logs: Vec<(Option<String>, Vec<Entry>)>,
    /// What is in no log, by id; not looked for where one environment was asked for.
    pub unlogged: Vec<String>,
    /// Bytes of each version that is there.
    pub sizes: BTreeMap<String, u64>,
    /// What is pinned.
    pub pins: BTreeMap<String, Pin>,
    /// How many characters of an id tell it from all others.
    pub short: usize,
}

/// A version with all that is known about it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The version.
    pub deployment: Deployment,
    /// Bytes of its files, each content once; `None` where it is not in the store.
    pub kept: Option<u64>,
    /// Where it is pinned.
    pub pin: Option<Pin>,
    /// Which environments were given it, `None` for the top level, and whether nothing after it.
    pub given: Vec<(Option<String>, Entry, bool)>,
}

/// The versions of the environment that is asked for, or of all.
///
/// # Errors
///
/// The store cannot be read, or is damaged.
pub fn versions(options: &Options) -> Result<Versions, Error> {
    let Some(store) = Store::open(&project::root(options)?)? else { return Ok(Versions::default()) };
    let given = store.environments()?;
    let asked = options
        .environment
        .as_deref()
        .filter(|asked| !project::is_all(asked, given.iter().flatten().map(String::as_str)));
    let environments = match asked {
        Some(_) => vec![project::environment(options).map(str::to_owned)],
        None => given,
    };
    let ids = store.ids()?;
    let mut versions = Versions { short: store.short_length()?, pins: store.pins()?, ..Versions::default() };
    for environment in environments {
        let log = store.log(environment.as_deref())?;
        versions.logs.push((environment, log));
    }
    let logged: BTreeSet<&String> =
        versions.logs.iter().flat_map(|(_, log)| log.iter().map(|entry| &entry.id)).collect();
    let is_listed = |id: &&String| asked.is_none() || logged.contains(id) || versions.pins.contains_key(*id);
    let sizes: Vec<Result<(String, u64), Error>> =
        ids.par_iter().filter(is_listed).map(|id| store.size(id).map(|size| (id.clone(), size))).collect();
    let sizes = sizes.into_iter().collect::<Result<BTreeMap<String, u64>, Error>>()?;
    if asked.is_none() {
        versions.unlogged = ids.iter().filter(|id| !logged.contains(id)).cloned().collect();
    }
    Ok(Versions { sizes, ..versions })
}

/// A version by what the user calls it.
///
/// # Errors
///
/// There is none, or it cannot be used.
pub fn show(options: &Options, text: &str) -> Result<Shown, Error> {
    let deployment = version(options, text)?;
    let id = &deployment.document.id;
    let Some(store) = Store::open(&project::root(options)?)? else {
        return Ok(Shown { deployment, kept: None, pin: None, given: Vec::new() });
    };
    let mut given = Vec::new();
    for environment in store.environments()? {
        let log = store.log(environment.as_deref())?;
        let last = log.len().saturating_sub(1);
        let of_it = log.into_iter().enumerate().filter(|(_, entry)| entry.id == *id);
        given.extend(of_it.map(|(at, entry)| (environment.clone(), entry, at == last)));
    }
    let kept = if store.has(id) { Some(store.size(id)?) } else { None };
    Ok(Shown { kept, pin: store.pins()?.remove(id), given, deployment })
}

/// Pins a version, and gives its id.
///
/// # Errors
///
/// There is none, or the pin cannot be written.
pub fn pin(options: &Options, text: &str, note: Option<&str>) -> Result<String, Error> {
    let (store, id) = kept(options, text)?;
    let pin = Pin { time: deployment::now(), note: note.map(str::to_owned) };
    store.writer()?.pin(&id, &pin)?;
    Ok(id)
}

/// Removes the pin of a version, and gives its id.
///
/// # Errors
///
/// There is no such version, it is not pinned, or the pin cannot be removed.
pub fn unpin(options: &Options, text: &str) -> Result<String, Error> {
    let (store, id) = kept(options, text)?;
    match store.writer()?.unpin(&id)? {
        true => Ok(id),
        false => Err(Error::Usage(format!("version `{id}` is not pinned"))),
    }
}

/// Removes the versions that nobody wants. With `dry_run` only says which.
///
/// # Errors
///
/// The store is damaged, or something cannot be removed.
pub fn gc(options: &Options, keep: &Keep, dry_run: bool) -> Result<Swept, Error> {
    match Store::open(&project::root(options)?)? {
        Some(store) => store.sweep(keep, dry_run),
        None => Ok(Swept::default()),
    }
}

/// Reads everything that was kept. Where the store is, and what it holds or what is wrong with it.
///
/// # Errors
///
/// Nothing was kept yet, or the store is of another format.
pub fn check_store(options: &Options) -> Result<(PathBuf, Result<Checked, Vec<Error>>), Error> {
    let store = opened(&project::root(options)?)?;
    Ok((store.directory().to_path_buf(), store.check()))
}
