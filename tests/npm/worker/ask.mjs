// Asks a deployment the requests of a fixture and prints what it answers, as text that does not change from run to
// run: method and path, the status, the headers that matter, the body.
//
//   node ask.mjs WRANGLER_JSON FIXTURE [ENVIRONMENT]

import { request as send } from "node:http";

import { startFakes } from "./fakes.mjs";
import { requests } from "./requests.mjs";
import { serve } from "./serve.mjs";

/** Headers that the project or the assets service decide on; the rest belongs to the transport. */
const HEADERS = /^(access-control-|allow$|cache-control$|content-type$|location$|referrer-policy$|x-(?!amz))/;
const LONGEST = 400;
const PATIENCE = 120_000;

async function encode({ form, body, token, headers = {} }, fakes) {
  const sent = { ...headers };
  if (token) sent["Cf-Access-Jwt-Assertion"] = await fakes.token(token);
  if (!form) return { headers: sent, body };
  const data = new FormData();
  for (const [name, value] of Object.entries(form)) {
    if (typeof value === "string") data.set(name, value);
    else data.set(name, new File([value.text], value.name, { type: value.type }));
  }
  const encoded = new Request("http://form", { method: "POST", body: data });
  sent["Content-Type"] = encoded.headers.get("Content-Type");
  return { headers: sent, body: Buffer.from(await encoded.arrayBuffer()) };
}

/** One exchange, on the wire exactly as written: no redirect followed, no path normalised. */
function exchange(origin, method, path, { headers, body }) {
  const { hostname, port } = new URL(origin);
  return new Promise((done, fail) => {
    const call = send({ hostname, port, method, path, headers }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", fail);
      response.on("end", () => done({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }));
    });
    call.on("error", fail);
    call.end(body);
  });
}

function show(status, body, type) {
  if (body.length === 0) return [];
  // The runtime's own page about an uncaught exception: it names places in its source.
  if (status === 500 && type?.startsWith("text/plain")) return ["(uncaught exception)"];
  const text = body.toString("utf8");
  if (text.includes("\0") || text.includes("\ufffd")) return [`(${body.length} bytes)`];
  const whole = text.length <= LONGEST || type?.startsWith("application/json");
  return [whole ? text.trimEnd() : `${text.slice(0, 60).split("\n")[0]} (${body.length} bytes)`];
}

const [config, fixture, env] = process.argv.slice(2);
if (!requests[fixture]) throw new Error(`no requests for the fixture \`${fixture}\``);
// A worker that never answers fails the test; it does not hang it.
setTimeout(() => {
  console.error(`no end after ${PATIENCE / 1000} s`);
  process.exit(1);
}, PATIENCE).unref();

const fakes = await startFakes();
const worker = await serve(config, { env, vars: fixture === "image-sharing" ? fakes.vars : {} });
try {
  const answers = [];
  for (const [method, path, details = {}] of requests[fixture]) {
    let { status, headers, body } = await exchange(worker.url, method, path, await encode(details, fakes));
    for (let tries = 0; details.until && !body.includes(details.until) && tries < 50; tries += 1) {
      await new Promise((later) => setTimeout(later, 100));
      ({ status, headers, body } = await exchange(worker.url, method, path, {}));
    }
    const note = details.token ? ` (token: ${details.token})` : "";
    const chosen = Object.entries(headers).filter(([name]) => HEADERS.test(name)).sort();
    const text = [`${method} ${path}${note}`, status, ...chosen.map(([name, value]) => `${name}: ${value}`), ...show(status, body, headers["content-type"])];
    answers.push(text.map((line) => `${line}\n`).join(""));
  }
  const transcript = answers
    .join("\n")
    .replaceAll(fakes.url, "<fake>")
    .replaceAll(worker.url, "<origin>")
    // wrangler names the places of plugins' files at random.
    .replace(/pages-plugins\/[\da-f-]{32,36}/g, "pages-plugins/<id>")
    .replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/gm, "<now>");
  process.stdout.write(transcript);
} finally {
  await worker.stop();
  await fakes.stop();
}
process.exit(0);
