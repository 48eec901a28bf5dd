//! Builds the table: one row per pattern and method, in order of precedence.
//!
//! What wrangler does with `generateConfigFromFileTree` is the reference, with two of its accidents pinned: it
//! visits files in the order of `readdir`, here names are in byte order; it compares paths in the locale of the
//! machine, here in the root collation, with code units where that sees no difference.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use icu_collator::options::CollatorOptions;
use icu_collator::{CollatorBorrowed, CollatorPreferences};

use super::{FunctionExports, Handler, Pattern, Piece, Route, RouteTable, Segment, exports, name};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

/// The extensions of files that may hold handlers.
const EXTENSIONS: [&str; 5] = ["mjs", "js", "ts", "tsx", "jsx"];

/// The route table of the files below the functions directory. `directory` is that directory as the user would
/// name it; diagnostics prefix files with it.
pub fn table(directory: &str, functions: &[FunctionExports], diagnostics: &mut Diagnostics) -> RouteTable {
    let mut merged = Merged { directory, rows: Vec::new(), index: BTreeMap::new() };
    for function in breadth_first(functions) {
        let path = format!("{directory}/{}", function.file);
        diagnostics.extend(exports::near_misses(&path, function));
        let handlers: Vec<_> =
            function.exports.iter().filter_map(|export| Some((export, exports::method(export)?))).collect();
        if handlers.is_empty() {
            continue;
        }
        let Some((stem, place)) = place(&function.file) else { continue };
        match (name::pattern(stem.iter().copied()), name::pattern(mount(&function.file))) {
            (Ok(pattern), Ok(mount)) => {
                for (export, method) in handlers {
                    let handler = Handler { file: function.file.clone(), export: export.clone() };
                    let route = Route {
                        pattern: pattern.clone(),
                        mount: mount.clone(),
                        method,
                        middleware: None,
                        handler: None,
                    };
                    merged.add(route, handler, place, diagnostics);
                }
            }
            (Err(problem), _) | (_, Err(problem)) => diagnostics.push(
                Diagnostic::error(Code::InvalidRouteName, problem.message).file(path).help(problem.help),
            ),
        }
    }
    let mut rows = merged.rows;
    let collator = collator();
    rows.sort_by(|a, b| order(collator.as_ref(), a, b));
    shadowed(directory, &rows, diagnostics);
    RouteTable(rows)
}

/// Whether a file answers or stands before answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Module,
    Middleware,
}

/// The segments of the pattern's name and the kind of file, `None` for a file whose name ends in no extension
/// of a function (`.js` is a name without one).
fn place(file: &str) -> Option<(Vec<&str>, Place)> {
    let (stem, extension) = file.rsplit_once('.')?;
    if !EXTENSIONS.contains(&extension) || stem.is_empty() || stem.ends_with('/') {
        return None;
    }
    let mut segments: Vec<&str> = stem.split('/').collect();
    let place = match segments.last() {
        Some(&("_middleware" | "_middleware_")) => Place::Middleware,
        _ => Place::Module,
    };
    if place == Place::Middleware || segments.last() == Some(&"index") {
        segments.pop();
    }
    Some((segments, place))
}

fn mount(file: &str) -> impl Iterator<Item = &str> {
    let directory = file.rsplit_once('/').map_or("", |(directory, _)| directory);
    directory.split('/').filter(|name| !name.is_empty())
}

/// Files of a directory before those of its subdirectories, names in byte order: which of two files for one
/// route comes last, and so wins, must not depend on the order of a directory's entries.
fn breadth_first(functions: &[FunctionExports]) -> Vec<&FunctionExports> {
    let mut files: Vec<&FunctionExports> = functions.iter().collect();
    files.sort_by_cached_key(|function| {
        let names: Vec<Vec<u8>> = function.file.split('/').map(|name| name.as_bytes().to_vec()).collect();
        (names.len(), names)
    });
    files
}

struct Merged<'a> {
    directory: &'a str,
    rows: Vec<Route>,
    index: BTreeMap<(String, Option<String>), usize>,
}

