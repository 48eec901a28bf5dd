//! The same project gives the same bytes: in another directory, with another number of threads, built again.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::fixture::{all, copy, files, name};

fn build(project: &Path, threads: &str, zone: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_pagesbuild"))
        .args(["build", "--minify", "--sourcemap"])
        .current_dir(project)
        .env_remove("CLOUDFLARE_ENV")
        .env("RAYON_NUM_THREADS", threads)
        .env("TZ", zone)
        .env("LC_ALL", if threads == "1" { "C" } else { "tr_TR.UTF-8" })
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Every file but `build.json`, which tells the time.
fn contents(dist: &Path) -> Vec<(String, Vec<u8>)> {
    let kept = files(dist).into_iter().filter(|path| path != "build.json");
    kept.map(|path| (path.clone(), fs::read(dist.join(path)).unwrap())).collect()
}

#[test]
fn same_input_same_bytes() {
    for project in all("projects") {
        // The directory's own name can be an input: it is the project's name where nothing else says one.
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = one.path().join(name(&project));
        let second = other.path().join("deeper/still").join(name(&project));
        copy(&project, &first);
        copy(&project, &second);
        build(&first, "1", "UTC");
        build(&second, "8", "Pacific/Kiritimati");
        let expected = contents(&first.join("dist"));
        assert!(expected.iter().any(|(path, _)| path == "deployment.json"));
        assert!(expected == contents(&second.join("dist")), "{} differs", project.display());
        build(&first, "8", "Asia/Kolkata");
        assert!(expected == contents(&first.join("dist")), "{} differs when built again", project.display());
    }
}
