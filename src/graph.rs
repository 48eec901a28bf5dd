//! All modules that the entry reaches, compiled and with their imports resolved.
//!
//! Modules get dense ids in the order of their paths, so that neither the order of discovery nor the timing of
//! threads shows in what is made of them. What is live is the linker's business.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::Scope;

use crate::cache::Cache;
use crate::compile::{self, Form, Import, ImportKind, Object};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity, Source};
use crate::nodejs::{self, Global};
use crate::project;
use crate::resolve::{File, Resolution, Resolver};

mod additional;
mod data;
mod globals;
mod known;
mod package;
mod pattern;
mod static_files;

pub use additional::{Additional, AdditionalModule, bytes, unfit};
use additional::{Named, misused};
use known::{Found, Known, Traits};
pub use package::{package_directory, package_name};
use pattern::Pattern;
pub use pattern::specifiers;
use static_files::Directory;
pub use static_files::{Publisher, StaticFiles};

/// The scheme of specifiers that only generated modules use.
const SCHEME: &str = "pagesbuild:";

/// An index into [`ModuleGraph::modules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleId(pub u32);

/// A module and where its imports lead.
#[derive(Clone, Debug)]
pub struct Module {
    /// Relative to the project, `/`-separated; generated modules are named `pagesbuild:...`.
    pub path: String,
    /// The compiled file.
    pub object: Arc<Object>,
    /// For each import of the object, where it leads.
    pub targets: Vec<Target>,
    /// Whether its package says that evaluating it does something.
    pub effects: bool,
    /// Whether it imports CommonJS as Node.js does, where the default export is all of `module.exports`.
    pub node: bool,
}

/// Where an import leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To another module of the graph.
    Module(ModuleId),
    /// To a module that the runtime provides, under this name.
    External(String),
    /// Nowhere, which the program finds out when it gets there: a `require` that may be guarded. In a graph that is
    /// incomplete, also to a module that was left out.
    Missing,
}

/// The modules of one worker.
#[derive(Clone, Debug)]
pub struct ModuleGraph {
    /// Sorted by path.
    pub modules: Vec<Module>,
    /// The module whose exports are the worker's.
    pub entry: ModuleId,
    /// Modules that are evaluated before it, in order.
    pub before: Vec<ModuleId>,
    /// Modules that are not linked, sorted by name. The linker knows them as modules that the runtime provides.
    pub additional: Vec<AdditionalModule>,
    /// Whether an error left modules out: then the rest can be looked at, and not be linked.
    pub incomplete: bool,
}

impl ModuleGraph {
    /// The module of an id.
    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0 as usize]
    }

    /// The modules that evaluation starts from, in order.
    pub fn roots(&self) -> impl Iterator<Item = ModuleId> {
        self.before.iter().copied().chain([self.entry])
    }

    /// All ids, in order.
    pub fn ids(&self) -> impl Iterator<Item = ModuleId> + use<> {
        (0..self.modules.len()).map(|at| ModuleId(u32::try_from(at).unwrap_or(u32::MAX)))
    }
}

/// What the graph grows from.
pub struct Roots {
    /// The path of the entry: a generated module's name or a file.
    pub entry: Node,
    /// Generated modules: name and text.
    pub generated: BTreeMap<&'static str, String>,
    /// The files that generated modules import, by [`file_specifier`].
    pub files: BTreeMap<String, PathBuf>,
    /// Objects that were compiled before, by file.
    pub compiled: BTreeMap<PathBuf, Arc<Object>>,
}

