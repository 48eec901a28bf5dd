// Random module graphs, each from one seed: programs that log what they see.
//
// The modules lie in three layers, each of which imports from itself, cycles included, and from those below: ES modules, CommonJS
// modules, ES modules. For Node refuses to require an ES module that is being evaluated, and copies the names of a CommonJS module
// once. Left out for such differences as well: what is read of a CommonJS module before it is evaluated, the keys of
// its namespace (Node adds `module.exports`) and its tag, names that it gets late, and top-level await but for the end of the entry. What is
// logged of an error is its name.

import { random } from "../router/trees.mjs";

const EXPORTS = ["a", "b", "c", "f", "x", "y", "value", "Map", "name", "s t"];
const LOCALS = ["a", "b", "c", "f", "g", "x", "x1", "x2", "x$1", "x_1", "a1", "value", "value1", "Map", "URL", "Proxy", "ns", "name", "_default", "default1", "m1", "m1_exports", "require_m1"];

const show =
	'function show(v) { return typeof v === "function" ? `fn ${v.name}` : v && v[Symbol.toStringTag] === "Module" ? "ns" : v && typeof v === "object" ? `obj ${Object.keys(v).join()}` : String(v); }';

/** The files of a program, the entry first: a map from path to a list of lines that can each be left out. */
export function generate(seed) {
	const rng = random(seed);
	const chance = (percent) => rng.below(100) < percent;
	const pick = (list) => list[rng.below(list.length)];
	const sizes = [1 + rng.below(4), rng.below(4), rng.below(4)];
	const modules = [{ layer: 0, path: "main.js", entry: true }];
	sizes.forEach((size, layer) => {
		for (let n = 0; n < size; n++) modules.push({ layer, path: `m${modules.length}.${layer === 1 ? "cjs" : "js"}` });
	});
	for (const module of modules) Object.assign(module, { esm: module.layer !== 1, own: new Map(), indirect: new Map(), stars: [], names: new Set(["show"]), lines: [] });
	const below = (module) => modules.filter((other) => !other.entry && other.layer >= module.layer);
	const fresh = (module, base = pick(LOCALS)) => {
		let name = base;
		for (let n = 2; module.names.has(name); n++) name = `${base}${n}`;
		module.names.add(name);
		return name;
	};
	for (const module of modules) declare(module, { rng, chance, pick, fresh });
	for (const module of modules.filter((one) => one.esm)) {
		for (const other of below(module)) {
			// An entry is not asked for its names, but has them evaluated.
			if (chance(12)) module.stars.push(other);
			if (chance(12)) module.indirect.set(free(module, pick), { from: other, whole: true });
		}
	}
	for (const module of modules.filter((one) => one.esm)) {
		for (let n = rng.below(3); n > 0; n--) {
			const from = below(module).length > 0 ? pick(below(module)) : undefined;
			const imported = from && pick([...names(from)]);
			const name = free(module, pick);
			if (imported !== undefined && name !== undefined) module.indirect.set(name, { from, imported });
		}
		module.indirect.delete(undefined);
	}
	prune(modules);
	for (const module of modules) use(module, { rng, chance, pick, fresh, below: below(module) });
	return new Map(modules.map((module) => [module.path, module.lines]));
}

/** A name that the module does not export yet. */
function free(module, pick) {
	const name = pick([...EXPORTS, "default"]);
	return module.own.has(name) || module.indirect.has(name) ? undefined : name;
}

/** What a module declares and exports itself. */
function declare(module, { rng, chance, pick, fresh }) {
	const { lines, own } = module;
	const at = module.path.replace(/\W.*/, "");
	lines.push(show, `console.log("${at} begins");`);
	if (!module.esm) {
		for (let n = 1 + rng.below(3); n > 0; n--) {
			const name = `${at}_${n}`;
			const kinds = [`"${name}"`, `function () { return "${name}()"; }`, `class ${pick(["A", "B"])} {}`, `{ k: "${name}" }`];
			own.set(name, { at: module, name });
			lines.push(`exports.${name} = ${pick(kinds)};`);
		}
		return;
	}
	for (let n = rng.below(5); n > 0; n--) {
		const name = pick(EXPORTS);
		if (own.has(name)) continue;
		const local = fresh(module, name === "s t" || chance(40) ? undefined : name);
		own.set(name, { at: module, name });
		const value = `"${at}.${local}"`;
		const kinds = [`let ${local} = ${value};`, `const ${local} = ${value};`, `var ${local} = ${value};`, `function ${local}() { return ${value}; }`, `class ${local} { static k = ${value}; }`, `const ${local} = () => ${value};`, `let ${local} = class {};`];
		const kind = pick(kinds);
		if (name === local && chance(60)) {
			lines.push(`export ${kind}`);
		} else {
			const list = `export { ${local} as ${name === "s t" ? '"s t"' : name} };`;
			lines.push(...(chance(50) ? [kind, list] : [list, kind]));
		}
		if (/^(let|var)/.test(kind) && chance(60)) {
			const setter = fresh(module, `set_${at}_${local.replace("$", "D")}`);
			lines.push(`export function ${setter}(to) { ${local} = to; }`);
			own.set(setter, { at: module, setter: true });
		}
	}
	if (chance(45)) {
		own.set("default", { at: module, name: "default" });
		const local = fresh(module);
		lines.push(pick([`export default "${at} default";`, `export default function () { return "${at} default"; }`, "export default class {}", `export default function ${local}() { return "${at}"; }`, `export default class ${local} {}`, "export default () => {};", `let ${local} = 1; export default ${local}; ${local} = 2;`, `let ${local} = 1; export { ${local} as default }; ${local} = 2;`]));
	}
}

