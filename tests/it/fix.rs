//! `check --fix`: what has one right answer is written, and nothing else.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::fixture::{pagesbuild, stderr, stdout};
use crate::project::write;

const CODE: &[u8] = b"export class Room {}\nexport default { fetch: () => new Response() };";

const CONFIG: &str = "# Rooms.\nname = 'rooms'\nmain = 'index.js'\ncompatibility_date = '2026-01-01'\n\n\
                      [[durable_objects.bindings]]\nname = 'ROOMS'\nclass_name = 'Room'\n";

fn project(config: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), &[("wrangler.toml", config.as_bytes()), ("index.js", CODE)]);
    directory
}

fn text(directory: &Path) -> String {
    fs::read_to_string(directory.join("wrangler.toml")).unwrap()
}

fn check(directory: &Path, arguments: &[&str]) -> Value {
    let output = pagesbuild(directory, [&["check", "--format", "json"], arguments].concat());
    serde_json::from_str(&stdout(&output)).unwrap()
}

#[test]
fn a_class_gets_its_migration() {
    let directory = project(CONFIG);
    let output = pagesbuild(directory.path(), ["check"]);
    assert!(
        stderr(&output).contains("`pagesbuild check --fix` can settle 1 of these"),
        "{}",
        stderr(&output)
    );
    let output = pagesbuild(directory.path(), ["check", "--fix", "--dry-run"]);
    assert!(stdout(&output).contains("\n+[[migrations]]\n"), "{}", stdout(&output));
    assert_eq!(text(directory.path()), CONFIG);

    let output = pagesbuild(directory.path(), ["check", "--fix", "--deny", "warnings"]);
    let added = "[[migrations]]\ntag = \"v1\"\nnew_sqlite_classes = [\"Room\"]\n";
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), added), "{}", stderr(&output));
    assert_eq!(text(directory.path()), format!("{CONFIG}\n{added}"));
    // What is settled is said no more, and nothing is left to write.
    let document = check(directory.path(), &["--fix"]);
    assert_eq!(
        (&document["diagnostics"], &document["result"]["fixed"]),
        (&Value::from(vec![0; 0]), &Value::Null)
    );
}

#[test]
fn what_is_not_to_be_said_is_not_fixed() {
    let directory = project(CONFIG);
    let document = check(directory.path(), &["--fix", "--allow", "unmigrated-class"]);
    assert!(document["result"]["fixed"].is_null(), "{document}");
    assert_eq!(text(directory.path()), CONFIG);
}

/// One migration serves all environments that have none of their own.
#[test]
fn environments_are_fixed_too() {
    let binding = |environment: &str| {
        format!("\n[[env.{environment}.durable_objects.bindings]]\nname = 'ROOMS'\nclass_name = 'Room'\n")
    };
    let own = "\n[[env.own.migrations]]\ntag = 'a1'\nnew_classes = ['Hall']\n";
    let config = format!("{CONFIG}{}{}{own}", binding("staging"), binding("own"));
    let directory = project(&config);
    let output = pagesbuild(directory.path(), ["check", "--fix"]);
    let new = text(directory.path());
    assert_eq!(new.matches("new_sqlite_classes = [\"Room\"]").count(), 2, "{}\n{new}", stderr(&output));
    assert!(new.contains("[[env.own.migrations]]\ntag = \"a2\"\n"), "{new}");
}

/// What has been done away with is not made anew by itself.
#[test]
fn what_can_mean_several_things_is_left() {
    let gone = "\n[[migrations]]\ntag = 'v1'\nnew_classes = ['Room']\n\n[[migrations]]\ntag = 'v2'\ndeleted_classes = ['Room']\n";
    let config = format!("{CONFIG}{gone}");
    let directory = project(&config);
    let document = check(directory.path(), &["--fix"]);
    assert_eq!(document["diagnostics"][0]["code"], "unmigrated-class", "{document}");
    assert_eq!(document["diagnostics"][0]["fixable"], false);
    assert_eq!(text(directory.path()), config);
}

#[test]
fn what_tools_have_made_is_left() {
    let directory = tempfile::tempdir().unwrap();
    let config = r#"{ "name": "a", "main": "index.js", "compatibility_date": "2026-01-01", "userConfigPath": "../wrangler.toml",
        "durable_objects": { "bindings": [{ "name": "ROOMS", "class_name": "Room" }] } }"#;
    let note = br#"{ "configPath": "../../build/wrangler.json" }"#;
    let files: [(&str, &[u8]); 4] = [
        (".wrangler/deploy/config.json", note),
        ("build/wrangler.json", config.as_bytes()),
        ("build/index.js", CODE),
        ("wrangler.toml", b"name = 'a'\n"),
    ];
    write(directory.path(), &files);
    let document = check(directory.path(), &["--fix"]);
    assert_eq!(document["diagnostics"][0]["code"], "unmigrated-class", "{document}");
    assert!(document["result"]["fixed"].is_null());
    assert_eq!(text(directory.path()), "name = 'a'\n");
}
