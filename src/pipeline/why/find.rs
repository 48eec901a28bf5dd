//! Which module is meant.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::error::Error;
use crate::graph::{ModuleId, Target};
use crate::project;

use super::{Asked, Subject, is_generated};

/// How many names a message lists.
const NAMES: usize = 8;

impl Asked<'_> {
    /// The modules that a question means: a path, a package, a specifier, or a part of one path.
    pub(super) fn find(&self, asked: &str) -> Result<Vec<Subject>, Error> {
        let ways =
            [Self::by_path, Self::by_name_of_runtime, Self::by_package, Self::by_specifier, Self::by_part];
        let subjects =
            ways.iter().map(|way| way(self, asked)).find(|found| !found.is_empty()).unwrap_or_default();
        let names: Vec<String> = subjects.iter().map(|subject| self.name(subject)).collect();
        match names.len() {
            0 => Err(self.unknown(asked)),
            1 => Ok(subjects),
            // A package can be there several times.
            _ if !self.by_package(asked).is_empty() => Ok(subjects),
            count => {
                let shown: Vec<String> = names.iter().take(NAMES).map(|name| format!("\n  {name}")).collect();
                let more =
                    if count > NAMES { format!("\n  and {} more", count - NAMES) } else { String::new() };
                Err(Error::Usage(format!("`{asked}` fits {count} modules:{}{more}", shown.concat())))
            }
        }
    }

    /// A file, as seen from the project's or the current directory.
    fn by_path(&self, asked: &str) -> Vec<Subject> {
        let below = crate::resolve::cleaned(&self.root.join(asked));
        let here = std::path::absolute(asked).map(|path| crate::resolve::cleaned(&path)).unwrap_or_default();
        let paths = [&below, &here].map(|path| project::display(self.root, path));
        let found = self.those(|path| paths.iter().any(|asked| asked == path));
        // A file can be there as code and as it is.
        found.into_iter().take(1).collect()
    }

    /// The modules whose paths fit, those that are deployed as they are among them.
    fn those(&self, fits: impl Fn(&str) -> bool) -> Vec<Subject> {
        let linked = self.graph.ids().filter(|id| fits(&self.graph.module(*id).path)).map(Subject::Module);
        let additional = self.graph.additional.iter().filter(|module| fits(&module.path));
        linked.chain(additional.map(|module| Subject::External(module.specifier()))).collect()
    }

    fn by_name_of_runtime(&self, asked: &str) -> Vec<Subject> {
        let node = format!("node:{asked}");
        let externals = self.externals();
        let name = externals.iter().find(|name| **name == asked || **name == node);
        name.map(|name| Subject::External((*name).to_owned())).into_iter().collect()
    }

    fn externals(&self) -> BTreeSet<&str> {
        let targets = self.graph.modules.iter().flat_map(|module| &module.targets);
        targets
            .filter_map(|target| match target {
                Target::External(name) => Some(name.as_str()),
                Target::Module(_) | Target::Missing => None,
            })
            .collect()
    }

    /// Of each copy of a package, the module that the entry reaches first.
    fn by_package(&self, asked: &str) -> Vec<Subject> {
        let mut copies: BTreeMap<PathBuf, ModuleId> = BTreeMap::new();
        for module in self.graph.ids() {
            let Some(manifest) = self.file(module).and_then(|file| self.code.resolver.manifest(&file)) else {
                continue;
            };
            if manifest.name.as_deref() == Some(asked) && manifest.directory != *self.root {
                let nearest = copies.entry(manifest.directory).or_insert(module);
                if self.distance(module) < self.distance(*nearest) {
                    *nearest = module;
                }
            }
        }
        copies.into_values().map(Subject::Module).collect()
    }

    fn by_specifier(&self, asked: &str) -> Vec<Subject> {
        let mut subjects = BTreeSet::new();
        for module in &self.graph.modules {
            for (import, target) in module.object.imports.iter().zip(&module.targets) {
                if import.specifier == asked && !is_generated(&module.path) {
                    match target {
                        Target::Module(target) => _ = subjects.insert(Subject::Module(*target)),
                        Target::External(name) => _ = subjects.insert(Subject::External(name.clone())),
                        Target::Missing => {}
                    }
                }
            }
        }
        subjects.into_iter().collect()
    }

    fn by_part(&self, asked: &str) -> Vec<Subject> {
        self.those(|path| path.contains(asked) && !is_generated(path))
    }

    fn unknown(&self, asked: &str) -> Error {
        let paths =
            self.graph.modules.iter().map(|module| module.path.as_str()).filter(|path| !is_generated(path));
        let packages =
            self.graph.modules.iter().filter_map(|module| crate::graph::package_name(&module.path));
        let names: BTreeSet<&str> = paths.chain(packages).chain(self.externals()).collect();
        let file = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
        let distance = |name: &&str| {
            let whole = strsim::osa_distance(asked, name);
            whole.min(strsim::osa_distance(&file(asked), &file(name)))
        };
        let near =
            names.iter().filter(|name| distance(name) <= asked.len() / 3).min_by_key(|name| distance(name));
        let help = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Error::Usage(format!("no module of the worker is called `{asked}`{help}"))
    }
}
