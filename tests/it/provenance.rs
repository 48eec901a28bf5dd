//! What is known of a build: its inputs, the packages that are in the worker, and what is said of them to others.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use pagesbuild::deployment::{BuildFacts, Document};
use pagesbuild::provenance::{self, Subject};
use serde_json::{Value, json};

use crate::fixture::{self, pagesbuild, stderr, stdout};
use crate::fuzz::{Random, setting};
use crate::project::write;

mod bill;
mod statement;

/// A project whose files are of every kind that a build reads, with packages that are used, used by packages, imported in
/// vain and only installed.
const PROJECT: &[(&str, &str)] = &[
    (
        "site/wrangler.toml",
        "\u{feff}name = 'site'\ncompatibility_date = '2026-01-01'\nassets = { directory = 'public', binding = 'ASSETS' }\n",
    ),
    ("site/public/.assetsignore", "*.map\n"),
    ("site/public/_routes.json", r#"{ "version": 1, "include": ["/*"], "exclude": [] }"#),
    ("site/public/index.html", "<h1>Hi</h1>"),
    ("site/package.json", r#"{ "name": "site" }"#),
    ("site/tsconfig.json", r#"{ "extends": "../base.json" }"#),
    ("base.json", r#"{ "compilerOptions": { "target": "es2022" } }"#),
    (
        "site/functions/index.ts",
        "\u{feff}import { used, unused } from 'used';\nimport { shown } from '@scope/alias';\n\
         import text from './text.txt' with { type: 'text' };\nimport bytes from './bytes.bin' with { type: 'bytes' };\n\
         import wasm from 'wasm/module.wasm';\nimport { own } from '../../own/index.js';\nimport { linked } from 'linked';\n\
         export const onRequest = () => Response.json([used, shown, text, bytes, wasm, own, linked]);\n",
    ),
    ("site/functions/helper.ts", "export const helper: number = 1;\n"),
    ("site/functions/text.txt", "\u{feff}a text"),
    ("site/functions/bytes.bin", "bytes"),
    ("own/index.js", "export const own = 'own';\n"),
    ("own/package.json", r#"{ "name": "own", "version": "9.0.0" }"#),
    ("site/node_modules/used/package.json", r#"{ "name": "used", "version": "1.0.0", "license": "MIT" }"#),
    (
        "site/node_modules/used/index.js",
        "import { below } from 'below';\nimport { nothing } from 'in-vain';\nexport const used = ['used', below];\nexport const unused = 1;\n",
    ),
    // A manifest inside of a package names no package.
    ("site/node_modules/@scope/alias/package.json", r#"{ "name": "real", "version": "2.0.0-rc.1+b" }"#),
    ("site/node_modules/@scope/alias/inner/package.json", r#"{ "name": "inner", "version": "0.0.1" }"#),
    (
        "site/node_modules/@scope/alias/index.js",
        "import { below } from 'below';\nimport { nameless } from 'nameless';\nexport { inner as shown } from './inner/index.js';\nconsole.log(below, nameless);\n",
    ),
    ("site/node_modules/@scope/alias/inner/index.js", "export const inner = 'inner';\n"),
    (
        "site/node_modules/below/package.json",
        r#"{ "name": "below", "version": "1.0.0", "license": { "type": "ISC" } }"#,
    ),
    ("site/node_modules/below/index.js", "export const below = 'below';\n"),
    ("site/node_modules/used/node_modules/below/package.json", r#"{ "name": "below", "version": "1.0.0" }"#),
    ("site/node_modules/used/node_modules/below/index.js", "export const below = 'below again';\n"),
    ("site/node_modules/in-vain/package.json", r#"{ "name": "in-vain", "version": "1.0.0" }"#),
    ("site/node_modules/in-vain/index.js", "export const nothing = 1;\n"),
    ("site/node_modules/installed/package.json", r#"{ "name": "installed", "version": "1.0.0" }"#),
    ("site/node_modules/installed/index.js", "export default 1;\n"),
    // Manifests that say little, or that are not there.
    ("site/node_modules/nameless/package.json", r#"{ "version": "4.0.0" }"#),
    ("site/node_modules/nameless/index.js", "export const nameless = 'nameless';\n"),
    ("site/node_modules/wasm/module.wasm", "\0asm\u{1}\0\0\0"),
];

/// Builds the project below a directory, which is `site` in it, and gives its output directory.
fn project(directory: &Path) -> std::path::PathBuf {
    for (path, text) in PROJECT {
        write(directory, &[(path, text.as_bytes())]);
    }
    write(directory, &[("packages/linked/package.json", br#"{ "name": "linked", "version": "3.0.0" }"#)]);
    write(directory, &[("packages/linked/index.js", b"export const linked = 'linked';\n")]);
    let link = directory.join("site/node_modules/linked");
    #[cfg(unix)]
    std::os::unix::fs::symlink("../../packages/linked", link).unwrap();
    #[cfg(windows)]
    std::os::windows::fs::symlink_dir("..\\..\\packages\\linked", link).unwrap();
    build(&directory.join("site"), &["--metafile", "meta.json"]);
    directory.join("site/dist")
}

fn build(project: &Path, more: &[&str]) {
    let output = pagesbuild(project, ["build", "-q"].iter().chain(more));
    assert!(output.status.success(), "{}", stderr(&output));
}

fn facts(dist: &Path) -> BuildFacts {
    BuildFacts::parse(&fs::read_to_string(dist.join("build.json")).unwrap()).unwrap()
}

fn document(dist: &Path) -> Document {
    Document::parse(&fs::read(dist.join("deployment.json")).unwrap()).unwrap()
}

#[test]
fn every_file_that_was_read_is_an_input() {
    let directory = tempfile::tempdir().unwrap();
    let dist = project(directory.path());
    let facts = facts(&dist);
    let hash = |path: &str| {
        let bytes = fs::read(directory.path().join("site").join(path)).unwrap();
        blake3::hash(&bytes).to_hex().to_string()
    };
    for (path, source) in &facts.inputs.sources {
        assert_eq!(source.hash, hash(path), "{path}");
    }
    for (path, input) in &facts.inputs.files {
        assert_eq!(*input, hash(path), "{path}");
    }
    let sources: Vec<&str> = facts.inputs.sources.keys().map(String::as_str).collect();
    let expected = [
        "../own/index.js",
        "../packages/linked/index.js",
        "functions/bytes.bin",
        "functions/helper.ts",
        "functions/index.ts",
        "functions/text.txt",
        "node_modules/@scope/alias/index.js",
        "node_modules/@scope/alias/inner/index.js",
        "node_modules/below/index.js",
        "node_modules/in-vain/index.js",
        "node_modules/nameless/index.js",
        "node_modules/used/index.js",
        "node_modules/used/node_modules/below/index.js",
        "node_modules/wasm/module.wasm",
    ];
    assert_eq!(sources, expected);
    let files: Vec<&str> = facts.inputs.files.keys().map(String::as_str).collect();
    let expected = [
        "../base.json",
        "../own/package.json",
        "../packages/linked/package.json",
        "node_modules/@scope/alias/inner/package.json",
        "node_modules/@scope/alias/package.json",
        "node_modules/below/package.json",
        "node_modules/in-vain/package.json",
        "node_modules/nameless/package.json",
        "node_modules/used/node_modules/below/package.json",
        "node_modules/used/package.json",
        "package.json",
        "public/.assetsignore",
        "public/_routes.json",
        "tsconfig.json",
        "wrangler.toml",
    ];
    assert_eq!(files, expected);
    let dropped = |path: &str| facts.inputs.sources[path].size == 0;
    assert!(dropped("functions/helper.ts") && dropped("node_modules/in-vain/index.js"));

    // The metafile takes the bytes of each from the same link map, and its own sum is tested against the file.
    let metafile = fs::read_to_string(directory.path().join("site/meta.json")).unwrap();
    let metafile: Value = serde_json::from_str(&metafile).unwrap();
    let mut bytes: BTreeMap<&str, u64> = BTreeMap::new();
    for output in metafile["outputs"].as_object().unwrap().values() {
        for (path, input) in output["inputs"].as_object().unwrap() {
            let path = path.split(" with {").next().unwrap();
            *bytes.entry(path).or_default() += input["bytesInOutput"].as_u64().unwrap();
        }
    }
    for (path, source) in &facts.inputs.sources {
        assert_eq!(source.size, bytes.get(path.as_str()).copied().unwrap_or(0), "{path}");
    }
    assert!(facts.inputs.sources["functions/index.ts"].size > 0);
}

#[test]
fn packages_are_those_that_the_worker_has_something_of() {
    let directory = tempfile::tempdir().unwrap();
    let dist = project(directory.path());
    let packages = serde_json::to_value(document(&dist).code.unwrap().packages).unwrap();
    let names: Vec<Value> =
        packages.as_array().unwrap().iter().map(|row| json!([row["name"], row["version"]])).collect();
    let expected = [
        json!(["below", "1.0.0"]),
        json!(["nameless", "4.0.0"]),
        json!(["real", "2.0.0-rc.1+b"]),
        json!(["used", "1.0.0"]),
        json!(["wasm", null]),
    ];
    assert_eq!(names, expected);
    let facts = facts(&dist);
    let below = |path: &str| facts.inputs.sources[path].size;
    let both = below("node_modules/below/index.js") + below("node_modules/used/node_modules/below/index.js");
    assert_eq!(packages[0]["size"], both);
    assert_eq!(packages[4]["size"], 8);
    let licenses = json!(facts.inputs.licenses);
    assert_eq!(licenses, json!({ "below@1.0.0": "ISC", "used@1.0.0": "MIT" }));
}

#[test]
fn two_versions_are_two_packages() {
    let directory = tempfile::tempdir().unwrap();
    let dist = project(directory.path());
    let before = document(&dist);
    let manifest = br#"{ "name": "below", "version": "1.0.1" }"#;
    write(directory.path(), &[("site/node_modules/used/node_modules/below/package.json", manifest)]);
    build(&directory.path().join("site"), &[]);
    let after = document(&dist);
    let versions = |document: &Document| {
        let packages = document.code.as_ref().unwrap().packages.iter();
        let below = packages.filter(|package| package.name == "below");
        below.map(|package| package.version.clone().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(versions(&before), ["1.0.0"]);
    assert_eq!(versions(&after), ["1.0.0", "1.0.1"]);
    assert_ne!(before.id, after.id);
}

#[test]
fn options_are_told_as_the_command_line_calls_them() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), &[("site/static/a.txt", b"a"), ("site/c.toml", b"[env.production]\n")]);
    let arguments = [
        ["build", "site", "-q", "--no-store", "--minify", "--sourcemap"].as_slice(),
        &["--env", "production", "--config", "site/c.toml", "--assets", "./site/static"],
        &["--name", "n", "--compatibility-date", "2026-01-01", "--compatibility-flag", "a"],
        &["--conditions", "b,c", "--platform", "node", "--deny", "warnings"],
    ];
    let output = pagesbuild(directory.path(), arguments.concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let expected = json!({
        "assets": "static", "compatibility-date": "2026-01-01", "compatibility-flag": ["a"], "conditions": ["b", "c"],
        "config": "c.toml", "env": "production", "minify": true, "name": "n", "platform": "node", "sourcemap": true,
    });
    assert_eq!(json!(facts(&directory.path().join("site/dist")).inputs.options), expected);
}

/// Runs git in a directory, as nobody in particular.
fn git(directory: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .current_dir(directory)
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"])
        .args(["-c", "init.defaultBranch=main"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
}

#[test]
fn git_tells_where_a_project_stands() {
    let directory = tempfile::tempdir().unwrap();
    let site = directory.path().join("the site");
    write(&site, &[("public/a.txt", b"a"), ("wrangler.toml", b"assets = { directory = 'public' }\n")]);
    let look = || {
        build(&site, &["--no-store", "--name", "a", "--compatibility-date", "2026-01-01"]);
        let text = fs::read_to_string(site.join("dist/build.json")).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        (value["git"].clone(), value["repository"].clone())
    };
    assert_eq!(look(), (Value::Null, Value::Null));
    git(directory.path(), &["init", "-q"]);
    // Nothing is committed yet.
    assert_eq!(look(), (Value::Null, json!({ "directory": "the site" })));
    git(directory.path(), &["add", "the site/public"]);
    git(directory.path(), &["commit", "-qm", "a"]);
    let head = Command::new("git").current_dir(&site).args(["rev-parse", "HEAD"]).output().unwrap();
    let commit = String::from_utf8(head.stdout).unwrap().trim().to_owned();
    git(directory.path(), &["remote", "add", "origin", "https://me:secret@example.com/a/b.git"]);
    let repository = json!({ "directory": "the site", "url": "https://example.com/a/b.git" });
    // What is not tracked does not count.
    assert_eq!(look(), (json!({ "branch": "main", "commit": commit, "dirty": false }), repository.clone()));
    fs::write(site.join("public/a.txt"), "b").unwrap();
    git(directory.path(), &["checkout", "-q", "--detach"]);
    assert_eq!(look(), (json!({ "commit": commit, "dirty": true }), repository));
}

#[test]
fn earlier_and_later_facts_are_read() {
    let earlier = r#"{ "time": "2026-01-01T00:00:00Z", "tool": "0.1.0", "milliseconds": 1, "gzip_size": 2 }"#;
    let facts = BuildFacts::parse(earlier).unwrap();
    assert!(facts.inputs.sources.is_empty() && facts.inputs.git.is_none());
    let mut later: Value = serde_json::from_str(earlier).unwrap();
    later["further"] = json!({ "git": 1 });
    later["sources"] = json!({ "a": { "hash": "b", "size": u64::MAX, "more": [] } });
    assert_eq!(BuildFacts::parse(&later.to_string()).unwrap().inputs.sources["a"].size, u64::MAX);
    for (key, value) in [("sources", json!([])), ("inputs", json!({ "a": 1 })), ("git", json!("main"))] {
        let mut wrong = later.clone();
        wrong[key] = value;
        assert_eq!(BuildFacts::parse(&wrong.to_string()), None, "{key}");
    }
}

#[test]
fn each_environment_has_its_own_facts() {
    let directory = tempfile::tempdir().unwrap();
    fixture::copy(&fixture::root().join("fixtures/projects/environments"), directory.path());
    build(directory.path(), &["--env", "all", "--minify"]);
    let options = |name: &str| json!(facts(&directory.path().join("dist").join(name)).inputs.options);
    assert_eq!(options("top-level"), json!({ "minify": true }));
    assert_eq!(options("production"), json!({ "env": "production", "minify": true }));
    let statement = told(directory.path(), &["attest", "-q", "--env", "staging"]);
    let statement: Value = serde_json::from_str(&statement).unwrap();
    let parameters = &statement["predicate"]["buildDefinition"]["externalParameters"];
    assert_eq!(parameters["environment"], "staging");
    assert_eq!(statement["subject"][0]["name"], document(&directory.path().join("dist/staging")).id);
}

#[test]
fn nothing_names_this_machine() {
    let directory = tempfile::tempdir().unwrap();
    let dist = project(directory.path());
    let (here, real) = (directory.path().to_str().unwrap(), fs::canonicalize(directory.path()).unwrap());
    for name in ["build.json", "deployment.json"] {
        let text = fs::read_to_string(dist.join(name)).unwrap();
        assert!(!text.contains(here) && !text.contains(real.to_str().unwrap()), "{text}");
    }
}

/// What a command about versions writes to its standard output.
fn told(directory: &Path, arguments: &[&str]) -> String {
    let output = pagesbuild(directory, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
    stdout(&output)
}

/// What a command says that refuses.
fn refused(directory: &Path, arguments: &[&str]) -> String {
    let output = pagesbuild(directory, arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
    assert_eq!(stdout(&output), "");
    stderr(&output)
}

/// Facts that anybody wrote are refused or told of, and never the end of the program. `PAGESBUILD_TEST_FACTS` asks for more.
#[test]
fn any_facts_can_be_asked_about() {
    let directory = tempfile::tempdir().unwrap();
    let dist = project(directory.path());
    let document = document(&dist);
    let good = fs::read_to_string(dist.join("build.json")).unwrap();
    let pieces =
        ["", "0", "-1", "1e999", "\"\"", "null", "[]", "{}", "é", "\u{0}", "\\u0000", "18446744073709551615"];
    let mut random = Random(7);
    let (mut read, mut sound) = (0, 0);
    for _ in 0..setting("FACTS", 3_000) {
        let parts: Vec<&str> = good.split_inclusive([' ', ':', ',', '"', '\n']).collect();
        let (at, count) = (random.below(parts.len()), random.below(3));
        let end = parts.len().min(at + count);
        let text = [parts[..at].concat(), (*random.pick(&pieces)).to_owned(), parts[end..].concat()].concat();
        let Some(facts) = BuildFacts::parse(&text) else { continue };
        read += 1;
        let subject = Subject { document: &document, facts_text: &text, facts: &facts, archive: None };
        let statement = provenance::attestation(subject, None);
        assert_eq!(statement["subject"][0]["name"], document.id);
        assert_eq!(provenance::sbom(&document, Some(&facts))["metadata"]["timestamp"], facts.time);
        if facts.is_sound() {
            sound += 1;
            assert_eq!(facts.day().len(), 10);
        }
    }
    assert!(read > sound && sound > 10, "{read} were read, {sound} were sound");
}
