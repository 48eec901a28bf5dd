//! Resolution, held against wrangler, and against esbuild with wrangler's options: written layouts of files and random
//! ones, in which every import leads to the same file in both, or to none in both, and the same modules are kept for their
//! effects.
//!
//! `PAGESBUILD_TEST_SEED` and `PAGESBUILD_TEST_LAYOUTS` ask for other layouts or for more.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use pagesbuild::compile::ImportKind;
use pagesbuild::nodejs::Nodejs;
use pagesbuild::resolve::{Options, Platform, Resolver};

use crate::npm;

fn script(name: &str, arguments: &[&str]) {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&directory).unwrap();
    let mut command = npm::command(Path::new("resolve").join(name));
    command.arg(env!("CARGO_BIN_EXE_pagesbuild")).arg(&directory).args(arguments);
    // esbuild does not read it for wrangler, and neither do we.
    command.env("NODE_PATH", npm::modules());
    let output = command.output().unwrap();
    let report = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{}", report.concat());
}

#[test]
fn imports_lead_where_esbuild_leads_them() {
    let setting = |name: &str, default: &str| {
        std::env::var(format!("PAGESBUILD_TEST_{name}")).unwrap_or_else(|_| default.to_owned())
    };
    script("run.mjs", &[&setting("SEED", "1"), &setting("LAYOUTS", "80")]);
}

/// What a specifier that is put together can name.
#[test]
fn patterns_name_what_they_name_for_esbuild() {
    script("patterns.mjs", &[]);
}

/// The written layouts as one project, built by wrangler itself.
#[test]
fn imports_lead_where_wrangler_leads_them() {
    script("wrangler.mjs", &[]);
}

/// Files, a specifier of `src/main.ts`, and parts of what is said about it: of the reason and of the help.
type Case = (&'static [(&'static str, &'static str)], &'static str, &'static str, &'static str);

