//! Classes of Durable Objects: whether storage is created for one, and what creates it.
//!
//! That is told by `migrations` or, in files that have such entries there, by `exports`; wrangler refuses both at once.

use serde_json::{Value as Json, json};

use crate::config::{Config, Value};

/// Whether storage is created for a class in an environment.
pub(super) fn is_created(config: &Config, environment: Option<&str>, class: &str) -> bool {
    if are_exported(config, environment) {
        let export = effective(config, environment, "exports").and_then(|exports| exports.get(class));
        let state = export.and_then(|export| export.get("state")).and_then(Value::as_str);
        return export.is_some_and(is_durable_object)
            && !matches!(state, Some("deleted" | "renamed" | "transferred"));
    }
    effective(config, environment, "migrations").is_some_and(|migrations| is_left(migrations, class))
}

/// Whether `exports` tells of classes in an environment.
pub(super) fn are_exported(config: &Config, environment: Option<&str>) -> bool {
    let exports = effective(config, environment, "exports");
    exports.map_or(&[][..], Value::entries).iter().any(|entry| is_durable_object(&entry.value))
}

/// The entry of `exports` that creates a class.
pub(super) fn export() -> Json {
    json!({ "type": "durable-object", "storage": "sqlite" })
}

/// The migration that creates a class, behind these.
pub(super) fn migration(migrations: Option<&Value>, class: &str) -> Json {
    let items = migrations.map_or(&[][..], Value::items);
    let tags: Vec<&str> = items.iter().filter_map(|item| item.get("tag").and_then(Value::as_str)).collect();
    json!({ "tag": next(&tags), "new_sqlite_classes": [class] })
}

fn effective<'a>(config: &'a Config, environment: Option<&str>, key: &str) -> Option<&'a Value> {
    let own = environment.and_then(|name| config.root.get("env")?.get(name)?.get(key));
    own.or_else(|| config.root.get(key))
}

fn is_durable_object(export: &Value) -> bool {
    export.get("type").and_then(Value::as_str) == Some("durable-object")
}

/// Whether a class is there after all of these migrations.
fn is_left(migrations: &Value, class: &str) -> bool {
    let items = |migration: &'_ Value, key: &str| {
        migration.get(key).map(|list| list.items().to_vec()).unwrap_or_default()
    };
    let lists =
        |migration: &Value, key: &str| items(migration, key).iter().any(|name| name.as_str() == Some(class));
    let moves = |migration: &Value, key: &str, end: &str| {
        items(migration, key).iter().any(|entry| entry.get(end).and_then(Value::as_str) == Some(class))
    };
    let step = |there: bool, migration: &Value| {
        let comes = lists(migration, "new_classes")
            || lists(migration, "new_sqlite_classes")
            || moves(migration, "renamed_classes", "to")
            || moves(migration, "transferred_classes", "to");
        let goes = lists(migration, "deleted_classes") || moves(migration, "renamed_classes", "from");
        comes || there && !goes
    };
    migrations.items().iter().fold(false, step)
}

/// The tag behind these: `v2` behind `v1`, `0004` behind `0003`.
fn next(tags: &[&str]) -> String {
    let counted = tags.last().and_then(|tag| {
        let letters = tag.trim_end_matches(|last: char| last.is_ascii_digit()).len();
        let (name, number) = tag.split_at(letters);
        let plain = !name.contains(|character: char| character.is_ascii_digit());
        let next = number.parse::<u64>().ok().filter(|_| plain)?.wrapping_add(1);
        Some((name, next, number.len()))
    });
    let (name, mut number, width) = counted.unwrap_or(("v", tags.len() as u64 + 1, 1));
    loop {
        let tag = format!("{name}{number:0width$}");
        if !tags.contains(&tag.as_str()) {
            return tag;
        }
        number = number.wrapping_add(1);
    }
}
