//! What is known of a build: its inputs, the packages that are in the worker, and what is said of them to others.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use pagesbuild::deployment::{self, BuildFacts, Document};
use serde_json::{Value, json};

use crate::fixture::{self, pagesbuild, stderr, stdout};
use crate::project::write;
use crate::{npm, pypi};

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

/// Has statements validated.
fn read_statements(statements: &[String]) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let mut command = pypi::command("statement.py");
    for (number, statement) in statements.iter().enumerate() {
        let file = directory.path().join(format!("{number}.json"));
        fs::write(&file, statement).unwrap();
        command.arg(file);
    }
    npm::stdout(&mut command).lines().map(str::to_owned).collect()
}

#[test]
fn statements_conform_to_the_definitions() {
    let directory = tempfile::tempdir().unwrap();
    project(directory.path());
    let site = directory.path().join("site");
    let alone = told(&site, &["attest", "dist"]);
    git(directory.path(), &["init", "-q"]);
    git(directory.path(), &["add", "site/functions", "own"]);
    git(directory.path(), &["commit", "-qm", "a"]);
    git(directory.path(), &["remote", "add", "origin", "git@example.com:a/b.git"]);
    fs::write(directory.path().join("own/index.js"), "export const own = 'changed';\n").unwrap();
    build(&site, &["--env", "", "--minify"]);
    let output = pagesbuild(&site, ["attest", "--builder-id", "https://example.com/builder"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("tracked files differed"), "{}", stderr(&output));
    let full = stdout(&output);
    let archive = site.join("site.zip");
    deployment::pack_file(&deployment::open(&site.join("dist")).unwrap(), &archive).unwrap();
    let packed = told(&site, &["attest", "--archive", "site.zip"]);
    let value: Value = serde_json::from_str(&full).unwrap();
    let mut wrong = [value.clone(), value.clone(), value.clone()];
    wrong[0]["predicate"]["buildDefinition"]["surprise"] = json!(1);
    wrong[1]["subject"][0].as_object_mut().unwrap().remove("digest");
    wrong[2]["predicate"]["runDetails"]["metadata"]["finishedOn"] = json!("yesterday");
    let wrong = wrong.map(|value| value.to_string());
    let verdicts = read_statements(&[&[alone, full, packed.clone()][..], &wrong].concat());
    assert_eq!(verdicts[..3], ["valid", "valid", "valid"]);
    assert!(verdicts[3..].iter().all(|verdict| verdict != "valid"), "{verdicts:?}");

    let sha256 = |file: &Path| {
        let text = "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())";
        npm::stdout(Command::new("python3").args(["-c", text]).arg(file)).trim().to_owned()
    };
    let id = document(&site.join("dist")).id;
    assert_eq!(value["subject"][0]["name"], id);
    assert_eq!(value["subject"][0]["digest"]["sha256"], sha256(&site.join("dist/deployment.json")));
    let packed: Value = serde_json::from_str(&packed).unwrap();
    assert_eq!(
        packed["subject"][1],
        json!({ "name": "site.zip", "digest": { "sha256": sha256(&site.join("site.zip")) } })
    );
    let definition = &value["predicate"]["buildDefinition"];
    let parameters = json!({ "project": "site", "directory": "site", "options": { "minify": true } });
    assert_eq!(definition["externalParameters"], parameters);
    let dependencies = definition["resolvedDependencies"].as_array().unwrap();
    assert_eq!(dependencies[0]["uri"], "git+ssh://git@example.com/a/b.git@refs/heads/main");
    assert_eq!(dependencies[0]["annotations"], json!({ "dirty": true }));
    let own = fs::read(directory.path().join("own/index.js")).unwrap();
    let own =
        json!({ "name": "../own/index.js", "digest": { "blake3": blake3::hash(&own).to_hex().to_string() } });
    assert!(dependencies.contains(&own) && dependencies.contains(&json!({ "uri": "pkg:npm/used@1.0.0" })));
    let facts = facts(&site.join("dist"));
    assert_eq!(value["predicate"]["runDetails"]["metadata"], json!({ "finishedOn": facts.time }));
    assert_eq!(value["predicate"]["runDetails"]["builder"]["id"], "https://example.com/builder");
}

#[test]
fn only_what_holds_is_attested() {
    let directory = tempfile::tempdir().unwrap();
    let dist = project(directory.path());
    let site = directory.path().join("site");
    told(&site, &["attest", "dist"]);
    // Where it would be part of what it is about.
    assert!(refused(&site, &["attest", "-o", "dist/assets/a.json"]).contains("would lie in the deployment"));
    assert!(refused(&site, &["sbom", "-o", "dist/a.json"]).contains("would lie in the deployment"));
    assert_eq!(told(&site, &["attest", "-q", "-o", "further/a.json"]), "further/a.json\n");
    for arguments in [&["sbom", "-o", "b.json"][..], &["sbom"], &["attest"]] {
        let text = told(&site, &[arguments, &["--format", "json"]].concat());
        let result: Value = serde_json::from_str(&text).unwrap();
        let plain: Value = match arguments.contains(&"-o") {
            true => json!({ "file": "b.json" }),
            false => serde_json::from_str(&told(&site, arguments)).unwrap(),
        };
        assert_eq!(result, json!({ "ok": true, "result": plain, "diagnostics": [] }));
    }
    assert_eq!(fs::read_to_string(site.join("further/a.json")).unwrap(), told(&site, &["attest", "dist"]));

    let kept = fs::read_to_string(dist.join("build.json")).unwrap();
    let broken = [
        kept.replacen("\"hash\": \"", "\"hash\": \"x", 1),
        kept.replace("\"time\": \"", "\"time\": \"around "),
        kept.replace("\"sources\": {", "\"sources\": { \"a\": 1,"),
        "{".to_owned(),
    ];
    for broken in broken {
        fs::write(dist.join("build.json"), broken).unwrap();
        assert!(refused(&site, &["attest", "dist"]).contains("not what a build writes"));
        assert!(refused(&site, &["sbom", "dist"]).contains("not what a build writes"));
    }
    fs::remove_file(dist.join("build.json")).unwrap();
    assert!(refused(&site, &["attest", "dist"]).contains("nothing is known of how it was built"));
    fs::write(dist.join("build.json"), kept).unwrap();
    let page = dist.join("assets/index.html");
    fs::write(&page, "<h1>Ho</h1>").unwrap();
    let text = refused(&site, &["attest", "dist"]);
    assert!(text.contains("not a whole deployment") && text.contains("`assets/index.html`"), "{text}");
    fs::remove_file(page).unwrap();
    assert!(refused(&site, &["attest", "dist"]).contains("`assets/index.html` is missing"));
    assert!(refused(&site, &["attest"]).contains("not a whole deployment"));
    // What is kept is what it was.
    told(&site, &["attest", "latest"]);
    // An archive has to hold the version that is meant, and has no facts.
    let archive = site.join("site.zip");
    build(&site, &[]);
    deployment::pack_file(&deployment::open(&dist).unwrap(), &archive).unwrap();
    assert!(refused(&site, &["attest", "site.zip"]).contains("nothing is known of how it was built"));
    build(&site, &["--minify"]);
    assert!(refused(&site, &["attest", "--archive", "site.zip"]).contains("it holds the version"));
    fs::write(&archive, "no archive").unwrap();
    assert!(refused(&site, &["attest", "--archive", "site.zip"]).contains("not a whole deployment"));
    assert!(refused(&site, &["attest", "latest~7"]).contains("latest~7"));
}
