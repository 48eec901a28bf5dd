//! Many contents in one file: to make one file takes a hundredth of the time that it takes to make all of them.
//!
//! ```text
//! contents, one behind the other
//! the key of each and where it begins, in the order of the keys
//! bytes of that part (8), the start of its BLAKE3 hash (16), the name of the format (8)
//! ```
//!
//! A pack is called after that hash. Like every file of a store it appears whole and is never changed.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tempfile::TempPath;

use super::Store;
use super::file::Written;
use super::stream::Stream;
use crate::deployment::{Expected, Key, Opened, OutputFile, Slice};
use crate::error::Error;
use crate::hash;

mod sweep;

/// Names the format, at the end of the file.
const MAGIC: &[u8; 8] = b"pbpack1\n";

/// Bytes behind the index.
const END: u64 = 32;

/// Bytes of an index. One of as many contents as the platform takes files has a tenth of that.
const LONGEST: u64 = 64 << 20;

/// What is said of a file that is no pack.
const WHY: &str = "it is not a whole pack of contents; remove it, and build again what `pagesbuild verify --store` finds missing then";

/// Where a content is in its pack.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Entry {
    content: Key,
    start: u64,
}

/// A pack, open to be read.
pub(super) struct Pack {
    file: Arc<Opened>,
    entries: Vec<Entry>,
}

/// The packs of a store.
pub(super) struct Packs {
    packs: Vec<Pack>,
    /// What is where, in the order of the contents. The first of several places counts.
    places: Vec<(Key, usize, u64)>,
    /// What is wrong with the others.
    pub(super) damaged: Vec<Error>,
}

impl Packs {
    /// Opens all packs. One that is damaged has nothing in it.
    pub(super) fn open(store: &Store) -> Result<Self, Error> {
        loop {
            // One that is gone since it was listed has been taken in by another, which may not have been there then.
            if let Some(packs) = Self::try_to_open(store)? {
                return Ok(packs);
            }
        }
    }

    /// `None` where a pack is gone.
    fn try_to_open(store: &Store) -> Result<Option<Self>, Error> {
        let (mut packs, mut damaged) = (Vec::new(), Vec::new());
        for name in store.names_in("packs")? {
            let path = store.path("packs").join(name);
            match read(&path) {
                Ok(pack) => packs.push(pack),
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    damaged.push(Error::unusable(&path, error.to_string()));
                }
                // A link to nothing has a name and stays.
                Err(error) if error.kind() == io::ErrorKind::NotFound && path.symlink_metadata().is_err() => {
                    return Ok(None);
                }
                Err(error) => return Err(Error::io("read", &path, error)),
            }
        }
        let of_pack = |(at, pack): (usize, &Pack)| -> Vec<(Key, usize, u64)> {
            pack.entries.iter().map(|entry| (entry.content, at, entry.start)).collect()
        };
        let mut places: Vec<(Key, usize, u64)> = packs.iter().enumerate().flat_map(of_pack).collect();
        // Stable, which is quick where most is in order.
        places.sort();
        Ok(Some(Self { packs, places, damaged }))
    }

    /// The same, unless one is damaged.
    pub(super) fn whole(mut self) -> Result<Self, Error> {
        self.damaged.pop().map_or(Ok(self), Err)
    }

    /// Packs that one with so many bytes of contents is to take in: those that are no larger than what it has by then. So it
    /// takes twice as many builds to have one pack more, however many there are.
    pub(super) fn to_take_in(&self, bytes: u64, full: u64) -> Vec<&Pack> {
        let mut packs: Vec<&Pack> = self.packs.iter().collect();
        packs.sort_by_key(|pack| pack.bytes());
        let mut sum = bytes;
        let is_taken = |pack: &&Pack| {
            let is_taken = pack.bytes() <= sum && sum + pack.bytes() < full;
            sum += pack.bytes();
            is_taken
        };
        packs.into_iter().take_while(is_taken).collect()
    }

    /// Where a content is, if it is in a pack.
    pub(super) fn find(&self, expected: &Expected) -> Option<Slice> {
        let content = expected.key()?;
        let at = self.places.partition_point(|(other, ..)| *other < content);
        let (found, pack, start) = self.places.get(at)?;
        let pack = self.packs.get(*pack).filter(|_| *found == content)?;
        Some(Slice::new(&pack.file, *start, content.size))
    }
}

impl Pack {
    /// Bytes of its contents.
    fn bytes(&self) -> u64 {
        self.entries.iter().map(|entry| entry.content.size).sum()
    }

