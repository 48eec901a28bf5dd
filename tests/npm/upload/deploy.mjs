// Deploys with the real wrangler to an API on loopback, and prints what arrived there as JSON.
//
//   node deploy.mjs <wrangler.js> <configuration file> [bindings of the worker that is there, as JSON] [what else is there, as JSON]
//
// stdout: { manifest, uploads: { hash: { type, size } }, resources: [ request ], triggers: [ request ],
//           script: { metadata, modules: { name: { type, text } } } }
// No resources exist but those of the worker that is there and `queues`, a list of names; `resources` are the requests about them
// in their order, `triggers` those about schedules, routes, domains and consumers. `migration_tag` is that of the worker that is there.
// Exit code 1 and wrangler's own output on stderr when the deployment does not go through.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const [wrangler, config, bindings = "null", there = "{}"] = process.argv.slice(2);
const bound = JSON.parse(bindings);
const { queues = [], migration_tag } = JSON.parse(there);
const account = "0123456789abcdef0123456789abcdef";
const script = `/accounts/${account}/workers/scripts/[^/]+`;
const seen = { manifest: null, uploads: {}, resources: [], triggers: [], script: null };
const unknown = [];
const missing = (code) => ({ missing: code });

/** Answers a request, which is kept in a list. */
const kept = (list) => (answer) => async (request) => {
  const url = new URL(request.url);
  const body = await request.text();
  const place = request.headers.get("cf-r2-jurisdiction");
  list.push({
    request: `${request.method} ${url.pathname.replace(account, "ACCOUNT")}`,
    ...(body && { body: JSON.parse(body) }),
    ...(place && { jurisdiction: place }),
  });
  return answer(body ? JSON.parse(body) : null, url.pathname);
};

const resource = kept(seen.resources);
const trigger = kept(seen.triggers);

/** The queues that a request asks for by their names. */
const found = (request) => {
  const names = new URL(request.url).searchParams.getAll("name");
  return queues.filter((name) => names.includes(name)).map((name) => ({ queue_id: name, queue_name: name, consumers: [] }));
};

/** What is known of a database: those that the worker has are named in their ids, and lie in Europe. */
const database = (id) =>
  bindings.includes(JSON.stringify(id)) ? { uuid: id, name: id.replace("id-of-", ""), jurisdiction: "eu" } : missing(7404);

