//! What a deployer has created, as changes of a file: a list of rows with a name, a kind, an environment and an identity, or
//! the configuration that wrangler has written identities into.

use std::ops::Range;

use super::kind;
use super::plan::{declared, listed};
use crate::config::schema::{KINDS, key_of};
use crate::config::{Config, Kind, PAGES_ENVIRONMENTS, Value, parse_json};
use crate::diagnostic::{Change, Code, Diagnostic, Source};

const FIELDS: [&str; 4] = ["name", "type", "environment", "resource"];

const SHAPE: &str = "write a list of rows such as `{ \"name\": \"IMAGES\", \"resource\": \"0f2a...\" }`";

/// The changes that a document comes to; what names no environment is about the given one.
pub(crate) fn identities(
    config: &Config,
    source: &Source,
    environment: Option<&str>,
) -> Result<Vec<Change>, Vec<Diagnostic>> {
    let document = parse_json(source);
    let rows = match document.as_ref().map(|document| (&document.kind, document)) {
        Some((Kind::Array(rows), _)) => rows.iter().map(|row| Row::read(row, source)).collect(),
        Some((Kind::Table(_), table)) => Row::of_configuration(table),
        other => {
            let (code, message) = match other {
                Some(_) => (Code::WrongType, "the ids must be a list"),
                None => (Code::ConfigSyntax, "the ids are not valid JSON"),
            };
            let whole = 0..source.text().len();
            return Err(vec![Diagnostic::error(code, message).at(source, whole, "").help(SHAPE)]);
        }
    };
    let mut changes: Vec<Change> = Vec::new();
    let mut wrong = Vec::new();
    for row in rows {
        match row.and_then(|row| Ok((row.change(config, source, environment)?, row.name.1))) {
            Ok((change, span)) if changes.iter().any(|other| contradicts(other, &change)) => {
                let message = "one binding is given two identities";
                let diagnostic = Diagnostic::error(Code::ConflictingSettings, message);
                wrong.push(diagnostic.at(source, span, "again here").help("leave one of the two out"));
            }
            Ok((change, _)) => changes.push(change),
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

/// A text and where it stands.
type Text<'a> = (&'a str, Range<usize>);

/// What is said about one resource.
struct Row<'a> {
    name: Text<'a>,
    kind: Option<Text<'a>>,
    environment: Option<Text<'a>>,
    resource: &'a str,
}

impl<'a> Row<'a> {
    fn read(row: &'a Value, source: &Source) -> Result<Self, Box<Diagnostic>> {
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
        let text = |field: &str| {
            let value = row.get(field)?;
            Some((value.as_str()?, value.span.clone()))
        };
        let need = |field: &str| {
            text(field)
                .ok_or_else(|| wrong(Code::MissingField, format!("the row has no `{field}`"), &row.span))
        };
        Ok(Self {
            name: need("name")?,
            kind: text("type"),
            environment: text("environment"),
            resource: need("resource")?.0,
        })
    }

    /// The resources that a configuration names, of the kinds that wrangler creates.
    fn of_configuration(table: &'a Value) -> Vec<Result<Self, Box<Diagnostic>>> {
        let mut rows = Vec::new();
        for kind in KINDS.iter().filter(|kind| kind.provisioned) {
            let named = listed(kind, table).iter().filter_map(|item| {
                let name = item.get(kind.name)?;
                let resource = kind.resource.iter().find_map(|field| item.get(field)?.as_str())?;
                let name = (name.as_str()?, name.span.clone());
                let claimed = (kind.key, name.1.clone());
                Some(Ok(Self { name, kind: Some(claimed), environment: None, resource }))
            });
            rows.extend(named);
        }
        rows
    }

    fn change(
        &self,
        config: &Config,
        source: &Source,
        environment: Option<&str>,
    ) -> Result<Change, Box<Diagnostic>> {
        let wrong = |code, message: String, span: &Range<usize>| {
            Diagnostic::error(code, message).at(source, span.clone(), "in the ids")
        };
        let (name, name_span) = &self.name;
        let asked = self.environment.as_ref().map(|(name, _)| *name).or(environment);
        let own = asked.and_then(|name| config.root.get("env")?.get(name));
        // Environments of Pages projects that the file does not have are the top level.
        let pages = config.root.get("pages_build_output_dir").is_some();
        let asked = asked.filter(|name| own.is_some() || !(pages && PAGES_ENVIRONMENTS.contains(name)));
        let place = asked.map_or("the top level".to_owned(), |name| format!("`env.{name}`"));
        let Some(table) = own.or(asked.is_none().then_some(&config.root)) else {
            let message = format!("`{}` has no {place}", config.source.path());
            let span = self.environment.as_ref().map_or(name_span, |(_, span)| span);
            let diagnostic = wrong(Code::UnknownEnvironment, message, span);
            return Err(diagnostic.help("check the name of the environment").into());
        };
        let Some((found, at)) = declared(table, name) else {
            let message = format!("{place} of `{}` declares no `{name}`", config.source.path());
            let help = "check the name and the environment, or add the binding with `pagesbuild bind`";
            return Err(wrong(Code::UnknownBinding, message, name_span).help(help).into());
        };
        let there = |diagnostic: Diagnostic| diagnostic.at(&config.source, at.span.clone(), "declared here");
        if let Some((claimed, span)) = self.kind.as_ref().filter(|(kind, _)| key_of(kind) != Some(found)) {
            let message = format!("`{name}` is declared in `{found}`, and the ids say `{claimed}`");
            let diagnostic = there(wrong(Code::ConflictingSettings, message, span));
            return Err(diagnostic.help("correct whichever is wrong").into());
        }
        if kind(found).is_none_or(|kind| kind.resource.is_empty()) {
            let message = format!("`{name}` is declared in `{found}`, which has no identities");
            let diagnostic = there(wrong(Code::ConflictingSettings, message, name_span));
            return Err(diagnostic.help("leave it out of the ids").into());
        }
        let (environment, name) = (asked.map(str::to_owned), (*name).to_owned());
        Ok(Change::Identify { environment, kind: found, name, resource: self.resource.to_owned() })
    }
}