/// A module before it has an id.
#[derive(Clone, Debug)]
pub enum Node {
    /// A generated module, by name.
    Generated(&'static str),
    /// A file.
    File(PathBuf),
    /// The module that serves the static files of a directory.
    StaticFiles(PathBuf),
    /// A file that is wanted as data, whatever its name says.
    Data(Form, PathBuf),
    /// The module that has all files that an import by a pattern can lead to.
    Pattern(Arc<Pattern>),
    /// The module that replaces a name of the global scope.
    Global(&'static Global),
    /// What `require` gives of a module that stands in for the one of this name.
    Required(String),
    /// The empty module that a package's manifest asks for.
    Empty,
}

impl Ord for Node {
    /// By the letters of paths, which are physical ones: comparing them part by part takes much longer.
    fn cmp(&self, other: &Self) -> Ordering {
        fn letters(node: &Node) -> (u8, Form, &OsStr) {
            match node {
                Node::Generated(name) => (0, Form::Code, name.as_ref()),
                Node::File(file) => (1, Form::Code, file.as_os_str()),
                Node::Data(form, file) => (2, *form, file.as_os_str()),
                Node::StaticFiles(directory) => (3, Form::Code, directory.as_os_str()),
                Node::Global(global) => (4, Form::Code, global.stand_in.as_ref()),
                Node::Required(name) => (5, Form::Code, name.as_ref()),
                Node::Empty => (6, Form::Code, OsStr::new("")),
                Node::Pattern(pattern) => (7, pattern.import.form, pattern.path.as_ref()),
            }
        }
        letters(self).cmp(&letters(other))
    }
}

impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Node {}

/// The specifier by which a generated module imports a file of the project; it names no directory of this
/// machine, since generated modules show in source maps.
pub fn file_specifier(root: &Path, file: &Path) -> String {
    format!("{SCHEME}{}", project::display(root, file))
}

/// Compiles files of a project, each as its `tsconfig.json` says.
pub struct Compiler<'a> {
    /// Files go by this directory.
    pub root: &'a Path,
    /// Where imports lead.
    pub resolver: &'a Resolver,
    /// What was compiled before.
    pub cache: &'a Cache,
    /// How code is compiled; the dialect is each file's own.
    pub options: compile::Options<'a>,
    /// What becomes of static files that code imports.
    pub static_files: StaticFiles<'a>,
    /// Which files are not compiled.
    pub additional: Additional<'a>,
}

impl Compiler<'_> {
    /// Reads and compiles a file.
    pub fn file(&self, file: &Path) -> Result<Object, Vec<Diagnostic>> {
        self.file_of(file, is_node(file, || self.resolver.is_module(file)))
    }

    /// The same for a file of which it is known whether Node.js takes it for a module of the standard.
    fn file_of(&self, file: &Path, module: bool) -> Result<Object, Vec<Diagnostic>> {
        let source = read(self.root, file).map_err(|problem| vec![*problem])?;
        let dialect = self.resolver.dialect(file);
        // What packages do with values is known by their names, if at all.
        let flow = self.options.flow && package_name(&file.to_string_lossy()).is_none();
        self.cache.object(&source, compile::Options { dialect: &dialect, module, flow, ..self.options })
    }
}

/// A graph while it grows.
struct Growing<'a> {
    compiler: &'a Compiler<'a>,
    roots: Roots,
    known: Mutex<Known>,
}

/// A target before it has a place.
enum Reached {
    /// A module, and the one to take instead if any module requires that.
    Node(Node, Traits, Option<PathBuf>),
    External(String),
    Additional(Named),
    Missing,
}

/// Compiles and resolves everything that the entry reaches, on all cores. All problems are collected; `None` when there
/// is no entry because of one.
pub fn graph(compiler: &Compiler<'_>, roots: Roots, diagnostics: &mut Diagnostics) -> Option<ModuleGraph> {
    let entry = roots.entry.clone();
    let growing = Growing { compiler, roots, known: Mutex::default() };
    let node = matches!(&entry, Node::File(file) if is_node(file, || compiler.resolver.is_module(file)));
    let (place, _) = growing.known().place(&entry, Traits { effects: true, node });
    rayon::scope(|scope| growing.visit(scope, (place, entry, node)));
    let before = growing.globals(place);
    let mut known = growing.known.into_inner().unwrap_or_else(PoisonError::into_inner);
    known.unify(before.iter().copied().chain([place]));
    diagnostics.extend(known.problems(place));
    let additional = known.additional.into_values().collect();
    let (modules, entry, before) = known::number(known.found, &known.traits, place, &before)?;
    Some(ModuleGraph { modules, entry, before, additional, incomplete: known.incomplete })
}

