//! From bytes to a [`Config`]: size, encoding, then the parser that the file's extension asks for.
//!
//! The file is not trusted: its size and nesting are bounded, and every span lies on character boundaries of
//! the text that is kept.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use super::{Config, Kind, json, toml};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Source};
use crate::error::Error;

/// No real file comes near; what is larger is something else under this name.
const MAX_BYTES: u64 = 1 << 20;

/// What a parser found wrong: where, and a clause that follows "is not valid TOML: ".
pub(super) struct SyntaxError {
    pub(super) span: Range<usize>,
    pub(super) message: String,
}

pub(super) fn read(path: &Path, diagnostics: &mut Diagnostics) -> Result<Option<Config>, Error> {
    if !matches!(extension(path), "toml" | "json" | "jsonc") {
        let text = format!(
            "`{}` must end in `.toml`, `.json` or `.jsonc` to be a configuration file",
            path.display()
        );
        return Err(Error::Usage(text));
    }
    let failed = |source| Error::io("read", path, source);
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    match decode(&bytes) {
        Ok(text) => Ok(parse(path, text, diagnostics)),
        Err(reason) => {
            let message = format!("`{}` {reason}", file_name(path));
            diagnostics.push(
                Diagnostic::error(Code::ConfigSyntax, message)
                    .file(file_name(path))
                    .help("save the file as UTF-8 text"),
            );
            Ok(None)
        }
    }
}

fn decode(bytes: &[u8]) -> Result<&str, String> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("is larger than {} KiB", MAX_BYTES / 1024));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("is encoded as UTF-16".to_owned());
    }
    std::str::from_utf8(bytes).map_err(|error| {
        format!("is not UTF-8: the byte at offset {} belongs to no character", error.valid_up_to())
    })
}

pub(super) fn parse(path: &Path, text: &str, diagnostics: &mut Diagnostics) -> Option<Config> {
    // A byte order mark is no part of the document, and parsers disagree on whether it may be there.
    let (bytes, text) = (text.as_bytes(), text.strip_prefix('\u{feff}').unwrap_or(text));
    let source = Source::of_file(file_name(path), text, bytes);
    let (format, result) = match extension(path) {
        "toml" => ("TOML", toml::parse(text)),
        _ => ("JSON", json::parse(&source, diagnostics)),
    };
    match result {
        Ok(root) if matches!(root.kind, Kind::Table(_)) => {
            Some(Config { path: path.to_path_buf(), source, root, generated: None })
        }
        Ok(root) => {
            let message = format!("`{}` must hold an object", source.path());
            diagnostics.push(
                Diagnostic::error(Code::ConfigSyntax, message)
                    .at(&source, root.span, "")
                    .help("write the settings between `{` and `}`"),
            );
            None
        }
        Err(error) => {
            let message = format!("`{}` is not valid {format}: {}", source.path(), error.message);
            let span = clamp(text, error.span);
            let diagnostic = Diagnostic::error(Code::ConfigSyntax, message).at(&source, span, "here");
            diagnostics.push(match remedy(&error.message) {
                Some(help) => diagnostic.help(help),
                None => diagnostic,
            });
            None
        }
    }
}

/// What to do, where the parser's words do not say it themselves.
fn remedy(message: &str) -> Option<&'static str> {
    const REMEDIES: [(&str, &str); 6] = [
        ("a string must stand in quotes", "write `\"` before and after it"),
        ("duplicate key", "a key or table can stand only once: delete one, or put their contents together"),
        ("invalid basic string", "write `\"` at the end of the string; one of several lines takes `\"\"\"`"),
        ("single-quoted", "JSON takes `\"` around strings and keys"),
        ("expected comma", "write `,` between this value and the next"),
        ("the file is empty", "write the settings between `{` and `}`"),
    ];
    REMEDIES.into_iter().find(|(part, _)| message.contains(part)).map(|(_, help)| help)
}

/// The nearest span that lies within the text and on its character boundaries.
fn clamp(text: &str, span: Range<usize>) -> Range<usize> {
    let floor = |at: usize| (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let start = floor(span.start);
    start..floor(span.end).max(start)
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or("")
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