/** What an import of a name gets: a binding, or nothing where there is none or are two. */
function resolve(module, name) {
	const found = find(module, name, []);
	return found === AMBIGUOUS ? undefined : found;
}

const AMBIGUOUS = {};

/** ResolveExport of the specification. */
function find(module, name, seen) {
	if (seen.some((one) => one.module === module && one.name === name)) return undefined;
	seen.push({ module, name });
	if (!module.esm) return module.own.get(name) ?? (name === "default" ? (module.whole ??= { at: module, name }) : undefined);
	if (module.own.has(name)) return module.own.get(name);
	const indirect = module.indirect.get(name);
	if (indirect?.whole) return (indirect.binding ??= { at: indirect.from, whole: indirect.from });
	if (indirect) return find(indirect.from, indirect.imported, seen);
	if (name === "default") return undefined;
	let result;
	for (const star of module.stars) {
		const found = find(star, name, seen);
		if (found === AMBIGUOUS || (found && result && !same(found, result))) return AMBIGUOUS;
		result ??= found;
	}
	return result;
}

const same = (one, other) => one === other || (one.whole && one.whole === other.whole);

/** The names that a module exports, whatever they lead to. */
function listed(module, seen = new Set()) {
	if (seen.has(module)) return [];
	seen.add(module);
	const passed = module.stars.flatMap((star) => listed(star, seen).filter((name) => name !== "default"));
	return [...module.own.keys(), ...module.indirect.keys(), ...(module.esm ? [] : ["default"]), ...passed];
}

/** The names that a module exports, for as far as they lead anywhere. */
function names(module) {
	return new Set(listed(module).filter((name) => resolve(module, name) !== undefined));
}

/** Takes away re-exports that lead nowhere, since Node refuses the program. */
function prune(modules) {
	for (let again = true; again; ) {
		again = false;
		for (const module of modules) {
			for (const name of module.indirect.keys()) {
				if (resolve(module, name) === undefined) again = module.indirect.delete(name);
			}
		}
	}
}

/**
 * Whether the names of a module are those of ES modules alone, and none is ambiguous in a module that it passes on whole:
 * V8 lists such names where another module has them, too.
 */
function known(module, seen = new Set()) {
	if (seen.has(module)) return true;
	seen.add(module);
	const clear = (star) => listed(star).every((name) => find(star, name, []) !== AMBIGUOUS);
	return module.esm && module.stars.every((star) => known(star, seen) && clear(star));
}

const quoted = (name) => (/\W/.test(name) ? JSON.stringify(name) : name);
const member = (object, name) => (/\W/.test(name) ? `${object}[${JSON.stringify(name)}]` : `${object}.${name}`);

