//! One writer at a time for an output directory, and a private place beside it to write to.
//!
//! Invariants: whoever holds the lock is the only process that creates, swaps or removes anything beside the
//! output; a process that dies gives the lock back, so that whatever it left behind is known to be dead.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::Error;

/// The new directory while it is written, inside the staging directory.
const TREE: &str = "tree";
/// The old directory while it is replaced in two steps, inside the staging directory.
const OLD: &str = "old";

/// The right to replace one output directory.
pub(super) struct Lock {
    target: PathBuf,
    file: PathBuf,
    // `None` where the file system knows no locks.
    held: Option<File>,
}

/// A directory beside the target, on the same file system, removed when it goes out of scope.
pub(super) struct Staging(TempDir);

impl Lock {
    /// Waits until no other process writes to `target`, whose parent must exist.
    pub(super) fn acquire(target: &Path) -> Result<Self, Error> {
        let file = sibling(target, "lock");
        loop {
            let opened = File::options().create(true).truncate(false).write(true).open(&file);
            let opened = opened.map_err(|error| Error::io("create", &file, error))?;
            let held = match opened.lock() {
                Ok(()) => Some(opened),
                Err(error) if error.kind() == io::ErrorKind::Unsupported => None,
                Err(error) => return Err(Error::io("lock", &file, error)),
            };
            // The holder before us removed the file when it was done: then what we hold is a file that nobody
            // else can find.
            if held.as_ref().is_none_or(|held| is_at(held, &file)) {
                return Ok(Self { target: target.to_path_buf(), file, held });
            }
        }
    }

    /// Creates the staging directory, after removing those of builds that died.
    pub(super) fn stage(&self) -> Result<Staging, Error> {
        if self.held.is_some() {
            self.clean()?;
        }
        let parent = parent(&self.target);
        let prefix = prefix(&self.target);
        let staging = tempfile::Builder::new().prefix(&prefix).tempdir_in(parent);
        staging.map(Staging).map_err(|error| Error::io("create a directory in", parent, error))
    }

    /// Removes what dead builds left. One that died between the two steps of a replacement left the old
    /// directory in its staging directory: it goes back to its place first.
    fn clean(&self) -> Result<(), Error> {
        let parent = parent(&self.target);
        let prefix = prefix(&self.target);
        let entries = fs::read_dir(parent).map_err(|error| Error::io("read", parent, error))?;
        for entry in entries.flatten() {
            let name = entry.file_name();
            let is_ours = name.as_encoded_bytes().starts_with(prefix.as_encoded_bytes());
            let path = entry.path();
            if !is_ours || path == self.file || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            if !self.target.exists() {
                let _ = fs::rename(path.join(OLD), &self.target);
            }
            for left in [TREE, OLD] {
                super::occupied::carry_over(&path.join(left), &self.target);
            }
            fs::remove_dir_all(&path).map_err(|error| Error::io("remove", &path, error))?;
        }
        Ok(())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Still held while it is removed; who waits for it finds out in `acquire`.
        if self.held.is_some() {
            let _ = fs::remove_file(&self.file);
        }
    }
}

impl Staging {
    /// Where the new directory is written.
    pub(super) fn tree(&self) -> PathBuf {
        self.0.path().join(TREE)
    }

    /// Where the old directory waits while it is replaced in two steps.
    pub(super) fn old(&self) -> PathBuf {
        self.0.path().join(OLD)
    }
}

pub(super) fn prefix(target: &Path) -> OsString {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or(OsStr::new("out")));
    name.push(".pagesbuild-");
    name
}

fn sibling(target: &Path, suffix: &str) -> PathBuf {
    let mut name = prefix(target);
    name.push(suffix);
    parent(target).join(name)
}

pub(super) fn parent(target: &Path) -> &Path {
    target.parent().unwrap_or(Path::new("."))
}

/// Best effort: some systems cannot open a directory, and the data in it is safe by then.
pub(super) fn sync_directory(directory: &Path) {
    let _ = File::open(directory).and_then(|opened| opened.sync_all());
}

#[cfg(unix)]
fn is_at(held: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (held.metadata(), fs::metadata(path)) {
        (Ok(held), Ok(found)) => held.ino() == found.ino() && held.dev() == found.dev(),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_at(_held: &File, path: &Path) -> bool {
    // An open file keeps its name here.
    path.exists()
}
