//! The load stage: what is found, understood, assumed and said about configuration files.

use std::fs;
use std::path::Path;

use pagesbuild::diagnostic::{Diagnostic, Diagnostics};
use pagesbuild::project::{Options, Project, load};
use tempfile::TempDir;

mod edit;
mod environments;
mod layout;
mod messages;
mod robust;
mod schema;
mod wrangler;

/// A directory with these files; a path that ends in `/` is a directory.
fn project(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if path.to_string_lossy().ends_with('/') {
            fs::create_dir_all(path).unwrap();
        } else {
            fs::write(path, text).unwrap();
        }
    }
    directory
}

fn options(directory: &Path) -> Options {
    Options { directory: directory.to_path_buf(), ..Options::default() }
}

/// Loads and returns what was said, as `severity code: message`.
fn load_with(options: &Options) -> (Option<Project>, Vec<String>) {
    let (project, diagnostics) = load_whole(options);
    let one = |diagnostic: &Diagnostic| {
        format!("{} {}: {}", diagnostic.severity.as_str(), diagnostic.code.as_str(), diagnostic.message)
    };
    (project, diagnostics.iter().map(one).collect())
}

fn load_whole(options: &Options) -> (Option<Project>, Vec<Diagnostic>) {
    let mut diagnostics = Diagnostics::default();
    let project = load(options, &mut diagnostics).unwrap();
    (project, diagnostics.into_sorted())
}

/// A worker with this `wrangler.toml`, in an environment, without any complaint.
fn clean(toml: &str, environment: Option<&str>) -> Project {
    let directory = project(&[("wrangler.toml", toml), ("index.js", ""), ("public/index.html", "")]);
    let mut options = options(directory.path());
    options.environment = environment.map(str::to_owned);
    let (project, said) = load_with(&options);
    assert_eq!(said, Vec::<String>::new());
    project.unwrap()
}
