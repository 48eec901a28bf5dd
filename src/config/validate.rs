//! The file against the schema: unknown, misplaced and missing keys, and values of the wrong shape.
//!
//! Everything is looked at, also the environments that are not being built; what is wrong only there is a
//! warning, since it does not touch the result.

use std::ops::Range;

use super::schema::{Field, KEYS, Shape, key};
use super::{Config, Effect, Entry, Kind, Value};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

/// The environments that a Pages project can have.
pub(crate) const PAGES_ENVIRONMENTS: [&str; 2] = ["preview", "production"];

/// Keys of wrangler's past, whether wrangler refuses them by now, and what to do about them.
const RETIRED: &[(&str, bool, &str)] = &[
    ("experimental_assets", false, "write `assets`"),
    ("experimental_services", false, "write `services`"),
    ("kv-namespaces", false, "write `kv_namespaces`"),
    ("legacy_assets", false, "write `assets`"),
    ("legacy_env", true, "delete it: every environment is a worker of its own"),
    ("node_compat", true, "delete it and add `nodejs_compat` to `compatibility_flags`"),
    ("type", false, "delete it: all projects are bundled the same way"),
    ("usage_model", false, "delete it: it is a setting of the account"),
    ("webpack_config", false, "delete it: webpack is not used"),
    ("zone_id", false, "write it in the `routes` that belong to the zone"),
];

/// Whether a key had a meaning once and has none today, so that nobody is to see it any more.
pub(crate) fn is_retired(name: &str) -> bool {
    RETIRED.iter().any(|(retired, ..)| *retired == name)
}

/// Checks the whole file; errors in environments other than the given one are warnings.
pub(crate) fn validate(config: &Config, environment: Option<&str>, diagnostics: &mut Diagnostics) {
    let mut checker = Checker { config, diagnostics, active: true };
    for entry in config.root.entries() {
        match key(&entry.key) {
            Some(_) if entry.key == "env" => checker.environments(entry, environment),
            Some(key) => checker.top_level(entry, key.shape, key.effect, ""),
            None => checker.unknown_top_level(entry, ""),
        }
    }
}

/// The candidate that differs least from a name, if it is near enough to be meant.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Longer names are no typing mistakes, and the comparison takes time quadratic in the length.
    if name.len() > 64 {
        return None;
    }
    let lower = name.to_lowercase();
    let limit = (name.chars().count() / 3).max(1);
    let mut near: Option<(usize, &str)> = None;
    let mut longer = None;
    for candidate in candidates {
        let distance = match candidate.len().abs_diff(lower.len()) <= 2 * limit {
            true => strsim::osa_distance(&lower, &candidate.to_lowercase()),
            false => usize::MAX,
        };
        if distance <= limit && near.is_none_or(|near| (distance, candidate) < near) {
            near = Some((distance, candidate));
        }
        // A name that was cut short: `bucket` for `bucket_name`.
        let cut = lower.len() > 2 && candidate.strip_prefix(&lower).is_some_and(|rest| rest.starts_with('_'));
        if cut && longer.is_none() {
            longer = Some(candidate);
        }
    }
    near.map(|(_, candidate)| candidate).or(longer)
}

struct Checker<'a> {
    config: &'a Config,
    diagnostics: &'a mut Diagnostics,
    /// Whether what is being checked has a part in this build.
    active: bool,
}

