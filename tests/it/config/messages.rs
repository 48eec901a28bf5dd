//! What is said about mistakes, and where it points.

use std::fs;
use std::path::Path;

use pagesbuild::diagnostic::{Code, Diagnostic, Style, render};

use super::{load_whole, load_with, options, project};

const HEAD: &str = "name = \"a\"\nmain = \"index.js\"\ncompatibility_date = \"2026-01-01\"\n";

/// What is said about a worker with this after the head of its file.
fn about(file: &str, text: &str) -> Vec<Diagnostic> {
    let directory = project(&[(file, text), ("index.js", ""), ("public/", "")]);
    load_whole(&options(directory.path())).1
}

/// The only thing said: the message, the text that it points at, and the help.
fn only(toml: &str) -> (String, String, String) {
    let said = about("wrangler.toml", &format!("{HEAD}{toml}"));
    assert_eq!(said.len(), 1, "{said:?}");
    let label = said[0].labels.first().expect("a place");
    let text = label.source.text()[label.span.clone()].to_owned();
    (said[0].message.clone(), text, said[0].help.clone().unwrap_or_default())
}

#[test]
fn unknown_keys_come_with_the_nearest_known_one() {
    for (toml, message, at, help) in [
        (
            "kv_namespace = []",
            "`kv_namespace` is not a known setting",
            "kv_namespace",
            "did you mean `kv_namespaces`?",
        ),
        (
            "[[d1_databases]]\nbinding = \"D\"\ndatabaseid = \"1\"",
            "`d1_databases[0].databaseid` is not a known setting",
            "databaseid",
            "did you mean `database_id`?",
        ),
        (
            "observability = { logs = { enabeld = true } }",
            "`observability.logs.enabeld` is not a known setting",
            "enabeld",
            "did you mean `enabled`?",
        ),
        (
            "[[r2_buckets]]\nbinding = \"R\"\nbucket = \"one\"",
            "`r2_buckets[0].bucket` is not a known setting",
            "bucket",
            "did you mean `bucket_name`?",
        ),
        (
            "something_else = 1",
            "`something_else` is not a known setting",
            "something_else",
            "it is handed on as it is; delete it if it is not meant for the deployer",
        ),
    ] {
        assert_eq!(only(toml), (message.to_owned(), at.to_owned(), help.to_owned()));
    }
}

#[test]
fn settings_that_a_table_swallowed_are_found() {
    for (toml, message) in [
        (
            "[vars]\nA = 1\nworkers_dev = true",
            "`vars.workers_dev` is not the setting `workers_dev`, which belongs at the top level",
        ),
        (
            "[[kv_namespaces]]\nbinding = \"K\"\nlogpush = true",
            "`kv_namespaces[0].logpush` is not the setting `logpush`, which belongs at the top level",
        ),
        (
            "[assets]\ndirectory = \"public\"\nroutes = [\"a\"]",
            "`assets.routes` is not the setting `routes`, which belongs at the top level",
        ),
    ] {
        let (said, _, help) = only(toml);
        assert_eq!(said, message);
        assert!(help.starts_with("move the line above the first `[table]`"), "{help}");
    }
    // A variable may have the name of a setting that is set, or is of another type.
    for toml in ["[vars]\nname = \"x\"", "[vars]\nroutes = \"x\"", "vars = { workers_dev = true }"] {
        assert_eq!(about("wrangler.toml", &format!("{HEAD}{toml}")), [], "{toml}");
    }
    let json = r#"{ "name": "a", "main": "index.js", "compatibility_date": "2026-01-01", "vars": { "workers_dev": true } }"#;
    assert_eq!(about("wrangler.json", json), []);
}

#[test]
fn wrong_values_are_described() {
    for (toml, message, help) in [
        ("workers_dev = \"yes\"", "`workers_dev` must be a boolean, not a string", ""),
        (
            "compatibility_flags = [1]",
            "`compatibility_flags[0]` must be a string, not a number",
            "put it in quotes",
        ),
        (
            "[kv_namespaces]\nbinding = \"K\"",
            "`kv_namespaces` must be a list of tables, not a table",
            "write `[[kv_namespaces]]` with two brackets on each side",
        ),
        (
            "[[queues]]\nproducers = []",
            "`queues` must be a table, not a list",
            "write `[queues]` with one bracket on each side",
        ),
        (
            "[[kv_namespaces]]\nid = \"1\"",
            "`kv_namespaces[0]` lacks `binding`",
            "add `binding`, which must be a string",
        ),
        (
            "assets = { directory = \"public\", html_handling = \"non\" }",
            "`assets.html_handling` cannot be `non`",
            "did you mean `none`?",
        ),
        (
            "assets = { directory = \"public\", run_worker_first = 1 }",
            "`assets.run_worker_first` must be a boolean or a list of strings, not a number",
            "",
        ),
        ("limits = { cpu_ms = inf }", "`limits.cpu_ms` must be a number, not a string", ""),
        (
            "[[kv_namespaces]]\nbinding = \"\"",
            "a binding has an empty name",
            "give it the name that the code is to use",
        ),
        (
            "[[kv_namespaces]]\nbinding = \"1st\"",
            "`1st` cannot be written as `env.1st`",
            "use letters, digits and `_`, not starting with a digit, or write `env[\"1st\"]`",
        ),
    ] {
        let (said, _, offered) = only(toml);
        assert_eq!((said.as_str(), offered.as_str()), (message, help));
    }
}

