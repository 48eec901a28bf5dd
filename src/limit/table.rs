//! The limits. `docs/limits.md` has the same table, and a test holds the two together.

use super::{Limit, Unit};

/// When the sources were last read.
pub const AS_OF: &str = "2026-11-26";

const WORKERS: &str = "https://developers.cloudflare.com/workers/platform/limits/";
const HEADERS: &str = "https://developers.cloudflare.com/workers/static-assets/headers/";
const REDIRECTS: &str = "https://developers.cloudflare.com/workers/static-assets/redirects/";
const ROUTES: &str =
    "https://developers.cloudflare.com/workers/static-assets/routing/worker-script/#run-worker-first";
const QUEUES: &str = "https://developers.cloudflare.com/queues/platform/limits/";

const WORKFLOWS: &str =
    "https://github.com/cloudflare/workers-sdk/blob/main/packages/workflows-shared/src/lib/validators.ts";

/// One that is the same on both plans, and about which nothing else is known.
const fn same(what: &'static str, unit: Unit, most: u64, source: &'static str) -> Limit {
    Limit { what, unit, free: most, paid: most, since: "", source }
}

/// Files of one deployment.
pub const ASSETS: Limit = Limit {
    what: "static files",
    unit: Unit::Pieces,
    free: 20_000,
    paid: 100_000,
    since: "20000 on both plans in 2024",
    source: WORKERS,
};

/// Bytes of one file.
pub const ASSET_SIZE: Limit = same("size of a static file", Unit::Bytes, 25 << 20, WORKERS);

/// Bytes of all modules of a worker, uncompressed and without source maps.
pub const WORKER_SIZE: Limit = Limit {
    since: "2026-09-04; before, 3 MB (free) and 10 MB (paid) after gzip",
    source: "https://developers.cloudflare.com/changelog/post/2026-09-04-increased-worker-size-limit/",
    ..same("size of a worker, uncompressed", Unit::Bytes, 64 << 20, WORKERS)
};

/// Variables and secrets of a worker.
pub const VARIABLES: Limit = Limit {
    what: "variables and secrets",
    unit: Unit::Pieces,
    free: 64,
    paid: 128,
    since: "",
    source: "https://developers.cloudflare.com/workers/platform/limits/#environment-variables",
};

/// Bytes of a variable's value. The documentation says "5 KB", which can be less: see [`VARIABLE_SIZE_AT_LEAST`].
pub const VARIABLE_SIZE: Limit = Limit {
    since: "1 KB in January 2021",
    source: VARIABLES.source,
    ..same("size of a variable", Unit::Bytes, 5 << 10, WORKERS)
};

/// What "5 KB" is at least.
pub const VARIABLE_SIZE_AT_LEAST: u64 = 5_000;

/// Schedules of an account, all its workers together.
pub const CRONS: Limit = Limit {
    what: "cron triggers of an account",
    unit: Unit::Pieces,
    free: 5,
    paid: 250,
    since: "",
    source: WORKERS,
};

/// Messages that a consumer of a queue gets at once.
pub const QUEUE_BATCH_SIZE: Limit = same("`max_batch_size` of a queue's consumer", Unit::Pieces, 100, QUEUES);

/// How long a consumer of a queue waits for them.
pub const QUEUE_BATCH_TIMEOUT: Limit =
    same("`max_batch_timeout` of a queue's consumer", Unit::Seconds, 60, QUEUES);

/// How often a consumer of a queue tries again.
pub const QUEUE_RETRIES: Limit = same("`max_retries` of a queue's consumer", Unit::Pieces, 100, QUEUES);

/// How many consumers of a queue run at once.
pub const QUEUE_CONCURRENCY: Limit =
    same("`max_concurrency` of a queue's consumer", Unit::Pieces, 250, QUEUES);

/// The name of a workflow. wrangler refuses a longer one.
pub const WORKFLOW_NAME: Limit = same("name of a workflow", Unit::Characters, 64, WORKFLOWS);

/// Rules of `_headers`.
pub const HEADERS_RULES: Limit = same("rules of `_headers`", Unit::Pieces, 100, HEADERS);

/// A line of `_headers` or `_redirects`. A longer one is passed over. The page about redirects says 1,000, and the parsers
/// of both take 2,000.
pub const RULE_LINE: Limit = same("a line of `_headers` or `_redirects`", Unit::Characters, 2_000, HEADERS);

/// Rules of `_redirects` without `*` and placeholders that come before the first one with them.
pub const REDIRECTS_STATIC: Limit = same("static rules of `_redirects`", Unit::Pieces, 2_000, REDIRECTS);

/// All others.
pub const REDIRECTS_DYNAMIC: Limit = same("dynamic rules of `_redirects`", Unit::Pieces, 100, REDIRECTS);

/// Rules of `_routes.json` or of `run_worker_first`.
pub const ROUTING_RULES: Limit =
    same("rules of `_routes.json` or `run_worker_first`", Unit::Pieces, 100, ROUTES);

/// One of them.
pub const ROUTING_RULE: Limit =
    same("a rule of `_routes.json` or `run_worker_first`", Unit::Characters, 100, ROUTES);

/// All of them, in the order of the documentation.
pub const ALL: &[&Limit] = &[
    &ASSETS,
    &ASSET_SIZE,
    &WORKER_SIZE,
    &VARIABLES,
    &VARIABLE_SIZE,
    &CRONS,
    &QUEUE_BATCH_SIZE,
    &QUEUE_BATCH_TIMEOUT,
    &QUEUE_RETRIES,
    &QUEUE_CONCURRENCY,
    &WORKFLOW_NAME,
    &HEADERS_RULES,
    &RULE_LINE,
    &REDIRECTS_STATIC,
    &REDIRECTS_DYNAMIC,
    &ROUTING_RULES,
    &ROUTING_RULE,
];
