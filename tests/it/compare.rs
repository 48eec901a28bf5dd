//! What differs between two versions: of small projects, built and compared by the real binary, and of descriptions.

use std::fs;
use std::path::{Path, PathBuf};

use pagesbuild::compare::{Change, Direction, compare};
use pagesbuild::deployment::Deployment;
use pagesbuild::deployment::document::Package;
use serde_json::{Value, json};

use crate::fixture::{pagesbuild, root, snapshot, stderr, stdout};
use crate::project::write;

mod fields;
mod safety;

/// A description with something in every field.
fn everything() -> Value {
    serde_json::from_str(include_str!("compare/everything.json")).unwrap()
}

/// A deployment of which only the description is there.
fn described(document: &Value) -> Deployment {
    let document = serde_json::from_value(document.clone()).unwrap();
    Deployment { document, files: Vec::new(), facts: None }
}

/// A project before and after a day's work, built into `before` and `after` beside it.
fn two_versions(directory: &Path) -> PathBuf {
    let root = directory.join("shop");
    let config = json!({
        "name": "shop",
        "compatibility_date": "2026-09-01",
        "main": "src/index.js",
        "assets": { "directory": "public", "binding": "ASSETS" },
        "vars": { "STAGE": "one", "MAIL_API_KEY": concat!("9f86d081884c7d65", "9a2feaa0c55ad015"), "LIMITS": { "a": 1, "b": 2 } },
        "kv_namespaces": [{ "binding": "CACHE", "id": "11111111111111111111111111111111" }],
        "r2_buckets": [{ "binding": "PHOTOS", "bucket_name": "photos" }],
        "durable_objects": { "bindings": [{ "name": "COUNTER", "class_name": "Counter" }] },
        "migrations": [{ "tag": "v1", "new_sqlite_classes": ["Counter"] }],
        "triggers": { "crons": ["0 * * * *"] },
        "queues": { "consumers": [{ "queue": "mail" }, { "queue": "news" }] },
    });
    let counter = "import { DurableObject } from 'cloudflare:workers';\nexport class Counter extends DurableObject {}\n";
    let index = "import { greet } from 'greet';\nexport { Counter } from './counter.js';\nexport default { fetch: (request, env) => env.CACHE.get(env.STAGE + greet()) };\n";
    write(
        &root,
        &[
            ("wrangler.json", config.to_string().as_bytes()),
            ("src/index.js", index.as_bytes()),
            ("src/counter.js", counter.as_bytes()),
            ("functions/api/a.js", b"export const onRequestGet = ({ env }) => env.PHOTOS.get('a');\n"),
            ("functions/api/b.js", b"export const onRequest = () => new Response('b');\n"),
            (
                "node_modules/greet/package.json",
                br#"{ "name": "greet", "version": "1.0.0", "main": "greet.js" }"#,
            ),
            ("node_modules/greet/greet.js", b"export const greet = () => 'hello';\n"),
            ("public/index.html", b"<h1>One</h1>"),
            ("public/gone.txt", b"gone"),
            ("public/old name.txt", b"the same"),
            ("public/_headers", b"/*\n  X-A: b\n"),
        ],
    );
    build(&root, "before", "2026-11-01T10:00:00Z");
    let config = json!({
        "name": "shop",
        "compatibility_date": "2026-10-01",
        "compatibility_flags": ["nodejs_compat"],
        "main": "src/index.js",
        "assets": { "directory": "public", "binding": "ASSETS", "not_found_handling": "404-page" },
        "vars": { "STAGE": "two", "MAIL_API_KEY": concat!("8f86d081884c7d65", "9a2feaa0c55ad015"), "LIMITS": { "a": 1, "b": 3 } },
        "kv_namespaces": [{ "binding": "CACHE", "id": "22222222222222222222222222222222" }],
        "d1_databases": [{ "binding": "DB" }],
        "ai": { "binding": "AI" },
        "durable_objects": { "bindings": [{ "name": "COUNTER", "class_name": "Counter" }, { "name": "ROOM", "class_name": "Room" }] },
        "migrations": [{ "tag": "v1", "new_sqlite_classes": ["Counter"] }, { "tag": "v2", "new_sqlite_classes": ["Room"] }],
        "queues": { "consumers": [{ "queue": "mail", "max_batch_size": 20 }] },
        "secrets": { "required": ["STRIPE_KEY"] },
        "routes": ["shop.example.com/*", { "pattern": "shop.example.org", "custom_domain": true }],
    });
    let room =
        "import { DurableObject } from 'cloudflare:workers';\nexport class Room extends DurableObject {}\n";
    let index = format!("export {{ Room }} from './room.js';\n{index}");
    fs::remove_file(root.join("public/gone.txt")).unwrap();
    fs::rename(root.join("public/old name.txt"), root.join("public/new name.txt")).unwrap();
    write(
        &root,
        &[
            ("wrangler.json", config.to_string().as_bytes()),
            ("src/index.js", index.as_bytes()),
            ("src/room.js", room.as_bytes()),
            ("functions/api/_middleware.js", b"export const onRequest = ({ next }) => next();\n"),
            (
                "functions/api/a.js",
                b"export const onRequestGet = ({ env }) => env.DB.prepare(env.STRIPE_KEY);\n",
            ),
            ("functions/api/c.js", b"export const onRequest = () => new Response('c');\n"),
            (
                "node_modules/greet/package.json",
                br#"{ "name": "greet", "version": "1.1.0", "main": "greet.js" }"#,
            ),
            ("node_modules/greet/greet.js", b"export const greet = () => 'good day';\n"),
            ("public/index.html", b"<h1>One and two</h1>"),
            ("public/new.txt", b"new"),
            ("public/_redirects", b"/x /y\n"),
        ],
    );
    fs::remove_file(root.join("public/_headers")).unwrap();
    fs::remove_file(root.join("functions/api/b.js")).unwrap();
    build(&root, "after", "2026-11-02T10:00:00Z");
    root
}