const routes = [
  ["POST", `${script}/assets-upload-session`, async (request) => {
    seen.manifest = (await request.json()).manifest;
    // Two buckets, so that more than one upload is made; each distinct hash once, as the platform asks.
    const hashes = [...new Set(Object.values(seen.manifest).map((asset) => asset.hash))];
    const middle = Math.ceil(hashes.length / 2);
    return { jwt: "session", buckets: [hashes.slice(0, middle), hashes.slice(middle)].filter((b) => b.length > 0) };
  }],
  ["POST", `/accounts/${account}/workers/assets/upload`, async (request) => {
    for (const [hash, file] of await request.formData()) {
      const content = Buffer.from(await file.text(), "base64");
      seen.uploads[hash] = { type: file.type, size: content.length };
    }
    return { jwt: "complete" };
  }],
  ["PUT", script, async (request) => {
    const form = await request.formData();
    const modules = {};
    for (const [name, part] of form) {
      if (name !== "metadata") modules[name] = { type: part.type, text: await part.text() };
    }
    seen.script = { metadata: JSON.parse(form.get("metadata")), modules };
    return { id: "script", etag: "etag", startup_time_ms: 1, deployment_id: account };
  }],
  ["GET", `/accounts/${account}/storage/kv/namespaces`, resource(() => [])],
  ["POST", `/accounts/${account}/storage/kv/namespaces`, resource(({ title }) => ({ id: `id-of-${title}`, title }))],
  ["GET", `/accounts/${account}/d1/database`, resource(() => [])],
  ["GET", `/accounts/${account}/d1/database/[^/]+`, resource((_, path) => database(path.split("/").pop()))],
  ["POST", `/accounts/${account}/d1/database`, resource(({ name }) => ({ uuid: `id-of-${name}`, name }))],
  ["GET", `/accounts/${account}/r2/buckets`, resource(() => ({ buckets: [] }))],
  ["GET", `/accounts/${account}/r2/buckets/[^/]+`, resource(() => missing(10006))],
  ["POST", `/accounts/${account}/r2/buckets`, resource(() => ({}))],
  ["GET", `/accounts/${account}/queues`, async (request) => (await resource(() => null)(request), found(request))],
  ["POST", `/accounts/${account}/queues/[^/]+/consumers`, trigger(() => ({}))],
  ["PUT", `${script}/schedules`, trigger(() => ({}))],
  ["PUT", `${script}/routes`, trigger((routes) => routes)],
  ["POST", `${script}/domains/changeset`, trigger(() => ({ added: [], removed: [], updated: [], conflicting: [] }))],
  ["PUT", `${script}/domains/records`, trigger(() => [])],
  ["GET", "/zones", () => [{ id: "zone" }]],
  ["GET", "/zones/zone/workers/routes", () => []],
  ["POST", `/accounts/${account}/queues`, resource(({ queue_name }) => ({ queue_id: `id-of-${queue_name}`, queue_name }))],
  ["GET", `${script}/settings`, () => (bound ? { bindings: bound } : null)],
  // The worker does not exist yet, or has migrations ahead: wrangler then takes the plain way.
  ["GET", `/accounts/${account}/workers/services/[^/]+`, () =>
    migration_tag ? { default_environment: { script: { migration_tag, last_deployed_from: "wrangler" } } } : null],
  ["GET", script, () => null],
  ["GET", `${script}/secrets`, () => []],
  ["GET", `${script}/subdomain`, () => ({ enabled: false, previews_enabled: false })],
  ["POST", `${script}/subdomain`, () => ({ enabled: false, previews_enabled: false })],
  ["GET", `/accounts/${account}/workers/workers/[^/]+`, () => ({ subdomain: { enabled: false, previews_enabled: false } })],
  ["GET", `/accounts/${account}/workers/subdomain`, () => ({ subdomain: "example" })],
];

const server = createServer(async (incoming, outgoing) => {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const url = new URL(incoming.url, "http://127.0.0.1");
  const request = new Request(url, {
    method: incoming.method,
    headers: Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    body: chunks.length > 0 ? Buffer.concat(chunks) : undefined,
  });
  const route = routes.find(([method, path]) => method === incoming.method && new RegExp(`^${path}$`).test(url.pathname));
  if (!route) unknown.push(`${incoming.method} ${url.pathname}`);
  const result = route ? await route[2](request) : null;
  const found = result !== null && !result.missing;
  const errors = found ? [] : [{ code: result?.missing ?? 10007, message: "not found" }];
  outgoing.writeHead(found ? 200 : 404, { "content-type": "application/json" });
  outgoing.end(JSON.stringify({ success: found, errors, messages: [], result }));
});

server.listen(0, "127.0.0.1", () => {
  const home = mkdtempSync(join(tmpdir(), "wrangler-home-"));
  const child = spawn(process.execPath, [wrangler, "deploy", "-c", config], {
    cwd: dirname(config),
    env: {
      PATH: process.env.PATH,
      HOME: home,
      XDG_CONFIG_HOME: home,
      CI: "1",
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_LOG_PATH: home,
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${server.address().port}`,
      CLOUDFLARE_API_TOKEN: "token",
      CLOUDFLARE_ACCOUNT_ID: account,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  child.stderr.on("data", (data) => (output += data));
  child.on("close", (code) => {
    server.close();
    server.closeAllConnections();
    rmSync(home, { recursive: true, force: true });
    if (code !== 0) {
      console.error(output);
      console.error(`requests without an answer: ${unknown.join(", ") || "none"}`);
      process.exitCode = 1;
      return;
    }
    process.stdout.write(JSON.stringify(seen));
  });
});
