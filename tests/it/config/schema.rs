//! The table of keys against the schema that wrangler ships, and wrangler's schema as a judge of our output.

use std::fs;

use pagesbuild::config::{KEYS, Scope, Shape};
use serde_json::{Map, Value};

/// wrangler's JSON Schema for its configuration.
pub(super) struct Schema(Value);

impl Schema {
    pub(super) fn load() -> Self {
        let path = crate::npm::modules().join("wrangler/config-schema.json");
        Self(serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
    }

    fn resolve<'a>(&'a self, mut schema: &'a Value) -> &'a Value {
        while let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let reference = percent_encoding::percent_decode_str(reference).decode_utf8().unwrap();
            schema = self.0.pointer(reference.trim_start_matches('#')).expect("a definition");
        }
        schema
    }

    /// The alternatives of a schema, nested ones included.
    fn alternatives<'a>(&'a self, schema: &'a Value) -> Vec<&'a Value> {
        let schema = self.resolve(schema);
        match schema.get("anyOf").and_then(Value::as_array) {
            Some(schemas) => schemas.iter().flat_map(|schema| self.alternatives(schema)).collect(),
            None => vec![schema],
        }
    }

    /// Why a document does not conform.
    pub(super) fn errors(&self, document: &Value) -> Vec<String> {
        let mut errors = Vec::new();
        self.check("", document, &self.0["definitions"]["RawConfig"], &mut errors);
        errors
    }

    fn check(&self, path: &str, value: &Value, schema: &Value, errors: &mut Vec<String>) {
        let alternatives = self.alternatives(schema);
        if let [schema] = alternatives[..] {
            return self.check_one(path, value, schema, errors);
        }
        let fits = |schema: &&Value| {
            let mut errors = Vec::new();
            self.check_one(path, value, schema, &mut errors);
            errors.is_empty()
        };
        if !alternatives.iter().any(fits) {
            errors.push(format!("{path}: fits no alternative"));
        }
    }

