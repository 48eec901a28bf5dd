// Asks a framework's output the same twice: as wrangler serves it, and as pagesbuild has built it for wrangler to serve.
// Prints what differs, and what is not as the application's `requests.json` says.
//
//   node compare.mjs APPLICATION WRANGLER_JSON
//
// `requests.json` holds the configuration that wrangler reads, and for each request a method, a path, the status and a
// text that is in the answer's body; a fifth item is the body of the request.

import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";

import { serve } from "../npm/worker/serve.mjs";

/** Headers that are the application's own; the rest is decided by who serves it. */
const HEADERS = /^(content-type|location|set-cookie|x-(?!content-type-options$|server-env$).*)$/;
const PATIENCE = 180_000;

/** `wrangler pages dev`, which serves the directory that the configuration names as Pages does. */
async function pages(application) {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((ready) => probe.once("listening", ready));
  const { port } = probe.address();
  await new Promise((closed) => probe.close(closed));
  const tool = resolve(import.meta.dirname, "../npm/node_modules/wrangler/bin/wrangler.js");
  const options = ["pages", "dev", "--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0"];
  const child = spawn(process.execPath, [tool, ...options], { cwd: application, stdio: ["ignore", "pipe", "inherit"] });
  const stop = () => new Promise((gone) => child.once("exit", gone) && child.kill());
  let said = "";
  await new Promise((ready, fail) => {
    child.once("exit", (code) => fail(new Error(`wrangler ended with ${code}\n${said}`)));
    child.stdout.on("data", (text) => {
      said += text;
      if (said.includes("Ready on")) ready();
    });
  });
  return { url: `http://127.0.0.1:${port}`, stop };
}

async function ask(url, [method, path, , , body]) {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  const response = await fetch(url + path, { method, redirect: "manual", headers, body: body && JSON.stringify(body) });
  const chosen = [...response.headers].filter(([name]) => HEADERS.test(name));
  const text = (await response.text()).replaceAll(url, "<origin>");
  return { status: response.status, headers: chosen, text };
}

/** An answer of Pages as Workers gives it: static files are served a little otherwise, whoever has built the worker. */
function asOnWorkers({ status, headers, text }) {
  const types = { "application/javascript": "text/javascript; charset=utf-8" };
  return { status: status === 308 ? 307 : status, headers: headers.map(([name, value]) => [name, types[value] ?? value]), text };
}

setTimeout(() => {
  console.error(`no end after ${PATIENCE / 1000} s`);
  process.exit(1);
}, PATIENCE).unref();

const [application, ours] = process.argv.slice(2).map((path) => resolve(path));
const { config, requests } = JSON.parse(await readFile(join(application, "requests.json"), "utf8"));
const isPages = "pages_build_output_dir" in JSON.parse(await readFile(join(application, config), "utf8"));
const servers = [isPages ? await pages(application) : await serve(join(application, config)), await serve(ours)];
const problems = [];
try {
  for (const request of requests) {
    const [, , status, text] = request;
    const [theirs, actual] = await Promise.all(servers.map(({ url }) => ask(url, request)));
    const expected = isPages ? asOnWorkers(theirs) : theirs;
    if (JSON.stringify(expected) !== JSON.stringify(actual)) problems.push({ request, expected, actual });
    if (actual.status !== status || !actual.text.includes(text)) problems.push({ request, wanted: [status, text], actual });
  }
} finally {
  await Promise.all(servers.map(({ stop }) => stop()));
}
console.log(JSON.stringify(problems, null, 2));
process.exit(problems.length === 0 ? 0 : 1);
