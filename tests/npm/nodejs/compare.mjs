// The same program built by wrangler and by pagesbuild for a compatibility date and flags, both run on workerd: prints
// where their answers differ, and nothing where they do not.
//
//   node compare.mjs PAGESBUILD DIRECTORY DATE:FLAG,FLAG...

import { execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

import { write } from "./project.mjs";

const require = createRequire(import.meta.url);
const wrangler = resolve(import.meta.dirname, "../node_modules/wrangler/bin/wrangler.js");
const preset = require.resolve("@cloudflare/unenv-preset/package.json").replace("package.json", "dist/index.mjs");
const { nonPrefixedNodeModules } = await import(preset);

/** What every runtime with `nodejs_compat` has. */
const OLDEST = ["assert", "async_hooks", "buffer", "crypto", "diagnostics_channel", "events", "path", "process", "stream", "string_decoder", "url", "util"];

function run(command, args, cwd) {
  try {
    execFileSync(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
  } catch (error) {
    throw new Error(`${[command, ...args].join(" ")}\n${error.stdout}\n${error.stderr}`);
  }
}

/** What a worker answers. */
async function answer(directory, name, text) {
  writeFileSync(join(directory, `${name}.js`), text);
  const config = `using Workerd = import "/workerd/workerd.capnp";
    const worker :Workerd.Worker = (
      compatibilityDate = "${date}", compatibilityFlags = ${JSON.stringify(flags)},
      bindings = [(name = "GREETING", text = "hello")], modules = [(name = "main.js", esModule = embed "${name}.js")]);
    const config :Workerd.Config = (
      services = [(name = "main", worker = .worker)],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]);`;
  writeFileSync(join(directory, `${name}.capnp`), config);
  const options = ["serve", join(directory, `${name}.capnp`), "--experimental", "--control-fd=3"];
  const child = spawn(require("workerd").default, options, { stdio: ["ignore", "ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk) => (said += chunk));
  try {
    const port = await new Promise((done, fail) => {
      let control = "";
      child.stdio[3].on("data", (chunk) => {
        control += chunk;
        const lines = control.split("\n").slice(0, -1).map((line) => JSON.parse(line));
        const listening = lines.find(({ event }) => event === "listen");
        if (listening) done(listening.port);
      });
      child.on("close", () => fail(new Error(`${name}: ${said}`)));
    });
    const response = await fetch(`http://127.0.0.1:${port}/`);
    const body = await response.text();
    if (!response.ok) throw new Error(`${name}: ${body}\n${said}`);
    return JSON.parse(body);
  } finally {
    child.kill();
  }
}

/** The places where two values differ. */
function differences(ours, theirs, path = "") {
  const isObject = (value) => value !== null && typeof value === "object";
  if (!isObject(ours) || !isObject(theirs)) {
    return ours === theirs ? [] : [`${path}: ${JSON.stringify(ours)} and not ${JSON.stringify(theirs)}`];
  }
  const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  return keys.flatMap((key) => differences(ours[key], theirs[key], `${path}/${key}`));
}

const [pagesbuild, directory, combination] = process.argv.slice(2);
const [date, list] = combination.split(":");
const flags = list ? list.split(",") : [];
const byDefault = date >= "2026-08-04";
const enabled = flags.includes("nodejs_compat") || (byDefault && !flags.includes("no_nodejs_compat"));
const always = byDefault || (enabled && date >= "2024-09-23");
const full = flags.includes("nodejs_compat_v2") || (always && !flags.includes("no_nodejs_compat_v2"));
const some = enabled ? OLDEST : flags.includes("nodejs_als") ? ["async_hooks", "process"] : ["process"];
write(directory, full ? [...nonPrefixedNodeModules, "node:sqlite"] : some, full);
const config = { name: "nodejs", main: "main.mjs", compatibility_date: date, compatibility_flags: flags };
writeFileSync(join(directory, "wrangler.json"), JSON.stringify(config));
run(process.execPath, [wrangler, "deploy", "--dry-run", "--outdir", "theirs"], directory);
run(pagesbuild, ["build", ".", "--outdir", "ours", "--no-cache"], directory);
const theirs = readFileSync(join(directory, "theirs/main.js"), "utf8");
const [module] = readdirSync(join(directory, "ours/worker")).filter((name) => name.endsWith(".js"));
const ours = readFileSync(join(directory, "ours/worker", module), "utf8");
const one = await answer(directory, "ours-worker", ours);
const other = await answer(directory, "theirs-worker", theirs).catch((error) => {
  const [reason] = /No such module/.exec(error.message) ?? [];
  if (reason === undefined || Object.keys(one).length < nonPrefixedNodeModules.length) throw error;
  console.log(`wrangler's does not start: ${reason}`);
  return one;
});
// Required, what stands for modules that nobody asks for by name is nothing under wrangler, since it claims to be a
// module of the standard and has no default export of its own. Imported, it is the same.
const isMock = (name) => typeof other[name]?.required === "string" && /mock/.test(one[name].required?.is);
for (const name of Object.keys(other).filter(isMock)) delete one[name].required, delete other[name].required;
for (const difference of differences(one, other)) console.log(difference);
process.exit(0);
