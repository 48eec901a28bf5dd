// A program that tells what it has of Node.js: every built-in module by each way of asking for it, the globals, and
// what comes of some calls. It answers any request with JSON.

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** Named exports that are there at every date. */
const NAMED = {
  assert: ["strictEqual"], async_hooks: ["AsyncLocalStorage"], buffer: ["Buffer"], child_process: ["spawn"], cluster: ["isPrimary"],
  console: ["Console", "log"], constants: ["SIGINT"], crypto: ["createHash"], dgram: ["createSocket"], diagnostics_channel: ["channel"],
  dns: ["lookup"], domain: ["create"], events: ["EventEmitter", "once"], fs: ["readFileSync", "promises", "constants"],
  "fs/promises": ["readFile"], http: ["request", "STATUS_CODES"], http2: ["connect"], https: ["Agent"], inspector: ["Session"],
  module: ["createRequire", "builtinModules"], net: ["Socket"], os: ["platform", "EOL"], path: ["join", "posix"], perf_hooks: ["performance"],
  process: ["env", "nextTick"], punycode: ["encode"], querystring: ["parse"], readline: ["createInterface"], repl: ["start"],
  stream: ["Readable"], "stream/promises": ["pipeline"], string_decoder: ["StringDecoder"], timers: ["setImmediate"],
  "timers/promises": ["setTimeout"], tls: ["connect"], tty: ["isatty"], url: ["fileURLToPath"], util: ["inspect", "promisify"],
  "util/types": ["isPromise"], v8: ["getHeapStatistics"], vm: ["runInThisContext"], worker_threads: ["isMainThread", "Worker"], zlib: ["gzipSync"],
  "node:sqlite": ["DatabaseSync"],
};
const SHIMS = ["cross-fetch", "cross-fetch/polyfill", "fsevents", "inherits", "isomorphic-fetch", "node-fetch", "node-fetch-native", "whatwg-url"];

const TELL = `
  /** What can be seen of a value: kind, and of each property its type. */
  export function tell(value, depth = 1) {
    if (value === null || (typeof value !== "object" && typeof value !== "function")) return typeof value;
    const told = { is: typeof value };
    if (typeof value === "function") told.is += typeof value.name === "string" ? " " + value.name + "/" + value.length : " mock";
    for (const key of Object.getOwnPropertyNames(value).sort()) {
      if (key === "prototype" || key === "caller" || key === "arguments") continue;
      try {
        told[key] = depth > 0 ? tell(value[key], depth - 1) : typeof value[key];
      } catch (error) {
        told[key] = "throws " + error.name;
      }
    }
    return told;
  }
  export async function attempt(call) {
    try {
      const value = await call();
      return value === undefined ? "undefined" : value;
    } catch (error) {
      return "throws " + error?.name + ": " + String(error?.message).replace(/reference = \\w+/, "reference");
    }
  }
`;

