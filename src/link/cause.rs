//! Why something is live: the first thing that made it so, for those who ask.

use crate::diagnostic::Source;
use crate::graph::{ModuleGraph, ModuleId};

/// What makes a module or a part live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It is the entry, or exported by it.
    Entry,
    /// Its module is evaluated, and that can be noticed here.
    Effects,
    /// A module that is evaluated imports it, and its package does not say that this does nothing.
    Import {
        /// The module.
        by: ModuleId,
        /// An index into its imports.
        import: usize,
    },
    /// A live part uses it.
    Use {
        /// The module of the part.
        by: ModuleId,
        /// An index into its parts.
        part: usize,
        /// An index into the part's relocations.
        place: usize,
    },
}

impl Cause {
    /// Where in a file it stands, as a byte offset; for uses only where objects know what their text comes from.
    pub fn place<'a>(&self, graph: &'a ModuleGraph) -> Option<(&'a Source, usize)> {
        match *self {
            Self::Entry | Self::Effects => None,
            Self::Import { by, import } => {
                let object = &graph.module(by).object;
                Some((&object.source, object.imports[import].span.start))
            }
            Self::Use { by, part, place } => {
                let object = &graph.module(by).object;
                let part = &object.parts[part];
                let at = part.relocations[place].at + u32::try_from(place).unwrap_or(u32::MAX);
                let point = part.mappings.iter().take_while(|point| point.at <= at).last()?;
                Some((&object.source, point.source as usize))
            }
        }
    }
}

/// What is live, and the first thing that made it so.
#[derive(Clone, Debug)]
pub struct Causes {
    /// For each module, why it is evaluated.
    pub modules: Vec<Option<Cause>>,
    /// For each module and part.
    pub parts: Vec<Vec<Option<Cause>>>,
}

impl Causes {
    pub(super) fn new(graph: &ModuleGraph) -> Self {
        let parts = graph.modules.iter().map(|module| vec![None; module.object.parts.len()]);
        Self { modules: vec![None; graph.modules.len()], parts: parts.collect() }
    }
}
