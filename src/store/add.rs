//! Objects in.
//!
//! A few become files of their own, which others can share blocks with. Of many the small ones go into packs. None has its name
//! before it is on the disk.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::file::{create_directory, sync_directory};
use super::pack::{Pack, Packing, Packs};
use super::{Store, Writer};
use crate::deployment::OutputFile;
use crate::error::Error;

/// Up to this many objects are added as files of their own.
const FEW: usize = 16;

/// Bytes of an object that always is one.
const LARGE: u64 = 1 << 20;

/// Bytes of a pack to which nothing is added any more: not too many to write anew when most of them are of no use.
const FULL: u64 = 64 << 20;

impl Writer<'_> {
    /// Adds objects to what is there, of which these are the packs. When this returns, they and their names are on the disk.
    pub(super) fn add(&self, mut objects: Vec<&OutputFile>, packs: &Packs) -> Result<(), Error> {
        let mut seen = BTreeSet::new();
        objects.retain(|file| seen.insert((file.expected.hash.as_str(), file.expected.size)));
        if objects.is_empty() {
            return Ok(());
        }
        let directory = self.store.path("tmp");
        // As long as it is there, `is_anybody_adding` says so.
        let staging = tempfile::tempdir_in(&directory)
            .map_err(|error| Error::io("create a directory in", &directory, error))?;
        let (single, packed): (Vec<&OutputFile>, Vec<&OutputFile>) = match objects.len() {
            ..=FEW => (objects, Vec::new()),
            _ => objects.into_iter().partition(|file| file.expected.size >= LARGE),
        };
        self.add_single(&single, staging.path())?;
        if packed.is_empty() {
            return Ok(());
        }
        self.add_packed(&packed, packs)
    }

    fn add_single(&self, files: &[&OutputFile], staging: &Path) -> Result<(), Error> {
        let add = |file: &&OutputFile| -> Result<PathBuf, Error> {
            let path = self.store.object(&file.expected);
            let staged = staging.join(path.file_name().unwrap_or_default());
            let created = file.create(&staged).map_err(|error| file.copy_failed(&staged, error))?;
            created.sync_all().map_err(|error| Error::io("write", &staged, error))?;
            let parent = path.parent().unwrap_or(&path).to_path_buf();
            create_directory(&parent)?;
            fs::rename(&staged, &path).map_err(|error| Error::io("write", &path, error))?;
            Ok(parent)
        };
        let added: Vec<Result<PathBuf, Error>> = files.par_iter().map(add).collect();
        let parents = added.into_iter().collect::<Result<BTreeSet<PathBuf>, Error>>()?;
        parents.iter().try_for_each(|parent| sync_directory(parent))?;
        sync_directory(&self.store.path("objects"))
    }

    fn add_packed(&self, files: &[&OutputFile], packs: &Packs) -> Result<(), Error> {
        let mut parts = parts(files);
        let last = parts.pop().unwrap_or_default();
        let size = last.iter().map(|file| file.expected.size).sum();
        let taken = packs.to_take_in(size, FULL);
        let parts: Vec<(&[&OutputFile], &[&Pack])> =
            parts.into_iter().map(|part| (part, &[][..])).chain([(last, taken.as_slice())]).collect();
        let add = |(files, taken): &(&[&OutputFile], &[&Pack])| -> Result<(), Error> {
            let mut packing = Packing::begin(self.store)?;
            files.iter().try_for_each(|file| packing.add(file))?;
            taken.iter().try_for_each(|pack| packing.take_in(pack))?;
            packing.finish()
        };
        let added: Vec<Result<(), Error>> = parts.par_iter().map(add).collect();
        added.into_iter().collect::<Result<(), Error>>()?;
        sync_directory(&self.store.path("packs"))?;
        taken.into_iter().try_for_each(Pack::remove)
    }
}

impl Store {
    /// Whether somebody adds objects, or died while doing so: their names may not be on the disk yet.
    pub(super) fn is_anybody_adding(&self) -> Result<bool, Error> {
        Ok(self.names_in("tmp")?.iter().any(|name| self.path("tmp").join(name).is_dir()))
    }
}

/// Files as they go into packs.
fn parts<'a, 'f>(files: &'a [&'f OutputFile]) -> Vec<&'a [&'f OutputFile]> {
    let mut size = 0;
    let is_within = |_: &&OutputFile, next: &&OutputFile| {
        size += next.expected.size;
        let is_within = size < FULL;
        if !is_within {
            size = 0;
        }
        is_within
    };
    files.chunk_by(is_within).collect()
}
