//! What diagnostics weigh: by themselves, by the command line, by the project.

use pagesbuild::diagnostic::Code;
use serde_json::Value;
use tempfile::TempDir;

use crate::fixture::{pagesbuild, stderr, stdout};
use crate::project::write;

/// A project that is warned about once, with this `package.json`.
fn project(levels: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let manifest = format!(r#"{{ "pagesbuild": {{ "diagnostics": {{ {levels} }} }} }}"#);
    let handler = b"export const onRequest = () => new Response();".as_slice();
    write(
        directory.path(),
        &[
            ("wrangler.toml", b"name = 'a'\ncompatibility_date = '2026-01-01'"),
            ("package.json", manifest.as_bytes()),
            ("functions/a.js", handler),
            ("functions/b.js", b"export const part = 1;"),
        ],
    );
    directory
}

/// The exit code, and the diagnostics as `severity code`.
fn build(directory: &TempDir, arguments: &[&str]) -> (i32, Vec<String>) {
    let output = pagesbuild(directory.path(), ["build", "--format", "json"].iter().chain(arguments));
    let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let one =
        |said: &Value| format!("{} {}", said["severity"].as_str().unwrap(), said["code"].as_str().unwrap());
    let said = document["diagnostics"].as_array().unwrap().iter().map(one).collect();
    (output.status.code().unwrap(), said)
}

#[test]
fn a_warning_is_what_the_user_wants() {
    let kept = |level: &str| format!("\"no-handlers\": \"{level}\"");
    let (error, warning, note) = ("error no-handlers", "warning no-handlers", "note no-handlers");
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("", &[], &[warning]),
        ("", &["--deny", "warnings"], &[error]),
        ("", &["--deny", "no-handlers"], &[error]),
        ("", &["--deny", "duplicate-route"], &[warning]),
        ("", &["--allow", "no-handlers"], &[]),
        ("", &["--strict"], &[error]),
        ("", &["--strict", "--allow", "no-handlers"], &[]),
        ("", &["--strict", "--warn", "no-handlers"], &[warning]),
        ("", &["--deny", "warnings", "--warn", "no-handlers"], &[warning]),
        ("", &["--deny", "no-handlers", "--allow", "no-handlers"], &[error]),
        ("off", &[], &[]),
        ("off", &["--deny", "warnings"], &[]),
        ("off", &["--strict"], &[]),
        ("off", &["--warn", "no-handlers"], &[warning]),
        ("note", &[], &[note]),
        ("note", &["--deny", "warnings"], &[note]),
        ("warning", &["--deny", "warnings"], &[error]),
        ("warning", &["--strict"], &[error]),
        ("error", &[], &[error]),
        ("error", &["--allow", "no-handlers"], &[]),
    ];
    for (level, arguments, expected) in cases {
        let directory = project(&if level.is_empty() { String::new() } else { kept(level) });
        let (code, said) = build(&directory, arguments);
        assert_eq!(said, *expected, "{level} {arguments:?}");
        assert_eq!(code, i32::from(expected.contains(&error)), "{level} {arguments:?}");
        assert_eq!(directory.path().join("dist").exists(), code == 0, "{level} {arguments:?}");
    }
}

#[test]
fn the_nearest_manifest_counts_and_holds_for_every_command() {
    let directory = project("\"no-handlers\": \"off\"");
    let below = directory.path().join("below");
    let config = b"name = 'a'\ncompatibility_date = '2026-01-01'".as_slice();
    let function = b"export const onRequest = () => new Response();".as_slice();
    write(&below, &[("wrangler.toml", config), ("functions/a.js", function), ("functions/b.js", b"")]);
    let said = |directory| stderr(&pagesbuild(directory, ["routes"]));
    assert_eq!(said(directory.path()), "");
    assert_eq!(said(&below), "");
    write(&below, &[("package.json", b"{}")]);
    assert!(said(&below).contains("no-handlers"));
}

/// Without a program there is nothing to weigh.
#[test]
fn what_stops_a_build_cannot_be_turned_down() {
    let directory = project("\"syntax\": \"off\"");
    write(directory.path(), &[("functions/c.js", b"export const = 1;")]);
    let said = |arguments: &[&str]| {
        let output = pagesbuild(directory.path(), ["build"].iter().chain(arguments));
        assert_eq!(output.status.code(), Some(1));
        stderr(&output)
    };
    let kept = said(&[]);
    assert!(kept.contains("level: `off` does not hold for it, since nothing can be built"), "{kept}");
    assert!(!said(&["--deny", "syntax"]).contains("level:"));
}

#[test]
fn codes_of_the_command_line_are_known_ones() {
    let directory = project("");
    for arguments in [["--deny", "no-handler"], ["--warn", "warnings"], ["--allow", "everything"]] {
        let output = pagesbuild(directory.path(), ["build"].iter().chain(&arguments));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    let output = pagesbuild(directory.path(), ["build", "--deny", "no-handler"]);
    assert!(stderr(&output).contains("similar value exists: 'no-handlers'"), "{}", stderr(&output));
}

/// The documentation says what a code weighs, and not something else.
#[test]
fn weights_are_documented() {
    let text = std::fs::read_to_string(crate::fixture::root().join("docs/diagnostics.md")).unwrap();
    for code in Code::ALL {
        let section = text.split_once(&format!("\n## {}\n\n", code.as_str())).unwrap().1;
        let expected = code.weight().map(|weight| {
            let [build, check] = [weight.build, weight.check].map(pagesbuild::diagnostic::Severity::as_str);
            format!("{}{} in `build`, {check} in `check`.", build[..1].to_uppercase(), &build[1..])
        });
        match expected {
            Some(expected) => assert!(section.starts_with(&expected), "{}: {expected}", code.as_str()),
            None => assert!(!section[..60].contains("in `check`"), "{}", code.as_str()),
        }
    }
}
