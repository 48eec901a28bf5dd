//! One snapshot a fixture: every file of the deployment, or everything that was said about a broken project.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use pagesbuild::diagnostic::Code;

use crate::fixture::{all, build, files, name, pagesbuild, root, snapshot, stderr, stdout};

#[test]
fn deployments() {
    for project in all("projects") {
        let outdir = tempfile::tempdir().unwrap();
        let dist = outdir.path().join("dist");
        build(&project, &dist, &[]);
        snapshot(&format!("project-{}", name(&project)), &describe(&dist));
    }
}

/// The files in full, but for assets, which are byte for byte what the project has, and for `build.json`, which
/// tells the time.
fn describe(dist: &Path) -> String {
    let mut text = String::new();
    for path in files(dist) {
        let bytes = fs::read(dist.join(&path)).unwrap();
        if path.starts_with("assets/") || path == "build.json" {
            text.push_str(&format!("=== {path}\n"));
            continue;
        }
        match String::from_utf8(bytes) {
            Ok(content) if !content.contains('\0') => {
                text.push_str(&format!("=== {path}\n{}\n", content.trim_end()));
            }
            Ok(content) => text.push_str(&format!("=== {path}\n{:02x?}\n", content.as_bytes())),
            Err(error) => text.push_str(&format!("=== {path}\n{:02x?}\n", error.into_bytes())),
        }
    }
    text
}

#[test]
fn diagnostics() {
    let mut shown = BTreeSet::new();
    for project in all("broken") {
        let code = name(&project);
        let said = said_about(&project, &[]);
        let document: serde_json::Value =
            serde_json::from_str(&said_about(&project, &["--format", "json"])).unwrap();
        let codes = document["diagnostics"].as_array().unwrap().iter();
        let codes: Vec<&str> = codes.map(|diagnostic| diagnostic["code"].as_str().unwrap()).collect();
        assert!(codes.contains(&code.as_str()), "{code} is not among {codes:?}:\n{said}");
        snapshot(&format!("broken-{code}"), &said);
        shown.insert(code);
    }
    let missing: Vec<&str> =
        Code::ALL.iter().map(|code| code.as_str()).filter(|code| !shown.contains(*code)).collect();
    // What cannot lie in a repository is made by the tests named here.
    let made_elsewhere = MADE_ELSEWHERE.iter().map(|(code, _)| *code).collect::<Vec<_>>();
    assert_eq!(missing, made_elsewhere, "every diagnostic has a broken project under fixtures/broken");
}

/// Codes without a fixture, and the test that shows them.
const MADE_ELSEWHERE: &[(&str, &str)] = &[
    ("asset-limit", "asset::limits_of_the_platform"),
    ("worker-limit", "limits::a_worker_names_what_weighs_most"),
];

/// Builds a broken project as a user would. A file `arguments` in its directory holds further arguments, a file `command`
/// a command in place of `build`, which the directory is appended to.
fn said_about(project: &Path, more: &[&str]) -> String {
    let outdir = tempfile::tempdir().unwrap();
    let dist = outdir.path().join("dist");
    let text = |name: &str| fs::read_to_string(project.join(name)).unwrap_or_default();
    let (command, further) = (text("command"), text("arguments"));
    let directory = project.strip_prefix(root()).unwrap().to_str().unwrap();
    let mut arguments: Vec<&str> = match command.is_empty() {
        true => vec!["build", directory, "--no-store", "--outdir", dist.to_str().unwrap()],
        false => command.split_whitespace().chain([directory]).collect(),
    };
    arguments.extend(further.split_whitespace());
    arguments.extend(more);
    let output = pagesbuild(root(), arguments);
    assert!(output.status.code().is_some_and(|code| code <= 1), "{}", stderr(&output));
    let text = if more.is_empty() { stderr(&output) } else { stdout(&output) };
    // The summary of a build that was only warned about has its duration in it.
    let lines = text.lines().filter(|line| !line.starts_with("built ") && !line.starts_with("fine in "));
    lines.map(|line| line.replace(dist.to_str().unwrap(), "dist") + "\n").collect()
}
