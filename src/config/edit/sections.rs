//! Which lines of a TOML file belong to a table, and where the headers that come after them go.

use toml_edit::{Item, Key, Table, Value as TomlValue};

use super::text::{line_end, line_start};

/// Calls back with the start of the key and the end of the value of each line that belongs to a table's own header.
pub(super) fn lines(table: &Table, found: &mut impl FnMut(usize, usize)) {
    for (name, item) in table {
        match item {
            Item::Value(value) => {
                let key = table.key(name).and_then(Key::span);
                if let (Some(key), Some(value)) = (key, TomlValue::span(value)) {
                    found(key.start, value.end);
                }
            }
            Item::Table(inner) if inner.is_dotted() => lines(inner, found),
            _ => {}
        }
    }
}

/// Where what belongs to a table's own header ends.
pub(super) fn own_end(table: &Table) -> Option<usize> {
    let mut end =
        table.span().filter(|_| !table.is_implicit() && !table.is_dotted()).map(|header| header.end);
    lines(table, &mut |_, value| end = end.max(Some(value)));
    end
}

/// Where what belongs to a table ends, the tables in it included.
pub(super) fn whole_end(table: &Table) -> Option<usize> {
    let inner = table.iter().filter_map(|(_, item)| match item {
        Item::Table(table) => whole_end(table),
        Item::ArrayOfTables(tables) => tables.iter().filter_map(whole_end).max(),
        _ => None,
    });
    inner.chain(own_end(table)).max()
}

/// Where the line of such an end ends, comments that follow without a gap included, unless they lead up to a header.
pub(super) fn last_line(text: &str, end: usize) -> usize {
    let end = line_end(text, end);
    let mut at = end;
    while text[at..].trim_start_matches([' ', '\t']).starts_with('#') {
        at = line_end(text, at);
    }
    match text[at..].trim_start_matches([' ', '\t']).starts_with('[') {
        true => end,
        false => at,
    }
}

/// Where the header of a new table in this one goes.
pub(super) fn header_place(text: &str, root: &Table, table: &Table, is_root: bool) -> Option<usize> {
    if !is_root {
        return Some(last_line(text, whole_end(table)?));
    }
    // Environments usually end a file; what belongs to none of them goes before them.
    let (mut environments, mut others) = (Vec::new(), Vec::new());
    for (name, item) in root {
        headers(item, if name == "env" { &mut environments } else { &mut others });
    }
    let last = others.iter().max().copied().unwrap_or(0);
    match environments.iter().min() {
        Some(&first) if last < first => Some(before_header(text, first)),
        _ => Some(text.len()),
    }
}

/// Where the headers of an item start.
fn headers(item: &Item, found: &mut Vec<usize>) {
    let mut visit = |table: &Table| {
        if !table.is_implicit() && !table.is_dotted() {
            found.extend(table.span().map(|header| header.start));
        }
        table.iter().for_each(|(_, item)| headers(item, found));
    };
    match item {
        Item::Table(table) => visit(table),
        Item::ArrayOfTables(tables) => tables.iter().for_each(visit),
        _ => {}
    }
}

/// The start of the lines that lead up to a header: its comments.
fn before_header(text: &str, header: usize) -> usize {
    let mut at = line_start(text, header);
    while at > 0 {
        let before = line_start(text, at - 1);
        if !text[before..at].trim_start().starts_with('#') {
            break;
        }
        at = before;
    }
    at
}
