//! The router on a real workerd, held against the one that wrangler builds: random trees of functions, random
//! requests, everything that can be seen of the answers.
//!
//! `PAGESBUILD_TEST_SEED`, `PAGESBUILD_TEST_TREES` and `PAGESBUILD_TEST_REQUESTS` (per tree) ask for more or for
//! other ones.

use std::fs;
use std::path::Path;
use std::process::Command;

use pagesbuild::diagnostic::Diagnostics;
use pagesbuild::route::{self, FunctionExports, RouteTable, rules};
use pagesbuild::router;
use serde_json::{Value, json};

use crate::fixture::{self, root};
use crate::npm;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(format!("PAGESBUILD_TEST_{name}")).map_or(default, |value| value.parse().unwrap())
}

fn script(arguments: &[&str]) -> String {
    npm::stdout(npm::command("router/differential.mjs").args(arguments))
}

/// Builds `home/functions` into `home/ours`, and writes the rules that Pages would generate to
/// `home/ours_routes.json`.
fn build(home: &Path, functions: &[FunctionExports]) -> RouteTable {
    let mut diagnostics = Diagnostics::default();
    let table = route::table("functions", functions, &mut diagnostics);
    let include = serde_json::to_string(&rules::include(&table)).unwrap();
    fs::write(home.join("ours_routes.json"), include).unwrap();
    let config = "name = \"tree\"\ncompatibility_date = \"2026-01-01\"\n[assets]\ndirectory = \"public\"\nbinding = \"ASSETS\"\n";
    fs::write(home.join("wrangler.toml"), config).unwrap();
    fs::create_dir_all(home.join("public")).unwrap();
    fs::write(home.join("public/robots.txt"), "").unwrap();
    fixture::build(home, &home.join("ours"), &[]);
    table
}

/// Random trees built by wrangler and by us, and what differs in what they answer.
struct Compared {
    trees: u64,
    each: u64,
    report: Value,
}

impl Compared {
    /// `command` is the one of `differential.mjs` that compares; `build` builds a tree in its directory.
    fn new(command: &str, trees: u64, build: impl Fn(&Path, &[FunctionExports])) -> Self {
        let (seed, trees, each) = (setting("SEED", 1), setting("TREES", trees), setting("REQUESTS", 150));
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path().to_str().unwrap();
        script(&["trees", at, &seed.to_string(), &trees.to_string(), &each.to_string()]);
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
        let report: Value = serde_json::from_str(&script(&[command, at])).unwrap();
        let differences = report["differences"].as_array().unwrap();
        if let Some(first) = differences.first() {
            let (count, kept) = (differences.len(), directory.keep());
            panic!("{count} differences; seed {seed}, kept in {}, the first:\n{first:#}", kept.display());
        }
        let compared = Self { trees, each, report };
        assert_eq!(compared.count("count"), trees * each);
        compared
    }

    fn summary(&self) -> String {
        let [all, handled, guarded, thrown] =
            ["count", "handled", "guarded", "thrown"].map(|key| self.count(key));
        format!(
            "{all} triples, {handled} reached a handler, {guarded} a middleware, {thrown} ended in an exception"
        )
    }

    fn count(&self, key: &str) -> u64 {
        self.report[key].as_u64().unwrap()
    }
}

#[test]
fn answers_as_wranglers_router_does() {
    let compared = Compared::new("compare", 40, |home, functions| _ = build(home, functions));
    eprintln!("{}", compared.summary());
    let (all, wanted) = (compared.count("count"), compared.trees * compared.each);
    assert!(all >= 5_000 || wanted < 5_000);
    assert!(compared.count("handled") * 10 >= all * 3, "too few requests reach a handler");
    assert!(compared.count("guarded") * 10 >= all, "too few requests reach a middleware");
}

#[test]
fn plugins_answer_as_wranglers_do() {
    let compared = Compared::new("plugins", 10, |home, _| {
        let output = fixture::pagesbuild(home, ["build", "--plugin", "--outdir", "ours"]);
        assert!(output.status.success(), "{}", fixture::stderr(&output));
    });
    eprintln!("{}", compared.summary());
    let all = compared.count("count");
    assert!(compared.count("handled") * 10 >= all * 2, "too few requests reach a handler");
    assert!(compared.count("guarded") * 10 >= all, "too few requests reach a middleware");
}

