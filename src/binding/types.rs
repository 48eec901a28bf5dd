//! The types that a project declares the names of `env` with, followed from file to file.
//!
//! Where a type of `env` stands, its members are looked up: through interfaces, aliases and what they are made of, in the
//! modules of the graph, in files that only types are imported from, and in the project's files of declarations. Packages
//! are not looked into; what `wrangler types` writes only repeats the configuration, and is no evidence.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::kinds::{self, Declared};
use crate::compile::types::{self, Declaration, Home, TypeImport};
use crate::compile::{self, ImportKind};
use crate::diagnostic::Source;
use crate::graph::{self, Compiler, ModuleGraph};
use crate::resolve::{self, Resolution};

mod solve;

use solve::Solver;

/// The types of the names of `env`.
#[derive(Clone, Debug, Default)]
pub struct Types(BTreeMap<String, Vec<Declared>>);

impl Types {
    /// The types that the modules of a graph give `env`.
    pub fn of(graph: &ModuleGraph, compiler: &Compiler<'_>) -> Self {
        let files = Files::new(graph, compiler);
        let mut solver = Solver::new(&files);
        for unit in &files.modules {
            for root in &unit.types.roots {
                solver.root(root, unit);
            }
        }
        let mut names: BTreeMap<String, Vec<Declared>> = BTreeMap::new();
        for (name, declared) in solver.found {
            names.entry(name).or_default().push(declared);
        }
        for declared in names.values_mut() {
            let place = |one: &Declared| (one.source.path().to_owned(), one.span.start);
            declared.sort_by_cached_key(place);
            // What `Partial` makes of a type does not count where the type itself is used too.
            declared.dedup_by(|one, kept| {
                let is_same = place(one) == place(kept) && one.says_the_same(kept);
                if is_same {
                    kept.optional &= one.optional;
                }
                is_same
            });
        }
        Self(names)
    }

    /// The types that a name is declared with, in the order of files and places.
    pub fn declared(&self, name: &str) -> &[Declared] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// The names that are declared, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// A file with what it says of types.
struct Unit {
    /// Where it lies; generated modules lie nowhere.
    file: PathBuf,
    source: Source,
    types: compile::Types,
}

/// The files that types are looked up in.
struct Files<'a> {
    compiler: &'a Compiler<'a>,
    /// The modules of the graph that are no package's.
    modules: Vec<Rc<Unit>>,
    /// All files that were asked for; `None` where nothing can be said.
    known: RefCell<BTreeMap<PathBuf, Option<Rc<Unit>>>>,
    /// What everybody knows of, by name.
    global: BTreeMap<String, Vec<Found>>,
}

/// A declaration and the file that it stands in.
#[derive(Clone)]
struct Found {
    unit: Rc<Unit>,
    at: usize,
}

impl Found {
    fn declaration(&self) -> &Declaration {
        &self.unit.types.declarations[self.at]
    }
}

/// What a name stands for.
enum Meaning {
    /// These declarations together.
    Declared(Vec<Found>),
    /// A type of the platform or the language, by its name.
    Foreign(String),
    /// Nothing is known of it.
    Unknown,
}

/// How often a name is passed on from module to module.
const MAX_STEPS: usize = 32;

impl<'a> Files<'a> {
    fn new(graph: &ModuleGraph, compiler: &'a Compiler<'a>) -> Self {
        let unit = |module: &graph::Module| {
            let file = resolve::cleaned(&compiler.root.join(&module.path));
            let object = &module.object;
            Rc::new(Unit { file, source: object.source.clone(), types: object.types.clone() })
        };
        let own = graph.modules.iter().filter(|module| graph::package_name(&module.path).is_none());
        let modules: Vec<Rc<Unit>> = own.map(unit).collect();
        let known = modules.iter().map(|unit| (unit.file.clone(), Some(Rc::clone(unit)))).collect();
        let mut files = Self { compiler, modules, known: RefCell::new(known), global: BTreeMap::new() };
        let ambient: Vec<Rc<Unit>> =
            ambient(compiler.root).iter().filter_map(|file| files.read(file)).collect();
        for unit in files.modules.iter().chain(&ambient) {
            for (at, declaration) in unit.types.declarations.iter().enumerate() {
                let name = match &declaration.home {
                    Home::Global => declaration.name.clone(),
                    Home::Module(specifier) => format!("{specifier}#{}", declaration.name),
                    Home::File => continue,
                };
                files.global.entry(name).or_default().push(Found { unit: Rc::clone(unit), at });
            }
        }
        // What is said of `env` there holds for everybody who imports it.
        files.modules.extend(ambient);
        files
    }

    /// A file of the project.
    fn read(&self, file: &Path) -> Option<Rc<Unit>> {
        if let Some(known) = self.known.borrow().get(file) {
            return known.clone();
        }
        let source = (!file.components().any(|part| part.as_os_str() == "node_modules"))
            .then(|| graph::read(self.compiler.root, file).ok())
            .flatten()
            .filter(|source| !is_generated(source.text()));
        let unit = source.and_then(|source| {
            let types = types::types(&source)?;
            Some(Rc::new(Unit { file: file.to_path_buf(), source, types }))
        });
        self.known.borrow_mut().insert(file.to_path_buf(), unit.clone());
        unit
    }

