//! Variables that hold what nobody but the worker should know.
//!
//! Told by the value alone where tokens of a known service start in a way of their own, otherwise by the name and the value
//! together. Much that looks random is meant for everybody: identifiers, public keys, hashes, addresses.

use super::{Environment, Facts};
use crate::config::{Entry, Kind, Value};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Source};

mod looks;

use looks::Look;

/// Variables that look like secrets.
pub(super) fn in_vars(here: &Environment<'_>) -> Vec<Diagnostic> {
    let source = &here.config.source;
    let one = |(entry, _, look): (&Entry, Vec<&Value>, Look)| {
        let message = format!("`{}` in `vars` looks like a secret: {}", entry.key, look.sentence());
        Diagnostic::finding(Code::SecretInVars, message).at(source, entry.key_span.clone(), "").help(format!(
            "set it with `wrangler secret put {0}`, write `{0}` into `secrets.required` in place of this, and replace it \
             where it comes from, since files are remembered",
            entry.key
        ))
    };
    found(here).map(one).collect()
}

/// What is said about the file, with nothing of it shown that looks like a secret in any environment: diagnostics go to logs.
pub(super) fn hide(facts: &Facts<'_>, diagnostics: &mut Diagnostics) {
    let environments = facts.project.environments();
    let Some(source) = environments.first().map(|environment| &environment.config.source) else { return };
    let values: Vec<&Value> = environments.iter().flat_map(found).flat_map(|(_, values, _)| values).collect();
    if values.is_empty() {
        return;
    }
    let hidden = without(source, &values);
    let labels = diagnostics.labels_mut().filter(|label| label.source == *source);
    labels.for_each(|label| label.source = hidden.clone());
}

fn found<'a>(
    environment: &Environment<'a>,
) -> impl Iterator<Item = (&'a Entry, Vec<&'a Value>, Look)> + use<'a> {
    environment.get("vars").map_or(&[][..], Value::entries).iter().filter_map(secret)
}

/// Whether a value looks like a secret.
pub(super) fn looks_secret(name: &str, value: &str) -> bool {
    looks::look(name, value).is_some()
}

/// The values of a variable that look like secrets, also those in a table or list, and how.
fn secret(entry: &Entry) -> Option<(&Entry, Vec<&Value>, Look)> {
    let mut found = Vec::new();
    let mut rest = vec![(entry.key.as_str(), &entry.value)];
    while let Some((name, value)) = rest.pop() {
        match &value.kind {
            Kind::String(text) => found.extend(looks::look(name, text).map(|look| (value, look))),
            Kind::Array(items) => rest.extend(items.iter().map(|item| (name, item))),
            Kind::Table(entries) => rest.extend(entries.iter().map(|entry| (&*entry.key, &entry.value))),
            _ => {}
        }
    }
    let look = found.last()?.1;
    Some((entry, found.into_iter().map(|(value, _)| value).collect(), look))
}

/// The file with these values made unreadable, every place where it was.
fn without(source: &Source, values: &[&Value]) -> Source {
    let mut text = source.text().as_bytes().to_vec();
    for value in values {
        let bytes = text.get_mut(value.span.clone()).unwrap_or_default();
        bytes.iter_mut().filter(|byte| !matches!(byte, b'\n' | b'"' | b'\'')).for_each(|byte| *byte = b'*');
    }
    Source::new(source.path(), String::from_utf8(text).unwrap_or_default())
}
