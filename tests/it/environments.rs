//! All environments of a project, built at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use pagesbuild::deployment::verify;
use serde_json::Value;

use crate::fixture::{files, pagesbuild, stderr, stdout};
use crate::project::write;

pub(crate) const CONFIG: &str = r#"{
  "name": "shop",
  "compatibility_date": "2026-09-01",
  "assets": { "directory": "public", "binding": "ASSETS" },
  "vars": { "STAGE": "local" },
  "env": {
    "preview": { "vars": { "STAGE": "preview" } },
    "production": { "vars": { "STAGE": "production" }, "compatibility_date": "2026-09-02" }
  }
}
"#;

pub(crate) fn project(directory: &Path, config: &str) -> PathBuf {
    let root = directory.join("shop");
    write(
        &root,
        &[
            ("wrangler.jsonc", config.as_bytes()),
            ("public/index.html", b"<h1>Shop</h1>"),
            ("functions/stage.js", b"export const onRequest = ({ env }) => new Response(env.STAGE);\n"),
        ],
    );
    root
}

fn build(root: &Path, more: &[&str]) -> Output {
    pagesbuild(root, ["build"].iter().chain(more))
}

fn ids(output: &Output) -> Vec<String> {
    assert!(output.status.success(), "{}", stderr(output));
    stdout(output).lines().map(str::to_owned).collect()
}

#[test]
fn each_is_what_it_is_alone() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), CONFIG);
    let all = ids(&build(&root, &["--env", "all"]));
    let alone = |environment: &str| {
        let outdir = format!("../alone-{environment}");
        ids(&build(&root, &["--env", environment, "--outdir", &outdir])).remove(0)
    };
    let expected =
        [alone(""), format!("{} preview", alone("preview")), format!("{} production", alone("production"))];
    assert_eq!(all, expected);
    for environment in ["top-level", "preview", "production"] {
        let there = verify(&root.join("dist").join(environment)).unwrap();
        let name = there.document.project.environment.unwrap_or("top-level".to_owned());
        assert_eq!(name, environment);
    }
    assert_eq!(files(&root.join("dist")).len(), 3 * files(&directory.path().join("alone-preview")).len());
}

#[test]
fn they_are_logged_and_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), CONFIG);
    let output = build(&root, &["--env", "all", "--format", "json"]);
    let told: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let ids: Vec<&str> =
        told["result"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    let store = pagesbuild::store::Store::open(&root).unwrap().unwrap();
    let history = |environment| store.history(environment).unwrap();
    assert_eq!([history(None), history(Some("preview")), history(Some("production"))].concat(), ids);
}

#[test]
fn one_that_is_wrong_stops_all() {
    let directory = tempfile::tempdir().unwrap();
    let broken = CONFIG.replace(
        r#""compatibility_date": "2026-09-02""#,
        r#""kv_namespaces": [{ "binding": "STAGE", "id": "x" }]"#,
    );
    let root = project(directory.path(), &broken);
    let output = build(&root, &["--env", "all"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!root.join("dist").exists());
    assert!(!root.join(".pagesbuild/deployments").exists());
    assert!(stderr(&output).contains("STAGE"), "{}", stderr(&output));
}

#[test]
fn one_directory_holds_one_or_all() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), CONFIG);
    let dist = root.join("dist");
    ids(&build(&root, &[]));
    ids(&build(&root, &["--env", "all"]));
    // What `wrangler dev` keeps goes where its environment goes.
    write(&dist, &[("preview/.wrangler/state", b"kept")]);
    ids(&build(&root, &["--env", "all"]));
    assert_eq!(fs::read(dist.join("preview/.wrangler/state")).unwrap(), b"kept");
    write(&dist, &[("preview/notes.txt", b"mine")]);
    let refused = build(&root, &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains("holds `preview/notes.txt`, which no build put there"),
        "{}",
        stderr(&refused)
    );
    fs::remove_file(dist.join("preview/notes.txt")).unwrap();
    ids(&build(&root, &[]));
    assert!(dist.join("deployment.json").exists() && !dist.join("preview").exists());
}

#[test]
fn all_of_them_by_name() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), CONFIG);
    let said = |arguments: &[&str]| {
        let output = pagesbuild(&root, arguments);
        (output.status.code(), stdout(&output), stderr(&output))
    };
    for command in ["check", "types"] {
        let (all, every) = (said(&[command, "--env", "all"]), said(&[command]));
        assert_eq!((all.0, all.1), (every.0, every.1), "{command}: {}", all.2);
    }
    assert_eq!(said(&["build", "--env", "all", "-q"]).0, Some(0));
    assert_eq!(said(&["versions", "--env", "all"]), said(&["versions"]));
    assert_eq!(said(&["versions"]).1.matches("* ").count(), 3);
    let (code, _, text) = said(&["routes", "--env", "all"]);
    assert_eq!(code, Some(1));
    assert!(
        text.contains("this takes one environment at a time: choose one of `preview`, `production`"),
        "{text}"
    );
}

#[test]
fn names_that_are_no_directories() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), &CONFIG.replace("preview", "../preview"));
    let refused = build(&root, &["--env", "all"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("`../preview`"), "{}", stderr(&refused));
    assert!(!root.join("dist").exists());
    // One that is called `all` is one of them.
    let root = project(&directory.path().join("second"), &CONFIG.replace("preview", "all"));
    assert_eq!(ids(&build(&root, &["--env", "all"])).len(), 1);
}
