//! From a statement to the text of a part: swc's printer writes straight into it.
//!
//! Before printing, every reference that the linker fills is an identifier of its own: a number between two
//! characters that stand nowhere in the file. Where the printer writes one, there is a relocation instead.

use std::io::Result;

use swc_core::common::{BytePos, Span};
use swc_core::ecma::ast::{EsVersion, Stmt};
use swc_core::ecma::codegen::text_writer::WriteJs;
use swc_core::ecma::codegen::{Config, Emitter, Node};

use super::mappings::{Mapping, Mappings, Recorder};
use super::parse::Session;
use super::{Reference, Relocation};

/// The characters to choose a [`Fence`] from: for private use, so hardly anybody writes them.
const FENCES: std::ops::RangeInclusive<char> = '\u{e000}'..='\u{f8ff}';

/// How far lines are indented at most: text that is nested thousands deep is not to grow by the square of that.
const MAX_INDENT: usize = 40;

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

    /// The reference that an identifier stands for.
    fn number(self, name: &str) -> Option<usize> {
        name.strip_prefix(self.0)?.strip_suffix(self.0)?.parse().ok()
    }
}

/// Prints statements.
pub(super) struct Printer<'a> {
    pub(super) session: &'a Session,
    pub(super) minify: bool,
    /// Whether to note where the text comes from.
    pub(super) source_map: bool,
    pub(super) fence: Fence,
    /// By number; their places in the text are not known yet.
    pub(super) references: &'a [Relocation],
}

/// What printing a statement gives.
pub(super) struct Printed {
    pub(super) text: String,
    pub(super) relocations: Vec<Relocation>,
    pub(super) mappings: Mappings,
}

impl Printer<'_> {
    pub(super) fn print(&self, statements: &[Stmt]) -> Printed {
        // What is parsed of JSON is not the text of the file.
        let is_traced = self.source_map && !self.session.language.is_data();
        let trace = || Trace {
            source: &self.session.file.src,
            start: self.session.start(),
            pending: Vec::new(),
            recorder: Recorder::default(),
        };
        let mut writer = Writer {
            fence: self.fence,
            references: self.references,
            text: String::new(),
            relocations: Vec::new(),
            minify: self.minify,
            semicolon: false,
            indent: 0,
            at_line_start: true,
            trace: is_traced.then(trace),
        };
        let mut emitter = Emitter {
            cfg: Config::default().with_minify(self.minify).with_target(EsVersion::latest()),
            cm: self.session.files.clone(),
            comments: None,
            wr: &mut writer,
        };
        for statement in statements {
            // Writing to memory does not fail.
            let _ = statement.emit_with(&mut emitter);
        }
        writer.end_statement();
        for relocation in &mut writer.relocations {
            measure(relocation, &writer.text);
        }
        Printed {
            text: writer.text,
            relocations: writer.relocations,
            mappings: writer.trace.map(|trace| trace.recorder.finish()).unwrap_or_default(),
        }
    }
}

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An identifier.
    Name,
    /// A string, a number, or a piece of a template.
    Literal,
    /// Anything else, and a reference.
    Other,
}

/// Takes tokens from the printer.
struct Writer<'a> {
    fence: Fence,
    references: &'a [Relocation],
    text: String,
    relocations: Vec<Relocation>,
    minify: bool,
    /// Whether a semicolon is to be written unless a block ends first.
    semicolon: bool,
    indent: usize,
    at_line_start: bool,
    trace: Option<Trace<'a>>,
}

impl Writer<'_> {
    fn token(&mut self, text: &str, kind: Kind) {
        if text.is_empty() {
            return;
        }
        self.end_statement();
        if self.at_line_start {
            self.text.extend(std::iter::repeat_n("  ", self.indent.min(MAX_INDENT)));
            self.at_line_start = false;
        }
        let number = if kind == Kind::Name { self.fence.number(text) } else { None };
        let reference = number.and_then(|number| self.references.get(number));
        if let Some(trace) = &mut self.trace {
            let at = offset(self.text.len() + self.relocations.len());
            trace.token(at, text, if reference.is_some() { Kind::Other } else { kind });
        }
        match reference {
            Some(reference) => {
                self.relocations.push(Relocation { at: offset(self.text.len()), ..reference.clone() })
            }
            None => self.text.push_str(text),
        }
    }

    fn end_statement(&mut self) {
        if std::mem::take(&mut self.semicolon) {
            self.text.push(';');
        }
    }

    fn comes_from(&mut self, position: BytePos) {
        if let Some(trace) = &mut self.trace {
            trace.pending.push(position);
        }
    }

    fn token_from(&mut self, span: Option<Span>, text: &str) {
        if let Some(span) = span {
            self.comes_from(span.lo);
        }
        self.token(text, Kind::Other);
    }
}

/// Finds the members of a reference in the text that follows it. One that is not printed as is usual, and those behind
/// it, stay text.
fn measure(relocation: &mut Relocation, text: &str) {
    let Reference::Member(symbol, members) = &mut relocation.target else { return };
    let symbol = *symbol;
    let mut rest = &text[relocation.at as usize..];
    let mut known = 0;
    for member in &mut *members {
        let Some(after) = read(rest, &member.name) else { break };
        member.end = offset(text.len() - after.len());
        rest = after;
        known += 1;
    }
    members.truncate(known);
    if known == 0 {
        relocation.target = Reference::Symbol(symbol);
    }
}

