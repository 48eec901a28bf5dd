//! Deployments as archives: the same deployment, the same bytes, and back again.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use pagesbuild::deployment::{Content, Deployment, OutputFile, emit, open, pack_file, verify};

use super::emitted;
use crate::fixture::{files, pagesbuild, stderr, stdout};
use crate::moments::Moments;
use crate::project::write;
use crate::store::disk;

/// Path and content of every file below a directory.
fn contents(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let read = |path: String| (path.clone(), fs::read(directory.join(path)).unwrap());
    files(directory).into_iter().map(read).collect()
}

/// The same without the facts of the build, which no archive has.
fn packed_contents(dist: &Path) -> Vec<(String, Vec<u8>)> {
    contents(dist).into_iter().filter(|(path, _)| path != "build.json").collect()
}

/// What a Python program prints.
fn python(directory: &Path, program: &str) -> String {
    let output = Command::new("python3").args(["-c", program]).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output)
}

#[test]
fn an_archive_holds_the_deployment() {
    let directory = tempfile::tempdir().unwrap();
    let (dist, deployment) = emitted(directory.path());
    let archive = directory.path().join("deep/er/site.zip");
    let packed = pack_file(&open(&dist).unwrap(), &archive).unwrap();
    assert_eq!(packed.size, fs::metadata(&archive).unwrap().len());
    assert_eq!(files(archive.parent().unwrap()), ["site.zip"]);
    let verified = verify(&archive).unwrap();
    assert_eq!(verified.document, deployment.document);
    assert_eq!(verified.files, 6);
    let again = directory.path().join("again");
    emit(&open(&archive).unwrap(), &again, None).unwrap();
    assert_eq!(contents(&again), packed_contents(&dist));
    assert_eq!(verify(&again).unwrap().document, deployment.document);
    // Out of an archive the same archive can be made.
    let second = directory.path().join("second.zip");
    pack_file(&open(&archive).unwrap(), &second).unwrap();
    assert_eq!(fs::read(second).unwrap(), fs::read(archive).unwrap());
}

/// Two machines: other directories, times, modes, orders of creation, facts.
#[test]
fn the_same_deployment_gives_the_same_bytes() {
    let archives = [0, 1].map(|machine: u64| {
        let directory = tempfile::tempdir().unwrap();
        let (dist, _) = emitted(directory.path());
        let other = directory.path().join("other/place");
        let mut paths = files(&dist);
        if machine == 1 {
            paths.reverse();
        }
        for path in paths {
            write(&other, &[(&path, &fs::read(dist.join(&path)).unwrap())]);
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000 * (machine + 1));
            File::options().append(true).open(other.join(path)).unwrap().set_modified(time).unwrap();
        }
        fs::write(other.join("build.json"), format!("{machine}")).unwrap();
        let umask = ["022", "077"][machine as usize];
        let script = format!("umask {umask}; chmod -R go-rwx place; exec \"$0\" pack place -o site.zip");
        let packed = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_pagesbuild")])
            .env("RAYON_NUM_THREADS", ["1", "4"][machine as usize])
            .env("TZ", ["UTC", "Asia/Kolkata"][machine as usize])
            .current_dir(directory.path().join("other"))
            .output()
            .unwrap();
        assert!(packed.status.success(), "{}", stderr(&packed));
        fs::read(directory.path().join("other/site.zip")).unwrap()
    });
    assert!(archives[0] == archives[1]);
}

