// Starts workerd with one worker made of the given modules; no other software in between.

import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

// Packages come from `tests/npm/node_modules`.
export const require = createRequire(import.meta.url);

// `modules` are pairs of a name and a text, the first one is the main module. Resolves to the worker's address, the
// process and a function that ends it.
export async function start(modules, directory) {
	await mkdir(directory, { recursive: true });
	const listed = [];
	for (const [index, [name, text]] of modules.entries()) {
		await writeFile(join(directory, `${index}.js`), text);
		listed.push(`(name = ${JSON.stringify(name)}, esModule = embed "${index}.js")`);
	}
	const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  compatibilityDate = "2026-01-01",
  modules = [${listed.join(", ")}]
);
`;
	const file = join(directory, "config.capnp");
	await writeFile(file, config);
	const { default: binary } = require("workerd");
	const child = spawn(binary, ["serve", file, "--control-fd=3"], { stdio: ["ignore", "inherit", "inherit", "pipe"] });
	const port = await new Promise((resolve, reject) => {
		let text = "";
		child.stdio[3].on("data", (chunk) => {
			text += chunk;
			for (const line of text.split("\n").slice(0, -1)) {
				const message = JSON.parse(line);
				if (message.event === "listen") {
					resolve(message.port);
				}
			}
		});
		child.on("exit", (code) => reject(new Error(`workerd ended with ${code}`)));
	});
	return { url: `http://127.0.0.1:${port}/`, pid: child.pid, stop: () => child.kill() };
}
