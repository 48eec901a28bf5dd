// One layout of files, resolved by esbuild with wrangler's options and by pagesbuild: which file each import leads to.

import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";

import { build } from "esbuild";

const require = createRequire(import.meta.url);

/** The module that a layout starts from. */
export const ENTRY = "main.js";

/** Writes files by their paths; a value that starts with `->` is a symbolic link, and `$HOME` is the directory. */
export async function write(home, files) {
	for (const [path, content] of Object.entries(files)) {
		const file = join(home, path);
		const text = content.replaceAll("$HOME", home);
		await mkdir(dirname(file), { recursive: true });
		await (text.startsWith("->") ? symlink(text.slice(2), file) : writeFile(file, text));
	}
}

/** The statement by which a module asks for another one. */
function request([kind, specifier], at) {
	const text = JSON.stringify(specifier);
	if (kind === "effects") {
		return `import ${text};\n`;
	}
	if (kind === "require") {
		return `console.log(require(${text}));\n`;
	}
	return kind === "import()" ? `import(${text}).then(console.log);\n` : `import * as x${at} from ${text};\nconsole.log(x${at});\n`;
}

/** The text of a module that asks for others; those that `refused` has are left out. */
function text(path, asks, refused) {
	const kept = asks.filter(([kind, specifier]) => !refused.has(`${path} ${specifier}`));
	const allowed = kept.filter(([kind]) => kind === "require" || ![".cjs", ".cts"].includes(extname(path)));
	return allowed.map(request).join("") + `console.log(${JSON.stringify(path)});\n`;
}

/** The files of a layout as text; what `refused` has is not asked for. */
export function written({ files, asks }, refused) {
	const content = (path, given) => (Array.isArray(given) ? text(path, given, refused) : given);
	const texts = Object.entries(files).map(([path, given]) => [path, content(path, given)]);
	return { ...Object.fromEntries(texts), [ENTRY]: text(ENTRY, asks, refused) };
}

/**
 * Looks for an alias as wrangler does: where Node would find it from the project, by its exact name. What Node does not
 * find is looked for as an import of the project, where wrangler would give up: that difference is wanted.
 */
function aliases(alias, home) {
	return {
		name: "alias",
		setup(build) {
			build.onResolve({ filter: /.*/ }, async ({ path, kind, pluginData }) => {
				if (pluginData === aliases || !Object.hasOwn(alias, path)) {
					return undefined;
				}
				try {
					return { path: require.resolve(alias[path], { paths: [home] }) };
				} catch {
					const { errors, ...found } = await build.resolve(alias[path], { kind, resolveDir: home, pluginData: aliases });
					return errors.length === 0 ? found : { errors: [{ text: `Could not resolve ${JSON.stringify(path)}` }] };
				}
			});
		},
	};
}

/**
 * What esbuild makes of a program: for each file, where its imports lead; and those that lead nowhere. Each is
 * `file specifier`, with the kind for those that do.
 */
export async function byEsbuild(home, entry, { alias = {}, tsconfig, conditions, platform } = {}) {
	const options = {
		absWorkingDir: home,
		entryPoints: [entry],
		bundle: true,
		write: false,
		outdir: home,
		format: "esm",
		target: "es2024",
		metafile: true,
		logLevel: "silent",
		logLimit: 0,
		conditions: conditions ?? ["workerd", "worker", "browser"],
		platform,
		loader: { ".js": "jsx", ".mjs": "jsx", ".cjs": "jsx" },
		plugins: [aliases(alias, home)],
		...(tsconfig && { tsconfig }),
	};
	try {
		const { metafile } = await build(options);
		return { leads: leads(metafile), kept: kept(metafile) };
	} catch (error) {
		if (!error.errors) {
			throw error;
		}
		// A file under a name of another case is found and cannot be read.
		const failed = error.errors.map(({ text, location }) => {
			const named = /^Could not resolve (".*")$/s.exec(text)?.[1];
			const unknown = /^No loader is configured for ".*" files: (.*)$/.exec(text)?.[1];
			if (unknown) {
				return `${unknown} is of no known kind`;
			}
			const place = location && `${plain(location.file)} ${unquoted(named ?? location.lineText.slice(location.column))}`;
			return place ?? text;
		});
		return { failed: [...new Set(failed)].sort() };
	}
}

