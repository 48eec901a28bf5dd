//! What a worker has of Node.js, held against wrangler: what it says, and what programs find on a real workerd.
//!
//! `PAGESBUILD_TEST_NODEJS=all` compares the program for many more dates and flags.

use std::fs;
use std::process::Output;

use pagesbuild::nodejs::{Builtin, Nodejs};
use rayon::prelude::*;
use serde_json::Value;

use crate::fixture::{pagesbuild, root, stderr, stdout};
use crate::npm;

fn preset(form: &str) -> String {
    npm::stdout(npm::command("nodejs/preset.mjs").arg(form))
}

#[test]
fn the_table_is_what_the_preset_says() {
    let file = root().join("src/nodejs/table.rs");
    assert_eq!(fs::read_to_string(&file).unwrap(), preset("table"), "{} is out of date", file.display());
}

#[test]
fn every_date_and_flag_means_the_same() {
    let lines = preset("grid");
    let mut compared = 0;
    for line in lines.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let flags: Vec<String> = serde_json::from_value(case["flags"].clone()).unwrap();
        let date = case["date"].as_str().unwrap();
        let all: Vec<String> =
            flags.iter().cloned().chain(["nodejs_compat", "nodejs_compat_v2"].map(str::to_owned)).collect();
        let nodejs = Nodejs::new(date, &all);
        for (name, expected) in case["stands"].as_object().unwrap() {
            // Without `node:` this is a package.
            if name == "sqlite" {
                continue;
            }
            let found = match nodejs.builtin(name) {
                Some(Builtin::Native(_)) => None,
                Some(Builtin::StandIn(module)) => Some(module.stand_in),
                None => nodejs.shim(name),
            };
            assert_eq!(found, expected.as_str(), "`{name}` at {date} with {flags:?}");
            compared += 1;
        }
        let mut stand_ins: Vec<&str> = nodejs.globals().map(|global| global.stand_in).collect();
        for expected in case["inject"].as_object().unwrap().values() {
            assert_eq!(stand_ins.remove(0), expected.as_str().unwrap(), "{date} with {flags:?}");
        }
        let expected: Vec<String> = serde_json::from_value(case["polyfill"].clone()).unwrap();
        assert_eq!(stand_ins, expected, "{date} with {flags:?}");
    }
    assert!(compared > 100_000, "only {compared} were compared");
}

/// A program about all of Node.js, built by wrangler and by us.
fn compare(combination: &str) {
    let directory = tempfile::tempdir().unwrap();
    let mut compare = npm::command("nodejs/compare.mjs");
    compare.arg(env!("CARGO_BIN_EXE_pagesbuild")).arg(directory.path().join("project")).arg(combination);
    // Without `nodejs_compat` no date brings modules, whatever wrangler thinks.
    let (date, flags) = combination.split_once(':').unwrap();
    let undated = flags == "nodejs_compat_v2" && date >= "2025-08-15" || flags == "no_nodejs_compat";
    let expected = if undated { "wrangler's does not start: No such module\n" } else { "" };
    assert_eq!(npm::stdout(&mut compare), expected, "{combination}");
}

#[test]
fn programs_find_what_they_find_under_wrangler() {
    let quick =
        ["2023-05-01:nodejs_compat", "2024-09-23:nodejs_compat", "2025-09-15:nodejs_compat", "2026-09-01:"];
    if !std::env::var("PAGESBUILD_TEST_NODEJS").is_ok_and(|value| value == "all") {
        quick.into_par_iter().for_each(compare);
        return;
    }
    let dates = [
        "2023-05-01",
        "2024-09-01",
        "2024-09-23",
        "2025-04-01",
        "2025-08-15",
        "2025-09-01",
        "2025-09-15",
        "2025-09-21",
        "2025-10-01",
        "2025-12-04",
        "2026-01-29",
        "2026-02-19",
        "2026-03-01",
        "2026-03-17",
    ];
    let flags = [
        "nodejs_compat",
        "nodejs_als",
        "nodejs_compat_v2",
        "nodejs_compat,no_nodejs_compat_v2",
        "nodejs_compat,nodejs_compat_populate_process_env",
        "nodejs_compat,enable_nodejs_process_v2",
        "nodejs_compat,enable_nodejs_process_v2,fetch_iterable_type_support,fetch_iterable_type_support_override_adjustment",
        "nodejs_compat,enable_nodejs_http_modules,enable_nodejs_http_server_modules,enable_nodejs_fs_module,enable_nodejs_os_module",
        "nodejs_compat,disable_nodejs_http_modules,disable_nodejs_fs_module,disable_nodejs_console_module,disable_nodejs_process_v2",
        "nodejs_compat,enable_nodejs_console_module,enable_nodejs_perf_hooks_module,enable_nodejs_v8_module,enable_nodejs_vm_module",
        "",
    ];
    let pairs = dates.iter().flat_map(|date| flags.iter().map(move |flags| format!("{date}:{flags}")));
    let mut combinations: Vec<String> = pairs.collect();
    for flags in [
        "",
        "no_nodejs_compat",
        "no_nodejs_compat_v2",
        "disable_nodejs_fs_module,disable_nodejs_process_v2",
        "no_nodejs_compat,no_nodejs_compat_v2",
    ] {
        combinations.push(format!("2026-09-01:{flags}"));
    }
    combinations.par_iter().for_each(|combination| compare(combination));
}