impl Checker<'_> {
    /// A mistake that stops the build if it has a part in it.
    fn error(&mut self, code: Code, message: String, span: &Range<usize>, help: Option<String>) {
        let new = if self.active { Diagnostic::error } else { Diagnostic::warning };
        self.report(new(code, message), span, help);
    }

    fn warning(&mut self, code: Code, message: String, span: &Range<usize>, help: Option<String>) {
        self.report(Diagnostic::warning(code, message), span, help);
    }

    fn report(&mut self, diagnostic: Diagnostic, span: &Range<usize>, help: Option<String>) {
        let mut diagnostic = diagnostic.at(&self.config.source, span.clone(), "");
        diagnostic.help = help;
        self.diagnostics.push(diagnostic);
    }

    fn environments(&mut self, entry: &Entry, chosen: Option<&str>) {
        self.shape("env", &entry.value, &Shape::Map(&Shape::Any));
        let pages = self.config.root.get("pages_build_output_dir").is_some();
        for environment in entry.value.entries() {
            let path = format!("env.{}", environment.key);
            self.active = chosen == Some(environment.key.as_str());
            if pages && !PAGES_ENVIRONMENTS.contains(&environment.key.as_str()) {
                let message = format!("`{path}` is an environment that Pages projects cannot have");
                let help = "name it `preview` or `production`, or write `assets.directory` in place of \
                            `pages_build_output_dir`";
                self.warning(Code::PagesEnvironment, message, &environment.key_span, Some(help.to_owned()));
            }
            self.shape(&path, &environment.value, &Shape::Environment);
        }
        self.active = true;
    }

    /// A key of the top level or of an environment, whose path ends in a dot.
    fn top_level(&mut self, entry: &Entry, shape: Shape, effect: Effect, prefix: &str) {
        let path = format!("{prefix}{}", entry.key);
        match effect {
            Effect::Refused(advice) => {
                let message = format!("`{path}` belongs to a kind of worker that is no longer built");
                self.error(Code::LegacySetting, message, &entry.key_span, Some(advice.to_owned()));
            }
            Effect::Unsupported(advice) if self.active && acts(entry) => {
                let message = format!("`{path}` is not acted on");
                self.warning(Code::UnsupportedSetting, message, &entry.key_span, Some(advice.to_owned()));
                self.shape(&path, &entry.value, &shape);
            }
            _ => self.shape(&path, &entry.value, &shape),
        }
        if matches!(entry.key.as_str(), "vars" | "define" | "alias") {
            self.swallowed(&path, &entry.value);
        }
    }

    fn environment(&mut self, path: &str, entry: &Entry) {
        let prefix = format!("{path}.");
        match key(&entry.key) {
            Some(key) if key.in_environment() => self.top_level(entry, key.shape, key.effect, &prefix),
            Some(_) if entry.key == "env" => {
                let message = format!("`{path}.env` has no effect: environments cannot be nested");
                let help = "move the environments in it to the top level's `env`".to_owned();
                self.warning(Code::MisplacedKey, message, &entry.key_span, Some(help));
            }
            Some(_) => {
                let message =
                    format!("`{path}.{0}` has no effect: `{0}` holds for all environments", entry.key);
                let help = format!("move `{}` to the top level", entry.key);
                self.warning(Code::MisplacedKey, message, &entry.key_span, Some(help));
            }
            None => self.unknown_top_level(entry, &prefix),
        }
    }

    fn unknown_top_level(&mut self, entry: &Entry, prefix: &str) {
        if let Some((_, refused, advice)) = RETIRED.iter().find(|(name, ..)| *name == entry.key) {
            let message = format!("`{prefix}{}` no longer has a meaning", entry.key);
            let help = Some((*advice).to_owned());
            match refused {
                true => self.error(Code::LegacySetting, message, &entry.key_span, help),
                false => self.warning(Code::LegacySetting, message, &entry.key_span, help),
            }
            return;
        }
        let names = KEYS.iter().filter(|key| prefix.is_empty() || key.in_environment()).map(|key| key.name);
        let help = match nearest(&entry.key, names) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "it is handed on as it is; delete it if it is not meant for the deployer".to_owned(),
        };
        let message = format!("`{prefix}{}` is not a known setting", entry.key);
        self.warning(Code::UnknownKey, message, &entry.key_span, Some(help));
    }

    fn shape(&mut self, path: &str, value: &Value, shape: &Shape) {
        match (shape, &value.kind) {
            (Shape::Any, _)
            | (Shape::Null, Kind::Null)
            | (Shape::Bool, Kind::Bool(_))
            | (Shape::Number, Kind::Number(_))
            | (Shape::String, Kind::String(_)) => {}
            (Shape::Choice(choices), Kind::String(text)) => self.choice(path, value, text, choices),
            (Shape::List(item), Kind::Array(items)) => {
                for (index, value) in items.iter().enumerate() {
                    self.shape(&format!("{path}[{index}]"), value, item);
                }
            }
            (Shape::Map(item), Kind::Table(entries)) => {
                for entry in entries {
                    self.shape(&format!("{path}.{}", entry.key), &entry.value, item);
                }
            }
            (Shape::Table(fields), Kind::Table(_)) => self.table(path, value, fields, true),
            (Shape::Open(fields), Kind::Table(_)) => self.table(path, value, fields, false),
            (Shape::Either(shapes), _) => match shapes.iter().find(|shape| begins(shape, &value.kind)) {
                Some(shape) => self.shape(path, value, shape),
                None => self.wrong_type(path, value, shape),
            },
            (Shape::Environment, Kind::Table(entries)) => {
                for entry in entries {
                    self.environment(path, entry);
                }
            }
            (Shape::Previews, Kind::Table(entries)) => {
                for entry in entries {
                    let path = format!("{path}.{}", entry.key);
                    match key(&entry.key).filter(|key| key.in_previews()) {
                        Some(key) => self.shape(&path, &entry.value, &key.shape),
                        None => self.unknown_field(&path, entry, KEYS.iter().map(|key| key.name)),
                    }
                }
            }
            _ => self.wrong_type(path, value, shape),
        }
    }

    fn table(&mut self, path: &str, value: &Value, fields: &'static [Field], closed: bool) {
        for entry in value.entries() {
            let path = format!("{path}.{}", entry.key);
            match fields.iter().find(|field| field.name == entry.key) {
                Some(field) => self.shape(&path, &entry.value, &field.shape),
                None if closed => self.unknown_field(&path, entry, fields.iter().map(|field| field.name)),
                None => {}
            }
        }
        for field in fields.iter().filter(|field| field.required && value.get(field.name).is_none()) {
            // A `null` has been reported as a value of the wrong type.
            if value.entry(field.name).is_none() {
                let message = format!("`{path}` lacks `{}`", field.name);
                let help = format!("add `{}`, which must be {}", field.name, describe(&field.shape));
                self.error(Code::MissingField, message, &value.span, Some(help));
            }
        }
    }

    fn unknown_field<'b>(&mut self, path: &str, entry: &Entry, names: impl Iterator<Item = &'b str>) {
        let message = format!("`{path}` is not a known setting");
        let help = match (nearest(&entry.key, names), key(&entry.key)) {
            (Some(name), _) => format!("did you mean `{name}`?"),
            (None, Some(key)) if self.is_toml() => {
                self.warning(
                    Code::MisplacedKey,
                    swallowed_message(path, key.name),
                    &entry.key_span,
                    Some(MOVE_UP.into()),
                );
                return;
            }
            (None, Some(key)) => format!("`{}` belongs at the top level", key.name),
            (None, None) => "delete it, or check how it is spelt".to_owned(),
        };
        self.warning(Code::UnknownKey, message, &entry.key_span, Some(help));
    }

    /// TOML gives every key after a `[vars]` header to that table, settings of the top level included.
    fn swallowed(&mut self, path: &str, value: &Value) {
        let in_braces =
            self.config.source.text().get(value.span.clone()).is_some_and(|text| text.starts_with('{'));
        if !self.is_toml() || in_braces {
            return;
        }
        for entry in value.entries() {
            let missing_above = self.config.root.entry(&entry.key).is_none();
            let fits = key(&entry.key).is_some_and(|key| begins(&key.shape, &entry.value.kind));
            if missing_above && fits {
                let message = swallowed_message(&format!("{path}.{}", entry.key), &entry.key);
                self.warning(Code::MisplacedKey, message, &entry.key_span, Some(MOVE_UP.into()));
            }
        }
    }

    fn choice(&mut self, path: &str, value: &Value, text: &str, choices: &[&str]) {
        if choices.contains(&text) {
            return;
        }
        let message = format!("`{path}` cannot be `{text}`");
        let help = match nearest(text, choices.iter().copied()) {
            Some(choice) => format!("did you mean `{choice}`?"),
            None => format!("write {}", alternatives(choices)),
        };
        self.error(Code::InvalidValue, message, &value.span, Some(help));
    }

    fn wrong_type(&mut self, path: &str, value: &Value, shape: &Shape) {
        let found = match &value.kind {
            Kind::Null => "`null`",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::String(_) => "a string",
            Kind::Array(_) => "a list",
            Kind::Table(_) => "a table",
        };
        let message = format!("`{path}` must be {}, not {found}", describe(shape));
        let help = match (&value.kind, shape) {
            (Kind::Table(_), Shape::List(_)) if self.is_toml() => {
                Some(format!("write `[[{path}]]` with two brackets on each side"))
            }
            (Kind::Array(_), Shape::Table(_) | Shape::Map(_)) if self.is_toml() => {
                Some(format!("write `[{path}]` with one bracket on each side"))
            }
            (Kind::Table(_), Shape::List(_)) => Some("put it in a list: `[{ ... }]`".to_owned()),
            (Kind::Null, _) => Some("delete the key".to_owned()),
            (Kind::Number(_) | Kind::Bool(_), Shape::String) => Some("put it in quotes".to_owned()),
            (Kind::String(text), Shape::Bool | Shape::Number) if begins(shape, &bare(text)) => {
                Some(format!("write `{text}` without quotes"))
            }
            (Kind::String(_), Shape::List(Shape::String)) => Some("put it in a list: `[\"...\"]`".to_owned()),
            (_, Shape::List(Shape::Table(_) | Shape::Open(_))) if self.is_toml() => {
                Some(format!("write its settings below a line `[[{path}]]`"))
            }
            (_, Shape::Table(_) | Shape::Map(_)) if self.is_toml() => {
                Some(format!("write its settings below a line `[{path}]`"))
            }
            (_, Shape::Table(_) | Shape::Map(_)) => Some("write its settings between `{` and `}`".to_owned()),
            _ => None,
        };
        self.error(Code::WrongType, message, &value.span, help);
    }

    fn is_toml(&self) -> bool {
        self.config.path.extension().is_some_and(|extension| extension == "toml")
    }
}

