//! Files that appear whole: written aside, brought to the disk, renamed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Store;
use crate::error::Error;

impl Store {
    /// Writes or replaces a file of the store.
    pub(super) fn write_file(&self, relative: &str, content: &[u8]) -> Result<(), Error> {
        let path = self.path(relative);
        let write = |error| Error::io("write", &path, error);
        let directory = self.path("tmp");
        // With the mode that the user's other files get.
        let created = tempfile::Builder::new().make_in(&directory, |path| File::create_new(path));
        let mut file = created.map_err(|error| Error::io("create a file in", &directory, error))?;
        file.write_all(content).map_err(write)?;
        file.as_file().sync_all().map_err(write)?;
        file.persist(&path).map_err(|error| write(error.error))?;
        path.parent().map_or(Ok(()), sync_directory)
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

    /// Brings to the disk what was written to the store: on Linux all of it, in one call; elsewhere, where files are
    /// brought there one by one, the names in these directories.
    #[cfg(target_os = "linux")]
    pub(super) fn settle(&self, _directories: impl Iterator<Item = PathBuf>) -> Result<(), Error> {
        let directory = &self.directory;
        let opened = File::open(directory).map_err(|error| Error::io("open", directory, error))?;
        rustix::fs::syncfs(&opened).map_err(|error| Error::io("write", directory, error.into()))
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn settle(&self, directories: impl Iterator<Item = PathBuf>) -> Result<(), Error> {
        let directories: std::collections::BTreeSet<PathBuf> = directories.collect();
        directories.iter().try_for_each(|directory| sync_directory(directory))
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
