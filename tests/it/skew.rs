//! Hashed files of earlier versions, published along for pages that are open.

use std::fs;
use std::path::{Path, PathBuf};

use pagesbuild::deployment::{Verified, verify};
use serde_json::{Value, json};

use crate::fixture::{files, pagesbuild, stderr, stdout};
use crate::project::write;

/// A site whose page loads one hashed script, which says `text`.
fn site(root: &Path, hash: &str, text: &str) {
    let public = root.join("public");
    if public.exists() {
        fs::remove_dir_all(&public).unwrap();
    }
    let script = format!("public/assets/index-{hash}.js");
    let page = format!("<script src=/assets/index-{hash}.js></script>");
    write(
        root,
        &[
            ("public/index.html", page.as_bytes()),
            (&script, text.as_bytes()),
            (&format!("public/pages/{hash}.html"), b"<h1>A page</h1>"),
            (&format!("public/{text}.txt"), b"under its own name"),
        ],
    );
}

fn project(directory: &Path) -> PathBuf {
    let root = directory.join("site");
    let config =
        br#"{ "name": "site", "compatibility_date": "2026-09-01", "assets": { "directory": "public" } }"#;
    write(&root, &[("wrangler.json", config)]);
    root
}

/// Builds, and tells what became of old files.
fn build(root: &Path, more: &[&str]) -> (Verified, Value) {
    let output = pagesbuild(root, ["build", "--format", "json"].iter().chain(more));
    assert!(output.status.success(), "{}", stderr(&output));
    let told: Value = serde_json::from_str(&stdout(&output)).unwrap();
    (verify(&root.join("dist")).unwrap(), told["result"]["skew"].clone())
}

fn carried(built: &Verified) -> Vec<&str> {
    built.document.carried.keys().map(String::as_str).collect()
}

#[test]
fn what_a_version_drops_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path());
    site(&root, "AAAA1111", "one");
    let (first, skew) = build(&root, &[]);
    assert_eq!(skew, json!({ "previous": null, "dropped": [], "carried": [] }));
    site(&root, "BBBB2222", "two");
    let (second, skew) = build(&root, &[]);
    let dropped = ["/assets/index-AAAA1111.js"];
    assert_eq!(skew, json!({ "previous": first.document.id, "dropped": dropped, "carried": [] }));
    let (_, skew) = build(&root, &[]);
    assert_eq!(skew, json!({ "previous": second.document.id, "dropped": [], "carried": [] }));
}

#[test]
fn old_files_stay_for_as_many_sites_as_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path());
    site(&root, "AAAA1111", "one");
    let (first, _) = build(&root, &["--keep-assets", "1"]);
    site(&root, "BBBB2222", "two");
    let (plain, _) = build(&root, &["--no-store"]);
    let (second, skew) = build(&root, &["--keep-assets", "1"]);
    assert_eq!(carried(&second), ["/assets/index-AAAA1111.js"]);
    assert_eq!(skew["dropped"], json!([]));
    let entry = &second.document.carried["/assets/index-AAAA1111.js"];
    assert_eq!(entry.from, first.document.id);
    assert_eq!(fs::read(root.join("dist/assets/assets/index-AAAA1111.js")).unwrap(), b"one");
    let facts: Value = serde_json::from_slice(&fs::read(root.join("dist/build.json")).unwrap()).unwrap();
    assert_eq!(facts["options"]["keep-assets"], 1);
    // The site is the same with and without them.
    assert_eq!(second.document.digests.assets, plain.document.digests.assets);
    assert_ne!(second.document.id, plain.document.id);
    // Building it again gives the same, also when the code changes in between.
    assert_eq!(build(&root, &["--keep-assets", "1"]).0.document, second.document);
    write(&root, &[("functions/api.js", b"export const onRequest = () => new Response();")]);
    let (with_code, _) = build(&root, &["--keep-assets", "1"]);
    assert_eq!(with_code.document.carried, second.document.carried);
    // One site further, the first one's are gone.
    site(&root, "CCCC3333", "three");
    assert_eq!(carried(&build(&root, &["--keep-assets", "1"]).0), ["/assets/index-BBBB2222.js"]);
    let (both, skew) = build(&root, &["--keep-assets", "2"]);
    assert_eq!(carried(&both), ["/assets/index-AAAA1111.js", "/assets/index-BBBB2222.js"]);
    assert_eq!(skew["dropped"], json!([]));
    let (none, skew) = build(&root, &[]);
    assert_eq!(carried(&none), [""; 0]);
    assert_eq!(skew["dropped"], json!(["/assets/index-AAAA1111.js", "/assets/index-BBBB2222.js"]));
}

/// A file of an earlier version cannot be had otherwise, so no option helps.
#[test]
fn an_old_file_that_is_damaged_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path());
    site(&root, "AAAA1111", "one");
    build(&root, &[]);
    let objects = root.join(".pagesbuild/objects");
    for path in files(&objects).into_iter().map(|path| objects.join(path)) {
        if fs::read(&path).unwrap() == b"one" {
            fs::write(path, "eno").unwrap();
        }
    }
    fs::remove_dir_all(root.join("dist")).unwrap();
    site(&root, "BBBB2222", "two");
    let output = pagesbuild(&root, ["build", "--keep-assets", "1"]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(".pagesbuild/objects") && said.contains("verify --store"), "{said}");
    assert!(!said.contains("--no-cache") && !root.join("dist").exists(), "{said}");
}

#[test]
fn each_environment_has_its_own_past() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path());
    let config =
        br#"{ "name": "site", "compatibility_date": "2026-09-01", "assets": { "directory": "public" },
        "env": { "preview": {} } }"#;
    write(&root, &[("wrangler.json", config)]);
    site(&root, "AAAA1111", "one");
    build(&root, &["--env", "preview"]);
    site(&root, "BBBB2222", "two");
    assert_eq!(carried(&build(&root, &["--keep-assets", "1"]).0), [""; 0]);
    let (preview, _) = build(&root, &["--keep-assets", "1", "--env", "preview"]);
    assert_eq!(carried(&preview), ["/assets/index-AAAA1111.js"]);
}

#[test]
fn pages_that_are_open_get_their_files() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path());
    site(&root, "AAAA1111", "one");
    build(&root, &[]);
    site(&root, "BBBB2222", "two");
    build(&root, &["--keep-assets", "1"]);
    let mut ask = crate::npm::command("worker/answer.mjs");
    ask.arg(root.join("dist/wrangler.json")).args(["/assets/index-AAAA1111.js", "/assets/index-BBBB2222.js"]);
    assert_eq!(crate::npm::stdout(&mut ask), "onetwo");
}
