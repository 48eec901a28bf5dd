//! Which handlers a request meets: the table as the generated router searches it (`src/router/match.js`).
//!
//! A method and a path come in; the middleware and the row that answers come out. One path at a time, so plainly.

use std::collections::BTreeSet;

use super::{Pattern, Piece, Route, RouteTable, Segment};

/// What a request meets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Met<'a> {
    /// Rows of middleware in the order in which they run.
    pub middleware: Vec<&'a Route>,
    /// The row that answers behind them.
    pub answer: Option<&'a Route>,
}

impl RouteTable {
    /// What a request meets, by its method and its path as URLs have it.
    pub fn meet(&self, method: &str, path: &str) -> Met<'_> {
        let rows = || {
            self.0.iter().filter(|route| route.method.as_deref().is_none_or(|answered| answered == method))
        };
        // The asset server takes repeated slashes for one, so middleware has to see such a path as that as well.
        let single = path.split('/').filter(|segment| !segment.is_empty());
        let single = single.fold(String::new(), |path, segment| path + "/" + segment);
        let single = if path.ends_with('/') { single + "/" } else { single };
        let stands_before = |route: &&Route| {
            let is_below = |path| is_below(&route.pattern, path);
            route.middleware.is_some() && (is_below(path) || path.contains("//") && is_below(&single))
        };
        let answers = |route: &&Route| {
            route.handler.is_some() && is_at(&route.pattern, path) && is_below(&route.mount, path)
        };
        let mut middleware: Vec<&Route> = rows().filter(stands_before).collect();
        middleware.reverse();
        Met { middleware, answer: rows().find(answers) }
    }
}

/// Whether the path is the pattern's, with one slash more if need be.
fn is_at(pattern: &Pattern, path: &str) -> bool {
    let is_end = |end: &usize| matches!(&path[*end..], "" | "/");
    // The pattern of the root is the slash itself.
    pattern.0.is_empty() && path == "//" || ends(pattern, path).iter().any(is_end)
}

/// Whether the path is the pattern's or below it.
fn is_below(pattern: &Pattern, path: &str) -> bool {
    let is_end = |end: &usize| path[*end..].is_empty() || path[*end..].starts_with('/');
    ends(pattern, path).iter().any(is_end)
}

/// Where in the path a pattern that starts at its start can end.
fn ends(pattern: &Pattern, path: &str) -> BTreeSet<usize> {
    let step = |starts: BTreeSet<usize>, segment: &Segment| {
        let begun: BTreeSet<usize> = match segment.has_catch_all() {
            true => starts.iter().flat_map(|start| after_segments(path, *start)).collect(),
            false => starts
                .iter()
                .filter(|start| path[**start..].starts_with('/'))
                .map(|start| start + 1)
                .collect(),
        };
        after_pieces(segment, path, begun)
    };
    pattern.0.iter().fold(BTreeSet::from([0]), step)
}

/// The place itself, and all behind a slash and segments that are not empty.
fn after_segments(path: &str, start: usize) -> Vec<usize> {
    let bytes = path.as_bytes();
    let mut places = vec![start];
    let mut at = start;
    while bytes.get(at) == Some(&b'/') {
        let end = path[at + 1..].find('/').map_or(bytes.len(), |length| at + 1 + length);
        if end == at + 1 {
            break;
        }
        places.extend(at + 2..=end);
        at = end;
    }
    places
}

fn after_pieces(segment: &Segment, path: &str, starts: BTreeSet<usize>) -> BTreeSet<usize> {
    let bytes = path.as_bytes();
    let has = |at: usize, text: &str| {
        bytes.get(at..at + text.len()).is_some_and(|found| found.eq_ignore_ascii_case(text.as_bytes()))
    };
    // A parameter behind a text behind another parameter does not run over that text again.
    let mut between: Option<&str> = None;
    let mut has_parameter = false;
    let mut places = starts;
    for piece in &segment.0 {
        match piece {
            Piece::Text(text) => {
                places = places.iter().filter(|at| has(**at, text)).map(|at| at + text.len()).collect();
                between = has_parameter.then_some(text);
            }
            Piece::Param(_) => {
                let is_inner = |at: &usize| bytes[*at] != b'/' && !between.is_some_and(|text| has(*at, text));
                let run = |start: &usize| (*start..bytes.len()).take_while(is_inner).map(|at| at + 1);
                places = places.iter().flat_map(run).collect();
                has_parameter = true;
            }
            Piece::CatchAll(_) => has_parameter = true,
        }
    }
    places
}
