//! Real modules with pieces taken out, doubled, swapped and taken from others, compiled and linked: what is refused is
//! refused by a diagnostic, what is linked is JavaScript, and neither takes long.
//!
//! `PAGESBUILD_TEST_SEED` and `PAGESBUILD_TEST_MUTANTS` ask for other ones or for more.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use pagesbuild::compile::{Dialect, Form, Options, compile};
use pagesbuild::diagnostic::{Diagnostic, Severity, Source};
use pagesbuild::pipeline::{self, BundleRequest};
use pagesbuild::project;

use crate::fixture::{files, root};
use crate::npm;

/// As in the binary.
const STACK_SIZE: usize = 256 << 20;
/// Far more than any of these programs takes, also on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(60);
/// Packages whose files are real: ES modules, CommonJS and TypeScript.
const PACKAGES: &[&str] = &[
    "ajv/lib",
    "cookie",
    "error-stack-parser-es",
    "fast-uri",
    "find-my-way",
    "hono/dist",
    "kleur",
    "pathe",
    "path-to-regexp",
    "ret",
    "rou3",
    "semver",
    "ws/lib",
    "youch",
    "youch-core",
];
const ENDINGS: &[&str] = &["js", "mjs", "cjs", "ts", "tsx", "jsx"];

pub(crate) fn setting(name: &str, default: u64) -> u64 {
    std::env::var(format!("PAGESBUILD_TEST_{name}")).map_or(default, |value| value.parse().unwrap())
}

/// Numbers that follow from a seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % limit.max(1) as u64) as usize
    }

    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// Extension and text of every module there is.
fn modules() -> Vec<(String, String)> {
    let packages = PACKAGES.iter().map(|package| npm::modules().join(package));
    let mut modules = Vec::new();
    for directory in [root().join("fixtures")].into_iter().chain(packages) {
        for path in files(&directory) {
            let Some(ending) = path.rsplit('.').next().filter(|ending| ENDINGS.contains(ending)) else {
                continue;
            };
            let Ok(text) = fs::read_to_string(directory.join(&path)) else { continue };
            if !path.ends_with(".d.ts") && text.len() < 30_000 {
                modules.push((ending.to_owned(), alone(&text)));
            }
        }
    }
    assert!(modules.len() > 300, "{} modules", modules.len());
    modules.extend(written());
    modules
}

/// The same of the programs that use `env`, of which a text has many.
fn written() -> Vec<(String, String)> {
    let directory = root().join("fixtures/bindings");
    let texts = files(&directory).into_iter().map(|path| fs::read_to_string(directory.join(path)).unwrap());
    let mut modules = Vec::new();
    for text in texts {
        for piece in text.split("\n--- ").skip(1) {
            let piece =
                ["\n=== ", "\n*** "].iter().fold(piece, |piece, end| piece.split(end).next().unwrap());
            let (path, body) = piece.split_once('\n').unwrap_or((piece, ""));
            let ending = path.rsplit('.').next().filter(|ending| ENDINGS.contains(ending));
            modules.extend(ending.map(|ending| (ending.to_owned(), alone(body))));
        }
    }
    assert!(modules.len() > 100, "{} modules", modules.len());
    modules
}

/// The text with its imports leading to one module that is there, of which no name is known.
fn alone(text: &str) -> String {
    let line = |line: &str| {
        let is_import = line.contains(" from ") || line.contains("require(") || line.contains("import(");
        let mut pieces: Vec<&str> = line.split(['"', '\'']).collect();
        let count = pieces.len();
        if !is_import || count < 3 || count.is_multiple_of(2) {
            return line.to_owned();
        }
        pieces[count - 2] = "./other.cjs";
        pieces.join("'")
    };
    text.split_inclusive('\n').map(line).collect()
}

