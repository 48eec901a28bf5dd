//! What a build is made of, for those who ask.

use std::fs;
use std::path::Path;

use crate::analyze::{self, Copied, Output};
use crate::asset::AssetFile;
use crate::deployment::Deployment;
use crate::error::Error;
use crate::project::{self, Project};

use super::bundle::Linked;

/// The metafile of a deployment that is written to `outdir`: its worker and its static files.
pub(super) fn metafile(
    project: &Project,
    outdir: &Path,
    linked: Option<&Linked>,
    assets: &[AssetFile],
    deployment: &Deployment,
) -> String {
    let shown = |path: &str| project::display(&project.root, &outdir.join(path));
    let code = deployment.document.code.as_ref();
    let main = code.and_then(|code| {
        let main = code.modules.iter().find(|module| module.file.path == code.main)?;
        Some(Output { path: shown(&code.main), size: main.file.size })
    });
    let map = code.and_then(|code| code.source_map.as_ref());
    let map = map.map(|map| Output { path: shown(&map.path), size: map.size });
    let manifest = deployment.document.assets.as_ref().map(|assets| &assets.files);
    let copied = assets.iter().filter_map(|file| {
        let size = manifest?.get(&format!("/{}", file.path))?.size;
        let to = Output { path: shown(&format!("assets/{}", file.path)), size };
        Some(Copied { from: project::display(&project.root, &file.file), to })
    });
    let additional = linked.iter().flat_map(|linked| &linked.bundle.additional).map(|module| {
        let to =
            Output { path: shown(&format!("worker/{}", module.name)), size: module.content.len() as u64 };
        Copied { from: module.path.clone(), to }
    });
    let copied = additional.chain(copied);
    let worker = linked.map(Linked::worker).zip(main.as_ref());
    analyze::metafile(worker, map.as_ref(), &copied.collect::<Vec<_>>())
}

/// Writes a file, and the directories that it needs.
pub(super) fn write(file: &Path, text: &str) -> Result<(), Error> {
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        fs::create_dir_all(parent).map_err(|error| Error::io("create", parent, error))?;
    }
    fs::write(file, text).map_err(|error| Error::io("write", file, error))
}
