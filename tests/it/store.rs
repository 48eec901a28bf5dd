//! The store of versions, as a user and as an accident meets it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pagesbuild::store::Store;

use crate::fixture::{pagesbuild, stderr, stdout};
use crate::project::write;

mod accidents;
mod crash;
pub(crate) mod disk;
mod gc;
mod packs;
mod versions;

/// A project of `files` static files and a function, with two environments, in `<directory>/site`.
fn project(directory: &Path, files: usize) -> PathBuf {
    let root = directory.join("site");
    let config = "name = 'site'\ncompatibility_date = '2026-01-01'\nassets.directory = 'public'\n\
                  [env.preview]\n[env.production]\nvars = { STAGE = 'production' }\n";
    let function = b"export const onRequest = () => new Response('hello');\n";
    write(&root, &[("wrangler.toml", config.as_bytes()), ("functions/api.js", function)]);
    for number in 0..files {
        let path = format!("public/{}/{number}.txt", number % 7);
        write(&root, &[(&path, format!("file {number}\n").repeat(40 + number).as_bytes())]);
    }
    change(&root, "first");
    root
}

/// Gives the project another content.
fn change(root: &Path, what: &str) {
    write(root, &[("public/changing.txt", what.as_bytes())]);
}

/// Builds, and gives the id.
fn build(root: &Path, more: &[&str]) -> String {
    let output = pagesbuild(root, ["build"].iter().chain(more));
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output).trim().to_owned()
}

/// What a command says that has to fail with this exit code.
fn refused(root: &Path, code: i32, arguments: &[&str]) -> String {
    let output = pagesbuild(root, arguments);
    assert_eq!(output.status.code(), Some(code), "{}{}", stdout(&output), stderr(&output));
    stderr(&output)
}

/// What a command prints that has to succeed.
fn said(root: &Path, arguments: &[&str]) -> String {
    let output = pagesbuild(root, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    stdout(&output)
}

/// A command that can be started and killed.
fn command(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagesbuild"));
    command.args(arguments).current_dir(root).env_remove("CLOUDFLARE_ENV");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn store(root: &Path) -> Store {
    Store::open(root).unwrap().unwrap()
}

/// Demands that everything in the store is whole.
fn check(store: &Store) {
    if let Err(wrong) = store.check() {
        panic!("{}", wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    }
}

/// The ids of a log, in order.
fn logged(store: &Store, environment: Option<&str>) -> Vec<String> {
    store.log(environment).unwrap().into_iter().map(|entry| entry.id).collect()
}

/// The last `count` different ids of a log.
fn last(store: &Store, environment: Option<&str>, count: usize) -> BTreeSet<String> {
    let mut last = BTreeSet::new();
    for id in logged(store, environment).into_iter().rev() {
        if last.len() < count {
            last.insert(id);
        }
    }
    last
}

/// Every file of a store with its bytes, but for what a build may leave behind.
fn contents(root: &Path) -> Vec<(String, Vec<u8>)> {
    let directory = root.join(".pagesbuild");
    let kept = crate::fixture::files(&directory).into_iter();
    let kept = kept.filter(|path| !path.starts_with("tmp/") && !path.starts_with("cache/"));
    kept.map(|path| (path.clone(), fs::read(directory.join(path)).unwrap())).collect()
}
