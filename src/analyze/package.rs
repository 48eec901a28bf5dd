//! Which installed package a file belongs to, by its path alone.

/// The directory of the package that a file is in; `None` for files that are not installed.
pub(super) fn directory(path: &str) -> Option<&str> {
    let start = installed(path)?;
    let depth = if path[start..].starts_with('@') { 2 } else { 1 };
    let (at, _) = path[start..].match_indices('/').nth(depth - 1)?;
    Some(&path[..start + at])
}

/// The name of the package in such a directory.
pub(super) fn name(directory: &str) -> &str {
    installed(directory).map_or(directory, |start| &directory[start..])
}

/// Where the name of the package starts: packages of packages are installed below them.
fn installed(path: &str) -> Option<usize> {
    const PLACE: &str = "node_modules/";
    let at = path.rfind(PLACE)?;
    (at == 0 || path[..at].ends_with('/')).then_some(at + PLACE.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_of_packages() {
        let cases = [
            ("node_modules/zod/v4/core/index.js", Some(("node_modules/zod", "zod"))),
            ("../node_modules/@a/b/index.js", Some(("../node_modules/@a/b", "@a/b"))),
            ("node_modules/a/node_modules/b/c.js", Some(("node_modules/a/node_modules/b", "b"))),
            (
                "node_modules/.pnpm/x@1.0.0/node_modules/x/i.js",
                Some(("node_modules/.pnpm/x@1.0.0/node_modules/x", "x")),
            ),
            ("src/node_modules.ts", None),
            ("old_node_modules/a/b.js", None),
            ("node_modules/loose.js", None),
        ];
        for (path, expected) in cases {
            assert_eq!(directory(path).map(|path| (path, name(path))), expected, "{path}");
        }
    }
}
