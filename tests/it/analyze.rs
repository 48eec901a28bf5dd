//! `pagesbuild analyze`: the facts are right, and the page shows them whatever files are called.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::fixture::{files, pagesbuild, root, stderr, stdout};
use crate::npm;
use crate::project::write;

const CONFIG: &[u8] =
    b"name = 'shop'\ncompatibility_date = '2026-01-01'\nmain = 'src/index.js'\nassets = { directory = 'public', binding = 'ASSETS' }";

/// Names that would be elements, ends of elements, lines or other languages' code if they were not taken as text.
const HOSTILE: &[&str] = &[
    "src/</script><script>document.documentElement.dataset.marked = 1</script>.js",
    "src/<img src=x onerror=\"document.documentElement.dataset.marked = 2\">.js",
    "src/line\u{2028}end\u{2029}&amp;{data}{nonce}.js",
    "src/__proto__/constructor.js",
    "src/\u{202e}sj.txt\\\"'`${1}.js",
];

/// A worker of the project's own modules and of two packages, one of them there twice, with static files.
fn project(directory: &Path) {
    let imports: String = (HOSTILE.iter().enumerate())
        .map(|(at, path)| {
            format!("import {} from {};\n", format_args!("v{at}"), json!(path.replacen("src/", "./", 1)))
        })
        .collect();
    let index = format!(
        "{imports}import {{ used }} from 'tools';\nimport old from '@scope/old';\nimport './side.js';\nimport text from './notes.txt';\n\
         export default {{ fetch: async () => new Response([v0, v1, v2, v3, v4, used(), old, text, await import('./lazy.js')]) }};\n"
    );
    write(
        directory,
        &[
            ("wrangler.toml", CONFIG),
            ("src/index.js", index.as_bytes()),
            ("src/side.js", b"import { inner } from 'tools/inner.js';\nconsole.log(inner);\n"),
            ("src/notes.txt", b"notes"),
            ("src/lazy.js", b"export const lazy = 'lazy';\n"),
            ("node_modules/tools/package.json", b"{ \"name\": \"tools\", \"version\": \"1.2.3\", \"type\": \"module\" }"),
            ("node_modules/tools/index.js", b"export { inner } from './inner.js';\nexport const used = () => 'used';\nexport function unused() { return 'unused, and long enough to be seen'; }\n"),
            ("node_modules/tools/inner.js", b"export const inner = 'inner';\n"),
            ("node_modules/@scope/old/package.json", b"{ \"name\": \"@scope/old\" }"),
            ("node_modules/@scope/old/index.js", b"module.exports = require('tools').used;\n"),
            ("node_modules/@scope/old/node_modules/tools/package.json", b"{ \"version\": \"0.9.0\" }"),
            ("node_modules/@scope/old/node_modules/tools/index.js", b"exports.used = 'old';\n"),
            ("public/index.html", "<p>hello</p>".repeat(100).as_bytes()),
            ("public/img/</script>.png", &[0x89; 500]),
        ],
    );
    for path in HOSTILE {
        write(directory, &[(path, format!("export default {};\n", json!(path)).as_bytes())]);
    }
}

/// What `--format json` prints.
fn analysis(directory: &Path, options: &[&str]) -> Value {
    let output = pagesbuild(directory, ["analyze", "--format", "json"].iter().chain(options));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    serde_json::from_str::<Value>(&stdout(&output)).unwrap()["result"].take()
}

fn sum(parts: &Value, key: &str) -> u64 {
    parts.as_array().unwrap().iter().map(|part| part[key].as_u64().unwrap()).sum()
}

