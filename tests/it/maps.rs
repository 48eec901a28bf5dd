//! Source maps: followed mapping by mapping through a program that has everything in it, and from an error that is
//! thrown on workerd to the line that throws.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::fixture::{build, pagesbuild, stderr, stdout};
use crate::npm;

/// The files of a program; each `@` is a word of its own, which the output has to lead back to.
const PROGRAM: &[(&str, &str)] = &[
    (
        "index.ts",
        "import { add, type Sum, zero } from \"./lib/math\";\nimport * as math from './lib/math.js';\nimport settings from './settings.json';\n\
         import legacy, { name as named } from './lib/legacy.cjs';\nimport { view } from './view';\nimport wide from './wide.js';\n\
         import { late } from './long.js';\ndeclare const VERSION: string;\nexport enum Color { Red = 'red', Green = \"green\" }\n\
         namespace Inner { export const value = '@'; export namespace Deep { export let at = ['@', value]; } }\n\
         abstract class Base<T> { constructor(protected readonly item: T, private other = '@') {}\n\tget both(): [T, string] { return [this.item, this.other]; } }\n\
         export class Item extends Base<string> { static kept = '@'; twice = this.item + '@'; #hidden = '@'; show() { return this.#hidden; } }\n\
         const sum: Sum = add('@', <any>'@');\nlet fresh = (reason as string)!;\nvar reason: any = '@';\n\
         function generic<T extends object>(this: void, first: T, ...rest: string[]): asserts first is T { console.log(first, rest, `@${rest[0]}@`); }\n\
         generic({ a: '@', b: [legacy.name, named, math.sub('@', zero)], async *c() { yield '@'; } }, settings.z);\n\
         label: for (const one of ['@', sum]) { if (one === '@') continue label; try { throw new Error('@'); } catch { console.log('@', one); } finally { console.log(`@`); } }\n\
         console.log(view, wide, late, Color.Red, Inner.Deep.at, new Item('@').both, new Item(\"@\").show() satisfies string, fresh);\n\
         export default () => import('./lazy.mts').then(({ lazy }) => lazy('@'));\n",
    ),
    (
        "lib/math.ts",
        "export type Sum = string;\n\n\n/* a comment 😀 */ export function add(a: Sum, b: Sum): Sum {\n\treturn a +\n\t\tb + '@'\n}\n\
         export const sub = (a: string, b: string) => a + '@' + b, zero = [\n  '@',\n  '@'];\n",
    ),
    (
        "lib/legacy.cjs",
        "const { join } = require('./inner.cjs');\nexports.name = join('@');\nif (exports.name) {\n  module.exports.other = function () { return '@' + this.name; };\n}\n",
    ),
    (
        "lib/inner.cjs",
        "exports.join = (...parts) => {\n    var all = parts.concat('@');\n    return all.join('@');\n};\n",
    ),
    ("settings.json", "{ \"z\": \"zed\", \"a\": [true, null] }\n"),
    (
        "view.tsx",
        "const React = { createElement: (...parts: unknown[]) => ['@', ...parts], Fragment: '@' };\nconst Part = ({ children, to }: any) => <b title={'@' + to}>{children}</b>;\n\
         export const view = (\n  <>\n    <p id=\"@\" data-x={`@`}>\n      {['@'].map((one) => <Part key={one} to=\"@\">{one} and @</Part>)}\n    </p>\n    <Part {...{ to: '@' }} />\n  </>\n);\n",
    ),
    // Windows lines, a mark of byte order, tabs, characters of two units, and lines that only JavaScript ends.
    (
        "wide.js",
        "\u{feff}// 😀\r\nconst 変数 = '😀😀@', 𝒳 = `ü\t@\r\n  more 😀 @\r\n${ '@' }\r\n@`;\r\n\tconst tabs =\t\t['@',\t'@\u{2028}😀', '@'];\r\n/*\u{2028}*/ const odd = '@';\r\n\
         export default [変数 + '@', 𝒳, tabs, odd, /@/u, '\\\r\n@', function () {\r\n\t\treturn '@';\r\n\t}];\r\n",
    ),
    (
        "lazy.mts",
        "export const lazy = async (of: string): Promise<string> => { await null; return of + '@'; };\n",
    ),
];