const CASES: &[Case] = &[
    // The package manager by its lock file, by the field where there is none, and by the nearest one.
    (&[], "p", "the package `p` is not installed", "`npm install p`"),
    (&[("package-lock.json", "")], "p/x", "the package `p` is not installed", "`npm install p`"),
    (&[("yarn.lock", "")], "@s/p/x", "the package `@s/p` is not installed", "`yarn add @s/p`"),
    (&[("bun.lock", "")], "p", "not installed", "`bun add p`"),
    (&[("pnpm-lock.yaml", ""), ("src/package-lock.json", "")], "p", "not installed", "`npm install p`"),
    (&[("package.json", r#"{ "packageManager": "pnpm@10.0.0" }"#)], "p", "not installed", "`pnpm add p`"),
    (
        &[("package.json", r#"{ "devDependencies": { "p": "1" } }"#), ("yarn.lock", "")],
        "p/x",
        "`p` is declared in `package.json` (`devDependencies`) and not installed",
        "run `yarn install`",
    ),
    (&[(".pnp.cjs", "")], "p", "Yarn Plug'n'Play", "nodeLinker: node-modules"),
    (&[("node_modules/@types/s__p/package.json", "{}")], "@s/p", "only the types", "`npm install @s/p`"),
    (
        &[("node_modules/@scope/utils/package.json", "{}")],
        "@scope/util",
        "not installed",
        "did you mean `@scope/utils`?",
    ),
    (&[("node_modules/react/index.js", "")], "React", "not installed", "did you mean `react`?"),
    // Paths that lack their dot, or start in the project's directory.
    (&[("src/a.ts", "")], "a", "there is a file `./a`", "write `./a`"),
    (&[("lib/a.ts", "")], "lib/a", "in the project's directory", "write `../lib/a`"),
    (&[], ".config", "neither a path nor the name of a package", "write `./.config`"),
    // Paths.
    (&[("src/foo.ts", "")], "./Foo", "`./foo.ts` has other upper and lower case letters", "write `./foo.ts`"),
    (&[("src/lib/a.ts", "")], "./Lib/a.js", "`./lib/a.ts` has other upper", "write `./lib/a.ts`"),
    (&[("src/a.vue", "")], "./a.js", "there is `./a.vue`", "write `./a.vue`"),
    (&[("src/a.cjs", "")], "./a", "there is `./a.cjs`", "write `./a.cjs`"),
    (&[("src/a.d.ts", "")], "./a", "only its types", "import type"),
    (&[("src/lib/index.mjs", "")], "./lib", "without an `index` file", "`./lib/index.mjs`"),
    (
        &[("src/lib/package.json", r#"{ "main": "x.js" }"#)],
        "./lib",
        "`main` in `src/lib/package.json` is `x.js`",
        "build",
    ),
    (&[("src/a.ts", "")], "./a/", "there is `./a.ts`", "./a.ts"),
    (&[("src/helpers.ts", "")], "./helper", "no file for `./helper`", "did you mean `./helpers.ts`?"),
    (
        &[("src/models/user.ts", "")],
        "./model/user",
        "no directory `src/model`",
        "did you mean `./models/user`?",
    ),
    (
        &[("src/models/user.ts", "")],
        "./model/page",
        "no directory `src/model`",
        "there is a directory `src/models`",
    ),
    (&[], "./a/b/c", "no directory `src/a`", "it goes by `src`"),
    (&[], "./a*", "wildcard", "by its name"),
    // Tables of packages.
    (
        &[("node_modules/p/package.json", r#"{ "name": "p", "exports": { "./a.js": "./a.js" } }"#)],
        "p/a",
        "`p` does not export `./a`",
        "did you mean `p/a.js`?",
    ),
    (
        &[("node_modules/p/package.json", r#"{ "name": "p", "exports": { "./a": "./a.js" } }"#)],
        "p",
        "exports no main module",
        "import what it exports: `p/a`",
    ),
    (
        &[("node_modules/p/package.json", r#"{ "name": "p", "exports": { "require": "./a.js" } }"#)],
        "p",
        "is for `require`",
        "write `require(\"p\")`",
    ),
    (
        &[("node_modules/p/package.json", r#"{ "name": "p", "exports": { "types": "./a.d.ts" } }"#)],
        "p",
        "nothing for workers",
        "import type",
    ),
    (
        &[(
            "node_modules/p/package.json",
            r#"{ "name": "p", "exports": { "node": { "bun": "./a.js" }, "browser": { "bun": "./a.js" } } }"#,
        )],
        "p",
        "`exports.browser` in `node_modules/p/package.json` is for `bun`",
        "--conditions workerd,worker,browser,bun",
    ),
    (
        &[("node_modules/p/package.json", r#"{ "name": "p", "exports": "dist/a.js" }"#)],
        "p",
        "which does not start with `./`",
        "`alias`",
    ),
    (
        &[("node_modules/p/package.json", r#"{ "name": "p" }"#), ("node_modules/p/lib/util.js", "")],
        "p/lib/utils",
        "has no file",
        "util.js",
    ),
    (
        &[("package.json", r##"{ "imports": { "#db": { "node": "./db.js" } } }"##)],
        "#db",
        "is for `node`",
        "node",
    ),
    (&[("package.json", "{}")], "#db", "has no `imports`", "add it"),
    // Settings of TypeScript.
    (&[("tsconfig.json", "{ nonsense")], "p", "`tsconfig.json` cannot be read", "correct `tsconfig.json`"),
    (
        &[("tsconfig.json", r#"{ "extends": "@tsconfig/none" }"#)],
        "@/a",
        "`@tsconfig/none`, which `tsconfig.json` extends",
        "install",
    ),
    (&[("tsconfig.json", "{}")], "@/a", "has no `paths`", "add `paths`"),
    (&[], "~/a", "there is no `tsconfig.json`", "relative path"),
    (
        &[
            ("tsconfig.json", r#"{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }"#),
            ("src/User.ts", ""),
        ],
        "@/user",
        "the file is `src/User.ts`",
        "upper and lower case",
    ),
    // Other runtimes and tools.
    (&[], "data:text/javascript,export default 1", "`data:` URL", "file"),
    (&[], "//esm.sh/x", "is an address", "package manager"),
    (&[], "npm:@hono/zod-validator@0.4/x", "how Deno names packages", "install `@hono/zod-validator`"),
    (&[], "jsr:@std/path@1", "JSR", "jsr add @std/path"),
    (&[], "file:///x.js", "URL of a file", "relative"),
    (&[], "virtual:pwa-register", "a plugin of Vite", "vite build"),
    (&[], "#imports", "Nuxt", "nuxt build"),
    (&[], "fs", "part of Node.js", "nodejs_compat"),
];

#[test]
fn what_leads_nowhere_is_explained() {
    let mut wrong = Vec::new();
    for (files, specifier, reason, help) in CASES {
        let directory = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(directory.path()).unwrap();
        for (path, text) in files.iter().chain(&[("src/main.ts", "")]) {
            let file = root.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let resolver = Resolver::new(Options {
            alias: &BTreeMap::new(),
            jsx_factory: None,
            jsx_fragment: None,
            tsconfig: None,
            nodejs: &Nodejs::new("2026-01-01", &[]),
            conditions: None,
            platform: Platform::Browser,
            root: &root,
        });
        let importer = root.join("src/main.ts");
        assert_eq!(resolver.resolve(&importer, specifier, ImportKind::Static), None, "{specifier}");
        let said = resolver.explain(&importer, specifier, ImportKind::Static);
        if !said.reason.contains(reason) || !said.help.contains(help) {
            wrong.push(format!("{specifier} has to say `{reason}` and `{help}`: {said:#?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.join(
            "
"
        )
    );
}

/// Also where the file system ignores the case, so that what builds on one system builds on all.
#[test]
fn letters_of_another_case_lead_nowhere() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("foo.js"), "").unwrap();
    fs::write(directory.path().join("main.js"), "import './Foo.js';").unwrap();
    let output = crate::fixture::pagesbuild(directory.path(), ["bundle", "main.js"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(crate::fixture::stderr(&output).contains("write `./foo.js`"));
}

/// A function or a main module that is a symbolic link imports from where it really lies, and is there once.
#[test]
#[cfg(unix)]
fn linked_modules_import_from_where_they_lie() {
    let directory = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let file = directory.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    let link = |to: &str, path: &str| std::os::unix::fs::symlink(to, directory.path().join(path)).unwrap();
    write("wrangler.toml", "name = 'links'\nmain = 'main.js'\ncompatibility_date = '2026-01-01'\n");
    write(
        "functions/index.js",
        "import { onRequest as a } from '../lib/a.js';\nexport const onRequestGet = a;\n",
    );
    write("lib/a.js", "import { b } from './b.js';\nexport const onRequest = () => new Response(b);\n");
    write("lib/b.js", "export const b = 1;\n");
    write("lib/main.js", "import { b } from './b.js';\nexport default { fetch: () => new Response(b) };\n");
    link("../lib/a.js", "functions/a.js");
    link("lib/main.js", "main.js");
    let output = crate::fixture::pagesbuild(directory.path(), ["build", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&crate::fixture::stdout(&output)).unwrap();
    let modules = document["result"]["modules"].as_array().unwrap().iter().map(|path| path.as_str().unwrap());
    let modules: Vec<&str> = modules.filter(|path| !path.starts_with("pagesbuild:")).collect();
    assert_eq!(modules, ["functions/index.js", "lib/a.js", "lib/b.js", "lib/main.js"]);
}