impl Growing<'_> {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Compiles a module, and has those visited that it imports and that nobody asked for before.
    fn visit<'s>(&'s self, scope: &Scope<'s>, (place, node, is_node): (ModuleId, Node, bool)) {
        let mut problems = Vec::new();
        let found = self.find(&node, is_node, &mut problems);
        let path = match &node {
            Node::File(file) => project::display(self.compiler.root, file),
            Node::Generated(name) => (*name).to_owned(),
            Node::StaticFiles(directory) => {
                format!("{SCHEME}assets/{}", project::display(self.compiler.root, directory))
            }
            Node::Data(form, file) => data::path(self.compiler.root, file, *form),
            Node::Pattern(pattern) => pattern.path.clone(),
            Node::Global(global) => globals::path(global),
            Node::Required(name) => format!("{SCHEME}require/{name}"),
            Node::Empty => format!("{SCHEME}empty"),
        };
        let mut next = Vec::new();
        let mut known = self.known();
        known.incomplete |=
            found.is_none() || problems.iter().any(|problem| problem.severity == Severity::Error);
        known.problems.extend(problems.into_iter().map(|problem| (place, problem)));
        if let Some((object, reached)) = found {
            let target = |(import, reached)| match reached {
                Reached::Node(node, traits, main) => {
                    known.pairs.extend(main.map(|main| (place, import, main)));
                    let (place, is_new) = known.place(&node, traits);
                    if is_new {
                        next.push((place, node, traits.node));
                    }
                    Target::Module(place)
                }
                Reached::External(name) => Target::External(name),
                Reached::Additional(Named::Found(name, _)) => Target::External(format!("./{name}")),
                Reached::Additional(Named::Module(module)) => {
                    let specifier = module.specifier();
                    known.additional.insert((module.name.clone(), module.path.clone()), module);
                    Target::External(specifier)
                }
                Reached::Missing => Target::Missing,
            };
            let targets = reached.into_iter().enumerate().map(target).collect();
            known.found.push(Found { place, path, object, targets });
        }
        drop(known);
        for asked in next {
            scope.spawn(|scope| self.visit(scope, asked));
        }
    }

    /// A module and where its imports lead; `None` when it does not compile.
    fn find(
        &self,
        node: &Node,
        is_node: bool,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<(Arc<Object>, Vec<Reached>)> {
        let object = match self.object(node, is_node) {
            Ok(object) => object,
            Err(found) => {
                problems.extend(found);
                return None;
            }
        };
        if let Node::Pattern(pattern) = node {
            problems.extend(pattern.unmatched(&object));
        }
        let mut targets = Vec::with_capacity(object.imports.len());
        for (at, import) in object.imports.iter().enumerate() {
            let reached = match node {
                Node::File(file) if !import.pieces.is_empty() => {
                    let pattern = Pattern::new(self.compiler.root, file, &object.source, import);
                    let traits = Traits { effects: false, node: is_node };
                    Ok(Reached::Node(Node::Pattern(Arc::new(pattern)), traits, None))
                }
                _ => self.follow(node, import),
            };
            match reached {
                Ok(target) => {
                    problems.extend(misused(&object, at, &target));
                    targets.push(target);
                }
                // The program asks whether it is there.
                Err(_) if import.tried => targets.push(Reached::Missing),
                // Nobody meant the files of a package that are no code.
                Err(_) if matches!(node, Node::Pattern(pattern) if pattern.is_packaged()) => {
                    targets.push(Reached::Missing);
                }
                Err(unresolved) => {
                    targets.push(Reached::Missing);
                    let (source, span) = match node {
                        Node::Pattern(pattern) => (&pattern.source, &pattern.import.span),
                        _ => (&object.source, &import.span),
                    };
                    problems.push(unresolved.at(source, span.clone(), "imported here"));
                }
            }
        }
        Some((object, targets))
    }

    fn object(&self, node: &Node, is_node: bool) -> Result<Arc<Object>, Vec<Diagnostic>> {
        let source = match node {
            Node::File(file) => match self.roots.compiled.get(file) {
                Some(object) => return Ok(Arc::clone(object)),
                None => return self.compiler.file_of(file, is_node).map(Arc::new),
            },
            Node::Generated(name) => {
                let text = self.roots.generated.get(name).cloned().unwrap_or_default();
                Source::new(format!("{name}.js"), text)
            }
            Node::StaticFiles(directory) => {
                Source::new(format!("{SCHEME}assets.js"), self.compiler.serve(directory)?)
            }
            Node::Data(form, file) => return self.compiler.data(file, *form).map(Arc::new),
            Node::Pattern(pattern) => Source::new(format!("{}.cjs", pattern.path), pattern.text()),
            Node::Global(global) => Source::new(format!("{}.js", globals::path(global)), global.text()),
            Node::Required(name) => {
                let text = self.compiler.resolver.nodejs().required(name);
                Source::new(format!("{SCHEME}require/{name}.js"), text)
            }
            Node::Empty => Source::new(format!("{SCHEME}empty.cjs"), ""),
        };
        let options = compile::Options { flow: false, ..self.compiler.options };
        self.compiler.cache.object(&source, options).map(Arc::new)
    }

    fn follow(&self, importer: &Node, import: &Import) -> Result<Reached, Box<Diagnostic>> {
        if let Node::Generated(_) = importer {
            if let Some(file) = self.roots.files.get(&import.specifier) {
                let node = is_node(file, || self.compiler.resolver.is_module(file));
                return Ok(Reached::Node(Node::File(file.clone()), Traits { effects: true, node }, None));
            }
            if let Some((name, _)) = self.roots.generated.get_key_value(import.specifier.as_str()) {
                return Ok(Reached::Node(Node::Generated(name), Traits { effects: true, node: false }, None));
            }
        }
        let file = match importer {
            Node::File(file) | Node::Data(_, file) => file.as_path(),
            Node::Pattern(pattern) => &pattern.importer,
            Node::Global(_) => return Ok(self.stand_in(&import.specifier)),
            Node::Generated(_) | Node::StaticFiles(_) | Node::Required(_) | Node::Empty => self.compiler.root,
        };
        if let Some(directory) =
            self.compiler.static_files(file, &import.specifier).map_err(|problem| *problem)?
        {
            return Ok(match directory {
                Directory::Served(directory) => {
                    Reached::Node(Node::StaticFiles(directory), Traits { effects: false, node: false }, None)
                }
                Directory::Left(specifier) => Reached::External(specifier),
            });
        }
        if let Node::File(_) | Node::Pattern(_) = importer
            && let Some(named) = self.compiler.additional(file, import)?
        {
            return Ok(Reached::Additional(named));
        }
        let resolver = self.compiler.resolver;
        match resolver.resolve(file, &import.specifier, import.kind) {
            Some(Resolution::File(File { path, effects, module, main })) => {
                let form = data::form(&path, import);
                if form != Form::Code {
                    let traits = Traits { effects: false, node: false };
                    return Ok(Reached::Node(Node::Data(form, path), traits, None));
                }
                if let Some(named) = self.compiler.not_code(&path, import)? {
                    return Ok(Reached::Additional(named));
                }
                let node = is_node(&path, || module);
                Ok(Reached::Node(Node::File(path), Traits { effects, node }, main))
            }
            Some(Resolution::External(name)) => Ok(Reached::External(name)),
            Some(Resolution::Required(name)) => {
                Ok(Reached::Node(Node::Required(name), Traits { effects: false, node: false }, None))
            }
            Some(Resolution::Empty) => {
                Ok(Reached::Node(Node::Empty, Traits { effects: false, node: false }, None))
            }
            // The program asks whether it is there.
            None if import.tried => Ok(Reached::Missing),
            None => Err(self.compiler.unresolved(file, import)),
        }
    }
}

