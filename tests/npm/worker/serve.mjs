// A deployment on a real workerd, as `wrangler dev` runs it: the same assets service, `_headers`, `_redirects`,
// bindings and storage. In: the path of a `wrangler.json`. Out: one line of JSON with the URL.
//
//   node serve.mjs dist/wrangler.json [--seconds 600] [--var NAME=VALUE]...
//
// It ends when its standard input does or the time is up, so that a test that dies leaves no server behind.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { unstable_startWorker as startWorker } from "wrangler";

// Standard output is for our results; what wrangler has to say goes to the other stream.
console.log = console.info = console.warn = console.error;

/** Starts the worker of a configuration file; `vars` replace those of the file. */
export async function serve(config, { vars = {}, env } = {}) {
  const state = await mkdtemp(join(tmpdir(), "pagesbuild-state-"));
  const bindings = Object.entries(vars).map(([name, value]) => [name, { type: "plain_text", value }]);
  let worker;
  const stop = async () => {
    await worker?.dispose();
    await rm(state, { recursive: true, force: true });
  };
  try {
    worker = await startWorker({
      config: resolve(config),
      env,
      bindings: Object.fromEntries(bindings),
      dev: {
        server: { hostname: "127.0.0.1", port: 0 },
        inspector: false,
        logLevel: process.env.PAGESBUILD_TEST_LOG ?? "none",
        persist: state,
        remote: false,
        testScheduled: true,
        watch: false,
      },
    });
    await worker.ready;
    return { url: (await worker.url).origin, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

if (import.meta.filename === resolve(process.argv[1])) {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: "string", default: "600" },
      var: { type: "string", multiple: true, default: [] },
    },
  });
  const [config] = positionals;
  if (config === undefined) throw new Error("usage: serve.mjs WRANGLER_JSON [--seconds N] [--var NAME=VALUE]...");
  const vars = Object.fromEntries(values.var.map((pair) => pair.split(/=(.*)/s)));
  const { url, stop } = await serve(config, { vars });
  process.stdout.write(`${JSON.stringify({ url })}\n`);
  await new Promise((done) => {
    process.stdin.on("end", done).on("close", done).resume();
    process.once("SIGTERM", done).once("SIGINT", done);
    setTimeout(done, Number(values.seconds) * 1000);
  });
  await stop();
  process.exit(0);
}
