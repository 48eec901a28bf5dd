// What a hundred thousand static files cost: pagesbuild beside `b3sum`, wrangler and `cp`, over the same tree in one run.
//
//   node benches/assets/run.mjs [--files N] [--rounds N]
//
// builds the release binaries, installs the packages of `benches/build/package-lock.json`, writes a tree of 1.2 GB below `target/`
// and goes over it round after round, each time in a new process, the contenders taking turns. It needs cargo, npm, GNU coreutils
// and findutils, Python 3, which can tell what a child process used, and `b3sum` (`cargo install b3sum`), whose path can be given in
// `B3SUM`. What is made stays until the end, five times the tree a round: just after many files were removed, ext4 takes several times
// as long to make new ones.

import { execFile, execFileSync } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";

import { install, modules } from "../build/peers.mjs";
import { listen } from "./api.mjs";
import { content, path, plant } from "./tree.mjs";

const repository = join(import.meta.dirname, "../..");
const { values: options } = parseArgs({
	options: { files: { type: "string", default: "100000" }, rounds: { type: "string", default: "3" } },
});
const [files, rounds] = [Number(options.files), Number(options.rounds)];
const run = (program, args) => execFileSync(program, args, { cwd: repository, stdio: ["ignore", "pipe", "inherit"] }).toString();

const node = await install();
run("cargo", ["build", "--release", "--locked", "--bin", "pagesbuild", "--example", "fingerprint"]);
const target = JSON.parse(run("cargo", ["metadata", "--no-deps", "--format-version", "1"])).target_directory;
const [pagesbuild, fingerprint] = [join(target, "release/pagesbuild"), join(target, "release/examples/fingerprint")];
const wrangler = join(modules, "wrangler/bin/wrangler.js");
const b3sum = process.env.B3SUM ?? "b3sum";
const home = join(target, "bench-assets");
const [site, list, log] = ["site", "list", "log"].map((name) => join(home, name));
const cores = availableParallelism();

const settings = JSON.stringify({ name: "bench", compatibility_date: "2026-01-01", assets: { directory: "../site" } });
let places = 0;

/** A path that nothing has been at. */
const fresh = () => join(home, `made-${places++}`);

/** A project of the tree that has not been built yet. */
async function project() {
	const place = fresh();
	await mkdir(place);
	await writeFile(join(place, "wrangler.json"), settings);
	return place;
}

const api = await listen();
const environment = {
	...process.env,
	...api.environment,
	...Object.fromEntries(["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"].map((name) => [name, join(home, "home")])),
	CI: "1",
	WRANGLER_SEND_METRICS: "false",
};

/** What a command took; the API answers meanwhile. */
async function measure(command, cwd) {
	const measuring = [join(repository, "benches/build/measure.py"), log, ...command];
	const { stdout } = await promisify(execFile)("python3", measuring, { cwd, env: environment });
	const result = JSON.parse(stdout);
	if (result.end !== 0) {
		throw new Error(`${command.join(" ")} ended with ${result.end}; see ${log}`);
	}
	return result;
}

/** Whether the kernel could be made to forget the files of others, in which it would look for names and numbers. */
let isForgetful = true;

/** All start from a tree that is in memory, what they made before looked at, and nothing that others left to be written. */
async function settle(place) {
	execFileSync("sync");
	await writeFile("/proc/sys/vm/drop_caches", "3").catch(() => (isForgetful = false));
	execFileSync("xargs", ["-0", "-a", list, "cat"], { cwd: site, stdio: "ignore" });
	if (place) {
		// Nothing is larger, and for that each is looked at.
		execFileSync("find", [place, "-size", "+9999G"]);
	}
}

