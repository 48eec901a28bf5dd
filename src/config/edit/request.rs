//! What a user says about a binding, as changes of a file: names of kinds, and fields as texts.

use serde_json::Value as Json;

use super::kind;
use crate::config::nearest;
use crate::config::schema::{Field, Place, SECRETS, Shape, key, key_of, names};
use crate::diagnostic::Change;

/// A binding as it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Its kind, by any name.
    pub kind: &'a str,
    /// Its name on `env`.
    pub name: &'a str,
    /// Its fields, each as `field=value`.
    pub fields: &'a [String],
}

/// The changes that declare a binding in an environment, or what cannot be meant.
pub(crate) fn request(request: Request<'_>, environment: Option<&str>) -> Result<Vec<Change>, String> {
    let environment = environment.map(str::to_owned);
    let name = request.name.to_owned();
    let key = key_of(request.kind).ok_or_else(|| unknown_kind(request.kind))?;
    let fields: Vec<(&str, &str)> =
        request.fields.iter().map(|field| split(key, field)).collect::<Result<_, _>>()?;
    match key {
        SECRETS => match fields.first() {
            None => Ok(vec![Change::Require { environment, name }]),
            Some(_) => Err(format!(
                "the value of a secret does not belong into the file; set it with `wrangler secret put {name}`"
            )),
        },
        "vars" => Ok(vec![Change::Variable { environment, value: variable(&name, &fields)?, name }]),
        key => declare(key, environment, name, &fields),
    }
}

fn declare(
    key: &'static str,
    environment: Option<String>,
    name: String,
    given: &[(&str, &str)],
) -> Result<Vec<Change>, String> {
    let known = fields_of(key);
    let own = kind(key).map_or("binding", |kind| kind.name);
    let mut fields: Vec<(String, Json)> = Vec::new();
    for (path, text) in given {
        let shape = shape(key, own, known, path)?;
        let value = value(path, text, shape)?;
        match (fields.iter_mut().find(|(other, _)| other == path), value) {
            (Some((_, Json::Array(items))), Json::Array(more)) => items.extend(more),
            (Some(_), _) => return Err(format!("`{path}` is given twice")),
            (None, value) => fields.push(((*path).to_owned(), value)),
        }
    }
    let missing = missing(known, "", &|path| {
        path == own || given.iter().any(|(name, _)| *name == path || name.starts_with(&format!("{path}.")))
    });
    if !missing.is_empty() {
        let list: Vec<String> = missing.iter().map(|field| format!("`{field}=...`")).collect();
        return Err(format!("`{key}` cannot do without {}", list.join(" and ")));
    }
    let field =
        |wanted: &str| fields.iter().find(|(field, _)| field == wanted).and_then(|(_, value)| value.as_str());
    // A class of another worker is created there.
    let class = field("class_name").filter(|_| key == "durable_objects" && field("script_name").is_none());
    let create =
        class.map(|class| Change::Create { environment: environment.clone(), class: class.to_owned() });
    Ok([Change::Declare { environment, kind: key, name, fields }].into_iter().chain(create).collect())
}

/// The fields that a declaration of a kind cannot do without, but for the name.
pub(crate) fn required(key: &str) -> Vec<String> {
    let own = kind(key).map_or("binding", |kind| kind.name);
    missing(fields_of(key), "", &|path| path == own)
}

fn unknown_kind(said: &str) -> String {
    match nearest(&said.to_lowercase().replace('_', "-"), names()) {
        Some(near) => format!("`{said}` is no kind of binding; did you mean `{near}`?"),
        None => format!(
            "`{said}` is no kind of binding; known are `kv`, `r2`, `d1`, `durable-object`, `queue`, `service`, `var`, `secret` \
             and the keys of the configuration file, such as `hyperdrive`"
        ),
    }
}

fn split<'a>(key: &str, field: &'a str) -> Result<(&'a str, &'a str), String> {
    field.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(|| {
        let name = match key {
            "vars" => "value",
            key => kind(key).and_then(|kind| kind.resource.first()).unwrap_or(&"field"),
        };
        format!("`{field}` is no field with its value; write `{name}={field}`")
    })
}

