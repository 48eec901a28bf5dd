//! Code held against configuration: what is said, and above all what is not.

use std::path::Path;

use serde_json::Value;

use crate::fixture::{pagesbuild, stderr, stdout};
use crate::project::write;

mod uses;

/// What a build of a worker with this configuration and code says, as `severity code: message`.
fn build(config: &str, code: &str, arguments: &[&str]) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let name = if config.starts_with('{') { "wrangler.jsonc" } else { "wrangler.toml" };
    write(directory.path(), &[(name, config.as_bytes()), ("src/index.js", code.as_bytes())]);
    said(directory.path(), ["build"].iter().chain(arguments))
}

fn said<'a>(directory: &Path, arguments: impl Iterator<Item = &'a &'a str>) -> Vec<String> {
    let output = pagesbuild(directory, arguments.chain(&["--format", "json"]));
    let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let one = |said: &Value| {
        format!("{} {}: {}", text(&said["severity"]), text(&said["code"]), text(&said["message"]))
    };
    document["diagnostics"].as_array().unwrap().iter().map(one).collect()
}

/// Those of one code.
fn only(code: &str, mut said: Vec<String>) -> Vec<String> {
    said.retain(|said| said.contains(&format!(" {code}: ")));
    said
}

const HEAD: &str = "name = 'app'\nmain = 'src/index.js'\ncompatibility_date = '2026-01-01'\n";

#[test]
fn classes_are_those_after_all_migrations() {
    let code = "export class Room {}\nexport class Hall {}\nexport default { fetch: () => new Response() };";
    let missing =
        |class: &str| format!("error missing-class: the worker does not export the class `{class}`");
    let cases: &[(&str, Vec<String>)] = &[
        ("[[migrations]]\ntag = '1'\nnew_classes = ['Room', 'Gone']", vec![missing("Gone")]),
        (
            "[[migrations]]\ntag = '1'\nnew_classes = ['Gone']\n[[migrations]]\ntag = '2'\ndeleted_classes = ['Gone']",
            vec![],
        ),
        (
            "[[migrations]]\ntag = '1'\nnew_classes = ['Old']\n[[migrations]]\ntag = '2'\nrenamed_classes = [{ from = 'Old', to = 'Room' }]",
            vec![],
        ),
        // Deleted, and made anew.
        (
            "[[migrations]]\ntag = '1'\ndeleted_classes = ['Gone']\n[[migrations]]\ntag = '2'\nnew_sqlite_classes = ['Gone']",
            vec![missing("Gone")],
        ),
        // One step gives a class the name of another, whose name is new again.
        (
            "[[migrations]]\ntag = '1'\nnew_classes = ['Room']\n[[migrations]]\ntag = '2'\nrenamed_classes = [{ from = 'Room', to = 'Hall' }]\nnew_classes = ['Room']",
            vec![],
        ),
        (
            "[[migrations]]\ntag = '1'\ntransferred_classes = [{ from = 'A', from_script = 'other', to = 'Came' }]",
            vec![missing("Came")],
        ),
        ("[exports.Room]\ntype = 'durable-object'\nstorage = 'sqlite'", vec![]),
        ("[exports.Gone]\ntype = 'durable-object'\nstate = 'deleted'", vec![]),
        ("[exports.Gone]\ntype = 'durable-object'\nstorage = 'sqlite'", vec![missing("Gone")]),
        ("[[containers]]\nimage = 'r.example/a:1'\nclass_name = 'Gone'", vec![missing("Gone")]),
        ("[[workflows]]\nbinding = 'W'\nname = 'w'\nclass_name = 'Gone'", vec![missing("Gone")]),
        ("[[workflows]]\nbinding = 'W'\nname = 'w'\nclass_name = 'Gone'\nscript_name = 'other'", vec![]),
        (
            "[[workflows]]\nbinding = 'W'\nname = 'w'\nclass_name = 'Gone'\nscript_name = 'app'",
            vec![missing("Gone")],
        ),
        ("durable_objects.bindings = [{ name = 'A', class_name = 'Gone', script_name = 'other' }]", vec![]),
    ];
    for (config, expected) in cases {
        let said = only("missing-class", build(&format!("{HEAD}{config}"), code, &[]));
        assert_eq!(said, *expected, "{config}");
    }
}

#[test]
fn classes_that_cannot_be_known_are_not_missed() {
    let config = format!("{HEAD}[[migrations]]\ntag = '1'\nnew_classes = ['Room']");
    let code = "export * from 'cloudflare:node';\nexport default { fetch: () => new Response() };";
    assert_eq!(build(&config, code, &[]), Vec::<String>::new());
    let config = format!("no_bundle = true\n{config}");
    for code in [
        "export * from './room.js'; export default {};",
        "export { Room } from './room.js'; export default {};",
    ] {
        assert_eq!(build(&config, code, &[]), Vec::<String>::new());
    }
}

