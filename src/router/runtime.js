// The router of a worker: which handlers a request meets, and the context that they run in.
//
// The generated entry module hands in the table that `src/router/table.rs` prints. Nothing here builds anything
// at start-up, and no regular expression is made while a request is served. `docs/routing.md` states the rules.

// The places in a node of the table. A node stands for the segments that lead to it; see `src/router/table.rs`.
const LABEL = 0;
const NEXT = 1;
const TEXTS = 2;
const PARAM = 3;
const MIXED = 4;
const EXACT = 5;
const REST = 6;
const GUARDS = 7;
const REST_GUARDS = 8;
const ODD = 9;
const BEST = 10;
const GUARDED = 11;

// The places in a row.
const RANK = 0;
const METHOD = 1;
const HANDLER = 2;
const PARAMS = 3;

// The state of the search under way. A search never waits, so one at a time is all there can be; keeping the state
// here rather than in an object saves an allocation a request.
let path = "";
let method = "";
let limit = 0;
let regular = true;
let best = 0;
let answer = null;
let captured = null;
let steps = [];
let repeated = null;

// One set of handlers to run. What a handler is told is worked out only when it runs: `end` is where its
// `functionPath` ends, `found` what the expression of its pattern captured. The rank of an answer is -1.
class Step {
	constructor(rank, row, path, end, found) {
		this.rank = rank;
		this.row = row;
		this.path = path;
		this.end = end;
		this.found = found;
	}
}

// Returns the steps of a request in the order in which they run.
export function match(root, pathname, verb) {
	path = pathname;
	method = verb;
	best = 0x3fffffff;
	answer = null;
	captured = null;
	steps = [];
	repeated = null;
	// An empty segment matches nothing, so nothing is looked for behind the first one.
	const double = pathname.indexOf("//");
	regular = double === -1;
	limit = regular ? bare(pathname) : double;
	visit(root, 0);
	if (!regular && pathname === "//" && root[EXACT] !== 0) {
		consider(root[EXACT]);
	}
	const last = answer === null ? null : new Step(-1, answer, pathname, pathname.length, captured);
	if (!regular) {
		// The asset server takes repeated slashes for one, so a middleware has to see such a request as well.
		repeated = pathname;
		path = pathname.replace(/\/+/g, "/");
		limit = bare(path);
		best = -1;
		visit(root, 0);
	}
	if (last !== null) {
		steps.push(last);
	}
	return steps;
}

// The length without the slash at the end.
function bare(path) {
	const last = path.length - 1;
	return path.charCodeAt(last) === 47 ? last : last + 1;
}

// Looks at everything at and below a node; `at` is the slash before the next segment, or the end.
function visit(node, at) {
	const text = path;
	const stop = limit;
	for (;;) {
		if (node[GUARDED] !== 0) {
			guards(node, at);
		}
		if (node[ODD] !== 0) {
			odd(node[ODD]);
		}
		if (regular) {
			if (node[REST] !== 0) {
				consider(node[REST]);
			}
			if (at === stop && node[EXACT] !== 0) {
				consider(node[EXACT]);
			}
		}
		if (at >= stop) {
			return;
		}
		const from = at + 1;
		const texts = node[TEXTS];
		let child = 0;
		let end = from;
		if (texts !== 0 && texts.length === 1) {
			// A few children are compared one by one, which finds the end of the segment as well.
			for (child = texts[0]; child !== 0; child = child[NEXT]) {
				end = from + child[LABEL].length;
				if (end <= stop && (end === stop || text.charCodeAt(end) === 47) && starts(text, child[LABEL], from)) {
					break;
				}
			}
		}
		if (child === 0) {
			let hash = 0;
			for (end = from; end < stop; end++) {
				const char = text.charCodeAt(end);
				if (char === 47) {
					break;
				}
				hash = ((hash << 5) - hash + (char | 32)) | 0;
			}
			if (texts !== 0 && texts.length !== 1) {
				child = texts[(hash ^ (hash >>> 15)) & (texts.length - 1)];
				while (child !== 0 && !(child[LABEL].length === end - from && starts(text, child[LABEL], from))) {
					child = child[NEXT];
				}
			}
		}
		const mixed = node[MIXED];
		const param = node[PARAM];
		// The last of the children is looked at in this loop, not in another call.
		if (mixed === 0 && param === 0) {
			if (child === 0 || (child[BEST] >= best && child[GUARDED] === 0)) {
				return;
			}
			node = child;
		} else {
			if (child !== 0 && (child[BEST] < best || child[GUARDED] !== 0)) {
				visit(child, end);
			}
			if (mixed !== 0) {
				several(mixed, from, end);
			}
			if (param === 0 || (param[BEST] >= best && param[GUARDED] === 0)) {
				return;
			}
			node = param;
		}
		at = end;
	}
}

