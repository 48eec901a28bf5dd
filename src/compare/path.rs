//! Two values in, what differs between them by key path out.
//!
//! Lists of tables that have names are compared by these, whatever their order; other lists as a whole. What looks like a
//! secret is never in what comes out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::{Map, Value as Json};

use super::change::Change;
use crate::check;

/// Fields that name an entry of a list, the best first.
const NAMES: [&str; 6] = ["binding", "name", "tag", "queue", "pattern", "class_name"];

/// What stands in place of a value that looks like a secret.
pub const HIDDEN: &str = "********";

/// What differs between two tables.
pub(super) fn by_path(before: &Json, after: &Json) -> Vec<Change<Json>> {
    let mut walk = Walk { steps: Vec::new(), found: Vec::new() };
    walk.values(Some(before), Some(after));
    walk.found
}

/// The steps of a path as one text, each as TOML writes a key.
pub(super) fn join(steps: &[&str]) -> String {
    let bare = |step: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        !step.is_empty() && step.bytes().all(plain)
    };
    let write = |step: &&str| if bare(step) { (*step).to_owned() } else { Json::from(*step).to_string() };
    steps.iter().map(write).collect::<Vec<_>>().join(".")
}

struct Walk<'a> {
    steps: Vec<&'a str>,
    found: Vec<Change<Json>>,
}

impl<'a> Walk<'a> {
    fn values(&mut self, before: Option<&'a Json>, after: Option<&'a Json>) {
        if before == after {
            return;
        }
        if let Some((before, after)) = tables(before, after) {
            let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            keys.into_iter().for_each(|key| self.step(key, before.get(key), after.get(key)));
            return;
        }
        match entries(before, after) {
            Some((before_items, after_items)) => {
                let (one, other) = (by_name(&before_items), by_name(&after_items));
                if common(&before_items, &other) != common(&after_items, &one) {
                    return self.push(before, after);
                }
                let names: BTreeSet<&str> = one.keys().chain(other.keys()).copied().collect();
                names.into_iter().for_each(|name| self.entry(name, one.get(name), other.get(name)));
            }
            None => self.push(before, after),
        }
    }

    /// An entry of a list, which comes or goes as a whole.
    fn entry(&mut self, name: &'a str, before: Option<&&'a Json>, after: Option<&&'a Json>) {
        self.steps.push(name);
        match (before, after) {
            (Some(before), Some(after)) => self.values(Some(before), Some(after)),
            (before, after) => self.push(before.copied(), after.copied()),
        }
        self.steps.pop();
    }

    fn step(&mut self, step: &'a str, before: Option<&'a Json>, after: Option<&'a Json>) {
        self.steps.push(step);
        self.values(before, after);
        self.steps.pop();
    }

    fn push(&mut self, before: Option<&Json>, after: Option<&Json>) {
        let name = self.steps.last().copied().unwrap_or_default();
        let shown = |value: Option<&Json>| value.map(|value| without_secrets(name, value));
        self.found.push(Change::new(join(&self.steps), shown(before), shown(after)));
    }
}

type Table = Map<String, Json>;

static NOTHING: LazyLock<Table> = LazyLock::new(Map::new);

/// Both as tables. One that is absent is an empty one, unless the other is just that.
fn tables<'a>(before: Option<&'a Json>, after: Option<&'a Json>) -> Option<(&'a Table, &'a Table)> {
    match (before, after) {
        (Some(Json::Object(before)), Some(Json::Object(after))) => Some((before, after)),
        (Some(Json::Object(before)), None) if !before.is_empty() => Some((before, &NOTHING)),
        (None, Some(Json::Object(after))) if !after.is_empty() => Some((&NOTHING, after)),
        _ => None,
    }
}

type Entries<'a> = Vec<(&'a str, &'a Json)>;

/// Both as lists whose entries have names of their own. One that is absent is an empty one, unless the other is just that.
fn entries<'a>(before: Option<&'a Json>, after: Option<&'a Json>) -> Option<(Entries<'a>, Entries<'a>)> {
    let (before, after): (&[Json], &[Json]) = match (before, after) {
        (Some(Json::Array(before)), Some(Json::Array(after))) => (before, after),
        (Some(Json::Array(items)), None) if !items.is_empty() => (items, &[]),
        (None, Some(Json::Array(items))) if !items.is_empty() => (&[], items),
        _ => return None,
    };
    NAMES.iter().find_map(|field| Some((named(before, field)?, named(after, field)?)))
}

