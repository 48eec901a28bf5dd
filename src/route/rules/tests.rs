//! Properties of consolidated rules: they fit, cover all that was wanted, and are the cheapest that do.

use std::time::Instant;

use proptest::prelude::*;

use super::consolidate::{consolidate, minimal, within_length};
use super::matcher::Matcher;
use super::{Explicit, Files, MAX_LENGTH, MAX_RULES, run_worker_first};
use crate::asset::AssetFile;
use crate::diagnostic::{Code, Diagnostics};
use crate::project::RunWorkerFirst;
use crate::route::{FunctionExports, table};

fn covers(wide: &str, rule: &str) -> bool {
    wide == rule || wide.strip_suffix('*').is_some_and(|start| rule.starts_with(start))
}

/// The paths that run the worker from then on, and the rules that are no longer there.
fn cost(rules: &[String], used: &[String], idle: &[String]) -> (usize, usize) {
    let matcher = Matcher::of(used);
    let caught = idle.iter().filter(|path| matcher.takes(path)).count();
    (caught, rules.iter().filter(|rule| !used.contains(rule)).count())
}

/// The least cost of all lists that fit, by trying them.
fn cheapest(rules: &[String], limit: usize, idle: &[String]) -> (usize, usize) {
    let starts = |rule: &String| {
        let literal = rule.split('*').next().unwrap().to_owned();
        (1..=literal.len()).map(move |end| format!("{}*", &literal[..end])).collect::<Vec<_>>()
    };
    let mut wide: Vec<String> = rules.iter().flat_map(starts).collect();
    wide.sort();
    wide.dedup();
    wide.retain(|wide| rules.iter().filter(|rule| covers(wide, rule)).count() > 1);
    let lists = (0..1_usize << wide.len()).map(|chosen| {
        let chosen = wide.iter().enumerate().filter(|(at, _)| chosen >> at & 1 == 1).map(|(_, rule)| rule);
        minimal(rules.iter().chain(chosen).cloned())
    });
    lists.filter(|list| list.len() <= limit).map(|list| cost(rules, &list, idle)).min().unwrap()
}

fn rule() -> impl Strategy<Value = String> {
    let text = "/[ab]{0,2}(/[ab]{0,1})?";
    prop_oneof![4 => text, 2 => text.prop_map(|start| start + "*"), 1 => "/[ab]\\*[ab]"]
}

fn asset(path: String) -> AssetFile {
    AssetFile { file: path.clone().into(), path }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_chosen_is_the_cheapest(
        rules in proptest::collection::vec(rule(), 1..9),
        idle in proptest::collection::vec("/[ab]{1,3}(/[ab]{0,2})?", 0..9),
        limit in 1..6_usize,
    ) {
        let rules = minimal(rules);
        let now = Matcher::of(&rules);
        let mut idle: Vec<String> = idle.into_iter().filter(|path| !now.takes(path)).collect();
        idle.sort();
        idle.dedup();
        let used = consolidate(&rules, limit, &idle);
        prop_assert!(used.len() <= limit);
        prop_assert_eq!(&used, &minimal(used.clone()));
        for rule in &rules {
            prop_assert!(used.iter().any(|wide| covers(wide, rule)), "{} in {:?}", rule, used);
        }
        prop_assert_eq!(cost(&rules, &used, &idle), cheapest(&rules, limit, &idle), "{:?} from {:?}", used, rules);
        for wide in used.iter().filter(|rule| !rules.contains(rule)) {
            let undone = used.len() - 1 + rules.iter().filter(|rule| covers(wide, rule)).count();
            prop_assert!(undone > limit, "{} could be undone in {:?}", wide, used);
        }
    }

    #[test]
    fn no_rule_is_too_long(rule in "/[a-zé/]{90,120}\\*?") {
        let cut = within_length(&rule);
        prop_assert!(cut.len() <= MAX_LENGTH && covers(&cut, &rule));
        prop_assert!(cut == rule || cut.len() + 2 > MAX_LENGTH - 1);
    }
}

#[test]
fn stars_that_say_nothing_more_do_not_hide_each_other() {
    let rules = ["/a*", "/a**", "/a***b"].map(str::to_owned);
    assert_eq!(minimal(rules), ["/a*"]);
}

#[test]
fn a_large_site_is_quick() {
    let exports = |at: usize| FunctionExports {
        file: format!("area{}/group{}/page{at}.js", at % 7, at % 90),
        exports: vec!["onRequest".to_owned()],
    };
    let functions: Vec<FunctionExports> = (0..2_000).map(exports).collect();
    let table = table("functions", &functions, &mut Diagnostics::default());
    let path = |at: usize| format!("Area{}/group{}/@{at}.html", at % 9, at % 400);
    let assets: Vec<AssetFile> = (0..20_000).map(|at| asset(path(at).to_lowercase())).collect();
    let mut diagnostics = Diagnostics::default();
    let start = Instant::now();
    let files = Files { assets: &assets, html_handling: None };
    let rules = run_worker_first(&table, files, Explicit::default(), &mut diagnostics);
    let elapsed = start.elapsed();
    let Some(RunWorkerFirst::Rules(rules)) = rules else { panic!("no rules") };
    assert_eq!(rules.len(), MAX_RULES);
    let said = diagnostics.into_sorted();
    let codes: Vec<Code> = said.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, [Code::TooManyRoutingRules]);
    eprintln!("{} in {elapsed:?}", said[0].message);
    // A release takes a tenth of it. What multiplies files by routes takes minutes.
    assert!(elapsed.as_secs() < 20, "{elapsed:?}");
}
