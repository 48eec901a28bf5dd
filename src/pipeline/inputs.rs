//! What a build is made from: the files that were read, with their hashes, and the packages that are in the worker.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::bundle::{Code, Linked};
use super::sources::Sources;
use super::worker::Given;
use crate::deployment::{Inputs, SourceFile, document};
use crate::diagnostic::Source;
use crate::discover::SourceTree;
use crate::graph::{package_directory, package_name};
use crate::hash;
use crate::project::{self, Options, Platform, Project};
use crate::resolve;

/// A package that modules of a worker were found in.
struct Installed {
    name: String,
    version: Option<String>,
    license: Option<String>,
    /// Bytes that the worker has of it.
    size: u64,
}

/// What a build was told and the files that it has read.
#[derive(Default)]
pub(super) struct Read {
    given: BTreeMap<String, Json>,
    /// Those that became modules, or could have.
    sources: BTreeMap<String, SourceFile>,
    /// Those that say what becomes of these.
    files: BTreeMap<String, String>,
    /// By directory, relative to the project.
    packages: BTreeMap<String, Installed>,
}

impl Read {
    /// What was read before anything was linked.
    pub(super) fn before(
        project: &Project,
        given: BTreeMap<String, Json>,
        tree: &SourceTree,
        sources: &Sources,
        rules: &Given,
    ) -> Self {
        let mut read = Self { given, ..Self::default() };
        for object in sources.objects.values() {
            read.add(&object.source, 0);
        }
        let config = project.config.as_ref();
        let note = config.and_then(|config| config.generated.as_ref()).map(|generated| &generated.note);
        let routes = rules.routes_json.as_ref().map(|routes| &routes.source);
        for source in note.into_iter().chain(routes).chain(&tree.asset_ignores) {
            read.files.extend(source.hash().map(|hash| (source.path().to_owned(), hash::hex(hash))));
        }
        read.files.extend(config.and_then(|config| {
            Some((project::display(&project.root, &config.path), hash::hex(config.source.hash()?)))
        }));
        read
    }

    /// Adds what was read for the worker.
    pub(super) fn and_worker(mut self, project: &Project, code: &Code, linked: Option<&Linked>) -> Self {
        let files = code.resolver.files();
        let files = files.iter().map(|(file, hash)| (project::display(&project.root, file), hash::hex(hash)));
        self.files.extend(files);
        let Some(Linked { graph, bundle }) = linked else { return self };
        let (sizes, _) = bundle.link_map.sizes();
        for (module, size) in graph.modules.iter().zip(sizes) {
            self.add(&module.object.source, size as u64);
            self.add_package(project, code, &module.path, size as u64);
        }
        // What is left out of these is no module of the worker.
        let left_out = graph.additional.iter().filter(|module| !bundle.additional.contains(module));
        let there = bundle.additional.iter().map(|module| (module, module.content.len() as u64));
        for (module, size) in there.chain(left_out.map(|module| (module, 0))) {
            self.count(&module.path, hash::blake3_hex(&module.content), size);
            self.add_package(project, code, &module.path, size);
        }
        self
    }

    /// A file that was read as text; texts that are ours have no hash.
    fn add(&mut self, source: &Source, size: u64) {
        if let Some(hash) = source.hash() {
            self.count(source.path(), hash::hex(hash), size);
        }
    }

    fn count(&mut self, path: &str, hash: String, size: u64) {
        let file = self.sources.entry(path.to_owned()).or_insert(SourceFile { hash, size: 0 });
        file.size += size;
    }

    fn add_package(&mut self, project: &Project, code: &Code, path: &str, size: u64) {
        let Some(directory) = package_directory(path) else { return };
        if let Some(package) = self.packages.get_mut(directory) {
            package.size += size;
            return;
        }
        let place = resolve::cleaned(&project.root.join(directory));
        let (name, version, license) = match code.resolver.manifest_in(&place) {
            Some(manifest) => (manifest.name, manifest.version, manifest.license),
            None => (None, None, None),
        };
        let name = name.or_else(|| package_name(directory).map(str::to_owned)).unwrap_or_default();
        self.packages.insert(directory.to_owned(), Installed { name, version, license, size });
    }

    /// The packages that something of is in the worker.
    pub(super) fn in_worker(&self) -> Vec<document::Package> {
        let mut packages: BTreeMap<(&str, Option<&str>), u64> = BTreeMap::new();
        for package in self.packages.values().filter(|package| package.size > 0) {
            *packages.entry((&package.name, package.version.as_deref())).or_default() += package.size;
        }
        let row = |((name, version), size): ((&str, Option<&str>), u64)| document::Package {
            name: name.to_owned(),
            version: version.map(str::to_owned),
            size,
        };
        packages.into_iter().map(row).collect()
    }

    /// The version of the package in a directory of the project.
    pub(super) fn version(&self, directory: &str) -> Option<String> {
        self.packages.get(directory)?.version.clone()
    }

    /// What a build has to tell in one of the environments that have the same code, but for git's part.
    pub(super) fn inputs(&self, environment: Option<&str>) -> Inputs {
        let licensed = self.packages.values().filter(|package| package.size > 0).filter_map(|package| {
            let spoken = document::spoken(&package.name, package.version.as_deref());
            Some((spoken, package.license.clone()?))
        });
        let mut options = self.given.clone();
        options.extend(environment.map(|name| ("env".to_owned(), json!(name))));
        Inputs {
            options,
            licenses: licensed.collect(),
            sources: self.sources.clone(),
            files: self.files.clone(),
            ..Inputs::default()
        }
    }
}

/// The options that have a say in the result, where they are given, but for the environment. Paths are relative to the
/// project.
pub(super) fn given(options: &Options, root: &Path) -> BTreeMap<String, Json> {
    let path = |path: &PathBuf| {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        json!(project::display(root, &path))
    };
    let text = |text: &String| json!(text);
    let flags = Some(&options.compatibility_flags).filter(|flags| !flags.is_empty());
    let platform = match options.platform {
        Platform::Browser => None,
        Platform::Node => Some("node"),
        Platform::Neutral => Some("neutral"),
    };
    let given = [
        ("config", options.config.as_ref().map(path)),
        ("assets", options.assets.as_ref().map(path)),
        ("functions", options.functions.as_ref().map(path)),
        ("name", options.name.as_ref().map(text)),
        ("compatibility-date", options.compatibility_date.as_ref().map(text)),
        ("compatibility-flag", flags.map(|flags| json!(flags))),
        ("minify", options.minify.then_some(json!(true))),
        ("sourcemap", options.source_map.then_some(json!(true))),
        ("conditions", options.conditions.as_ref().map(|conditions| json!(conditions))),
        ("platform", platform.map(|platform| json!(platform))),
        ("keep-assets", (options.keep_assets > 0).then_some(json!(options.keep_assets))),
    ];
    given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
