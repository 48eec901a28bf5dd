//! Builds killed at any moment: the output directory is the old one or the new one, whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use pagesbuild::deployment::{Document, verify};

use super::leftovers;
use crate::moments::Moments;
use crate::project::write;

/// All projects of a test are built to the same place.
fn target(root: &Path) -> PathBuf {
    root.parent().unwrap().join("out/dist")
}

fn start(root: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_pagesbuild"))
        .arg("build")
        .arg(root)
        .arg("--outdir")
        .arg(target(root))
        .env_remove("CLOUDFLARE_ENV")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Two projects whose outputs share no file, with enough files to be interrupted at.
fn projects(directory: &Path) -> [PathBuf; 2] {
    ["one", "two"].map(|name| {
        let root = directory.join(name);
        let settings = format!(
            "name = \"{name}\"\ncompatibility_date = \"2026-01-01\"\nassets.directory = \"public\"\n"
        );
        let function = format!("export const onRequest = () => new Response(\"{name}\");\n");
        write(&root, &[("wrangler.toml", settings.as_bytes()), ("functions/api.js", function.as_bytes())]);
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
    // Several runs, some of which find what others have cached.
    let (mut moments, [.., one, two]) = Moments::of([0, 1, 0, 1, 0, 1], |which| {
        assert!(start(&roots[which]).wait().unwrap().success());
        id(&dist)
    });
    let ids = [one, two];
    assert_ne!(ids[0], ids[1]);
    let mut killed = 0;
    for moment in 0..100_u32 {
        let before = id(&dist);
        let mut child = start(&roots[usize::from(before == ids[0])]);
        moments.wait(moment);
        child.kill().unwrap();
        let was_killed = !child.wait().unwrap().success();
        moments.learn(was_killed);
        killed += u32::from(was_killed);
        assert!(ids.contains(&id(&dist)), "killed at moment {moment}");
    }
    assert!(killed >= 30, "only {killed} were killed before their end");
    assert!(start(&roots[0]).wait().unwrap().success());
    assert_eq!(id(&dist), ids[0]);
    assert_eq!(leftovers(dist.parent().unwrap()), Vec::<String>::new());
}

/// Where the output lies in the project, a build makes it of the one before the last, whose files are those of the last one too.
#[test]
fn killed_while_outputs_are_used_again() {
    let directory = tempfile::tempdir().unwrap();
    let [root, _] = projects(directory.path());
    let dist = root.join("dist");
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pagesbuild"));
        command.arg("build").arg(&root).env_remove("CLOUDFLARE_ENV");
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    // Most files stay, some change, one comes and goes.
    let change = |which: usize| {
        for number in 0..30 {
            let path = format!("public/{}/{number}.txt", number % 7);
            write(&root, &[(&path, ["this", "that"][which].repeat(300 + number).as_bytes())]);
        }
        let passing = root.join("public/more/passing.txt");
        match which {
            0 => write(&root, &[("public/more/passing.txt", b"passing")]),
            _ => _ = fs::remove_file(passing),
        }
    };
    let (mut moments, [.., one, two]) = Moments::of([0, 1, 0, 1], |which| {
        change(which);
        assert!(start().wait().unwrap().success());
        id(&dist)
    });
    assert_ne!(one, two);
    let (mut killed, mut done) = (0, 0);
    for moment in 0..60_u32 {
        let which = usize::from(moment % 2 == 1);
        change(which);
        let mut child = start();
        moments.wait(moment);
        child.kill().unwrap();
        let was_killed = !child.wait().unwrap().success();
        moments.learn(was_killed);
        killed += u32::from(was_killed);
        let found = id(&dist);
        assert!([&one, &two].contains(&&found), "killed at moment {moment}");
        if !was_killed {
            done += 1;
            assert_eq!(found, [&one, &two][which].as_str());
        }
    }
    assert!(killed >= 15, "only {killed} were killed before their end");
    assert!(done >= 3, "only {done} were done");
    for (which, id_of_it) in [(0, &one), (1, &two)] {
        change(which);
        assert!(start().wait().unwrap().success());
        assert_eq!(&id(&dist), id_of_it);
    }
    assert!(root.join(".pagesbuild/spare/dist/tree").is_dir());
    assert!(leftovers(&root).iter().all(|name| !name.contains(".pagesbuild-")));
}

#[test]
fn builds_at_the_same_time() {
    let directory = tempfile::tempdir().unwrap();
    let roots = projects(directory.path());
    let dist = target(&roots[0]);
    let children: Vec<Child> = (0..8).map(|number| start(&roots[number % 2])).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    // Only now: reading every file takes longer than a swap.
    id(&dist);
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
        Document::parse(&text).unwrap();
        reads += 1;
    }
    assert!(reads > 0);
}
