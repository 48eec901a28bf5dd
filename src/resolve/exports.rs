//! `exports` and `imports` of a manifest: Node's algorithm, with a record of the way through the table.

use std::path::Path;

use serde_json::{Map, Value};

use super::path::join;

/// The conditions that hold, in the order in which they are told.
#[derive(Clone, Debug)]
pub(super) struct Conditions(pub(super) Vec<String>);

impl Conditions {
    /// Those by which TypeScript looks for what a `tsconfig.json` extends.
    pub(super) fn of_typescript() -> Self {
        Self(["workerd", "worker", "browser", "require"].map(str::to_owned).to_vec())
    }

    fn hold(&self, condition: &str) -> bool {
        condition == "default" || self.0.iter().any(|known| known == condition)
    }
}

/// What a table says of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A path in the package. An inexact one may lack its extension.
    Found { path: String, inexact: bool, way: Vec<String> },
    /// Another specifier, which `imports` may name.
    Elsewhere { specifier: String, way: Vec<String> },
    /// Nothing.
    Refused(Refusal),
}

/// Why a table leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The path is not among its keys.
    NotListed,
    /// The path is there, and `null`.
    Forbidden,
    /// None of these conditions, at this place of the table, holds.
    NoCondition { way: Vec<String>, offered: Vec<String> },
    /// What stands in the table is no path in the package.
    Invalid(String),
    /// What would be the file's path is none.
    InvalidPath(String),
}

/// What happened at one place of a table.
enum Step {
    Done(Outcome),
    /// Nothing here; the next condition or element may do.
    Next(Refusal),
}

/// What `exports` says of a path in its package, `.` or `./x`.
pub(super) fn of_package(exports: &Value, subpath: &str, conditions: &Conditions) -> Outcome {
    let walk = Walk { conditions, internal: false };
    let way = vec!["exports".to_owned()];
    let table = exports.as_object().filter(|table| has_paths(table));
    if exports.as_object().is_some_and(is_mixed) {
        return Outcome::Refused(Refusal::Invalid("keys with and without a dot".to_owned()));
    }
    let step = match (table, subpath) {
        (Some(table), ".") => match table.get(".") {
            Some(target) => walk.target(target, "", false, &pushed(&way, key_text("."))),
            None => Step::Next(Refusal::NotListed),
        },
        (None, ".") => walk.target(exports, "", false, &way),
        (Some(table), _) => walk.table(table, subpath, &way),
        (None, _) => Step::Next(Refusal::NotListed),
    };
    finished(step)
}

/// What `imports` says of a specifier that starts with `#`.
pub(super) fn of_imports(imports: &Value, specifier: &str, conditions: &Conditions) -> Outcome {
    let walk = Walk { conditions, internal: true };
    match imports.as_object() {
        Some(table) => finished(walk.table(table, specifier, &["imports".to_owned()])),
        None => Outcome::Refused(Refusal::Invalid("`imports` that is no table".to_owned())),
    }
}

/// The keys of a table that offer something: of `exports`, the paths in the package.
pub(super) fn offered(table: &Value) -> Vec<&str> {
    match table.as_object().filter(|table| table.keys().all(|key| key.starts_with(['.', '#']))) {
        Some(table) => table.iter().filter(|(_, to)| !to.is_null()).map(|(path, _)| path.as_str()).collect(),
        None => vec!["."],
    }
}

/// The conditions that a table offers on a way through it.
pub(super) fn beside(table: &Value, way: &[String]) -> Vec<String> {
    let mut conditions = Vec::new();
    let mut value = Some(table);
    for step in way.iter().skip(1) {
        let Some(here) = value else { break };
        value = match here {
            Value::Array(list) => {
                step.trim_matches(['[', ']']).parse().ok().and_then(|at: usize| list.get(at))
            }
            Value::Object(entries) => {
                if !entries.keys().any(|key| key.starts_with(['.', '#'])) {
                    conditions.extend(entries.keys().cloned());
                }
                entries.iter().find(|(key, _)| key_text(key) == *step).map(|(_, value)| value)
            }
            _ => None,
        };
    }
    conditions
}

/// A step of a way through a table, as one would write it in JavaScript.
fn key_text(key: &str) -> String {
    let mut letters = key.chars();
    let is_name = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if is_name { format!(".{key}") } else { format!("[\"{key}\"]") }
}

fn pushed(way: &[String], step: String) -> Vec<String> {
    let mut way = way.to_vec();
    way.push(step);
    way
}

fn has_paths(table: &Map<String, Value>) -> bool {
    table.keys().next().is_some_and(|key| key.starts_with('.'))
}

fn is_mixed(table: &Map<String, Value>) -> bool {
    let with_dot = table.keys().filter(|key| key.starts_with('.')).count();
    with_dot > 0 && with_dot < table.len()
}

/// The last word on a path, with what its escapes stand for.
fn finished(step: Step) -> Outcome {
    let (path, inexact, way) = match step {
        Step::Next(refusal) => return Outcome::Refused(refusal),
        Step::Done(Outcome::Found { path, inexact, way }) => (path, inexact, way),
        Step::Done(other) => return other,
    };
    let lower = path.to_ascii_lowercase();
    let escapes = lower.match_indices('%').map(|(at, _)| lower.get(at + 1..at + 3).unwrap_or(""));
    let is_valid = |escape: &str| escape.len() == 2 && u8::from_str_radix(escape, 16).is_ok();
    if !escapes.clone().all(|escape| is_valid(escape) && !matches!(escape, "2f" | "5c")) {
        return Outcome::Refused(Refusal::InvalidPath(path));
    }
    let decoded = percent_encoding::percent_decode_str(&path).decode_utf8_lossy().into_owned();
    if decoded.ends_with(['/', '\\']) {
        return Outcome::Refused(Refusal::InvalidPath(decoded));
    }
    Outcome::Found { path: decoded, inexact, way }
}

