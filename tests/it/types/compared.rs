//! Name by name the same types as from `wrangler types`, but for what is listed here.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use super::{Copies, script, shown};
use crate::fixture::{all, name};

/// The place of a name, its type in wrangler's declarations and in ours.
type Found = (String, Option<String>, Option<String>);

/// What differs, by project, and how many names were compared.
fn compare(projects: &[PathBuf]) -> (Vec<Vec<Found>>, u64) {
    let one = |(index, project): (usize, &PathBuf)| {
        let config = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];
        let config = config.into_iter().find(|config| project.join(config).is_file());
        let interface = format!("Ours{index}");
        let text = shown(project, &["--env-interface", &interface]);
        json!({ "directory": project, "config": config, "text": text, "interface": interface })
    };
    let said = script("compare.mjs", &projects.iter().enumerate().map(one).collect());
    let members = said["members"].as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).sum();
    (serde_json::from_value(said["compared"].clone()).unwrap(), members)
}

/// What is meant to differ: the project, the name in whatever interface, and what wrangler has of it.
const MEANT: &[(&str, &str, Option<&str>)] = &[
    // wrangler knows the classes that `main` itself exports.
    ("pages", "COUNTER", Some("DurableObjectNamespace<undefined>")),
    ("pages", "mainModule", None),
    ("image-sharing", "mainModule", None),
    ("worker", "ROOMS", Some("DurableObjectNamespace<undefined>")),
    // Nor is a worker known by its own name there.
    ("worker", "OWN_ROOMS", Some("DurableObjectNamespace<undefined>")),
    // The interface of this environment has a space in its name there, which is no name.
    ("pages", "STAGE", None),
    ("pages", "OTHER_SECRET", None),
    ("pages", "not-a-name", None),
    // Bindings for logs are on `env` by their own names, and one for searching the web has a type.
    ("worker", "LOGFWDR_SCHEMA", Some("any")),
    ("worker", "LOGS", None),
    ("worker", "WEB", None),
];

/// Static files are bound to a name, whether or not the configuration says to which.
fn is_implied(name: &str, theirs: Option<&str>) -> bool {
    name == "ASSETS" && theirs.is_none()
}

