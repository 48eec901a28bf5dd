//! `pagesbuild why`: the imports that lead to a module, what chose the file, and what keeps it in the worker.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::fixture::{pagesbuild, root, snapshot, stderr, stdout};

/// A project whose packages are chosen in different ways and stay for different reasons.
const PROJECT: &[(&str, &str)] = &[
    (
        "wrangler.toml",
        r#"name = "why"
pages_build_output_dir = "public"
compatibility_date = "2026-09-01"
compatibility_flags = ["nodejs_compat"]
[alias]
old = "./lib/new.js"
"#,
    ),
    ("public/index.html", ""),
    ("tsconfig.json", r#"{ "compilerOptions": { "paths": { "@/*": ["./lib/*"] } } }"#),
    (
        "functions/api/index.ts",
        r#"import { Framework } from "framework";
import { kept } from "pure";
import { format } from "@/format";
import "./setup";
export const onRequest = () => new Response(String(new Framework().read() + format(kept)));
"#,
    ),
    (
        "functions/api/setup.js",
        "import data from 'old';\nimport note from '../../lib/note.txt';\nglobalThis.data = data + note;\nglobalThis.page = (name) => import(`../../pages/${name}.js`);\n",
    ),
    ("lib/note.txt", "A note.\n"),
    ("pages/one.js", "export default 1;\n"),
    ("lib/new.js", "export default 1;\nexport const other = 2;\n"),
    (
        "lib/format.ts",
        r#"import twice from "twice";
import user from "user";
export const format = (x: number) => twice + user + x;
export const never = 1;
"#,
    ),
    (
        "node_modules/framework/package.json",
        r#"{
  "name": "framework",
  "version": "4.6.0",
  "exports": { ".": { "types": "./a.d.ts", "workerd": { "import": "./dist/index.js" }, "default": "./a.cjs" } }
}"#,
    ),
    (
        "node_modules/framework/dist/index.js",
        "export { Framework } from './framework.js';\nexport { unused } from './unused.js';\n",
    ),
    (
        "node_modules/framework/dist/framework.js",
        r#"import { readFile } from "fs";
export class Framework { read() { return readFile } }
export function other() { return 1 }
globalThis.framework = 1;
"#,
    ),
    ("node_modules/framework/dist/unused.js", "export function unused() { return 5 }\n"),
    (
        "node_modules/pure/package.json",
        r#"{ "name": "pure", "version": "1.0.0", "sideEffects": false, "main": "main.js", "module": "module" }"#,
    ),
    ("node_modules/pure/main.js", "exports.kept = 1;\n"),
    ("node_modules/pure/module.js", "export { kept } from './kept.js';\nexport { gone } from './gone.js';\n"),
    ("node_modules/pure/kept.js", "export const kept = 2;\n"),
    ("node_modules/pure/gone.js", "export const gone = globalThis.gone();\n"),
    ("node_modules/twice/package.json", r#"{ "name": "twice", "version": "1.0.0", "main": "lib" }"#),
    ("node_modules/twice/lib/index.js", "module.exports = 1;\n"),
    (
        "node_modules/user/package.json",
        r#"{ "name": "user", "version": "0.1.0", "browser": { "twice": "./twice-for-browsers" } }"#,
    ),
    ("node_modules/user/index.js", "module.exports = require('twice') + require('deep');\n"),
    ("node_modules/user/twice-for-browsers.js", "module.exports = 3;\n"),
    ("node_modules/user/node_modules/deep/package.json", r#"{ "name": "deep", "browser": {} }"#),
    ("node_modules/user/node_modules/deep/index.js", "module.exports = require('twice');\n"),
    ("node_modules/user/node_modules/twice/package.json", r#"{ "name": "twice", "version": "2.0.0" }"#),
    ("node_modules/user/node_modules/twice/index.js", "module.exports = 2;\n"),
];

fn project() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in PROJECT {
        let file = directory.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    directory
}

/// A file, a package, an external module, a specifier, a part of a path; a package of two versions; what is meant twice,
/// or by nobody.
#[test]
fn questions_and_answers() {
    let directory = project();
    let mut text = String::new();
    let questions: [&[&str]; 16] = [
        &["functions/api/index.ts"],
        &["framework"],
        &["node_modules/framework/dist/framework.js"],
        &["pure"],
        &["gone.js"],
        &["twice"],
        &["twice-for-browsers"],
        &["node:fs"],
        &["old"],
        &["@/format", "-v"],
        &["lib/format.ts", "--entry", "lib/format.ts"],
        &["pure/kept.js"],
        &["lib/note.txt"],
        &["pages/one.js"],
        &["dist"],
        &["framewrok"],
    ];
    for question in questions {
        let output = pagesbuild(directory.path(), [&["why"], question].concat());
        let answer = stdout(&output) + &stderr(&output);
        text.push_str(&format!("$ pagesbuild why {}\n{answer}\n", question.join(" ")));
        assert!(matches!(output.status.code(), Some(0 | 2)), "{question:?}: {answer}");
    }
    snapshot("why", &text);
}

#[test]
fn errors_leave_the_ways_to_a_module() {
    let directory = project();
    let file = directory.path().join("lib/format.ts");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{text}import 'nowhere';\n")).unwrap();
    let output = pagesbuild(directory.path(), ["why", "user", "--format", "json"]);
    let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(document["result"][0]["chain"][1]["path"], "lib/format.ts");
    assert_eq!(document["result"][0]["worker"]["bytes"], Value::Null);
    assert_eq!(document["diagnostics"][0]["code"], "unresolved-import");
}

/// What is said of sizes is what a metafile says, and what is said not to be evaluated has none.
#[test]
fn sizes_are_those_of_a_build() {
    check_sizes(project().path());
    check_sizes(&root().join("fixtures/projects/image-sharing"));
}

fn check_sizes(project: &Path) {
    let output = tempfile::tempdir().unwrap();
    let [metafile, outdir] = ["meta.json", "dist"].map(|name| output.path().join(name));
    let paths = [&outdir, &metafile].map(|path| path.to_str().unwrap());
    let built =
        pagesbuild(project, ["build", ".", "--no-store", "--outdir", paths[0], "--metafile", paths[1]]);
    assert!(built.status.success(), "{}", stderr(&built));
    let facts: Value = serde_json::from_str(&fs::read_to_string(metafile).unwrap()).unwrap();
    let mut outputs = facts["outputs"].as_object().unwrap().values();
    let worker = outputs.find(|output| output["entryPoint"].is_string()).unwrap();
    let mut modules = 0;
    for (path, input) in facts["inputs"].as_object().unwrap() {
        if input["format"].is_null() || path.starts_with("pagesbuild:") {
            continue;
        }
        modules += 1;
        let output = pagesbuild(project, ["why", path, "--format", "json"]);
        let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
        let share = &document["result"][0]["worker"];
        let size = worker["inputs"][path]["bytesInOutput"].as_u64().unwrap_or(0);
        assert_eq!(share["bytes"], size, "{path}: {share:#}");
        assert!(size == 0 || share["evaluated"] == true, "{path}: {share:#}");
        assert_eq!(share["sourceBytes"], input["bytes"], "{path}");
    }
    assert!(modules > 3, "{facts:#}");
}
