//! From text to swc's syntax tree, with every syntax error as a diagnostic that points into the file.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::de::IgnoredAny;
use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::sync::Lrc;
use swc_core::common::{BytePos, FileName, GLOBALS, Globals, SourceFile, SourceMap, Span, Spanned};
use swc_core::ecma::ast::{EsVersion, Module};
use swc_core::ecma::parser::error::Error as SyntaxError;
use swc_core::ecma::parser::{EsSyntax, Syntax, TsSyntax, parse_file_as_module};

use super::{Export, ExportKind, Form};
use crate::diagnostic::{Code, Diagnostic, Source};

/// What a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// JavaScript; JSX is allowed in every such file, as wrangler does.
    JavaScript,
    /// TypeScript without JSX, in which `<T>x` is a cast.
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
    /// JSON, which is CommonJS so that its keys are exports too.
    Json,
    /// Data of a form that is asked for, as the default export.
    Data(Form),
}

impl Language {
    /// By the extension of the file's name.
    pub(super) fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name.rsplit_once('.')?.1 {
            "js" | "mjs" | "cjs" | "jsx" => Some(Self::JavaScript),
            "ts" | "mts" | "cts" => Some(Self::TypeScript),
            "tsx" => Some(Self::Tsx),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// By what the file is wanted as.
    pub(super) fn of_form(form: Form) -> Option<Self> {
        (form != Form::Code).then_some(Self::Data(form))
    }

    /// Whether it is no code, so that no place in the file is one of the program.
    pub(super) fn is_data(self) -> bool {
        matches!(self, Self::Json | Self::Data(_))
    }

    fn syntax(self) -> Syntax {
        match self {
            Self::JavaScript | Self::Json | Self::Data(_) => Syntax::Es(EsSyntax {
                jsx: true,
                auto_accessors: true,
                decorators: true,
                decorators_before_export: true,
                explicit_resource_management: true,
                import_attributes: true,
                allow_return_outside_function: true,
                ..EsSyntax::default()
            }),
            Self::TypeScript | Self::Tsx => Syntax::Typescript(TsSyntax {
                tsx: self == Self::Tsx,
                decorators: true,
                ..TsSyntax::default()
            }),
        }
    }
}

/// What swc needs to know of one file while it is compiled.
pub(super) struct Session {
    pub(super) files: Lrc<SourceMap>,
    pub(super) file: Lrc<SourceFile>,
    pub(super) comments: SingleThreadedComments,
    pub(super) language: Language,
    globals: Globals,
}

impl Session {
    pub(super) fn new(source: &Source, language: Language) -> Result<Self, Vec<Diagnostic>> {
        let text = to_module_text(source, language)?;
        if let Some(at) = too_deep(&text) {
            return Err(vec![
                Diagnostic::error(Code::Syntax, format!("brackets are nested more than {MAX_DEPTH} deep"))
                    .at(source, at..at, "here")
                    .help("nobody wrote this by hand: move the data to JSON, or to an asset"),
            ]);
        }
        let files: Lrc<SourceMap> = Lrc::default();
        let file = files.new_source_file(FileName::Anon.into(), text);
        Ok(Self {
            files,
            file,
            comments: SingleThreadedComments::default(),
            language,
            globals: Globals::default(),
        })
    }

    /// The position of the file's first byte.
    pub(super) fn start(&self) -> BytePos {
        self.file.start_pos
    }

    /// Runs a pass that makes or reads scopes.
    pub(super) fn in_scope<T>(&self, run: impl FnOnce() -> T) -> T {
        GLOBALS.set(&self.globals, run)
    }

    /// Parses the module; every error that the parser could recover from is reported too.
    pub(super) fn parse(&self, source: &Source) -> Result<Module, Vec<Diagnostic>> {
        self.parse_as(self.language.syntax(), source)
    }

    /// Parses a file that may consist of declarations.
    pub(super) fn parse_declarations(&self, source: &Source) -> Result<Module, Vec<Diagnostic>> {
        let mut syntax = self.language.syntax();
        if let Syntax::Typescript(syntax) = &mut syntax {
            syntax.dts = [".d.ts", ".d.mts", ".d.cts"].iter().any(|end| source.path().ends_with(end));
        }
        self.parse_as(syntax, source)
    }

    fn parse_as(&self, syntax: Syntax, source: &Source) -> Result<Module, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let parsed =
            parse_file_as_module(&self.file, syntax, EsVersion::latest(), Some(&self.comments), &mut errors);
        match parsed {
            Ok(module) if errors.is_empty() => Ok(module),
            Ok(_) => Err(diagnostics(errors, source, &self.file)),
            Err(error) => {
                errors.push(error);
                Err(diagnostics(errors, source, &self.file))
            }
        }
    }
}

/// How deep brackets may be nested. Parsers recurse, and the stack has an end.
const MAX_DEPTH: usize = 10_000;

/// Where brackets get too deep. Those in strings and comments count too, which only matters to files that are made
/// of them.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Some(at);
        }
    }
    None
}

