//! The files of a deployment: where their bytes are, and what these have to be.
//!
//! Invariant: nobody gets at bytes that are not the expected ones without being told.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::archive::Zipped;
use crate::asset::open_regular;
use crate::error::Error;
use crate::hash;

mod share;

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

/// Where the bytes of an [`OutputFile`] are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Here.
    Bytes(Vec<u8>),
    /// In another file.
    File(PathBuf),
    /// In an archive.
    Zipped(Zipped),
}

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
            Content::File(file) => {
                let mut opened = open_regular(file).map_err(CopyError::Unreadable)?;
                self.expected.copy(&self.path, &mut opened, to)
            }
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
        let Content::File(source) = &self.content else {
            let mut created = File::create_new(path).map_err(CopyError::Unwritten)?;
            self.copy(&mut created)?;
            return Ok(created);
        };
        let mut opened = open_regular(source).map_err(CopyError::Unreadable)?;
        let (mut created, is_filled) = share::create(source, &opened, path).map_err(CopyError::Unwritten)?;
        match is_filled {
            // What is shared stays as it is, so it can be compared where it is now.
            true => self.expected.copy(&self.path, &mut created, &mut io::sink())?,
            false => self.expected.copy(&self.path, &mut opened, &mut created)?,
        }
        Ok(created)
    }

    /// What to tell the user when [`copy`](Self::copy) failed to write `to`.
    pub fn copy_failed(&self, to: &Path, error: CopyError) -> Error {
        let from = match &self.content {
            Content::Bytes(_) => PathBuf::from(&self.path),
            Content::File(file) => file.clone(),
            Content::Zipped(zipped) => zipped.archive().join(&self.path),
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
    /// Copies what `from` yields and compares it on the way. `path` is the file's name in the deployment.
    pub(super) fn copy(&self, path: &str, from: &mut dyn Read, to: &mut dyn Write) -> Result<(), CopyError> {
        // A failure to write is told from one to read: a full disk is not the content's fault.
        let mut unwritten = None;
        let mut write = |piece: &[u8]| {
            to.write_all(piece).map_err(|error| {
                let kind = error.kind();
                unwritten = Some(error);
                kind.into()
            })
        };
        // One byte more than expected is enough to know that it is too long.
        let mut bounded = from.take(self.size.saturating_add(1));
        let copied = match self.scheme {
            Scheme::Plain => hash::plain_hash(&mut bounded, &mut write),
            Scheme::Asset => hash::asset_hash(&mut bounded, hash::extension(path), &mut write),
        };
        match (copied, unwritten) {
            (_, Some(error)) => Err(CopyError::Unwritten(error)),
            (Err(error), None) => Err(CopyError::Unreadable(error)),
            (Ok((hash, size)), None) if (&hash, size) == (&self.hash, self.size) => Ok(()),
            (Ok(_), None) => Err(CopyError::Different),
        }
    }
}
