//! Rules of the house that no compiler checks: who may name whom, what every file opens with, what is documented.

use std::collections::BTreeSet;
use std::fs;

use pagesbuild::diagnostic::Code;

use crate::fixture::{files, root};

/// Each room of `src/` and the rooms that it may name. A stage never names a later one, nor `pipeline`.
const ROOMS: &[(&str, &[&str])] = &[
    ("error", &["diagnostic"]),
    ("hash", &[]),
    ("progress", &[]),
    ("diagnostic", &["hash"]),
    ("limit", &["diagnostic"]),
    ("config", &["diagnostic", "error"]),
    ("project", &["config", "diagnostic", "error", "limit", "progress"]),
    ("asset", &["diagnostic", "error", "hash", "limit", "progress"]),
    ("discover", &["asset", "diagnostic", "error", "limit", "project"]),
    ("route", &["asset", "diagnostic", "discover", "error", "limit", "project"]),
    ("compile", &["diagnostic"]),
    ("nodejs", &[]),
    ("declarations", &["nodejs", "project", "route"]),
    ("resolve", &["compile", "hash", "nodejs"]),
    ("cache", &["compile", "diagnostic"]),
    ("graph", &["cache", "compile", "diagnostic", "hash", "nodejs", "project", "resolve"]),
    ("link", &["compile", "diagnostic", "graph"]),
    ("binding", &["compile", "config", "diagnostic", "graph", "link", "resolve", "route"]),
    ("check", &["binding", "config", "diagnostic", "limit", "project"]),
    ("router", &["route"]),
    ("analyze", &["asset", "compile", "error", "graph", "hash", "link"]),
    (
        "deployment",
        &["asset", "binding", "diagnostic", "error", "hash", "link", "progress", "project", "route"],
    ),
    ("site", &["asset", "diagnostic", "limit", "project", "route"]),
    ("compare", &["asset", "check", "deployment"]),
    ("store", &["deployment", "error", "hash"]),
    ("provenance", &["deployment", "hash"]),
    ("target", &["asset", "diagnostic", "link", "project", "route"]),
    (
        "pipeline",
        &[
            "analyze",
            "asset",
            "binding",
            "cache",
            "check",
            "compare",
            "compile",
            "config",
            "declarations",
            "deployment",
            "diagnostic",
            "discover",
            "error",
            "graph",
            "hash",
            "limit",
            "link",
            "nodejs",
            "progress",
            "project",
            "provenance",
            "resolve",
            "route",
            "router",
            "site",
            "store",
            "target",
        ],
    ),
    ("cli", &[]),
    ("lib", &[]),
    ("main", &[]),
];

fn sources() -> Vec<(String, String)> {
    let directory = root().join("src");
    let read = |path: String| {
        let text = fs::read_to_string(directory.join(&path)).unwrap();
        (path, text)
    };
    files(&directory).into_iter().filter(|path| path.ends_with(".rs")).map(read).collect()
}

fn room(path: &str) -> &str {
    path.split('/').next().unwrap().trim_end_matches(".rs")
}

/// The names that follow `prefix` in a text.
fn names_after<'a>(text: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    let word = |rest: &'a str| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
    text.split(prefix).skip(1).map(word)
}

#[test]
fn rooms_name_only_rooms_before_them() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room(&path)) else {
            panic!("src/{path} is in no room of the table");
        };
        for name in names_after(&text, "crate::").filter(|name| *name != room(&path)) {
            if ROOMS.iter().any(|(known, _)| *known == name) && !allowed.contains(&name) {
                wrong.push(format!("src/{path} names `crate::{name}`"));
            }
        }
        for (library, home) in [("swc_", "compile"), ("clap", "cli"), ("miette", "diagnostic")] {
            let used = text.lines().any(|line| line.trim_start().starts_with(&format!("use {library}")));
            if used && room(&path) != home {
                wrong.push(format!("src/{path} uses `{library}`, which lives in `{home}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short_and_say_what_they_are() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if !text.starts_with("//! ") {
            wrong.push(format!("src/{path} does not open with `//!`"));
        }
        if text.lines().count() > 500 {
            wrong.push(format!("src/{path} is over 500 lines"));
        }
        for mark in ["TODO", "FIXME", "XXX", "HACK"] {
            if text.contains(mark) {
                wrong.push(format!("src/{path} has a {mark}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_diagnostic_is_documented() {
    let text = fs::read_to_string(root().join("docs/diagnostics.md")).unwrap();
    let documented: BTreeSet<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let known: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(documented, known);
}

#[test]
fn every_dependency_earns_its_line() {
    let manifest: toml_edit::DocumentMut =
        fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let text = fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    for section in ["dependencies", "dev-dependencies"] {
        for (name, _) in manifest[section].as_table().unwrap() {
            assert!(text.contains(&format!("| `{name}` |")), "{name} is not in docs/dependencies.md");
        }
    }
}
