// A thread of `Programs`: imports the programs that it is told, answers with what they log.

import { pathToFileURL } from "node:url";
import { format } from "node:util";
import { parentPort } from "node:worker_threads";

const globals = new Set(Reflect.ownKeys(globalThis));
let log;
let stray = () => {};
process.on("uncaughtException", (error) => stray(error));
console.log = (...values) => log.push(format(...values));

/** Messages of errors that the engine makes name variables and modules, which bundling may rename. */
function describe(error) {
	if (!(error instanceof Error)) {
		return `throws ${format(error)}`;
	}
	const engine = error instanceof ReferenceError || error instanceof TypeError || error instanceof SyntaxError;
	return engine ? `throws a ${error.name}` : `throws ${error.name}: ${error.message}`;
}

parentPort.on("message", async (file) => {
	const lines = (log = []);
	const failed = new Promise((_, reject) => {
		stray = reject;
	});
	try {
		await Promise.race([failed, import(pathToFileURL(file))]);
		// What the program left to later turns is part of its log.
		for (let turn = 0; turn < 3; turn++) {
			await Promise.race([failed, new Promise(setImmediate)]);
		}
	} catch (error) {
		lines.push(describe(error));
	}
	log = [];
	const dirty = Reflect.ownKeys(globalThis).some((name) => !globals.has(name));
	parentPort.postMessage({ log: lines.join("\n"), dirty });
});
