// Reads a metafile as esbuild's own types, esbuild's own analyzer and a published one do, and prints what they make of it.
//
//   node read.mjs FILE

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { analyzeMetafile } from "esbuild";
import { prepareVisualizerData, visualizer } from "esbuild-visualizer";
import ts from "typescript";

import { faults } from "./check.mjs";

const text = await readFile(process.argv[2], "utf8");
const metafile = JSON.parse(text);

/** What TypeScript says about the file as a value of esbuild's type. */
function typeErrors() {
	const name = fileURLToPath(new URL("metafile.ts", import.meta.url));
	const source = `import type { Metafile } from "esbuild";\nexport const metafile: Metafile = ${text};\n`;
	const options = { noEmit: true, strict: true, skipLibCheck: true, types: [], lib: ["lib.es2022.d.ts", "lib.dom.d.ts"] };
	options.module = ts.ModuleKind.Preserve;
	const host = ts.createCompilerHost(options);
	const { getSourceFile, fileExists } = host;
	host.fileExists = (file) => file === name || fileExists(file);
	host.getSourceFile = (file, ...rest) =>
		file === name ? ts.createSourceFile(file, source, ...rest) : getSourceFile.call(host, file, ...rest);
	const found = ts.getPreEmitDiagnostics(ts.createProgram([name], options, host));
	return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

/** The bytes that esbuild-visualizer shows for each output. */
function shown() {
	const { tree, nodeParts } = JSON.parse(prepareVisualizerData(metafile));
	const size = (node) => (node.children ? node.children.reduce((sum, child) => sum + size(child), 0) : nodeParts[node.uid].renderedLength);
	return Object.fromEntries(tree.children.map((output) => [output.name, size(output)]));
}

const wrong = [...typeErrors(), ...faults(metafile, {})];
const page = await visualizer(metafile);
const analysis = await analyzeMetafile(text, { verbose: true });
console.log(JSON.stringify({ wrong, shown: shown(), page: page.length, analysis }));
