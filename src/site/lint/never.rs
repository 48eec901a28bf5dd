//! Rules that never match, or never count.
//!
//! A site and the source of its rules come in, diagnostics come out.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Source};
use crate::site::{Rule, Site};

fn never(source: &Source, span: Range<usize>, why: impl Into<String>) -> Diagnostic {
    Diagnostic::warning(Code::UnreachableRule, why).at(source, span, "this never counts")
}

/// Rules of `_headers`.
pub(super) fn headers(site: &Site<'_>, source: &Source, diagnostics: &mut Diagnostics) {
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, rule) in site.header_rules().iter().enumerate() {
        last.insert(&rule.path, at);
    }
    for (at, rule) in site.header_rules().iter().enumerate() {
        let span = rule.span.clone();
        let later = last.get(rule.path.as_str()).filter(|later| **later != at);
        if let Some(later) = later.and_then(|later| site.header_rules().get(*later)) {
            let why = format!("a later rule for `{}` takes the place of this one", rule.path);
            diagnostics.push(
                never(source, span, why)
                    .at(source, later.span.clone(), "the rule that counts")
                    .help("put the headers of both under one path"),
            );
        } else if let Some((why, help)) = unmatched(&rule.path) {
            diagnostics.push(never(source, span, why).help(help));
        }
    }
}

/// Rules of `_redirects`.
pub(super) fn redirects(site: &Site<'_>, source: &Source, diagnostics: &mut Diagnostics) {
    let rules = site.redirect_rules();
    for (at, rule) in rules.iter().enumerate() {
        if let Some((why, help)) = unmatched(&rule.from).filter(|_| site.fixed(&rule.from) != Some(at)) {
            diagnostics.push(never(source, rule.span.clone(), why).help(help));
        } else if rule.from.contains('\\') {
            diagnostics.push(never(source, rule.span.clone(), BACKSLASH.0).help(BACKSLASH.1));
        }
    }
    let tried = site.tried();
    for (place, (at, rule)) in tried.iter().enumerate() {
        let from = rules[*at].from.as_str();
        let covers = |(other, earlier): &&(usize, Rule)| {
            from.starts_with(start(&rules[*other].from)) && earlier.covers(rule)
        };
        let Some((earlier, _)) = tried[..place].iter().find(covers) else { continue };
        let earlier = &rules[*earlier];
        let why = format!("`{from}` is never reached: `{}` matches all of it before", earlier.from);
        diagnostics.push(
            never(source, rules[*at].span.clone(), why)
                .at(source, earlier.span.clone(), "the rule that counts")
                .help("put the narrower rule first"),
        );
    }
}

/// What all paths of a rule start with.
fn start(path: &str) -> &str {
    path.split(['*', ':']).next().unwrap_or(path)
}

const BACKSLASH: (&str, &str) =
    ("no request has a `\\` in its path: browsers send a slash for it", "write `/`, or `%5C`");

/// Why no request ever matches a path, and what to do.
fn unmatched(path: &str) -> Option<(&'static str, &'static str)> {
    if Rule::new(path).is_none() {
        return Some((
            "the platform drops this rule and says nothing: a placeholder or `*` comes twice, or under one name",
            "call each placeholder something else; `*` is `:splat`",
        ));
    }
    let host = path.strip_prefix("https://")?.split('/').next()?;
    let literal = host.split(':').enumerate().flat_map(|(at, part)| {
        let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let name = if at > 0 { part.find(|letter| !is_word(letter)).unwrap_or(part.len()) } else { 0 };
        part[name..].chars()
    });
    literal
        .into_iter()
        .any(|letter| letter.is_ascii_uppercase() || !letter.is_ascii() || letter == '@')
        .then_some((
            "no request is for this host: hosts are compared in lower case, in ASCII and without a user",
            "write the host in lower case, and in its `xn--` form where it has other letters",
        ))
}
