//! What a build is made of: from the graph, the linked worker and the static files to facts about their sizes.
//!
//! [`metafile`] tells them to the tools that read esbuild's format. Nothing is decided here, and nothing of it reaches
//! a deployment.

use crate::graph::ModuleGraph;
use crate::link::Bundle;

mod metafile;

pub use metafile::metafile;

/// A linked worker and the modules that it is made from.
#[derive(Clone, Copy, Debug)]
pub struct Worker<'a> {
    /// The modules.
    pub graph: &'a ModuleGraph,
    /// What was linked.
    pub bundle: &'a Bundle,
}

/// A file that a build writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Relative to the project, `/`-separated.
    pub path: String,
    /// Bytes.
    pub size: u64,
}

/// A file that is copied as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The file of the project, relative to it.
    pub from: String,
    /// What is written.
    pub to: Output,
}
