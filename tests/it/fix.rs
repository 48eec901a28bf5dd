//! `check --fix`: what has one right answer is written, and nothing else.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::fixture::{pagesbuild, snapshot, stderr, stdout};
use crate::project::write;

const CODE: &[u8] = b"export class Room {}
export default { fetch: (request, env) => env.ROOMS.get(env.ROOMS.idFromName('a')).fetch(request) };";

const CONFIG: &str = "# Rooms.\nname = 'rooms'\nmain = 'index.js'\ncompatibility_date = '2026-01-01'\n\n\
                      [[durable_objects.bindings]]\nname = 'ROOMS'\nclass_name = 'Room'\n";

fn project(config: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), &[("wrangler.toml", config.as_bytes()), ("index.js", CODE)]);
    directory
}

fn text(directory: &Path) -> String {
    fs::read_to_string(directory.join("wrangler.toml")).unwrap()
}

fn check(directory: &Path, arguments: &[&str]) -> Value {
    let output = pagesbuild(directory, [&["check", "--format", "json"], arguments].concat());
    serde_json::from_str(&stdout(&output)).unwrap()
}

#[test]
fn a_class_gets_its_migration() {
    let directory = project(CONFIG);
    let output = pagesbuild(directory.path(), ["check"]);
    assert!(
        stderr(&output).contains("`pagesbuild check --fix` can settle 1 of these"),
        "{}",
        stderr(&output)
    );
    let output = pagesbuild(directory.path(), ["check", "--fix", "--dry-run"]);
    assert!(stdout(&output).contains("\n+[[migrations]]\n"), "{}", stdout(&output));
    assert_eq!(text(directory.path()), CONFIG);

    let output = pagesbuild(directory.path(), ["check", "--fix", "--deny", "warnings"]);
    let added = "[[migrations]]\ntag = \"v1\"\nnew_sqlite_classes = [\"Room\"]\n";
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), added), "{}", stderr(&output));
    assert_eq!(text(directory.path()), format!("{CONFIG}\n{added}"));
    // What is settled is said no more, and nothing is left to write.
    let document = check(directory.path(), &["--fix"]);
    assert_eq!(
        (&document["diagnostics"], &document["result"]["fixed"]),
        (&Value::from(vec![0; 0]), &Value::Null)
    );
}

#[test]
fn what_is_not_to_be_said_is_not_fixed() {
    let directory = project(CONFIG);
    let document = check(directory.path(), &["--fix", "--allow", "unmigrated-class"]);
    assert!(document["result"]["fixed"].is_null(), "{document}");
    assert_eq!(text(directory.path()), CONFIG);
}

/// One migration serves all environments that have none of their own.
#[test]
fn environments_are_fixed_too() {
    let binding = |environment: &str| {
        format!("\n[[env.{environment}.durable_objects.bindings]]\nname = 'ROOMS'\nclass_name = 'Room'\n")
    };
    let own = "\n[[env.own.migrations]]\ntag = 'a1'\nnew_classes = ['Hall']\n";
    let config = format!("{CONFIG}{}{}{own}", binding("staging"), binding("own"));
    let directory = project(&config);
    let output = pagesbuild(directory.path(), ["check", "--fix"]);
    let new = text(directory.path());
    assert_eq!(new.matches("new_sqlite_classes = [\"Room\"]").count(), 2, "{}\n{new}", stderr(&output));
    assert!(new.contains("[[env.own.migrations]]\ntag = \"a2\"\n"), "{new}");
}

/// What has been done away with is not made anew by itself.
#[test]
fn what_can_mean_several_things_is_left() {
    let gone = "\n[[migrations]]\ntag = 'v1'\nnew_classes = ['Room']\n\n[[migrations]]\ntag = 'v2'\ndeleted_classes = ['Room']\n";
    let config = format!("{CONFIG}{gone}");
    let directory = project(&config);
    let document = check(directory.path(), &["--fix"]);
    assert_eq!(document["diagnostics"][0]["code"], "unmigrated-class", "{document}");
    assert_eq!(document["diagnostics"][0]["fixable"], false);
    assert_eq!(text(directory.path()), config);
}

