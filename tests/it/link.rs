//! Linking, held against Node: written cases (`fixtures/link`) and random module graphs, each bundled plain and minified,
//! log what the unbundled program logs.
//!
//! `PAGESBUILD_TEST_SEED` and `PAGESBUILD_TEST_GRAPHS` ask for other graphs or for more.

use std::fs;
use std::path::{Path, PathBuf};

use crate::fixture::root;
use crate::npm;

fn setting(name: &str, default: &str) -> String {
    std::env::var(format!("PAGESBUILD_TEST_{name}")).unwrap_or_else(|_| default.to_owned())
}

/// Where programs and their outputs are left, to look at after a failure.
fn directory(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&directory).unwrap();
    directory
}

/// Runs a script of `tests/npm/link` with the binary for its first argument: whether it is content, and what it says.
fn script(name: &str, arguments: &[&str]) -> (bool, String) {
    let mut command = npm::command(Path::new("link").join(name));
    command.arg(env!("CARGO_BIN_EXE_pagesbuild")).args(arguments).env_remove("CLOUDFLARE_ENV");
    let output = command.output().unwrap();
    let texts = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    (output.status.success(), texts.concat())
}

#[test]
fn written_cases_behave_as_unbundled() {
    let fixtures = root().join("fixtures/link");
    let directory = directory("link-cases");
    let (fine, report) = script("cases.mjs", &[&fixtures.to_string_lossy(), &directory.to_string_lossy()]);
    assert!(fine, "{report}");
}

/// Each graph behaves as unbundled; none of them is excused.
#[test]
fn random_graphs_behave_as_unbundled() {
    let directory = directory("link-graphs");
    let (seed, graphs) = (setting("SEED", "1"), setting("GRAPHS", "1000"));
    let (fine, report) = script("graphs.mjs", &[&directory.to_string_lossy(), &seed, &graphs]);
    assert!(fine, "{report}");
}
