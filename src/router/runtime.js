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
const ends = [];

// One set of handlers to run: `handler` is an index, `params` is null until someone needs an object.
class Step {
	constructor(rank, handler, params, functionPath) {
		this.rank = rank;
		this.handler = handler;
		this.params = params;
		this.functionPath = functionPath;
	}
}

// Returns the steps of a request in the order in which they run. The last one is the answering handler when its
// `rank` is -1.
export function match(root, pathname, verb) {
	const length = pathname.length;
	path = pathname;
	method = verb;
	best = 0x3fffffff;
	answer = null;
	captured = null;
	steps = [];
	repeated = null;
	// An empty segment matches nothing, so nothing is looked for behind the first one.
	limit = pathname.indexOf("//");
	regular = limit === -1;
	if (regular) {
		limit = pathname.charCodeAt(length - 1) === 47 ? length - 1 : length;
	}
	visit(root, 0, 0);
	let last = null;
	if (!regular && pathname === "//" && root[EXACT] !== 0) {
		consider(root[EXACT]);
	}
	if (answer !== null) {
		last = new Step(-1, answer[2], captured === null ? values(answer[3]) : named(answer[3], captured), pathname);
	}
	if (!regular) {
		// The asset server takes repeated slashes for one, so a middleware has to see such a request as well.
		repeated = pathname;
		path = pathname.replace(/\/+/g, "/");
		limit = path.charCodeAt(path.length - 1) === 47 ? path.length - 1 : path.length;
		best = -1;
		visit(root, 0, 0);
	}
	if (last !== null) {
		steps.push(last);
	}
	return steps;
}

// Looks at everything at and below a node; `at` is the slash before the next segment, or the end.
function visit(node, at, depth) {
	if (node[GUARDED] !== 0) {
		guards(node, at, depth);
	}
	if (node[ODD] !== 0) {
		odd(node[ODD]);
	}
	if (regular) {
		if (node[REST] !== 0) {
			consider(node[REST]);
		}
		if (at === limit && node[EXACT] !== 0) {
			consider(node[EXACT]);
		}
	}
	if (at >= limit) {
		return;
	}
	const from = at + 1;
	let hash = 0;
	let end = from;
	for (; end < limit; end++) {
		const char = path.charCodeAt(end);
		if (char === 47) {
			break;
		}
		hash = (Math.imul(hash, 31) + (char | 32)) | 0;
	}
	ends[depth] = end;
	const texts = node[TEXTS];
	if (texts !== 0) {
		let child = texts[(hash ^ (hash >>> 15)) & (texts.length - 1)];
		while (child !== 0) {
			if (same(child[LABEL], from, end)) {
				if (child[BEST] < best || child[GUARDED] !== 0) {
					visit(child, end, depth + 1);
				}
				break;
			}
			child = child[NEXT];
		}
	}
	const param = node[PARAM];
	if (param !== 0 && (param[BEST] < best || param[GUARDED] !== 0)) {
		visit(param, end, depth + 1);
	}
	if (node[MIXED] !== 0) {
		const segment = path.slice(from, end);
		for (const [expression, child] of node[MIXED]) {
			if ((child[BEST] < best || child[GUARDED] !== 0) && expression.test(segment)) {
				visit(child, end, depth + 1);
			}
		}
	}
}

// Whether the path has the label at this place. Labels are in lower case.
function same(label, from, end) {
	const length = label.length;
	if (length !== end - from) {
		return false;
	}
	for (let i = 0; i < length; i++) {
		const wanted = label.charCodeAt(i);
		const char = path.charCodeAt(from + i);
		if (char !== wanted && ((char | 32) !== wanted || wanted < 97 || wanted > 122)) {
			return false;
		}
	}
	return true;
}

// Takes the first of the entries that answers the method, if it comes before what was found so far.
function consider(entries) {
	for (let i = 0; i < entries.length; i++) {
		const entry = entries[i];
		if (entry[0] >= best) {
			return;
		}
		if (entry[1] === 0 || entry[1] === method) {
			best = entry[0];
			answer = entry;
			captured = null;
			return;
		}
	}
}