    /// The file that a specifier leads to. Declarations may stand for the code that they declare.
    fn target(&self, from: &Unit, specifier: &str) -> Option<Rc<Unit>> {
        if let Some(Resolution::File(file)) =
            self.compiler.resolver.resolve(&from.file, specifier, ImportKind::Static)
        {
            return self.read(&file.path);
        }
        if !specifier.starts_with('.') {
            return None;
        }
        let path = resolve::cleaned(&from.file.parent()?.join(specifier));
        let name = path.to_str()?;
        let stem =
            [".js", ".mjs", ".cjs", ".ts"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        [name.to_owned(), format!("{stem}.d.ts"), format!("{name}/index.d.ts")]
            .iter()
            .map(Path::new)
            .filter(|file| file.is_file())
            .find_map(|file| self.read(file))
    }

    /// What a name stands for in a file.
    fn meaning(&self, unit: &Rc<Unit>, name: &str) -> Meaning {
        self.local(unit, name, MAX_STEPS).unwrap_or(Meaning::Unknown)
    }

    /// What `import("...")` leads to.
    fn meaning_of(&self, unit: &Rc<Unit>, specifier: &str, name: &str) -> Meaning {
        self.imported(unit, specifier, name, MAX_STEPS).unwrap_or(Meaning::Unknown)
    }

    fn local(&self, unit: &Rc<Unit>, name: &str, steps: usize) -> Option<Meaning> {
        let steps = steps.checked_sub(1)?;
        let here = unit.types.declarations.iter().enumerate().filter(|(_, declaration)| {
            declaration.name == name && !matches!(declaration.home, Home::Module(_) | Home::Global)
        });
        let here: Vec<Found> = here.map(|(at, _)| Found { unit: Rc::clone(unit), at }).collect();
        if !here.is_empty() {
            return Some(Meaning::Declared(here));
        }
        let (first, rest) = name.split_once('.').unwrap_or((name, ""));
        if let Some(import) = unit.types.imports.iter().find(|import| import.local == first) {
            return self.import(unit, import, rest, steps);
        }
        // Who declares the platform's types for everybody repeats them.
        let declared = self.global.get(name).filter(|_| kinds::of_type(name).is_none());
        Some(match declared {
            Some(found) => Meaning::Declared(found.clone()),
            None => Meaning::Foreign(name.to_owned()),
        })
    }

    fn import(&self, unit: &Rc<Unit>, import: &TypeImport, rest: &str, steps: usize) -> Option<Meaning> {
        let name = match (import.name.as_str(), rest) {
            ("*", rest) => rest.to_owned(),
            (name, "") => name.to_owned(),
            (name, rest) => format!("{name}.{rest}"),
        };
        self.imported(unit, &import.specifier, &name, steps)
    }

    /// What a module exports by a name, as seen from a file.
    fn imported(&self, unit: &Rc<Unit>, specifier: &str, name: &str, steps: usize) -> Option<Meaning> {
        if let Some(found) = self.global.get(&format!("{specifier}#{name}")) {
            return Some(Meaning::Declared(found.clone()));
        }
        match self.target(unit, specifier) {
            Some(target) => self.exported(&target, name, steps),
            None => is_of_platform(specifier).then(|| Meaning::Foreign(name.to_owned())),
        }
    }

    fn exported(&self, unit: &Rc<Unit>, name: &str, steps: usize) -> Option<Meaning> {
        let steps = steps.checked_sub(1)?;
        let (first, rest) = name.split_once('.').unwrap_or((name, ""));
        let whole = |name: &str| match rest {
            "" => name.to_owned(),
            rest => format!("{name}.{rest}"),
        };
        if let Some((_, local)) = unit.types.exports.iter().find(|(exported, _)| exported == first) {
            return self.local(unit, &whole(local), steps);
        }
        if let Some((_, specifier, original)) = unit.types.passed_on.iter().find(|known| known.0 == first) {
            let name = if original == "*" { rest.to_owned() } else { whole(original) };
            return self.imported(unit, specifier, &name, steps);
        }
        let star = |specifier: &String| {
            let target = self.target(unit, specifier)?;
            self.exported(&target, name, steps)
        };
        unit.types.stars.iter().find_map(star)
    }
}

/// Whether a module has the platform's types.
fn is_of_platform(specifier: &str) -> bool {
    ["@cloudflare/", "cloudflare:"].iter().any(|start| specifier.starts_with(start))
}

/// Whether a file repeats the configuration, as its first lines say.
fn is_generated(text: &str) -> bool {
    let marks = ["Generated by Wrangler", "Generated by `pagesbuild", "Runtime types generated with workerd"];
    text.lines().take(10).any(|line| marks.iter().any(|mark| line.contains(mark)))
}

/// The files of declarations that no module need import: those in the project's directory, and where sources lie.
fn ambient(root: &Path) -> Vec<PathBuf> {
    let directories = [root.to_path_buf(), root.join("functions"), root.join("src"), root.join("types")];
    let entries = directories.iter().filter_map(|directory| fs::read_dir(directory).ok()).flatten();
    let is_declarations = |path: &PathBuf| {
        path.file_name().and_then(OsStr::to_str).is_some_and(|name| name.ends_with(".d.ts")) && path.is_file()
    };
    let mut files: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(is_declarations).collect();
    files.sort();
    files
}
