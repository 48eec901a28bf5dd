// The package set: what is bundled of each package logs what it logs unbundled, in Node and on workerd, plain and minified.
//
//   node run.mjs BINARY DIRECTORY [--modules NODE_MODULES] [--report FILE] [NAME...]
//
// The programs are in `programs/`. They and their bundles are written to DIRECTORY. The packages are those of NODE_MODULES; without
// names all programs run.

import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { Programs, bundle } from "../npm/link/programs.mjs";
import { read, write } from "../npm/link/written.mjs";
import { build } from "./esbuild.mjs";
import { report } from "./report.mjs";
import { Runtime } from "./runtime.mjs";

process.env.NODE_ENV = "production";
process.env.TZ = "UTC";

const { positionals, values } = parseArgs({
	allowPositionals: true,
	options: { modules: { type: "string", default: join(import.meta.dirname, "node_modules") }, report: { type: "string" } },
});
const [binary, directory, ...names] = positionals;
const CONDITIONS = ["workerd", "worker", "browser"].map((condition) => `--conditions=${condition}`);
const MODES = { plain: [], minified: ["--minify"] };

/** The program of a case: its lines up to the first empty one are the module's, the others run for each request. */
function toModule(lines) {
	const end = lines.indexOf("");
	return [...lines.slice(0, end), "export default async function program(log, request) {", ...lines.slice(end + 1), "}"];
}

/** A worker that answers with what a program logs. */
const worker = (program) => `import program from "./${program}";

const show = (value) => JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? \`\${inner}n\` : inner)) ?? String(value);

export default {
	async fetch(request) {
		const lines = [];
		try {
			await program((...values) => lines.push(values.map((value) => (typeof value === "string" ? value : show(value))).join(" ")), request);
		} catch (error) {
			lines.push(\`throws \${error.stack}\`);
		}
		return new Response(lines.join("\\n"));
	},
};
`;

/** What a module of such a worker answers in Node. */
async function ask(home, module) {
	const script = join(home, `${module}.ask.mjs`);
	await writeFile(
		script,
		`// The runtime has this name, and packages for browsers use it.
globalThis.self = globalThis;
const { default: worker } = await import("./${module}");
const response = await worker.fetch(new Request("http://localhost/"), {}, {});
console.log(await response.text());
`,
	);
	const programs = new Programs({ flags: CONDITIONS, patience: 30_000 });
	const answer = await programs.run(script);
	await programs.close();
	return answer;
}

async function version(name) {
	const [, packaged] = /^((?:@[^/]+\/)?[^/]+)/.exec(name);
	return JSON.parse(await readFile(join(values.modules, packaged, "package.json"), "utf8")).version;
}

/** How a case fares: for each mode the differences from what is wanted, by where it ran, and the sizes. */
async function judge(one, runtime) {
	const [program, lines] = one.files.entries().next().value;
	one.files.set(program, toModule(lines));
	one.files.set("worker.js", [worker(program)]);
	const { home } = await write(one, directory);
	const only = one.only?.[0].split(":")[0];
	const result = { name: one.name.split("/").slice(1).join("/"), topic: one.name.split("/")[0], notes: [...(one.only ?? []), ...(one.oracle ?? [])], modes: {} };
	result.version = await version(result.name);
	const here = only === "workerd" ? runtime : { run: (file) => ask(home, file) };
	let wanted = one.oracle ? undefined : await here.run("worker.js", home);
	for (const [mode, flags] of Object.entries(MODES)) {
		const started = performance.now();
		const built = await bundle(binary, home, "worker.js", join(home, `${mode}.mjs`), "--no-cache", "--quiet", ...flags);
		const ended = performance.now();
		const peer = await build(home, "worker.js", join(home, `${mode}.esbuild.mjs`), mode === "minified");
		const [text, other] = await Promise.all(["", ".esbuild"].map((infix) => readFile(join(home, `${mode}${infix}.mjs`)).catch(() => undefined)));
		wanted ??= await here.run(`${mode}.esbuild.mjs`, home);
		const places = { node: only === "workerd" ? undefined : (file) => ask(home, file), workerd: only === "node" ? undefined : (file) => runtime.run(file, home) };
		const got = {};
		for (const [place, run] of Object.entries(places)) {
			const answer = run && (built.failed ? `is not built\n${built.report}` : await run(`${mode}.mjs`));
			if (run && answer !== wanted) {
				const same = (await run(`${mode}.esbuild.mjs`)) === answer;
				got[place] = `${answer}${same ? "\n(so does what esbuild makes)" : ""}`;
			} else {
				got[place] = run && "pass";
			}
		}
		result.modes[mode] = { ...got, size: text?.length, peerSize: other?.length, time: ended - started, peerTime: peer.time, report: built.report };
	}
	result.wanted = wanted;
	return result;
}

const { cases } = await read(join(import.meta.dirname, "programs"));
const known = cases.map((one) => one.name.split("/").slice(1).join("/"));
const strange = names.filter((name) => !known.includes(name));
if (strange.length > 0) {
	throw new Error(`no such package: ${strange.join(" ")}`);
}
await rm(directory, { recursive: true, force: true });
await mkdir(directory, { recursive: true });
await symlink(resolve(values.modules), join(directory, "node_modules"));
const waiting = cases.filter((_, at) => names.length === 0 || names.includes(known[at])).values();
const runtime = await Runtime.start(join(directory, ".runtime"));
const results = [];
await Promise.all(
	Array.from({ length: availableParallelism() }, async () => {
		for (const one of waiting) {
			const result = await judge(one, runtime);
			results.push(result);
			for (const [mode, { node, workerd, report }] of Object.entries(result.modes)) {
				for (const [place, answer] of Object.entries({ node, workerd })) {
					if (answer !== undefined && (answer !== "pass" || /^throws|^the program/m.test(result.wanted))) {
						console.log(`=== ${result.name} ${result.version}, ${mode}, ${place}: has to log\n${result.wanted}\nlogs\n${answer}\n${report}`);
					}
				}
			}
		}
	}),
);
runtime.stop();
const { text, failed } = report(results);
if (values.report) {
	await writeFile(values.report, text);
}
console.log(`${results.length} packages, ${failed} wrong`);
process.exit(failed > 0 ? 1 : 0);
