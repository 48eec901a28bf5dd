// Holds declarations against those that `wrangler types` makes of the same projects.
// compare.mjs IN OUT: a list of { directory, config, text, interface } in, the text of ours and the name of its interface
// of `env` among it; for each a list of [place, what wrangler has, what we have] out, of all that differs.
import fs from "node:fs";
import path from "node:path";
import ts from "typescript";
import { experimental_generateTypes } from "wrangler";

const [input, output] = process.argv.slice(2);
const projects = JSON.parse(fs.readFileSync(input, "utf8"));

// Everything that is global gets a name of its own, so that all projects are one program.
function apart(text, mark) {
  return text
    .replaceAll("namespace Cloudflare {", `namespace ${mark}Cloudflare {`)
    .replaceAll("Cloudflare.Env", `${mark}Cloudflare.Env`)
    .replaceAll("namespace NodeJS {", `namespace ${mark}NodeJS {`)
    .replaceAll("StringifyValues<", `${mark}StringifyValues<`)
    .replaceAll(/\b(Routes|RouteParams|RouteContext|RouteFunction)\b/g, `${mark}$1`);
}

const files = [];
for (const project of projects) {
  const wrangler = `Wrangler_${project.interface}`;
  const generated = await experimental_generateTypes({
    config: path.join(project.directory, project.config),
    envInterface: wrangler,
    includeRuntime: false,
    path: path.join(project.directory, "wrangler.d.ts"),
  });
  const text = generated.content ?? `/* eslint-disable */\n${generated.env}`;
  for (const [name, content] of [[wrangler, text], [project.interface, project.text]]) {
    const file = path.join(project.directory, `${name}.d.ts`);
    fs.writeFileSync(file, apart(content, `${name}_`));
    files.push(file);
  }
}

const options = {
  lib: ["lib.es2024.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  noEmit: true,
  skipLibCheck: true,
  strict: true,
  target: ts.ScriptTarget.ES2024,
  types: ["@cloudflare/workers-types"],
};
const root = path.dirname(projects[0].directory);
const host = ts.createCompilerHost(options);
host.getCurrentDirectory = () => root;
const program = ts.createProgram(files, options, host);
const checker = program.getTypeChecker();

// The members of everything that a file declares about `env`, by place and name.
function members(project, name) {
  const source = program.getSourceFile(path.join(project.directory, `${name}.d.ts`));
  const found = new Map();
  const add = (place, node) => {
    for (const symbol of checker.getPropertiesOfType(checker.getTypeAtLocation(node.name))) {
      found.set(`${place}.${symbol.name}`, {
        optional: (symbol.flags & ts.SymbolFlags.Optional) !== 0,
        type: checker.getTypeOfSymbolAtLocation(symbol, node),
      });
    }
  };
  for (const statement of source.statements) {
    if (ts.isInterfaceDeclaration(statement) && statement.name.text === name) add("Env", statement);
    if (!ts.isModuleDeclaration(statement) || !statement.body?.statements) continue;
    for (const inner of statement.body.statements) {
      if (ts.isInterfaceDeclaration(inner)) add(inner.name.text === "Env" ? "Cloudflare.Env" : inner.name.text, inner);
    }
  }
  return found;
}

const isAny = (type) => (type.flags & ts.TypeFlags.Any) !== 0;

function same(one, other) {
  return (
    one.optional === other.optional &&
    isAny(one.type) === isAny(other.type) &&
    checker.isTypeAssignableTo(one.type, other.type) &&
    checker.isTypeAssignableTo(other.type, one.type)
  );
}

function shown(member) {
  if (!member) return null;
  return (member.optional ? "?" : "") + checker.typeToString(member.type, undefined, ts.TypeFormatFlags.NoTruncation);
}

const compared = projects.map((project) => {
  const theirs = members(project, `Wrangler_${project.interface}`);
  const ours = members(project, project.interface);
  const places = [...new Set([...theirs.keys(), ...ours.keys()])].sort();
  return places
    .filter((place) => !theirs.has(place) || !ours.has(place) || !same(theirs.get(place), ours.get(place)))
    .map((place) => [place, shown(theirs.get(place)), shown(ours.get(place))]);
});
fs.writeFileSync(output, JSON.stringify({ compared, members: projects.map((project) => members(project, project.interface).size) }));
