//! When the file is written, left alone or refused, and what `--check` says of it.

use std::fs;
use std::path::Path;
use std::process::Output;

use tempfile::TempDir;

use super::FILE;
use crate::fixture::{files, pagesbuild, stderr, stdout};

/// A worker with this configuration.
fn project(config: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("src")).unwrap();
    fs::write(directory.path().join("src/index.ts"), "export default {};").unwrap();
    configure(directory.path(), config);
    directory
}

fn configure(directory: &Path, config: &str) {
    let text = format!(
        "{{ \"name\": \"w\", \"main\": \"src/index.ts\", \"compatibility_date\": \"2026-10-01\", {config} }}"
    );
    fs::write(directory.join("wrangler.json"), text).unwrap();
}

fn types(directory: &Path, arguments: &[&str]) -> Output {
    pagesbuild(directory, ["types"].iter().chain(arguments))
}

const KV: &str = r#""kv_namespaces": [{ "binding": "KV" }], "vars": { "OLD": 1, "STAGE": "a" }"#;

#[test]
fn written_once_and_checked() {
    let directory = project(KV);
    let at = directory.path();
    let check = types(at, &["--check"]);
    assert_eq!(check.status.code(), Some(1));
    assert!(stdout(&check).ends_with("worker-configuration.d.ts is missing\n"), "{}", stdout(&check));
    assert!(!at.join(FILE).exists());

    let first = types(at, &[]);
    assert!(first.status.success(), "{}", stderr(&first));
    assert!(stdout(&first).ends_with("worker-configuration.d.ts\n"));
    assert_eq!(
        files(at).iter().filter(|file| file.contains(".types")).count(),
        0,
        "nothing is left beside it"
    );
    let written = fs::read_to_string(at.join(FILE)).unwrap();
    let time = fs::metadata(at.join(FILE)).unwrap().modified().unwrap();
    let again = types(at, &[]);
    assert!(stderr(&again).contains("up to date"), "{}", stderr(&again));
    assert_eq!(fs::metadata(at.join(FILE)).unwrap().modified().unwrap(), time);
    assert!(types(at, &["--check"]).status.success());
    fs::write(at.join(FILE), written.replace('\n', "\r\n")).unwrap();
    assert!(types(at, &["--check"]).status.success(), "the ends of lines are no difference");

    fs::write(at.join(FILE), &written).unwrap();
    configure(
        at,
        r#""r2_buckets": [{ "binding": "KV", "bucket_name": "bucket" }], "vars": { "NEW": 2, "STAGE": "a" }"#,
    );
    let stale = types(at, &["--check"]);
    assert_eq!(stale.status.code(), Some(1));
    let said = stdout(&stale);
    let (first, changes) = said.split_once('\n').unwrap();
    assert!(first.ends_with("is stale"), "{first}");
    assert_eq!(
        changes,
        "  changed  Env: KV: R2Bucket, before: KVNamespace\n  added    Env: NEW: 2\n  removed  Env: OLD\n"
    );
    assert_eq!(fs::read_to_string(at.join(FILE)).unwrap(), written, "nothing is written");
    let json: serde_json::Value =
        serde_json::from_str(&stdout(&types(at, &["--check", "--format", "json"]))).unwrap();
    assert_eq!((&json["ok"], &json["result"]["state"]), (&false.into(), &"stale".into()));
    assert_eq!(
        json["result"]["changes"][2],
        serde_json::json!({ "of": "Env", "name": "OLD", "before": "1", "now": null })
    );

    // The same names, and still another text.
    types(at, &[]);
    let other = fs::read_to_string(at.join(FILE)).unwrap().replace("\tKV:", "    KV:");
    fs::write(at.join(FILE), other).unwrap();
    let stale = types(at, &["--check"]);
    assert_eq!(stale.status.code(), Some(1));
    assert!(stdout(&stale).contains("written another way"), "{}", stdout(&stale));
}

