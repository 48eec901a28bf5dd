//! The kinds of bindings: where each one's entries stand and which fields hold name and identity.

/// Where the declarations of a kind stand below its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The key holds a list of them.
    List,
    /// The key holds a table with a list of them under this name.
    Within(&'static str),
    /// The key holds the only one.
    Single,
    /// The key holds a table whose keys are the names.
    Names,
}

/// A kind of binding.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BindingKind {
    /// The configuration key.
    pub(crate) key: &'static str,
    /// Where its declarations stand.
    pub(crate) place: Place,
    /// The field that holds the name.
    pub(crate) name: &'static str,
    /// The fields that may hold the resource's identity, the preferred one first.
    pub(crate) resource: &'static [&'static str],
    /// Whether wrangler creates the resource when its identity is missing.
    pub(crate) provisioned: bool,
}

macro_rules! kinds {
    ($($key:literal $place:expr, $name:literal => [$($resource:literal),*] $($provisioned:ident)?;)+) => {
        &[$(BindingKind {
            key: $key,
            place: $place,
            name: $name,
            resource: &[$($resource),*],
            provisioned: kinds!(@ $($provisioned)?),
        }),+]
    };
    (@) => { false };
    (@ provisioned) => { true };
}

/// All kinds, in the order of their keys.
pub(crate) const KINDS: &[BindingKind] = kinds! {
    "agent_memory" Place::List, "binding" => ["namespace"];
    "ai" Place::Single, "binding" => [];
    "ai_search" Place::List, "binding" => ["instance_name"];
    "ai_search_namespaces" Place::List, "binding" => ["namespace"];
    "analytics" Place::Single, "binding" => [];
    "analytics_engine_datasets" Place::List, "binding" => ["dataset"];
    "artifacts" Place::List, "binding" => ["namespace"];
    "assets" Place::Single, "binding" => [];
    "browser" Place::Single, "binding" => [];
    "d1_databases" Place::List, "binding" => ["database_id"] provisioned;
    "dispatch_namespaces" Place::List, "binding" => ["namespace"] provisioned;
    "durable_objects" Place::Within("bindings"), "name" => ["class_name"];
    "flagship" Place::List, "binding" => ["app_id"] provisioned;
    "hyperdrive" Place::List, "binding" => ["id"];
    "images" Place::Single, "binding" => [];
    "k2" Place::List, "binding" => ["stream"];
    "kv_namespaces" Place::List, "binding" => ["id"] provisioned;
    "logfwdr" Place::Within("bindings"), "name" => ["destination"];
    "media" Place::Single, "binding" => [];
    "mtls_certificates" Place::List, "binding" => ["certificate_id"];
    "pipelines" Place::List, "binding" => ["stream", "pipeline"];
    "queues" Place::Within("producers"), "binding" => ["queue"] provisioned;
    "r2_buckets" Place::List, "binding" => ["bucket_name"] provisioned;
    "ratelimits" Place::List, "name" => ["namespace_id"];
    "secrets_store_secrets" Place::List, "binding" => ["secret_name"];
    "send_email" Place::List, "name" => [];
    "services" Place::List, "binding" => ["service"];
    "stream" Place::Single, "binding" => [];
    "unsafe" Place::Within("bindings"), "name" => ["type"];
    "unsafe_hello_world" Place::List, "binding" => [];
    "vars" Place::Names, "" => [];
    "vectorize" Place::List, "binding" => ["index_name"];
    "version_metadata" Place::Single, "binding" => [];
    "vpc_networks" Place::List, "binding" => ["network_id", "tunnel_id"];
    "vpc_services" Place::List, "binding" => ["service_id"];
    "websearch" Place::Single, "binding" => [];
    "worker_loaders" Place::List, "binding" => [];
    "workflows" Place::List, "binding" => ["name"];
};
