//! Prints the route table as the data that `runtime.js` searches: a tree of path segments.
//!
//! The table comes in, one JavaScript expression comes out. A node is an array (places 0 to 11):
//!
//! 0. label, the segment's text in lower case, empty for others;
//! 1. the next node whose label falls into the same slot;
//! 2. children for texts, a hash table: a power of two of slots, each a node or 0;
//! 3. the child for a parameter;
//! 4. children for segments of text and parameters: triples of the text that they start with, an expression, a node;
//! 5. rows that answer here;
//! 6. rows that answer here and below (a catch-all at the end);
//! 7. middleware of here and below;
//! 8. middleware whose pattern ends in a catch-all;
//! 9. rows with a catch-all elsewhere: a row, an expression, whether it is middleware, an expression that has to
//!    match too or 0, and so on;
//! 10. the smallest rank of a row that answers in the tree below, so that a search can pass it by;
//! 11. 1 when there is middleware in the tree below, 0 when not.
//!
//! A row is `[rank, method or 0, index of the handler, parameters or 0]`; the rank is its place in the route table.
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
    rest_guards: Vec<String>,
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
        let row = format!("[{rank},{method},{handler},{}]", places(&route.pattern));
        let rows = match (guards, catch_all) {
            (false, None) => &mut node.exact,
            (false, Some(_)) => &mut node.rest,
            (true, None) => &mut node.guards,
            (true, Some(_)) => &mut node.rest_guards,
        };
        rows.push(row);
    } else {
        let row = format!("[{rank},{method},{handler},{}]", names(&route.pattern));
        let expression =
            if guards { expression::prefix(&route.pattern) } else { expression::exact(&route.pattern) };
        let mount = if guards { "0".to_owned() } else { mount(route) };
        node.odd.push(format!("{row},{expression},{guards},{mount}"));
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
        // Writing to a string cannot fail.
        _ = write!(
            out,
            "[{label},{next},{},{param},{},{},{},{},{},{},{},{}]",
            self.slots(),
            bracketed(&mixed),
            bracketed(&self.exact),
            bracketed(&self.rest),
            bracketed(&self.guards),
            bracketed(&self.rest_guards),
            bracketed(&self.odd),
            self.best.unwrap_or(NONE),
            u8::from(self.guarded),
        );
    }

    fn printed(&self, label: &str, next: &str) -> String {
        let mut out = String::new();
        self.print(label, next, &mut out);
        out
    }

    /// The hash table of the children for texts: at most one child for two slots on average, and one slot for a
    /// few children, which are quicker compared than hashed.
    fn slots(&self) -> String {
        if self.texts.is_empty() {
            return "0".to_owned();
        }
        let count = if self.texts.len() <= 4 { 1 } else { (self.texts.len() * 2).next_power_of_two() };
        let mut slots = vec!["0".to_owned(); count];
        for (label, node) in &self.texts {
            if let Some(slot) = slots.get_mut(hash(label) as usize & (count - 1)) {
                *slot = node.printed(label, slot);
            }
        }
        format!("[{}]", slots.join(","))
    }
}

/// The hash that `visit` in `runtime.js` computes.
fn hash(label: &str) -> u32 {
    let hash =
        label.bytes().fold(0_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte | 32)));
    hash ^ (hash >> 15)
}
