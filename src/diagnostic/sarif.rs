//! Diagnostics for those who collect findings of many tools, such as GitHub's code scanning: SARIF 2.1.0.
//!
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::ops::Range;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::{Code, Diagnostic, Label, Severity, Source};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Where this version's documentation is.
const DOCUMENTATION: &str =
    concat!("https://docs.rs/crate/pagesbuild/", env!("CARGO_PKG_VERSION"), "/source/docs/diagnostics.md");
const SECTIONS: &str = include_str!("../../docs/diagnostics.md");

/// Codes that are about who gets to see or do what, and how grave that is from 0 to 10, as code scanning sorts them.
const SECURITY: &[(Code, &str)] =
    &[(Code::MiddlewareBypassed, "8.0"), (Code::SecretInVars, "8.0"), (Code::SymlinkOutside, "5.0")];

/// All that has to stand for something else in the path of an address.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A piece of a file, and what is to stand in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The file as it is.
    pub source: Source,
    /// Byte offsets into its text.
    pub span: Range<usize>,
    /// The new text.
    pub text: String,
}

/// A log of one run, with what settles each diagnostic where something does. `within` is the project's directory as seen from
/// the root of its sources; `failure` is what kept the run from its end.
pub fn sarif(
    diagnostics: &[(Diagnostic, Option<Replacement>)],
    within: &str,
    failure: Option<&str>,
) -> Value {
    let mut invocation = json!({ "executionSuccessful": failure.is_none() });
    if let Some(failure) = failure {
        let notification = json!({ "level": "error", "message": { "text": failure } });
        invocation["toolExecutionNotifications"] = json!([notification]);
    }
    let result = |(diagnostic, fix): &(Diagnostic, Option<Replacement>)| {
        let mut result = result(diagnostic, within);
        if let Some(fix) = fix {
            result["fixes"] = json!([self::fix(fix, within)]);
        }
        result
    };
    let results: Vec<Value> = diagnostics.iter().map(result).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "pagesbuild",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": DOCUMENTATION,
                "rules": Code::ALL.iter().copied().map(rule).collect::<Vec<_>>(),
            } },
            "invocations": [invocation],
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    })
}

fn rule(code: Code) -> Value {
    let name = code.as_str();
    let weight = code.weight().map_or(Severity::Warning, |weight| weight.check);
    let mut rule = json!({
        "id": name,
        "shortDescription": { "text": code.summary() },
        "helpUri": format!("{DOCUMENTATION}#{name}"),
        "defaultConfiguration": { "level": weight.as_str() },
    });
    let heading = format!("\n## {name}\n");
    let section =
        SECTIONS.split_once(&heading).map(|(_, rest)| rest.split("\n## ").next().unwrap_or(rest).trim());
    if let Some(section) = section {
        rule["help"] = json!({ "text": section, "markdown": section });
    }
    if let Some((_, severity)) = SECURITY.iter().find(|(security, _)| *security == code) {
        rule["properties"] = json!({ "tags": ["security"], "security-severity": severity });
    }
    rule
}

fn result(diagnostic: &Diagnostic, within: &str) -> Value {
    let mut text = sentence(&diagnostic.message);
    let mut labels = diagnostic.labels.iter();
    let locations: Vec<Value> = match (labels.next(), &diagnostic.path) {
        (Some(label), _) => vec![location(label, within)],
        (None, Some(path)) => {
            vec![json!({ "physicalLocation": { "artifactLocation": artifact(path, within) } })]
        }
        (None, None) => Vec::new(),
    };
    let mut related = Vec::new();
    for (at, label) in labels.enumerate() {
        let mut location = location(label, within);
        location["id"] = json!(at + 1);
        related.push(location);
        let shown = if label.text.is_empty() { label.source.path() } else { &label.text };
        // A link to the place.
        text.push_str(&format!(" [{}]({}).", capital(&shown.replace(['[', ']'], "")), at + 1));
    }
    if let Some(help) = &diagnostic.help {
        text.push_str(&format!("\n{}", sentence(help)));
    }
    let mut result = json!({
        "ruleId": diagnostic.code.as_str(),
        "ruleIndex": Code::ALL.iter().position(|code| *code == diagnostic.code),
        "level": diagnostic.severity.as_str(),
        "message": { "text": text },
        "locations": locations,
    });
    if !related.is_empty() {
        result["relatedLocations"] = Value::Array(related);
    }
    let notes = diagnostic.notes.iter().map(|note| (note.label.to_owned(), json!(note.items)));
    let notes: Map<String, Value> = notes.collect();
    if !notes.is_empty() {
        result["properties"] = Value::Object(notes);
    }
    result
}

fn fix(fix: &Replacement, within: &str) -> Value {
    json!({
        "description": { "text": "What settles this in the configuration file." },
        "artifactChanges": [{
            "artifactLocation": artifact(fix.source.path(), within),
            "replacements": [{
                "deletedRegion": region(&fix.source, &fix.span),
                "insertedContent": { "text": fix.text },
            }],
        }],
    })
}

fn location(label: &Label, within: &str) -> Value {
    let mut location = json!({ "physicalLocation": {
        "artifactLocation": artifact(label.source.path(), within),
        "region": region(&label.source, &label.span),
    } });
    if !label.text.is_empty() {
        location["message"] = json!({ "text": label.text });
    }
    location
}

/// The place: lines and columns from 1, characters from 0, as many as UTF-16 takes.
fn region(source: &Source, span: &Range<usize>) -> Value {
    let text = source.text();
    let before = |at: usize| text.get(..at).unwrap_or(text);
    let units = |text: &str| text.encode_utf16().count();
    let place = |at: usize| {
        let before = before(at);
        let line = before.rsplit('\n').next().unwrap_or(before);
        (before.matches('\n').count() + 1, units(line) + 1)
    };
    let ((line, column), (end_line, end_column)) = (place(span.start), place(span.end));
    let offset = units(before(span.start));
    json!({
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
        "charOffset": offset,
        "charLength": units(before(span.end)) - offset,
    })
}

/// A file by its path below the root of the sources.
fn artifact(path: &str, within: &str) -> Value {
    let mut parts: Vec<&str> = Vec::new();
    for part in within.split('/').chain(path.split('/')).filter(|part| !matches!(*part, "" | ".")) {
        match part {
            ".." if parts.last().is_some_and(|last| *last != "..") => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    json!({ "uri": utf8_percent_encode(&path, PATH).to_string(), "uriBaseId": "%SRCROOT%" })
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}

fn sentence(text: &str) -> String {
    let end = if text.ends_with(['?', '!', '.', ':', '\n']) { "" } else { "." };
    format!("{}{end}", capital(text))
}
