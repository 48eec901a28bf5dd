//! The only place that prints. Results go to standard output, everything else to standard error.

use std::fs::File;
use std::io::{self, IsTerminal, Seek, Write};
use std::path::Path;

use pagesbuild::diagnostic::{Diagnostic, Severity, Style, printable, render, sarif};
use pagesbuild::error::Error;
use pagesbuild::pipeline;
use serde_json::{Value, json};

use super::{Color, Format, Global, Outcome};

/// Columns where the terminal's width is not known, as in CI.
const DEFAULT_WIDTH: usize = 100;

/// Prints as the options say.
pub(super) struct Printer {
    pub(super) json: bool,
    pub(super) sarif: bool,
    pub(super) verbose: bool,
    quiet: bool,
    style: Style,
}

impl Printer {
    pub(super) fn new(global: &Global) -> Self {
        let color = match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                io::stderr().is_terminal()
                    && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                    && std::env::var_os("TERM").is_none_or(|value| value != "dumb")
            }
        };
        let width =
            terminal_size::terminal_size_of(io::stderr()).map_or(DEFAULT_WIDTH, |size| size.0.0.into());
        let style = Style { color, width: width.clamp(40, 120), verbose: global.verbose };
        let (json, sarif) = (global.format == Format::Json, global.format == Format::Sarif);
        Self { json, sarif, verbose: global.verbose, quiet: global.quiet, style }
    }

    /// A result, as it is.
    pub(super) fn result(&self, text: &str) -> Result<(), Error> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            // A closed pipe is the reader's choice, not a failure.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Error::io("write", Path::new("standard output"), error))
            }
            _ => Ok(()),
        }
    }

    /// A result that is no text.
    pub(super) fn copy(&self, from: &mut File) -> Result<(), Error> {
        let mut stdout = io::stdout().lock();
        let copied = from.rewind().and_then(|()| io::copy(from, &mut stdout)).and_then(|_| stdout.flush());
        match copied {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Error::io("write", Path::new("standard output"), error))
            }
            _ => Ok(()),
        }
    }

    /// A result for programs: the command's own value, with what was found wrong.
    pub(super) fn document(&self, ok: bool, result: &Value, diagnostics: &[Diagnostic]) -> Result<(), Error> {
        let diagnostics: Vec<Value> = diagnostics.iter().map(Diagnostic::to_json).collect();
        let document = json!({ "ok": ok, "result": result, "diagnostics": diagnostics });
        self.result(&format!("{document:#}\n"))
    }

    /// A document of a form of its own, to a file or as the result.
    pub(super) fn document_about(&self, document: &Value, file: Option<&Path>) -> Outcome {
        match file {
            Some(file) => {
                pipeline::write_beside(file, &format!("{document:#}\n"))?;
                match self.json {
                    true => self.document(true, &json!({ "file": file }), &[])?,
                    false => self.result(&format!("{}\n", file.display()))?,
                }
            }
            None if self.json => self.document(true, document, &[])?,
            None => self.result(&format!("{document:#}\n"))?,
        }
        Ok(true)
    }

    /// What was found wrong, for people. Notes are one line each unless more is asked for.
    pub(super) fn diagnostics(&self, diagnostics: &[Diagnostic]) {
        let mut text = String::new();
        for diagnostic in diagnostics {
            match diagnostic.severity {
                Severity::Error => {}
                _ if self.quiet => continue,
                Severity::Note if !self.verbose => {
                    let path = diagnostic.primary_path();
                    let at = if path.is_empty() { String::new() } else { format!("{path}: ") };
                    let label = self.paint("36", "note");
                    text.push_str(&format!("{label}: {at}{}\n", diagnostic.message));
                    continue;
                }
                _ => {}
            }
            text.push_str(&render(diagnostic, self.style));
            text.push('\n');
        }
        write(&mut io::stderr().lock(), &text);
    }

    /// How many errors and warnings there were, when there were any errors.
    pub(super) fn verdict(&self, diagnostics: &[Diagnostic]) {
        let count =
            |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let warnings =
            if warnings == 0 { String::new() } else { format!(", {}", plural(warnings, "warning")) };
        let label = self.paint("31;1", "failed");
        write(&mut io::stderr().lock(), &format!("{label}: {}{warnings}\n", plural(errors, "error")));
    }

    /// That something was not done, and why.
    pub(super) fn refused(&self, text: &str) {
        let label = self.paint("31;1", "refused");
        write(&mut io::stderr().lock(), &format!("{label}: {text}\n"));
    }

    /// Something to know that is neither result nor problem.
    pub(super) fn status(&self, text: &str) {
        if !self.quiet {
            write(&mut io::stderr().lock(), text);
        }
    }

    /// Whether people are told how far a build is, if they look on.
    pub(super) fn shows_progress(&self) -> bool {
        !self.quiet && !self.json
    }

    /// A failure of the environment.
    pub(super) fn failure(&self, error: &Error) {
        let label = self.paint("31;1", "error");
        // Names out of other people's files are in it.
        let lines: Vec<_> = error.to_string().lines().map(|line| printable(line).into_owned()).collect();
        write(&mut io::stderr().lock(), &format!("{label}: {}\n", lines.join("\n")));
        if self.json {
            failure_document(&error.to_string());
        }
        if self.sarif {
            let log = sarif(&[], "", Some(&error.to_string()));
            write(&mut io::stdout().lock(), &format!("{log:#}\n"));
        }
    }

    /// Text in a colour where colours are wanted; `code` is the parameter of the escape sequence.
    pub(super) fn paint(&self, code: &str, text: &str) -> String {
        if self.style.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// A count with its noun.
pub(super) fn plural(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// A number of bytes for people: decimal units, as browsers and the platform's limits use.
pub(super) fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{}.{} kB", count / 1_000, count % 1_000 / 100),
        _ => format!("{}.{} MB", count / 1_000_000, count % 1_000_000 / 100_000),
    }
}

/// Asks for a report after a panic, which is always a mistake of pagesbuild's.
pub(crate) fn report_bug() {
    let text = "\nThis is a bug in pagesbuild. Please report it with the lines above and, if you can, the file \
                that leads to it.\n";
    write(&mut io::stderr().lock(), text);
}

/// A command line that makes no sense, or a text that was asked for in its place, as clap words them.
pub(crate) fn usage(error: &clap::Error) {
    // Nobody is left to tell when that fails.
    let _ = error.print();
    let words: Vec<_> = std::env::args_os().collect();
    let json = words.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json");
    if error.use_stderr() && (json || words.iter().any(|word| word == "--format=json")) {
        let text = error.to_string();
        failure_document(text.trim_start_matches("error: ").trim_end());
    }
}

/// What programs get in place of a result.
fn failure_document(error: &str) {
    let document = json!({ "ok": false, "result": null, "diagnostics": [], "error": error });
    write(&mut io::stdout().lock(), &format!("{document:#}\n"));
}

/// Standard error is the last resort: when it cannot be written either, nobody is left to tell.
fn write(stream: &mut dyn Write, text: &str) {
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
}
