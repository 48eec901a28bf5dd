// What the image-sharing project talks to, on loopback: an identity provider that publishes its signing keys and
// an image service that keeps what it is sent. Names and times are counted, so that answers are the same each run.

import { createServer } from "node:http";

const { subtle } = globalThis.crypto;
const RS256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
const AUDIENCE = "gallery";
const API_TOKEN = "let-me-in";

const base64url = (data) => Buffer.from(data).toString("base64url");

async function sign(key, head, claims) {
  const text = `${base64url(JSON.stringify(head))}.${base64url(JSON.stringify(claims))}`;
  return `${text}.${base64url(await subtle.sign(RS256.name, key, Buffer.from(text)))}`;
}

/** Starts both; `vars` point a worker at them, `token(kind)` signs (or forges) a token. */
export async function startFakes() {
  const known = await subtle.generateKey(RS256, true, ["sign", "verify"]);
  const stranger = await subtle.generateKey(RS256, true, ["sign", "verify"]);
  const jwk = { ...(await subtle.exportKey("jwk", known.publicKey)), kid: "key-1", use: "sig" };
  const images = new Map();
  let count = 0;

  const json = (response, status, body) => {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(body));
  };
  const refuse = (response, status, message) =>
    json(response, status, { success: false, errors: [{ code: status, message }], result: null });

  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method } = request;
    const { pathname } = new URL(request.url, "http://fake");
    if (pathname === "/cdn-cgi/access/certs") return json(response, 200, { keys: [jwk] });

    const delivered = pathname.match(/^\/delivery\/([^/]+)\/(thumbnail|public)$/);
    if (delivered) {
      const image = images.get(delivered[1]);
      if (!image) return refuse(response, 404, "no such image");
      response.writeHead(200, { "Content-Type": image.type });
      return response.end(image.bytes);
    }

    const stored = pathname.match(/^\/accounts\/test\/images\/v1(?:\/([^/]+))?$/);
    if (!stored) return refuse(response, 404, `unknown path ${pathname}`);
    if (request.headers.authorization !== `Bearer ${API_TOKEN}`) return refuse(response, 403, "wrong API token");
    if (method === "POST" && stored[1] === undefined) {
      const form = await new Response(Buffer.concat(chunks), { headers: request.headers }).formData();
      const file = form.get("file");
      if (file.name.includes("broken")) return refuse(response, 422, "cannot decode the image");
      count += 1;
      const id = `image-${count}`;
      images.set(id, { bytes: Buffer.from(await file.arrayBuffer()), type: file.type });
      const variants = ["public", "thumbnail"].map((variant) => `${url}/delivery/${id}/${variant}`);
      const uploaded = new Date(Date.UTC(2026, 0, count)).toISOString();
      return json(response, 200, { success: true, errors: [], result: { id, filename: file.name, uploaded, variants } });
    }
    if (method === "DELETE" && images.delete(stored[1])) return json(response, 200, { success: true, errors: [], result: {} });
    return refuse(response, 404, "no such image");
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const url = `http://127.0.0.1:${server.address().port}`;

  const now = Math.floor(Date.now() / 1000);
  const head = { alg: "RS256", kid: "key-1", typ: "JWT" };
  const claims = { iss: url, aud: [AUDIENCE], email: "ada@example.com", iat: now - 60, nbf: now - 60, exp: now + 3600 };
  const kinds = {
    good: () => sign(known.privateKey, head, claims),
    expired: () => sign(known.privateKey, head, { ...claims, exp: now - 1 }),
    early: () => sign(known.privateKey, head, { ...claims, nbf: now + 600 }),
    forged: () => sign(stranger.privateKey, head, claims),
    unknownKey: () => sign(stranger.privateKey, { ...head, kid: "key-2" }, claims),
    unsigned: async () => `${(await sign(known.privateKey, { ...head, alg: "none" }, claims)).replace(/[^.]*$/, "")}`,
    tampered: async () => {
      const [first, , last] = (await sign(known.privateKey, head, claims)).split(".");
      return `${first}.${base64url(JSON.stringify({ ...claims, email: "eve@example.com" }))}.${last}`;
    },
    otherAudience: () => sign(known.privateKey, head, { ...claims, aud: ["payroll"] }),
    otherIssuer: () => sign(known.privateKey, head, { ...claims, iss: "https://elsewhere.example" }),
    garbage: async () => "not-a-token",
  };
  return {
    url,
    vars: {
      ACCESS_TEAM: url,
      ACCESS_AUDIENCE: AUDIENCE,
      IMAGES_API: `${url}/accounts/test`,
      IMAGES_API_TOKEN: API_TOKEN,
    },
    token: (kind) => kinds[kind](),
    stop: () => new Promise((done) => server.close(done).closeAllConnections()),
  };
}
