//! Which file is found, where the parts of a project are looked for, and what is assumed.

use std::path::{Path, PathBuf};

use pagesbuild::error::Error;
use pagesbuild::project::{Options, RunWorkerFirst, load};
use tempfile::TempDir;

use super::{clean, load_with, options, project};

const NAMED: &str = "name = \"a\"\ncompatibility_date = \"2026-01-01\"\n";

/// Relative to the directory, as text.
fn relative(directory: &TempDir, path: Option<PathBuf>) -> Option<String> {
    let root = directory.path().canonicalize().unwrap();
    path.map(|path| path.strip_prefix(root).unwrap().to_string_lossy().into_owned())
}

fn below(directory: &TempDir, path: &str) -> Options {
    options(&directory.path().join(path))
}

#[test]
fn names_are_tried_in_wranglers_order() {
    let directory =
        project(&[("wrangler.toml", NAMED), ("wrangler.jsonc", r#"{ "name": "b" }"#), ("public/", "")]);
    let (loaded, said) = load_with(&options(directory.path()));
    assert!(loaded.is_none(), "no key names the static files");
    assert_eq!(
        said,
        [
            "error nothing-to-build: there is nothing to build in this project",
            "note several-configs: `wrangler.jsonc` is used, although there is also `wrangler.toml`",
        ]
    );
}

#[test]
fn each_name_is_searched_for_upward_before_the_next() {
    let assets =
        r#"{ "name": "top", "compatibility_date": "2026-01-01", "assets": { "directory": "public" } }"#;
    let directory = project(&[
        ("wrangler.json", assets),
        ("public/", ""),
        ("a/wrangler.toml", NAMED),
        ("a/b/functions/", ""),
    ]);
    let (loaded, said) = load_with(&below(&directory, "a/b"));
    let loaded = loaded.unwrap();
    let warning =
        "warning several-configs: `../../wrangler.json` is used, although there is also `../wrangler.toml`";
    assert_eq!(said, [warning]);
    assert_eq!(loaded.name, "top");
    assert_eq!(relative(&directory, loaded.functions).as_deref(), Some("a/b/functions"));
    assert_eq!(
        loaded.assumptions,
        [
            "The search upward led to `../../wrangler.json`, so its directory was taken for the project.",
            "There is no `functions/` beside the configuration file, so `a/b/functions/` was taken.",
        ]
    );
    let (_, said) = load_with(&below(&directory, "a"));
    assert_eq!(
        said,
        ["warning several-configs: `../wrangler.json` is used, although there is also `wrangler.toml`"]
    );
}

#[test]
fn a_given_file_wins_and_paths_go_by_it() {
    let config = format!("{NAMED}main = \"index.js\"\n");
    let directory = project(&[
        ("wrangler.json", "{"),
        ("deep/other.toml", &config),
        ("deep/index.js", ""),
        ("index.js", ""),
    ]);
    let mut options = options(directory.path());
    options.config = Some(directory.path().join("deep/../deep/other.toml"));
    let (loaded, said) = load_with(&options);
    assert_eq!(said, Vec::<String>::new());
    assert_eq!(relative(&directory, loaded.unwrap().main).as_deref(), Some("deep/index.js"));
    options.config = Some(directory.path().join("absent.toml"));
    assert!(matches!(load(&options, &mut Default::default()), Err(Error::Io { .. })));
    options.config = Some(directory.path().join("index.js"));
    assert!(matches!(load(&options, &mut Default::default()), Err(Error::Usage(_))));
    assert!(matches!(load(&below(&directory, "index.js"), &mut Default::default()), Err(Error::Usage(_))));
}

const NOTE: &str = r#"{ "configPath": "../../out/wrangler.json" }"#;
const GENERATED: &str = r#"{ "name": "made-staging", "main": "index.js", "compatibility_date": "2026-01-01",
    "assets": { "directory": "../site" }, "targetEnvironment": "staging", "topLevelName": "made" }"#;

#[test]
fn a_note_of_a_build_tool_is_followed() {
    let directory = project(&[
        ("wrangler.toml", NAMED),
        (".wrangler/deploy/config.json", NOTE),
        ("out/wrangler.json", GENERATED),
        ("out/index.js", ""),
        ("site/", ""),
        ("functions/", ""),
    ]);
    let mut options = options(directory.path());
    for environment in [None, Some("staging")] {
        options.environment = environment.map(str::to_owned);
        let (loaded, said) = load_with(&options);
        let loaded = loaded.unwrap();
        assert_eq!(said, Vec::<String>::new());
        assert_eq!((loaded.name.as_str(), loaded.environment.as_deref()), ("made-staging", Some("staging")));
        assert!(loaded.settings.is_empty(), "{:?}", loaded.settings);
        assert!(loaded.assumptions[0].contains("`out/wrangler.json`"), "{:?}", loaded.assumptions);
        assert_eq!(relative(&directory, loaded.main).as_deref(), Some("out/index.js"));
        assert_eq!(relative(&directory, loaded.functions).as_deref(), Some("functions"));
        assert_eq!(
            relative(&directory, loaded.assets.map(|assets| assets.directory)).as_deref(),
            Some("site")
        );
        assert_eq!(relative(&directory, Some(loaded.root)).as_deref(), Some(""));
    }
    options.environment = Some("production".to_owned());
    let (loaded, said) = load_with(&options);
    assert!(loaded.is_none() && said.len() == 1 && said[0].contains("was built for `staging`"), "{said:?}");
    options.environment = None;
    options.config = Some(directory.path().join("wrangler.toml"));
    assert_eq!(load_with(&options).0.unwrap().name, "a");
}

#[test]
fn a_note_that_leads_nowhere_is_an_error() {
    let several = r#"{ "name": "made", "env": { "staging": {} } }"#;
    for (note, generated, user, expected) in [
        ("{}", GENERATED, "wrangler.toml", "has no `configPath`"),
        (r#"{ "configPath": "x.json" }"#, GENERATED, "wrangler.toml", "a file that does not exist"),
        (NOTE, several, "wrangler.toml", "holds one environment"),
        (NOTE, GENERATED, "inner/wrangler.toml", "are of different projects"),
        ("{", GENERATED, "wrangler.toml", "is not valid JSON"),
    ] {
        let directory = project(&[
            (user, NAMED),
            (".wrangler/deploy/config.json", note),
            ("out/wrangler.json", generated),
            ("functions/", ""),
            ("inner/functions/", ""),
        ]);
        let start = directory.path().join(user);
        let (loaded, said) = load_with(&options(start.parent().unwrap()));
        assert!(loaded.is_none() && said.len() == 1 && said[0].contains(expected), "{expected}: {said:?}");
    }
}

#[test]
fn a_project_without_a_file_follows_the_conventions() {
    let directory =
        project(&[("My Site/functions/", ""), ("My Site/public/", ""), ("My Site/durable_objects/", "")]);
    let (loaded, said) = load_with(&below(&directory, "My Site"));
    let loaded = loaded.unwrap();
    assert_eq!(said, Vec::<String>::new());
    assert_eq!(loaded.name, "my-site");
    assert_eq!(relative(&directory, loaded.functions).as_deref(), Some("My Site/functions"));
    assert_eq!(relative(&directory, loaded.durable_objects).as_deref(), Some("My Site/durable_objects"));
    let assets = loaded.assets.unwrap();
    assert!(assets.pages);
    assert_eq!(assets.binding, "ASSETS");
    assert_eq!(
        loaded.assumptions,
        [
            "There is no configuration file, so the project has no bindings.",
            "No name is given, so the deployment is called `my-site` after its directory.",
            "No compatibility date is given, so `2026-09-01` is taken.",
            "No static files are named, so those in `public/` were taken.",
        ]
    );
}

#[test]
fn flags_leave_nothing_to_assume() {
    let directory =
        project(&[("site/", ""), ("fn/", ""), ("wrangler.toml", "compatibility_flags = [\"a\", \"b\"]")]);
    let mut options = options(directory.path());
    options.assets = Some(directory.path().join("./site/"));
    options.functions = Some(directory.path().join("site/../fn"));
    options.name = Some("given".to_owned());
    options.compatibility_date = Some("2024-02-29".to_owned());
    options.compatibility_flags = vec!["b".to_owned(), "c".to_owned()];
    options.minify = true;
    let (loaded, said) = load_with(&options);
    let loaded = loaded.unwrap();
    assert_eq!((said, loaded.assumptions), (vec![], vec![]));
    assert_eq!(loaded.name, "given");
    assert_eq!(loaded.compatibility_date, "2024-02-29");
    assert_eq!(loaded.compatibility_flags, ["a", "b", "c"]);
    assert!(loaded.functions.unwrap().ends_with("fn"));
    assert!(loaded.assets.unwrap().directory.ends_with("site"));
    assert!(loaded.bundling.minify && !loaded.bundling.source_map);
    for (name, date) in [("Bad Name", "2024-01-01"), ("good", "2023-02-29")] {
        options.name = Some(name.to_owned());
        options.compatibility_date = Some(date.to_owned());
        assert!(matches!(load(&options, &mut Default::default()), Err(Error::Usage(_))), "{name} {date}");
    }
}

#[test]
fn a_name_can_be_made_of_any_directory() {
    for (directory, name) in [("--Ünï--", "n"), ("日本", "worker"), ("a_b.c", "a-b-c"), ("X1", "x1")] {
        let root = project(&[(&format!("{directory}/public/"), "")]);
        assert_eq!(load_with(&below(&root, directory)).0.unwrap().name, name);
    }
}

#[test]
fn asset_settings_are_read() {
    let project = clean(
        &format!(
            "{NAMED}main = \"index.js\"\n[assets]\ndirectory = \"./x/../public/\"\nbinding = \"FILES\"\n\
             html_handling = \"none\"\nnot_found_handling = \"404-page\"\nrun_worker_first = [\"/a/*\"]\n"
        ),
        None,
    );
    let assets = project.assets.unwrap();
    assert!(assets.directory.ends_with("public") && !assets.directory.to_string_lossy().contains(".."));
    assert_eq!(assets.html_handling.as_deref(), Some("none"));
    assert_eq!(assets.not_found_handling.as_deref(), Some("404-page"));
    assert_eq!(assets.run_worker_first, Some(RunWorkerFirst::Rules(vec!["/a/*".to_owned()])));
    assert!(!assets.pages);
    assert_eq!(project.bindings.len(), 1);
    assert_eq!((project.bindings[0].name.as_str(), project.bindings[0].kind), ("FILES", "assets"));
}

#[test]
fn static_files_may_lie_outside_of_the_project() {
    let config = format!("{NAMED}assets = {{ directory = \"../out\" }}\n");
    let directory = project(&[("out/", ""), ("app/wrangler.toml", &config)]);
    let (loaded, said) = load_with(&below(&directory, "app"));
    assert_eq!(said, Vec::<String>::new());
    let assets = loaded.unwrap().assets.unwrap();
    assert_eq!(relative(&directory, Some(assets.directory)).as_deref(), Some("out"));
}

#[test]
fn bundling_settings_are_read() {
    let text = format!(
        "{NAMED}main = \"index.js\"\nminify = true\nupload_source_maps = true\ntsconfig = \"index.js\"\nkeep_names = false\n\
         jsx_factory = \"h\"\njsx_fragment = \"F\"\n[alias]\n\"old\" = \"./new\"\n[define]\n\"A.B\" = \"1\"\n"
    );
    let bundling = clean(&text, None).bundling;
    assert!(bundling.minify && bundling.source_map && !bundling.keep_names);
    assert!(bundling.tsconfig.is_some_and(|path| path.ends_with("index.js")));
    assert_eq!(bundling.jsx_factory.as_deref(), Some("h"));
    assert_eq!(bundling.jsx_fragment.as_deref(), Some("F"));
    assert_eq!(bundling.alias["old"], "./new");
    assert_eq!(bundling.define["A.B"], "1");
}

#[test]
fn resources_without_an_identity_are_to_be_created() {
    let project = clean(
        &format!(
            r#"{NAMED}main = "index.js"
kv_namespaces = [{{ binding = "K" }}, {{ binding = "L", id = "1" }}]
r2_buckets = [{{ binding = "R" }}]
d1_databases = [{{ binding = "D", database_name = "d" }}]
queues = {{ producers = [{{ binding = "Q" }}] }}
browser = {{ binding = "B" }}
ratelimits = [{{ name = "LIMIT", namespace_id = "7", simple = {{ limit = 1, period = 10 }} }}]
vars = {{ V = [1, true, {{ a = 1 }}], W = true }}
"#
        ),
        None,
    );
    let shown: Vec<String> = project
        .bindings
        .iter()
        .map(|binding| {
            let resource = binding.resource.as_deref().unwrap_or("-");
            format!("{} {} {resource} {}", binding.name, binding.kind, binding.provision.is_some())
        })
        .collect();
    assert_eq!(
        shown,
        [
            "B browser - false",
            "D d1_databases - true",
            "K kv_namespaces - true",
            "L kv_namespaces 1 false",
            "LIMIT ratelimits 7 false",
            "Q queues - true",
            "R r2_buckets - true",
            "V vars - false",
            "W vars - false",
        ]
    );
    let text = project.config.unwrap().source.text().to_owned();
    for binding in project.bindings {
        assert!(text[binding.span].contains(&binding.name));
    }
}

#[test]
fn the_current_directory_plays_no_part() {
    assert!(Path::new("Cargo.toml").exists(), "tests run in the crate's directory");
    let config = format!("{NAMED}main = \"src/lib.rs\"\n");
    let directory = project(&[("wrangler.toml", &config)]);
    let said = load_with(&options(directory.path())).1;
    assert_eq!(said, ["error missing-path: `main` names a file that does not exist: `src/lib.rs`"]);
}