#[test]
fn what_tools_have_made_is_left() {
    let directory = tempfile::tempdir().unwrap();
    let config = r#"{ "name": "a", "main": "index.js", "compatibility_date": "2026-01-01", "userConfigPath": "../wrangler.toml",
        "durable_objects": { "bindings": [{ "name": "ROOMS", "class_name": "Room" }] } }"#;
    let note = br#"{ "configPath": "../../build/wrangler.json" }"#;
    let files: [(&str, &[u8]); 4] = [
        (".wrangler/deploy/config.json", note),
        ("build/wrangler.json", config.as_bytes()),
        ("build/index.js", CODE),
        ("wrangler.toml", b"name = 'a'\n"),
    ];
    write(directory.path(), &files);
    let document = check(directory.path(), &["--fix"]);
    assert_eq!(document["diagnostics"][0]["code"], "unmigrated-class", "{document}");
    assert!(document["result"]["fixed"].is_null());
    assert_eq!(text(directory.path()), "name = 'a'\n");
}

const USES: &[u8] = b"export const onRequest = async ({ env }) => {
  const row = await env.DB.prepare('select 1').first();
  await env.IMAGES.put('a', 'b', { expirationTtl: 60 });
  const rooms = env.ROOMS.idFromName('a');
  const both = env.EITHER.list({ prefix: 'a' });
  await env.JOBS?.send({});
  const headers = { Authorization: `Bearer ${env.API_TOKEN}`, 'X-Key': env.OLD_KEY };
  return Response.json({ row, rooms, both, headers });
};
";

/// A project of functions, whose development has a token set.
fn functions(config: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let files: [(&str, &[u8]); 3] = [
        ("wrangler.toml", config.as_bytes()),
        ("functions/index.js", USES),
        (".dev.vars", b"OLD_KEY=secret\n"),
    ];
    write(directory.path(), &files);
    directory
}

/// Resources whose kind is sure and that need no more than their name, in each environment that lacks them; names that can
/// only be secrets, where secrets are listed.
#[test]
fn what_the_code_uses_for_sure_is_declared() {
    let config = "name = 'a' # the app\ncompatibility_date = '2026-01-01'\npages_build_output_dir = 'public'\n\n\
                  [[kv_namespaces]]\nbinding = 'IMAGES'\nid = '1'\n\n[secrets]\nrequired = ['OTHER']\n\n\
                  [env.preview]\n# nothing yet\n";
    let directory = functions(config);
    write(directory.path(), &[("public/index.html", b"")]);
    let output = pagesbuild(directory.path(), ["check", "--fix"]);
    snapshot("fix", &format!("{}\n{}", stdout(&output), text(directory.path())));
    let again = check(directory.path(), &["--fix"]);
    assert!(again["result"]["fixed"].is_null(), "{again}");
}

/// With `keep_vars` a name may as well be a variable that was set somewhere else.
#[test]
fn variables_that_are_kept_are_no_secrets() {
    let config =
        "name = 'a'\nkeep_vars = true\ncompatibility_date = '2026-01-01'\n[secrets]\nrequired = []\n";
    let directory = functions(config);
    check(directory.path(), &["--fix"]);
    let new = text(directory.path());
    assert!(new.contains("required = []") && new.contains("binding = \"DB\""), "{new}");
}

/// A name beside one that is declared and not used may be that one, misspelt here or there.
#[test]
fn names_that_may_be_misspelt_are_left() {
    let config = "name = 'a'\ncompatibility_date = '2026-01-01'\n\
                  [secrets]\nrequired = ['API_TOKENS']\n[env.other]\n[[env.other.d1_databases]]\nbinding = 'DB2'\n";
    let directory = functions(config);
    check(directory.path(), &["--fix"]);
    let new = text(directory.path());
    assert!(new.contains("required = ['API_TOKENS', \"OLD_KEY\"]"), "{new}");
    assert!(!new.contains("\"DB\"") && new.contains("\"IMAGES\""), "{new}");
}
