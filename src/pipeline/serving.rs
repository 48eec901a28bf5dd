//! How a deployment is served: static files where the configuration leaves it open, and by which runtime.

use super::Static;
use crate::asset::AssetFile;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Source};
use crate::discover::SourceTree;
use crate::graph;
use crate::project::{self, AssetSettings, Project};
use crate::route::{self, RouteTable, RoutesJson};
use crate::site::{self, HtmlHandling, NotFoundHandling, Site};
use serde_json::Value as Json;

/// How static files are served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serving {
    /// What becomes of paths that end in `.html`, `/index` or a slash.
    pub html_handling: Chosen,
    /// What is served where no file is.
    pub not_found_handling: Chosen,
}

/// A setting that some rule has settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Its value.
    pub value: String,
    /// Why it is that.
    pub because: &'static str,
}

impl Serving {
    /// What the configuration says counts. Projects that follow Pages' conventions are served as Pages does for the rest, others
    /// by the defaults of Workers.
    ///
    /// Source: <https://developers.cloudflare.com/pages/configuration/serving-pages/>
    pub(super) fn of(settings: &AssetSettings, files: &[AssetFile]) -> Self {
        let chosen = |value: &str, because| Chosen { value: value.to_owned(), because };
        let said = |value: &Option<String>, because| value.as_deref().map(|value| chosen(value, because));
        let html = said(&settings.html_handling, "as `assets.html_handling` says");
        let html = html.unwrap_or_else(|| match settings.pages {
            true => chosen("auto-trailing-slash", "as on Pages"),
            false => chosen("auto-trailing-slash", "the platform's default"),
        });
        let has = |path: &str| files.iter().any(|file| file.path == path);
        let not_found = said(&settings.not_found_handling, "as `assets.not_found_handling` says");
        let not_found = not_found.unwrap_or_else(|| match settings.pages {
            false => chosen("none", "the platform's default"),
            true if has("404.html") => chosen("404-page", "since there is a `404.html` at the top"),
            // Pages looks for one above each path before it falls back to the page that is not there.
            true if !has("index.html") && files.iter().any(|file| file.path.ends_with("/404.html")) => {
                chosen("404-page", "since there is a `404.html`, and no `index.html` at the top")
            }
            true => {
                chosen("single-page-application", "since there is no `404.html` at the top (Pages' rule)")
            }
        });
        Self { html_handling: html, not_found_handling: not_found }
    }

    /// The settings with what Pages' rules add. A default of Workers stays unsaid.
    pub(super) fn settle(&self, settings: &AssetSettings) -> AssetSettings {
        let mut settings = settings.clone();
        if settings.pages {
            settings.not_found_handling = Some(self.not_found_handling.value.clone());
        }
        settings
    }
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

/// Says which lines of `_headers` and `_redirects` the platform ignores, and which rules do not do what they seem to say.
/// `functions` are what can answer beside the files; `None` where the worker can answer anything.
pub(super) fn hold_rules(
    project: &Project,
    tree: &SourceTree,
    read: &Static,
    functions: Option<&RouteTable>,
    diagnostics: &mut Diagnostics,
) {
    let source = |name: &str| {
        let rule = read.rules.iter().find(|rule| rule.name == name)?;
        let file = tree.asset_rules.iter().find(|file| file.path == name);
        let shown = file.map_or_else(|| name.to_owned(), |file| project::display(&project.root, &file.file));
        Some(Source::new(shown, rule.text()))
    };
    let [headers, redirects] = ["_headers", "_redirects"].map(source);
    let keeps_index = read.settings.html_handling.as_deref() == Some("none");
    let header_rules = headers.as_ref().map_or_else(Vec::new, |source| site::headers(source, diagnostics));
    let redirect_rules =
        redirects.as_ref().map_or_else(Vec::new, |source| site::redirects(source, keeps_index, diagnostics));
    let mut site = Site::new(&read.manifest, header_rules, redirect_rules);
    site.html_handling = HtmlHandling::named(read.settings.html_handling.as_deref());
    site.not_found_handling = NotFoundHandling::named(read.settings.not_found_handling.as_deref());
    let facts = site::Facts {
        site: &site,
        headers: headers.as_ref(),
        redirects: redirects.as_ref(),
        functions,
        first: read.run_worker_first.as_ref(),
        is_shared: shares_hosts(project),
    };
    site::lint(&facts, diagnostics);
}

/// Whether the worker has some paths of a host only, so that others may answer the rest.
fn shares_hosts(project: &Project) -> bool {
    let has_whole_host = |route: &Json| route.get("custom_domain") == Some(&Json::Bool(true));
    let routes = project.settings.get("routes").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    project.settings.contains_key("route") || !routes.iter().all(has_whole_host)
}
