//! Steps in the text of a TOML file.
//!
//! Where a table has a header, further tables get headers of their own; what stands in braces or behind dotted keys is
//! added to as it is. A line belongs to the header before it, so new lines go behind the last one of their table, and new
//! headers behind everything that belongs to the table around them.

use std::ops::Range;

use serde_json::Value as Json;
use toml_edit::{Document, InlineTable, Item, Table, Value as TomlValue};

use super::brackets::{Brackets, Comments, Spot};
use super::plan::{Action, Segment, Step};
use super::sections::{header_place, last_line, own_end, whole_end};
use super::text::{indentation, line_end, line_start, newline};
use super::write::{toml, toml_key};
use super::{Edit, insertions};

/// The edits that a step comes to; `None` where it has no place in this text.
pub(super) fn edits(text: &str, step: &Step) -> Option<Vec<Edit>> {
    let document = Document::parse(text).ok()?;
    let place = Place::find(document.as_table(), &step.at)?;
    let writer = Writer { text, root: document.as_table() };
    match (&step.action, place.node) {
        (Action::Insert { keys, value }, Node::Table(table)) => writer.insert(&place, table, keys, value),
        (Action::Insert { keys, value }, Node::Value(TomlValue::InlineTable(table))) => {
            let entry = format!("{} = {}", dotted(keys), toml(value)?);
            writer.between(table.span()?, inline_items(table), &entry)
        }
        (Action::Push(value), Node::Tables(tables)) => writer.push_table(tables, value),
        (Action::Push(value), Node::Value(TomlValue::Array(array))) => {
            let items = array.iter().map(TomlValue::span).collect::<Option<_>>()?;
            writer.between(array.span()?, items, &toml(value)?)
        }
        (Action::Replace(value), Node::Value(old @ TomlValue::String(_))) => {
            Some(vec![(old.span()?, toml(value)?)])
        }
        _ => None,
    }
}

/// What a value of the document is written as.
#[derive(Clone, Copy)]
enum Node<'a> {
    /// With a header, by dotted keys, or only through what is in it.
    Table(&'a Table),
    /// With a header for each.
    Tables(&'a toml_edit::ArrayOfTables),
    Value(&'a TomlValue),
}

/// A value of the document and the way to it.
struct Place<'a> {
    node: Node<'a>,
    /// The keys of the way, where no list is on it.
    keys: Option<Vec<&'a str>>,
    /// The keys of the way behind the nearest table with a header, which its lines start with.
    dotted: Vec<&'a str>,
}

impl<'a> Place<'a> {
    fn find(root: &'a Table, way: &'a [Segment]) -> Option<Self> {
        let mut place = Self { node: Node::Table(root), keys: Some(Vec::new()), dotted: Vec::new() };
        for segment in way {
            place.node = match (segment, place.node) {
                (Segment::Key(key), Node::Table(table)) => {
                    place.keys = place.keys.map(|keys| [keys, vec![key]].concat());
                    place.dotted.push(key);
                    Node::of(table.get(key)?)?
                }
                (Segment::Key(key), Node::Value(TomlValue::InlineTable(table))) => {
                    Node::Value(table.get(key)?)
                }
                (Segment::Index(index), Node::Tables(tables)) => {
                    place.keys = None;
                    Node::Table(tables.get(*index)?)
                }
                (Segment::Index(index), Node::Value(TomlValue::Array(array))) => {
                    Node::Value(array.get(*index)?)
                }
                _ => return None,
            };
            if matches!(place.node, Node::Table(table) if !table.is_dotted()) {
                place.dotted.clear();
            }
        }
        Some(place)
    }
}

impl<'a> Node<'a> {
    fn of(item: &'a Item) -> Option<Self> {
        match item {
            Item::None => None,
            Item::Value(value) => Some(Self::Value(value)),
            Item::Table(table) => Some(Self::Table(table)),
            Item::ArrayOfTables(tables) => Some(Self::Tables(tables)),
        }
    }
}

/// A table with a header of its own.
struct Block<'a> {
    header: String,
    /// What its lines are indented by.
    indented: &'a str,
    lines: Vec<(&'a String, &'a Json)>,
    /// Whether blank lines hold it apart from what is around it.
    apart: bool,
}

struct Writer<'a> {
    text: &'a str,
    root: &'a Table,
}

