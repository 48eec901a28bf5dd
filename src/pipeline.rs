//! The stages in their order. The only caller of them all.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::asset::{self, AssetFile, AssetManifest, RuleFile};
use crate::binding::{UserId, Uses};
use crate::check;
use crate::deployment::{self, AssetParts, BuildFacts, Deployment, Git, Parts, document};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::discover::{SourceTree, discover};
use crate::error::Error;
use crate::link::Bundle;
use crate::project::{self, AssetSettings, Options, Project, RunWorkerFirst};
use crate::route::{self, RouteTable, rules};
use crate::target::wrangler;

mod analysis;
mod bundle;
mod checking;
mod edit;
mod exported;
mod kept;
mod plugin;
mod published;
mod serving;
mod sources;
mod types;
mod uses;
mod versions;
mod why;
mod worker;

pub use analysis::{Analyzed, Placement, analyze};
pub use bundle::{BundleRequest, bundle};
use bundle::{Code, Linked};
pub use checking::{Checked, Environment, check};
pub use edit::{BindRequest, bind, fixed, provision, with_fixes};
pub use kept::{Shown, Versions, gc, pin, show, unpin, versions};
pub use plugin::{Plugin, plugin};
use sources::Sources;
pub use types::{Action, RuntimeTypes, State, Types, TypesRequest, types};
use uses::{Callers, Followed};
pub use uses::{Used, uses};
pub use versions::version;
pub use why::{Answer, Link, Share, WhyRequest, why};
use worker::Given;

/// Where a build writes to.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuildRequest<'a> {
    /// Relative to the current directory; `None` is [`deployment::default_outdir`].
    pub outdir: Option<&'a Path>,
    /// The file for [the metafile](crate::analyze::metafile), relative to the current directory.
    pub metafile: Option<&'a Path>,
    /// Whether the version is to be kept in [the project's store](crate::store).
    pub store: bool,
}

/// What a build made, for the summary.
#[derive(Clone, Debug)]
pub struct Built {
    /// The deployment's id.
    pub id: String,
    /// Where it was written.
    pub outdir: PathBuf,
    /// The worker's name.
    pub name: String,
    /// The environment, `None` for the top level.
    pub environment: Option<String>,
    /// What no file and no flag said.
    pub assumptions: Vec<String>,
    /// How many rows the route table has.
    pub routes: usize,
    /// The files of the worker, relative to the project.
    pub modules: Vec<String>,
    /// Bytes of the worker's modules.
    pub code_size: u64,
    /// The same after gzip.
    pub code_gzip: u64,
    /// How many static files there are.
    pub assets: usize,
    /// Their bytes.
    pub asset_size: u64,
    /// Name and kind of every binding.
    pub bindings: Vec<(String, String)>,
    /// How long it took.
    pub elapsed: Duration,
}

/// The stages up to the route table.
struct Front {
    project: Project,
    code: Code,
    outdir: PathBuf,
    tree: SourceTree,
    sources: Sources,
    routes: RouteTable,
}

/// A deployment, nothing of which is written yet, and what it is made from.
struct Made {
    project: Project,
    outdir: PathBuf,
    assets: Vec<AssetFile>,
    linked: Option<Linked>,
    deployment: Deployment,
    facts: BuildFacts,
}

/// Builds the project into a directory. `None` where errors stopped it; then nothing was written.
///
/// # Errors
///
/// What the environment does to us; see [`Error`].
pub fn build(
    options: &Options,
    request: BuildRequest<'_>,
) -> Result<(Option<Built>, Vec<Diagnostic>), Error> {
    let start = Instant::now();
    let mut diagnostics = Diagnostics::default();
    let made = match front(options, request.outdir, &mut diagnostics)? {
        Some(front) => back(front, request.metafile, start, &mut diagnostics)?,
        None => None,
    };
    let Some(made) = made else { return Ok((None, diagnostics.into_sorted())) };
    let emit = || deployment::emit(&made.deployment, &made.outdir);
    match request.store {
        true => versions::record_build(&made, emit)?,
        false => emit()?,
    }
    if let Some(file) = request.metafile {
        analysis::write(file, &analysis::metafile(&made))?;
    }
    Ok((Some(summary(made, start)), diagnostics.into_sorted()))
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
    let Some(mut project) = project::load(options, diagnostics)? else { return Ok(None) };
    let outdir = match outdir {
        Some(outdir) => std::path::absolute(outdir).map_err(|error| Error::io("locate", outdir, error))?,
        None => {
            let (outdir, assumption) = deployment::default_outdir(&project);
            project.assumptions.extend(assumption);
            outdir
        }
    };
    Ok(Some(survey(project, outdir, options, diagnostics)?))
}

