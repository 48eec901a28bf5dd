//! Files that tell whether they are as they were written: the name of their format in front, and a hash of all before it at their
//! end.

use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::Path;

use serde::Serialize;
use tempfile::NamedTempFile;

use super::read::open_regular;
use crate::hash;

/// Bytes of the hash.
const CHECKSUM: usize = 16;

/// The content of such a file.
#[derive(Debug, Default)]
pub(crate) struct Sealed {
    bytes: Vec<u8>,
    content: Range<usize>,
}

impl Sealed {
    /// Reads a file of a format. `None` where it has another one, more than `longest` bytes, or is damaged.
    pub(crate) fn read(path: &Path, format: &[u8], longest: u64) -> Option<Self> {
        let file = open_regular(path).ok()?;
        let length = file.metadata().ok()?.len();
        let mut bytes = Vec::with_capacity(usize::try_from(length).ok().filter(|_| length <= longest)?);
        file.take(longest).read_to_end(&mut bytes).ok()?;
        let (before, sum) = bytes.split_last_chunk::<CHECKSUM>()?;
        if !before.starts_with(format) || checksum(before) != *sum {
            return None;
        }
        Some(Self { content: format.len()..before.len(), bytes })
    }

    /// What is between the name of the format and the hash.
    pub(crate) fn content(&self) -> &[u8] {
        self.bytes.get(self.content.clone()).unwrap_or_default()
    }

    /// Writes a value to a file, which gets the name `path` only when it is whole. `length` is about how many bytes it takes;
    /// with more than `longest` it is not written.
    pub(crate) fn write(
        mut file: NamedTempFile,
        path: &Path,
        format: &[u8],
        value: &impl Serialize,
        (length, longest): (usize, u64),
    ) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(length);
        bytes.extend_from_slice(format);
        let bytes = postcard::to_extend(value, bytes).map_err(io::Error::other)?;
        if (bytes.len() + CHECKSUM) as u64 > longest {
            return Ok(());
        }
        file.write_all(&bytes)?;
        file.write_all(&checksum(&bytes))?;
        file.persist(path).map(drop).map_err(|error| error.error)
    }
}

pub(super) fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    hash::of(bytes).first_chunk().copied().unwrap_or_default()
}