/// What follows the text that reads a member.
fn read<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    match text.strip_prefix('.') {
        Some(text) => text.strip_prefix(name),
        None => text.strip_prefix("[\"")?.strip_prefix(name)?.strip_prefix("\"]"),
    }
}

fn offset(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Notes where tokens come from. The printer names the places where nodes start and end; what ends in front of a token
/// says nothing about it and is told by what stands in the file.
struct Trace<'a> {
    source: &'a str,
    start: BytePos,
    /// The places named since the last token, the innermost last.
    pending: Vec<BytePos>,
    recorder: Recorder,
}

impl Trace<'_> {
    fn token(&mut self, at: u32, text: &str, kind: Kind) {
        let is_name = kind == Kind::Name;
        let mut origin = None;
        while let Some(position) = self.pending.pop() {
            origin = origin.or_else(|| self.place(position, text, kind == Kind::Literal));
        }
        let Some(source) = origin else { return };
        // The printer writes the sign of a private name by itself and then names the place of both.
        let at = if is_name && self.source[source as usize..].starts_with('#') {
            at.saturating_sub(1)
        } else {
            at
        };
        let original = identifier(&self.source[source as usize..]);
        let renamed = is_name && !original.is_empty() && original != text;
        self.recorder.push(Mapping { at, source, renamed });
    }

    /// The offset of a position that a token can come from.
    fn place(&self, position: BytePos, text: &str, is_literal: bool) -> Option<u32> {
        let at = position.0.checked_sub(self.start.0)?;
        let there = self.source.get(at as usize..)?.chars().next()?;
        let first = text.chars().next()?;
        let fits = match first {
            // Separators are where something ends.
            ';' | ',' | ')' | ':' => false,
            // Text of JSX and of templates starts with anything.
            '"' | '\'' | '`' => !matches!(there, ';' | ',' | ')' | ']' | '}' | ':'),
            '$' | '_' => is_start(there),
            _ if first.is_ascii_punctuation() => there == first,
            _ if first.is_whitespace() => there == first || there == '\r',
            // The printer counts wrong in templates whose lines end as those of Windows do.
            _ if is_literal => there == first,
            _ => there == first || is_start(there),
        };
        fits.then_some(at)
    }
}

/// Whether a character can be the first of something that becomes a word.
fn is_start(there: char) -> bool {
    !there.is_whitespace() && !matches!(there, ';' | ',' | ')' | ']' | '}' | ':')
}

/// The identifier that a text starts with.
pub(crate) fn identifier(text: &str) -> &str {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return "";
    }
    &text[..text.find(|c| !is_part(c)).unwrap_or(text.len())]
}

impl WriteJs for &mut Writer<'_> {
    fn increase_indent(&mut self) -> Result<()> {
        self.indent += 1;
        Ok(())
    }

    fn decrease_indent(&mut self) -> Result<()> {
        self.indent = self.indent.saturating_sub(1);
        Ok(())
    }

    fn write_semi(&mut self, span: Option<Span>) -> Result<()> {
        if self.minify {
            self.end_statement();
            self.semicolon = true;
        } else {
            self.token_from(span, ";");
        }
        Ok(())
    }

    fn write_space(&mut self) -> Result<()> {
        self.end_statement();
        if self.at_line_start {
            self.token(" ", Kind::Other);
        } else {
            self.text.push(' ');
        }
        Ok(())
    }

    fn write_keyword(&mut self, span: Option<Span>, text: &'static str) -> Result<()> {
        self.token_from(span, text);
        Ok(())
    }

    fn write_operator(&mut self, span: Option<Span>, text: &str) -> Result<()> {
        self.token_from(span, text);
        Ok(())
    }

    fn write_param(&mut self, text: &str) -> Result<()> {
        self.token(text, Kind::Other);
        Ok(())
    }

    fn write_property(&mut self, text: &str) -> Result<()> {
        self.token(text, Kind::Other);
        Ok(())
    }

    fn write_line(&mut self) -> Result<()> {
        self.end_statement();
        if !self.at_line_start {
            self.text.push('\n');
            self.at_line_start = true;
        }
        Ok(())
    }

    fn write_lit(&mut self, span: Span, text: &str) -> Result<()> {
        self.token_from(Some(span), text);
        Ok(())
    }

    fn write_comment(&mut self, text: &str) -> Result<()> {
        self.token(text, Kind::Other);
        Ok(())
    }

    fn write_str_lit(&mut self, span: Span, text: &str) -> Result<()> {
        self.comes_from(span.lo);
        self.token(text, Kind::Literal);
        Ok(())
    }

    fn write_str(&mut self, text: &str) -> Result<()> {
        self.token(text, Kind::Other);
        Ok(())
    }

    fn write_symbol(&mut self, span: Span, text: &str) -> Result<()> {
        self.comes_from(span.lo);
        self.token(text, Kind::Name);
        Ok(())
    }

    fn write_punct(&mut self, span: Option<Span>, text: &'static str, semicolon: bool) -> Result<()> {
        self.semicolon &= semicolon;
        self.token_from(span, text);
        Ok(())
    }

    fn care_about_srcmap(&self) -> bool {
        self.trace.is_some()
    }

    fn add_srcmap(&mut self, position: BytePos) -> Result<()> {
        self.comes_from(position);
        Ok(())
    }

    fn commit_pending_semi(&mut self) -> Result<()> {
        self.end_statement();
        Ok(())
    }
}
