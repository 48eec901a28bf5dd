// Builds measured: pagesbuild beside wrangler, esbuild, rolldown and swc_bundler, in one run.
//
//   node benches/build/run.mjs [--rounds N] [--skip NAME]...
//
// builds the release binaries, installs the packages of the `package-lock.json` beside this file, writes two projects below
// `target/` and builds them round after round, each time in a new process, the contenders taking turns. NAME is `functions`,
// `worker` or `swc_bundler`. It needs cargo, npm and Python 3, which can tell what a child process used.

import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { gzipSync } from "node:zlib";

import { install, modules } from "./peers.mjs";
import { MARK, REQUESTS, functions, worker } from "./projects.mjs";
import { comparison, measurements, setting } from "./report.mjs";

const here = import.meta.dirname;
const repository = join(here, "../..");
const { values: options } = parseArgs({
	options: { rounds: { type: "string", default: "9" }, skip: { type: "string", multiple: true, default: [] } },
});
const rounds = Number(options.rounds);
const skips = (name) => options.skip.includes(name);
const run = (program, args) => execFileSync(program, args, { cwd: repository, stdio: ["ignore", "pipe", "inherit"] }).toString();

/** Installs and builds what is missing or old; where things are. */
async function prepare() {
	const node = await install();
	const example = skips("swc_bundler") ? [] : ["--example", "bundle_with_swc"];
	run("cargo", ["build", "--release", "--locked", "--bin", "pagesbuild", ...example]);
	const target = JSON.parse(run("cargo", ["metadata", "--no-deps", "--format-version", "1"])).target_directory;
	return {
		home: join(target, "bench-build"),
		node,
		pagesbuild: join(target, "release/pagesbuild"),
		swc: join(target, "release/examples/bundle_with_swc"),
		esbuild: join(modules, `@esbuild/${process.platform}-${process.arch}/bin/esbuild`),
		wrangler: join(modules, "wrangler/bin/wrangler.js"),
		rolldown: join(here, "rolldown.mjs"),
	};
}

const at = await prepare();
const log = join(at.home, "log");
const env = {
	...process.env,
	...Object.fromEntries(["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"].map((name) => [name, join(at.home, "home")])),
	CI: "1",
	NO_COLOR: "1",
	NODE_ENV: "production",
	WRANGLER_HIDE_BANNER: "true",
	WRANGLER_SEND_METRICS: "false",
};

/** What one build took; `end` is its exit code, or a signal's negative number. */
async function measure({ command, home }) {
	const { stdout } = await promisify(execFile)("python3", [join(here, "measure.py"), log, ...command], { cwd: home, env });
	return JSON.parse(stdout);
}

/** pagesbuild in the four states that a project can be in. `edited` is the file that the last one edits. */
async function states(home, edited, row) {
	const original = await readFile(edited, "utf8");
	let count = 0;
	const cache = existsSync(join(home, "node_modules")) ? "node_modules/.cache/pagesbuild" : ".pagesbuild/cache";
	const forget = () => rm(join(home, cache), { recursive: true, force: true });
	const edit = (state) => writeFile(edited, original.replace(MARK, state));
	const command = [at.pagesbuild, ...row.command];
	return [
		{ ...row, key: "cold", name: "pagesbuild, no cache", command: [...command, "--no-cache"] },
		{ ...row, key: "filling", name: "pagesbuild, filling the cache", command, before: forget },
		{ ...row, key: "warm", name: "pagesbuild, nothing changed", command },
		{
			...row,
			key: "edited",
			name: "pagesbuild, one file edited",
			command,
			before: async (one) => edit((one.state = `edited ${Date.now()} ${count++}`)),
			after: () => edit(MARK),
		},
	].map((one) => ({ ...one, home }));
}

const esbuild = (entry, outfile, more) => [
	at.esbuild,
	entry,
	"--bundle",
	"--format=esm",
	"--platform=browser",
	"--conditions=workerd,worker,browser",
	"--main-fields=browser,module,main",
	"--target=esnext",
	'--define:process.env.NODE_ENV="production"',
	"--external:node:*",
	"--external:cloudflare:*",
	"--log-level=error",
	`--outfile=${outfile}`,
	...more,
];

/** The ways to build the project of functions. */
async function functionRows() {
	const home = join(at.home, "functions");
	const out = join(at.home, "out/functions");
	const edited = await functions(home);
	const ours = { command: ["build", home, "--outdir", join(out, "pagesbuild")], outfile: join(out, "pagesbuild/worker/index.js") };
	const theirs = { home };
	return [
		...(await states(home, edited, ours)),
		{
			...theirs,
			key: "wrangler",
			name: "wrangler pages functions build",
			command: [at.node, at.wrangler, "pages", "functions", "build", "--outdir", join(out, "wrangler")],
			outfile: join(out, "wrangler/index.js"),
		},
		{
			...theirs,
			key: "esbuild",
			name: "esbuild, given a table of the handlers",
			command: esbuild("entry.ts", join(out, "esbuild.mjs"), []),
			outfile: join(out, "esbuild.mjs"),
			silent: true,
		},
		{
			...theirs,
			key: "rolldown",
			name: "rolldown, given the same table",
			command: [at.node, at.rolldown, join(home, "entry.ts"), join(out, "rolldown.mjs")],
			outfile: join(out, "rolldown.mjs"),
			silent: true,
		},
	];
}

