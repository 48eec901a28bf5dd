// The package set: what is bundled of each package logs what it logs unbundled, in Node and on workerd, plain and minified.
//
//   node run.mjs BINARY DIRECTORY [--modules NODE_MODULES] [--report FILE] [NAME...]
//
// The programs are in `programs/`, as the written cases of linking are, each under the name of its package. `*** only` says where one
// runs, `node` or `workerd`, and why not elsewhere; `*** oracle` whose log is wanted instead of that of Node with the conditions of
// workers, that of esbuild's bundle (`esbuild`) or of Node with its own conditions (`defaults`), and why. They and their bundles are
// written to DIRECTORY. The packages are those of NODE_MODULES; without names all programs run.

import { mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
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
async function ask(home, module, flags = CONDITIONS) {
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
	const programs = new Programs({ flags, patience: 120_000 });
	const answer = await programs.run(script);
	await programs.close();
	return answer;
}

async function version(name) {
	const [, packaged] = /^((?:@[^/]+\/)?[^/]+)/.exec(name);
	return JSON.parse(await readFile(join(values.modules, packaged, "package.json"), "utf8")).version;
}

/** How a case fares: for each mode what is wrong where it ran, or "pass", and the sizes and times. */
async function judge(one, runtime) {
	const [program, lines] = one.files.entries().next().value;
	one.files.set(program, toModule(lines));
	one.files.set("worker.js", [worker(program)]);
	const { home } = await write(one, directory);
	const [topic, ...name] = one.name.split("/");
	const result = { name: name.join("/"), topic, notes: [...(one.only ?? []), ...(one.oracle ?? [])], modes: {} };
	result.version = await version(result.name);
	const places = { node: (file) => ask(home, file), workerd: (file) => runtime.run(file, home) };
	const [only] = one.only?.[0].split(":") ?? [];
	const asked = Object.entries(places).filter(([place]) => only === undefined || place === only);
	const [oracle] = one.oracle?.[0].split(":") ?? ["unbundled"];
	let wanted = oracle === "esbuild" ? undefined : await ask(home, "worker.js", oracle === "defaults" ? [] : CONDITIONS);
	for (const [mode, flags] of Object.entries(MODES)) {
		const started = performance.now();
		const built = await bundle(binary, home, "worker.js", join(home, `${mode}.mjs`), "--no-cache", "--quiet", ...flags);
		const time = performance.now() - started;
		let peer;
		const ofPeer = async (run) => {
			peer ??= await build(home, "worker.js", join(home, `${mode}.esbuild.mjs`), mode === "minified");
			return run(`${mode}.esbuild.mjs`);
		};
		wanted ??= await ofPeer(asked[0][1]);
		const answers = {};
		for (const [place, run] of asked) {
			const answer = built.failed ? `is not built\n${built.report}` : await run(`${mode}.mjs`);
			const right = answer === wanted && !/^throws|^does not|^the program/m.test(answer);
			const same = !right && first(await ofPeer(run)) === first(answer);
			answers[place] = right ? "pass" : `has to log\n${wanted}\nlogs\n${answer}${same ? "\nas it does with esbuild" : ""}`;
		}
		const sizes = values.report === undefined ? [] : await ofPeer((file) => Promise.all([size(home, `${mode}.mjs`), size(home, file)]));
		result.modes[mode] = { answers, sizes, times: [time, peer?.time], report: built.report };
	}
	return result;
}

/** An error without the way to it, which names places in a bundle. */
const first = (answer) => answer.split("\n    at ")[0];

async function size(home, file) {
	return (await stat(join(home, file))).size;
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
			for (const [mode, { answers, report }] of Object.entries(result.modes)) {
				for (const [place, answer] of Object.entries(answers).filter(([, answer]) => answer !== "pass")) {
					console.log(`=== ${result.name} ${result.version}, ${mode}, ${place}: ${answer}\n${report}`);
				}
			}
		}
	}),
);
runtime.stop();
results.sort((one, other) => (one.name < other.name ? -1 : 1));
const failed = results.filter(({ modes }) => Object.values(modes).some(({ answers }) => Object.values(answers).some((answer) => answer !== "pass")));
if (values.report) {
	await writeFile(values.report, report(results));
}
console.log(`${results.length} packages, ${failed.length} wrong`);
process.exit(failed.length > 0 ? 1 : 0);
