//! Versions of one environment, given to another.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use pagesbuild::deployment::verify;
use pagesbuild::project::{self, Options};
use serde_json::Value;

use crate::environments::{CONFIG, project};
use crate::fixture::{all, copy, pagesbuild, stderr, stdout};
use crate::project::write;

fn run(root: &Path, arguments: &[&str]) -> Output {
    pagesbuild(root, arguments)
}

/// The id that a command prints.
fn id(output: &Output) -> String {
    assert!(output.status.success(), "{}", stderr(output));
    stdout(output).trim().to_owned()
}

/// A project of two environments that differ in their bindings alone, in `<directory>/shop`.
fn twins(directory: &Path) -> PathBuf {
    let root = project(directory, &CONFIG.replace(r#", "compatibility_date": "2026-09-02""#, ""));
    id(&run(&root, &["build", "--env", "preview"]));
    root
}

/// The configuration of [`twins`] with something in place of production's own part.
fn with_production(root: &Path, own: &str) {
    let base = r#"{ "name": "shop", "compatibility_date": "2026-09-01", "assets": { "directory": "public", "binding": "ASSETS" },"#;
    let preview = r#""preview": { "vars": { "STAGE": "preview" } }"#;
    let config = format!("{base} \"env\": {{ {preview}, \"production\": {own} }} }}");
    write(root, &[("wrangler.jsonc", config.as_bytes())]);
}

/// What a build for the other environment would have given is what promoting gives, for all pairs of environments of all
/// fixtures that have the same code.
#[test]
fn a_promoted_version_is_the_one_that_a_build_gives() {
    let directory = tempfile::tempdir().unwrap();
    let mut pairs = 0;
    for fixture in all("projects") {
        let options = Options { directory: fixture.clone(), ..Options::default() };
        let names = project::environments(&options).unwrap();
        if names.len() < 2 {
            continue;
        }
        let root = directory.path().join(fixture.file_name().unwrap());
        copy(&fixture, &root);
        let built: BTreeMap<String, String> = names
            .iter()
            .map(|name| {
                let name = name.clone().unwrap_or_default();
                let id = id(&run(&root, &["build", "--sourcemap", "--env", &name]));
                (name, id)
            })
            .collect();
        for (from, to) in built.keys().flat_map(|from| built.keys().map(move |to| (from, to))) {
            let promoted = run(&root, &["promote", "--from", from, "--to", to, &built[from]]);
            if promoted.status.success() {
                assert_eq!(id(&promoted), built[to], "{from} to {to} of {}", fixture.display());
                verify(&root.join("dist")).unwrap();
                pairs += usize::from(from != to);
            } else if promoted.status.code() == Some(1) {
                // An environment of a fixture lacks what the others have, on purpose.
                assert!(stderr(&promoted).contains("undeclared-binding"), "{}", stderr(&promoted));
            } else {
                assert!(
                    stderr(&promoted).contains("would have other code or static files"),
                    "{}",
                    stderr(&promoted)
                );
            }
        }
    }
    assert!(pairs >= 6, "{pairs}");
}

#[test]
fn the_sources_need_not_be_there() {
    let directory = tempfile::tempdir().unwrap();
    let root = twins(directory.path());
    let expected = id(&run(&root, &["build", "--env", "production", "--no-store"]));
    for gone in ["functions", "public", "dist"] {
        fs::remove_dir_all(root.join(gone)).unwrap();
    }
    assert_eq!(id(&run(&root, &["promote", "--from", "preview", "--to", "production"])), expected);
    let document = verify(&root.join("dist")).unwrap().document;
    assert_eq!(document.project.environment.as_deref(), Some("production"));
    assert_eq!(document.settings["vars"]["STAGE"], "production");
}

#[test]
fn it_goes_where_the_environment_is() {
    let directory = tempfile::tempdir().unwrap();
    let root = twins(directory.path());
    let all = run(&root, &["build", "--env", "all"]);
    assert!(all.status.success(), "{}", stderr(&all));
    let before = fs::read(root.join("dist/preview/deployment.json")).unwrap();
    write(&root, &[("functions/new.js", b"export const onRequest = () => new Response();")]);
    let version = id(&run(&root, &["build", "--env", "preview", "--outdir", "../preview"]));
    let promoted = id(&run(&root, &["promote", &version, "--to", "production"]));
    assert_eq!(verify(&root.join("dist/production")).unwrap().document.id, promoted);
    assert_eq!(fs::read(root.join("dist/preview/deployment.json")).unwrap(), before);
    // What is left there can still be replaced.
    id(&run(&root, &["build"]));
}

#[test]
fn it_is_logged() {
    let directory = tempfile::tempdir().unwrap();
    let root = twins(directory.path());
    let json = run(&root, &["promote", "--from", "preview", "--to", "production", "--format", "json"]);
    let told: Value = serde_json::from_str(&stdout(&json)).unwrap();
    let result = &told["result"];
    assert_eq!((&result["from"], &result["to"]), (&"preview".into(), &"production".into()));
    let log = fs::read_to_string(root.join(".pagesbuild/log/env-production.jsonl")).unwrap();
    let entry: Value = serde_json::from_str(log.trim()).unwrap();
    assert_eq!(entry["id"], result["id"]);
    assert_eq!(entry["action"]["promote"], result["version"]);
    // The same without keeping anything.
    id(&run(&root, &["promote", "--from", "preview", "--to", "production", "--no-store"]));
    assert_eq!(fs::read_to_string(root.join(".pagesbuild/log/env-production.jsonl")).unwrap(), log);
}

/// Each thing that keeps a version out of an environment: what is said, and that nothing is written.
#[test]
fn what_does_not_fit_is_refused() {
    for (own, code, said) in [
        (
            r#"{ "vars": { "STAGE": "x" }, "define": { "A": "1" } }"#,
            2,
            "differ in `define`; build for `production` instead",
        ),
        (
            r#"{ "vars": { "STAGE": "x" }, "compatibility_date": "2026-08-01" }"#,
            2,
            "differ in `compatibility_date`",
        ),
        (
            r#"{ "kv_namespaces": [{ "binding": "STAGE", "id": "1" }] }"#,
            1,
            "`STAGE` is under `kv_namespaces`, and was under `vars` in `preview`",
        ),
        (
            r#"{ "vars": { "STAGE": "x" }, "durable_objects": { "bindings": [{ "name": "ROOM", "class_name": "Room" }] } }"#,
            1,
            "the worker does not export the class `Room`",
        ),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let root = twins(directory.path());
        let before = fs::read(root.join("dist/deployment.json")).unwrap();
        with_production(&root, own);
        let refused = run(&root, &["promote", "--from", "preview", "--to", "production"]);
        assert_eq!(refused.status.code(), Some(code), "{}", stderr(&refused));
        assert!(stderr(&refused).contains(said), "{}", stderr(&refused));
        assert_eq!(fs::read(root.join("dist/deployment.json")).unwrap(), before);
        assert!(!root.join(".pagesbuild/log/env-production.jsonl").exists());
    }
}

#[test]
fn a_resource_that_is_missing_is_an_error_and_a_variable_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let root = twins(directory.path());
    with_production(&root, "{}");
    let warned = run(&root, &["promote", "--from", "preview", "--to", "production"]);
    assert_eq!(warned.status.code(), Some(0), "{}", stderr(&warned));
    let said = "`env.production` lacks `STAGE`, which `functions/stage.js#onRequest` uses and `preview` has";
    assert!(stderr(&warned).contains(said), "{}", stderr(&warned));
    // A secret will do for a variable.
    with_production(&root, r#"{ "secrets": { "required": ["STAGE"] } }"#);
    let fine = run(&root, &["promote", "--from", "preview", "--to", "production"]);
    assert!(fine.status.success() && !stderr(&fine).contains("lacks"), "{}", stderr(&fine));
    let config = r#"{ "name": "shop", "compatibility_date": "2026-09-01", "assets": { "directory": "public", "binding": "ASSETS" },
        "env": { "preview": { "kv_namespaces": [{ "binding": "STAGE", "id": "1" }] }, "production": {} } }"#;
    write(&root, &[("wrangler.jsonc", config.as_bytes())]);
    id(&run(&root, &["build", "--env", "preview"]));
    let refused = run(&root, &["promote", "--from", "preview", "--to", "production"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("undeclared-binding"), "{}", stderr(&refused));
}

#[test]
fn a_version_of_another_environment_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let root = twins(directory.path());
    let version = id(&run(&root, &["build", "--env", "preview"]));
    let refused = run(&root, &["promote", &version, "--from", "production", "--to", ""]);
    assert_eq!(refused.status.code(), Some(2));
    let said = "was built for `preview`, not for `production`";
    assert!(stderr(&refused).contains(said), "{}", stderr(&refused));
}

/// What the environment runs is not gone behind without being told to.
#[test]
fn an_older_version_does_not_undo_a_migration() {
    let directory = tempfile::tempdir().unwrap();
    let root = twins(directory.path());
    let room =
        b"import { DurableObject } from 'cloudflare:workers';\nexport class Room extends DurableObject {}\n";
    write(&root, &[("durable_objects/room.js", room)]);
    let migrations = r#""migrations": [{ "tag": "v1", "new_sqlite_classes": ["Room"] }]"#;
    with_production(&root, &format!(r#"{{ "vars": {{ "STAGE": "x" }}, {migrations} }}"#));
    id(&run(&root, &["build", "--env", "production"]));
    with_production(&root, r#"{ "vars": { "STAGE": "x" } }"#);
    let arguments = ["promote", "--from", "preview", "--to", "production"];
    let before = fs::read(root.join("dist/deployment.json")).unwrap();
    let refused = run(&root, &arguments);
    assert_eq!(refused.status.code(), Some(1), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("blocked"), "{}", stderr(&refused));
    assert_eq!(stdout(&refused), "");
    assert_eq!(fs::read(root.join("dist/deployment.json")).unwrap(), before);
    id(&run(&root, &[&arguments[..], &["--force"]].concat()));
}
