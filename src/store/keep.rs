//! Deployments in and out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::add::Added;
use super::file::{create_directory, sync_directory};
use super::pack::Packs;
use super::{DOCUMENT, FACTS, Store, Writer};
use crate::deployment::{self, Content, Deployment, Document, Expected, OutputFile, Scheme};
use crate::error::Error;

/// Versions of which everything is written, but nothing has its name yet.
#[must_use]
pub struct Keeping<'a> {
    writer: &'a Writer<'a>,
    deployments: &'a [&'a Deployment],
    added: Added,
    is_anybody_adding: bool,
}

impl Writer<'_> {
    /// Writes what is missing of versions, which are kept when [`Keeping::finish`] returns.
    ///
    /// # Errors
    ///
    /// It cannot be written, or a file is not what its deployment says.
    pub fn keep<'a>(&'a self, deployments: &'a [&'a Deployment]) -> Result<Keeping<'a>, Error> {
        let store = self.store;
        let packs = Packs::open(store)?;
        // To look for files that are not there takes longer than to ask which are.
        let names = store.object_names()?;
        let is_there = |file: &OutputFile| {
            names.binary_search(&object_name(&file.expected)).is_ok()
                && is_whole(&store.object(&file.expected), file)
        };
        let is_missing = |file: &&&OutputFile| packs.find(&file.expected).is_none() && !is_there(file);
        let missing: Vec<&OutputFile> = objects(deployments).par_iter().filter(is_missing).copied().collect();
        // After the objects: who is not adding any more has brought to the disk what was found of theirs.
        let is_anybody_adding = store.is_anybody_adding()?;
        let added = store.add(missing, &packs)?;
        Ok(Keeping { writer: self, deployments, added, is_anybody_adding })
    }

    /// Writes the facts of a version whose objects are there, and its description unless that is there too.
    fn describe(&self, deployment: &Deployment) -> Result<(), Error> {
        let store = self.store;
        let place = format!("deployments/{}", deployment.document.id);
        create_directory(&store.path(&place))?;
        if let Some(facts) = &deployment.facts {
            store.write_file(&format!("{place}/{FACTS}"), facts.as_bytes())?;
        }
        if let Some(file) = self.missing_description(deployment) {
            sync_directory(&store.path("deployments"))?;
            store.write_with(&format!("{place}/{DOCUMENT}"), |to, path| {
                file.copy(to).map_err(|error| file.copy_failed(path, error))
            })?;
        }
        Ok(())
    }

    /// The description of a version, unless it is there.
    fn missing_description<'a>(&self, deployment: &'a Deployment) -> Option<&'a OutputFile> {
        let path = self.store.description(&deployment.document.id);
        deployment.files.iter().find(|file| file.path == DOCUMENT).filter(|file| !is_whole(&path, file))
    }
}

impl Keeping<'_> {
    /// When this returns, the versions are on the disk. Nothing names what was written until then.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn finish(self) -> Result<(), Error> {
        let Self { writer, deployments, added, is_anybody_adding } = self;
        let store = writer.store;
        added.settle()?;
        let is_new = |deployment: &&Deployment| writer.missing_description(deployment).is_some();
        if is_anybody_adding && deployments.iter().any(is_new) {
            let paths: Vec<PathBuf> =
                objects(deployments).iter().map(|file| store.object(&file.expected)).collect();
            let parents: BTreeSet<&Path> = paths.iter().filter_map(|path| path.parent()).collect();
            parents.into_iter().filter(|parent| parent.is_dir()).try_for_each(sync_directory)?;
            ["objects", "packs"].iter().try_for_each(|name| sync_directory(&store.path(name)))?;
        }
        deployments.iter().try_for_each(|deployment| writer.describe(deployment))
    }
}

/// All that versions consist of but their descriptions.
fn objects<'a>(deployments: &[&'a Deployment]) -> Vec<&'a OutputFile> {
    let files = deployments.iter().flat_map(|deployment| &deployment.files);
    files.filter(|file| file.path != DOCUMENT).collect()
}

/// Whether a file is there with all of its bytes. Reading them would cost as much as writing them anew: `Store::check` does.
fn is_whole(path: &Path, file: &OutputFile) -> bool {
    let found = fs::symlink_metadata(path);
    found.is_ok_and(|found| found.is_file() && found.len() == file.expected.size)
}

impl Store {
    /// Bytes of a version's files, each content counted once.
    ///
    /// # Errors
    ///
    /// There is none of this id, or what is there is damaged.
    pub fn size(&self, id: &str) -> Result<u64, Error> {
        let path = self.description(id);
        let text = fs::read(&path).map_err(|error| self.unread(id, &path, error))?;
        let document: Document =
            serde_json::from_slice(&text).map_err(|error| Error::unusable(&path, error.to_string()))?;
        let contents: BTreeMap<PathBuf, u64> =
            document.files().map(|(_, expected)| (self.object(&expected), expected.size)).collect();
        Ok(contents.values().sum::<u64>() + text.len() as u64)
    }

    /// Where a content is. The platform's hash alone does not tell where the content ends and the extension begins; with
    /// the size it does.
    pub(super) fn object(&self, expected: &Expected) -> PathBuf {
        let place = self.path("objects").join(expected.hash.get(..2).unwrap_or_default());
        place.join(object_name(expected))
    }

    /// The names of all objects that are files of their own, sorted.
    fn object_names(&self) -> Result<Vec<String>, Error> {
        let mut names = Vec::new();
        for directory in self.names_in("objects")?.iter().map(|name| format!("objects/{name}")) {
            if self.path(&directory).is_dir() {
                names.extend(self.names_in(&directory)?);
            }
        }
        names.sort();
        Ok(names)
    }

    fn unread(&self, id: &str, path: &Path, error: io::Error) -> Error {
        match error.kind() {
            io::ErrorKind::NotFound => self.missing(id),
            _ => Error::io("read", path, error),
        }
    }
}

fn object_name(expected: &Expected) -> String {
    let Expected { scheme, hash, size } = expected;
    match scheme {
        Scheme::Plain => hash.clone(),
        Scheme::Asset => format!("{hash}-{size}"),
    }
}

pub(super) fn version(store: &Store, id: &str) -> Result<Deployment, Error> {
    let path = store.description(id);
    let document = document(store, id)?;
    let packs = Packs::open(store)?;
    let facts = fs::read_to_string(path.with_file_name(FACTS)).ok();
    let content = |expected: &Expected| match packs.find(expected) {
        Some(slice) => Content::Slice(slice),
        None => Content::File(store.object(expected)),
    };
    Deployment::stored(document, facts, content).map_err(|why| Error::unusable(&path, why.to_string()))
}

/// The description of a version.
pub(super) fn document(store: &Store, id: &str) -> Result<Document, Error> {
    let path = store.description(id);
    let text = fs::read(&path).map_err(|error| store.unread(id, &path, error))?;
    let document = Document::parse(&text).map_err(|error| Error::unusable(&path, error.to_string()))?;
    match document.id == id {
        true => Ok(document),
        false => Err(Error::unusable(&path, format!("it describes another version, `{}`", document.id))),
    }
}

/// The paths of a version's static files as its description has them, those that it carries along among them. What the
/// description says is taken as it is: its form, its id and its digests are not worked out again.
pub(super) fn published(store: &Store, id: &str) -> Result<Vec<String>, Error> {
    let path = store.description(id);
    let text = fs::read(&path).map_err(|error| store.unread(id, &path, error))?;
    deployment::published(&text).map_err(|error| Error::unusable(&path, error.to_string()))
}
