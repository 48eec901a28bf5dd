// The first half of the router of a worker: which handlers a request meets, and what they are told of its path.
//
// The table is what `src/router/table.rs` prints. Nothing here builds anything at start-up, and no regular expression
// is made while a request is served. `docs/routing.md` states the rules.

// The places in a node of the table. A node stands for the segments that lead to it; see `src/router/table.rs`.
const LABEL = 0;
const NEXT = 1;
const TEXTS = 2;
const PARAM = 3;
const MIXED = 4;
const EXACT = 5;
const REST = 6;
const GUARDS = 7;
const ODD = 8;
const BEST = 9;
const REACH = 10;

// The places in a row.
const RANK = 0;
const METHOD = 1;
const HANDLER = 2;
const PARAMS = 3;
const EXTENT = 4;

// The state of the search under way. A search never waits, so one at a time is all there can be; keeping the state
// here rather than in objects saves making them for each request. `ends` are those of the segments, `found` has
// the middleware; what lies behind their counts is of earlier requests.
let path = "";
let method = "";
let regular = true;
let best = 0;
let answer = null;
let segments = 0;
const ends = [];
let count = 0;
const found = [];
const NONE = [];

// What a request meets: rows of middleware in the order in which they run, and the row that answers or null. What
// they are told is worked out only when they run. Those that are in `late` match `single` instead of the path, which
// is the path with its repeated slashes made one.
class Match {
	constructor(path, middleware, answer, single, late) {
		this.path = path;
		this.middleware = middleware;
		this.answer = answer;
		this.single = single;
		this.late = late;
	}
}

// Returns what a request meets, null for nothing.
export function match(root, pathname, verb) {
	search(root, pathname, verb);
	return regular ? met(pathname) : repeated(root, pathname);
}

// The same for a plugin. What a repeated slash hides from it, the project that mounts it has let it see.
export function matchOnce(root, pathname, verb) {
	search(root, pathname, verb);
	return met(pathname);
}

function search(root, pathname, verb) {
	method = verb;
	best = 0x3fffffff;
	answer = null;
	count = 0;
	scan(pathname);
	visit(root, 0);
	if (!regular && pathname === "//" && root[EXACT] !== 0) {
		consider(root[EXACT]);
	}
}

function met(pathname) {
	if (count === 0) {
		return answer === null ? null : new Match(pathname, NONE, answer, "", NONE);
	}
	return new Match(pathname, found.slice(0, count), answer, "", NONE);
}

// Goes on with a path that has repeated slashes. The asset server takes them for one, so a middleware has to see
// such a request as well.
function repeated(root, pathname) {
	const early = found.slice(0, count);
	best = -1;
	scan(pathname.replace(/\/+/g, "/"));
	visit(root, 0);
	if (count === 0 && answer === null) {
		return null;
	}
	const middleware = found.slice(0, count);
	const late = middleware.filter((row) => !early.includes(row));
	return new Match(pathname, middleware, answer, path, late);
}

// Finds where the segments of a path end. An empty segment matches nothing, so nothing is looked for behind the first
// one.
function scan(text) {
	path = text;
	regular = true;
	segments = 0;
	let from = 1;
	for (let slash = text.indexOf("/", 1); slash !== -1; slash = text.indexOf("/", from)) {
		if (slash === from) {
			regular = false;
			return;
		}
		ends[segments++] = slash;
		from = slash + 1;
	}
	if (from < text.length) {
		ends[segments++] = text.length;
	}
}

// Looks at everything at and below a node; `depth` is the number of segments that lead to it.
function visit(node, depth) {
	const text = path;
	for (;;) {
		if (node[GUARDS] !== 0) {
			guards(node[GUARDS]);
		}
		if (node[ODD] !== 0) {
			odd(node[ODD]);
		}
		if (regular && node[REST] !== 0) {
			consider(node[REST]);
		}
		if (depth === segments) {
			if (regular && node[EXACT] !== 0) {
				consider(node[EXACT]);
			}
			return;
		}
		const from = depth === 0 ? 1 : ends[depth - 1] + 1;
		const end = ends[depth];
		const texts = node[TEXTS];
		let child = 0;
		if (texts !== 0) {
			const length = end - from;
			const reach = node[REACH];
			let hash = length;
			for (let i = reach < length ? end - reach : from; i < end; i++) {
				hash = ((hash << 5) - hash + (text.charCodeAt(i) | 32)) | 0;
			}
			child = texts[(hash ^ (hash >>> 15)) & (texts.length - 1)];
			while (child !== 0 && !(child[LABEL].length === length && starts(text, child[LABEL], from))) {
				child = child[NEXT];
			}
		}
		const mixed = node[MIXED];
		const param = node[PARAM];
		depth++;
		// The last of the children is looked at in this loop, not in another call.
		if (mixed === 0 && param === 0) {
			if (child === 0 || child[BEST] >= best) {
				return;
			}
			node = child;
		} else {
			if (child !== 0 && child[BEST] < best) {
				visit(child, depth);
			}
			if (mixed !== 0) {
				several(mixed, from, end, depth);
			}
			if (param === 0 || param[BEST] >= best) {
				return;
			}
			node = param;
		}
	}
}

