//! All modules that the entry reaches, compiled and with their imports resolved.
//!
//! Modules get dense ids in the order of their paths, so that neither the order of discovery nor the timing of
//! threads shows in what is made of them. What is live is the linker's business.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::compile::{self, Dialect, Import, ImportKind, Object, compile};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity, Source};
use crate::project;
use crate::resolve::{File, Resolution, Resolver};

/// The scheme of specifiers that only generated modules use.
const SCHEME: &str = "pagesbuild:";

/// An index into [`ModuleGraph::modules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModuleId(pub u32);

/// A module and where its imports lead.
#[derive(Clone, Debug)]
pub struct Module {
    /// Relative to the project, `/`-separated; generated modules are named `pagesbuild:...`.
    pub path: String,
    /// The compiled file.
    pub object: Object,
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
    /// Nowhere, which the program finds out when it gets there: a `require` that may be guarded.
    Missing,
}

/// The modules of one worker.
#[derive(Clone, Debug)]
pub struct ModuleGraph {
    /// Sorted by path.
    pub modules: Vec<Module>,
    /// The module whose exports are the worker's.
    pub entry: ModuleId,
}

impl ModuleGraph {
    /// The module of an id.
    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0 as usize]
    }

    /// All ids, in order.
    pub fn ids(&self) -> impl Iterator<Item = ModuleId> + use<> {
        (0..self.modules.len()).map(|at| ModuleId(u32::try_from(at).unwrap_or(u32::MAX)))
    }
}

/// What the graph grows from.
pub struct Roots<'a> {
    /// Files of the project go by this directory.
    pub root: &'a Path,
    /// The path of the entry: a generated module's name or a file.
    pub entry: Node,
    /// Generated modules: name and text.
    pub generated: BTreeMap<&'static str, String>,
    /// The files that generated modules import, by [`file_specifier`].
    pub files: BTreeMap<String, PathBuf>,
    /// Objects that were compiled before, by file.
    pub compiled: BTreeMap<PathBuf, Object>,
}

/// A module before it has an id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    /// A generated module, by name.
    Generated(&'static str),
    /// A file.
    File(PathBuf),
    /// The empty module that a package's manifest asks for.
    Empty,
}

/// The specifier by which a generated module imports a file of the project; it names no directory of this
/// machine, since generated modules show in source maps.
pub fn file_specifier(root: &Path, file: &Path) -> String {
    format!("{SCHEME}{}", project::display(root, file))
}

struct Builder<'a> {
    resolver: &'a Resolver,
    options: compile::Options<'a>,
    roots: Roots<'a>,
}

/// A module before ids are assigned.
struct Found {
    object: Object,
    targets: Vec<Reached>,
    problems: Vec<Diagnostic>,
}

/// A target before ids are assigned.
enum Reached {
    Node(Node, Traits),
    External(String),
    Missing,
}

/// What is known of a module from its package, by whoever resolves to it.
#[derive(Clone, Copy)]
struct Traits {
    effects: bool,
    node: bool,
}

/// Compiles and resolves everything that the entry reaches, a wave of modules at a time, each wave on all cores. All
/// problems are collected; `None` when any of them is an error.
pub fn graph<'a>(
    resolver: &'a Resolver,
    options: compile::Options<'a>,
    roots: Roots<'a>,
    diagnostics: &mut Diagnostics,
) -> Option<ModuleGraph> {
    let entry = roots.entry.clone();
    let mut builder = Builder { resolver, options, roots };
    let mut found: BTreeMap<Node, Found> = BTreeMap::new();
    let mut traits = BTreeMap::from([(entry.clone(), builder.entry_traits(&entry))]);
    let mut wave = vec![entry.clone()];
    let mut complete = true;
    while !wave.is_empty() {
        let compiled: Vec<Option<Object>> = wave.iter().map(|node| builder.compiled(node)).collect();
        let visited: Vec<Result<Found, Vec<Diagnostic>>> =
            wave.par_iter().zip(compiled).map(|(node, compiled)| builder.visit(node, compiled)).collect();
        let mut next = BTreeSet::new();
        for (node, result) in wave.into_iter().zip(visited) {
            match result {
                Ok(mut module) => {
                    for target in &module.targets {
                        if let Reached::Node(node, known) = target
                            && traits.insert(node.clone(), *known).is_none()
                        {
                            next.insert(node.clone());
                        }
                    }
                    let problems = std::mem::take(&mut module.problems);
                    complete &= problems.iter().all(|problem| problem.severity != Severity::Error);
                    diagnostics.extend(problems);
                    found.insert(node, module);
                }
                Err(problems) => {
                    complete = false;
                    diagnostics.extend(problems);
                }
            }
        }
        wave = next.into_iter().collect();
    }
    complete.then(|| number(builder.roots.root, found, &traits, &entry))
}

