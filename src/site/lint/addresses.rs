//! The paths that static files are served at, to be searched by rules.
//!
//! Files and their handling come in; a sorted list of paths comes out, with the file of each.

use rayon::prelude::*;

use crate::site::serve::{decode, encode};
use crate::site::{HtmlHandling, Site};

/// Paths as browsers ask for them, with the files that are there; sorted.
pub(super) struct Addresses<'a>(Vec<(String, &'a str)>);

impl<'a> Addresses<'a> {
    /// The one path of each file.
    pub(super) fn of(site: &Site<'a>) -> Self {
        let handling = site.html_handling;
        let one = |file: &'a String| (encode(&address(handling, file)), file.as_str());
        Self::sorted(site.files.par_iter().map(|(file, _)| one(file)).collect())
    }

    /// All paths that lead to files, be it by another one, as far as they start with one of some texts.
    pub(super) fn all(site: &Site<'a>, starts: &[&str]) -> Self {
        let several = |file: &'a String| {
            let page = file.strip_suffix(".html").filter(|_| site.html_handling != HtmlHandling::None);
            let directory = page.and_then(|page| page.strip_suffix("/index"));
            let with_slash = |path: &str| [path.to_owned(), format!("{path}/")];
            let pages = page.into_iter().chain(directory).flat_map(with_slash);
            let paths = pages.chain([file.clone()]).filter(|path| !path.is_empty());
            paths.map(move |path| (encode(&path), file.as_str())).collect::<Vec<_>>()
        };
        // `/a.html` leads to `/a/` as well.
        let mut starts: Vec<String> =
            starts.iter().map(|start| decode(start).trim_end_matches('/').to_owned()).collect();
        starts.sort();
        starts.dedup_by(|later, earlier| later.starts_with(earlier.as_str()));
        let near = |start: &String| {
            let files = site.files.range(start.clone()..).map(|(file, _)| file);
            files.take_while(|file| file.starts_with(start.as_str())).flat_map(several).collect::<Vec<_>>()
        };
        Self::sorted(starts.iter().flat_map(near).collect())
    }

    fn sorted(mut paths: Vec<(String, &'a str)>) -> Self {
        paths.par_sort();
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
