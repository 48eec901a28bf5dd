//! Modules that the runtime provides, and Node's among them.

/// The modules of Node.js that have a name without `node:`.
const NODE: &[&str] = &[
    "_http_agent",
    "_http_client",
    "_http_common",
    "_http_incoming",
    "_http_outgoing",
    "_http_server",
    "_stream_duplex",
    "_stream_passthrough",
    "_stream_readable",
    "_stream_transform",
    "_stream_wrap",
    "_stream_writable",
    "_tls_common",
    "_tls_wrap",
    "assert",
    "assert/strict",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "dns/promises",
    "domain",
    "events",
    "fs",
    "fs/promises",
    "http",
    "http2",
    "https",
    "inspector",
    "inspector/promises",
    "module",
    "net",
    "os",
    "path",
    "path/posix",
    "path/win32",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "readline/promises",
    "repl",
    "stream",
    "stream/consumers",
    "stream/promises",
    "stream/web",
    "string_decoder",
    "sys",
    "timers",
    "timers/promises",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "util/types",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

/// Whether a module of Node.js has this name, without `node:`.
pub(super) fn is_node(name: &str) -> bool {
    NODE.binary_search(&name).is_ok()
}

/// Whether a specifier is left to the runtime whatever the project says.
pub(super) fn is_platform(specifier: &str) -> bool {
    specifier.starts_with("cloudflare:") || specifier.starts_with("workerd:")
}

/// Whether a specifier names a module of the runtime.
pub(super) fn is_runtime(specifier: &str) -> bool {
    is_platform(specifier) || specifier.starts_with("node:") || is_node(specifier)
}
