// The written cases of linking: what is bundled logs what the unbundled program logs, and its map leads back.
//
//   node cases.mjs BINARY CASES DIRECTORY [NAME...]
//
// CASES holds one text file a topic. A line `=== name` opens a case; the prose below it says what is shown and, where the
// expectation is not Node's, why. `--- path` opens a file of the program, which starts at its first file. Further sections:
//
//   *** log      what is logged; without it the unbundled program is run and asked
//   *** absent   strings, one a line, that are in no output: code that has to be dropped
//   *** fails    strings, one a line, that are in the report of a build that has to fail
//
// `known-failures.txt` in CASES lists cases that do not pass yet, under comments that say why. Each has to fail: one that
// passes is to be taken off the list. The programs and their outputs are written to DIRECTORY.

import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";

import { check } from "./mappings.mjs";
import { Programs, bundle } from "./programs.mjs";

const [binary, fixtures, directory, ...names] = process.argv.slice(2);

/** The cases of one text file. */
function parse(topic, text) {
	const cases = [];
	let section;
	for (const line of text.split("\n")) {
		const [, kind, title] = /^(===|---|\*\*\*) (.+)$/.exec(line) ?? [];
		if (kind === "===") {
			section = [];
			cases.push({ name: `${topic}/${title}`, files: new Map(), about: section });
		} else if (kind === "---") {
			section = [];
			cases.at(-1).files.set(title, section);
		} else if (kind === "***") {
			section = cases.at(-1)[title] = [];
		} else {
			section?.push(line);
		}
	}
	for (const one of cases) {
		for (const title of ["log", "absent", "fails"]) {
			one[title] = one[title]?.filter((line) => line !== "");
		}
	}
	return cases;
}

/** Writes the program of a case; the entry is its first file. */
async function write(one) {
	const home = join(directory, one.name);
	const files = new Map([["package.json", ['{ "type": "module" }']], ...one.files]);
	files.set("wrangler.toml", ['name = "program"', ...(one.files.get("wrangler.toml") ?? [])]);
	for (const [path, lines] of files) {
		const file = join(home, path);
		await mkdir(dirname(file), { recursive: true });
		await writeFile(file, `${lines.join("\n").trimEnd()}\n`);
	}
	return { home, entry: one.files.keys().next().value };
}

/** What is wrong with a case: nothing, or a text. */
async function judge(one, programs) {
	const { home, entry } = await write(one);
	const wanted = one.fails ? "" : (one.log?.join("\n") ?? (await programs.run(join(home, entry))));
	for (const [mode, ...flags] of [["plain"], ["minified", "--minify"]]) {
		const outfile = join(home, `${mode}.out.mjs`);
		const built = await bundle(binary, home, entry, outfile, "--sourcemap", ...flags);
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
	}
	return undefined;
}

async function read() {
	const cases = [];
	for (const file of (await readdir(fixtures)).sort()) {
		if (file !== "known-failures.txt") {
			cases.push(...parse(file.replace(/\.txt$/, ""), await readFile(join(fixtures, file), "utf8")));
		}
	}
	const list = await readFile(join(fixtures, "known-failures.txt"), "utf8").catch(() => "");
	const known = new Set(list.split("\n").filter((line) => line !== "" && !line.startsWith("#")));
	return { cases, known };
}

const { cases, known } = await read();
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