/// Bundles `main.js` in a directory that holds these files, for a date and with flags.
fn bundle(files: &[(&str, &str)], date: &str, flags: &[&str]) -> Output {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let flags = flags.iter().map(|flag| format!("--compatibility-flag={flag}"));
    let options = ["bundle", "main.js", "--no-cache", "--verbose", "--compatibility-date", date];
    pagesbuild(directory.path(), options.map(str::to_owned).into_iter().chain(flags))
}

/// What bundling that has to succeed gives.
fn bundled(files: &[(&str, &str)], date: &str, flags: &[&str]) -> String {
    let output = bundle(files, date, flags);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    stdout(&output)
}

/// What is said about a bundle that has to fail.
fn refused(files: &[(&str, &str)], date: &str, flags: &[&str]) -> String {
    let output = bundle(files, date, flags);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    words(&output)
}

/// What was said, without the breaks of lines.
fn words(output: &Output) -> String {
    stderr(output).split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ")
}

const EXPORTS: &str =
    r#"{ "type": "module", "sideEffects": ["./polyfill/*"], "exports": { "./*": "./*.mjs" } }"#;

#[test]
fn what_the_runtime_has_needs_nothing_else() {
    let main =
        ("main.js", "import http from 'http'; import { posix } from 'node:path'; http(posix, process.env);");
    let text = bundled(&[main], "2026-09-01", &[]);
    assert!(text.contains("from \"node:http\"") && text.contains("from \"node:path\""), "{text}");
}

#[test]
fn a_stand_in_that_is_not_installed_is_an_error_that_tells_how_to_do_without() {
    let main = ("main.js", "import http from 'node:http';\nhttp.get('x');");
    let said = refused(&[main], "2025-04-01", &["nodejs_compat"]);
    assert!(said.contains("the runtime lacks `node:http`") && said.contains("main.js:1:18"), "{said}");
    assert!(said.contains("npm install -D wrangler"), "{said}");
    assert!(said.contains("set `compatibility_date` to `2025-08-15` or later"), "{said}");
    let said = refused(&[main], "2026-09-01", &["disable_nodejs_http_modules"]);
    assert!(said.contains("delete `disable_nodejs_http_modules`"), "{said}");
    let guarded = ("main.js", "let http; try { http = require('http'); } catch {}\nconsole.log(http);");
    bundled(&[guarded], "2025-09-21", &["nodejs_compat"]);
}

