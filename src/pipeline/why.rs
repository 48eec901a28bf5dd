//! `why`: which imports lead to a module, why it was that file, and what keeps it in the worker.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use crate::compile::{Import, ImportKind};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::error::Error;
use crate::graph::{AdditionalModule, ModuleGraph, ModuleId, Target, graph};
use crate::link::{self, Causes};
use crate::project::Options;

use super::bundle::{self, BundleRequest, Code};
use super::front;
use super::worker::{self, Given};

mod find;
mod share;
mod step;

pub use share::Share;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct WhyRequest<'a> {
    /// A file, a package, a specifier, or a part of a path.
    pub module: &'a str,
    /// The module to start from, as for [`bundle`](super::bundle); `None` asks about the project's worker.
    pub entry: Option<&'a Path>,
}

/// All about one module.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its path, relative to the project, or its name where the runtime provides it.
    pub name: String,
    /// What it is called beside the main module, where it is deployed as it is.
    pub deployed: Option<String>,
    /// The package that it is of, with its version.
    pub package: Option<String>,
    /// The shortest way from the entry.
    pub chain: Vec<Link>,
    /// Every import of it, sorted by place.
    pub importers: Vec<Link>,
    /// What of it is in the worker; `None` where the runtime provides it.
    pub share: Option<Share>,
    /// How many modules of the same package there are.
    pub modules: usize,
    /// Bytes that they have in the worker together.
    pub bytes: usize,
}

/// An import.
#[derive(Clone, Debug)]
pub struct Link {
    /// The importing file, relative to the project.
    pub from: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its column, from 1, in characters.
    pub column: usize,
    /// As written.
    pub specifier: String,
    /// How it is asked for.
    pub kind: ImportKind,
    /// Where it leads.
    pub to: String,
    /// What led there, in words.
    pub by: Vec<String>,
}

/// What is asked about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Module(ModuleId),
    External(String),
}

/// A graph that is asked about.
struct Asked<'a> {
    root: &'a Path,
    code: &'a Code,
    graph: &'a ModuleGraph,
    causes: Causes,
    /// Bytes of each module in the linked text; `None` where it cannot be linked.
    sizes: Option<Vec<usize>>,
    /// For each module, the import that first led to it from the entry.
    ways: Vec<Option<(ModuleId, usize)>>,
}

/// Answers for every module that is meant: several where a package is there in several versions. `None` where errors
/// left nothing to ask about.
///
/// # Errors
///
/// What the environment does to us, and a question that fits no module or too many; see [`Error`].
pub fn why(
    options: &Options,
    request: WhyRequest<'_>,
) -> Result<(Option<Vec<Answer>>, Vec<Diagnostic>), Error> {
    let mut diagnostics = Diagnostics::default();
    // Without them, nobody knows where a use stands.
    let options = Options { source_map: true, ..options.clone() };
    let (code, roots, root) = match request.entry {
        Some(entry) => {
            let request = BundleRequest { entry, outfile: None, metafile: None };
            match bundle::of_one(&options, &request, &mut diagnostics)? {
                Some((code, roots, settings)) => (code, roots, settings.root),
                None => return Ok((None, diagnostics.into_sorted())),
            }
        }
        None => {
            let Some(front) = front(&options, None, &mut diagnostics)? else {
                return Ok((None, diagnostics.into_sorted()));
            };
            let given = Given::of(&front.project, &front.tree, &mut diagnostics);
            let worker = given.worker(&front.project, &front.tree, &front.routes);
            if worker.is_empty(&front.sources) {
                return Err(Error::Usage("the project has no worker".to_owned()));
            }
            if front.project.bundling.no_bundle {
                return Err(Error::Usage(
                    "`no_bundle` is set, so the worker is its main module alone".to_owned(),
                ));
            }
            let roots = worker::roots(&worker, front.sources);
            (front.code, roots, front.project.root.clone())
        }
    };
    let Some(graph) = graph(&code.compiler(), roots, &mut diagnostics) else {
        return Ok((None, diagnostics.into_sorted()));
    };
    let bundle = code.link_graph(&graph, &mut diagnostics);
    let asked = Asked {
        root: &root,
        code: &code,
        causes: link::causes(&graph),
        sizes: bundle.map(|bundle| bundle.link_map.sizes().0),
        ways: ways(&graph),
        graph: &graph,
    };
    let subjects = asked.find(request.module)?;
    let answers = subjects.iter().map(|subject| asked.answer(subject)).collect();
    code.save();
    Ok((Some(answers), diagnostics.into_sorted()))
}

/// For each module, the import that first leads to it, the shortest way from the entry.
fn ways(graph: &ModuleGraph) -> Vec<Option<(ModuleId, usize)>> {
    let mut ways = vec![None; graph.modules.len()];
    let mut rest = VecDeque::from([graph.entry]);
    while let Some(module) = rest.pop_front() {
        for (import, target) in graph.module(module).targets.iter().enumerate() {
            if let Target::Module(target) = target
                && *target != graph.entry
                && ways[target.0 as usize].is_none()
            {
                ways[target.0 as usize] = Some((module, import));
                rest.push_back(*target);
            }
        }
    }
    ways
}

