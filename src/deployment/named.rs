//! A description in, the files that it names out, where these are such as a build would write.
//!
//! Invariant: no name that comes out leads out of the directory that it is relative to.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use super::content::{Content, Expected, OutputFile};
use super::document::{Code, Document, Module, ModuleType};
use super::finding::Finding;
use super::{BUILD_FACTS, DOCUMENT, Deployment, WORKER, WRANGLER};

/// Bytes: more than the description of the largest deployment that the platform takes.
pub(super) const MAX_DOCUMENT: u64 = 64 * 1024 * 1024;
/// Bytes of all files: more than there are, and few enough for every program to add up.
const MAX_TOTAL: u64 = 1 << 53;
/// Bytes: more than the facts of any build.
pub(super) const MAX_FACTS: u64 = 64 * 1024 * 1024;

impl Deployment {
    /// A deployment whose files are kept by their hashes, `place` telling where.
    ///
    /// # Errors
    ///
    /// The first thing that no build would have written.
    pub fn stored(
        document: Document,
        facts: Option<String>,
        place: impl Fn(&Expected) -> Content,
    ) -> Result<Self, Finding> {
        let mut findings = Vec::new();
        let named = named(&document, &mut findings);
        if let Some(finding) = findings.into_iter().next() {
            return Err(finding);
        }
        let text = OutputFile::of(DOCUMENT, document.to_text().into_bytes());
        let file = |(path, expected)| OutputFile { path, content: place(&expected), expected };
        let mut files: Vec<OutputFile> = named.into_iter().map(file).chain([text]).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { document, files, facts })
    }
}

/// The files that a description names. What no build would have written goes to `findings`.
pub(super) fn named(document: &Document, findings: &mut Vec<Finding>) -> BTreeMap<String, Expected> {
    let mut named = BTreeMap::new();
    let mut total = 0_u64;
    for (path, expected) in document.files() {
        total = total.saturating_add(expected.size);
        if !is_safe(&path) || !is_in_place(document, &path) || total > MAX_TOTAL {
            findings.push(Finding::Unsafe(path));
        } else if named.insert(path.clone(), expected).is_some() {
            findings.push(Finding::Twice(path));
        }
    }
    if let Some(code) = document.code.as_ref().filter(|code| !has_main(code)) {
        findings.push(Finding::Unsafe(code.main.clone()));
    }
    named
}

/// Whether it is one of the two files that no description names.
pub(super) fn is_beside(path: &str) -> bool {
    path == DOCUMENT || path == BUILD_FACTS
}

/// Whether a directory, written with a slash at its end, is on the way to a file. `assets/` may be empty.
pub(super) fn leads_to_a_file(named: &BTreeMap<String, Expected>, directory: &str) -> bool {
    let first = named.range(directory.to_owned()..).next();
    directory == "assets/" || first.is_some_and(|(path, _)| path.starts_with(directory))
}

/// Whether the path stays inside of the directory on every operating system that may read it.
fn is_safe(path: &str) -> bool {
    let plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains('\0');
    path.split('/').all(plain)
        && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

/// Whether the path is one that a build gives to a file of its kind.
fn is_in_place(document: &Document, path: &str) -> bool {
    let is_rule = |name: &str| matches!(name, "_headers" | "_redirects");
    let (is_asset, is_listed_rule) = match (&document.assets, path.strip_prefix("assets/")) {
        (Some(assets), Some(name)) => {
            let path = format!("/{name}");
            let is_asset = assets.files.contains_key(&path) || document.carried.contains_key(&path);
            (is_asset, assets.rules.contains_key(name))
        }
        _ => (false, false),
    };
    path == WRANGLER
        || is_listed_rule && path.strip_prefix("assets/").is_some_and(is_rule)
        || is_asset && path != "assets/.assetsignore" && !path.strip_prefix("assets/").is_some_and(is_rule)
        || path.starts_with(WORKER)
}

/// Whether the main module is one of the modules and stands above the others.
fn has_main(code: &Code) -> bool {
    let is_main = |module: &Module| module.kind == ModuleType::Esm && module.file.path == code.main;
    let map = code.source_map.as_ref().map(|map| map.path.as_str());
    code.main.strip_prefix(WORKER).is_some_and(|name| !name.contains('/'))
        && code.modules.iter().any(is_main)
        && map.is_none_or(|map| map.strip_suffix(".map") == Some(&code.main))
}
