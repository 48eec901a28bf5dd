//! The route table: from file names and exports to patterns in order of precedence.
//!
//! File names and the names that files export come in; a [`RouteTable`] comes out, with diagnostics for names
//! that cannot be routes. The table is a total order that depends on nothing but names: not on the order of
//! the input, not on a locale. `docs/routing.md` states the rules.

use std::fmt;

use serde::{Deserialize, Serialize};

pub(crate) mod cover;
mod exports;
mod meet;
mod name;
mod routes_json;
pub mod rules;
mod table;
#[cfg(test)]
mod tests;

pub use exports::{has_near_miss, no_handlers, without_handlers};
pub use meet::Met;
pub use routes_json::{RoutesJson, parse as parse_routes_json};
pub(crate) use rules::CANONICAL;
pub use table::table;

/// A handler: an export of a file below `functions/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Handler {
    /// Relative to the functions directory, `/`-separated.
    pub file: String,
    /// `onRequest`, `onRequestGet` ...
    pub export: String,
}

impl fmt::Display for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.file, self.export)
    }
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

impl Segment {
    /// The text, when the segment is nothing else.
    pub fn as_text(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The parameter's name, when the segment is exactly one parameter.
    pub fn as_param(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Piece::Param(name)] => Some(name),
            _ => None,
        }
    }

    /// The parameter's name, when the segment is exactly one catch-all.
    pub fn as_catch_all(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Piece::CatchAll(name)] => Some(name),
            _ => None,
        }
    }

    /// Whether a catch-all is among the parts.
    pub fn has_catch_all(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::CatchAll(_)))
    }

    /// Whether a parameter of any kind is among the parts.
    pub fn is_dynamic(&self) -> bool {
        self.0.iter().any(|piece| !matches!(piece, Piece::Text(_)))
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => f.write_str(text)?,
                Piece::Param(name) => write!(f, ":{name}")?,
                Piece::CatchAll(name) => write!(f, ":{name}*")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("/");
        }
        for segment in &self.0 {
            write!(f, "/{segment}")?;
        }
        Ok(())
    }
}

impl RouteTable {
    /// The middleware that runs before `route` answers, outermost first, whatever the parameters are.
    ///
    /// Middleware that runs for some of the route's paths only (below a parameter that the route spells as a
    /// catch-all, or for one method of many) is not among it.
    pub fn middleware_chain(&self, route: &Route) -> Vec<&Handler> {
        // Few routes have middleware, and comparing patterns is what costs.
        let always = |outer: &&Route| {
            outer.middleware.is_some()
                && (outer.method.is_none() || outer.method == route.method)
                && cover::always_below(&route.pattern, &outer.pattern)
        };
        self.0.iter().rev().filter(always).filter_map(|outer| outer.middleware.as_ref()).collect()
    }
}