impl Asked<'_> {
    fn answer(&self, subject: &Subject) -> Answer {
        let importers = self.importers(subject);
        let mut chain = Vec::new();
        let mut next = match subject {
            Subject::Module(module) => self.ways[module.0 as usize],
            Subject::External(_) => importers.iter().min_by_key(|(by, _)| self.distance(*by)).copied(),
        };
        while let Some((by, import)) = next {
            chain.push(self.link(by, import));
            next = self.ways[by.0 as usize];
        }
        chain.reverse();
        let is_written = |link: &Link| !is_generated(&link.from);
        let links = importers.iter().map(|(by, import)| self.link(*by, *import));
        let (modules, bytes) = match subject {
            Subject::Module(module) => {
                let siblings = self.siblings(*module);
                let sizes =
                    self.sizes.iter().flat_map(|sizes| siblings.iter().map(|id| sizes[id.0 as usize]));
                (siblings.len(), sizes.sum())
            }
            Subject::External(_) => (0, 0),
        };
        Answer {
            name: self.name(subject),
            deployed: self.additional(subject).map(|module| module.name.clone()),
            package: match subject {
                Subject::Module(module) => self.package_text(*module),
                Subject::External(_) => None,
            },
            chain: chain.into_iter().filter(is_written).collect(),
            importers: links.filter(is_written).collect(),
            share: match subject {
                Subject::Module(module) => Some(self.share(*module)),
                Subject::External(_) => None,
            },
            modules,
            bytes,
        }
    }

    /// A module's path, or its name where the runtime provides it.
    fn name(&self, subject: &Subject) -> String {
        match (subject, self.additional(subject)) {
            (Subject::Module(module), _) => self.graph.module(*module).path.clone(),
            (Subject::External(_), Some(additional)) => additional.path.clone(),
            (Subject::External(name), None) => name.clone(),
        }
    }

    /// A module that is deployed as it is.
    fn additional(&self, subject: &Subject) -> Option<&AdditionalModule> {
        let Subject::External(name) = subject else { return None };
        self.graph.additional.iter().find(|module| module.specifier() == *name)
    }

    /// Every import that leads to what is asked about.
    fn importers(&self, subject: &Subject) -> Vec<(ModuleId, usize)> {
        let is_it = |target: &Target| match (target, subject) {
            (Target::Module(target), Subject::Module(module)) => target == module,
            (Target::External(name), Subject::External(asked)) => name == asked,
            _ => false,
        };
        // A pattern leads to what its generated module leads to.
        let leads = |(import, target): (&Import, &Target)| match target {
            Target::Module(pattern) if !import.pieces.is_empty() => {
                self.graph.module(*pattern).targets.iter().any(is_it)
            }
            target => is_it(target),
        };
        let of = |by: ModuleId| {
            let module = self.graph.module(by);
            let imports = module.object.imports.iter().zip(&module.targets).enumerate();
            imports
                .filter(|(_, import)| leads(*import))
                .map(move |(import, _)| (by, import))
                .collect::<Vec<_>>()
        };
        self.graph.ids().flat_map(of).collect()
    }

    /// How many imports lead to a module.
    fn distance(&self, module: ModuleId) -> usize {
        std::iter::successors(self.ways[module.0 as usize], |(by, _)| self.ways[by.0 as usize]).count()
    }

    fn link(&self, by: ModuleId, at: usize) -> Link {
        let module = self.graph.module(by);
        let import = &module.object.imports[at];
        let (line, column) = module.object.source.line_and_column(import.span.start);
        let to = match &module.targets[at] {
            Target::Module(target) => self.graph.module(*target).path.clone(),
            Target::External(name) => name.clone(),
            Target::Missing => import.specifier.clone(),
        };
        Link {
            from: module.path.clone(),
            line,
            column,
            specifier: import.specifier.clone(),
            kind: import.kind,
            by: if is_generated(&module.path) { Vec::new() } else { self.steps(by, at) },
            to,
        }
    }

    /// The file of a module; `None` where it is generated.
    fn file(&self, module: ModuleId) -> Option<PathBuf> {
        let path = &self.graph.module(module).path;
        let file = crate::resolve::cleaned(&self.root.join(path));
        (!is_generated(path)).then_some(file)
    }

    /// A package and its version.
    fn package_text(&self, module: ModuleId) -> Option<String> {
        let manifest = self.code.resolver.manifest(&self.file(module)?)?;
        let name = manifest.name.filter(|_| manifest.directory != *self.root)?;
        Some(match manifest.version {
            Some(version) => format!("{name} {version}"),
            None => name,
        })
    }

    /// The modules of a module's package, where it is not the project itself; otherwise the module alone.
    fn siblings(&self, module: ModuleId) -> Vec<ModuleId> {
        let home = |module: ModuleId| {
            let manifest = self.code.resolver.manifest(&self.file(module)?)?;
            (manifest.directory != *self.root).then_some(manifest.directory)
        };
        match home(module) {
            Some(own) => self.graph.ids().filter(|id| home(*id).as_ref() == Some(&own)).collect(),
            None => vec![module],
        }
    }
}

/// Whether a module is one of ours.
fn is_generated(path: &str) -> bool {
    path.starts_with("pagesbuild:")
}
