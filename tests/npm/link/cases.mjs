// The written cases of linking: what is bundled logs what the unbundled program logs, its map leads back, and its
// metafile adds up.
//
//   node cases.mjs BINARY CASES DIRECTORY [NAME...]
//
// Each case that is listed as a known failure has to fail: one that passes is to be taken off the list. The programs and their
// outputs are written to DIRECTORY.

import { readFile, rm, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";

import { faults as metafileFaults } from "../metafile/check.mjs";
import { check } from "./mappings.mjs";
import { Programs, bundle } from "./programs.mjs";
import { read, write } from "./written.mjs";

const [binary, fixtures, directory, ...names] = process.argv.slice(2);

/** What is wrong with a case: nothing, or a text. */
async function judge(one, programs) {
	const { home, entry } = await write(one, directory);
	const wanted = one.fails ? "" : (one.log?.join("\n") ?? (await programs.run(join(home, entry))));
	for (const [mode, ...flags] of [["plain"], ["minified", "--minify"]]) {
		const outfile = join(home, `${mode}.out.mjs`);
		const metafile = join(home, `${mode}.json`);
		const built = await bundle(binary, home, entry, outfile, "--sourcemap", "--metafile", metafile, ...flags);
		if (one.fails) {
			const missing = one.fails.filter((text) => !built.report.includes(text));
			if (!built.failed || missing.length > 0) {
				return `${mode}: has to fail with ${JSON.stringify(missing)}, got\n${built.report}`;
			}
			continue;
		}
		if (built.failed) {
			return `${mode}: is not built\n${built.report}`;
		}
		const logged = await programs.run(outfile);
		if (logged !== wanted) {
			return `${mode}: has to log\n${wanted}\nlogs\n${logged}`;
		}
		const text = await readFile(outfile, "utf8");
		const kept = one.absent?.filter((mark) => text.includes(mark)) ?? [];
		if (kept.length > 0) {
			return `${mode}: has to drop ${JSON.stringify(kept)}`;
		}
		const { faults } = await check(outfile);
		if (faults.length > 0) {
			return `${mode}: its map is wrong\n${faults.join("\n")}`;
		}
		const { size } = await stat(outfile);
		const facts = metafileFaults(JSON.parse(await readFile(metafile, "utf8")), { [basename(outfile)]: size });
		if (facts.length > 0) {
			return `${mode}: its metafile is wrong\n${facts.join("\n")}`;
		}
	}
	return undefined;
}

const { cases, known } = await read(fixtures);
await rm(directory, { recursive: true, force: true });
const wrong = [...known].filter((name) => !cases.some((one) => one.name === name)).map((name) => `=== ${name}\nis listed as a known failure and is no case`);
const doubled = cases.filter((one, at) => cases.findIndex((other) => other.name === one.name) !== at);
wrong.push(...doubled.map((one) => `=== ${one.name}\nis there twice`));
const waiting = cases.filter((one) => names.length === 0 || names.includes(one.name)).values();
let count = 0;
const work = async () => {
	const programs = new Programs();
	for (const one of waiting) {
		count++;
		const fault = await judge(one, programs);
		if (fault !== undefined && (!known.has(one.name) || names.length > 0)) {
			wrong.push(`=== ${one.name}\n${fault}`);
		} else if (fault === undefined && known.has(one.name)) {
			wrong.push(`=== ${one.name}\npasses: take it off the list of known failures`);
		}
	}
	await programs.close();
};
await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log([...wrong.sort(), `${count} cases, ${known.size} known failures, ${wrong.length} wrong`].join("\n\n"));
process.exitCode = wrong.length > 0 ? 1 : 0;
