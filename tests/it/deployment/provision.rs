//! Resources without identities: what the deployment says of them, and what the real `wrangler deploy` makes of that.

use std::collections::BTreeMap;
use std::fs;

use pagesbuild::deployment::verify;
use serde_json::{Value, json};

use super::upload::deploy_over;
use crate::fixture::{build, files, pagesbuild, snapshot, stderr};
use crate::project::write;

const CONFIG: &str = r#"{
  "name": "photos",
  "compatibility_date": "2026-01-01",
  "kv_namespaces": [{ "binding": "USER_SESSIONS" }, { "binding": "OLD", "id": "0f2a" }],
  "d1_databases": [{ "binding": "DB" }, { "binding": "LOG", "database_name": "photos-log", "jurisdiction": "eu" }],
  "r2_buckets": [{ "binding": "PHOTOS", "jurisdiction": "eu" }, { "binding": "BACKUP", "bucket_name": "backup" }],
  "queues": { "producers": [{ "binding": "JOBS" }] }
}"#;

#[test]
fn resources_are_created_as_planned() {
    let project = tempfile::tempdir().unwrap();
    let function = b"export const onRequest = () => new Response();";
    write(project.path(), &[("wrangler.jsonc", CONFIG.as_bytes()), ("functions/index.js", function)]);
    let dist = project.path().join("dist");
    build(project.path(), &dist, &[]);
    let before: BTreeMap<String, Vec<u8>> = contents(&dist);

    let sent = deploy_over(&dist.join("wrangler.json"), None);
    let document: Value = serde_json::from_slice(&before["deployment.json"]).unwrap();
    let planned = |binding: &Value| {
        let name = binding["name"].as_str()?.to_owned();
        Some((name, binding["provision"]["name"].as_str()?.to_owned()))
    };
    let planned: BTreeMap<String, String> =
        document["bindings"].as_array().unwrap().iter().filter_map(planned).collect();
    let bound = sent["script"]["metadata"]["bindings"].as_array().unwrap();
    for (name, resource) in &planned {
        let binding = bound.iter().find(|binding| binding["name"] == **name).unwrap();
        let identity = identity(binding).unwrap();
        assert!(identity == resource || identity == format!("id-of-{resource}"), "{name}: {binding}");
    }
    assert_eq!(planned.len(), 5);
    let shown = |value: &Value| serde_json::to_string_pretty(value).unwrap();
    let text = format!(
        "{}\n{}\n{}",
        shown(&document["bindings"]),
        shown(&sent["resources"]),
        shown(&Value::from(bound.clone()))
    );
    snapshot("deployment-provision", &text);

    // The next deployment creates nothing: the worker keeps what stands under its names.
    let again = deploy_over(&dist.join("wrangler.json"), Some(&sent["script"]["metadata"]["bindings"]));
    let requests = again["resources"].as_array().unwrap().iter();
    let created = requests.filter(|request| request["request"].as_str().unwrap().starts_with("POST"));
    assert_eq!(created.collect::<Vec<_>>(), Vec::<&Value>::new());
    let kept = again["script"]["metadata"]["bindings"].as_array().unwrap();
    for name in planned.keys() {
        let binding = kept.iter().find(|binding| binding["name"] == **name).unwrap();
        assert_eq!(binding["type"], "inherit", "{binding}");
    }

    // What was created is written back, and then there is nothing left to create.
    let row = |binding: &Value| {
        let name = binding["name"].as_str().filter(|name| planned.contains_key(*name))?;
        Some(json!({ "name": name, "resource": identity(binding)? }))
    };
    let ids: Vec<Value> = bound.iter().filter_map(row).collect();
    fs::write(project.path().join("ids.json"), Value::from(ids).to_string()).unwrap();
    let output = pagesbuild(project.path(), ["provision", "--ids", "ids.json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let again = project.path().join("again");
    build(project.path(), &again, &[]);
    let document: Value = serde_json::from_slice(&contents(&again)["deployment.json"]).unwrap();
    for binding in document["bindings"].as_array().unwrap() {
        assert!(binding["provision"].is_null() && binding["resource"].is_string(), "{binding}");
    }

    // wrangler asks nobody here, so it leaves the file as it is.
    let mut after = contents(&dist);
    after.retain(|path, _| !path.starts_with(".wrangler/"));
    assert_eq!(after, before);
    assert!(verify(&dist).is_ok());
}

/// The identity in a binding as the platform gets it.
fn identity(binding: &Value) -> Option<&str> {
    ["namespace_id", "id", "bucket_name", "queue_name"].iter().find_map(|key| binding[key].as_str())
}

fn contents(directory: &std::path::Path) -> BTreeMap<String, Vec<u8>> {
    files(directory)
        .into_iter()
        .map(|path| (path.clone(), fs::read(directory.join(&path)).unwrap()))
        .collect()
}
