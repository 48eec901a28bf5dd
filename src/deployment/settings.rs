//! The project's settings in, those that are part of a deployment out, and what of them cannot be rolled back.
//!
//! Invariant: what comes out reads back from its own text unchanged, so that a reader computes the same digests.

use std::collections::BTreeMap;

use serde_json::{Number, Value as Json};

use super::document::Unversioned;

/// Keys that only concern the developer's machine: they are no part of what is deployed.
const LOCAL: [&str; 4] = ["$schema", "build", "dev", "send_metrics"];

/// The settings that belong to a deployment.
pub(super) fn deployed(settings: &BTreeMap<String, Json>) -> BTreeMap<String, Json> {
    let kept = settings.iter().filter(|(key, _)| !LOCAL.contains(&key.as_str()));
    kept.map(|(key, value)| (key.clone(), lasting(value))).collect()
}

/// serde_json reads floats of more than 15 digits to the last bit only in a mode that every crate in the build
/// would have to share. Such a float is rounded here; the deployer's own file has it in full.
fn lasting(value: &Json) -> Json {
    match value {
        Json::Array(items) => items.iter().map(lasting).collect(),
        Json::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), lasting(value))).collect(),
        Json::Number(number) => lasting_number(number),
        _ => value.clone(),
    }
}

fn lasting_number(number: &Number) -> Json {
    let survives = |number: &Number| {
        serde_json::from_str::<Number>(&number.to_string()).is_ok_and(|read| read == *number)
    };
    if survives(number) {
        return Json::Number(number.clone());
    }
    let rounded = number.as_f64().and_then(|float| format!("{float:.14e}").parse().ok());
    match rounded.and_then(Number::from_f64) {
        Some(rounded) if survives(&rounded) => Json::Number(rounded),
        _ => Json::String(number.to_string()),
    }
}

/// What of the settings a rollback cannot bring back.
pub(super) fn unversioned(settings: &BTreeMap<String, Json>) -> Unversioned {
    let at = |key: &str, inner: &str| settings.get(key).and_then(|value| value.get(inner));
    let migrations = items(settings.get("migrations")).filter_map(|migration| string(migration.get("tag")));
    let (domains, routes) = items(settings.get("routes"))
        .chain(settings.get("route"))
        .filter_map(|route| {
            let pattern = string(Some(route)).or_else(|| string(route.get("pattern")))?;
            let is_domain = route.get("custom_domain").and_then(Json::as_bool).unwrap_or(false);
            Some((is_domain, pattern))
        })
        .partition::<Vec<_>, _>(|(is_domain, _)| *is_domain);
    let patterns = |list: Vec<(bool, String)>| sorted(list.into_iter().map(|(_, pattern)| pattern));
    let consumers = items(at("queues", "consumers")).filter_map(|consumer| string(consumer.get("queue")));
    Unversioned {
        secrets: sorted(items(at("secrets", "required")).filter_map(|name| string(Some(name)))),
        migrations: migrations.collect(),
        crons: sorted(items(at("triggers", "crons")).filter_map(|cron| string(Some(cron)))),
        queue_consumers: sorted(consumers),
        routes: patterns(routes),
        domains: patterns(domains),
    }
}

fn items(value: Option<&Json>) -> impl Iterator<Item = &Json> {
    value.and_then(Json::as_array).into_iter().flatten()
}

fn string(value: Option<&Json>) -> Option<String> {
    value.and_then(Json::as_str).map(str::to_owned)
}

fn sorted(strings: impl Iterator<Item = String>) -> Vec<String> {
    let mut list: Vec<String> = strings.collect();
    list.sort();
    list.dedup();
    list
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    proptest! {
        #[test]
        fn numbers_read_back_unchanged(float in prop::num::f64::NORMAL) {
            let value = lasting(&json!([float]));
            let text = value.to_string();
            prop_assert_eq!(serde_json::from_str::<Json>(&text).unwrap(), value);
        }
    }

    #[test]
    fn ordinary_numbers_stay() {
        let value = json!({ "a": 0.1, "b": 1, "c": -2.5e-3, "d": u64::MAX, "e": 1.0 });
        assert_eq!(lasting(&value), value);
    }

    #[test]
    fn what_cannot_be_rolled_back() {
        let settings = json!({
            "secrets": { "required": ["B", "A"] },
            "migrations": [{ "tag": "v2" }, { "tag": "v1" }],
            "triggers": { "crons": ["0 * * * *"] },
            "queues": { "consumers": [{ "queue": "mail" }] },
            "routes": ["example.com/*", { "pattern": "shop.example.com", "custom_domain": true }],
            "route": { "pattern": "a.example.com/*", "zone_name": "example.com" },
        });
        let settings = settings.as_object().unwrap().iter().map(|(key, value)| (key.clone(), value.clone()));
        let expected = Unversioned {
            secrets: vec!["A".into(), "B".into()],
            migrations: vec!["v2".into(), "v1".into()],
            crons: vec!["0 * * * *".into()],
            queue_consumers: vec!["mail".into()],
            routes: vec!["a.example.com/*".into(), "example.com/*".into()],
            domains: vec!["shop.example.com".into()],
        };
        assert_eq!(unversioned(&settings.collect()), expected);
    }
}
