//! JSON with comments and trailing commas to [`Value`]s. `jsonc-parser` bounds the nesting. A key that stands
//! twice keeps its last value, as with wrangler, and is reported.

use std::collections::BTreeMap;

use jsonc_parser::ast::{Object, Value as JsonValue};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::read::SyntaxError;
use super::{Entry, Kind, Value};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Source};

/// What wrangler reads: JSON, comments and trailing commas, nothing of JSON5.
pub(super) const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

pub(super) fn parse(source: &Source, diagnostics: &mut Diagnostics) -> Result<Value, SyntaxError> {
    let text = source.text();
    let parsed = parse_to_ast(text, &CollectOptions::default(), &OPTIONS).map_err(|error| SyntaxError {
        span: error.range().start..error.range().end,
        message: lower_first(&error.kind().to_string()),
    })?;
    let Some(root) = parsed.value else {
        return Err(SyntaxError { span: 0..text.len(), message: "the file is empty".to_owned() });
    };
    Reader { source, diagnostics }.value(&root)
}

struct Reader<'a> {
    source: &'a Source,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn value(&mut self, value: &JsonValue<'_>) -> Result<Value, SyntaxError> {
        let range = value.range();
        let span = range.start..range.end;
        let kind = match value {
            JsonValue::NullKeyword(_) => Kind::Null,
            JsonValue::BooleanLit(literal) => Kind::Bool(literal.value),
            JsonValue::StringLit(literal) => Kind::String(literal.value.clone().into_owned()),
            JsonValue::NumberLit(literal) => match literal.value.parse() {
                Ok(number) => Kind::Number(number),
                Err(_) => {
                    return Err(SyntaxError { span, message: "the number cannot be represented".to_owned() });
                }
            },
            JsonValue::Array(array) => Kind::Array(
                array.elements.iter().map(|element| self.value(element)).collect::<Result<_, _>>()?,
            ),
            JsonValue::Object(object) => self.object(object)?,
        };
        Ok(Value { span, kind })
    }

    fn object(&mut self, object: &Object<'_>) -> Result<Kind, SyntaxError> {
        let mut entries: Vec<Entry> = Vec::with_capacity(object.properties.len());
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for property in &object.properties {
            let key = property.name.as_str().to_owned();
            let range = property.name.range();
            let entry = Entry { key_span: range.start..range.end, value: self.value(&property.value)?, key };
            match seen.get(&entry.key) {
                Some(&index) => {
                    let message =
                        format!("`{}` stands twice in one object; the last value is taken", entry.key);
                    self.diagnostics.push(
                        Diagnostic::warning(Code::DuplicateKey, message)
                            .at(self.source, entry.key_span.clone(), "taken")
                            .at(self.source, entries[index].key_span.clone(), "ignored")
                            .help("delete one of the two"),
                    );
                    entries[index] = entry;
                }
                None => {
                    seen.insert(entry.key.clone(), entries.len());
                    entries.push(entry);
                }
            }
        }
        Ok(Kind::Table(entries))
    }
}

fn lower_first(message: &str) -> String {
    let mut characters = message.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}