/// Builds a project into a directory beside it, at a time of the test's choice.
fn build(root: &Path, name: &str, time: &str) {
    let outdir = root.with_file_name(name);
    crate::fixture::build(root, &outdir, &[]);
    at_time(&outdir, time);
}

/// Says of a version that it was built then, and nothing of where.
fn at_time(outdir: &Path, time: &str) {
    let path = outdir.join("build.json");
    let mut facts: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    facts["time"] = json!(time);
    facts["tool"] = json!("0.1.0");
    facts.as_object_mut().unwrap().retain(|key, _| key != "git" && key != "repository");
    fs::write(path, facts.to_string()).unwrap();
}

#[test]
fn a_days_work_for_people_and_for_programs() {
    let directory = tempfile::tempdir().unwrap();
    two_versions(directory.path());
    let mut text = String::new();
    for arguments in [
        &["diff", "before", "after"][..],
        &["diff", "after", "before", "-v"],
        &["diff", "after", "after"],
        &["diff", "before", "after", "--format", "json"],
    ] {
        let output = pagesbuild(directory.path(), arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(stderr(&output), "");
        text.push_str(&format!("$ pagesbuild {}\n{}\n", arguments.join(" "), stdout(&output)));
    }
    assert!(!text.contains("9a2feaa0c55ad015"), "a secret is shown");
    snapshot("diff", &text);
}

#[test]
fn the_exit_code_tells_whether_they_differ_where_that_is_asked() {
    let directory = tempfile::tempdir().unwrap();
    two_versions(directory.path());
    for (arguments, code) in [
        (&["diff", "before", "after"][..], 0),
        (&["diff", "before", "after", "--exit-code"], 1),
        (&["diff", "before", "before", "--exit-code"], 0),
        (&["diff", "before", "nowhere", "--exit-code"], 2),
        (&["diff", "before", "shop"], 2),
    ] {
        let output = pagesbuild(directory.path(), arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
    }
}

/// Of projects that have little in common: other parts, other environments, other ways to write the same code.
#[test]
fn pairs_of_projects() {
    let directory = tempfile::tempdir().unwrap();
    let projects = root().join("fixtures/projects");
    let versions: [(&str, &str, &[&str]); 7] = [
        ("static", "static-only", &[]),
        ("functions", "functions-only", &[]),
        ("top", "environments", &[]),
        ("staging", "environments", &["--env", "staging"]),
        ("production", "environments", &["--env", "production"]),
        ("plain", "main-only", &[]),
        ("minified", "main-only", &["--minify", "--sourcemap"]),
    ];
    for (at, (name, project, more)) in versions.iter().enumerate() {
        let outdir = directory.path().join(name);
        crate::fixture::build(&projects.join(project), &outdir, more);
        at_time(&outdir, &format!("2026-11-01T10:00:0{at}Z"));
    }
    let mut text = String::new();
    for (one, other) in
        [("static", "functions"), ("top", "staging"), ("staging", "production"), ("plain", "minified")]
    {
        let output = pagesbuild(directory.path(), ["diff", one, other]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        text.push_str(&format!("$ pagesbuild diff {one} {other}\n{}\n", stdout(&output)));
    }
    snapshot("diff-pairs", &text);
}

/// What comes from anywhere does nothing to a terminal.
#[cfg(unix)]
#[test]
fn names_are_shown_without_control_characters() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("site");
    let config =
        br#"{ "name": "site", "compatibility_date": "2026-09-01", "assets": { "directory": "public" } }"#;
    write(&root, &[("wrangler.json", config), ("public/index.html", b"")]);
    build(&root, "before", "2026-11-01T10:00:00Z");
    write(&root, &[("public/\u{1b}[2J.txt", b"")]);
    build(&root, "after", "2026-11-02T10:00:00Z");
    let said = stdout(&pagesbuild(directory.path(), ["diff", "before", "after"]));
    assert!(said.contains("+ /\u{fffd}[2J.txt  0 B\n"), "{said:?}");
    let told = stdout(&pagesbuild(directory.path(), ["diff", "before", "after", "--format", "json"]));
    assert!(told.contains(r"/\u001b[2J.txt"), "{told}");
}

/// Nobody guesses what a worker was made from.
#[test]
fn sources_that_are_not_told_are_not_known() {
    let directory = tempfile::tempdir().unwrap();
    two_versions(directory.path());
    fs::remove_file(directory.path().join("before/build.json")).unwrap();
    let said = stdout(&pagesbuild(directory.path(), ["diff", "before", "after"]));
    assert!(said.contains("sources       not known, since `build.json` does not tell\n"), "{said}");
    let told = stdout(&pagesbuild(directory.path(), ["diff", "before", "after", "--format", "json"]));
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["result"]["sources"], &told["result"]["before"]["time"]), (&Value::Null, &Value::Null));
    // Without a time nobody knows which is older.
    assert_eq!(told["result"]["direction"], "back");
}

