// Random layouts: packages whose manifests and files are drawn from few names, so that they meet.

const json = JSON.stringify;

/** Numbers from a seed. */
export function random(seed) {
	let state = seed * 2654435761 + 1;
	const next = () => {
		state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) | 0;
		return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
	};
	const below = (count) => Math.floor(next() * count);
	return { below, one: (list) => list[below(list.length)], chance: (part) => next() < part };
}

const STEMS = ["index", "a", "b", "lib/index", "lib/a", "lib/b", "dist/a", "a/index", "lib"];
const EXTENSIONS = [".js", ".js", ".js", ".ts", ".tsx", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".json"];
const PATTERNS = ["*.js", "./lib/*.js", "lib/**", "**/*.ts", "./a.js", "index.js", "a.*", "./lib/**/*.js", "dist/?.js", "./**", "{a,b}.js", "lib"];
const NAMES = ["p", "q", "@s/p", "own", "w", "n"];
const CONDITIONS = ["workerd", "worker", "browser", "import", "require", "default", "node", "types", "module", "deno"];

/** A layout: its files, and what its entry asks for. */
export function layout(seed) {
	const { below, one, chance } = random(seed);
	const some = (most, make) => Array.from({ length: 1 + below(most) }, make);
	const file = () => one(STEMS) + one(EXTENSIONS);
	const target = () => (chance(0.1) ? one(["./none.js", "a.js", "../x.js", "./lib/", "./*", "p", "./lib"]) : `./${file()}`);

	/** What stands behind a key of `exports` or `imports`. */
	const value = (depth, star) => {
		const kind = below(10);
		if (kind < 5 || depth > 2) {
			return star && chance(0.8) ? one(["./*", "./*.js", "./lib/*.js", "./lib/*", "./dist/*.mjs"]) : target();
		}
		if (kind === 5) {
			return one([null, [], false, 3]);
		}
		return kind === 6 ? some(3, () => value(depth + 1, star)) : table(depth + 1, star);
	};
	const table = (depth, star) => Object.fromEntries(some(3, () => [one(CONDITIONS), value(depth, star)]));
	const key = (start) => start + one(["a", "b", "a.js", "lib/a", "*", "lib/*", "*.js", "lib/*.js", "", "lib/", "index"]);
	const exported = () => {
		const entry = ([path]) => [path, value(0, path.includes("*"))];
		return chance(0.3) ? value(0, false) : Object.fromEntries([["."], ...some(4, () => [key("./")])].slice(below(2)).map(entry));
	};
	const browser = () => {
		const from = () => one([`./${one(STEMS)}`, `./${file()}`, `./${file()}`, one(NAMES), "fs"]);
		return Object.fromEntries(some(4, () => [from(), one([false, true, `./${file()}`, `./${file()}`, one(NAMES), `./${one(STEMS)}`])]));
	};
	const manifest = (name) => ({
		...(chance(0.8) && { name }),
		...(chance(0.6) && { main: one([file(), `./${file()}`, one(STEMS), "./", ".", "lib/", "none"]) }),
		...(chance(0.4) && { module: one([file(), `./${file()}`, one(STEMS)]) }),
		...(chance(0.3) && { browser: chance(0.3) ? `./${file()}` : browser() }),
		...(chance(0.4) && { exports: exported() }),
		...(chance(0.2) && { imports: Object.fromEntries(some(3, () => [key("#"), value(0, true)])) }),
		...(chance(0.2) && { type: one(["module", "commonjs"]) }),
		...(chance(0.6) && { sideEffects: one([false, true, [], "./a.js", some(2, () => one(PATTERNS)), some(2, () => one(PATTERNS))]) }),
	});
	const specifier = (inside) => {
		const kind = below(10);
		if (kind < 4) {
			return one(NAMES);
		}
		if (kind < 7) {
			return `${one(NAMES)}/${chance(0.5) ? file() : one(STEMS)}`;
		}
		const path = chance(0.5) ? file() : one(STEMS);
		return one([`./${path}`, `./${path}`, `./${path}`, inside ? `../${path}` : `./lib/../${path}`, key("#"), `@/${path}`, `${path}`, ".", `./${path}?x`]);
	};
	const kind = () => one(["import", "effects", "effects", "effects", "require", "import()"]);
	const asks = (inside) => some(6, () => [kind(), specifier(inside)]);

	const files = {};
	const fill = (home, name, count) => {
		const made = new Set();
		for (const path of some(count, file)) {
			// A name is a file or a directory.
			if (![...made].some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`))) {
				made.add(path);
				files[home + path] = path.endsWith(".json") ? "{}" : asks(true);
			}
		}
		if (chance(0.9)) {
			files[`${home}package.json`] = json(manifest(name));
		}
	};
	fill("", "own", 4);
	for (const name of NAMES.slice(0, 3)) {
		if (chance(0.85)) {
			fill(`node_modules/${name}/`, name, 6);
		}
	}
	if (chance(0.3)) {
		fill("node_modules/p/node_modules/q/", "q", 4);
	}
	if (chance(0.3)) {
		fill("packages/w/", "w", 4);
		files["node_modules/w"] = "->../packages/w";
	}
	if (chance(0.2)) {
		fill("node_modules/.pnpm/n@1/node_modules/n/", "n", 4);
		files["node_modules/n"] = "->.pnpm/n@1/node_modules/n";
		files["node_modules/.pnpm/n@1/node_modules/w"] = "->../../../w";
	}
	if (chance(0.4)) {
		const paths = Object.fromEntries(some(3, () => [one(["@/*", "@/a", "*", "p", "p/*", "q*"]), some(2, () => one(["./lib/*", "./*", "lib/*", "./lib/a", `./${file()}`, "./dist/*.d.ts"]))]));
		const options = { ...(chance(0.3) && { baseUrl: one([".", "./lib", "lib"]) }), ...(chance(0.8) && { paths }) };
		files["tsconfig.json"] = json({ compilerOptions: options });
	}
	const alias = chance(0.2) && Object.fromEntries(some(2, () => [one([...NAMES, "p/a", "./a", "@/a"]), one(["./lib/a", "./a.js", "p", "q/lib/a", "@s/p", "w"])]));
	return { files, asks: [...asks(false), ...asks(false)], ...(alias && { alias }) };
}
