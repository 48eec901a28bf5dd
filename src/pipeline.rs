//! The stages in their order. The only caller of them all.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crate::asset::{self, AssetFile, AssetManifest, Fingerprints, HashCache, RuleFile, Stamp};
use crate::binding::{UserId, Uses};
use crate::check;
use crate::deployment::{
    self, AssetParts, BuildFacts, CarriedFile, Deployment, Git, Inputs, Parts, Repository, document,
};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::discover::{SourceTree, discover};
use crate::error::Error;
use crate::link::Bundle;
use crate::progress::{Progress, Stage};
use crate::project::{self, AssetSettings, Options, Project, RunWorkerFirst};
use crate::route::{self, RouteTable, rules};
use crate::target::wrangler;
use serde_json::Value as Json;

mod alike;
mod analysis;
mod archives;
mod build;
mod bundle;
mod checking;
mod claimed;
mod edit;
mod explain;
mod exported;
mod inputs;
mod kept;
mod plugin;
mod promote;
mod provenance;
mod published;
mod rollback;
mod serving;
mod skew;
mod sources;
mod types;
mod uses;
mod versions;
mod weight;
mod why;
mod worker;

pub use analysis::{Analyzed, Placement, analyze};
pub use archives::{Judged, Moved, Place, export, pack, pack_to, unpack, verify};
pub use build::{BuildRequest, Built, build, build_all};
pub use bundle::{BundleRequest, bundle};
use bundle::{Code, Linked};
pub use checking::{Checked, Environment, check};
pub use edit::{BindRequest, bind, fixed, provision, with_fixes};
pub use explain::{Before, Behind, Cited, Explained, Explainer, FromAssets, InWorker, explainer};
use inputs::Read;
pub use kept::{Shown, Versions, check_store, gc, pin, show, unpin, versions};
pub use plugin::{Plugin, plugin};
pub use promote::{PromoteRequest, Promoted, promote};
pub use provenance::{AttestRequest, Attested, attest, sbom, write_beside};
pub use rollback::{RollbackOutcome, RollbackRequest, RolledBack, diff, rollback};
pub use serving::{Chosen, Serving};
pub use skew::Skew;
use sources::Sources;
pub use types::{Action, RuntimeTypes, State, Types, TypesRequest, types};
use uses::{Callers, Followed};
pub use uses::{Used, uses};
pub use versions::version;
pub use why::{Answer, Link, Share, WhyRequest, why};
use worker::Given;

/// The stages up to the route table.
struct Front {
    project: Project,
    code: Code,
    outdir: PathBuf,
    tree: SourceTree,
    sources: Sources,
    routes: RouteTable,
    /// What the command line says.
    given: BTreeMap<String, Json>,
    progress: Progress,
}

/// A deployment, nothing of which is written yet.
struct Made {
    project: Project,
    deployment: Deployment,
    facts: BuildFacts,
}

/// The route table of a project, most specific first. `None` where errors stopped it.
///
/// # Errors
///
/// What the environment does to us; see [`Error`].
pub fn routes(options: &Options) -> Result<(Option<Vec<document::Route>>, Vec<Diagnostic>), Error> {
    let mut diagnostics = Diagnostics::default();
    let Some(front) = front(options, None, &mut diagnostics)? else {
        return Ok((None, diagnostics.into_sorted()));
    };
    let Followed { routes, callers, uses, .. } = uses::follow(front, &mut diagnostics);
    let rows = (!diagnostics.has_errors()).then(|| rows(&routes, &callers, &uses));
    Ok((rows, diagnostics.into_sorted()))
}