struct Walk<'a> {
    conditions: &'a Conditions,
    /// Whether it is `imports`, which may name other packages.
    internal: bool,
}

impl Walk<'_> {
    /// The entry of a table that a path fits: by itself, or the most specific pattern.
    fn table(&self, table: &Map<String, Value>, path: &str, way: &[String]) -> Step {
        if !path.ends_with('/')
            && !path.contains('*')
            && let Some(target) = table.get(path)
        {
            return self.target(target, "", false, &pushed(way, key_text(path)));
        }
        let mut patterns: Vec<(&String, &Value)> =
            table.iter().filter(|(key, _)| key.ends_with('/') || key.contains('*')).collect();
        patterns.sort_by_key(|(key, _)| {
            let star = key.find('*');
            let specific =
                (star.unwrap_or(key.len()), star.is_some(), if star.is_some() { key.len() } else { 0 });
            std::cmp::Reverse(specific)
        });
        for (key, target) in patterns {
            let way = || pushed(way, key_text(key));
            if let Some((start, end)) = key.split_once('*') {
                let fits = path.starts_with(start)
                    && (end.is_empty() || (path.ends_with(end) && path.len() >= key.len()));
                if fits {
                    return self.target(target, &path[start.len()..path.len() - end.len()], true, &way());
                }
            } else if let Some(rest) = path.strip_prefix(key.as_str()) {
                return match self.target(target, rest, false, &way()) {
                    Step::Done(Outcome::Found { path, way, .. }) => {
                        Step::Done(Outcome::Found { path, inexact: true, way })
                    }
                    other => other,
                };
            }
        }
        Step::Next(Refusal::NotListed)
    }

    /// What stands behind a key, with what the key left of the path.
    fn target(&self, target: &Value, rest: &str, pattern: bool, way: &[String]) -> Step {
        match target {
            Value::String(target) => Step::Done(self.text(target, rest, pattern, way)),
            Value::Object(table) if is_mixed(table) => invalid("keys with and without a dot"),
            Value::Object(table) => {
                let mut last = None;
                for (condition, target) in table.iter().filter(|(key, _)| self.conditions.hold(key)) {
                    match self.target(target, rest, pattern, &pushed(way, key_text(condition))) {
                        Step::Next(refusal @ Refusal::NoCondition { .. }) => last = Some(refusal),
                        other => return other,
                    }
                }
                let offered = table.keys().cloned().collect();
                Step::Next(last.unwrap_or_else(|| Refusal::NoCondition { way: way.to_vec(), offered }))
            }
            Value::Array(targets) => {
                let mut last = None;
                for (at, target) in targets.iter().enumerate() {
                    match self.target(target, rest, pattern, &pushed(way, format!("[{at}]"))) {
                        Step::Done(Outcome::Refused(refusal @ Refusal::Invalid(_)))
                        | Step::Next(refusal @ Refusal::Forbidden) => last = Some(refusal),
                        Step::Next(Refusal::NoCondition { .. }) => {}
                        other => return other,
                    }
                }
                match last {
                    Some(refusal @ Refusal::Invalid(_)) => Step::Done(Outcome::Refused(refusal)),
                    Some(refusal) => Step::Next(refusal),
                    None if targets.is_empty() => Step::Next(Refusal::Forbidden),
                    None => Step::Next(Refusal::NoCondition { way: way.to_vec(), offered: Vec::new() }),
                }
            }
            Value::Null => Step::Next(Refusal::Forbidden),
            Value::Bool(_) | Value::Number(_) => invalid("neither a path nor a table"),
        }
    }

    fn text(&self, target: &str, rest: &str, pattern: bool, way: &[String]) -> Outcome {
        if !pattern && !rest.is_empty() && !target.ends_with('/') {
            return Outcome::Refused(Refusal::InvalidPath(target.to_owned()));
        }
        if !target.starts_with("./") {
            if self.internal && !target.starts_with("../") && !target.starts_with('/') {
                let specifier = if pattern { target.replace('*', rest) } else { format!("{target}{rest}") };
                return Outcome::Elsewhere { specifier, way: way.to_vec() };
            }
            return Outcome::Refused(Refusal::Invalid(format!("`{target}`, which does not start with `./`")));
        }
        if leaves(target) {
            return Outcome::Refused(Refusal::Invalid(format!("`{target}`, which leaves the package")));
        }
        if leaves(rest) {
            return Outcome::Refused(Refusal::InvalidPath(rest.to_owned()));
        }
        let path = join(Path::new("/"), target).to_string_lossy().into_owned();
        let path = if pattern {
            path.replace('*', rest)
        } else {
            join(Path::new("/"), &format!("{path}/{rest}")).to_string_lossy().into_owned()
        };
        Outcome::Found { path, inexact: false, way: way.to_vec() }
    }
}

fn invalid(what: &str) -> Step {
    Step::Done(Outcome::Refused(Refusal::Invalid(what.to_owned())))
}

/// Whether a path has a part behind its first that is `.`, `..` or `node_modules`.
fn leaves(path: &str) -> bool {
    path.split(['/', '\\']).skip(1).any(|part| matches!(part, "." | ".." | "node_modules"))
}