/** The string that a text starts with. */
function unquoted(text) {
	return JSON.parse(/^"(?:[^"\\]|\\.)*"/.exec(text.replaceAll("'", '"'))[0]);
}

/** A path without the suffix by which esbuild tells copies of a file apart. */
function plain(path) {
	return path.replace(/(\.\w+)[?#].*$/, "$1");
}

/** For each import of a metafile, where it leads. A module that is replaced by nothing is `nothing`. */
export function leads(metafile) {
	const found = {};
	for (const [file, { imports }] of Object.entries(metafile.inputs)) {
		for (const { original, path, kind, external } of imports) {
			if (original !== undefined || external) {
				const to = /^\(disabled\)|^pagesbuild:empty/.test(path) ? "nothing" : plain(path);
				found[`${plain(file)} ${original ?? path} ${kind}`] = to;
			}
		}
	}
	return found;
}

/** The files of code that have something in the output: those that are used, or that their package keeps for their effects. */
function kept(metafile) {
	const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
	const files = inputs.filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && /\.[cm]?[jt]sx?$/.test(plain(path)));
	return [...new Set(files.map(([path]) => plain(path)))].filter((path) => !path.startsWith("(disabled)"));
}

/** The imports of the modules that the entry reaches. */
export function reached(leads) {
	const found = {};
	const seen = new Set();
	const rest = [ENTRY];
	while (rest.length > 0) {
		const file = rest.pop();
		if (!seen.has(file)) {
			seen.add(file);
			for (const [key, to] of Object.entries(leads)) {
				if (key.startsWith(`${file} `)) {
					found[key] = to;
					rest.push(to);
				}
			}
		}
	}
	return found;
}

/** What pagesbuild makes of it, in the same form. */
export async function byPagesbuild(binary, home, entry, { conditions, platform } = {}) {
	const metafile = join(home, "pagesbuild.meta.json");
	const options = ["--format", "json", "--no-cache", "--outfile", join(home, "pagesbuild.out.mjs"), "--metafile", metafile];
	if (conditions) {
		options.push("--conditions", conditions.join(","));
	}
	if (platform) {
		options.push("--platform", platform);
	}
	const [end, stdout, stderr] = await new Promise((resolve) => {
		const done = (error, stdout, stderr) => resolve([error?.signal ?? error?.code ?? 0, stdout, stderr]);
		execFile(binary, ["bundle", "-C", home, entry, "--compatibility-date", "2026-01-01", ...options], { timeout: 20_000, cwd: home }, done);
	});
	if (end !== 0 && end !== 1) {
		throw new Error(`pagesbuild ends by ${end}: ${stdout}${stderr}`);
	}
	const { diagnostics } = JSON.parse(stdout);
	// A `require` of a package that leads nowhere is a warning here, which is wanted.
	const refused = diagnostics.filter(({ code, severity }) => severity === "error" || code === "unresolved-import");
	if (refused.length === 0) {
		const facts = JSON.parse(await readFile(metafile, "utf8"));
		return { leads: leads(facts), kept: kept(facts) };
	}
	const failed = [];
	for (const { code, path, labels, message } of refused) {
		if (code === "unresolved-import") {
			const [{ start, end }] = labels;
			failed.push(`${path} ${unquoted((await readFile(join(home, path))).subarray(start, end).toString())}`);
		} else {
			failed.push(code === "unsupported-module" ? `${path} is of no known kind` : `${path} ${code} ${message}`);
		}
	}
	return { failed: [...new Set(failed)].sort() };
}