/// The stages behind the first one.
fn survey(
    project: Project,
    outdir: PathBuf,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Result<Front, Error> {
    let tree = discover(&project, &outdir, diagnostics)?;
    let code = Code::of(&project, &tree, options);
    let sources = sources::compile(&project, &code, &tree, diagnostics);
    let directory = project.functions.as_ref().map(|directory| project::display(&project.root, directory));
    let routes = route::table(directory.as_deref().unwrap_or(""), &sources.functions, diagnostics);
    sources.report_unrouted(&project, &code, &routes, diagnostics);
    Ok(Front { project, code, outdir, tree, sources, routes })
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
}

/// Links the code and reads the static files.
fn whole(front: Front, diagnostics: &mut Diagnostics) -> Result<Whole, Error> {
    let Front { project, code, outdir, tree, sources, routes } = front;
    let given = Given::of(&project, &tree, diagnostics);
    let worker = given.worker(&project, &tree, &routes);
    let callers = Callers::of(&worker, &sources);
    let linked = worker::link(&worker, &code, sources, diagnostics);
    let main = code.main.clone();
    let published = code.published(diagnostics);
    let follow = || linked.as_ref().map(|linked| callers.uses(linked, &code)).unwrap_or_default();
    let read = || {
        let Some(settings) = &project.assets else { return Ok(None) };
        let configured = settings.run_worker_first.as_ref();
        let explicit = rules::Explicit { given: given.routes_json.as_ref(), configured };
        let first = rules::run_worker_first(&routes, &tree.assets, explicit, diagnostics);
        Static::read(settings, &tree, published, first, diagnostics).map(Some)
    };
    let (uses, assets) = rayon::join(follow, read);
    let assets = assets?;
    code.save();
    if linked.is_none() && assets.is_none() && !diagnostics.has_errors() {
        // A directory of functions can turn out to hold none.
        diagnostics.push(project::nothing_to_build(project.config.as_ref()));
    }
    Ok(Whole { project, outdir, routes, main, linked, callers, uses, assets })
}

/// The other stages, but for writing. `beside` is a file that will be written too.
fn back(
    front: Front,
    beside: Option<&Path>,
    start: Instant,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Made>, Error> {
    deployment::check_outdir(&front.project, &front.outdir)?;
    if let Some(file) = beside {
        deployment::check_beside(&front.project, &front.outdir, file)?;
    }
    let Whole { project, outdir, routes, main, linked, callers, uses, assets } = whole(front, diagnostics)?;
    let bundle = linked.as_ref().map(|linked| &linked.bundle);
    if !diagnostics.has_errors() {
        hold(&project, bundle, &uses, diagnostics);
    }
    if diagnostics.has_errors() {
        return Ok(None);
    }
    let wrangler = wrangler::config(&wrangler::Input {
        project: &project,
        main: bundle.map(|_| main.as_str()),
        modules: bundle.map_or(&[], |bundle| &bundle.additional),
        source_map: bundle.is_some_and(|bundle| bundle.source_map.is_some()),
        assets: assets.as_ref().map(|assets| wrangler::Assets {
            settings: &assets.settings,
            run_worker_first: assets.run_worker_first.as_ref(),
        }),
    });
    let rows = rows(&routes, &callers, &uses);
    let wrangler = format!("{wrangler:#}\n");
    let parts = Parts {
        project: &project,
        bundle,
        main: &main,
        routes: &rows,
        uses: &uses,
        assets: assets.as_ref().map(|assets| AssetParts {
            settings: &assets.settings,
            run_worker_first: assets.run_worker_first.as_ref(),
            files: &assets.files,
            manifest: &assets.manifest,
            rules: &assets.rules,
        }),
        wrangler: &wrangler,
    };
    let assemble = || {
        let deployment = deployment::assemble(parts);
        let gzip_size = deployment::gzip_size(&deployment);
        (deployment, gzip_size)
    };
    let ((deployment, gzip_size), git) = rayon::join(assemble, || Git::of(&project.root));
    let facts = BuildFacts::new(git, gzip_size, start);
    let deployment = Deployment { facts: Some(facts.to_text()), ..deployment };
    diagnostics.extend(serving::in_the_future(&project, facts.day()));
    let assets = assets.map_or_else(Vec::new, |assets| assets.files);
    Ok(Some(Made { project, outdir, assets, linked, deployment, facts }))
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
    run_worker_first: Option<RunWorkerFirst>,
    files: Vec<AssetFile>,
    manifest: AssetManifest,
    rules: Vec<RuleFile>,
}

impl Static {
    fn read(
        settings: &AssetSettings,
        tree: &SourceTree,
        published: Vec<AssetFile>,
        first: Option<RunWorkerFirst>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Self, Error> {
        // In advanced mode the worker answers everything that no rule takes from it.
        let always = tree.advanced.as_ref().map(|_| RunWorkerFirst::Always(true));
        let files = [tree.assets.as_slice(), &published].concat();
        Ok(Self {
            settings: serving::with_pages_defaults(settings, &tree.assets),
            run_worker_first: first.or(always),
            manifest: asset::fingerprint(&files, diagnostics)?,
            files,
            rules: asset::read_rules(&tree.asset_rules, diagnostics)?,
        })
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
fn files(bundle: Bundle) -> Vec<String> {
    let mut files = bundle.sources;
    files.extend(bundle.additional.into_iter().map(|module| module.path));
    files.sort();
    files.dedup();
    files
}

fn summary(made: Made, start: Instant) -> Built {
    let Made { project, outdir, linked, deployment, facts, .. } = made;
    let document = deployment.document;
    let assets = document.assets.as_ref().map(|assets| &assets.files);
    let bindings = project.bindings.iter().map(|binding| (binding.name.clone(), binding.kind.to_owned()));
    Built {
        bindings: bindings.collect(),
        id: document.id,
        outdir,
        name: project.name,
        environment: project.environment,
        assumptions: project.assumptions,
        routes: document.routes.len(),
        code_size: document.code.as_ref().map_or(0, |code| code.size),
        modules: linked.map_or_else(Vec::new, |linked| files(linked.bundle)),
        code_gzip: facts.gzip_size,
        assets: assets.map_or(0, |manifest| manifest.len()),
        asset_size: assets.map_or(0, |manifest| manifest.values().map(|asset| asset.size).sum()),
        elapsed: start.elapsed(),
    }
}
