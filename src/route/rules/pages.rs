//! The `include` list that Pages would generate.
//!
//! The table comes in; the rules come out, equal to those of `wrangler pages functions build`
//! (`convertRoutesToRoutesJSONSpec`) as a set: consolidated, 100 at most, the least specific first.

use std::cmp::Ordering;

use super::{MAX_LENGTH, MAX_RULES};
use crate::route::RouteTable;

/// The rules of a generated `_routes.json`; its `exclude` is always empty.
pub fn include(table: &RouteTable) -> Vec<String> {
    let mut rules: Vec<String> = Vec::new();
    for route in table.0.iter().rev() {
        let path = route.pattern.to_string();
        let mut rule = match path.split_once(':') {
            Some((before, _)) => format!("{before}*"),
            None => path,
        };
        if route.middleware.is_some() && !rule.ends_with('*') {
            rule = if rule.ends_with('/') { format!("{rule}*") } else { format!("{rule}/*") };
        }
        let rule = shorten(&rule);
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    let covered = |rule: &String| {
        let wider = |other: &String| {
            let start = other.strip_suffix('*').filter(|start| start.ends_with('/'));
            other != rule && start.is_some_and(|start| rule.starts_with(start))
        };
        rules.iter().any(wider)
    };
    let mut rules: Vec<String> = rules.iter().filter(|rule| !covered(rule)).cloned().collect();
    if rules.len() > MAX_RULES {
        rules = vec!["/*".to_owned()];
    }
    rules.sort_by(|a, b| order(b, a));
    rules
}

/// Cuts a rule that is too long at a slash: `/aaa/bbb` becomes `/aaa/*`.
pub(super) fn shorten(rule: &str) -> String {
    if rule.len() <= MAX_LENGTH {
        return rule.to_owned();
    }
    let fits = rule.match_indices('/').map(|(at, _)| at).rfind(|at| at + 2 <= MAX_LENGTH && *at > 0);
    fits.map_or_else(|| "/*".to_owned(), |at| format!("{}/*", &rule[..at]))
}

fn order(a: &str, b: &str) -> Ordering {
    let segments = |rule: &str| rule.split('/').filter(|segment| !segment.is_empty()).count();
    let wild = |rule: &str| -> Vec<bool> {
        rule.split('/').filter(|segment| !segment.is_empty()).map(|segment| segment.contains('*')).collect()
    };
    segments(b).cmp(&segments(a)).then_with(|| wild(a).cmp(&wild(b))).then_with(|| a.cmp(b))
}
