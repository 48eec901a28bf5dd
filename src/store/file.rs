//! Files that appear whole: written aside, brought to the disk, renamed.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use tempfile::NamedTempFile;

use super::Store;
use crate::error::Error;

impl Store {
    /// Writes or replaces a file of the store.
    pub(super) fn write_file(&self, relative: &str, content: &[u8]) -> Result<(), Error> {
        let path = self.path(relative);
        let write = |error| Error::io("write", &path, error);
        let mut file = self.temporary()?;
        file.write_all(content).map_err(write)?;
        file.as_file().sync_all().map_err(write)?;
        file.persist(&path).map_err(|error| write(error.error))?;
        path.parent().map_or(Ok(()), sync_directory)
    }

    /// A file beside the others, on the same file system, removed unless it is persisted.
    pub(super) fn temporary(&self) -> Result<NamedTempFile, Error> {
        let directory = self.path("tmp");
        NamedTempFile::new_in(&directory).map_err(|error| Error::io("create a file in", &directory, error))
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
