//! Whatever names and values a configuration has, the text parses, and has these members and no others.

use std::collections::BTreeSet;
use std::fs;

use pagesbuild::declarations::{Difference, Style, compare};
use pagesbuild::pipeline::{self, Action, TypesRequest};
use pagesbuild::project::Options;
use proptest::collection::{btree_map, btree_set};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use super::script;

/// Texts that could get out of where they stand.
const OUTBREAKS: &[&str] = &[
    "*/ export {}; /*",
    "\"; [key: string]: any; \"",
    "x: any } interface Env { y",
    "`}${",
    "\u{2028}declare const evil: 1;",
    "\n}\ndeclare const evil: 1;\n",
    "// @ts-ignore",
    "import(\"x\")",
    "\\",
    "\\u0022; evil: any;",
    "__proto__",
    "constructor",
    "readonly",
    "</script>",
    "\0",
    "\u{feff}",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        select(OUTBREAKS.to_vec()).prop_map(str::to_owned),
        "[A-Z_]{1,4}",
        "\\PC{1,6}",
        (select(OUTBREAKS.to_vec()), any::<char>()).prop_map(|(text, end)| format!("{text}{end}")),
    ]
}

/// Names, each with a text to declare it by.
fn config() -> impl Strategy<Value = (Value, BTreeSet<String>)> {
    let names = btree_map(text(), (0..6, text(), text()), 1..8);
    (names, btree_set(text(), 0..3)).prop_map(|(names, environments)| {
        let mut config = json!({ "name": "hostile", "compatibility_date": "2026-10-01" });
        let mut vars = Map::new();
        let [mut objects, mut services, mut workflows, mut secrets] = [(); 4].map(|()| Vec::new());
        for (name, (kind, one, other)) in &names {
            match kind {
                0 => _ = vars.insert(name.clone(), json!({ one: [other, 1, null] })),
                1 => _ = vars.insert(name.clone(), json!(one)),
                2 => objects.push(json!({ "name": name, "class_name": one, "script_name": other })),
                3 => services.push(json!({ "binding": name, "service": one, "entrypoint": other })),
                4 => workflows.push(json!({ "binding": name, "name": "w", "class_name": one })),
                _ => secrets.push(json!(name)),
            }
        }
        config["vars"] = vars.into();
        config["durable_objects"] = json!({ "bindings": objects });
        config["services"] = services.into();
        config["workflows"] = workflows.into();
        config["secrets"] = json!({ "required": secrets });
        let rules = json!([{ "type": "Text", "globs": environments }]);
        config["rules"] = rules;
        config["env"] =
            environments.iter().map(|name| (name.clone(), json!({ "vars": { name: name } }))).collect();
        let all = names.keys().cloned().chain(environments).collect();
        (config, all)
    })
}

#[test]
fn no_name_or_value_gets_out() {
    let mut runner = TestRunner::deterministic();
    let directory = tempfile::tempdir().unwrap();
    let mut cases = Vec::new();
    for _ in 0..400 {
        let (config, names) = config().new_tree(&mut runner).unwrap().current();
        fs::write(directory.path().join("wrangler.json"), config.to_string()).unwrap();
        for environment in [None, config["env"].as_object().unwrap().keys().next()] {
            let options = Options {
                directory: directory.path().to_path_buf(),
                environment: environment.cloned(),
                ..Options::default()
            };
            let request = TypesRequest { outfile: None, action: Action::Show, style: &Style::default() };
            let (types, diagnostics) = pipeline::types(&options, request).unwrap();
            let types = types.unwrap_or_else(|| panic!("{config:#}\n{diagnostics:#?}"));
            let wanted = match environment {
                Some(name) => BTreeSet::from([name.clone()]),
                None => names.clone(),
            };
            cases.push((types.text, wanted));
        }
    }
    for pair in cases.windows(2) {
        let [(before, had), (now, has)] = pair else { unreachable!() };
        let changes = compare(before, now);
        let named =
            changes.iter().filter(|change| change.of == "Env").filter_map(|change| match change.difference {
                Difference::Changed(..) => None,
                _ => Some(serde_json::from_str(&change.name).unwrap_or_else(|_| change.name.clone())),
            });
        let named: BTreeSet<String> = named.collect();
        assert_eq!(named, had.symmetric_difference(has).cloned().collect(), "{before}\n{now}");
    }
    let texts = cases.iter().map(|(text, _)| text.as_str()).collect();
    let said = script("members.mjs", &texts);
    for ((text, wanted), said) in cases.iter().zip(said.as_array().unwrap()) {
        assert_eq!(said["errors"], json!([]), "{text}");
        let members = said["members"]["__BaseEnv_Env"].as_array().unwrap();
        assert!(members.iter().all(|member| member[1] == "PropertySignature"), "{text}");
        let found: Vec<&str> = members.iter().map(|member| member[0].as_str().unwrap()).collect();
        let once: BTreeSet<String> = found.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!((found.len(), &once), (once.len(), wanted), "{text}");
        for statement in said["statements"].as_array().unwrap() {
            let known = ["InterfaceDeclaration", "ModuleDeclaration", "TypeAliasDeclaration"];
            // What is in a declaration of a module for text.
            let inner = ["FirstStatement", "VariableStatement", "ExportAssignment"];
            assert!(known.iter().chain(&inner).any(|kind| statement == kind), "{statement} in\n{text}");
        }
        assert!(!text.contains(['\u{2028}', '\u{2029}']), "{text}");
    }
}
