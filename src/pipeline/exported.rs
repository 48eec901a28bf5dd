//! What a worker exports, told from single modules: nothing is linked for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::compile::{self, Binding, ExportKind, Object};
use crate::declarations::{Exported, Shape};
use crate::diagnostic::Diagnostics;
use crate::resolve::Resolution;
use crate::route::RouteTable;

use super::bundle::Code;
use super::sources::Sources;

/// How often an export is followed to the module that it comes from. More than that is a circle.
const MAX_HOPS: usize = 16;

/// Everything that the main module exports, and the classes of `durable_objects/`.
pub(super) fn exports(
    code: &Code,
    main: Option<&Path>,
    sources: &Sources,
    routes: &RouteTable,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, Exported> {
    let modules = Modules { code };
    let mut exports = BTreeMap::new();
    if let Some(main) = main {
        match code.compiler().file(main) {
            Ok(object) => exports = modules.of_main(main, &object),
            Err(problems) => diagnostics.extend(problems),
        }
    }
    // With routes the worker's own `fetch` stands before the module's.
    if !routes.0.is_empty() {
        exports.remove("default");
    }
    for class in &sources.classes {
        let object = sources.objects.get(&class.file);
        let shape =
            object.map_or(Shape::Class, |object| modules.shape(&class.file, object, &class.export, MAX_HOPS));
        let exported = Exported { module: class.file.clone(), name: class.export.clone(), shape };
        exports.insert(class.name.clone(), exported);
    }
    exports
}

/// The modules of a project. What is wrong with others than the main one is said when the worker is built.
struct Modules<'a> {
    code: &'a Code,
}

impl Modules<'_> {
    /// What a module exports, also what it passes on with `export *`.
    fn of_main(&self, main: &Path, object: &Object) -> BTreeMap<String, Exported> {
        let exported =
            |name: &str, shape| Exported { module: main.to_path_buf(), name: name.to_owned(), shape };
        let own = |object: &Object| {
            let names = object.exports.iter().map(|export| export.name.clone());
            names.filter(|name| name != "*").collect::<Vec<String>>()
        };
        let mut found = BTreeMap::new();
        for name in own(object) {
            let shape = self.shape(main, object, &name, MAX_HOPS);
            found.insert(name.clone(), exported(&name, shape));
        }
        let mut seen = BTreeSet::from([main.to_path_buf()]);
        let mut next = self.passed_on(main, object);
        while let Some(file) = next.pop() {
            if !seen.insert(file.clone()) {
                continue;
            }
            let Some(object) = self.object(&file) else { continue };
            for name in own(&object).into_iter().filter(|name| name != "default") {
                let shape = self.shape(&file, &object, &name, MAX_HOPS);
                found.entry(name.clone()).or_insert_with(|| exported(&name, shape));
            }
            next.extend(self.passed_on(&file, &object));
        }
        found
    }

    fn object(&self, file: &Path) -> Option<Object> {
        if !compile::is_code(file) {
            return None;
        }
        self.code.compiler().file(file).ok()
    }

    /// What an export is, in the module that makes it.
    fn shape(&self, file: &Path, object: &Object, name: &str, hops: usize) -> Shape {
        let export = object.exports.iter().find(|export| export.name == name);
        match export.map(|export| &export.kind) {
            Some(ExportKind::Class(class)) if !class.extends => Shape::PlainClass,
            Some(ExportKind::Class(class)) if class.declared => Shape::Class,
            Some(ExportKind::Class(_) | ExportKind::Value) => Shape::Value,
            Some(ExportKind::Imported) if hops > 0 => match self.origin(file, object, name) {
                Some((file, object, name)) => self.shape(&file, &object, &name, hops - 1),
                None => Shape::Class,
            },
            // Most of what others import by a name is declared by it.
            Some(ExportKind::Imported) | None => Shape::Class,
        }
    }

    /// The module that an imported export comes from, and its name there.
    fn origin(&self, file: &Path, object: &Object, name: &str) -> Option<(PathBuf, Object, String)> {
        let (import, name) = match object.bindings.get(name)? {
            Binding::From(import, name) => (*import, name),
            Binding::Local(symbol) => {
                let (import, name) = object.symbols.get(symbol.0 as usize)?.import.as_ref()?;
                (*import, name)
            }
        };
        let file = self.target(file, object, import)?;
        let object = self.object(&file)?;
        Some((file, object, name.clone()))
    }

    /// The files of `export * from`.
    fn passed_on(&self, file: &Path, object: &Object) -> Vec<PathBuf> {
        object.stars.iter().filter_map(|star| self.target(file, object, *star)).collect()
    }

    fn target(&self, file: &Path, object: &Object, import: usize) -> Option<PathBuf> {
        let import = object.imports.get(import)?;
        match self.code.resolver.resolve(file, &import.specifier, import.kind)? {
            Resolution::File(target) => Some(target.path),
            _ => None,
        }
    }
}
