//! Files below one directory that the configuration's rules make modules, whether or not anything imports them.

use std::fs;
use std::path::{Path, PathBuf};

use super::ModuleFile;
use super::assets::{is_deployment, is_output_state, is_secret};
use super::walk::{self, Kind, Place};
use crate::diagnostic::Diagnostics;
use crate::error::Error;
use crate::limit::ASSETS;
use crate::project::Bundling;

/// What is searched for modules.
#[derive(Clone, Copy)]
pub struct Searched<'a> {
    /// Whether and where to search, and the rules.
    pub bundling: &'a Bundling,
    /// The project's directory.
    pub root: &'a Path,
    /// The directory that is searched unless the configuration names one.
    pub directory: Option<&'a Path>,
}

/// Finds the modules, sorted by name. `other` are paths that are left out: the main module, the configuration, the
/// output.
///
/// Like wrangler, also looks into installed packages. Unlike wrangler, takes nothing that holds secrets and nothing
/// that a build wrote.
///
/// # Errors
///
/// A directory that cannot be read.
pub fn additional_modules(
    searched: &Searched<'_>,
    other: &[&Path],
    diagnostics: &mut Diagnostics,
) -> Result<Vec<ModuleFile>, Error> {
    let Some(directory) = searched.bundling.searched(searched.directory) else { return Ok(Vec::new()) };
    let rules = &searched.bundling.rules;
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let left_out: Vec<PathBuf> = other.iter().copied().map(real).collect();
    let place = Place { directory, root: searched.root, limit: ASSETS.most() };
    let found = walk::walk(&place, diagnostics, &mut |found, _| {
        if left_out.contains(&found.real) || is_secret(found.name()) {
            return false;
        }
        match found.kind {
            Kind::Directory => {
                !matches!(found.name(), ".git" | ".wrangler")
                    && !is_output_state(found.name())
                    && !is_deployment(&found.file)
            }
            _ => rules.of_path(&found.path).is_some(),
        }
    })?;
    let module = |found: walk::Found| {
        Some(ModuleFile { kind: rules.of_path(&found.path)?, name: found.path, file: found.file })
    };
    Ok(found.into_iter().filter_map(module).collect())
}
