//! Every field of a description is looked at.

use std::collections::BTreeSet;
use std::fs;

use pagesbuild::compare::{Change, Difference, Direction, Kind, compare};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{described, everything};
use crate::fixture::root;

/// What is computed from the rest, or means another format.
const COMPUTED: [&str; 3] = ["format", "id", "digests"];

/// Where something can be changed: pointers to everything but what is computed.
fn places(document: &Value) -> Vec<String> {
    let mut places = Vec::new();
    let mut rest = vec![(String::new(), document)];
    while let Some((pointer, value)) = rest.pop() {
        let below: Vec<(String, &Value)> = match value {
            Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), value)).collect(),
            Value::Array(items) => {
                items.iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect()
            }
            _ => Vec::new(),
        };
        for (key, value) in below {
            if pointer.is_empty() && COMPUTED.contains(&key.as_str()) {
                continue;
            }
            let key = key.replace('~', "~0").replace('/', "~1");
            rest.push((format!("{pointer}/{key}"), value));
            places.push(format!("{pointer}/{key}"));
        }
    }
    places.sort();
    places
}

/// A few ways to change a value.
fn mutations(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => vec![json!(1)],
        Value::Bool(value) => vec![json!(!value)],
        Value::Number(number) => vec![number.as_u64().map_or(json!(0.25), |number| json!(number + 1))],
        Value::String(text) => vec![json!(format!("{text}x"))],
        Value::Array(items) => {
            let reversed: Vec<&Value> = items.iter().rev().collect();
            let longer: Vec<&Value> = items.iter().chain(items.first()).collect();
            vec![json!([]), json!(items.get(1..)), json!(reversed), json!(longer)]
        }
        Value::Object(fields) => {
            let mut rest = fields.clone();
            let first = fields.keys().next().and_then(|key| rest.remove(key));
            let mut more = fields.clone();
            more.extend(first.map(|value| ("zzz".to_owned(), value)));
            vec![json!(rest), json!(more), json!({})]
        }
    }
}

/// The document with another value there, without it, or `None` where that is no description.
fn mutated(document: &Value, place: &str, value: Option<Value>) -> Option<Value> {
    let mut changed = document.clone();
    let (parent, key) = place.rsplit_once('/')?;
    let key = key.replace("~1", "/").replace("~0", "~");
    match (changed.pointer_mut(parent)?, value) {
        (Value::Object(fields), None) => _ = fields.remove(&key)?,
        (Value::Array(items), None) => _ = items.remove(key.parse().ok()?),
        (_, Some(value)) => *changed.pointer_mut(place)? = value,
        _ => return None,
    }
    let read: pagesbuild::deployment::Document = serde_json::from_value(changed.clone()).ok()?;
    // Not what the format takes for the same.
    (json!(read) != *document).then_some(changed)
}

fn difference(before: &Value, after: &Value) -> Difference {
    compare(&described(before), &described(after), Direction::Forward)
}

/// The same with both sides exchanged, and nothing said of how safe it is.
fn mirrored(difference: &Difference) -> Value {
    let mut difference = json!(difference);
    mirror(&mut difference);
    bare(&difference)
}

fn mirror(value: &mut Value) {
    if let Value::Array(items) = value {
        items.iter_mut().for_each(mirror);
    }
    let Value::Object(fields) = value else { return };
    fields.values_mut().for_each(mirror);
    let (before, after) = (fields.remove("before"), fields.remove("after"));
    fields.extend(before.map(|before| ("after".to_owned(), before)));
    fields.extend(after.map(|after| ("before".to_owned(), after)));
    let change = match fields.get("change").and_then(Value::as_str) {
        Some("added") => Some("removed"),
        Some("removed") => Some("added"),
        _ => None,
    };
    if let Some(change) = change {
        fields.insert("change".to_owned(), json!(change));
    }
    if let Some(was) = fields.remove("was") {
        let name = fields.insert("name".to_owned(), was).unwrap();
        fields.insert("was".to_owned(), name);
    }
}

fn bare(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let said = ["class", "back", "risks", "direction"];
            let kept = fields.iter().filter(|(key, _)| !said.contains(&key.as_str()));
            let mut kept: Value = kept.map(|(key, value)| (key.clone(), bare(value))).collect();
            kept.sort_all_objects();
            kept
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(bare).collect();
            items.sort_by_cached_key(ToString::to_string);
            json!(items)
        }
        _ => value.clone(),
    }
}

