// Specifiers that are put together when the program runs: esbuild, with wrangler's options, and pagesbuild bundle the same files
// for them, under the same specifiers.
//
//   node patterns.mjs BINARY DIRECTORY

import { execFile } from "node:child_process";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { build } from "esbuild";

import { write } from "./compare.mjs";
import { content } from "./written.mjs";

const [binary, directory] = process.argv.slice(2);

const FILES = [
	"x/a.js", "x/ab.js", "x/b.js", "x/c.mjs", "x/d.ts", "x/d.d.ts", "x/e.json", "x/f.cjs", "x/.js", "x/.hidden.js",
	"x/sub/a.js", "x/sub/b.tsx", "x/sub/deep/a.js", "x/.hidden/a.js", "x/node_modules/p/a.js", "xy/a.js", "y/+[a].js", "src/z.js", "src/x/a.js",
];
const LINKS = { "x/link.js": "->a.js", "x/linked": "->sub", "x/sub/above": "->..", "x/broken.js": "->nothing.js", away: "->x/sub" };

const PATTERNS = [
	"`../x/${y}.js`", "`../x/a${y}.js`", "`../x/${y}b.js`", "`../x/${y}/a.js`", "`../x/${y}/${z}.js`", "`../x/${y}${z}.js`", "`../x/s${y}b/a.js`",
	"`../x${y}/a.js`", "`../x${y}/${z}a.js`", "`../x/sub/${y}`", "`../x/${y}.ts`", "`../x/${y}.json`", "`../x/${y}.mjs`", "`../x/${y}js`",
	"`../away/${y}.js`", "`../y/+[${y}].js`", "`../y/${y}]${z}`", "`../x//${y}.js`", "`../x/./a${y}.js`", "`../x/sub/../a${y}.js`", "`./../x/a${y}.js`",
	"`./${y}.js`", "`./x/${y}.js`", "`./x/*${y}.js`", "`./x/${y}.js?q`", "`./x/${y}/`", "`./X/${y}.js`", "`./nowhere/${y}.js`", "`./nowhere${y}`",
	"'../x/' + y + '.js'", "'../x/' + y + z + '.js'", "'../x/' + (y + z) + '.js'", "'../x/' + (y + '.js')", "'../x/a' + `${y}.js`", "`../x/${`sub/${y}`}.js`", "('../x/sub/a' + y)",
	"`../x/a.js`", "'../x/' + 'a' + '.js'", "y ? '../x/a.js' : `../x/sub/${y}.js`", "y ? z : '../x/b.js'",
	"y", "`${y}`", "`${y}/../x/a.js`", "y + '../x/a.js'", "`x/${y}.js`", "`/x/${y}.js`", "`../x/${y}.js`.trim()", "'../x/'.concat(y)",
];

const sorted = (list) => [...new Set(list)].sort();

/** The files of a program that esbuild bundles, and the specifiers under which they are looked up. */
async function byEsbuild(home) {
	const { metafile, outputFiles } = await build({
		absWorkingDir: home, entryPoints: ["src/main.js"], bundle: true, write: false, metafile: true, format: "esm", target: "es2024",
		conditions: ["workerd", "worker", "browser"], loader: { ".js": "jsx", ".mjs": "jsx", ".cjs": "jsx" }, logLevel: "silent",
	}).catch(() => ({ metafile: { inputs: {} }, outputFiles: [{ text: "" }] }));
	const keys = [...outputFiles[0].text.matchAll(/^ +("\.{1,2}\/.*"): \(\) => /gm)].map(([, key]) => JSON.parse(key));
	return { files: sorted(Object.keys(metafile.inputs)), keys: sorted(keys) };
}

/** The same for pagesbuild. */
async function byPagesbuild(home) {
	const metafile = join(home, "..", "metafile.json");
	const options = ["--outfile", join(home, "..", "out.mjs"), "--metafile", metafile];
	await new Promise((resolve, reject) => {
		execFile(binary, ["bundle", "-C", home, "src/main.js", ...options], (error, _, stderr) => (error ? reject(new Error(stderr)) : resolve()));
	});
	const { inputs } = JSON.parse(await readFile(metafile, "utf8"));
	const made = Object.keys(inputs).filter((path) => path.startsWith("pagesbuild:"));
	const keys = made.flatMap((path) => inputs[path].imports.map(({ original }) => original));
	return { files: sorted(Object.keys(inputs).filter((path) => path !== "<runtime>" && !made.includes(path))), keys: sorted(keys) };
}

const faults = [];
for (const [at, [pattern, call]] of PATTERNS.flatMap((pattern) => [[pattern, "import"], [pattern, "require"]]).entries()) {
	const home = join(directory, `pattern-${at}`, "home");
	await rm(home, { recursive: true, force: true });
	await mkdir(home, { recursive: true });
	const files = Object.fromEntries(FILES.map((file) => [file, content(file)]));
	await write(home, { ...files, ...LINKS, "src/main.js": `export const load = (y, z) => ${call}(${pattern});\n` });
	const [theirs, ours] = await Promise.all([byEsbuild(home), byPagesbuild(home)]);
	// What esbuild refuses, since the directory is not there, is a warning of ours: nothing is found either way.
	const wanted = theirs.files.length === 0 ? { files: ["src/main.js"], keys: [] } : theirs;
	if (JSON.stringify(wanted) !== JSON.stringify(ours)) {
		faults.push(`${call}(${pattern}): esbuild has ${JSON.stringify(theirs)}, pagesbuild ${JSON.stringify(ours)}`);
	}
}
console.log(faults.slice(0, 8).join("\n"));
process.exitCode = faults.length > 0 ? 1 : 0;
