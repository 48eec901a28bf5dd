//! From modules to the one that is deployed.

use crate::compile::{self, Output, Session};
use crate::diagnostic::{Code, Diagnostic};
use crate::graph::ModuleGraph;

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
}

/// Links all modules of a graph into one. Nothing is read or parsed again.
pub fn link(session: &Session, graph: &ModuleGraph, output: Output) -> Result<Bundle, Box<Diagnostic>> {
    let linked = compile::bundle(session, graph, output).map_err(|reason| {
        let entry = &graph.module(graph.entry).path;
        Box::new(
            Diagnostic::error(Code::LinkFailed, format!("the modules cannot be linked: {reason}"))
                .file(entry),
        )
    })?;
    let sources = graph.modules.iter().map(|module| module.path.clone()).collect();
    Ok(Bundle { main: linked.text, source_map: linked.source_map, sources, exports: linked.exports })
}
