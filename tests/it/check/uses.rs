//! What code uses and configuration declares, held against each other both ways.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::{HEAD, only, said};
use crate::fixture::{pagesbuild, stdout};
use crate::project::write;

fn project(config: &str, code: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let config = format!("{HEAD}{config}");
    write(directory.path(), &[("wrangler.toml", config.as_bytes()), ("src/index.js", code.as_bytes())]);
    directory
}

/// What a command says of a worker whose `fetch` does this with `env`.
fn of_fetch(command: &str, config: &str, body: &str) -> Vec<String> {
    let code = format!("export default {{ async fetch(request, env, ctx) {{ {body} }} }};");
    said(project(config, &code).path(), [command].iter())
}

fn document(directory: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&stdout(&pagesbuild(directory, arguments.iter().chain(&["--format", "json"]))))
        .unwrap()
}

const KV: &str = "[[kv_namespaces]]\nbinding = 'KV'\nid = 'aaaa'\n";

#[test]
fn what_is_right_is_told_nothing() {
    let cases: &[(&str, &str)] = &[
        ("", "return new Response('hello');"),
        (KV, "return new Response(await env.KV.get('a'));"),
        (KV, "const { KV: store } = env; return new Response(await store.get('a', { type: 'stream' }));"),
        ("[vars]\nA = 'a'\nB = { c = [1] }\n", "return Response.json([env.A.length, env.B.c[0]]);"),
        (
            "secrets.required = ['KEY']\n",
            "return fetch('https://a.example', { headers: { key: `Bearer ${env.KEY}` } });",
        ),
        // Values with a default, and names that are asked for.
        ("", "return new Response(env.GREETING ?? 'hello');"),
        ("", "if (env.DEBUG) console.log(request.url); return new Response();"),
        // Objects that are merely called so.
        (
            "",
            "const context = { env: { DB: { prepare: () => 1 } } }; return Response.json(context.env.DB.prepare());",
        ),
    ];
    for (config, body) in cases {
        for command in ["build", "check"] {
            assert_eq!(of_fetch(command, config, body), Vec::<String>::new(), "{command}: {config} {body}");
        }
    }
}

#[test]
fn resources_are_missed() {
    let of_kind = |kind: &str| format!("undeclared-binding: `X` is used as {kind}, and nothing declares it");
    let cases = [
        ("await env.X.prepare('').all();", "a D1 database"),
        ("await env.X.put('a', 'b', { expirationTtl: 60 });", "a KV namespace"),
        ("await env.X.head('a');", "an R2 bucket"),
        ("env.X.idFromName('a');", "a Durable Object namespace"),
        ("env.X.writeDataPoint({});", "an Analytics Engine dataset"),
    ];
    for (body, kind) in cases {
        let body = format!("{body} return new Response();");
        let kind = of_kind(kind);
        assert_eq!(of_fetch("build", "", &body), [format!("warning {kind}")]);
        assert_eq!(of_fetch("check", "", &body), [format!("error {kind}")]);
    }
}

#[test]
fn what_is_not_sure_is_no_error() {
    let cases = [
        // Asked for, somewhere in the file.
        ("if (env.X) await env.X.prepare('').all(); return new Response();", "note"),
        ("return Response.json(await env.X?.prepare('').all());", "note"),
    ];
    for (body, severity) in cases {
        let said = of_fetch("check", "", body);
        assert!(
            said.len() == 1 && said[0].starts_with(&format!("{severity} undeclared-binding")),
            "{said:?}"
        );
        let strict = project("", &format!("export default {{ async fetch(request, env) {{ {body} }} }};"));
        let said = super::said(strict.path(), ["check", "--strict"].iter());
        assert!(said[0].starts_with("error undeclared-binding"), "{said:?}");
    }
}

