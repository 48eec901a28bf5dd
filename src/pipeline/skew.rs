//! Pages that were opened before a deployment and ask for the files of theirs after it.
//!
//! A page that is open names the hashed files of its own version. Where the next version drops them, what it loads later is
//! missing. Files of earlier versions can be published along; files whose names do not tell their content cannot, since
//! theirs is the new content.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asset::{self, AssetManifest};
use crate::deployment::document::Carried;
use crate::deployment::{CarriedFile, Deployment};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::error::Error;
use crate::limit::ASSETS;
use crate::project::Project;
use crate::store::Store;

/// What becomes of the hashed files of earlier versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skew {
    /// The version that the environment was given last, where that is another one.
    pub previous: Option<String>,
    /// Its hashed files that are published no more.
    pub dropped: Vec<String>,
    /// The hashed files of earlier versions that are.
    pub carried: Vec<String>,
}

/// Compares the manifest with the versions before, and takes from the last `keep` of them what it lacks.
pub(super) fn skew(
    project: &Project,
    manifest: &AssetManifest,
    keep: usize,
    diagnostics: &mut Diagnostics,
) -> Result<(Vec<CarriedFile>, Skew), Error> {
    let Some(store) = Store::open(&project.root)? else { return Ok(Default::default()) };
    let history = store.history(project.environment.as_deref())?;
    // One that was removed from the store since is passed over.
    let earlier: Vec<&String> = history.iter().rev().filter(|id| store.has(id)).collect();
    let Some(previous) = earlier.first() else { return Ok(Default::default()) };
    let published = match store.published(previous) {
        Ok(published) => published,
        Err(error) if keep > 0 => return Err(error),
        // Without files to carry along, what a damaged version had is no reason to stop.
        Err(_) => return Ok(Default::default()),
    };
    let carried = carried(manifest, keep, earlier.iter().map(|id| store.version(id)))?;
    let is_gone =
        |path: &String| is_hashed_part(path) && !manifest.contains_key(path) && !carried.contains_key(path);
    let dropped = published.into_iter().filter(is_gone).collect();
    diagnostics.extend(too_many(project, manifest.len(), carried.len()));
    let skew =
        Skew { previous: Some((*previous).clone()), dropped, carried: carried.keys().cloned().collect() };
    Ok((carried.into_values().collect(), skew))
}

/// The hashed files of the last `keep` sites that the manifest lacks. A site counts once, however often its code or its
/// bindings changed, and the one of the manifest does not: building again what is there carries the same files.
fn carried(
    manifest: &AssetManifest,
    keep: usize,
    mut earlier: impl Iterator<Item = Result<Deployment, Error>>,
) -> Result<BTreeMap<String, CarriedFile>, Error> {
    let mut carried = BTreeMap::new();
    let mut sites: Vec<Arc<AssetManifest>> = Vec::new();
    while sites.len() < keep {
        let Some(version) = earlier.next().transpose()? else { break };
        let Some(assets) = &version.document.assets else { continue };
        if *assets.files == *manifest || sites.contains(&assets.files) {
            continue;
        }
        let lacking =
            assets.files.keys().filter(|path| is_hashed_part(path) && !manifest.contains_key(*path));
        for file in lacking.filter_map(|path| carry(&version, path)) {
            // The latest version of a path is the one that open pages ask for.
            carried.entry(file.path.clone()).or_insert(file);
        }
        sites.push(Arc::clone(&assets.files));
    }
    Ok(carried)
}

fn carry(version: &Deployment, path: &str) -> Option<CarriedFile> {
    let asset = version.document.assets.as_ref()?.files.get(path)?;
    let place = format!("assets{path}");
    let at = version.files.binary_search_by(|file| file.path.cmp(&place)).ok()?;
    let entry = Carried {
        hash: asset.hash.clone(),
        size: asset.size,
        content_type: asset.content_type.clone(),
        from: version.document.id.clone(),
    };
    Some(CarriedFile { path: path.to_owned(), entry, content: version.files[at].content.clone() })
}

/// Whether a file has a hash in its name and is a part of pages. A page is a document, which nobody asks for but who wants
/// the new one.
fn is_hashed_part(path: &str) -> bool {
    asset::is_hashed(path) && !path.ends_with(".html")
}

fn too_many(project: &Project, own: usize, carried: usize) -> Option<Diagnostic> {
    let excess = ASSETS.judge((own + carried) as u64, project.plan).filter(|_| carried > 0)?;
    let what = format!("with {carried} files of earlier versions there are {} static files", own + carried);
    let help = "carry fewer versions along with `--keep-assets`";
    Some(excess.diagnostic(Code::AssetLimit, &what).file(".").help(help))
}
