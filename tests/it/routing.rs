//! A project's own `_routes.json` and the `run_worker_first` made of it: both are asked for random paths, each through the code
//! of the platform that reads it.
//!
//! `PAGESBUILD_TEST_CASES` asks for more files than usual.

use std::io::Write;
use std::process::Stdio;

use pagesbuild::asset::AssetFile;
use pagesbuild::diagnostic::{Code, Diagnostics, Source};
use pagesbuild::project::RunWorkerFirst;
use pagesbuild::route::rules::{Explicit, Files, run_worker_first};
use pagesbuild::route::{self, FunctionExports};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::npm;

/// A project: what its `_routes.json` lists, its functions, its static files, and the paths to ask for.
#[derive(Debug)]
struct Case {
    include: Vec<String>,
    exclude: Vec<String>,
    functions: Vec<String>,
    assets: Vec<String>,
    paths: Vec<String>,
}

/// What is made of a case here. No rules where the file is refused.
struct Ours {
    rules: Option<Vec<String>>,
    guards: Vec<String>,
    codes: Vec<Code>,
}

/// What the platform makes of it; see `site/routing.mjs`.
#[derive(Debug, Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Theirs {
    refused: bool,
    invalid: Option<String>,
    pages: Vec<bool>,
    workers: Vec<bool>,
    excluded: Vec<bool>,
    guarded: Vec<bool>,
}

impl Case {
    fn json(&self) -> Value {
        json!({ "version": 1, "include": self.include, "exclude": self.exclude })
    }

    fn ours(&self) -> Ours {
        let mut diagnostics = Diagnostics::default();
        let exports =
            |file: &String| FunctionExports { file: file.clone(), exports: vec!["onRequest".to_owned()] };
        let functions: Vec<FunctionExports> = self.functions.iter().map(exports).collect();
        let table = route::table("functions", &functions, &mut Diagnostics::default());
        let assets: Vec<AssetFile> =
            self.assets.iter().map(|path| AssetFile { path: path.clone(), file: path.into() }).collect();
        let given =
            route::parse_routes_json(&Source::new("_routes.json", self.json().to_string()), &mut diagnostics);
        let rules = given.map(|given| {
            let explicit = Explicit { given: Some(&given), configured: None };
            let files = Files { assets: &assets, html_handling: None };
            match run_worker_first(&table, files, explicit, &mut diagnostics) {
                Some(RunWorkerFirst::Rules(rules)) => rules,
                other => panic!("{other:?} of {self:?}"),
            }
        });
        let guards = table.0.iter().filter(|route| route.middleware.is_some());
        Ours {
            rules,
            guards: guards.map(|route| route.pattern.to_string()).collect(),
            codes: diagnostics.into_sorted().iter().map(|diagnostic| diagnostic.code).collect(),
        }
    }

    /// Whether a path may run the worker here and not on Pages: `docs/routing.md` says why.
    fn differs(&self, path: &str, codes: &[Code]) -> bool {
        let lower = path.to_ascii_lowercase();
        let folded = |rule: &String| matches(&rule.to_ascii_lowercase(), &lower);
        let has_both = !self.assets.is_empty() && !self.functions.is_empty();
        let in_another_case = has_both && self.include.iter().any(folded);
        // Such a rule has no room for the slash at its end, which it means as well.
        let too_long = |rule: &String| rule.len() == 100 && path.starts_with(&rule[..99]);
        // The form with the slash is given up first.
        let many = self.include.len() + self.exclude.len() > 50;
        let slashed =
            |rule: &String| (many || rule.len() == 99) && path.ends_with('/') && matches(rule, path);
        let widened = codes.contains(&Code::TooManyRoutingRules);
        in_another_case || widened || self.include.iter().any(too_long) || self.exclude.iter().any(slashed)
    }
}

