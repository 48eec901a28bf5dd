//! Rules of `_headers` for what functions answer, where the platform does not look at them.
//!
//! Rules, functions and files come in, diagnostics come out.

use super::addresses::Addresses;
use super::{Facts, Worker};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Source};
use crate::route::cover::{self, Token};
use crate::route::{Pattern, RouteTable};
use crate::site::{HeaderRule, Rule};

pub(super) fn headers(facts: &Facts<'_>, source: &Source, worker: &Worker, diagnostics: &mut Diagnostics) {
    let Some(table) = facts.functions.filter(|table| !table.0.is_empty()) else { return };
    let answered = answered(table);
    let rules = facts.site.header_rules();
    let of_function = |(at, rule): &(usize, Rule)| {
        let language = rule.language();
        let mut answers = answered.iter().filter(|(_, one)| cover::contained(&language, one));
        let (pattern, _) = answers.next().filter(|_| worker.comes_first(&language))?;
        Some((&rules[*at], *pattern))
    };
    let suspects: Vec<(&HeaderRule, &Pattern)> =
        facts.site.applicable().iter().filter_map(of_function).collect();
    let starts: Vec<&str> = suspects.iter().map(|(rule, _)| start(&rule.path)).collect();
    let addresses = Addresses::all(facts.site, &starts);
    for (rule, pattern) in suspects {
        let path = &rule.path;
        if meets_file(path, &addresses) {
            continue;
        }
        let message = format!("`{path}` matches no static file, and headers are set on nothing else");
        let answer = format!("the function of `{pattern}` answers all that it matches");
        diagnostics.push(
            Diagnostic::warning(Code::HeadersOnFunctions, message)
                .at(source, rule.span.clone(), answer)
                .help("set the headers in the function, or in a middleware before it"),
        );
    }
}

/// The path of a rule, without its host.
fn local(path: &str) -> &str {
    path.strip_prefix("https://").and_then(|rest| rest.get(rest.find('/')?..)).unwrap_or(path)
}

/// What all paths of a rule start with.
fn start(path: &str) -> &str {
    local(path).split(['*', ':']).next().unwrap_or("")
}

/// The paths that handlers answer, of whatever method browsers ask with.
fn answered(table: &RouteTable) -> Vec<(&Pattern, Vec<Token>)> {
    let reads = |method: &Option<String>| method.as_deref().is_none_or(|method| method == "GET");
    let handlers = table.0.iter().filter(|route| route.handler.is_some() && reads(&route.method));
    let languages = handlers
        .flat_map(|route| cover::answered(&route.pattern).into_iter().map(move |one| (&route.pattern, one)));
    languages.collect()
}

/// Whether the rule matches a path that leads to a file, on some host.
fn meets_file(path: &str, addresses: &Addresses<'_>) -> bool {
    let (start, path) = (start(path), local(path));
    let Some(rule) = Rule::new(path) else { return true };
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let end = match path.rsplit_once(['*', ':']) {
        Some((_, end)) => end.trim_start_matches(is_word),
        None => path,
    };
    let mut near = addresses.within(start, end);
    near.any(|path| rule.captures(None, path).is_some())
}
