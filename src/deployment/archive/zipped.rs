//! The content of an entry: where it is in the archive, and its bytes as they were before they went in.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use crate::asset::open_regular;

/// A content in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zipped {
    archive: Arc<PathBuf>,
    place: Place,
}

/// Where in an archive a content is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Of its first byte.
    pub(super) start: u64,
    /// How many bytes it has there.
    pub(super) length: u64,
    /// How many it has outside.
    pub(super) size: u64,
    /// Whether it is compressed.
    pub(super) deflated: bool,
    /// The checksum of the content, for readers that know no better.
    pub(super) crc: u32,
}

/// A content while it is read.
pub(in crate::deployment) struct Unzipping {
    bytes: Bytes,
    sum: Crc,
    place: Place,
}

enum Bytes {
    Stored(Take<File>),
    Deflated(Box<DeflateDecoder<BufReader<Take<File>>>>),
}

impl Zipped {
    pub(super) fn new(archive: &Arc<PathBuf>, place: Place) -> Self {
        Self { archive: Arc::clone(archive), place }
    }

    /// The archive that it is in.
    pub(in crate::deployment) fn archive(&self) -> &Path {
        &self.archive
    }

    /// Bytes of the content, as the archive has it.
    pub(super) fn size(&self) -> u64 {
        self.place.size
    }

    /// Opens it for one reading.
    pub(in crate::deployment) fn open(&self) -> io::Result<Unzipping> {
        let mut file = open_regular(&self.archive)?;
        file.seek(SeekFrom::Start(self.place.start))?;
        let packed = file.take(self.place.length);
        let bytes = match self.place.deflated {
            false => Bytes::Stored(packed),
            true => Bytes::Deflated(Box::new(DeflateDecoder::new(BufReader::new(packed)))),
        };
        Ok(Unzipping { bytes, sum: Crc::new(), place: self.place.clone() })
    }
}

impl Read for Unzipping {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.bytes {
            Bytes::Stored(bytes) => bytes.read(buffer)?,
            Bytes::Deflated(bytes) => bytes.read(buffer)?,
        };
        self.sum.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

impl Unzipping {
    /// Whether what was read, which has to be all, is what every other reader gets.
    pub(in crate::deployment) fn finish(self) -> io::Result<()> {
        let used = match &self.bytes {
            Bytes::Stored(bytes) => self.place.length - bytes.limit(),
            Bytes::Deflated(bytes) => bytes.total_in(),
        };
        if used != self.place.length {
            return Err(io::Error::other("the archive has more bytes of it than it takes"));
        }
        match self.sum.sum() == self.place.crc {
            true => Ok(()),
            false => Err(io::Error::other("its checksum in the archive is wrong")),
        }
    }
}