/// The whole of a rule's meaning on Pages.
fn matches(rule: &str, path: &str) -> bool {
    fn glob(rule: &[u8], path: &[u8]) -> bool {
        match (rule, path) {
            ([], []) => true,
            ([b'*', rest @ ..], _) if glob(rest, path) => true,
            ([b'*', ..], [_, tail @ ..]) => glob(rule, tail),
            ([byte, rest @ ..], [first, tail @ ..]) => byte == first && glob(rest, tail),
            _ => false,
        }
    }
    let other = match rule.strip_suffix("/*").or_else(|| rule.strip_suffix('/')) {
        Some(bare) => bare.to_owned(),
        None => format!("{rule}/"),
    };
    [rule, &other].iter().any(|rule| glob(rule.as_bytes(), path.as_bytes()))
}

fn ask(cases: &[Case], ours: &[Ours]) -> Vec<Theirs> {
    let asked: Vec<Value> = cases
        .iter()
        .zip(ours)
        .map(|(case, ours)| {
            json!({ "json": case.json(), "rules": ours.rules, "guards": ours.guards, "paths": case.paths })
        })
        .collect();
    let mut command = npm::command("site/routing.mjs");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(json!(asked).to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn segment() -> impl Strategy<Value = String> {
    let known =
        prop::sample::select(vec!["a", "api", "Api", "API", "b", "docs", "x.y", "v1", "%C3%A9", "a-b"]);
    known.prop_map(str::to_owned)
}

fn rule() -> impl Strategy<Value = String> {
    let tail = prop::sample::select(vec!["", "", "/", "/*", "/*", "*", "/*/", "*x", "/*/b"]);
    let rule = (prop::collection::vec(segment(), 0..3), tail).prop_map(|(segments, tail)| {
        let path: String = segments.iter().map(|segment| format!("/{segment}")).collect();
        format!("{path}{tail}")
    });
    let long = (96..102_usize, any::<bool>()).prop_map(|(length, star)| {
        let path = format!("/api/{}", "x".repeat(length - 5));
        if star { format!("{}*", &path[..length - 1]) } else { path }
    });
    prop_oneof![30 => rule.prop_map(|rule| if rule.is_empty() { "/".to_owned() } else { rule }), 1 => long, 1 => Just("a".to_owned())]
}

fn function() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        6 => segment().prop_filter("a name as it is", |name| !name.contains('%')),
        1 => Just("[id]".to_owned()),
        1 => Just("[[rest]]".to_owned()),
    ];
    let leaf = prop::sample::select(vec!["_middleware", "index", "a", "[id]", "[[path]]"]);
    (prop::collection::vec(name, 0..3), leaf).prop_map(|(mut names, leaf)| {
        names.push(leaf.to_owned());
        format!("{}.js", names.join("/"))
    })
}

fn case() -> impl Strategy<Value = Case> {
    let asset = (
        prop::collection::vec(segment(), 1..4),
        prop::sample::select(vec!["", ".html", ".png", "/index.html"]),
    )
        .prop_map(|(segments, end)| format!("{}{end}", segments.join("/").replace("%C3%A9", "é")));
    let many = prop_oneof![20 => 0..5_usize, 1 => 90..140_usize];
    let lists = many.prop_flat_map(|more| {
        let numbered: Vec<String> = (0..more.saturating_sub(5)).map(|at| format!("/n{at}/page")).collect();
        (
            prop_oneof![2 => prop::collection::vec(rule(), 0..4), 1 => Just(vec!["/*".to_owned()])],
            prop::collection::vec(rule(), 0..4),
            Just(numbered),
            any::<bool>(),
        )
    });
    let lists = lists.prop_map(|(mut include, mut exclude, numbered, included)| {
        if included {
            include.extend(numbered)
        } else {
            exclude.extend(numbered)
        }
        (include, exclude)
    });
    let functions = prop::collection::vec(function(), 0..4);
    let near = prop::collection::vec((any::<prop::sample::Index>(), 0..8_usize, "(/?[ab.x/-]{0,4})?"), 24);
    (lists, functions, prop::collection::vec(asset, 0..5), near).prop_map(
        |((include, exclude), functions, assets, near)| {
            let asset_paths = assets.iter().map(|path| format!("/{}", path.replace('é', "%C3%A9")));
            let of_assets: Vec<String> = asset_paths.collect();
            let all: Vec<&String> = include.iter().chain(&exclude).chain(&of_assets).collect();
            let path = |(index, way, fill): (prop::sample::Index, usize, String)| {
                let base = all.get(index.index(all.len().max(1))).map_or("/", |base| base.as_str());
                let path = base.replace('*', &fill);
                match way {
                    0 => format!("{path}/"),
                    1 => path.trim_end_matches('/').to_owned(),
                    2 => format!("{path}{fill}"),
                    3 => path.to_ascii_uppercase().replace("%C3%A9", "%c3%a9"),
                    4 => path.trim_end_matches(".html").to_owned(),
                    5 => path.to_ascii_lowercase(),
                    _ => path,
                }
            };
            // As a browser sends them.
            let sent = |path: String| {
                path.starts_with('/').then(|| url::Url::parse(&format!("http://h{path}")).ok()).flatten()
            };
            let paths =
                near.into_iter().map(path).filter_map(sent).map(|url| url.path().to_owned()).collect();
            Case { include, exclude, functions, assets, paths }
        },
    )
}

