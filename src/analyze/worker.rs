//! What a worker is made of, module by module.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::{Sizes, Worker, gzip};
use crate::compile::{Format, ImportKind};
use crate::graph::{Module, ModuleId, Target, package_directory, package_name};
use crate::link::Contribution;

/// The worker's modules, and what the linker adds to them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WorkerParts {
    /// Of all files.
    #[serde(flatten)]
    pub sizes: Sizes,
    /// Whether it is written short.
    pub minified: bool,
    /// Index of the module that everything starts from.
    pub entry: usize,
    /// What is no module's: the linker's own functions, imports from the runtime, the list of exports.
    pub linker: Sizes,
    /// Modules of the runtime that it imports.
    pub runtime: Vec<String>,
    /// The packages that its modules come from, by directory.
    pub packages: Vec<Package>,
    /// Every module that was reached, by path, also those of which nothing is left.
    pub modules: Vec<ModuleParts>,
    /// Files that are modules of their own beside the linked one.
    pub additional: Vec<AdditionalParts>,
}

/// A file that is deployed as it is and that code imports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdditionalParts {
    /// Relative to the project.
    pub path: String,
    /// Its place beside the linked module.
    pub name: String,
    /// What the runtime takes it for, as the configuration calls it.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Index of its package, `None` for the project's own.
    pub package: Option<usize>,
    /// Of the file.
    #[serde(flatten)]
    pub sizes: Sizes,
}

/// An installed package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// What its manifest says, where that can be read.
    pub version: Option<String>,
    /// Its directory, relative to the project.
    pub path: String,
}

/// A module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ModuleParts {
    /// Relative to the project; what pagesbuild makes is named `pagesbuild:...`.
    pub path: String,
    /// Index of its package, `None` for the project's own.
    pub package: Option<usize>,
    /// How it is evaluated.
    pub format: &'static str,
    /// Of its text in the worker. After gzip, as if it stood alone: what it costs beside the others cannot be told.
    #[serde(flatten)]
    pub sizes: Sizes,
    /// Bytes of the file.
    pub source: usize,
    /// Bytes of its compiled text that were left out of the worker.
    pub dropped: usize,
    /// Whether it is evaluated.
    pub live: bool,
    /// Indices of the modules that it imports.
    pub imports: Vec<usize>,
    /// Indices of those that it requires.
    pub requires: Vec<usize>,
    /// Indices of those that it imports when asked for.
    pub lazy: Vec<usize>,
    /// Its own exports that the worker has.
    pub kept: Vec<String>,
    /// Those that it has not.
    pub unused: Vec<String>,
}

/// Takes a worker apart that has `sizes` as a whole. `version` tells the version of the package in a directory of the
/// project.
pub fn worker(
    worker: Worker<'_>,
    sizes: Sizes,
    minified: bool,
    version: &dyn Fn(&str) -> Option<String>,
) -> WorkerParts {
    let Worker { graph, bundle } = worker;
    let mut indices: BTreeMap<&str, usize> = BTreeMap::new();
    let paths = graph.modules.iter().map(|module| &module.path);
    let paths = paths.chain(bundle.additional.iter().map(|module| &module.path));
    indices.extend(paths.filter_map(|path| Some((package_directory(path)?, 0))));
    indices.values_mut().zip(0..).for_each(|(index, next)| *index = next);
    let packages = indices.keys().map(|path| Package {
        name: package_name(path).unwrap_or(path).to_owned(),
        version: version(path),
        path: (*path).to_owned(),
    });
    let texts = texts(worker);
    let gzip: Vec<u64> = texts.par_iter().map(|text| gzip::deflated(text.as_bytes())).collect();
    let gzip_own = gzip.last().copied().unwrap_or(0);
    let package_of = |path: &str| package_directory(path).and_then(|path| indices.get(path).copied());
    let additional: Vec<AdditionalParts> = (bundle.additional.iter())
        .map(|module| AdditionalParts {
            path: module.path.clone(),
            name: module.name.clone(),
            kind: module.kind.name(),
            package: package_of(&module.path),
            sizes: Sizes { size: module.content.len() as u64, gzip: gzip::gzipped(&module.content) },
        })
        .collect();
    let parts = graph.modules.iter().zip(&bundle.link_map.modules).zip(texts.iter().zip(gzip));
    let parts = parts.map(|((module, contribution), (text, gzip))| {
        let package = package_of(&module.path);
        let sizes = Sizes { size: text.len() as u64, gzip };
        ModuleParts { package, ..module_parts(module, contribution, sizes) }
    });
    let parts: Vec<ModuleParts> = parts.collect();
    // The comment that names a source map is none of the linked text, and no module's either.
    let known = parts.iter().map(|module| module.sizes).chain(additional.iter().map(|module| module.sizes));
    let known: u64 = known.map(|sizes| sizes.size).sum();
    // The others are modules beside this one.
    let externals = bundle.link_map.externals.iter().filter(|(name, _)| !name.starts_with("./"));
    let mut runtime: Vec<String> = externals.map(|(name, _)| name.clone()).collect();
    runtime.dedup();
    WorkerParts {
        sizes,
        minified,
        entry: graph.entry.0 as usize,
        linker: Sizes { size: sizes.size - known, gzip: gzip_own },
        runtime,
        packages: packages.collect(),
        modules: parts,
        additional,
    }
}

/// The text of each module in the worker, and behind them that of the linker.
fn texts(Worker { graph, bundle }: Worker<'_>) -> Vec<String> {
    let mut texts = vec![String::new(); graph.modules.len() + 1];
    for (module, range) in bundle.link_map.pieces() {
        texts[module.map_or(graph.modules.len(), |ModuleId(at)| at as usize)].push_str(&bundle.main[range]);
    }
    texts
}

fn module_parts(module: &Module, contribution: &Contribution, sizes: Sizes) -> ModuleParts {
    let object = &module.object;
    let reached = |kind: ImportKind| {
        let targets = object.imports.iter().zip(&module.targets).filter(|(import, _)| import.kind == kind);
        let module = |target: &Target| match target {
            Target::Module(ModuleId(at)) => Some(*at as usize),
            Target::External(_) | Target::Missing => None,
        };
        let mut reached: Vec<usize> = targets.filter_map(|(_, target)| module(target)).collect();
        reached.sort_unstable();
        reached.dedup();
        reached
    };
    let exports = |kept: bool| {
        let exports = contribution.exports(object).filter(|(_, is_kept)| *is_kept == kept);
        exports.map(|(name, _)| name.to_owned()).collect()
    };
    ModuleParts {
        path: module.path.clone(),
        package: None,
        format: match object.format {
            _ if module.path.ends_with(".json") => "json",
            Format::Module => "esm",
            Format::CommonJs => "cjs",
        },
        sizes,
        source: object.source.text().len(),
        dropped: contribution.dropped(object),
        live: contribution.live,
        imports: reached(ImportKind::Static),
        requires: reached(ImportKind::Require),
        lazy: reached(ImportKind::Dynamic),
        kept: exports(true),
        unused: exports(false),
    }
}
