//! Directories as resolution sees them, each read once: their entries, their `package.json` and `tsconfig.json`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::package::Package;
use super::tsconfig::{self, Tsconfig};
use crate::hash::Hash;

/// What stands behind a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Directory,
    Other,
}

/// An entry of a directory; what a link leads to is looked up when it is asked for.
enum Entry {
    Plain(Kind),
    Link(OnceLock<Option<(Kind, PathBuf)>>),
}

/// A directory and what holds for the files in it.
pub(super) struct Directory {
    pub(super) path: PathBuf,
    /// The same without symbolic links.
    pub(super) real: PathBuf,
    pub(super) parent: Option<Arc<Self>>,
    entries: BTreeMap<String, Entry>,
    /// Its own `package.json`.
    pub(super) package: Option<Arc<Package>>,
    /// Its own `tsconfig.json` or `jsconfig.json`.
    tsconfig: Option<Arc<Tsconfig>>,
    /// Whether it is or lies in a `node_modules`.
    pub(super) installed: bool,
}

impl Directory {
    /// What stands behind a name, spelled exactly so.
    pub(super) fn kind(&self, name: &str) -> Option<Kind> {
        match self.entries.get(name)? {
            Entry::Plain(kind) => Some(*kind),
            Entry::Link(target) => self.target(name, target).map(|(kind, _)| *kind),
        }
    }

    pub(super) fn has_file(&self, name: &str) -> bool {
        self.kind(name) == Some(Kind::File)
    }

    /// The path of an entry without symbolic links.
    pub(super) fn real_path(&self, name: &str) -> PathBuf {
        match self.entries.get(name) {
            Some(Entry::Link(target)) => {
                self.target(name, target).map_or_else(|| self.real.join(name), |(_, real)| real.clone())
            }
            _ => self.real.join(name),
        }
    }

    fn target<'a>(
        &self,
        name: &str,
        target: &'a OnceLock<Option<(Kind, PathBuf)>>,
    ) -> Option<&'a (Kind, PathBuf)> {
        let follow = || {
            let real = fs::canonicalize(self.path.join(name)).ok()?;
            let kind = fs::metadata(&real).ok()?.file_type();
            let kind = if kind.is_file() {
                Kind::File
            } else if kind.is_dir() {
                Kind::Directory
            } else {
                Kind::Other
            };
            Some((kind, real))
        };
        target.get_or_init(follow).as_ref()
    }

    /// The names in it, sorted.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    pub(super) fn is_modules(&self) -> bool {
        super::path::name(&self.path) == Some("node_modules")
    }

    /// Whether packages can be installed in it.
    pub(super) fn has_modules(&self) -> bool {
        !self.is_modules() && self.kind("node_modules") == Some(Kind::Directory)
    }

    /// It and the directories around it, inside out.
    pub(super) fn upwards(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |directory| directory.parent.as_deref())
    }

    /// The nearest `package.json`.
    pub(super) fn enclosing_package(&self) -> Option<&Arc<Package>> {
        self.upwards().find_map(|directory| directory.package.as_ref())
    }

    /// The nearest `tsconfig.json`; files of packages have none.
    pub(super) fn enclosing_tsconfig(&self) -> Option<&Arc<Tsconfig>> {
        if self.installed {
            return None;
        }
        self.upwards().find_map(|directory| directory.tsconfig.as_ref())
    }
}

/// The directories that were read.
#[derive(Default)]
pub(super) struct Directories(RwLock<BTreeMap<OsString, Option<Arc<Directory>>>>);

impl Directories {
    /// The directory of a cleaned absolute path, if there is one.
    pub(super) fn get(&self, path: &Path) -> Option<Arc<Directory>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(directory) = known.get(path.as_os_str()) {
            return directory.clone();
        }
        drop(known);
        let directory = self.read(path).map(Arc::new);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(path.as_os_str().to_owned()).or_insert(directory).clone()
    }

    /// Every `package.json` and `tsconfig.json` that was read, without symbolic links, and the hashes of their bytes.
    pub(super) fn files(&self) -> BTreeMap<PathBuf, Hash> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut files = BTreeMap::new();
        for directory in known.values().flatten() {
            let manifest = directory.package.as_ref();
            files.extend(manifest.map(|package| (directory.real_path("package.json"), package.hash)));
            files.extend(directory.tsconfig.iter().flat_map(|tsconfig| tsconfig.read.iter().cloned()));
        }
        files
    }

    fn read(&self, path: &Path) -> Option<Directory> {
        let parent = match path.parent() {
            Some(parent) => Some(self.get(parent)?),
            None => None,
        };
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries.filter_map(Result::ok).filter_map(entry).collect(),
            // One may have to go through a directory that cannot be listed.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => BTreeMap::new(),
            Err(_) => return None,
        };
        let real = match (&parent, super::path::name(path)) {
            (Some(parent), Some(name)) => parent.real_path(name),
            (Some(parent), None) => parent.real.join(path.file_name().unwrap_or_default()),
            (None, _) => path.to_path_buf(),
        };
        let mut directory = Directory {
            path: path.to_path_buf(),
            real,
            installed: parent.as_ref().is_some_and(|parent| parent.installed),
            parent,
            entries,
            package: None,
            tsconfig: None,
        };
        directory.installed |= directory.is_modules();
        if directory.has_file("package.json") {
            directory.package = Package::read(path).map(Arc::new);
        }
        let tsconfig = ["tsconfig.json", "jsconfig.json"].into_iter().find(|name| directory.has_file(name));
        if let (Some(name), false) = (tsconfig, directory.installed) {
            directory.tsconfig = Some(Arc::new(tsconfig::read(&path.join(name))));
        }
        Some(directory)
    }
}

fn entry(entry: fs::DirEntry) -> Option<(String, Entry)> {
    let name = entry.file_name().into_string().ok()?;
    let kind = entry.file_type().ok()?;
    let entry = if kind.is_symlink() {
        Entry::Link(OnceLock::new())
    } else if kind.is_file() {
        Entry::Plain(Kind::File)
    } else if kind.is_dir() {
        Entry::Plain(Kind::Directory)
    } else {
        Entry::Plain(Kind::Other)
    };
    Some((name, entry))
}
