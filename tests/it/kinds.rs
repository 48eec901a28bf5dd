//! Kinds of bindings: the platform's types held against the declarations that it ships, and what the types of written
//! programs say: `fixtures/kinds`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use pagesbuild::binding::kinds::{Inferred, infer};
use pagesbuild::binding::types::Types;
use pagesbuild::cache::Cache;
use pagesbuild::compile::{self, Dialect, Form};
use pagesbuild::diagnostic::{Diagnostics, Source};
use pagesbuild::graph::{Additional, Compiler, Node, Roots, StaticFiles, graph};
use pagesbuild::nodejs::Nodejs;
use pagesbuild::pipeline;
use pagesbuild::project::{ModuleRules, Options};
use pagesbuild::resolve::{self, Platform, Resolver};
use proptest::prelude::*;

use crate::fixture::root;
use crate::npm;

#[test]
fn the_table_is_what_the_declarations_say() {
    let file = root().join("src/binding/kinds/platform.rs");
    let written = npm::stdout(&mut npm::command("binding/platform.mjs"));
    assert_eq!(fs::read_to_string(&file).unwrap(), written, "{} is out of date", file.display());
}

/// A program: the first of its files is the one that the others are reached from.
struct Program<'a> {
    name: &'a str,
    files: Vec<(&'a str, &'a str)>,
    kinds: &'a str,
}

/// The programs of a text. A line `=== name` opens one, `--- path` a file of it, and `*** kinds` what its types say.
fn programs(text: &str) -> Vec<Program<'_>> {
    let parts = text.strip_prefix("=== ").unwrap().split("\n=== ");
    let read = |part| {
        let (name, rest) = str::split_once(part, '\n').unwrap();
        let (files, kinds) = rest.split_once("*** kinds\n").unwrap();
        let files = files.split("--- ").skip(1).map(|file| file.split_once('\n').unwrap()).collect();
        Program { name, files, kinds: kinds.trim() }
    };
    parts.map(read).collect()
}

/// A name, its kinds, and whether it may be missing.
fn shown(name: &str, inferred: &Inferred) -> String {
    let kinds = if inferred.kinds.is_empty() { "-".to_owned() } else { inferred.kinds.join("|") };
    format!("{name} {kinds}{}", if inferred.optional { "?" } else { "" })
}

/// What the types of the program in a directory say: names, kinds, whether they may be missing.
fn kinds(home: &Path, entry: &str) -> String {
    let types = types(home, entry);
    let mut text = String::new();
    for name in types.names() {
        writeln!(text, "{}", shown(name, &infer(&[], types.declared(name)))).unwrap();
        for declared in types.declared(name) {
            let shown = declared.source.text().get(declared.span.clone()).unwrap_or_default();
            assert_eq!(shown.trim_matches('"'), name, "the place in {}", declared.source.path());
        }
    }
    text.trim_end().to_owned()
}

fn types(home: &Path, entry: &str) -> Types {
    let nodejs = Nodejs::new("2026-01-01", &[]);
    let resolver = Resolver::new(resolve::Options {
        alias: &BTreeMap::new(),
        jsx_factory: None,
        jsx_fragment: None,
        tsconfig: None,
        nodejs: &nodejs,
        conditions: None,
        platform: Platform::Browser,
        root: home,
    });
    let compiler = Compiler {
        root: home,
        resolver: &resolver,
        cache: &Cache::none(),
        options: compile::Options {
            dialect: &Dialect::default(),
            module: false,
            form: Form::Code,
            define: &BTreeMap::new(),
            minify: false,
            keep_names: false,
            source_map: false,
            flow: true,
        },
        static_files: StaticFiles::Refused,
        additional: Additional {
            rules: &ModuleRules::default(),
            preserve_file_names: false,
            found: &BTreeMap::new(),
        },
    };
    let roots = Roots {
        entry: Node::File(home.join(entry)),
        generated: BTreeMap::new(),
        files: BTreeMap::new(),
        compiled: BTreeMap::new(),
    };
    let mut diagnostics = Diagnostics::default();
    let graph = graph(&compiler, roots, &mut diagnostics).unwrap();
    Types::of(&graph, &compiler)
}

