// Microseconds a request takes: pagesbuild's router beside wrangler's, hono's, rou3 and find-my-way, in one run.
//
//   cargo test --test it router::bench -- --ignored --nocapture
//
// writes the trees, builds them and calls this with their directory: DIR/<size>/{ours,theirs}, DIR/<size>/table.js and
// DIR/<size>/routes.json, a list of { path, method, middleware }. Matching alone runs in Node; whole requests run on
// workerd, whose clock stands still inside a request, so they are measured from outside: by the
// processor time of its process where the system tells it (Linux). The quickest of several runs counts, so that a busy
// machine does little harm; for ours the median is shown as well.

import { readdir, readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { require, start } from "../../tests/npm/router/workerd.mjs";

const directory = process.argv[2];
const sizes = process.argv.slice(3).map(Number);
const load = (path) => import(pathToFileURL(path).href);
const { RegExpRouter } = require("hono/router/reg-exp-router");
const { SmartRouter } = require("hono/router/smart-router");
const { TrieRouter } = require("hono/router/trie-router");
const rou3 = require("rou3");
const findMyWay = require("find-my-way");

// Paths vary where patterns do, and are new strings each time the table is filled.
function paths(groups) {
	const many = (make) => Array.from({ length: 256 }, (_, i) => new URL(make(i), "http://x").pathname);
	const last = groups - 1;
	return {
		"first (5 segments)": many((i) => `/group0/items/${i}/comments/${i + 7}`),
		"last (static)": many(() => `/group${last}`),
		"parameter": many((i) => `/group${last}/items/${i}`),
		"catch-all": many((i) => `/group${last}/files/a/b${i}/c`),
		"miss": many((i) => `/nothing/here${i}/at/all`),
		"near miss": many((i) => `/group${last}/items/${i}/nothing`),
		"deep middleware": many((i) => `/deep/a/b/c/d/${i}`),
	};
}

// Microseconds of processor time that a process has used; elsewhere than on Linux, the time of day.
async function used(pid) {
	try {
		let total = 0;
		for (const thread of await readdir(`/proc/${pid}/task`)) {
			total += Number((await readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8")).split(" ")[0]) / 1000;
		}
		return total;
	} catch {
		return Number(process.hrtime.bigint()) / 1000;
	}
}

function median(values) {
	return values.toSorted((a, b) => a - b)[values.length >> 1];
}

// The quickest of several runs, what else the machine does can only add to it, and the median.
function time(work, samples) {
	let rounds = 1;
	const once = () => {
		const begin = process.hrtime.bigint();
		for (let round = 0; round < rounds; round++) {
			for (let i = 0; i < samples.length; i++) {
				work(samples[i]);
			}
		}
		return Number(process.hrtime.bigint() - begin) / 1000;
	};
	while (once() < 5_000) {
		rounds *= 2;
	}
	const all = Array.from({ length: 25 }, once).map((micros) => micros / (rounds * samples.length));
	return [Math.min(...all), median(all)];
}

const rest = (path) => path.replace(/:(\w+)\*/, "**:$1");
const rows = [];

for (const size of sizes) {
	const home = join(directory, String(size));
	const routes = JSON.parse(await readFile(join(home, "routes.json"), "utf8"));
	const groups = routes.filter(({ path }) => /^\/group\d+$/.test(path)).length;
	const samples = paths(groups);

	const { match, root } = await load(join(home, "table.js"));
	const theirs = await readFile(join(home, "theirs/index.js"), "utf8");
	const { executeRequest } = await import(`data:text/javascript,${encodeURIComponent(`${theirs}\nexport { executeRequest };`)}`);
	const hono = new SmartRouter({ routers: [new RegExpRouter(), new TrieRouter()] });
	const tree = rou3.createRouter();
	const radix = findMyWay({ ignoreTrailingSlash: true, caseSensitive: false });
	for (const { path, middleware } of [...routes].reverse()) {
		const below = middleware ? `${path}/*` : path;
		hono.add(middleware ? "ALL" : "GET", below.replace(/\/:\w+\*$/, "/*"), path);
		rou3.addRoute(tree, "GET", middleware ? `${path}/**` : rest(path), path);
		if (!middleware) {
			radix.on("GET", path.replace(/:\w+\*$/, "*"), () => {});
		}
	}
	// Compiled code depends on what it has seen, so ours sees all kinds before any is measured.
	for (let round = 0; round < 3000; round++) {
		for (const list of Object.values(samples)) {
			list.forEach((path) => match(root, path, "GET"));
		}
	}
	for (const [kind, list] of Object.entries(samples)) {
		// Node's `URL` gives slices of one long string, which take longer to read than strings of their own.
		const flat = list.map((path) => Buffer.from(path).toString("latin1"));
		const all = kind === "deep middleware";
		const [ours, middle] = time((path) => match(root, path, "GET"), list);
		rows.push({
			size,
			kind,
			ours,
			"ours, median": middle,
			"ours, flat": time((path) => match(root, path, "GET"), flat)[0],
			wrangler: time((path) => [...executeRequest({ url: `http://x${path}`, method: "GET" })], list.slice(0, 2))[0],
			hono: time((path) => hono.match("GET", path), list)[0],
			rou3: time((path) => (all ? rou3.findAllRoutes(tree, "GET", path) : rou3.findRoute(tree, "GET", path)), list)[0],
			"find-my-way": time((path) => radix.find("GET", path), list)[0],
		});
	}
}

function table(title, columns, rows) {
	console.log(`\n${title}\n`);
	console.log(`| routes | request | ${columns.join(" | ")} |`);
	console.log(`|---:|---|${columns.map(() => "---:").join("|")}|`);
	for (const row of rows) {
		const shown = columns.map((column) => (row[column] === undefined ? "" : row[column].toFixed(row[column] < 10 ? 2 : 0)));
		console.log(`| ${row.size} | ${row.kind} | ${shown.join(" | ")} |`);
	}
}

console.log(`${cpus()[0].model}, Node ${process.version}`);
table("Matching alone, microseconds", ["ours", "ours, median", "ours, flat", "wrangler", "hono", "rou3", "find-my-way"], rows);

const whole = [];
for (const size of sizes) {
	const home = join(directory, String(size));
	const routes = JSON.parse(await readFile(join(home, "routes.json"), "utf8"));
	const groups = routes.filter(({ path }) => /^\/group\d+$/.test(path)).length;
	const text = (path) => readFile(path, "utf8");
	const modules = [
		["driver.js", await text(new URL("driver.js", import.meta.url))],
		["ours", await text(join(home, "ours/worker/index.js"))],
		["wrangler", await text(join(home, "theirs/index.js"))],
		["hono", await text(join(home, "hono.js"))],
		["floor", await text(new URL("floor.js", import.meta.url))],
		["samples", `export default ${JSON.stringify(paths(groups))};`],
	];
	const worker = await start(modules, join(home, "workerd"));
	const columns = ["floor", "ours", "hono", "wrangler"];
	for (const kind of Object.keys(paths(groups))) {
		const row = { size, kind };
		const counts = {};
		const once = async (column, count) => {
			const begin = await used(worker.pid);
			const response = await fetch(`${worker.url}?worker=${column}&count=${count}&kind=${encodeURIComponent(kind)}`);
			const answer = await response.text();
			if (answer !== String(count)) {
				throw new Error(`${column}, ${kind}: ${answer}`);
			}
			return (await used(worker.pid)) - begin;
		};
		for (const column of columns) {
			counts[column] = 16;
			while ((await once(column, counts[column])) < 50_000) {
				counts[column] *= 2;
			}
			row[column] = Infinity;
		}
		const over = [];
		// In turn, so that a slow moment of the machine hits all of them.
		for (let run = 0; run < 15; run++) {
			const now = {};
			for (const column of columns) {
				if (run < 1 || column !== "wrangler") {
					now[column] = (await once(column, counts[column])) / counts[column];
					row[column] = Math.min(row[column], now[column]);
				}
			}
			over.push(now.ours - now.floor);
		}
		row["over the floor"] = row.ours - row.floor;
		row["over, median"] = median(over);
		whole.push(row);
	}
	worker.stop();
}
table("Whole requests on workerd, microseconds", ["floor", "ours", "over the floor", "over, median", "hono", "wrangler"], whole);
