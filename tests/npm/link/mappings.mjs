// Source maps, mapping by mapping: each has to lead from a token of the output to the token of the source that it is
// made of, and every token that the user wrote has to have one.
//
//   node mappings.mjs OUTPUT... (each with OUTPUT.map beside it)
//
// What is wrong is printed, one line each; the last line counts what was looked at. Words like `mark_12` that a program has
// once are followed more strictly: each that is in the output leads to its place.

import { readFile } from "node:fs/promises";
import ts from "typescript";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The segments of a map; everything that the format does not allow throws. */
function decode(map) {
	if (map.version !== 3 || map.sources.length !== map.sourcesContent.length) throw new Error("not a map of version 3");
	const segments = [];
	const state = [0, 0, 0, 0, 0];
	map.mappings.split(";").forEach((text, line) => {
		let last = -1;
		state[0] = 0;
		for (const segment of text === "" ? [] : text.split(",")) {
			const fields = [];
			for (let at = 0; at < segment.length; ) {
				let [value, shift, digit] = [0, 0, 32];
				for (; digit & 32; shift += 5) {
					digit = DIGITS.indexOf(segment[at++] ?? "!");
					if (digit < 0) throw new Error(`a bad digit in ${segment}`);
					value += (digit & 31) * 2 ** shift;
				}
				fields.push(value % 2 ? -(value - 1) / 2 : value / 2);
			}
			if (![1, 4, 5].includes(fields.length)) throw new Error(`${fields.length} fields`);
			fields.forEach((field, index) => (state[index] += field));
			const [column, source, sourceLine, sourceColumn, name] = state;
			if (column <= last) throw new Error(`line ${line} goes back to column ${column}`);
			last = column;
			if (fields.length > 1 && (!(source in map.sources) || sourceLine < 0 || sourceColumn < 0)) throw new Error(`an origin outside of the sources`);
			if (fields.length > 4 && !(name in map.names)) throw new Error("a name outside of the names");
			segments.push(fields.length === 1 ? { line, column } : { line, column, source, sourceLine, sourceColumn, name: fields.length > 4 ? map.names[name] : undefined });
		}
	});
	return segments;
}

/** The tokens of a text, by the offset where they start. */
function tokenize(path, text) {
	const kinds = { ts: ts.ScriptKind.TS, mts: ts.ScriptKind.TS, cts: ts.ScriptKind.TS, tsx: ts.ScriptKind.TSX };
	const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false, kinds[path.split(".").at(-1)] ?? ts.ScriptKind.JSX);
	const tokens = new Map();
	const visit = (node) => {
		const children = node.getChildren(file);
		if (children.length > 0) return children.forEach(visit);
		const [start, end] = [node.kind === ts.SyntaxKind.JsxText ? node.pos : node.getStart(file), node.end];
		if (end > start && !ts.isJSDoc(node)) tokens.set(start, { text: text.slice(start, end), kind: node.kind });
	};
	visit(file);
	return { text, tokens, lines: file.getLineStarts() };
}

const isName = ({ kind }) => kind === ts.SyntaxKind.Identifier;
const isWord = (token) => isName(token) || (token.kind >= ts.SyntaxKind.FirstKeyword && token.kind <= ts.SyntaxKind.LastKeyword);
const TEXTS = [ts.SyntaxKind.StringLiteral, ts.SyntaxKind.NoSubstitutionTemplateLiteral, ts.SyntaxKind.TemplateHead, ts.SyntaxKind.TemplateMiddle, ts.SyntaxKind.TemplateTail, ts.SyntaxKind.JsxText];
const isText = ({ kind }) => TEXTS.includes(kind);
const isNumber = ({ kind }) => kind === ts.SyntaxKind.NumericLiteral || kind === ts.SyntaxKind.BigIntLiteral;
/** What stands for nothing else in a program: literals that a test wrote to be found again. */
const marks = (text) => text.match(/mark_\d+/g) ?? [];