// Visits those of the children for mixed segments whose text and expression fit.
function several(mixed, from, end) {
	let segment = null;
	for (let i = 0; i < mixed.length; i += 3) {
		const child = mixed[i + 2];
		if ((child[BEST] < best || child[GUARDED] !== 0) && starts(path, mixed[i], from)) {
			segment ??= path.slice(from, end);
			if (mixed[i + 1].test(segment)) {
				visit(child, end);
			}
		}
	}
}

// Whether the path has the label, which is in lower case, at this place.
function starts(text, label, from) {
	for (let i = 0; i < label.length; i++) {
		const wanted = label.charCodeAt(i);
		const char = text.charCodeAt(from + i);
		if (char !== wanted && ((char | 32) !== wanted || wanted < 97 || wanted > 122)) {
			return false;
		}
	}
	return true;
}

// Takes the first of the rows that answers the method, if it comes before what was found so far.
function consider(rows) {
	for (let i = 0; i < rows.length; i++) {
		const row = rows[i];
		if (row[RANK] >= best) {
			return;
		}
		if (row[METHOD] === 0 || row[METHOD] === method) {
			best = row[RANK];
			answer = row;
			captured = null;
			return;
		}
	}
}

// Adds the middleware of a node to the steps.
function guards(node, at) {
	const here = node[GUARDS];
	if (here !== 0) {
		for (let i = 0; i < here.length; i++) {
			if (here[i][METHOD] === 0 || here[i][METHOD] === method) {
				// The pattern of the root is the slash itself.
				guard(here[i], at === 0 ? (path === "//" ? 2 : 1) : prefix(at), null);
			}
		}
	}
	const rest = node[REST_GUARDS];
	if (rest !== 0) {
		for (let i = 0; i < rest.length; i++) {
			if (rest[i][METHOD] === 0 || rest[i][METHOD] === method) {
				guard(rest[i], prefix(limit), null);
			}
		}
	}
}

// Where a prefix ends: behind the slash that follows it when nothing follows that.
function prefix(end) {
	return end === path.length - 1 ? end + 1 : end;
}

// Inserts a middleware: those of later rows of the table run first.
function guard(row, end, found) {
	const rank = row[RANK];
	// What matched the path with its repeated slashes has been found before.
	if (repeated !== null && steps.some((step) => step.rank === rank)) {
		return;
	}
	let place = steps.length;
	const step = new Step(rank, row, path, repeated === null ? end : ~original(end), found);
	steps.push(step);
	while (place > 0 && steps[place - 1].rank < rank) {
		steps[place] = steps[place - 1];
		place--;
	}
	steps[place] = step;
}

// Where a start of the path ends in the path with its repeated slashes.
function original(length) {
	let end = 0;
	for (let i = 0; i < length; i++) {
		end++;
		if (path.charCodeAt(i) === 47) {
			while (repeated.charCodeAt(end) === 47) {
				end++;
			}
		}
	}
	return end;
}

// Tries the patterns that go on with a catch-all which is not their end.
function odd(candidates) {
	for (let i = 0; i < candidates.length; i += 4) {
		const row = candidates[i];
		const guarding = candidates[i + 2];
		if ((row[METHOD] !== 0 && row[METHOD] !== method) || (!guarding && row[RANK] >= best)) {
			continue;
		}
		const found = candidates[i + 1].exec(path);
		if (found === null || (candidates[i + 3] !== 0 && !candidates[i + 3].test(path))) {
			continue;
		}
		if (guarding) {
			guard(row, found[0].length, found);
		} else {
			best = row[RANK];
			answer = row;
			captured = found;
		}
	}
}

// The parameters of a step, in the order of its pattern.
export function params(step) {
	const values = { __proto__: null };
	const list = step.row[PARAMS];
	if (list === 0) {
		return values;
	}
	if (step.found !== null) {
		named(values, list, step.found);
		return values;
	}
	// The list has pairs of a name and the index of its segment. `~index` is a catch-all that starts there; a list
	// of names goes with the index and the expression of a mixed segment.
	const path = step.path;
	let index = 0;
	let from = 1;
	for (let i = 0; i < list.length; i += 2) {
		const name = list[i];
		const place = list[i + 1];
		const wanted = typeof place !== "number" ? place[0] : place < 0 ? ~place : place;
		for (; index < wanted; index++) {
			const slash = path.indexOf("/", from);
			from = slash === -1 ? path.length + 1 : slash + 1;
		}
		const slash = path.indexOf("/", from);
		const end = slash === -1 ? path.length : slash;
		if (typeof place !== "number") {
			named(values, name, place[1].exec(path.slice(from, end)));
		} else if (place >= 0) {
			values[name] = path.slice(from, end);
		} else {
			const double = path.indexOf("//");
			const stop = double === -1 ? bare(path) : double;
			if (from < stop) {
				values[name] = path.slice(from, stop).split("/");
			}
		}
	}
	return values;
}

