//! What becomes of the written cases of linking (`fixtures/link`) with `swc_bundler`: the evidence behind
//! `docs/decisions/linker.md`, kept true.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::fixture::{root, snapshot};
use crate::npm;

/// The program of `tests/swc_bundler`. `cargo test` has built it, but for runs that name their test target.
fn binary() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--locked", "--example", "bundle_with_swc"]).current_dir(root());
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    npm::stdout(&mut cargo);
    // Test programs are in `deps`, beside `examples`.
    let deps = env::current_exe().unwrap();
    deps.ancestors()
        .nth(2)
        .unwrap()
        .join("examples/bundle_with_swc")
        .with_extension(env::consts::EXE_EXTENSION)
}

#[test]
fn falls_short_on_the_written_cases() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("swc-bundler");
    let mut command = npm::command("link/compare.mjs");
    command.arg(binary()).arg(root().join("fixtures/link")).arg(directory).env_remove("CLOUDFLARE_ENV");
    snapshot("swc-bundler", &npm::stdout(&mut command));
}