const MOVE_UP: &str = "move the line above the first `[table]` of the file, since TOML gives each line to the \
                       table whose header comes before it";

fn swallowed_message(path: &str, name: &str) -> String {
    format!("`{path}` is not the setting `{name}`, which belongs at the top level")
}

/// Whether an unsupported setting asks for anything that a build without it would not do.
fn acts(entry: &Entry) -> bool {
    match entry.key.as_str() {
        "build" => entry.value.get("command").is_some(),
        _ => entry.value.as_bool() != Some(false),
    }
}

/// What a string would be without its quotes.
fn bare(text: &str) -> Kind {
    match (text.parse(), text.parse()) {
        (Ok(value), _) => Kind::Bool(value),
        (_, Ok(number)) => Kind::Number(number),
        _ => Kind::Null,
    }
}

/// Whether a value is of the kind that a shape begins with.
fn begins(shape: &Shape, kind: &Kind) -> bool {
    match shape {
        Shape::Any => true,
        Shape::Null => matches!(kind, Kind::Null),
        Shape::Bool => matches!(kind, Kind::Bool(_)),
        Shape::Number => matches!(kind, Kind::Number(_)),
        Shape::String | Shape::Choice(_) => matches!(kind, Kind::String(_)),
        Shape::List(_) => matches!(kind, Kind::Array(_)),
        Shape::Either(shapes) => shapes.iter().any(|shape| begins(shape, kind)),
        _ => matches!(kind, Kind::Table(_)),
    }
}

fn describe(shape: &Shape) -> String {
    match shape {
        Shape::Any => "anything".to_owned(),
        Shape::Null => "`null`".to_owned(),
        Shape::Bool => "a boolean".to_owned(),
        Shape::Number => "a number".to_owned(),
        Shape::String => "a string".to_owned(),
        Shape::Choice(choices) => alternatives(choices),
        Shape::List(Shape::String) => "a list of strings".to_owned(),
        Shape::List(Shape::Table(_) | Shape::Open(_)) => "a list of tables".to_owned(),
        Shape::List(_) => "a list".to_owned(),
        Shape::Either(shapes) => shapes.iter().map(describe).collect::<Vec<_>>().join(" or "),
        _ => "a table".to_owned(),
    }
}

fn alternatives(choices: &[&str]) -> String {
    choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(" or ")
}
