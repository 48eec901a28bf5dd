//! Pages plugins: made by us and by wrangler, mounted by us and by wrangler, asked the same on a real workerd.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::fixture::copy;
use crate::project::write;
use crate::{fixture, npm};

/// Who builds something.
#[derive(Clone, Copy)]
enum Builder {
    Pagesbuild,
    Wrangler,
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

/// What is said of a project with one function, `functions/_middleware.js`.
fn said(function: &str, arguments: &[&str], files: &[&str]) -> String {
    let home = TempDir::new().unwrap();
    let function = ("functions/_middleware.js", function.as_bytes());
    write(home.path(), &[function]);
    write(home.path(), &files.iter().map(|path| (*path, &b"text"[..])).collect::<Vec<_>>());
    let output = fixture::pagesbuild(home.path(), [&["build"], arguments].concat());
    fixture::stderr(&output) + &fixture::stdout(&output)
}

#[test]
fn static_files_that_cannot_be_served() {
    let function = "export { onRequest } from \"assets:../files\";\n";
    let missing = said(function, &[], &["public/index.html"]);
    assert!(missing.contains("there is no directory for `assets:../files`"), "{missing}");
    let alone = said(function, &[], &["files/a.txt"]);
    assert!(
        alone.contains("there are no static files that those of `assets:../files` could join"),
        "{alone}"
    );
    let fine = said(function, &["--format", "json"], &["files/a.txt", "public/index.html"]);
    assert!(fine.contains("\"ok\": true"), "{fine}");
}

#[test]
fn the_same_files_have_the_same_place() {
    let places = |files: &[&str]| {
        let home = TempDir::new().unwrap();
        let function = b"export { onRequest } from \"assets:../../files\";\n";
        write(
            home.path(),
            &[("functions/a/_middleware.js", function), ("functions/b/_middleware.js", function)],
        );
        write(home.path(), &[("public/index.html", b"")]);
        write(home.path(), &files.iter().map(|path| (*path, path.as_bytes())).collect::<Vec<_>>());
        fixture::build(home.path(), &home.path().join("out"), &[]);
        let assets = home.path().join("out/assets");
        fixture::files(&assets).into_iter().filter(|path| path.starts_with("cdn-cgi/")).collect::<Vec<_>>()
    };
    let first = places(&["files/a.txt", "files/deep/b.txt", "files/.env", "files/.git/config"]);
    assert_eq!(first.len(), 2, "{first:?}");
    assert_eq!(first, places(&["files/a.txt", "files/deep/b.txt"]));
    assert_ne!(first[0], places(&["files/a.txt", "files/deep/c.txt"])[0]);
}

#[test]
fn a_plugin_needs_functions() {
    let said = said("export default 1;\n", &["--plugin"], &[]);
    assert!(said.contains("failed"), "{said}");
    let made = self::said("export const onRequest = () => {};\n", &["--plugin", "--format", "json"], &[]);
    assert!(made.contains("\"routes\": 1") && made.contains("index.js"), "{made}");
}
