//! Builds killed at any moment: the output directory is the old one or the new one, whole.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use pagesbuild::deployment::{emit, verify};

use super::{assemble, facts, leftovers, worker};
use crate::project::{at, write};

/// Tells a run of this test binary that it is to write the deployment of this project and end.
const VICTIM: &str = "PAGESBUILD_TEST_PROJECT";

/// Not a test by itself: the process that the other tests here start and kill.
#[test]
#[ignore = "started by the tests beside it"]
fn victim() {
    let Some(root) = env::var_os(VICTIM).map(PathBuf::from) else { return };
    let project = at(&root);
    let deployment = assemble(&project, Some(&worker(&root.to_string_lossy())), &[]);
    emit(&deployment, &target(&root), &facts(&root)).unwrap();
}

/// All projects of a test write to the same place.
fn target(root: &Path) -> PathBuf {
    root.parent().unwrap().join("out/dist")
}

fn start(root: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "deployment::crash::victim", "--ignored"])
        .env(VICTIM, root)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Two projects whose outputs share no byte, with enough files to be interrupted at.
fn projects(directory: &Path) -> [PathBuf; 2] {
    ["one", "two"].map(|name| {
        let root = directory.join(name);
        for number in 0..200 {
            let path = format!("public/{}/{number}.txt", number % 7);
            write(&root, &[(&path, name.repeat(500 + number).as_bytes())]);
        }
        root
    })
}

/// The id of a whole output.
fn id(dist: &Path) -> String {
    match verify(dist) {
        Ok(verified) => verified.document.id,
        Err(findings) => panic!("{:?}", findings.iter().map(ToString::to_string).collect::<Vec<_>>()),
    }
}

#[test]
fn killed_at_a_hundred_moments() {
    let directory = tempfile::tempdir().unwrap();
    let roots = projects(directory.path());
    let dist = target(&roots[0]);
    let mut took = Duration::ZERO;
    let ids = [0, 1].map(|which: usize| {
        let begun = Instant::now();
        assert!(start(&roots[which]).wait().unwrap().success());
        took = begun.elapsed();
        id(&dist)
    });
    assert_ne!(ids[0], ids[1]);
    let mut killed = 0;
    for moment in 0..100_u32 {
        let before = id(&dist);
        let mut child = start(&roots[usize::from(before == ids[0])]);
        // From the start of the process to well after its end, in an order that leaves different things behind.
        thread::sleep(took * (moment * 37 % 100) * 6 / 500);
        child.kill().unwrap();
        killed += u32::from(!child.wait().unwrap().success());
        assert!(ids.contains(&id(&dist)), "killed at moment {moment}");
    }
    assert!(killed >= 30, "only {killed} were killed before their end");
    assert!(start(&roots[0]).wait().unwrap().success());
    assert_eq!(id(&dist), ids[0]);
    assert_eq!(leftovers(dist.parent().unwrap()), Vec::<String>::new());
}

#[test]
fn builds_at_the_same_time() {
    let directory = tempfile::tempdir().unwrap();
    let roots = projects(directory.path());
    let dist = target(&roots[0]);
    let children: Vec<Child> = (0..8).map(|number| start(&roots[number % 2])).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
        id(&dist);
    }
    assert_eq!(leftovers(dist.parent().unwrap()), Vec::<String>::new());
}

/// A reader that opens the description again and again never sees none, nor half of one.
#[cfg(target_os = "linux")]
#[test]
fn a_reader_never_sees_a_mix() {
    let directory = tempfile::tempdir().unwrap();
    let roots = projects(directory.path());
    let dist = target(&roots[0]);
    assert!(start(&roots[0]).wait().unwrap().success());
    let mut child = start(&roots[1]);
    let mut reads = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read(dist.join("deployment.json")).unwrap();
        pagesbuild::deployment::Document::parse(&text).unwrap();
        reads += 1;
    }
    assert!(reads > 0);
}
