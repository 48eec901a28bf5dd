//! Properties of the table and of the rules, on random trees of functions.

use proptest::prelude::*;

use super::rules::{Explicit, Files, MAX_LENGTH, MAX_RULES, run_worker_first};
use super::{FunctionExports, Pattern, Piece, RouteTable, parse_routes_json, table};
use crate::asset::AssetFile;
use crate::diagnostic::{Code, Diagnostics, Source};
use crate::project::RunWorkerFirst;

fn exports(file: &str) -> FunctionExports {
    FunctionExports { file: file.to_owned(), exports: vec!["onRequest".to_owned()] }
}

fn routes(files: &[&str]) -> RouteTable {
    let functions: Vec<FunctionExports> = files.iter().map(|file| exports(file)).collect();
    table("functions", &functions, &mut Diagnostics::default())
}

fn asset(path: &str) -> AssetFile {
    AssetFile { path: path.to_owned(), file: path.into() }
}

fn derived(files: &[&str], assets: &[&str]) -> Vec<String> {
    let assets: Vec<AssetFile> = assets.iter().map(|path| asset(path)).collect();
    rules(&routes(files), &assets, Explicit::default(), &mut Diagnostics::default())
}

fn rules(
    table: &RouteTable,
    assets: &[AssetFile],
    explicit: Explicit<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<String> {
    match run_worker_first(table, Files { assets, html_handling: None }, explicit, diagnostics) {
        Some(RunWorkerFirst::Rules(rules)) => rules,
        Some(RunWorkerFirst::Always(_)) | None => Vec::new(),
    }
}

/// How the platform matches a rule, written as plainly as it can be.
fn matches(rule: &[u8], path: &[u8]) -> bool {
    match (rule.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), Some((_, tail))) => matches(rest, path) || matches(rule, tail),
        (Some((b'*', rest)), None) => matches(rest, path),
        (Some((byte, rest)), Some((first, tail))) => byte == first && matches(rest, tail),
        _ => false,
    }
}

fn runs_worker(rules: &[String], path: &str) -> bool {
    let any = |negative: bool| {
        let chosen = rules.iter().filter(|rule| rule.starts_with('!') == negative);
        chosen.into_iter().any(|rule| matches(rule.trim_start_matches('!').as_bytes(), path.as_bytes()))
    };
    any(false) && !any(true)
}