#[test]
fn two_bindings_of_one_name_are_both_shown() {
    let said = about(
        "wrangler.toml",
        &format!("{HEAD}[[kv_namespaces]]\nbinding = \"X\"\n[[r2_buckets]]\nbinding = \"X\"\n"),
    );
    let places: Vec<(usize, &str)> =
        said[0].labels.iter().map(|label| (label.span.start, label.text.as_str())).collect();
    assert_eq!(said[0].message, "`X` is declared in `kv_namespaces` and in `r2_buckets`");
    assert!(matches!(places[..], [(later, "again here"), (earlier, "first here")] if earlier < later));
    let (said, at, _) = only("assets = { directory = \"public\" }\nvars = { ASSETS = 1 }\n");
    assert_eq!(
        (said.as_str(), at.as_str()),
        ("`ASSETS` names the static files, but also stands in `vars`", "ASSETS")
    );
}

#[test]
fn routing_rules_are_held_against_the_limits() {
    let rules =
        |rules: &[String]| format!("assets = {{ directory = \"public\", run_worker_first = {rules:?} }}\n");
    let many: Vec<String> = (0..101).map(|rule| format!("/{rule}")).collect();
    for (list, message) in [
        (vec!["api".to_owned(), "/a".to_owned()], "the rule `api` does not start with `/` or `!/`"),
        (vec!["!api".to_owned(), "/a".to_owned()], "the rule `!api` does not start with `/` or `!/`"),
        (vec!["!/api".to_owned()], "`run_worker_first` has no rule that starts with `/`"),
        (vec![], "`run_worker_first` has no rule that starts with `/`"),
        (vec!["/a".to_owned(), "/a".to_owned()], "the rule `/a` is repeated"),
        (vec![format!("/{}", "a".repeat(100))], "a rule is longer than 100 characters"),
        (many, "`run_worker_first` has 101 rules; at most 100 are allowed"),
    ] {
        assert_eq!(only(&rules(&list)).0, message);
    }
    assert_eq!(about("wrangler.toml", &format!("{HEAD}{}", rules(&["/a".to_owned(), "!/b".to_owned()]))), []);
}

#[test]
fn settings_that_change_nothing_are_not_mentioned() {
    for toml in [
        "no_bundle = false",
        "find_additional_modules = false",
        "build = { watch_dir = \"src\" }",
        "$schema = \"x\"",
    ] {
        let toml = toml.replace("$schema", "\"$schema\"");
        assert_eq!(about("wrangler.toml", &format!("{HEAD}{toml}\n")), [], "{toml}");
    }
}

#[test]
fn retired_settings_are_left_out() {
    let text = format!("{HEAD}type = \"javascript\"\nzone_id = \"1\"\nfuture = 1\n");
    let directory = project(&[("wrangler.toml", &text), ("index.js", "")]);
    let (loaded, said) = load_with(&options(directory.path()));
    assert_eq!(
        said,
        [
            "warning legacy-setting: `type` no longer has a meaning",
            "warning legacy-setting: `zone_id` no longer has a meaning",
            "warning unknown-key: `future` is not a known setting",
        ]
    );
    let settings = loaded.unwrap().settings;
    assert_eq!(settings.keys().collect::<Vec<_>>(), ["future"]);
}

#[test]
fn empty_settings_are_left_out() {
    let (message, at, _) = only("route = \"\"\n");
    assert_eq!((message.as_str(), at.as_str()), ("`route` is empty and has no effect", "\"\""));
}

#[test]
fn a_container_image_in_a_registry_is_fine() {
    let toml = "containers = [{ class_name = \"C\", image = \"registry.example/app:1\" }]";
    assert_eq!(about("wrangler.toml", &format!("{HEAD}{toml}\n")), []);
}

