//! Source maps, version 3: parts tell byte by byte where they come from, and lines and columns are counted at the end,
//! once for each text.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::json;

use crate::compile::{Object, Part, identifier};
use crate::graph::ModuleId;

/// Gathers where the linked text comes from.
#[derive(Default)]
pub(super) struct Tracer<'a> {
    sources: Vec<&'a Object>,
    by_module: BTreeMap<ModuleId, u32>,
    names: BTreeMap<&'a str, u32>,
    segments: Vec<Segment>,
}

/// What a part's text is changed by.
pub(super) struct Fill<'a> {
    /// What takes the place of its first bytes, and how many.
    pub(super) start: (&'static str, usize),
    /// For each relocation, what goes there, and where the text goes on.
    pub(super) places: Vec<(Cow<'a, str>, usize)>,
}

/// What comes from one place, from a byte offset of the linked text on. `None` is what the linker made up.
struct Segment {
    at: usize,
    origin: Option<Origin>,
}

/// A place in a source, by byte offset, and the index of the name that is another there.
struct Origin {
    source: u32,
    at: u32,
    name: Option<u32>,
}

impl<'a> Tracer<'a> {
    /// Notes where a part comes from that starts at `start`, its relocations filled with `texts`.
    pub(super) fn part(
        &mut self,
        module: (ModuleId, &'a Object),
        part: &'a Part,
        fill: &Fill<'_>,
        start: usize,
    ) {
        if part.mappings.is_empty() {
            return;
        }
        let (id, object) = module;
        let sources = &mut self.sources;
        let source = *self.by_module.entry(id).or_insert_with(|| {
            sources.push(object);
            u32::try_from(sources.len() - 1).unwrap_or(u32::MAX)
        });
        let mut filled = part.relocations.iter().zip(&fill.places).zip(0..).peekable();
        // What is gone from the text so far, where the last of it ends, and what came instead.
        let (mut gone, mut end, mut come) = (fill.start.1, fill.start.1, fill.start.0.len());
        for mapping in part.mappings.iter() {
            let at = mapping.at as usize;
            while let Some(((place, (text, after)), before)) =
                filled.next_if(|((place, _), before)| place.at as usize + before < at)
            {
                gone += 1 + after - place.at as usize;
                end = after + before + 1;
                come += text.len();
            }
            if at < end && (at > 0 || fill.start.0.is_empty()) {
                continue;
            }
            let original =
                || identifier(object.source.text().get(mapping.source as usize..).unwrap_or_default());
            let name = match filled.peek() {
                Some(((place, (text, after)), before)) if place.at as usize + before == at => {
                    // A name stands for its members as well, unless the file reads them there.
                    let is_whole = || {
                        let rest = object.source.text().get(mapping.source as usize + original().len()..);
                        !rest.unwrap_or_default().trim_start().starts_with(['.', '[', '?'])
                    };
                    let is_name =
                        (*after == place.at as usize || is_whole()) && identifier(text).len() == text.len();
                    is_name.then(original).filter(|name| !name.is_empty() && name != text)
                }
                _ => mapping.renamed.then(original),
            };
            let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
            let name = name.map(|name| *self.names.entry(name).or_insert(next));
            let origin = Some(Origin { source, at: mapping.source, name });
            self.segments.push(Segment { at: start + (at + come).saturating_sub(gone), origin });
        }
    }

    /// Notes that what follows comes from no file.
    pub(super) fn end(&mut self, at: usize) {
        if self.segments.last().is_some_and(|last| last.origin.is_some()) {
            self.segments.push(Segment { at, origin: None });
        }
    }

    /// The map of the linked text as JSON.
    pub(super) fn to_json(&self, text: &str) -> String {
        let mut names: Vec<(&str, u32)> = self.names.iter().map(|(name, index)| (*name, *index)).collect();
        names.sort_by_key(|(_, index)| *index);
        let map = json!({
            "version": 3,
            "sources": self.sources.iter().map(|object| object.source.path()).collect::<Vec<_>>(),
            "sourcesContent": self.sources.iter().map(|object| object.source.text()).collect::<Vec<_>>(),
            "names": names.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            "mappings": self.mappings(text),
        });
        map.to_string()
    }

    fn mappings(&self, text: &str) -> String {
        let mut sources: Vec<Places<'_>> =
            self.sources.iter().map(|object| Places::new(object.source.text())).collect();
        let mut out = String::with_capacity(self.segments.len() * 6);
        let mut cursor = Cursor::new(text);
        let mut line = 0;
        // The last value of each field: column, source, line, column and name.
        let mut last = [0_i64; 5];
        // Whether the line has segments, and whether the last of them has an origin.
        let (mut begun, mut known) = (false, false);
        for (index, segment) in self.segments.iter().enumerate() {
            // What ends where the next one starts need not be said, nor what ends with its line.
            let superseded = self.segments.get(index + 1).is_some_and(|next| next.at == segment.at);
            if segment.origin.is_none() && superseded {
                continue;
            }
            cursor.advance(segment.at);
            while line < cursor.line {
                out.push(';');
                line += 1;
                last[0] = 0;
                (begun, known) = (false, false);
            }
            if segment.origin.is_none() && !known {
                continue;
            }
            if begun {
                out.push(',');
            }
            begun = true;
            known = segment.origin.is_some();
            let mut field = |index: usize, value: i64| {
                variable_length(value - last[index], &mut out);
                last[index] = value;
            };
            field(0, i64::from(cursor.column));
            let Some(origin) = &segment.origin else { continue };
            let (line, column) = sources
                .get_mut(origin.source as usize)
                .map_or((0, 0), |places| places.place(origin.at as usize));
            field(1, i64::from(origin.source));
            field(2, i64::from(line));
            field(3, i64::from(column));
            if let Some(name) = origin.name {
                field(4, i64::from(name));
            }
        }
        out
    }
}

/// A place in a text: line and UTF-16 column, both from 0.
#[derive(Clone, Copy)]
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
    column: u32,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), at: 0, line: 0, column: 0 }
    }

    /// Goes on to an offset. Lines end where those of JavaScript do.
    fn advance(&mut self, to: usize) {
        let to = to.min(self.bytes.len());
        while self.at < to {
            let next = |offset: usize| self.bytes.get(self.at + offset).copied();
            let ends_line = match self.bytes[self.at] {
                b'\n' => true,
                b'\r' => next(1) != Some(b'\n'),
                // U+2028 and U+2029.
                0xe2 => next(1) == Some(0x80) && matches!(next(2), Some(0xa8 | 0xa9)),
                _ => false,
            };
            if ends_line {
                self.line += 1;
                self.column = 0;
            } else {
                // The bytes behind the first of a character count nothing; those of four bytes are two units.
                self.column += match self.bytes[self.at] {
                    0x80..=0xbf => 0,
                    0xf0.. => 2,
                    _ => 1,
                };
            }
            self.at += 1;
        }
    }
}

