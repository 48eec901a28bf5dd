// The written layouts as one project, built by wrangler itself: each import leads where pagesbuild leads it.
//
//   node wrangler.mjs BINARY DIRECTORY

import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { ENTRY, byEsbuild, byPagesbuild, leads, reached, write, written } from "./compare.mjs";
import { cases } from "./written.mjs";

const [binary, directory] = process.argv.slice(2);
let compared = 0;

/** The files of a layout without the imports that lead nowhere, which would stop a build. */
async function resolvable(home, given) {
	const refused = new Set();
	for (let round = 0; round < 8; round++) {
		await rm(home, { recursive: true, force: true });
		const files = written(given, refused);
		await write(home, files);
		const { failed } = await byEsbuild(home, ENTRY, given);
		await rm(home, { recursive: true, force: true });
		if (!failed) {
			return files;
		}
		failed.forEach((entry) => refused.add(entry));
	}
	throw new Error(`imports of ${home} do not resolve`);
}

/** What is different when wrangler and pagesbuild build a project. */
async function differences(home, files, alias) {
	await rm(home, { recursive: true, force: true });
	const config = { name: "x", main: ENTRY, compatibility_date: "2026-01-01", ...(alias && { alias }) };
	await write(home, { ...files, "wrangler.json": JSON.stringify(config) });
	await promisify(execFile)("wrangler", ["deploy", "--dry-run", "--outdir", "out", "--metafile"], { cwd: home });
	const wanted = reached(leads(JSON.parse(await readFile(join(home, "out/bundle-meta.json"), "utf8"))));
	const ours = await byPagesbuild(binary, home, ENTRY);
	if (ours.failed) {
		return [`pagesbuild refuses ${JSON.stringify(ours.failed)}`];
	}
	const found = reached(ours.leads);
	const keys = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
	compared += keys.length;
	const different = keys.filter((key) => wanted[key] !== found[key]);
	return different.map((key) => `${key}: ${wanted[key]} in wrangler, ${found[key]} in pagesbuild`);
}

const plain = Object.values(cases).filter(({ files, asks, alias, conditions, platform }) => {
	const stays = Object.keys(files).every((path) => !path.startsWith("../"));
	const movable = asks.every(([, specifier]) => !specifier.startsWith("$HOME"));
	return stays && movable && !alias && !conditions && !platform;
});
const together = { [ENTRY]: plain.map((_, at) => `import "./case-${at}/${ENTRY}";\n`).join("") + "export default {};\n" };
for (const [at, given] of plain.entries()) {
	const files = await resolvable(join(directory, "home", `case-${at}`), given);
	Object.entries(files).forEach(([path, text]) => (together[`case-${at}/${path}`] = text));
}
const aliased = await resolvable(join(directory, "alias"), cases.alias);
aliased[ENTRY] += "export default {};\n";
const found = await Promise.all([
	differences(join(directory, "home"), together),
	differences(join(directory, "alias"), aliased, cases.alias.alias),
]);
console.log([...found.flat(), `${compared} imports compared`].join("\n"));
process.exitCode = found.flat().length === 0 && compared > 300 ? 0 : 1;
