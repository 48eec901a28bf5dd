//! The type of a binding, by the key that declares it and by what stands there.

use std::path::Path;

use serde_json::Value as Json;

use super::text::{is_identifier, literal, remark, specifier, type_of};
use super::{Exported, Input, Shape};
use crate::project::{Binding, Project};

/// A type and what is to be known of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Type {
    pub(super) text: String,
    /// Whether it imports a file that TypeScript may have no types for.
    pub(super) untyped: bool,
}

impl From<String> for Type {
    fn from(text: String) -> Self {
        Self { text, untyped: false }
    }
}

impl From<&str> for Type {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// What `@cloudflare/workers-types` has no name for.
const STREAM_OF_RECORDS: &str = "{ send(records: { content: ArrayBuffer; headers?: Record<string, string> }[] \
    | { content: Uint8Array; headers?: Record<string, string> }[]): Promise<{ success: true } \
    | { success: false; error: { code: number; message: string; retryable: boolean } }> }";

/// The types of kinds whose declarations say no more, by their keys.
const SIMPLE: &[(&str, &str)] = &[
    ("agent_memory", "AgentMemoryNamespace"),
    ("ai", "Ai"),
    ("ai_search", "AiSearchInstance"),
    ("ai_search_namespaces", "AiSearchNamespace"),
    ("analytics", "AnalyticsSQLBinding"),
    ("analytics_engine_datasets", "AnalyticsEngineDataset"),
    ("artifacts", "Artifacts"),
    ("assets", "Fetcher"),
    ("browser", "BrowserRun"),
    ("d1_databases", "D1Database"),
    ("dispatch_namespaces", "DispatchNamespace"),
    ("flagship", "Flagship"),
    ("hyperdrive", "Hyperdrive"),
    ("images", "ImagesBinding"),
    ("k2", STREAM_OF_RECORDS),
    ("kv_namespaces", "KVNamespace"),
    ("logfwdr", "any"),
    ("media", "MediaBinding"),
    ("mtls_certificates", "Fetcher"),
    (
        "pipelines",
        "import(\"cloudflare:pipelines\").Pipeline<import(\"cloudflare:pipelines\").PipelineRecord>",
    ),
    ("queues", "Queue"),
    ("r2_buckets", "R2Bucket"),
    ("ratelimits", "RateLimit"),
    ("secrets_store_secrets", "SecretsStoreSecret"),
    ("send_email", "SendEmail"),
    ("stream", "StreamBinding"),
    ("unsafe_hello_world", "HelloWorldBinding"),
    ("vectorize", "VectorizeIndex"),
    ("version_metadata", "WorkerVersionMetadata"),
    ("vpc_networks", "Fetcher"),
    ("vpc_services", "Fetcher"),
    ("websearch", "WebSearch"),
    ("worker_loaders", "WorkerLoader"),
];

/// The type of a binding of an environment.
pub(super) fn of(input: &Input<'_>, project: &Project, binding: &Binding) -> Type {
    let declared = declaration(project, binding);
    let field = |name: &str| declared.and_then(|declared| declared.get(name)).and_then(Json::as_str);
    match binding.kind {
        "vars" => match declared {
            Some(value) if input.style.is_literal() => literal(value).into(),
            Some(value) => type_of(value).into(),
            None => "unknown".into(),
        },
        "durable_objects" => {
            class(input, "DurableObjectNamespace", field, |class| format!("DurableObjectNamespace<{class}>"))
        }
        "workflows" => class(input, "Workflow", field, |class| {
            format!("Workflow<Parameters<{class}[\"run\"]>[0][\"payload\"]>")
        }),
        "services" => service(input, field),
        "unsafe" => match field("type") {
            Some("ratelimit") => "RateLimit".into(),
            Some("service") => "Fetcher".into(),
            _ => "any".into(),
        },
        kind => SIMPLE.iter().find(|(key, _)| *key == kind).map_or("unknown", |(_, text)| text).into(),
    }
}

/// What the configuration says of a binding.
fn declaration<'a>(project: &'a Project, binding: &Binding) -> Option<&'a Json> {
    let value = project.settings.get(binding.kind)?;
    if binding.kind == "vars" {
        return value.get(&binding.name);
    }
    let list = value.as_array().or_else(|| value.get("bindings")?.as_array())?;
    let is_it = |item: &&Json| {
        ["binding", "name"].iter().any(|field| item.get(field).and_then(Json::as_str) == Some(&binding.name))
    };
    list.iter().find(is_it)
}

/// The type of a binding to a class: of this worker, whose file has its type, or of another one.
fn class<'a>(
    input: &Input<'_>,
    general: &str,
    field: impl Fn(&str) -> Option<&'a str>,
    special: impl Fn(&str) -> String,
) -> Type {
    let name = field("class_name").unwrap_or_default();
    if let Some(script) = field("script_name").filter(|script| !is_own(input, script)) {
        return format!("{general}{}", remark(&format!("{name} from {script}"))).into();
    }
    match find(input, name) {
        Some(exported) => {
            Type { text: special(&instance(input, exported)), untyped: is_javascript(&exported.module) }
        }
        None => format!("{general}{}", remark(name)).into(),
    }
}

/// The type of a binding to a worker, which may be this one.
fn service<'a>(input: &Input<'_>, field: impl Fn(&str) -> Option<&'a str>) -> Type {
    let worker = field("service").unwrap_or_default();
    let entrypoint = field("entrypoint");
    let exported = find(input, entrypoint.unwrap_or("default")).filter(|_| is_own(input, worker));
    match (exported, entrypoint) {
        (Some(exported), _) => Type {
            text: format!("Service<typeof {}>", imported(input, exported)),
            untyped: is_javascript(&exported.module),
        },
        (None, Some(entrypoint)) => {
            format!("Service{}", remark(&format!("entrypoint {entrypoint} from {worker}"))).into()
        }
        (None, None) => format!("Fetcher{}", remark(worker)).into(),
    }
}

/// Whether a worker is this one, in whatever environment: its code is the same.
fn is_own(input: &Input<'_>, worker: &str) -> bool {
    input.environments.iter().any(|project| project.name == worker)
}

/// What the worker exports by a name, where it can be the type of a binding. Modules can export by any text; types have
/// names.
fn find<'a>(input: &Input<'a>, name: &str) -> Option<&'a Exported> {
    let exported = input.exports.get(name)?;
    (exported.shape != Shape::PlainClass && is_identifier(&exported.name)).then_some(exported)
}

/// The type of a class's objects.
fn instance(input: &Input<'_>, exported: &Exported) -> String {
    let imported = imported(input, exported);
    match exported.shape {
        Shape::Class | Shape::PlainClass => imported,
        Shape::Value => format!("InstanceType<typeof {imported}>"),
    }
}

/// The import of an exported value.
pub(super) fn imported(input: &Input<'_>, exported: &Exported) -> String {
    format!("import({}).{}", specifier(input.directory, &exported.module), exported.name)
}

/// Whether a compiler that is not told to read JavaScript finds no types.
pub(super) fn is_javascript(module: &Path) -> bool {
    let extension = module.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("js" | "jsx" | "mjs" | "cjs"))
}
