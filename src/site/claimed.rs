//! Pages that are not served at the path that `html_handling` gives them, since another file is.

use super::html::Intent;
use super::{HtmlHandling, NotFoundHandling, Site};

/// A page whose path is another file's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The page, by its path in the manifest.
    pub page: String,
    /// The path that it would have alone.
    pub path: String,
    /// The file that is served there.
    pub by: String,
}

impl Site<'_> {
    /// All of them, in the order of the manifest. They are served under their full names alone.
    pub fn claimed(&self) -> Vec<Claimed> {
        let claimed = |page: &String| {
            let path = self.short(page)?;
            let Some(Intent::File(by)) = self.intent(&path, NotFoundHandling::None) else { return None };
            let hash = |path: &str| self.files.get(path).map(|asset| &asset.hash);
            (hash(&by) != hash(page)).then(|| Claimed { page: page.clone(), path, by })
        };
        self.files.keys().filter_map(claimed).collect()
    }

    /// The path without `.html` and `index`.
    fn short(&self, page: &str) -> Option<String> {
        let start = page.strip_suffix(".html")?;
        let directory = start.strip_suffix("/index");
        Some(match (self.html_handling, directory) {
            (HtmlHandling::None, _) => return None,
            (_, Some("")) => "/".to_owned(),
            (HtmlHandling::DropTrailingSlash, Some(directory)) => directory.to_owned(),
            (_, Some(directory)) => format!("{directory}/"),
            (HtmlHandling::ForceTrailingSlash, None) => format!("{start}/"),
            (_, None) => start.to_owned(),
        })
    }
}
