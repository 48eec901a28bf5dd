//! Which requests run the worker first: routing rules derived from the table, or given ones held against it.
//!
//! The table, the assets and the rules that the project has itself come in; `run_worker_first` comes out. The
//! invariant: no request for an asset at a path that a middleware or a handler matches goes around the worker.
//! The platform compares rules with regard to case and before anything is decoded, functions match without
//! regard to case; `docs/routing.md` says why this is enough.

use std::collections::BTreeSet;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::cover::{self, Token};
use super::routes_json::{RoutesJson, Rule};
use super::{Route, RouteTable, name};
use crate::asset::AssetFile;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Note};
use crate::limit::{ROUTING_RULE, ROUTING_RULES};
use crate::project::RunWorkerFirst;

mod consolidate;
mod matcher;
mod pages;
#[cfg(test)]
mod tests;

use consolidate::{consolidate, minimal, within_length};
pub use matcher::{Matcher, Reach};
pub use pages::include;

pub(super) const MAX_RULES: usize = ROUTING_RULES.most();
pub(super) const MAX_LENGTH: usize = ROUTING_RULE.most();

/// What `encodeURIComponent` leaves alone: the asset server answers at paths encoded so, and redirects others.
pub(crate) const CANONICAL: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// The routing rules that a project has itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Explicit<'a> {
    /// Its `_routes.json`.
    pub given: Option<&'a RoutesJson>,
    /// `assets.run_worker_first` of its configuration; it counts more than `_routes.json`.
    pub configured: Option<&'a RunWorkerFirst>,
}

/// The static files of a project.
#[derive(Clone, Copy, Debug, Default)]
pub struct Files<'a> {
    /// All of them.
    pub assets: &'a [AssetFile],
    /// `assets.html_handling`.
    pub html_handling: Option<&'a str>,
}

impl Files<'_> {
    /// The path that a file is served at.
    fn address(&self, file: &str) -> String {
        let path = format!("/{file}");
        let bare = path.strip_suffix(".html").filter(|_| self.html_handling != Some("none"));
        let address = match (bare, bare.and_then(|bare| bare.strip_suffix("/index"))) {
            (_, Some(directory)) => match self.html_handling {
                Some("drop-trailing-slash") if !directory.is_empty() => directory.to_owned(),
                _ => format!("{directory}/"),
            },
            (Some(bare), None) => match self.html_handling {
                Some("force-trailing-slash") => format!("{bare}/"),
                _ => bare.to_owned(),
            },
            (None, None) => path,
        };
        encoded(&address)
    }
}

