//! `explain`: who answers a request, and why.

use crate::asset::RuleFile;
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::error::Error;
use crate::project::{self, Options};
use crate::route::{Handler, Route};
use crate::router;
use crate::site::{
    self, Decision, HeaderRule, HtmlHandling, NotFoundHandling, Redirect, Request, Served, Site, What,
};

use super::{Static, Whole, front, whole};

/// The runtime's choice between assets and worker for browsers that navigate, where no routing rules are.
const PREFERS_ASSETS: [&str; 2] =
    ["assets_navigation_prefers_asset_serving", "assets_navigation_has_no_effect"];

/// The first compatibility date that has it.
const PREFERS_ASSETS_SINCE: &str = "2025-04-01";

/// A project that can be asked who answers a request.
pub struct Explainer {
    whole: Whole,
    headers: (Source, Vec<HeaderRule>),
    redirects: (Source, Vec<Redirect>),
}

/// Who answers a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// Whom the platform asks, and by which routing rule.
    pub before: Before,
    /// What runs in the worker, where it is asked.
    pub worker: Option<InWorker>,
    /// What the static files answer: to the platform, or to the worker if that passes the request on as it is. `None` in a
    /// project that has none.
    pub assets: Option<FromAssets>,
    /// The same for a browser that navigates, where it is asked of someone else then.
    pub navigating: Option<Box<Explained>>,
}

/// Whom the platform asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// The worker: there are no static files.
    WorkerAlone,
    /// The worker, for all requests.
    WorkerAlways,
    /// The worker, by a routing rule.
    WorkerByRule(String),
    /// The worker: no routing rule names the path, and the static files have nothing for it.
    WorkerForTheRest,
    /// The static files: there is no worker.
    AssetsAlone,
    /// The static files, by a routing rule, without its `!`.
    AssetsByRule(String),
    /// The static files: no routing rule names the path, and they have something for it.
    AssetsForTheirs,
}

/// What runs in the worker, as far as it is known without running it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InWorker {
    /// `file#export`, the file relative to the project, in the order in which they run.
    pub middleware: Vec<String>,
    /// The pattern of the route that answers, and its handler.
    pub handler: Option<(String, String)>,
    /// What comes behind them.
    pub behind: Behind,
}

/// What comes behind the functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behind {
    /// A plain 404.
    Nothing,
    /// The static files.
    Assets,
    /// The `fetch` of the main module, by its own code; the static files where it has none.
    Main(String),
}

/// What the static files answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FromAssets {
    /// The answer.
    pub served: Served,
    /// The file, relative to the project.
    pub file: Option<String>,
    /// The rule of `_redirects` that sends the browser elsewhere or puts another path in place of the request's.
    pub redirect: Option<Cited>,
    /// The rules of `_headers` that apply, in their order.
    pub headers: Vec<Cited>,
    /// `html_handling`.
    pub html_handling: String,
}

/// A rule and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cited {
    /// As it is written.
    pub text: String,
    /// The file, relative to the project.
    pub path: String,
    /// From 1.
    pub line: usize,
}

/// Builds a project without writing the deployment, to be asked. `None` where errors stopped it.
///
/// # Errors
///
/// What the environment does to us; see [`Error`].
pub fn explainer(options: &Options) -> Result<(Option<Explainer>, Vec<Diagnostic>), Error> {
    let mut diagnostics = Diagnostics::default();
    let Some(front) = front(options, None, &mut diagnostics)? else {
        return Ok((None, diagnostics.into_sorted()));
    };
    let whole = whole(front, &mut diagnostics)?;
    if diagnostics.has_errors() {
        return Ok((None, diagnostics.into_sorted()));
    }
    // What is wrong with the rules has been said.
    let mut ignored = Diagnostics::default();
    let header_source = whole.rule_file("_headers");
    let redirect_source = whole.rule_file("_redirects");
    let keeps_index = whole.html_handling() == "none";
    let explainer = Explainer {
        headers: (header_source.clone(), site::headers(&header_source, &mut ignored)),
        redirects: (redirect_source.clone(), site::redirects(&redirect_source, keeps_index, &mut ignored)),
        whole,
    };
    Ok((Some(explainer), diagnostics.into_sorted()))
}

impl Explainer {
    /// Who answers a request.
    pub fn explain(&self, request: &Request) -> Explained {
        let mut explained = self.answer(request);
        if !request.navigates() && request.reads() {
            let navigating = self.answer(&request.clone().navigating());
            if navigating.before != explained.before {
                explained.navigating = Some(Box::new(navigating));
            }
        }
        explained
    }

    fn answer(&self, request: &Request) -> Explained {
        let site = self.whole.assets.as_ref().map(|assets| self.site(assets));
        let before = self.before(site.as_ref(), request);
        let assets = site.map(|site| self.served(&site, request));
        let worker = before.runs_worker().then(|| self.worker(request, assets.as_ref()));
        Explained { before, worker, assets, navigating: None }
    }

