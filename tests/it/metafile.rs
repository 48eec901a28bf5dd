//! What a build is made of, as the linker knows it and as tools of esbuild read it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use pagesbuild::pipeline::{self, BundleRequest};
use pagesbuild::project::Options;
use serde_json::{Value, json};

use crate::fixture::{build, pagesbuild, root, stderr};
use crate::npm;
use crate::project::write;

/// A program in which modules wait, call each other before they are evaluated, and are seen as objects. `@` stands for
/// the name of the module, in a text that nobody else writes.
const PROGRAM: &[(&str, &str)] = &[
    (
        "main.js",
        "import fs, { join } from 'node:path';\nimport * as all from './all.js';\nimport common from './common.cjs';\n\
         import { used } from './barrel.js';\nimport { even } from './even.js';\nimport data from './data.json';\nimport notes from './notes.txt';\n\
         export const main = '@', now = [fs, join, all, common, used, even, data, notes];\n\
         export const later = () => Promise.all([import('./lazy.js'), import('./common.cjs'), import('node:os')]);\n",
    ),
    ("all.js", "export const one = '@';\nexport * from './common.cjs';\nexport * from 'node:url';\n"),
    ("barrel.js", "export { used } from './used.js';\nexport { unused } from './unused.js';\n"),
    ("used.js", "export const used = ['@'].map((text) => text + '@');\nexport const spare = '@';\n"),
    ("unused.js", "export const unused = '@';\n"),
    (
        "even.js",
        "import { odd } from './odd.js';\nexport function even(n) { return n === 0 ? '@' : odd(n - 1); }\n",
    ),
    (
        "odd.js",
        "import { even } from './even.js';\nexport function odd(n) { return n === 0 ? '@' : even(n - 1); }\n",
    ),
    (
        "common.cjs",
        "exports.text = '@';\nexports.loop = require('./loop-a.mjs');\nexports.any = (name) => require(name);\n",
    ),
    ("loop-a.mjs", "import { b } from './loop-b.mjs';\nexport let a = '@';\nexport const f = () => b;\n"),
    ("loop-b.mjs", "import { f } from './loop-a.mjs';\nexport const b = '@';\nconsole.log(typeof f, '@');\n"),
    ("lazy.js", "import './waiting.js';\nexport const lazy = await '@';\n"),
    ("waiting.js", "console.log('@');\n"),
    ("notes.txt", "text that stays where it is"),
    ("data.json", "{ \"text\": \"@\" }\n"),
];

fn mark(path: &str) -> String {
    format!("mark of {path}")
}

fn program(directory: &Path) {
    for (path, text) in PROGRAM {
        write(directory, &[(path, text.replace('@', &mark(path)).as_bytes())]);
    }
}

#[test]
fn every_byte_belongs_to_who_brought_it() {
    let directory = tempfile::tempdir().unwrap();
    program(directory.path());
    for (minify, source_map) in [(false, false), (false, true), (true, false), (true, true)] {
        let options = Options {
            directory: directory.path().to_owned(),
            compatibility_flags: vec!["nodejs_compat".to_owned()],
            minify,
            source_map,
            no_cache: true,
            ..Options::default()
        };
        let request = BundleRequest {
            entry: Path::new("main.js"),
            outfile: Some(&directory.path().join("out/main.js")),
            metafile: None,
        };
        let (bundle, problems) = pipeline::bundle(&options, request).unwrap();
        let bundle = bundle.unwrap_or_else(|| panic!("{problems:?}"));
        let mut live = bundle.sources.iter();
        let modules = bundle.link_map.modules.iter();
        let owners: Vec<Option<&String>> =
            modules.map(|module| module.live.then(|| live.next()).flatten()).collect();
        let mut end = 0;
        let mut marked = BTreeSet::new();
        for (module, range) in bundle.link_map.pieces() {
            assert_eq!(range.start, end, "pieces follow each other");
            end = range.end;
            let text = &bundle.main[range];
            let owner = module.and_then(|module| owners[module.0 as usize]);
            for (path, _) in PROGRAM.iter().filter(|(path, _)| text.contains(&mark(path))) {
                assert_eq!(owner.map(String::as_str), Some(*path), "{text}");
                marked.insert(*path);
            }
        }
        assert_eq!(end, bundle.main.len());
        let (sizes, own) = bundle.link_map.sizes();
        assert_eq!(sizes.iter().sum::<usize>() + own, bundle.main.len());
        let kept: BTreeSet<&str> = PROGRAM
            .iter()
            .map(|(path, _)| *path)
            .filter(|path| !["barrel.js", "unused.js", "notes.txt"].contains(path))
            .collect();
        assert_eq!(marked, kept);
    }
}

/// The metafile as esbuild's types and analyzer and esbuild-visualizer read it, and the bytes that these show of each output.
fn read(file: &Path) -> (Value, Value) {
    let report = npm::stdout(npm::command("metafile/read.mjs").arg(file));
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["wrong"], json!([]));
    let metafile: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let analysis = report["analysis"].as_str().unwrap();
    for (path, output) in metafile["outputs"].as_object().unwrap() {
        assert!(analysis.contains(path) || output["inputs"] == json!({}), "{path} is not in {analysis}");
        assert!(
            report["shown"][path] == output["bytes"] || output["inputs"] == json!({}),
            "{}",
            report["shown"]
        );
    }
    (metafile, report)
}