/// The `run_worker_first` of the deployment. `None` when nothing asks for one.
pub fn run_worker_first(
    table: &RouteTable,
    files: Files<'_>,
    explicit: Explicit<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<RunWorkerFirst> {
    if let (Some(routes), Some(_)) = (explicit.given, explicit.configured) {
        let span = routes.include.first().map_or(0..0, |rule| rule.span.clone());
        diagnostics.push(
            Diagnostic::warning(
                Code::RoutesJsonIgnored,
                "`_routes.json` is ignored: the configuration has `assets.run_worker_first`",
            )
            .at(&routes.source, span, "")
            .help("keep one of the two"),
        );
    }
    unreachable_spellings(table, files.assets, diagnostics);
    let mut rules = match (explicit.configured, explicit.given) {
        (Some(RunWorkerFirst::Always(true)), _) => return Some(RunWorkerFirst::Always(true)),
        (Some(RunWorkerFirst::Always(false)), _) => {
            let none = Rules::default();
            check(table, &none, &[], None, diagnostics);
            return Some(RunWorkerFirst::Always(false));
        }
        (Some(RunWorkerFirst::Rules(configured)), _) => {
            let rules = Rules::split(configured);
            check(table, &rules, &[], None, diagnostics);
            if missed(table, files.assets, &rules).is_empty() {
                return Some(RunWorkerFirst::Rules(configured.clone()));
            }
            rules
        }
        (None, Some(given)) => {
            let rules = Rules { positive: expand(&given.include), negative: expand(&given.exclude) };
            check(table, &rules, &given.exclude, Some(given), diagnostics);
            rules
        }
        (None, None) if table.0.is_empty() => return None,
        (None, None) => {
            Rules { positive: table.0.iter().flat_map(derive).collect(), negative: BTreeSet::new() }
        }
    };
    rules.positive.extend(missed(table, files.assets, &rules));
    Some(RunWorkerFirst::Rules(rules.finish(files, diagnostics)))
}

/// Rules by what they do. A path that both match goes to the assets.
#[derive(Clone, Debug, Default)]
struct Rules {
    positive: BTreeSet<String>,
    negative: BTreeSet<String>,
}

impl Rules {
    fn split(rules: &[String]) -> Self {
        let mut split = Self::default();
        for rule in rules {
            match rule.strip_prefix('!') {
                Some(rule) => split.negative.insert(rule.to_owned()),
                None => split.positive.insert(rule.clone()),
            };
        }
        split
    }

    /// One list within the limits: without rules that others cover, wider where they are too long or too many.
    fn finish(self, files: Files<'_>, diagnostics: &mut Diagnostics) -> Vec<String> {
        let asked = minimal(self.positive);
        let wanted = minimal(asked.iter().map(|rule| within_length(rule)));
        let negative = excluded(self.negative, wanted.len(), diagnostics);
        let limit = MAX_RULES - negative.len();
        let idle = || idle(files, &Matcher::of(&asked), &Matcher::of(&negative));
        let positive = match wanted == asked && wanted.len() <= limit {
            true => wanted,
            false => {
                let idle = idle();
                let positive = consolidate(&wanted, limit, &idle);
                diagnostics.extend(widened(&asked, &positive, negative.len(), &idle));
                positive
            }
        };
        positive.into_iter().chain(negative.iter().map(|rule| format!("!{rule}"))).collect()
    }
}

/// Exclusions within the limits, `beside` so many other rules. One less is a request more for the worker, which passes it on; a
/// wider one is never taken. Those with a slash at the end go first, since what is there is a redirect.
fn excluded(rules: BTreeSet<String>, beside: usize, diagnostics: &mut Diagnostics) -> Vec<String> {
    let mut rules = minimal(rules);
    let slashed = |rule: &String| rule.len() > 1 && rule.ends_with('/');
    let bare = |rules: &[String]| rules.iter().filter(|rule| !slashed(rule)).count();
    let asked = bare(&rules);
    rules.retain(|rule| rule.len() < MAX_LENGTH);
    let fitting = rules.len().min(MAX_RULES.saturating_sub(beside));
    for at in (0..rules.len()).rev() {
        if rules.len() > fitting && slashed(&rules[at]) {
            rules.remove(at);
        }
    }
    rules.truncate(MAX_RULES - 1);
    if bare(&rules) < asked {
        let message = format!("{} exclusions do not fit the platform's limits", asked - bare(&rules));
        diagnostics.push(
            Diagnostic::warning(Code::TooManyRoutingRules, message)
                .help("the worker runs for what they name; shorten them, or combine them with `*`"),
        );
    }
    rules
}

/// The paths of static files that do not run the worker and that no exclusion keeps from it, sorted.
fn idle(files: Files<'_>, positive: &Matcher, negative: &Matcher) -> Vec<String> {
    let paths: BTreeSet<String> = files.assets.iter().map(|file| files.address(&file.path)).collect();
    paths.into_iter().filter(|path| !positive.takes(path) && !negative.takes(path)).collect()
}

/// Says what rules are used in place of those that do not fit, and which static files they make run the worker.
fn widened(asked: &[String], used: &[String], beside: usize, idle: &[String]) -> Option<Diagnostic> {
    let known: BTreeSet<&String> = asked.iter().collect();
    let wider: Vec<String> = used.iter().filter(|rule| !known.contains(rule)).cloned().collect();
    let matcher = Matcher::of(&wider);
    let caught: Vec<String> = idle.iter().filter(|path| matcher.takes(path)).cloned().collect();
    let files = match caught.len() {
        0 => "no static file".to_owned(),
        1 => "1 static file".to_owned(),
        several => format!("{several} static files"),
    };
    let needed = asked.len() + beside;
    let message = match needed > MAX_RULES {
        true => format!(
            "the routes need {needed} routing rules where the platform takes {MAX_RULES}; the wider ones in their place catch {files}"
        ),
        false if caught.is_empty() => return None,
        false => format!(
            "the routes need rules of more than the {MAX_LENGTH} characters that the platform takes; the wider ones in their place \
             catch {files}"
        ),
    };
    let help = match caught.is_empty() {
        true => "nothing changes for static files; functions in fewer directories would need fewer rules",
        false => {
            "requests for these files run the worker and are billed; put functions into fewer directories, or set \
             `assets.run_worker_first`"
        }
    };
    let notes = [("wider rules", wider), ("static files", caught)];
    let notes = notes.into_iter().filter(|(_, items)| !items.is_empty());
    let mut diagnostic = Diagnostic::warning(Code::TooManyRoutingRules, message).help(help);
    diagnostic.notes.extend(notes.map(|(label, items)| Note { label, items }));
    Some(diagnostic)
}

/// The rules for one row of the table: for its path with and without the slash at the end, or for all below.
fn derive(route: &Route) -> Vec<String> {
    let dynamic = route.pattern.0.iter().position(super::Segment::is_dynamic);
    let prefix = |count: usize| {
        route.pattern.0.iter().take(count).map(|segment| format!("/{segment}")).collect::<String>()
    };
    let Some(at) = dynamic else {
        let path = prefix(route.pattern.0.len());
        return match (&route.middleware, path.is_empty()) {
            (Some(_), _) if path.is_empty() => vec!["/*".to_owned()],
            (Some(_), _) => vec![format!("{path}/*"), path],
            (None, true) => vec!["/".to_owned()],
            (None, false) => vec![format!("{path}/"), path],
        };
    };
    let before = prefix(at);
    let segment = route.pattern.0.get(at);
    let text = match segment.and_then(|segment| segment.0.first()) {
        Some(super::Piece::Text(text)) => text.as_str(),
        _ => "",
    };
    let mut rules = vec![format!("{before}/{text}*")];
    // A catch-all may be absent, with all that follows it standing directly behind what is before it.
    if segment.is_some_and(super::Segment::has_catch_all) && !before.is_empty() {
        rules.push(
            if at + 1 == route.pattern.0.len() && segment.is_some_and(|s| s.as_catch_all().is_some()) {
                before
            } else {
                format!("{before}*")
            },
        );
    }
    rules
}

/// A rule of `_routes.json` means its path with and without the slash at the end.
fn expand(rules: &[Rule]) -> BTreeSet<String> {
    let both = |rule: &Rule| {
        let text = rule.text.as_str();
        let other = match text.strip_suffix("/*").or_else(|| text.strip_suffix('/')) {
            Some(bare) => Some(bare.to_owned()),
            None if text.ends_with('*') => None,
            None => Some(format!("{text}/")),
        };
        [Some(text.to_owned()), other].into_iter().flatten().filter(|rule| !rule.is_empty())
    };
    rules.iter().flat_map(both).collect()
}

/// Rules for assets that a function matches, and that the rules match only where case does not count: the same rules, spelled as
/// the asset is.
fn missed(table: &RouteTable, assets: &[AssetFile], rules: &Rules) -> Vec<String> {
    let mut positive = Matcher::of(&rules.positive);
    let [folded, negative] = [&rules.positive, &rules.negative].map(Matcher::folded);
    let mut more = BTreeSet::new();
    for path in assets.iter().flat_map(|asset| served(&asset.path)) {
        let lower = path.to_ascii_lowercase();
        if positive.takes(&path) || !folded.takes(&lower) || negative.takes(&lower) {
            continue;
        }
        let tokens = cover::literal(&path);
        if !matched(table, &tokens) {
            continue;
        }
        for rule in rules.positive.iter().filter(|rule| cover::meets(&tokens, &cover::glob(rule))) {
            let rule = match rule.split_once('*') {
                Some((start, "")) => format!("{}*", path.get(..start.len()).unwrap_or("/")),
                _ => path.clone(),
            };
            positive.add(&rule);
            more.insert(rule);
        }
    }
    more.into_iter().collect()
}

fn matched(table: &RouteTable, path: &[Token]) -> bool {
    table.0.iter().any(|route| {
        let languages = match (&route.middleware, &route.handler) {
            (Some(_), _) => cover::below(&route.pattern),
            _ => cover::answered(&route.pattern),
        };
        languages.iter().any(|language| cover::meets(language, path))
    })
}

/// The paths that the asset server may serve a file at, under any setting of `html_handling`.
fn served(file: &str) -> BTreeSet<String> {
    let path = format!("/{}", file.trim_start_matches('/'));
    let mut paths = BTreeSet::from([path.clone()]);
    if let Some(bare) = path.strip_suffix(".html") {
        paths.extend([bare.to_owned(), format!("{bare}/")]);
        if let Some(directory) = bare.strip_suffix("/index") {
            paths.extend([directory.to_owned(), format!("{directory}/")]);
        }
    }
    paths.remove("");
    paths.iter().map(|path| encoded(path)).collect()
}

/// A path as the asset server spells it.
fn encoded(path: &str) -> String {
    let segments = path.split('/').map(|segment| utf8_percent_encode(segment, CANONICAL).to_string());
    segments.collect::<Vec<_>>().join("/")
}

/// Errors for assets whose canonical path is spelled with escapes that the pattern of a middleware is not: the
/// asset server redirects `/@me/x` to `/%40me/x`, where the middleware of `/@me` does not match.
fn unreachable_spellings(table: &RouteTable, assets: &[AssetFile], diagnostics: &mut Diagnostics) {
    let guards: Vec<(&Route, Vec<Vec<Token>>)> = table
        .0
        .iter()
        .filter(|route| route.middleware.is_some())
        .map(|route| (route, cover::below(&route.pattern)))
        .collect();
    for asset in assets.iter().filter(|_| !guards.is_empty()) {
        let path = format!("/{}", asset.path);
        let Ok(plain) =
            name::pattern(path.split('/').skip(1).filter(|segment| !segment.contains(['[', ']'])))
        else {
            continue;
        };
        let plain = plain.to_string();
        for canonical in served(&asset.path).into_iter().take(1).filter(|canonical| *canonical != plain) {
            let plain = cover::literal(&plain);
            let canonical = cover::literal(&canonical);
            let meets = |guard: &&(&Route, Vec<Vec<Token>>), path: &[Token]| {
                guard.1.iter().any(|language| cover::meets(language, path))
            };
            if let Some((route, _)) =
                guards.iter().find(|guard| meets(guard, &plain) && !meets(guard, &canonical))
            {
                let message = format!(
                    "the middleware of `{}` does not run for this asset: it is served at an encoded path",
                    route.pattern
                );
                diagnostics.push(
                    Diagnostic::error(Code::MiddlewareBypassed, message).file(asset.path.clone()).help(
                        "use letters, digits, `-`, `_` and `.` in the names of directories that have both",
                    ),
                );
            }
        }
    }
}

/// Holds explicit rules against the table.
fn check(
    table: &RouteTable,
    rules: &Rules,
    exclude: &[Rule],
    given: Option<&RoutesJson>,
    diagnostics: &mut Diagnostics,
) {
    let positive: Vec<Vec<Token>> = rules.positive.iter().map(|rule| cover::glob(rule)).collect();
    let place = |diagnostic: Diagnostic, negative: Option<&String>| match given {
        Some(given) => {
            let rule = negative
                .and_then(|text| exclude.iter().find(|rule| expand(&[(*rule).clone()]).contains(text)));
            let rule = rule.or(given.include.first());
            diagnostic.at(&given.source, rule.map_or(0..0, |rule| rule.span.clone()), "")
        }
        None => diagnostic,
    };
    for route in &table.0 {
        let languages = match &route.middleware {
            Some(_) => cover::below(&route.pattern),
            None => cover::answered(&route.pattern),
        };
        let negative = rules.negative.iter().find(|rule| {
            let glob = cover::glob(rule);
            languages.iter().any(|language| cover::meets(language, &glob))
        });
        let covered =
            languages.iter().all(|language| positive.iter().any(|rule| cover::contained(language, rule)));
        if negative.is_none() && covered {
            continue;
        }
        let pattern = &route.pattern;
        let why = match negative {
            Some(rule) => format!("the routing rules send `{rule}` to the assets"),
            None => "the routing rules do not name all of its paths".to_owned(),
        };
        let diagnostic = if let Some(middleware) = &route.middleware {
            Diagnostic::error(
                Code::MiddlewareBypassed,
                format!("requests can go around the middleware of `{pattern}` (`{}`): {why}", middleware.file),
            )
            .help("a middleware must see every request at and below its path: move it deeper, or change the rules")
        } else {
            let file = route.handler.as_ref().map_or("", |handler| handler.file.as_str());
            let message = format!("requests can go around the handler of `{pattern}` (`{file}`): {why}");
            let help = "an asset, or the page for what is not found, answers there; change the rules, or move the function";
            if pattern.0.iter().any(super::Segment::is_dynamic) {
                Diagnostic::warning(Code::HandlerBypassed, message).help(help)
            } else {
                Diagnostic::error(Code::HandlerBypassed, message).help(help)
            }
        };
        diagnostics.push(place(diagnostic, negative));
    }
}
