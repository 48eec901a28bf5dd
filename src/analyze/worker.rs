//! What a worker is made of, module by module.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::{Sizes, Worker, gzip, package};
use crate::compile::{Format, ImportKind};
use crate::graph::{Module, ModuleId, Target};
use crate::link::Contribution;

/// The worker's modules, and what the linker adds to them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WorkerParts {
    /// Of the whole text.
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

/// Takes a worker apart. `version` tells the version of the package in a directory of the project.
pub fn worker(worker: Worker<'_>, minified: bool, version: &dyn Fn(&str) -> Option<String>) -> WorkerParts {
    let Worker { graph, bundle } = worker;
    let mut indices: BTreeMap<&str, usize> = BTreeMap::new();
    for path in graph.modules.iter().filter_map(|module| package::directory(&module.path)) {
        indices.insert(path, 0);
    }
    indices.values_mut().zip(0..).for_each(|(index, next)| *index = next);
    let packages = indices.keys().map(|path| Package {
        name: package::name(path).to_owned(),
        version: version(path),
        path: (*path).to_owned(),
    });
    let texts = texts(worker);
    let gzip: Vec<u64> = texts.par_iter().map(|text| gzip::deflated(text.as_bytes())).collect();
    let (own, gzip_own) = texts.last().zip(gzip.last()).map_or((0, 0), |(text, size)| (text.len(), *size));
    let parts = graph.modules.iter().zip(&bundle.link_map.modules).zip(texts.iter().zip(gzip));
    let parts = parts.map(|((module, contribution), (text, gzip))| {
        let package = package::directory(&module.path).and_then(|path| indices.get(path).copied());
        let sizes = Sizes { size: text.len() as u64, gzip };
        ModuleParts { package, ..module_parts(module, contribution, sizes) }
    });
    let mut runtime: Vec<String> = bundle.link_map.externals.iter().map(|(name, _)| name.clone()).collect();
    runtime.dedup();
    WorkerParts {
        sizes: Sizes { size: bundle.main.len() as u64, gzip: gzip::gzipped(bundle.main.as_bytes()) },
        minified,
        entry: graph.entry.0 as usize,
        linker: Sizes { size: own as u64, gzip: gzip_own },
        runtime,
        packages: packages.collect(),
        modules: parts.collect(),
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
