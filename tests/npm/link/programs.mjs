// Bundling and running of small programs.

import { execFile } from "node:child_process";
import { Worker } from "node:worker_threads";

/** Runs `pagesbuild bundle`: whether it failed, by which exit code or signal, and what it had to say. */
export function bundle(binary, directory, entry, outfile, ...flags) {
	const options = ["--outfile", outfile, "--compatibility-flag", "nodejs_compat", ...flags];
	return new Promise((resolve) => {
		execFile(binary, ["bundle", "-C", directory, entry, ...options], { timeout: 60_000 }, (error, stdout, stderr) =>
			resolve({ failed: error !== null, end: error?.signal ?? error?.code, report: `${error?.signal ?? ""}${stdout}${stderr}` }),
		);
	});
}

/** Runs programs one after the other in a thread of their own, which is replaced when one of them does not end. */
export class Programs {
	#worker;
	#flags;
	#patience;

	/** With flags of Node's, and the time in milliseconds that a program has. */
	constructor({ flags = [], patience = 4_000 } = {}) {
		this.#flags = flags;
		this.#patience = patience;
	}

	/** What the program of a file logs, and how it ends when that is by an error. */
	async run(file) {
		this.#worker ??= new Worker(new URL("thread.mjs", import.meta.url), {
			execArgv: ["--experimental-transform-types", "--no-warnings", ...this.#flags],
			stdout: true,
			stderr: true,
		});
		const worker = this.#worker;
		const ended = Promise.withResolvers();
		const answers = {
			message: ended.resolve,
			error: (error) => ended.resolve({ fatal: String(error) }),
			exit: () => ended.resolve({ fatal: "the program ends its process" }),
		};
		Object.entries(answers).forEach(([event, answer]) => worker.on(event, answer));
		const timer = setTimeout(() => ended.resolve({ fatal: "the program does not end" }), this.#patience);
		worker.postMessage(file);
		const result = await ended.promise;
		clearTimeout(timer);
		Object.entries(answers).forEach(([event, answer]) => worker.off(event, answer));
		if (result.fatal !== undefined || result.dirty) {
			await this.close();
		}
		return result.fatal ?? result.log;
	}

	async close() {
		await this.#worker?.terminate();
		this.#worker = undefined;
	}
}