/// JSON without the space between its tokens. The tokens are kept: going through a value would reorder keys and lose digits.
fn compact(text: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let is_kept = |letter: &char| {
        quoted ^= *letter == '"' && !escaped;
        escaped = quoted && *letter == '\\' && !escaped;
        quoted || !letter.is_ascii_whitespace()
    };
    text.chars().filter(is_kept).collect()
}

/// A string of JavaScript in which the quotes of JSON stand as they are.
fn single_quoted(text: &str) -> String {
    let mut string = String::with_capacity(text.len() + 2);
    string.push('\'');
    for letter in text.chars() {
        match letter {
            '\'' | '\\' => string.extend(['\\', letter]),
            '\u{2028}' => string.push_str("\\u2028"),
            '\u{2029}' => string.push_str("\\u2029"),
            _ => string.push(letter),
        }
    }
    string.push('\'');
    string
}

/// The text that is parsed: the file's own, but for data, which becomes a module whose exports are the value.
fn to_module_text(source: &Source, language: Language) -> Result<String, Vec<Diagnostic>> {
    let quoted = |text: &str| serde_json::Value::String(text.to_owned());
    let parsed =
        || valid_json(source).map(|()| format!("JSON.parse({})", single_quoted(&compact(source.text()))));
    Ok(match language {
        Language::Json => format!("module.exports = {};\n", parsed()?),
        Language::Data(Form::Json) => format!("export default /* @__PURE__ */ {};\n", parsed()?),
        Language::Data(Form::Bytes) => format!(
            "export default /* @__PURE__ */ Uint8Array.from(atob({}), (byte) => byte.charCodeAt(0));\n",
            quoted(source.text())
        ),
        Language::Data(Form::Nothing) => "export default {};\n".to_owned(),
        Language::Data(_) => format!("export default {};\n", quoted(source.text())),
        _ => source.text().to_owned(),
    })
}

fn valid_json(source: &Source) -> Result<(), Vec<Diagnostic>> {
    let Err(error) = serde_json::from_str::<IgnoredAny>(source.text()) else { return Ok(()) };
    let line_start: usize =
        source.text().split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let mut at = (line_start + error.column().saturating_sub(1)).min(source.text().len());
    while !source.text().is_char_boundary(at) {
        at -= 1;
    }
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or("it does not parse").to_owned();
    Err(vec![Diagnostic::error(Code::Syntax, "this is not valid JSON").at(source, at..at, reason)])
}

/// The names under which JSON can be imported: those of its keys, and `default` for all of it.
pub(super) fn json_names(source: &Source) -> Vec<Export> {
    let keys = serde_json::from_str::<BTreeMap<String, IgnoredAny>>(source.text()).unwrap_or_default();
    let names = keys.into_keys().filter(|key| key != "default").chain(["default".to_owned()]);
    names.map(|name| Export { name, span: 0..0, kind: ExportKind::Value }).collect()
}

/// Syntax errors as diagnostics, in the order of the text.
fn diagnostics(errors: Vec<SyntaxError>, source: &Source, file: &SourceFile) -> Vec<Diagnostic> {
    let one = |error: SyntaxError| {
        let place = place(error.span(), source, file);
        let message = error.kind().msg().to_string();
        // swc lists every token that could stand there instead.
        let message = message.split(". Expected ").next().unwrap_or(&message).trim_end_matches('.');
        let mut letters = message.chars();
        let lower: String = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
        Diagnostic::error(Code::Syntax, lower).at(source, place, "here")
    };
    let mut diagnostics: Vec<Diagnostic> = errors.into_iter().map(one).collect();
    diagnostics.sort_by_key(|diagnostic| diagnostic.labels.first().map_or(0, |label| label.span.start));
    diagnostics.dedup();
    diagnostics
}

/// What a file that ends too early leaves open: the mistake that swc's parser panics on. Strings are not told from
/// code, since this only runs when something is wrong for sure.
pub(super) fn unfinished(source: &Source) -> Option<Diagnostic> {
    let text = source.text();
    if let Some(at) = text.rfind("/*").filter(|at| !text[*at..].contains("*/")) {
        let problem = Diagnostic::error(Code::Syntax, "this comment is not closed");
        return Some(problem.at(source, at..at + 2, "opened here").help("close it with `*/`"));
    }
    let mut open = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => open.push(at),
            b')' | b']' | b'}' => _ = open.pop(),
            _ => {}
        }
    }
    let at = open.pop()?;
    let problem = Diagnostic::error(Code::Syntax, format!("this `{}` is not closed", &text[at..=at]));
    Some(problem.at(source, at..at + 1, "opened here").help("the file ends before it is"))
}

/// A span of swc's as byte offsets into the file's text.
fn place(span: Span, source: &Source, file: &SourceFile) -> Range<usize> {
    let offset = |position: BytePos| {
        let mut at = (position.0.saturating_sub(file.start_pos.0) as usize).min(source.text().len());
        while !source.text().is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    offset(span.lo)..offset(span.hi).max(offset(span.lo))
}