impl Compiler<'_> {
    /// What is to be said about an import that leads nowhere.
    fn unresolved(&self, importer: &Path, import: &Import) -> Box<Diagnostic> {
        let unresolved = self.resolver.explain(importer, &import.specifier, import.kind);
        // Packages try for modules that need not be there, and ask for Node's when they find that they run on it.
        let is_optional = match import.kind {
            ImportKind::Static => false,
            ImportKind::Dynamic => nodejs::is_named(&import.specifier),
            ImportKind::Require => true,
        };
        let diagnostic = match package_name(&importer.to_string_lossy()) {
            Some(_) if is_optional => Diagnostic::warning(Code::UnresolvedImport, unresolved.reason),
            _ => Diagnostic::error(Code::UnresolvedImport, unresolved.reason),
        };
        let told = match unresolved.conditions.as_slice() {
            [] => Vec::new(),
            conditions => vec![conditions.join(", ")],
        };
        let diagnostic = diagnostic.help(unresolved.help);
        Box::new(diagnostic.noting("tried", unresolved.tried).noting("conditions", told))
    }
}

/// Whether Node.js takes a file for a module of the standard, by its extension or its package's type. Such files import
/// CommonJS by Node's rules.
fn is_node(file: &Path, by_package: impl FnOnce() -> bool) -> bool {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("mjs" | "mts") => true,
        Some("cjs" | "cts") => false,
        _ => by_package(),
    }
}

/// Reads a file of the project as text.
pub fn read(root: &Path, file: &Path) -> Result<Source, Box<Diagnostic>> {
    let path = project::display(root, file);
    let problem =
        |message: String| Box::new(Diagnostic::error(Code::UnreadableFile, message).file(path.clone()));
    let bytes = fs::read(file).map_err(|error| problem(format!("the file cannot be read: {error}")))?;
    match str::from_utf8(&bytes) {
        Ok(text) => Ok(Source::of_file(path, text.strip_prefix('\u{feff}').unwrap_or(text), &bytes)),
        Err(_) => Err(problem("the file is not UTF-8 text".to_owned())),
    }
}