    pub(super) fn path(&self) -> &Path {
        self.file.path()
    }
}

/// Removes a pack. Who has opened it reads on.
pub(super) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        // Others may have taken it in too.
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", path, error)),
        _ => Ok(()),
    }
}

/// A pack that is being written.
pub(super) struct Packing<'a> {
    store: &'a Store,
    path: TempPath,
    stream: Stream,
    entries: Vec<Entry>,
    at: u64,
}

impl<'a> Packing<'a> {
    /// One that has nothing in it.
    pub(super) fn begin(store: &'a Store) -> Result<Self, Error> {
        let path = store.unfinished()?.into_temp_path();
        let stream = Stream::open(&path).map_err(|error| Error::io("open", &path, error))?;
        Ok(Self { store, path, stream, entries: Vec::new(), at: 0 })
    }

    /// Adds a file of a deployment.
    pub(super) fn add(&mut self, file: &OutputFile) -> Result<(), Error> {
        // Whoever has no hash has no description that names it.
        let content = file
            .expected
            .key()
            .ok_or_else(|| Error::Usage(format!("`{}` is no hash", file.expected.hash)))?;
        file.copy(&mut self.stream).map_err(|error| file.copy_failed(&self.path, error))?;
        self.added(content);
        Ok(())
    }

    /// Adds all contents of another pack.
    pub(super) fn take_in(&mut self, pack: &Pack) -> Result<(), Error> {
        self.move_in(pack, pack.entries.clone())
    }

    /// Adds some contents of another pack.
    fn move_in(&mut self, pack: &Pack, mut entries: Vec<Entry>) -> Result<(), Error> {
        // As they lie in the pack, which is then read once from end to end.
        entries.sort_by_key(|entry| entry.start);
        for Entry { content, start } in entries {
            let slice = Slice::new(&pack.file, start, content.size);
            let copied = io::copy(&mut slice.bytes(), &mut self.stream);
            let copied = copied.map_err(|error| Error::io("copy from", slice.file(), error))?;
            if copied != content.size {
                return Err(Error::unusable(slice.file(), WHY));
            }
            self.added(content);
        }
        Ok(())
    }

    fn added(&mut self, content: Key) {
        self.entries.push(Entry { content, start: self.at });
        self.at += content.size;
    }

    /// Writes the index.
    pub(super) fn finish(self) -> Result<Written, Error> {
        let Self { store, path, mut stream, mut entries, .. } = self;
        let unwritten = |error| Error::io("write", &path, error);
        entries.sort_by_key(|entry| entry.content);
        // Packs that were taken in may have had the same contents.
        entries.dedup_by_key(|entry| entry.content);
        let index = postcard::to_stdvec(&entries).map_err(|error| unwritten(io::Error::other(error)))?;
        let sum = hash::of(&index);
        let length = (index.len() as u64).to_le_bytes();
        let end = [&index, &length[..], sum.get(..16).unwrap_or_default(), MAGIC];
        let written = end.into_iter().try_for_each(|part| stream.write_all(part));
        written.and_then(|()| stream.finish()).map_err(unwritten)?;
        let name = hash::hex(&sum);
        let place = store.path("packs").join(name.get(..hash::SHORT).unwrap_or_default());
        Ok(Written::new(path, place))
    }
}

/// Opens a pack and reads its index.
fn read(path: &Path) -> io::Result<Pack> {
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, WHY);
    let file = Arc::new(Opened::open(path)?);
    let length = file.length()?;
    let part = |start: u64, length: u64| -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        Slice::new(&file, start, length).bytes().read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let behind = length.checked_sub(END).ok_or_else(damaged)?;
    let end = part(behind, END)?;
    let (size, rest) = end.split_first_chunk().ok_or_else(damaged)?;
    let (sum, magic) = rest.split_at_checked(16).ok_or_else(damaged)?;
    let size = Some(u64::from_le_bytes(*size)).filter(|size| *size <= LONGEST && magic == MAGIC);
    let size = size.ok_or_else(damaged)?;
    let contents = behind.checked_sub(size).ok_or_else(damaged)?;
    let index = part(contents, size)?;
    let entries: Vec<Entry> = match hash::of(&index).starts_with(sum) {
        true => postcard::from_bytes(&index).map_err(|_| damaged())?,
        false => return Err(damaged()),
    };
    let is_within =
        |entry: &Entry| entry.start.checked_add(entry.content.size).is_some_and(|end| end <= contents);
    match entries.iter().all(is_within) {
        true => Ok(Pack { file, entries }),
        false => Err(damaged()),
    }
}
