//! How a deployment is served: static files where the configuration leaves it open, and by which runtime.

use super::Static;
use crate::asset::AssetFile;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Source};
use crate::discover::SourceTree;
use crate::graph;
use crate::project::{self, AssetSettings, Project};
use crate::route::{self, RoutesJson};
use crate::site;

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

/// The rules of a `_routes.json` that lets some paths only to the worker. Those that it excludes do not get there.
pub(super) fn named(routes: &RoutesJson) -> Option<Vec<String>> {
    let all = routes.include.iter().any(|rule| rule.text == "/*");
    (!all).then(|| routes.include.iter().map(|rule| rule.text.clone()).collect())
}

/// Says that no runtime knows the compatibility date yet: deploying is refused until that day, and so is
/// `wrangler dev`. A warning, since the same project must not fail today and build tomorrow.
pub(super) fn in_the_future(project: &Project, today: &str) -> Option<Diagnostic> {
    let date = project.compatibility_date.as_str();
    if date <= today {
        return None;
    }
    let message = format!("the compatibility date `{date}` is in the future; today is {today} (UTC)");
    let diagnostic = Diagnostic::warning(Code::InvalidCompatibilityDate, message)
        .help("wrangler refuses it until that day; take an earlier date");
    let written = project.written("compatibility_date").filter(|(_, written)| written.as_str() == Some(date));
    Some(match written {
        Some((config, written)) => diagnostic.at(&config.source, written.span.clone(), ""),
        None => diagnostic,
    })
}

/// Says which lines of `_headers` and `_redirects` the platform ignores.
pub(super) fn hold_rules(project: &Project, tree: &SourceTree, read: &Static, diagnostics: &mut Diagnostics) {
    for rule in &read.rules {
        let file = tree.asset_rules.iter().find(|file| file.path == rule.name);
        let shown =
            file.map_or_else(|| rule.name.clone(), |file| project::display(&project.root, &file.file));
        let source = Source::new(shown, String::from_utf8_lossy(&rule.content));
        match rule.name.as_str() {
            "_headers" => _ = site::headers(&source, diagnostics),
            _ => {
                let keeps_index = read.settings.html_handling.as_deref() == Some("none");
                site::redirects(&source, keeps_index, diagnostics);
            }
        }
    }
}
