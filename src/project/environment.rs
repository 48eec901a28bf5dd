//! One environment out of a file: wrangler's rules of what is inherited, and warnings about what is not.
//!
//! An inheritable setting that the environment lacks comes from the top level; any other one is then absent,
//! and that is said when the top level has it. Whatever is unknown is not inherited either: it could be a
//! binding, and one environment must not get hold of the resources of another by accident.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::ALL;
use super::bindings::{Declaration, declarations};
use crate::config::{
    BindingKind, Config, Entry, KINDS, Kind, PAGES_ENVIRONMENTS, Scope, Value, environments, key, nearest,
};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

/// The settings of one environment, each with the place it comes from.
pub(crate) struct Environment<'a> {
    pub(crate) config: &'a Config,
    pub(crate) name: Option<&'a str>,
    /// The environment's own table, where it has one.
    pub(crate) table: Option<&'a Entry>,
    pub(super) entries: BTreeMap<&'a str, &'a Entry>,
}

impl<'a> Environment<'a> {
    pub(crate) fn get(&self, key: &str) -> Option<&'a Value> {
        self.entries.get(key).map(|entry| &entry.value)
    }

    /// Every declaration of a binding with its kind, in the order of the kinds.
    pub(crate) fn declarations(&self) -> Vec<(&'static BindingKind, Declaration<'a>)> {
        let of_kind = |kind: &'static BindingKind| {
            let value = self.get(kind.key);
            let all = value.map(|value| declarations(kind, value)).unwrap_or_default();
            all.into_iter().map(move |declaration| (kind, declaration))
        };
        KINDS.iter().flat_map(of_kind).collect()
    }

    /// Where a name is declared, be it a binding's or a secret's.
    pub(crate) fn place(&self, name: &str) -> Option<Range<usize>> {
        let declarations = self.declarations().into_iter();
        let mut bindings =
            declarations.filter(|(_, declaration)| declaration.name == name).map(|(_, one)| one.name_span);
        let mut secrets = self.secrets().iter().filter(|secret| secret.as_str() == Some(name));
        bindings.next().or_else(|| secrets.next().map(|secret| secret.span.clone()))
    }

    /// The names of the secrets that have to be set.
    pub(crate) fn secrets(&self) -> &'a [Value] {
        self.get("secrets").and_then(|secrets| secrets.get("required")).map_or(&[], Value::items)
    }

    /// Where it stands in the file, for a sentence.
    pub(crate) fn shown(&self) -> String {
        self.table.map_or_else(|| "the top level".to_owned(), |table| format!("`env.{}`", table.key))
    }

    pub(super) fn str(&self, key: &str) -> Option<&'a str> {
        self.get(key).and_then(Value::as_str)
    }

    pub(super) fn bool(&self, key: &str) -> Option<bool> {
        self.get(key).and_then(Value::as_bool)
    }

    /// The string values of a table of strings.
    pub(super) fn strings(&self, key: &str) -> BTreeMap<String, String> {
        let entries = self.get(key).map_or(&[][..], Value::entries);
        entries
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), entry.value.as_str()?.to_owned())))
            .collect()
    }

    pub(super) fn is_pages(&self) -> bool {
        self.get("pages_build_output_dir").is_some()
    }
}