/** The ways to bundle the worker. */
async function workerRows(minify) {
	const home = join(at.home, "worker");
	const out = join(at.home, minify ? "out/worker-minified" : "out/worker");
	const edited = await worker(home);
	const file = (name) => join(out, `${name}.mjs`);
	const more = minify ? ["--minify"] : [];
	const bundle = (name) => ["bundle", "-C", home, "src/index.ts", "--outfile", file(name), ...more];
	const deploy = ["deploy", "--dry-run", "--outdir", join(out, "wrangler"), ...more];
	const rows = [
		...(await states(home, edited, { command: bundle("pagesbuild"), outfile: file("pagesbuild") })),
		{ key: "esbuild", name: "esbuild", command: esbuild("src/index.ts", file("esbuild"), more), outfile: file("esbuild") },
		{
			key: "rolldown",
			name: "rolldown",
			command: [at.node, at.rolldown, join(home, "src/index.ts"), file("rolldown"), ...more],
			outfile: file("rolldown"),
		},
		{
			key: "wrangler",
			name: "wrangler deploy --dry-run",
			command: [at.node, at.wrangler, ...deploy],
			outfile: join(out, "wrangler/index.js"),
		},
		{ key: "swc", name: "swc_bundler", command: [at.swc, ...bundle("swc")], outfile: file("swc") },
	];
	return rows.filter(({ key }) => key !== "swc" || !skips("swc_bundler")).map((row) => ({ ...row, home }));
}

/** What a module answers to the requests of a project. */
async function answers(module, requests, flags = []) {
	const command = ["--no-warnings", ...flags, join(here, "ask.mjs"), module, JSON.stringify(requests)];
	return (await promisify(execFile)(at.node, command, { env, maxBuffer: 1 << 28 })).stdout;
}

/** Builds in turns. The first round warms up the machine's caches and does not count. */
async function compete(rows) {
	for (let round = 0; round <= rounds; round++) {
		for (const row of rows.filter(({ failed }) => !failed)) {
			await row.before?.(row);
			const result = await measure(row);
			row.failed = result.end !== 0 && `${row.name} ended with ${result.end}: ${(await readFile(log, "utf8")).slice(-500)}`;
			row.results = round === 0 || row.failed ? [] : [...row.results, result];
			if (round === rounds && !row.failed) {
				const code = await readFile(row.outfile);
				Object.assign(row, { size: code.length, gzip: gzipSync(code).length });
				row.answers = row.silent ? undefined : await answers(row.outfile, row.requests);
			}
			await row.after?.(row);
		}
		process.stderr.write(`round ${round} of ${rounds}\n`);
	}
	return Object.fromEntries(rows.map((row) => [row.key, row]));
}

/** Whether each row answers as `wanted`, in the state that the project had when it was built. */
function judge(rows, wanted) {
	for (const row of Object.values(rows).filter((one) => one.answers !== undefined)) {
		row.right = row.answers === wanted.replaceAll(MARK, row.state ?? MARK);
	}
}

await rm(at.home, { recursive: true, force: true });
await mkdir(join(at.home, "home"), { recursive: true });
for (const directory of ["out/functions", "out/worker", "out/worker-minified"]) {
	await mkdir(join(at.home, directory), { recursive: true });
}
const results = {};
if (!skips("functions")) {
	results.functions = await compete((await functionRows()).map((row) => ({ ...row, requests: REQUESTS.functions })));
	judge(results.functions, results.functions.wrangler.answers);
}
if (!skips("worker")) {
	// The unbundled program, by the conditions under which it is bundled.
	const flags = ["--experimental-transform-types", ...["workerd", "worker", "browser"].flatMap((name) => ["-C", name])];
	const wanted = await answers(join(here, "worker/src/index.ts"), REQUESTS.worker, flags);
	for (const [name, minify] of [["plain", false], ["minified", true]]) {
		results[name] = await compete((await workerRows(minify)).map((row) => ({ ...row, requests: REQUESTS.worker })));
		judge(results[name], wanted);
	}
}
console.log(await setting(at, modules, rounds));
for (const [title, rows] of Object.entries(results)) {
	console.log(measurements(title, Object.values(rows)));
}
console.log(comparison(results));
