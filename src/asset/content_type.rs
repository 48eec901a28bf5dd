//! A path in, the `Content-Type` out that the platform serves it with.
//!
//! The platform stores what the uploader declares, so the rule is the uploader's: wrangler's `getContentType`,
//! which asks mime 4 by the extension in lower case and adds a charset to `text/` types.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static TYPES: LazyLock<BTreeMap<&str, Cow<'static, str>>> = LazyLock::new(|| {
    let lines = include_str!("mime.types").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(' '))
        .flat_map(|(media_type, extensions)| {
            let declared = match media_type.starts_with("text/") {
                true => Cow::Owned(format!("{media_type}; charset=utf-8")),
                false => Cow::Borrowed(media_type),
            };
            extensions.split(' ').map(move |extension| (extension, declared.clone()))
        })
        .collect()
});

/// The value of `Content-Type` for an asset, `None` where the platform sends none.
pub fn content_type(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, extension) = name.rsplit_once('.')?;
    if stem.is_empty() {
        return None;
    }
    TYPES.get(extension.to_lowercase().as_str()).map(|declared| &**declared)
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
            assert_eq!(content_type(path), expected, "{path}");
        }
    }

    #[test]
    fn the_table_is_whole() {
        assert_eq!(known_extensions().count(), 1239);
        assert!(known_extensions().all(|extension| !extension.is_empty()));
    }
}
