//! A store held against what it says of itself.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::Store;
use super::pack::Packs;
use crate::deployment::{CopyError, OutputFile};
use crate::error::Error;

/// A store in which everything is as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How many versions there are.
    pub versions: usize,
    /// How many objects they name.
    pub objects: usize,
    /// Bytes of these.
    pub bytes: u64,
}

impl Store {
    /// Reads all versions, all of their objects, all logs and all pins. Objects that no version names are of no interest.
    ///
    /// # Errors
    ///
    /// Everything that is missing or damaged.
    pub fn check(&self) -> Result<Checked, Vec<Error>> {
        let mut wrong = Vec::new();
        match Packs::open(self) {
            Ok(packs) => wrong.extend(packs.damaged),
            Err(error) => wrong.push(error),
        }
        let ids = noted(self.ids(), &mut wrong);
        let mut objects: BTreeMap<PathBuf, OutputFile> = BTreeMap::new();
        for id in &ids {
            match self.version(id) {
                Ok(version) => {
                    let named = version.files.into_iter().filter(|file| file.path != super::DOCUMENT);
                    objects.extend(named.map(|file| (self.object(&file.expected), file)));
                }
                Err(error) => wrong.push(error),
            }
        }
        wrong.par_extend(objects.par_iter().filter_map(|(_, file)| damage(file)));
        for environment in noted(self.environments(), &mut wrong) {
            let log = noted(self.log(environment.as_deref()), &mut wrong);
            // What was given before may have been removed, with the entry left.
            if let Some(tip) = log.last().filter(|entry| !self.has(&entry.id)) {
                let why = format!("it names version `{}` last, which is not in the store", tip.id);
                wrong.push(Error::unusable(&self.log_file(environment.as_deref()), why));
            }
        }
        for id in noted(self.pins(), &mut wrong).into_keys().filter(|id| !self.has(id)) {
            let why = "the version that it pins is not in the store";
            wrong.push(Error::unusable(&self.path("pins").join(id), why));
        }
        let bytes = objects.values().map(|file| file.expected.size).sum();
        match wrong.is_empty() {
            true => Ok(Checked { versions: ids.len(), objects: objects.len(), bytes }),
            false => Err(wrong),
        }
    }
}

fn noted<T: Default>(read: Result<T, Error>, wrong: &mut Vec<Error>) -> T {
    read.unwrap_or_else(|error| {
        wrong.push(error);
        T::default()
    })
}

fn damage(file: &OutputFile) -> Option<Error> {
    let place = file.content.file().unwrap_or(Path::new(&file.path));
    match file.copy(&mut io::sink()) {
        Ok(()) => None,
        Err(CopyError::Different) => {
            let why = format!("it has another content than `{}`, which it is to have", file.path);
            Some(Error::unusable(place, why))
        }
        Err(CopyError::Unreadable(error) | CopyError::Unwritten(error)) => {
            Some(Error::io("read", place, error))
        }
    }
}