#[test]
fn the_facts_are_those_of_a_build() {
    let directory = tempfile::tempdir().unwrap();
    project(directory.path());
    let before = files(directory.path());
    for options in [&["--no-cache"][..], &["--no-cache", "--minify"]] {
        let facts = analysis(directory.path(), options);
        assert_eq!(files(directory.path()), before, "nothing is written");
        let worker = &facts["worker"];
        let parts = sum(&worker["modules"], "size") + sum(&worker["additional"], "size");
        assert_eq!(worker["size"], parts + worker["linker"]["size"].as_u64().unwrap());
        let outdir = tempfile::tempdir().unwrap();
        let dist = outdir.path().join("dist");
        let arguments = ["build", "--no-store", "--format", "json", "--outdir", dist.to_str().unwrap()];
        let built: Value =
            serde_json::from_str(&stdout(&pagesbuild(directory.path(), arguments.iter().chain(options))))
                .unwrap();
        assert_eq!(built["result"]["code"], json!({ "size": worker["size"], "gzip": worker["gzip"] }));
        assert_eq!(built["result"]["assets"], json!({ "files": 2, "size": facts["assets"]["size"] }));
    }
    let facts = analysis(directory.path(), &["--no-cache"]);
    let worker = &facts["worker"];
    let modules = worker["modules"].as_array().unwrap();
    let module = |path: &str| modules.iter().find(|module| module["path"] == path).unwrap();
    let at = |path: &str| modules.iter().position(|module| module["path"] == path).unwrap();
    assert_eq!(worker["entry"], at("src/index.js"));
    assert!(HOSTILE.iter().all(|path| module(path)["size"].as_u64() > Some(0)));
    let tools = module("node_modules/tools/index.js");
    assert_eq!((&tools["kept"], &tools["unused"]), (&json!(["used"]), &json!(["unused"])));
    assert!(tools["dropped"].as_u64() > Some(40) && tools["size"].as_u64() > Some(0), "{tools}");
    assert_eq!(tools["imports"], json!([at("node_modules/tools/inner.js")]));
    assert_eq!(worker["packages"][tools["package"].as_u64().unwrap() as usize]["version"], "1.2.3");
    let notes = &worker["additional"][0];
    assert_eq!(
        (&notes["path"], &notes["type"], &notes["size"]),
        (&json!("src/notes.txt"), &json!("Text"), &json!(5))
    );
    assert_eq!(worker["runtime"], json!([]));
    let old = module("node_modules/@scope/old/index.js");
    let inner = "node_modules/@scope/old/node_modules/tools";
    assert_eq!(old["requires"], json!([at(&format!("{inner}/index.js"))]));
    assert_eq!((&old["format"], &old["dropped"]), (&json!("cjs"), &json!(0)));
    assert_eq!(module("src/index.js")["lazy"], json!([at("src/lazy.js")]));
    assert_eq!(module("src/index.js")["package"], Value::Null);
    assert_eq!(
        worker["packages"],
        json!([
            { "name": "@scope/old", "version": null, "path": "node_modules/@scope/old" },
            { "name": "tools", "version": "0.9.0", "path": inner },
            { "name": "tools", "version": "1.2.3", "path": "node_modules/tools" },
        ])
    );
    let assets = facts["assets"]["files"].as_array().unwrap();
    let sizes = |at: usize| (assets[at]["size"].as_u64().unwrap(), assets[at]["gzip"].as_u64().unwrap());
    // A picture is sent as it is.
    assert_eq!((assets.len(), sizes(0), &assets[0]["type"]), (2, (500, 500), &json!("image/png")));
    assert!(sizes(1).0 == 1200 && sizes(1).1 < 100, "{assets:?}");
}

/// The page of a project, where it was written and what is in it.
fn page(directory: &Path, options: &[&str]) -> (PathBuf, String) {
    let output = pagesbuild(directory, ["analyze"].iter().chain(options));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let path = directory.join(stdout(&output).trim_end());
    let text = fs::read_to_string(&path).unwrap();
    (path, text)
}

