//! Diagnostics for people: miette's code frames, and for tools: JSON.

use std::fmt;
use std::ops::Range;

use miette::{Diagnostic as Report, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};
use serde_json::{Value, json};

use super::excerpt::Excerpt;
use super::{Diagnostic, Label, Severity, Source};

/// How diagnostics are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether ANSI colours may be used.
    pub color: bool,
    /// The width of the terminal in columns.
    pub width: usize,
    /// Whether notes are shown in full.
    pub verbose: bool,
}

/// How many things of a note are shown unless all are asked for.
const SHOWN: usize = 3;

/// Draws one diagnostic, ending in a line feed.
pub fn render(diagnostic: &Diagnostic, style: Style) -> String {
    let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(style.width).with_links(false);
    let mut out = String::new();
    if handler.render_report(&mut out, &Frame::new(diagnostic)).is_err() {
        // Drawing can only fail on a span outside of its text; the message must reach the user all the same.
        out = format!(
            "{}[{}]: {}\n",
            diagnostic.severity.as_str(),
            diagnostic.code.as_str(),
            diagnostic.message
        );
    }
    let trimmed: Vec<&str> = out.lines().map(str::trim_end).collect();
    let mut text = trimmed.join("\n").trim_matches('\n').to_owned();
    text.push('\n');
    for note in &diagnostic.notes {
        let shown = if style.verbose { note.items.len() } else { SHOWN };
        for (at, item) in note.items.iter().take(shown).enumerate() {
            let label = if at == 0 { format!("{}:", note.label) } else { " ".repeat(note.label.len() + 1) };
            text.push_str(&format!("  {label} {item}\n"));
        }
        if note.items.len() > shown {
            let indent = " ".repeat(note.label.len() + 1);
            text.push_str(&format!("  {indent} and {} more (`-v` lists all)\n", note.items.len() - shown));
        }
    }
    text
}

impl Diagnostic {
    /// The diagnostic for tools: places with 1-based lines and columns (columns in characters).
    pub fn to_json(&self) -> Value {
        let labels: Vec<Value> = self.labels.iter().map(label_to_json).collect();
        json!({
            "code": self.code.as_str(),
            "severity": self.severity.as_str(),
            "message": self.message,
            "path": self.primary_path(),
            "labels": labels,
            "notes": self.notes.iter().map(|note| json!({ "label": note.label, "items": note.items })).collect::<Vec<_>>(),
            "help": self.help,
            "fixable": !self.fixes.is_empty(),
        })
    }
}

fn label_to_json(label: &Label) -> Value {
    let (line, column) = label.source.line_and_column(label.span.start);
    json!({
        "path": label.source.path(),
        "start": label.span.start,
        "end": label.span.end,
        "line": line,
        "column": column,
        "text": label.text,
    })
}

/// One diagnostic as miette wants it: places in further files become related reports.
struct Frame {
    message: String,
    code: Option<&'static str>,
    severity: Severity,
    help: Option<String>,
    source: Option<Excerpt>,
    labels: Vec<LabeledSpan>,
    related: Vec<Frame>,
}

impl Frame {
    fn new(diagnostic: &Diagnostic) -> Self {
        let mut files: Vec<(&Source, Vec<&Label>)> = Vec::new();
        for label in &diagnostic.labels {
            match files.iter_mut().find(|(source, _)| *source == &label.source) {
                Some((_, labels)) => labels.push(label),
                None => files.push((&label.source, vec![label])),
            }
        }
        let mut files = files.into_iter();
        let (source, labels) = match files.next() {
            Some((source, labels)) => excerpt(source, &labels),
            None => (None, Vec::new()),
        };
        let related = files.map(|(source, labels)| {
            let message = format!("in `{}`", source.path());
            let (source, labels) = excerpt(source, &labels);
            Self {
                message,
                code: None,
                severity: Severity::Note,
                help: None,
                source,
                labels,
                related: Vec::new(),
            }
        });
        let message = match (&source, &diagnostic.path) {
            (None, Some(path)) => format!("{}: {}", path, diagnostic.message),
            _ => diagnostic.message.clone(),
        };
        Self {
            message,
            code: Some(diagnostic.code.as_str()),
            severity: diagnostic.severity,
            help: diagnostic.help.clone(),
            source,
            labels,
            related: related.collect(),
        }
    }
}

fn excerpt(source: &Source, labels: &[&Label]) -> (Option<Excerpt>, Vec<LabeledSpan>) {
    let places: Vec<_> = labels.iter().map(|label| label.span.clone()).collect();
    let (excerpt, places) = Excerpt::new(source, &places);
    let one = |(index, (label, place)): (usize, (&&Label, Range<usize>))| {
        let text = (!label.text.is_empty()).then(|| label.text.clone());
        match index {
            0 => LabeledSpan::new_primary_with_span(text, place),
            _ => LabeledSpan::new_with_span(text, place),
        }
    };
    (Some(excerpt), labels.iter().zip(places).enumerate().map(one).collect())
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Frame {}

impl Report for Frame {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty()).then(|| Box::new(self.labels.iter().cloned()) as Box<_>)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Report> + 'a>> {
        let reports = self.related.iter().map(|frame| frame as &dyn Report);
        (!self.related.is_empty()).then(|| Box::new(reports) as Box<_>)
    }
}
