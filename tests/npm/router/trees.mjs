// Random function trees and the requests to try on them, all of it from one seed.
//
// What is left out is what pagesbuild refuses or changes on purpose (docs/routing.md): names that cannot be
// routes, names that browsers encode, and two files in one directory for one route, where wrangler goes by the
// order of `readdir`.

export function random(seed) {
	let state = seed >>> 0;
	const next = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
	return {
		below: (n) => Math.floor(next() * n),
		chance: (p) => next() < p,
		pick: (list) => list[Math.floor(next() * list.length)],
	};
}

const TEXTS = [
	"a", "b", "c", "A", "api", "API", "Api", "foo-bar", "foo.bar", "foo_bar", "v1", "1", "007", "10", "index", "_x",
	"__y", "~z", "@me", "x+y", "a=b", "a,b", "(g)", "$d", "!x", "a&b", "a;b", "100%", "%41", "a%20b", "it's", "a|b",
	"a.b.c", "new", "get", "constructor", "toString", "-", "--", "z".repeat(40),
];
const PARAMS = [
	"[id]", "[ID]", "[x]", "[y]", "[__proto__]", "[0]", "v[x]", "[x].json", "[x]-[y]", "[x].[y]", "[x]--[y]", "[id]@",
	"a[x]", "pre-[x]-post", "[x]-[y]-[z]", "[x]-[x]", "[x](y)", "a.[x]", "[x].a.[y]",
];
const REST = ["[[path]]", "[[rest]]", "[[x]]", "[[path]]b", "[[path]]-[x]", "[[path]].js"];
const EXPORTS = [
	"onRequest", "onRequestGet", "onRequestPost", "onRequestPut", "onRequestPatch", "onRequestDelete", "onRequestOptions",
	"onRequestHead",
];
const DEEDS = [
	"next", "next", "next", "next", "relative", "absolute", "init", "request", "twice", "throw", "pass", "data", "badData",
	"keepData", "nothing", "empty", "reset", "headers", "body", "params", "rescue", "array", "emptyArray", "wait",
];

// One tree: files with their text and exports.
export function tree(rng) {
	const files = [];
	const taken = new Set();
	directory("", 0);
	if (files.length === 0) {
		files.push(file("index.js", false));
	}
	return files;

	function directory(path, depth) {
		const stems = new Set();
		const busy = (depth === 0 ? 3 : 1) + rng.below(4);
		for (let i = 0; i < busy; i++) {
			stems.add(name());
		}
		if (rng.chance(0.5)) {
			stems.add("index");
		}
		if (rng.chance(0.4)) {
			stems.add(rng.chance(0.9) ? "_middleware" : "_middleware_");
		}
		for (const stem of stems) {
			const guards = stem.startsWith("_middleware");
			if (rng.chance(guards || depth > 3 ? 1 : 0.7)) {
				const extension = rng.pick(["js", "js", "mjs", "ts", "jsx", "tsx"]);
				// A directory may have been given this name, extension and all.
				if (take(`${path}${stem}.${extension}`)) {
					files.push(file(`${path}${stem}.${extension}`, guards));
				}
			}
			if (!guards && depth < 4 && rng.chance(0.5) && take(`${path}${stem}`)) {
				directory(`${path}${stem}/`, depth + 1);
			}
		}
	}

	// wrangler mixes up two files whose names differ in case only.
	function take(path) {
		const free = !taken.has(path.toLowerCase());
		taken.add(path.toLowerCase());
		return free;
	}

	function name() {
		return rng.chance(0.55) ? rng.pick(TEXTS) : rng.chance(0.75) ? rng.pick(PARAMS) : rng.pick(REST);
	}

	function file(path, guards) {
		const exports = new Set([rng.pick(EXPORTS.slice(0, rng.chance(0.6) ? 1 : 8))]);
		while (rng.chance(0.3)) {
			exports.add(rng.pick(EXPORTS));
		}
		const lines = [];
		for (const name of exports) {
			const id = JSON.stringify(`${path}#${name}`);
			const deed = guards ? rng.pick(DEEDS) : rng.chance(0.55) ? "answer" : rng.pick(DEEDS);
			const make = (suffix, deed) => `(context) => globalThis.act(context, ${id} + "${suffix}", "${deed}")`;
			let value = make("", deed);
			if (deed === "array") {
				value = `[${make("[0]", rng.pick(DEEDS.slice(0, 9)))}, ${make("[1]", guards ? "next" : "answer")}]`;
			} else if (deed === "emptyArray") {
				value = "[]";
			}
			if (rng.chance(0.15)) {
				lines.push(`const local_${name} = ${value};`, `export { local_${name} as ${name} };`);
			} else {
				lines.push(`export const ${name} = ${value};`);
			}
		}
		if (rng.chance(0.1)) {
			lines.push("export const config = {};");
		}
		return { path, exports: [...exports], text: lines.join("\n") + "\n" };
	}
}

