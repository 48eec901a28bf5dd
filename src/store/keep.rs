//! Deployments in and out.

use std::fs;
use std::io;
use std::path::PathBuf;

use rayon::prelude::*;

use super::file::{create_directory, sync_directory};
use super::{Store, Writer};
use crate::deployment::{Content, Deployment, Document, Expected, OutputFile, Scheme};
use crate::error::Error;

const DOCUMENT: &str = "deployment.json";
const FACTS: &str = "build.json";

impl Writer<'_> {
    /// Keeps a version: when this returns, all of it is on the disk.
    ///
    /// # Errors
    ///
    /// It cannot be written, or a file is not what the deployment says. Nothing names what was written until then.
    pub fn keep(&self, deployment: &Deployment) -> Result<(), Error> {
        let id = &deployment.document.id;
        let place = format!("deployments/{id}");
        if !self.store.path(&place).join(DOCUMENT).exists() {
            let objects = deployment.files.iter().filter(|file| file.path != DOCUMENT);
            let objects: Vec<&OutputFile> = objects.collect();
            let kept: Vec<Result<(), Error>> = objects.par_iter().map(|file| self.object(file)).collect();
            kept.into_iter().collect::<Result<(), Error>>()?;
            create_directory(&self.store.path(&place))?;
        }
        if let Some(facts) = &deployment.facts {
            self.store.write_file(&format!("{place}/{FACTS}"), facts.as_bytes())?;
        }
        self.store.write_file(&format!("{place}/{DOCUMENT}"), deployment.document.to_text().as_bytes())?;
        sync_directory(&self.store.path("deployments"))
    }

    fn object(&self, file: &OutputFile) -> Result<(), Error> {
        let path = self.store.object(&file.expected);
        if path.exists() {
            return Ok(());
        }
        let mut copy = self.store.temporary()?;
        file.copy(&mut copy).map_err(|error| file.copy_failed(&path, error))?;
        copy.as_file().sync_all().map_err(|error| Error::io("write", &path, error))?;
        if let Some(parent) = path.parent() {
            create_directory(parent)?;
        }
        copy.persist(&path).map_err(|error| Error::io("write", &path, error.error))?;
        Ok(())
    }
}

impl Store {
    /// Where a content is. The platform's hash alone does not tell where the content ends and the extension begins; with
    /// the size it does.
    fn object(&self, expected: &Expected) -> PathBuf {
        let Expected { scheme, hash, size } = expected;
        let name = match scheme {
            Scheme::Plain => hash.clone(),
            Scheme::Asset => format!("{hash}-{size}"),
        };
        self.path("objects").join(hash.get(..2).unwrap_or_default()).join(name)
    }
}

pub(super) fn version(store: &Store, id: &str) -> Result<Deployment, Error> {
    let directory = store.path("deployments").join(id);
    let path = directory.join(DOCUMENT);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Error::Usage(format!(
                "there is no version `{id}` in `{}`",
                store.directory.display()
            )));
        }
        Err(error) => return Err(Error::io("read", &path, error)),
    };
    let document = Document::parse(&text).map_err(|error| Error::unusable(&path, error.to_string()))?;
    if document.id != id {
        return Err(Error::unusable(&path, format!("it describes another version, `{}`", document.id)));
    }
    let facts = fs::read_to_string(directory.join(FACTS)).ok();
    Deployment::stored(document, facts, |expected| Content::File(store.object(expected)))
        .map_err(|why| Error::unusable(&path, why.to_string()))
}
