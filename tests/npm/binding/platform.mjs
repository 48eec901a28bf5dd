// What `@cloudflare/workers-types` says of the values that bindings have, as the text of src/binding/platform.rs.
//
//   node platform.mjs

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const ts = require("typescript");
const manifest = require.resolve("@cloudflare/workers-types/package.json");
const declarations = manifest.replace("package.json", "index.d.ts");

// What `env` has, in a file of its own so that the names are looked up as a worker's are.
const NAMES = [
  "AgentMemoryNamespace", "Ai", "AiSearchInstance", "AiSearchNamespace", "AnalyticsEngineDataset", "AnalyticsSQLBinding",
  "Artifacts", "BrowserRun", "D1Database", "DispatchNamespace", "DurableObjectNamespace", "Fetcher", "Flagship",
  "HelloWorldBinding", "Hyperdrive", "ImagesBinding", "KVNamespace", "MediaBinding", "Queue", "R2Bucket", "RateLimit",
  "SecretsStoreSecret", "SendEmail", "StreamBinding", "Vectorize", "VectorizeIndex", "WebSearch", "WorkerLoader",
  "WorkerVersionMetadata", "Workflow",
];
// Generated files of wrangler name this one by its module.
const PIPELINE = 'import("cloudflare:pipelines").Pipeline';
// Their methods are those of the user's classes.
const OPEN = new Set(["Fetcher", "DurableObjectStub"]);
// What a worker has without any binding: what is done with it tells nothing.
const COMMON = new Set(["ArrayBuffer", "ArrayBufferView", "ReadableStream", "Response", "Socket"]);
// How many members may be read of a binding, one after the other, to get to data. What has methods is told of in any depth.
const DEPTH = 1;

const file = "/env.ts";
const text = [...NAMES, PIPELINE].map((name, at) => `declare const of${at}: ${name};\n`).join("");
const options = { strict: true, noLib: false, lib: ["lib.esnext.d.ts"], types: [], target: ts.ScriptTarget.ESNext };
const host = ts.createCompilerHost(options);
const read = host.getSourceFile.bind(host);
host.getSourceFile = (name, version) =>
  name === file ? ts.createSourceFile(name, text, version) : read(name, version);
host.fileExists = (name) => name === file || ts.sys.fileExists(name);
const program = ts.createProgram([file, declarations], options, host);
const checker = program.getTypeChecker();
const source = program.getSourceFile(file);

const is = (type, flags) => (type.flags & flags) !== 0;
const parts = (type) => (type.isUnion() ? type.types : [type]);

/** What awaiting a value gives. */
function awaited(type) {
  return parts(type).flatMap((part) => parts(checker.getAwaitedType(part) ?? part));
}

function nameOf(type) {
  const symbol = type.aliasSymbol ?? type.symbol;
  return symbol && !symbol.name.startsWith("__") ? symbol.name : undefined;
}

const isAny = (type) => is(type, ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter | ts.TypeFlags.IndexedAccess | ts.TypeFlags.Conditional);

const methods = (type) => checker.getPropertiesOfType(type).filter((property) => checker.getTypeOfSymbol(property).getCallSignatures().length > 0);

const found = new Map();

/** The names in the text of a type, but for those of what gives it. */
function written(node) {
  if (node === undefined) return [];
  if (ts.isParenthesizedTypeNode(node)) return written(node.type);
  if (ts.isUnionTypeNode(node)) return node.types.flatMap(written);
  if (!ts.isTypeReferenceNode(node)) return [];
  const name = node.typeName.getText();
  return name === "Promise" || name === "Partial" ? written(node.typeArguments[0]) : [name];
}

function isData(types) {
  const data = ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike;
  return types.some((type) => is(type, data)) && types.every((type) => is(type, data | ts.TypeFlags.Null | ts.TypeFlags.Undefined));
}

/** The name of what a member is or gives: of a type that is told of, `any` for anything at all, nothing for the rest. */
function told(types, nodes, depth) {
  if (types.some(isAny) || isData(types)) return "any";
  const objects = types.filter((type) => is(type, ts.TypeFlags.Object | ts.TypeFlags.Intersection));
  const [name] = nodes.flatMap(written);
  const isTold = name && objects.length > 0 && objects.every((type) => declaredHere(type) && !COMMON.has(nameOf(type)));
  if (!isTold || (depth > DEPTH && !objects.some((type) => methods(type).length > 0))) return undefined;
  describe(name, objects, depth);
  return name;
}

