//! From changes to steps: which table or list of a file takes what.

use serde_json::{Map, Value as Json, json};

use super::write::{Spacing, toml, toml_key};
use super::{classes, kind};
use crate::config::schema::{BindingKind, KINDS, Place};
use crate::config::{Config, Entry, Kind, PAGES_ENVIRONMENTS, Value, environments, nearest};
use crate::diagnostic::{Change, Code, Diagnostic};

/// A part of the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    /// Into a table.
    Key(String),
    /// Into a list.
    Index(usize),
}

/// One change of one place.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// The way to a value that is there.
    pub(super) at: Vec<Segment>,
    pub(super) action: Action,
}

/// What becomes of the value.
#[derive(Clone, Debug)]
pub(super) enum Action {
    /// A table gets an entry, below as many new tables as there are further keys.
    Insert { keys: Vec<String>, value: Json },
    /// A list gets an item.
    Push(Json),
    /// A text is replaced.
    Replace(Json),
}

impl Step {
    /// The same step on a value.
    pub(super) fn apply(&self, root: &mut Json) {
        let target = self.at.iter().try_fold(root, |value, segment| match segment {
            Segment::Key(key) => value.get_mut(key),
            Segment::Index(index) => value.get_mut(index),
        });
        match (target, &self.action) {
            (Some(target), Action::Replace(value)) => *target = value.clone(),
            (Some(Json::Array(items)), Action::Push(value)) => items.push(value.clone()),
            (Some(Json::Object(entries)), Action::Insert { keys, value }) => {
                let mut value = value.clone();
                for key in keys.iter().skip(1).rev() {
                    value = json!({ key: value });
                }
                entries.extend(keys.first().map(|key| (key.clone(), value)));
            }
            _ => {}
        }
    }

    /// Whether a `null` would be written, which TOML cannot.
    pub(super) fn has_null(&self) -> bool {
        fn has_null(value: &Json) -> bool {
            match value {
                Json::Null => true,
                Json::Array(items) => items.iter().any(has_null),
                Json::Object(entries) => entries.values().any(has_null),
                _ => false,
            }
        }
        let (Action::Insert { value, .. } | Action::Push(value) | Action::Replace(value)) = &self.action;
        has_null(value)
    }

    /// The way to where something is added, for people.
    pub(super) fn path(&self) -> String {
        let mut path = String::new();
        for segment in &self.at {
            match segment {
                Segment::Key(key) if path.is_empty() => path.push_str(key),
                Segment::Key(key) => path.push_str(&format!(".{key}")),
                Segment::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }

    /// What it adds, on one line.
    pub(super) fn by_hand(&self, is_toml: bool) -> String {
        let (keys, value) = match &self.action {
            Action::Insert { keys, value } => (keys.as_slice(), value),
            Action::Push(value) | Action::Replace(value) => (&[][..], value),
        };
        let spacing = Spacing { newline: "", unit: "", compact: false };
        if is_toml {
            let keys: Vec<String> = keys.iter().map(|key| toml_key(key)).collect();
            let equals = if keys.is_empty() { "" } else { " = " };
            return format!("`{}{equals}{}`", keys.join("."), toml(value).unwrap_or_default());
        }
        let Some((first, further)) = keys.split_first() else { return format!("`{}`", spacing.line(value)) };
        let nested = further.iter().rev().fold(value.clone(), |value, key| json!({ key: value }));
        format!("`{}{}`", spacing.key(first), spacing.line(&nested))
    }

    /// The nearest value of the file that it concerns.
    pub(super) fn target<'a>(&self, root: &'a Value) -> &'a Value {
        let mut value = root;
        for segment in &self.at {
            let next = match segment {
                Segment::Key(key) => value.entry(key).map(|entry| &entry.value),
                Segment::Index(index) => value.items().get(*index),
            };
            let Some(next) = next else { break };
            value = next;
        }
        value
    }
}

/// The step that a change takes in a file; none where the file says it already.
pub(super) fn plan(config: &Config, change: &Change) -> Result<Option<Step>, Box<Diagnostic>> {
    let table = Table::of(config, change.environment())?;
    match change {
        Change::Declare { kind, name, fields, .. } => {
            table.declare(table.kind(kind)?, name, fields).map(Some)
        }
        Change::Identify { kind, name, resource, .. } => table.identify(table.kind(kind)?, name, resource),
        Change::Variable { name, value, .. } => {
            table.refuse_taken(name)?;
            table.insert(&["vars", name], value.clone()).map(Some)
        }
        Change::Require { name, .. } => match declared(table.value, name) {
            Some(("secrets", _)) => Ok(None),
            _ => {
                table.refuse_taken(name)?;
                table.push(&["secrets", "required"], json!(name)).map(Some)
            }
        },
        Change::Create { class, environment } => {
            if classes::is_created(config, environment.as_deref(), class) {
                return Ok(None);
            }
            let exported = classes::are_exported(config, environment.as_deref());
            let key = if exported { "exports" } else { "migrations" };
            // An environment without a value of its own has that of the top level.
            let table = if table.value.get(key).is_some() { table } else { Table::of(config, None)? };
            let step = match exported {
                true => table.insert(&["exports", class], classes::export()),
                false => {
                    table.push(&["migrations"], classes::migration(table.value.get("migrations"), class))
                }
            };
            step.map(Some)
        }
    }
}