#[test]
fn syntax_errors_point_at_the_place() {
    for (file, text, message, at) in [
        (
            "wrangler.toml",
            "name = x\n",
            "`wrangler.toml` is not valid TOML: a string must stand in quotes",
            7,
        ),
        ("wrangler.toml", "a = 1\na = 2\n", "`wrangler.toml` is not valid TOML: ", 6),
        ("wrangler.json", "{ \"a\": 1 \"b\": 2 }", "`wrangler.json` is not valid JSON: expected comma", 8),
        ("wrangler.json", "{ a: 1 }", "`wrangler.json` is not valid JSON: ", 2),
        (
            "wrangler.json",
            "{ \"a\": 1e999 }",
            "`wrangler.json` is not valid JSON: the number cannot be represented",
            7,
        ),
        ("wrangler.json", "", "`wrangler.json` is not valid JSON: the file is empty", 0),
        ("wrangler.json", "[]", "`wrangler.json` must hold an object", 0),
    ] {
        let said = about(file, text);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].message.starts_with(message), "{}", said[0].message);
        assert_eq!(said[0].labels[0].span.start, at, "{text}");
    }
}

/// The broken projects of this stage yield their code by loading alone, and can be drawn.
#[test]
fn broken_projects_are_told() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/broken");
    let loading = |code: &&Code| {
        **code == Code::ConfigSyntax || (Code::SeveralConfigs..=Code::NothingToBuild).contains(code)
    };
    let own = Code::ALL.iter().filter(loading);
    for code in own {
        let directory = root.join(code.as_str());
        let mut options = options(&directory);
        let arguments = fs::read_to_string(directory.join("arguments")).unwrap_or_default();
        options.environment = arguments.trim().strip_prefix("--env ").map(str::to_owned);
        let said = load_whole(&options).1;
        assert!(said.iter().any(|diagnostic| diagnostic.code == *code), "{}: {said:?}", code.as_str());
        for diagnostic in &said {
            assert!(!diagnostic.message.ends_with('.'), "{}", diagnostic.message);
            let drawn = render(diagnostic, Style { color: false, width: 110, verbose: false });
            assert!(drawn.contains(diagnostic.message.split_whitespace().next().unwrap()), "{drawn}");
        }
        if std::env::var_os("SHOW").is_some() {
            said.iter().for_each(|diagnostic| {
                println!("{}", render(diagnostic, Style { color: false, width: 110, verbose: false }))
            });
        }
    }
}

#[test]
fn wrangler_files_of_other_platforms_do_no_harm() {
    let directory = project(&[
        ("netlify.toml", "x"),
        ("package.json", "{"),
        ("functions/index.js", "exports.handler = 1"),
    ]);
    let (loaded, said) = load_with(&options(directory.path()));
    assert!(loaded.is_some_and(|project| project.functions.is_some()));
    assert_eq!(said, Vec::<String>::new());
}

#[test]
fn mistakes_of_syntax_and_type_come_with_a_remedy() {
    for (file, text, help) in [
        ("wrangler.toml", "name = foo", "write `\"` before and after it"),
        ("wrangler.toml", "name = \"foo", "write `\"` at the end of the string"),
        ("wrangler.toml", "name = \"a\"\nname = \"b\"", "delete one"),
        ("wrangler.toml", "[vars]\nA = 1\n[vars]\nB = 1", "put their contents together"),
        ("wrangler.json", "{'name': 'a'}", "JSON takes `\"`"),
        ("wrangler.json", "{\"name\": \"a\" \"main\": \"b\"}", "write `,`"),
        ("wrangler.json", "", "between `{` and `}`"),
        ("wrangler.toml", "compatibility_date = 20260101", "put it in quotes"),
        ("wrangler.toml", "workers_dev = \"true\"", "write `true` without quotes"),
        ("wrangler.toml", "compatibility_flags = \"nodejs_compat\"", "put it in a list"),
        ("wrangler.toml", "kv_namespaces = \"A\"", "`[[kv_namespaces]]`"),
        ("wrangler.toml", "assets = \"public\"", "`[assets]`"),
        ("wrangler.json", "{\"assets\": \"public\"}", "between `{` and `}`"),
        ("wrangler.json", "{\"vars\": null}", "delete the key"),
    ] {
        let said = about(file, text);
        let helps: Vec<&str> = said.iter().filter_map(|diagnostic| diagnostic.help.as_deref()).collect();
        assert!(helps.iter().any(|given| given.contains(help)), "{text}: {helps:?}");
    }
}
