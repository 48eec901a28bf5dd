//! Software bills of materials: by the published schema, with what others find in the worker.

use std::fs;

use serde_json::{Value, json};

use super::{build, document, project, told};
use crate::npm;
use crate::project::write;

/// Has bills validated, and gives the components of each, or what is wrong.
fn read_bills(bills: &[String]) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let mut command = npm::command("provenance/bill.mjs");
    for (number, bill) in bills.iter().enumerate() {
        let file = directory.path().join(format!("{number}.json"));
        fs::write(&file, bill).unwrap();
        command.arg(file);
    }
    npm::stdout(&mut command).lines().map(str::to_owned).collect()
}

#[test]
fn bills_conform_to_the_schema() {
    let directory = tempfile::tempdir().unwrap();
    project(directory.path());
    let site = directory.path().join("site");
    let bill = told(&site, &["sbom"]);
    // The same from the output directory, and without what only the facts say.
    assert_eq!(bill, told(&site, &["sbom", "latest"]));
    fs::remove_file(site.join("dist/build.json")).unwrap();
    let bare = told(&site, &["sbom", "dist"]);
    let mut wrong: Value = serde_json::from_str(&bill).unwrap();
    let licenses = |component: usize| wrong["components"][component]["licenses"].clone();
    assert_eq!(licenses(0), json!([{ "expression": "ISC", "acknowledgement": "declared" }]));
    assert_eq!(licenses(1), Value::Null);
    wrong["components"][0]["type"] = json!("surprise");
    let read = read_bills(&[bill, bare.clone(), wrong.to_string()]);
    let expected = json!([
        [null, "below", "1.0.0"],
        [null, "nameless", "4.0.0"],
        [null, "real", "2.0.0-rc.1+b"],
        [null, "used", "1.0.0"],
        [null, "wasm", null],
    ]);
    assert_eq!(read[..2], [expected.to_string(), expected.to_string()]);
    assert!(read[2].contains("type"), "{}", read[2]);
    let bare: Value = serde_json::from_str(&bare).unwrap();
    assert_eq!(bare["metadata"]["timestamp"], Value::Null);
    assert_eq!(bare["metadata"]["component"]["version"], document(&site.join("dist")).id);
}

/// What npm has installed, what a bundler of others takes of it, and what the bill says.
#[test]
fn bills_have_what_another_bundler_takes() {
    let directory = tempfile::tempdir().unwrap();
    let code = "import { createClient } from '@urql/core';\nimport render from 'preact-render-to-string';\n\
        import qs from 'qs';\nimport { sha256 } from '@noble/hashes/sha2.js';\nimport * as v from 'valibot';\n\
        import { produce } from 'immer';\nimport { h } from 'preact';\n\
        export const onRequest = () => Response.json([createClient, render(h('p')), qs.parse('a=b'), sha256, v.string()]);\n";
    write(directory.path(), &[("functions/index.js", code.as_bytes())]);
    #[cfg(unix)]
    std::os::unix::fs::symlink(npm::modules(), directory.path().join("node_modules")).unwrap();
    #[cfg(windows)]
    std::os::windows::fs::symlink_dir(npm::modules(), directory.path().join("node_modules")).unwrap();
    let arguments = ["--name", "a", "--compatibility-date", "2026-01-01", "--no-store", "--no-cache"];
    build(directory.path(), &arguments);
    let bill = told(directory.path(), &["sbom", "dist"]);
    let mut bundled = npm::command("provenance/bundled.mjs");
    bundled.arg(directory.path().join("functions/index.js"));
    let theirs: Vec<(String, String)> = serde_json::from_str(&npm::stdout(&mut bundled)).unwrap();
    let ours: Vec<(Option<String>, String, String)> = serde_json::from_str(&read_bills(&[bill])[0]).unwrap();
    let joined = |(scope, name, version)| match scope {
        Some(scope) => (format!("{scope}/{name}"), version),
        None => (name, version),
    };
    let ours: Vec<(String, String)> = ours.into_iter().map(joined).collect();
    let theirs: Vec<(String, String)> = sorted(theirs);
    assert_eq!(sorted(ours.clone()), theirs);
    let has = |name: &str| ours.iter().any(|(known, _)| known == name);
    // What is brought along is there; what is imported in vain or only installed is not.
    assert!(has("wonka") && has("side-channel"), "{ours:?}");
    assert!(!has("immer") && !has("marked"), "{ours:?}");
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list
}
