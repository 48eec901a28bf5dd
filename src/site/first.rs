//! Who is asked first, the worker or the static files: `run_worker_first` as the platform goes by it.
//!
//! A request and the rules come in; who answers comes out, and by which rule. The source is open
//! (`packages/workers-shared/router-worker` of `cloudflare/workers-sdk`).

use super::{Request, Site};
use crate::project::RunWorkerFirst;
use crate::route::cover;

/// Who answers a request, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision<'a> {
    /// The worker, for all requests.
    WorkerAlways,
    /// The worker, by this rule.
    WorkerByRule(&'a str),
    /// The worker, since no rule names the path and the static files have nothing for it.
    WorkerForTheRest,
    /// The static files, by this rule, which is written with a `!` before it.
    AssetsByRule(&'a str),
    /// The static files, since no rule names the path and they have something for it.
    AssetsForTheirs,
}

/// Decides for a site with a worker. `prefers_assets` says that the runtime lets browsers that navigate have the page for
/// what is not found (the compatibility flag `assets_navigation_prefers_asset_serving`); it means nothing beside rules.
pub fn decide<'a>(
    site: &Site<'_>,
    rules: Option<&'a RunWorkerFirst>,
    prefers_assets: bool,
    request: &Request,
) -> Decision<'a> {
    let path = cover::literal(&request.path());
    let matches = |rule: &&str| cover::contained(&path, &cover::glob(rule));
    let keeps_fallback = match rules {
        Some(RunWorkerFirst::Always(true)) => return Decision::WorkerAlways,
        Some(RunWorkerFirst::Rules(rules)) => {
            let negative = rules.iter().filter_map(|rule| rule.strip_prefix('!'));
            if let Some(rule) = negative.into_iter().find(matches) {
                return Decision::AssetsByRule(rule);
            }
            let mut positive = rules.iter().map(String::as_str).filter(|rule| !rule.starts_with('!'));
            if let Some(rule) = positive.find(matches) {
                return Decision::WorkerByRule(rule);
            }
            true
        }
        Some(RunWorkerFirst::Always(false)) | None => prefers_assets && request.navigates(),
    };
    match site.answers(request, keeps_fallback) {
        true => Decision::AssetsForTheirs,
        false => Decision::WorkerForTheRest,
    }
}
