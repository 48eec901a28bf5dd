//! Compiling what nobody would write: real files with pieces taken out, doubled and put in. It may be refused, and it
//! must not panic; what it is told about must lie in the file.

use std::collections::BTreeMap;
use std::fs;
use std::thread;

use pagesbuild::compile::{Dialect, Form, Options, compile};
use pagesbuild::diagnostic::Source;
use proptest::prelude::*;

use crate::fixture::{files, root};

/// Pieces that decide how what follows is read.
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
    "class A extends ",
    "export default ",
    "export * from ",
    "import x from 'y';",
    "enum E { A }",
    "namespace N { export let x }",
    "<",
    "</",
    "...",
    "?.",
    "#p",
    "@d ",
    "\u{e000}0\u{e000}",
    "\u{2028}",
    "\u{feff}",
    "😀",
    "\\u{",
    "0b",
    "return ",
    "yield ",
    "let ",
    "\0",
];

/// The sources of all fixtures, by extension.
fn sources() -> Vec<(String, String)> {
    let directory = root().join("fixtures");
    let wanted = [".js", ".ts", ".tsx", ".jsx", ".json"];
    let paths = files(&directory).into_iter().filter(|path| wanted.iter().any(|end| path.ends_with(end)));
    let read = |path: String| Some((path.clone(), fs::read_to_string(directory.join(path)).ok()?));
    paths.filter_map(read).filter(|(_, text)| text.len() < 20_000).collect()
}

fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_compiles_or_is_refused(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((0..4_u8, any::<u16>(), 0..40_usize, any::<prop::sample::Index>()), 1..6),
        minify in any::<bool>(),
    ) {
        let sources = sources();
        let (path, mut text) = which.get(&sources).clone();
        for (kind, at, length, piece) in changes {
            let start = boundary(&text, usize::from(at) % (text.len() + 1));
            let end = boundary(&text, start + length).max(start);
            match kind {
                0 => text.replace_range(start..end, ""),
                1 => {
                    let doubled = text[start..end].to_owned();
                    text.insert_str(start, &doubled);
                }
                2 => text.insert_str(start, PIECES[piece.index(PIECES.len())]),
                _ => text.replace_range(start..end, PIECES[piece.index(PIECES.len())]),
            }
        }
        // The binary compiles on threads with much stack.
        let worker = thread::Builder::new().stack_size(64 << 20).spawn(move || {
            let define = BTreeMap::from([("process.env.NODE_ENV".to_owned(), "\"production\"".to_owned())]);
            let options = Options { dialect: &Dialect::default(), module: false, form: Form::Code, define: &define, minify, keep_names: true, source_map: true, flow: true };
            let source = Source::new(path, text);
            match compile(&source, options) {
                Ok(object) => {
                    for part in &object.parts {
                        for place in &part.relocations {
                            assert!(part.text.is_char_boundary(place.at as usize));
                        }
                    }
                }
                Err(problems) => {
                    assert!(!problems.is_empty());
                    for label in problems.iter().flat_map(|problem| &problem.labels) {
                        assert!(label.source.text().get(label.span.clone()).is_some(), "{label:?}");
                    }
                }
            }
        });
        prop_assert!(worker.unwrap().join().is_ok());
    }
}

#[test]
fn files_that_end_too_early_show_what_is_open() {
    for (text, open) in [
        ("export const onRequest = () => {\n  return new Response(", "("),
        ("export class Counter extends D{", "{"),
        ("export const a = 1;\n/* to be continued\n", "/*"),
    ] {
        for path in ["a.js", "a.ts"] {
            let options = Options {
                dialect: &Dialect::default(),
                module: false,
                form: Form::Code,
                define: &BTreeMap::new(),
                minify: false,
                keep_names: true,
                source_map: false,
                flow: true,
            };
            let problems = compile(&Source::new(path, text), options).unwrap_err();
            let label = &problems[0].labels[0];
            let shown = &text[label.span.clone()];
            assert!(
                shown == open || label.span.start >= text.trim_end().len() - 1,
                "{path} {text:?}: {shown:?}"
            );
        }
    }
}
