//! Earlier versions of an environment, brought back: byte for byte, with a line in the log, and only where it is safe.

use std::fs;
use std::path::{Path, PathBuf};

use pagesbuild::deployment::verify;
use serde_json::{Value, json};

use crate::fixture::{files, pagesbuild, snapshot, stderr, stdout};
use crate::project::write;

/// A project with two versions of its top level and of `production`, and their ids.
fn project(directory: &Path) -> (PathBuf, [String; 4]) {
    let root = directory.join("site");
    let config = json!({
        "name": "site",
        "compatibility_date": "2026-09-01",
        "assets": { "directory": "public" },
        "vars": { "STAGE": "local" },
        "env": { "production": { "vars": { "STAGE": "production" } } },
    });
    write(&root, &[("wrangler.json", config.to_string().as_bytes())]);
    write(&root, &[("functions/a.js", b"export const onRequest = () => new Response();\n")]);
    let build = |text: &str, more: &[&str]| {
        write(&root, &[("public/index.html", text.as_bytes())]);
        let output = pagesbuild(&root, ["build", "-q"].iter().chain(more));
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output).trim().to_owned()
    };
    let production = ["--env", "production"];
    let ids = [build("one", &[]), build("two", &[]), build("one", &production), build("two", &production)];
    (root, ids)
}

/// Every file of a directory with its content.
fn tree(directory: &Path) -> Vec<(String, Vec<u8>)> {
    files(directory)
        .into_iter()
        .map(|path| (path.clone(), fs::read(directory.join(&path)).unwrap()))
        .collect()
}

/// What the log of an environment says was done, the latest last.
fn log(root: &Path, file: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(root.join(".pagesbuild/log").join(file)).unwrap();
    let entries = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let field = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    entries.map(|entry| (field(&entry, "action"), field(&entry, "id"))).collect()
}

fn latest(root: &Path, file: &str) -> (String, String) {
    log(root, file).pop().unwrap()
}

