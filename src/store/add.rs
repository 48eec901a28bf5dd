//! Objects in.
//!
//! A few become files of their own, which others can share blocks with. Of many the small ones go into packs. None has its name
//! before it is on the disk.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tempfile::{TempDir, TempPath};

use super::Store;
use super::file::{Written, sync_directory};
use super::pack::{Pack, Packing, Packs, remove};
use super::stream::Stream;
use crate::deployment::{CopyError, Copying, OutputFile};
use crate::error::Error;

/// Up to this many objects are added as files of their own.
const FEW: usize = 16;

/// Bytes of an object that always is one.
const LARGE: u64 = 1 << 20;

/// Bytes of a pack to which nothing is added any more: not too many to write anew when most of them are of no use.
const FULL: u64 = 64 << 20;

/// Objects that are written and have not got their names yet.
#[derive(Default)]
pub(super) struct Added {
    written: Vec<Written>,
    /// Packs whose contents are in new ones.
    taken: Vec<PathBuf>,
    // As long as it is there, `is_anybody_adding` says so.
    _staging: Option<TempDir>,
}

impl Added {
    /// Brings the objects to the disk, and their names.
    pub(super) fn settle(self) -> Result<(), Error> {
        if self.written.is_empty() {
            return Ok(());
        }
        let settled: Vec<Result<PathBuf, Error>> =
            self.written.into_par_iter().map(Written::settle).collect();
        let mut directories = settled.into_iter().collect::<Result<BTreeSet<PathBuf>, Error>>()?;
        // Those that are new have names to be brought to the disk, too.
        let above: Vec<PathBuf> =
            directories.iter().filter_map(|directory| directory.parent().map(Path::to_path_buf)).collect();
        directories.extend(above);
        directories.iter().try_for_each(|directory| sync_directory(directory))?;
        self.taken.iter().try_for_each(|path| remove(path))
    }
}

impl Store {
    /// Writes objects beside what is there, of which these are the packs.
    pub(super) fn add(&self, mut objects: Vec<&OutputFile>, packs: &Packs) -> Result<Added, Error> {
        let mut seen = BTreeSet::new();
        objects.retain(|file| seen.insert((file.expected.hash.as_str(), file.expected.size)));
        if objects.is_empty() {
            return Ok(Added::default());
        }
        let directory = self.path("tmp");
        let staging = tempfile::tempdir_in(&directory)
            .map_err(|error| Error::io("create a directory in", &directory, error))?;
        let (single, packed): (Vec<&OutputFile>, Vec<&OutputFile>) = match objects.len() {
            ..=FEW => (objects, Vec::new()),
            _ => objects.into_iter().partition(|file| file.expected.size >= LARGE),
        };
        let single = single.par_iter().map(|file| self.add_single(file, staging.path()));
        let mut written = single.collect::<Vec<_>>().into_iter().collect::<Result<Vec<_>, Error>>()?;
        let mut taken = Vec::new();
        if !packed.is_empty() {
            let (packed, taken_in) = self.add_packed(&packed, packs)?;
            written.extend(packed);
            taken = taken_in;
        }
        Ok(Added { written, taken, _staging: Some(staging) })
    }

    fn add_single(&self, file: &OutputFile, staging: &Path) -> Result<Written, Error> {
        let place = self.object(&file.expected);
        let staged = staging.join(place.file_name().unwrap_or_default());
        let through = |_: &mut File, copy: &mut Copying<'_>| {
            let mut stream = Stream::open(&staged).map_err(CopyError::Unwritten)?;
            copy(&mut stream)?;
            stream.finish().map_err(CopyError::Unwritten)
        };
        file.create_through(&staged, through).map_err(|error| file.copy_failed(&staged, error))?;
        let staged = TempPath::try_from_path(staged).map_err(|error| Error::io("write", &place, error))?;
        Ok(Written::new(staged, place))
    }

    fn add_packed(
        &self,
        files: &[&OutputFile],
        packs: &Packs,
    ) -> Result<(Vec<Written>, Vec<PathBuf>), Error> {
        let mut parts = parts(files);
        let last = parts.pop().unwrap_or_default();
        let size = last.iter().map(|file| file.expected.size).sum();
        let taken = packs.to_take_in(size, FULL);
        let parts: Vec<(&[&OutputFile], &[&Pack])> =
            parts.into_iter().map(|part| (part, &[][..])).chain([(last, taken.as_slice())]).collect();
        let add = |(files, taken): &(&[&OutputFile], &[&Pack])| -> Result<Written, Error> {
            let mut packing = Packing::begin(self)?;
            files.iter().try_for_each(|file| packing.add(file))?;
            taken.iter().try_for_each(|pack| packing.take_in(pack))?;
            packing.finish()
        };
        let written: Vec<Result<Written, Error>> = parts.par_iter().map(add).collect();
        let written = written.into_iter().collect::<Result<_, Error>>()?;
        Ok((written, taken.into_iter().map(|pack| pack.path().to_path_buf()).collect()))
    }

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