#[test]
fn the_page_has_all_in_it_and_runs_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    project(directory.path());
    let (path, text) = page(directory.path(), &[]);
    assert_eq!(
        path,
        fs::canonicalize(directory.path()).unwrap().join("node_modules/.cache/pagesbuild/analyze.html")
    );
    let (_, data) = text.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    let (data, rest) = data.split_once("</script>").unwrap();
    assert_eq!(serde_json::from_str::<Value>(data).unwrap(), analysis(directory.path(), &[]));
    assert!(!data.contains(['<', '>', '&', '\u{2028}', '\u{2029}']));
    // The page's own script, and none that came with a name.
    assert_eq!(text.matches("<script").count(), 2);
    let nonce = text.split_once("'nonce-").unwrap().1.split_once('\'').unwrap().0;
    assert!(
        rest.contains(&format!("<script type=\"module\" nonce=\"{nonce}\">"))
            && text.contains("default-src 'none'")
    );
    assert!(
        !rest.contains("http:") && !rest.contains("https:") && !rest.contains("innerHTML"),
        "nothing is fetched"
    );
    // The same project gives the same page.
    assert_eq!(
        page(directory.path(), &["-o", "deep/sizes.html"]),
        (directory.path().join("deep/sizes.html"), text)
    );
    for file in ["dist/sizes.html", "public/sizes.html"] {
        let output = pagesbuild(directory.path(), ["analyze", "--outfile", file]);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(!directory.path().join(file).exists());
    }
}

#[test]
fn a_project_without_code_or_without_assets_has_a_page_too() {
    for project in ["static-only", "functions-only", "image-sharing"] {
        let outdir = tempfile::tempdir().unwrap();
        let file = outdir.path().join("page.html");
        let fixture = root().join("fixtures/projects").join(project);
        let (_, text) = page(&fixture, &["--no-cache", "--outfile", file.to_str().unwrap()]);
        assert!(text.contains("\"project\":"), "{project}");
        let facts = analysis(&fixture, &["--no-cache"]);
        assert_eq!(facts["worker"].is_null(), project == "static-only");
        assert_eq!(facts["assets"].is_null(), project == "functions-only");
        if project == "image-sharing" {
            assert_eq!(facts["worker"]["runtime"], json!(["cloudflare:workers"]));
        }
    }
    let broken = pagesbuild(root(), ["analyze", "fixtures/broken/syntax"]);
    assert_eq!(broken.status.code(), Some(1), "{}", stderr(&broken));
}

#[test]
fn rectangles_of_the_map_are_as_large_as_they_say() {
    let source = root().join("src/analyze/page/tree.js");
    let said = npm::stdout(npm::command("analyze/layout.mjs").arg(source).args(["1", "200"]));
    assert_eq!(said, "fine\n");
}

/// A browser of the Chromium family, where the machine has one.
fn browser() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).flat_map(|directory| names.map(|name| directory.join(name)));
    places.into_iter().find(|place| Command::new(place).arg("--version").output().is_ok())
}

/// Only where there is a browser; `.ci/run` sees to it.
#[test]
fn a_browser_shows_it() {
    let Some(browser) = browser() else {
        println!("no browser is installed: nobody looks at the page");
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    project(directory.path());
    let (path, _) = page(directory.path(), &[]);
    let seen = npm::stdout(npm::command("analyze/browser.mjs").arg(browser).arg(path));
    let seen: Value = serde_json::from_str(&seen).unwrap();
    let nothing = json!([]);
    assert_eq!(
        (&seen["complaints"], &seen["requests"], &seen["marked"]),
        (&nothing, &nothing, &Value::Null),
        "{seen}"
    );
    assert_eq!((&seen["heading"], &seen["title"]), (&json!("shop"), &json!("shop: what it is made of")));
    let facts = analysis(directory.path(), &[]);
    let count = facts["worker"]["modules"].as_array().unwrap().len();
    // Every module is a row, and so are the file beside them and what the linker adds.
    assert_eq!(
        (&seen["all"], &seen["first"]),
        (&json!(count + 2), &json!("node_modules/@scope/old/index.js"))
    );
    assert_eq!(seen["matches"], format!("0 of {}, 0 B", count + 2));
    assert!(
        seen["trail"].as_str().unwrap().starts_with("Worker\n"),
        "a click goes into what is clicked: {seen}"
    );
}
