// Layouts by hand: what resolution is known to be subtle about. Each has files and the specifiers that its entry asks for.

const json = JSON.stringify;

/** A package: its manifest and files that say which they are. */
function packaged(name, manifest, ...files) {
	const home = `node_modules/${name}`;
	const entries = files.map((file) => [`${home}/${file}`, content(file)]);
	return { [`${home}/package.json`]: json({ name, ...manifest }), ...Object.fromEntries(entries) };
}

/** Files of the project itself. */
function plain(...files) {
	return Object.fromEntries(files.map((file) => [file, content(file)]));
}

/** Something that every loader takes. */
export function content(file) {
	return file.endsWith(".json") ? json({ file }) : file.endsWith(".css") ? "a {}" : `console.log(${json(file)});\n`;
}

const tsconfig = (options, more = {}) => ({ "tsconfig.json": json({ compilerOptions: options, ...more }) });
const both = (...specifiers) => specifiers.flatMap((specifier) => [["import", specifier], ["require", specifier]]);
const imports = (...specifiers) => specifiers.map((specifier) => ["import", specifier]);
const requires = (...specifiers) => specifiers.map((specifier) => ["require", specifier]);

export const cases = {
	"extensions in order": {
		files: plain("a.js", "a.ts", "a.tsx", "b.jsx", "b.js", "c.json", "c.js", "d.json", "e.mjs", "f.mts", "g.cjs", "h.cts"),
		asks: both("./a", "./b", "./c", "./d", "./e", "./f", "./g", "./h"),
	},
	"JavaScript's extension for TypeScript's": {
		files: plain("a.ts", "b.tsx", "c.ts", "c.tsx", "d.mts", "e.cts", "f.tsx", "g.js", "g.ts", "h.ts", "i.js.ts", "i.ts"),
		asks: both("./a.js", "./b.js", "./c.js", "./c.jsx", "./d.mjs", "./e.cjs", "./f.jsx", "./g.js", "./h.mjs", "./i.js"),
	},
	"the same in packages": {
		files: {
			...packaged("p", {}, "a.ts", "b.tsx", "c.js", "c.ts", "d.mts", "e.js", "e.jsx", "f.ts", "f.json"),
			...packaged("q", { exports: { ".": "./a.js", "./b": "./b.mjs", "./*": "./lib/*.js" } }, "a.ts", "b.mts", "lib/x.tsx"),
		},
		asks: both("p/a.js", "p/a", "p/b.js", "p/c", "p/d.mjs", "p/e", "p/f", "q", "q/b", "q/x", "q/y"),
	},
	"directories": {
		files: {
			...plain("a/index.js", "b/index.ts", "b/index.js", "c.js", "c/index.js", "d/index.json", "e/x.js", "f/index.mjs"),
			"g/package.json": json({ main: "./lib" }),
			...plain("g/lib/index.js", "g/index.js", "index.js"),
		},
		asks: imports("./a", "./a/", "./b", "./c", "./c/", "./d", "./e", "./f", "./g", "./g/", ".", "./", "./a/.", "./a/.."),
	},
	"main": {
		files: {
			...packaged("none", {}, "index.js"),
			...packaged("dot", { main: "." }, "index.js"),
			...packaged("slash", { main: "./" }, "index.js"),
			...packaged("empty", { main: "" }, "index.js"),
			...packaged("directory", { main: "lib" }, "lib/index.js", "index.js"),
			...packaged("file-and-directory", { main: "lib" }, "lib.js", "lib/index.js"),
			...packaged("short", { main: "./lib/a" }, "lib/a.js"),
			...packaged("missing", { main: "./lib/none.js" }, "index.js"),
			...packaged("missing-all", { main: "./lib/none.js" }, "a.js"),
			...packaged("number", { main: 5 }, "index.js"),
			...packaged("outside", { main: "../none/index.js" }),
			...packaged("typescript", { main: "lib/a.js" }, "lib/a.ts"),
			...packaged("typescript-index", {}, "index.ts"),
			...packaged("types", { types: "index.d.ts" }, "index.d.ts"),
			...packaged("module-main", { module: "m.mjs" }, "m.mjs"),
			...packaged("mjs-main", { main: "m" }, "m.mjs"),
			...packaged("absolute", { main: "/lib/a.js" }, "lib/a.js"),
			...packaged("json", { main: "data" }, "data.json"),
			"node_modules/broken/package.json": "{ not json",
		},
		asks: both(
			...["none", "dot", "slash", "empty", "directory", "file-and-directory", "short", "missing", "missing-all", "number"],
			...["outside", "typescript", "typescript-index", "types", "module-main", "mjs-main", "absolute", "json", "none/index", "none/"],
		),
	},
	"browser before module before main": {
		files: {
			...packaged("three", { main: "a.js", module: "b.js", browser: "c.js" }, "a.js", "b.js", "c.js"),
			...packaged("gone", { main: "a.js", module: "b.js", browser: "c.js" }, "a.js", "b.js"),
			...packaged("main-gone", { main: "a.js", module: "b.js" }, "b.js"),
			...packaged("module-gone", { main: "a.js", module: "b.js" }, "a.js"),
		},
		asks: imports("three", "gone", "main-gone", "module-gone"),
	},
	"module and main, required": {
		files: packaged("two", { main: "a.js", module: "b.js" }, "a.js", "b.js"),
		asks: requires("two"),
	},
	"module and main, imported and required": {
		files: {
			...packaged("two", { main: "a.js", module: "b.js" }, "a.js", "b.js"),
			...packaged("user", { main: "u.js" }, "u.js"),
			"node_modules/user/u.js": requires("two"),
			...packaged("index", { module: "b.js" }, "index.js", "b.js"),
		},
		asks: [...imports("two", "user", "index"), ...requires("index"), ["import()", "two"]],
	},
	"module and main, where main is asked for by its path": {
		files: packaged("two", { main: "a.js", module: "b.js" }, "a.js", "b.js"),
		asks: imports("two", "two/a.js"),
	},
	"browser maps": {
		files: {
			...packaged(
				"map",
				{ main: "a.js", browser: { "./a.js": "./b.js", "./off.js": false, inner: "./c.js", gone: false, "./e": "./f.js" } },
				...["a.js", "b.js", "c.js", "d.js", "f.js", "e.js", "off.js", "x/index.js"],
			),
			"node_modules/map/b.js": requires("inner", "gone", "./off", "./off.js", "./e", "./e.js"),
			...packaged("index", { browser: { "./index.js": "./other.js" } }, "index.js", "other.js"),
			...packaged("no-main", { main: "lib/index", browser: { "./lib/index.js": "./lib/b.js" } }, "lib/index.js", "lib/b.js"),
			...packaged("nowhere", { main: "a.js", browser: { "./a.js": "./none.js" } }, "a.js"),
			...packaged("to-package", { main: "a.js", browser: { "./a.js": "map" } }, "a.js"),
			...packaged("builtin", { main: "a.js", browser: { fs: false, path: "./path.js", "./x": "./y" } }, "a.js", "path.js", "x.js", "y.js"),
			"node_modules/builtin/a.js": requires("fs", "path", "./x"),
			...packaged("deep", { browser: { "./lib/a": "./lib/b", "./dir": "./lib/c.js" } }, "lib/a.js", "lib/b.js", "lib/c.js", "dir/index.js"),
			...packaged("exported", { exports: "./a.js", browser: { "./a.js": "./b.js", "./c": "./b.js" } }, "a.js", "b.js", "c.js"),
			"node_modules/exported/a.js": requires("./c", "./c.js"),
			...packaged("self-false", { main: "a.js", browser: { "./a.js": false } }, "a.js"),
		},
		asks: imports(
			...["map", "map/a", "map/a.js", "map/off", "map/off.js", "map/d", "index", "no-main", "no-main/lib", "to-package", "builtin"],
			...["deep/lib/a", "deep/lib/a.js", "deep/dir", "exported", "self-false", "nowhere", "index/index"],
		),
	},
	"a browser map of the project": {
		files: {
			"package.json": json({ browser: { "./a.js": "./b.js", p: "./c.js", q: false, "./d": "./b.js", "./sub/w": "./b.js" } }),
			...plain("a.js", "b.js", "c.js", "d.js", "sub/w.js", "sub/e.js"),
			...packaged("p", {}, "index.js", "a.js"),
			...packaged("q", {}, "index.js"),
			"sub/e.js": imports("w", "./w", "p", "../a"),
			...packaged("w", {}, "index.js"),
		},
		asks: imports("./a", "./a.js", "p", "q", "p/a", "./d", "d", "./sub/e.js", "./sub/w"),
	},
	"exports": {
		files: {
			...packaged("text", { exports: "./a.js" }, "a.js", "b.js"),
			...packaged("table", { exports: { ".": "./a.js", "./b": "./b.js", "./c.js": "./b.js", "./no": null } }, "a.js", "b.js", "no.js"),
			...packaged("pattern", { exports: { "./*": "./lib/*.js", "./in/*": null, "./x/*.js": "./lib/x/*.js", "./x/*": "./lib/*/y.js" } }, "lib/a.js", "lib/in/a.js", "lib/x/a.js", "lib/b/y.js"),
			...packaged("slash", { exports: { "./": "./lib/", "./d/": "./lib/dir/" } }, "lib/a.js", "lib/dir/index.js", "a.js"),
			...packaged("array", { exports: ["./none.js", "./a.js"] }, "a.js"),
			...packaged("array2", { exports: { ".": [null, "bad", { deno: "./no.js" }, "./a.js"], "./e": [], "./b": ["bad"], "./n": [null] } }, "a.js"),
			...packaged("types-first", { exports: { ".": { types: "./a.d.ts", import: "./a.mjs", require: "./a.cjs" } } }, "a.d.ts", "a.mjs", "a.cjs"),
			...packaged("nested", { exports: { ".": { browser: { import: "./a.mjs", require: "./a.cjs" }, default: "./n.js" } } }, "a.mjs", "a.cjs", "n.js"),
			...packaged("fall", { exports: { browser: { deno: "./no.js" }, default: "./a.js" } }, "a.js"),
			...packaged("stop", { exports: { browser: null, default: "./a.js" } }, "a.js"),
			...packaged("order", { exports: { default: "./a.js", workerd: "./b.js" } }, "a.js", "b.js"),
			...packaged("workerd", { exports: { node: "./n.js", worker: "./w.js", workerd: "./d.js" } }, "n.js", "w.js", "d.js"),
			...packaged("worker", { exports: { deno: "./n.js", worker: "./w.js", browser: "./d.js" } }, "n.js", "w.js", "d.js"),
			...packaged("node", { exports: { node: "./n.js" } }, "n.js"),
			...packaged("module", { exports: { module: "./m.js", import: "./i.js", require: "./r.js" } }, "m.js", "i.js", "r.js"),
			...packaged("module-sync", { exports: { "module-sync": "./m.js", default: "./i.js" } }, "m.js", "i.js"),
			...packaged("production", { exports: { production: "./p.js", development: "./d.js", default: "./a.js" } }, "p.js", "d.js", "a.js"),
			...packaged("import-only", { exports: { import: "./a.js" } }, "a.js"),
			...packaged("require-only", { exports: { require: "./a.js" } }, "a.js"),
			...packaged("leaves", { exports: { ".": "./../x.js", "./a": "a.js", "./b": "./node_modules/b.js", "./c": "/c.js" } }, "a.js", "node_modules/b.js", "c.js"),
			...packaged("no-extension", { exports: { ".": "./a", "./d": "./dir", "./*": "./*" } }, "a.js", "dir/index.js", "b.js"),
			...packaged("empty", { exports: {} }, "index.js"),
			...packaged("null", { exports: null, main: "a.js" }, "a.js"),
			...packaged("false", { exports: false, main: "a.js" }, "a.js"),
			...packaged("mixed", { exports: { ".": "./a.js", import: "./a.js" } }, "a.js"),
			...packaged("escapes", { exports: { ".": "./a%20b.js", "./s": "./a%2fb.js", "./bad": "./a%.js" } }, "a b.js", "a/b.js"),
			...packaged("stars", { exports: { "./*/x/*": "./a.js", "./t/*": "./lib/*/*.js" } }, "a.js", "lib/q/q.js"),
			...packaged("dots", { exports: { "./*": "./lib/*.js" } }, "lib/a.js", "a.js"),
			...packaged("@s/scoped", { exports: { ".": "./a.js", "./b": "./b.js" } }, "a.js", "b.js"),
			...packaged("@s/plain", { main: "a" }, "a.js", "b/index.js"),
		},
		asks: both(
			...["text", "text/b", "text/a.js", "table", "table/b", "table/b.js", "table/c.js", "table/no", "table/"],
			...["pattern/a", "pattern/in/a", "pattern/x/a.js", "pattern/x/b", "pattern", "pattern/a.js", "pattern/"],
			...["slash/a.js", "slash/a", "slash/d/", "slash/d/index", "slash", "slash/dir", "array", "array2", "array2/e", "array2/b", "array2/n"],
			...["types-first", "nested", "fall", "stop", "order", "workerd", "worker", "node", "module", "module-sync", "production"],
			...["import-only", "require-only", "leaves", "leaves/a", "leaves/b", "leaves/c", "no-extension", "no-extension/d", "no-extension/b", "no-extension/b.js"],
			...["empty", "null", "false", "mixed", "escapes", "escapes/s", "escapes/bad", "stars/a/x/b", "stars/t/q", "dots/../a", "dots/x/../a"],
			...["@s/scoped", "@s/scoped/b", "@s/scoped/c", "@s/plain", "@s/plain/b", "@s", "@s/"],
		),
	},
	"imports": {
		files: {
			"package.json": json({
				name: "own",
				imports: {
					...{ "#a": "./lib/a.js", "#b": { browser: "./lib/b.js", default: "./lib/a.js" }, "#lib/*": "./lib/*.js", "#p": "p", "#p/*": "p/*" },
					...{ "#none": "./none.js", "#null": null, "#gone": "gone", "#up": "../x.js", "#slash/": "./lib/", "#self": "#a", "#short": "./lib/a" },
					...{ "#fall": ["bad:", "./lib/a.js"], "#/x": "./lib/a.js", "#two": { import: "./lib/a.js", require: "./lib/b.js" }, "#ts": "./lib/t.js" },
				},
			}),
			...plain("lib/a.js", "lib/b.js", "lib/t.ts", "sub/x.js"),
			"sub/x.js": imports("#a"),
			...packaged("p", {}, "index.js", "q.js"),
			...packaged("inner", { imports: { "#a": "./a.js" } }, "index.js", "a.js"),
			"node_modules/inner/index.js": imports("#a", "#b"),
		},
		asks: both(
			...["#a", "#b", "#lib/a", "#lib/none", "#p", "#p/q", "#none", "#null", "#gone", "#up", "#slash/a.js", "#slash/a"],
			...["#self", "#short", "#fall", "#/x", "#two", "#ts", "#", "#unknown", "./sub/x.js", "inner"],
		),
	},
	"its own name": {
		files: {
			"package.json": json({ name: "own", exports: { ".": "./lib/a.js", "./b": "./lib/b.js" } }),
			...plain("lib/a.js", "lib/b.js"),
			...packaged("own", {}, "index.js", "c.js"),
			...packaged("plain-own", {}, "index.js", "b.js"),
			"node_modules/plain-own/index.js": imports("plain-own/b"),
		},
		asks: imports("own", "own/b", "own/c", "plain-own"),
	},
	"its own name without exports": {
		files: { "package.json": json({ name: "own", main: "lib/a.js" }), ...plain("lib/a.js") },
		asks: imports("own"),
	},
	"nested packages": {
		files: {
			...packaged("a", {}, "index.js"),
			"node_modules/a/index.js": imports("b", "c"),
			...packaged("a/node_modules/b", {}, "index.js"),
			...packaged("b", {}, "index.js"),
			...packaged("c", {}, "index.js"),
			"sub/node_modules/c/index.js": "",
			"sub/x.js": imports("b", "c", "d", "e/y"),
			"sub/node_modules/e/x.js": "",
			...packaged("e", {}, "y.js"),
		},
		asks: imports("a", "b", "./sub/x.js"),
	},
	"a package that refuses hides one further out": {
		files: {
			"sub/node_modules/p/package.json": json({ exports: { ".": "./a.js" } }),
			"sub/node_modules/p/a.js": "",
			...packaged("p", {}, "index.js", "b.js"),
			"sub/x.js": imports("p", "p/b"),
		},
		asks: imports("./sub/x.js"),
	},
	"workspaces": {
		files: {
			"node_modules/@w/one": "->../../packages/one",
			"node_modules/@w/two": "->../../packages/two",
			"packages/one/package.json": json({ name: "@w/one", exports: { ".": "./src/index.ts", "./*": "./src/*.ts" } }),
			"packages/one/src/index.ts": imports("@w/two", "./other.js", "dep"),
			"packages/one/src/other.ts": "",
			"packages/one/node_modules/dep/index.js": "",
			"packages/two/package.json": json({ name: "@w/two", main: "src/main" }),
			...plain("packages/two/src/main.ts"),
			"packages/two/tsconfig.json": json({ compilerOptions: { paths: { "~/*": ["./src/*"] } } }),
			"packages/two/src/main.ts": imports("~/inner", "dep"),
			"packages/two/src/inner.ts": "",
			...packaged("dep", {}, "index.js"),
		},
		asks: imports("@w/one", "@w/one/other", "@w/two"),
	},
	"pnpm": {
		files: {
			"node_modules/a": "->.pnpm/a@1.0.0/node_modules/a",
			...packaged(".pnpm/a@1.0.0/node_modules/a", { main: "a.js" }, "a.js"),
			"node_modules/.pnpm/a@1.0.0/node_modules/a/a.js": imports("b", "@s/c", "./d", "hoisted"),
			"node_modules/.pnpm/a@1.0.0/node_modules/a/d.js": "",
			"node_modules/.pnpm/a@1.0.0/node_modules/b": "->../../b@2.0.0/node_modules/b",
			"node_modules/.pnpm/a@1.0.0/node_modules/@s/c": "->../../../@s+c@1.0.0/node_modules/@s/c",
			...packaged(".pnpm/b@2.0.0/node_modules/b", {}, "index.js"),
			...packaged(".pnpm/@s+c@1.0.0/node_modules/@s/c", { exports: "./c.js" }, "c.js"),
			...packaged(".pnpm/node_modules/hoisted", {}, "index.js"),
		},
		asks: imports("a", "b", "@s/c", "hoisted"),
	},
	"links": {
		files: {
			...plain("real/a.js", "real/b.js", "b.js"),
			"real/a.js": imports("./b", "p"),
			"linked.js": "->real/a.js",
			directory: "->real",
			"broken.js": "->nowhere.js",
			"sub/up.js": "->../real/b.js",
			...packaged("p", {}, "index.js"),
			"node_modules/link.js": "->../real/b.js",
		},
		asks: imports("./linked", "./directory/a", "./directory/b.js", "./broken", "./sub/up", "link", "./directory"),
	},
	"paths of TypeScript": {
		files: {
			...tsconfig({
				paths: {
					...{ "@/*": ["./src/*"], "~": ["./src/index.ts"], "#x/*": ["./none/*", "./src/*"], exact: ["./src/a"], "a*z": ["./src/*"], "*": ["./any/*"] },
					...{ "pkg/*": ["./node_modules/p/lib/*"], types: ["./t.d.ts", "./src/a"], bare: ["src/a"], "@/deep/*": ["./deep/*"], "two*stars*": ["./src/a"] },
				},
			}),
			...plain("src/a.ts", "src/index.ts", "src/b/index.tsx", "any/c.js", "deep/d.js", "t.d.ts", "src/m.ts"),
			...packaged("p", {}, "index.js", "lib/x.js", "lib/y.ts", "lib/y.js"),
			"node_modules/q/index.js": imports("@/a"),
		},
		asks: imports(
			...["@/a", "@/a.js", "@/b", "@/none", "~", "#x/a", "exact", "abz", "amz", "c", "pkg/x", "pkg/y", "types", "bare", "@/deep/d", "p", "./src/a"],
			...["two1stars2", "q", "exact/x", "any/c"],
		),
	},
	"baseUrl": {
		files: {
			...tsconfig({ baseUrl: "./src", paths: { "@/*": ["*"], "x/*": ["./lib/*"] } }),
			...plain("src/a.ts", "src/lib/b.ts", "src/p/index.ts", "src/q.js"),
			...packaged("p", {}, "index.js"),
			...packaged("r", {}, "index.js"),
		},
		asks: imports("a", "@/a", "x/b", "lib/b", "p", "q", "r", "./src/a", "@/lib/b.js"),
	},
	"extends": {
		files: {
			"tsconfig.json": '{ // comments\n "extends": ["./base.json", "@ts/config", "preset", "./short"], "compilerOptions": { "strict": true, }, }',
			"base.json": json({ compilerOptions: { baseUrl: "./src", paths: { "@/*": ["./*"] } } }),
			"short.json": json({ extends: "./config/deep", compilerOptions: {} }),
			"config/deep.json": json({ compilerOptions: { baseUrl: "../other" } }),
			...packaged("@ts/config", {}),
			"node_modules/@ts/config/tsconfig.json": json({ compilerOptions: { paths: { "c/*": ["./src/*"] } } }),
			...packaged("preset", { tsconfig: "./x.json" }),
			"node_modules/preset/x.json": json({ compilerOptions: { strict: false } }),
			...plain("src/a.ts", "other/a.ts", "other/src/a.ts", "other/b.ts"),
		},
		asks: imports("@/a", "c/a", "b", "a"),
	},
	"extends a package's exported settings": {
		files: {
			...tsconfig({}, { extends: "preset/strict" }),
			...packaged("preset", { exports: { "./strict": "./s.json" } }),
			"node_modules/preset/s.json": json({ compilerOptions: { baseUrl: "${configDir}/lib", paths: { "@/*": ["${configDir}/lib/*"] } } }),
			...plain("lib/a.ts"),
		},
		asks: imports("@/a", "a"),
	},
	"extends a directory and a file without extension": {
		files: {
			...tsconfig({}, { extends: ".." }),
			"../tsconfig.json": json({ compilerOptions: { paths: { "@/*": ["./home/lib/*"] } } }),
			...plain("lib/a.ts"),
		},
		asks: imports("@/a"),
	},
	"the nearest tsconfig": {
		files: {
			...tsconfig({ paths: { "@/*": ["./a/*"] } }),
			"sub/tsconfig.json": json({ compilerOptions: { paths: { "~/*": ["./b/*"] } } }),
			"js/jsconfig.json": json({ compilerOptions: { paths: { "@/*": ["./c/*"] } } }),
			...plain("a/x.ts", "sub/b/x.ts", "js/c/x.js"),
			"sub/y.ts": imports("~/x", "@/x"),
			"js/y.js": imports("@/x"),
			"other/y.ts": imports("@/x"),
		},
		asks: imports("@/x", "./sub/y", "./js/y", "./other/y"),
	},
	"alias": {
		alias: { a: "./mocks/a", b: "p", "c/x": "./mocks/c.js", "@s/d": "p/lib/x", e: "q", "./rel": "./mocks/a.js", f: "./mocks/dir", g: "r" },
		files: {
			...plain("mocks/a.js", "mocks/c.js", "mocks/dir/index.js", "rel.js"),
			...packaged("p", { main: "main.js", module: "module.js", browser: "browser.js" }, "main.js", "module.js", "browser.js", "lib/x.js"),
			...packaged("q", { exports: { workerd: "./w.js", node: "./n.js", import: "./i.js" } }, "w.js", "n.js", "i.js"),
			...packaged("a", {}, "index.js", "y.js"),
			...packaged("c", {}, "x.js", "y.js"),
			...packaged("r", {}, "index.js"),
			...packaged("deep", {}, "index.js"),
			"node_modules/deep/index.js": imports("a", "./rel", "b"),
			"node_modules/deep/rel.js": "",
		},
		asks: imports("a", "a/y", "b", "c/x", "c/y", "@s/d", "e", "./rel", "deep", "f", "g"),
	},
	"queries and hashes": {
		files: {
			...plain("a.js", "b?x.js", "c#d.js", "e.ts", "f?g.js", "dir/index.js"),
			...packaged("p", {}, "index.js", "lib.js"),
			...packaged("e", { exports: { ".": "./a.js", "./b": "./b.js" } }, "a.js", "b.js"),
		},
		asks: imports("./a.js?x", "./a?x#y", "./a#y", "./b?x.js", "./c#d.js", "./e.js?x", "./f?g", "p?x", "p/lib?x", "e?x", "e/b#x", "./dir?x", "./none?x", "?x"),
	},
	"odd specifiers": {
		files: {
			...plain("a.js", "a b.js", "ü.js", ".hidden.js", "..x.js", "sub/x.js", "a.b.js"),
			"sub/x.js": imports("..", "../", ".", "../a"),
			...plain("index.js", "sub/index.js"),
			...packaged("a.js", {}, "index.js"),
			...packaged("fs", {}, "index.js"),
			...packaged("events", { main: "./events.js" }, "events.js"),
			...packaged("@x/y", {}, "index.js"),
			"node_modules/plain.js": "",
			"node_modules/.bin/tool.js": "",
		},
		asks: imports(
			...["./a b", "./ü", "./.hidden", "./..x", "a.js", ".//a.js", "././a", "./sub/../a", "./sub//x", "./a.b", "./sub/x.js", "./a*", "./a.js/"],
			...["fs", "fs/", "events", "events/", "@x/y", "@x", "plain", "plain.js", ".bin/tool", "", "\\a", "%61", "./%61", "a%", "node_modules/fs"],
		),
	},
	"absolute paths": {
		files: {
			...tsconfig({ paths: { "/x/*": ["./lib/*"] } }),
			...plain("a.ts", "lib/index.js", "lib/b.ts"),
			...packaged("p", { main: "$HOME/node_modules/p/a.js", exports: undefined }, "a.js"),
		},
		asks: imports("$HOME/a", "$HOME/a.js", "$HOME/lib", "$HOME/lib/", "$HOME/none", "/nowhere/x", "/x/b", "/x/none", "$HOME/node_modules/p/a"),
	},
	"other conditions": {
		conditions: ["custom", "node"],
		files: {
			...packaged("p", { exports: { custom: "./c.js", workerd: "./w.js", default: "./d.js" } }, "c.js", "w.js", "d.js"),
			...packaged("q", { exports: { workerd: "./w.js", browser: "./b.js", default: "./d.js" } }, "w.js", "b.js", "d.js"),
			...packaged("r", { exports: { module: "./m.js", default: "./d.js" } }, "m.js", "d.js"),
		},
		asks: imports("p", "q", "r"),
	},
	"the platform node": {
		platform: "node",
		files: {
			...packaged("p", { main: "a.js", module: "b.js", browser: "c.js" }, "a.js", "b.js", "c.js"),
			...packaged("q", { exports: { browser: "./b.js", node: "./n.js", default: "./d.js" } }, "b.js", "n.js", "d.js"),
			...packaged("r", { main: "a.js", browser: { "./a.js": "./b.js" } }, "a.js", "b.js"),
			...packaged("s", { main: "none", module: "b.js" }, "b.js"),
		},
		asks: both("p", "q", "r", "s"),
	},
	"the platform neutral": {
		platform: "neutral",
		files: {
			...packaged("p", { main: "a.js", module: "b.js" }, "a.js", "b.js"),
			...packaged("i", { main: "a.js" }, "a.js", "index.js"),
			...packaged("q", { exports: { import: "./b.js", default: "./d.js" } }, "b.js", "d.js"),
		},
		asks: both("p", "i", "q"),
	},
};
