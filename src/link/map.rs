//! Source maps, version 3.

use serde_json::json;

use crate::compile::Part;

/// A point of the output and where it comes from; lines and UTF-16 columns from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Segment {
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) source: u32,
    pub(super) source_line: u32,
    pub(super) source_column: u32,
}

/// Where the text of a part comes from, once its relocations are filled with texts of these lengths and it stands at
/// this line and column.
pub(super) fn segments(
    part: &Part,
    lengths: impl Iterator<Item = u32>,
    start: (u32, u32),
    source: u32,
) -> Vec<Segment> {
    // Where the relocations are: line and column without them, and how far what follows is pushed to the right.
    let mut shifts: Vec<(u32, u32, u32)> = Vec::new();
    let (mut line, mut column, mut pushed, mut at) = (0, 0, 0, 0);
    for (relocation, length) in part.relocations.iter().zip(lengths) {
        for char in part.text[at..relocation.at as usize].chars() {
            if char == '\n' {
                line += 1;
                column = 0;
                pushed = 0;
            } else {
                column += char.len_utf16() as u32;
            }
        }
        at = relocation.at as usize;
        pushed += length;
        shifts.push((line, column, pushed));
    }
    let mut next = 0;
    let mut before = None;
    let mut segments = Vec::with_capacity(part.mappings.len());
    for mapping in &part.mappings {
        // What starts where a relocation stands is in front of it the first time and behind it the second.
        let place = (mapping.line, mapping.column);
        while shifts.get(next).is_some_and(|shift| {
            (shift.0, shift.1) < place || ((shift.0, shift.1) == place && before == Some(place))
        }) {
            next += 1;
        }
        before = Some(place);
        let shift = match next.checked_sub(1).map(|at| shifts[at]) {
            Some(shift) if shift.0 == mapping.line => shift.2,
            _ => 0,
        };
        let first = if mapping.line == 0 { start.1 } else { 0 };
        segments.push(Segment {
            line: start.0 + mapping.line,
            column: first + mapping.column + shift,
            source,
            source_line: mapping.source_line,
            source_column: mapping.source_column,
        });
    }
    segments
}

/// The map as JSON. Segments are in the order of the output.
pub(super) fn to_json(sources: &[(&str, &str)], segments: &[Segment]) -> String {
    let mut mappings = String::new();
    let (mut line, mut column) = (0, 0);
    let (mut source, mut source_line, mut source_column) = (0, 0, 0);
    let mut first = true;
    for segment in segments {
        while line < segment.line {
            mappings.push(';');
            line += 1;
            column = 0;
            first = true;
        }
        if !first {
            mappings.push(',');
        }
        first = false;
        for (value, before) in [
            (segment.column, &mut column),
            (segment.source, &mut source),
            (segment.source_line, &mut source_line),
            (segment.source_column, &mut source_column),
        ] {
            variable_length(i64::from(value) - i64::from(*before), &mut mappings);
            *before = value;
        }
    }
    let map = json!({
        "version": 3,
        "sources": sources.iter().map(|(path, _)| path).collect::<Vec<_>>(),
        "sourcesContent": sources.iter().map(|(_, text)| text).collect::<Vec<_>>(),
        "names": [],
        "mappings": mappings,
    });
    map.to_string()
}

/// Base 64 digits of five bits each, the sign in the lowest bit.
fn variable_length(value: i64, out: &mut String) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut rest = value.unsigned_abs() << 1 | u64::from(value < 0);
    loop {
        let more = rest >> 5 != 0;
        let digit = (rest & 31) as usize | usize::from(more) << 5;
        out.push(char::from(DIGITS[digit]));
        rest >>= 5;
        if !more {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_the_specification() {
        for (value, digits) in
            [(0, "A"), (1, "C"), (-1, "D"), (15, "e"), (16, "gB"), (-123_456, "hkxH"), (511, "+f")]
        {
            let mut out = String::new();
            variable_length(value, &mut out);
            assert_eq!(out, digits, "{value}");
        }
    }
}
