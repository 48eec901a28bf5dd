//! Which installed package a file belongs to, by its path alone.

/// Where packages are installed: those of packages, below them.
const PLACE: &str = "node_modules/";

/// The name of the package that a path lies in, if it is installed.
pub fn package_name(path: &str) -> Option<&str> {
    let rest = &path[installed(path)?..];
    Some(end(rest).map_or(rest, |end| &rest[..end]))
}

/// The directory of the package that a file is in, if it is installed.
pub fn package_directory(path: &str) -> Option<&str> {
    let start = installed(path)?;
    end(&path[start..]).map(|end| &path[..start + end])
}

/// Where the name of the package starts.
fn installed(path: &str) -> Option<usize> {
    let at = path.rfind(PLACE)?;
    (at == 0 || path[..at].ends_with('/')).then_some(at + PLACE.len())
}

/// Where the name of the package ends that a path starts with.
fn end(path: &str) -> Option<usize> {
    let slashes = if path.starts_with('@') { 2 } else { 1 };
    path.match_indices('/').nth(slashes - 1).map(|(at, _)| at)
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
            let directory = package_directory(path);
            assert_eq!(directory.zip(directory.and_then(package_name)), expected, "{path}");
        }
    }
}
