//! The command line as a user meets it: exit codes, streams, help.

use crate::fixture::{pagesbuild, root, snapshot, stderr, stdout};

#[test]
fn help_teaches_by_example() {
    let mut text = String::new();
    for command in
        [vec!["--help"], vec!["build", "--help"], vec!["routes", "--help"], vec!["bundle", "--help"]]
    {
        let output = pagesbuild(root(), &command);
        assert_eq!(output.status.code(), Some(0));
        text.push_str(&format!("$ pagesbuild {}\n{}\n", command.join(" "), stdout(&output)));
    }
    snapshot("help", &text);
}

#[test]
fn unknown_options_are_bad_usage() {
    let output = pagesbuild(root(), ["build", "--frobnicate"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--frobnicate"));
    assert!(output.stdout.is_empty());
}

#[test]
fn a_directory_that_is_not_there_is_bad_usage() {
    let output = pagesbuild(root(), ["build", "no/such/directory"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no/such/directory"));
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = pagesbuild(root(), ["completions", shell]);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains("pagesbuild"), "{shell}");
    }
}

#[test]
fn routes_as_a_table_and_as_json() {
    let project = "fixtures/projects/image-sharing";
    let table = pagesbuild(root(), ["routes", project]);
    assert_eq!(table.status.code(), Some(0), "{}", stderr(&table));
    let json = pagesbuild(root(), ["routes", project, "--format", "json"]);
    assert_eq!(json.status.code(), Some(0));
    snapshot("routes", &format!("{}\n{}", stdout(&table), stdout(&json)));
}

/// README shows the summary of a real build; the id and the time may differ.
#[test]
fn readme_shows_what_is_printed() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let block = readme.split("```").find(|block| block.starts_with("\nimage-sharing\n")).unwrap();
    let outdir = tempfile::tempdir().unwrap();
    let outdir = outdir.path().join("dist");
    let project = "fixtures/projects/image-sharing";
    let output = pagesbuild(root(), ["build", project, "--outdir", outdir.to_str().unwrap()]);
    let shown = |text: &str| -> Vec<String> {
        let lines = text.trim().lines().map(str::to_owned);
        lines.filter(|line| !line.starts_with("  id ") && !line.starts_with("built ")).collect()
    };
    assert_eq!(shown(&stderr(&output)), shown(block));
}