/// What is in it for those who have no pagesbuild.
#[test]
fn others_read_it() {
    let directory = tempfile::tempdir().unwrap();
    let (dist, _) = emitted(directory.path());
    write(
        directory.path(),
        &[("project/public/noise.bin", &noise(100_000)), ("project/public/dot é.txt", b"x")],
    );
    let (dist_again, _) = emitted(directory.path());
    assert_eq!(dist, dist_again);
    pack_file(&open(&dist).unwrap(), &directory.path().join("site.zip")).unwrap();
    let program = "
import zipfile
archive = zipfile.ZipFile('site.zip')
assert archive.testzip() is None
archive.extractall('out')
for entry in archive.infolist():
    print(entry.filename, oct(entry.external_attr >> 16), *entry.date_time, entry.compress_type, entry.extra)
";
    let listed = python(directory.path(), program);
    assert_eq!(contents(&directory.path().join("out")), packed_contents(&dist));
    // Noise is stored, as is what is so short that it would grow.
    assert_eq!(
        listed.lines().collect::<Vec<_>>(),
        [
            "assets/_headers 0o100644 1980 1 1 0 0 0 0 b''",
            "assets/a/b.png 0o100644 1980 1 1 0 0 0 0 b''",
            "assets/dot é.txt 0o100644 1980 1 1 0 0 0 0 b''",
            "assets/index.html 0o100644 1980 1 1 0 0 0 0 b''",
            "assets/noise.bin 0o100644 1980 1 1 0 0 0 0 b''",
            "deployment.json 0o100644 1980 1 1 0 0 0 8 b''",
            "worker/index.js 0o100644 1980 1 1 0 0 0 0 b''",
            "worker/index.js.map 0o100644 1980 1 1 0 0 0 0 b''",
            "wrangler.json 0o100644 1980 1 1 0 0 0 8 b''",
        ]
    );
}

/// Bytes that nothing compresses.
fn noise(count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    blake3::Hasher::new().finalize_xof().fill(&mut bytes);
    bytes
}

/// An output directory that went through another program's archive, with directories and facts, or through a pipe.
#[test]
fn what_others_pack_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let (dist, deployment) = emitted(directory.path());
    let program = "
import zipfile, os
class Pipe:
    def __init__(self, file): self.file = file
    def write(self, data): return self.file.write(data)
    def flush(self): self.file.flush()
for name, method, out in [
    ('plain.zip', zipfile.ZIP_DEFLATED, lambda file: file),
    ('stored.zip', zipfile.ZIP_STORED, lambda file: file),
    ('streamed.zip', zipfile.ZIP_DEFLATED, Pipe),
]:
    with open(name, 'wb') as file, zipfile.ZipFile(out(file), 'w', method) as archive:
        for at, directories, files in os.walk('project/dist'):
            for path in directories + files:
                path = os.path.join(at, path)
                archive.write(path, os.path.relpath(path, 'project/dist'))
";
    python(directory.path(), program);
    for archive in ["plain.zip", "stored.zip", "streamed.zip"].map(|name| directory.path().join(name)) {
        assert_eq!(verify(&archive).unwrap().document, deployment.document, "{}", archive.display());
        let again = directory.path().join("again");
        emit(&open(&archive).unwrap(), &again, None).unwrap();
        assert_eq!(contents(&again), contents(&dist));
    }
}

/// More entries than the usual record can count, and a content that compresses better than is believed.
#[test]
fn large_ones() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("project");
    write(&root, &[("public/zeros", &vec![0; 20 << 20])]);
    let project = crate::project::at(&root);
    let mut deployment = super::assemble(&project, None, &[]);
    let asset = deployment.files.iter().find(|file| file.path == "assets/zeros").unwrap().clone();
    let mut text = String::new();
    let bytes = |file: &OutputFile| match &file.content {
        Content::Bytes(bytes) => bytes.clone(),
        _ => panic!("{}", file.path),
    };
    for number in 0..70_000 {
        text = format!("{number}");
        let content = Content::Bytes(text.clone().into_bytes());
        let hash = pagesbuild::hash::asset_hash(&mut text.as_bytes(), "txt", |_| Ok(())).unwrap().0;
        let expected =
            pagesbuild::deployment::Expected { hash, size: text.len() as u64, ..asset.expected.clone() };
        deployment.files.push(OutputFile { path: format!("assets/{number}.txt"), expected, content });
    }
    assert_eq!(text, "69999");
    let deployment = named(&deployment, &bytes);
    let archive = directory.path().join("site.zip");
    pack_file(&deployment, &archive).unwrap();
    let verified = verify(&archive).unwrap();
    assert_eq!(verified.files, 70_002);
    assert_eq!(verified.document, deployment.document);
    assert_eq!(
        python(directory.path(), "import zipfile; print(len(zipfile.ZipFile('site.zip').namelist()))"),
        "70003\n"
    );
}