fn codes(table: &RouteTable, explicit: Explicit<'_>) -> Vec<Code> {
    let mut diagnostics = Diagnostics::default();
    run_worker_first(table, Files::default(), explicit, &mut diagnostics);
    diagnostics.into_sorted().into_iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn rules_follow_the_table() {
    assert_eq!(derived(&["index.js"], &[]), ["/"]);
    assert_eq!(derived(&["time.js", "todos/[id].js"], &[]), ["/time", "/time/", "/todos/*"]);
    assert_eq!(derived(&["files/[[path]].js"], &[]), ["/files", "/files/*"]);
    assert_eq!(derived(&["_middleware.js", "a.js"], &[]), ["/*"]);
    assert_eq!(derived(&["api/_middleware.js", "api/a.js"], &[]), ["/api", "/api/*"]);
    assert_eq!(derived(&["v[version].js"], &[]), ["/v*"]);
    assert_eq!(derived(&["a/[[p]]/b.js"], &[]), ["/a*"]);
}

#[test]
fn an_asset_of_another_case_does_not_go_around() {
    let files = ["api/admin/_middleware.js"];
    let rules = derived(&files, &["API/Admin/secret.html", "about.html"]);
    assert!(runs_worker(&rules, "/API/Admin/secret"), "{rules:?}");
    assert!(runs_worker(&rules, "/API/Admin/secret.html"), "{rules:?}");
    assert!(!runs_worker(&rules, "/about"), "{rules:?}");
}

#[test]
fn an_asset_at_an_encoded_path_is_refused() {
    let table = routes(&["@me/_middleware.js"]);
    let mut diagnostics = Diagnostics::default();
    rules(&table, &[asset("@me/secret.html")], Explicit::default(), &mut diagnostics);
    assert!(diagnostics.has_errors());
    let mut diagnostics = Diagnostics::default();
    rules(&table, &[asset("me/@secret.html")], Explicit::default(), &mut diagnostics);
    assert!(!diagnostics.has_errors());
}

#[test]
fn given_rules_are_held_against_the_table() {
    let guarded = routes(&["api/_middleware.js", "time.js"]);
    let open = routes(&["[[path]].js"]);
    let check = |table: &RouteTable, rules: &[&str]| {
        let rules = RunWorkerFirst::Rules(rules.iter().map(|&rule| rule.to_owned()).collect());
        codes(table, Explicit { given: None, configured: Some(&rules) })
    };
    assert!(check(&guarded, &["/*"]).is_empty());
    assert!(check(&guarded, &["/api/*", "/api", "/time", "/time/"]).is_empty());
    assert!(check(&guarded, &["/*", "!/apis/*", "!/images/*"]).is_empty());
    assert_eq!(check(&guarded, &["/*", "!/API/open"]), [Code::MiddlewareBypassed]);
    assert_eq!(check(&guarded, &["/*", "!/*.png"]), [Code::MiddlewareBypassed]);
    assert_eq!(check(&guarded, &["/api/*", "/time*"]), [Code::MiddlewareBypassed]);
    assert_eq!(check(&guarded, &["/api*"]), [Code::HandlerBypassed]);
    assert_eq!(check(&open, &["/*", "!/build/*"]), [Code::HandlerBypassed]);
    let never = RunWorkerFirst::Always(false);
    assert_eq!(codes(&guarded, Explicit { given: None, configured: Some(&never) }).len(), 2);
    let always = RunWorkerFirst::Always(true);
    assert!(codes(&guarded, Explicit { given: None, configured: Some(&always) }).is_empty());
}

#[test]
fn a_given_file_means_what_it_means_on_pages() {
    let text = r#"{ "version": 1, "include": ["/api/*", "/time"], "exclude": ["/api/docs/*"] }"#;
    let mut diagnostics = Diagnostics::default();
    let given = parse_routes_json(&Source::new("_routes.json", text), &mut diagnostics).unwrap();
    let explicit = Explicit { given: Some(&given), configured: None };
    let rules = rules(&routes(&["time.js"]), &[], explicit, &mut diagnostics);
    assert_eq!(rules, ["/api", "/api/*", "/time", "/time/", "!/api/docs", "!/api/docs/*"]);
    assert!(!diagnostics.has_errors());
}

#[test]
fn an_exclusion_is_never_widened() {
    let long = format!("/images/{}", "x".repeat(92));
    let text = format!("{{ \"version\": 1, \"include\": [\"/*\"], \"exclude\": [\"{long}\"] }}");
    let mut diagnostics = Diagnostics::default();
    let given = parse_routes_json(&Source::new("_routes.json", text), &mut diagnostics).unwrap();
    let explicit = Explicit { given: Some(&given), configured: None };
    assert_eq!(rules(&routes(&["time.js"]), &[], explicit, &mut diagnostics), ["/*"]);
    let said = diagnostics.into_sorted();
    assert!(said.iter().any(|diagnostic| diagnostic.code == Code::TooManyRoutingRules), "{said:?}");
}

#[test]
fn middleware_that_always_runs_is_the_chain() {
    let table = routes(&[
        "_middleware.js",
        "api/_middleware.js",
        "api/[version]/_middleware.js",
        "api/[version]/users/[id].js",
        "api/v1/_middleware.js",
        "api/[[path]].js",
    ]);
    let chain = |pattern: &str| {
        let route = table.0.iter().find(|route| route.pattern.to_string() == pattern).unwrap();
        table.middleware_chain(route).into_iter().map(|handler| handler.file.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        chain("/api/:version/users/:id"),
        ["_middleware.js", "api/_middleware.js", "api/[version]/_middleware.js"]
    );
    assert_eq!(chain("/api/:path*"), ["_middleware.js", "api/_middleware.js"]);
}

/// A name of a file or directory.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-cA-C]{1,2}",
        1 => Just("index".to_owned()),
        2 => "\\[[xy]\\]",
        1 => "\\[\\[[xy]\\]\\]",
        1 => "v\\[x\\]",
        1 => "[a-z]{60}",
        1 => "[@é %.]{1,3}",
    ]
}

