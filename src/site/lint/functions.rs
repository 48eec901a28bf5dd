//! Rules of `_headers` for what functions answer, where the platform does not look at them.
//!
//! Rules, functions and files come in, diagnostics come out.

use super::addresses::Addresses;
use super::{Facts, Worker};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Source};
use crate::route::cover::{self, Token};
use crate::route::{Pattern, RouteTable};
use crate::site::Rule;

pub(super) fn headers(facts: &Facts<'_>, source: &Source, worker: &Worker, diagnostics: &mut Diagnostics) {
    let Some(table) = facts.functions.filter(|table| !table.0.is_empty()) else { return };
    let answered = answered(table);
    let mut addresses = None;
    for (at, rule) in facts.site.applicable() {
        let language = rule.language();
        let answers = |(_, one): &&(&Pattern, Vec<Token>)| cover::contained(&language, one);
        let Some((pattern, _)) = answered.iter().find(answers) else { continue };
        let path = &facts.site.header_rules()[*at].path;
        let addresses = addresses.get_or_insert_with(|| Addresses::all(facts.site));
        if !worker.comes_first(&language) || meets_file(path, addresses) {
            continue;
        }
        let message = format!("`{path}` matches no static file, and headers are set on nothing else");
        let answer = format!("the function of `{pattern}` answers all that it matches");
        diagnostics.push(
            Diagnostic::warning(Code::HeadersOnFunctions, message)
                .at(source, facts.site.header_rules()[*at].span.clone(), answer)
                .help("set the headers in the function, or in a middleware before it"),
        );
    }
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
    let path = path.strip_prefix("https://").and_then(|rest| rest.get(rest.find('/')?..)).unwrap_or(path);
    let Some(rule) = Rule::new(path) else { return true };
    let start = path.split(['*', ':']).next().unwrap_or("");
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let end = match path.rsplit_once(['*', ':']) {
        Some((_, end)) => end.trim_start_matches(is_word),
        None => path,
    };
    let mut near = addresses.within(start, end);
    near.any(|path| rule.captures(None, path).is_some())
}