const VALUES = [
	"1", "x", "X", "abc", "a-b", "a--b", "a.b", "a.json", "v2", "1.2.3", "-", ".x", "%20", "caf%C3%A9", "%2F", "a%2fb",
	"new", "index", "@", "b", "a@", "pre-q-post", "x-y-z", "__proto__", "(y)",
];

// Requests derived from a tree's own files, and some from nowhere.
export function requests(rng, files, count) {
	const list = [];
	for (let i = 0; i < count; i++) {
		const file = rng.pick(files);
		const method = rng.chance(0.6) ? wanted(file) : rng.pick(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"]);
		let path = rng.chance(0.04) ? `/${rng.pick(VALUES)}/${rng.pick(TEXTS)}` : instance(file.path);
		for (const change of [slash, doubled, longer, shorter, cased, encoded, dotted, query]) {
			if (rng.chance(change === slash ? 0.25 : 0.07)) {
				path = change(path);
			}
		}
		list.push({ method, path });
	}
	return list;

	function wanted(file) {
		const method = rng.pick(file.exports).slice("onRequest".length).toUpperCase();
		return method || "GET";
	}

	function instance(path) {
		const segments = path.replace(/\.\w+$/, "").split("/");
		if (/^(index|_middleware_?)$/.test(segments[segments.length - 1])) {
			segments.pop();
		}
		const filled = segments.flatMap((segment) => {
			if (segment.startsWith("[[")) {
				const values = Array.from({ length: rng.below(4) }, () => rng.pick(VALUES));
				const suffix = segment.replace(/^\[\[\w+\]\]/, "").replace(/\[\w+\]/g, () => rng.pick(VALUES));
				return suffix === "" ? values : values.length === 0 ? [suffix] : [...values.slice(0, -1), values.at(-1) + suffix];
			}
			return [segment.replace(/\[\w+\]/g, () => rng.pick(VALUES))];
		});
		return `/${filled.join("/")}`;
	}

	function slash(path) {
		return `${path}/`;
	}

	function doubled(path) {
		const at = path.indexOf("/", rng.below(path.length));
		return at === -1 ? `${path}//` : `${path.slice(0, at)}/${path.slice(at)}`;
	}

	function longer(path) {
		return `${path}/${rng.pick(rng.chance(0.5) ? VALUES : TEXTS)}`;
	}

	function shorter(path) {
		return path.slice(0, path.lastIndexOf("/")) || "/";
	}

	function cased(path) {
		return rng.chance(0.5) ? path.toUpperCase() : path.toLowerCase();
	}

	function encoded(path) {
		const at = 1 + rng.below(Math.max(1, path.length - 1));
		const char = path.slice(at, at + 1);
		return char === "" ? path : `${path.slice(0, at)}%${char.charCodeAt(0).toString(16).padStart(2, "0")}${path.slice(at + 1)}`;
	}

	function dotted(path) {
		return `${path}/${rng.pick([".", "..", "../x", "%2e"])}`;
	}

	function query(path) {
		return `${path}${rng.pick(["?q=/a/b", "?", "#h", "?a#b"])}`;
	}
}
