//! Resolution, held against esbuild with wrangler's options: written layouts of files and random ones, in which every
//! import leads to the same file in both, or to none in both.
//!
//! `PAGESBUILD_TEST_SEED` and `PAGESBUILD_TEST_LAYOUTS` ask for other layouts or for more.

use std::fs;
use std::path::Path;

use crate::npm;

#[test]
fn imports_lead_where_wrangler_leads_them() {
    let setting = |name: &str, default: &str| {
        std::env::var(format!("PAGESBUILD_TEST_{name}")).unwrap_or_else(|_| default.to_owned())
    };
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("resolve");
    fs::create_dir_all(&directory).unwrap();
    let mut command = npm::command("resolve/run.mjs");
    command.arg(env!("CARGO_BIN_EXE_pagesbuild")).arg(&directory);
    command.args([setting("SEED", "1"), setting("LAYOUTS", "120")]);
    // esbuild does not read it for wrangler, and neither do we.
    command.env("NODE_PATH", npm::modules());
    let output = command.output().unwrap();
    let report =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success(), "{report}");
}
