//! From objects to the one module that is deployed: bind, shake, order, name, write.
//!
//! No tree, no parser and no printer: what the parts of the objects say is copied, with names put into the places of
//! their relocations. `docs/linker.md` states what is kept of each module's meaning, and how.

use crate::diagnostic::Diagnostics;
pub use crate::graph::AdditionalModule;
use crate::graph::ModuleGraph;

mod bind;
mod cause;
mod contribution;
mod cycle;
mod map;
mod name;
mod order;
mod problems;
mod pure;
mod runtime;
mod shake;
mod table;
mod text;
mod wait;
mod write;

pub use cause::{Cause, Causes};
pub use contribution::{Contribution, LinkMap};

/// What the linked module looks like.
#[derive(Clone, Copy, Debug, Default)]
pub struct Output {
    /// Short instead of readable.
    pub minify: bool,
    /// Functions and classes keep their names when they are renamed.
    pub keep_names: bool,
    /// Whether a source map is wanted.
    pub source_map: bool,
}

/// The linked worker.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// The main module's text.
    pub main: String,
    /// Its source map (version 3, JSON), when one was asked for; sources are relative to the project.
    pub source_map: Option<String>,
    /// The files that went into it, relative to the project, sorted.
    pub sources: Vec<String>,
    /// The names that the main module exports, sorted.
    pub exports: Vec<String>,
    /// Whether it exports more than that, by `export *` from modules that are not linked.
    pub exports_more: bool,
    /// The modules beside the main one, sorted by name.
    pub additional: Vec<AdditionalModule>,
    /// What of each module is in the text.
    pub link_map: LinkMap,
}

/// Links all modules of a graph into one. Nothing is read or parsed again. `None` when something cannot be linked,
/// which diagnostics then explain.
pub fn link(graph: &ModuleGraph, output: Output, diagnostics: &mut Diagnostics) -> Option<Bundle> {
    let binder = bind::Binder::new(graph);
    let problems = problems::problems(&binder);
    if graph.incomplete || !problems.is_empty() {
        diagnostics.extend(problems);
        return None;
    }
    let cycles = cycle::Cycles::new(&binder);
    let live = shake::shake(&binder, &cycles, None);
    let plan = order::plan(&binder, &cycles, &live);
    let names = name::names(&binder, &live, &plan, output);
    Some(write::write(&binder, &live, &plan, &names, output))
}

/// What makes the modules of a graph and their parts live, whether or not they can be linked.
pub fn causes(graph: &ModuleGraph) -> Causes {
    let binder = bind::Binder::new(graph);
    let mut causes = Causes::new(graph);
    shake::shake(&binder, &cycle::Cycles::new(&binder), Some(&mut causes));
    causes
}
