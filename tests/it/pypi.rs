//! The packages of PyPI that tests compare with: installed once, below `target/`, as `tests/pypi/requirements.txt` pins them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::fixture::root;
use crate::npm;

/// A command that runs a script of `tests/pypi`. It takes the Python that is there, 3.9 or later with pip.
pub(crate) fn command(script: &str) -> Command {
    let mut command = Command::new("python3");
    command.arg(root().join("tests/pypi").join(script));
    command.env("PYTHONPATH", packages()).env("PYTHONDONTWRITEBYTECODE", "1").stdin(Stdio::null());
    command
}

/// The first caller installs them; processes that come at the same time wait for it.
fn packages() -> &'static Path {
    static PACKAGES: OnceLock<PathBuf> = OnceLock::new();
    PACKAGES.get_or_init(|| {
        let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let requirements = root().join("tests/pypi/requirements.txt");
        let wanted = blake3::hash(&fs::read(&requirements).unwrap()).to_hex();
        let packages = temporary.join(format!("pypi-{}", &wanted[..16]));
        // Released when the file is closed, also by a process that dies.
        let guard = File::create(temporary.join("pypi.lock")).unwrap();
        guard.lock().unwrap();
        if !packages.is_dir() {
            let staging = tempfile::tempdir_in(temporary).unwrap();
            let mut pip = Command::new("python3");
            pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
            pip.args(["--require-hashes", "--only-binary=:all:", "--platform=any"]);
            pip.arg("--requirement").arg(&requirements).arg("--target").arg(staging.path());
            npm::stdout(pip.stdin(Stdio::null()));
            fs::rename(staging.keep(), &packages).unwrap();
        }
        packages
    })
}
