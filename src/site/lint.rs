//! Rules that the platform takes, and that do not do what they seem to say.
//!
//! A [`Site`] and what is known of its worker come in, diagnostics come out. Each of them claims something about all requests, so
//! where functions, placeholders or other workers may have a say, nothing is said.

use super::{Redirect, Site};
use crate::diagnostic::{Diagnostics, Source};
use crate::project::RunWorkerFirst;
use crate::route::rules::{Matcher, Reach};
use crate::route::{RouteTable, cover};

mod addresses;
mod functions;
mod never;
mod onward;
mod rewrite;
#[cfg(test)]
mod tests;

/// What there is to look at.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The files and the rules.
    pub site: &'a Site<'a>,
    /// `_headers`.
    pub headers: Option<&'a Source>,
    /// `_redirects`.
    pub redirects: Option<&'a Source>,
    /// The functions; `None` where the worker is one of the project's own, which can answer anything.
    pub functions: Option<&'a RouteTable>,
    /// Which requests run the worker before the static files are asked.
    pub first: Option<&'a RunWorkerFirst>,
    /// Whether other workers may answer some paths of the same hosts.
    pub is_shared: bool,
}

/// Looks at all rules.
pub fn lint(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let worker = Worker::of(facts);
    if let Some(source) = facts.headers {
        never::headers(facts.site, source, diagnostics);
        functions::headers(facts, source, &worker, diagnostics);
    }
    if let Some(source) = facts.redirects {
        never::redirects(facts.site, source, diagnostics);
        let seeds = rewrite::shadowed(facts.site, source, diagnostics);
        onward::redirects(facts, source, &worker, seeds, diagnostics);
    }
}

/// The worker, as far as it decides what becomes of a request.
struct Worker {
    /// What functions may answer; `None` where that can be anything.
    reach: Option<Reach>,
    always: bool,
    /// What runs the worker before the static files are asked, and what does not.
    first: [Vec<String>; 2],
    matchers: [Matcher; 2],
}

impl Worker {
    fn of(facts: &Facts<'_>) -> Self {
        let rules = match facts.first {
            Some(RunWorkerFirst::Rules(rules)) => rules.as_slice(),
            Some(RunWorkerFirst::Always(_)) | None => &[],
        };
        let chosen = |negative: bool| {
            let chosen = rules.iter().filter(|rule| rule.starts_with('!') == negative);
            chosen.map(|rule| rule.trim_start_matches('!').to_owned()).collect()
        };
        let first: [Vec<String>; 2] = [chosen(false), chosen(true)];
        Self {
            reach: facts.functions.map(Reach::of),
            always: facts.first == Some(&RunWorkerFirst::Always(true)),
            matchers: first.each_ref().map(Matcher::of),
            first,
        }
    }

    /// Whether the worker may answer a path at all.
    fn may_answer(&self, path: &str) -> bool {
        self.reach.as_ref().is_none_or(|reach| reach.takes(path))
    }

    /// Whether it may do so before a rule of `_redirects` is looked at.
    fn may_come_first(&self, path: &str) -> bool {
        let [positive, negative] = &self.matchers;
        self.may_answer(path) && (self.always || positive.takes(path) && !negative.takes(path))
    }

    /// Whether all paths of a language run the worker first.
    fn comes_first(&self, language: &[cover::Token]) -> bool {
        let [positive, negative] = &self.first;
        let kept = || negative.iter().any(|rule| cover::meets(language, &cover::glob(rule)));
        self.always || positive.iter().any(|rule| cover::contained(language, &cover::glob(rule))) && !kept()
    }
}

/// A path that a rule of `_redirects` matches, made with a word that no rule has.
fn example(rule: &Redirect) -> String {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut path = String::new();
    let mut rest = rule.from.replace('*', WORD);
    while let Some(at) = rest.find(':') {
        let after = &rest[at + 1..];
        path.push_str(&rest[..at]);
        let end = after.find(|letter| !is_word(letter)).unwrap_or(after.len());
        match after.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            true => path.push_str(WORD),
            false => {
                path.push(':');
                path.push_str(&after[..end]);
            }
        }
        rest = after[end..].to_owned();
    }
    path + &rest
}

const WORD: &str = "example";

/// A rule's text as a person reads it.
fn told(rule: &Redirect) -> String {
    format!("{} {} {}", rule.from, rule.to, rule.status)
}
