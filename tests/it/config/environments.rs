//! What an environment inherits, what it does not, and what is said about it.

use pagesbuild::config::{environments, parse};
use pagesbuild::diagnostic::Diagnostics;
use serde_json::json;

use super::{clean, load_with, options, project};

const TOP: &str = r#"
name = "api"
main = "index.js"
compatibility_date = "2026-01-01"
compatibility_flags = ["nodejs_compat"]
logpush = true
routes = ["example.com/*"]
keep_vars = true
alias = { a = "./b" }
"#;

fn in_staging(toml: &str) -> (pagesbuild::project::Project, Vec<String>) {
    let text = format!("{TOP}{toml}");
    let directory = project(&[("wrangler.toml", &text), ("index.js", ""), ("other.js", "")]);
    let mut options = options(directory.path());
    options.environment = Some("staging".to_owned());
    let (project, said) = load_with(&options);
    (project.unwrap(), said)
}

#[test]
fn inheritable_settings_come_from_the_top_level() {
    let project = clean(&format!("{TOP}[env.staging]\n"), Some("staging"));
    assert_eq!(project.name, "api-staging");
    assert_eq!(project.environment.as_deref(), Some("staging"));
    assert_eq!(project.compatibility_flags, ["nodejs_compat"]);
    assert!(project.main.is_some_and(|main| main.ends_with("index.js")));
    assert_eq!(project.settings["logpush"], json!(true));
    assert_eq!(project.settings["routes"], json!(["example.com/*"]));
}

#[test]
fn an_environment_overrides_whole_values() {
    let (project, said) = in_staging(
        "[env.staging]\nname = \"other\"\nmain = \"other.js\"\ncompatibility_flags = []\nroutes = []\nlogpush = false\n",
    );
    assert_eq!(said, Vec::<String>::new());
    assert_eq!(project.name, "other");
    assert!(project.main.is_some_and(|main| main.ends_with("other.js")));
    assert_eq!(project.compatibility_flags, Vec::<String>::new());
    assert_eq!(project.settings["routes"], json!([]));
    assert_eq!(project.settings["logpush"], json!(false));
}

#[test]
fn settings_of_the_top_level_hold_everywhere() {
    let (project, said) = in_staging("[env.staging]\nkeep_vars = false\nalias = { a = \"./c\" }\n");
    assert_eq!(project.settings["keep_vars"], json!(true));
    assert_eq!(project.bundling.alias["a"], "./b");
    assert_eq!(
        said,
        [
            "warning misplaced-key: `env.staging.keep_vars` has no effect: `keep_vars` holds for all environments",
            "warning misplaced-key: `env.staging.alias` has no effect: `alias` holds for all environments",
        ]
    );
}

#[test]
fn bindings_are_not_inherited_and_that_is_said_once_a_kind() {
    let (project, said) = in_staging(
        r#"
vars = { A = 1, B = 2, C = 3 }
kv_namespaces = [{ binding = "K", id = "1" }, { binding = "L", id = "2" }]
services = [{ binding = "S", service = "s" }]
secrets = { required = ["TOKEN"] }
send_email = []
[env.staging]
vars = { A = 1, D = 4 }
kv_namespaces = [{ binding = "L", id = "3" }]
"#,
    );
    let names: Vec<&str> = project.bindings.iter().map(|binding| binding.name.as_str()).collect();
    assert_eq!(names, ["A", "D", "L"]);
    assert_eq!(project.settings["vars"], json!({ "A": 1, "D": 4 }));
    assert!(!project.settings.contains_key("services"));
    assert_eq!(
        said,
        [
            "warning not-inherited: `secrets` is not inherited, and `env.staging` does not set it",
            "warning not-inherited: `services` is not inherited, and `env.staging` lacks `S`",
            "warning not-inherited: `vars` is not inherited, and `env.staging` lacks `B`, `C`",
            "warning not-inherited: `kv_namespaces` is not inherited, and `env.staging` lacks `K`",
        ]
    );
}