#[test]
fn bound_classes_need_a_migration() {
    let code = "export class Room {}\nexport default { fetch: () => new Response() };";
    let bound = "[[durable_objects.bindings]]\nname = 'ROOMS'\nclass_name = 'Room'\n";
    let warning = "warning unmigrated-class: no migration makes the Durable Object class `Room`";
    let renamed = "[[migrations]]\ntag = '1'\nrenamed_classes = [{ from = 'Old', to = 'Room' }]";
    let cases: &[(&str, &[&str])] = &[
        ("", &[warning]),
        (renamed, &[]),
        ("[[migrations]]\ntag = '1'\nnew_classes = ['Room']", &[]),
        ("[exports.Room]\ntype = 'durable-object'\nstorage = 'sqlite'", &[]),
        // Inherited.
        ("[env.a]\ndurable_objects.bindings = [{ name = 'ROOMS', class_name = 'Room' }]", &[warning]),
    ];
    for (config, expected) in cases {
        let arguments: &[&str] = if config.starts_with("[env.a]") { &["--env", "a"] } else { &[] };
        let said = only("unmigrated-class", build(&format!("{HEAD}{bound}{config}"), code, arguments));
        assert_eq!(said, *expected, "{config}");
    }
}

#[test]
fn a_worker_is_bound_to_itself() {
    let code = "export class Admin {}\nexport default { fetch: () => new Response() };";
    let cases = [
        ("service = 'app'", true),
        ("service = 'app'\nentrypoint = 'Admin'", true),
        ("service = 'app'\nentrypoint = 'Admins'", false),
        ("service = 'other'\nentrypoint = 'Admins'", true),
        // Another environment is another worker.
        ("service = 'app-production'\nentrypoint = 'Admins'", true),
    ];
    for (config, fine) in cases {
        let config = format!("{HEAD}[[services]]\nbinding = 'SELF'\n{config}");
        let said = only("missing-entrypoint", build(&config, code, &[]));
        assert_eq!(said.is_empty(), fine, "{config}: {said:?}");
    }
    let alone = format!("{HEAD}[[services]]\nbinding = 'SELF'\nservice = 'app'");
    assert_eq!(only("missing-entrypoint", build(&alone, "export class Admin {}", &[])).len(), 1);
}

#[test]
fn production_keeps_its_resources_to_itself() {
    let code = "export default { fetch: () => new Response() };";
    let kv = |environment: &str, fields: &str| {
        format!("[[{environment}kv_namespaces]]\nbinding = 'KV'\n{fields}\n")
    };
    let bucket = |environment: &str, more: &str| {
        format!("[[{environment}.r2_buckets]]\nbinding = 'R2'\nbucket_name = 'files'\n{more}\n")
    };
    let objects = |environment: &str, class: &str| {
        format!(
            "[[{environment}.durable_objects.bindings]]\nname = 'DO'\nclass_name = '{class}'\nscript_name = 'other'\n"
        )
    };
    let (a, b) = ("id = 'aaaa'", "id = 'bbbb'");
    let cases: &[(String, &[&str], bool)] = &[
        (kv("env.production.", a) + &kv("env.preview.", a), &["--env", "preview"], false),
        (kv("env.production.", a) + &kv("env.preview.", b), &["--env", "preview"], true),
        (kv("env.production.", a) + &kv("env.preview.", a), &["--env", "production"], true),
        // The top level is production where nothing else is.
        (kv("", a) + &kv("env.staging.", a), &["--env", "staging"], false),
        (kv("", a) + &kv("env.production.", a), &[], true),
        (
            kv("env.production.", a) + &kv("env.staging.", b) + &kv("env.preview.", b),
            &["--env", "preview"],
            true,
        ),
        (kv("", "id = 'aaaa'\npreview_id = 'aaaa'"), &[], false),
        (kv("", "id = 'aaaa'\npreview_id = 'bbbb'"), &[], true),
        (bucket("env.production", "") + &bucket("env.preview", ""), &["--env", "preview"], false),
        (
            bucket("env.production", "jurisdiction = 'eu'") + &bucket("env.preview", ""),
            &["--env", "preview"],
            true,
        ),
        (objects("env.production", "A") + &objects("env.preview", "A"), &["--env", "preview"], false),
        (objects("env.production", "A") + &objects("env.preview", "B"), &["--env", "preview"], true),
    ];
    for (config, arguments, fine) in cases {
        let said = only("shared-resource", build(&format!("{HEAD}{config}"), code, arguments));
        assert_eq!(said.len(), usize::from(!fine), "{config} {arguments:?}: {said:?}");
    }
}

