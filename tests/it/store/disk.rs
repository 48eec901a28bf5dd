//! Disks that are full, and disks that cannot be written.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
#[cfg(target_os = "linux")]
use std::sync::{Mutex, PoisonError};

use pagesbuild::deployment::verify;

use super::{build, change, check, contents, logged, project, refused, said, store};
use crate::fixture::{pagesbuild, stderr, stdout};

/// Where the small disk is, for the part of a test that runs there.
const SMALL_DISK: &str = "PAGESBUILD_SMALL_DISK";

/// More than this is not filled, since others may need it.
#[cfg(target_os = "linux")]
const SMALL: u64 = 256 << 20;

/// Runs an ignored test where a file system of a few megabytes is mounted, for which it takes the right to make namespaces
/// of users and mounts; or else, as in a container without that right, on the small disk that `/dev/shm` is there.
#[cfg(target_os = "linux")]
pub(crate) fn with_a_small_disk(test: &str) {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let in_namespace = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]);
        command
    };
    let mount = format!("mount -t tmpfs -o size=6m none \"${SMALL_DISK}\"");
    let place = tempfile::tempdir().unwrap();
    let tried = in_namespace(&mount).env(SMALL_DISK, place.path()).output();
    let tests = std::env::current_exe().unwrap();
    let shared = Path::new("/dev/shm");
    let (mut command, place) = if tried.as_ref().is_ok_and(|output| output.status.success()) {
        let mut command = in_namespace(&format!("{mount} && exec \"$0\" \"$@\""));
        command.arg(tests);
        (command, place)
    } else {
        let size = rustix::fs::statvfs(shared).map(|disk| disk.f_blocks * disk.f_frsize);
        assert!(
            size.is_ok_and(|size| size <= SMALL),
            "there is no disk to fill: nothing can be mounted here ({tried:?}), and `/dev/shm` is not small"
        );
        (Command::new(tests), tempfile::tempdir_in(shared).unwrap())
    };
    command.args(["--exact", test, "--ignored", "--nocapture"]);
    let output = command.env(SMALL_DISK, place.path()).output().unwrap();
    let text = format!("{}{}", stdout(&output), stderr(&output));
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

/// Where that file system is, in the test that runs there.
pub(crate) fn small_disk() -> PathBuf {
    PathBuf::from(std::env::var_os(SMALL_DISK).expect("the test that mounts it says where"))
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    with_a_small_disk("store::disk::on_a_small_disk");
}

#[test]
#[ignore = "`a_full_disk` runs it"]
fn on_a_small_disk() {
    let disk = small_disk();
    let disk = disk.as_path();
    let root = project(disk, 60);
    let write = |content: &str| {
        for number in 0..8 {
            fs::write(root.join(format!("public/large{number}.txt")), content.repeat(9_000)).unwrap();
        }
    };
    write("before ");
    let mut last = build(&root, &["--no-cache"]);
    let (mut failed, mut done) = (0, 0);
    // From nothing to enough, and everything in between: objects, descriptions, the output directory and the log.
    for (round, free) in (0..40).map(|round| (round, round * 40_000)) {
        write(&format!("round {round} "));
        fill(disk, free);
        let kept = logged(&store(&root), None);
        let output = pagesbuild(&root, ["build", "--no-cache"]);
        let log = logged(&store(&root), None);
        check(&store(&root));
        let written = verify(&root.join("dist")).unwrap().document.id;
        if output.status.success() {
            done += 1;
            last = stdout(&output).trim().to_owned();
            assert_eq!(log, [kept, vec![last.clone()]].concat());
        } else {
            failed += 1;
            assert_eq!(output.status.code(), Some(2));
            assert!(stderr(&output).contains("No space left on device"), "{}", stderr(&output));
            assert_eq!(log, kept);
        }
        assert_eq!(written, last);
        fs::remove_file(disk.join("filler")).unwrap();
        // What a failed build left is of no use, and goes.
        said(&root, &["gc", "--keep", "1"]);
        check(&store(&root));
    }
    assert!(failed >= 5 && done >= 5, "{failed} failed, {done} were done");
}

/// Leaves so many bytes of the disk free.
pub(crate) fn fill(disk: &Path, free: u64) {
    let mut filler = fs::File::create(disk.join("filler")).unwrap();
    let piece = [7; 4096];
    while filler.write_all(&piece).is_ok() {}
    let size = filler.metadata().unwrap().len();
    filler.set_len(size.saturating_sub(free)).unwrap();
}

/// A log that cannot grow is as it was.
#[cfg(target_os = "linux")]
#[test]
fn an_entry_that_does_not_fit() {
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 1);
    let first = build(&root, &[]);
    let file = root.join(".pagesbuild/log/top.jsonl");
    let line = fs::read_to_string(&file).unwrap();
    // Files may not become larger than this, in units of 512 bytes: the entry begins below and ends above.
    let limit = 400;
    let count = limit * 512 / line.len();
    fs::write(&file, line.repeat(count)).unwrap();
    change(&root, "second");
    let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$0\" \"$@\"");
    let output = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_pagesbuild"), "build", "--no-cache"])
        .current_dir(&root)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("log/top.jsonl"), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(&file).unwrap(), line.repeat(count));
    check(&store(&root));
    assert_eq!(logged(&store(&root), None).last(), Some(&first));
}

/// As somebody who may read a store and not write it. To root everything is writable, so root becomes nobody.
#[cfg(unix)]
#[test]
fn a_store_that_cannot_be_written() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    let directory = tempfile::tempdir().unwrap();
    let root = project(directory.path(), 3);
    let id = build(&root, &[]);
    let binary = directory.path().join("pagesbuild");
    fs::copy(env!("CARGO_BIN_EXE_pagesbuild"), &binary).unwrap();
    let set = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    set(directory.path(), 0o755);
    let modes = |writable: bool| {
        for entry in walkdir::WalkDir::new(root.join(".pagesbuild")) {
            let entry = entry.unwrap();
            let mode = if entry.file_type().is_dir() { 0o555 } else { 0o444 };
            set(entry.path(), mode | if writable { 0o200 } else { 0 });
        }
    };
    modes(false);
    set(&root, 0o777);
    let kept = contents(&root);
    let is_root = fs::metadata(&root).unwrap().uid() == 0;
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&binary);
        command.args(arguments).current_dir(&root).env_remove("CLOUDFLARE_ENV");
        if is_root {
            command.uid(65_534).gid(65_534);
        }
        command.output().unwrap()
    };
    for arguments in [&["versions"][..], &["show", "latest"], &["gc", "--keep", "1", "--dry-run"]] {
        let output = run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    }
    change(&root, "second");
    for arguments in [&["build"][..], &["pin", "latest"], &["gc", "--keep", "1"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = stderr(&output);
        assert!(message.contains(".pagesbuild") && message.contains("ermission denied"), "{message}");
        assert_eq!(message.contains("`--no-store` builds"), arguments[0] == "build", "{message}");
    }
    assert!(contents(&root) == kept);
    assert_eq!(verify(&root.join("dist")).unwrap().document.id, id);
    let output = run(&["build", "--no-store", "--no-cache", "--outdir", "other"]);
    assert!(output.status.success(), "{}", stderr(&output));
    modes(true);
    refused(&root, 2, &["show", "latest~1"]);
}
