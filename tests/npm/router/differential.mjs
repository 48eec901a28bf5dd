// Holds the router against wrangler's.
//
//   node differential.mjs trees DIR SEED COUNT REQUESTS   writes DIR/<n>/functions and DIR/trees.json
//   node differential.mjs compare DIR                     builds each tree with wrangler, runs it and
//                                                         DIR/<n>/ours on workerd, prints a JSON report
//   node differential.mjs plugins DIR                     the same, each tree a plugin
//   node differential.mjs wrangler DIR                    only builds DIR/*/functions with wrangler
//
// Between the first and the others, the caller builds each tree with pagesbuild into DIR/<n>/ours.

import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";

import { random, requests, tree } from "./trees.mjs";
import { require, start } from "./workerd.mjs";

const run = promisify(execFile);
const [command, directory, ...rest] = process.argv.slice(2);

// Builds trees with wrangler, three at a time.
async function wrangler(names, ...more) {
	const waiting = names[Symbol.iterator]();
	const tool = join(dirname(require.resolve("wrangler/package.json")), "bin/wrangler.js");
	const builder = async () => {
		for (const name of waiting) {
			const home = join(directory, name);
			await mkdir(join(home, "theirs"), { recursive: true });
			const options = ["pages", "functions", "build", "functions", "--outdir", "theirs", "--compatibility-date", "2026-01-01"];
			options.push(...more);
			const env = { ...process.env, CI: "1", WRANGLER_SEND_METRICS: "false", WRANGLER_LOG_PATH: join(home, "log") };
			await run(process.execPath, [tool, ...options, "--output-routes-path", "theirs/_routes.json"], { cwd: home, env });
		}
	};
	await Promise.all([builder(), builder(), builder()]);
}

if (command === "trees") {
	const [seed, count, each] = rest.map(Number);
	const trees = [];
	for (let index = 0; index < count; index++) {
		const rng = random(seed * 1000 + index);
		const files = tree(rng);
		for (const file of files) {
			const path = join(directory, String(index), "functions", file.path);
			await mkdir(dirname(path), { recursive: true });
			await writeFile(path, file.text);
		}
		trees.push({ files: files.map(({ path, exports }) => ({ path, exports })), requests: requests(rng, files, each) });
	}
	await writeFile(join(directory, "trees.json"), JSON.stringify(trees));
} else if (command === "compare" || command === "plugins") {
	const plugins = command === "plugins";
	const trees = JSON.parse(await readFile(join(directory, "trees.json"), "utf8"));
	await wrangler(trees.keys().map(String), ...(plugins ? ["--plugin"] : []));

	const modules = [["driver.js", await readFile(new URL("driver.js", import.meta.url), "utf8")]];
	const cases = [];
	for (const [index, { requests }] of trees.entries()) {
		modules.push([`theirs-${index}`, await readFile(join(directory, String(index), "theirs/index.js"), "utf8")]);
		modules.push([`ours-${index}`, await readFile(join(directory, String(index), plugins ? "ours/index.js" : "ours/worker/index.js"), "utf8")]);
		cases.push({ modules: [`theirs-${index}`, `ours-${index}`], requests });
	}
	modules.push(["cases", `export default ${JSON.stringify(cases)};`]);

	const worker = await start(modules, join(directory, "workerd"));
	const total = { count: 0, handled: 0, guarded: 0, thrown: 0, differences: [] };
	for (const index of trees.keys()) {
		const report = await (await fetch(`${worker.url}?tree=${index}`)).json();
		for (const key of ["count", "handled", "guarded", "thrown"]) {
			total[key] += report[key];
		}
		for (const difference of report.differences) {
			const home = relative(process.cwd(), join(directory, String(index), "functions"));
			total.differences.push({ tree: home, files: trees[index].files, ...difference });
		}
	}
	worker.stop();
	// The rules that wrangler writes are compared as sets: its order hangs on the locale.
	for (const index of plugins ? [] : trees.keys()) {
		const theirs = JSON.parse(await readFile(join(directory, String(index), "theirs/_routes.json"), "utf8"));
		const ours = JSON.parse(await readFile(join(directory, String(index), "ours_routes.json"), "utf8"));
		const [left, right] = [theirs.include, ours].map((rules) => [...rules].sort().join(" "));
		if (left !== right) {
			total.differences.push({ tree: String(index), rules: true, expected: left, actual: right });
		}
	}
	console.log(JSON.stringify(total));
} else if (command === "wrangler") {
	await wrangler(await readdir(directory));
} else {
	throw new Error(`unknown command ${command}`);
}