/// The top level or an environment.
struct Table<'a> {
    config: &'a Config,
    at: Vec<Segment>,
    value: &'a Value,
}

impl<'a> Table<'a> {
    fn of(config: &'a Config, environment: Option<&str>) -> Result<Self, Box<Diagnostic>> {
        let Some(name) = environment else {
            return Ok(Self { config, at: Vec::new(), value: &config.root });
        };
        match config.root.get("env").and_then(|environments| environments.get(name)) {
            Some(value) => {
                let at = ["env", name].map(|key| Segment::Key(key.to_owned())).to_vec();
                Ok(Self { config, at, value })
            }
            None => Err(unknown_environment(config, name).into()),
        }
    }

    fn kind(&self, key: &str) -> Result<&'static BindingKind, Box<Diagnostic>> {
        kind(key).filter(|kind| kind.place != Place::Names).ok_or_else(|| {
            let message = format!("`{key}` is no kind of binding that can be declared");
            Diagnostic::error(Code::UnknownKey, message).file(self.config.source.path()).into()
        })
    }

    fn declare(
        &self,
        kind: &BindingKind,
        name: &str,
        fields: &[(String, Json)],
    ) -> Result<Step, Box<Diagnostic>> {
        self.refuse_taken(name)?;
        let mut entry = Map::new();
        entry.insert(kind.name.to_owned(), json!(name));
        for (path, value) in fields {
            set(&mut entry, path, value);
        }
        let entry = Json::Object(entry);
        match kind.place {
            Place::List => self.push(&[kind.key], entry),
            Place::Within(list) => self.push(&[kind.key, list], entry),
            Place::Single | Place::Names => self.insert(&[kind.key], entry),
        }
    }

    fn identify(
        &self,
        kind: &BindingKind,
        name: &str,
        resource: &str,
    ) -> Result<Option<Step>, Box<Diagnostic>> {
        let keys: &[&str] = match &kind.place {
            Place::Within(list) => &[kind.key, list],
            _ => &[kind.key],
        };
        let mut at = self.at.clone();
        let mut list = Some(self.value);
        for key in keys {
            at.push(Segment::Key((*key).to_owned()));
            list = list.and_then(|table| table.get(key));
        }
        let items = list.map_or(&[][..], Value::items);
        let named = |item: &Value| item.get(kind.name).and_then(Value::as_str) == Some(name);
        let found = items.iter().position(named).and_then(|index| Some((index, items.get(index)?)));
        let (Some((index, item)), Some(field)) = (found, kind.resource.first()) else {
            let message = format!("there is no `{name}` in `{}`", kind.key);
            return Err(Diagnostic::error(Code::UnknownBinding, message)
                .at(&self.config.source, list.unwrap_or(self.value).span.clone(), "not in here")
                .help("check the name, or add the binding with `pagesbuild bind`")
                .into());
        };
        at.push(Segment::Index(index));
        match item.entry(field) {
            Some(entry) if entry.value.as_str() == Some("") => {
                at.push(Segment::Key((*field).to_owned()));
                Ok(Some(Step { at, action: Action::Replace(json!(resource)) }))
            }
            Some(entry) if entry.value.as_str() == Some(resource) => Ok(None),
            Some(entry) => {
                let message = format!("`{name}` has another `{field}` already");
                Err(Diagnostic::error(Code::ConflictingSettings, message)
                    .at(&self.config.source, entry.value.span.clone(), "")
                    .help("delete it here if the new one is meant")
                    .into())
            }
            None => {
                let keys = vec![(*field).to_owned()];
                Ok(Some(Step { at, action: Action::Insert { keys, value: json!(resource) } }))
            }
        }
    }

    /// An entry behind the keys, the last of which is new.
    fn insert(&self, keys: &[&str], value: Json) -> Result<Step, Box<Diagnostic>> {
        let mut at = self.at.clone();
        let mut table = self.value;
        for (index, key) in keys.iter().enumerate() {
            self.demand(table, matches!(table.kind, Kind::Table(_)), &at)?;
            let Some(entry) = table.entry(key) else {
                let keys = keys[index..].iter().map(|key| (*key).to_owned()).collect();
                return Ok(Step { at, action: Action::Insert { keys, value } });
            };
            at.push(Segment::Key((*key).to_owned()));
            table = &entry.value;
        }
        let message = format!("`{}` is already there", keys.join("."));
        Err(Diagnostic::error(Code::DuplicateBinding, message)
            .at(&self.config.source, table.span.clone(), "")
            .help("there can be only one of this kind; change it here")
            .into())
    }

    /// An item of the list behind the keys.
    fn push(&self, keys: &[&str], item: Json) -> Result<Step, Box<Diagnostic>> {
        let mut at = self.at.clone();
        let mut value = self.value;
        for (index, key) in keys.iter().enumerate() {
            self.demand(value, matches!(value.kind, Kind::Table(_)), &at)?;
            let Some(entry) = value.entry(key) else {
                let keys = keys[index..].iter().map(|key| (*key).to_owned()).collect();
                return Ok(Step { at, action: Action::Insert { keys, value: json!([item]) } });
            };
            at.push(Segment::Key((*key).to_owned()));
            value = &entry.value;
        }
        self.demand(value, matches!(value.kind, Kind::Array(_)), &at)?;
        Ok(Step { at, action: Action::Push(item) })
    }

    /// A table or list that is to be added to must be one.
    fn demand(&self, value: &Value, fits: bool, at: &[Segment]) -> Result<(), Box<Diagnostic>> {
        if fits {
            return Ok(());
        }
        let path = Step { at: at.to_vec(), action: Action::Push(Json::Null) }.path();
        let message = format!("`{path}` is neither a table nor a list, so nothing can be added to it");
        Err(Diagnostic::error(Code::WrongType, message)
            .at(&self.config.source, value.span.clone(), "")
            .help("correct the value first")
            .into())
    }

    fn refuse_taken(&self, name: &str) -> Result<(), Box<Diagnostic>> {
        let Some((place, entry)) = declared(self.value, name) else { return Ok(()) };
        let message = format!("`{name}` is already declared in `{place}`");
        Err(Diagnostic::error(Code::DuplicateBinding, message)
            .at(&self.config.source, entry.span.clone(), "here")
            .help("choose another name, or change what is there")
            .into())
    }
}