#[test]
fn fixtures() {
    let has_config = |project: &PathBuf| name(project) != "no-config" && name(project) != "functions-only";
    let projects = all("types").into_iter().chain(all("projects")).filter(has_config);
    let copies = Copies::of(projects).with_packages();
    let (compared, members) = compare(&copies.projects);
    assert!(members > 200, "{members}");
    let mut wrong = Vec::new();
    let mut met = Vec::new();
    for (project, differences) in copies.projects.iter().zip(compared) {
        let project = name(project);
        for (place, theirs, ours) in differences {
            let (_, member) = place.rsplit_once('.').unwrap();
            let theirs =
                theirs.as_deref().map(|of| of.trim_start_matches('?').trim_end_matches(" | undefined"));
            let this = (project.as_str(), member, theirs);
            match MEANT.iter().position(|meant| *meant == this) {
                Some(at) => met.push(at),
                None if is_implied(member, theirs) => {}
                None => wrong.push(format!("{project}: {place}: {theirs:?}, here {ours:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    met.sort_unstable();
    met.dedup();
    assert_eq!(met.len(), MEANT.len(), "of what is meant to differ only {met:?} does");
}

/// Names that bindings of all kinds share, so that one has different kinds in two environments.
const NAMES: [&str; 9] = ["A", "B", "C_1", "d", "$E", "with-dash", "1st", "h\u{e9}", "new"];

/// A variable's value.
fn value() -> impl Strategy<Value = Value> {
    let simple = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-100_i64..100).prop_map(Value::from),
        select(vec![0.5, -1e30, 1e-7]).prop_map(Value::from),
        "[a-c \"\\\\\n\u{2028}*/`$]{0,6}".prop_map(Value::from),
    ];
    simple.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            btree_map("[a-c -]{1,3}", inner, 0..3)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A key of the configuration, and a declaration that binds a name.
fn declared(kind: usize, name: &str) -> (&'static str, Value) {
    let list = |more: Value| {
        let mut fields = json!({ "binding": name });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fields
    };
    let workflow = format!("workflow-{}", NAMES.iter().position(|known| *known == name).unwrap());
    match kind {
        0 => ("kv_namespaces", list(json!({}))),
        1 => ("r2_buckets", list(json!({ "bucket_name": "bucket" }))),
        2 => ("d1_databases", list(json!({}))),
        3 => ("durable_objects", json!({ "name": name, "class_name": "Room" })),
        4 => ("durable_objects", json!({ "name": name, "class_name": "Missing" })),
        5 => ("durable_objects", json!({ "name": name, "class_name": "Room", "script_name": "other" })),
        6 => ("services", list(json!({ "service": "compared" }))),
        7 => ("services", list(json!({ "service": "compared", "entrypoint": "Admin" }))),
        8 => ("services", list(json!({ "service": "other", "entrypoint": "Admin" }))),
        9 => ("services", list(json!({ "service": "other" }))),
        10 => ("workflows", list(json!({ "name": workflow, "class_name": "Report" }))),
        11 => ("workflows", list(json!({ "name": workflow, "class_name": "None" }))),
        12 => ("queues", list(json!({ "queue": "jobs" }))),
        13 => ("vectorize", list(json!({ "index_name": "vectors" }))),
        14 => ("hyperdrive", list(json!({ "id": "0" }))),
        15 => ("analytics_engine_datasets", list(json!({}))),
        16 => (
            "ratelimits",
            json!({ "name": name, "namespace_id": "1", "simple": { "limit": 1, "period": 10 } }),
        ),
        17 => ("send_email", json!({ "name": name })),
        18 => ("unsafe", json!({ "name": name, "type": "odd" })),
        _ => ("pipelines", list(json!({ "stream": "s" }))),
    }
}

/// The keys of an environment: each name bound once.
fn environment() -> impl Strategy<Value = Map<String, Value>> {
    let kinds = subsequence(NAMES.to_vec(), 0..NAMES.len()).prop_flat_map(|names| {
        let count = names.len();
        (Just(names), vec((0_usize..30, value(), any::<bool>()), count))
    });
    (kinds, any::<bool>()).prop_map(|((names, kinds), assets)| {
        let mut environment = Map::new();
        for (name, (kind, value, secret)) in names.into_iter().zip(kinds) {
            if kind >= 20 {
                let (key, inner) = if secret { ("secrets", "required") } else { ("vars", name) };
                let table = environment.entry(key).or_insert_with(|| json!({}));
                match secret {
                    false => table[inner] = value,
                    true => match table[inner].as_array_mut() {
                        Some(list) => list.push(name.into()),
                        None => table[inner] = json!([name]),
                    },
                }
                continue;
            }
            let (key, declaration) = declared(kind, name);
            let within = match key {
                "durable_objects" | "unsafe" => Some("bindings"),
                "queues" => Some("producers"),
                _ => None,
            };
            let entry = environment.entry(key).or_insert_with(|| match within {
                Some(within) => json!({ within: [] }),
                None => json!([]),
            });
            let list = match within {
                Some(within) => &mut entry[within],
                None => entry,
            };
            list.as_array_mut().unwrap().push(declaration);
        }
        if assets {
            environment.insert("assets".to_owned(), json!({ "directory": "public", "binding": "FILES" }));
            let vars = environment.entry("vars").or_insert_with(|| json!({}));
            vars["LOCAL_A"] = json!("as configured");
        }
        environment
    })
}

/// A configuration, and what stands in `.dev.vars` if that is there.
fn config() -> impl Strategy<Value = (Value, Option<String>)> {
    let names = select(vec!["staging", "prod-eu", "my_env", "x"]);
    let environments = btree_map(names, environment(), 0..3);
    let local = proptest::option::of(
        "(LOCAL_A|export LOCAL-B|export|# no|\"|'|`)(=|: | = )(x|\"\n'|'\n\"|`|#|\\\\'|\n|)\n?LOCAL.C=\"",
    );
    (environment(), environments, local).prop_map(|(top, environments, local)| {
        let mut config = Map::from_iter([
            ("name".to_owned(), json!("compared")),
            ("main".to_owned(), json!("src/index.ts")),
            ("compatibility_date".to_owned(), json!("2026-10-01")),
        ]);
        config.extend(top);
        // So that the top level is an environment.
        config.entry("vars").or_insert_with(|| json!({}))["TOP"] = json!(true);
        if !environments.is_empty() {
            config.insert("env".to_owned(), json!(environments));
        }
        (Value::Object(config), local)
    })
}

const MAIN: &str =
    "import { DurableObject, WorkerEntrypoint, WorkflowEntrypoint } from \"cloudflare:workers\";
export class Room extends DurableObject { join(): number { return 1; } }
export class Admin extends WorkerEntrypoint { ban(name: string): string { return name; } }
export class Report extends WorkflowEntrypoint<unknown, { month: number }> {
  async run(event: { payload: { month: number } }) { return event.payload.month; }
}
export default { fetch: () => new Response() } satisfies ExportedHandler;
";

/// `PAGESBUILD_TEST_CONFIGS` asks for more than the usual number.
#[test]
fn generated_configurations() {
    let count = std::env::var("PAGESBUILD_TEST_CONFIGS").map_or(60, |count| count.parse().unwrap());
    let mut runner = TestRunner::deterministic();
    let directory = tempfile::tempdir().unwrap();
    let mut projects = BTreeMap::new();
    for index in 0..count {
        let (config, local) = config().new_tree(&mut runner).unwrap().current();
        let project = directory.path().join(format!("{index:04}"));
        fs::create_dir_all(project.join("src")).unwrap();
        fs::create_dir_all(project.join("public")).unwrap();
        fs::write(project.join("src/index.ts"), MAIN).unwrap();
        fs::write(project.join("wrangler.json"), config.to_string()).unwrap();
        if let Some(local) = local {
            fs::write(project.join(".dev.vars"), local).unwrap();
        }
        projects.insert(project, config);
    }
    let copies = Copies { directory, projects: projects.keys().cloned().collect() }.with_packages();
    let (compared, members) = compare(&copies.projects);
    assert!(members > count * 5, "{members}");
    for (project, differences) in copies.projects.iter().zip(compared) {
        assert!(differences.is_empty(), "{:#}\n{differences:#?}", projects[project]);
    }
}
