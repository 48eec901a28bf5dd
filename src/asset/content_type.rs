//! A path in, the `Content-Type` out that the platform serves it with.
//!
//! The platform stores what the uploader declares, so the rule is the uploader's: wrangler's `getContentType`,
//! which asks mime 4 by the extension in lower case and adds a charset to `text/` types.

use std::collections::BTreeMap;
use std::sync::LazyLock;

static TYPES: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    let lines = include_str!("mime.types").lines().filter(|line| !line.starts_with('#'));
    lines
        .flat_map(|line| {
            let mut words = line.split(' ');
            let media_type = words.next().unwrap_or("");
            words.map(move |extension| (extension, media_type))
        })
        .collect()
});

/// The value of `Content-Type` for an asset, `None` where the platform sends none.
pub fn content_type(path: &str) -> Option<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, extension) = name.rsplit_once('.')?;
    if stem.is_empty() {
        return None;
    }
    let media_type = *TYPES.get(extension.to_lowercase().as_str())?;
    Some(if media_type.starts_with("text/") {
        format!("{media_type}; charset=utf-8")
    } else {
        media_type.to_owned()
    })
}

/// Every extension that has a type, in order.
pub fn known_extensions() -> impl Iterator<Item = &'static str> {
    TYPES.keys().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_extension_only() {
        let cases = [
            ("index.html", Some("text/html; charset=utf-8")),
            ("LOGO.SVG", Some("image/svg+xml")),
            ("a/app.min.js", Some("text/javascript; charset=utf-8")),
            ("manifest.json", Some("application/json")),
            ("html", None),
            (".html", None),
            ("dir.css/file", None),
            ("x.no-such-type", None),
        ];
        for (path, expected) in cases {
            assert_eq!(content_type(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn the_table_is_whole() {
        assert_eq!(known_extensions().count(), 1239);
        assert!(known_extensions().all(|extension| !extension.is_empty()));
    }
}
