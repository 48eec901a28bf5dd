//! What @cloudflare/unenv-preset 2.16.2 and unenv 2.0.0-rc.24 say, as data.
//!
//! Written by `node tests/npm/nodejs/preset.mjs table`, which asks them; a test holds this file against what it writes.

use super::{Global, Module, Shim, Switch};

const CHILD_PROCESS_MODULE: Switch = Switch { on: "enable_nodejs_child_process_module", off: "disable_nodejs_child_process_module", since: "2026-03-17" };
const CLUSTER_MODULE: Switch = Switch { on: "enable_nodejs_cluster_module", off: "disable_nodejs_cluster_module", since: "2025-12-04" };
const CONSOLE_MODULE: Switch = Switch { on: "enable_nodejs_console_module", off: "disable_nodejs_console_module", since: "2025-09-21" };
const DGRAM_MODULE: Switch = Switch { on: "enable_nodejs_dgram_module", off: "disable_nodejs_dgram_module", since: "2026-01-29" };
const DOMAIN_MODULE: Switch = Switch { on: "enable_nodejs_domain_module", off: "disable_nodejs_domain_module", since: "2025-12-04" };
const FETCH_ITERABLE_TYPE_SUPPORT: Switch = Switch { on: "fetch_iterable_type_support", off: "no_fetch_iterable_type_support", since: "2026-02-19" };
const FETCH_ITERABLE_TYPE_SUPPORT_OVERRIDE_ADJUSTMENT: Switch = Switch { on: "fetch_iterable_type_support_override_adjustment", off: "no_fetch_iterable_type_support_override_adjustment", since: "2026-01-15" };
const FS_MODULE: Switch = Switch { on: "enable_nodejs_fs_module", off: "disable_nodejs_fs_module", since: "2025-09-15" };
const HTTP2_MODULE: Switch = Switch { on: "enable_nodejs_http2_module", off: "disable_nodejs_http2_module", since: "2025-09-01" };
const HTTP_MODULES: Switch = Switch { on: "enable_nodejs_http_modules", off: "disable_nodejs_http_modules", since: "2025-08-15" };
const HTTP_SERVER_MODULES: Switch = Switch { on: "enable_nodejs_http_server_modules", off: "disable_nodejs_http_server_modules", since: "2025-09-01" };
const INSPECTOR_MODULE: Switch = Switch { on: "enable_nodejs_inspector_module", off: "disable_nodejs_inspector_module", since: "2026-01-29" };
const OS_MODULE: Switch = Switch { on: "enable_nodejs_os_module", off: "disable_nodejs_os_module", since: "2025-09-15" };
const PERF_HOOKS_MODULE: Switch = Switch { on: "enable_nodejs_perf_hooks_module", off: "disable_nodejs_perf_hooks_module", since: "2026-03-17" };
const PROCESS_V2: Switch = Switch { on: "enable_nodejs_process_v2", off: "disable_nodejs_process_v2", since: "2025-09-15" };
const PUNYCODE_MODULE: Switch = Switch { on: "enable_nodejs_punycode_module", off: "disable_nodejs_punycode_module", since: "2025-12-04" };
const READLINE_MODULE: Switch = Switch { on: "enable_nodejs_readline_module", off: "disable_nodejs_readline_module", since: "2026-03-17" };
const REPL_MODULE: Switch = Switch { on: "enable_nodejs_repl_module", off: "disable_nodejs_repl_module", since: "2026-03-17" };
const SQLITE_MODULE: Switch = Switch { on: "enable_nodejs_sqlite_module", off: "disable_nodejs_sqlite_module", since: "2026-01-29" };
const STREAM_WRAP_MODULE: Switch = Switch { on: "enable_nodejs_stream_wrap_module", off: "disable_nodejs_stream_wrap_module", since: "2026-01-29" };
const TRACE_EVENTS_MODULE: Switch = Switch { on: "enable_nodejs_trace_events_module", off: "disable_nodejs_trace_events_module", since: "2025-12-04" };
const TTY_MODULE: Switch = Switch { on: "enable_nodejs_tty_module", off: "disable_nodejs_tty_module", since: "2026-03-17" };
const V8_MODULE: Switch = Switch { on: "enable_nodejs_v8_module", off: "disable_nodejs_v8_module", since: "2026-03-17" };
const VM_MODULE: Switch = Switch { on: "enable_nodejs_vm_module", off: "disable_nodejs_vm_module", since: "2025-10-01" };
const WASI_MODULE: Switch = Switch { on: "enable_nodejs_wasi_module", off: "disable_nodejs_wasi_module", since: "2025-12-04" };
const WORKER_THREADS_MODULE: Switch = Switch { on: "enable_nodejs_worker_threads_module", off: "disable_nodejs_worker_threads_module", since: "2026-03-17" };

