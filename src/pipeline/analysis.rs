//! What a deployment is made of, for those who ask.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::analyze::{self, Analysis, Copied, Output, Sizes};
use crate::asset::AssetFile;
use crate::cache;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::error::Error;
use crate::project::{self, Options};

use super::bundle::Linked;
use super::{Made, Whole, check_places, front, make, whole};

/// Where the page of an analysis goes.
#[derive(Clone, Copy, Debug)]
pub enum Placement<'a> {
    /// Nowhere: the analysis is all that is wanted.
    Nowhere,
    /// Where tools keep what can be made again, so that the project has no file more.
    Cache,
    /// To this file, relative to the current directory.
    File(&'a Path),
}

/// An analysis and where its page is, when it has one.
#[derive(Clone, Debug)]
pub struct Analyzed {
    /// What the deployment is made of.
    pub analysis: Analysis,
    /// The page.
    pub page: Option<PathBuf>,
}

/// Builds a project without writing the deployment, and takes apart what it would be. `None` where errors stopped it.
///
/// # Errors
///
/// What the environment does to us; see [`Error`].
pub fn analyze(
    options: &Options,
    placement: Placement<'_>,
) -> Result<(Option<Analyzed>, Vec<Diagnostic>), Error> {
    let mut diagnostics = Diagnostics::default();
    let beside = match placement {
        Placement::File(file) => Some(file),
        Placement::Nowhere | Placement::Cache => None,
    };
    let Some(front) = front(options, None, &mut diagnostics)? else {
        return Ok((None, diagnostics.into_sorted()));
    };
    check_places(&front, beside)?;
    let whole = whole(front, &mut diagnostics)?;
    let Some(made) = make(&whole, &whole.project, &[], Instant::now(), &mut diagnostics) else {
        return Ok((None, diagnostics.into_sorted()));
    };
    let analysis = analysis(&whole, &made)?;
    let page = match placement {
        Placement::Nowhere => None,
        Placement::Cache => Some(cache::directory(&made.project.root).join("analyze.html")),
        Placement::File(file) => Some(file.to_path_buf()),
    };
    if let Some(file) = &page {
        write(file, &analyze::page(&analysis))?;
    }
    Ok((Some(Analyzed { analysis, page }), diagnostics.into_sorted()))
}

fn analysis(whole: &Whole, made: &Made) -> Result<Analysis, Error> {
    let Made { project, deployment, facts } = made;
    let version = |directory: &str| whole.read.version(directory);
    let size = deployment.document.code.as_ref().map_or(0, |code| code.size);
    let sizes = Sizes { size, gzip: facts.gzip_size };
    let minified = project.bundling.minify;
    let worker = whole.linked.as_ref().map(Linked::worker);
    let assets = asset_files(whole);
    let manifest = deployment.document.assets.as_ref().map(|assets| &assets.files);
    Ok(Analysis {
        project: project.name.clone(),
        environment: project.environment.clone(),
        worker: worker.map(|worker| analyze::worker(worker, sizes, minified, &version)),
        assets: manifest.map(|manifest| analyze::assets(assets, manifest)).transpose()?,
    })
}

/// The metafile of a deployment: of its worker and its static files.
pub(super) fn metafile(whole: &Whole, made: &Made) -> String {
    let Made { project, deployment, .. } = made;
    let shown = |path: &str| project::display(&project.root, &whole.outdir.join(path));
    let code = deployment.document.code.as_ref();
    let main = code.and_then(|code| {
        let main = code.modules.iter().find(|module| module.file.path == code.main)?;
        Some(Output { path: shown(&code.main), size: main.file.size })
    });
    let map = code.and_then(|code| code.source_map.as_ref());
    let map = map.map(|map| Output { path: shown(&map.path), size: map.size });
    let manifest = deployment.document.assets.as_ref().map(|assets| &assets.files);
    let copied = asset_files(whole).iter().filter_map(|file| {
        let size = manifest?.get(&format!("/{}", file.path))?.size;
        let to = Output { path: shown(&format!("assets/{}", file.path)), size };
        Some(Copied { from: project::display(&project.root, &file.file), to })
    });
    let worker = whole.linked.as_ref().map(Linked::worker).zip(main.as_ref());
    analyze::metafile(worker, map.as_ref(), &copied.collect::<Vec<_>>())
}

fn asset_files(whole: &Whole) -> &[AssetFile] {
    whole.assets.as_ref().map_or(&[], |assets| &assets.files)
}

/// Writes a file, and the directories that it needs.
pub(super) fn write(file: &Path, text: &str) -> Result<(), Error> {
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        fs::create_dir_all(parent).map_err(|error| Error::io("create", parent, error))?;
    }
    fs::write(file, text).map_err(|error| Error::io("write", file, error))
}
