//! The files of a deployment: where their bytes are, and what these have to be.
//!
//! Invariant: nobody gets at bytes that are not the expected ones without being told.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::archive::Zipped;
use crate::asset::{Stamp, open_regular};
use crate::error::Error;
use crate::hash;

mod share;
mod slice;

pub use slice::{Opened, Slice};

/// A file of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Relative to the output directory, `/`-separated.
    pub path: String,
    /// What it has to hold.
    pub expected: Expected,
    /// Where its bytes are.
    pub content: Content,
}

/// What a file has to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// By which of the two hashes the deployment knows it.
    pub scheme: Scheme,
    /// The hash.
    pub hash: String,
    /// Bytes.
    pub size: u64,
}

/// The hashes that a deployment speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// BLAKE3 of the content, 64 hex characters.
    Plain,
    /// [The platform's](hash::AssetHasher), 32 hex characters.
    Asset,
}

/// A content in a few bytes: one of the two hashes, the first half of it, and the size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    is_asset: bool,
    hash: u128,
    /// Bytes of the content.
    pub size: u64,
}

/// Where the bytes of an [`OutputFile`] are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Here.
    Bytes(Vec<u8>),
    /// In another file.
    File(PathBuf),
    /// In another file, and known to be right as long as the file system says this of it.
    Proven(PathBuf, Stamp),
    /// In a part of another file.
    Slice(Slice),
    /// In an archive.
    Zipped(Zipped),
}

/// Copies a content to where it is told.
pub type Copying<'a> = dyn FnMut(&mut dyn Write) -> Result<(), CopyError> + 'a;

/// Why a file could not be copied.
#[derive(Debug)]
pub enum CopyError {
    /// Its bytes cannot be read.
    Unreadable(io::Error),
    /// Its bytes are not the expected ones.
    Different,
    /// The copy cannot be written.
    Unwritten(io::Error),
}

impl Content {
    /// The file that it is in, unless it is in memory.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Bytes(_) => None,
            Self::File(file) | Self::Proven(file, _) => Some(file),
            Self::Slice(slice) => Some(slice.file()),
            Self::Zipped(zipped) => Some(zipped.archive()),
        }
    }
}

impl OutputFile {
    /// A file with these bytes.
    pub(super) fn of(path: &str, bytes: Vec<u8>) -> Self {
        let expected =
            Expected { scheme: Scheme::Plain, hash: hash::blake3_hex(&bytes), size: bytes.len() as u64 };
        Self { path: path.to_owned(), expected, content: Content::Bytes(bytes) }
    }

    /// Writes the whole content to `to`. What arrives is known to be right only when this returns.
    ///
    /// # Errors
    ///
    /// See [`CopyError`]; more may have been written then than is right, but never more than the expected size.
    pub fn copy(&self, to: &mut dyn Write) -> Result<(), CopyError> {
        match &self.content {
            Content::Bytes(bytes) => to.write_all(bytes).map_err(CopyError::Unwritten),
            Content::File(file) | Content::Proven(file, _) => {
                let mut opened = open_regular(file).map_err(CopyError::Unreadable)?;
                self.copy_from(&mut opened, to)
            }
            Content::Slice(slice) => self.expected.copy(&self.path, &mut slice.bytes(), to),
            Content::Zipped(zipped) => {
                let mut opened = zipped.open().map_err(CopyError::Unreadable)?;
                self.expected.copy(&self.path, &mut opened, to)?;
                opened.finish().map_err(CopyError::Unreadable)
            }
        }
    }

    /// Makes a new file with the whole content, which shares its blocks with the source where the file system can: writing
    /// to one of the two never changes the other.
    ///
    /// # Errors
    ///
    /// See [`CopyError`]; a file that is not the right one may be there then.
    pub fn create(&self, path: &Path) -> Result<File, CopyError> {
        self.create_through(path, |created, copy| copy(created))
    }

