// What `wrangler pages dev` answers for directories of static files, each served by a process of its own.
//
// Standard input is a JSON list of { directory, requests }, a request being { method, path }: the path is exactly what goes over
// the wire. The answer is a list of lists of [status, headers, body].

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request as send } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const PATIENCE = 120_000;
const AT_ONCE = 8;
const wrangler = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin/wrangler.js");
const state = mkdtempSync(join(tmpdir(), "pagesbuild-pages-"));

// Whatever happens here, no server stays behind.
const children = [];
process.on("exit", () => children.forEach(({ pid }) => end(pid, "SIGKILL")));

/** Ends a server with the processes that it has started. */
function end(pid, signal) {
	try {
		process.kill(-pid, signal);
	} catch {
		// It has ended by itself.
	}
}

/** Starts a server and gives it with its address, once it answers. */
function start(directory) {
	const own = mkdtempSync(join(state, "server-"));
	const listen = ["--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0"];
	const options = [...listen, "--persist-to", own, "--compatibility-date", "2026-01-01"];
	const child = spawn(process.execPath, [wrangler, "pages", "dev", directory, ...options], { cwd: own, detached: true });
	children.push(child);
	return new Promise((done, fail) => {
		let said = "";
		const hear = (text) => {
			said += text;
			const ready = /Ready on (http:\S+)/.exec(said);
			if (ready) done({ child, url: new URL(ready[1]) });
		};
		child.stdout.on("data", hear);
		child.stderr.on("data", hear);
		child.on("exit", (code) => fail(new Error(`wrangler ended with ${code}:\n${said}`)));
	});
}

function exchange({ hostname, port }, { method, path }) {
	return new Promise((done, fail) => {
		const call = send({ hostname, port, method, path }, (response) => {
			const chunks = [];
			response.on("data", (chunk) => chunks.push(chunk));
			response.on("error", fail);
			response.on("end", () => done([response.statusCode, response.headers, Buffer.concat(chunks).toString()]));
		});
		call.on("error", fail);
		call.end();
	});
}

async function serve({ directory, requests }) {
	const { child, url } = await start(directory);
	const answers = [];
	const all = requests.map((request, at) => ({ request, at }));
	const lane = async () => {
		for (let next = all.shift(); next !== undefined; next = all.shift()) answers[next.at] = await exchange(url, next.request);
	};
	await Promise.all(Array.from({ length: AT_ONCE }, lane));
	const ended = new Promise((done) => child.removeAllListeners("exit").on("exit", done));
	end(child.pid, "SIGTERM");
	await ended;
	return answers;
}

// A server that never answers fails the test; it does not hang it.
setTimeout(() => {
	console.error(`no end after ${PATIENCE / 1000} s`);
	process.exit(1);
}, PATIENCE).unref();
try {
	const answers = await Promise.all(JSON.parse(readFileSync(0, "utf8")).map(serve));
	await new Promise((written) => process.stdout.write(JSON.stringify(answers), written));
} finally {
	rmSync(state, { recursive: true, force: true });
}
process.exit(0);
