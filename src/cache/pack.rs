//! The bytes of a pack: payloads one after the other, then an index of their keys, hashes and places, then a footer of one
//! size that says where the index starts and what its hash is.
//!
//! Opening a pack reads its index alone. A pack whose index is cut off or damaged has no entries; a payload that is not
//! what was written is not given out.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::compile;
use crate::diagnostic::Source;

/// Of the files that are packs.
pub(super) const EXTENSION: &str = "objects";

/// How files start that are being written.
const UNFINISHED: &str = ".unfinished-";

/// How long a file may be in the writing before it is taken for one that a killed run left.
const PATIENCE: Duration = Duration::from_secs(3600);

/// Names the format, at the very end of a pack.
const MAGIC: [u8; 8] = *b"objects1";

/// Bytes of the footer: where the index starts, its hash, the magic.
const FOOTER: usize = 8 + 16 + 8;

/// Most bytes of an entry in the index.
const ENTRY: usize = size_of::<Key>() + size_of::<Hash>() + 10 + 5;

/// What an object is filed under.
pub(super) type Key = [u8; 32];

type Hash = [u8; 16];

/// The key of what a file is compiled to.
pub(super) fn key(source: &Source, options: compile::Options<'_>) -> Key {
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("PAGESBUILD_COMPILER").as_bytes());
    // Options are small values of serializable types; their bytes tell where they end.
    hasher.update(&postcard::to_stdvec(&(options, source.path())).unwrap_or_default());
    // A file's text was hashed when it was read.
    hasher.update(source.hash().map_or(source.text().as_bytes(), |hash| hash.as_slice()));
    *hasher.finalize().as_bytes()
}

fn hash(bytes: &[u8]) -> Hash {
    blake3::hash(bytes).as_bytes().first_chunk().copied().unwrap_or_default()
}

/// Where an entry's payload is, and what it has to be.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Place {
    hash: Hash,
    start: u64,
    length: u32,
}

/// A pack on the disk.
pub(super) struct Pack {
    pub(super) path: PathBuf,
    pub(super) size: usize,
    file: File,
}

impl Pack {
    /// Opens a pack and reads its index.
    pub(super) fn open(path: PathBuf) -> Option<(Self, Vec<(Key, Place)>)> {
        let file = File::open(&path).ok()?;
        let size = file.metadata().ok()?.len();
        let mut footer = [0; FOOTER];
        let end = size.checked_sub(FOOTER as u64)?;
        read_at(&file, &mut footer, end).ok()?;
        let (start, rest) = footer.split_first_chunk()?;
        let (wanted, magic) = rest.split_first_chunk::<16>()?;
        let length = end.checked_sub(u64::from_le_bytes(*start)).filter(|_| *magic == MAGIC)?;
        let mut index = vec![0; usize::try_from(length).ok()?];
        read_at(&file, &mut index, u64::from_le_bytes(*start)).ok()?;
        let entries = postcard::from_bytes(&index).ok().filter(|_| hash(&index) == *wanted)?;
        Some((Self { path, size: usize::try_from(size).ok()?, file }, entries))
    }

    /// Reads a payload into a buffer; `None` when it is not what was written.
    pub(super) fn read<'a>(&self, place: &Place, buffer: &'a mut Vec<u8>) -> Option<&'a [u8]> {
        // The index has a hash of its own, so that the length is one that was written.
        buffer.resize(place.length as usize, 0);
        read_at(&self.file, buffer, place.start).ok()?;
        (hash(buffer) == place.hash).then_some(&**buffer)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, mut buffer: &mut [u8], mut at: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                buffer = &mut buffer[read..];
                at += read as u64;
            }
        }
    }
    Ok(())
}

/// Most bytes that an entry takes in a pack.
pub(super) fn size(payload: &[u8]) -> usize {
    payload.len() + ENTRY
}

/// A pack in the making.
#[derive(Default)]
pub(super) struct Writer {
    payloads: Vec<u8>,
    index: Vec<(Key, Place)>,
}

impl Writer {
    /// Bytes so far, at most.
    pub(super) fn size(&self) -> usize {
        self.payloads.len() + self.index.len() * ENTRY + FOOTER
    }

    pub(super) fn add(&mut self, key: &Key, payload: &[u8]) {
        let Ok(length) = u32::try_from(payload.len()) else { return };
        let place = Place { hash: hash(payload), start: self.payloads.len() as u64, length };
        self.index.push((*key, place));
        self.payloads.extend(payload);
    }

    /// Writes the pack under a name made from its index, and gives its path.
    pub(super) fn write(mut self, directory: &Path) -> Option<PathBuf> {
        let start = self.payloads.len() as u64;
        let index = postcard::to_stdvec(&self.index).ok()?;
        let hash = hash(&index);
        self.payloads.extend(index);
        self.payloads.extend(start.to_le_bytes());
        self.payloads.extend(hash);
        self.payloads.extend(MAGIC);
        let mut file = unfinished(directory)?;
        file.write_all(&self.payloads).ok()?;
        let name: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let path = directory.join(name).with_extension(EXTENSION);
        file.persist(&path).ok()?;
        Some(path)
    }
}

/// A file in the making, in a directory that is made for it.
pub(super) fn unfinished(directory: &Path) -> Option<NamedTempFile> {
    fs::create_dir_all(directory).ok()?;
    tidy(directory);
    // Nobody wants this in a repository.
    let ignore = directory.join(".gitignore");
    if !ignore.exists() {
        fs::write(ignore, "*\n").ok()?;
    }
    tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(directory).ok()
}

/// Removes what runs left that were killed while they wrote.
fn tidy(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let is_old = entry
            .metadata()
            .and_then(|metadata| metadata.modified())
            .is_ok_and(|modified| SystemTime::now().duration_since(modified).is_ok_and(|age| age > PATIENCE));
        if is_old && entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
