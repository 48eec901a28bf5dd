//! Pages that were opened before a deployment and ask for the files of theirs after it.
//!
//! A page that is open names the hashed files of its own version. Where the next version drops them, what it loads later is
//! missing. Files of earlier versions can be published along; files whose names do not tell their content cannot, since
//! theirs is the new content.

use std::collections::BTreeMap;

use crate::asset::{self, AssetManifest, limits::MAX_ASSETS};
use crate::deployment::document::{Carried, Document};
use crate::deployment::{CarriedFile, Deployment};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::error::Error;
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
    let mut history = Earlier { store: &store, history };
    let previous = match history.next() {
        Some(Ok(previous)) => previous,
        // Without files to carry along, what a damaged version had is no reason to stop.
        Some(Err(error)) if keep > 0 => return Err(error),
        _ => return Ok(Default::default()),
    };
    let left = hashed(&previous.document, true).filter(|path| !manifest.contains_key(*path));
    let left: Vec<String> = left.map(str::to_owned).collect();
    let id = previous.document.id.clone();
    let carried = carried(manifest, keep, [Ok(previous)].into_iter().chain(history))?;
    let dropped = left.into_iter().filter(|path| !carried.contains_key(path)).collect();
    if manifest.len() + carried.len() > MAX_ASSETS {
        diagnostics.push(too_many(carried.len()));
    }
    let skew = Skew { previous: Some(id), dropped, carried: carried.keys().cloned().collect() };
    Ok((carried.into_values().collect(), skew))
}

/// The versions before, the latest first. One that was removed from the store since is passed over.
struct Earlier<'a> {
    store: &'a Store,
    history: Vec<String>,
}

impl Iterator for Earlier<'_> {
    type Item = Result<Deployment, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let id = self.history.pop()?;
            match self.store.version(&id) {
                Err(_) if !self.store.has(&id) => {}
                found => return Some(found),
            }
        }
    }
}

/// The hashed files of the last `keep` sites that the manifest lacks. A site counts once, however often its code or its
/// bindings changed, and the one of the manifest does not: building again what is there carries the same files.
fn carried(
    manifest: &AssetManifest,
    keep: usize,
    earlier: impl Iterator<Item = Result<Deployment, Error>>,
) -> Result<BTreeMap<String, CarriedFile>, Error> {
    let mut carried = BTreeMap::new();
    let mut sites: Vec<AssetManifest> = Vec::new();
    for version in earlier {
        if sites.len() == keep {
            break;
        }
        let version = version?;
        let Some(assets) = &version.document.assets else { continue };
        if assets.files == *manifest || sites.contains(&assets.files) {
            continue;
        }
        let lacking = hashed(&version.document, false).filter(|path| !manifest.contains_key(*path));
        for file in lacking.filter_map(|path| carry(&version, path)) {
            // The latest version of a path is the one that open pages ask for.
            carried.entry(file.path.clone()).or_insert(file);
        }
        sites.push(assets.files.clone());
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

/// The paths of a version's hashed files; those that it carries along too, where wanted.
fn hashed(document: &Document, with_carried: bool) -> impl Iterator<Item = &str> {
    let own = document.assets.iter().flat_map(|assets| assets.files.keys());
    let carried = document.carried.keys().filter(move |_| with_carried);
    // A page is a document, which nobody asks for but who wants the new one.
    let is_part = |path: &&str| asset::is_hashed(path) && !path.ends_with(".html");
    own.chain(carried).map(String::as_str).filter(is_part)
}

fn too_many(carried: usize) -> Diagnostic {
    let message = format!(
        "with {carried} files of earlier versions there are more than {MAX_ASSETS} assets, the most that any plan takes"
    );
    Diagnostic::error(Code::AssetLimit, message)
        .file(".")
        .help("carry fewer versions along with `--keep-assets`")
}
