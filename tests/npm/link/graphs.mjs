// Random module graphs: what is bundled logs what the unbundled program logs.
//
//   node graphs.mjs BINARY DIRECTORY SEED COUNT
//
// A program that is bundled wrong is printed with its seed, the first one cut down to the lines that matter.

import { mkdir, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";

import { generate } from "./generate.mjs";
import { Programs, bundle } from "./programs.mjs";

const [binary, directory, first, count] = process.argv.slice(2);
let attempts = 0;

/** What is wrong with a program: nothing, or a text; `false` for a program that Node refuses. */
async function judge(files, programs) {
	const home = join(directory, String(attempts++));
	await mkdir(home, { recursive: true });
	await writeFile(join(home, "package.json"), '{ "type": "module" }');
	for (const [path, lines] of files) {
		await writeFile(join(home, path), lines.map((line) => `${line}\n`).join(""));
	}
	const wanted = await programs.run(join(home, "main.js"));
	if (wanted.includes("SyntaxError")) {
		return false;
	}
	for (const [mode, ...flags] of [["plain"], ["minified", "--minify"]]) {
		const outfile = join(home, `${mode}.out.mjs`);
		const built = await bundle(binary, home, "main.js", outfile, ...flags);
		if (built.failed) {
			return `${mode}: is not built\n${built.report}`;
		}
		const logged = await programs.run(outfile);
		if (logged !== wanted) {
			return `${mode}: has to log\n${difference(wanted, logged)}`;
		}
	}
	await rm(home, { recursive: true });
	return undefined;
}

/** Two logs from the line before the first that differs. */
function difference(wanted, logged) {
	const [these, those] = [wanted.split("\n"), logged.split("\n")];
	const at = Math.max(0, these.findIndex((line, index) => line !== those[index]) - 1);
	const part = (lines) => lines.slice(at, at + 8).join("\n");
	return `${part(these)}\nlogs\n${part(those)}\nfrom line ${at + 1}`;
}

/** The program without the lines that it is wrong without. */
async function shrink(files, programs) {
	const sort = (fault) => (fault ? `${fault.split("\n", 1)[0]} ${fault.includes("throws a ")}` : undefined);
	let fault = await judge(files, programs);
	const wanted = sort(fault);
	for (let again = true; again; ) {
		again = false;
		for (const [path, lines] of files) {
			for (let length = lines.length; length > 0; length >>= 1) {
				for (let at = 0; at + length <= lines.length; ) {
					const less = new Map(files).set(path, lines.toSpliced(at, length));
					const found = await judge(less, programs);
					if (sort(found) === wanted) {
						lines.splice(at, length);
						[fault, again] = [found, true];
					} else {
						at += length;
					}
				}
			}
		}
	}
	return fault;
}

function print(seed, files, fault) {
	const texts = [...files].filter(([, lines]) => lines.length > 0).map(([path, lines]) => `--- ${path}\n${lines.join("\n")}`);
	return `=== seed ${seed}\n${fault}\n${texts.join("\n")}`;
}

await rm(directory, { recursive: true, force: true });
const seeds = Array.from({ length: Number(count) }, (_, n) => Number(first) + n).values();
const wrong = [];
let refused = 0;
const work = async () => {
	const programs = new Programs();
	for (const seed of seeds) {
		const fault = await judge(generate(seed), programs);
		if (fault === false) {
			refused++;
		} else if (fault !== undefined) {
			wrong.push({ seed, fault });
		}
	}
	await programs.close();
};
await Promise.all(Array.from({ length: availableParallelism() }, work));
wrong.sort((one, other) => one.seed - other.seed);
if (wrong.length > 0) {
	const programs = new Programs();
	const files = generate(wrong[0].seed);
	console.log(print(wrong[0].seed, files, await shrink(files, programs)));
	await programs.close();
	for (const { seed, fault } of wrong.slice(1, 5)) {
		console.log(print(seed, generate(seed), fault));
	}
	console.log(`seeds: ${wrong.map(({ seed }) => seed).join(" ")}`);
}
console.log(`${count} graphs, ${refused} refused by Node, ${wrong.length} wrong`);
process.exitCode = wrong.length > 0 || refused > 0 ? 1 : 0;
