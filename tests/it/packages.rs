//! Packages from the registry: what is bundled of them behaves as unbundled, in Node and on workerd, plain and minified.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::fixture::root;
use crate::npm;

/// Those that run each time. They are installed with what other tests need.
const FEW: &[&str] = &[
    "@noble/hashes",
    "@urql/core",
    "big.js",
    "bn.js",
    "fflate",
    "immer",
    "itty-router",
    "kleur",
    "marked",
    "mitt",
    "mustache",
    "nanoid",
    "preact",
    "preact-render-to-string",
    "qs",
    "semver",
    "valibot",
];

fn run(arguments: &[&str]) -> String {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages");
    let mut script = npm::command("../packages/run.mjs");
    script.arg(env!("CARGO_BIN_EXE_pagesbuild")).arg(directory).args(arguments);
    let output = script.output().unwrap();
    let texts = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{}", texts.concat());
    texts.concat()
}

#[test]
fn a_few_behave_as_unbundled() {
    let modules = npm::modules().to_string_lossy();
    run(&[&["--modules", &modules], FEW].concat());
}

/// All of them; what comes out is written to `docs/packages.md`.
#[test]
#[ignore = "installs a gigabyte of packages and takes minutes"]
fn all_behave_as_unbundled() {
    let mut install = Command::new("npm");
    install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps"]);
    npm::stdout(install.current_dir(root().join("tests/packages")).stdin(Stdio::null()));
    println!("{}", run(&["--report", &root().join("docs/packages.md").to_string_lossy()]));
}
