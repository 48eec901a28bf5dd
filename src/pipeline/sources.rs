//! Functions and Durable Object classes, compiled for what they export.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::compile::{Export, ExportKind, Object};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::discover::SourceTree;
use crate::graph;
use crate::project::{self, Project};
use crate::resolve::Resolution;
use crate::route::{self, FunctionExports, RouteTable};

use super::bundle;

/// The compiled files of `functions/` and `durable_objects/`.
pub(super) struct Sources {
    /// What the function files export, in the order of their paths.
    pub(super) functions: Vec<FunctionExports>,
    /// Classes that the worker exports.
    pub(super) classes: Vec<Class>,
    /// For each function file, by its path below the directory, the file without symbolic links, where its imports start.
    pub(super) files: BTreeMap<String, PathBuf>,
    /// Every object by its file.
    pub(super) objects: BTreeMap<PathBuf, Arc<Object>>,
}

/// A class of a file under `durable_objects/`.
pub(super) struct Class {
    pub(super) file: PathBuf,
    /// The name that the file exports it by.
    pub(super) export: String,
    /// The name that the worker exports it by.
    pub(super) name: String,
}

/// Compiles every file that may hold handlers or classes. What does not compile is reported and left out.
pub(super) fn compile(
    project: &Project,
    code: &bundle::Code,
    tree: &SourceTree,
    diagnostics: &mut Diagnostics,
) -> Sources {
    let mut sources = Sources {
        functions: Vec::new(),
        classes: Vec::new(),
        files: BTreeMap::new(),
        objects: BTreeMap::new(),
    };
    let compiler = code.compiler();
    let mut objects = |directory: &Option<PathBuf>, paths: &[String]| {
        let directory = directory.as_deref().unwrap_or(&project.root);
        let files = paths.par_iter().map(|path| {
            let file = without_links(&directory.join(path));
            let object = compiler.file(&file);
            (file, object)
        });
        let compiled: Vec<(PathBuf, Result<Object, Vec<Diagnostic>>)> = files.collect();
        let kept = paths.iter().zip(compiled).filter_map(|(path, (file, object))| match object {
            Ok(object) => Some((path.clone(), file, object)),
            Err(problems) => {
                diagnostics.extend(problems);
                None
            }
        });
        kept.collect::<Vec<(String, PathBuf, Object)>>()
    };
    for (path, file, object) in objects(&project.functions, &tree.functions) {
        let exports = object.exports.iter().map(|export| export.name.clone()).collect();
        sources.files.insert(path.clone(), file.clone());
        sources.functions.push(FunctionExports { file: path, exports });
        sources.objects.insert(file, Arc::new(object));
    }
    let mut places: BTreeMap<String, (PathBuf, Export)> = BTreeMap::new();
    let mut twice = Vec::new();
    for (path, file, object) in objects(&project.durable_objects, &tree.durable_objects) {
        for export in &object.exports {
            let Some(name) = class_name(export, &path) else { continue };
            let place = (file.clone(), export.clone());
            if let Some(first) = places.insert(name.clone(), place) {
                twice.push((name, first, (file.clone(), export.clone())));
            } else {
                sources.classes.push(Class { file: file.clone(), export: export.name.clone(), name });
            }
        }
        sources.objects.insert(file, Arc::new(object));
    }
    for (name, first, second) in twice {
        diagnostics.push(duplicate_class(&sources, &name, &first, &second));
    }
    sources
}

/// Where a module really lies: its imports go by that, as in Node.js.
pub(super) fn without_links(file: &Path) -> PathBuf {
    fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf())
}

/// The name by which the worker exports a class, when the export is one. What is only passed on counts by its
/// upper-case name, since another file made it.
fn class_name(export: &Export, path: &str) -> Option<String> {
    match &export.kind {
        ExportKind::Class(class) if export.name == "default" => {
            Some(class.name.clone().unwrap_or_else(|| pascal_case(path)))
        }
        ExportKind::Class(_) => Some(export.name.clone()),
        ExportKind::Imported if export.name.starts_with(|first: char| first.is_ascii_uppercase()) => {
            Some(export.name.clone())
        }
        ExportKind::Imported | ExportKind::Value => None,
    }
}

/// `downloadCounter.js` holds `DownloadCounter`.
fn pascal_case(path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.split('.').next().unwrap_or(file);
    let words = stem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + rest
    };
    words.map(capital).collect()
}

fn duplicate_class(
    sources: &Sources,
    name: &str,
    first: &(PathBuf, Export),
    second: &(PathBuf, Export),
) -> Diagnostic {
    let mut diagnostic =
        Diagnostic::error(Code::DuplicateClass, format!("two files export a class named `{name}`"))
            .help("rename one of them; the worker exports every class of `durable_objects/` by its name");
    for ((file, export), text) in [(second, "exported again here"), (first, "exported here first")] {
        if let Some(object) = sources.objects.get(file) {
            diagnostic = diagnostic.at(&object.source, export.span.clone(), text);
        }
    }
    diagnostic
}

impl Sources {
    /// Notes the files below `functions/` that answer nothing and that no other one imports. A directory
    /// without any handler belongs to another platform, and is said to be left out, once.
    pub(super) fn report_unrouted(
        &self,
        project: &Project,
        code: &bundle::Code,
        routes: &RouteTable,
        diagnostics: &mut Diagnostics,
    ) {
        let Some(directory) = &project.functions else { return };
        let shown = project::display(&project.root, directory);
        if routes.0.is_empty() {
            let misses: Vec<Diagnostic> = (self.functions.iter())
                .filter(|function| route::has_near_miss(function))
                .map(|function| route::no_handlers(&shown, function))
                .collect();
            if !misses.is_empty() {
                diagnostics.extend(misses);
                return;
            }
            if !self.functions.is_empty() && !diagnostics.has_errors() {
                diagnostics.push(
                    Diagnostic::warning(Code::ForeignFunctions, "no file in this directory exports a handler; it is left out")
                        .file(shown)
                        .help("export `onRequest` (or `onRequestGet`, `onRequestPost` ...) from the files that are to answer; \
                               a `functions/` of another platform can stay as it is"),
                );
            }
            return;
        }
        let imported = self.imported(code);
        for file in route::without_handlers(&self.functions) {
            if self.files.get(file).is_some_and(|file| imported.contains(file)) {
                continue;
            }
            if let Some(function) = self.functions.iter().find(|function| function.file == file) {
                diagnostics.push(route::no_handlers(&shown, function));
            }
        }
    }

    /// The files that function files import.
    fn imported(&self, code: &bundle::Code) -> BTreeSet<PathBuf> {
        let mut imported = BTreeSet::new();
        for (file, object) in &self.objects {
            let imports = object.imports.iter().filter(|import| import.specifier.starts_with('.'));
            let asked = imports.flat_map(|import| {
                graph::specifiers(file, import).into_iter().map(|specifier| (specifier, import.kind))
            });
            for (specifier, kind) in asked {
                if let Some(Resolution::File(target)) = code.resolver.resolve(file, &specifier, kind) {
                    imported.insert(target.path);
                }
            }
        }
        imported
    }
}
