// What Pages and Workers make of routing rules: the pipeline that `wrangler pages dev` puts before functions, and the worker
// that routes requests on Workers, both run as they are installed.
//
// Standard input is a JSON list of { json, rules, guards, paths }: a `_routes.json`, the `run_worker_first` made of it or nothing,
// the patterns of middleware, and paths. The answer is a list of { refused, invalid, pages, workers, excluded, guarded }: whether
// Pages refuses the file, what wrangler finds wrong with the rules, and for each path whether the worker runs before the assets
// are asked, whether `exclude` takes the path from it, and whether a middleware matches. All paths are taken for assets.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { build } from "esbuild";
import { match } from "path-to-regexp";

const require = createRequire(import.meta.url);
const wrangler = dirname(require.resolve("wrangler/package.json"));
const text = readFileSync(join(wrangler, "wrangler-dist/cli.js"), "utf8");

/** The part of wrangler's one file from one text up to another. */
function part(from, to) {
	const start = text.indexOf(from);
	const end = text.indexOf(to, start + 1);
	if (start < 0 || end < 0) throw new Error(`wrangler has no ${from}`);
	return text.slice(start, end);
}

const { parseStaticRouting, validateRoutes } = new Function("assert39__default", `
	const __name = (value) => value;
	const __esm = (modules) => () => Object.values(modules).forEach((run) => run());
	const init_import_meta_url = () => {};
	${part("// ../workers-shared/utils/configuration/constants.ts\n", "\n// ../")}
	${part("// ../workers-shared/utils/configuration/parseStaticRouting.ts\n", "\n// ../")}
	${part("// ../pages-functions/src/routing/constants.ts\n", "\n// ../")}
	${part("function isRoutesJSONSpec(", "\nvar RoutesValidationError;")}
	init_constants2();
	init_constants4();
	init_parseStaticRouting();
	return { parseStaticRouting, validateRoutes: validateRoutes3 };
`)({ default: (value) => value });

/** A module and what it imports, as one module of this process. */
async function load(file, imports, define = {}) {
	const given = {
		name: "given",
		setup(build) {
			build.onResolve({ filter: new RegExp(`^(${Object.keys(imports).join("|")})$`) }, ({ path }) => ({ path, namespace: "given" }));
			build.onLoad({ filter: /.*/, namespace: "given" }, ({ path }) => ({ contents: imports[path] }));
		},
	};
	const options = { bundle: true, format: "esm", write: false, define, plugins: [given], logLevel: "silent" };
	const { outputFiles } = await build({ entryPoints: [file], ...options });
	return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

const runs = new Response("worker");
const rests = new Response("assets");
globalThis.given = { worker: { fetch: () => runs }, routes: { include: [], exclude: [] } };
const pipeline = await load(
	join(wrangler, "templates/pages-dev-pipeline.ts"),
	{ __ENTRY_POINT__: "export default globalThis.given.worker;" },
	{ __ROUTES__: "globalThis.given.routes" },
);
const router = await load(join(dirname(require.resolve("miniflare")), "workers/assets/router.worker.js"), {
	"cloudflare:workers": "export class WorkerEntrypoint { constructor(ctx, env) { this.ctx = ctx; this.env = env; } }",
});

const request = (path) => new Request(`http://example.com${path}`);

function onPages({ include, exclude }, paths) {
	Object.assign(globalThis.given.routes, { include, exclude });
	return paths.map((path) => pipeline.default.fetch(request(path), { ASSETS: { fetch: () => rests } }) === runs);
}

function onWorkers(routing, paths) {
	const env = {
		CONFIG: { has_user_worker: true, static_routing: routing },
		ASSET_WORKER: { fetch: () => rests, unstable_canFetch: () => true },
		USER_WORKER: { fetch: () => runs },
	};
	const asked = paths.map(async (path) => (await new router.default({}, env).fetch(request(path))) === runs);
	return Promise.all(asked);
}

function problem(check) {
	try {
		check();
		return null;
	} catch (error) {
		return error.message;
	}
}

/** As the worker that wrangler makes of functions compares them. */
function matching(patterns, paths) {
	const matchers = patterns.map((pattern) => match(pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&"), { end: false }));
	return paths.map((path) => matchers.some((matches) => matches(path)));
}

const answers = JSON.parse(readFileSync(0, "utf8")).map(async ({ json, rules, guards, paths }) => {
	const refused = problem(() => validateRoutes(json, "")) !== null;
	if (refused || rules === null) return { refused };
	const invalid = problem(() => parseStaticRouting(rules));
	if (invalid !== null) return { refused, invalid };
	return {
		...{ refused, invalid, pages: onPages(json, paths), workers: await onWorkers(parseStaticRouting(rules), paths) },
		excluded: onPages({ ...json, include: ["/*"] }, paths).map((runs) => !runs),
		guarded: matching(guards, paths),
	};
});
process.stdout.write(JSON.stringify(await Promise.all(answers)));
