//! Resources with a state that production has, and another environment too.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Environment, Facts};
use crate::config::Value;
use crate::diagnostic::{Code, Diagnostic};

/// The kinds that keep a state, what the resource is called, the field that names it, and the one that names the resource
/// of previews.
const STATEFUL: &[(&str, &str, &str, Option<&str>)] = &[
    ("d1_databases", "database", "database_id", Some("preview_database_id")),
    ("durable_objects", "worker's objects", "script_name", None),
    ("hyperdrive", "configuration", "id", None),
    ("kv_namespaces", "namespace", "id", Some("preview_id")),
    ("queues", "queue", "queue", None),
    ("r2_buckets", "bucket", "bucket_name", Some("preview_bucket_name")),
    ("vectorize", "index", "index_name", None),
];

/// The names of environments that people work with.
const PRODUCTION: [&str; 4] = ["production", "prod", "live", "main"];

/// A resource as the file names it.
struct Resource<'a> {
    key: &'static str,
    what: &'static str,
    identity: &'a str,
    /// What it is in: the same name elsewhere is another resource.
    within: Option<&'a str>,
    span: Range<usize>,
    preview: bool,
}

impl<'a> Resource<'a> {
    fn place(&self) -> (&'static str, &'a str, Option<&'a str>) {
        (self.key, self.identity, self.within)
    }
}

/// What the environment shares with production, and what previews share with it.
pub(super) fn with_production(facts: &Facts<'_>, here: &Environment<'_>) -> Vec<Diagnostic> {
    let environments = facts.project.environments();
    let named = |name: &&str| environments.iter().any(|environment| environment.name == Some(name));
    let name = PRODUCTION.iter().find(|name| named(name)).copied();
    let Some(production) = environments.iter().find(|environment| environment.name == name) else {
        return Vec::new();
    };
    let is_production = here.name == name;
    // Beside an environment of this name the top level is for trying things out, mostly without the network.
    let is_apart = here.name.is_some() && !is_production;
    let all = resources(production).into_iter().filter(|resource| !resource.preview);
    let mut its = BTreeMap::new();
    for resource in all {
        its.entry(resource.place()).or_insert(resource.span);
    }
    let one =
        |resource: Resource<'_>| {
            let span = its.get(&resource.place())?;
            if !resource.preview && !is_apart {
                return None;
            }
            let Resource { key, what, .. } = resource;
            let who = if resource.preview { "previews".to_owned() } else { here.shown() };
            let message = format!("{who} and production have one {what} in `{key}`: `{}`", resource.identity);
            let diagnostic = Diagnostic::finding(Code::SharedResource, message)
                .at(&here.config.source, resource.span, "here")
                .at(&here.config.source, span.clone(), "production's");
            Some(diagnostic.help(
                "give it one of its own, so that what is tried out there does not touch what people have",
            ))
        };
    resources(here).into_iter().filter_map(one).collect()
}

fn resources<'a>(environment: &Environment<'a>) -> Vec<Resource<'a>> {
    let mut resources = Vec::new();
    for (kind, declaration) in environment.declarations() {
        let Some((key, what, field, preview)) = STATEFUL.iter().find(|(key, ..)| *key == kind.key) else {
            continue;
        };
        let mut add = |field: &str, preview: bool| {
            let value = declaration.value.get(field);
            let Some((identity, span)) = value.and_then(|value| Some((value.as_str()?, &value.span))) else {
                return;
            };
            let within = declaration.value.get("class_name").or(declaration.value.get("jurisdiction"));
            let within = within.and_then(Value::as_str);
            resources.push(Resource { key, what, identity, within, span: span.clone(), preview });
        };
        add(field, false);
        preview.iter().for_each(|field| add(field, true));
    }
    resources
}
