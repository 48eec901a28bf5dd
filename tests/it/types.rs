//! `pagesbuild types`: the declarations as they come out, what TypeScript's compiler makes of them, and what
//! `wrangler types` declares of the same projects.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pagesbuild::diagnostic::Diagnostics;
use pagesbuild::project::{Options, load_declared};
use serde_json::Value;
use tempfile::TempDir;

use crate::fixture::{all, name, pagesbuild, root, snapshot, stderr, stdout};
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

/// A kind that the configuration learns needs a type here.
#[test]
fn every_kind_has_a_type() {
    let table = fs::read_to_string(root().join("src/config/schema/kinds.rs")).unwrap();
    let kinds = table
        .lines()
        .filter(|line| line.contains(" Place::"))
        .map(|line| line.trim().trim_start_matches('"'));
    let kinds: BTreeSet<&str> = kinds.filter_map(|line| line.split_once('"')).map(|(kind, _)| kind).collect();
    assert!(kinds.len() > 30, "{kinds:?}");
    let mut bound = BTreeSet::new();
    for project in all("types") {
        let options = Options { directory: project.clone(), ..Options::default() };
        let projects = load_declared(&options, &mut Diagnostics::default()).unwrap().unwrap();
        bound.extend(projects.iter().flat_map(|project| project.bindings.iter().map(|binding| binding.kind)));
        assert!(!shown(&project, &[]).contains(": unknown"), "{}", project.display());
    }
    assert_eq!(
        kinds.difference(&bound).collect::<Vec<_>>(),
        [&"assets"],
        "`fixtures/types` has all kinds but those"
    );
}

#[test]
fn broken_projects_are_refused_or_declared() {
    for project in all("broken") {
        let output = pagesbuild(&project, ["types", "--outfile", "-"]);
        let said = format!("{}: {}", project.display(), stderr(&output));
        match output.status.code() {
            Some(0) => assert!(stdout(&output).starts_with("/* eslint-disable */\n"), "{said}"),
            Some(1) => assert_eq!(stdout(&output), "", "{said}"),
            _ => panic!("{said}"),
        }
    }
}

#[test]
fn the_place_of_the_project_does_not_show() {
    let projects = all("types").into_iter().chain(all("projects"));
    let copies = Copies::of(projects.clone());
    for (project, copy) in projects.zip(&copies.projects) {
        // A project without a name is called by its directory's, which is the same.
        assert_eq!(shown(&project, &[]), shown(copy, &[]), "{}", project.display());
    }
}

/// What the compiler says of projects.
fn said(projects: &[PathBuf]) -> Vec<(&PathBuf, Vec<String>)> {
    let directories: Vec<&str> = projects.iter().map(|project| project.to_str().unwrap()).collect();
    let said = script("check.mjs", &directories.into());
    projects.iter().zip(serde_json::from_value::<Vec<Vec<String>>>(said).unwrap()).collect()
}

fn compiled(projects: &[PathBuf]) {
    for (project, said) in said(projects) {
        assert_eq!(said, Vec::<String>::new(), "{}", project.display());
    }
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
    compiled(&copies.projects);
}

/// JavaScript has no types then.
#[test]
fn the_compiler_accepts_them_without_javascript() {
    let copies = Copies::of(all("types").into_iter().chain(all("projects"))).with_packages();
    let alone = serde_json::json!({
        "compilerOptions": {
            "lib": ["es2024"],
            "module": "esnext",
            "moduleResolution": "bundler",
            "noEmit": true,
            "strict": true,
            "target": "es2024",
            "types": ["@cloudflare/workers-types"],
        },
        "files": [FILE],
    });
    let mut projects = copies.projects.clone();
    projects.retain(|project| {
        let output = pagesbuild(project, ["types"]);
        assert!(output.status.success(), "{}: {}", project.display(), stderr(&output));
        fs::write(project.join("tsconfig.json"), alone.to_string()).unwrap();
        fs::read_to_string(project.join(FILE)).unwrap().contains("@ts-ignore")
    });
    assert!(projects.len() > 3, "{projects:?}");
    for (project, mut said) in said(&projects) {
        said.retain(|said| said.starts_with(FILE));
        assert_eq!(said, Vec::<String>::new(), "{}", project.display());
    }
}

#[test]
fn the_runtime_types_of_wrangler_do_as_well() {
    let copies = Copies::of(all("types")).with_packages();
    for project in &copies.projects {
        let mut wrangler = npm::command("node_modules/wrangler/bin/wrangler.js");
        let runtime = ["types", "--include-env=false", "runtime.d.ts"];
        npm::stdout(wrangler.args(runtime).current_dir(project));
        let output = pagesbuild(project, ["types"]);
        assert!(output.status.success(), "{}: {}", project.display(), stderr(&output));
        let config = fs::read_to_string(project.join("tsconfig.json")).unwrap();
        let without = config.replace("\"@cloudflare/workers-types\"", "");
        assert_ne!(config, without);
        fs::write(project.join("tsconfig.json"), without).unwrap();
    }
    compiled(&copies.projects);
}
