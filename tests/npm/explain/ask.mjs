// Many deployments on one workerd, asked as `wrangler dev` would be: the same router and asset workers before each.
//
// Standard input is a JSON list of { config, requests }: the path of a `wrangler.json`, and for each request its method,
// its host, its path exactly as it is to be on the wire, and whether a browser navigates. The answer is a list of lists of
// [status, headers, body].

import { existsSync, readFileSync } from "node:fs";
import { Agent, request as send } from "node:http";
import { dirname, join } from "node:path";

import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions as workerOptions } from "wrangler";

const PATIENCE = 540_000;
const AT_ONCE = 16;

// Standard output is for our results.
console.log = console.info = console.warn = console.error;
setTimeout(() => {
	console.error(`no end after ${PATIENCE / 1000} s`);
	process.exit(1);
}, PATIENCE).unref();

/** The main module, and those that the configuration names. */
function modules(main, rules = []) {
	const root = dirname(main);
	const named = rules.flatMap(({ type, globs }) => globs.map((name) => ({ type, path: join(root, name) })));
	return { modulesRoot: root, modules: [{ type: "ESModule", path: main }, ...named.filter(({ path }) => existsSync(path))] };
}

function worker(config, name) {
	const { main, rules } = JSON.parse(readFileSync(config, "utf8"));
	const { workerOptions: options } = workerOptions(config);
	const { modulesRules, ...rest } = options;
	const nothing = { modules: true, script: "export default { fetch: () => new Response('no worker', { status: 500 }) }" };
	return { ...rest, name, ...(main === undefined ? nothing : modules(join(dirname(config), main), rules)) };
}

/** The worker before all others: only what it calls has the router and asset workers before it. */
function door(sites) {
	const script = `export default {
		fetch(request, env) {
			const passed = new Request(request, { redirect: "manual" });
			passed.headers.delete("X-Site");
			return env[request.headers.get("X-Site")].fetch(passed);
		},
	};`;
	const names = sites.map((_, at) => [`site-${at}`, `site-${at}`]);
	return { name: "door", modules: true, script, serviceBindings: Object.fromEntries(names) };
}

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

/** Headers as a browser has them: several of a name are one. */
function joined(raw) {
	const headers = new Map();
	for (let at = 0; at < raw.length; at += 2) {
		const name = raw[at].toLowerCase();
		headers.set(name, headers.has(name) ? `${headers.get(name)}, ${raw[at + 1]}` : raw[at + 1]);
	}
	return Object.fromEntries(headers);
}

/** One exchange, on the wire exactly as written: no redirect followed, no path normalised. */
function exchange({ hostname, port }, site, { method, host, path, navigates }) {
	const headers = { Host: host, "X-Site": site };
	if (navigates) headers["Sec-Fetch-Mode"] = "navigate";
	return new Promise((done, fail) => {
		const call = send({ agent, hostname, port, method, path, headers }, (response) => {
			const chunks = [];
			response.on("data", (chunk) => chunks.push(chunk));
			response.on("error", fail);
			response.on("end", () => done([response.statusCode, joined(response.rawHeaders), Buffer.concat(chunks).toString()]));
		});
		call.on("error", fail);
		call.end();
	});
}

const sites = JSON.parse(readFileSync(0, "utf8"));
const workers = [door(sites), ...sites.map(({ config }, at) => worker(config, `site-${at}`))];
const miniflare = new Miniflare(convertV4MiniflareOptions({ workers, host: "127.0.0.1", port: 0, cf: false }));
try {
	const url = await miniflare.ready;
	const answers = sites.map(({ requests }) => Array(requests.length));
	const all = sites.flatMap(({ requests }, site) => requests.map((request, at) => ({ site, request, at })));
	const lane = async () => {
		for (let next = all.shift(); next !== undefined; next = all.shift()) {
			answers[next.site][next.at] = await exchange(url, `site-${next.site}`, next.request);
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, lane));
	process.stdout.write(JSON.stringify(answers));
} finally {
	await miniflare.dispose();
}
process.exit(0);
