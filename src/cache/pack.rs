//! The bytes of a pack: a line that names the format, then entries; each is a key, a hash, a length and the payload.
//!
//! A pack that is cut off or damaged loses the entries that this concerns, and gives no wrong ones.

use std::fs;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::compile;
use crate::diagnostic::Source;

/// Of the files that are packs.
pub(super) const EXTENSION: &str = "objects";

/// How files start that are being written.
const UNFINISHED: &str = ".unfinished-";

/// How long a file may be in the writing before it is taken for one that a killed run left.
const PATIENCE: Duration = Duration::from_secs(3600);

const HEAD: &[u8] = b"pagesbuild objects 1\n";
const KEY: usize = 32;
const HASH: usize = 16;
const LENGTH: usize = 4;

/// What an object is filed under.
pub(super) type Key = [u8; KEY];

/// The key of what a file is compiled to.
pub(super) fn key(source: &Source, options: compile::Options<'_>) -> Key {
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("PAGESBUILD_COMPILER").as_bytes());
    // Options are small values of serializable types; their bytes tell where they end.
    hasher.update(&postcard::to_stdvec(&(options, source.path())).unwrap_or_default());
    hasher.update(source.text().as_bytes());
    *hasher.finalize().as_bytes()
}

/// The entries of a pack, as far as they can be followed.
pub(super) fn entries(bytes: &[u8]) -> Vec<(Key, Range<usize>)> {
    let mut entries = Vec::new();
    let mut at = HEAD.len();
    if !bytes.starts_with(HEAD) {
        return entries;
    }
    while let Some((key, rest)) = bytes[at..].split_first_chunk::<KEY>()
        && let Some(length) = rest.get(HASH..).and_then(|rest| rest.first_chunk::<LENGTH>())
    {
        let start = at + KEY;
        at = (start + HASH + LENGTH).saturating_add(u32::from_le_bytes(*length) as usize);
        if at > bytes.len() {
            break;
        }
        entries.push((*key, start..at));
    }
    entries
}

/// The payload of an entry of [`entries`], when it is what was written.
pub(super) fn payload<'a>(key: &Key, entry: &'a [u8]) -> Option<&'a [u8]> {
    let (hash, rest) = entry.split_first_chunk::<HASH>()?;
    let payload = rest.get(LENGTH..)?;
    (*hash == self::hash(key, payload)).then_some(payload)
}

fn hash(key: &Key, payload: &[u8]) -> [u8; HASH] {
    let hash = blake3::keyed_hash(key, payload);
    hash.as_bytes().first_chunk().copied().unwrap_or_default()
}

/// Bytes that an entry takes in a pack.
pub(super) fn size(payload: &[u8]) -> usize {
    KEY + HASH + LENGTH + payload.len()
}

/// A pack in the making.
pub(super) struct Writer {
    bytes: Vec<u8>,
    keys: blake3::Hasher,
}

impl Default for Writer {
    fn default() -> Self {
        Self { bytes: HEAD.to_vec(), keys: blake3::Hasher::new() }
    }
}

impl Writer {
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn add(&mut self, key: &Key, payload: &[u8]) {
        let Ok(length) = u32::try_from(payload.len()) else { return };
        self.keys.update(key);
        self.bytes.extend(key);
        self.bytes.extend(hash(key, payload));
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend(payload);
    }

    /// Writes the pack under a name made from its keys, and gives its path.
    pub(super) fn write(self, directory: &Path) -> Option<PathBuf> {
        fs::create_dir_all(directory).ok()?;
        tidy(directory);
        // Nobody wants this in a repository.
        let ignore = directory.join(".gitignore");
        if !ignore.exists() {
            fs::write(ignore, "*\n").ok()?;
        }
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(directory).ok()?;
        file.write_all(&self.bytes).ok()?;
        let name = &self.keys.finalize().to_hex()[..32];
        let path = directory.join(name).with_extension(EXTENSION);
        file.persist(&path).ok()?;
        Some(path)
    }
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
