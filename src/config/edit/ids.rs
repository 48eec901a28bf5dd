//! What a deployer has created, as changes of a file: a list of rows with a name, a kind, an environment and an identity.

use std::ops::Range;

use super::plan::declared;
use super::{Change, kind};
use crate::config::schema::key_of;
use crate::config::{Config, Kind, Value, parse_json};
use crate::diagnostic::{Code, Diagnostic, Source};

const FIELDS: [&str; 4] = ["name", "type", "environment", "resource"];

const SHAPE: &str = "write a list of rows such as `{ \"name\": \"IMAGES\", \"resource\": \"0f2a...\" }`";

/// The changes that the rows of a document come to; rows without an environment are about the given one.
pub(crate) fn identities(
    config: &Config,
    source: &Source,
    environment: Option<&str>,
) -> Result<Vec<Change>, Vec<Diagnostic>> {
    let at = |code, message: &str, span: &Range<usize>| {
        Diagnostic::error(code, message).at(source, span.clone(), "").help(SHAPE)
    };
    let whole = 0..source.text().len();
    let document = parse_json(source);
    let Some(Value { kind: Kind::Array(rows), .. }) = &document else {
        let (code, message) = match document {
            Some(_) => (Code::WrongType, "the ids must be a list"),
            None => (Code::ConfigSyntax, "the ids are not valid JSON"),
        };
        return Err(vec![at(code, message, &whole)]);
    };
    let mut changes: Vec<Change> = Vec::new();
    let mut wrong = Vec::new();
    for row in rows {
        match Row::read(row, source, environment).and_then(|row| row.change(config, source)) {
            Ok(change) if changes.iter().any(|other| contradicts(other, &change)) => {
                wrong.push(at(Code::ConflictingSettings, "one binding is given two identities", &row.span));
            }
            Ok(change) => changes.push(change),
            Err(diagnostic) => wrong.push(*diagnostic),
        }
    }
    if wrong.is_empty() { Ok(changes) } else { Err(wrong) }
}

fn contradicts(one: &Change, other: &Change) -> bool {
    let (
        Change::Identify { name, environment, resource, .. },
        Change::Identify { name: n, environment: e, resource: r, .. },
    ) = (one, other)
    else {
        return false;
    };
    name == n && environment == e && resource != r
}

struct Row<'a> {
    name: &'a Value,
    kind: Option<&'a Value>,
    environment: Option<&'a str>,
    environment_span: Range<usize>,
    resource: &'a str,
}

impl<'a> Row<'a> {
    fn read(row: &'a Value, source: &Source, environment: Option<&'a str>) -> Result<Self, Box<Diagnostic>> {
        let wrong = |code, message: String, span: &Range<usize>| {
            Box::new(Diagnostic::error(code, message).at(source, span.clone(), "").help(SHAPE))
        };
        for entry in row.entries() {
            if !FIELDS.contains(&entry.key.as_str()) {
                let message = format!("`{}` is no field of a row", entry.key);
                return Err(wrong(Code::UnknownKey, message, &entry.key_span));
            }
            let text = entry.value.as_str();
            if text.is_none_or(str::is_empty) && entry.value.kind != Kind::Null {
                let message = format!("`{}` must be a text that is not empty", entry.key);
                return Err(wrong(Code::WrongType, message, &entry.value.span));
            }
        }
        let need = |field: &str| {
            let missing = || wrong(Code::MissingField, format!("the row has no `{field}`"), &row.span);
            row.get(field).ok_or_else(missing)
        };
        let named = row.get("environment");
        Ok(Self {
            name: need("name")?,
            kind: row.get("type"),
            environment: named.and_then(Value::as_str).or(environment),
            environment_span: named.map_or(row.span.clone(), |value| value.span.clone()),
            resource: need("resource")?.as_str().unwrap_or_default(),
        })
    }

    fn change(&self, config: &Config, source: &Source) -> Result<Change, Box<Diagnostic>> {
        let wrong = |code, message: String, span: &Range<usize>| {
            Diagnostic::error(code, message).at(source, span.clone(), "in the ids")
        };
        let name = self.name.as_str().unwrap_or_default();
        let place = self.environment.map_or("the top level".to_owned(), |name| format!("`env.{name}`"));
        let table = match self.environment {
            Some(name) => config.root.get("env").and_then(|environments| environments.get(name)),
            None => Some(&config.root),
        };
        let Some(table) = table else {
            let message = format!("`{}` has no {place}", config.source.path());
            let diagnostic = wrong(Code::UnknownEnvironment, message, &self.environment_span);
            return Err(diagnostic.help("check the name of the environment").into());
        };
        let Some((found, at)) = declared(table, name) else {
            let message = format!("{place} of `{}` declares no `{name}`", config.source.path());
            let help = "check the name and the environment, or add the binding with `pagesbuild bind`";
            return Err(wrong(Code::UnknownBinding, message, &self.name.span).help(help).into());
        };
        let there = |diagnostic: Diagnostic| diagnostic.at(&config.source, at.span.clone(), "declared here");
        let claimed = self.kind.and_then(|value| Some((value.as_str()?, &value.span)));
        if let Some((claimed, span)) = claimed.filter(|(claimed, _)| key_of(claimed) != Some(found)) {
            let message = format!("`{name}` is declared in `{found}`, and the ids say `{claimed}`");
            let diagnostic = there(wrong(Code::ConflictingSettings, message, span));
            return Err(diagnostic.help("correct whichever is wrong").into());
        }
        if kind(found).is_none_or(|kind| kind.resource.is_empty()) {
            let message = format!("`{name}` is declared in `{found}`, which has no identities");
            let diagnostic = there(wrong(Code::ConflictingSettings, message, &self.name.span));
            return Err(diagnostic.help("leave it out of the ids").into());
        }
        let environment = self.environment.map(str::to_owned);
        Ok(Change::Identify {
            environment,
            kind: found,
            name: name.to_owned(),
            resource: self.resource.to_owned(),
        })
    }
}
