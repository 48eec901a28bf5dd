// What keeping versions costs: a project of many small static files, built with and without a store.
//
//   node benches/store/run.mjs [--files N] [--rounds N]
//
// builds the release binary, writes a project below `target/` and builds it round after round, each time in a new process. It
// needs cargo and Python 3, which can tell what a child process used.

import { execFileSync } from "node:child_process";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

const here = import.meta.dirname;
const repository = join(here, "../..");
const { values: options } = parseArgs({
	options: { files: { type: "string", default: "10000" }, rounds: { type: "string", default: "7" } },
});
const [files, rounds] = [Number(options.files), Number(options.rounds)];
const run = (program, args) => execFileSync(program, args, { cwd: repository, stdio: ["ignore", "pipe", "inherit"] }).toString();

run("cargo", ["build", "--release", "--locked", "--bin", "pagesbuild"]);
const target = JSON.parse(run("cargo", ["metadata", "--no-deps", "--format-version", "1"])).target_directory;
const pagesbuild = join(target, "release/pagesbuild");
const home = join(target, "bench-store");
const site = join(home, "site");
const log = join(home, "log");

/** A file of a few kilobytes, different for each number and mark. */
const content = (number, mark) => `${mark} ${number}\n`.repeat(Math.ceil(4000 / `${mark} ${number}\n`.length));
const path = (at, number) => join(at, `public/${number % 100}/${number}.txt`);

async function prepare() {
	await rm(home, { recursive: true, force: true });
	for (let directory = 0; directory < 100; directory++) {
		await mkdir(join(site, `public/${directory}`), { recursive: true });
	}
	await writeFile(join(site, "wrangler.toml"), "name = 'bench'\ncompatibility_date = '2026-01-01'\nassets.directory = 'public'\n");
	for (let number = 0; number < files; number++) {
		await writeFile(path(site, number), content(number, "first"));
	}
}

/**
 * Where the project is. First builds get a new copy, and old ones stay until the end: just after many files were removed, ext4
 * takes several times as long to make new ones.
 */
let place = site;
let places = 0;
async function anew() {
	place = join(home, `copy-${places++}`);
	await cp(site, place, { recursive: true });
}

/** Milliseconds of wall time and of processor time. */
function measure(args) {
	const command = [join(here, "../build/measure.py"), log, pagesbuild, ...args];
	const result = JSON.parse(execFileSync("python3", command, { cwd: place }));
	if (result.end !== 0) {
		throw new Error(`pagesbuild ${args.join(" ")} ended with ${result.end}; see ${log}`);
	}
	return { wall: result.wall * 1000, processor: result.processor * 1000 };
}

let edits = 0;
const rows = [
	{ name: "build, `--no-store`", args: ["build", "--no-store"], before: anew },
	{ name: "build, first version", args: ["build"], before: anew },
	{ name: "build, nothing changed", args: ["build"] },
	{ name: "build, one file changed", args: ["build"], before: () => writeFile(path(place, 0), content(0, `edit ${edits++}`)) },
	{ name: "`versions`", args: ["versions"] },
	{ name: "`show latest`", args: ["show", "latest"] },
	{ name: "`gc --keep 1`", args: ["gc", "--keep", "1"] },
].map((row) => ({ ...row, results: [] }));

await prepare();
// The first round warms up the machine's caches and does not count.
for (let round = 0; round <= rounds; round++) {
	for (const row of rows) {
		await row.before?.();
		// What the row before left to be written is not this one's.
		execFileSync("sync");
		const result = measure(row.args);
		if (round > 0) {
			row.results.push(result);
		}
	}
	process.stderr.write(`round ${round} of ${rounds}\n`);
}
console.log(`${files} files, ${rounds} rounds\n`);
console.log("|  | ms, median | ms, quickest | processor, ms |\n| --- | ---: | ---: | ---: |");
for (const { name, results } of rows) {
	const sorted = (key) => results.map((result) => result[key]).toSorted((one, other) => one - other);
	const [wall, processor] = [sorted("wall"), sorted("processor")];
	console.log(`| ${name} | ${Math.round(wall[rounds >> 1])} | ${Math.round(wall[0])} | ${Math.round(processor[rounds >> 1])} |`);
}
await rm(home, { recursive: true, force: true });
