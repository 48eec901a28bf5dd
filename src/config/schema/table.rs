//! The keys of wrangler's configuration and their shapes (wrangler 4.164; `websearch` from a neighbouring one).
//!
//! Tables that wrangler describes as alternatives (routes, placements, exports) stand here as the union of
//! their fields; a field is required when every alternative requires it.

use super::{Effect, Field, Key, Scope, Shape};
use Effect::{Carried, Ignored, Refused, Resolved, Unsupported};
use Scope::{Inherited, Own, Top};
use Shape::{Any, Bool, Choice, Either, List, Map, Null, Number, String};

/// `"name" ! shape` is required, `"name" ? shape` is not.
macro_rules! fields {
    ($($name:literal $must:tt $shape:expr),* $(,)?) => {
        &[$(Field { name: $name, required: fields!(@ $must), shape: $shape }),*]
    };
    (@ !) => { true };
    (@ ?) => { false };
}

macro_rules! table {
    ($($fields:tt)*) => { Shape::Table(fields!($($fields)*)) };
}

macro_rules! list_of {
    ($($fields:tt)*) => { List(&table!($($fields)*)) };
}

macro_rules! keys {
    ($($name:literal $scope:ident $effect:expr, $shape:expr;)+) => {
        &[$(Key { name: $name, shape: $shape, scope: $scope, effect: $effect }),+]
    };
}

const STRINGS: Shape = List(&String);
const ANY_TABLE: Shape = Map(&Any);
const STRING_MAP: Shape = Map(&String);
const JURISDICTION: Shape = Choice(&["eu", "fedramp", "us"]);
const STRING_OR_LIST: Shape = Either(&[String, STRINGS]);
const NUMBER_OR_STRING: Shape = Either(&[Number, String]);
const SIMPLE: Shape = table! { "binding" ! String, "remote" ? Bool };
const RETENTION: Shape =
    table! { "success_retention" ? NUMBER_OR_STRING, "error_retention" ? NUMBER_OR_STRING };
const INSTANCES: &[&str] =
    &["dev", "basic", "standard", "lite", "standard-1", "standard-2", "standard-3", "standard-4"];
const EVENTS: &[&str] = &[
    "cf.artifacts.repo.created",
    "cf.artifacts.repo.deleted",
    "cf.artifacts.repo.forked",
    "cf.artifacts.repo.imported",
    "cf.artifacts.repo.pushed",
    "cf.artifacts.repo.cloned",
    "cf.artifacts.repo.fetched",
    "cf.artifacts.repo.token.created",
    "cf.artifacts.repo.token.revoked",
];
const ROUTE: Shape = Either(&[
    String,
    table! {
        "pattern" ! String, "zone_id" ? String, "zone_name" ? String, "custom_domain" ? Bool,
        "enabled" ? Bool, "previews_enabled" ? Bool,
    },
]);
const EXPORT: Shape = table! {
    "type" ! Choice(&["durable-object", "worker", "workflow"]),
    "state" ? Choice(&["created", "deleted", "renamed", "transferred", "expecting-transfer"]),
    "storage" ? Choice(&["sqlite", "legacy-kv"]), "container" ? String, "renamed_to" ? String,
    "transferred_to" ? String, "transfer_from" ? String, "cache" ? table! { "enabled" ! Bool },
    "limits" ? table! { "steps" ? Number }, "concurrency" ? table! { "limit" ? Number },
    "schedules" ? STRING_OR_LIST, "default_retention" ? RETENTION, "jurisdiction" ? JURISDICTION,
    "name" ? String,
};
const CONTAINER: Shape = table! {
    "name" ? String, "max_instances" ? Number, "image" ? String,
    "images" ? Map(&table! {
        "dockerfile" ? String, "build_context" ? String, "build_vars" ? STRING_MAP, "image" ? String,
    }),
    "image_build_context" ? String, "image_vars" ? STRING_MAP, "class_name" ? String,
    "observability" ? table! {
        "enabled" ? Bool, "logs" ? table! { "enabled" ? Bool },
        "target_instance_percentage" ? Number, "target_instance_count" ? Number,
    },
    "scheduling_policy" ? Choice(&["default", "durable_object", "moon", "regional"]),
    "instance_type" ? Either(&[
        Choice(INSTANCES),
        table! { "vcpu" ? Number, "memory_mib" ? Number, "disk_mb" ? Number },
    ]),
    "ssh" ? table! { "enabled" ! Bool, "port" ? Number },
    "authorized_keys" ? list_of! { "name" ! String, "public_key" ! String },
    "trusted_user_ca_keys" ? list_of! { "name" ? String, "public_key" ! String },
    "constraints" ? table! {
        "regions" ? List(&Choice(&["ENAM", "WNAM", "EEUR", "WEUR", "APAC", "SAM", "ME", "OC", "AFR"])),
        "jurisdiction" ? JURISDICTION,
    },
    "rollout_step_percentage" ? Either(&[Number, List(&Number)]),
    "rollout_active_grace_period" ? Number,
};
const SIGNAL: Shape = table! {
    "enabled" ? Bool, "head_sampling_rate" ? Number, "persist" ? Bool, "destinations" ? STRINGS,
};
const LOGS: Shape = table! {
    "enabled" ? Bool, "head_sampling_rate" ? Number, "invocation_logs" ? Bool, "persist" ? Bool,
    "destinations" ? STRINGS,
};
const ASSETS: Shape = table! {
    "directory" ? String, "binding" ? String, "base_path" ? String,
    "html_handling" ? Choice(&["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"]),
    "not_found_handling" ? Choice(&["single-page-application", "404-page", "none"]),
    "run_worker_first" ? Either(&[Bool, STRINGS]),
};
const UNSAFE_BINDING: Shape = Shape::Open(fields! {
    "name" ! String, "type" ! String,
    "dev" ? table! {
        "plugin" ! table! { "package" ! String, "name" ! String }, "options" ? ANY_TABLE,
    },
});