impl Merged<'_> {
    /// Adds a file's row or puts it into the one that has its pattern and method: as on Pages the last file's
    /// mount and handler stay.
    fn add(&mut self, mut route: Route, handler: Handler, place: Place, diagnostics: &mut Diagnostics) {
        let key = (route.pattern.to_string(), route.method.clone());
        let Some(&at) = self.index.get(&key) else {
            *slot(&mut route, place) = Some(handler);
            self.index.insert(key, self.rows.len());
            self.rows.push(route);
            return;
        };
        let Some(row) = self.rows.get_mut(at) else { return };
        row.mount = route.mount;
        let pattern = row.pattern.to_string();
        let method = row.method.clone();
        let slot = slot(row, place);
        if let Some(loser) = slot.replace(handler.clone()) {
            let route = (pattern.as_str(), method.as_deref(), place);
            diagnostics.push(duplicate(self.directory, route, &handler, &loser));
        }
    }
}

fn slot(route: &mut Route, place: Place) -> &mut Option<Handler> {
    match place {
        Place::Module => &mut route.handler,
        Place::Middleware => &mut route.middleware,
    }
}

fn duplicate(
    directory: &str,
    (pattern, method, place): (&str, Option<&str>, Place),
    winner: &Handler,
    loser: &Handler,
) -> Diagnostic {
    let what = match (place, method) {
        (Place::Module, None) => format!("`{pattern}` is answered"),
        (Place::Module, Some(method)) => format!("`{method} {pattern}` is answered"),
        (Place::Middleware, None) => format!("the middleware of `{pattern}` is defined"),
        (Place::Middleware, Some(method)) => format!("the middleware of `{method} {pattern}` is defined"),
    };
    let (winner, loser) = (format!("{directory}/{}", winner.file), format!("{directory}/{}", loser.file));
    let message = format!("{what} by two files: `{winner}` wins and this one is never called");
    Diagnostic::warning(Code::DuplicateRoute, message).file(loser).help("remove one of the two, or rename it")
}

/// Warns of handlers behind one that matches the same paths: names that differ in case or in the names of
/// parameters only.
fn shadowed(directory: &str, rows: &[Route], diagnostics: &mut Diagnostics) {
    let mut first: BTreeMap<(String, Option<&str>), &Handler> = BTreeMap::new();
    for row in rows {
        let Some(handler) = &row.handler else { continue };
        let key = (shape(&row.pattern), row.method.as_deref());
        match first.get(&key) {
            None => _ = first.insert(key, handler),
            Some(winner) => {
                let pattern = row.pattern.to_string();
                let route = (pattern.as_str(), row.method.as_deref(), Place::Module);
                diagnostics.push(duplicate(directory, route, winner, handler));
            }
        }
    }
}

/// The pattern without what does not change which paths it matches.
fn shape(pattern: &Pattern) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.to_ascii_lowercase(),
        Piece::Param(_) => ":".to_owned(),
        Piece::CatchAll(_) => ":*".to_owned(),
    };
    let segment = |segment: &Segment| segment.0.iter().map(piece).collect::<String>();
    pattern.0.iter().map(segment).collect::<Vec<_>>().join("/")
}

/// Order of precedence: more segments first; then, segment by segment, text before parameters before
/// catch-alls; then rows for one method; then by path.
fn order(collator: Option<&CollatorBorrowed<'static>>, a: &Route, b: &Route) -> Ordering {
    let classes = |route: &Route| route.pattern.0.iter().map(class).collect::<Vec<u8>>();
    let (left, right) = (a.pattern.to_string(), b.pattern.to_string());
    b.pattern
        .0
        .len()
        .cmp(&a.pattern.0.len())
        .then_with(|| classes(a).cmp(&classes(b)))
        .then_with(|| a.method.is_none().cmp(&b.method.is_none()))
        .then_with(|| collator.map_or(Ordering::Equal, |collator| collator.compare(&left, &right)))
        .then_with(|| left.encode_utf16().cmp(right.encode_utf16()))
        .then_with(|| a.method.cmp(&b.method))
}

fn class(segment: &Segment) -> u8 {
    match segment {
        _ if segment.has_catch_all() => 2,
        _ if segment.is_dynamic() => 1,
        _ => 0,
    }
}

/// `localeCompare` without a locale. The data is compiled in, so that there is always one.
fn collator() -> Option<CollatorBorrowed<'static>> {
    CollatorBorrowed::try_new(CollatorPreferences::default(), CollatorOptions::default()).ok()
}