/// Another version of a package is one change, unless there are several of it.
#[test]
fn packages_by_version() {
    let packages = |list: &[(&str, &str)]| {
        let mut document = everything();
        let packages =
            list.iter().map(|(name, version)| json!({ "name": name, "version": version, "size": 1 }));
        document["code"]["packages"] = packages.collect();
        described(&document)
    };
    let told = |before: &[(&str, &str)], after: &[(&str, &str)]| -> Vec<String> {
        let difference = compare(&packages(before), &packages(after), Direction::Forward);
        let version =
            |package: Option<Package>| package.and_then(|package| package.version).unwrap_or_default();
        let text = |change: Change<Package>| {
            format!("{} {} -> {}", change.name, version(change.before), version(change.after))
        };
        difference.packages.into_iter().map(text).collect()
    };
    assert_eq!(
        told(&[("hono", "4.1.0"), ("zod", "3.0.0")], &[("hono", "4.2.0")]),
        ["hono 4.1.0 -> 4.2.0", "zod 3.0.0 -> "]
    );
    assert_eq!(
        told(&[("a", "1.0.0"), ("a", "2.0.0")], &[("a", "2.0.0"), ("a", "3.0.0")]),
        ["a 1.0.0 -> 3.0.0"]
    );
    assert_eq!(
        told(&[("a", "1.0.0"), ("a", "2.0.0")], &[("a", "3.0.0")]),
        ["a 1.0.0 -> ", "a 2.0.0 -> ", "a  -> 3.0.0"]
    );
}