// Visits those of the children for mixed segments whose text and expression fit.
function several(mixed, from, end, depth) {
	let segment = null;
	for (let i = 0; i < mixed.length; i += 3) {
		const child = mixed[i + 2];
		if (child[BEST] < best && starts(path, mixed[i], from)) {
			segment ??= path.slice(from, end);
			if (mixed[i + 1].test(segment)) {
				visit(child, depth);
			}
		}
	}
}

// Whether the path has the label, which is in lower case, at this place.
function starts(text, label, from) {
	// Most paths are in lower case, and for a longer label the built-in function is quicker than the loop.
	if (label.length > 3 && text.startsWith(label, from)) {
		return true;
	}
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
			return;
		}
	}
}

// Adds the middleware that answers the method.
function guards(rows) {
	for (let i = 0; i < rows.length; i++) {
		if (rows[i][METHOD] === 0 || rows[i][METHOD] === method) {
			guard(rows[i]);
		}
	}
}

// Inserts a middleware, if it is not there yet: those of later rows of the table run first.
function guard(row) {
	if (count === 0 || found[count - 1][RANK] > row[RANK]) {
		found[count++] = row;
		return;
	}
	let place = count;
	while (place > 0 && found[place - 1][RANK] < row[RANK]) {
		place--;
	}
	if (place > 0 && found[place - 1] === row) {
		return;
	}
	for (let i = count; i > place; i--) {
		found[i] = found[i - 1];
	}
	found[place] = row;
	count++;
}

// Tries the patterns that go on with a catch-all which is not their end.
function odd(candidates) {
	for (let i = 0; i < candidates.length; i += 3) {
		const row = candidates[i];
		const guarding = candidates[i + 1];
		if ((row[METHOD] !== 0 && row[METHOD] !== method) || (!guarding && row[RANK] >= best)) {
			continue;
		}
		if (!row[EXTENT].test(path) || (candidates[i + 2] !== 0 && !candidates[i + 2].test(path))) {
			continue;
		}
		if (guarding) {
			guard(row);
		} else {
			best = row[RANK];
			answer = row;
		}
	}
}

// The length of the path that a middleware matched, which is what its `functionPath` has.
function extent(route, row) {
	if (!route.late.includes(row)) {
		return prefix(route.path, row[EXTENT]);
	}
	// What matched the path with single slashes is told a start of the path as it came.
	const length = prefix(route.single, row[EXTENT]);
	let end = 0;
	for (let i = 0; i < length; i++) {
		end++;
		if (route.single.charCodeAt(i) === 47) {
			while (route.path.charCodeAt(end) === 47) {
				end++;
			}
		}
	}
	return end;
}

// The same for one path. The extent is a number of segments, -1 for all there are, or an expression.
function prefix(path, extent) {
	if (typeof extent !== "number") {
		return extent.exec(path)[0].length;
	}
	if (extent === 0) {
		// The pattern of the root is the slash itself.
		return path === "//" ? 2 : 1;
	}
	let end = extent < 0 ? stop(path) : 0;
	for (let i = 0; i < extent; i++) {
		end = path.indexOf("/", end + 1);
	}
	if (end === -1) {
		return path.length;
	}
	// The slash behind the end counts when nothing follows it.
	return end === path.length - 1 ? end + 1 : end;
}

// Where the segments end: at the first repeated slash, or before the slash at the end.
function stop(path) {
	const double = path.indexOf("//");
	const last = path.length - 1;
	return double !== -1 ? double : path.charCodeAt(last) === 47 ? last : last + 1;
}

// The parameters of a row that matched the path, in the order of its pattern.
export function params(row, path) {
	const values = { __proto__: null };
	const list = row[PARAMS];
	if (list === 0) {
		return values;
	}
	if (typeof row[EXTENT] !== "number") {
		named(values, list, row[EXTENT].exec(path));
		return values;
	}
	// The list has pairs of a name and the index of its segment. `~index` is a catch-all that starts there; a list
	// of names goes with the index and the expression of a mixed segment.
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
			const end = stop(path);
			if (from < end) {
				values[name] = path.slice(from, end).split("/");
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
