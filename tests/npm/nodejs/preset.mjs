// What the installed `@cloudflare/unenv-preset` and `unenv` say of a compatibility date and flags, in the two forms that
// the tests need.
//
//   node preset.mjs table     the text of src/nodejs/table.rs
//   node preset.mjs grid      one line of JSON for each of many dates and flags: what stands for what

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// As wrangler sees them.
const require = createRequire(createRequire(import.meta.url).resolve("wrangler"));
const presetFile = require.resolve("@cloudflare/unenv-preset/package.json").replace("package.json", "dist/index.mjs");
const { getCloudflarePreset, nonPrefixedNodeModules } = await import(presetFile);
const { defineEnv } = await import(require.resolve("unenv"));

const text = readFileSync(presetFile, "utf8");
const unique = (pattern) => [...new Set([...text.matchAll(pattern)].map((found) => found[1]))].sort();
const FLAGS = unique(/"((?:enable|disable)_nodejs_\w+|(?:no_)?fetch_iterable_type_support\w*)"/g);
const DATES = unique(/>= "(\d{4}-\d\d-\d\d)"/g);
const NEVER = "2000-01-01";

function env(compatibilityDate, compatibilityFlags = []) {
  const preset = getCloudflarePreset({ compatibilityDate, compatibilityFlags });
  // wrangler adds this one.
  return defineEnv({ presets: [preset, { alias: { debug: "debug" } }], npmShims: true }).env;
}

/** The switches that all have to be on for something to be left to the runtime, found by trying. */
function switches(native) {
  const enabling = FLAGS.filter((flag) => !/^(disable|no)_/.test(flag));
  const needed = enabling.filter((flag) => !native(NEVER, enabling.filter((other) => other !== flag)));
  return needed.map((flag) => {
    const others = needed.filter((other) => other !== flag);
    const off = flag.startsWith("enable_") ? flag.replace("enable_", "disable_") : `no_${flag}`;
    const since = DATES.find((date) => native(date, others));
    if (native(NEVER, [...enabling, off])) throw new Error(`nothing switches ${flag} off`);
    return { flag, off, since };
  });
}

const constant = (flag) => flag.replace("enable_nodejs_", "").toUpperCase();

function table() {
  const version = (name) => JSON.parse(readFileSync(require.resolve(`${name}/package.json`), "utf8")).version;
  const old = env(NEVER);
  const isExternal = (name) => (date, flags) => {
    const { alias, external } = env(date, flags);
    return external.includes(alias[name]);
  };
  const names = [...nonPrefixedNodeModules, ...Object.keys(old.alias).filter((name) => name.startsWith("node:"))];
  const known = (name) => name.startsWith("node:") && nonPrefixedNodeModules.includes(name.slice("node:".length));
  const used = new Map();
  const needs = (native) => {
    const found = switches(native);
    for (const { flag, off, since } of found) used.set(constant(flag), { flag, off, since });
    return `&[${found.map(({ flag }) => constant(flag)).join(", ")}]`;
  };
  const quoted = JSON.stringify;
  const natives = [];
  const modules = [];
  for (const name of names.filter((name) => !known(name)).sort()) {
    if (isExternal(name)(NEVER, [])) natives.push(name);
    else modules.push(`Module { name: ${quoted(name)}, stand_in: ${quoted(old.alias[name])}, needs: ${needs(isExternal(name))} }`);
  }
  const shims = Object.entries(old.alias).filter(([name]) => !names.includes(name)).sort();
  const globals = Object.entries(old.inject).map(([name, stand_in]) => {
    const list = needs((date, flags) => !(name in env(date, flags).inject));
    return `Global { names: &[${quoted(name)}], assigned: true, stand_in: ${quoted(stand_in)}, needs: ${list} }`;
  });
  for (const stand_in of old.polyfill) {
    const source = readFileSync(require.resolve(stand_in), "utf8");
    const names = [...source.matchAll(/^globalThis\.(\w+) =/gm)].map((found) => quoted(found[1]));
    const list = needs((date, flags) => !env(date, flags).polyfill.includes(stand_in));
    globals.push(`Global { names: &[${names.join(", ")}], assigned: false, stand_in: ${quoted(stand_in)}, needs: ${list} }`);
  }
  const constants = [...used].sort(([one], [other]) => (one < other ? -1 : 1)).map(
    ([name, { flag, off, since }]) => `const ${name}: Switch = Switch { on: ${quoted(flag)}, off: ${quoted(off)}, since: ${quoted(since)} };\n`,
  );
  const list = (comment, head, items) => `\n/// ${comment}\npub(super) const ${head} = &[\n${items.map((item) => `    ${item},\n`).join("")}];\n`;
  return [
    `//! What @cloudflare/unenv-preset ${version("@cloudflare/unenv-preset")} and unenv ${version("unenv")} say, as data.\n`,
    "//!\n//! Written by `node tests/npm/nodejs/preset.mjs table`, which asks them; a test holds this file against what it writes.\n\n",
    "use super::{Global, Module, Shim, Switch};\n\n",
    ...constants,
    list("Modules of Node.js that the runtime has at every date.", "NATIVE: &[&str]", natives.map(quoted)),
    list("Those that it has from some date on.", "MODULES: &[Module]", modules),
    list("Packages that are replaced.", "SHIMS: &[Shim]", shims.map(([name, stand_in]) => `Shim { name: ${quoted(name)}, stand_in: ${quoted(stand_in)} }`)),
    list("Globals, in the order in which they are made.", "GLOBALS: &[Global]", globals),
  ].join("");
}

/** Dates around each that means something, and with each of them no flag, each flag, and some sets of flags. */
function grid() {
  const eve = (date) => new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10);
  const dates = [NEVER, ...DATES.flatMap((date) => [eve(date), date]), "2031-01-01"];
  const sets = [[], ...FLAGS.map((flag) => [flag])];
  let state = 7;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  for (let count = 0; count < 40; count += 1) sets.push(FLAGS.filter(() => random() < 0.4));
  for (const date of dates) {
    for (const flags of sets) {
      const { alias, external, inject, polyfill } = env(date, flags);
      const stands = Object.entries(alias).map(([name, target]) => [name, external.includes(target) ? null : target]);
      process.stdout.write(`${JSON.stringify({ date, flags, stands: Object.fromEntries(stands), inject, polyfill })}\n`);
    }
  }
}

if (process.argv[2] === "table") process.stdout.write(table());
else grid();
