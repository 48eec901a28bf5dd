//! TOML text to [`Value`]s. `toml_edit` bounds the nesting; dates become the strings they were written as.

use std::ops::Range;

use toml_edit::{Document, InlineTable, Item, Key, Table, Value as TomlValue};

use super::read::SyntaxError;
use super::{Entry, Kind, Value};

pub(super) fn parse(text: &str) -> Result<Value, SyntaxError> {
    let document = Document::parse(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let message = match is_bare_word(text, &span) {
            true => "a string must stand in quotes".to_owned(),
            false => error.message().trim().replace('\n', ", "),
        };
        SyntaxError { span, message }
    })?;
    Ok(Value { span: 0..text.len(), kind: table(text, document.as_table()) })
}

/// Whether an error is about `key = word`, which the parser takes for the start of a number.
fn is_bare_word(text: &str, span: &Range<usize>) -> bool {
    let before = text.get(..span.start).unwrap_or_default().trim_end_matches([' ', '\t']);
    before.ends_with('=') && text.get(span.start..).is_some_and(|rest| rest.starts_with(char::is_alphabetic))
}

fn table(text: &str, table: &Table) -> Kind {
    let entries = table.iter().filter_map(|(name, item)| entry(text, name, table.key(name), item));
    Kind::Table(entries.collect())
}

fn inline(text: &str, table: &InlineTable) -> Kind {
    let one = |(name, item): (&str, &TomlValue)| {
        let key_span = table.key(name).and_then(Key::span).unwrap_or(0..0);
        Entry { key: name.to_owned(), value: value(text, item, &key_span), key_span }
    };
    Kind::Table(table.iter().map(one).collect())
}

fn entry(text: &str, name: &str, key: Option<&Key>, item: &Item) -> Option<Entry> {
    let key_span = key.and_then(Key::span).unwrap_or(0..0);
    // Tables that only exist through the headers of tables below them have no place of their own.
    let span = item.span().unwrap_or_else(|| key_span.clone());
    let value = match item {
        Item::None => return None,
        Item::Value(item) => value(text, item, &key_span),
        Item::Table(item) => Value { span, kind: table(text, item) },
        Item::ArrayOfTables(items) => {
            let one = |item: &Table| Value {
                span: item.span().unwrap_or_else(|| key_span.clone()),
                kind: table(text, item),
            };
            Value { span, kind: Kind::Array(items.iter().map(one).collect()) }
        }
    };
    Some(Entry { key: name.to_owned(), key_span, value })
}

fn value(text: &str, item: &TomlValue, key_span: &Range<usize>) -> Value {
    let span = item.span().unwrap_or_else(|| key_span.clone());
    let as_written = || Kind::String(text.get(span.clone()).unwrap_or_default().to_owned());
    let kind = match item {
        TomlValue::String(item) => Kind::String(item.value().clone()),
        TomlValue::Integer(item) => Kind::Number((*item.value()).into()),
        // JSON has no infinities; their text reaches the check of types, which refuses it.
        TomlValue::Float(item) => {
            serde_json::Number::from_f64(*item.value()).map_or_else(as_written, Kind::Number)
        }
        TomlValue::Boolean(item) => Kind::Bool(*item.value()),
        TomlValue::Datetime(_) => as_written(),
        TomlValue::Array(items) => {
            Kind::Array(items.iter().map(|item| value(text, item, key_span)).collect())
        }
        TomlValue::InlineTable(item) => inline(text, item),
    };
    Value { span, kind }
}
