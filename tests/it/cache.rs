//! The cache of compiled objects never shows in what is built: empty, filled, damaged, of another time, shared.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::fixture::files;

const SHARED: &str = "export const greeting: string = 'Hello';\nexport enum Tone { Calm, Loud = 5 }\n";

/// A project of functions that share a file.
fn project(directory: &Path, functions: usize) {
    fs::create_dir_all(directory.join("functions")).unwrap();
    fs::create_dir_all(directory.join("lib")).unwrap();
    fs::write(directory.join("wrangler.toml"), "name = 'cached'\ncompatibility_date = '2026-01-01'\n")
        .unwrap();
    fs::write(directory.join("lib/shared.ts"), SHARED).unwrap();
    for at in 0..functions {
        function(directory, at, "first");
    }
}

fn function(directory: &Path, at: usize, word: &str) {
    let text = format!(
        "import {{ greeting, Tone }} from '../lib/shared';\n\
         const page = ({{ name }}: {{ name: string }}) => <p>{{greeting}} {word} {{name}} {{Tone.Loud}}</p>;\n\
         export const onRequest = () => Response.json(page({{ name: '{at}' }}));\n\
         const React = {{ createElement: (...all: unknown[]) => all }};\n"
    );
    fs::write(directory.join(format!("functions/f{at}.tsx")), text).unwrap();
}

fn start(directory: &Path, outdir: &str, more: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagesbuild"));
    command.args(["build", "--sourcemap", "--outdir", outdir]).args(more).current_dir(directory);
    command.env_remove("CLOUDFLARE_ENV").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Builds, and gives every file but `build.json`, which tells the time.
fn build(directory: &Path, outdir: &str, more: &[&str]) -> Vec<(String, Vec<u8>)> {
    let output = start(directory, outdir, more).wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let dist = directory.join(outdir);
    let kept = files(&dist).into_iter().filter(|path| path != "build.json");
    kept.map(|path| (path.clone(), fs::read(dist.join(path)).unwrap())).collect()
}

fn packs(directory: &Path) -> Vec<PathBuf> {
    let cache = directory.join(".pagesbuild/cache");
    let paths = files(&cache).into_iter().filter(|path| path.ends_with(".objects"));
    paths.map(|path| cache.join(path)).collect()
}

#[test]
fn cold_warm_and_damaged_caches_give_the_same_bytes() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    project(directory, 5);
    for more in [&[][..], &["--minify"]] {
        let expected = build(directory, "dist", &[more, &["--no-cache"]].concat());
        let check = |state: &str| {
            assert!(expected == build(directory, "dist", more), "{state}: {more:?}");
        };
        check("cold");
        check("warm");
        let path = packs(directory).remove(0);
        let bytes = fs::read(&path).unwrap();
        for part in 0..10 {
            let place = bytes.len() * part / 10;
            fs::write(&path, &bytes[..place]).unwrap();
            check("cut off");
            let mut damaged = bytes.clone();
            damaged[place] ^= 1;
            fs::write(&path, &damaged).unwrap();
            check("damaged");
        }
    }
}

#[test]
fn without_a_cache_nothing_is_left_behind() {
    let directory = tempfile::tempdir().unwrap();
    project(directory.path(), 1);
    build(directory.path(), "dist", &["--no-cache"]);
    assert!(!directory.path().join(".pagesbuild/cache").exists());
    fs::create_dir(directory.path().join("node_modules")).unwrap();
    build(directory.path(), "dist", &[]);
    assert!(!directory.path().join(".pagesbuild/cache").exists());
    assert!(directory.path().join("node_modules/.cache/pagesbuild/.gitignore").exists());
}

/// An edit is seen, whatever it leaves alone: the size of the file, and its time.
#[test]
fn edits_are_seen() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    project(directory, 3);
    build(directory, "dist", &[]);
    let file = directory.join("functions/f1.tsx");
    let time = fs::metadata(&file).unwrap().modified().unwrap();
    for word in ["other", "words"] {
        function(directory, 1, word);
        fs::File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
        let warm = build(directory, "dist", &[]);
        assert!(warm == build(directory, "dist", &["--no-cache"]));
        let main = warm.iter().find(|(path, _)| path.ends_with("worker/index.js")).map(|(_, bytes)| bytes);
        assert!(String::from_utf8_lossy(main.unwrap()).contains(word));
    }
}

#[test]
fn builds_at_the_same_time_share_a_cache() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    project(directory, 8);
    for round in 0..4 {
        function(directory, round, "again");
        let expected = build(directory, "alone", &["--no-cache"]);
        let outdirs: Vec<String> = (0..6).map(|at| format!("out{at}")).collect();
        let children: Vec<Child> = outdirs.iter().map(|outdir| start(directory, outdir, &[])).collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        for outdir in &outdirs {
            let dist = directory.join(outdir);
            assert!(expected.iter().all(|(path, bytes)| fs::read(dist.join(path)).unwrap() == *bytes));
        }
        assert!(packs(directory).len() <= 8, "{:?}", packs(directory));
    }
}