#[test]
fn what_was_not_generated_stays() {
    let directory = project(KV);
    let at = directory.path();
    fs::write(at.join(FILE), "interface Env { MINE: string }\n").unwrap();
    for arguments in [&[][..], &["--check"]] {
        let output = types(at, arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains("was not generated"), "{}", stderr(&output));
    }
    assert_eq!(fs::read_to_string(at.join(FILE)).unwrap(), "interface Env { MINE: string }\n");
    let elsewhere = types(at, &["--outfile", "types/deep/env.d.ts"]);
    assert!(elsewhere.status.success(), "{}", stderr(&elsewhere));
    let text = fs::read_to_string(at.join("types/deep/env.d.ts")).unwrap();
    assert!(text.contains("import(\"../../src/index\")"), "{text}");
    let output = types(at, &["--outfile", "env.ts"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("`.d.ts`"), "{}", stderr(&output));
}

#[test]
fn the_runtime_types_of_wrangler_stay() {
    let directory = project(KV);
    let at = directory.path();
    let runtime = "// Begin runtime types\ninterface KVNamespace { get(key: string): Promise<string> }\n";
    let header = "// Runtime types generated with workerd@1.0.0 2026-10-01 ";
    fs::write(
        at.join(FILE),
        format!(
            "/* eslint-disable */\n// Generated by Wrangler by running `wrangler types` (hash: 0)\n{header}\n\
             interface __BaseEnv_Env {{\n\tKV: R2Bucket;\n}}\n{runtime}"
        ),
    )
    .unwrap();
    let check = stdout(&types(at, &["--check"]));
    assert!(check.contains("  changed  Env: KV: KVNamespace, before: R2Bucket\n"), "{check}");
    let output = types(at, &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(!stderr(&output).contains("workers-types"), "they are there: {}", stderr(&output));
    let text = fs::read_to_string(at.join(FILE)).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("/* eslint-disable */"));
    assert_eq!(lines.next(), Some("// Generated by `pagesbuild types`"));
    assert_eq!(lines.next(), Some(header));
    assert!(text.contains("\tKV: KVNamespace;\n"), "{text}");
    assert!(text.ends_with(runtime), "{text}");
    assert!(types(at, &["--check"]).status.success());
}

#[test]
fn the_project_need_not_be_built() {
    let directory = project(r#""assets": { "directory": "made/by/a/build" }, "vars": { "A": "b" }"#);
    let at = directory.path();
    fs::remove_file(at.join("src/index.ts")).unwrap();
    let output = types(at, &["--outfile", "-"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("\tASSETS: Fetcher;\n") && text.contains("\tA: \"b\";\n"), "{text}");
    assert!(stderr(&output).contains("@cloudflare/workers-types"), "{}", stderr(&output));
}

#[test]
fn names_of_interfaces_are_names() {
    let directory = project(KV);
    for name in ["", "1", "A B", "h\u{e9}", "A;"] {
        let output = types(directory.path(), &["--env-interface", name, "--outfile", "-"]);
        assert_eq!(output.status.code(), Some(2), "{name}");
    }
}

#[test]
fn a_directory_with_nothing_in_it_gets_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let output = types(directory.path(), &[]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("nothing-to-build"), "{}", stderr(&output));
    assert!(!directory.path().join(FILE).exists());
}

#[test]
fn a_top_level_that_declares_nothing_is_no_environment() {
    let directory =
        project(r#""env": { "one": { "vars": { "A": 1, "B": 2 } }, "two": { "vars": { "A": 3 } } }"#);
    let text = stdout(&types(directory.path(), &["--outfile", "-"]));
    assert!(text.contains("\n\tA: 1 | 3;\n\tB?: 2;\n}"), "{text}");
    assert!(text.contains("by `pagesbuild types`\n") && text.contains("interface TwoEnv"), "{text}");
    // With one environment it is the same.
    configure(directory.path(), r#""env": { "one": { "vars": { "A": 1 } } }"#);
    let text = stdout(&types(directory.path(), &["--outfile", "-"]));
    assert!(text.contains("by `pagesbuild types`\n") && text.contains("\n\tA: 1;\n}"), "{text}");
}

#[test]
fn secrets_of_development_are_those_of_the_environment() {
    let directory = project(r#""vars": { "A": 1 }, "env": { "one": { "vars": { "A": 2 } } }"#);
    let at = directory.path();
    let names = |arguments: &[&str]| {
        let text = stdout(&types(at, arguments));
        let names = ["E1", "E2", "E3", "E4", "D1", "D2"];
        names.into_iter().filter(|name| text.contains(&format!("\t{name}: string;"))).collect::<String>()
    };
    let (all, one) = (["--outfile", "-"], ["--outfile", "-", "--env", "one"]);
    for (index, file) in [".env", ".env.local", ".env.one", ".env.one.local"].into_iter().enumerate() {
        fs::write(at.join(file), format!("E{}=x", index + 1)).unwrap();
    }
    assert_eq!((names(&all), names(&one)), ("E1E2".to_owned(), "E1E2E3E4".to_owned()));
    fs::write(at.join(".dev.vars"), "D1=x").unwrap();
    assert_eq!((names(&all), names(&one)), ("D1".to_owned(), "D1".to_owned()));
    fs::write(at.join(".dev.vars.one"), "D2=x").unwrap();
    assert_eq!((names(&all), names(&one)), ("D1".to_owned(), "D2".to_owned()));
    configure(at, r#""secrets": { "required": ["A"] }"#);
    assert_eq!(names(&all), "");
}

#[test]
fn the_check_takes_the_options_of_the_file() {
    let directory = project(r#""vars": { "A": 1 }, "env": { "one": { "vars": { "A": 2 } } }"#);
    let at = directory.path();
    let options = ["--env", "one", "--env-interface", "Bindings", "--strict-vars", "false"];
    assert!(types(at, &options).status.success());
    let text = fs::read_to_string(at.join(FILE)).unwrap();
    let header = "// Generated by `pagesbuild types --env one --env-interface Bindings --strict-vars false`";
    assert_eq!(text.lines().nth(1), Some(header));
    let check = types(at, &["--check"]);
    assert!(check.status.success(), "{}", stdout(&check));
    let stale = types(at, &["--check", "--strict-vars", "true"]);
    assert_eq!(stale.status.code(), Some(1));
    assert!(stdout(&stale).contains("  changed  Bindings: A: 2, before: number\n"), "{}", stdout(&stale));
    // The environment is gone.
    configure(at, r#""vars": { "A": 1 }"#);
    assert_eq!(types(at, &["--check"]).status.code(), Some(1));
}
