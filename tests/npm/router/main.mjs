// Asks the workers built in DIR/<name>/ours, all of them projects with a main module, and prints what they answer.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { start } from "./workerd.mjs";

const driver = `
import names from "names";
const assets = {
	async fetch(request) {
		const found = /page$|next$|fail$/.test(new URL(request.url).pathname);
		return new Response(found ? "asset" : "no asset", { status: found ? 200 : 404 });
	},
};
const asked = [
	"GET /guarded/answer", "GET /guarded/next", "POST /guarded/next", "GET /guarded/page", "GET /guarded/nothing",
	"POST /guarded/nothing", "GET /page", "GET /nothing", "HEAD /nothing", "POST /nothing", "GET /fail",
];
export default {
	async fetch(request, env, context) {
		let text = "";
		for (const name of names) {
			text += "== " + name + "\\n";
			const module = await import(name);
			text += "exports " + Object.keys(module).sort().join(" ") + "\\n";
			const own = { ASSETS: assets };
			const worker = typeof module.default === "function" ? new module.default(context, own) : module.default;
			for (const line of asked) {
				const [method, path] = line.split(" ");
				const response = await worker.fetch(new Request("https://example.com" + path, { method }), own, context);
				const guard = response.headers.has("x-guard") ? " (guarded)" : "";
				text += line + ": " + response.status + " " + (await response.text()) + guard + "\\n";
			}
			if (worker.scheduled) {
				text += "scheduled: " + worker.scheduled("noon", own, context) + "\\n";
			}
			if (worker.add) {
				text += "add: " + worker.add(1, 2) + "\\n";
			}
		}
		return new Response(text);
	},
};
`;

const directory = process.argv[2];
const names = (await readdir(directory)).sort();
const modules = [["driver.js", driver], ["names", `export default ${JSON.stringify(names)};`]];
for (const name of names) {
	modules.push([name, await readFile(join(directory, name, "ours/worker/index.js"), "utf8")]);
}
const worker = await start(modules, join(directory, "workerd"));
process.stdout.write(await (await fetch(worker.url)).text());
worker.stop();