/// The declarations of a kind whose declarations are listed.
pub(super) fn listed<'a>(kind: &BindingKind, table: &'a Value) -> &'a [Value] {
    let value = table.get(kind.key);
    let list = match kind.place {
        Place::Within(list) => value.and_then(|value| value.get(list)),
        _ => value,
    };
    list.map_or(&[], Value::items)
}

/// The key that declares a name in a table, and the place of the name.
pub(super) fn declared<'a>(table: &'a Value, name: &str) -> Option<(&'static str, &'a Value)> {
    let named = |kind: &BindingKind, value: &'a Value| {
        value.get(kind.name).filter(|value| value.as_str() == Some(name))
    };
    for kind in KINDS {
        let value = table.get(kind.key);
        let found = match kind.place {
            Place::List | Place::Within(_) => listed(kind, table).iter().find_map(|item| named(kind, item)),
            Place::Single => value.and_then(|value| named(kind, value)),
            Place::Names => value.and_then(|value| value.entry(name)).map(|entry: &Entry| &entry.value),
        };
        if let Some(value) = found {
            return Some((kind.key, value));
        }
    }
    let required = table.get("secrets").and_then(|secrets| secrets.get("required"));
    let secret = required.map_or(&[][..], Value::items).iter().find(|item| item.as_str() == Some(name));
    secret.map(|value| ("secrets", value))
}

/// Sets a field that may be in a table of its own: `simple.limit`.
fn set(entry: &mut Map<String, Json>, path: &str, value: &Json) {
    match path.split_once('.') {
        Some((key, rest)) => {
            if let Json::Object(inner) = entry.entry(key).or_insert_with(|| json!({})) {
                set(inner, rest, value);
            }
        }
        None => _ = entry.insert(path.to_owned(), value.clone()),
    }
}

fn unknown_environment(config: &Config, name: &str) -> Diagnostic {
    let message = format!("there is no environment `{name}` in `{}`", config.source.path());
    let known = environments(config);
    let pages = config.root.get("pages_build_output_dir").is_some() && PAGES_ENVIRONMENTS.contains(&name);
    let help = match nearest(name, known.iter().map(String::as_str)) {
        _ if pages => format!(
            "`{name}` is the top level until the file has `env.{name}`: add it, with all bindings that it needs, or leave \
             out `--env`"
        ),
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("add `env.{name}` to the file, or leave out `--env`"),
    };
    let diagnostic = Diagnostic::error(Code::UnknownEnvironment, message).help(help);
    match config.root.entry("env") {
        Some(entry) => diagnostic.at(&config.source, entry.key_span.clone(), "the environments"),
        None => diagnostic.file(config.source.path()),
    }
}
