//! Paths as text: what a specifier says before any file is looked at.

use std::path::{Component, Path, PathBuf};

/// A path without `.`, `..` and doubled slashes, by its letters alone.
pub fn clean(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => _ = cleaned.pop(),
            other => cleaned.push(other),
        }
    }
    cleaned
}

/// A path below a directory, cleaned. What starts with a slash is below it too.
pub(super) fn join(directory: &Path, path: &str) -> PathBuf {
    clean(&directory.join(path.trim_start_matches('/')))
}

/// A file as seen from a directory, `/`-separated.
pub(super) fn relative(directory: &Path, file: &Path) -> String {
    let shared = directory.components().zip(file.components()).take_while(|(a, b)| a == b).count();
    let up = directory.components().skip(shared).map(|_| "..".to_owned());
    let down = file.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// Whether a specifier is a package's name, or a path in a package, rather than a path.
pub(super) fn is_package(specifier: &str) -> bool {
    !specifier.starts_with('/')
        && !specifier.starts_with("./")
        && !specifier.starts_with("../")
        && specifier != "."
        && specifier != ".."
}

/// Whether a specifier names a directory by its end.
pub(super) fn names_directory(specifier: &str) -> bool {
    specifier == "."
        || specifier == ".."
        || specifier.ends_with('/')
        || specifier.ends_with("/.")
        || specifier.ends_with("/..")
}

/// The package that a specifier names, and the path in it as `exports` spells it: `.` or `./x`.
pub(super) fn package(specifier: &str) -> Option<(&str, String)> {
    let mut slashes = specifier.match_indices('/').map(|(at, _)| at);
    let end =
        if specifier.starts_with('@') { slashes.nth(1).or(Some(specifier.len())) } else { slashes.next() };
    let name = &specifier[..end.unwrap_or(specifier.len())];
    let is_scope_alone = name.starts_with('@') && !name.contains('/');
    if name.is_empty() || is_scope_alone || name.starts_with('.') || name.contains(['\\', '%']) {
        return None;
    }
    Some((name, format!(".{}", &specifier[name.len()..])))
}

/// Whether a path lies in an installed package.
pub(super) fn is_installed(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "node_modules")
}

/// The last part of a path, where it is text.
pub(super) fn name(path: &Path) -> Option<&str> {
    path.file_name().and_then(|name| name.to_str())
}
