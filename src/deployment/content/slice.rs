//! A content that is a part of a file.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::asset::open_regular;

/// Where a content is in a file. The file stays open: it can be read after it has lost its name.
#[derive(Clone, Debug)]
pub struct Slice {
    file: Arc<Opened>,
    start: u64,
    length: u64,
}

/// A file that contents are in.
#[derive(Debug)]
pub struct Opened {
    path: PathBuf,
    file: File,
}

impl Opened {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is no regular file.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_path_buf(), file: open_regular(path)? })
    }

    /// What it is called.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of it.
    ///
    /// # Errors
    ///
    /// The system does not say.
    pub fn length(&self) -> io::Result<u64> {
        self.file.metadata().map(|found| found.len())
    }
}

impl Slice {
    /// So many bytes of a file from `start` on.
    pub fn new(file: &Arc<Opened>, start: u64, length: u64) -> Self {
        Self { file: Arc::clone(file), start, length }
    }

    /// The name of the file.
    pub fn file(&self) -> &Path {
        &self.file.path
    }

    /// The content, to be read. A file that ends before it has fewer bytes.
    pub fn bytes(&self) -> impl Read {
        Bytes { file: &self.file.file, at: self.start, left: self.length }
    }
}

impl PartialEq for Slice {
    fn eq(&self, other: &Self) -> bool {
        (self.file(), self.start, self.length) == (other.file(), other.start, other.length)
    }
}

impl Eq for Slice {}

struct Bytes<'a> {
    file: &'a File,
    at: u64,
    left: u64,
}

impl Read for Bytes<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(to.len());
        let count = read_at(self.file, to.get_mut(..most).unwrap_or_default(), self.at)?;
        self.at += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}

/// Others read the same file at other places.
#[cfg(unix)]
fn read_at(file: &File, to: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, to, at)
}

#[cfg(windows)]
fn read_at(file: &File, to: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, to, at)
}