// The parameters that an expression captured; a `*` marks the names of catch-alls.
function named(values, names, found) {
	for (let i = 0; i < names.length; i++) {
		const name = names[i];
		const value = found[i + 1];
		if (name.endsWith("*")) {
			if (value !== undefined) {
				values[name.slice(0, -1)] = value.split("/");
			}
		} else {
			values[name] = value;
		}
	}
}

// Runs a request's steps. `last` is what comes behind them: it takes the request as it is by then and whether a
// handler has matched.
async function respond(router, original, env, context, last) {
	const pathname = new URL(original.url).pathname;
	const route = match(router.root, pathname, original.method);
	if (route.length === 0) {
		return last(original, false);
	}
	let request = original;
	let data = {};
	let failOpen = false;
	let position = 0;
	let step;
	let values;
	let list = null;
	let index = 0;

	const next = async (input, init) => {
		if (input !== undefined) {
			request = new Request(typeof input === "string" ? new URL(input, request.url).toString() : input, init);
		}
		// The handlers of one export run one after another; an empty list of them is passed over.
		let handler;
		let done = false;
		for (;;) {
			if (list !== null && index < list.length) {
				handler = list[index++];
				break;
			}
			list = null;
			if (position === route.length) {
				done = true;
				break;
			}
			step = route[position++];
			values = params(step);
			handler = router.handlers[step.row[HANDLER]];
			if (!Array.isArray(handler)) {
				break;
			}
			list = [handler].flat();
			index = 0;
		}
		if (done) {
			return mutable(await last(request, route[route.length - 1].rank === -1));
		}
		const source = step.row[HANDLER];
		// An end that is counted in the path with its repeated slashes is below zero.
		const functionPath = step.end < 0 ? pathname.slice(0, ~step.end) : step.path.slice(0, step.end);
		const response = await handler({
			request: new Request(request.clone()),
			functionPath,
			next,
			params: values,
			get data() {
				return data;
			},
			set data(value) {
				if (typeof value !== "object" || value === null) {
					throw new Error("context.data must be an object");
				}
				data = value;
			},
			env,
			waitUntil: context.waitUntil.bind(context),
			passThroughOnException: () => {
				failOpen = true;
			},
		});
		if (!(response instanceof Response)) {
			throw new Error(`${router.names[source]} did not return a Response`);
		}
		return mutable(response);
	};

	try {
		return await next();
	} catch (error) {
		if (failOpen) {
			return mutable(await (router.assets ? env[router.assets].fetch(request) : last(request, true)));
		}
		throw error;
	}
}

// A copy of a response whose headers can be changed. The four statuses must not have a body.
function mutable(response) {
	const empty = response.status === 101 || response.status === 204 || response.status === 205 || response.status === 304;
	return new Response(empty ? null : response.body, response);
}

// The worker of a project without a main module: behind the functions are the assets.
export function serve(router) {
	return {
		fetch(request, env, context) {
			return respond(router, request, env, context, (last) => asset(router, last, env));
		},
	};
}

function asset(router, request, env) {
	return router.assets ? env[router.assets].fetch(request) : new Response(null, { status: 404 });
}

// The worker of a project with a main module: behind the functions are the assets and the module's `fetch`. All
// other handlers of the module stay as they are.
export function serveMain(router, main) {
	if (typeof main === "function") {
		const fetches = typeof main.prototype?.fetch === "function";
		return class extends main {
			fetch(request) {
				const own = fetches ? (last) => super.fetch(last) : null;
				return respond(router, request, this.env, this.ctx, (last, handled) => behind(router, last, this.env, handled, own));
			}
		};
	}
	const worker = {};
	const names = ["scheduled", "queue", "email", "tail", "trace", "tailStream", "test"];
	for (const name in main) {
		names.push(name);
	}
	for (const name of names) {
		if (typeof main?.[name] === "function") {
			worker[name] = (...values) => main[name](...values);
		}
	}
	const fetches = typeof main?.fetch === "function";
	worker.fetch = (request, env, context) => {
		const own = fetches ? (last) => main.fetch(last, env, context) : null;
		return respond(router, request, env, context, (last, handled) => behind(router, last, env, handled, own));
	};
	return worker;
}

// What comes behind the functions. Assets are served before the main module, as the platform does, unless the
// project's own rules brought the request here; a handler that calls `next()` means the asset.
async function behind(router, request, env, handled, own) {
	if (own === null) {
		return asset(router, request, env);
	}
	const reads = request.method === "GET" || request.method === "HEAD";
	if (router.assets && reads && (handled || router.assetsFirst)) {
		const response = await env[router.assets].fetch(request);
		if (response.status !== 404) {
			return response;
		}
		await response.body?.cancel();
	}
	return own(request);
}
