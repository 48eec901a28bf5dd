//! The route table: from file names and exports to patterns in order of precedence.

use serde::{Deserialize, Serialize};

/// A handler: an export of a file below `functions/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Handler {
    /// Relative to the functions directory, `/`-separated.
    pub file: String,
    /// `onRequest`, `onRequestGet` ...
    pub export: String,
}

/// A file below `functions/` and what it exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionExports {
    /// Relative to the functions directory, `/`-separated.
    pub file: String,
    /// Names of value exports, in the order of the source text.
    pub exports: Vec<String>,
}

/// One row of the table: what answers, or what stands before the answer, for a pattern and a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// `/todos/:id`, `/files/:path*`.
    pub pattern: Pattern,
    /// The pattern of the directory that the file stands in; its match is the handler's `functionPath` in
    /// middleware.
    pub mount: Pattern,
    /// Upper case; `None` answers every method.
    pub method: Option<String>,
    /// What runs before, for every path at or below the pattern.
    pub middleware: Option<Handler>,
    /// What answers at the pattern.
    pub handler: Option<Handler>,
}

/// A path pattern, cut at its slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(pub Vec<Segment>);

/// What one segment of a pattern matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment(pub Vec<Piece>);

/// A segment's parts: `v[version]` is text and a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Matches itself without regard to ASCII case; percent-encoded as a browser would send it.
    Text(String),
    /// `[name]`.
    Param(String),
    /// `[[name]]`, only at the start of a segment.
    CatchAll(String),
}

/// All routes in order of precedence: the first that matches answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouteTable(pub Vec<Route>);
