//! Files that are modules of their own: the same ones as under wrangler, and what becomes of odd ones.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::fixture::{files, pagesbuild, stderr, stdout};
use crate::npm;
use crate::project::write;

/// A WebAssembly module that exports a function `add`.
const WASM: &[u8] = b"\0asm\x01\0\0\0\x01\x07\x01\x60\x02\x7f\x7f\x01\x7f\x03\x02\x01\0\x07\x07\x01\x03add\0\0\x0a\x09\x01\x07\0\x20\0\x20\x01\x6a\x0b";

/// What a deployment with a configuration sends as modules beside the main one: name, type and text, names without
/// hashes. `None` where wrangler refuses it.
fn sent(configuration: &Path) -> Option<BTreeSet<(String, String, String)>> {
    let wrangler = npm::modules().join("wrangler/bin/wrangler.js");
    let output = npm::command("upload/deploy.mjs").arg(wrangler).arg(configuration).output().unwrap();
    if !output.status.success() {
        return None;
    }
    let sent: Value = serde_json::from_slice(&output.stdout).unwrap();
    let main = sent["script"]["metadata"]["main_module"].as_str().unwrap();
    let modules = sent["script"]["modules"].as_object().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Some(
        modules
            .filter(|(name, module)| *name != main && module["type"] != "application/source-map")
            .map(|(name, module)| (without_hash(name), text(&module["type"]), text(&module["text"])))
            .collect(),
    )
}

fn without_hash(name: &str) -> String {
    let name = name.strip_prefix("./").unwrap_or(name);
    match name.split_once('-') {
        Some((hash, rest)) if hash.len() >= 32 => rest.to_owned(),
        _ => name.to_owned(),
    }
}

fn build(project: &Path) -> Option<BTreeSet<(String, String, String)>> {
    let output = pagesbuild(project, ["build", "--outdir", "../dist"]);
    assert!(output.status.code().is_some_and(|code| code <= 1), "{}", stderr(&output));
    sent(&project.parent().unwrap().join("dist/wrangler.json")).filter(|_| output.status.success())
}

/// Deploys a project as wrangler builds it and as pagesbuild does, and says how many modules both send.
fn compare(settings: Value, tree: &[(&str, &[u8])]) -> Option<usize> {
    let temp = tempfile::tempdir().unwrap();
    let project = temp.path().join("project");
    let mut configuration =
        json!({ "name": "odd", "main": "src/index.js", "compatibility_date": "2026-01-01" });
    configuration.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    write(&project, tree);
    write(&project, &[("wrangler.json", configuration.to_string().as_bytes())]);
    let (theirs, ours) = (sent(&project.join("wrangler.json")), build(&project));
    assert_eq!(ours, theirs, "{settings:#}");
    ours.map(|modules| modules.len())
}