/// Words, runs of spaces, and signs.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_like = |c: char| match first {
            _ if first.is_alphanumeric() || first == '_' => c.is_alphanumeric() || c == '_',
            _ if first.is_whitespace() => c.is_whitespace(),
            _ => false,
        };
        let end = rest.char_indices().skip(1).find(|(_, c)| !is_like(*c)).map_or(rest.len(), |(at, _)| at);
        let (token, after) = rest.split_at(end);
        tokens.push(token);
        rest = after;
    }
    tokens
}

/// Takes out, doubles, moves, or puts in a few of the pieces of a text.
fn change(pieces: &mut Vec<&str>, others: &[&'static str], random: &mut Random) {
    let at = random.below(pieces.len());
    let end = (at + 1 + random.below(3)).min(pieces.len());
    match random.below(6) {
        0 => _ = pieces.drain(at..end),
        1 => {
            let doubled = pieces[at..end].to_vec();
            pieces.splice(at..at, doubled);
        }
        2 => {
            let other = random.below(pieces.len());
            if !pieces.is_empty() {
                pieces.swap(at, other);
            }
        }
        3 => pieces.insert(at, others[random.below(others.len())]),
        4 => _ = pieces.splice(at..end, [others[random.below(others.len())]]),
        _ => {
            let to = random.below(pieces.len());
            let moved: Vec<&str> = pieces.drain(at..end).collect();
            let to = to.min(pieces.len());
            pieces.splice(to..to, moved);
        }
    }
}

fn mutant(modules: &[(String, String)], random: &mut Random) -> (String, String) {
    const PIECES: &[&str] = &[
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "`",
        "${",
        "'",
        "/*",
        "//",
        "=>",
        "async ",
        "await ",
        "class A extends B {",
        "export default ",
        "export * from './other.js';",
        "import x, * as y from './other.js';",
        "enum E { A }",
        "namespace N { export let x }",
        "<",
        "</",
        "...",
        "?.",
        "#p",
        "@d ",
        "\u{2028}",
        "😀",
        "\\u{",
        "0b",
        "return ",
        "yield ",
        "let ",
        "using x = ",
        "static {",
        "accessor ",
        "import.meta",
        "new.target",
        "require('./other.js')",
        "import('./other.js')",
        "eval(x)",
        "arguments",
        "with (x) ",
        "label: ",
        "break ",
        ";",
        ",",
        "\n",
        "\0",
        "get ",
        "var exports",
        "declare ",
        "abstract ",
        "satisfies T",
        " as const",
        "!",
        "<T,>",
        "export = ",
        "import a = b.c;",
    ];
    let (ending, text) = random.pick(modules);
    let mut text = text.clone();
    for _ in 0..1 + random.below(3) {
        let by_line = random.below(4) > 0;
        let mut pieces: Vec<&str> =
            if by_line { text.split_inclusive('\n').collect() } else { tokens(&text) };
        let other = &random.pick(modules).1;
        if by_line && random.below(2) == 0 {
            let lines: Vec<&str> = other.split_inclusive('\n').collect();
            let (at, from) = (random.below(pieces.len()), random.below(lines.len()));
            let some = lines.get(from..(from + 1 + random.below(20)).min(lines.len())).unwrap_or_default();
            pieces.splice(at..at, some.iter().copied());
        } else {
            change(&mut pieces, PIECES, random);
        }
        text = pieces.concat();
    }
    // Sometimes it is read as another language.
    let ending = if random.below(8) == 0 { *random.pick(ENDINGS) } else { ending };
    (ending.to_owned(), text)
}

fn labels_lie_in_their_files(problems: &[Diagnostic]) {
    for label in problems.iter().flat_map(|problem| &problem.labels) {
        assert!(label.source.text().get(label.span.clone()).is_some(), "{label:?}");
    }
}

/// Compiles and links a program whose first module is `mutant.ENDING`: whether there is an output.
fn judge(home: &Path, ending: &str, minify: bool) -> bool {
    let entry = format!("main.{}", if ending.starts_with('c') { "cjs" } else { "mjs" });
    let options = project::Options {
        directory: home.to_owned(),
        minify,
        source_map: minify,
        no_cache: true,
        compatibility_flags: vec!["nodejs_compat".to_owned()],
        ..project::Options::default()
    };
    let request = BundleRequest { entry: Path::new(&entry), outfile: None, metafile: None };
    let (bundle, problems) = pipeline::bundle(&options, request).unwrap();
    labels_lie_in_their_files(&problems);
    let Some(bundle) = bundle else {
        assert!(
            problems.iter().any(|problem| problem.severity == Severity::Error),
            "refused without a reason"
        );
        return false;
    };
    let define = BTreeMap::new();
    let options = Options {
        dialect: &Dialect::default(),
        module: false,
        form: Form::Code,
        define: &define,
        minify: false,
        keep_names: true,
        source_map: false,
        flow: true,
    };
    let output = compile(&Source::new("output.mjs", bundle.main.as_str()), options);
    assert!(output.is_ok(), "what is linked is no JavaScript: {output:?}");
    follow(home, &entry);
    follow(home, &format!("mutant.{ending}"));
    true
}

/// Follows `env` through a program, from every export and from every handler that it may have.
fn follow(home: &Path, entry: &str) {
    let config = format!(r#"{{ "name": "mutant", "main": "{entry}" }}"#);
    fs::write(home.join("wrangler.json"), config).unwrap();
    let options = project::Options { directory: home.to_owned(), no_cache: true, ..Default::default() };
    let (used, problems) = pipeline::uses(&options).unwrap();
    labels_lie_in_their_files(&problems);
    for one in used.iter().flat_map(|used| &used.uses.uses) {
        assert!(one.source.text().get(one.span.clone()).is_some(), "{one:?}");
    }
}

fn in_time(what: &str, run: impl FnOnce() -> bool + Send + 'static) -> bool {
    let (done, wait) = mpsc::channel();
    let worker = thread::Builder::new().stack_size(STACK_SIZE).spawn(move || {
        let result = run();
        done.send(()).unwrap();
        result
    });
    match wait.recv_timeout(PATIENCE) {
        Ok(()) => worker.unwrap().join().unwrap(),
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("{what} takes longer than {PATIENCE:?}"),
        Err(mpsc::RecvTimeoutError::Disconnected) => panic!("{what} panics"),
    }
}

#[test]
fn mutated_modules_link_or_are_refused() {
    let (seed, count) = (setting("SEED", 1), setting("MUTANTS", 150));
    let modules = modules();
    let pool =
        Arc::new(rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(STACK_SIZE).build().unwrap());
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
    let mut linked = 0;
    for number in seed..seed + count {
        let mut random = Random(number);
        let (ending, text) = mutant(&modules, &mut random);
        let (other, second) = random.pick(&modules).clone();
        // What is wrong stays there to be looked at.
        let home = directory.join(number.to_string());
        fs::create_dir_all(&home).unwrap();
        let main = format!(
            "import './other.js';\nimport * as all from './mutant.{ending}';\nexport * from './mutant.{ending}';\n\
             console.log(all, all.default, await import('./second.{other}'), () => all.again());\n"
        );
        let required =
            format!("module.exports = [require('./mutant.{ending}'), require('./second.{other}')];\n");
        for (path, text) in [
            (format!("mutant.{ending}"), text.as_str()),
            (format!("second.{other}"), second.as_str()),
            ("other.cjs".to_owned(), "exports.again = exports.default = () => 1;\n"),
            (
                "other.js".to_owned(),
                "export const again = 1;\nexport let name = 'x';\nexport default () => name;\n",
            ),
            ("main.mjs".to_owned(), main.as_str()),
            ("main.cjs".to_owned(), required.as_str()),
            ("wrangler.toml".to_owned(), "name = \"mutant\"\n[alias]\n"),
        ] {
            fs::write(home.join(path), text).unwrap();
        }
        let minify = random.below(2) == 0;
        let (program, pool) = (home.clone(), Arc::clone(&pool));
        let what = format!("mutant {number} ({}, minified: {minify})", home.display());
        linked += u64::from(in_time(&what, move || pool.install(|| judge(&program, &ending, minify))));
        fs::remove_dir_all(home).unwrap();
    }
    println!("seed {seed}: {linked} of {count} programs are linked");
    assert!(linked * 10 > count, "only {linked} of {count} programs are linked");
}

/// Programs that nest without end, in every way that the language has: the binary does them or says why not.
#[test]
fn no_depth_overflows_the_stack() {
    let repeated = |before: &str, piece: &str, middle: &str, after: &str, end: &str| {
        let depth = 4_000;
        format!("{before}{}{middle}{}{end}", piece.repeat(depth), after.repeat(depth))
    };
    let programs = [
        ("sum.js", repeated("const a = f();\nexport default a", "+a", "", "", ";")),
        ("members.js", repeated("export default () => f", ".a", "", "", ";")),
        ("calls.js", repeated("export default () => f", ".a()", "", "", ";")),
        ("optional.js", repeated("export default () => f", "?.a", "", "", ";")),
        ("conditions.js", repeated("const a = f();\nexport default ", "a ? 1 : ", "2", "", ";")),
        ("branches.js", repeated("", "if (f()) g(); else ", "h();", "", "export default 1;")),
        ("commas.js", repeated("export default (f()", ", f()", ")", "", ";")),
        ("arrows.js", repeated("export default ", "a => ", "1", "", ";")),
        ("assignments.js", repeated("let a;\nexport default ", "a = ", "1", "", ";")),
        ("signs.js", repeated("export default ", "!", "f()", "", ";")),
        ("parentheses.js", repeated("export default ", "(", "f()", ")", ";")),
        ("lists.js", repeated("export default ", "[", "f()", "]", ";")),
        ("blocks.js", repeated("", "{", "f();", "}", "export default 1;")),
        ("templates.js", repeated("export default ", "`${", "f()", "}`", ";")),
        ("pieces.js", repeated("export default `", "${f()}", "`", "", ";")),
        ("pattern.js", repeated("export default () => import('./none/'", " + a", "", "", ");")),
        ("patterns.js", repeated("export default () => ", "import(`./none/${", "a", "}`)", ";")),
        ("choices.js", repeated("export default (a) => import(", "a ? a : ", "a", "", ");")),
        ("tries.js", repeated("", "try {", "f();", "} catch {}", "export default 1;")),
        ("loops.js", repeated("", "for (;f();) ", "g();", "", "export default 1;")),
        ("classes.js", repeated("export default ", "class { a = ", "1", "}", ";")),
        ("elements.jsx", repeated("export default ", "<a>", "", "</a>", ";")),
        ("types.ts", repeated("export type A = ", "B extends 1 ? 2 : ", "3", "", ";export default 1;")),
        ("unions.ts", repeated("export type A = 1", " | 1", "", "", ";export default 1;")),
        ("assertions.ts", repeated("export default f()", " as any", "", "", ";")),
        ("too-deep.js", format!("export default {}1{};", "[".repeat(20_000), "]".repeat(20_000))),
        ("data.json", format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000))),
    ];
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in programs {
        fs::write(directory.path().join(path), text).unwrap();
        for options in [&[][..], &["--minify"]] {
            let mut child = Command::new(env!("CARGO_BIN_EXE_pagesbuild"))
                .args(["bundle", path, "--no-cache", "--outfile", "out.js"])
                .args(options)
                .current_dir(directory.path())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let start = Instant::now();
            let status = loop {
                if let Some(status) = child.try_wait().unwrap() {
                    break status;
                }
                if start.elapsed() > PATIENCE {
                    child.kill().unwrap();
                    panic!("{path} {options:?} takes longer than {PATIENCE:?}");
                }
                thread::sleep(Duration::from_millis(10));
            };
            assert!(matches!(status.code(), Some(0 | 1)), "{path} {options:?}: {status}");
        }
    }
}
