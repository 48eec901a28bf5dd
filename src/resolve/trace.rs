//! How a specifier got where it led, whose file that is, and what was read to know it, for those who ask.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::package::Package;
use super::record::{Record, Step};
use super::{Resolver, path};
use crate::compile::ImportKind;
use crate::hash::Hash;

/// How a specifier got where it led.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The steps in their order. A path that is one has none.
    pub steps: Vec<Step>,
    /// The conditions that packages were told.
    pub conditions: Vec<String>,
}

/// The package that a file belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Its `name`.
    pub name: Option<String>,
    /// Its `version`.
    pub version: Option<String>,
    /// Its `license`.
    pub license: Option<String>,
    /// Where it lies, without symbolic links.
    pub directory: PathBuf,
    /// Whether it was installed.
    pub installed: bool,
    /// What it says of effects, for people.
    pub effects: &'static str,
}

impl Resolver {
    /// How a specifier of the file `importer` gets where it leads.
    pub fn trace(&self, importer: &Path, specifier: &str, kind: ImportKind) -> Trace {
        let record = RefCell::new(Record::default());
        if let Some(from) = importer.parent() {
            self.found(from, specifier, kind, Some(&record));
        }
        let conditions = if kind == ImportKind::Require { &self.rules.require } else { &self.rules.import };
        let steps = record.into_inner().steps.into_iter().rev().collect();
        Trace { steps, conditions: conditions.0.clone() }
    }

    /// The package of a file: the nearest manifest that has a name, or the nearest one.
    pub fn manifest(&self, file: &Path) -> Option<Manifest> {
        let directory = self.directories.get(file.parent()?)?;
        let packages = || directory.upwards().filter_map(|directory| directory.package.as_ref());
        let package = packages().find(|package| package.name.is_some()).or_else(|| packages().next())?;
        Some(Manifest { effects: directory.enclosing_package()?.effects_text(), ..told(package) })
    }

    /// The manifest of a directory.
    pub fn manifest_in(&self, directory: &Path) -> Option<Manifest> {
        self.directories.get(directory)?.package.as_deref().map(told)
    }

    /// Every manifest and every `tsconfig.json` that was read so far, without symbolic links, and the hashes of their bytes.
    pub fn files(&self) -> BTreeMap<PathBuf, Hash> {
        let mut files = self.directories.files();
        files.extend(self.tsconfig.iter().flat_map(|tsconfig| tsconfig.read.iter().cloned()));
        files
    }
}

fn told(package: &Package) -> Manifest {
    Manifest {
        name: package.name.clone(),
        version: package.version.clone(),
        license: package.license.clone(),
        installed: path::is_installed(&package.directory),
        directory: package.directory.clone(),
        effects: package.effects_text(),
    }
}