/// Diagnostics go to logs, and secrets must not.
#[test]
fn secrets_are_not_shown() {
    let directory = tempfile::tempdir().unwrap();
    let config = format!(
        "{HEAD}[vars]\nA_SECRET = 'Tr0ub4dor'\nB_PASSWORD = '''\nünsäglich\nlong'''\nJSON = {{ apiToken = 'q83vEjRWeJCrze8SNFZ4' }}\n"
    );
    let code = b"export default { fetch: (_, env) => Response.json(env) };";
    write(directory.path(), &[("wrangler.toml", config.as_bytes()), ("src/index.js", code)]);
    for arguments in [&["build"][..], &["build", "--format", "json"]] {
        let output = pagesbuild(directory.path(), arguments);
        let text = crate::fixture::stderr(&output) + &stdout(&output);
        assert!(text.matches("secret-in-vars").count() >= 3, "{text}");
        for value in ["Tr0ub4dor", "säglich", "long", "q83vEjRWeJCrze8SNFZ4"] {
            assert!(!text.contains(value), "{value}: {text}");
        }
    }
}

/// What `check` says of a project in several environments.
fn checked(config: &str, code: &str, arguments: &[&str]) -> (i32, Value) {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), &[("wrangler.toml", config.as_bytes()), ("src/index.js", code.as_bytes())]);
    let output = pagesbuild(directory.path(), ["check", "--format", "json"].iter().chain(arguments));
    let left = crate::fixture::files(directory.path());
    assert!(left.iter().all(|path| !path.starts_with("dist")), "{left:?}");
    (output.status.code().unwrap(), serde_json::from_str(&stdout(&output)).unwrap())
}

fn environments(document: &Value) -> Vec<Option<&str>> {
    let looked = document["result"]["environments"].as_array().unwrap().iter();
    looked.map(|looked| looked["environment"].as_str()).collect()
}

#[test]
fn all_environments_are_looked_at() {
    let code = "export default { fetch: () => new Response() };";
    let vars = "[vars]\nA = 1\n";
    let config = format!("{HEAD}{vars}[env.b]\nvars.A = 2\n[env.a]\nvars.A = 3\n");
    let (status, document) = checked(&config, code, &[]);
    assert_eq!((status, environments(&document)), (0, vec![None, Some("b"), Some("a")]));
    let (_, document) = checked(&config, code, &["--env", "a"]);
    assert_eq!(environments(&document), [Some("a")]);
    // A top level that declares nothing, where the others do, is none.
    let (_, document) = checked(&config.replace(vars, ""), code, &[]);
    assert_eq!(environments(&document), [Some("b"), Some("a")]);
    let (_, document) = checked(&format!("{HEAD}[env.a]"), code, &[]);
    assert_eq!(environments(&document), [None, Some("a")]);
    let (status, document) = checked(&config, code, &["--env", "c"]);
    assert_eq!((status, environments(&document)), (1, vec![]));
}

/// The same in several environments is said once; in all of them, without their names.
#[test]
fn what_is_the_same_is_said_once() {
    let code = "export default { fetch: () => new Response() };\nexport { gone } from './gone.js';";
    let objects = |environment: &str, class: &str| {
        format!("[[{environment}durable_objects.bindings]]\nname = 'DO'\nclass_name = '{class}'\n")
    };
    let config =
        format!("{HEAD}{}{}{}", objects("", "Room"), objects("env.a.", "Gone"), objects("env.b.", "Gone"));
    let code_fine = "export default { fetch: () => new Response() };\nexport class Room {}";
    let (status, document) = checked(&config, code_fine, &[]);
    let missing: Vec<&Value> = (document["diagnostics"].as_array().unwrap().iter())
        .filter(|said| said["code"] == "missing-class")
        .collect();
    assert_eq!((status, missing.len()), (1, 1), "{document:#}");
    assert_eq!(missing[0]["labels"].as_array().unwrap().len(), 2);
    assert_eq!(missing[0]["notes"][0]["items"], serde_json::json!(["a", "b"]));
    let (status, document) = checked(&config, code, &[]);
    let unresolved: Vec<&Value> = (document["diagnostics"].as_array().unwrap().iter())
        .filter(|said| said["code"] == "unresolved-import")
        .collect();
    assert_eq!((status, unresolved.len()), (1, 1), "{document:#}");
    assert!(!unresolved[0]["notes"].to_string().contains("environments"), "{unresolved:?}");
}