/** The token at an offset; the pieces of a template are looked into. */
function at({ tokens, text }, offset) {
	const inside = /[`}]/.test(text[offset - 1]) || /^(`|\$\{|\})/.test(text.slice(offset, offset + 2));
	const piece = () => ({ text: /^[`$}]?[^`$}]*/.exec(text.slice(offset, offset + 200))[0], kind: ts.SyntaxKind.TemplateMiddle });
	return tokens.get(offset) ?? (inside ? piece() : undefined);
}

/** What is wrong with a mapping from one token to another; `after` is what follows them. */
function compare(token, origin, name, after) {
	if (!origin) return "does not lead to a token";
	if (!token) return `leads from no token to ${origin.text}`;
	if (marks(token.text).length > 0 && marks(origin.text).length > 0 && !marks(token.text).includes(marks(origin.text)[0])) return `leads to ${origin.text}`;
	if (name !== undefined && (name !== origin.text || name === token.text || !isName(token))) return `is named ${name} and leads to ${origin.text}`;
	// A member of a namespace becomes a variable, and an imported variable a member.
	const member = /^\s*(\?\.|\.|\[)/;
	if (member.test(after.origin) || member.test(after.token) || /^0, ?/.test(after.token) || ["require", "import"].includes(origin.text) || origin.text.includes("\\")) return undefined;
	// Nobody asks for the names of private members.
	if (token.text[0] === "#" && origin.text[0] === "#") return undefined;
	if (isName(token) && isName(origin)) return name === undefined && token.text !== origin.text ? `is ${origin.text} without saying so` : undefined;
	if (token.text[0] === origin.text[0] || isWord(token) || isText(token) || isText(origin) || isNumber(token)) return undefined;
	return `leads to ${origin.text}`;
}

/** What is wrong with the map of a file, one line each, and what there is to look at. */
export async function check(path) {
	const faults = [];
	const count = { mappings: 0, names: 0, marks: 0 };
	const wrong = ({ line, column }, text, reason) => faults.push(`${path}:${line + 1}:${column + 1} ${JSON.stringify(text)} ${reason}`);
	const map = JSON.parse(await readFile(`${path}.map`, "utf8"));
	const output = tokenize("output.js", await readFile(path, "utf8"));
	const sources = map.sources.map((source, index) => tokenize(source, map.sourcesContent[index]));
	const mapped = new Set();
	for (const segment of decode(map)) {
		count.mappings++;
		if (segment.source === undefined) continue;
		const source = sources[segment.source];
		const [to, from] = [output.lines[segment.line] + segment.column, source.lines[segment.sourceLine] + segment.sourceColumn];
		const [token, origin] = [at(output, to), at(source, from)];
		const after = { token: output.text.slice(to + token?.text.length), origin: source.text.slice(from + origin?.text.length) };
		const fault = compare(token, origin, segment.name, after);
		const place = `${map.sources[segment.source]}:${segment.sourceLine + 1}:${segment.sourceColumn + 1}`;
		if (fault) wrong(segment, token?.text ?? output.text.slice(to, to + 20), `${fault} at ${place} ${JSON.stringify(source.text.slice(from, from + 10))}`);
		if (segment.name !== undefined) count.names++;
		if (token && origin && marks(origin.text).length > 0) marks(token.text).forEach((mark) => mapped.add(mark));
	}
	const text = sources.map((source) => source.text).join("\n");
	for (const [start, token] of output.tokens) {
		// Strings that were put together come from no place in particular.
		const words = marks(token.text);
		for (const mark of words.length > 1 && isText(token) ? [] : words) {
			count.marks++;
			const line = output.lines.findLastIndex((first) => first <= start);
			if (text.includes(mark) && !mapped.has(mark)) wrong({ line, column: start - output.lines[line] }, token.text, "leads nowhere");
		}
	}
	return { faults, count };
}

if (import.meta.filename === process.argv[1]) {
	const total = { mappings: 0, names: 0, marks: 0 };
	for (const path of process.argv.slice(2)) {
		const { faults, count } = await check(path);
		faults.forEach((fault) => console.log(fault));
		Object.keys(total).forEach((key) => (total[key] += count[key]));
	}
	console.log(Object.entries(total).map(([key, value]) => `${value} ${key}`).join(", "));
}
