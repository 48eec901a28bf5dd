//! All modules that the entry reaches, compiled and with their imports resolved.
//!
//! Modules get dense ids in the order of their paths, so that neither the order of discovery nor the timing of
//! threads shows in what is made of them. What is live is the linker's business.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::compile::{self, Import, ImportKind, Object, Session};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Source};
use crate::project;
use crate::resolve::{Resolution, Resolver};

/// The scheme of specifiers that only generated modules use.
const SCHEME: &str = "pagesbuild:";

/// An index into [`ModuleGraph::modules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModuleId(pub u32);

/// A module and where its imports lead.
pub struct Module {
    /// Relative to the project, `/`-separated; generated modules are named `pagesbuild:...`.
    pub path: String,
    /// The compiled file.
    pub object: Object,
    /// Specifier and kind to target.
    pub targets: BTreeMap<(String, ImportKind), Target>,
}

/// Where an import leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To another module of the graph.
    Module(ModuleId),
    /// To a module that the runtime provides, under this name.
    External(String),
}

/// The modules of one worker.
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
    session: &'a Session,
    resolver: &'a Resolver,
    options: compile::Options<'a>,
    roots: Roots<'a>,
    found: BTreeMap<Node, Found>,
}

/// A module before ids are assigned.
struct Found {
    object: Object,
    targets: BTreeMap<(String, ImportKind), Reached>,
}

/// A target before ids are assigned.
enum Reached {
    Node(Node),
    External(String),
}

/// Compiles and resolves everything that the entry reaches. All problems are collected; `None` when any of
/// them is an error.
pub fn graph<'a>(
    session: &'a Session,
    resolver: &'a Resolver,
    options: compile::Options<'a>,
    roots: Roots<'a>,
    diagnostics: &mut Diagnostics,
) -> Option<ModuleGraph> {
    let entry = roots.entry.clone();
    let mut builder = Builder { session, resolver, options, roots, found: BTreeMap::new() };
    let mut seen = BTreeSet::from([entry.clone()]);
    let mut wave = vec![entry.clone()];
    let mut complete = true;
    while !wave.is_empty() {
        let mut next = Vec::new();
        for node in wave {
            match builder.visit(&node) {
                Ok(reached) => next.extend(reached.into_iter().filter(|node| seen.insert(node.clone()))),
                Err(problems) => {
                    complete = false;
                    diagnostics.extend(problems);
                }
            }
        }
        wave = next;
    }
    complete.then(|| number(builder, &entry))
}

impl Builder<'_> {
    /// Compiles one module and resolves its imports; returns the modules it leads to.
    fn visit(&mut self, node: &Node) -> Result<Vec<Node>, Vec<Diagnostic>> {
        let object = self.object(node)?;
        let mut problems = Vec::new();
        let mut targets = BTreeMap::new();
        let mut reached = Vec::new();
        for import in &object.imports {
            match self.follow(node, import) {
                Ok(target) => {
                    if let Reached::Node(node) = &target {
                        reached.push(node.clone());
                        if import.kind == ImportKind::Dynamic {
                            problems.push(dynamic_import(&object.source, import));
                        }
                    }
                    targets.insert((import.specifier.clone(), import.kind), target);
                }
                Err(problem) => {
                    problems.push(problem.at(&object.source, import.span.clone(), "imported here"))
                }
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        self.found.insert(node.clone(), Found { object, targets });
        Ok(reached)
    }

    fn object(&mut self, node: &Node) -> Result<Object, Vec<Diagnostic>> {
        let source = match node {
            Node::File(file) => {
                if let Some(object) = self.roots.compiled.remove(file) {
                    return Ok(object);
                }
                read(self.roots.root, file).map_err(|problem| vec![*problem])?
            }
            Node::Generated(name) => {
                Source::new(format!("{name}.js"), self.roots.generated.get(name).cloned().unwrap_or_default())
            }
            Node::Empty => Source::new(format!("{SCHEME}empty.js"), "export default {};\n"),
        };
        self.session.compile(&source, self.options)
    }

    fn follow(&self, importer: &Node, import: &Import) -> Result<Reached, Diagnostic> {
        if let Node::Generated(_) = importer {
            if let Some(file) = self.roots.files.get(&import.specifier) {
                return Ok(Reached::Node(Node::File(file.clone())));
            }
            if let Some((name, _)) = self.roots.generated.get_key_value(import.specifier.as_str()) {
                return Ok(Reached::Node(Node::Generated(name)));
            }
        }
        let file = match importer {
            Node::File(file) => file.as_path(),
            Node::Generated(_) | Node::Empty => self.roots.root,
        };
        match self.resolver.resolve(file, &import.specifier, import.kind) {
            Ok(Resolution::File(file)) => Ok(Reached::Node(Node::File(file))),
            Ok(Resolution::External(name)) => Ok(Reached::External(name)),
            Ok(Resolution::Empty) => Ok(Reached::Node(Node::Empty)),
            Err(unresolved) => {
                Err(Diagnostic::error(Code::UnresolvedImport, unresolved.reason).help(unresolved.help))
            }
        }
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

fn dynamic_import(source: &Source, import: &Import) -> Diagnostic {
    Diagnostic::error(Code::UnsupportedImport, "`import()` of a module of the project is not supported yet")
        .at(source, import.span.clone(), "imported here")
        .help("import it statically")
}

fn number(builder: Builder<'_>, entry: &Node) -> ModuleGraph {
    let root = builder.roots.root;
    let path = |node: &Node| match node {
        Node::File(file) => project::display(root, file),
        Node::Generated(name) => (*name).to_owned(),
        Node::Empty => format!("{SCHEME}empty"),
    };
    let mut order: Vec<(String, Node)> =
        builder.found.keys().map(|node| (path(node), node.clone())).collect();
    order.sort();
    let ids: BTreeMap<Node, ModuleId> =
        (0..).zip(&order).map(|(id, (_, node))| (node.clone(), ModuleId(id))).collect();
    let id = |node: &Node| ids.get(node).copied().unwrap_or(ModuleId(0));
    let target = |reached: Reached| match reached {
        Reached::Node(node) => Target::Module(id(&node)),
        Reached::External(name) => Target::External(name),
    };
    let mut modules: Vec<Module> = builder
        .found
        .into_iter()
        .map(|(node, found)| Module {
            path: path(&node),
            object: found.object,
            targets: found.targets.into_iter().map(|(key, reached)| (key, target(reached))).collect(),
        })
        .collect();
    modules.sort_by(|a, b| a.path.cmp(&b.path));
    ModuleGraph { modules, entry: id(entry) }
}
