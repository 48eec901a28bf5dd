//! Reads a project's own `_routes.json`.
//!
//! The file's text comes in; its rules come out with the places where they stand, or diagnostics for each thing
//! that Pages would refuse (`validateRoutes` of wrangler is the reference).

use std::ops::Range;

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::rules::{MAX_LENGTH, MAX_RULES};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Source};

/// A valid `_routes.json`.
#[derive(Clone, Debug)]
pub struct RoutesJson {
    /// The file.
    pub source: Source,
    /// `include`: paths that functions run for.
    pub include: Vec<Rule>,
    /// `exclude`: paths that go to the assets at once.
    pub exclude: Vec<Rule>,
}

/// One rule and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The rule.
    pub text: String,
    /// Byte offsets into the file.
    pub span: Range<usize>,
}

const SHAPE: &str = "the file looks like `{ \"version\": 1, \"include\": [\"/*\"], \"exclude\": [] }`";

/// Parses and validates. `None` when there are errors.
pub fn parse(source: &Source, diagnostics: &mut Diagnostics) -> Option<RoutesJson> {
    let mut found = Diagnostics::default();
    let rules = read(source, &mut found);
    let failed = found.has_errors();
    diagnostics.extend(found.into_sorted());
    let [include, exclude] = rules?;
    (!failed).then(|| RoutesJson { source: source.clone(), include, exclude })
}

fn wrong(source: &Source, span: Range<usize>, message: &str, label: &str) -> Diagnostic {
    Diagnostic::error(Code::InvalidRoutesJson, message).at(source, span, label).help(SHAPE)
}

fn read(source: &Source, found: &mut Diagnostics) -> Option<[Vec<Rule>; 2]> {
    let strict = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        ..ParseOptions::default()
    };
    let whole = 0..source.text().len();
    let root = match parse_to_ast(source.text(), &CollectOptions::default(), &strict) {
        Ok(parsed) => parsed.value,
        Err(error) => {
            let range = error.range();
            found.push(wrong(
                source,
                range.start..range.end,
                "`_routes.json` is not valid JSON",
                &error.kind().to_string(),
            ));
            return None;
        }
    };
    let Some(Value::Object(root)) = root else {
        found.push(wrong(source, whole, "`_routes.json` does not hold an object", ""));
        return None;
    };
    match value_of(&root, "version") {
        Some(Value::NumberLit(number)) if number.value.parse() == Ok(1.0) => {}
        Some(other) => {
            let span = other.range();
            found.push(wrong(
                source,
                span.start..span.end,
                "`version` is not `1`",
                "the only version there is is 1",
            ));
        }
        None => found.push(wrong(source, root.range.start..root.range.end, "`version` is missing", "")),
    }
    let mut lists = ["include", "exclude"].map(|key| match value_of(&root, key) {
        Some(Value::Array(list)) => Some(strings(source, key, &list.elements, found)),
        Some(other) => {
            let span = other.range();
            found.push(wrong(source, span.start..span.end, &format!("`{key}` is not a list"), ""));
            None
        }
        None => {
            found.push(wrong(source, root.range.start..root.range.end, &format!("`{key}` is missing"), ""));
            None
        }
    });
    let [include, exclude] = [lists[0].take()?, lists[1].take()?];
    if include.is_empty() && !found.has_errors() {
        found.push(wrong(
            source,
            whole.clone(),
            "`include` has no rules",
            "at least one path must run functions",
        ));
    }
    if include.len() + exclude.len() > MAX_RULES {
        let message =
            format!("`_routes.json` has {} rules; {MAX_RULES} are allowed", include.len() + exclude.len());
        let last = exclude.last().or(include.last()).map_or(whole, |rule| rule.span.clone());
        found.push(wrong(source, last, &message, "the last of them").help("combine rules with `*`"));
    }
    overlaps(source, &include, found);
    overlaps(source, &exclude, found);
    Some([include, exclude])
}

/// The value of a key; as in `JSON.parse` the last one of several counts.
fn value_of<'a, 'b>(object: &'b Object<'a>, key: &str) -> Option<&'b Value<'a>> {
    object
        .properties
        .iter()
        .rev()
        .find(|property| property.name.as_str() == key)
        .map(|property| &property.value)
}

fn strings(source: &Source, key: &str, values: &[Value<'_>], found: &mut Diagnostics) -> Vec<Rule> {
    let mut rules = Vec::new();
    for value in values {
        let span = value.range().start..value.range().end;
        let Value::StringLit(text) = value else {
            found.push(wrong(source, span, &format!("a rule of `{key}` is not a string"), ""));
            continue;
        };
        let text = text.value.to_string();
        if !text.starts_with('/') {
            let message = format!("the rule `{text}` does not start with `/`");
            found.push(wrong(source, span.clone(), &message, "").help(format!("write `/{text}`")));
        }
        // wrangler counts UTF-16 code units.
        if text.encode_utf16().count() > MAX_LENGTH {
            let message = format!("a rule is longer than {MAX_LENGTH} characters");
            found.push(wrong(source, span.clone(), &message, "").help("end it earlier, with `*`"));
        }
        rules.push(Rule { text, span });
    }
    rules
}

/// A rule below one that ends in `/*` is refused by Pages, which takes it for a mistake.
fn overlaps(source: &Source, rules: &[Rule], found: &mut Diagnostics) {
    for rule in rules {
        let wider = |other: &&Rule| {
            let prefix = other.text.strip_suffix('*').filter(|prefix| prefix.ends_with('/'));
            other.text != rule.text && prefix.is_some_and(|prefix| rule.text.starts_with(prefix))
        };
        if let Some(other) = rules.iter().find(wider) {
            let message = format!("the rule `{}` is already covered by `{}`", rule.text, other.text);
            found.push(
                Diagnostic::error(Code::InvalidRoutesJson, message)
                    .at(source, rule.span.clone(), "Pages refuses rules that overlap")
                    .at(source, other.span.clone(), "the wider one")
                    .help("remove the narrower one"),
            );
        }
    }
}