    fn site<'a>(&self, assets: &'a Static) -> Site<'a> {
        let not_found = assets.settings.not_found_handling.as_deref();
        let mut site = Site::new(&assets.manifest, self.headers.1.clone(), self.redirects.1.clone());
        site.html_handling = HtmlHandling::named(Some(self.whole.html_handling()));
        site.not_found_handling = NotFoundHandling::named(not_found);
        site
    }

    fn before(&self, site: Option<&Site<'_>>, request: &Request) -> Before {
        let Some(site) = site else { return Before::WorkerAlone };
        if self.whole.linked.is_none() {
            return Before::AssetsAlone;
        }
        let project = &self.whole.project;
        let rules = self.whole.assets.as_ref().and_then(|assets| assets.run_worker_first.as_ref());
        let has = |flag: &str| project.compatibility_flags.iter().any(|known| known == flag);
        let [on, off] = PREFERS_ASSETS.map(has);
        let by_date = project.compatibility_date.as_str() >= PREFERS_ASSETS_SINCE && !off;
        match site::decide(site, rules, on || by_date, request) {
            Decision::WorkerAlways => Before::WorkerAlways,
            Decision::WorkerByRule(rule) => Before::WorkerByRule(rule.to_owned()),
            Decision::WorkerForTheRest => Before::WorkerForTheRest,
            Decision::AssetsByRule(rule) => Before::AssetsByRule(rule.to_owned()),
            Decision::AssetsForTheirs => Before::AssetsForTheirs,
        }
    }

    fn worker(&self, request: &Request, assets: Option<&FromAssets>) -> InWorker {
        let Whole { project, routes, behind, .. } = &self.whole;
        let path = request.path();
        let met = routes.meet(&request.method, &path);
        let shown = |handler: &Handler| {
            let directory =
                project.functions.as_ref().map(|directory| project::display(&project.root, directory));
            format!("{}/{handler}", directory.unwrap_or_default())
        };
        let middleware = met.middleware.iter().filter_map(|route| route.middleware.as_ref());
        let answer = |route: &Route| Some((route.pattern.to_string(), shown(route.handler.as_ref()?)));
        let behind = match &behind.main {
            None if assets.is_some() => Behind::Assets,
            None => Behind::Nothing,
            Some(main) => {
                // As `serveNamed` and `behind` of the router have it.
                let is_asset = if routes.0.is_empty() {
                    behind.named.as_ref().is_some_and(|rules| !router::names(rules, &path))
                } else {
                    let is_asked = request.reads() && (met.answer.is_some() || behind.assets_first);
                    is_asked && assets.is_some_and(|assets| assets.served.status != 404)
                };
                if is_asset { Behind::Assets } else { Behind::Main(main.clone()) }
            }
        };
        InWorker { middleware: middleware.map(shown).collect(), handler: met.answer.and_then(answer), behind }
    }

    fn served(&self, site: &Site<'_>, request: &Request) -> FromAssets {
        let served = site.serve(request);
        let redirect = match (&served.what, &served.rewrite) {
            (What::Redirect { rule, .. }, _) | (_, Some((rule, _))) => site.redirect_rules().get(*rule),
            _ => None,
        };
        let file = match &served.what {
            What::File(file) | What::Fallback(file) => self.whole.file(file),
            _ => None,
        };
        let headers = served.applied.iter().filter_map(|at| site.header_rules().get(*at));
        FromAssets {
            file,
            redirect: redirect.map(|rule| cite(&self.redirects.0, &rule.span)),
            headers: headers.map(|rule| cite(&self.headers.0, &rule.span)).collect(),
            html_handling: self.whole.html_handling().to_owned(),
            served,
        }
    }
}

impl Before {
    /// Whether the worker runs.
    pub fn runs_worker(&self) -> bool {
        matches!(
            self,
            Self::WorkerAlone | Self::WorkerAlways | Self::WorkerByRule(_) | Self::WorkerForTheRest
        )
    }
}

impl Whole {
    fn html_handling(&self) -> &str {
        let set = self.assets.as_ref().and_then(|assets| assets.settings.html_handling.as_deref());
        set.unwrap_or("auto-trailing-slash")
    }

    /// The static file behind a path of the manifest, as the user would name it.
    fn file(&self, path: &str) -> Option<String> {
        let mut files = self.assets.iter().flat_map(|assets| &assets.files);
        let file = files.find(|file| path.strip_prefix('/') == Some(&file.path))?;
        Some(project::display(&self.project.root, &file.file))
    }

    /// A file of rules, empty where there is none.
    fn rule_file(&self, name: &str) -> Source {
        let settings = self.project.assets.as_ref();
        let file = settings.map(|settings| settings.directory.join(name)).unwrap_or_default();
        let mut rules = self.assets.iter().flat_map(|assets| &assets.rules);
        let text = rules.find(|rules| rules.name == name).map(RuleFile::text).unwrap_or_default();
        Source::new(project::display(&self.project.root, &file), text)
    }
}

fn cite(source: &Source, span: &std::ops::Range<usize>) -> Cited {
    Cited {
        text: source.text().get(span.clone()).unwrap_or_default().to_owned(),
        path: source.path().to_owned(),
        line: source.line_and_column(span.start).0,
    }
}