/// Two mistakes of one kind are two, however many environments have them.
#[test]
fn what_stands_at_two_places_is_said_twice() {
    let code = "export default { fetch: () => new Response() };";
    let nameless = "[[kv_namespaces]]\nbinding = ''\n";
    let config = format!("{HEAD}{nameless}{nameless}[env.a]\n");
    let (_, document) = checked(&config, code, &[]);
    let all = document["diagnostics"].as_array().unwrap().iter();
    let wrong: Vec<&Value> = all.filter(|said| said["code"] == "invalid-binding-name").collect();
    assert_eq!(wrong.len(), 2, "{document:#}");
    assert_eq!(wrong[0]["message"], wrong[1]["message"]);
}

/// What is a warning beside another environment is an error in its own.
#[test]
fn mistakes_in_every_environment_are_errors() {
    let code = "export default { fetch: () => new Response() };";
    let config = format!("{HEAD}[env.a]\nworkers_dev = 'yes'\n[env.b]\n");
    let (status, document) = checked(&config, code, &[]);
    let said = &document["diagnostics"][0];
    assert_eq!((status, &said["severity"], &said["code"]), (1, &"error".into(), &"wrong-type".into()));
    assert_eq!(said["notes"], serde_json::json!([]));
}

#[test]
fn code_is_looked_at_as_each_environment_builds_it() {
    let config = format!("{HEAD}[env.a]\ndefine = {{ MODE = '\"a\"' }}\n[env.b]\nmain = 'src/other.js'\n");
    let code = "import './missing.js';\nexport default { fetch: () => new Response(MODE) };";
    let directory = tempfile::tempdir().unwrap();
    let other = b"export default { fetch: () => new Response() };";
    let files: &[(&str, &[u8])] =
        &[("wrangler.toml", config.as_bytes()), ("src/index.js", code.as_bytes()), ("src/other.js", other)];
    write(directory.path(), files);
    for more in [&[][..], &["--no-cache"]] {
        let output = pagesbuild(directory.path(), ["check", "--format", "json"].iter().chain(more));
        let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
        let said = &document["diagnostics"][0];
        assert_eq!(said["code"], "unresolved-import", "{document:#}");
        let notes = said["notes"].as_array().unwrap().iter();
        let concerned = notes.filter(|note| note["label"] == "environments").map(|note| &note["items"]);
        assert_eq!(concerned.collect::<Vec<_>>(), [&serde_json::json!(["the top level", "a"])]);
    }
}

#[test]
fn levels_of_a_check() {
    let code = "export default { fetch: () => new Response() };";
    let config = format!("{HEAD}[[services]]\nbinding = 'SELF'\nservice = 'app'\nentrypoint = 'Gone'\n");
    let severity = |arguments: &[&str]| {
        let (status, document) = checked(&config, code, arguments);
        let said = document["diagnostics"].as_array().unwrap().iter();
        let said = said.filter(|said| said["code"] == "missing-entrypoint");
        (status, said.map(|said| said["severity"].as_str().unwrap().to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(severity(&[]), (1, vec!["error".to_owned()]));
    assert_eq!(severity(&["--warn", "missing-entrypoint"]).1, ["warning"]);
    assert_eq!(severity(&["--allow", "missing-entrypoint"]).1, [""; 0]);
    let (status, _) = checked(&config, code, &["--warn", "missing-entrypoint"]);
    assert_eq!(status, 0);
    assert!(build(&config, code, &[]).iter().any(|said| said.starts_with("warning missing-entrypoint")));
}

#[test]
fn no_diagnostic_shows_what_looks_like_a_secret() {
    let directory = tempfile::tempdir().unwrap();
    // Put together here, since a whole one would be found by those who look for leaks.
    let secret = ["sk_live", "51H8abcdefghijklmnopqrstuvwxyz0123456789"].join("_");
    let config = format!(
        "{HEAD}kv_namespaces = [{{ binding = 'PHOTOS', id = 'a' }}]\nvars = {{ KEY = '{secret}' }}\n\
         [env.staging]\nr2_buckets = [{{ binding = 'PHOTOS', bucket_name = 'photos' }}]\nvars = {{ KEY = '{secret}' }}\n"
    );
    let code = "export default { fetch: (_, env) => env.PHOTOS.prepare(env.KEY) };";
    write(directory.path(), &[("wrangler.toml", config.as_bytes()), ("src/index.js", code.as_bytes())]);
    let output = pagesbuild(directory.path(), ["check"]);
    let said = stderr(&output);
    assert!(said.contains("kind-mismatch") && said.contains("secret-in-vars"), "{said}");
    assert!(said.contains("****") && !said.contains(&secret), "{said}");
}