/// Modules of Node.js that the runtime has at every date.
pub(super) const NATIVE: &[&str] = &[
    "_stream_duplex",
    "_stream_passthrough",
    "_stream_readable",
    "_stream_transform",
    "_stream_writable",
    "_tls_common",
    "_tls_wrap",
    "assert",
    "assert/strict",
    "async_hooks",
    "buffer",
    "constants",
    "crypto",
    "diagnostics_channel",
    "dns",
    "dns/promises",
    "events",
    "module",
    "net",
    "path",
    "path/posix",
    "path/win32",
    "querystring",
    "stream",
    "stream/consumers",
    "stream/promises",
    "stream/web",
    "string_decoder",
    "sys",
    "timers",
    "timers/promises",
    "tls",
    "url",
    "util",
    "util/types",
    "zlib",
];

/// Those that it has from some date on.
pub(super) const MODULES: &[Module] = &[
    Module { name: "_http_agent", stand_in: "unenv/mock/proxy-cjs", needs: &[HTTP_MODULES] },
    Module { name: "_http_client", stand_in: "unenv/mock/proxy-cjs", needs: &[HTTP_MODULES] },
    Module { name: "_http_common", stand_in: "unenv/mock/proxy-cjs", needs: &[HTTP_MODULES] },
    Module { name: "_http_incoming", stand_in: "unenv/mock/proxy-cjs", needs: &[HTTP_MODULES] },
    Module { name: "_http_outgoing", stand_in: "unenv/mock/proxy-cjs", needs: &[HTTP_MODULES] },
    Module { name: "_http_server", stand_in: "unenv/mock/proxy-cjs", needs: &[HTTP_MODULES, HTTP_SERVER_MODULES] },
    Module { name: "_stream_wrap", stand_in: "unenv/mock/proxy-cjs", needs: &[STREAM_WRAP_MODULE] },
    Module { name: "child_process", stand_in: "unenv/node/child_process", needs: &[CHILD_PROCESS_MODULE] },
    Module { name: "cluster", stand_in: "unenv/node/cluster", needs: &[CLUSTER_MODULE] },
    Module { name: "console", stand_in: "@cloudflare/unenv-preset/node/console", needs: &[CONSOLE_MODULE] },
    Module { name: "dgram", stand_in: "unenv/node/dgram", needs: &[DGRAM_MODULE] },
    Module { name: "domain", stand_in: "unenv/node/domain", needs: &[DOMAIN_MODULE] },
    Module { name: "fs", stand_in: "unenv/node/fs", needs: &[FS_MODULE] },
    Module { name: "fs/promises", stand_in: "unenv/node/fs/promises", needs: &[FS_MODULE] },
    Module { name: "http", stand_in: "unenv/node/http", needs: &[HTTP_MODULES] },
    Module { name: "http2", stand_in: "unenv/node/http2", needs: &[HTTP2_MODULE] },
    Module { name: "https", stand_in: "unenv/node/https", needs: &[HTTP_MODULES] },
    Module { name: "inspector", stand_in: "unenv/node/inspector", needs: &[INSPECTOR_MODULE] },
    Module { name: "inspector/promises", stand_in: "unenv/node/inspector/promises", needs: &[INSPECTOR_MODULE] },
    Module { name: "node:sqlite", stand_in: "unenv/node/sqlite", needs: &[SQLITE_MODULE] },
    Module { name: "os", stand_in: "unenv/node/os", needs: &[OS_MODULE] },
    Module { name: "perf_hooks", stand_in: "unenv/node/perf_hooks", needs: &[PERF_HOOKS_MODULE] },
    Module { name: "process", stand_in: "@cloudflare/unenv-preset/node/process", needs: &[PROCESS_V2, FETCH_ITERABLE_TYPE_SUPPORT, FETCH_ITERABLE_TYPE_SUPPORT_OVERRIDE_ADJUSTMENT] },
    Module { name: "punycode", stand_in: "unenv/node/punycode", needs: &[PUNYCODE_MODULE] },
    Module { name: "readline", stand_in: "unenv/node/readline", needs: &[READLINE_MODULE] },
    Module { name: "readline/promises", stand_in: "unenv/node/readline/promises", needs: &[READLINE_MODULE] },
    Module { name: "repl", stand_in: "unenv/node/repl", needs: &[REPL_MODULE] },
    Module { name: "trace_events", stand_in: "unenv/node/trace_events", needs: &[TRACE_EVENTS_MODULE] },
    Module { name: "tty", stand_in: "unenv/node/tty", needs: &[TTY_MODULE] },
    Module { name: "v8", stand_in: "unenv/node/v8", needs: &[V8_MODULE] },
    Module { name: "vm", stand_in: "unenv/node/vm", needs: &[VM_MODULE] },
    Module { name: "wasi", stand_in: "unenv/node/wasi", needs: &[WASI_MODULE] },
    Module { name: "worker_threads", stand_in: "unenv/node/worker_threads", needs: &[WORKER_THREADS_MODULE] },
];

