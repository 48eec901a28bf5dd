//! Static files that plugins bring: published below a path of their own, and served where the plugin is mounted.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::asset::{self, AssetFile};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::discover;
use crate::hash;
use crate::project::{AssetSettings, Project, display};
use crate::router;

/// Below what path of the assets, as under wrangler. Requests for paths that start with `/cdn-cgi` do not reach a
/// worker from outside.
const PLACE: &str = "cdn-cgi/pages-plugins";

/// The directories that a worker's code names.
#[derive(Default)]
pub(super) struct Published {
    found: Mutex<(Vec<AssetFile>, Diagnostics)>,
}

impl Published {
    /// Takes a directory in, and gives the text of the module that serves it. The directory's place is named by what is
    /// in it, so that a build gives the same names on every machine, and the same files are published once.
    pub(super) fn add(
        &self,
        project: &Project,
        settings: &AssetSettings,
        directory: &Path,
    ) -> Result<String, Vec<Diagnostic>> {
        let failed = |error: crate::error::Error| {
            let problem = Diagnostic::error(Code::UnreadableFile, error.to_string());
            vec![problem.file(display(&project.root, directory))]
        };
        let mut diagnostics = Diagnostics::default();
        let files = discover::plugin_files(project, directory, &mut diagnostics).map_err(failed)?;
        let manifest = asset::fingerprint(&files, &mut diagnostics).map_err(failed)?;
        let listed: Vec<String> =
            manifest.iter().map(|(path, asset)| format!("{} {path}\n", asset.hash)).collect();
        let place = format!("{PLACE}/{}", hash::blake3_short(listed.concat().as_bytes()));
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let below = |file: AssetFile| AssetFile { path: format!("{place}/{}", file.path), ..file };
        found.0.extend(files.into_iter().map(below));
        found.1.extend(diagnostics.into_sorted());
        Ok(router::static_files(&settings.binding, &format!("/{place}")))
    }

    /// The files with their places among the assets, sorted.
    pub(super) fn into_files(self, diagnostics: &mut Diagnostics) -> Vec<AssetFile> {
        let (mut files, problems) = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        diagnostics.extend(problems.into_sorted());
        files.sort_by(|one, other| (&one.path, &one.file).cmp(&(&other.path, &other.file)));
        files.dedup_by(|one, other| one.path == other.path);
        files
    }
}
