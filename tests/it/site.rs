//! `_headers` and `_redirects` as the platform reads them, held against wrangler's parsers.

use std::io::Write;
use std::process::Stdio;

use pagesbuild::diagnostic::{Diagnostic, Diagnostics, Source};
use pagesbuild::site;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

/// How many random files of each kind are compared.
const FILES: usize = 3_000;

/// A file, its name, and whether `html_handling` is `none`.
type File = (&'static str, String, bool);

/// What is made of a file, in the words of `site/parse.mjs`.
fn ours((name, text, keeps_index): &File) -> Value {
    let source = Source::new(*name, text.as_str());
    let mut diagnostics = Diagnostics::default();
    let rules: Vec<Value> = match *name {
        "_headers" => {
            let rules = site::headers(&source, &mut diagnostics).into_iter();
            let sorted = |mut set: Vec<(String, String)>| {
                set.sort_by(|one, other| one.0.encode_utf16().cmp(other.0.encode_utf16()));
                set
            };
            rules.map(|rule| json!([rule.path, sorted(rule.set), rule.unset])).collect()
        }
        _ => {
            let rules = site::redirects(&source, *keeps_index, &mut diagnostics).into_iter();
            rules.map(|rule| json!([rule.from, rule.to, rule.status])).collect()
        }
    };
    // wrangler takes names that no header can have, and the request fails.
    let is_taken = |problem: &&Diagnostic| !problem.message.ends_with("cannot be the name of a header");
    let problems = diagnostics.into_sorted();
    let problems: Vec<Value> =
        problems.iter().filter(is_taken).map(|problem| about(problem, &source)).collect();
    json!({ "rules": rules, "ignored": problems })
}

fn about(problem: &Diagnostic, source: &Source) -> Value {
    let span = problem.labels[0].span.clone();
    match &problem.message {
        message if message.starts_with("no headers follow") => {
            json!(format!("empty {}", &source.text()[span]))
        }
        message if message.starts_with("there are more than") => json!("more"),
        _ => json!(source.line_and_column(span.start).0),
    }
}

/// Compares files with wrangler's parsers. The order of problems does not count.
fn compare(files: &[File]) {
    let mut command = crate::npm::command("site/parse.mjs");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(json!(files).to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let theirs: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(theirs.len(), files.len());
    for (file, theirs) in files.iter().zip(theirs) {
        let sorted = |mut value: Value| {
            let ignored = value["ignored"].as_array_mut().unwrap();
            ignored.sort_by_key(ToString::to_string);
            value
        };
        assert_eq!(sorted(ours(file)), sorted(theirs), "{file:?}");
    }
}

/// Words that mean something in either file, or nearly.
fn word() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "/",
        "/*",
        "/a",
        "/a/",
        "/a/*",
        "/:name",
        "/:name/*",
        "/:splat",
        "/*/:splat",
        "/:splats/*",
        "/a:b",
        "/a:1",
        "*",
        "a",
        "/index",
        "/index.html",
        "/a/index.html",
        "/indexxhtml",
        "/a/../b",
        "/./a",
        "/a b",
        "/é",
        "/%zz",
        "/a?q=1#f",
        "/a?",
        "/a#",
        "//host/a",
        "https://",
        "https:///",
        "https://host",
        "https://host/a",
        "https://:h.dev/*",
        "https://host:80/a",
        "https://host:x",
        "http://host/a",
        "ftp://x",
        "://x",
        "a://b c",
        "200",
        "301",
        "302",
        "303",
        "304",
        "307",
        "308",
        "0x12d",
        "0b1",
        "3e2",
        "301.0",
        "+301",
        "-0",
        "x",
        "#",
        "#c",
        "a#b",
        "Name: value",
        "name:value",
        "Name:",
        ": value",
        ":",
        "Two Words: x",
        "! Name",
        "!Name",
        "! Name: x",
        "!",
        "X-A: 1",
        "x-a: 2",
        "Link: <https://a>; rel=b",
        "\u{feff}",
        "\u{85}",
        "\u{a0}",
        "\u{2028}",
        "\r",
        "\t",
        "É: é",
    ]);
    prop_oneof![8 => known.prop_map(str::to_owned), 1 => "[ -~]{0,12}", 1 => "\\PC{0,6}"]
}

fn text() -> impl Strategy<Value = String> {
    let space = prop::sample::select(vec![" ", "  ", "\t", "", "\u{a0}"]);
    let line = prop::collection::vec((word(), space), 0..5);
    let line = line.prop_map(|words| words.into_iter().map(|(word, space)| word + space).collect::<String>());
    let line = prop_oneof![12 => line, 1 => Just("/*".to_owned()), 1 => Just("  A: b".to_owned()), 1 => "/[a-z]{1990,2010}"];
    prop::collection::vec(line, 0..12).prop_map(|lines| lines.join("\n"))
}

#[test]
fn random_files_are_read_as_wrangler_reads_them() {
    let mut runner = TestRunner::deterministic();
    let mut files = Vec::new();
    for name in ["_headers", "_redirects"] {
        for at in 0..FILES {
            let text = text().new_tree(&mut runner).unwrap().current();
            files.push((name, text, at % 4 == 0));
        }
    }
    compare(&files);
}

#[test]
fn limits_are_where_wrangler_has_them() {
    let numbered = |count: usize, line: fn(usize) -> String| (0..count).map(line).collect::<String>();
    let headers = |count| numbered(count, |at| format!("/{at}\n  A: b\n"));
    let fixed = |count| numbered(count, |at| format!("/{at} /to\n"));
    let dynamic = |count| numbered(count, |at| format!("/{at}/* /to/:splat\n"));
    let mut files: Vec<File> = Vec::new();
    for count in [99, 100, 101, 102, 150] {
        files.push(("_headers", headers(count), false));
        files.push(("_redirects", dynamic(count), false));
        files.push(("_redirects", format!("/:a /b\n{}", fixed(count)), false));
    }
    for count in [1_999, 2_000, 2_001, 2_010] {
        files.push(("_redirects", fixed(count), false));
        files.push(("_redirects", format!("{}{}", fixed(count), dynamic(3)), false));
    }
    for length in [1_998, 1_999, 2_000, 2_001] {
        files.push(("_headers", format!("/*\n  A: {}\n  B: c", "é".repeat(length - 3)), false));
        files.push(("_redirects", format!("/{} /b", "a".repeat(length - 4)), false));
    }
    compare(&files);
}
