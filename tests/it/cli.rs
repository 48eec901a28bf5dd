//! The command line as a user meets it: exit codes, streams, help.

use serde_json::Value;

use crate::fixture::{pagesbuild, root, snapshot, stderr, stdout};
use crate::project::write;

const HANDLER: &[u8] = b"export const onRequest = () => new Response();";

#[test]
fn help_teaches_by_example() {
    let mut text = String::new();
    for command in [
        vec!["--help"],
        vec!["build", "--help"],
        vec!["check", "--help"],
        vec!["routes", "--help"],
        vec!["explain", "--help"],
        vec!["uses", "--help"],
        vec!["analyze", "--help"],
        vec!["bundle", "--help"],
        vec!["bind", "--help"],
        vec!["provision", "--help"],
        vec!["why", "--help"],
        vec!["types", "--help"],
        vec!["versions", "--help"],
        vec!["show", "--help"],
        vec!["diff", "--help"],
        vec!["rollback", "--help"],
        vec!["pin", "--help"],
        vec!["gc", "--help"],
        vec!["verify", "--help"],
        vec!["pack", "--help"],
        vec!["unpack", "--help"],
        vec!["export", "--help"],
    ] {
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
fn uses_of_all_names_and_of_one() {
    let project = "fixtures/projects/image-sharing";
    let mut text = String::new();
    for arguments in [vec![], vec!["IMAGES"], vec!["IMAGES_API_TOKEN"], vec!["MISSING"]] {
        let output = pagesbuild(root(), ["uses", "-C", project].into_iter().chain(arguments.iter().copied()));
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let command = [&["pagesbuild uses"], arguments.as_slice()].concat().join(" ");
        text.push_str(&format!("$ {command}\n{}{}\n", stdout(&output), stderr(&output)));
    }
    let json = pagesbuild(root(), ["uses", "-C", project, "DOWNLOAD_COUNTER", "--format", "json"]);
    text.push_str(&stdout(&json));
    snapshot("uses", &text);
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
    let output = pagesbuild(root(), ["build", project, "--no-store", "--outdir", outdir.to_str().unwrap()]);
    let shown = |text: &str| -> Vec<String> {
        let lines = text.trim().lines().map(str::to_owned);
        lines.filter(|line| !line.starts_with("  id ") && !line.starts_with("built ")).collect()
    };
    assert_eq!(shown(&stderr(&output)), shown(block));
}

#[test]
fn a_front_end_built_into_dist_is_not_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let config = b"name = 'a'\ncompatibility_date = '2026-01-01'\npages_build_output_dir = 'dist/client'";
    write(directory.path(), &[("wrangler.toml", config), ("dist/client/index.html", b"<h1>")]);
    // The second time the output is there already.
    for _ in 0..2 {
        let output = pagesbuild(directory.path(), ["build"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let said = "`dist/` contains the assets, so the deployment is written to `deployment/`.";
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
    }
    assert!(directory.path().join("deployment/assets/index.html").is_file());
    assert!(directory.path().join("dist/client/index.html").is_file());
}

#[test]
fn what_an_earlier_build_wrote_is_not_published() {
    let directory = tempfile::tempdir().unwrap();
    let config = b"name = 'a'\ncompatibility_date = '2026-01-01'\nassets = { directory = '.' }";
    write(directory.path(), &[("wrangler.toml", config), ("index.html", b"<h1>")]);
    for outdir in ["first", "second"] {
        let output = pagesbuild(directory.path(), ["build", "--outdir", outdir]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(stderr(&output).contains("first: left out"), outdir == "second", "{}", stderr(&output));
    }
    assert_eq!(crate::fixture::files(&directory.path().join("second/assets")), ["index.html"]);
    let output = pagesbuild(directory.path(), ["build", "--assets", "first"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("first: the directory of static files is what"), "{}", stderr(&output));
}

#[test]
fn a_date_in_the_future_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let config =
        b"name = 'a'\ncompatibility_date = '2999-01-01'\n[env.old]\ncompatibility_date = '2024-01-01'";
    write(directory.path(), &[("wrangler.toml", config), ("functions/a.js", HANDLER)]);
    let output = pagesbuild(directory.path(), ["build", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let said = &document["diagnostics"][0];
    assert_eq!(
        (&said["code"], &said["severity"], &said["labels"][0]["line"]),
        (&"invalid-compatibility-date".into(), &"warning".into(), &2.into())
    );
    for arguments in [["--env", "old"], ["--compatibility-date", "2024-01-01"]] {
        let output = pagesbuild(directory.path(), ["build", "-q"].iter().chain(&arguments));
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
    }
}

/// With `--format json` a program finds one document on standard output, whatever happens.
#[test]
fn failures_are_documents_too() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), &[("bad/wrangler.toml", b"name = "), ("public/a", b"")]);
    let cases: [(&[&str], i32); 6] = [
        (&["build", "nowhere"], 2),
        (&["build", "--name", "No Name"], 2),
        (&["build", "--frobnicate"], 2),
        (&["routes", "nowhere"], 2),
        (&["bundle", "nowhere.js", "-C", "bad"], 1),
        (&["build", "bad"], 1),
    ];
    for (arguments, code) in cases {
        for json in [&["--format", "json"][..], &["--format=json"]] {
            let output = pagesbuild(directory.path(), arguments.iter().chain(json));
            assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
            let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
            assert_eq!(document["ok"], false, "{document}");
            assert_eq!(document["error"].is_string(), code == 2, "{document}");
            assert_eq!(document["diagnostics"].as_array().unwrap().is_empty(), code == 2, "{document}");
        }
    }
    let output = pagesbuild(directory.path(), ["build", "--help", "--format", "json"]);
    assert!(output.status.success() && stdout(&output).contains("Usage:"));
}

#[test]
fn functions_without_a_handler_are_nothing_to_build() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), &[("functions/a.js", b"export const other = 1;")]);
    let output = pagesbuild(directory.path(), ["build"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("nothing-to-build") && stderr(&output).contains("foreign-functions"));
    assert!(!directory.path().join("dist").exists());
}

/// A configuration further up, and a command given inside of the functions directory.
#[test]
fn a_part_is_found_from_inside_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let config = b"name = 'a'\ncompatibility_date = '2026-01-01'";
    let function = "app/functions/api/a.js";
    write(directory.path(), &[("wrangler.toml", config), (function, HANDLER), ("functions.js", b"")]);
    for start in ["app", "app/functions", "app/functions/api"] {
        let output = pagesbuild(&directory.path().join(start), ["routes"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(stdout(&output).contains("/api/a "), "{}", stdout(&output));
    }
    // Another directory's functions are not this project's, unless it is the one named.
    write(directory.path(), &[("config/wrangler.toml", config), ("else/where/functions/b.js", HANDLER)]);
    let output = pagesbuild(directory.path(), ["routes", "else/where", "--config", "config/wrangler.toml"]);
    assert!(stdout(&output).contains("/b "), "{}", stderr(&output));
}

#[test]
fn long_lists_of_bindings_are_cut() {
    let directory = tempfile::tempdir().unwrap();
    let vars: String = (100..140).map(|number| format!("V{number} = 1\n")).collect();
    let config = format!("name = 'a'\ncompatibility_date = '2026-01-01'\n[vars]\n{vars}");
    write(directory.path(), &[("wrangler.toml", config.as_bytes()), ("functions/a.js", HANDLER)]);
    let said = stderr(&pagesbuild(directory.path(), ["build"]));
    assert!(
        said.contains("V129 vars") && !said.contains("V130 vars") && said.contains("and 10 more"),
        "{said}"
    );
    let said = stderr(&pagesbuild(directory.path(), ["build", "-v"]));
    assert!(said.contains("V139 vars") && !said.contains("more ("), "{said}");
}

#[test]
fn a_bundle_makes_the_directories_that_it_needs() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), &[("a.js", HANDLER)]);
    let output = pagesbuild(directory.path(), ["bundle", "a.js", "-o", "out/deep/a.js", "--sourcemap"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(crate::fixture::files(&directory.path().join("out/deep")), ["a.js", "a.js.map"]);
}

/// A result that could not be written is not a success; a reader that has seen enough is no failure.
#[cfg(target_os = "linux")]
#[test]
fn a_result_that_is_lost_is_a_failure() {
    use std::process::{Command, Stdio};
    let run = |stdout: Stdio| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pagesbuild"));
        command.args(["completions", "bash"]).stdout(stdout).stderr(Stdio::null()).spawn().unwrap()
    };
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    assert_eq!(run(full.into()).wait().unwrap().code(), Some(2));
    let mut closed = run(Stdio::piped());
    drop(closed.stdout.take());
    assert_eq!(closed.wait().unwrap().code(), Some(0));
}

/// Tools write code that nests deeper than an ordinary stack allows.
#[test]
fn code_may_nest_deeply() {
    let directory = tempfile::tempdir().unwrap();
    let lists = "[".repeat(5_000) + &"]".repeat(5_000);
    let function = format!("const lists = {lists};\nexport const onRequest = () => Response.json(lists);\n");
    write(directory.path(), &[("functions/a.js", function.as_bytes())]);
    let output = pagesbuild(directory.path(), ["build"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

/// A directory whose only handlers are misspelt is not taken for one of another platform.
#[test]
fn misspelt_handlers_are_named() {
    let project = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(project.path().join("functions")).unwrap();
    std::fs::create_dir_all(project.path().join("public")).unwrap();
    std::fs::write(project.path().join("public/index.html"), "hello").unwrap();
    std::fs::write(project.path().join("functions/a.js"), "export const onrequest = () => new Response();\n")
        .unwrap();
    let output = pagesbuild(project.path(), ["build"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("did you mean `onRequest`?"), "{}", stderr(&output));
    assert!(!stderr(&output).contains("foreign-functions"), "{}", stderr(&output));
}
