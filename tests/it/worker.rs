//! What a built project answers over HTTP, on a real workerd.
//!
//! The fixtures are asked what `tests/npm/worker/requests.mjs` lists, and the answers are compared with snapshots.
//! Each snapshot is checked twice: against the project as pagesbuild builds it, and against the same project as
//! wrangler alone builds it, wherever wrangler can. So a snapshot cannot drift from what Pages does.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::{fixture, npm};

/// The name of a fixture, followed by a slash and the environment where it is built for one.
struct Case(&'static str);

impl Case {
    fn fixture(&self) -> &'static str {
        self.0.split('/').next().unwrap()
    }

    fn environment(&self) -> Option<&'static str> {
        self.0.split('/').nth(1)
    }

    fn project(&self) -> PathBuf {
        fixture::root().join("fixtures/projects").join(self.fixture())
    }

    fn build(&self, dist: &Path) -> PathBuf {
        let environment = self.environment().map(|name| format!("--env={name}"));
        fixture::build(&self.project(), dist, &environment.iter().map(String::as_str).collect::<Vec<_>>());
        dist.join("wrangler.json")
    }

    fn check(&self, config: &Path, environment: Option<&str>) {
        let mut ask = npm::command("worker/ask.mjs");
        let answers = npm::stdout(ask.arg(config).arg(self.fixture()).args(environment));
        fixture::snapshot(&format!("worker-{}", self.0.replace('/', "-")), &answers);
    }

    fn answers(&self) {
        let temp = TempDir::new().unwrap();
        // The environment is settled when the project is built, so it is not named again.
        self.check(&self.build(&temp.path().join("dist")), None);
    }

    fn oracle(&self) {
        let temp = TempDir::new().unwrap();
        npm::stdout(npm::command("worker/oracle.mjs").arg(self.project()).arg(temp.path()));
        self.check(&temp.path().join("wrangler.json"), self.environment());
    }

    fn deploys(&self) {
        let temp = TempDir::new().unwrap();
        let config = self.build(&temp.path().join("dist"));
        let mut wrangler = npm::command("node_modules/wrangler/bin/wrangler.js");
        wrangler.args(["deploy", "--dry-run", "-c"]).arg(config).current_dir(&temp);
        let output = wrangler.output().unwrap();
        let said =
            [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        assert!(output.status.success(), "{said}");
        assert!(!said.contains("WARNING"), "{said}");
    }
}

/// One test for each thing that is asked of a case.
macro_rules! cases {
    ($($name:ident: $case:literal => $($test:ident)+;)+) => {$(
        mod $name {
            const CASE: super::Case = super::Case($case);
            $(#[test] fn $test() { CASE.$test(); })+
        }
    )+};
}

cases! {
    image_sharing: "image-sharing" => answers oracle deploys;
    image_sharing_preview: "image-sharing/preview" => deploys;
    image_sharing_production: "image-sharing/production" => deploys;
    static_only: "static-only" => answers oracle deploys;
    pages_static: "pages-static" => answers oracle deploys;
    functions_only: "functions-only" => answers oracle deploys;
    main_only: "main-only" => answers oracle deploys;
    main_and_functions: "main-and-functions" => answers oracle deploys;
    routes: "routes" => answers oracle deploys;
    other_platform: "other-platform" => answers oracle deploys;
    environments: "environments" => answers oracle deploys;
    environments_staging: "environments/staging" => answers oracle deploys;
    environments_production: "environments/production" => answers oracle deploys;
    modules: "modules" => answers oracle deploys;
    found_modules: "found-modules" => answers oracle deploys;
    no_bundle: "no-bundle" => answers oracle deploys;
    preserved_names: "preserved-names" => answers oracle deploys;
    no_config: "no-config" => answers oracle deploys;
    redirected: "redirected" => answers oracle deploys;
    advanced_mode: "advanced-mode" => answers oracle deploys;
    advanced_mode_directory: "advanced-mode-directory" => answers oracle deploys;
    advanced_mode_all: "advanced-mode-all" => answers oracle deploys;
}
