//! From modules to the one that is deployed.

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
