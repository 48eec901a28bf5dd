//! What frameworks write for Pages and Workers, built and asked what `wrangler` is asked about the same output.
//!
//! The applications are in `tests/frameworks/`. Each is installed and built by its own tools in a copy below `target/`.
//! Those that take long are ignored unless asked for: `cargo test --test it frameworks:: -- --include-ignored`.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{fixture, npm};

/// The copy of an application, with its packages and what its build writes.
fn application(name: &str) -> PathBuf {
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("frameworks");
    fs::create_dir_all(&all).unwrap();
    // Adapters ask for wrangler, and are given the one that is tested against.
    #[cfg(unix)]
    if !all.join("node_modules").exists() {
        _ = std::os::unix::fs::symlink(npm::modules(), all.join("node_modules"));
    }
    // Released when the file is closed, also by a process that dies.
    let guard = File::create(all.join(format!("{name}.lock"))).unwrap();
    guard.lock().unwrap();
    let copy = all.join(name);
    let original = fixture::root().join("tests/frameworks").join(name);
    let text = |path: &String| [path.as_bytes(), &fs::read(original.join(path)).unwrap()].concat();
    let files = fixture::files(&original);
    let wanted = blake3::hash(&files.iter().flat_map(text).collect::<Vec<u8>>()).to_hex().to_string();
    let stamp = copy.join(".built");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return copy;
    }
    _ = fs::remove_dir_all(&copy);
    for path in &files {
        let target = copy.join(path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(original.join(path), target).unwrap();
    }
    for arguments in
        [&["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"][..], &["run", "build"]]
    {
        let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
        let inherited = env::var_os("PATH").unwrap_or_default();
        let bin = npm::node().parent().map(Path::to_path_buf);
        let path = env::join_paths(bin.into_iter().chain(env::split_paths(&inherited))).unwrap();
        command.args(arguments).current_dir(&copy).env("PATH", path).stdin(Stdio::null());
        for name in ["ASTRO_TELEMETRY_DISABLED", "NITRO_TELEMETRY_DISABLED", "CI", "NO_COLOR"] {
            command.env(name, "1");
        }
        npm::stdout(command.env("WRANGLER_SEND_METRICS", "false").env_remove("CLOUDFLARE_ENV"));
    }
    fs::write(stamp, wanted).unwrap();
    copy
}

fn answers(name: &str) {
    let application = application(name);
    let out = tempfile::tempdir().unwrap();
    let dist = out.path().join("dist");
    fixture::build(&application, &dist, &[]);
    let mut compare = npm::command(fixture::root().join("tests/frameworks/compare.mjs"));
    npm::stdout(compare.arg(&application).arg(dist.join("wrangler.json")));
}

/// `_worker.js`, a file that is bundled already.
#[test]
fn hono() {
    answers("hono");
}

/// `_worker.js` that imports the framework's server from elsewhere.
#[test]
#[ignore = "installs much"]
fn sveltekit() {
    answers("sveltekit");
}

/// `.wrangler/deploy/config.json`, and a module with chunks beside it.
#[test]
fn vite_plugin() {
    answers("vite-plugin");
}

/// `_worker.js`, a directory.
#[test]
fn nitro() {
    answers("nitro");
}

/// `_worker.js`, a directory, whose entry imports its chunks by name.
#[test]
#[ignore = "installs much"]
fn astro() {
    answers("astro");
}
