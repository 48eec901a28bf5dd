// Asks a deployment for files by their names, as links to them would: escaped by `encodeURIComponent`, by `encodeURI`, and not
// escaped at all. A file holds its own name.
//
//   node names.mjs WRANGLER_JSON < [name]
//
// stdout: { name: { component, uri, raw } }, each "" where the file was served in the end, and otherwise what was asked and answered.

import { request } from "node:http";
import { text } from "node:stream/consumers";

import { serve } from "../worker/serve.mjs";

const HOPS = 5;
const names = JSON.parse(await text(process.stdin));
const { url, stop } = await serve(process.argv[2]);
const { hostname, port } = new URL(url);

/** One exchange, on the wire as a URL has it. */
const ask = ({ pathname, search }) =>
  new Promise((done, fail) => {
    const call = request({ hostname, port, path: pathname + search }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk)).on("error", fail);
      response.on("end", () => done({ status: response.statusCode, location: response.headers.location, body: Buffer.concat(chunks) }));
    });
    call.on("error", fail).end();
  });

/** What comes of a link on a page at the top. */
async function follow(link, name) {
  let at = new URL(link, url);
  const way = [];
  for (let hop = 0; hop < HOPS; hop += 1) {
    const { status, location, body } = await ask(at);
    way.push(`${status} ${at.pathname}${at.search}`);
    if (!location) return status === 200 && body.equals(Buffer.from(name)) ? "" : way.join(", ");
    at = new URL(location, at);
  }
  return way.join(", ");
}

try {
  const found = new Map();
  for (const name of names) {
    found.set(name, {
      component: await follow(`/${name.split("/").map(encodeURIComponent).join("/")}`, name),
      uri: await follow(`/${encodeURI(name)}`, name),
      raw: await follow(`/${name}`, name),
    });
  }
  process.stdout.write(JSON.stringify(Object.fromEntries(found)));
} finally {
  await stop();
}
process.exit(0);