function declaredHere(type) {
  const symbols = [type.aliasSymbol, type.symbol, ...(type.types ?? []).map((part) => part.symbol)];
  const nodes = symbols.flatMap((symbol) => symbol?.declarations ?? []);
  return nodes.length > 0 && nodes.every((node) => node.getSourceFile().fileName === declarations);
}

function describe(name, types, depth) {
  if (found.has(name) && depth > 0) return;
  found.set(name, []);
  const members = new Map();
  for (const type of types) {
    for (const property of checker.getPropertiesOfType(type)) {
      if (!property.name.startsWith("__") && !members.has(property.name)) members.set(property.name, property);
    }
  }
  const rows = [...members.values()].map((property) => member(property, depth + 1));
  found.set(name, rows.sort((one, other) => (one.name < other.name ? -1 : 1)));
}

/** What an object given as an argument may have: its keys, nothing when it may have any. */
function keys(types) {
  const objects = types.filter((type) => is(type, ts.TypeFlags.Object | ts.TypeFlags.Intersection));
  const plain = objects.filter((type) => !checker.isArrayType(type) && methods(type).length === 0 && !COMMON.has(nameOf(type)));
  if (types.some(isAny) || plain.some((type) => checker.getIndexInfosOfType(type).length > 0)) return undefined;
  return plain.flatMap((type) => checker.getPropertiesOfType(type).map((property) => property.name)).filter((key) => /^\w+$/.test(key));
}

function member(symbol, depth) {
  const { name } = symbol;
  const type = checker.getTypeOfSymbol(symbol);
  const signatures = parts(type).flatMap((part) => part.getCallSignatures());
  if (signatures.length === 0) return { name, gives: told(parts(checker.getNonNullableType(type)), [symbol.valueDeclaration?.type], depth) };
  const at = [];
  for (const signature of signatures) {
    for (const [place, parameter] of signature.getParameters().entries()) {
      (at[place] ??= []).push(...parts(checker.getTypeOfSymbol(parameter)));
    }
  }
  const options = at.map((types) => keys(types) ?? []);
  const texts = at.map((types) => types.filter((type) => type.isStringLiteral()).map((type) => type.value));
  const free = at.map((types) => types.some((type) => is(type, ts.TypeFlags.String) || isAny(type)));
  const counts = signatures.map((signature) => {
    const nodes = signature.getParameters().map((parameter) => parameter.valueDeclaration);
    const needed = nodes.filter((node) => !node.questionToken && !node.initializer && !node.dotDotDotToken);
    return [needed.length, nodes.some((node) => node.dotDotDotToken) ? 255 : nodes.length];
  });
  const least = Math.min(...counts.map(([least]) => least));
  const most = Math.max(...counts.map(([, most]) => most));
  const results = signatures.flatMap((signature) => awaited(signature.getReturnType()));
  return { name, count: `${least} to ${most}`, gives: told(results, signatures.map(({ declaration }) => declaration?.type), depth), options, texts, free };
}

for (const name of NAMES) found.set(name, []);
for (const [at, statement] of source.statements.entries()) {
  const declared = statement.declarationList.declarations[0];
  const type = checker.getTypeAtLocation(declared.name);
  if (isAny(type)) throw new Error(`${NAMES[at]} is not declared`);
  describe(NAMES[at] ?? "Pipeline", [type], 0);
}

/** Sorted, each once. */
const unique = (words) => [...new Set(words)].sort();

function row({ name, count, gives, options = [], texts, free }) {
  const places = options.flatMap((keys, place) => [
    ...(keys.length ? [`${place} {${unique(keys).join(" ")}}`] : []),
    ...(keys.length && free[place] ? [`${place} text`] : []),
    ...(texts[place].length && !free[place] ? [`${place} [${unique(texts[place]).map((text) => `"${text}"`).join(" ")}]`] : []),
  ]);
  return `${name}${count ? `(${[count, ...places].join(", ")})` : ""}${gives ? ` -> ${gives}` : ""}; `;
}

const version = JSON.parse(readFileSync(manifest, "utf8")).version;
const lines = [...found]
  .sort(([one], [other]) => (one < other ? -1 : 1))
  .map(([name, members]) => `    ${OPEN.has(name) ? "open" : "closed"} ${name} { ${members.map(row).join("")}}\n`);
process.stdout.write(`//! What @cloudflare/workers-types ${version} says of the values that bindings have, as data.
//!
//! Written by \`node tests/npm/binding/platform.mjs\`, which asks the TypeScript compiler; a test holds this file against
//! what it writes. A member with parentheses is a method; in them stands how many arguments it takes, and then the keys of the
//! objects and the texts that it takes, each with its place. Behind an arrow stands the type of what a member is or, awaited,
//! gives.

use super::value::types;

types! {
${lines.join("")}}
`);
