//! What is no longer wanted goes.
//!
//! Invariants: nobody adds meanwhile; what a log names last and what is pinned stays; whatever stops this halfway leaves
//! every version that is named whole. So all doubts are errors before anything is removed, and a version loses its name, on
//! the disk too, before it loses an object.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::file::sync_directory;
use super::pack::Packs;
use super::{FACTS, Store, keep};
use crate::deployment::{BuildFacts, Expected};
use crate::error::Error;

/// What to keep beyond what always stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// This many different versions of each log, the last ones; what a log names last stays anyway.
    pub last: usize,
    /// What was built, or given to an environment, at this time (UTC, RFC 3339) or later.
    pub since: Option<String>,
}

/// What was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// The versions, sorted by id.
    pub removed: Vec<Removed>,
    /// How many versions are left.
    pub kept: usize,
    /// How many objects nothing named any more.
    pub objects: usize,
    /// Bytes of these objects.
    pub bytes: u64,
}

/// A version that was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// Its id.
    pub id: String,
    /// When it was last built, or given to an environment.
    pub time: Option<String>,
}

impl Store {
    /// Removes what is neither wanted nor needed, after all builds that run are done. With `dry_run` only says what.
    ///
    /// # Errors
    ///
    /// A log, a pin or a version that stays is damaged: nothing was removed then. Or something cannot be removed.
    pub fn sweep(&self, keep: &Keep, dry_run: bool) -> Result<Swept, Error> {
        let _lock = match dry_run {
            true => None,
            false => Some(self.lock_alone()?),
        };
        let times = self.times()?;
        let wanted = self.wanted(keep, &times)?;
        let (kept, unwanted): (Vec<String>, Vec<String>) =
            self.ids()?.into_iter().partition(|id| wanted.contains(id));
        let named = self.named(&kept)?;
        let unnamed = self.unnamed(named.iter().map(|content| self.object(content)).collect())?;
        let packs = Packs::open(self)?.whole()?;
        let spent = packs.spent(&named.iter().filter_map(Expected::key).collect());
        let swept = Swept {
            kept: kept.len(),
            objects: unnamed.len() + spent.iter().map(|pack| pack.contents).sum::<usize>(),
            bytes: unnamed.iter().map(|(_, size)| size).chain(spent.iter().map(|pack| &pack.bytes)).sum(),
            removed: unwanted
                .into_iter()
                .map(|id| Removed { time: times.get(&id).cloned().flatten(), id })
                .collect(),
        };
        if !dry_run {
            self.remove_versions(&swept.removed, &kept)?;
            unnamed.iter().try_for_each(|(path, _)| remove(path))?;
            spent.into_iter().try_for_each(|pack| pack.remove(self))?;
            self.names_in("tmp")?.iter().try_for_each(|name| remove(&self.path("tmp").join(name)))?;
        }
        Ok(swept)
    }

    /// Waits until nobody adds, and keeps others from doing so.
    fn lock_alone(&self) -> Result<fs::File, Error> {
        let (path, file) = self.lock_file()?;
        match file.lock() {
            Ok(()) => Ok(file),
            Err(error) => Err(Error::io("lock", &path, error)),
        }
    }

    /// When each version was last built or given to an environment.
    fn times(&self) -> Result<BTreeMap<String, Option<String>>, Error> {
        let mut times: BTreeMap<String, Option<String>> = BTreeMap::new();
        for id in self.ids()? {
            // One that a build kept and did not get to log has no other time.
            let facts = fs::read_to_string(self.description(&id).with_file_name(FACTS)).ok();
            let time = facts.and_then(|text| BuildFacts::parse(&text)).map(|facts| facts.time);
            times.insert(id, time);
        }
        for environment in self.environments()? {
            for entry in self.log(environment.as_deref())? {
                if let Some(time) = times.get_mut(&entry.id) {
                    *time = time.take().max(Some(entry.time));
                }
            }
        }
        Ok(times)
    }

    /// The ids of what stays.
    fn wanted(
        &self,
        keep: &Keep,
        times: &BTreeMap<String, Option<String>>,
    ) -> Result<BTreeSet<String>, Error> {
        let mut wanted: BTreeSet<String> = self.pins()?.into_keys().collect();
        for environment in self.environments()? {
            let log = self.log(environment.as_deref())?;
            let mut last = BTreeSet::new();
            for entry in log.into_iter().rev() {
                if last.len() == keep.last.max(1) {
                    break;
                }
                last.insert(entry.id);
            }
            wanted.extend(last);
        }
        if let Some(since) = &keep.since {
            let young = times.iter().filter(|(_, time)| time.as_ref().is_some_and(|time| time >= since));
            wanted.extend(young.map(|(id, _)| id.clone()));
        }
        Ok(wanted)
    }

    /// The contents of these versions.
    fn named(&self, ids: &[String]) -> Result<Vec<Expected>, Error> {
        let contents = |id: &String| {
            let document = keep::document(self, id)?;
            Ok(document.files().map(|(_, expected)| expected).collect::<Vec<_>>())
        };
        let named: Vec<Result<Vec<Expected>, Error>> = ids.par_iter().map(contents).collect();
        let named: Result<Vec<Vec<Expected>>, Error> = named.into_iter().collect();
        Ok(named?.into_iter().flatten().collect())
    }

    /// What else is among the objects, with its size.
    fn unnamed(&self, named: BTreeSet<PathBuf>) -> Result<Vec<(PathBuf, u64)>, Error> {
        let mut unnamed = Vec::new();
        for directory in self.names_in("objects")? {
            let directory = format!("objects/{directory}");
            for name in self.names_in(&directory)? {
                let path = self.path(&directory).join(name);
                if !named.contains(&path) {
                    let size =
                        fs::symlink_metadata(&path).map_err(|error| Error::io("read", &path, error))?;
                    unnamed.push((path, size.len()));
                }
            }
        }
        Ok(unnamed)
    }

    /// Removes versions, and what is left of others that were not removed to the end.
    fn remove_versions(&self, removed: &[Removed], kept: &[String]) -> Result<(), Error> {
        removed.iter().try_for_each(|version| remove(&self.description(&version.id)))?;
        let mut rest = self.names_in("deployments")?;
        rest.retain(|name| kept.binary_search(name).is_err());
        let rest: Vec<PathBuf> = rest.iter().map(|name| self.path("deployments").join(name)).collect();
        rest.iter().try_for_each(|path| sync_directory(path))?;
        rest.iter().try_for_each(|path| remove(path))
    }
}

/// Removes a file or a directory with all that is in it.
fn remove(path: &Path) -> Result<(), Error> {
    let is_directory = fs::symlink_metadata(path).is_ok_and(|found| found.is_dir());
    let removed = if is_directory { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", path, error)),
        _ => Ok(()),
    }
}