/// What the code of the project in a directory takes the names for that it uses; `!` where that is sure.
fn used_kinds(home: &Path) -> String {
    let options = Options { directory: home.to_owned(), no_cache: true, ..Options::default() };
    let (used, diagnostics) = pipeline::uses(&options).unwrap();
    let uses = used.unwrap_or_else(|| panic!("{}: {diagnostics:#?}", home.display())).uses;
    let names: BTreeSet<&str> = uses.uses.iter().map(|one| one.name.as_str()).collect();
    let line = |name: &&str| {
        let inferred = uses.inferred(name);
        let sure = if inferred.sure { "!" } else { "" };
        if let Some(kind) = inferred.kind() {
            assert!(uses.conflicts(name, kind).is_empty(), "{name} is said not to be what it is");
        }
        format!("{}{sure}", shown(name, &inferred))
    };
    names.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn programs_say_kinds() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kinds");
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    let directory = fs::canonicalize(directory).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(npm::modules(), directory.join("node_modules")).unwrap();
    #[cfg(windows)]
    std::os::windows::fs::symlink_dir(npm::modules(), directory.join("node_modules")).unwrap();
    let mut wrong = String::new();
    for topic in ["ambient", "jsdoc", "typescript", "uses"] {
        let text = fs::read_to_string(root().join(format!("fixtures/kinds/{topic}.txt"))).unwrap();
        for program in programs(&text) {
            let home = directory.join(topic).join(program.name);
            for (path, text) in &program.files {
                fs::create_dir_all(home.join(path).parent().unwrap()).unwrap();
                fs::write(home.join(path), text).unwrap();
            }
            let found = match topic {
                "uses" => used_kinds(&home),
                _ => kinds(&home, program.files[0].0),
            };
            if found != program.kinds {
                let expected = program.kinds;
                writeln!(wrong, "{topic}/{}\n--- found\n{found}\n--- expected\n{expected}\n", program.name)
                    .unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Pieces that decide how a comment is read.
const PIECES: &[&str] = &[
    "@",
    "{",
    "}",
    "@type {",
    "@param {Env} env.",
    "@typedef ",
    "@property {",
    "@import ",
    "*/",
    "/**",
    "/** @type {",
    "\n * ",
    "[",
    "]",
    "=",
    "?",
    "'",
    "`",
    "<",
    ">",
    "&",
    "import(",
    "keyof ",
    "(",
    "=>",
    "env",
    "Env",
    "\u{2028}",
    "😀",
    "\r",
    "\0",
];

fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// All places that types tell of lie in the text.
fn check_places(source: &Source, value: &compile::types::Type) {
    use compile::types::Type;
    match value {
        Type::Object(members) => {
            for member in members {
                let (name, written) = (&member.span, &member.written);
                for place in [name, written] {
                    assert!(
                        source.text().get(place.start as usize..place.end as usize).is_some(),
                        "{member:?}"
                    );
                }
                check_places(source, &member.value);
            }
        }
        Type::All(parts) | Type::Either(parts) | Type::Named { arguments: parts, .. } => {
            parts.iter().for_each(|part| check_places(source, part));
        }
        Type::Member(object, key) => [object, key].into_iter().for_each(|part| check_places(source, part)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_comment_is_read(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((0..3_u8, any::<u16>(), 0..40_usize, any::<prop::sample::Index>()), 1..8),
    ) {
        let all = fs::read_to_string(root().join("fixtures/kinds/jsdoc.txt")).unwrap();
        let programs = programs(&all);
        let mut text = which.get(&programs).files[0].1.to_owned();
        for (kind, at, length, piece) in changes {
            let start = boundary(&text, usize::from(at) % (text.len() + 1));
            let end = boundary(&text, start + length).max(start);
            match kind {
                0 => text.replace_range(start..end, ""),
                1 => text.insert_str(start, PIECES[piece.index(PIECES.len())]),
                _ => text.insert_str(start, &PIECES[piece.index(PIECES.len())].repeat(length)),
            }
        }
        let source = Source::new("functions/index.js", text);
        if let Some(types) = compile::types::types(&source) {
            types.roots.iter().for_each(|root| check_places(&source, root));
            types.declarations.iter().for_each(|declared| check_places(&source, &declared.value));
        }
    }
}