/// Only its type says that it is `env` that a function of somebody else is given.
#[test]
fn what_is_only_likely_is_no_error() {
    let code = "interface Env { JOBS: Queue }\n\
                import { server } from 'server';\n\
                server.handle('start', async (_: unknown, env: Env) => env.JOBS.send('start'));\n\
                export default { fetch: () => new Response() };";
    let directory = tempfile::tempdir().unwrap();
    let config = HEAD.replace("index.js", "index.ts");
    let files: &[(&str, &[u8])] = &[
        ("wrangler.toml", config.as_bytes()),
        ("src/index.ts", code.as_bytes()),
        ("node_modules/server/package.json", br#"{ "name": "server", "main": "index.js" }"#),
        ("node_modules/server/index.js", b"export const server = globalThis.server();"),
    ];
    write(directory.path(), files);
    let missing = "undeclared-binding: `JOBS` is used as a queue, and nothing declares it";
    assert_eq!(said(directory.path(), ["check"].iter()), [format!("warning {missing}")]);
    assert_eq!(said(directory.path(), ["check", "--strict"].iter()), [format!("error {missing}")]);
}

#[test]
fn one_name_is_said_once_with_its_places() {
    let code = "const first = (env) => env.DB.prepare('a').all();\nconst second = ({ DB }) => DB.prepare('b').all();\n\
                export default { fetch: async (request, env) => Response.json([await first(env), await second(env)]) };";
    let directory = project("", code);
    let document = document(directory.path(), &["check"]);
    let all = document["diagnostics"].as_array().unwrap();
    assert_eq!(all.len(), 1, "{document:#}");
    assert_eq!(all[0]["labels"].as_array().unwrap().len(), 1);
    assert_eq!(all[0]["notes"][0]["label"], "also");
    let help = all[0]["help"].as_str().unwrap();
    let lines = "[[d1_databases]]\nbinding = \"DB\"";
    assert!(help.contains("pagesbuild bind d1 DB") && help.contains(lines), "{help}");
}

#[test]
fn the_lines_to_add_are_of_the_files_own_format() {
    let code = "export default { fetch: (request, env) => env.FILES.head('a') };";
    let toml = project("[env.production]\n", code);
    let help = |directory: &Path, arguments: &[&str]| {
        let document = document(directory, arguments);
        let said = document["diagnostics"].as_array().unwrap().iter();
        let said = said.filter(|said| said["code"] == "undeclared-binding");
        said.map(|said| said["help"].as_str().unwrap().to_owned()).collect::<String>()
    };
    let of_environment = help(toml.path(), &["check", "--env", "production"]);
    assert!(of_environment.contains("r2 FILES --env production"), "{of_environment}");
    assert!(of_environment.contains("[[env.production.r2_buckets]]"), "{of_environment}");
    let json = tempfile::tempdir().unwrap();
    let config = "{\n  // kept\n  \"name\": \"a\",\n  \"main\": \"src/index.js\",\n  \"compatibility_date\": \"2026-01-01\"\n}\n";
    write(json.path(), &[("wrangler.jsonc", config.as_bytes()), ("src/index.js", code.as_bytes())]);
    assert!(help(json.path(), &["check"]).contains("\"r2_buckets\": ["));
    // Without a file there is a command that makes one.
    let none = tempfile::tempdir().unwrap();
    let function = "export const onRequest = ({ env }) => env.FILES.head('a');";
    write(none.path(), &[("functions/a.js", function.as_bytes())]);
    let said = help(none.path(), &["check"]);
    assert!(said.contains("pagesbuild bind r2 FILES") && said.contains("--create"), "{said}");
}

#[test]
fn plain_values_are_said_once() {
    let body = "return Response.json([`${env.A}`, env.B.length, env.C ?? '', env.D === 'd']);";
    let said = of_fetch("build", "", body);
    let expected =
        "note undeclared-value: `A`, `B` and `D` are read, and the configuration does not have them";
    assert_eq!(said, [expected]);
    assert_eq!(of_fetch("check", "", body), [expected]);
    // An environment that lists its secrets says that there are no others.
    let listed = of_fetch("build", "secrets.required = ['A']\n", body);
    let expected =
        "warning unlisted-secret: `B` and `D` are read, and are neither in `vars` nor in `secrets.required`";
    assert_eq!(listed, [expected]);
}

#[test]
fn values_of_this_machine_are_said_to_be() {
    let code = "export default { fetch: (request, env) => new Response(`${env.KEY} ${env.OTHER}`) };";
    let directory = project("[env.a]\n", code);
    let files: &[(&str, &[u8])] =
        &[(".dev.vars", b"KEY=never-shown\n"), (".dev.vars.a", b"OTHER=never-shown\n")];
    write(directory.path(), files);
    let set = |arguments: &[&str]| {
        let document = document(directory.path(), arguments);
        assert!(!document.to_string().contains("never-shown"));
        let notes = document["diagnostics"][0]["notes"].as_array().unwrap().clone();
        let set = notes.iter().filter(|note| note["label"] == "set for development");
        set.flat_map(|note| note["items"].as_array().unwrap().clone()).collect::<Vec<_>>()
    };
    assert_eq!(set(&["build"]), ["KEY (.dev.vars)"]);
    assert_eq!(set(&["build", "--env", "a"]), ["KEY (.dev.vars)", "OTHER (.dev.vars.a)"]);
}

#[test]
fn what_nothing_uses_is_said() {
    let unused = |config: &str, body: &str| only("unused-binding", of_fetch("check", config, body));
    let nothing = "return new Response();";
    assert_eq!(
        unused(KV, nothing),
        ["warning unused-binding: `KV` is declared in `kv_namespaces`, and nothing uses it"]
    );
    assert_eq!(unused("secrets.required = ['KEY']\n", nothing).len(), 1);
    assert_eq!(unused("[vars]\nA = 1\nB = 2\n", "return Response.json(env.A);").len(), 1);
    // Where `env` cannot be followed, all of them together are a note.
    let config = format!("{KV}[vars]\nA = 1\n");
    let notes = unused(&config, "return new Response(env[request.url]);");
    assert_eq!(
        notes,
        ["note unused-binding: no use of `A` and `KV` was found; `env` goes where it cannot be followed"]
    );
    assert_eq!(unused(&config, "return Response.json(Object.keys(env));").len(), 1);
    // Objects of this worker are there for others.
    let objects = "[[durable_objects.bindings]]\nname = 'DO'\nclass_name = 'Room'\nscript_name = 'other'\n";
    assert!(unused(objects, nothing)[0].starts_with("warning"));
    let own = objects.replace("script_name = 'other'\n", "");
    assert!(unused(&own, nothing)[0].starts_with("note"));
}

/// Code that comes from Pages may count on what is not there any more.
#[test]
fn values_that_pages_sets_are_told_apart() {
    let code =
        "export default { fetch: (request, env) => new Response(`${env.CF_PAGES_BRANCH} ${env.TITLE}`) };";
    let document = document(project("", code).path(), &["check"]);
    let notes = document["diagnostics"][0]["notes"].as_array().unwrap();
    assert_eq!(notes[0]["label"], "set by Pages, and not for a worker");
    assert_eq!(notes[0]["items"], serde_json::json!(["CF_PAGES_BRANCH"]));
}

/// `vars` of a Pages project are set while its front end is built, too.
#[test]
fn variables_of_front_ends_are_not_missed() {
    let directory = tempfile::tempdir().unwrap();
    let config = "name = 'a'\ncompatibility_date = '2026-01-01'\nvars = { VITE_API = 'a', NODE_VERSION = '24', TITLE = 'b' }\n";
    let function = "export const onRequest = () => new Response();";
    for (more, severity) in
        [("pages_build_output_dir = 'public'", "note"), ("assets.directory = 'public'", "warning")]
    {
        let config = format!("{more}\n{config}");
        let files: &[(&str, &[u8])] = &[
            ("wrangler.toml", config.as_bytes()),
            ("functions/a.js", function.as_bytes()),
            ("public/index.html", b""),
        ];
        write(directory.path(), files);
        let expected =
            format!("{severity} unused-binding: `TITLE` is declared in `vars`, and nothing uses it");
        assert_eq!(said(directory.path(), ["check"].iter()), [expected]);
    }
}

#[test]
fn projects_without_code_use_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let config = "name = 'a'\ncompatibility_date = '2026-01-01'\nassets = { directory = 'public', binding = 'FILES' }\nvars = { A = 1 }\n";
    write(directory.path(), &[("wrangler.toml", config.as_bytes()), ("public/index.html", b"")]);
    assert_eq!(said(directory.path(), ["check"].iter()), Vec::<String>::new());
}

