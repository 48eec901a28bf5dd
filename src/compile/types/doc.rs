//! The types that JavaScript writes into comments: JSDoc.

use std::ops::Range;

use swc_core::common::comments::CommentKind;
use swc_core::common::{BytePos, FileName};
use swc_core::ecma::ast::{Decl, EsVersion, Module, ModuleItem, Stmt, TsType};
use swc_core::ecma::parser::{Syntax, TsSyntax, parse_file_as_module};
use swc_core::ecma::visit::VisitWith;

use super::convert::Converter;
use super::walk::{self, Place, Walk};
use super::{Declaration, Home, Type, TypeMember, Types};
use crate::compile::guarded;
use crate::compile::parse::Session;

/// Bytes that a type in a comment may have. Parsers recurse.
const MAX_LENGTH: usize = 2_000;

/// The types of a module that is JavaScript.
pub(super) fn read(session: &Session, module: &Module) -> Types {
    let blocks = blocks(session);
    if blocks.is_empty() {
        return Types::default();
    }
    let mut reader = Reader {
        session,
        walk: Walk { converter: Converter { start: session.start() }, types: Types::default() },
    };
    reader.walk.items(&module.body, Place::FILE);
    for (start, text) in blocks {
        reader.block(start, &text);
    }
    reader.walk.types
}

/// The comments that JSDoc is read of, by where their text starts in the file, in the order of the text.
fn blocks(session: &Session) -> Vec<(usize, String)> {
    let (leading, trailing) = session.comments.borrow_all();
    let all = leading.values().chain(trailing.values()).flatten();
    let documents = all.filter(|comment| {
        comment.kind == CommentKind::Block && comment.text.starts_with('*') && may_tell(&comment.text)
    });
    let block = |comment: &swc_core::common::comments::Comment| {
        let start = comment.span.lo.0.saturating_sub(session.start().0) as usize + "/*".len();
        (start, without_stars(&comment.text))
    };
    let mut blocks: Vec<(usize, String)> = documents.map(block).collect();
    blocks.sort_unstable();
    blocks.dedup();
    blocks
}

/// Whether a comment declares a type, or the type of `env` may stand in it: most are not worth being read.
fn may_tell(text: &str) -> bool {
    ["@typedef", "@import"].iter().any(|tag| text.contains(tag)) || walk::may_tell(text)
}

/// The text of a comment with spaces in the place of the stars that its lines start with.
fn without_stars(text: &str) -> String {
    let mut at_start = true;
    let letter = |letter: char| {
        let is_star = at_start && letter == '*';
        at_start = letter == '\n' || (at_start && letter.is_whitespace());
        if is_star { ' ' } else { letter }
    };
    text.chars().map(letter).collect()
}

/// A tag: `@param {Env} env - what it is`.
#[derive(Debug, PartialEq, Eq)]
struct Tag<'a> {
    name: &'a str,
    /// Where all that it says stands, up to the next tag.
    body: Range<usize>,
    /// Where the type between the braces stands.
    written: Option<Range<usize>>,
    /// Where the rest stands.
    rest: Range<usize>,
}

/// The tags of a comment. Each starts a line.
fn tags(text: &str) -> Vec<Tag<'_>> {
    let is_start = |at: &usize| {
        let line = text[..*at].rfind('\n').map_or(0, |end| end + 1);
        text[line..*at].trim().is_empty()
    };
    let starts: Vec<usize> = text.match_indices('@').map(|(at, _)| at).filter(is_start).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let tag = |(start, end): (&usize, usize)| {
        let after = &text[*start + 1..end];
        let length = after.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(after.len());
        let body = skip_space(text, *start + 1 + length, end)..end;
        let mut at = body.start;
        let written = closing(&text[at..end]).map(|length| at + 1..at + length);
        if let Some(written) = &written {
            at = skip_space(text, written.end + 1, end);
        }
        Tag { name: &after[..length], body, written, rest: at..end }
    };
    starts.iter().zip(ends).map(tag).collect()
}