fn variable(name: &str, fields: &[(&str, &str)]) -> Result<Json, String> {
    match fields {
        [("value", text)] => Ok(Json::from(*text)),
        [("json", text)] => {
            serde_json::from_str(text).map_err(|error| format!("the value of `{name}` is not JSON: {error}"))
        }
        _ => Err("a variable takes its value as `value=TEXT` or as `json=JSON`".to_owned()),
    }
}

/// The fields of one declaration.
fn fields_of(name: &str) -> &'static [Field] {
    let place = kind(name).map(|kind| kind.place);
    let mut shape = key(name).map(|key| &key.shape);
    if let Some(Place::Within(list)) = place {
        let Some(Shape::Table(fields)) = shape else { return &[] };
        shape = fields.iter().find(|field| field.name == list).map(|field| &field.shape);
    }
    match shape {
        Some(Shape::Table(fields) | Shape::List(Shape::Table(fields))) => fields,
        _ => &[],
    }
}

/// The shape of a field; a dot leads into a table.
fn shape(key: &str, own: &str, fields: &'static [Field], path: &str) -> Result<&'static Shape, String> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let known = || fields.iter().map(|field| field.name).filter(|field| *field != own);
    match (fields.iter().find(|field| field.name == name), rest) {
        (Some(field), None) if name != own => Ok(&field.shape),
        (Some(Field { shape: Shape::Table(inner), .. }), Some(rest)) => shape(key, "", inner, rest),
        _ => Err(match nearest(name, known()) {
            Some(near) => format!("`{key}` has no field `{path}`; did you mean `{near}`?"),
            None => {
                let list: Vec<String> = known().map(|field| format!("`{field}`")).collect();
                format!("`{key}` has no field `{path}`; it has {}", list.join(", "))
            }
        }),
    }
}

/// A text as a value of a shape.
fn value(path: &str, text: &str, shape: &Shape) -> Result<Json, String> {
    let json = || serde_json::from_str::<Json>(text).ok();
    let (value, wanted) = match shape {
        Shape::String => (Some(Json::from(text)), "a text"),
        Shape::Choice(choices) => {
            let list: Vec<String> = choices.iter().map(|choice| format!("`{choice}`")).collect();
            return match choices.contains(&text) {
                true => Ok(Json::from(text)),
                false => Err(format!("`{path}` cannot be `{text}`; write {}", list.join(" or "))),
            };
        }
        Shape::Bool => (json().filter(Json::is_boolean), "`true` or `false`"),
        Shape::Number => (json().filter(Json::is_number), "a number"),
        Shape::List(Shape::String) => {
            let list = json()
                .filter(|value| value.as_array().is_some_and(|items| items.iter().all(Json::is_string)));
            (list.or_else(|| Some(Json::from(vec![text]))), "a list")
        }
        Shape::Either(shapes) => {
            let fitting = shapes.iter().filter(|shape| !matches!(shape, Shape::String));
            let found = fitting.filter_map(|shape| value(path, text, shape).ok()).next();
            let text = shapes.iter().any(|shape| matches!(shape, Shape::String)).then(|| Json::from(text));
            (found.or(text), "another value")
        }
        _ => (json(), "JSON"),
    };
    value.ok_or_else(|| format!("`{path}` must be {wanted}, not `{text}`"))
}

/// The ways to the required fields that are not given.
fn missing(fields: &[Field], prefix: &str, is_given: &impl Fn(&str) -> bool) -> Vec<String> {
    let mut all = Vec::new();
    for field in fields {
        let path = format!("{prefix}{}", field.name);
        match field.shape {
            Shape::Table(inner) if field.required || is_given(&path) => {
                all.extend(missing(inner, &format!("{path}."), is_given));
            }
            _ if field.required && !is_given(&path) => all.push(path),
            _ => {}
        }
    }
    all
}
