//! `pagesbuild bundle`: what comes out runs, plain and minified, and its source map leads back.

use std::fs;
use std::path::Path;

use crate::fixture::{pagesbuild, stderr, stdout};
use crate::npm;

/// Files of a small program in TypeScript, JSX, JSON and CommonJS; its output is the last line of `index.ts`.
const PROGRAM: &[(&str, &str)] = &[
    (
        "index.ts",
        r#"import { add, type Sum } from "./lib/math";
import * as math from "./lib/math.js";
import settings from "./settings.json";
import legacy from "./lib/legacy.cjs";
import { view } from "./view.jsx";

declare const VERSION: string;
export enum Color { Red, Green = "green" }
namespace Inner { export const value = 5; }
abstract class Base<T> { constructor(protected readonly item: T) {} }
export class Item extends Base<number> { twice = this.item * 2; }
const sum: Sum = add(1, 2);
console.log(JSON.stringify([sum, math.sub(5, 1), settings, legacy.name, view, Color.Green, Inner.value, new Item(4).twice]));
"#,
    ),
    (
        "lib/math.ts",
        "export type Sum = number;\nexport function add(a: Sum, b: Sum): Sum { return a + b }\nexport const sub = (a: number, b: number) => a - b;\n",
    ),
    ("lib/legacy.cjs", "exports.name = 'legacy';\n"),
    ("settings.json", "{ \"z\": 1, \"a\": [true, null] }\n"),
    (
        "view.jsx",
        "const React = { createElement: (...parts) => parts };\nexport const view = <p id=\"x\">{1 + 1}</p>;\n",
    ),
];

const OUTPUT: &str = "[3,4,{\"z\":1,\"a\":[true,null]},\"legacy\",[\"p\",{\"id\":\"x\"},2],\"green\",5,8]\n";

fn program(directory: &Path) {
    for (path, text) in PROGRAM {
        let file = directory.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}

fn run(file: &Path) -> String {
    let output = npm::command(file).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output)
}

#[test]
fn what_is_bundled_runs() {
    let directory = tempfile::tempdir().unwrap();
    program(directory.path());
    for options in [&[][..], &["--minify"], &["--sourcemap"], &["--minify", "--sourcemap"]] {
        let outfile = directory.path().join("out.mjs");
        let mut arguments = vec!["bundle", "index.ts", "--no-cache", "--outfile", outfile.to_str().unwrap()];
        arguments.extend(options);
        let output = pagesbuild(directory.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(run(&outfile), OUTPUT, "{options:?}");
    }
    let plain = pagesbuild(directory.path(), ["bundle", "index.ts"]);
    let short = pagesbuild(directory.path(), ["bundle", "index.ts", "--minify"]);
    assert!(short.stdout.len() * 10 < plain.stdout.len() * 9, "minified code is shorter");
}

#[test]
fn source_maps_lead_back_to_the_source() {
    let directory = tempfile::tempdir().unwrap();
    let source = "type Unused = { a: string };\n\nexport function fail(reason: string): never {\n  throw new Error(reason);\n}\n";
    fs::write(directory.path().join("fail.ts"), source).unwrap();
    fs::write(directory.path().join("main.ts"), "import { fail } from './fail';\n\nfail('on purpose');\n")
        .unwrap();
    // Minified, the call of `fail` is gone and its `new` with it.
    for (options, place) in [(&[][..], "fail.ts:4:9"), (&["--minify"], "fail.ts:4:13")] {
        let mut arguments = vec!["bundle", "main.ts", "--sourcemap", "--outfile", "out.mjs"];
        arguments.extend(options);
        let output = pagesbuild(directory.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let crashed = npm::command(directory.path().join("out.mjs"))
            .env("NODE_OPTIONS", "--enable-source-maps")
            .current_dir(directory.path())
            .output()
            .unwrap();
        let trace = stderr(&crashed);
        assert!(trace.contains(place), "{options:?}: {trace}");
    }
}

#[test]
fn flags_and_missing_entries() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("main.js"), "import fs from 'fs';\nconsole.log(fs);\n").unwrap();
    let bundle = |flags: &[&str]| {
        let options = ["bundle", "main.js", "--compatibility-date", "2026-01-01"];
        pagesbuild(directory.path(), [&options[..], flags].concat())
    };
    let without = bundle(&[]);
    assert_eq!(without.status.code(), Some(1));
    assert!(stderr(&without).contains("nodejs_compat"), "{}", stderr(&without));
    let with = bundle(&["--compatibility-flag", "nodejs_compat"]);
    assert_eq!(with.status.code(), Some(0), "{}", stderr(&with));
    assert!(stdout(&with).contains("node:fs"));
    let missing = pagesbuild(directory.path(), ["bundle", "none.js"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).contains("none.js"));
}