#[test]
fn null_counts_as_absent() {
    let text = r#"{ "name": "a", "main": "index.js", "compatibility_date": "2026-01-01", "logpush": true,
        "env": { "staging": { "logpush": null, "name": null } } }"#;
    let directory = project(&[("wrangler.json", text), ("index.js", "")]);
    let mut options = options(directory.path());
    options.environment = Some("staging".to_owned());
    let (project, _) = load_with(&options);
    let project = project.unwrap();
    assert_eq!(project.name, "a-staging");
    assert_eq!(project.settings["logpush"], json!(true));
}

#[test]
fn unknown_settings_are_kept_but_not_inherited() {
    let text = format!("{TOP}future = 1\n[env.staging]\nnewer = 2\n");
    let directory = project(&[("wrangler.toml", &text), ("index.js", "")]);
    let mut options = options(directory.path());
    let (project, _) = load_with(&options);
    assert_eq!(project.unwrap().settings["future"], json!(1));
    options.environment = Some("staging".to_owned());
    let (project, said) = load_with(&options);
    let settings = project.unwrap().settings;
    assert_eq!(settings["newer"], json!(2));
    assert!(!settings.contains_key("future"));
    assert_eq!(
        said,
        [
            "warning unknown-key: `future` is not a known setting",
            "warning unknown-key: `env.staging.newer` is not a known setting",
        ]
    );
}

#[test]
fn mistakes_in_other_environments_do_not_stop_the_build() {
    let (_, said) = in_staging("[env.staging]\n[env.production]\nvars = 1\nenv = {}\n");
    assert_eq!(
        said,
        [
            "warning wrong-type: `env.production.vars` must be a table, not a number",
            "warning misplaced-key: `env.production.env` has no effect: environments cannot be nested",
        ]
    );
}

#[test]
fn an_unknown_environment_is_an_error() {
    for (toml, name, help) in [
        (
            "[env.staging]\n[env.production]\n",
            "stagin",
            "did you mean `staging`? The file has `staging`, `production`",
        ),
        ("[env.staging]\n", "x", "choose one of `staging`, or add `env.x` to the file"),
        ("", "x", "add `env.x` to the file, or leave out `--env`"),
    ] {
        let directory = project(&[("wrangler.toml", &format!("{TOP}{toml}")), ("index.js", "")]);
        let mut options = options(directory.path());
        options.environment = Some(name.to_owned());
        let (project, said) = super::load_whole(&options);
        assert!(project.is_none());
        assert_eq!(said[0].code.as_str(), "unknown-environment");
        assert_eq!(said[0].help.as_deref(), Some(help));
    }
    let directory = project(&[("public/", "")]);
    let mut options = options(directory.path());
    options.environment = Some("x".to_owned());
    assert_eq!(load_with(&options).1, ["error unknown-environment: there is no environment `x`"]);
    options.environment = Some(String::new());
    assert!(load_with(&options).0.is_some());
}

#[test]
fn pages_projects_have_two_environments() {
    let text = r#"
name = "site"
pages_build_output_dir = "public"
compatibility_date = "2026-01-01"
vars = { A = 1 }
[env.preview]
vars = { A = 2 }
"#;
    for (environment, value, name) in
        [(None, 1, "site"), (Some("preview"), 2, "site-preview"), (Some("production"), 1, "site")]
    {
        let project = clean(text, environment);
        assert_eq!(project.name, name);
        assert_eq!(project.environment.as_deref(), environment);
        assert_eq!(project.settings["vars"], json!({ "A": value }));
        assert!(project.assets.is_some_and(|assets| assets.pages));
    }
    let directory = project(&[("wrangler.toml", &format!("{text}[env.staging]\n")), ("public/", "")]);
    let said = load_with(&options(directory.path())).1;
    assert_eq!(
        said,
        ["warning pages-environment: `env.staging` is an environment that Pages projects cannot have"]
    );
}

#[test]
fn environments_are_listed_in_the_order_of_the_file() {
    let text = "[env.b]\n[env.a.vars]\nX = 1\n[env.c]\n";
    let config = parse("wrangler.toml".as_ref(), text, &mut Diagnostics::default()).unwrap();
    assert_eq!(environments(&config), ["b", "a", "c"]);
}