#[test]
fn wrangler_sends_the_same_modules() {
    let index = br#"
        import wasm from "./add.wasm";
        import again from "./add.wasm?module";
        import * as text from "./deep/text.txt";
        import { default as html } from "../page.html";
        import packaged from "odd-package";
        import inner from "odd-package/lib/inner.wasm";
        import exported from "odd-package/exported.wasm";
        import latin from "./latin.txt";
        import empty from "./empty.txt";
        export { default as Sql } from "./query.sql";
        export default { fetch: async () => [wasm, again, text, html, packaged, inner, exported, latin, empty, await import("./data.bin")] };
    "#;
    let count = compare(
        json!({}),
        &[
            ("src/index.js", index),
            ("src/add.wasm", WASM),
            ("src/deep/text.txt", b"deep"),
            ("src/text.txt", b"not imported"),
            ("src/latin.txt", b"caf\xe9"),
            ("src/empty.txt", b""),
            ("src/query.sql", b"SELECT 1"),
            ("src/data.bin", b"\0\xff"),
            ("page.html", b"<p>"),
            ("node_modules/odd-package/package.json", br#"{ "name": "odd-package", "main": "index.js", "exports": { ".": "./index.js", "./exported.wasm": "./exported.wasm" } }"#),
            ("node_modules/odd-package/index.js", b"import own from './lib/own.txt'; export default own;"),
            ("node_modules/odd-package/lib/own.txt", b"own"),
            ("node_modules/odd-package/lib/inner.wasm", WASM),
            ("node_modules/odd-package/exported.wasm", WASM),
        ],
    );
    assert_eq!(count, Some(10));
}

#[test]
fn wrangler_reads_rules_the_same_way() {
    let index = br#"
        import guide from "./docs/guide.md";
        import raw from "./raw/table.txt";
        import text from "./table.txt";
        import page from "./page.html";
        import json from "./data.json";
        export default { fetch: () => [guide, raw, text, page, json] };
    "#;
    let tree: &[(&str, &[u8])] = &[
        ("src/index.js", index),
        ("src/docs/guide.md", b"# Guide"),
        ("src/raw/table.txt", b"raw"),
        ("src/table.txt", b"text"),
        ("src/page.html", b"<p>"),
        ("src/data.json", b"{}"),
    ];
    let rules = |shadowing: Value| {
        let mut text = json!({ "type": "Text", "globs": ["*.md", "**/[id].txt"] });
        text.as_object_mut().unwrap().extend(shadowing.as_object().unwrap().clone());
        json!({ "rules": [{ "type": "Data", "globs": ["**/raw/*.txt", "**/*.json"] }, text] })
    };
    assert_eq!(compare(rules(json!({ "fallthrough": true })), tree), Some(5));
    // wrangler's own rule for text is out of force now, and refuses what it names.
    assert_eq!(compare(rules(json!({ "fallthrough": false })), tree), None);
}

#[test]
fn wrangler_finds_the_same_modules() {
    let index = br#"
        import one from "./mods/one.js";
        import text from "../top.txt";
        import bundled from "./bundled.js";
        import { deep } from "./lib/deep.js";
        export default { fetch: () => [one, text, bundled, deep] };
    "#;
    let tree: &[(&str, &[u8])] = &[
        ("src/index.js", index),
        ("src/bundled.js", b"export default 1"),
        ("src/mods/one.js", b"export default 1"),
        ("src/mods/deeper/two.js", b"import one from '../one.js'; export default one"),
        ("src/mods/three.mjs", b"export default 3"),
        ("src/mods/.hidden.js", b"export default 4"),
        ("src/lib/deep.js", b"export { default as deep } from '../../far/deep.html';"),
        ("far/deep.html", b"<p>"),
        ("top.txt", b"top"),
        ("notes/a b #1.txt", b"odd"),
        ("notes/\u{e9}t\u{e9}.txt", b"odd too"),
        ("old/legacy.cjs", b"exports.old = 1;"),
        ("node_modules/some-package/readme.txt", b"read"),
        ("left.out", b"left out"),
    ];
    let rules = json!([
        { "type": "ESModule", "globs": ["src/mods/**/*.js", "**/one.js"] },
        { "type": "CommonJS", "globs": ["old/*.cjs"] },
    ]);
    let found = json!({ "find_additional_modules": true, "base_dir": ".", "rules": rules });
    assert_eq!(compare(found, tree), Some(9));
}

/// What the project answers to `GET /` as pagesbuild builds it, and where `alone` is not set, as wrangler does.
fn answer(settings: Value, tree: &[(&str, &[u8])], alone: bool) -> Value {
    let temp = tempfile::tempdir().unwrap();
    let project = temp.path().join("project");
    let mut configuration = json!({ "name": "odd", "main": "index.js", "compatibility_date": "2026-01-01" });
    configuration.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    write(&project, tree);
    write(&project, &[("wrangler.json", configuration.to_string().as_bytes())]);
    let output = pagesbuild(&project, ["build", "--outdir", "../dist"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let ask = |configuration: &Path| npm::stdout(npm::command("worker/answer.mjs").arg(configuration));
    let ours = ask(&temp.path().join("dist/wrangler.json"));
    if !alone {
        assert_eq!(ours, ask(&project.join("wrangler.json")));
    }
    serde_json::from_str(&ours).unwrap_or(Value::String(ours))
}

#[test]
fn attributes_and_phases() {
    let index = br#"
        import source wasm from "./add.wasm";
        import module from "./add.wasm";
        import whole from "./data.json" with { type: "json" };
        import * as only from "./data.json" with { type: "json" };
        import odd, { version, "two words" as words, __esModule as flag } from "./data.json";
        import guide from "./guide.md" with { type: "text" };
        import bytes from "./guide.md" with { type: "bytes" };
        import text from "./text.txt" with { type: "text" };
        import style from "./style.css";
        import "./style.css";
        export default {
          async fetch() {
            const later = await import("./data.json", { with: { type: "json" } });
            const { exports } = await WebAssembly.instantiate(wasm);
            return Response.json({
              sum: exports.add(2, 3), same: wasm === module, whole, only, odd, version, words, flag, guide, text, style,
              bytes: [...bytes], keys: Object.keys(later), again: later.default === whole, odder: odd === whole,
            });
          },
        };
    "#;
    let tree: &[(&str, &[u8])] = &[
        ("index.js", index),
        ("add.wasm", WASM),
        ("data.json", br#"{ "__esModule": true, "default": 7, "version": "1.2.3", "two words": [1] }"#),
        ("guide.md", b"# Gu\xc3\xafde\n"),
        ("text.txt", b"text"),
        ("style.css", b"p { color: red }"),
    ];
    let answer = answer(json!({}), tree, false);
    assert_eq!(answer["sum"], 5);
    assert_eq!(answer["version"], "1.2.3");
}

#[test]
fn what_is_required_is_the_default_export() {
    let tree: &[(&str, &[u8])] = &[
        ("index.js", b"import { all } from './old.cjs'; export default { fetch: () => Response.json(all) };"),
        ("old.cjs", b"exports.all = [require('./text.txt'), require('./data.bin').byteLength, require('./x/text.txt')];"),
        ("text.txt", b"text"),
        ("x/text.txt", b"text"),
        ("data.bin", b"\0\0\xff"),
    ];
    assert_eq!(answer(json!({}), tree, true), json!(["text", 3, "text"]));
}

#[test]
fn names_and_types_do_not_get_in_each_others_way() {
    let index = br#"
        import one from "./a/one.txt";
        import other from "./b/one.txt";
        import data from "./raw/one.txt";
        import upper from "./b/ONE.txt";
        import odd from "./b/o n\u00e9 #1%20.txt";
        export default { fetch: () => Response.json([one, other, data.byteLength, upper, odd]) };
    "#;
    let tree: &[(&str, &[u8])] = &[
        ("index.js", index),
        ("a/one.txt", b"same"),
        ("b/one.txt", b"same"),
        ("raw/one.txt", b"same"),
        ("b/ONE.txt", b"same"),
        ("b/o n\u{e9} #1%20.txt", b"odd"),
    ];
    let rules = json!({ "rules": [{ "type": "Data", "globs": ["**/raw/*"] }] });
    assert_eq!(answer(rules, tree, true), json!(["same", "same", 4, "same", "odd"]));
    let kept = &tree[..2];
    let kept: Vec<(&str, &[u8])> = kept.iter().copied().chain([tree[5]]).collect();
    let index = br#"
        import one from "./a/one.txt";
        import odd from "./b/o n\u00e9 #1%20.txt";
        export default { fetch: () => Response.json([one, odd]) };
    "#;
    let kept: Vec<(&str, &[u8])> =
        [("index.js", &index[..])].into_iter().chain(kept.into_iter().skip(1)).collect();
    assert_eq!(answer(json!({ "preserve_file_names": true }), &kept, false), json!(["same", "odd"]));
}

/// Builds a project whose main module is `index`, and gives the codes and messages of what was said.
fn said(settings: Value, index: &str, tree: &[(&str, &[u8])]) -> Vec<String> {
    let temp = tempfile::tempdir().unwrap();
    let mut configuration = json!({ "name": "odd", "main": "index.js", "compatibility_date": "2026-01-01" });
    configuration.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    write(temp.path(), tree);
    write(
        temp.path(),
        &[("index.js", index.as_bytes()), ("wrangler.json", configuration.to_string().as_bytes())],
    );
    let output = pagesbuild(temp.path(), ["build", "--format", "json"]);
    let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let diagnostics = document["diagnostics"].as_array().unwrap().iter();
    diagnostics.map(|problem| format!("{}: {}", text(&problem["code"]), text(&problem["message"]))).collect()
}

#[test]
fn what_cannot_be_a_module_is_said() {
    let wasm = "import wasm from './a.wasm'; export default { fetch: () => wasm };";
    assert_eq!(said(json!({}), wasm, &[]), ["unresolved-import: there is no file for `./a.wasm`"]);
    let directory: &[(&str, &[u8])] = &[("a.wasm/readme", b"")];
    let found = said(json!({}), wasm, directory);
    assert!(found.len() == 1 && found[0].starts_with("unresolved-import: "), "{found:?}");
    assert!(said(json!({}), wasm, &[("a.wasm", b"")]).is_empty());

    let cases = "import one from './a/x.txt'; import other from './b/X.txt'; export default { fetch: () => [one, other] };";
    let tree: &[(&str, &[u8])] = &[("a/x.txt", b"one"), ("b/X.txt", b"other")];
    assert!(said(json!({ "preserve_file_names": true }), cases, tree).is_empty());
    let cases = cases.replace("./a/", "./").replace("./b/", "./");
    let tree: &[(&str, &[u8])] = &[("x.txt", b"one"), ("X.txt", b"other")];
    let found = said(json!({ "preserve_file_names": true }), &cases, tree);
    assert_eq!(found, ["duplicate-module: `x.txt` has the name of another module, `X.txt`: `x.txt`"]);

    let source = "import source a from './b.js'; import source b from './t.txt'; export default [a, b];";
    let found = said(json!({}), source, &[("b.js", b"export {}"), ("t.txt", b"")]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|said| said.contains("is no WebAssembly")), "{found:?}");
    let later = "import defer * as a from './b.js'; export default [a, () => import.source('./a.wasm')];";
    let found = said(json!({}), later, &[("b.js", b"export {}"), ("a.wasm", WASM)]);
    assert!(found.len() == 2 && found.iter().all(|said| said.starts_with("syntax: ")), "{found:?}");
    let names = "import { version, nope } from './p.json'; import { version as v } from './p.json' with { type: 'json' }; export default [version, nope, v];";
    let found = said(json!({}), names, &[("p.json", br#"{ "version": 1 }"#)]);
    assert_eq!(
        found,
        [
            "missing-export: `./p.json` does not export `nope`",
            "missing-export: `./p.json` does not export `version`"
        ]
    );
    let form = "import a from './b.js' with { type: 'css' }; export default a;";
    assert_eq!(said(json!({}), form, &[("b.js", b"")]), ["syntax: a module cannot be imported as `css`"]);
}

#[test]
fn what_cannot_stay_unbundled_is_said() {
    let main = "export default {};";
    let settings = json!({ "no_bundle": true });
    assert!(said(settings.clone(), main, &[]).is_empty());
    let short = said(json!({ "no_bundle": true, "minify": true }), main, &[]);
    assert!(short[0].starts_with("conflicting-settings: `minify` has no effect"), "{short:?}");
    let functions: &[(&str, &[u8])] =
        &[("functions/a.js", b"export const onRequest = () => new Response();")];
    let found = said(settings.clone(), main, functions);
    assert!(
        found[0].starts_with("conflicting-settings: `no_bundle` is set, and the project has functions"),
        "{found:?}"
    );
    let classes: &[(&str, &[u8])] = &[("durable_objects/a.js", b"export class A {}")];
    let found = said(settings.clone(), main, classes);
    assert!(found[0].starts_with("conflicting-settings: `no_bundle`"), "{found:?}");
    let found = said(json!({ "no_bundle": true, "main": "a.ts" }), main, &[("a.ts", b"export default {};")]);
    assert!(found[0].starts_with("conflicting-settings: with `no_bundle` the main module"), "{found:?}");
    let found = said(json!({ "find_additional_modules": true, "base_dir": "none" }), main, &[]);
    assert_eq!(found, ["missing-path: `base_dir` names a directory that does not exist: `none`"]);
    let python = json!({ "rules": [{ "type": "PythonModule", "globs": ["**/*.py"] }] });
    assert_eq!(said(python, main, &[]), ["invalid-value: `rules[0].type` cannot be `PythonModule`"]);
}

#[test]
fn a_bundle_has_its_modules_beside_it() {
    let temp = tempfile::tempdir().unwrap();
    let index = b"import text from './text.txt'; export default text;";
    write(temp.path(), &[("src/index.js", index), ("src/text.txt", b"text")]);
    let bundle =
        |more: &[&str]| pagesbuild(temp.path(), [&["bundle", "src/index.js", "--no-cache"], more].concat());
    let output = bundle(&["--outfile", "out/worker.js", "--metafile", "meta.json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let written = files(&temp.path().join("out"));
    assert!(written.len() == 2 && without_hash(&written[0]) == "text.txt", "{written:?}");
    let metafile: Value = serde_json::from_slice(&fs::read(temp.path().join("meta.json")).unwrap()).unwrap();
    let output = &metafile["outputs"][format!("out/{}", written[0])];
    assert_eq!(output["inputs"], json!({ "src/text.txt": { "bytesInOutput": 4 } }), "{metafile:#}");
    assert!(fs::read_to_string(temp.path().join("out/worker.js")).unwrap().contains(&written[0]));
    let output = pagesbuild(temp.path(), ["why", "src/text.txt", "--entry", "src/index.js"]);
    assert!(stdout(&output).contains("src/index.js:1:18 imports `./text.txt`"), "{}", stderr(&output));
    let output = bundle(&[]);
    assert!(output.status.success() && stderr(&output).contains("1 more module not written"));

    // Under their own names they must not take the place of sources.
    write(
        temp.path(),
        &[("wrangler.json", br#"{ "preserve_file_names": true }"#), ("src/a/text.txt", b"other")],
    );
    write(temp.path(), &[("src/index.js", b"import text from './a/text.txt'; import { other } from './a/b.js'; export default [text, other];")]);
    write(temp.path(), &[("src/a/b.js", b"export { default as other } from '../text.txt';")]);
    let output = bundle(&["--outfile", "src/a/worker.js"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(fs::read(temp.path().join("src/a/text.txt")).unwrap(), b"other");
}
