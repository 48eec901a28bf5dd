//! `pagesbuild types`: the declarations as they come out, what TypeScript's compiler makes of them, and what
//! `wrangler types` declares of the same projects.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::fixture::{all, name, pagesbuild, snapshot, stderr, stdout};
use crate::npm;

mod compared;
mod files;
mod hostile;
mod params;

/// The name that the file has unless it is told another one.
const FILE: &str = "worker-configuration.d.ts";

/// Copies of projects beside each other, with the packages of the tests above them.
struct Copies {
    directory: TempDir,
    projects: Vec<PathBuf>,
}

impl Copies {
    fn of(projects: impl IntoIterator<Item = PathBuf>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let copy = |project: PathBuf| {
            let to = directory.path().join(name(&project));
            for entry in walkdir::WalkDir::new(&project) {
                let entry = entry.unwrap();
                let target = to.join(entry.path().strip_prefix(&project).unwrap());
                if entry.file_type().is_dir() {
                    fs::create_dir_all(target).unwrap();
                } else {
                    fs::copy(entry.path(), target).unwrap();
                }
            }
            to
        };
        let projects = projects.into_iter().map(copy).collect();
        Self { directory, projects }
    }

    /// Makes the packages of the tests those of the projects.
    fn with_packages(self) -> Self {
        let at = self.directory.path().join("node_modules");
        #[cfg(unix)]
        std::os::unix::fs::symlink(npm::modules(), at).unwrap();
        #[cfg(windows)]
        std::os::windows::fs::symlink_dir(npm::modules(), at).unwrap();
        self
    }
}

/// Runs a script of `tests/npm/types` on a value, and gives the value that it makes of that.
fn script(script: &str, input: &Value) -> Value {
    let directory = tempfile::tempdir().unwrap();
    let [from, to] = ["in.json", "out.json"].map(|name| directory.path().join(name));
    fs::write(&from, input.to_string()).unwrap();
    npm::stdout(npm::command(format!("types/{script}")).arg(&from).arg(&to).current_dir(directory.path()));
    serde_json::from_str(&fs::read_to_string(to).unwrap()).unwrap()
}

/// The declarations of a project on standard output.
fn shown(project: &Path, more: &[&str]) -> String {
    let output = pagesbuild(project, ["types", "--quiet", "--outfile", "-"].iter().chain(more));
    assert!(output.status.success(), "{}: {}", project.display(), stderr(&output));
    stdout(&output)
}

#[test]
fn whole_files() {
    for project in all("types") {
        snapshot(&format!("types-{}", name(&project)), &shown(&project, &[]));
    }
    let pages = &all("types")[0];
    let options = ["--env", "staging", "--env-interface", "Bindings", "--strict-vars", "false"];
    snapshot("types-pages-options", &shown(pages, &options));
}

/// The projects under `fixtures/types` say what has to hold and what must not, in files that are compiled with them.
#[test]
fn the_compiler_accepts_them() {
    let copies = Copies::of(all("types").into_iter().chain(all("projects"))).with_packages();
    for project in &copies.projects {
        let output = pagesbuild(project, ["types"]);
        assert!(output.status.success(), "{}: {}", project.display(), stderr(&output));
        assert!(!stderr(&output).contains("workers-types"), "they are installed: {}", stderr(&output));
    }
    let directories: Vec<&str> = copies.projects.iter().map(|project| project.to_str().unwrap()).collect();
    let said = script("check.mjs", &directories.into());
    for (project, said) in copies.projects.iter().zip(said.as_array().unwrap()) {
        assert_eq!(*said, Value::Array(Vec::new()), "{}", project.display());
    }
}
