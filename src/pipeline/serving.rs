//! How the static files are served where the configuration leaves it open.

use crate::asset::AssetFile;
use crate::diagnostic::Diagnostics;
use crate::graph;
use crate::project::{AssetSettings, Project};
use crate::route::{self, RoutesJson};

/// Pages' rule for projects that follow its conventions: with a `404.html` at the top unknown paths get it, and
/// without one the site is a single page. What the configuration says counts more.
///
/// Source: <https://developers.cloudflare.com/pages/configuration/serving-pages/#not-found-behavior>
pub(super) fn with_pages_defaults(settings: &AssetSettings, files: &[AssetFile]) -> AssetSettings {
    let mut settings = settings.clone();
    if settings.pages && settings.not_found_handling.is_none() {
        let has_page = files.iter().any(|file| file.path == "404.html");
        let handling = if has_page { "404-page" } else { "single-page-application" };
        settings.not_found_handling = Some(handling.to_owned());
    }
    settings
}

/// The project's own `_routes.json`, where it has a valid one.
pub(super) fn routes_json(
    project: &Project,
    file: &AssetFile,
    diagnostics: &mut Diagnostics,
) -> Option<RoutesJson> {
    match graph::read(&project.root, &file.file) {
        Ok(source) => route::parse_routes_json(&source, diagnostics),
        Err(problem) => {
            diagnostics.push(*problem);
            None
        }
    }
}
