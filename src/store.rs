//! Every version of a project that was built: its files, and a log of what each environment was given.
//!
//! In go deployments and entries of the log, out come the same. A store is a directory of plain files, `.pagesbuild` in the
//! project:
//!
//! ```text
//! store.json                        the format
//! objects/ab/...                    contents, each under the hash that `deployment.json` has for it
//! packs/...                         more contents, many in a file
//! deployments/ID/deployment.json    what was built; its files are among the objects
//! deployments/ID/build.json         the facts of the latest build of it
//! log/top.jsonl, log/env-NAME.jsonl what was built, in order, by environment
//! pins/ID                           what `gc` is to leave alone, and why
//! tmp/                              what is being written
//! lock                              shared by those who add, held alone by who removes
//! ```
//!
//! Invariants: an object has its name only when it is on the disk, whole; a deployment has its `deployment.json` only when
//! all of its objects are on the disk with their names, and is in a log only after that; files appear by a rename and are
//! never changed after; a log only grows. A pack may go when all of its contents are on the disk in another. What is removed
//! goes the other way round: first `deployment.json`, then objects.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::deployment::Deployment;
use crate::error::Error;

mod add;
mod check;
mod environment;
mod file;
mod gc;
mod keep;
mod log;
mod lookup;
mod pack;
mod pin;
mod stream;

pub use check::Checked;
pub use gc::{Keep, Removed, Swept};
pub use keep::Keeping;
pub use log::{Action, Entry};
pub use lookup::{Reference, called};
pub use pin::Pin;

/// The format and its major version.
const FORMAT: &str = "pagesbuild.store/2";
/// The one before, which had no packs and is the same otherwise.
const FORMAT_BEFORE: &str = "pagesbuild.store/1";
/// The description of a version.
const DOCUMENT: &str = "deployment.json";
/// The facts of its latest build.
const FACTS: &str = "build.json";

/// The versions of a project.
#[derive(Clone, Debug)]
pub struct Store {
    directory: PathBuf,
}

/// The right to add to a store. While there is one, nothing is removed but packs whose contents are in another by then.
#[derive(Debug)]
pub struct Writer<'a> {
    store: &'a Store,
    // `None` where the file system knows no locks.
    _lock: Option<File>,
}

/// Where a project has its store.
pub fn directory(root: &Path) -> PathBuf {
    root.join(".pagesbuild")
}

impl Store {
    /// The store of a project; `None` where nothing was kept yet.
    ///
    /// # Errors
    ///
    /// It has another format, or cannot be read.
    pub fn open(root: &Path) -> Result<Option<Self>, Error> {
        let store = Self { directory: directory(root) };
        let file = store.path("store.json");
        match fs::read(&file) {
            Ok(text) => store.check_format(&file, &text).map(|()| Some(store)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("read", &file, error)),
        }
    }

    /// The store of a project, made where there is none.
    ///
    /// # Errors
    ///
    /// It has another format, or cannot be read or written.
    pub fn create(root: &Path) -> Result<Self, Error> {
        let text = format!("{{\n  \"format\": \"{FORMAT}\"\n}}\n");
        let store = Self { directory: directory(root) };
        if Self::open(root)?.is_some()
            && fs::read(store.path("store.json")).is_ok_and(|found| found == text.as_bytes())
        {
            return Ok(store);
        }
        let writer = store.writer()?;
        store.write_file(".gitignore", b"*\n")?;
        store.write_file("store.json", text.as_bytes())?;
        file::sync_directory(root)?;
        drop(writer);
        Ok(store)
    }

    /// Waits until nothing is being removed, and keeps others from doing so.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn writer(&self) -> Result<Writer<'_>, Error> {
        // Whatever copies a directory without its empty ones leaves some out.
        self.create_directories()?;
        let (path, file) = self.lock_file()?;
        let lock = match file.lock_shared() {
            Ok(()) => Some(file),
            Err(error) if error.kind() == io::ErrorKind::Unsupported => None,
            Err(error) => return Err(Error::io("lock", &path, error)),
        };
        Ok(Writer { store: self, _lock: lock })
    }

    /// The ids of all versions, sorted.
    ///
    /// # Errors
    ///
    /// The directory cannot be read.
    pub fn ids(&self) -> Result<Vec<String>, Error> {
        let mut ids = self.names_in("deployments")?;
        ids.retain(|name| self.has(name));
        Ok(ids)
    }

    /// Whether there is a version of this id.
    pub fn has(&self, id: &str) -> bool {
        is_id(id) && self.description(id).is_file()
    }

    /// A version. Its files are compared with their hashes when they are copied.
    ///
    /// # Errors
    ///
    /// There is none of this id, or what is there is damaged.
    pub fn version(&self, id: &str) -> Result<Deployment, Error> {
        keep::version(self, id)
    }

    /// The paths of a version's static files, those that it carries along among them, sorted. Quicker than
    /// [`version`](Self::version), and not checked.
    ///
    /// # Errors
    ///
    /// There is none of this id, or its description cannot be read.
    pub fn published(&self, id: &str) -> Result<Vec<String>, Error> {
        keep::published(self, id)
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    fn check_format(&self, file: &Path, text: &[u8]) -> Result<(), Error> {
        #[derive(serde::Deserialize)]
        struct Any {
            format: String,
        }
        let format = serde_json::from_slice::<Any>(text).map(|any| any.format);
        match format.as_deref() {
            Ok(FORMAT | FORMAT_BEFORE) => Ok(()),
            Ok(other) => Err(Error::unusable(
                &self.directory,
                format!(
                    "its format is `{other}`, and this version of pagesbuild knows `{FORMAT}`: use the version that wrote it"
                ),
            )),
            Err(error) => {
                Err(Error::unusable(file, format!("it is not the description of a store: {error}")))
            }
        }
    }

    /// The file that is locked, open.
    fn lock_file(&self) -> Result<(PathBuf, File), Error> {
        let path = self.path("lock");
        let opened = File::options().create(true).truncate(false).read(true).write(true).open(&path);
        opened.map_err(|error| Error::io("create", &path, error)).map(|file| (path, file))
    }

    fn create_directories(&self) -> Result<(), Error> {
        for directory in ["objects", "packs", "deployments", "log", "pins", "tmp"] {
            file::create_directory(&self.path(directory))?;
        }
        Ok(())
    }

    /// Where the description of a version is.
    fn description(&self, id: &str) -> PathBuf {
        self.directory.join("deployments").join(id).join(DOCUMENT)
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.directory.join(relative)
    }
}

/// Whether a text has the form of an id.
fn is_id(text: &str) -> bool {
    text.len() == crate::hash::SHORT && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
