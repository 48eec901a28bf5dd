// The written cases of linking, as files hold them.
//
// A directory of cases holds one text file a topic. A line `=== name` opens a case; the prose below it says what is shown and, where
// the expectation is not Node's, why. `--- path` opens a file of the program, which starts at its first file. Further sections:
//
//   *** log      what is logged; without it the unbundled program is run and asked
//   *** absent   strings, one a line, that are in no output: code that has to be dropped
//   *** fails    strings, one a line, that are in the report of a build that has to fail
//
// `known-failures.txt` beside them lists cases that do not pass yet, under comments that say why.

import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

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
		for (const title of ["log", "absent", "fails", "only", "oracle"]) {
			one[title] = one[title]?.filter((line) => line !== "");
		}
	}
	return cases;
}

/** Writes the program of a case below a directory; the entry is its first file. */
export async function write(one, directory) {
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

/** The cases of a directory, and the names of those that are known to fail. */
export async function read(fixtures) {
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
