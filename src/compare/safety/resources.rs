//! Resources that bindings point to, and the data in them.

use std::collections::BTreeSet;

use super::{Direction, Reason, Risk, listed};
use crate::deployment::Document;
use crate::deployment::document::Binding;

/// Kinds whose `resource` is nothing that an account has and could delete.
const NOT_OF_THE_ACCOUNT: [&str; 7] =
    ["analytics_engine_datasets", "durable_objects", "logfwdr", "ratelimits", "unsafe", "vars", "workflows"];

/// Kinds that keep data.
const WITH_DATA: [&str; 13] = [
    "agent_memory",
    "ai_search",
    "ai_search_namespaces",
    "analytics_engine_datasets",
    "artifacts",
    "d1_databases",
    "durable_objects",
    "hyperdrive",
    "kv_namespaces",
    "queues",
    "r2_buckets",
    "vectorize",
    "workflows",
];

pub(super) fn risks(before: &Document, after: &Document, direction: Direction) -> Vec<Risk> {
    let mut risks = Vec::new();
    if direction == Direction::Back {
        risks.extend(undeclared(before, after));
        risks.extend(created(before, after));
    }
    let data = after.bindings.iter().filter(|binding| WITH_DATA.contains(&binding.kind.as_str()));
    let data: Vec<String> = data.map(|binding| binding.name.clone()).collect();
    if !data.is_empty() {
        let message = format!("what is in {} stays as it is", listed(&data));
        let help = "make sure that the code can read what is there now".to_owned();
        risks.push(Risk::new(Reason::Data, data, message, help));
    }
    risks
}

/// Resources that only the older side names. That nobody binds them any more may mean that they are gone.
fn undeclared(before: &Document, after: &Document) -> Option<Risk> {
    let consumed = before.unversioned.queue_consumers.iter().map(|queue| ("queues", queue.as_str()));
    let bound: BTreeSet<(&str, &str)> =
        before.bindings.iter().filter_map(points_to).chain(consumed).collect();
    let lost = |binding: &&Binding| points_to(binding).is_some_and(|resource| !bound.contains(&resource));
    let lost: Vec<&Binding> = after.bindings.iter().filter(lost).collect();
    if lost.is_empty() {
        return None;
    }
    let names: Vec<String> = lost.iter().map(|binding| binding.name.clone()).collect();
    let one = |binding: &&Binding| {
        format!("`{}` ({} `{}`)", binding.name, binding.kind, binding.resource.as_deref().unwrap_or_default())
    };
    let described: Vec<String> = lost.iter().map(one).collect();
    let message =
        format!("resources that what runs does not bind may have been deleted: {}", described.join(", "));
    let help = "look whether they are still there, and use `--force` if so".to_owned();
    Some(Risk::new(Reason::ResourceUndeclared, names, message, help))
}

/// Bindings without an identity, which the deployer looks up under their names at the worker that is deployed.
fn created(before: &Document, after: &Document) -> Option<Risk> {
    let has = |wanted: &&Binding| {
        before.bindings.iter().any(|binding| (&binding.name, &binding.kind) == (&wanted.name, &wanted.kind))
    };
    let unknown = after.bindings.iter().filter(|binding| binding.provision.is_some() && !has(binding));
    let names: Vec<String> = unknown.map(|binding| binding.name.clone()).collect();
    if names.is_empty() {
        return None;
    }
    let message =
        format!("new and empty resources are created, since no identity is given: {}", listed(&names));
    let help = "to have those that were there, write their identities into the configuration and build that"
        .to_owned();
    Some(Risk::new(Reason::ResourceCreated, names, message, help))
}

/// The resource of a binding, where that is something of the account.
fn points_to(binding: &Binding) -> Option<(&str, &str)> {
    let kind = binding.kind.as_str();
    binding
        .resource
        .as_deref()
        .filter(|_| !NOT_OF_THE_ACCOUNT.contains(&kind))
        .map(|resource| (kind, resource))
}