    /// The same, where `write` has the bytes written to the file that was made, unless it shares them with the source.
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create), and those of `write`.
    pub fn create_through(
        &self,
        path: &Path,
        write: impl FnOnce(&mut File, &mut Copying<'_>) -> Result<(), CopyError>,
    ) -> Result<File, CopyError> {
        let (Content::File(source) | Content::Proven(source, _)) = &self.content else {
            let mut created = share::create_empty(path).map_err(CopyError::Unwritten)?;
            write(&mut created, &mut |to| self.copy(to))?;
            return Ok(created);
        };
        let mut opened = open_regular(source).map_err(CopyError::Unreadable)?;
        let (mut created, is_filled) = share::create(source, &opened, path).map_err(CopyError::Unwritten)?;
        match is_filled {
            // What is shared stays as it is, so it can be compared where it is now.
            true => self.expected.copy(&self.path, &mut created, &mut io::sink())?,
            false => write(&mut created, &mut |to| self.copy_from(&mut opened, to))?,
        }
        Ok(created)
    }

    /// Copies what the file has in which the content is. Its bytes are compared with the hash unless something else proves that
    /// they are the right ones.
    fn copy_from(&self, opened: &mut File, to: &mut dyn Write) -> Result<(), CopyError> {
        let stamp =
            |opened: &File| opened.metadata().map(|found| Stamp::of(&found)).map_err(CopyError::Unreadable);
        let Content::Proven(_, proof) = &self.content else {
            return self.expected.copy(&self.path, opened, to);
        };
        if stamp(opened)? != *proof || proof.size != self.expected.size {
            return self.expected.copy(&self.path, opened, to);
        }
        let size = self.expected.size;
        let copied = relay(&mut (&*opened).take(size), to, |from, write| hash::in_pieces(from, write))?;
        match copied == size && stamp(opened)? == *proof {
            true => Ok(()),
            false => Err(CopyError::Different),
        }
    }

    /// What to tell the user when [`copy`](Self::copy) failed to write `to`.
    pub fn copy_failed(&self, to: &Path, error: CopyError) -> Error {
        let from = match &self.content {
            Content::Zipped(zipped) => zipped.archive().join(&self.path),
            content => content.file().unwrap_or(Path::new(&self.path)).to_path_buf(),
        };
        let from = from.as_path();
        match error {
            CopyError::Unreadable(error) => Error::io("read", from, error),
            CopyError::Different => {
                Error::io("copy", from, io::Error::other("its content is not what it was when it was hashed"))
            }
            CopyError::Unwritten(error) => Error::io("write", to, error),
        }
    }
}

impl Expected {
    /// What tells it from other contents; `None` where the hash is none.
    pub fn key(&self) -> Option<Key> {
        let hash = u128::from_str_radix(self.hash.get(..hash::SHORT)?, 16).ok()?;
        Some(Key { is_asset: self.scheme == Scheme::Asset, hash, size: self.size })
    }

    /// Copies what `from` yields and compares it on the way. `path` is the file's name in the deployment.
    pub(super) fn copy(&self, path: &str, from: &mut dyn Read, to: &mut dyn Write) -> Result<(), CopyError> {
        // One byte more than expected is enough to know that it is too long.
        let mut bounded = from.take(self.size.saturating_add(1));
        let (hash, size) = relay(&mut bounded, to, |from, write| match self.scheme {
            Scheme::Plain => hash::plain_hash(from, write),
            Scheme::Asset => hash::asset_hash(from, hash::extension(path), write),
        })?;
        match (&hash, size) == (&self.hash, self.size) {
            true => Ok(()),
            false => Err(CopyError::Different),
        }
    }
}

/// Lets `read` hand on to `to` what it reads of `from`. A failure to write is told from one to read: a full disk is not the
/// content's fault.
fn relay<T>(
    from: &mut dyn Read,
    to: &mut dyn Write,
    read: impl FnOnce(&mut dyn Read, &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<T>,
) -> Result<T, CopyError> {
    let mut unwritten = None;
    let mut write = |piece: &[u8]| {
        to.write_all(piece).map_err(|error| {
            let kind = error.kind();
            unwritten = Some(error);
            kind.into()
        })
    };
    let read = read(from, &mut write);
    match unwritten {
        Some(error) => Err(CopyError::Unwritten(error)),
        None => read.map_err(CopyError::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// What is proven is not hashed, and what is not proven any more is.
    #[test]
    fn proofs_hold_until_something_shows() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file.txt");
        fs::write(&path, "right").unwrap();
        let stamp = |path: &Path| Stamp::of(&fs::metadata(path).unwrap());
        let mut file = OutputFile::of("file.txt", b"right".to_vec());
        file.content = Content::Proven(path.clone(), stamp(&path));
        let copied = |file: &OutputFile| {
            let mut bytes = Vec::new();
            file.copy(&mut bytes).map(|()| bytes)
        };
        assert_eq!(copied(&file).unwrap(), b"right");
        let other = OutputFile {
            expected: Expected { hash: "0".repeat(64), ..file.expected.clone() },
            ..file.clone()
        };
        assert_eq!(copied(&other).unwrap(), b"right");
        // Another file by now, of the same content.
        let again = directory.path().join("again.txt");
        fs::write(&again, "right").unwrap();
        fs::rename(&again, &path).unwrap();
        assert_eq!(copied(&file).unwrap(), b"right");
        assert!(matches!(copied(&other), Err(CopyError::Different)));
        fs::write(&path, "wrong").unwrap();
        assert!(matches!(copied(&file), Err(CopyError::Different)));
        // A proof of another size proves nothing.
        file.content = Content::Proven(path.clone(), stamp(&path));
        file.expected.size = 4;
        assert!(matches!(copied(&file), Err(CopyError::Different)));
    }
}
