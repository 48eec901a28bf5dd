//! What people call the kinds of bindings, beside the keys of the file.

use super::KINDS;

/// Where names of secrets stand, which are bindings too, but declared nowhere else.
pub(crate) const SECRETS: &str = "secrets";

/// Names as they are said, in lower case with dashes, and the keys that are meant. They come before keys: `analytics` is
/// the data sets that everybody calls so.
const SPOKEN: &[(&str, &str)] = &[
    ("analytics", "analytics_engine_datasets"),
    ("analytics-engine", "analytics_engine_datasets"),
    ("analytics-sql", "analytics"),
    ("bucket", "r2_buckets"),
    ("certificate", "mtls_certificates"),
    ("d1", "d1_databases"),
    ("database", "d1_databases"),
    ("dispatch", "dispatch_namespaces"),
    ("dispatch-namespace", "dispatch_namespaces"),
    ("do", "durable_objects"),
    ("durable-object", "durable_objects"),
    ("email", "send_email"),
    ("env-var", "vars"),
    ("flag", "flagship"),
    ("kv", "kv_namespaces"),
    ("kv-namespace", "kv_namespaces"),
    ("mtls", "mtls_certificates"),
    ("pipeline", "pipelines"),
    ("queue", "queues"),
    ("r2", "r2_buckets"),
    ("r2-bucket", "r2_buckets"),
    ("rate-limit", "ratelimits"),
    ("ratelimit", "ratelimits"),
    ("secret", SECRETS),
    ("secret-store", "secrets_store_secrets"),
    ("secrets-store", "secrets_store_secrets"),
    ("service", "services"),
    ("service-binding", "services"),
    ("var", "vars"),
    ("variable", "vars"),
    ("vector", "vectorize"),
    ("version", "version_metadata"),
    ("vpc", "vpc_services"),
    ("worker", "services"),
    ("worker-loader", "worker_loaders"),
    ("workflow", "workflows"),
];

/// The key of a kind by any of its names.
pub(crate) fn key_of(said: &str) -> Option<&'static str> {
    let dashed = said.to_lowercase().replace(['_', ' '], "-");
    let spoken = SPOKEN.iter().find(|(name, _)| *name == dashed).map(|(_, key)| *key);
    spoken.or_else(|| keys().find(|key| key.replace('_', "-") == dashed))
}

/// The name of a kind for a command line.
pub(crate) fn spoken(key: &str) -> String {
    let dashed = key.replace('_', "-");
    let short = SPOKEN.iter().find(|(name, named)| *named == key && dashed.starts_with(name));
    short.map_or(dashed.clone(), |(name, _)| (*name).to_owned())
}

/// Every name that a kind has, those that are said first.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    SPOKEN.iter().map(|(name, _)| *name).chain(keys())
}

/// Static files are bound by their own setting, and `unsafe` and `logfwdr` by hand.
fn keys() -> impl Iterator<Item = &'static str> {
    let keys = KINDS.iter().map(|kind| kind.key);
    keys.filter(|key| !matches!(*key, "assets" | "logfwdr" | "unsafe")).chain([SECRETS])
}
