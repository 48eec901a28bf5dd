//! Pages that are not where one would look for them, since another file is.

use super::Static;
use crate::diagnostic::{Code, Diagnostic};
use crate::project::{Project, display};
use crate::site::{Claimed, HtmlHandling, Site};

/// Says which pages are only served under their full names.
pub(super) fn claimed(project: &Project, read: &Static) -> Vec<Diagnostic> {
    let mut site = Site::new(&read.manifest, Vec::new(), Vec::new());
    site.html_handling = HtmlHandling::named(read.settings.html_handling.as_deref());
    let shown =
        |path: &str| display(&project.root, &read.settings.directory.join(path.trim_start_matches('/')));
    let one = |Claimed { page, path, by }: Claimed| {
        let message = format!("the page is only served at `{page}`, since `{path}` is `{}`", shown(&by));
        let help = "rename one of the two, or write `html_handling` so that their paths differ";
        Diagnostic::warning(Code::ClaimedPath, message).file(shown(&page)).help(help)
    };
    site.claimed().into_iter().map(one).collect()
}
