//! Files that appear whole: written aside, brought to the disk, renamed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use super::Store;
use crate::error::Error;

/// A file that is written, is not on the disk for sure, and has another name than it is to have.
pub(super) struct Written {
    path: TempPath,
    place: PathBuf,
}

impl Written {
    /// One that is at `path`, and at `place` when it is settled.
    pub(super) fn new(path: TempPath, place: PathBuf) -> Self {
        Self { path, place }
    }

    /// Brings it to the disk and gives it its name, which is on the disk when that of its directory is: this one.
    pub(super) fn settle(self) -> Result<PathBuf, Error> {
        let Self { path, place } = self;
        let unwritten = |error| Error::io("write", &place, error);
        File::options().write(true).open(&path).and_then(|opened| opened.sync_all()).map_err(unwritten)?;
        let directory = place.parent().unwrap_or(&place).to_path_buf();
        create_directory(&directory)?;
        path.persist(&place).map_err(|error| unwritten(error.error))?;
        Ok(directory)
    }
}

impl Store {
    /// Writes or replaces a file of the store.
    pub(super) fn write_file(&self, relative: &str, content: &[u8]) -> Result<(), Error> {
        self.write_with(relative, |file, path| {
            file.write_all(content).map_err(|error| Error::io("write", path, error))
        })
    }

    /// The same with a content that `write` writes, which is told what to call the file.
    pub(super) fn write_with(
        &self,
        relative: &str,
        write: impl FnOnce(&mut File, &Path) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let path = self.path(relative);
        let mut file = self.unfinished()?;
        write(file.as_file_mut(), &path)?;
        let write = |error| Error::io("write", &path, error);
        file.as_file().sync_all().map_err(write)?;
        file.persist(&path).map_err(|error| write(error.error))?;
        path.parent().map_or(Ok(()), sync_directory)
    }

    /// A new file, to be written and then given its name.
    pub(super) fn unfinished(&self) -> Result<NamedTempFile<File>, Error> {
        let directory = self.path("tmp");
        // With the mode that the user's other files get.
        let created = tempfile::Builder::new().make_in(&directory, |path| File::create_new(path));
        created.map_err(|error| Error::io("create a file in", &directory, error))
    }

    /// The names in a directory of the store, sorted. One that is missing is empty.
    pub(super) fn names_in(&self, relative: &str) -> Result<Vec<String>, Error> {
        let path = self.path(relative);
        let read = |error| Error::io("read", &path, error);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(read(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            // What no store wrote may be called anything.
            names.extend(entry.map_err(read)?.file_name().into_string());
        }
        names.sort();
        Ok(names)
    }
}

/// Brings the names in a directory to the disk.
pub(super) fn sync_directory(directory: &Path) -> Result<(), Error> {
    match File::open(directory) {
        Ok(opened) => opened.sync_all().map_err(|error| Error::io("write", directory, error)),
        // Some systems cannot open a directory.
        Err(_) => Ok(()),
    }
}

/// Makes a directory where there is none.
pub(super) fn create_directory(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|error| Error::io("create", path, error))
}