/// Packages that are replaced.
pub(super) const SHIMS: &[Shim] = &[
    Shim { name: "cross-fetch", stand_in: "unenv/npm/cross-fetch" },
    Shim { name: "cross-fetch/polyfill", stand_in: "unenv/mock/empty" },
    Shim { name: "debug", stand_in: "debug" },
    Shim { name: "fsevents", stand_in: "unenv/npm/fsevents" },
    Shim { name: "inherits", stand_in: "unenv/npm/inherits" },
    Shim { name: "isomorphic-fetch", stand_in: "unenv/mock/empty" },
    Shim { name: "node-fetch", stand_in: "unenv/npm/node-fetch" },
    Shim { name: "node-fetch-native", stand_in: "unenv/npm/node-fetch" },
    Shim { name: "node-fetch-native/polyfill", stand_in: "unenv/mock/empty" },
    Shim { name: "whatwg-url", stand_in: "unenv/npm/whatwg-url/index" },
    Shim { name: "whatwg-url/webidl2js-wrapper", stand_in: "unenv/npm/whatwg-url/webidl2js-wrapper" },
];

/// Globals, in the order in which they are made.
pub(super) const GLOBALS: &[Global] = &[
    Global { names: &["process"], assigned: true, stand_in: "@cloudflare/unenv-preset/node/process", needs: &[PROCESS_V2, FETCH_ITERABLE_TYPE_SUPPORT, FETCH_ITERABLE_TYPE_SUPPORT_OVERRIDE_ADJUSTMENT] },
    Global { names: &["console"], assigned: true, stand_in: "@cloudflare/unenv-preset/node/console", needs: &[CONSOLE_MODULE] },
    Global { names: &["performance", "Performance", "PerformanceEntry", "PerformanceMark", "PerformanceMeasure", "PerformanceObserver", "PerformanceObserverEntryList", "PerformanceResourceTiming"], assigned: false, stand_in: "@cloudflare/unenv-preset/polyfill/performance", needs: &[PERF_HOOKS_MODULE] },
];