fn named<'a>(items: &'a [Json], field: &str) -> Option<Entries<'a>> {
    let entries: Option<Entries<'a>> =
        items.iter().map(|item| Some((item.get(field)?.as_str()?, item))).collect();
    let entries = entries?;
    (by_name(&entries).len() == entries.len()).then_some(entries)
}

fn by_name<'a>(entries: &Entries<'a>) -> BTreeMap<&'a str, &'a Json> {
    entries.iter().copied().collect()
}

/// The names of entries that are in another list too, in order.
fn common<'a>(entries: &Entries<'a>, other: &BTreeMap<&str, &Json>) -> Vec<&'a str> {
    entries.iter().map(|(name, _)| *name).filter(|name| other.contains_key(name)).collect()
}

/// A value with everything covered that looks like a secret under this name.
fn without_secrets(name: &str, value: &Json) -> Json {
    match value {
        Json::String(text) if check::looks_secret(name, text) => HIDDEN.into(),
        Json::Array(items) => items.iter().map(|item| without_secrets(name, item)).collect(),
        Json::Object(fields) => {
            fields.iter().map(|(key, value)| (key.clone(), without_secrets(key, value))).collect()
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::change::Kind;
    use super::*;

    fn of(before: Json, after: Json) -> Vec<(String, Kind)> {
        let mirrored = by_path(&after, &before);
        let found = by_path(&before, &after);
        assert_eq!(mirrored.len(), found.len());
        for (one, other) in found.iter().zip(mirrored) {
            assert_eq!((&one.name, &one.before, &one.after), (&other.name, &other.after, &other.before));
        }
        found.into_iter().map(|change| (change.name, change.change)).collect()
    }

    #[test]
    fn paths() {
        let cases = [
            (json!({}), json!({ "vars": { "A": 1 } }), vec![("vars.A", Kind::Added)]),
            (json!({}), json!({ "vars": {} }), vec![("vars", Kind::Added)]),
            (json!({}), json!({ "kv_namespaces": [] }), vec![("kv_namespaces", Kind::Added)]),
            (json!({ "a": null }), json!({}), vec![("a", Kind::Removed)]),
            (json!({ "a": [1, 2] }), json!({ "a": [2, 1] }), vec![("a", Kind::Changed)]),
            (json!({ "a": { "b.c": 1 } }), json!({ "a": { "b.c": 2 } }), vec![("a.\"b.c\"", Kind::Changed)]),
            (json!({ "a": 1 }), json!({ "a": { "b": 1 } }), vec![("a", Kind::Changed)]),
            (
                json!({ "kv": [{ "binding": "A", "id": "1" }, { "binding": "B", "id": "2" }] }),
                json!({ "kv": [{ "binding": "B", "id": "3" }, { "binding": "C", "id": "2" }] }),
                vec![("kv.A", Kind::Removed), ("kv.B.id", Kind::Changed), ("kv.C", Kind::Added)],
            ),
            (
                json!({ "migrations": [{ "tag": "v1" }, { "tag": "v2" }] }),
                json!({ "migrations": [{ "tag": "v2" }, { "tag": "v1" }] }),
                vec![("migrations", Kind::Changed)],
            ),
            (
                json!({ "rules": [{ "name": "a" }, { "name": "a", "b": 1 }] }),
                json!({ "rules": [{ "name": "a" }] }),
                vec![("rules", Kind::Changed)],
            ),
        ];
        for (before, after, expected) in cases {
            let expected: Vec<(String, Kind)> =
                expected.into_iter().map(|(name, kind)| (name.to_owned(), kind)).collect();
            assert_eq!(of(before.clone(), after.clone()), expected, "{before} {after}");
            assert_eq!(of(before.clone(), before), []);
        }
    }

    #[test]
    fn secrets_are_covered_wherever_they_are() {
        let secret = concat!("sk_", "live_51Hb0tGKq8NwZr4TyUvXe");
        let after = json!({ "vars": { "KEY": secret, "DEEP": { "LIST": [secret] } }, "list": [{ "name": "a", "b": secret }] });
        let found = by_path(&json!({}), &after);
        let text = serde_json::to_string(&found).unwrap();
        assert!(!text.contains(secret), "{text}");
        assert_eq!(text.matches(HIDDEN).count(), 3, "{text}");
    }
}