// Adds the middleware of a node to the steps.
function guards(node, at, depth) {
	const here = node[GUARDS];
	if (here !== 0) {
		for (let i = 0; i < here.length; i++) {
			if (here[i][1] === 0 || here[i][1] === method) {
				const root = path === "//" ? path : "/";
				guard(here[i], values(here[i][3]), depth === 0 ? root : prefix(at));
			}
		}
	}
	const rest = node[REST_GUARDS];
	if (rest !== 0) {
		for (let i = 0; i < rest.length; i++) {
			if (rest[i][1] === 0 || rest[i][1] === method) {
				guard(rest[i], values(rest[i][3]), prefix(limit));
			}
		}
	}
}

// Inserts a middleware: those of later rows of the table run first.
function guard(entry, params, functionPath) {
	if (repeated !== null) {
		// What matched the path as it is has been found before.
		if (steps.some((step) => step.rank === entry[0])) {
			return;
		}
		functionPath = original(functionPath);
	}
	const step = new Step(entry[0], entry[2], params, functionPath);
	let place = steps.length;
	steps.push(step);
	while (place > 0 && steps[place - 1].rank < step.rank) {
		steps[place] = steps[place - 1];
		place--;
	}
	steps[place] = step;
}

// The start of the path with its repeated slashes that a start without them stands for.
function original(start) {
	let end = 0;
	for (let i = 0; i < start.length; i++) {
		end++;
		if (start.charCodeAt(i) === 47) {
			while (repeated.charCodeAt(end) === 47) {
				end++;
			}
		}
	}
	return repeated.slice(0, end);
}

// The path up to `end`, with the slash behind it when nothing follows that.
function prefix(end) {
	return end === path.length - 1 ? path : path.slice(0, end);
}

// Tries the patterns that go on with a catch-all which is not their end.
function odd(candidates) {
	for (const [entry, expression, guarding] of candidates) {
		if ((entry[1] !== 0 && entry[1] !== method) || (!guarding && entry[0] >= best)) {
			continue;
		}
		const found = expression.exec(path);
		if (found === null) {
			continue;
		}
		if (guarding) {
			guard(entry, named(entry[3], found), found[0]);
		} else {
			best = entry[0];
			answer = entry;
			captured = found;
		}
	}
}

// The parameters of an entry: pairs of a name and the index of its segment. `~index` is a catch-all that starts
// there; a list of names goes with the index and the expression of a mixed segment.
function values(list) {
	if (list === 0) {
		return null;
	}
	const params = { __proto__: null };
	for (let i = 0; i < list.length; i += 2) {
		const name = list[i];
		const place = list[i + 1];
		if (typeof place !== "number") {
			const found = place[1].exec(segment(place[0]));
			for (let j = 0; j < name.length; j++) {
				params[name[j]] = found[j + 1];
			}
		} else if (place >= 0) {
			params[name] = segment(place);
		} else {
			const start = place === -1 ? 0 : ends[~place - 1];
			if (start < limit) {
				params[name] = path.slice(start + 1, limit).split("/");
			}
		}
	}
	return params;
}

function segment(index) {
	return path.slice(index === 0 ? 1 : ends[index - 1] + 1, ends[index]);
}

// The parameters that a whole expression captured; a `*` marks the names of catch-alls.
function named(names, found) {
	const params = { __proto__: null };
	for (let i = 0; i < names.length; i++) {
		const value = found[i + 1];
		if (value !== undefined) {
			const name = names[i];
			if (name.endsWith("*")) {
				params[name.slice(0, -1)] = value.split("/");
			} else {
				params[name] = value;
			}
		}
	}
	return params;
}

// Runs a request's steps. `last` is what comes behind them: it takes the request as it is by then and whether a
// handler has matched.
async function respond(router, original, env, context, last) {
	const route = match(router.root, new URL(original.url).pathname, original.method);
	if (route.length === 0) {
		return last(original, false);
	}
	let request = original;
	let data = {};
	let failOpen = false;
	let position = 0;
	let step;
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
			step.params ??= { __proto__: null };
			handler = router.handlers[step.handler];
			if (!Array.isArray(handler)) {
				break;
			}
			list = [handler].flat();
			index = 0;
		}
		if (done) {
			return mutable(await last(request, route[route.length - 1].rank === -1));
		}
		const { handler: source, params, functionPath } = step;
		const response = await handler({
			request: new Request(request.clone()),
			functionPath,
			next,
			params,
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