let edits = 0;
const edit = () => writeFile(join(site, path(0)), content(0, `edit ${edits++}`));
/** What later commands start from. */
const built = {};
const build = (...more) => [pagesbuild, "build", "--quiet", ...more];
const rows = [
	{ key: "b3sum", name: "`b3sum`", cwd: site, command: () => ["xargs", "-0", "-a", list, b3sum] },
	{
		key: "b3sums",
		name: `\`b3sum\`, ${cores} at a time`,
		cwd: site,
		command: () => ["xargs", "-0", "-a", list, "-n", "1000", "-P", String(cores), b3sum],
	},
	{ key: "hash", name: "our hashing", cwd: site, command: () => [fingerprint, ".", list] },
	{ key: "wrangler", name: "`wrangler deploy`, nothing to upload", command: async () => [node, wrangler, "deploy", "-c", join(await project(), "wrangler.json")] },
	{ key: "cp", name: "`cp -r`", command: () => ["cp", "-r", site, (built.copy = fresh())] },
	{ key: "sync", name: "`cp -r`, then `sync -f`", command: () => ["sh", "-c", 'cp -r "$0" "$1" && sync -f "$1"', site, fresh()] },
	// A new link is a change of the file, which caches see.
	{ key: "link", name: "`cp -rl`", place: () => built.copy, command: () => ["cp", "-rl", built.copy, fresh()] },
	{ key: "firstAlone", name: "build, first, `--no-store`", command: async () => build("--no-store", (built.alone = await project())) },
	{ key: "sameAlone", name: "build, nothing changed, `--no-store`", place: () => built.alone, command: () => build("--no-store", built.alone) },
	{ key: "first", name: "build, first", command: async () => build((built.kept = await project())) },
	{ key: "same", name: "build, nothing changed", place: () => built.kept, command: () => build(built.kept) },
	// The first change finds no output to use again but the present one.
	{ key: "edited", name: "build, one file changed, the first time", before: edit, place: () => built.kept, command: () => build(built.kept) },
	{ key: "again", name: "build, one file changed again", before: edit, place: () => built.kept, command: () => build(built.kept) },
].map((row) => ({ ...row, results: [] }));

await rm(home, { recursive: true, force: true });
await mkdir(join(home, "home"), { recursive: true });
const bytes = await plant(site, files);
await writeFile(list, Array.from({ length: files }, (_, number) => `${path(number)}\0`).join(""));
// Caches believe no file that is as young as the look at it.
await new Promise((resolve) => setTimeout(resolve, 5000));

// The first round warms up the machine's caches and does not count.
for (let round = 0; round <= rounds; round++) {
	for (const row of rows) {
		await row.before?.();
		const command = await row.command();
		await settle(row.place?.());
		const result = await measure(command, row.cwd ?? home);
		if (row.key === "wrangler") {
			result.step = api.step();
		}
		if (round > 0) {
			row.results.push(result);
		}
	}
	process.stderr.write(`round ${round} of ${rounds}\n`);
}
api.close();

const sorted = (row, key) => row.results.map((result) => result[key]).toSorted((one, other) => one - other);
const median = (row, key = "wall") => sorted(row, key)[rounds >> 1];
const by = Object.fromEntries(rows.map((row) => [row.key, row]));
const milliseconds = (seconds) => Math.round(seconds * 1000).toLocaleString("en");
const version = (program, ...args) => execFileSync(program, [...args, "--version"]).toString().trim().split("\n")[0];

console.log(`${cpus()[0].model}, ${cores} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; ${version(pagesbuild)}, ${version(b3sum)}, `
	+ `wrangler ${version(node, wrangler)}, Node ${version(node)}, ${version("cp")}`);
console.log(isForgetful ? "The kernel's caches were emptied before each row." : "The kernel's caches were not emptied between rows.");
console.log(`${files.toLocaleString("en")} files, ${Math.round(bytes / 1e6).toLocaleString("en")} MB; ${rounds} rounds\n`);
console.log("|  | ms, median | ms, quickest | processor, ms | memory, MB |\n| --- | ---: | ---: | ---: | ---: |");
for (const row of rows) {
	const times = [median(row), sorted(row, "wall")[0], median(row, "processor")].map(milliseconds);
	console.log(`| ${row.name} | ${times.join(" | ")} | ${Math.round(median(row, "peak") * 1.024 / 1000)} |`);
}
console.log(`\nwrangler's asset step alone, the walk and the hashing: ${milliseconds(median(by.wrangler, "step"))} ms\n`);
console.log("|  | measured | at most | met |\n| --- | ---: | ---: | ---: |");
const quickest = median(by.b3sum) < median(by.b3sums) ? "b3sum" : "b3sums";
for (const [ours, theirs, bar, what] of [
	["hash", quickest, 1.3, `hashing, against ${by[quickest].name}`],
	["firstAlone", "cp", 1.3, "first build without a store, against `cp -r`"],
	["first", "cp", 1.3, "first build, against `cp -r`"],
	["firstAlone", "sync", 1.3, "first build without a store, against `cp -r` and `sync -f`"],
	["first", "sync", 1.3, "first build, against `cp -r` and `sync -f`"],
	["sameAlone", "link", 1, "nothing changed, without a store, against `cp -rl`"],
	["same", "link", 1, "nothing changed, against `cp -rl`"],
	["edited", "link", 1, "one file changed for the first time, against `cp -rl`"],
	["again", "link", 1, "one file changed again, against `cp -rl`"],
]) {
	const ratio = median(by[ours]) / median(by[theirs]);
	console.log(`| ${what} | ${ratio.toFixed(2)} | ${bar} | ${ratio <= bar ? "yes" : "no"} |`);
}
await rm(home, { recursive: true, force: true });