const CALLS = `
  import { AsyncLocalStorage } from "node:async_hooks";
  import { Buffer as NodeBuffer } from "node:buffer";
  import { EventEmitter, once } from "node:events";
  import { createRequire } from "node:module";
  import { Readable, Transform } from "node:stream";
  import { pipeline } from "node:stream/promises";
  import nodeConsole from "node:console";
  import nodeProcess, * as processModule from "node:process";
  import { performance as nodePerformance } from "node:perf_hooks";
  import child from "node:child_process";
  import crypto from "node:crypto";
  import fs from "node:fs";
  import http from "node:http";
  import os from "node:os";
  import path from "node:path";
  import punycode from "node:punycode";
  import tty from "node:tty";
  import url from "node:url";
  import util from "node:util";
  import v8 from "node:v8";
  import vm from "node:vm";
  import threads from "node:worker_threads";
  import zlib from "node:zlib";
  import { attempt, tell } from "./tell.mjs";
  import commonjs from "./commonjs.cjs";

  const storage = new AsyncLocalStorage();

  export const calls = {
    identities: () => ({
      process: nodeProcess === process,
      processModule: processModule.default === globalThis.process,
      env: nodeProcess.env === process.env,
      console: nodeConsole === console,
      buffer: NodeBuffer === Buffer,
      performance: nodePerformance === performance,
      global: global === globalThis,
      builtin: process.getBuiltinModule?.("node:path") === path,
    }),
    globals: () => Object.fromEntries(["process", "Buffer", "global", "setImmediate", "clearImmediate", "performance", "PerformanceMark",
      "console", "queueMicrotask", "structuredClone", "require", "module", "exports", "__dirname", "__filename", "EventEmitter", "MessageChannel"].map((name) => [name, typeof globalThis[name]])),
    free: () => [typeof process, typeof Buffer, typeof global, typeof setImmediate, typeof clearImmediate, typeof performance,
      typeof module, typeof exports, typeof __dirname, typeof __filename, typeof self, typeof window, typeof setTimeout(() => {}, 0)],
    dirname: () => __dirname,
    meta: () => [typeof import.meta, typeof import.meta.url, typeof import.meta.dirname],
    commonjs: () => commonjs,
    process: () => tell(process),
    processValues: () => [process.version, process.versions?.node, process.platform, process.arch, process.title, process.argv, process.execArgv,
      process.cwd?.(), process.pid, process.release?.name, process.exitCode, process.browser, process.env.NODE_ENV, process.env.GREETING, Object.keys(process.env)],
    processMethods: async () => [typeof process.hrtime(), typeof process.hrtime.bigint(), typeof process.memoryUsage(), await attempt(() => process.uptime() >= 0),
      await attempt(() => process.umask()), await attempt(() => process.kill(1)), await attempt(() => process.chdir("/")), await attempt(() => process.binding("fs"))],
    emit: async () => { let seen; process.on("some", (value) => (seen = value)); process.emit("some", 5); return seen; },
    nextTick: async () => { const order = []; process.nextTick(() => order.push("tick")); queueMicrotask(() => order.push("micro")); await new Promise((done) => setTimeout(done, 5)); return order; },
    stdout: () => [typeof process.stdout, typeof process.stdout?.write, process.stdout?.isTTY, typeof process.stdin, typeof process.stderr],
    immediate: () => new Promise((done) => setImmediate(() => done("immediate"))),
    buffer: () => Buffer.from("hello").toString("base64") + Buffer.concat([Buffer.alloc(2), Buffer.from([255])]).toString("hex"),
    inspect: () => util.inspect({ a: [1, { b: new Map([[1, "x"]]) }], f() {} }, { depth: 4 }) + util.format("%s %d %j", "x", 4, { y: 1 }),
    promisify: async () => util.promisify((done) => done(null, 3))(),
    events: async () => { const emitter = new EventEmitter(); setTimeout(() => emitter.emit("go", 7), 1); return once(emitter, "go"); },
    streams: async () => {
      let text = "";
      const upper = new Transform({ transform(chunk, _, done) { done(null, String(chunk).toUpperCase()); } });
      await pipeline(Readable.from(["a", "b"]), upper, async (source) => { for await (const chunk of source) text += chunk; });
      return text;
    },
    crypto: () => [crypto.createHash("sha256").update("x").digest("hex"), crypto.randomBytes(4).length, crypto.randomUUID().length,
      crypto.createHmac("sha1", "k").update("x").digest("base64"), crypto.webcrypto === globalThis.crypto],
    als: () => storage.run(9, async () => { await null; return storage.getStore(); }),
    path: () => [path.join("/a", "../b"), path.posix === path, path.win32.join("a", "b"), path.resolve("x")],
    url: () => [url.fileURLToPath("file:///a/b"), url.parse("http://a/b?c").query, url.pathToFileURL("/x").href],
    zlib: () => zlib.gunzipSync(zlib.gzipSync("hello")).toString(),
    punycode: () => punycode.encode("mañana"),
    fs: async () => [await attempt(() => fs.existsSync("/")), await attempt(() => fs.writeFileSync("/tmp/x", "y")), await attempt(() => fs.readFileSync("/tmp/x", "utf8")),
      await attempt(() => fs.readdirSync("/")), await attempt(() => fs.promises.readFile("/none")), await attempt(() => fs.statSync("/none"))],
    http: async () => [typeof http.request, typeof http.createServer, await attempt(() => typeof http.createServer(() => {})), await attempt(() => typeof new http.Agent()), http.STATUS_CODES[404],
      await attempt(() => new Promise((done, fail) => http.get("http://127.0.0.1:1/", done).on("error", (error) => fail(error))).then(() => "answered"))],
    os: async () => [os.platform(), os.EOL, os.type(), os.tmpdir(), os.homedir(), await attempt(() => os.cpus().length), os.endianness(), await attempt(() => os.hostname())],
    tty: async () => [await attempt(() => tty.isatty(1)), typeof tty.WriteStream],
    v8: async () => [await attempt(() => typeof v8.getHeapStatistics()), await attempt(() => v8.deserialize(v8.serialize({ a: 1 })))],
    vm: async () => [await attempt(() => vm.runInThisContext("1+1")), await attempt(() => vm.isContext({})), await attempt(() => typeof new vm.Script("1"))],
    threads: async () => [threads.isMainThread, threads.threadId, await attempt(() => typeof new threads.Worker("x")), await attempt(() => typeof new threads.MessageChannel().port1)],
    child: async () => [await attempt(() => child.execSync("true")), await attempt(() => typeof child.spawn("true"))],
    performance: async () => [typeof performance.now(), await attempt(() => performance.mark("a")?.name), await attempt(() => performance.getEntries().length), await attempt(() => typeof performance.timeOrigin),
      await attempt(() => performance.toJSON && typeof performance.toJSON()), await attempt(() => typeof performance.eventLoopUtilization())],
    module: async () => [await attempt(() => createRequire("/x/y.js")("node:path").join("a", "b")), await attempt(() => createRequire("/x/y.js")("fs") === fs), await attempt(() => createRequire(import.meta.url)("node:util") === util)],
    console: () => [typeof console.Console, typeof console.log, tell(console)],
    navigator: () => typeof navigator === "object" && navigator.userAgent,
    nodeEnv: () => [process.env.NODE_ENV, globalThis.process.env.NODE_ENV, global.process.env.NODE_ENV],
  };
`;

