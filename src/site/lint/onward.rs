//! Where the rules of `_redirects` lead in the end: in circles, or to nothing.
//!
//! Rules, files and what is known of the worker come in, diagnostics come out. A browser is followed from a path that the rule
//! matches; what is claimed was seen on that way.

use std::collections::BTreeSet;

use super::{Facts, Worker, example, told};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Source};
use crate::site::{NotFoundHandling, Request, Served, Site, What};

/// A way that has not come to an end by then never will: no browser goes on for so long.
const LONGEST: usize = 100;

/// So many rules can send a browser on without end; more may just be a long way.
const MOST_RULES: usize = 4;

/// Looks at all rules, from an example of each and from paths that are worth a look.
pub(super) fn redirects(
    facts: &Facts<'_>,
    source: &Source,
    worker: &Worker,
    seeds: Vec<String>,
    diagnostics: &mut Diagnostics,
) {
    let rules = facts.site.redirect_rules();
    let mut walker =
        Walker { site: facts.site, source, worker, settled: BTreeSet::new(), told: BTreeSet::new() };
    let examples: Vec<String> = rules.iter().map(example).collect();
    for path in seeds.iter().chain(&examples) {
        diagnostics.extend(walker.walk(path));
    }
    for (at, path) in examples.iter().enumerate() {
        diagnostics.extend(nothing(facts, source, worker, at, path));
    }
}

struct Walker<'a> {
    site: &'a Site<'a>,
    source: &'a Source,
    worker: &'a Worker,
    /// Paths of which everything is said.
    settled: BTreeSet<String>,
    /// Rules of circles that were told.
    told: BTreeSet<Vec<usize>>,
}

/// A path and the rule that leads on from it, where it is not the platform's own doing.
type Step = (String, Option<usize>);

impl Walker<'_> {
    /// Follows a browser until it gets an answer, or until it is clear that it gets none.
    fn walk(&mut self, from: &str) -> Option<Diagnostic> {
        let mut way: Vec<Step> = Vec::new();
        let mut path = from.to_owned();
        let turn = loop {
            if self.settled.contains(&path) || self.worker.may_come_first(&path) {
                break None;
            }
            let Some((rule, next)) = onward(self.site, &path) else { break None };
            way.push((path, rule));
            if let Some(at) = way.iter().position(|(path, _)| *path == next) {
                break Some((at, false));
            }
            if way.len() == LONGEST {
                break grows(&way).then_some((LONGEST / 2, true));
            }
            path = next;
        };
        self.settled.extend(way.iter().map(|(path, _)| path.clone()));
        let (at, goes_on) = turn?;
        let circle = &way[at..];
        let rules: BTreeSet<usize> = circle.iter().filter_map(|(_, rule)| *rule).collect();
        let rules: Vec<usize> = rules.into_iter().collect();
        let first = *rules.first()?;
        let shown = if goes_on { &way[..] } else { circle };
        self.told.insert(rules.clone()).then(|| self.told(shown, goes_on, &rules, first))
    }

    fn told(&self, circle: &[Step], goes_on: bool, rules: &[usize], first: usize) -> Diagnostic {
        // A circle has no start, so it is told from the path of its first rule.
        let start =
            circle.iter().position(|(_, rule)| *rule == Some(first)).filter(|_| !goes_on).unwrap_or(0);
        let paths = circle.iter().cycle().skip(start).map(|(path, _)| format!("`{path}`"));
        let shown: Vec<String> = paths.take(circle.len().min(3) + 1).collect();
        let message = match goes_on {
            true => format!("browsers are sent on without end: {} and so on", shown[..3].join(" -> ")),
            false if circle.len() > 3 => {
                format!("browsers are sent in a circle: {} and so on", shown.join(" -> "))
            }
            false => format!("browsers are sent in a circle: {}", shown.join(" -> ")),
        };
        let all = self.site.redirect_rules();
        let mut diagnostic = Diagnostic::warning(Code::RedirectLoop, message);
        for (at, rule) in rules.iter().take(3).enumerate() {
            let text = if at == 0 { "this rule leads on" } else { "and so does this one" };
            diagnostic = diagnostic.at(self.source, all[*rule].span.clone(), text);
        }
        diagnostic.help(
            match circle.iter().any(|(_, rule)| rule.is_none()) || circle.len() == 1 && !goes_on {
                true => "the platform leaves out `.html` and `/index` by itself; name the path that is left",
                false => "let one of the rules lead to a path that no rule matches",
            },
        )
    }
}

/// Whether a long way is one of few rules that make the path longer and longer.
fn grows(way: &[Step]) -> bool {
    let late = &way[way.len() / 2..];
    let rules: BTreeSet<Option<usize>> = late.iter().map(|(_, rule)| *rule).collect();
    let length = |step: Option<&Step>| step.map_or(0, |(path, _)| path.len());
    rules.len() <= MOST_RULES && length(late.last()) > length(late.first()) + LONGEST / 4
}

/// The path that a browser goes on with, where it stays on the host, and the rule that says so.
fn onward(site: &Site<'_>, path: &str) -> Option<(Option<usize>, String)> {
    let served = seen(site, path)?;
    let rewrite = served.rewrite.map(|(rule, _)| rule);
    match served.what {
        What::Redirect { rule, location } => Some((Some(rule), local(&location)?)),
        What::Respelled { location } => Some((rewrite, local(&location)?)),
        _ => None,
    }
}

fn seen(site: &Site<'_>, path: &str) -> Option<Served> {
    Some(site.found(&Request::new("GET", path).ok()?, site.not_found_handling))
}

/// The path of a location on the same host.
fn local(location: &str) -> Option<String> {
    let path = location.split(['?', '#']).next()?;
    (path.starts_with('/') && !path.starts_with("//")).then(|| path.to_owned())
}

/// Says that a rule leads to a path where nothing is.
fn nothing(facts: &Facts<'_>, source: &Source, worker: &Worker, at: usize, from: &str) -> Option<Diagnostic> {
    let site = facts.site;
    let rule = &site.redirect_rules()[at];
    let is_filled = rule.is_dynamic() && rule.to.contains(':');
    let served = seen(site, from).filter(|_| !is_filled && !rule.to.starts_with("/cdn-cgi/"))?;
    let is_nothing = |served: &Served| match served.what {
        What::NotFound => true,
        What::Fallback(_) => site.not_found_handling == NotFoundHandling::Page,
        _ => false,
    };
    let (to, label) = match &served.what {
        What::Redirect { rule, location } if *rule == at => {
            let to = local(location).filter(|to| !facts.is_shared && !worker.may_answer(to))?;
            seen(site, &to).filter(is_nothing)?;
            (to, "no file, no function and no other rule is for that path")
        }
        _ => {
            let (_, to) = served.rewrite.as_ref().filter(|(rule, _)| *rule == at && is_nothing(&served))?;
            (to.clone(), "a rewrite leads to a static file, and none is at that path")
        }
    };
    let message = format!("`{}` leads to nothing: there is no `{to}`", told(rule));
    Some(
        Diagnostic::warning(Code::RedirectToNothing, message)
            .at(source, rule.span.clone(), label)
            .help("correct the path, or remove the rule"),
    )
}