fn skip_space(text: &str, at: usize, end: usize) -> usize {
    end - text[at..end].trim_start().len()
}

/// Where the brace is that closes the first one.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (Some(_), '\n') => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(letter),
            (None, '{') => depth += 1,
            (None, '}') => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return (letter == '}').then_some(at);
        }
    }
    None
}

/// The name that a text starts with, what stands before it, and whether it is in brackets: then it may be missing.
fn name(text: &str) -> (&str, usize, bool) {
    let word = text.split_whitespace().next().unwrap_or_default();
    let bare = word.trim_start_matches('[');
    let before = text.len() - text.trim_start().len() + (word.len() - bare.len());
    let length = bare.find([']', '=']).unwrap_or(bare.len());
    (&bare[..length], before, word.len() > bare.len())
}

struct Reader<'a> {
    session: &'a Session,
    walk: Walk,
}

impl Reader<'_> {
    /// Reads a comment whose text starts at a place of the file.
    fn block(&mut self, start: usize, text: &str) {
        // The members that the properties below a type give it.
        let mut typedef: Option<Declaration> = None;
        let mut members = Vec::new();
        // Parameters that are `env`, and those like `@param {string} env.NAME`.
        let mut given = Vec::new();
        for tag in tags(text) {
            let rest = &text[tag.rest.clone()];
            match tag.name {
                "import" => self.import(&text[tag.body]),
                "typedef" => {
                    self.declare(typedef.take(), std::mem::take(&mut members));
                    let value =
                        tag.written.clone().map_or(Type::Unknown, |range| self.of(start, text, range));
                    let name = rest.split_whitespace().next().unwrap_or_default().to_owned();
                    typedef = Some(Declaration { name, home: Home::File, parameters: Vec::new(), value });
                }
                "property" | "prop" => {
                    members.extend(tag.written.and_then(|range| self.member(start, text, range, tag.rest)));
                }
                "param" | "arg" | "argument" => {
                    let Some(written) = tag.written else { continue };
                    let of_env = name(rest).0.split('.').any(|part| part == "env");
                    match of_env.then(|| self.member(start, text, written.clone(), tag.rest)).flatten() {
                        Some(member) => given.push(member),
                        None => self.visit(start, text, written),
                    }
                }
                _ => {
                    if let Some(written) = tag.written {
                        self.visit(start, text, written);
                    }
                }
            }
        }
        self.declare(typedef, members);
        self.give(given);
    }

    /// Parameters that are called `env`, and those that are members of one.
    fn give(&mut self, given: Vec<TypeMember>) {
        let mut members = Vec::new();
        for member in given {
            match member.name.rsplit_once('.') {
                Some((of, name)) if name != "env" && (of == "env" || of.ends_with(".env")) => {
                    let length = u32::try_from(name.len()).unwrap_or(0);
                    let span = member.span.end - length..member.span.end;
                    members.push(TypeMember { name: name.to_owned(), span, ..member });
                }
                _ if member.name == "env" || member.name.ends_with(".env") => {
                    self.walk.types.roots.push(member.value);
                }
                _ => {}
            }
        }
        if !members.is_empty() {
            self.walk.types.roots.push(Type::Object(members));
        }
    }

    /// A type that is declared, with what its properties say.
    fn declare(&mut self, typedef: Option<Declaration>, members: Vec<TypeMember>) {
        let Some(mut typedef) = typedef else { return };
        if !members.is_empty() {
            typedef.value = Type::Object(members);
        }
        self.walk.types.exports.push((typedef.name.clone(), typedef.name.clone()));
        self.walk.types.declarations.push(typedef);
    }

    /// A name with its type. In brackets, it may be missing.
    fn member(
        &mut self,
        start: usize,
        text: &str,
        written: Range<usize>,
        rest: Range<usize>,
    ) -> Option<TypeMember> {
        let (name, before, optional) = name(&text[rest.clone()]);
        let at = start + rest.start + before;
        let (at, end) = (u32::try_from(at).ok()?, u32::try_from(at + name.len()).ok()?);
        let place = u32::try_from(start + written.start).ok()?..u32::try_from(start + written.end).ok()?;
        let optional = optional || text[written.clone()].ends_with('=');
        let value = self.of(start, text, written);
        let name = name.to_owned();
        Some(TypeMember { name, span: at..end, written: place, optional, called: false, value })
    }

    fn of(&mut self, start: usize, text: &str, written: Range<usize>) -> Type {
        match self.parse(start, text, written) {
            Some((written, converter)) => converter.of(&written),
            None => Type::Unknown,
        }
    }

    /// Looks for the type of `env` in a type.
    fn visit(&mut self, start: usize, text: &str, written: Range<usize>) {
        if !walk::may_tell(&text[written.clone()]) {
            return;
        }
        if let Some((written, converter)) = self.parse(start, text, written) {
            let outer = std::mem::replace(&mut self.walk.converter, converter);
            written.visit_with(&mut self.walk);
            self.walk.converter = outer;
        }
    }

    /// Parses a type in the comment's text; with it comes what knows where in the file it stands.
    fn parse(&mut self, start: usize, text: &str, written: Range<usize>) -> Option<(Box<TsType>, Converter)> {
        let bare = text[written.clone()].trim_start_matches(['?', '!']);
        let at = start + written.end - bare.len();
        let (module, place) = self.parse_as("type T = ", bare.trim_end_matches('='))?;
        match module.body.into_iter().next()? {
            ModuleItem::Stmt(Stmt::Decl(Decl::TsTypeAlias(alias))) => {
                let start = BytePos(place.0.saturating_sub(u32::try_from(at).ok()?));
                Some((alias.type_ann, Converter { start }))
            }
            _ => None,
        }
    }

    /// `@import { Env } from "./env"`
    fn import(&mut self, text: &str) {
        if let Some((module, _)) = self.parse_as("import type ", text.trim_end()) {
            self.walk.items(&module.body, Place::FILE);
        }
    }

    /// Parses TypeScript that starts with something, and tells where the rest of it starts. What does not parse is no type.
    fn parse_as(&self, head: &str, rest: &str) -> Option<(Module, BytePos)> {
        if rest.len() > MAX_LENGTH {
            return None;
        }
        let file = self.session.files.new_source_file(FileName::Anon.into(), format!("{head}{rest}\n"));
        let mut errors = Vec::new();
        let syntax = Syntax::Typescript(TsSyntax::default());
        let parsed =
            guarded(|| parse_file_as_module(&file, syntax, EsVersion::latest(), None, &mut errors)).ok()?;
        let module = parsed.ok()?;
        errors.is_empty().then(|| (module, file.start_pos + BytePos(u32::try_from(head.len()).unwrap_or(0))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read() {
        let text = "*\n  @param {{ a: '}' }} env - what\n  it is\n  @type {Env}\n me@home.example @no\n @deprecated ";
        let told = |tag: &Tag<'_>| {
            (
                tag.name.to_owned(),
                tag.written.clone().map(|range| &text[range]),
                text[tag.rest.clone()].trim(),
            )
        };
        let found: Vec<_> = tags(text).iter().map(told).collect();
        assert_eq!(
            found,
            [
                ("param".to_owned(), Some("{ a: '}' }"), "env - what\n  it is"),
                ("type".to_owned(), Some("Env"), "me@home.example @no"),
                ("deprecated".to_owned(), None, ""),
            ]
        );
    }

    #[test]
    fn stars_at_the_start_of_lines_are_spaces() {
        assert_eq!(without_stars("*\n * a * b\n\t** c"), " \n   a * b\n\t * c");
    }
}