/// A program of its own in a directory; its entry is `index.ts`.
fn program(directory: &Path) {
    let mut count = 0;
    let mut marked = |text: &str| {
        let pieces: Vec<&str> = text.split('@').collect();
        let mut out = pieces[0].to_owned();
        for piece in &pieces[1..] {
            count += 1;
            out.push_str(&format!("mark_{count}{piece}"));
        }
        out
    };
    // One line that goes on and on.
    let long =
        format!("export const late = [{}];", "{ a: '@', b() { return `@${late.length}`; } }, ".repeat(900));
    for (path, text) in PROGRAM.iter().copied().chain([("long.js", long.as_str())]) {
        let file = directory.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, marked(text)).unwrap();
    }
}

fn bundle(directory: &Path, outfile: &str, more: &[&str]) -> PathBuf {
    let mut arguments = vec!["bundle", "index.ts", "--no-cache", "--outfile", outfile];
    arguments.extend(more);
    let output = pagesbuild(directory, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    directory.join(outfile)
}

#[test]
fn every_mapping_leads_from_a_token_to_its_token() {
    let directory = tempfile::tempdir().unwrap();
    program(directory.path());
    for (outfile, options, least) in [
        ("plain.mjs", &["--sourcemap"][..], [9_000, 1, 1_840]),
        ("short.mjs", &["--sourcemap", "--minify"], [6_000, 40, 1_840]),
    ] {
        let file = bundle(directory.path(), outfile, options);
        let report = npm::stdout(npm::command("link/mappings.mjs").arg(&file));
        // Nothing is wrong, so there is one line: how many mappings, names and marks there were.
        let counts: Vec<usize> = report
            .trim()
            .split(", ")
            .map(|count| count.split(' ').next().unwrap().parse().unwrap_or(0))
            .collect();
        assert_eq!(report.lines().count(), 1, "{options:?}:\n{report}");
        assert!(counts.iter().zip(least).all(|(count, least)| *count >= least), "{options:?}: {report}");
    }
}

#[test]
fn a_map_changes_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    program(directory.path());
    for options in [&[][..], &["--minify"]] {
        let without = fs::read_to_string(bundle(directory.path(), "without.mjs", options)).unwrap();
        assert!(!directory.path().join("without.mjs.map").exists());
        let with = bundle(directory.path(), "out/with.mjs", &[options, &["--sourcemap"]].concat());
        let text = fs::read_to_string(&with).unwrap();
        let (text, url) = text.split_once("//# sourceMappingURL=").unwrap();
        assert_eq!(text.trim_end(), without.trim_end());
        let map: Value =
            serde_json::from_str(&fs::read_to_string(with.with_file_name(url.trim())).unwrap()).unwrap();
        assert_eq!(map["sourceRoot"], "../");
        for source in map["sources"].as_array().unwrap() {
            assert!(directory.path().join(source.as_str().unwrap()).is_file(), "{source}");
        }
        assert!(!map["sources"].as_array().unwrap().contains(&json!("settings.json")), "JSON is not mapped");
        let piped = pagesbuild(directory.path(), [&["bundle", "index.ts", "--sourcemap"], options].concat());
        assert!(stdout(&piped).contains("//# sourceMappingURL=data:application/json;base64,"));
    }
}

