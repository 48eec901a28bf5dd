// What was measured, as Markdown.

import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";

const TITLES = {
	functions: "1,000 functions",
	plain: "The worker, readable",
	minified: "The worker, minified",
};

/** What has to be at most how many times what. */
const BARS = [
	["functions", "edited", "wrangler", "wall", 0.02, "1,000 functions, one edited: time against wrangler"],
	["plain", "cold", "esbuild", "wall", 0.7, "the worker, no cache: time against esbuild"],
	["plain", "warm", "esbuild", "wall", 0.25, "the worker, nothing changed: time against esbuild"],
	["plain", "edited", "esbuild", "wall", 0.25, "the worker, one file edited: time against esbuild"],
	["minified", "cold", "esbuild", "wall", 1.3, "the worker minified, no cache: time against esbuild"],
	["minified", "edited", "esbuild", "wall", 0.35, "the worker minified, one file edited: time against esbuild"],
	["plain", "cold", "esbuild", "peak", 1.5, "the worker, no cache: memory against esbuild"],
];

function median(values) {
	const sorted = values.toSorted((a, b) => a - b);
	const half = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

const all = (row, key) => row.results.map((result) => result[key]);
const milliseconds = (seconds) => Math.round(seconds * 1000).toLocaleString("en");
const kilobytes = (bytes) => Math.round(bytes / 1000).toLocaleString("en");

function table(head, rows) {
	const line = (cells) => `| ${cells.join(" | ")} |`;
	return [line(head), line(head.map((_, at) => (at === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

/** The machine and what runs on it. */
export async function setting(at, modules, rounds) {
	const version = async (name) => JSON.parse(await readFile(join(modules, name, "package.json"), "utf8")).version;
	const ask = (program) => execFileSync(program, ["--version"]).toString().trim();
	const peers = await Promise.all(["esbuild", "rolldown", "wrangler"].map(async (name) => `${name} ${await version(name)}`));
	const machine = `${cpus()[0].model}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`;
	return `${machine}; ${ask(at.pagesbuild)}, ${peers.join(", ")}, Node ${ask(at.node)}; ${rounds} rounds`;
}

/** The table of one project. */
export function measurements(title, rows) {
	const head = ["", "ms, median", "ms, quickest", "processor, ms", "memory, MB", "size, kB", "gzip, kB", "answers"];
	const cells = (row) => {
		if (row.failed) {
			return [row.name, ..."–––––––"].with(-1, "none: the build fails");
		}
		const wall = all(row, "wall");
		return [
			row.name,
			milliseconds(median(wall)),
			milliseconds(Math.min(...wall)),
			milliseconds(median(all(row, "processor"))),
			kilobytes(median(all(row, "peak")) * 1.024),
			kilobytes(row.size),
			kilobytes(row.gzip),
			row.right === undefined ? "–" : row.right ? "right" : "wrong",
		];
	};
	const failures = rows.filter(({ failed }) => failed).map(({ failed }) => `\n\`\`\`\n${failed}\n\`\`\``);
	return [`\n${TITLES[title]}\n`, table(head, rows.map(cells)), ...failures].join("\n");
}

/** The numbers that have a bar, beside it. */
export function comparison(results) {
	const rows = [];
	for (const [project, ours, theirs, key, bar, what] of BARS) {
		const [mine, other] = [results[project]?.[ours], results[project]?.[theirs]];
		if (mine?.results.length > 0 && other?.results.length > 0) {
			const ratio = median(all(mine, key)) / median(all(other, key));
			rows.push([what, ratio.toFixed(ratio < 0.1 ? 3 : 2), bar, ratio <= bar ? "yes" : "no"]);
		}
	}
	return `\n${table(["", "measured", "at most", "met"], rows)}`;
}
