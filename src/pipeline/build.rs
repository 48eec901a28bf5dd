//! `build`: all stages, what they made written and kept.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::alike::{Known, Said, known_like};
use super::serving::Serving;
use super::skew::{self, Skew};
use super::{Made, Whole, analysis, check_places, files, front, load, make, versions, weight, whole};
use crate::deployment::{self, Deployment, Spare, Staged};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::error::Error;
use crate::progress::Stage;
use crate::project::{self, Options, Project};
use crate::store::{self, Action};

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

impl BuildRequest<'_> {
    /// How many sites back files are carried along, where there is a store to look back in.
    fn keep(&self, options: &Options) -> Option<usize> {
        self.store.then_some(options.keep_assets)
    }
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
    /// How they are served; `None` where there are none.
    pub serving: Option<Serving>,
    /// Which hashed files of earlier versions are published along, and which are not.
    pub skew: Skew,
    /// Name and kind of every binding.
    pub bindings: Vec<(String, String)>,
    /// How long it took.
    pub elapsed: Duration,
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
    let built = build_one(options, request, start, &mut diagnostics)?;
    Ok((built, diagnostics.into_sorted()))
}

fn build_one(
    options: &Options,
    request: BuildRequest<'_>,
    start: Instant,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Built>, Error> {
    let Some(front) = front(options, request.outdir, diagnostics)? else { return Ok(None) };
    check_places(&front, request.metafile)?;
    let whole = whole(front, diagnostics)?;
    let Some((made, skew)) =
        make_beside_others(&whole, &whole.project, request.keep(options), start, diagnostics)?
    else {
        return Ok(None);
    };
    options.progress.begin(Stage::Writing, made.deployment.files.len());
    let spare = spare(options, &whole.project.root, &whole.outdir);
    write(&[&made], request.store, || {
        deployment::stage(&made.deployment, &whole.outdir, spare.as_ref(), &options.progress)
    })
    .map_err(|error| offer_no_cache(options, &whole.project.root, error))?;
    if let Some(file) = request.metafile {
        analysis::write(file, &analysis::metafile(&whole, &made))?;
    }
    let built = summary(&whole, &made, whole.outdir.clone(), skew, start);
    // To free the memory of a large site takes as long as to write a file of it, and the process is about to end.
    rayon::spawn(move || drop((whole, made)));
    Ok(Some(built))
}

/// Builds all environments of a project into one directory, each in a directory of its name. What has the code and the files
/// of another one is not made again. `None` where errors stopped any of them; then nothing was written.
///
/// # Errors
///
/// As [`build`]; also when an environment has a name that no directory can have everywhere.
pub fn build_all(
    options: &Options,
    request: BuildRequest<'_>,
) -> Result<(Option<Vec<Built>>, Vec<Diagnostic>), Error> {
    if request.metafile.is_some() {
        return Err(Error::Usage("a metafile is about one environment; name it with `--env`".to_owned()));
    }
    let start = Instant::now();
    let mut known: Vec<Known> = Vec::new();
    let mut all = Vec::new();
    let mut said = Said::default();
    let mut stopped = false;
    for environment in project::environments(options)? {
        let options = Options { environment: environment.clone(), ..options.clone() };
        let mut diagnostics = Diagnostics::default();
        let made = make_environment(&options, request, &mut known, start, &mut diagnostics)?;
        stopped |= made.is_none();
        all.extend(made);
        said.add(environment.as_deref(), diagnostics);
    }
    let Some(outdir) = known.first().map(|known| known.whole.outdir.clone()).filter(|_| !stopped) else {
        return Ok((None, said.into_sorted()));
    };
    let named: Vec<(String, &Deployment)> = all
        .iter()
        .map(|(_, made, _)| {
            Ok((deployment::directory_name(made.project.environment.as_deref())?, &made.deployment))
        })
        .collect::<Result<_, Error>>()?;
    let written: Vec<&Made> = all.iter().map(|(_, made, _)| made).collect();
    let files = written.iter().map(|made| made.deployment.files.len()).sum();
    options.progress.begin(Stage::Writing, files);
    let root = project::root(options)?;
    let spare = spare(options, &root, &outdir);
    write(&written, request.store, || {
        deployment::stage_all(&named, &outdir, spare.as_ref(), &options.progress)
    })
    .map_err(|error| offer_no_cache(options, &root, error))?;
    let places: Vec<PathBuf> = named.iter().map(|(name, _)| outdir.join(name)).collect();
    let built = all.into_iter().zip(places);
    let built = built.map(|((at, made, skew), place)| summary(&known[at].whole, &made, place, skew, start));
    Ok((Some(built.collect()), said.into_sorted()))
}

/// Makes one of several environments. What comes first is the place of its code and files among those that are known.
fn make_environment(
    options: &Options,
    request: BuildRequest<'_>,
    known: &mut Vec<Known>,
    start: Instant,
    diagnostics: &mut Diagnostics,
) -> Result<Option<(usize, Made, Skew)>, Error> {
    let Some((project, outdir)) = load(options, request.outdir, diagnostics)? else { return Ok(None) };
    deployment::check_outdir(&project, &outdir)?;
    let at = known_like(known, &project, outdir, options)?;
    let Known { whole, diagnostics: own, .. } = &known[at];
    diagnostics.extend(own.iter().cloned());
    let made = make_beside_others(whole, &project, request.keep(options), start, diagnostics)?;
    Ok(made.map(|(made, skew)| (at, made, skew)))
}

/// Makes a deployment that carries along what those before it leave behind, `keep` sites back; `None` does not look back.
fn make_beside_others(
    whole: &Whole,
    project: &Project,
    keep: Option<usize>,
    start: Instant,
    diagnostics: &mut Diagnostics,
) -> Result<Option<(Made, Skew)>, Error> {
    let assets = whole.assets.as_ref().filter(|_| !diagnostics.has_errors());
    let look_back = |diagnostics: &mut Diagnostics| match assets.zip(keep) {
        Some((assets, keep)) => skew::skew(project, &assets.manifest, keep, diagnostics)
            .map_err(|error| versions::offer_none(&project.root, error)),
        None => Ok(Default::default()),
    };
    let (made, skew) = match keep {
        // Nothing is carried along, so what was before is only told about.
        None | Some(0) => {
            let mut said = Diagnostics::default();
            let (looked, made) =
                rayon::join(|| look_back(&mut said), || make(whole, project, &[], start, diagnostics));
            let (_, skew) = looked?;
            diagnostics.extend(said.into_sorted());
            (made, skew)
        }
        Some(_) => {
            let (carried, skew) = look_back(diagnostics)?;
            (make(whole, project, &carried, start, diagnostics), skew)
        }
    };
    diagnostics.extend(weight::too_large(whole, project));
    Ok(made.filter(|_| !diagnostics.has_errors()).map(|made| (made, skew)))
}

/// Lets what was made be written by `stage` and take its place; with a store, keeps it meanwhile and says so in the log after.
fn write<'a>(
    made: &[&Made],
    store: bool,
    stage: impl FnOnce() -> Result<Staged<'a>, Error> + Send,
) -> Result<(), Error> {
    let deployments: Vec<&Deployment> = made.iter().map(|made| &made.deployment).collect();
    match made.first().filter(|_| store) {
        Some(first) => versions::record(&first.project.root, &deployments, &Action::Build, stage),
        None => stage()?.replace(),
    }
}