/// The handler throws far below itself, in TypeScript and behind JSX.
const FAILING: &[(&str, &str)] = &[
    (
        "wrangler.toml",
        "name = \"failing\"\ncompatibility_date = \"2026-01-01\"\nupload_source_maps = true\npages_build_output_dir = \"public\"\n",
    ),
    ("public/robots.txt", ""),
    (
        "functions/fail.ts",
        "import { Page } from '../lib/page';\n\ntype Handler = (context: { request: Request }) => Promise<Response>;\n\n\
         export const onRequest: Handler = async ({ request }) => {\n\ttry {\n\t\treturn new Response(await Page({ path: new URL(request.url).pathname }));\n\t\
         } catch (error) {\n\t\treturn new Response((error as Error).stack);\n\t}\n};\n",
    ),
    (
        "lib/page.tsx",
        "import { check } from './check.js';\nimport * as React from './react';\n\n\
         interface Properties { path: string }\n\nfunction Title(properties: Properties): string {\n  /* 😀 */ return `<h1>${check(properties.path, 1)}</h1>`;\n}\n\n\
         export const Page = async (properties: Properties) => <Title path={properties.path} />;\n",
    ),
    (
        "lib/react.ts",
        "export function createElement(tag: any, props: any): string {\n\treturn typeof tag === 'string' ? tag : tag(props);\n}\n",
    ),
    (
        "lib/check.ts",
        "export function check(path: string, depth: number): string {\n\tif (depth < 3) {\n\t\treturn check(path, depth + 1) + depth;\n\t}\n\
         \tif (path.length > 1) throw new TypeError(`no ${path}`);\n\treturn path;\n}\n",
    ),
];

/// Line and column, from 1, of a word in one of these files.
fn place(path: &str, word: &str) -> String {
    let text = FAILING.iter().find(|(name, _)| *name == path).unwrap().1;
    let before = &text[..text.find(word).unwrap()];
    let column = before.rsplit('\n').next().unwrap().encode_utf16().count() + 1;
    format!("{path}:{}:{column}", before.matches('\n').count() + 1)
}

#[test]
fn stack_traces_of_workerd_lead_back() {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in FAILING {
        let file = directory.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    let config = directory.path().join("dist/wrangler.json");
    for options in [&[][..], &["--minify"]] {
        build(directory.path(), &directory.path().join("dist"), options);
        let frames = npm::stdout(npm::command("worker/trace.mjs").arg(&config).arg("/fail"));
        let frames: Vec<&str> = frames.lines().collect();
        // Minified code calls errors instead of making them.
        let thrown = [place("lib/check.ts", "new TypeError"), place("lib/check.ts", "TypeError")];
        assert!(thrown.contains(&frames[0].to_owned()), "{options:?}: {frames:?}");
        let calls = [
            place("lib/check.ts", "check(path, depth"),
            place("lib/check.ts", "check(path, depth"),
            place("lib/page.tsx", "check(properties"),
        ];
        assert_eq!(frames[1..4], calls, "{options:?}");
        for caller in [place("lib/page.tsx", "<Title"), place("functions/fail.ts", "Page({")] {
            assert!(frames.contains(&caller.as_str()), "{options:?}: {caller} is not in {frames:?}");
        }

        // wrangler sends the map along, under the name that the code gives it.
        let wrangler = npm::modules().join("wrangler/bin/wrangler.js");
        let sent = npm::stdout(npm::command("upload/deploy.mjs").arg(wrangler).arg(&config));
        let sent: Value = serde_json::from_str(&sent).unwrap();
        let worker = directory.path().join("dist/worker");
        let modules = &sent["script"]["modules"];
        let main = fs::read_to_string(worker.join("index.js")).unwrap();
        assert!(main.ends_with("\n//# sourceMappingURL=index.js.map\n"), "{main}");
        assert_eq!(modules["index.js"]["text"], main);
        let map: Value = serde_json::from_str(modules["index.js.map"]["text"].as_str().unwrap()).unwrap();
        let written = fs::read_to_string(worker.join("index.js.map")).unwrap();
        assert_eq!(map["mappings"], serde_json::from_str::<Value>(&written).unwrap()["mappings"]);
        assert_eq!(modules["index.js.map"]["type"], "application/source-map");
    }
}
