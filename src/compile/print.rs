//! From a statement to the text of a part: printed by swc, with the places of relocations cut out.
//!
//! Before printing, every reference that the linker fills is an identifier of its own: a number between two
//! characters that stand nowhere in the file. After printing, those are found and removed again.

use swc_core::common::{BytePos, LineCol};
use swc_core::ecma::ast::{EsVersion, Stmt};
use swc_core::ecma::codegen::text_writer::JsWriter;
use swc_core::ecma::codegen::{Config, Emitter, Node};

use super::parse::Session;
use super::{Mapping, Reference, Relocation};

/// The characters to choose a [`Fence`] from: for private use, so hardly anybody writes them.
const FENCES: std::ops::RangeInclusive<char> = '\u{e000}'..='\u{f8ff}';

/// The character around the numbers of references.
#[derive(Clone, Copy)]
pub(super) struct Fence(char);

impl Fence {
    /// One that is not in the text.
    pub(super) fn for_text(text: &str) -> Self {
        Self(FENCES.clone().find(|fence| !text.contains(*fence)).unwrap_or('\u{e000}'))
    }

    /// The identifier that stands for a reference.
    pub(super) fn name(self, reference: usize) -> String {
        format!("{0}{reference}{0}", self.0)
    }
}

/// Prints statements.
pub(super) struct Printer<'a> {
    pub(super) session: &'a Session,
    pub(super) minify: bool,
    pub(super) fence: Fence,
    pub(super) references: &'a [(Reference, bool)],
    pub(super) lines: &'a Lines,
}

/// What printing a statement gives.
pub(super) struct Printed {
    pub(super) text: String,
    pub(super) relocations: Vec<Relocation>,
    pub(super) mappings: Vec<Mapping>,
}

impl Printer<'_> {
    pub(super) fn print(&self, statements: &[Stmt]) -> Printed {
        let mut text = Vec::new();
        let mut positions = Vec::new();
        let files = &self.session.files;
        let mut emitter = Emitter {
            cfg: Config::default().with_minify(self.minify).with_target(EsVersion::latest()),
            cm: files.clone(),
            comments: None,
            wr: JsWriter::new(files.clone(), "\n", &mut text, Some(&mut positions)),
        };
        for statement in statements {
            // Writing to memory does not fail.
            let _ = statement.emit_with(&mut emitter);
        }
        self.cut(&String::from_utf8_lossy(&text), &positions)
    }

    /// Takes the fenced numbers out of the text and out of the columns.
    fn cut(&self, printed: &str, positions: &[(BytePos, LineCol)]) -> Printed {
        let mut out = Printed {
            text: String::with_capacity(printed.len()),
            relocations: Vec::new(),
            mappings: Vec::with_capacity(positions.len()),
        };
        // Where something was taken out: line, column behind it, and the columns gone from that line so far.
        let mut gone: Vec<(u32, u32, u32)> = Vec::new();
        let (mut line, mut column, mut removed) = (0, 0, 0);
        let mut rest = printed;
        while let Some(start) = rest.find(self.fence.0) {
            let (before, fenced) = rest.split_at(start);
            let inside = &fenced[self.fence.0.len_utf8()..];
            let Some(end) = inside.find(self.fence.0) else { break };
            advance(before, &mut line, &mut column, &mut removed);
            out.text.push_str(before);
            if let Some((reference, callee)) =
                inside[..end].parse().ok().and_then(|at: usize| self.references.get(at))
            {
                let at = u32::try_from(out.text.len()).unwrap_or(u32::MAX);
                out.relocations.push(Relocation { at, target: reference.clone(), callee: *callee });
            }
            let width = u32::try_from(end).unwrap_or(u32::MAX) + 2;
            column += width;
            removed += width;
            gone.push((line, column, removed));
            rest = &inside[end + self.fence.0.len_utf8()..];
        }
        out.text.push_str(rest);
        let mut at = 0;
        for (position, place) in positions {
            while gone.get(at).is_some_and(|gone| (gone.0, gone.1) <= (place.line, place.col)) {
                at += 1;
            }
            let removed = match at.checked_sub(1).and_then(|at| gone.get(at)) {
                Some(gone) if gone.0 == place.line => gone.2,
                _ => 0,
            };
            if let Some((source_line, source_column)) = self.lines.place(*position) {
                let column = place.col.saturating_sub(removed);
                out.mappings.push(Mapping { line: place.line, column, source_line, source_column });
            }
        }
        out
    }
}

/// Moves a place past a text; columns are UTF-16 units.
fn advance(text: &str, line: &mut u32, column: &mut u32, removed: &mut u32) {
    for char in text.chars() {
        if char == '\n' {
            *line += 1;
            *column = 0;
            *removed = 0;
        } else {
            *column += char.len_utf16() as u32;
        }
    }
}

/// Where the lines of a file start.
pub(super) struct Lines {
    start: BytePos,
    text: String,
    starts: Vec<usize>,
}

impl Lines {
    pub(super) fn new(session: &Session) -> Self {
        let text = session.file.src.to_string();
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { start: session.start(), text, starts }
    }

    /// Line and UTF-16 column of a position, both from 0; `None` for a position in no line of the file.
    fn place(&self, position: BytePos) -> Option<(u32, u32)> {
        let at = position.0.checked_sub(self.start.0)? as usize;
        if at > self.text.len() {
            return None;
        }
        let line = self.starts.partition_point(|start| *start <= at) - 1;
        let before = self.text.get(self.starts[line]..at)?;
        let column = if before.is_ascii() { before.len() } else { before.encode_utf16().count() };
        Some((u32::try_from(line).ok()?, u32::try_from(column).ok()?))
    }
}
