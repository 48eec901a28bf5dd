// The two projects that are built: 1,000 functions, which are made up here, and the worker of `worker/`.

import { cp, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const here = import.meta.dirname;

/** What an edit changes: a text that stands in one file of each project. */
export const MARK = "as first written";

const json = { method: "POST", headers: { "content-type": "application/json" } };

/** What reaches everything in the worker, and some of the functions. */
export const REQUESTS = {
	functions: [
		["/group37/items"],
		["/group0"],
		["/group12/items/5?limit=2"],
		["/group40/items/5/comments/6?search=figs"],
		["/group99/files/a/b/c"],
		["/group70/settings/profile", { ...json, body: '{ "name": "" }' }],
		["/group3/status", { ...json, body: '{ "name": "new" }' }],
		["/group41/search?search=nothing"],
		["/nowhere"],
	],
	worker: [
		["/database"],
		["/effects/5"],
		["/graphql", { ...json, body: JSON.stringify({ query: '{ hello(name: "you") users { id name } }' }) }],
		["/graphql", { ...json, body: JSON.stringify({ query: "{ nothing }" }) }],
		["/markup/ann"],
		["/payment"],
		["/token"],
		["/validate", { ...json, body: JSON.stringify({ name: "Ann", email: "ann@example.com", age: "4" }) }],
		["/validate", { ...json, body: JSON.stringify({ name: "A", tags: ["c"] }) }],
		["/nothing"],
	],
};

/** The function that is edited. */
const EDITED = "group37/items/index.ts";

const names = [
	"index",
	"search",
	"items/index",
	"items/[id]",
	"items/[id]/comments/index",
	"items/[id]/comments/[comment]",
	"about/team",
	"settings/profile",
	"files/[[path]]",
	"status",
];

function handler(name, at) {
	const up = "../".repeat(name.split("/").length);
	const model = `model${at % 20}`;
	const post = at % 3 === 0;
	return `import { type Item, find, list } from "${up}lib/${model}";
import { type Environment, problem, respond } from "${up}lib/respond";

interface Query {
	limit: number;
	search?: string;
}

const FILE = "${name}";
const STATE = "${name === EDITED ? MARK : "ready"}";

function read(url: URL): Query {
	const limit = Number(url.searchParams.get("limit") ?? "10");
	return { limit: Number.isInteger(limit) ? limit : 10, search: url.searchParams.get("search") ?? undefined };
}

export const onRequestGet: PagesFunction<Environment> = async ({ request, params, data }) => {
	const { limit, search } = read(new URL(request.url));
	const items: Item[] = search === undefined ? list(limit) : find(search).slice(0, limit);
	if (items.length === 0) {
		return problem(404, \`nothing in \${FILE}\`);
	}
	return respond({ file: FILE, state: STATE, number: ${at}, params, user: data.user, items });
};
${
	post
		? `
export const onRequestPost: PagesFunction<Environment> = async ({ request, params }) => {
	const item = (await request.json()) as Item;
	return item.name.length > 0 ? respond({ file: FILE, params, stored: item }) : problem(400, "a name is needed");
};
`
		: ""
}`;
}

function model(at) {
	return `import { words } from "./words";

export interface Item {
	id: number;
	name: string;
	price: number;
}

export const kind = "model ${at}";

const items: Item[] = words.map((word, id) => ({ id, name: \`\${word} ${at}\`, price: (id * 7 + ${at}) % 100 }));

export function list(limit: number): Item[] {
	return items.slice(0, limit);
}

export function find(search: string): Item[] {
	return items.filter((item) => item.name.includes(search));
}

export function total(chosen: readonly Item[]): number {
	return chosen.reduce((sum, item) => sum + item.price, 0);
}
`;
}

const respond = `export interface Environment {
	ASSETS: { fetch(request: Request): Promise<Response> };
}

export class Problem extends Error {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(message);
	}
}

export const respond = (value: unknown) => Response.json(value, { headers: { "cache-control": "no-store" } });

export const problem = (status: number, message: string) => Response.json({ problem: message }, { status });
`;

const words = `export const words = ["apple", "bread", "cheese", "dates", "eggs", "figs", "grapes", "honey"] as const;
`;

const middleware = (user) => `import type { Environment } from "${user === "all" ? "../lib/respond" : "../../lib/respond"}";

export const onRequest: PagesFunction<Environment> = async ({ next, data }) => {
	data.user = "${user}";
	const response = await next();
	response.headers.append("x-passed", "${user}");
	return response;
};
`;

/** Handlers in a table, and a search through it: what a bundler that knows no functions is given. */
function table(files) {
	const imports = [];
	const rows = [];
	for (const [at, file] of files.entries()) {
		imports.push(`import { onRequestGet as get${at} } from "./functions/${file}";`);
		rows.push(`\t["GET", "/${file}", get${at}],`);
		if (at % 3 === 0) {
			imports.push(`import { onRequestPost as post${at} } from "./functions/${file}";`);
			rows.push(`\t["POST", "/${file}", post${at}],`);
		}
	}
	return `${imports.join("\n")}

const routes = [
${rows.join("\n")}
] as const;

export default {
	async fetch(request: Request, env: never) {
		const { pathname } = new URL(request.url);
		const route = routes.find(([method, path]) => method === request.method && path === pathname);
		return route?.[2]({ request, env, params: {}, data: {} } as never) ?? new Response("", { status: 404 });
	},
};
`;
}

async function put(home, files) {
	await rm(home, { recursive: true, force: true });
	for (const [path, text] of files) {
		await mkdir(dirname(join(home, path)), { recursive: true });
		await writeFile(join(home, path), text);
	}
}

/** Writes a project of 1,000 functions: where it is, and the file that is edited. */
export async function functions(home) {
	const paths = Array.from({ length: 100 }, (_, group) => names.map((name) => `group${group}/${name}.ts`)).flat();
	const files = new Map(paths.map((path, at) => [`functions/${path}`, handler(path, at)]));
	files.set("functions/_middleware.ts", middleware("all"));
	for (let group = 0; group < 100; group += 10) {
		files.set(`functions/group${group}/_middleware.ts`, middleware(`group ${group}`));
	}
	for (let at = 0; at < 20; at++) {
		files.set(`lib/model${at}.ts`, model(at));
	}
	files.set("lib/words.ts", words).set("lib/respond.ts", respond);
	files.set("entry.ts", table(paths));
	files.set("public/index.html", "<!doctype html>\n<title>Measured</title>\n");
	files.set(
		"wrangler.toml",
		'name = "functions"\npages_build_output_dir = "public"\ncompatibility_date = "2026-11-01"\nkeep_names = false\n',
	);
	await put(home, files);
	return join(home, "functions", EDITED);
}

/** Copies the worker: the file that is edited. */
export async function worker(home) {
	await rm(home, { recursive: true, force: true });
	await cp(join(here, "worker"), home, { recursive: true });
	await symlink(join(here, "node_modules"), join(home, "node_modules"), "dir");
	return join(home, "src/token.ts");
}
