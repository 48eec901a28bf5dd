//! Steps in the text of a JSON file.

use jsonc_parser::ast::{Array, Object, ObjectProp, Value as Node};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, parse_to_ast};
use serde_json::Value as Json;

use super::brackets::{Brackets, Comments, Insertions, Spot};
use super::plan::{Action, Segment, Step};
use super::text::{indentation, line_start, newline};
use super::write::Spacing;
use super::{Edit, insertions};
use crate::config::json::OPTIONS;

/// The edits that a step comes to; `None` where it has no place in this text.
pub(super) fn edits(text: &str, step: &Step) -> Option<Vec<Edit>> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &OPTIONS).ok()?;
    let root = parsed.value?;
    let mut node = &root;
    for segment in &step.at {
        node = match (segment, node) {
            (Segment::Key(key), Node::Object(object)) => {
                &object.properties.iter().rfind(|property| property.name.as_str() == key)?.value
            }
            (Segment::Index(index), Node::Array(array)) => array.elements.get(*index)?,
            _ => return None,
        };
    }
    let file = File::of(text, &root);
    match (&step.action, node) {
        (Action::Insert { keys, value }, Node::Object(object)) => {
            Some(insertions(file.insert(object, keys, value, step.at.is_empty())?))
        }
        (Action::Push(value), Node::Array(array)) => Some(insertions(file.push(array, value))),
        (Action::Replace(value), Node::StringLit(literal)) => {
            Some(vec![(literal.range.start..literal.range.end, value.to_string())])
        }
        _ => None,
    }
}

/// How a file is written.
struct File<'a> {
    text: &'a str,
    unit: &'a str,
    /// Whether the top level has lines at all.
    has_lines: bool,
    /// Whether objects and lists at the top level are written on one line, where there are any.
    flat: Option<bool>,
    compact: bool,
}

impl<'a> File<'a> {
    fn of(text: &'a str, root: &Node<'_>) -> Self {
        let properties = root.as_object().map_or(&[][..], |object| &object.properties);
        let first = properties.first().map(|property| property.range.start);
        let on_own_line = first.filter(|&at| text[line_start(text, at)..at].trim().is_empty());
        let margin = indentation(text, root.range().start);
        let unit = on_own_line.and_then(|at| indentation(text, at).strip_prefix(margin));
        let colon =
            properties.first().map(|property| property.name.range().end..property.value.range().start);
        Self {
            text,
            unit: unit.filter(|unit| !unit.is_empty()).unwrap_or("  "),
            has_lines: properties.is_empty() || on_own_line.is_some(),
            flat: is_flat(text, properties),
            compact: colon.is_some_and(|colon| &text[colon] == ":"),
        }
    }

    fn spacing(&self, at: usize) -> Spacing<'a> {
        Spacing { newline: newline(self.text, at), unit: self.unit, compact: self.compact }
    }

    fn insert(
        &self,
        object: &Object<'_>,
        keys: &[String],
        value: &Json,
        is_root: bool,
    ) -> Option<Insertions> {
        let (key, further) = keys.split_first()?;
        let mut value = value.clone();
        for key in further.iter().rev() {
            value = serde_json::json!({ key: value });
        }
        let items =
            object.properties.iter().map(|property| property.range.start..property.range.end).collect();
        let brackets = self.brackets(object.range.start..object.range.end, items);
        let spacing = self.spacing(object.range.start);
        let flat = is_flat(self.text, &object.properties).or(self.flat).unwrap_or(false);
        let render = |spot: Spot<'_>| {
            let text = match spot.own_line && !flat {
                true => spacing.lines(&value, spot.indentation),
                false => spacing.line(&value),
            };
            spacing.key(key) + &text
        };
        let Some(last) = object.properties.len().checked_sub(1) else {
            let padded = |spot: Spot<'_>| match self.compact || spot.own_line {
                true => render(spot),
                false => format!(
                    " {}{}",
                    render(spot),
                    if object.range.end - object.range.start > 2 { "" } else { " " }
                ),
            };
            return Some(brackets.fill(self.has_lines, padded));
        };
        // Environments usually end a file.
        let ends_in_environments = is_root && object.properties[last].name.as_str() == "env";
        Some(brackets.insert(if ends_in_environments && last > 0 { last - 1 } else { last }, render))
    }

    fn push(&self, array: &Array<'_>, value: &Json) -> Insertions {
        let range = |node: &Node<'_>| node.range().start..node.range().end;
        let brackets =
            self.brackets(range(&Node::Array(array.clone())), array.elements.iter().map(range).collect());
        let spacing = self.spacing(array.range.start);
        let render = |spread: bool| {
            move |spot: Spot<'_>| match spread {
                true => spacing.lines(value, spot.indentation),
                false => spacing.line(value),
            }
        };
        match array.elements.last() {
            Some(last) => {
                let spread = self.text[range(last)].contains('\n');
                brackets.insert(array.elements.len() - 1, render(spread))
            }
            None => {
                let spread = value.is_object() && self.has_lines && self.flat != Some(true);
                brackets.fill(spread, render(spread))
            }
        }
    }

    fn brackets(&self, range: std::ops::Range<usize>, items: Vec<std::ops::Range<usize>>) -> Brackets<'_> {
        Brackets {
            text: self.text,
            inside: range.start + 1..range.end - 1,
            items,
            comments: Comments::Slashes,
            unit: self.unit,
            compact: self.compact,
        }
    }
}

/// Whether all objects and lists of objects among these are written on one line.
fn is_flat(text: &str, properties: &[ObjectProp<'_>]) -> Option<bool> {
    let values = properties.iter().map(|property| property.value.range());
    let values = values.map(|range| &text[range.start..range.end]);
    let mut containers =
        values.filter(|value| value.starts_with(['{', '[']) && value.contains(':')).peekable();
    containers.peek().is_some().then(|| containers.all(|value| !value.contains('\n')))
}
