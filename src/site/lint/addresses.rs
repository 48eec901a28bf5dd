//! The paths that static files are served at, to be searched by rules.
//!
//! Files and their handling come in; a sorted list of paths comes out, with the file of each.

use crate::site::serve::encode;
use crate::site::{HtmlHandling, Site};

/// Paths as browsers ask for them, with the files that are there; sorted.
pub(super) struct Addresses<'a>(Vec<(String, &'a str)>);

impl<'a> Addresses<'a> {
    /// The one path of each file.
    pub(super) fn of(site: &Site<'a>) -> Self {
        let one = |file: &'a String| (encode(&address(site.html_handling, file)), file.as_str());
        Self::sorted(site.files.keys().map(one).collect())
    }

    /// All paths that lead to a file, be it by another one.
    pub(super) fn all(site: &Site<'a>) -> Self {
        let several = |file: &'a String| {
            let page = file.strip_suffix(".html").filter(|_| site.html_handling != HtmlHandling::None);
            let directory = page.and_then(|page| page.strip_suffix("/index"));
            let with_slash = |path: &str| [path.to_owned(), format!("{path}/")];
            let pages = page.into_iter().chain(directory).flat_map(with_slash);
            let paths = pages.chain([file.clone()]).filter(|path| !path.is_empty());
            paths.map(move |path| (encode(&path), file.as_str())).collect::<Vec<_>>()
        };
        Self::sorted(site.files.keys().flat_map(several).collect())
    }

    fn sorted(mut paths: Vec<(String, &'a str)>) -> Self {
        paths.sort();
        Self(paths)
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().map(|(path, file)| (path.as_str(), *file))
    }

    /// Those that start and end with texts.
    pub(super) fn within(&self, start: &str, end: &str) -> impl Iterator<Item = &str> {
        let from = self.0.partition_point(|(path, _)| path.as_str() < start);
        let started = self.0[from..]
            .iter()
            .map(|(path, _)| path.as_str())
            .take_while(move |path| path.starts_with(start));
        started.filter(move |path| path.ends_with(end))
    }
}

fn address(handling: HtmlHandling, file: &str) -> String {
    let Some(page) = file.strip_suffix(".html").filter(|_| handling != HtmlHandling::None) else {
        return file.to_owned();
    };
    match (page.strip_suffix("/index"), handling) {
        (Some(""), _) => "/".to_owned(),
        (Some(directory), HtmlHandling::DropTrailingSlash) => directory.to_owned(),
        (Some(directory), _) => format!("{directory}/"),
        (None, HtmlHandling::ForceTrailingSlash) => format!("{page}/"),
        (None, _) => page.to_owned(),
    }
}
