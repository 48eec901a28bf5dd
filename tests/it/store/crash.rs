//! Builds and collections killed at any moment, and beside each other: nothing that was said to be done is lost, and
//! nothing that is named is half there.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Output};
use std::thread;

use super::packs::change_many;
use super::{build, change, check, command, last, logged, project, store};
use crate::fixture::{stderr, stdout};
use crate::moments::Moments;

/// How many moments. `PAGESBUILD_KILLS=2000` looks closer.
fn moments() -> u32 {
    std::env::var("PAGESBUILD_KILLS").ok().map_or(200, |count| count.parse().unwrap())
}

const ENVIRONMENTS: [&str; 2] = ["preview", "production"];

/// A build of an environment, each to a directory of its own.
fn start(root: &Path, environment: &str) -> Child {
    let outdir = format!("../out/{environment}");
    command(root, &["build", "--quiet", "--env", environment, "--outdir", &outdir]).spawn().unwrap()
}

/// The id that a build printed. It prints nothing else, and only when it is done.
fn printed(output: &Output) -> Option<String> {
    let text = stdout(output);
    text.strip_suffix('\n').map(str::to_owned)
}

#[test]
fn killed_at_hundreds_of_moments() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 40);
    let (mut until, _) = Moments::of([0, 1, 2], |at| {
        change(&root, &format!("before {at}"));
        assert!(start(&root, "preview").wait().unwrap().success());
    });
    let mut reported: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let (mut killed, mut collected) = (0, 0);
    for moment in 0..moments() {
        // Now a file, now enough for a pack.
        change(&root, &format!("moment {moment}"));
        change_many(&root, moment as usize % 2 * 20, &format!("moment {moment}"));
        // One build alone, two beside each other, one and a collection, in turns.
        let mut victim = start(&root, ENVIRONMENTS[0]);
        let other = (moment % 3 == 1).then(|| start(&root, ENVIRONMENTS[1]));
        let gc = || command(&root, &["gc", "--keep", "3"]).spawn().unwrap();
        let mut collection = (moment % 3 == 2).then(gc);
        until.wait(moment);
        victim.kill().unwrap();
        if let Some(collection) = &mut collection {
            collection.kill().unwrap();
            collected += u32::from(!collection.wait().unwrap().success());
        }
        let victim = victim.wait_with_output().unwrap();
        until.learn(!victim.status.success());
        killed += u32::from(!victim.status.success());
        reported.entry(ENVIRONMENTS[0]).or_default().extend(printed(&victim));
        if let Some(other) = other {
            let other = other.wait_with_output().unwrap();
            assert!(other.status.success(), "{}", stderr(&other));
            reported.entry(ENVIRONMENTS[1]).or_default().extend(printed(&other));
        }
        let store = store(&root);
        check(&store);
        for environment in ENVIRONMENTS {
            let log = logged(&store, Some(environment));
            let reported = reported.entry(environment).or_default();
            let lost = reported.iter().find(|id| !log.contains(id));
            assert_eq!(lost, None, "moment {moment}");
            let gone = last(&store, Some(environment), 3).into_iter().find(|id| !store.has(id));
            assert_eq!(gone, None, "moment {moment}");
        }
    }
    assert!(killed >= moments() / 4, "only {killed} builds were killed before their end");
    assert!(collected >= moments() / 20, "only {collected} collections were killed before their end");
    // What was left behind goes, and the store is of use.
    build(&root, &["--env", "preview"]);
    assert!(command(&root, &["gc", "--keep", "1"]).status().unwrap().success());
    check(&store(&root));
    assert_eq!(store(&root).ids().unwrap().len(), 2);
    assert_eq!(std::fs::read_dir(root.join(".pagesbuild/tmp")).unwrap().count(), 0);
    let objects = crate::fixture::files(&root.join(".pagesbuild/objects"));
    assert!(objects.len() < 60, "{} objects of two versions that differ in a file", objects.len());
}

#[test]
fn builds_at_the_same_time() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 100);
    // The same, to the same place and to others, into the same log and into others, with collections in between.
    let mut children: Vec<Child> = Vec::new();
    for at in 0..8 {
        let environment = ["", "preview", "production", "preview"][at % 4];
        let outdir = format!("../out/{environment}{}", at % 3 / 2);
        let arguments = ["build", "--quiet", "--env", environment, "--outdir", &outdir];
        children.push(command(&root, &arguments).spawn().unwrap());
        children.push(command(&root, &["gc", "--keep", "1"]).spawn().unwrap());
    }
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let store = store(&root);
    check(&store);
    assert_eq!(store.ids().unwrap().len(), 3);
    let counts = [None, Some("preview"), Some("production")].map(|name| logged(&store, name).len());
    assert_eq!(counts, [2, 4, 2]);
}

/// Lines of many writers do not tear each other.
#[test]
fn writers_of_one_log() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 1);
    build(&root, &[]);
    let store = store(&root);
    let entry = store.log(None).unwrap().remove(0);
    thread::scope(|scope| {
        for at in 0..8 {
            let (store, entry) = (&store, &entry);
            scope.spawn(move || {
                for round in 0..25 {
                    let tool = format!("{at} {round} {}", "x".repeat(round * 40));
                    let entry = pagesbuild::store::Entry { tool, ..entry.clone() };
                    store.writer().unwrap().record(Some("shared"), &entry).unwrap();
                    store.log(Some("shared")).unwrap();
                }
            });
        }
    });
    let log = store.log(Some("shared")).unwrap();
    for at in 0..8 {
        let own = log.iter().filter(|entry| entry.tool.starts_with(&format!("{at} ")));
        let rounds: Vec<usize> =
            own.map(|entry| entry.tool.split(' ').nth(1).unwrap().parse().unwrap()).collect();
        assert_eq!(rounds, (0..25).collect::<Vec<usize>>());
    }
}
