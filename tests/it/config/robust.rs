//! Whatever bytes a configuration file holds, loading it ends in a project or in diagnostics with sound places.

use std::fs;
use std::path::Path;

use pagesbuild::config::{self, Value};
use pagesbuild::diagnostic::Diagnostics;
use proptest::prelude::*;

use super::{load_whole, load_with, options, project};

const TOML: &str = include_str!("everything.toml");
const JSON: &str = include_str!("everything.jsonc");
const NAMES: [&str; 3] = ["wrangler.toml", "wrangler.json", "wrangler.jsonc"];

/// Parses a text and checks that every span lies in it, on character boundaries.
fn parse(name: &str, text: &str) {
    let mut diagnostics = Diagnostics::default();
    if let Some(config) = config::parse(Path::new(name), text, &mut diagnostics) {
        check(&config.root, config.source.text());
    }
    for label in diagnostics.into_sorted().iter().flat_map(|diagnostic| &diagnostic.labels) {
        assert!(label.source.text().get(label.span.clone()).is_some(), "{:?}", label.span);
    }
}

fn check(value: &Value, text: &str) {
    assert!(text.get(value.span.clone()).is_some(), "{:?}", value.span);
    value.items().iter().for_each(|item| check(item, text));
    for entry in value.entries() {
        assert!(text.get(entry.key_span.clone()).is_some(), "{:?}", entry.key_span);
        check(&entry.value, text);
    }
}

/// Loads a project with that file, at the top level and in an environment, and checks every label.
fn load(name: &str, bytes: &[u8]) {
    let directory = project(&[("index.js", ""), ("public/", "")]);
    fs::write(directory.path().join(name), bytes).unwrap();
    for environment in [None, Some("production")] {
        let mut options = options(directory.path());
        options.environment = environment.map(str::to_owned);
        for label in load_whole(&options).1.iter().flat_map(|diagnostic| &diagnostic.labels) {
            assert!(label.source.text().get(label.span.clone()).is_some(), "{:?}", label.span);
        }
    }
}

/// A text with some of its bytes replaced, removed or doubled, and pieces of it moved.
pub(super) fn mutated(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<prop::sample::Index>(), 0..5usize, any::<u8>(), 0..40usize);
    prop::collection::vec(edit, 1..6).prop_map(move |edits| {
        let mut bytes = text.as_bytes().to_vec();
        for (at, kind, byte, length) in edits {
            let at = at.index(bytes.len());
            let end = (at + length).min(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => drop(bytes.drain(at..end)),
                2 => bytes.insert(at, byte),
                3 => {
                    let piece = bytes[at..end].to_vec();
                    bytes.extend(piece);
                }
                _ => {
                    let sign = b"[]{}\"',=.:#/\n"[byte as usize % 13];
                    bytes.insert(at, sign);
                }
            }
            if bytes.is_empty() {
                bytes.push(b'{');
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_parses_or_is_refused(text in "\\PC{0,60}", name in prop::sample::select(NAMES.to_vec())) {
        parse(name, &text);
    }

    #[test]
    fn any_structure_parses_or_is_refused(
        text in "([\\[\\]{}\",=.:#\n/*]|a|é|true|null|1|-|e|env|vars|\"\"\"){0,60}",
        name in prop::sample::select(NAMES.to_vec()),
    ) {
        parse(name, &text);
    }

    #[test]
    fn any_bytes_load_or_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..80), name in prop::sample::select(NAMES.to_vec())) {
        load(name, &bytes);
    }

    #[test]
    fn mutated_toml_loads_or_is_refused(bytes in mutated(TOML)) {
        load("wrangler.toml", &bytes);
    }

    #[test]
    fn mutated_json_loads_or_is_refused(bytes in mutated(JSON)) {
        load("wrangler.jsonc", &bytes);
    }
}

#[test]
fn deep_nesting_is_refused() {
    let deep = 100_000;
    for (name, text) in [
        ("wrangler.json", "[".repeat(deep)),
        ("wrangler.json", "{\"a\":".repeat(deep)),
        ("wrangler.toml", format!("a = {}", "[".repeat(deep))),
        ("wrangler.toml", format!("a = {}", "{a=".repeat(deep))),
        ("wrangler.toml", format!("a{} = 1", ".a".repeat(deep))),
        ("wrangler.toml", format!("[a{}]", ".a".repeat(deep))),
    ] {
        let directory = project(&[(name, &text)]);
        let (project, said) = load_with(&options(directory.path()));
        assert!(project.is_none());
        assert!(said.iter().any(|line| line.starts_with("error config-syntax")), "{said:?}");
    }
}

#[test]
fn large_files_are_refused() {
    let directory = project(&[("wrangler.toml", &"# comment\n".repeat(200_000))]);
    let (_, said) = load_with(&options(directory.path()));
    assert_eq!(said, ["error config-syntax: `wrangler.toml` is larger than 1024 KiB"]);
}

#[test]
fn many_keys_take_linear_time() {
    let keys: String = (0..30_000).map(|key| format!("\"k{key}\": 1,\n")).collect();
    let directory = project(&[("wrangler.json", &format!("{{ {keys} }}")), ("public/", "")]);
    let (_, said) = load_with(&options(directory.path()));
    assert!(said.len() > 30_000);
}

#[test]
fn encodings_are_told_apart() {
    let directory = project(&[("index.js", "")]);
    let file = directory.path().join("wrangler.toml");
    let said = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        load_with(&options(directory.path())).1
    };
    let text = "name = \"a\"\nmain = \"index.js\"\ncompatibility_date = \"2026-01-01\"\n";
    assert_eq!(said(text.as_bytes()), Vec::<String>::new());
    assert_eq!(said(format!("\u{feff}{text}").as_bytes()), Vec::<String>::new());
    assert_eq!(said(text.replace('\n', "\r\n").as_bytes()), Vec::<String>::new());
    let wide: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(said(&wide), ["error config-syntax: `wrangler.toml` is encoded as UTF-16"]);
    let broken =
        "error config-syntax: `wrangler.toml` is not UTF-8: the byte at offset 1 belongs to no character";
    assert_eq!(said(b"a\xff"), [broken]);
}

#[test]
fn both_samples_say_the_same() {
    let mut diagnostics = Diagnostics::default();
    let [toml, json] = [("a.toml", TOML), ("a.jsonc", JSON)].map(|(name, text)| {
        let mut value = config::parse(Path::new(name), text, &mut diagnostics).unwrap().root.to_json();
        value.sort_all_objects();
        value
    });
    assert_eq!(toml, json);
    assert!(diagnostics.into_sorted().is_empty());
}