#[test]
fn tools_of_esbuild_read_it() {
    let directory = tempfile::tempdir().unwrap();
    program(directory.path());
    let arguments =
        ["bundle", "main.js", "--no-cache", "--compatibility-flag", "nodejs_compat", "--sourcemap"];
    let output =
        pagesbuild(directory.path(), arguments.iter().chain(&["-o", "out/w.js", "--metafile", "meta.json"]));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let (metafile, report) = read(&directory.path().join("meta.json"));
    assert!(report["analysis"].as_str().unwrap().contains("<runtime>"));
    let main = &metafile["outputs"]["out/w.js"];
    for name in ["w.js", "w.js.map"] {
        let size = fs::metadata(directory.path().join("out").join(name)).unwrap().len();
        assert_eq!(metafile["outputs"][format!("out/{name}")]["bytes"], size);
    }
    assert_eq!(
        (&main["entryPoint"], &main["exports"]),
        (&json!("main.js"), &json!(["later", "main", "now"]))
    );
    // A file that is a module of its own is an output, which the worker imports.
    let mut outputs = metafile["outputs"].as_object().unwrap().keys();
    let notes = outputs.find(|path| path.ends_with("-notes.txt")).unwrap();
    assert_eq!(metafile["outputs"][notes]["inputs"], json!({ "notes.txt": { "bytesInOutput": 27 } }));
    let imports = metafile["inputs"]["main.js"]["imports"].as_array().unwrap();
    assert!(
        imports
            .contains(&json!({ "path": "notes.txt", "kind": "import-statement", "original": "./notes.txt" }))
    );
    assert_eq!(
        main["imports"],
        json!([
            { "path": notes, "kind": "import-statement" },
            { "path": "node:os", "kind": "dynamic-import", "external": true },
            { "path": "node:path", "kind": "import-statement", "external": true },
            { "path": "node:url", "kind": "import-statement", "external": true },
        ])
    );
    assert_eq!(
        metafile["inputs"]["common.cjs"],
        json!({
            "bytes": fs::metadata(directory.path().join("common.cjs")).unwrap().len(),
            "imports": [{ "path": "loop-a.mjs", "kind": "require-call", "original": "./loop-a.mjs" }],
            "format": "cjs",
        })
    );
    let formats: Vec<&Value> =
        ["main.js", "data.json"].iter().map(|path| &metafile["inputs"][path]["format"]).collect();
    assert_eq!(formats, [&json!("esm"), &json!(null)]);
    // What is read and not used is an input of the build, and of no output.
    assert!(
        metafile["inputs"]["unused.js"].is_object() && main["inputs"]["unused.js"].is_null(),
        "{metafile}"
    );
    let piped = pagesbuild(directory.path(), arguments.iter().chain(&["--metafile", "piped.json"]));
    let (metafile, _) = read(&directory.path().join("piped.json"));
    assert_eq!(metafile["outputs"]["<stdout>"]["bytes"], piped.stdout.len());
}

#[test]
fn a_deployment_has_one_too() {
    let directory = tempfile::tempdir().unwrap();
    let metafile = directory.path().join("deep/meta.json");
    let dist = directory.path().join("dist");
    let project = root().join("fixtures/projects/image-sharing");
    let options = ["--sourcemap", "--minify", "--metafile", metafile.to_str().unwrap()];
    build(&project, &dist, &options);
    let first = fs::read(&metafile).unwrap();
    let (metafile_text, _) = read(&metafile);
    let outputs = metafile_text["outputs"].as_object().unwrap();
    let written = |suffix: &str| {
        let (_, output) = outputs.iter().find(|(path, _)| path.ends_with(suffix)).unwrap();
        assert_eq!(output["bytes"], fs::metadata(dist.join(suffix)).unwrap().len(), "{suffix}");
        output
    };
    assert_eq!(written("worker/index.js")["entryPoint"], "pagesbuild:entry");
    assert_eq!(written("worker/index.js.map")["inputs"], json!({}));
    assert_eq!(
        written("assets/index.html")["inputs"],
        json!({ "public/index.html": { "bytesInOutput": 1069 } })
    );
    // The second time everything is in the cache.
    build(&project, &dist, &options);
    assert_eq!(fs::read(&metafile).unwrap(), first);
}

#[test]
fn it_is_not_written_where_a_deployment_would_have_it() {
    let directory = tempfile::tempdir().unwrap();
    let config = b"name = 'a'\ncompatibility_date = '2026-01-01'\nassets = { directory = 'public' }";
    write(directory.path(), &[("wrangler.toml", config), ("public/index.html", b"<h1>")]);
    for (file, said) in
        [("dist/meta.json", "the output directory"), ("public/m.json", "the directory of static files")]
    {
        let output = pagesbuild(directory.path(), ["build", "--metafile", file]);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains(&format!("`{file}` would lie in {said}")), "{}", stderr(&output));
        assert!(!directory.path().join("dist").exists());
    }
    let output = pagesbuild(directory.path(), ["build", "--metafile", "meta.json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let (metafile, _) = read(&directory.path().join("meta.json"));
    assert_eq!(metafile["outputs"]["dist/assets/index.html"]["bytes"], 4);
}