impl Writer<'_> {
    fn insert(&self, place: &Place<'_>, table: &Table, keys: &[String], value: &Json) -> Option<Vec<Edit>> {
        if table.is_dotted() {
            let key = format!("{}.{}", dotted(&place.dotted), dotted(keys));
            return self.line(table, &key, value);
        }
        let is_root = place.keys.as_ref().is_some_and(Vec::is_empty);
        let is_environment = matches!(place.keys.as_deref(), Some(["env", _]));
        let has_header = table.span().is_some() && !table.is_implicit();
        // A table that is new, and the lines in it.
        let (header, lines) = match (value, keys) {
            (Json::Array(items), _) if items.iter().all(Json::is_object) => {
                (Some((keys, true)), items.first().and_then(Json::as_object)?.iter().collect())
            }
            (Json::Object(entries), [_]) if is_root || is_environment || !has_header => {
                (Some((keys, false)), entries.iter().collect())
            }
            (_, [first @ .., last]) if !first.is_empty() || !(is_root || has_header) => {
                (Some((first, false)), vec![(last, value)])
            }
            _ => (None, Vec::new()),
        };
        let Some((further, is_list)) = header else { return self.line(table, &dotted(keys), value) };
        let path: Vec<&str> =
            place.keys.as_ref()?.iter().copied().chain(further.iter().map(String::as_str)).collect();
        let (open, close) = if is_list { ("[[", "]]") } else { ("[", "]") };
        let at = header_place(self.text, self.root, table, is_root)?;
        let header = format!("{open}{}{close}", dotted(&path));
        Some(vec![self.block(at, &Block { header, indented: "", lines, apart: true })?])
    }

    /// One more table behind the last one of a list, written as that one.
    fn push_table(&self, tables: &toml_edit::ArrayOfTables, value: &Json) -> Option<Vec<Edit>> {
        let last = tables.get(tables.len().checked_sub(1)?)?;
        let span = last.span()?;
        let start = line_start(self.text, span.start);
        let above = self.text[..start].lines().next_back().unwrap_or_default().trim_start();
        let apart = above.is_empty() || above.starts_with('#');
        let at = last_line(self.text, whole_end(last)?);
        let margin = &self.text[start..span.start];
        let lines: Vec<(&String, &Json)> = value.as_object()?.iter().collect();
        let indented = own_lines(last).next().map_or(margin, |at| indentation(self.text, at));
        let header = format!("{margin}{}", &self.text[span]);
        Some(vec![self.block(at, &Block { header, indented, lines, apart })?])
    }

    /// A new table at the start of a line or at the end of the text.
    fn block(&self, at: usize, block: &Block<'_>) -> Option<Edit> {
        let Block { header, indented, lines, apart } = block;
        let newline = newline(self.text, at);
        let lines: Option<Vec<String>> = lines
            .iter()
            .map(|(key, value)| Some(format!("{indented}{}{}{}", toml_key(key), self.equals(), toml(value)?)))
            .collect();
        let body = std::iter::once(header.to_owned()).chain(lines?).collect::<Vec<_>>().join(newline);
        let before = &self.text[..at];
        let is_blank = |line: Option<&str>| line.is_none_or(|line| line.trim().is_empty());
        let ends_line = before.is_empty() || before.ends_with('\n');
        let mut text = String::new();
        if !ends_line {
            text.push_str(newline);
        }
        if *apart && !is_blank(before.lines().next_back()) {
            text.push_str(newline);
        }
        text.push_str(&body);
        if ends_line {
            text.push_str(newline);
            if *apart && !is_blank(self.text[at..].lines().next()) {
                text.push_str(newline);
            }
        }
        Some((at..at, text))
    }

    /// One more line behind the last one of a table.
    fn line(&self, table: &Table, key: &str, value: &Json) -> Option<Vec<Edit>> {
        let line = format!("{key}{}{}", self.equals(), toml(value)?);
        let (end, indented) = match own_lines(table).last() {
            Some(last) => (own_end(table)?, indentation(self.text, last)),
            None => {
                let header = table.span().filter(|_| !table.is_dotted())?;
                (header.end, indentation(self.text, header.start))
            }
        };
        let at = line_end(self.text, end);
        let newline = newline(self.text, at);
        let text = match self.text[..at].ends_with('\n') {
            true => format!("{indented}{line}{newline}"),
            false => format!("{newline}{indented}{line}"),
        };
        Some(vec![(at..at, text)])
    }

    /// One more item between brackets or braces.
    fn between(&self, span: Range<usize>, items: Vec<Range<usize>>, item: &str) -> Option<Vec<Edit>> {
        let inside = span.start + 1..span.end.checked_sub(1)?;
        let braces = self.text[span].starts_with('{');
        let is_empty = items.is_empty();
        let last = items.len().wrapping_sub(1);
        let (text, comments) = (self.text, Comments::Hash);
        let brackets = Brackets { text, inside: inside.clone(), items, comments, unit: "  ", compact: false };
        let pad = |needed: bool| if needed && is_empty && braces { " " } else { "" };
        let (left, right) = (pad(!text[inside.clone()].contains('\n')), pad(inside.is_empty()));
        let render = |_: Spot<'_>| format!("{left}{item}{right}");
        Some(insertions(if is_empty { brackets.fill(false, render) } else { brackets.insert(last, render) }))
    }

    /// How keys and values are held apart in this file.
    fn equals(&self) -> &'static str {
        let first = self.root.iter().find_map(|(name, item)| {
            let key = self.root.key(name).and_then(toml_edit::Key::span)?;
            Some(key.end..item.as_value().and_then(TomlValue::span)?.start)
        });
        match first.and_then(|between| self.text.get(between)) {
            Some("=") => "=",
            _ => " = ",
        }
    }
}

/// Where the keys of a table's own lines stand.
fn own_lines(table: &Table) -> impl Iterator<Item = usize> {
    let mut starts = Vec::new();
    super::sections::lines(table, &mut |key, _| starts.push(key));
    starts.sort_unstable();
    starts.into_iter()
}

/// The entries of a table in braces.
fn inline_items(table: &InlineTable) -> Vec<Range<usize>> {
    let mut items = Vec::new();
    for (name, value) in table {
        let key = table.key(name).and_then(toml_edit::Key::span);
        match (value, key, value.span()) {
            (TomlValue::InlineTable(inner), ..) if inner.is_dotted() => items.extend(inline_items(inner)),
            (_, Some(key), Some(value)) => items.push(key.start..value.end),
            _ => {}
        }
    }
    items.sort_by_key(|item| item.start);
    items
}

fn dotted(keys: &[impl AsRef<str>]) -> String {
    keys.iter().map(|key| toml_key(key.as_ref())).collect::<Vec<_>>().join(".")
}