    fn check_one(&self, path: &str, value: &Value, schema: &Value, errors: &mut Vec<String>) {
        let types: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => vec![],
        };
        if !types.is_empty() && !types.contains(&type_of(value)) {
            errors.push(format!("{path}: is no {types:?}"));
        }
        if schema.get("const").is_some_and(|only| only != value) {
            errors.push(format!("{path}: is not {}", schema["const"]));
        }
        if schema["enum"].as_array().is_some_and(|choices| !choices.contains(value)) {
            errors.push(format!("{path}: is none of {}", schema["enum"]));
        }
        for item in value.as_array().into_iter().flatten() {
            if schema["items"].is_object() {
                self.check(&format!("{path}[]"), item, &schema["items"], errors);
            }
        }
        let Some(object) = value.as_object() else { return };
        for name in schema["required"].as_array().into_iter().flatten() {
            if !object.contains_key(name.as_str().unwrap()) {
                errors.push(format!("{path}: lacks {name}"));
            }
        }
        for (key, value) in object {
            let path = format!("{path}.{key}");
            match (&schema["properties"][key], &schema["additionalProperties"]) {
                (Value::Null, Value::Bool(false)) => errors.push(format!("{path}: is not allowed")),
                (Value::Null, rest) if rest.is_object() => self.check(&path, value, rest, errors),
                (Value::Null, _) => {}
                (schema, _) => self.check(&path, value, schema, errors),
            }
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[test]
fn every_key_and_field_of_wrangler_is_known() {
    let schema = Schema::load();
    let mut wrong = Vec::new();
    let top = schema.0["definitions"]["RawConfig"]["properties"].as_object().unwrap();
    let environment = schema.0["definitions"]["RawEnvironment"]["properties"].as_object().unwrap();
    let previews = schema.0["definitions"]["PreviewsConfig"]["properties"].as_object().unwrap();
    for (name, expected) in top {
        let Some(key) = KEYS.iter().find(|key| key.name == name) else {
            wrong.push(format!("{name} is not known"));
            continue;
        };
        if (key.scope != Scope::Top) != environment.contains_key(name) {
            wrong.push(format!("{name}: may it stand in an environment?"));
        }
        if !matches!(key.shape, Shape::Previews) {
            compare(&schema, name, &key.shape, expected, &mut wrong);
        }
    }
    let own = KEYS.iter().filter(|key| key.scope == Scope::Own).map(|key| key.name);
    wrong.extend(
        own.filter(|name| !previews.contains_key(*name)).map(|name| format!("{name}: not in previews")),
    );
    // `websearch` is in wrangler's sources before and after this release, but not in the release.
    assert_eq!(wrong, ["websearch: not in previews"]);
    let extra: Vec<&str> = KEYS.iter().map(|key| key.name).filter(|name| !top.contains_key(*name)).collect();
    assert_eq!(extra, ["websearch"]);
    assert!(KEYS.is_sorted_by_key(|key| key.name));
}

/// Compares a shape with all alternatives of a schema taken together.
fn compare(schema: &Schema, path: &str, shape: &Shape, expected: &Value, wrong: &mut Vec<String>) {
    let shapes = match shape {
        Shape::Either(shapes) => shapes.to_vec(),
        shape => vec![*shape],
    };
    let alternatives = schema.alternatives(expected);
    let find = |test: fn(&Shape) -> bool| shapes.iter().copied().find(test);
    let mut objects: Vec<&Map<String, Value>> = Vec::new();
    let mut choices: Vec<&str> = Vec::new();
    for alternative in alternatives {
        let types: Vec<&str> = match &alternative["type"] {
            Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
            one => vec![one.as_str().unwrap_or("any")],
        };
        for expected in types {
            let found = match expected {
                "boolean" => find(|shape| matches!(shape, Shape::Bool)),
                "number" => find(|shape| matches!(shape, Shape::Number)),
                "null" => find(|shape| matches!(shape, Shape::Null)),
                "array" => find(|shape| matches!(shape, Shape::List(_))),
                "string" => find(|shape| matches!(shape, Shape::String | Shape::Choice(_))),
                "object" => find(|shape| {
                    matches!(shape, Shape::Table(_) | Shape::Open(_) | Shape::Map(_) | Shape::Environment)
                }),
                _ => None,
            };
            let Some(found) = found.or_else(|| find(|shape| matches!(shape, Shape::Any))) else {
                wrong.push(format!("{path}: {expected} is not allowed for"));
                continue;
            };
            match (&found, expected) {
                (Shape::List(item), _) => {
                    compare(schema, &format!("{path}[]"), item, &alternative["items"], wrong);
                }
                (Shape::Choice(_), _) => {
                    choices.extend(alternative["const"].as_str());
                    choices.extend(
                        alternative["enum"].as_array().into_iter().flatten().filter_map(Value::as_str),
                    );
                }
                (Shape::Map(item), _) if alternative["additionalProperties"].is_object() => {
                    compare(schema, &format!("{path}.*"), item, &alternative["additionalProperties"], wrong);
                }
                (_, "object") => objects.push(alternative.as_object().unwrap()),
                _ => {}
            }
        }
    }
    for shape in &shapes {
        match shape {
            Shape::Choice(ours) => {
                choices.sort_unstable();
                choices.dedup();
                let mut ours = ours.to_vec();
                ours.sort_unstable();
                if ours != choices {
                    wrong.push(format!("{path}: {ours:?}, but wrangler has {choices:?}"));
                }
            }
            Shape::Table(fields) | Shape::Open(fields) => {
                for object in &objects {
                    for name in object["properties"].as_object().unwrap().keys() {
                        if !fields.iter().any(|field| field.name == name) {
                            wrong.push(format!("{path}.{name} is not known"));
                        }
                    }
                }
                for field in *fields {
                    let path = format!("{path}.{}", field.name);
                    let having: Vec<&Value> =
                        objects.iter().filter_map(|object| object["properties"].get(field.name)).collect();
                    let requires = |object: &Map<String, Value>| {
                        let required = object.get("required").and_then(Value::as_array);
                        required.is_some_and(|names| names.iter().any(|name| name == field.name))
                    };
                    if field.required != objects.iter().all(|object| requires(object)) {
                        wrong.push(format!("{path}: is it required?"));
                    }
                    if having.is_empty() {
                        wrong.push(format!("{path} is not wrangler's"));
                    }
                    let all = Value::Object(Map::from_iter([(
                        "anyOf".to_owned(),
                        having.into_iter().cloned().collect(),
                    )]));
                    compare(schema, &path, &field.shape, &all, wrong);
                }
            }
            _ => {}
        }
    }
}