#[test]
fn a_version_comes_back_byte_for_byte() {
    let directory = tempfile::tempdir().unwrap();
    let (root, [one, two, ..]) = project(directory.path());
    let dist = root.join("dist");
    let mut kept = Vec::new();
    for text in ["three", "four"] {
        write(&root, &[("public/index.html", text.as_bytes())]);
        assert!(pagesbuild(&root, ["build", "-q"]).status.success());
        kept.push(tree(&dist));
    }
    // Twice is back where it was.
    for expected in [&kept[0], &kept[1]] {
        let output = pagesbuild(&root, ["rollback"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(tree(&dist) == *expected);
        let id = stdout(&output).trim().to_owned();
        assert_eq!(latest(&root, "top.jsonl"), ("rollback".to_owned(), id.clone()));
        let newest = pagesbuild(&root, ["diff", "latest", "dist", "--format", "json"]);
        let newest: Value = serde_json::from_str(&stdout(&newest)).unwrap();
        assert_eq!(
            (&newest["result"]["same"], &newest["result"]["before"]["id"]),
            (&json!(true), &json!(id))
        );
    }
    assert_eq!(log(&root, "top.jsonl").len(), 6);
    // By its id, by the start of it, and by how far back it is.
    for (asked, id) in [(&one[..], &one), (&two[..6], &two), ("latest~1", &one)] {
        let output = pagesbuild(&root, ["rollback", asked, "-q"]);
        assert_eq!((stdout(&output).trim(), stderr(&output).as_str()), (id.as_str(), ""));
        let document: Value =
            serde_json::from_slice(&fs::read(dist.join("deployment.json")).unwrap()).unwrap();
        assert_eq!(document["id"].as_str(), Some(id.as_str()));
    }
}

#[test]
fn each_environment_has_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let (root, [one, _, production, newest]) = project(directory.path());
    let before = tree(&root.join(".pagesbuild/log"));
    let output = pagesbuild(&root, ["rollback", &one, "--env", "production"]);
    assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
    assert!(stderr(&output).contains("`production` was never given"), "{}", stderr(&output));
    assert!(
        stderr(&output).contains(&format!("`pagesbuild promote {one} --to production`")),
        "{}",
        stderr(&output)
    );
    let output = pagesbuild(&root, ["rollback", "--env", "staging"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("`staging` was given no version yet"), "{}", stderr(&output));
    assert!(tree(&root.join(".pagesbuild/log")) == before);
    let output = pagesbuild(&root, ["rollback", "--env", "production"]);
    assert_eq!(stdout(&output).trim(), production, "{}", stderr(&output));
    assert_eq!(latest(&root, "env-production.jsonl").1, production);
    assert_eq!(log(&root, "top.jsonl").len(), 2);
    assert_ne!(production, newest);
    // A directory is no version of an environment.
    let output = pagesbuild(&root, ["rollback", "dist"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("`dist` is neither an id"), "{}", stderr(&output));
}

#[test]
fn what_was_given_last_is_written_again_and_not_logged() {
    let directory = tempfile::tempdir().unwrap();
    let (root, [.., newest]) = project(directory.path());
    fs::remove_dir_all(root.join("dist")).unwrap();
    let output = pagesbuild(&root, ["rollback", "latest", "--env", "production", "--format", "json"]);
    let told: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((&told["ok"], &told["result"]["outcome"]), (&json!(true), &json!("already")), "{told}");
    assert_eq!(told["result"]["difference"]["same"], true);
    assert_eq!(log(&root, "env-production.jsonl").len(), 2);
    let document: Value =
        serde_json::from_slice(&fs::read(root.join("dist/deployment.json")).unwrap()).unwrap();
    assert_eq!(document["id"].as_str(), Some(newest.as_str()));
}

/// Neither sources nor configuration are needed.
#[test]
fn a_broken_project_can_be_rolled_back() {
    let directory = tempfile::tempdir().unwrap();
    let (root, [one, ..]) = project(directory.path());
    write(&root, &[("wrangler.json", b"{ \"name\": "), ("functions/a.js", b"export const (")]);
    assert_eq!(pagesbuild(&root, ["build"]).status.code(), Some(1));
    let output = pagesbuild(&root, ["rollback"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output).trim(), one);
    assert!(
        stderr(&output).contains("cannot be used, so the deployment is written to `dist/`"),
        "{}",
        stderr(&output)
    );
    fs::remove_dir_all(root.join("functions")).unwrap();
    fs::remove_dir_all(root.join("public")).unwrap();
    let output = pagesbuild(&root, ["rollback", "--outdir", "elsewhere"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(root.join("elsewhere/assets/index.html").is_file());
}

/// Nothing is replaced, and nothing is logged.
#[test]
fn a_file_that_the_store_lacks_stops_it() {
    let directory = tempfile::tempdir().unwrap();
    let (root, _) = project(directory.path());
    let dist = root.join("dist");
    let before = tree(&dist);
    let objects = root.join(".pagesbuild/objects");
    let one =
        files(&objects).into_iter().find(|path| fs::read(objects.join(path)).unwrap() == b"one").unwrap();
    let content = fs::read(objects.join(&one)).unwrap();
    for damage in [None, Some("other")] {
        fs::remove_file(objects.join(&one)).unwrap();
        if let Some(damage) = damage {
            fs::write(objects.join(&one), damage).unwrap();
        }
        let output = pagesbuild(&root, ["rollback", "--env", "production"]);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(tree(&dist) == before);
        assert_eq!(log(&root, "env-production.jsonl").len(), 2);
        fs::write(objects.join(&one), &content).unwrap();
    }
    assert_eq!(pagesbuild(&root, ["rollback", "--env", "production"]).status.code(), Some(0));
}

/// Nothing can be said of how safe it is then, and there is a way out.
#[test]
fn what_runs_cannot_be_read() {
    let directory = tempfile::tempdir().unwrap();
    let (root, [_, _, before, running]) = project(directory.path());
    write(&root, &[(&format!(".pagesbuild/deployments/{running}/deployment.json"), b"{}")]);
    let output = pagesbuild(&root, ["rollback", &before, "--env", "production", "--outdir", "../back"]);
    assert_eq!(output.status.code(), Some(2));
    let said = "`pagesbuild export VERSION --outdir DIR` writes a version without comparing it";
    assert!(stderr(&output).contains(said), "{}", stderr(&output));
    assert!(!directory.path().join("back").exists());
}

#[test]
fn an_output_directory_is_not_taken_from_others() {
    let directory = tempfile::tempdir().unwrap();
    let (root, _) = project(directory.path());
    write(&root, &[("dist/thesis.tex", b"years of work")]);
    let outdirs: [&[&str]; 3] = [&[], &["--outdir", "."], &["--outdir", "public"]];
    for outdir in outdirs {
        let output = pagesbuild(&root, ["rollback"].iter().chain(outdir));
        assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
        assert!(stderr(&output).contains("--outdir"), "{}", stderr(&output));
    }
    assert_eq!(log(&root, "top.jsonl").len(), 2);
    assert!(root.join("dist/thesis.tex").is_file());
}

/// Builds of all environments make a directory for each, of which one is replaced.
#[test]
fn one_of_several_environments() {
    let directory = tempfile::tempdir().unwrap();
    let (root, [.., production, _]) = project(directory.path());
    let output = pagesbuild(&root, ["build", "--env", "all", "-q"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let dist = root.join("dist");
    let others = tree(&dist.join("top-level"));
    let output = pagesbuild(&root, ["rollback", "--env", "production"]);
    assert_eq!(stdout(&output).trim(), production, "{}", stderr(&output));
    assert!(tree(&dist.join("top-level")) == others && !dist.join("deployment.json").exists());
    let document: Value =
        serde_json::from_slice(&fs::read(dist.join("production/deployment.json")).unwrap()).unwrap();
    assert_eq!(document["id"].as_str(), Some(production.as_str()));
}

/// A migration lies in between: said, refused, forced, and gone forward from again.
#[test]
fn what_is_not_safe_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("chat");
    let config = |migrations: Value, more: Value| {
        let mut config = json!({
            "name": "chat",
            "main": "index.js",
            "compatibility_date": "2026-09-01",
            "durable_objects": { "bindings": [{ "name": "ROOM", "class_name": "Room" }] },
            "migrations": migrations,
        });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config.to_string()
    };
    let index = b"import { DurableObject } from 'cloudflare:workers';\nexport class Room extends DurableObject {}\nexport default { fetch: (request, env) => env.ROOM.getByName('a').fetch(request) };\n";
    let first = config(json!([{ "tag": "v1", "new_sqlite_classes": ["Room"] }]), json!({}));
    let renamed = json!([{ "tag": "v1", "new_sqlite_classes": ["Old"] }, { "tag": "v2", "renamed_classes": [{ "from": "Old", "to": "Room" }] }]);
    let second = config(renamed, json!({ "secrets": { "required": ["TOKEN"] } }));
    for config in [&first, &second] {
        write(&root, &[("index.js", index), ("wrangler.json", config.as_bytes())]);
        let output = pagesbuild(&root, ["build", "-q"]);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let dist = root.join("dist");
    let before = tree(&dist);
    let mut text = String::new();
    for (arguments, code) in [
        (&["rollback", "--dry-run"][..], 1),
        (&["rollback"], 1),
        (&["rollback", "--force", "--dry-run"], 0),
        (&["rollback", "--force"], 0),
        (&["rollback"], 0),
    ] {
        let output = pagesbuild(&root, arguments);
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        let said = format!("{}{}", stdout(&output), stderr(&output));
        text.push_str(&format!("$ pagesbuild {} ({code})\n{said}\n", arguments.join(" ")));
        let is_written = arguments == ["rollback", "--force"];
        assert_eq!(tree(&dist) != before, is_written, "{arguments:?}");
    }
    assert_eq!(log(&root, "top.jsonl").len(), 4);
    let output = pagesbuild(&root, ["rollback", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let told: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((&told["ok"], &told["result"]["outcome"]), (&json!(false), &json!("blocked")));
    let risks = told["result"]["difference"]["risks"].as_array().unwrap();
    assert_eq!(risks[0]["reason"], "migration-missing");
    let directory = fs::canonicalize(directory.path()).unwrap();
    snapshot("rollback", &without_times(&text.replace(directory.to_str().unwrap(), "/home")));
}

/// Whenever it is killed: the output directory is the one or the other, whole, and the log is never ahead of it.
#[cfg(unix)]
#[test]
fn a_rollback_that_is_killed_leaves_nothing_half_done() {
    use std::process::{Command, Stdio};
    use std::thread::sleep;
    use std::time::Duration;

    let directory = tempfile::tempdir().unwrap();
    let (root, [one, two, ..]) = project(directory.path());
    assert!(pagesbuild(&root, ["rollback", &two]).status.success());
    let mut killed = 0;
    for milliseconds in 0..40 {
        let before = latest(&root, "top.jsonl");
        let mut command = Command::new(env!("CARGO_BIN_EXE_pagesbuild"));
        command.current_dir(&root).arg("rollback").env_remove("CLOUDFLARE_ENV");
        let mut running = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        sleep(Duration::from_millis(milliseconds));
        running.kill().unwrap();
        killed += u32::from(!running.wait().unwrap().success());
        let written = verify(&root.join("dist")).unwrap().document.id;
        assert!(written == one || written == two, "{written}");
        let after = latest(&root, "top.jsonl");
        assert!(after == before || after.1 == written, "{after:?} is logged, and {written} is written");
    }
    assert!(killed > 0);
    let output = pagesbuild(&root, ["rollback"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(verify(&root.join("dist")).unwrap().document.id, stdout(&output).trim());
}

/// A text without the times of builds, which no two runs have in common.
fn without_times(text: &str) -> String {
    let is_time = |word: &str| word.len() == 20 && word.ends_with('Z') && word.as_bytes()[4] == b'-';
    let lines = text.lines().map(|line| {
        let words = line.split(' ').map(|word| if is_time(word) { "TIME" } else { word });
        words.collect::<Vec<_>>().join(" ") + "\n"
    });
    lines.collect()
}