/// The deployment with a description that names all of its assets.
fn named(deployment: &Deployment, bytes: &dyn Fn(&OutputFile) -> Vec<u8>) -> Deployment {
    let text = deployment.files.iter().find(|file| file.path == "deployment.json").map(bytes).unwrap();
    let mut json: serde_json::Value = serde_json::from_slice(&text).unwrap();
    for file in &deployment.files {
        if let Some(path) = file.path.strip_prefix("assets") {
            let entry = serde_json::json!({ "hash": file.expected.hash, "size": file.expected.size });
            json["assets"]["files"].as_object_mut().unwrap().entry(path).or_insert(entry);
        }
    }
    let text = super::sealed(json);
    let document = pagesbuild::deployment::Document::parse(text.as_bytes()).unwrap();
    let mut deployment = Deployment { document, ..deployment.clone() };
    for file in &mut deployment.files {
        if file.path == "deployment.json" {
            file.content = Content::Bytes(text.clone().into_bytes());
            file.expected.size = text.len() as u64;
        }
    }
    deployment
}

fn run(directory: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = pagesbuild(directory, arguments);
    (output.status.code(), stdout(&output), stderr(&output))
}

#[test]
fn packed_and_unpacked_by_command() {
    let directory = tempfile::tempdir().unwrap();
    let (dist, deployment) = emitted(directory.path());
    let project = directory.path().join("project");
    let id = deployment.document.id.as_str();
    let name = format!("odd-{}.zip", &id[..8]);
    for _ in 0..2 {
        // The second one replaces the first, which is an archive too.
        let (code, out, err) = run(&project, &["pack"]);
        assert_eq!((code, out.as_str()), (Some(0), format!("{name}\n").as_str()), "{err}");
        assert!(err.starts_with(&format!("packed {id}, 7 files, ")), "{err}");
    }
    let piped = pagesbuild(&project, ["pack", "dist", "--outfile", "-"]);
    assert_eq!(piped.stdout, fs::read(project.join(&name)).unwrap());
    let (code, out, err) = run(&project, &["unpack", &name, "--outdir", "again"]);
    assert_eq!((code, out.as_str(), err.as_str()), (Some(0), format!("{id}\n").as_str(), "unpacked again\n"));
    assert_eq!(contents(&project.join("again")), packed_contents(&dist));
    let (code, out, err) = run(&project, &["export", "dist", "--outdir", "again"]);
    assert_eq!((code, out.as_str(), err.as_str()), (Some(0), format!("{id}\n").as_str(), "exported again\n"));
    assert_eq!(contents(&project.join("again")), contents(&dist));
    let (code, out, _) = run(&project, &["verify", &name]);
    let size: usize = packed_contents(&dist).iter().map(|(_, content)| content.len()).sum();
    let size = size - fs::read(dist.join("deployment.json")).unwrap().len();
    assert_eq!((code, out), (Some(0), format!("whole: {name}, {id}, 6 files, {size} B\n")));
    let (_, out, _) = run(&project, &["pack", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["result"]["id"], id);
    assert_eq!(json["result"]["file"], name);
    assert_eq!(json["result"]["size"], fs::metadata(project.join(&name)).unwrap().len());
}

#[test]
fn nothing_but_an_archive_is_replaced() {
    let directory = tempfile::tempdir().unwrap();
    emitted(directory.path());
    let project = directory.path().join("project");
    let other = super::hostile::archive(&[super::hostile::entry("thesis.tex", b"years of work")]).0;
    write(&project, &[("thesis.tex", b"years of work"), ("thesis.zip", &other), ("empty", b"")]);
    for file in ["thesis.tex", "thesis.zip", "empty", "public"] {
        let (code, _, err) = run(&project, &["pack", "--outfile", file]);
        assert_eq!(code, Some(2));
        assert!(err.contains("is there and is no archive of a deployment; move it away"), "{err}");
    }
    let (code, _, err) = run(&project, &["pack", "--outfile", "dist/site.zip"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("would lie in the deployment"), "{err}");
    // What cannot be packed leaves nothing.
    let before = files(&project);
    write(&project, &[("dist/assets/index.html", b"<h1>Ho</h1>")]);
    let (code, _, err) = run(&project, &["pack", "--outfile", "site.zip"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("index.html`: its content is not what it was when it was hashed"), "{err}");
    assert_eq!(files(&project), before);
}

/// A version that is kept: exported with the facts of its build, packed, and damaged.
#[test]
fn versions_that_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path();
    write(
        project,
        &[
            (
                "wrangler.toml",
                b"name = \"site\"\ncompatibility_date = \"2026-01-01\"\nassets.directory = \"public\"\n",
            ),
            ("public/index.html", b"<h1>Hi</h1>"),
        ],
    );
    let (code, id, err) = run(project, &["build"]);
    assert_eq!(code, Some(0), "{err}");
    let id = id.trim_end();
    let (code, _, err) = run(project, &["export", "latest", "--outdir", "again"]);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(contents(&project.join("again")), contents(&project.join("dist")));
    for version in ["latest", "dist", &id[..8], "again"] {
        let (code, _, err) = run(project, &["pack", version, "--outfile", "site.zip"]);
        assert_eq!(code, Some(0), "{err}");
        let archive = fs::read(project.join("site.zip")).unwrap();
        fs::rename(project.join("site.zip"), project.join(format!("{}.zip", &version[..4]))).unwrap();
        assert!(archive == fs::read(project.join("late.zip")).unwrap());
    }
    let (code, out, _) = run(project, &["verify", "latest"]);
    assert_eq!((code, out), (Some(0), format!("whole: {id}, 2 files, {} B\n", size(&project.join("dist")))));
    let index = pagesbuild::hash::asset_hash(&mut &b"<h1>Hi</h1>"[..], "html", |_| Ok(())).unwrap().0;
    let objects = files(&project.join(".pagesbuild/objects"));
    let object = objects.iter().find(|path| path.contains(&index)).unwrap();
    let object = project.join(".pagesbuild/objects").join(object);
    let damage: &[(&dyn Fn(), &str)] = &[
        (&|| fs::remove_file(&object).unwrap(), "`assets/index.html` is missing"),
        (&|| fs::write(&object, "<h1>Ho</h1>").unwrap(), "`assets/index.html` has another content"),
    ];
    for (damage, finding) in damage {
        damage();
        let (code, out, _) = run(project, &["verify", id]);
        assert_eq!((code, out), (Some(1), format!("{finding}\ndiffers: {id}, 1 finding\n")));
        for command in [&["export", id, "--outdir", "again"][..], &["pack", id, "--outfile", "new.zip"]] {
            assert_eq!(run(project, command).0, Some(2));
        }
        assert!(!project.join("new.zip").exists());
        verify(&project.join("again")).unwrap();
    }
    let (_, _, err) = run(project, &["verify", "latest"]);
    let help = "help: remove these damaged files, and build from the same commit to have them again:\n  ";
    fs::remove_file(project.join(err.strip_prefix(help).unwrap().trim_end())).unwrap();
    let (_, _, err) = run(project, &["verify", "latest"]);
    assert_eq!(err, "help: build from the same commit to have what is missing again\n");
    assert_eq!(run(project, &["build"]).1.trim_end(), id);
    assert_eq!(run(project, &["verify", "latest"]).0, Some(0));
}

/// Bytes of the files that a description names.
fn size(dist: &Path) -> usize {
    let named = packed_contents(dist).into_iter().filter(|(path, _)| path != "deployment.json");
    named.map(|(_, content)| content.len()).sum()
}

/// The archive is the old one or the new one, at whatever moment the packing ends.
#[test]
fn killed_while_packing() {
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path().join("project");
    for number in 0..100 {
        write(&project, &[(&format!("public/{number}.txt"), &noise(20_000 + number)[number..])]);
    }
    let (dist, _) = emitted(directory.path());
    fs::rename(&dist, project.join("one")).unwrap();
    write(&project, &[("public/other.txt", b"other")]);
    let (dist, _) = emitted(directory.path());
    fs::rename(&dist, project.join("two")).unwrap();
    let start = |version: &str| {
        Command::new(env!("CARGO_BIN_EXE_pagesbuild"))
            .args(["pack", version, "--outfile", "site.zip", "--quiet"])
            .current_dir(&project)
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let (mut moments, ids) = Moments::of([0, 1], |which| {
        assert!(start(["one", "two"][which]).wait().unwrap().success());
        verify(&project.join("site.zip")).unwrap().document.id
    });
    let mut killed = 0;
    for moment in 0..30_u32 {
        let before = verify(&project.join("site.zip")).unwrap().document.id;
        let mut child = start(if before == ids[0] { "two" } else { "one" });
        moments.wait(moment);
        child.kill().unwrap();
        let was_killed = !child.wait().unwrap().success();
        moments.learn(was_killed);
        killed += u32::from(was_killed);
        assert!(ids.contains(&verify(&project.join("site.zip")).unwrap().document.id), "killed at {moment}");
    }
    assert!(killed >= 10, "only {killed} were killed before their end");
}

/// Room for some of an archive or of a directory: what was there stays, and nothing else is left.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    disk::with_a_small_disk("deployment::archive::on_a_small_disk");
}

#[test]
#[ignore = "runs in a namespace that `a_full_disk` makes"]
fn on_a_small_disk() {
    let small = disk::small_disk();
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path().join("project");
    write(&project, &[("public/noise.bin", &noise(700_000)), ("public/more.bin", &noise(300_000))]);
    let (dist, _) = emitted(directory.path());
    pack_file(&open(&dist).unwrap(), &project.join("new.zip")).unwrap();
    // What is there before is another deployment.
    fs::remove_file(project.join("public/more.bin")).unwrap();
    let (dist, _) = emitted(directory.path());
    emit(&open(&dist).unwrap(), &small.join("out"), None).unwrap();
    pack_file(&open(&dist).unwrap(), &small.join("site.zip")).unwrap();
    let before = contents(&small);
    let new = project.join("new.zip").into_os_string().into_string().unwrap();
    let commands: [&[&str]; 3] =
        [&["pack", &new, "-o", "site.zip"], &["unpack", &new, "-o", "out"], &["export", &new, "-o", "out"]];
    let (mut failed, mut done) = (0, 0);
    for command in commands {
        for free in (0..1_300_000).step_by(90_000) {
            disk::fill(&small, free);
            let (code, _, err) = run(&small, command);
            fs::remove_file(small.join("filler")).unwrap();
            match code {
                Some(0) => {
                    done += 1;
                    let place = small.join(if command[0] == "pack" { "site.zip" } else { "out" });
                    assert_eq!(verify(&place).unwrap().document, verify(Path::new(&new)).unwrap().document);
                    emit(&open(&dist).unwrap(), &small.join("out"), None).unwrap();
                    pack_file(&open(&dist).unwrap(), &small.join("site.zip")).unwrap();
                }
                code => {
                    failed += 1;
                    assert_eq!(code, Some(2));
                    assert!(err.contains("No space left on device"), "{err}");
                }
            }
            let after: Vec<_> = contents(&small);
            let names = |contents: &[(String, Vec<u8>)]| {
                contents.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>()
            };
            assert_eq!(names(&after), names(&before), "{command:?} with {free} bytes free");
            assert!(after == before, "{command:?} with {free} bytes free");
        }
    }
    assert!(failed >= 15 && done >= 6, "{failed} failed, {done} were done");
}