/// What is misspelt on one side is one mistake.
#[test]
fn a_name_that_is_nearly_declared_is_meant() {
    let config = "[[kv_namespaces]]\nbinding = 'IMAGES'\nid = 'aaaa'\n";
    let directory = project(
        config,
        "export default { fetch: async (request, env) => new Response((await env.IMAGE.getWithMetadata('a')).value) };",
    );
    let document = document(directory.path(), &["check"]);
    let all = document["diagnostics"].as_array().unwrap();
    assert_eq!(all.len(), 1, "{document:#}");
    assert_eq!(all[0]["help"], "did you mean `IMAGES`?");
}

#[test]
fn kinds_are_held_against_each_other() {
    let mismatch = |config: &str, body: &str| only("kind-mismatch", of_fetch("check", config, body));
    let bucket = "[[r2_buckets]]\nbinding = 'X'\nbucket_name = 'files'\n";
    let get = "return new Response(await env.X.getWithMetadata('a'));";
    assert_eq!(
        mismatch(bucket, get),
        ["error kind-mismatch: `X` is an R2 bucket, and the code takes it for a KV namespace"]
    );
    assert_eq!(mismatch(bucket, "return new Response((await env.X.get('a')).body);"), [""; 0]);
    assert_eq!(mismatch("[vars]\nX = 'a'\n", "return env.X.prepare('a').all();").len(), 1);
    // A service has the methods that its author gave it.
    let service = "[[services]]\nbinding = 'X'\nservice = 'other'\n";
    assert_eq!(mismatch(service, get), [""; 0]);
}

