// The written cases of linking through another bundler: what becomes of the programs that Node runs.
//
//   node compare.mjs BINARY CASES DIRECTORY
//
// BINARY has the command line of `pagesbuild bundle`. Cases whose log is not Node's are left out, and so are those that must not
// be built. A program that logs what it logs unbundled is right, whatever its size. Programs and outputs are written to DIRECTORY.

import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";

import { Programs, bundle } from "./programs.mjs";
import { read, write } from "./written.mjs";

const [binary, fixtures, directory] = process.argv.slice(2);

/** What is wrong with a case: nothing, or a text. */
async function judge(one, programs) {
	const { home, entry } = await write(one, directory);
	const outfile = join(home, "out.mjs");
	const { failed, end } = await bundle(binary, home, entry, outfile);
	if (failed) {
		return { 1: "is refused", 101: "panics", SIGTERM: "does not end" }[end] ?? "crashes";
	}
	const wanted = await programs.run(join(home, entry));
	return (await programs.run(outfile)) === wanted ? undefined : "behaves otherwise";
}

const { cases, known } = await read(fixtures);
await rm(directory, { recursive: true, force: true });
const programs = cases.filter((one) => one.fails === undefined && one.log === undefined);
const waiting = programs.values();
const wrong = [];
const work = async () => {
	const threads = new Programs();
	for (const one of waiting) {
		const fault = await judge(one, threads);
		if (fault !== undefined) {
			wrong.push(`${one.name} ${fault}${known.has(one.name) ? " (and is listed as a known failure of pagesbuild)" : ""}`);
		}
	}
	await threads.close();
};
await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log([`${programs.length - wrong.length} of ${programs.length} programs are right`, "", ...wrong.sort()].join("\n"));