#[test]
fn globals_that_are_partial_are_mentioned_where_nothing_can_be_done() {
    let main = ("main.js", "console.log(typeof process, performance.now());");
    let output = bundle(&[main], "2025-09-21", &["nodejs_compat"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let said = words(&output);
    assert!(
        said.contains("only a part of `process`, `performance`") && said.contains("`2026-03-17`"),
        "{said}"
    );
    bundled(&[("main.js", "globalThis.answer = 1;")], "2025-09-21", &["nodejs_compat"]);
}

#[test]
fn stand_ins_are_found_where_wrangler_finds_them() {
    let main = ("main.js", "import os from 'os'; import debug from 'debug'; export default os + debug;");
    let unenv = [("package.json", EXPORTS), ("node/os.mjs", "export default 'an os';")];
    let debug = [
        ("package.json", r#"{ "main": "./node.js", "browser": "./browser.js" }"#),
        ("node.js", "module.exports = 'for Node';"),
        ("browser.js", "module.exports = 'for browsers';"),
    ];
    // Beside wrangler, below it, in the project itself.
    for home in ["node_modules", "node_modules/wrangler/node_modules"] {
        let mut files =
            vec![("main.js".to_owned(), main.1), ("node_modules/wrangler/package.json".to_owned(), "{}")];
        files.extend(unenv.iter().map(|(path, text)| (format!("{home}/unenv/{path}"), *text)));
        files.extend(debug.iter().map(|(path, text)| (format!("{home}/debug/{path}"), *text)));
        for without in [0, 1] {
            if home != "node_modules" && without == 1 {
                continue;
            }
            let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
            let files = [&files[..1], &files[1 + without..]].concat();
            let text = bundled(&files, "2025-01-01", &["nodejs_compat"]);
            assert!(text.contains("an os") && text.contains("for Node"), "{home}: {text}");
            assert!(!text.contains("for browsers"), "{home}: {text}");
        }
    }
}

#[test]
#[cfg(unix)]
fn stand_ins_are_found_in_a_store_of_packages() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("node_modules/.pnpm/wrangler@4/node_modules");
    for (path, text) in [
        ("wrangler/package.json", "{}"),
        ("unenv/package.json", EXPORTS),
        ("unenv/node/os.mjs", "export default 'an os';"),
    ] {
        fs::create_dir_all(store.join(path).parent().unwrap()).unwrap();
        fs::write(store.join(path), text).unwrap();
    }
    let link = directory.path().join("node_modules/wrangler");
    std::os::unix::fs::symlink(".pnpm/wrangler@4/node_modules/wrangler", link).unwrap();
    fs::write(directory.path().join("main.js"), "import os from 'node:os'; export default os;").unwrap();
    let options =
        ["bundle", "main.js", "--compatibility-date=2025-01-01", "--compatibility-flag=nodejs_compat"];
    let output = pagesbuild(directory.path(), options);
    assert!(stdout(&output).contains("an os"), "{}", stderr(&output));
}

#[test]
fn a_global_is_replaced_where_somebody_can_see_it() {
    let packages = [
        ("node_modules/wrangler/package.json", "{}"),
        ("node_modules/@cloudflare/unenv-preset/package.json", EXPORTS),
        ("node_modules/@cloudflare/unenv-preset/node/process.mjs", "export default { made: 'process' };"),
        ("node_modules/@cloudflare/unenv-preset/node/console.mjs", "export default { made: 'console' };"),
        (
            "node_modules/@cloudflare/unenv-preset/polyfill/performance.mjs",
            "globalThis.performance = { made: 'performance', by: process };",
        ),
    ];
    let replaced = |text: &str| {
        let files = [&[("main.js", text)], &packages[..]].concat();
        let text = bundled(&files, "2024-09-23", &["nodejs_compat"]);
        ["process", "console", "performance"]
            .map(|name| text.contains(&format!("\"{name}\"")) || text.contains(&format!("'{name}'")))
    };
    assert_eq!(replaced("export default { fetch: () => new Response('x') };"), [false; 3]);
    assert_eq!(replaced("export default process.version;"), [true, false, false]);
    assert_eq!(replaced("export default () => typeof console;"), [false, true, false]);
    // What replaces this one speaks of another, and of the global scope.
    assert_eq!(replaced("export default performance.now();"), [true; 3]);
    assert_eq!(replaced("export default globalThis;"), [true; 3]);
    assert_eq!(replaced("const process = 1; export default process;"), [false; 3]);
    assert_eq!(replaced("export default process.env.NODE_ENV;"), [false; 3]);
}

#[test]
fn without_the_flag_node_is_an_error_that_names_it() {
    let main = ("main.js", "import fs from 'fs';\nfs.readFileSync('x');");
    let said = refused(&[main], "2026-01-01", &[]);
    assert!(said.contains("`node:fs` is part of Node.js") && said.contains("add `nodejs_compat`"), "{said}");
    let said = refused(&[main], "2023-01-01", &[]);
    assert!(said.contains("add `nodejs_compat`") && said.contains("`2024-09-23` or later"), "{said}");
    let said = refused(&[main], "2026-09-01", &["no_nodejs_compat", "no_nodejs_compat_v2"]);
    assert!(said.contains("delete `no_nodejs_compat_v2`"), "{said}");
    bundled(&[("main.js", "import { env } from 'node:process'; console.log(env);")], "2023-01-01", &[]);
    bundled(&[("main.js", "try { require('fs'); } catch {}")], "2023-01-01", &[]);
    let optional = [
        ("main.js", "import { read } from 'reads'; read().catch((error) => console.log(error.code));"),
        ("node_modules/reads/package.json", r#"{ "type": "module" }"#),
        (
            "node_modules/reads/index.js",
            "export const read = async () => typeof process === 'object' && (await import('node:fs')).read();",
        ),
    ];
    let output = bundle(&optional, "2026-01-01", &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(words(&output).contains("add `nodejs_compat`"), "{}", stderr(&output));
    let file = tempfile::Builder::new().suffix(".mjs").tempfile().unwrap();
    fs::write(&file, stdout(&output)).unwrap();
    assert_eq!(npm::stdout(&mut npm::command(file.path())), "ERR_MODULE_NOT_FOUND\n");
    let package = [
        ("main.js", "import path from 'path'; console.log(path);"),
        ("node_modules/path/package.json", "{}"),
        ("node_modules/path/index.js", "module.exports = 'a package';"),
    ];
    assert!(bundled(&package, "2023-01-01", &[]).contains("a package"));
    assert!(!bundled(&package, "2026-09-01", &[]).contains("a package"));
}

#[test]
fn async_hooks_alone_and_prefixed_names_alone() {
    let hooks =
        ("main.js", "import { AsyncLocalStorage } from 'node:async_hooks'; console.log(AsyncLocalStorage);");
    for (flag, is_fine) in [("nodejs_als", true), ("nodejs_compat", true), ("global_navigator", false)] {
        assert_eq!(bundle(&[hooks], "2024-01-01", &[flag]).status.success(), is_fine, "{flag}");
    }
    let fs = ("main.js", "import fs from 'node:fs'; console.log(fs);");
    assert!(refused(&[fs], "2024-01-01", &["nodejs_als"]).contains("add `nodejs_compat`"));
    bundled(&[fs], "2024-01-01", &["nodejs_compat"]);
    let bare = ("main.js", "import fs from 'fs'; console.log(fs);");
    let said = refused(&[bare], "2024-01-01", &["nodejs_compat"]);
    assert!(said.contains("write `node:fs`") && said.contains("`2024-09-23`"), "{said}");
    let mapped = [
        ("main.js", "import 'mapped';"),
        ("node_modules/mapped/package.json", r#"{ "browser": { "fs": false, "node:os": "./os.js" } }"#),
        ("node_modules/mapped/index.js", "console.log(require('fs'), require('node:os'));"),
        ("node_modules/mapped/os.js", "module.exports = 'an os';"),
    ];
    assert!(bundled(&mapped, "2024-01-01", &["nodejs_compat"]).contains("an os"));
    assert!(!bundled(&mapped, "2026-09-01", &[]).contains("an os"));
}

#[test]
fn the_configuration_comes_first_and_installed_packages_do_without_stand_ins() {
    let files = [
        ("wrangler.json", r#"{ "alias": { "fs": "./mine.js" } }"#),
        ("mine.js", "export default 'mine';"),
        ("main.js", "import fs from 'fs'; import fetch from 'node-fetch'; console.log(fs, fetch);"),
        ("node_modules/node-fetch/package.json", "{}"),
        ("node_modules/node-fetch/index.js", "module.exports = 'as installed';"),
    ];
    let text = bundled(&files, "2026-09-01", &[]);
    assert!(text.contains("mine") && text.contains("as installed"), "{text}");
}

#[test]
fn flags_that_exclude_each_other_are_errors() {
    let main = ("main.js", "console.log(1);");
    for flags in [
        ["nodejs_compat", "no_nodejs_compat"],
        ["nodejs_compat_v2", "nodejs_compat"],
        ["disable_nodejs_fs_module", "enable_nodejs_fs_module"],
        ["nodejs_compat_populate_process_env", "nodejs_compat_do_not_populate_process_env"],
    ] {
        let said = refused(&[main], "2026-09-01", &flags);
        assert!(said.contains("exclude each other"), "{said}");
    }
    let said = refused(&[main], "2026-09-01", &["experimental:nodejs_compat_v2"]);
    assert!(said.contains("is not a compatibility flag"), "{said}");
    bundled(&[main], "2026-09-01", &["enable_nodejs_fs_module", "disable_nodejs_os_module", "nodejs_compat"]);
}
