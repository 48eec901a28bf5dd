//! Whether a path is among those of a list of rules, in a time that the path decides and not the list.

use std::collections::BTreeSet;

use crate::route::RouteTable;
use crate::route::cover::{self, Token};

/// The paths that functions may answer, or stand before.
#[derive(Clone, Debug, Default)]
pub struct Reach(Matcher);

impl Reach {
    /// Those of a table.
    pub fn of(table: &RouteTable) -> Self {
        let rules: Vec<String> = table.0.iter().flat_map(super::derive).collect();
        Self(Matcher::folded(&rules))
    }

    /// Whether a path may be among them. It may say yes where the answer is no.
    pub fn takes(&self, path: &str) -> bool {
        // Middleware sees a path with repeated slashes as the asset server does.
        let mut path = path.to_ascii_lowercase();
        if self.0.takes(&path) {
            return true;
        }
        while path.contains("//") {
            path = path.replace("//", "/");
        }
        self.0.takes(&path)
    }
}

/// Rules in the form in which paths are looked up.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    /// Rules without `*`.
    exact: BTreeSet<String>,
    /// What stands before the `*` of rules that have one, at their end.
    starts: BTreeSet<String>,
    lengths: BTreeSet<usize>,
    /// All others.
    globs: Vec<Vec<Token>>,
}

impl Matcher {
    /// Rules as they are.
    pub fn of<'a>(rules: impl IntoIterator<Item = &'a String>) -> Self {
        let mut matcher = Self::default();
        rules.into_iter().for_each(|rule| matcher.add(rule));
        matcher
    }

    /// The same for rules and paths in lower case.
    pub(super) fn folded<'a>(rules: impl IntoIterator<Item = &'a String>) -> Self {
        let mut matcher = Self::default();
        rules.into_iter().for_each(|rule| matcher.add(&rule.to_ascii_lowercase()));
        matcher
    }

    pub(super) fn add(&mut self, rule: &str) {
        match rule.split_once('*') {
            None => _ = self.exact.insert(rule.to_owned()),
            Some((start, "")) => {
                self.lengths.insert(start.len());
                self.starts.insert(start.to_owned());
            }
            Some(_) => self.globs.push(cover::glob(rule)),
        }
    }

    /// Whether one of them matches.
    pub fn takes(&self, path: &str) -> bool {
        let starts = |length: &usize| path.get(..*length).is_some_and(|start| self.starts.contains(start));
        self.exact.contains(path)
            || self.lengths.iter().any(starts)
            || self.globs.iter().any(|glob| cover::contained(&cover::literal(path), glob))
    }
}