/// What one environment has and another lacks is said by one diagnostic, whichever knows most.
#[test]
fn environments_are_held_against_each_other() {
    let code = "export default { fetch: async (request, env) => Response.json([`${env.HOST}`, await env.DB.prepare('').all()]) };";
    let database = |environment: &str, id: &str| {
        format!("[[env.{environment}.d1_databases]]\nbinding = 'DB'\ndatabase_id = '{id}'\n")
    };
    let config = format!("{}[env.a.vars]\nHOST = 'a'\n[env.b]\n", database("a", "1"));
    let directory = project(&config, code);
    let of_b = said(directory.path(), ["check", "--env", "b"].iter());
    assert_eq!(
        of_b,
        [
            "error undeclared-binding: `DB` is used as a D1 database, and nothing declares it",
            "warning uneven-environments: `env.b` lacks `HOST`, which other environments have",
        ]
    );
    assert_eq!(said(directory.path(), ["check", "--env", "a"].iter()), [""; 0]);
    // In several environments there are several things to do.
    let config = format!("{}[env.b]\n[env.c]\n", database("a", "1"));
    let document = document(project(&config, code).path(), &["check"]);
    let all = document["diagnostics"].as_array().unwrap().iter();
    let missing: Vec<&Value> = all.filter(|said| said["code"] == "undeclared-binding").collect();
    let [missing] = missing[..] else { panic!("{document:#}") };
    for environment in ["b", "c"] {
        assert!(
            missing["help"].as_str().unwrap().contains(&format!("d1 DB --env {environment}")),
            "{missing:#}"
        );
    }
    // What the top level has is said to be not inherited, and by nothing else.
    let config = "vars = { HOST = 'a' }\n[env.b]\nvars = { }\n";
    let directory =
        project(config, "export default { fetch: (request, env) => new Response(env.HOST.trim()) };");
    let of_b = said(directory.path(), ["check", "--env", "b"].iter());
    assert_eq!(of_b.len(), 1, "{of_b:?}");
    assert!(of_b[0].contains("not-inherited"));
    // A secret that one environment asks for is one that another may lack.
    let config = "[env.a.secrets]\nrequired = ['HOST']\n[env.b.vars]\nA = 1\n";
    let directory = project(
        config,
        "export default { fetch: (request, env) => new Response(env.HOST.trim() + (env.A ?? '')) };",
    );
    let of_b = said(directory.path(), ["check", "--env", "b"].iter());
    assert_eq!(of_b, ["warning uneven-environments: `env.b` lacks `HOST`, which other environments have"]);
    // What nothing reads need not be everywhere.
    let config = "[env.a.vars]\nA = 1\n[env.b.vars]\nB = 1\n";
    let directory = project(config, "export default { fetch: (request, env) => new Response() };");
    assert_eq!(only("uneven-environments", said(directory.path(), ["check"].iter())), [""; 0]);
}

/// Whatever is told of uses takes time by their number, not by its square: this took minutes.
#[test]
fn many_places_take_little_time() {
    let directory = tempfile::tempdir().unwrap();
    let config = "name = 'a'\ncompatibility_date = '2026-01-01'\n[[kv_namespaces]]\nbinding = 'KV'\n";
    write(directory.path(), &[("wrangler.toml", config.as_bytes())]);
    for number in 0..2_000 {
        let path = format!("functions/{}/{number}.js", number % 40);
        write(
            directory.path(),
            &[(&path, b"export const onRequest = ({ env }) => env.KV.get('a', 'stream');")],
        );
    }
    let start = std::time::Instant::now();
    assert_eq!(said(directory.path(), ["build", "--no-cache"].iter()), [""; 0]);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}
