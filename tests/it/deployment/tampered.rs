//! Directories and kept versions that are not what they say, as `verify` tells of them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::hostile::without_numbers;
use super::{emitted, sealed};
use crate::fixture::{files, pagesbuild, snapshot, stderr, stdout};
use crate::project::write;

/// Changes the description and makes it consistent in itself again.
fn forge(dist: &Path, change: impl FnOnce(&mut Value)) {
    let path = dist.join("deployment.json");
    let mut json = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    change(&mut json);
    fs::write(path, sealed(json)).unwrap();
}

type Tampering = (&'static str, fn(&Path));

const TAMPERINGS: &[Tampering] = &[
    ("nothing", |_| {}),
    ("other facts", |dist| fs::write(dist.join("build.json"), "{}").unwrap()),
    ("facts that are none", |dist| fs::write(dist.join("build.json"), b"\xff\0").unwrap()),
    ("no facts", |dist| fs::remove_file(dist.join("build.json")).unwrap()),
    ("one byte", |dist| fs::write(dist.join("assets/index.html"), "<h1>Ho</h1>").unwrap()),
    ("one byte more", |dist| fs::write(dist.join("assets/index.html"), "<h1>Hi</h1>\n").unwrap()),
    ("a file more", |dist| write(dist, &[("assets/evil.js", b"")])),
    ("a file less", |dist| fs::remove_file(dist.join("worker/index.js")).unwrap()),
    ("several things", |dist| {
        write(dist, &[("assets/evil.js", b""), ("wrangler.json", b"{}")]);
        fs::remove_file(dist.join("assets/_headers")).unwrap();
    }),
    ("no description", |dist| fs::remove_file(dist.join("deployment.json")).unwrap()),
    ("a description that is no JSON", |dist| fs::write(dist.join("deployment.json"), "{").unwrap()),
    ("another layout", |dist| {
        let text = fs::read_to_string(dist.join("deployment.json")).unwrap();
        fs::write(dist.join("deployment.json"), text.replace("  ", "\t")).unwrap();
    }),
    ("another environment", |dist| {
        let text = fs::read_to_string(dist.join("deployment.json")).unwrap();
        fs::write(dist.join("deployment.json"), text.replace("\"production\"", "\"preview\"")).unwrap();
    }),
    ("a field that nobody knows", |dist| forge(dist, |json| json["surprise\u{1b}[31m"] = json!(1))),
    ("a newer format", |dist| forge(dist, |json| json["format"] = json!("pagesbuild.deployment/2"))),
    ("another format", |dist| forge(dist, |json| json["format"] = json!("else/1"))),
    ("two hashes exchanged", |dist| {
        forge(dist, |json| {
            let files = json["assets"]["files"].as_object_mut().unwrap();
            let (one, other) = (files["/index.html"]["hash"].clone(), files["/a/b.png"]["hash"].clone());
            files["/index.html"]["hash"] = other;
            files["/a/b.png"]["hash"] = one;
        });
    }),
    ("a size that is not there", |dist| {
        forge(dist, |json| json["assets"]["files"]["/index.html"]["size"] = json!(u64::MAX));
    }),
    ("a path that leads out", |dist| {
        forge(dist, |json| json["targets"]["wrangler"]["path"] = json!("../../secret"));
    }),
    ("a path that a terminal obeys", |dist| {
        forge(dist, |json| json["targets"]["wrangler"]["path"] = json!("\u{1b}[2J\nwhole: x"));
    }),
    ("a path in another's place", |dist| {
        forge(dist, |json| json["targets"]["wrangler"]["path"] = json!("assets/index.html"));
    }),
];

/// What verify says on both streams, with its exit code.
fn said(directory: &Path, version: &str) -> String {
    let output = pagesbuild(directory, ["verify", version]);
    let text = format!("{}{}", stdout(&output), stderr(&output));
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    let line = |line: &str| {
        let line = line.split(", expected one of").next().unwrap();
        format!("  {}\n", without_numbers(line))
    };
    let text: String = text.lines().map(line).collect();
    format!("exit code {}\n{text}", output.status.code().unwrap())
}

#[test]
fn every_tampering_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path().join("project");
    let mut text = String::new();
    for (what, tamper) in TAMPERINGS {
        let (dist, _) = emitted(directory.path());
        tamper(&dist);
        let _ = writeln!(text, "{what}: {}", said(&project, "dist"));
        let document = pagesbuild(&project, ["verify", "dist", "--format", "json"]);
        let json: Value = serde_json::from_slice(&document.stdout).unwrap();
        let findings = json["result"]["findings"].as_array().unwrap();
        assert_eq!(json["ok"], json!(findings.is_empty()));
        assert_eq!(document.status.code(), Some(i32::from(!findings.is_empty())));
        fs::remove_dir_all(&dist).unwrap();
    }
    snapshot("verify", &text);
}

#[test]
fn what_is_not_there_is_bad_usage() {
    let directory = tempfile::tempdir().unwrap();
    for (version, why) in [
        ("nowhere", "there is no version, directory or archive `nowhere`"),
        ("latest", "no version of this project was kept yet"),
        ("beef", "no version of this project was kept yet"),
    ] {
        let output = pagesbuild(directory.path(), ["verify", version]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(why), "{}", stderr(&output));
    }
    let output = pagesbuild(directory.path(), ["verify"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("there is no deployment in"), "{}", stderr(&output));
}

/// Links are not followed, FIFOs do not block, devices are not opened.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_opened() {
    use std::os::unix::fs::symlink;
    let directory = tempfile::tempdir().unwrap();
    let fifo = |path: &Path| {
        let made = std::process::Command::new("mkfifo").arg(path).status().unwrap();
        assert!(made.success());
    };
    let makers: &[&dyn Fn(&Path)] =
        &[&fifo, &|path| symlink("/dev/zero", path).unwrap(), &|path| symlink("/etc/passwd", path).unwrap()];
    for path in ["build.json", "deployment.json", "assets/index.html", "worker/index.js"] {
        for make in makers {
            let (dist, _) = emitted(directory.path());
            fs::remove_file(dist.join(path)).unwrap();
            make(&dist.join(path));
            assert_eq!(super::findings(&dist), [format!("`{path}` is not a regular file")]);
            fs::remove_dir_all(&dist).unwrap();
        }
    }
    let place = directory.path().join("place");
    fs::create_dir(&place).unwrap();
    fifo(&place.join("fifo"));
    for version in ["fifo", "/dev/zero"] {
        for command in [&["verify", version][..], &["unpack", version, "--outdir", "out"], &["pack", version]]
        {
            let output = pagesbuild(&place, command);
            assert!(!output.status.success());
            let said = format!("{}{}", stdout(&output), stderr(&output));
            assert!(said.contains("the archive is not a regular file"), "{said}");
        }
    }
    assert_eq!(files(&place), Vec::<String>::new());
}
