// Layouts of files that esbuild, with wrangler's options, and pagesbuild have to resolve alike.
//
//   node run.mjs BINARY DIRECTORY SEED COUNT
//
// Each import leads to the same file in both, or to none in both. What differs is printed.

import { mkdir, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";

import { ENTRY, byEsbuild, byPagesbuild, reached, write, written } from "./compare.mjs";
import { layout } from "./generate.mjs";
import { cases } from "./written.mjs";

const [binary, directory, first, count] = process.argv.slice(2);

const only = (list, other) => list.filter((entry) => !other.includes(entry));

/** What is wrong with a layout: nothing, or a text. */
async function judge(home, given) {
	const refused = new Set();
	const options = { ...given };
	await mkdir(dirname(home), { recursive: true });
	for (let round = 0; round < 8; round++) {
		await rm(home, { recursive: true, force: true });
		const files = written(given, refused);
		if (given.alias) {
			files["wrangler.json"] = JSON.stringify({ name: "x", compatibility_date: "2026-01-01", alias: given.alias });
		}
		await write(home, files);
		const [theirs, ours] = await Promise.all([byEsbuild(home, ENTRY, options), byPagesbuild(binary, home, ENTRY, options)]);
		if (theirs.failed || ours.failed) {
			const [these, those] = [theirs.failed ?? [], ours.failed ?? []];
			const [theirsOnly, oursOnly] = [only(these, those), only(those, these)];
			if (theirsOnly.length + oursOnly.length > 0) {
				return `only esbuild refuses ${JSON.stringify(theirsOnly)}, only pagesbuild ${JSON.stringify(oursOnly)}`;
			}
			these.forEach((entry) => refused.add(entry.replace(home, "$HOME")));
			continue;
		}
		const [wanted, found] = [reached(theirs.leads), reached(ours.leads)];
		const keys = new Set([...Object.keys(wanted), ...Object.keys(found)]);
		const different = [...keys].filter((key) => wanted[key] !== found[key]);
		const [theirsOnly, oursOnly] = [only(theirs.kept, ours.kept), only(ours.kept, theirs.kept)];
		if (theirsOnly.length + oursOnly.length > 0) {
			return `only esbuild keeps ${JSON.stringify(theirsOnly)}, only pagesbuild ${JSON.stringify(oursOnly)}`;
		}
		await rm(home, { recursive: true });
		return different.length === 0
			? undefined
			: different.map((key) => `${key}: ${wanted[key] ?? "not reached"} in esbuild, ${found[key] ?? "not reached"} in pagesbuild`).join("\n");
	}
	return "does not end";
}

const jobs = [
	...Object.entries(cases).map(([name, given], at) => [name, join(directory, `written-${at}`, "home"), given]),
	...Array.from({ length: Number(count) }, (_, at) => {
		const seed = Number(first) + at;
		return [`seed ${seed}`, join(directory, `random-${seed}`, "home"), layout(seed)];
	}),
];
const faults = [];
const work = async () => {
	for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
		const [name, home, given] = job;
		const fault = await judge(home, given).catch((error) => String(error.stack));
		if (fault === undefined) {
			await rm(dirname(home), { recursive: true, force: true });
		} else {
			faults.push(`${name} (${home}):\n${fault}`);
		}
	}
};
await Promise.all(Array.from({ length: 2 * availableParallelism() }, work));
if (faults.length > 0) {
	console.log(faults.slice(0, Number(process.env.SHOW ?? 8)).join("\n\n"));
	console.log(`${faults.length} layouts differ`);
	process.exitCode = 1;
}
