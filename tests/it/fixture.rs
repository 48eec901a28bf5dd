//! Where fixtures are, and the real binary run on them.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `fixtures/<group>/*`, sorted by name.
pub(crate) fn all(group: &str) -> Vec<PathBuf> {
    let directory = root().join("fixtures").join(group);
    let entries = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path());
    let mut fixtures: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    fixtures.sort();
    assert!(!fixtures.is_empty(), "no fixtures in {}", directory.display());
    fixtures
}

/// The last part of a path.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// Runs the binary in `directory`, without colours and without the caller's environment for it.
pub(crate) fn pagesbuild<S: AsRef<OsStr>>(
    directory: &Path,
    arguments: impl IntoIterator<Item = S>,
) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pagesbuild"))
        .current_dir(directory)
        .args(arguments)
        .env_remove("CLOUDFLARE_ENV")
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

/// Builds a project into `outdir`, keeping no version, and demands success.
pub(crate) fn build(project: &Path, outdir: &Path, more: &[&str]) {
    let mut arguments: Vec<&OsStr> =
        vec!["build".as_ref(), project.as_ref(), "--no-store".as_ref(), "--outdir".as_ref(), outdir.as_ref()];
    arguments.extend(more.iter().map(OsStr::new));
    let output = pagesbuild(root(), arguments);
    assert!(output.status.success(), "{}: {}", project.display(), stderr(&output));
}

/// Standard output as text.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Standard error as text.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Every file below a directory, relative and sorted.
pub(crate) fn files(directory: &Path) -> Vec<String> {
    let mut files: Vec<String> = walkdir::WalkDir::new(directory)
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(directory).unwrap().to_string_lossy().into_owned())
        .collect();
    files.sort();
    files
}

/// Copies a directory, but for what builds of it have left.
pub(crate) fn copy(from: &Path, to: &Path) {
    for path in files(from).into_iter().filter(|path| !path.starts_with(".pagesbuild/")) {
        let target = to.join(&path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(from.join(&path), target).unwrap();
    }
}

/// Compares with `snapshots/<name>.snap`.
pub(crate) fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(root().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name.to_owned(), text));
}
