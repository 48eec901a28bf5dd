//! What a build is made of: from the graph, the linked worker and the static files to facts about their sizes.
//!
//! [`metafile`] tells them to the tools that read esbuild's format, [`Analysis`] to programs and [`page`] to people. Nothing
//! of it reaches a deployment.

use std::ops::Add;

use serde::Serialize;

use crate::graph::ModuleGraph;
use crate::link::Bundle;

mod assets;
mod gzip;
mod metafile;
mod page;
mod worker;

pub use assets::{AssetParts, Assets, assets};
pub use metafile::metafile;
pub use page::page;
pub use worker::{AdditionalParts, ModuleParts, Package, WorkerParts, worker};

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

/// What a project's deployment is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Analysis {
    /// The worker's name.
    pub project: String,
    /// The environment, `None` for the top level.
    pub environment: Option<String>,
    /// The code, where there is any.
    pub worker: Option<WorkerParts>,
    /// The static files, where the project has any.
    pub assets: Option<Assets>,
}

/// Bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sizes {
    /// As they are.
    pub size: u64,
    /// After gzip at zlib's default level.
    pub gzip: u64,
}

impl Add for Sizes {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { size: self.size + other.size, gzip: self.gzip + other.gzip }
    }
}