/// Chooses an environment; `None` and a diagnostic when the file does not have it.
pub(super) fn choose<'a>(
    config: &'a Config,
    name: Option<&'a str>,
    diagnostics: &mut Diagnostics,
) -> Option<Environment<'a>> {
    let present = |entry: &&Entry| entry.value.kind != Kind::Null;
    let top = config.root.entries().iter().filter(present).filter(|entry| entry.key != "env");
    if let Some(generated) = &config.generated {
        let entries = top.map(|entry| (entry.key.as_str(), entry)).collect();
        let name = generated.environment.as_deref();
        return Some(Environment { config, name, table: None, entries });
    }
    let Some(name) = name else {
        let entries = top.map(|entry| (entry.key.as_str(), entry)).collect();
        return Some(Environment { config, name: None, table: None, entries });
    };
    let table = config.root.get("env").and_then(|environments| environments.entry(name)).filter(present);
    let pages = config.root.get("pages_build_output_dir").is_some();
    let Some(table) = table else {
        // A Pages project has both of its environments, whether or not the file mentions them.
        if pages && PAGES_ENVIRONMENTS.contains(&name) {
            let entries = top.map(|entry| (entry.key.as_str(), entry)).collect();
            return Some(Environment { config, name: Some(name), table: None, entries });
        }
        diagnostics.push(unknown(config, name));
        return None;
    };
    let inherited = top.filter(|entry| key(&entry.key).is_some_and(|key| key.scope != Scope::Own));
    let mut entries: BTreeMap<&str, &Entry> = inherited.map(|entry| (entry.key.as_str(), entry)).collect();
    let own = table.value.entries().iter().filter(present);
    let allowed = own.filter(|entry| key(&entry.key).is_none_or(|key| key.in_environment()));
    entries.extend(allowed.map(|entry| (entry.key.as_str(), entry)));
    let environment = Environment { config, name: Some(name), table: Some(table), entries };
    not_inherited(&environment, table, diagnostics);
    Some(environment)
}

fn unknown(config: &Config, name: &str) -> Diagnostic {
    let known = environments(config);
    let list = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let message = format!("there is no environment `{name}` in `{}`", config.source.path());
    let help = match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`? The file has {list}"),
        None if known.is_empty() => format!("add `env.{name}` to the file, or leave out `--env`"),
        None if name == ALL => format!("this takes one environment at a time: choose one of {list}"),
        None => format!("choose one of {list}, or add `env.{name}` to the file"),
    };
    let diagnostic = Diagnostic::error(Code::UnknownEnvironment, message).help(help);
    match config.root.entry("env") {
        Some(entry) => diagnostic.at(&config.source, entry.key_span.clone(), "the environments"),
        None => diagnostic.file(config.source.path()),
    }
}

/// One warning for each key of the top level of which the environment lacks something.
fn not_inherited(environment: &Environment<'_>, table: &Entry, diagnostics: &mut Diagnostics) {
    let source = &environment.config.source;
    for top in environment.config.root.entries() {
        if key(&top.key).is_none_or(|key| key.scope != Scope::Own) || is_empty(&top.value) {
            continue;
        }
        let own = table.value.entry(&top.key);
        let names = names(top);
        let present = own.map(self::names).unwrap_or_default();
        let missing: Vec<String> = names.difference(&present).map(|name| format!("`{name}`")).collect();
        let what = match (own, missing.is_empty()) {
            (Some(_), true) => continue,
            (None, true) => "does not set it".to_owned(),
            (_, false) => format!("lacks {}", missing.join(", ")),
        };
        let message = format!("`{}` is not inherited, and `env.{}` {what}", top.key, table.key);
        let there = own.map_or(&table.key_span, |own| &own.key_span);
        diagnostics.push(
            Diagnostic::warning(Code::NotInherited, message)
                .at(source, there.clone(), "not in here")
                .at(source, top.key_span.clone(), "only at the top level")
                .help(format!(
                    "repeat it in `env.{}.{}`, with this environment's own values",
                    table.key, top.key
                )),
        );
    }
}

/// The names that a key binds.
fn names(entry: &Entry) -> BTreeSet<&str> {
    let kind = KINDS.iter().find(|kind| kind.key == entry.key);
    let all = kind.map(|kind| declarations(kind, &entry.value)).unwrap_or_default();
    all.into_iter().map(|declaration| declaration.name).collect()
}

fn is_empty(value: &Value) -> bool {
    match &value.kind {
        Kind::Null => true,
        Kind::Array(items) => items.is_empty(),
        Kind::Table(entries) => entries.iter().all(|entry| is_empty(&entry.value)),
        _ => false,
    }
}