/// Long lists are cut, and `-v` has all of them.
#[test]
fn long_lists_are_counted() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("site");
    let config =
        br#"{ "name": "site", "compatibility_date": "2026-09-01", "assets": { "directory": "public" } }"#;
    write(&root, &[("wrangler.json", config), ("public/index.html", b"")]);
    build(&root, "before", "2026-11-01T10:00:00Z");
    for number in 10..40 {
        write(&root, &[(&format!("public/{number}.txt"), format!("{number}").as_bytes())]);
    }
    build(&root, "after", "2026-11-02T10:00:00Z");
    let said = stdout(&pagesbuild(directory.path(), ["diff", "before", "after"]));
    assert!(said.contains("assets        30 added, 0 B -> 60 B\n"), "{said}");
    assert!(
        said.contains("/19.txt") && !said.contains("/20.txt") && said.contains("and 20 more (`-v`"),
        "{said}"
    );
    let said = stdout(&pagesbuild(directory.path(), ["diff", "before", "after", "-v"]));
    assert!(said.contains("/39.txt") && !said.contains("more (`-v`"), "{said}");
}

/// Versions by what they are called: without names, the last two; with one, that one and the last.
#[test]
fn versions_are_called_by_what_they_are() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("site");
    let config = br#"{ "name": "site", "compatibility_date": "2026-09-01", "assets": { "directory": "public" }, "env": { "production": {} } }"#;
    let mut ids = Vec::new();
    write(&root, &[("wrangler.json", config)]);
    for text in ["one", "two", "three"] {
        write(&root, &[("public/index.html", text.as_bytes())]);
        ids.push(stdout(&pagesbuild(&root, ["build", "-q"])).trim().to_owned());
    }
    write(&root, &[("public/index.html", b"four")]);
    let production = stdout(&pagesbuild(&root, ["build", "-q", "--env", "production"])).trim().to_owned();
    let told = |arguments: &[&str]| {
        let output = pagesbuild(&root, ["diff", "--format", "json"].iter().chain(arguments));
        let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
        let id = |side: &str| document["result"][side]["id"].as_str().map(str::to_owned);
        (id("before"), id("after"))
    };
    let [one, two, three] = [0, 1, 2].map(|at| Some(ids[at].clone()));
    assert_eq!(told(&[]), (two.clone(), three.clone()));
    assert_eq!(told(&["latest~2"]), (one.clone(), three.clone()));
    assert_eq!(told(&[&ids[0][..8], "latest~1"]), (one, two.clone()));
    assert_eq!(told(&["latest~1", "dist"]), (two, Some(production.clone())));
    assert_eq!(told(&["latest~0", &production]), (three, Some(production)));
    // A version is the same wherever it lies.
    let output = pagesbuild(&root, ["pack", "latest~1", "--outfile", "two.zip", "-q"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let output = pagesbuild(&root, ["diff", "two.zip", &ids[1], "--exit-code"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).ends_with("the same deployment\n"), "{}", stdout(&output));
    // A directory that was edited is no version.
    write(&root, &[("dist/assets/index.html", b"five")]);
    let output = pagesbuild(&root, ["diff", "latest", "dist"]);
    assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
    assert!(stderr(&output).contains("`assets/index.html` has another content"), "{}", stderr(&output));
    // The environment has one version only.
    let output = pagesbuild(&root, ["diff", "--env", "production"]);
    assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
    assert!(stderr(&output).contains("`production` was given one version only"), "{}", stderr(&output));
}