impl Builder<'_> {
    fn entry_traits(&self, entry: &Node) -> Traits {
        let module = match entry {
            Node::File(file) => self.resolver.is_module(file),
            Node::Generated(_) | Node::Empty => false,
        };
        Traits { effects: true, node: is_node(entry, module) }
    }

    fn compiled(&mut self, node: &Node) -> Option<Object> {
        match node {
            Node::File(file) => self.roots.compiled.remove(file),
            Node::Generated(_) | Node::Empty => None,
        }
    }

    /// Compiles one module and resolves its imports.
    fn visit(&self, node: &Node, compiled: Option<Object>) -> Result<Found, Vec<Diagnostic>> {
        let object = match compiled {
            Some(object) => object,
            None => {
                let dialect = match node {
                    Node::File(file) => self.resolver.dialect(file),
                    Node::Generated(_) | Node::Empty => Dialect::default(),
                };
                compile(&self.source(node)?, compile::Options { dialect: &dialect, ..self.options })?
            }
        };
        let mut problems = Vec::new();
        let mut targets = Vec::with_capacity(object.imports.len());
        for import in &object.imports {
            match self.follow(node, import) {
                Ok(target) => targets.push(target),
                Err(unresolved) => {
                    targets.push(Reached::Missing);
                    problems.push(unresolved.at(&object.source, import.span.clone(), "imported here"));
                }
            }
        }
        Ok(Found { object, targets, problems })
    }

    fn source(&self, node: &Node) -> Result<Source, Vec<Diagnostic>> {
        match node {
            Node::File(file) => read(self.roots.root, file).map_err(|problem| vec![*problem]),
            Node::Generated(name) => Ok(Source::new(
                format!("{name}.js"),
                self.roots.generated.get(name).cloned().unwrap_or_default(),
            )),
            Node::Empty => Ok(Source::new(format!("{SCHEME}empty.cjs"), "")),
        }
    }

    fn follow(&self, importer: &Node, import: &Import) -> Result<Reached, Diagnostic> {
        if let Node::Generated(_) = importer {
            if let Some(file) = self.roots.files.get(&import.specifier) {
                let node = Node::File(file.clone());
                let module = self.resolver.is_module(file);
                return Ok(Reached::Node(
                    node.clone(),
                    Traits { effects: true, node: is_node(&node, module) },
                ));
            }
            if let Some((name, _)) = self.roots.generated.get_key_value(import.specifier.as_str()) {
                return Ok(Reached::Node(Node::Generated(name), Traits { effects: true, node: false }));
            }
        }
        let file = match importer {
            Node::File(file) => file.as_path(),
            Node::Generated(_) | Node::Empty => self.roots.root,
        };
        match self.resolver.resolve(file, &import.specifier, import.kind) {
            Ok(Resolution::File(File { path, effects, module })) => {
                let node = Node::File(path);
                let node_rules = is_node(&node, module);
                Ok(Reached::Node(node, Traits { effects, node: node_rules }))
            }
            Ok(Resolution::External(name)) => Ok(Reached::External(name)),
            Ok(Resolution::Empty) => Ok(Reached::Node(Node::Empty, Traits { effects: false, node: false })),
            Err(unresolved) => {
                // Packages try for modules that need not be there.
                let is_package = file.components().any(|part| part.as_os_str() == "node_modules");
                let diagnostic = match import.kind {
                    ImportKind::Require if is_package => {
                        Diagnostic::warning(Code::UnresolvedImport, unresolved.reason)
                    }
                    _ => Diagnostic::error(Code::UnresolvedImport, unresolved.reason),
                };
                Err(diagnostic.help(unresolved.help))
            }
        }
    }
}

/// Whether a module imports CommonJS by Node's rules: by its extension, or by its package's type.
fn is_node(node: &Node, module: bool) -> bool {
    let Node::File(file) = node else { return false };
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("mjs" | "mts") => true,
        Some("cjs" | "cts") => false,
        _ => module,
    }
}

/// Reads a file of the project as text.
pub fn read(root: &Path, file: &Path) -> Result<Source, Box<Diagnostic>> {
    let path = project::display(root, file);
    let problem =
        |message: String| Box::new(Diagnostic::error(Code::UnreadableFile, message).file(path.clone()));
    let bytes = fs::read(file).map_err(|error| problem(format!("the file cannot be read: {error}")))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(path, text.strip_prefix('\u{feff}').unwrap_or(&text))),
        Err(_) => Err(problem("the file is not UTF-8 text".to_owned())),
    }
}

fn number(
    root: &Path,
    found: BTreeMap<Node, Found>,
    traits: &BTreeMap<Node, Traits>,
    entry: &Node,
) -> ModuleGraph {
    let path = |node: &Node| match node {
        Node::File(file) => project::display(root, file),
        Node::Generated(name) => (*name).to_owned(),
        Node::Empty => format!("{SCHEME}empty"),
    };
    let mut order: Vec<(String, Node)> = found.keys().map(|node| (path(node), node.clone())).collect();
    order.sort();
    let ids: BTreeMap<Node, ModuleId> =
        (0..).zip(&order).map(|(id, (_, node))| (node.clone(), ModuleId(id))).collect();
    let id = |node: &Node| ids.get(node).copied().unwrap_or(ModuleId(0));
    let target = |reached: Reached| match reached {
        Reached::Node(node, _) => Target::Module(id(&node)),
        Reached::External(name) => Target::External(name),
        Reached::Missing => Target::Missing,
    };
    let mut modules: Vec<Module> = found
        .into_iter()
        .map(|(node, found)| {
            let traits = traits.get(&node).copied().unwrap_or(Traits { effects: true, node: false });
            Module {
                path: path(&node),
                object: found.object,
                targets: found.targets.into_iter().map(target).collect(),
                effects: traits.effects,
                node: traits.node,
            }
        })
        .collect();
    modules.sort_by(|a, b| a.path.cmp(&b.path));
    ModuleGraph { modules, entry: id(entry) }
}
