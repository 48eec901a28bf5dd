//! Source maps, version 3.

use serde_json::json;

/// A point of the output and where it comes from; lines and UTF-16 columns from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Segment {
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) source: u32,
    pub(super) source_line: u32,
    pub(super) source_column: u32,
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