const WASM: Effect = Refused("a worker of modules imports the file: `import module from \"./module.wasm\"`");
const BLOB: Effect = Refused("publish the file with the static files, and fetch it through `env.ASSETS`");
const SITE: Effect = Refused(
    "Workers Sites is replaced by static assets: write `assets = { directory = \"...\" }` with the path of the \
     bucket, and ask `env.ASSETS` in place of `@cloudflare/kv-asset-handler`",
);
const BUILD: Effect = Unsupported("run the command before `pagesbuild build`");
const PYTHON: Effect = Unsupported("Python workers are not built; deploy them with wrangler");

/// Every key of the top level.
pub const KEYS: &[Key] = keys! {
    "$schema" Top Ignored, String;
    "access" Inherited Carried, table! { "dev" ? table! { "aud" ! String, "identity" ? ANY_TABLE } };
    "account_id" Inherited Carried, String;
    "addresses" Top Carried, STRINGS;
    "agent_memory" Own Carried, list_of! { "binding" ! String, "namespace" ! String, "remote" ? Bool };
    "ai" Own Carried, table! { "binding" ! String, "staging" ? Bool, "remote" ? Bool };
    "ai_search" Own Carried, list_of! { "binding" ! String, "instance_name" ! String, "remote" ? Bool };
    "ai_search_namespaces" Own Carried, list_of! { "binding" ! String, "namespace" ! String, "remote" ? Bool };
    "alias" Top Resolved, STRING_MAP;
    "analytics" Own Carried, SIMPLE;
    "analytics_engine_datasets" Own Carried, list_of! { "binding" ! String, "dataset" ? String, "remote" ? Bool };
    "artifacts" Own Carried, list_of! { "binding" ! String, "namespace" ! String, "remote" ? Bool };
    "assets" Inherited Resolved, ASSETS;
    "base_dir" Inherited Resolved, String;
    "browser" Own Carried, SIMPLE;
    "build" Inherited BUILD, table! { "command" ? String, "cwd" ? String, "watch_dir" ? STRING_OR_LIST };
    "cache" Inherited Carried, table! { "enabled" ! Bool, "cross_version_cache" ? Bool };
    "cloudchamber" Own Carried, table! {
        "image" ? String, "location" ? String, "instance_type" ? Choice(INSTANCES), "vcpu" ? Number,
        "memory" ? String, "ipv4" ? Bool,
    };
    "compatibility_date" Inherited Resolved, String;
    "compatibility_flags" Inherited Resolved, STRINGS;
    "compliance_region" Inherited Carried, Choice(&["public", "fedramp_high"]);
    "connect" Own Carried, list_of! {
        "protocol" ! Choice(&["tcp", "udp"]), "port" ! Number, "address" ? String,
        "idle_timeout_ms" ? Number, "max_pending_bytes" ? Number,
    };
    "containers" Own Carried, List(&CONTAINER);
    "d1_databases" Own Carried, list_of! {
        "binding" ! String, "database_name" ? String, "database_id" ? String, "jurisdiction" ? String,
        "preview_database_id" ? String, "migrations_table" ? String, "migrations_dir" ? String,
        "migrations_pattern" ? String, "database_internal_env" ? String, "remote" ? Bool,
    };
    "data_blobs" Top BLOB, STRING_MAP;
    "define" Own Resolved, STRING_MAP;
    "dependencies_instrumentation" Top Carried, table! { "enabled" ! Bool, "exclude_packages" ? STRINGS };
    "dev" Top Carried, table! {
        "ip" ? String, "port" ? Number, "inspector_port" ? Number, "inspector_ip" ? String,
        "local_protocol" ? Choice(&["http", "https"]), "upstream_protocol" ? Choice(&["https", "http"]),
        "host" ? String, "enable_containers" ? Bool,
        "container_engine" ? Either(&[
            String,
            table! {
                "localDocker" ! table! {
                    "socketPath" ! String, "containerEgressInterceptorImage" ? String,
                },
            },
        ]),
        "generate_types" ? Bool,
    };
    "dispatch_namespaces" Own Carried, list_of! {
        "binding" ! String, "namespace" ? String, "remote" ? Bool,
        "outbound" ? table! { "service" ! String, "environment" ? String, "parameters" ? STRINGS },
    };
    "durable_objects" Own Carried, table! {
        "bindings" ? list_of! {
            "name" ! String, "class_name" ! String, "script_name" ? String, "environment" ? String,
        },
        "code_update_strategy" ? table! { "mode" ! Choice(&["immediate", "deferred"]), "max_delay" ? Number },
    };
    "env" Top Ignored, Map(&Shape::Environment);
    "exports" Inherited Carried, Map(&EXPORT);
    "find_additional_modules" Inherited Resolved, Bool;
    "first_party_worker" Inherited Carried, Bool;
    "flagship" Own Carried, list_of! { "binding" ! String, "app_id" ? String, "remote" ? Bool };
    "hyperdrive" Own Carried, list_of! {
        "binding" ! String, "id" ! String, "localConnectionString" ? String, "remote" ? Bool,
    };
    "images" Own Carried, SIMPLE;
    "jsx_factory" Inherited Resolved, String;
    "jsx_fragment" Inherited Resolved, String;
    "k2" Own Carried, list_of! { "binding" ! String, "stream" ! String, "remote" ? Bool };
    "keep_names" Inherited Resolved, Bool;
    "keep_vars" Top Carried, Bool;
    "kv_namespaces" Own Carried, list_of! {
        "binding" ! String, "id" ? String, "preview_id" ? String, "remote" ? Bool,
    };
    "limits" Inherited Carried, table! { "cpu_ms" ? Number, "subrequests" ? Number };
    "logfwdr" Inherited Carried, table! { "bindings" ! list_of! { "name" ! String, "destination" ! String } };
    "logpush" Inherited Carried, Bool;
    "main" Inherited Resolved, String;
    "media" Own Carried, SIMPLE;
    "migrations" Inherited Carried, list_of! {
        "tag" ! String, "new_classes" ? STRINGS, "new_sqlite_classes" ? STRINGS, "deleted_classes" ? STRINGS,
        "renamed_classes" ? list_of! { "from" ! String, "to" ! String },
        "transferred_classes" ? list_of! { "from" ! String, "from_script" ! String, "to" ! String },
    };
    "minify" Inherited Resolved, Bool;
    "mtls_certificates" Own Carried, list_of! {
        "binding" ! String, "certificate_id" ! String, "remote" ? Bool,
    };
    "name" Inherited Resolved, String;
    "no_bundle" Inherited Resolved, Bool;
    "observability" Inherited Carried, table! {
        "enabled" ? Bool, "head_sampling_rate" ? Number, "redact_query_string" ? Bool,
        "issues" ? table! { "enabled" ? Bool }, "logs" ? LOGS, "traces" ? SIGNAL,
    };
    "pages_build_output_dir" Top Resolved, String;
    "pipelines" Own Carried, list_of! {
        "binding" ! String, "stream" ? String, "pipeline" ? String, "remote" ? Bool,
    };
    "placement" Inherited Carried, table! {
        "mode" ? Choice(&["off", "smart", "targeted"]), "hint" ? String, "region" ? String, "host" ? String,
        "hostname" ? String,
    };
    "preserve_file_names" Inherited Resolved, Bool;
    "preview_urls" Inherited Carried, Bool;
    "previews" Inherited Carried, Shape::Previews;
    "python_modules" Inherited PYTHON, table! { "exclude" ! STRINGS };
    "queues" Own Carried, table! {
        "producers" ? list_of! {
            "binding" ! String, "queue" ? String, "delivery_delay" ? Number, "remote" ? Bool,
        },
        "consumers" ? list_of! {
            "queue" ! String, "type" ? Choice(&["worker"]), "max_batch_size" ? Number,
            "max_batch_timeout" ? Number, "max_retries" ? Number, "dead_letter_queue" ? String,
            "max_concurrency" ? Either(&[Number, Null]), "visibility_timeout_ms" ? Number,
            "retry_delay" ? Number,
        },
    };
    "r2_buckets" Own Carried, list_of! {
        "binding" ! String, "bucket_name" ? String, "preview_bucket_name" ? String, "jurisdiction" ? String,
        "remote" ? Bool,
        "local_dev" ? table! {
            "experimental_s3_credentials" ? table! { "accessKeyId" ! String, "secretAccessKey" ! String },
        },
    };
    "ratelimits" Own Carried, list_of! {
        "name" ! String, "namespace_id" ! String, "simple" ! table! { "limit" ! Number, "period" ! Number },
    };
    "route" Inherited Carried, ROUTE;
    "routes" Inherited Carried, List(&ROUTE);
    "rules" Inherited Resolved, list_of! {
        "type" ! Choice(&[
            "ESModule", "CommonJS", "CompiledWasm", "Text", "Data", "PythonModule", "PythonRequirement",
        ]),
        "globs" ! STRINGS, "fallthrough" ? Bool,
    };
    "secrets" Own Carried, table! { "required" ? STRINGS };
    "secrets_store_secrets" Own Carried, list_of! {
        "binding" ! String, "store_id" ! String, "secret_name" ! String,
    };
    "send_email" Own Carried, list_of! {
        "name" ! String, "destination_address" ? String, "allowed_destination_addresses" ? STRINGS,
        "allowed_sender_addresses" ? STRINGS, "remote" ? Bool,
    };
    "send_metrics" Top Carried, Bool;
    "services" Own Carried, list_of! {
        "binding" ! String, "service" ! String, "entrypoint" ? String,
        "props" ? ANY_TABLE, "remote" ? Bool,
    };
    "site" Top SITE, table! {
        "bucket" ! String, "entry-point" ? String, "include" ? STRINGS, "exclude" ? STRINGS,
    };
    "stream" Own Carried, SIMPLE;
    "streaming_tail_consumers" Own Carried, list_of! { "service" ! String };
    "tail_consumers" Own Carried, list_of! { "service" ! String, "environment" ? String };
    "text_blobs" Top BLOB, STRING_MAP;
    "triggers" Inherited Carried, table! {
        "crons" ? STRINGS,
        "events" ? list_of! {
            "type" ! Choice(EVENTS), "filter" ? table! { "namespace" ? String, "repo_name" ? String },
            "targets" ! list_of! { "type" ! Choice(&["workflow"]), "workflow_name" ! String },
        },
    };
    "tsconfig" Inherited Resolved, String;
    "unsafe" Own Carried, table! {
        "bindings" ? List(&UNSAFE_BINDING), "metadata" ? ANY_TABLE,
        "capnp" ? table! { "base_path" ? String, "source_schemas" ? STRINGS, "compiled_schema" ? String },
    };
    "unsafe_hello_world" Own Carried, list_of! { "binding" ! String, "enable_timer" ? Bool };
    "upload_source_maps" Inherited Carried, Bool;
    "vars" Own Carried, ANY_TABLE;
    "vectorize" Own Carried, list_of! { "binding" ! String, "index_name" ! String, "remote" ? Bool };
    "version_metadata" Own Carried, table! { "binding" ! String };
    "vpc_networks" Own Carried, list_of! {
        "binding" ! String, "tunnel_id" ? String, "network_id" ? String, "remote" ? Bool,
    };
    "vpc_services" Own Carried, list_of! { "binding" ! String, "service_id" ! String, "remote" ? Bool };
    "wasm_modules" Top WASM, STRING_MAP;
    "websearch" Own Carried, SIMPLE;
    "worker_loaders" Own Carried, list_of! { "binding" ! String };
    "workers_dev" Inherited Carried, Bool;
    "workflows" Own Carried, list_of! {
        "binding" ! String, "name" ! String, "class_name" ! String, "script_name" ? String,
        "limits" ? table! { "steps" ? Number }, "concurrency" ? table! { "limit" ? Number },
        "schedules" ? STRING_OR_LIST, "default_retention" ? RETENTION, "jurisdiction" ? JURISDICTION,
    };
};
