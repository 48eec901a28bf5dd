//! `browser` of a manifest where it is a table: files and packages of a package and what to take for them.

use std::path::Path;

use super::directory::Directory;
use super::path::{is_package, relative};

/// What is looked for in the table.
#[derive(Clone, Copy)]
pub(super) enum Asked<'a> {
    /// An absolute path.
    Path(&'a Path),
    /// A package's name or a path in a package.
    Name(&'a str),
}

/// The entry that the nearest table has: the directory of its manifest, its key, and what it says (`None` is `false`).
pub(super) fn replacement<'a>(
    directory: &'a Directory,
    asked: Asked<'_>,
    extensions: &[&str],
) -> Option<(&'a Directory, String, Option<String>)> {
    let has_table =
        |around: &&Directory| around.package.as_ref().is_some_and(|package| package.browser.is_some());
    let scope = directory.upwards().find(has_table)?;
    let table = scope.package.as_ref()?.browser.as_ref()?;
    let find = |path: &str, extensions: &[&str]| {
        let longer =
            |path: &str| extensions.iter().map(move |extension| format!("{path}{extension}")).collect();
        let index = format!("{}/index", path.trim_end_matches('/'));
        let further: [Vec<String>; 2] = [longer(path), longer(&index)];
        let [files, indices] = further;
        let mut keys = [path.to_owned()].into_iter().chain(files).chain([index]).chain(indices);
        let key = keys.find(|key| table.contains_key(key))?;
        let to = table.get(&key)?.clone();
        Some((scope, key, to))
    };
    match asked {
        Asked::Path(path) => {
            let path = relative(&scope.path, path);
            // The package itself is never replaced.
            if path == "." {
                return None;
            }
            let found = find(&path, extensions);
            if is_package(&path) { found.or_else(|| find(&format!("./{path}"), extensions)) } else { found }
        }
        Asked::Name(name) => find(name, extensions).or_else(|| {
            // `./name` stands for the package too, but for none of a package that is installed in between.
            let mut between = directory.upwards().take_while(|around| around.path != scope.path);
            if between.any(Directory::is_modules) {
                return None;
            }
            let prefix = match relative(&scope.path, &directory.path) {
                here if here == "." => "./".to_owned(),
                below => format!("./{below}/"),
            };
            find(&format!("{prefix}{name}"), &[])
        }),
    }
}
