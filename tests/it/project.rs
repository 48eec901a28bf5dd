//! Projects made in a temporary directory, for the stages that take a [`Project`].

use std::fs;
use std::path::{Path, PathBuf};

use pagesbuild::diagnostic::{Diagnostic, Diagnostics};
use pagesbuild::project::{AssetSettings, Bundling, Project};

/// Writes files, making the directories that they need.
pub(crate) fn write(root: &Path, files: &[(&str, &[u8])]) {
    for (path, content) in files {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }
}

/// A project at `root` with what is there by convention: `public/`, `functions/` and `durable_objects/`.
pub(crate) fn at(root: &Path) -> Project {
    let directory = |name: &str| Some(root.join(name)).filter(|path| path.is_dir());
    Project {
        root: root.to_path_buf(),
        config: None,
        name: "odd".to_owned(),
        environment: None,
        compatibility_date: "2026-01-01".to_owned(),
        compatibility_flags: Vec::new(),
        main: None,
        functions: directory("functions"),
        durable_objects: directory("durable_objects"),
        assets: directory("public").map(assets),
        bindings: Vec::new(),
        bundling: Bundling::default(),
        settings: [].into(),
        plan: None,
        assumptions: Vec::new(),
    }
}

/// Settings that say nothing but where the assets are.
pub(crate) fn assets(directory: PathBuf) -> AssetSettings {
    AssetSettings {
        directory,
        binding: "ASSETS".to_owned(),
        pages: false,
        html_handling: None,
        not_found_handling: None,
        run_worker_first: None,
    }
}

/// What was said, one line each: severity, code, path, message.
pub(crate) fn said(diagnostics: Diagnostics) -> Vec<String> {
    let line = |diagnostic: &Diagnostic| {
        let (severity, code) = (diagnostic.severity.as_str(), diagnostic.code.as_str());
        format!("{severity} {code} {}: {}", diagnostic.primary_path(), diagnostic.message)
    };
    diagnostics.into_sorted().iter().map(line).collect()
}
