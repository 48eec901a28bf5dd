// The same project built by wrangler alone, as far as wrangler can: `functions/` by `wrangler pages functions build`,
// classes below `durable_objects/` added to its output, assets served where no function has a route. The answers of
// that worker are the ones to expect. Where there is a `main` beside functions, its `fetch` takes the place of the
// assets as what comes after the last handler; where there are no assets either, which Pages knows nothing of, a plain
// 404 does. A `_worker.js` is what wrangler makes of it, behind its own `_routes.json`. A project without functions is
// left to wrangler's own bundler.
//
//   node oracle.mjs PROJECT OUTDIR

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

import { build } from "esbuild";
import { experimental_readRawConfig as readRawConfig } from "wrangler";

const NAMES = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];

/** Whether a directory holds Pages functions: one that belongs to another platform names no `onRequest`. */
function hasHandlers(directory) {
  if (!existsSync(directory)) return false;
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.some(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8").includes("onRequest"));
}

function wranglerBuilds(options, out) {
  const wrangler = resolve(import.meta.dirname, "../node_modules/wrangler/bin/wrangler.js");
  const call = [wrangler, "pages", "functions", "build", "--compatibility-date", "2026-10-01", ...options];
  execFileSync(process.execPath, call, { cwd: out, stdio: ["ignore", "ignore", "inherit"] });
}

function functions(project, out, fallback) {
  const routes = join(out, "_routes.json");
  const options = ["--outdir", join(out, "functions"), "--output-routes-path", routes];
  // Where plugins' files are put.
  const site = ["--build-output-directory", join(out, "site")];
  wranglerBuilds([join(project, "functions"), "--fallback-service", fallback, ...site, ...options], out);
  const { include } = JSON.parse(readFileSync(routes, "utf8"));
  // On Pages `/files/*` takes `/files` as well.
  const bare = include.filter((rule) => rule.length > 2 && rule.endsWith("/*")).map((rule) => rule.slice(0, -2));
  return [...new Set([...include, ...bare])].sort();
}

/** A copy of the static files, without what Pages does not publish. */
function publish(assets, out) {
  const unpublished = ["_worker.js", "_routes.json"].map((name) => join(assets.directory, name));
  cpSync(assets.directory, join(out, "site"), { recursive: true, filter: (path) => !unpublished.includes(path) });
  assets.directory = join(out, "site");
}

/** A `_worker.js` that is a directory, as wrangler sends it; gives the name of the main module. */
async function directory(worker, out) {
  const file = join(out, "worker.bundle");
  wranglerBuilds(["x", "--build-output-directory", dirname(worker), "--outfile", file], out);
  const body = readFileSync(file);
  const boundary = body.subarray(2, body.indexOf("\r\n")).toString();
  const type = `multipart/form-data; boundary=${boundary}`;
  const form = await new Response(body, { headers: { "Content-Type": type } }).formData();
  const { main_module: main } = JSON.parse(form.get("metadata"));
  for (const [name, module] of form) {
    if (typeof module === "string") continue;
    const path = join(out, "worker", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.from(await module.arrayBuffer()));
  }
  return main;
}

/** A `_worker.js` that is a file, with what `wrangler pages dev` puts before it where there is a `_routes.json`. */
async function advanced(worker, out) {
  wranglerBuilds(["x", "--build-output-directory", dirname(worker), "--outdir", join(out, "built")], out);
  const built = join(out, "built/_worker.js");
  const routes = join(dirname(worker), "_routes.json");
  const templates = resolve(import.meta.dirname, "../node_modules/wrangler/templates");
  await build({
    entryPoints: [existsSync(routes) ? join(templates, "pages-dev-pipeline.ts") : built],
    ...{ bundle: true, format: "esm", outfile: join(out, "worker/index.js"), external: ["cloudflare:*", "node:*"] },
    alias: { __ENTRY_POINT__: built },
    define: existsSync(routes) ? { __ROUTES__: readFileSync(routes, "utf8") } : {},
  });
}

/** Functions with something other than assets behind them: `last`, an expression for an object like a worker. */
const before = (last) => `
  export default {
    ...${last},
    fetch(request, env, context) {
      const LAST = { fetch: (request) => ${last}.fetch(request, env, context) };
      return functions.fetch(request, { ...env, LAST }, context);
    },
  };
`;
const NOTHING = `const nothing = { fetch: () => new Response(null, { status: 404 }) };`;

const [project, out] = process.argv.slice(2).map((path) => resolve(path));
mkdirSync(out, { recursive: true });
const file = NAMES.map((name) => join(project, name)).find((path) => existsSync(path));
const { pages_build_output_dir: pagesDirectory, ...raw } = file ? readRawConfig({ config: file }).rawConfig : {};
const config = { name: basename(project), compatibility_date: "2026-10-01", ...raw };

const assets = config.assets?.directory ?? pagesDirectory ?? (file === undefined ? "public" : undefined);
if (assets !== undefined && existsSync(join(project, assets))) {
  config.assets = { binding: "ASSETS", ...config.assets, directory: join(project, assets) };
  if (pagesDirectory !== undefined || file === undefined) {
    const ownPage = existsSync(join(project, assets, "404.html"));
    config.assets.not_found_handling = ownPage ? "404-page" : "single-page-application";
  }
}

const worker = config.assets && !config.main && join(config.assets.directory, "_worker.js");
if (worker && existsSync(worker)) {
  if (statSync(worker).isDirectory()) {
    config.main = join("worker", await directory(worker, out));
    config.rules = [{ type: "ESModule", globs: ["**/*.js", "**/*.mjs"] }];
  } else {
    await advanced(worker, out);
    config.main = "worker/index.js";
  }
  publish(config.assets, out);
  config.no_bundle = true;
  config.assets.run_worker_first = true;
} else if (hasHandlers(join(project, "functions"))) {
  if (config.assets) publish(config.assets, out);
  const main = config.main && JSON.stringify(join(project, config.main));
  const alone = config.assets && !main;
  const include = functions(project, out, alone ? "ASSETS" : "LAST");
  if (config.assets) config.assets.run_worker_first = include;
  const classes = join(project, "durable_objects");
  const entry = existsSync(classes) ? readdirSync(classes).sort().map((name) => join(classes, name)) : [];
  const contents = [
    `import functions from "./functions/index.js";`,
    ...entry.map((path) => `export * from ${JSON.stringify(path)};`),
    main ? `import main from ${main};\nexport * from ${main};` : NOTHING,
    alone ? `export default functions;` : before(main ? "main" : "nothing"),
  ].join("\n");
  const external = ["cloudflare:*", "node:*", "*.wasm", "*.bin"];
  const bundle = { bundle: true, format: "esm", outfile: join(out, "worker.js"), external };
  // Modules that wrangler has put beside the functions stay beside the worker.
  for (const name of readdirSync(join(out, "functions")).filter((name) => /\.(wasm|bin)$/.test(name))) {
    cpSync(join(out, "functions", name), join(out, name));
  }
  await build({ ...bundle, stdin: { contents, resolveDir: out }, logLevel: "warning" });
  config.main = "worker.js";
  config.no_bundle = true;
} else if (config.main !== undefined) {
  config.main = join(project, config.main);
} else if (config.assets) {
  delete config.assets.binding;
}
writeFileSync(join(out, "wrangler.json"), JSON.stringify(config, null, 2));
