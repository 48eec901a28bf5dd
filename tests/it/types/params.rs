//! What the declarations say of a route's parameters is what the router gives.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use pagesbuild::declarations::Style;
use pagesbuild::diagnostic::Diagnostics;
use pagesbuild::pipeline::{self, Action, TypesRequest};
use pagesbuild::project::Options;
use pagesbuild::route::{self, FunctionExports};
use pagesbuild::router;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::script;

const SEGMENTS: [&str; 12] = [
    "a",
    "b",
    "[id]",
    "[p]",
    "[[id]]",
    "[[p]]",
    "v[id]",
    "[id]-[p]",
    "[id].[id]",
    "[[p]]b",
    "[[id]]-[p]",
    "_middleware",
];

/// A tree of function files, and paths to ask it for.
fn tree() -> impl Strategy<Value = (BTreeSet<String>, Vec<String>)> {
    let file = vec(select(SEGMENTS.to_vec()), 1..4).prop_map(|segments| {
        let inner =
            segments.iter().take(segments.len() - 1).map(|segment| segment.replace("_middleware", "m"));
        let path: Vec<String> = inner.chain([segments[segments.len() - 1].to_owned()]).collect();
        format!("{}.js", path.join("/"))
    });
    let segment = select(vec!["a", "b", "v1", "x-y", "x.y", "ab", "", "m", "x-y-z", "%2F"]);
    let path = vec(segment, 0..5).prop_map(|segments| format!("/{}", segments.join("/")));
    (btree_set(file, 1..7), vec(path, 30))
}

/// `{ id: string; p?: string[] }` as names with whether they are there and what they may be.
fn declared(text: &str) -> BTreeMap<String, (bool, Vec<String>)> {
    let fields = text.trim_matches(['{', '}', ' ']).split("; ").filter(|field| !field.is_empty());
    let one = |field: &str| {
        let (name, of) = field.split_once(": ").unwrap();
        let of = of.split(" | ").map(str::to_owned).collect();
        (name.trim_end_matches('?').to_owned(), (!name.ends_with('?'), of))
    };
    fields.map(one).collect()
}

#[test]
fn are_those_that_the_router_gives() {
    let mut runner = TestRunner::deterministic();
    let mut asked = Vec::new();
    let mut texts = Vec::new();
    for _ in 0..60 {
        let (files, paths) = tree().new_tree(&mut runner).unwrap().current();
        let directory = tempfile::tempdir().unwrap();
        for file in &files {
            let file = directory.path().join("functions").join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "export const onRequest = () => new Response();").unwrap();
        }
        let exports =
            |file: &String| FunctionExports { file: file.clone(), exports: vec!["onRequest".to_owned()] };
        let functions: Vec<FunctionExports> = files.iter().map(exports).collect();
        let table = route::table("functions", &functions, &mut Diagnostics::default());
        let entry = router::entry(&router::Entry {
            routes: &table,
            functions_specifier: &|file| file.to_owned(),
            classes: &[],
            main: None,
            assets_binding: None,
            assets_before_main: true,
            named: None,
        });
        let root = entry.lines().find_map(|line| line.trim().strip_prefix("root: ")).unwrap();
        let patterns: Vec<String> = table.0.iter().map(|route| route.pattern.to_string()).collect();
        asked.push(json!({ "root": root.trim_end_matches(','), "patterns": patterns, "paths": paths }));
        let options = Options { directory: directory.path().to_path_buf(), ..Options::default() };
        let request = TypesRequest { outfile: None, action: Action::Show, style: &Style::default() };
        let (types, said) = pipeline::types(&options, request).unwrap();
        texts.push(types.unwrap_or_else(|| panic!("{files:?} {said:#?}")).text);
    }
    let said = script("params.mjs", &Value::Array(asked));
    let members = script("members.mjs", &json!(texts));
    let mut kinds = BTreeSet::new();
    for (answers, members) in said.as_array().unwrap().iter().zip(members.as_array().unwrap()) {
        let routes: BTreeMap<&str, _> = members["members"]["Routes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|route| (route[0].as_str().unwrap(), declared(route[2].as_str().unwrap())))
            .collect();
        for answer in answers.as_array().unwrap() {
            let (pattern, given) = (answer[0].as_str().unwrap(), answer[2].as_object().unwrap());
            let declared = &routes[pattern];
            for (name, (present, of)) in declared {
                let kind = match given.get(name) {
                    Some(Value::String(_)) => "string",
                    Some(Value::Array(_)) => "string[]",
                    _ => "absent",
                };
                let holds = if kind == "absent" { !present } else { of.iter().any(|of| of == kind) };
                assert!(holds, "{answer} is not {declared:?}");
                kinds.insert((kind, *present, of.clone()));
            }
            assert!(given.keys().all(|name| declared.contains_key(name)), "{answer} is not {declared:?}");
        }
    }
    // All that a parameter can be has come up: one of each kind, a list that is there or not, and both by one name.
    assert_eq!(kinds.len(), 5, "{kinds:?}");
}
