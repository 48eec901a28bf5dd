//! Pages plugins: made by us and by wrangler, mounted by us and by wrangler, asked the same on a real workerd.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::{fixture, npm};

/// Who builds something.
#[derive(Clone, Copy)]
enum Builder {
    Pagesbuild,
    Wrangler,
}

fn copy(from: &Path, to: &Path) {
    for path in fixture::files(from) {
        let target = to.join(&path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(from.join(path), target).unwrap();
    }
}

impl Builder {
    /// The plugin as its package would be published, without its sources.
    fn plugin(self, home: &Path) -> PathBuf {
        let package = home.join("greeter");
        copy(&fixture::root().join("fixtures/plugins/greeter"), &package);
        match self {
            Self::Pagesbuild => {
                let output = fixture::pagesbuild(&package, ["build", "--plugin"]);
                assert!(output.status.success(), "{}", fixture::stderr(&output));
            }
            Self::Wrangler => {
                let mut wrangler = npm::command("node_modules/wrangler/bin/wrangler.js");
                wrangler.args(["pages", "functions", "build", "--plugin", "--outdir", "dist"]);
                npm::stdout(wrangler.current_dir(&package));
            }
        }
        for directory in ["functions", "src"] {
            fs::remove_dir_all(package.join(directory)).unwrap();
        }
        package
    }

    /// The configuration of the worker that mounts it.
    fn host(self, package: &Path, home: &Path) -> PathBuf {
        let project = home.join("host");
        copy(&fixture::root().join("fixtures/plugins/host"), &project);
        copy(package, &project.join("node_modules/greeter"));
        self.build(&project, &home.join("out"))
    }

    fn build(self, project: &Path, out: &Path) -> PathBuf {
        match self {
            Self::Pagesbuild => fixture::build(project, out, &[]),
            Self::Wrangler => {
                _ = npm::stdout(npm::command("worker/oracle.mjs").arg(project).arg(out));
            }
        }
        out.join("wrangler.json")
    }
}

/// The packages that there are, built by us or by wrangler and asked what needs no network.
fn published(host: Builder) {
    let home = TempDir::new().unwrap();
    let project = home.path().join("project");
    let fixture = fixture::root().join("fixtures/plugins/published");
    npm::install(&fixture);
    copy(&fixture, &project);
    let config = host.build(&project, &home.path().join("out"));
    let answers = npm::stdout(npm::command("worker/ask.mjs").arg(config).arg("published-plugins"));
    fixture::snapshot("worker-published-plugins", &answers);
}

#[test]
fn published_in_wranglers() {
    published(Builder::Wrangler);
}

#[test]
fn published_in_ours() {
    published(Builder::Pagesbuild);
}

fn answers(plugin: Builder, host: Builder) {
    let home = TempDir::new().unwrap();
    let config = host.host(&plugin.plugin(home.path()), home.path());
    let answers = npm::stdout(npm::command("worker/ask.mjs").arg(config).arg("plugins"));
    fixture::snapshot("worker-plugins", &answers);
}

#[test]
fn wranglers_in_wranglers() {
    answers(Builder::Wrangler, Builder::Wrangler);
}

#[test]
fn wranglers_in_ours() {
    answers(Builder::Wrangler, Builder::Pagesbuild);
}

#[test]
fn ours_in_wranglers() {
    answers(Builder::Pagesbuild, Builder::Wrangler);
}

#[test]
fn ours_in_ours() {
    answers(Builder::Pagesbuild, Builder::Pagesbuild);
}
