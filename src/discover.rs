//! What files the project consists of. Looks at names and kinds only; reads no content but `.assetsignore`,
//! and files that have the name of a key.
//!
//! In goes the project and the output directory, which is never an input; out comes every list sorted, so that
//! nothing after this stage depends on the order of a directory on disk.

use std::fs;
use std::path::{Path, PathBuf};

use crate::asset::AssetFile;
use crate::diagnostic::{Diagnostics, Source};
use crate::error::Error;
use crate::limit::ASSETS;
use crate::project::{Bundling, ModuleType, Project};

mod additional;
mod advanced;
mod assets;
mod credentials;
mod names;
mod walk;

pub use additional::{Searched, additional_modules};

use walk::{Kind, Place};

/// Extensions of the files that may hold handlers or classes.
const CODE_EXTENSIONS: [&str; 5] = ["js", "mjs", "ts", "tsx", "jsx"];

/// The project's files, each list sorted by path.
#[derive(Clone, Debug, Default)]
pub struct SourceTree {
    /// Below `functions/`: files that may hold handlers, relative to that directory, `/`-separated.
    pub functions: Vec<String>,
    /// Below `durable_objects/`, likewise.
    pub durable_objects: Vec<String>,
    /// Below the directory that is searched for them: files that are modules whether or not anything imports them.
    pub modules: Vec<ModuleFile>,
    /// The static files to publish.
    pub assets: Vec<AssetFile>,
    /// `_headers` and `_redirects` of the asset directory: rules for the platform, not published themselves.
    pub asset_rules: Vec<AssetFile>,
    /// `.assetsignore` of the asset directory.
    pub asset_ignores: Option<Source>,
    /// `_routes.json` of the asset directory.
    pub routes_json: Option<AssetFile>,
    /// The worker of Pages' advanced mode, which stands among the assets.
    pub advanced: Option<AdvancedWorker>,
}

impl SourceTree {
    /// How the project's code is compiled and linked, as its files have it.
    pub fn bundling(&self, project: &Project) -> Bundling {
        match self.advanced.as_ref().and_then(|worker| worker.directory.as_deref()) {
            Some(directory) => project.bundling.of_directory(directory),
            None => project.bundling.clone(),
        }
    }
}

/// `_worker.js` of the asset directory, a worker of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdvancedWorker {
    /// The module that the worker starts from.
    pub main: PathBuf,
    /// Where `_worker.js` is a directory: that directory.
    pub directory: Option<PathBuf>,
}

/// A file that is a module of the worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleFile {
    /// Relative to the directory that was searched, `/`-separated: the module's name.
    pub name: String,
    /// What the runtime takes it for.
    pub kind: ModuleType,
    /// Where it is.
    pub file: PathBuf,
}

/// Finds the project's files. `outdir` is left out wherever it stands.
///
/// # Errors
///
/// A directory that cannot be read.
pub fn discover(
    project: &Project,
    outdir: &Path,
    diagnostics: &mut Diagnostics,
) -> Result<SourceTree, Error> {
    let mut tree = SourceTree::default();
    if let Some(directory) = &project.durable_objects {
        tree.durable_objects = code_files(project, directory, outdir, diagnostics)?;
    }
    if let Some(settings) = &project.assets {
        assets::find(project, settings, outdir, &mut tree, diagnostics)?;
    }
    if let Some(directory) = &project.functions {
        let functions = code_files(project, directory, outdir, diagnostics)?;
        if tree.advanced.is_none() {
            tree.functions = functions;
        } else if !functions.is_empty() {
            diagnostics.push(advanced::functions_ignored(project, directory));
        }
    }
    let config = project.config.as_ref().map(|config| config.path.as_path());
    let advanced = tree.advanced.as_ref().map(|worker| worker.main.as_path());
    let main = project.main.as_deref().or(advanced);
    let searched = Searched {
        bundling: &tree.bundling(project),
        root: &project.root,
        directory: main.and_then(Path::parent).or(project.functions.as_deref()),
    };
    let other: Vec<&Path> = config.into_iter().chain(main).chain([outdir]).collect();
    tree.modules = additional_modules(&searched, &other, diagnostics)?;
    Ok(tree)
}

/// The files of a directory that a plugin publishes, sorted. What is never published is left out.
///
/// # Errors
///
/// A directory that cannot be read.
pub fn plugin_files(
    root: &Path,
    directory: &Path,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<AssetFile>, Error> {
    let place = Place { directory, root, limit: ASSETS.most() };
    let found = walk::walk(&place, diagnostics, &mut |found, _| {
        let name = found.name();
        !matches!(name, ".git" | ".wrangler" | ".DS_Store" | "node_modules")
            && !assets::is_output_state(name)
            && !assets::is_secret(name)
    })?;
    Ok(found.into_iter().map(|found| AssetFile { path: found.path, file: found.file }).collect())
}

/// Like wrangler, takes every file with one of the extensions at any depth. Unlike wrangler, follows links
/// (a linked `_middleware.js` must not be passed over in silence), and leaves out declarations and installed
/// packages, whose files are no routes.
fn code_files(
    project: &Project,
    directory: &Path,
    outdir: &Path,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<String>, Error> {
    let place = Place { directory, root: &project.root, limit: ASSETS.most() };
    let output = fs::canonicalize(outdir).unwrap_or_else(|_| outdir.to_path_buf());
    let found = walk::walk(&place, diagnostics, &mut |found, _| match found.kind {
        Kind::Directory => {
            let is_state = matches!(found.name(), "node_modules" | ".git" | ".wrangler");
            !is_state && !assets::is_output_state(found.name()) && found.real != output
        }
        Kind::File => is_code(found.name()),
        Kind::Special => false,
        Kind::Broken | Kind::Cycle | Kind::Denied | Kind::Outside => found.name() != "node_modules",
    })?;
    Ok(found.into_iter().map(|found| found.path).collect())
}

fn is_code(name: &str) -> bool {
    let known = |extension: &&str| {
        name.strip_suffix(extension).is_some_and(|stem| stem.len() > 1 && stem.ends_with('.'))
    };
    CODE_EXTENSIONS.iter().any(known) && !name.ends_with(".d.ts")
}