#[test]
fn every_change_of_every_field_is_told() {
    let document = everything();
    assert!(difference(&document, &document).is_empty());
    let mut count = 0;
    for place in places(&document) {
        let value = document.pointer(&place).unwrap();
        for changed in mutations(value).into_iter().map(Some).chain([None]) {
            let Some(changed) = mutated(&document, &place, changed) else { continue };
            let there = difference(&document, &changed);
            assert!(!there.is_empty(), "{place}: {changed}");
            assert_eq!(bare(&json!(difference(&changed, &document))), mirrored(&there), "{place}");
            count += 1;
        }
    }
    assert!(count > 380, "{count} changes were tried");
}

/// The description that all of this starts from has every field that the format has.
#[test]
fn the_example_has_every_field() {
    let schema: Value =
        serde_json::from_str(&fs::read_to_string(root().join("docs/schema/deployment-1.json")).unwrap())
            .unwrap();
    let mut missing = BTreeSet::new();
    lacking(&schema, &schema, &[&everything()], "", &mut missing);
    assert_eq!(missing, BTreeSet::new());
}

fn lacking(schema: &Value, at: &Value, values: &[&Value], path: &str, missing: &mut BTreeSet<String>) {
    if let Some(name) = at["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/")) {
        return lacking(schema, &schema["$defs"][name], values, path, missing);
    }
    for (key, inner) in at["properties"].as_object().into_iter().flatten() {
        let found: Vec<&Value> = values.iter().filter_map(|value| value.get(key)).collect();
        let path = format!("{path}/{key}");
        match found.is_empty() {
            true => _ = missing.insert(path),
            false => lacking(schema, inner, &found, &path, missing),
        }
    }
    let items: Vec<&Value> = values.iter().filter_map(|value| value.as_array()).flatten().collect();
    if at["items"].is_object() && !items.is_empty() {
        lacking(schema, &at["items"], &items, path, missing);
    }
    let fields: Vec<&Value> =
        values.iter().filter_map(|value| value.as_object()).flat_map(|fields| fields.values()).collect();
    if at["additionalProperties"].is_object() && !fields.is_empty() {
        lacking(schema, &at["additionalProperties"], &fields, path, missing);
    }
}

/// A description after some changes anywhere.
fn any_description() -> impl Strategy<Value = Value> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..6).prop_map(
        |steps| {
            steps.into_iter().fold(everything(), |document, (place, way)| {
                let places = places(&document);
                let place = &places[place.index(places.len())];
                let mut ways: Vec<Option<Value>> =
                    mutations(document.pointer(place).unwrap()).into_iter().map(Some).collect();
                ways.push(None);
                let way = ways.swap_remove(way.index(ways.len()));
                mutated(&document, place, way).unwrap_or(document)
            })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Equal descriptions have no difference, others have one, and one way is the other way round of the other.
    #[test]
    fn any_two_descriptions(one in any_description(), other in any_description()) {
        let there = difference(&one, &other);
        let back = difference(&other, &one);
        prop_assert!(difference(&one, &one).is_empty());
        prop_assert_eq!(there.is_empty(), described(&one).document == described(&other).document);
        prop_assert_eq!(bare(&json!(back)), mirrored(&there));
        prop_assert_eq!(there.class, there.risks.iter().map(|risk| risk.class).max().unwrap_or_default());
        prop_assert!(there.classes().iter().all(|class| *class <= there.class));
    }
}

/// What moves is told once, with both names.
#[test]
fn moved_files() {
    let before = everything();
    let mut after = everything();
    let file = after["assets"]["files"].as_object_mut().unwrap().remove("/a.css").unwrap();
    after["assets"]["files"]["/b.css"] = file;
    let difference = difference(&before, &after);
    let told = |change: &Change<_>| (change.name.clone(), change.was.clone(), change.change);
    let expected = ("/b.css".to_owned(), Some("/a.css".to_owned()), Kind::Moved);
    assert_eq!(difference.assets.iter().map(told).collect::<Vec<_>>(), [expected]);
    assert_eq!(difference.count(), 1);
}
