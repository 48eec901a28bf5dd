//! Compiled objects that earlier runs left behind: what was compiled once is read, not compiled again.
//!
//! An object is filed under a hash of everything that it is made from: the compiler, the options, the file's name and its
//! text. So an entry is right or it is not found; nothing ever has to be declared stale. Entries carry a hash of their own
//! bytes, and what does not fit it counts as absent. All of this is help and not needed: what cannot be read or written is
//! left alone without a word.
//!
//! On the disk a cache is a few *packs*, files of many entries. A run adds what it compiled as one new pack, which takes in
//! the packs that are not much larger, so that there are never many. Packs are written aside and renamed, and are never changed:
//! builds that run at the same time see whole packs only, and the worst that they can do to each other is to forget.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::NamedTempFile;

use crate::compile::{self, Object, compile};
use crate::diagnostic::{Diagnostic, Source};

mod pack;

use pack::{Key, Pack, Place};

/// Bytes that all packs together may have. A worker of 10 MB of source needs about as much.
const LIMIT: usize = 256 << 20;

/// Compiles files, or finds what was compiled before.
pub struct Cache {
    /// Where packs are; `None` keeps nothing.
    directory: Option<PathBuf>,
    limit: usize,
    packs: Vec<Pack>,
    /// Files that should be packs.
    unreadable: Vec<PathBuf>,
    entries: BTreeMap<Key, Entry>,
    added: Mutex<BTreeMap<Key, Vec<u8>>>,
    /// Whether an entry was found that is not what was written.
    damaged: AtomicBool,
}

struct Entry {
    pack: usize,
    place: Place,
    used: AtomicBool,
}

/// Where a project has its cache: below its `node_modules`, where tools keep what can be made again, or beside its
/// configuration.
pub fn directory(root: &Path) -> PathBuf {
    let modules = root.join("node_modules");
    if modules.is_dir() { modules.join(".cache/pagesbuild") } else { root.join(".pagesbuild/cache") }
}

impl Cache {
    /// A cache that keeps nothing.
    pub fn none() -> Self {
        Self {
            directory: None,
            limit: 0,
            packs: Vec::new(),
            unreadable: Vec::new(),
            entries: BTreeMap::new(),
            added: Mutex::default(),
            damaged: AtomicBool::new(false),
        }
    }

    /// The cache of a project.
    pub fn of_project(root: &Path) -> Self {
        Self::open(directory(root), LIMIT)
    }

    fn open(directory: PathBuf, limit: usize) -> Self {
        let mut cache = Self { directory: Some(directory.clone()), limit, ..Self::none() };
        let mut paths: Vec<PathBuf> =
            fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == pack::EXTENSION));
        paths.sort();
        for path in paths {
            let Some((pack, entries)) = Pack::open(path.clone()) else {
                cache.unreadable.push(path);
                continue;
            };
            for (key, place) in entries {
                let entry = Entry { pack: cache.packs.len(), place, used: AtomicBool::new(false) };
                cache.entries.insert(key, entry);
            }
            cache.packs.push(pack);
        }
        cache
    }

    /// Where a file of this name beside the packs is, and one in the making that can take its place.
    pub fn beside(&self, name: &str) -> Option<(PathBuf, Option<NamedTempFile>)> {
        let directory = self.directory.as_deref()?;
        Some((directory.join(name), pack::unfinished(directory)))
    }

    /// The object of a file: read when it was compiled before, otherwise compiled and remembered.
    pub fn object(&self, source: &Source, options: compile::Options<'_>) -> Result<Object, Vec<Diagnostic>> {
        if self.directory.is_none() {
            return compile(source, options);
        }
        let key = pack::key(source, options);
        if let Some(mut object) = self.find(&key) {
            object.source = source.clone();
            return Ok(object);
        }
        let object = compile(source, options)?;
        if let (Ok(bytes), Ok(mut added)) = (postcard::to_stdvec(&object), self.added.lock()) {
            added.insert(key, bytes);
        }
        Ok(object)
    }

    fn find(&self, key: &Key) -> Option<Object> {
        let entry = self.entries.get(key)?;
        let object = BUFFER.with_borrow_mut(|buffer| {
            let payload = self.packs[entry.pack].read(&entry.place, buffer)?;
            postcard::from_bytes(payload).ok()
        });
        (if object.is_some() { &entry.used } else { &self.damaged }).store(true, Ordering::Relaxed);
        object
    }

    /// Leaves what was compiled for later runs.
    pub fn save(self) {
        let Self { directory: Some(directory), limit, packs, unreadable, entries, added, damaged } = self
        else {
            return;
        };
        let Ok(added) = added.into_inner() else { return };
        if added.is_empty() {
            return;
        }
        let all: usize = packs.iter().map(|pack| pack.size).sum();
        let mut size: usize = added.values().map(|bytes| pack::size(bytes)).sum();
        let full = all + size > limit;
        // The packs whose entries go into the new one, the smallest first. A damaged one is written anew.
        let mut absorbed: Vec<usize> = (0..packs.len()).collect();
        absorbed.sort_by_key(|at| packs[*at].size);
        absorbed.retain(|at| {
            let absorbs = full || damaged.load(Ordering::Relaxed) || packs[*at].size <= 2 * size;
            size += if absorbs { packs[*at].size } else { 0 };
            absorbs
        });
        let mut writer = pack::Writer::default();
        let mut add = |key: &Key, payload: &[u8]| {
            if writer.size() + pack::size(payload) <= limit {
                writer.add(key, payload);
            }
        };
        for (key, bytes) in &added {
            add(key, bytes);
        }
        let mut buffer = Vec::new();
        for (key, entry) in &entries {
            let keeps = absorbed.contains(&entry.pack) && (!full || entry.used.load(Ordering::Relaxed));
            if !keeps || added.contains_key(key) {
                continue;
            }
            if let Some(payload) = packs[entry.pack].read(&entry.place, &mut buffer) {
                add(key, payload);
            }
        }
        let Some(written) = writer.write(&directory) else { return };
        let absorbed = absorbed.iter().map(|at| &packs[*at].path);
        for path in absorbed.chain(&unreadable).filter(|path| **path != written) {
            let _ = fs::remove_file(path);
        }
    }
}

thread_local! {
    /// What payloads are read into, one after the other.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

#[cfg(test)]
mod tests;
