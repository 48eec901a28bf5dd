// Workers on one workerd, loaded as they come.

import { spawn } from "node:child_process";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { workerd } from "../npm/link/peers.mjs";

const DATE = "2026-09-01";
const HOST = `export default {
	async fetch(request, env) {
		const { name, text, others } = await request.json();
		const binary = ([path, content]) => [path, { wasm: Uint8Array.fromBase64(content) }];
		const modules = { "main.js": text, ...Object.fromEntries(Object.entries(others).map(binary)) };
		const code = { compatibilityDate: "${DATE}", compatibilityFlags: ["nodejs_compat"], mainModule: "main.js", modules, env: {} };
		try {
			return await env.LOADER.get(name, () => code).getEntrypoint().fetch("http://localhost/");
		} catch (error) {
			return new Response(\`does not start: \${error.stack}\`);
		}
	},
};
`;
const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
	services = [(name = "host", worker = (
		modules = [(name = "host.js", esModule = embed "host.js")],
		compatibilityDate = "${DATE}",
		bindings = [(name = "LOADER", workerLoader = (id = "programs"))],
	))],
	sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "host")],
);
`;

export class Runtime {
	#process;
	#url;
	#count = 0;

	static async start(directory) {
		const runtime = new Runtime();
		await mkdir(directory, { recursive: true });
		await writeFile(join(directory, "host.js"), HOST);
		await writeFile(join(directory, "config.capnp"), CONFIG);
		const call = ["serve", "--experimental", "--control-fd=3", join(directory, "config.capnp")];
		runtime.#process = spawn(workerd, call, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
		process.once("exit", () => runtime.stop());
		for await (const line of createInterface({ input: runtime.#process.stdio[3] })) {
			const { event, port } = JSON.parse(line);
			if (event === "listen") {
				runtime.#url = `http://127.0.0.1:${port}/`;
				return runtime;
			}
		}
		throw new Error("workerd does not start");
	}

	/** What the worker of a file answers; modules of WebAssembly lie beside it. */
	async run(file, home) {
		const others = {};
		for (const path of (await readdir(home)).filter((path) => path.endsWith(".wasm"))) {
			others[path] = await readFile(join(home, path), "base64");
		}
		const body = JSON.stringify({ name: `${++this.#count}`, text: await readFile(join(home, file), "utf8"), others });
		try {
			const response = await fetch(this.#url, { method: "POST", body, signal: AbortSignal.timeout(120_000) });
			return await response.text();
		} catch (error) {
			return `does not answer: ${error}`;
		}
	}

	stop() {
		this.#process.kill();
	}
}
