// What a worker answers.
//
//   node ask.mjs MODULE REQUESTS
//
// REQUESTS is a list of paths and options of `fetch`, as JSON.

import { pathToFileURL } from "node:url";
import { format } from "node:util";

const environment = { ASSETS: { fetch: async () => new Response("no asset", { status: 404 }) } };
const context = { waitUntil() {}, passThroughOnException() {} };
const [module, requests] = process.argv.slice(2);
const lines = [];
try {
	const { default: worker } = await import(pathToFileURL(module));
	for (const [path, options] of JSON.parse(requests)) {
		const response = await worker.fetch(new Request(`http://localhost${path}`, options), environment, context);
		lines.push(`${path} ${response.status} ${await response.text()}`);
	}
} catch (error) {
	lines.push(format(error));
}
console.log(lines.join("\n"));