/** What a module imports, re-exports and does with it. */
function use(module, { rng, chance, pick, fresh, below }) {
	const at = module.path.replace(/\W.*/, "");
	const body = [];
	const attempt = (what, expression) => `try { console.log("${at} ${what}", ${expression}); } catch (error) { console.log("${at} ${what}", error.name); }`;
	/** Reads a binding; one of CommonJS may be without a value, or its module without an object to ask. */
	const read = (what, expression, binding, value) =>
		binding.at.esm ? attempt(what, expression) : `try { if (${value} !== undefined) console.log("${at} ${what}", ${expression}); } catch {}`;
	const shown = (expression, binding) => (binding.whole && !binding.at.esm ? `typeof ${expression}` : `show(${expression})`);
	const visible = [];
	if (!module.esm) {
		for (const other of below.filter(() => chance(35))) {
			const imported = pick([...names(other)].filter((name) => other.esm || name !== "default"));
			const got = imported === undefined ? "typeof required" : `show(${member("required", imported)})`;
			const line = `const required = require("./${other.path}"); return ${got};`;
			body.push(chance(70) ? attempt(`requires ${other.path}`, `(() => { ${line} })()`) : `exports.${at}_late_${other.path.replace(/\W.*/, "")} = () => { ${line} };`);
		}
		const place = () => 2 + rng.below(module.lines.length - 1);
		for (const line of body) module.lines.splice(place(), 0, line);
		if (chance(20)) module.lines.splice(place(), 0, `if (typeof Map === "function") console.log("${at} typeof", typeof URL);`);
		if (chance(15)) module.lines.push(`module.exports = Object.assign(function whole() {}, exports);`);
		return;
	}
	const clauses = [];
	for (const star of module.stars) clauses.push(`export * from "./${star.path}";`);
	for (const [name, { from, imported, whole }] of module.indirect) {
		const specifier = `"./${from.path}"`;
		if (whole) {
			clauses.push(`export * as ${quoted(name)} from ${specifier};`);
		} else if (chance(60)) {
			clauses.push(`export { ${quoted(imported)} as ${quoted(name)} } from ${specifier};`);
		} else {
			const local = fresh(module);
			clauses.push(`import { ${quoted(imported)} as ${local} } from ${specifier}; export { ${local} as ${quoted(name)} };`);
			visible.push({ local, binding: resolve(from, imported) });
		}
	}
	for (const other of below.filter(() => chance(module.entry ? 60 : 40))) {
		const specifier = `"./${other.path}"`;
		const all = [...names(other)];
		if (chance(15)) clauses.push(`import ${specifier};`);
		for (const imported of all.filter(() => chance(50))) {
			const local = fresh(module, /\W/.test(imported) || imported === "default" || chance(50) ? undefined : imported);
			clauses.push(imported === "default" && chance(50) ? `import ${local} from ${specifier};` : `import { ${quoted(imported)} as ${local} } from ${specifier};`);
			visible.push({ local, binding: resolve(other, imported) });
		}
		if (chance(40)) {
			const local = fresh(module);
			clauses.push(`import * as ${local} from ${specifier};`);
			for (const name of all.filter(() => chance(50))) body.push(read(`${local} of ${other.path} ${name.replace(" ", "_")}`, shown(member(local, name), resolve(other, name)), resolve(other, name), member(local, name)));
			if (other.esm) body.push(attempt("missing", `typeof ${local}.missing, "missing" in ${local}`));
			if (known(other) && chance(50)) body.push(attempt(`keys of ${other.path}`, `Object.keys(${local}).join()`));
			if (known(other) && chance(20)) body.push(attempt(`shape of ${other.path}`, `((kept) => [Object.isExtensible(kept), kept[Symbol.toStringTag], Reflect.ownKeys(kept).length].join())(${local})`));
		}
	}
	for (const { local, binding } of visible) {
		if (binding.setter) {
			if (chance(40)) body.push(`try { ${local}("set by ${at}"); } catch (error) { console.log("${at} sets", error.name); }`);
			continue;
		}
		if (chance(80)) body.push(read(`reads ${local}`, shown(local, binding), binding, local));
		if (chance(15)) body.push(read(`calls ${local}`, `typeof ${local} === "function" ? show(/^class/.test(${local}) ? new ${local}() : ${local}()) : "no"`, binding, local));
		if (chance(20)) {
			const inner = LOCALS.filter((name) => name !== local && name !== "show" && chance(25));
			body.push(read(`scope with ${local}`, `(function (${inner.join(", ")}) { return ${shown(local, binding)} + [${inner.join(", ")}].length; })()`, binding, local));
		}
		if (chance(10)) body.push(read(`shorthand ${local}`, shown(`({ ${local} }).${local}`, binding), binding, local));
		if (!binding.at.esm) continue;
		if (chance(4)) body.push(`const ${fresh(module)} = ${local};`);
		if (chance(4)) body.push(`export const late_${at}_${body.length} = ${local};`);
	}
	for (const name of ["Map", "URL", "Proxy"].filter((one) => !module.names.has(one) && chance(15))) body.push(`console.log("${at} global", typeof ${name});`);
	const place = (from) => from + rng.below(module.lines.length - from + 1);
	for (const clause of clauses) module.lines.splice(chance(70) ? 0 : place(0), 0, clause);
	const first = module.lines.indexOf(`console.log("${at} begins");`) + 1;
	for (const line of body) module.lines.splice(chance(60) ? module.lines.length : place(first), 0, line);
	if (module.entry) {
		for (const other of below.filter(() => chance(35))) {
			const reads = [...names(other)].filter((name) => !resolve(other, name).setter).map((name) => shown(member("loaded", name), resolve(other, name)));
			module.lines.push(`try { const loaded = await import("./${other.path}"); console.log("loaded ${other.path}", ${[...reads, "loaded === (await import(\"./" + other.path + "\"))"].join(", ")}); } catch (error) { console.log("load ${other.path}", error.name); }`);
		}
		module.lines.push(...visible.filter(({ binding }) => !binding.setter).map(({ local, binding }) => read(`ends with ${local}`, shown(local, binding), binding, local)));
	}
}
