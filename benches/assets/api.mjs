// The platform's API on loopback, as far as `wrangler deploy` of static files asks for it. It has all files already.

import { createServer } from "node:http";

const ANSWERS = [
	["POST", /\/assets-upload-session$/, { jwt: "complete", buckets: [] }],
	["PUT", /\/workers\/scripts\/[^/]+$/, { id: "script", etag: "etag", startup_time_ms: 1, deployment_id: "deployment" }],
	["GET", /\/workers\/subdomain$/, { subdomain: "example" }],
	["GET", /\/subdomain$/, { enabled: false, previews_enabled: false }],
	["POST", /\/subdomain$/, { enabled: false, previews_enabled: false }],
	["GET", /\/workers\/workers\/[^/]+$/, { subdomain: { enabled: false, previews_enabled: false } }],
	["GET", /\/secrets$/, []],
];

/**
 * Starts the API. `environment` leads wrangler to it, `step()` gives the seconds that wrangler took from its request before to the
 * list of its files: the walk and the hashing.
 */
export async function listen() {
	let [answered, step] = [0, 0];
	const server = createServer((incoming, outgoing) => {
		const url = new URL(incoming.url, "http://127.0.0.1");
		const answer = ANSWERS.find(([method, path]) => method === incoming.method && path.test(url.pathname))?.[2];
		if (url.pathname.endsWith("/assets-upload-session")) {
			step = (performance.now() - answered) / 1000;
		}
		incoming.resume().on("end", () => {
			outgoing.writeHead(answer ? 200 : 404, { "content-type": "application/json" });
			const errors = answer ? [] : [{ code: 10007, message: "not found" }];
			outgoing.end(JSON.stringify({ success: answer !== undefined, errors, messages: [], result: answer ?? null }));
			answered = performance.now();
		});
	});
	await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
	const environment = {
		CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${server.address().port}`,
		CLOUDFLARE_API_TOKEN: "token",
		CLOUDFLARE_ACCOUNT_ID: "0123456789abcdef0123456789abcdef",
	};
	return { environment, step: () => step, close: () => (server.close(), server.closeAllConnections()) };
}