fn tree() -> impl Strategy<Value = Vec<FunctionExports>> {
    let leaf = prop_oneof![3 => name(), 1 => Just("_middleware".to_owned())];
    let file =
        (proptest::collection::vec(name(), 0..4), leaf, 0..3_u8).prop_map(|(mut names, leaf, methods)| {
            names.push(leaf);
            let all = ["onRequest", "onRequestGet", "onRequestPost"];
            let exports =
                all.iter().take(usize::from(methods) + 1).map(|&export| export.to_owned()).collect();
            FunctionExports { file: format!("{}.js", names.join("/")), exports }
        });
    proptest::collection::vec(file, 1..150)
}

/// A path that a pattern matches, with parameters made of `fill`.
fn instance(pattern: &Pattern, fill: &[String]) -> String {
    let mut fill = fill.iter().cycle();
    let mut path = String::new();
    for segment in &pattern.0 {
        let catch_all = matches!(segment.0.first(), Some(Piece::CatchAll(_)));
        if catch_all {
            // Of a catch-all there may be nothing at all, or segments.
            for _ in 0..fill.next().map_or(0, |text| text.len() % 3) {
                path.push('/');
                path.push_str(fill.next().map_or("x", String::as_str));
            }
        } else {
            path.push('/');
        }
        for piece in &segment.0 {
            match piece {
                Piece::Text(text) => path.push_str(text),
                Piece::Param(_) => path.push_str(fill.next().map_or("x", String::as_str)),
                Piece::CatchAll(_) => {}
            }
        }
    }
    if path.is_empty() { "/".to_owned() } else { path }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_the_input_does_not_matter(functions in tree(), seed in any::<u64>()) {
        // One file of a name is all that a directory can hold.
        let mut functions = functions;
        functions.sort_by(|a, b| a.file.cmp(&b.file));
        functions.dedup_by(|a, b| a.file == b.file);
        let sorted = table("functions", &functions, &mut Diagnostics::default());
        let mut shuffled = functions;
        let mut state = seed;
        shuffled.sort_by_cached_key(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state
        });
        prop_assert_eq!(&sorted, &table("functions", &shuffled, &mut Diagnostics::default()));
        let lengths: Vec<usize> = sorted.0.iter().map(|route| route.pattern.0.len()).collect();
        prop_assert!(lengths.is_sorted_by(|a, b| a >= b));
    }

    #[test]
    fn derived_rules_cover_every_path(functions in tree(), fill in proptest::collection::vec("[a-z.-]{1,4}", 1..8)) {
        let table = table("functions", &functions, &mut Diagnostics::default());
        let rules = rules(&table, &[], Explicit::default(), &mut Diagnostics::default());
        prop_assert!(rules.len() <= MAX_RULES);
        prop_assert!(rules.iter().all(|rule| rule.len() <= MAX_LENGTH && rule.starts_with('/')));
        for rule in &rules {
            let wider = rules.iter().find(|other| {
                *other != rule && other.strip_suffix('*').is_some_and(|start| rule.starts_with(start))
            });
            prop_assert!(wider.is_none(), "{} is redundant beside {:?}", rule, wider);
        }
        for route in &table.0 {
            let path = instance(&route.pattern, &fill);
            prop_assert!(runs_worker(&rules, &path), "{} of {} in {:?}", path, route.pattern, rules);
            if route.middleware.is_some() {
                let below = format!("{}/{}", path.trim_end_matches('/'), fill[0]);
                prop_assert!(runs_worker(&rules, &below), "{} below {} in {:?}", below, route.pattern, rules);
            } else if path != "/" {
                prop_assert!(runs_worker(&rules, &format!("{path}/")), "{}/ of {} in {:?}", path, route.pattern, rules);
            }
        }
        // What is derived passes the check that given rules have to pass.
        let own = RunWorkerFirst::Rules(rules);
        if !table.0.is_empty() {
            let found = codes(&table, Explicit { given: None, configured: Some(&own) });
            prop_assert!(!found.contains(&Code::MiddlewareBypassed) && !found.contains(&Code::HandlerBypassed), "{:?}", found);
        }
    }

    #[test]
    fn no_name_panics(file in "[\\[\\]a_.:*/\\\\é %-]{0,12}") {
        table("functions", &[exports(&file), exports(&format!("{file}.js"))], &mut Diagnostics::default());
    }

    #[test]
    fn no_routes_json_panics(text in "[\\{\\}\\[\\]\":,a-z1/* ]{0,40}") {
        parse_routes_json(&Source::new("_routes.json", text), &mut Diagnostics::default());
    }
}