const COMMONJS = `
  let guarded;
  try { guarded = typeof require("nothing-of-the-kind"); } catch (error) { guarded = "throws"; }
  const { inherits } = require("util");
  function Child() { require("events").call(this); }
  inherits(Child, require("events").EventEmitter);
  module.exports = {
    guarded, require: typeof require, process: typeof process, buffer: typeof Buffer, global: typeof global, immediate: typeof setImmediate,
    dirname: typeof __dirname, filename: typeof __filename, filter: Object.keys(require("node:process").env),
    child: typeof new Child().emit, same: require("process") === process, stream: typeof require("stream").Readable.from,
    nextTick: typeof process.nextTick, browser: process.browser, root: typeof (typeof window === "undefined" ? global : window),
  };
`;

/** Files that ask for one module in every way; what they find is called `found`. */
function asking(name, at, { bare, required }) {
  const named = NAMED[name] ?? [];
  const prefixed = name.startsWith("node:") ? name : `node:${name}`;
  const list = named.length > 0 ? `import { ${named.map((export_, index) => `${export_} as named${index}`).join(", ")} } from "${prefixed}";` : "";
  const other = bare && name !== prefixed ? name : prefixed;
  const text = `
    import byDefault from "${prefixed}";
    import * as all from "${other}";
    ${list}
    ${required ? `import required from "./required${at}.cjs";` : "const required = undefined;"}
    import { tell } from "./tell.mjs";
    export const found${at} = async () => {
      const dynamic = await import("${prefixed}");
      return {
        byDefault: tell(byDefault), all: Object.keys(all).sort(), kinds: Object.entries(all).map(([key, value]) => [key, typeof value]).sort().join(),
        named: [${named.map((_, index) => `tell(named${index})`).join(", ")}],
        dynamic: Object.keys(dynamic).sort().join(), same: [all.default === byDefault, dynamic.default === byDefault, required === byDefault],
        required: tell(required),
      };
    };
  `;
  return required ? { [`ask${at}.mjs`]: text, [`required${at}.cjs`]: `module.exports = require("${other}");` } : { [`ask${at}.mjs`]: text };
}

/** A package that is replaced, imported and required. */
function shimmed(name, at) {
  return {
    [`shim${at}.mjs`]: `
      import * as all from "${name}";
      import required from "./shim${at}.cjs";
      import { tell } from "./tell.mjs";
      export const shim${at} = () => ({ all: tell(all), required: tell(required) });
    `,
    [`shim${at}.cjs`]: `module.exports = require("${name}");`,
  };
}

/** Writes the program: `modules` are to be asked for, of which `full` says whether all of Node.js is there. */
export function write(directory, modules, full) {
  const files = { "tell.mjs": TELL };
  const lines = ["import { attempt } from \"./tell.mjs\";"];
  const answers = [];
  modules.forEach((name, at) => {
    Object.assign(files, asking(name, at, { bare: full, required: full }));
    lines.push(`import { found${at} } from "./ask${at}.mjs";`);
    answers.push(`${JSON.stringify(name)}: await attempt(found${at})`);
  });
  if (full) {
    Object.assign(files, { "calls.mjs": CALLS, "commonjs.cjs": COMMONJS });
    lines.push(`import { calls } from "./calls.mjs";`);
    SHIMS.forEach((name, at) => {
      Object.assign(files, shimmed(name, at));
      lines.push(`import { shim${at} } from "./shim${at}.mjs";`);
      answers.push(`${JSON.stringify(`package ${name}`)}: await attempt(shim${at})`);
    });
  }
  const call = full ? `for (const [name, call] of Object.entries(calls)) answer[\`call \${name}\`] = await attempt(call);` : "";
  files["main.mjs"] = `${lines.join("\n")}
    export default {
      async fetch() {
        const answer = { ${answers.join(", ")} };
        ${call}
        return Response.json(answer);
      },
    };
  `;
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  symlinkSync(resolve(import.meta.dirname, "../node_modules"), join(directory, "node_modules"));
}
