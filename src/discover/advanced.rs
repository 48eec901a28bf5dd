//! Pages' advanced mode: a `_worker.js` among the assets is the worker, and all of it.
//!
//! In goes the entry of the asset directory, out comes the module that the worker starts from.

use std::path::Path;

use super::AdvancedWorker;
use crate::asset::AssetFile;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::project::{AssetSettings, Project, display};

/// The worker that stands in the asset directory. Only Pages has this mode: wrangler refuses such a directory as
/// the assets of a Worker.
pub(super) fn worker(
    project: &Project,
    settings: &AssetSettings,
    file: &AssetFile,
    diagnostics: &mut Diagnostics,
) -> Option<AdvancedWorker> {
    let shown = display(&project.root, &file.file);
    let directory = file.file.is_dir().then(|| file.file.clone());
    let main = directory.as_ref().map_or_else(|| file.file.clone(), |directory| directory.join("index.js"));
    if !settings.pages {
        let message =
            "a `_worker.js` among the assets is the worker on Pages only, and this is no Pages project";
        diagnostics.push(Diagnostic::error(Code::AdvancedMode, message).file(shown).help(format!(
            "name it as the worker's main module with `main = \"{}\"`, or write `pages_build_output_dir` in place of \
             `assets.directory`",
            display(&project.root, &main)
        )));
        return None;
    }
    if !main.is_file() {
        let message = "the directory `_worker.js` has no `index.js`, from which the worker would start";
        diagnostics.push(
            Diagnostic::error(Code::AdvancedMode, message)
                .file(shown)
                .help("run the build that writes it, or remove the directory"),
        );
        return None;
    }
    Some(AdvancedWorker { main, directory })
}

/// That the functions do not run, which nothing else would tell.
pub(super) fn functions_ignored(project: &Project, directory: &Path) -> Diagnostic {
    Diagnostic::warning(
        Code::AdvancedMode,
        "no function runs: a `_worker.js` among the assets answers all requests, as on Pages",
    )
    .file(display(&project.root, directory))
    .help("keep one of the two, or name the `_worker.js` as `main`, which answers what no function does")
}