/// A file that is not what it was is one that somebody writes to, or of which a cache says what is not so; but for those that were
/// kept, which are damaged then.
fn offer_no_cache(options: &Options, root: &Path, error: Error) -> Error {
    let is_kept = |path: &Path| path.starts_with(store::directory(root));
    match &error {
        Error::Io { action: "copy", path, .. } if is_kept(path) => Error::Usage(format!(
            "{error}; it is of an earlier version, and `pagesbuild verify --store` tells which are damaged"
        )),
        Error::Io { action: "copy", .. } if !options.no_cache => Error::Usage(format!(
            "{error}; if nothing writes to it, build with `--no-cache`, which hashes all files anew"
        )),
        _ => error,
    }
}

/// What was in the output directory before, where a build may make use of what others have left.
fn spare(options: &Options, root: &Path, outdir: &Path) -> Option<Spare> {
    Spare::of(root, outdir).filter(|_| !options.no_cache)
}

fn summary(whole: &Whole, made: &Made, outdir: PathBuf, skew: Skew, start: Instant) -> Built {
    let Made { project, deployment, facts } = made;
    let document = &deployment.document;
    let assets = document.assets.as_ref().map(|assets| &assets.files);
    let bindings = project.bindings.iter().map(|binding| (binding.name.clone(), binding.kind.to_owned()));
    Built {
        bindings: bindings.collect(),
        id: document.id.clone(),
        outdir,
        name: project.name.clone(),
        environment: project.environment.clone(),
        assumptions: project.assumptions.clone(),
        routes: document.routes.len(),
        code_size: document.code.as_ref().map_or(0, |code| code.size),
        modules: whole.linked.as_ref().map_or_else(Vec::new, |linked| files(&linked.bundle)),
        code_gzip: facts.gzip_size,
        assets: assets.map_or(0, |manifest| manifest.len()),
        asset_size: assets.map_or(0, |manifest| manifest.values().map(|asset| asset.size).sum()),
        serving: whole.assets.as_ref().map(|assets| assets.serving.clone()),
        skew,
        elapsed: start.elapsed(),
    }
}
