//! The router on a real workerd, held against the one that wrangler builds: random trees of functions, random
//! requests, everything that can be seen of the answers.
//!
//! `PAGESBUILD_TEST_SEED`, `PAGESBUILD_TEST_TREES` and `PAGESBUILD_TEST_REQUESTS` (per tree) ask for more or for
//! other ones.

use std::fs;
use std::path::Path;
use std::process::Command;

use pagesbuild::diagnostic::Diagnostics;
use pagesbuild::route::{self, FunctionExports, rules};
use pagesbuild::router;
use serde_json::Value;

use crate::fixture::root;
use crate::npm;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(format!("PAGESBUILD_TEST_{name}")).map_or(default, |value| value.parse().unwrap())
}

fn script(name: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(npm::node());
    command.arg(root().join("tests/npm/router").join(name)).args(arguments);
    let output = command.env("PAGESBUILD_TEST_MODULES", npm::modules()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Builds `home/functions` into `home/ours.js` and the rules that Pages would generate into `home/ours_routes.json`.
fn build(home: &Path, functions: &[FunctionExports]) {
    let mut diagnostics = Diagnostics::default();
    let table = route::table("functions", functions, &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{:?}", diagnostics.into_sorted());
    let entry = router::entry(&router::Entry {
        routes: &table,
        functions_specifier: &|file| format!("./functions/{file}"),
        classes: &[],
        main: None,
        assets_binding: Some("ASSETS"),
        assets_before_main: true,
    });
    let include = serde_json::to_string(&rules::include(&table)).unwrap();
    fs::write(home.join("ours_routes.json"), include).unwrap();
    fs::write(home.join("entry.mjs"), entry).unwrap();
    fs::write(home.join("router.mjs"), router::RUNTIME).unwrap();
    let bundled = Command::new(npm::modules().join(".bin/esbuild"))
        .args(["entry.mjs", "--bundle", "--format=esm", "--outfile=ours.js", "--log-level=error"])
        .arg("--alias:pagesbuild:router=./router.mjs")
        .current_dir(home)
        .output()
        .unwrap();
    assert!(bundled.status.success(), "{}", String::from_utf8_lossy(&bundled.stderr));
}

#[test]
fn answers_as_wranglers_router_does() {
    let (seed, trees, each) = (setting("SEED", 1), setting("TREES", 40), setting("REQUESTS", 150));
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path().to_str().unwrap();
    script("differential.mjs", &["trees", at, &seed.to_string(), &trees.to_string(), &each.to_string()]);
    let text = fs::read_to_string(directory.path().join("trees.json")).unwrap();
    let listed: Value = serde_json::from_str(&text).unwrap();
    for (index, tree) in listed.as_array().unwrap().iter().enumerate() {
        let names = |list: &Value| {
            list.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
        };
        let exports = |file: &Value| FunctionExports {
            file: file["path"].as_str().unwrap().to_owned(),
            exports: names(&file["exports"]),
        };
        let functions: Vec<_> = tree["files"].as_array().unwrap().iter().map(exports).collect();
        build(&directory.path().join(index.to_string()), &functions);
    }
    let report: Value = serde_json::from_str(&script("differential.mjs", &["compare", at])).unwrap();
    let count = |key: &str| report[key].as_u64().unwrap();
    let differences = report["differences"].as_array().unwrap();
    eprintln!(
        "seed {seed}: {} triples, {} reached a handler, {} a middleware, {} ended in an exception, {} differ",
        count("count"),
        count("handled"),
        count("guarded"),
        count("thrown"),
        differences.len(),
    );
    if let Some(first) = differences.first() {
        let kept = directory.keep();
        panic!(
            "{} differences; seed {seed}, kept in {}, the first:\n{first:#}",
            differences.len(),
            kept.display()
        );
    }
    assert_eq!(count("count"), trees * each);
    assert!(count("count") >= 5_000 || trees * each < 5_000);
    assert!(count("handled") * 10 >= count("count") * 3, "too few requests reach a handler");
    assert!(count("guarded") * 10 >= count("count"), "too few requests reach a middleware");
}