#[test]
fn a_routes_json_means_on_workers_what_it_means_on_pages() {
    let count = std::env::var("PAGESBUILD_TEST_CASES").map_or(3_000, |count| count.parse().unwrap());
    let mut runner = TestRunner::deterministic();
    let cases: Vec<Case> = (0..count).map(|_| case().new_tree(&mut runner).unwrap().current()).collect();
    let ours: Vec<Ours> = cases.iter().map(Case::ours).collect();
    let (mut asked, mut ran, mut differ, mut guarded) = (0, 0, 0, 0);
    for ((case, ours), theirs) in cases.iter().zip(&ours).zip(ask(&cases, &ours)) {
        assert_eq!(theirs.refused, ours.rules.is_none(), "{case:?}");
        let Some(rules) = &ours.rules else { continue };
        assert_eq!(theirs.invalid, None, "{rules:?} of {case:?}");
        let answers =
            theirs.pages.iter().zip(&theirs.workers).zip(theirs.excluded.iter().zip(&theirs.guarded));
        for (path, ((&pages, &workers), (&excluded, &meets))) in case.paths.iter().zip(answers) {
            asked += 1;
            ran += usize::from(pages);
            if pages != workers {
                differ += 1;
                assert!(workers && case.differs(path, &ours.codes), "{path} with {rules:?} of {case:?}");
            }
            if !ours.codes.contains(&Code::MiddlewareBypassed) {
                guarded += usize::from(meets);
                assert!(!(excluded && meets), "{path} goes around a middleware: {case:?}");
            }
        }
    }
    eprintln!(
        "{asked} requests, {ran} for the worker, {differ} for it here only, {guarded} for a middleware"
    );
    assert!(ran * 5 > asked && ran * 5 < asked * 4, "{ran} of {asked} requests are for the worker");
    assert!(
        differ > 0 && differ * 20 < asked && guarded * 50 > asked,
        "{differ} differ, {guarded} are guarded"
    );
}

#[test]
fn signs_of_regular_expressions_are_themselves() {
    let case = Case {
        include: vec!["/c++".to_owned(), "/a|b".to_owned()],
        exclude: Vec::new(),
        functions: Vec::new(),
        assets: Vec::new(),
        paths: vec!["/c++".to_owned(), "/ccc".to_owned(), "/a|b".to_owned(), "/a".to_owned()],
    };
    let cases = [Case { include: vec!["/a|b".to_owned(), "/c+".to_owned()], ..case }];
    let ours = cases.each_ref().map(Case::ours);
    let theirs = ask(&cases, &ours).remove(0);
    assert_eq!(theirs.workers, [false, false, true, false]);
    assert_eq!(theirs.pages, [false, true, true, true]);
}