/// A project with functions, assets and a main module in `home`.
fn with_main(home: &Path, main: &str, config: &str) {
    let guard = "export const onRequest = async ({ next }) => {\n\tconst response = await next();\n\t\
                 response.headers.set(\"x-guard\", \"yes\");\n\treturn response;\n};\n";
    let toml = format!(
        "name = \"worker\"\nmain = \"main.js\"\ncompatibility_date = \"2026-01-01\"\n\
         [assets]\ndirectory = \"public\"\nbinding = \"ASSETS\"\n{config}"
    );
    for (path, text) in [
        ("wrangler.toml", toml.as_str()),
        ("main.js", main),
        ("public/page.html", "asset"),
        ("functions/guarded/_middleware.js", guard),
        ("functions/guarded/answer.js", "export const onRequest = () => new Response(\"function\");\n"),
        ("functions/guarded/next.js", "export const onRequest = ({ next }) => next();\n"),
        (
            "functions/fail.js",
            "export const onRequest = ({ passThroughOnException }) => {\n\tpassThroughOnException();\n\tthrow 1;\n};\n",
        ),
    ] {
        let path = home.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    fixture::build(home, &home.join("ours"), &[]);
}

#[test]
fn a_main_module_comes_behind_the_functions() {
    let object = "class App {\n\t#name = \"object\";\n\tfetch(request, env, context) {\n\t\treturn new Response(`${this.#name} \
                  ${request.method} ${typeof env.ASSETS} ${typeof context.waitUntil}`);\n\t}\n\tscheduled(event) {\n\t\t\
                  return `${this.#name} scheduled at ${event}`;\n\t}\n}\nexport default new App();\nexport const extra = 1;\n";
    let class = "import { WorkerEntrypoint } from \"cloudflare:workers\";\nexport default class extends WorkerEntrypoint {\n\t\
                 fetch(request) {\n\t\treturn new Response(`class ${request.method} ${typeof this.env.ASSETS}`);\n\t}\n\t\
                 add(a, b) {\n\t\treturn a + b;\n\t}\n}\n";
    let silent = "export default { scheduled: (event) => `scheduled at ${event}` };\n";
    let first = "run_worker_first = [\"/*\"]\n";
    let directory = tempfile::tempdir().unwrap();
    for (name, main, config) in [
        ("object", object, ""),
        ("object-first", object, first),
        ("class", class, ""),
        ("silent", silent, ""),
    ] {
        with_main(&directory.path().join(name), main, config);
    }
    let answers = npm::stdout(npm::command("router/main.mjs").arg(directory.path()));
    fixture::snapshot("router-main", &answers);
}

/// The files of a project with about this many routes: groups of ten, and one path behind five middleware.
fn functions(size: usize) -> Vec<FunctionExports> {
    let group = [
        "index",
        "search",
        "items/index",
        "items/[id]",
        "items/[id]/comments/index",
        "items/[id]/comments/[comment]",
        "about/team",
        "settings/profile",
        "files/[[path]]",
        "v[version]/info",
    ];
    let groups =
        (0..size.div_ceil(10)).flat_map(|at| group.iter().map(move |name| format!("group{at}/{name}.js")));
    let deep = ["", "a/", "a/b/", "a/b/c/", "a/b/c/d/"]
        .iter()
        .map(|directory| format!("deep/{directory}_middleware.js"));
    let files = groups.chain(deep).chain(["deep/a/b/c/d/[id].js".to_owned()]);
    files.map(|file| FunctionExports { file, exports: vec!["onRequest".to_owned()] }).collect()
}

#[test]
#[ignore = "a measurement: run it alone, on a quiet machine"]
fn bench() {
    let sizes = ["10", "100", "1000"];
    let directory = tempfile::tempdir().unwrap();
    for size in sizes {
        let home = directory.path().join(size);
        let functions = functions(size.parse().unwrap());
        for function in &functions {
            let path = home.join("functions").join(&function.file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let answer = match function.file.ends_with("_middleware.js") {
                true => "({ next }) => next()",
                false => "() => new Response(\"ok\")",
            };
            fs::write(path, format!("export const onRequest = {answer};\n")).unwrap();
        }
        let table = build(&home, &functions);
        let routes: Vec<Value> = table
            .0
            .iter()
            .map(|route| json!({ "path": route.pattern.to_string(), "middleware": route.middleware.is_some() }))
            .collect();
        let mut app = "import { Hono } from \"hono\";\nconst app = new Hono();\n".to_owned();
        for route in table.0.iter().rev() {
            let path = route.pattern.to_string();
            let path = path.split_once("*").map_or(path.as_str(), |(path, _)| path);
            let path = if path.ends_with(":path") { path.replace(":path", "*") } else { path.to_owned() };
            app += &match route.middleware {
                Some(_) => format!("app.use(\"{path}/*\", (context, next) => next());\n"),
                None => format!("app.all(\"{path}\", (context) => context.text(\"ok\"));\n"),
            };
        }
        app +=
            "app.all(\"*\", (context) => context.env.ASSETS.fetch(context.req.raw));\nexport default app;\n";
        fs::write(home.join("app.mjs"), app).unwrap();
        let bundled = npm::stdout(
            Command::new(npm::modules().join(".bin/esbuild"))
                .args(["app.mjs", "--bundle", "--format=esm"])
                .current_dir(&home)
                .env("NODE_PATH", npm::modules()),
        );
        fs::write(home.join("hono.js"), bundled).unwrap();
        fs::write(home.join("routes.json"), serde_json::to_string(&routes).unwrap()).unwrap();
        let entry = router::entry(&router::Entry {
            routes: &table,
            functions_specifier: &|file| format!("./functions/{file}"),
            classes: &[],
            main: None,
            assets_binding: Some("ASSETS"),
            assets_before_main: true,
            named: None,
        });
        let root = entry.lines().find_map(|line| line.trim().strip_prefix("root: ")).unwrap();
        let root = root.strip_suffix(',').unwrap();
        let alone = format!("{}\nexport const root = {root};\n", router::RUNTIME);
        fs::write(home.join("table.js"), alone).unwrap();
        fs::write(home.join("package.json"), "{ \"type\": \"module\" }").unwrap();
    }
    let at = directory.path().to_str().unwrap();
    script(&["wrangler", at]);
    let mut command = npm::command(root().join("benches/router/bench.mjs"));
    assert!(command.arg(at).args(sizes).status().unwrap().success());
}
