//! Prints the route table as the data that `match.js` searches: a tree of path segments.
//!
//! The table comes in, one JavaScript expression comes out. A node is an array (places 0 to 10):
//!
//! 0. label, the segment's text in lower case, empty for others;
//! 1. the next node whose label falls into the same slot;
//! 2. children for texts, a hash table: a power of two of slots, each a node or 0;
//! 3. the child for a parameter;
//! 4. children for segments of text and parameters: triples of the text that they start with, an expression, a node;
//! 5. rows that answer here;
//! 6. rows that answer here and below (a catch-all at the end);
//! 7. middleware of here and below;
//! 8. rows with a catch-all elsewhere: a row, whether it is middleware, an expression that has to match as well as
//!    the row's own or 0, and so on;
//! 9. the smallest rank of a row that answers in this tree, so that a search can pass it by; -2 when there is
//!    middleware in the tree, which is never passed by;
//! 10. how many characters at the end of a segment the hash for place 2 takes.
//!
//! A row is `[rank, method or 0, index of the handler, parameters or 0, extent]`; the rank is its place in the route
//! table. The extent is the row's expression for those in place 8. For other middleware it is the number of segments
//! that it matches, or -1 for all that a path has; for other rows 0.
//! What is absent is 0, so that all nodes have the same shape.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::expression;
use crate::route::{Handler, Pattern, Piece, Route, RouteTable, Segment};

/// The rank of a subtree in which nothing answers; above every row's.
const NONE: usize = 0x3fff_ffff;

/// The table printed, and the handlers that it refers to by their index.
pub(super) fn print(table: &RouteTable) -> (String, Vec<&Handler>) {
    let mut root = Node::default();
    let mut handlers = Vec::new();
    for (rank, route) in table.0.iter().enumerate() {
        if let Some(handler) = &route.handler {
            insert(&mut root, rank, route, handlers.len(), false);
            handlers.push(handler);
        }
        if let Some(handler) = &route.middleware {
            insert(&mut root, rank, route, handlers.len(), true);
            handlers.push(handler);
        }
    }
    let mut out = String::new();
    root.print("", "0", &mut out);
    (out, handlers)
}

#[derive(Default)]
struct Node {
    texts: BTreeMap<String, Node>,
    param: Option<Box<Node>>,
    mixed: BTreeMap<(String, String), Node>,
    exact: Vec<String>,
    rest: Vec<String>,
    guards: Vec<String>,
    odd: Vec<String>,
    best: Option<usize>,
    guarded: bool,
}

fn insert(root: &mut Node, rank: usize, route: &Route, handler: usize, guards: bool) {
    let segments = &route.pattern.0;
    let catch_all = segments.iter().position(Segment::has_catch_all);
    let at_end = catch_all.is_none_or(|at| {
        at + 1 == segments.len() && segments.last().is_some_and(|segment| segment.as_catch_all().is_some())
    });
    // What follows an absent catch-all may continue the segment before it: `/a/:p*.js` matches `/a.js`. So such rows
    // stand one segment higher.
    let walked = match catch_all {
        Some(at) if at_end => at,
        Some(at) => at.saturating_sub(1),
        None => segments.len(),
    };
    let mut node = root;
    for segment in segments.iter().take(walked) {
        node.mark(rank, guards);
        node = match segment {
            _ if segment.as_param().is_some() => node.param.get_or_insert_default(),
            _ => match segment.as_text() {
                Some(text) => node.texts.entry(text.to_ascii_lowercase()).or_default(),
                None => node.mixed.entry((start(segment), expression::segment(segment))).or_default(),
            },
        };
    }
    node.mark(rank, guards);
    let method = route.method.as_ref().map_or_else(|| "0".to_owned(), |method| format!("\"{method}\""));
    if at_end {
        let extent = match (guards, catch_all) {
            (false, _) => "0".to_owned(),
            (true, None) => segments.len().to_string(),
            (true, Some(_)) => "-1".to_owned(),
        };
        let row = format!("[{rank},{method},{handler},{},{extent}]", places(&route.pattern));
        let rows = match (guards, catch_all) {
            (false, None) => &mut node.exact,
            (false, Some(_)) => &mut node.rest,
            (true, _) => &mut node.guards,
        };
        rows.push(row);
    } else {
        let expression =
            if guards { expression::prefix(&route.pattern) } else { expression::exact(&route.pattern) };
        let mount = if guards { "0".to_owned() } else { mount(route) };
        let row = format!("[{rank},{method},{handler},{},{expression}]", names(&route.pattern));
        node.odd.push(format!("{row},{guards},{mount}"));
    }
}

