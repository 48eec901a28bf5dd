//! Whether a worker is larger than the platform takes, and what of it weighs most.

use super::Whole;
use crate::deployment::document;
use crate::diagnostic::{Code, Diagnostic};
use crate::limit::{Unit, WORKER_SIZE};
use crate::project::{Project, display};

/// Packages that are named.
const HEAVIEST: usize = 8;

/// That the worker is too large. It is linked all the same, so that `analyze` can take it apart.
pub(super) fn too_large(whole: &Whole, project: &Project) -> Option<Diagnostic> {
    let bundle = &whole.linked.as_ref()?.bundle;
    let beside: usize = bundle.additional.iter().map(|module| module.content.len()).sum();
    let size = (bundle.main.len() + beside) as u64;
    let excess = WORKER_SIZE.judge(size, project.plan)?;
    let packages = whole.read.in_worker();
    let installed: u64 = packages.iter().map(|package| package.size).sum();
    let mut parts: Vec<(String, u64)> = packages
        .iter()
        .map(|package| (document::spoken(&package.name, package.version.as_deref()), package.size))
        .chain([("the project's own code".to_owned(), size - installed)])
        .collect();
    parts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let line = |(name, bytes): &(String, u64)| format!("{name}: {bytes} bytes, {} %", bytes * 100 / size);
    let place = project.main.as_ref().or(project.functions.as_ref());
    let place = place.map_or_else(|| ".".to_owned(), |place| display(&project.root, place));
    Some(
        excess
            .diagnostic(Code::WorkerLimit, &format!("the worker has {}", Unit::Bytes.shown(size)))
            .file(place)
            .noting("weighs", parts.iter().take(HEAVIEST).map(line).collect())
            .help("`pagesbuild analyze` shows every module; move data into static files, a bucket or a database, or `--minify`"),
    )
}