fn front(
    options: &Options,
    outdir: Option<&Path>,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Front>, Error> {
    let Some((project, outdir)) = load(options, outdir, diagnostics)? else { return Ok(None) };
    Ok(Some(survey(project, outdir, options, diagnostics)?))
}

/// The first stage, and where its deployment is to be written.
fn load(
    options: &Options,
    outdir: Option<&Path>,
    diagnostics: &mut Diagnostics,
) -> Result<Option<(Project, PathBuf)>, Error> {
    let Some(mut project) = project::load(options, diagnostics)? else { return Ok(None) };
    let outdir = match outdir {
        Some(outdir) => std::path::absolute(outdir).map_err(|error| Error::io("locate", outdir, error))?,
        None => {
            let (outdir, assumption) = deployment::default_outdir(&project);
            project.assumptions.extend(assumption);
            outdir
        }
    };
    Ok(Some((project, outdir)))
}

/// Refuses to write where something else is. `beside` is a file that will be written too.
fn check_places(front: &Front, beside: Option<&Path>) -> Result<(), Error> {
    deployment::check_outdir(&front.project, &front.outdir)?;
    beside.map_or(Ok(()), |file| deployment::check_beside(&front.project, &front.outdir, file))
}

/// The stages behind the first one.
fn survey(
    project: Project,
    outdir: PathBuf,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Result<Front, Error> {
    let progress = options.progress.clone();
    progress.begin(Stage::Finding, 0);
    let tree = discover(&project, &outdir, diagnostics)?;
    progress.begin(Stage::Working, 0);
    let code = Code::of(&project, &tree, options);
    let sources = sources::compile(&project, &code, &tree, diagnostics);
    let directory = project.functions.as_ref().map(|directory| project::display(&project.root, directory));
    let routes = route::table(directory.as_deref().unwrap_or(""), &sources.functions, diagnostics);
    sources.report_unrouted(&project, &code, &routes, diagnostics);
    let given = inputs::given(options, &project.root);
    Ok(Front { project, code, outdir, tree, sources, routes, given, progress })
}

/// Everything that a deployment holds, as far as it could be made.
struct Whole {
    project: Project,
    outdir: PathBuf,
    routes: RouteTable,
    /// The name of the main module.
    main: String,
    linked: Option<Linked>,
    callers: Callers,
    uses: Uses,
    assets: Option<Static>,
    read: Read,
    behind: worker::Behind,
}

/// Links the code and reads the static files.
fn whole(front: Front, diagnostics: &mut Diagnostics) -> Result<Whole, Error> {
    let Front { project, code, outdir, tree, sources, routes, given: options, progress } = front;
    let given = Given::of(&project, &tree, diagnostics);
    let read = Read::before(&project, options, &tree, &sources, &given);
    let worker = given.worker(&project, &tree, &routes);
    let callers = Callers::of(&worker, &sources);
    let behind = worker.behind();
    let linked = worker::link(&worker, &code, sources, diagnostics);
    let main = code.main.clone();
    let follow = || linked.as_ref().map(|linked| callers.uses(linked, &code)).unwrap_or_default();
    let serve = || {
        let Some(settings) = &project.assets else { return Ok(None) };
        let configured = settings.run_worker_first.as_ref();
        let explicit = rules::Explicit { given: given.routes_json.as_ref(), configured };
        let files = rules::Files { assets: &tree.assets, html_handling: settings.html_handling.as_deref() };
        let first = rules::run_worker_first(&routes, files, explicit, diagnostics);
        let mut found = Diagnostics::default();
        let files = [tree.assets.as_slice(), &code.published(diagnostics)].concat();
        let cache = if files.is_empty() { HashCache::none() } else { code.hash_cache(&settings.directory) };
        progress.begin(Stage::Hashing, files.len());
        let fingerprints = asset::fingerprint(&files, cache, &progress, &mut found)?;
        let read = Static::read(settings, &tree, (files, fingerprints), first, &mut found)?;
        diagnostics.extend(read.in_project(&project, &tree, found));
        let answers_anything = project.main.is_some() || tree.advanced.is_some();
        let functions = (!answers_anything).then_some(&routes);
        serving::hold_rules(&project, &tree, &read, functions, diagnostics);
        diagnostics.extend(claimed::claimed(&project, &read));
        Ok(Some(read))
    };
    let (uses, assets) = rayon::join(follow, serve);
    let assets = assets?;
    let read = read.and_worker(&project, &code, linked.as_ref());
    code.save();
    if linked.is_none() && assets.is_none() && !diagnostics.has_errors() {
        // A directory of functions can turn out to hold none.
        diagnostics.push(project::nothing_to_build(project.config.as_ref()));
    }
    Ok(Whole { project, outdir, routes, main, linked, callers, uses, assets, read, behind })
}

/// The deployment of code and static files in one of the environments that have them. `None` where errors stop it.
fn make(
    whole: &Whole,
    project: &Project,
    carried: &[CarriedFile],
    start: Instant,
    diagnostics: &mut Diagnostics,
) -> Option<Made> {
    let Whole { routes, main, linked, callers, uses, assets, read, .. } = whole;
    let bundle = linked.as_ref().map(|linked| &linked.bundle);
    if !diagnostics.has_errors() {
        hold(project, bundle, uses, diagnostics);
    }
    if diagnostics.has_errors() {
        return None;
    }
    let additional = bundle.map_or(&[][..], |bundle| &bundle.additional);
    let modules: Vec<_> = additional.iter().map(|module| (module.name.as_str(), module.kind)).collect();
    let wrangler = wrangler::config(&wrangler::Input {
        project,
        main: bundle.map(|_| main.as_str()),
        modules: &modules,
        source_map: bundle.is_some_and(|bundle| bundle.source_map.is_some()),
        assets: assets.as_ref().map(|assets| wrangler::Assets {
            settings: &assets.settings,
            run_worker_first: assets.run_worker_first.as_ref(),
        }),
    });
    let rows = rows(routes, callers, uses);
    let packages = read.in_worker();
    let wrangler = format!("{wrangler:#}\n");
    let parts = Parts {
        project,
        bundle,
        main,
        packages: &packages,
        routes: &rows,
        uses,
        assets: assets.as_ref().map(|assets| AssetParts {
            settings: &assets.settings,
            run_worker_first: assets.run_worker_first.as_ref(),
            files: &assets.files,
            manifest: &assets.manifest,
            proofs: &assets.proofs,
            rules: &assets.rules,
            carried,
        }),
        wrangler: &wrangler,
    };
    let assemble = || {
        let deployment = deployment::assemble(parts);
        let gzip_size = deployment::gzip_size(&deployment);
        (deployment, gzip_size)
    };
    let ask = || (Git::of(&project.root), Repository::of(&project.root));
    let ((deployment, gzip_size), (git, repository)) = rayon::join(assemble, ask);
    let inputs = Inputs { git, repository, ..read.inputs(project.environment.as_deref()) };
    let facts = BuildFacts::new(inputs, gzip_size, start);
    diagnostics.extend(serving::in_the_future(project, facts.day()));
    let deployment = Deployment { facts: Some(facts.to_text()), ..deployment };
    Some(Made { project: project.clone(), deployment, facts })
}

/// Holds the code of a project against its configuration: code that could be linked, or none at all.
fn hold(project: &Project, bundle: Option<&Bundle>, uses: &Uses, diagnostics: &mut Diagnostics) {
    let worker = check::Worker {
        exports: bundle.map_or(&[], |bundle| &bundle.exports),
        exports_more: bundle.is_some_and(|bundle| bundle.exports_more),
    };
    let set_elsewhere = project.set_elsewhere();
    let facts = check::Facts { project, worker, uses, set_elsewhere: &set_elsewhere };
    check::check(facts, diagnostics);
}

/// The static half of a deployment.
struct Static {
    settings: AssetSettings,
    serving: Serving,
    run_worker_first: Option<RunWorkerFirst>,
    files: Vec<AssetFile>,
    manifest: Arc<AssetManifest>,
    proofs: Vec<Option<Stamp>>,
    rules: Vec<RuleFile>,
}

impl Static {
    fn read(
        settings: &AssetSettings,
        tree: &SourceTree,
        (files, fingerprints): (Vec<AssetFile>, Fingerprints),
        first: Option<RunWorkerFirst>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Self, Error> {
        // In advanced mode the worker answers everything that no rule takes from it.
        let always = tree.advanced.as_ref().map(|_| RunWorkerFirst::Always(true));
        let serving = Serving::of(settings, &tree.assets);
        Ok(Self {
            settings: serving.settle(settings),
            serving,
            run_worker_first: first.or(always),
            manifest: Arc::new(fingerprints.manifest),
            proofs: fingerprints.proofs,
            files,
            rules: asset::read_rules(&tree.asset_rules, diagnostics)?,
        })
    }

    /// What was found about files that are named by their paths below the assets, with their paths in the project.
    fn in_project(&self, project: &Project, tree: &SourceTree, found: Diagnostics) -> Vec<Diagnostic> {
        let mut found = found.into_sorted();
        if !found.is_empty() {
            let files = self.files.iter().chain(&tree.asset_rules);
            let places: BTreeMap<&str, &Path> = files.map(|file| (&*file.path, &*file.file)).collect();
            for path in found.iter_mut().filter_map(|diagnostic| diagnostic.path.as_mut()) {
                let place = places.get(path.as_str()).map(|file| project::display(&project.root, file));
                *path = place.unwrap_or_else(|| path.clone());
            }
        }
        found
    }
}

fn rows(routes: &RouteTable, callers: &Callers, uses: &Uses) -> Vec<document::Route> {
    let names = uses::by_user(uses);
    let row = |(route, (chain, users)): (&route::Route, (Vec<&route::Handler>, Vec<UserId>))| {
        let bindings: BTreeSet<&str> =
            users.iter().flat_map(|user| names[user.0 as usize].iter().copied()).collect();
        document::Route {
            pattern: route.pattern.to_string(),
            method: route.method.clone(),
            handler: route.handler.as_ref().map(ToString::to_string),
            middleware: chain.iter().map(ToString::to_string).collect(),
            bindings: bindings.into_iter().map(str::to_owned).collect(),
        }
    };
    routes.0.iter().zip(callers.by_route(uses, routes)).map(row).collect()
}

/// The files of a worker, those that are modules of their own among them.
fn files(bundle: &Bundle) -> Vec<String> {
    let additional = bundle.additional.iter().map(|module| &module.path);
    let files: BTreeSet<&String> = bundle.sources.iter().chain(additional).collect();
    files.into_iter().cloned().collect()
}