/// Finds places in a text in any order, and fast in the order of the text.
struct Places<'a> {
    /// Where each block of so many bytes starts.
    blocks: Vec<Cursor<'a>>,
    last: Cursor<'a>,
}

impl<'a> Places<'a> {
    const BLOCK: usize = 1024;

    fn new(text: &'a str) -> Self {
        let mut cursor = Cursor::new(text);
        let starts = (0..=text.len()).step_by(Self::BLOCK);
        let blocks = starts.map(|start| {
            cursor.advance(start);
            cursor
        });
        Self { blocks: blocks.collect(), last: Cursor::new(text) }
    }

    fn place(&mut self, at: usize) -> (u32, u32) {
        if at < self.last.at || at - self.last.at > Self::BLOCK {
            self.last = self.blocks.get(at / Self::BLOCK).copied().unwrap_or(self.last);
        }
        self.last.advance(at);
        (self.last.line, self.last.column)
    }
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

    #[test]
    fn lines_and_columns_are_those_of_javascript() {
        let text = "a\tb\r\nc\rd\u{2028}e\u{2029}ü😀f\n\n";
        let places: Vec<(char, u32, u32)> = text
            .char_indices()
            .map(|(at, char)| {
                let (line, column) = Places::new(text).place(at);
                (char, line, column)
            })
            .filter(|(char, ..)| char.is_ascii_alphabetic())
            .collect();
        let wanted = [('a', 0, 0), ('b', 0, 2), ('c', 1, 0), ('d', 2, 0), ('e', 3, 0), ('f', 4, 3)];
        assert_eq!(places, wanted);
    }

    #[test]
    fn places_are_found_in_any_order() {
        let text = "0123456789".repeat(500) + "\n" + &"äöü😀\n".repeat(700);
        let mut places = Places::new(&text);
        let slow = |at: usize| {
            let line = text[..at].matches('\n').count() as u32;
            let column = text[..at].rsplit('\n').next().unwrap_or_default().encode_utf16().count() as u32;
            (line, column)
        };
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        for step in [1, 7, 1000] {
            for index in (0..starts.len()).step_by(step) {
                let at = starts[index * 31 % starts.len()];
                assert_eq!(places.place(at), slow(at), "{at}");
            }
        }
    }
}
