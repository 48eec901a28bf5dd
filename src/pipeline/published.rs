//! Static files that plugins bring: published below a path of their own, and served where the plugin is mounted.

use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::asset::{self, AssetFile, HashCache};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::discover;
use crate::error::Error;
use crate::graph::Publisher;
use crate::hash;
use crate::progress::Progress;
use crate::project::{Project, display};
use crate::router;

/// Below what path of the assets, as under wrangler.
const PLACE: &str = "cdn-cgi/pages-plugins";

/// The directories that a worker's code names.
pub(super) struct Published {
    root: PathBuf,
    assets_binding: String,
    found: Mutex<(Vec<AssetFile>, Diagnostics)>,
}

impl Published {
    /// For a project with static files, which those of plugins join.
    pub(super) fn of(project: &Project) -> Option<Self> {
        let assets_binding = project.assets.as_ref()?.binding.clone();
        Some(Self { root: project.root.clone(), assets_binding, found: Mutex::default() })
    }

    /// The files with their places among the assets, sorted.
    pub(super) fn take(&self, diagnostics: &mut Diagnostics) -> Vec<AssetFile> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut files, problems) = mem::take(&mut *found);
        diagnostics.extend(problems.into_sorted());
        files.sort_by(|one, other| (&one.path, &one.file).cmp(&(&other.path, &other.file)));
        files.dedup_by(|one, other| one.path == other.path);
        files
    }
}

impl Publisher for Published {
    /// The directory's place is named by what is in it, so that a build gives the same names on every machine, and the
    /// same files are published once.
    fn publish(&self, directory: &Path) -> Result<String, Vec<Diagnostic>> {
        let failed = |error: Error| {
            let problem = Diagnostic::error(Code::UnreadableFile, error.to_string());
            vec![problem.file(display(&self.root, directory))]
        };
        let mut diagnostics = Diagnostics::default();
        let files = discover::plugin_files(&self.root, directory, &mut diagnostics).map_err(failed)?;
        let fingerprints =
            asset::fingerprint(&files, HashCache::none(), &Progress::default(), &mut diagnostics)
                .map_err(failed)?;
        let listed: String =
            fingerprints.manifest.iter().map(|(path, asset)| format!("{} {path}\n", asset.hash)).collect();
        let place = format!("{PLACE}/{}", hash::blake3_short(listed.as_bytes()));
        let below = |file: AssetFile| AssetFile { path: format!("{place}/{}", file.path), ..file };
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.0.extend(files.into_iter().map(below));
        found.1.extend(diagnostics.into_sorted());
        Ok(router::static_files(&self.assets_binding, &format!("/{place}")))
    }
}
