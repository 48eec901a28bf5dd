//! What a long build says on a terminal while it runs, and that nothing of it is left when it ends.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use crate::project::write;

/// What erases a line.
const ERASE: &str = "\u{1b}[2K";

/// Runs a build that has to wait for another one, long enough for its progress to be shown.
fn slow(home: &Path, mut command: Command) -> Output {
    let lock = File::create(home.join(".dist.pagesbuild-lock")).unwrap();
    lock.lock().unwrap();
    command.current_dir(home).env_remove("CLOUDFLARE_ENV").env("NO_COLOR", "1").env("TERM", "xterm");
    let running = thread::scope(|scope| {
        let running = scope.spawn(|| command.output().unwrap());
        thread::sleep(Duration::from_millis(1_500));
        lock.unlock().unwrap();
        running.join().unwrap()
    });
    assert!(running.status.success(), "{}", String::from_utf8_lossy(&running.stderr));
    running
}

fn piped(home: &Path, more: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagesbuild"));
    command.args(["build", "--no-store"]).args(more);
    let output = slow(home, command);
    let said = [output.stderr, output.stdout].concat();
    String::from_utf8(said).unwrap()
}

/// The same on a terminal that `script` makes.
fn on_a_terminal(home: &Path, more: &[&str]) -> String {
    let mut command = Command::new("script");
    let build = [&[env!("CARGO_BIN_EXE_pagesbuild"), "build", "--no-store"], more].concat().join(" ");
    command.args(["-q", "-e", "-c", &build, "/dev/null"]);
    String::from_utf8(slow(home, command).stdout).unwrap().replace("\r\n", "\n")
}

/// A text without how long the build took.
fn timeless(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_once(" in ").map_or(line, |(before, _)| before));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(target_os = "linux")]
#[test]
fn progress_is_shown_on_a_terminal_and_gone_in_the_end() {
    let home = tempfile::tempdir().unwrap();
    let home = fs::canonicalize(home.path()).unwrap();
    let settings =
        br#"{ "name": "slow", "compatibility_date": "2026-01-01", "assets": { "directory": "public" } }"#;
    write(&home, &[("wrangler.json", settings), ("public/a.html", b"a"), ("public/b.html", b"b")]);
    let piped_text = piped(&home, &[]);
    assert!(!piped_text.contains('\u{1b}'), "{piped_text:?}");

    let seen = on_a_terminal(&home, &[]);
    assert!(seen.contains("writing files: 4"), "{seen:?}");
    let (_, left) = seen.rsplit_once(ERASE).unwrap();
    assert_eq!(timeless(left.trim_start_matches('\r')), timeless(&piped_text));

    for more in [["--quiet"].as_slice(), &["--format", "json"]] {
        let seen = on_a_terminal(&home, more);
        assert_eq!(seen, piped(&home, more), "{more:?}");
        assert!(!seen.contains("writing files"));
    }
}