/// The expression for what the path of a handler must be below as well, which is the directory of its file; 0
/// where that is the root. It says more than the pattern: `a/[[p]].js.js` does not answer `/a.js`.
fn mount(route: &Route) -> String {
    if route.mount.0.is_empty() { "0".to_owned() } else { expression::prefix(&route.mount) }
}

/// The text before the first parameter.
fn start(segment: &Segment) -> String {
    match segment.0.first() {
        Some(Piece::Text(text)) => text.to_ascii_lowercase(),
        _ => String::new(),
    }
}

/// Names of parameters with the segments that hold them, for patterns that are cut at slashes.
fn places(pattern: &Pattern) -> String {
    let mut list = Vec::new();
    for (index, segment) in pattern.0.iter().enumerate() {
        if let Some(name) = segment.as_param() {
            list.push(format!("\"{name}\",{index}"));
        } else if let Some(name) = segment.as_catch_all() {
            list.push(format!("\"{name}\",{}", -1 - index.cast_signed()));
        } else if segment.is_dynamic() {
            let names: Vec<String> = params(segment).collect();
            list.push(format!("[{}],[{index},{}]", names.join(","), expression::segment(segment)));
        }
    }
    bracketed(&list)
}

/// Names of parameters in the order of an expression's groups.
fn names(pattern: &Pattern) -> String {
    bracketed(&pattern.0.iter().flat_map(params).collect::<Vec<_>>())
}

fn params(segment: &Segment) -> impl Iterator<Item = String> {
    segment.0.iter().filter_map(|piece| match piece {
        Piece::Text(_) => None,
        Piece::Param(name) => Some(format!("\"{name}\"")),
        Piece::CatchAll(name) => Some(format!("\"{name}*\"")),
    })
}

fn bracketed(list: &[String]) -> String {
    if list.is_empty() { "0".to_owned() } else { format!("[{}]", list.join(",")) }
}

impl Node {
    /// Notes that a row ends in this node or below it.
    fn mark(&mut self, rank: usize, guards: bool) {
        if guards {
            self.guarded = true;
        } else {
            self.best = Some(self.best.map_or(rank, |best| best.min(rank)));
        }
    }

    fn print(&self, label: &str, next: &str, out: &mut String) {
        let label = serde_json::Value::from(label);
        let param = self.param.as_ref().map_or_else(|| "0".to_owned(), |node| node.printed("", "0"));
        let triple = |((start, expression), node): (&(String, String), &Self)| {
            format!("{},{expression},{}", serde_json::Value::from(start.as_str()), node.printed("", "0"))
        };
        let mixed: Vec<String> = self.mixed.iter().map(triple).collect();
        let (slots, reach) = self.slots();
        // Writing to a string cannot fail.
        _ = write!(
            out,
            "[{label},{next},{slots},{param},{},{},{},{},{},{},{reach}]",
            bracketed(&mixed),
            bracketed(&self.exact),
            bracketed(&self.rest),
            bracketed(&self.guards),
            bracketed(&self.odd),
            if self.guarded { "-2".to_owned() } else { self.best.unwrap_or(NONE).to_string() },
        );
    }

    fn printed(&self, label: &str, next: &str) -> String {
        let mut out = String::new();
        self.print(label, next, &mut out);
        out
    }

    /// The hash table of the children for texts, at most one child for two slots on average, and the reach of its
    /// hash: the shortest that leaves no more than two children in a slot, since each character costs time.
    fn slots(&self) -> (String, usize) {
        let count = match self.texts.len() {
            0 => return ("0".to_owned(), 0),
            1 => 1,
            several => (several * 2).next_power_of_two(),
        };
        let slot = |label: &str, reach| hash(label, reach) as usize & (count - 1);
        let spread = |reach: &usize| {
            let mut taken = vec![0_u32; count];
            self.texts.keys().all(|label| {
                taken.get_mut(slot(label, *reach)).is_some_and(|number| {
                    *number += 1;
                    *number <= 2
                })
            })
        };
        let longest = self.texts.keys().map(String::len).max().unwrap_or(0);
        let reach = (0..longest).find(spread).unwrap_or(longest);
        let mut slots = vec!["0".to_owned(); count];
        for (label, node) in &self.texts {
            if let Some(slot) = slots.get_mut(slot(label, reach)) {
                *slot = node.printed(label, slot);
            }
        }
        (format!("[{}]", slots.join(",")), reach)
    }
}

/// The hash that `visit` in `match.js` computes of the length and the last characters.
fn hash(label: &str, reach: usize) -> u32 {
    let length = u32::try_from(label.len()).unwrap_or(0);
    let skipped = label.len().saturating_sub(reach);
    let hash = label
        .bytes()
        .skip(skipped)
        .fold(length, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte | 32)));
    hash ^ (hash >> 15)
}
