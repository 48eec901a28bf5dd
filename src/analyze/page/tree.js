// The trees of what has a size, and where the rectangles of a treemap lie. Nothing here knows of a document.

// Pixels: the height of the header of what has parts, what is free around these, and the least size that has room for both.
const HEADER = 20;
const FRAME = 3;
const FRAMED = { width: 48, height: 42 };

// A node of a tree. What has a size has an `item` and no children.
function node(name, kind, item = null) {
	const children = item ? null : [];
	return { name, kind, item, children, parent: null, note: "", size: 0, gzip: 0, dropped: 0, count: 0, all: 0, value: 0, x: 0, y: 0, w: 0, h: 0, framed: false, open: false };
}

function adopt(parent, child) {
	child.parent = parent;
	parent.children.push(child);
	return child;
}

// Puts something at its place below a node, by the directories of its path.
function place(home, path, item) {
	const parts = path.split("/");
	const name = parts.pop();
	let parent = home;
	for (const part of parts) {
		parent.known ??= new Map();
		if (!parent.known.has(part)) parent.known.set(part, adopt(parent, node(part, home.kind)));
		parent = parent.known.get(part);
	}
	return adopt(parent, node(name, item.kind ?? home.kind, item));
}

// Takes directories with nothing beside them as one, and adds up sizes.
function settle(branch) {
	if (branch.item) {
		const { size, gzip, dropped = 0 } = branch.item;
		Object.assign(branch, { size, gzip, dropped, count: size > 0 ? 1 : 0, all: 1 });
		return branch;
	}
	while (branch.parent && branch.children.length === 1 && branch.children[0].children) {
		const [only] = branch.children;
		if (branch.parent.parent) branch.name += `/${only.name}`;
		branch.children = only.children;
	}
	for (const child of branch.children) {
		child.parent = branch;
		settle(child);
		for (const key of ["size", "gzip", "dropped", "count", "all"]) branch[key] += child[key];
	}
	if (branch.kind === "" && branch.children.length > 0 && branch.parent) {
		const [{ kind }] = branch.children;
		if (branch.children.every((child) => child.kind === kind)) branch.kind = kind;
	}
	return branch;
}

// The worker: the project's own modules, its packages, and what pagesbuild adds.
function workerTree({ project, worker }) {
	const root = node("worker", "");
	const own = node(project, "own");
	const tool = node("pagesbuild", "tool");
	const packages = worker.packages.map(({ name, version, path }) => {
		const branch = node(name, "package");
		return Object.assign(branch, { note: version ?? "", path });
	});
	for (const module of worker.modules) {
		const made = module.path.startsWith("pagesbuild:");
		const home = made ? tool : module.package === null ? own : packages[module.package];
		const start = made ? "pagesbuild:".length : module.package === null ? 0 : home.path.length + 1;
		place(home, module.path.slice(start), module);
	}
	for (const file of worker.additional) {
		const home = file.package === null ? own : packages[file.package];
		place(home, file.package === null ? file.path : file.path.slice(home.path.length + 1), file);
	}
	if (worker.linker.size > 0) place(tool, "linker", { ...worker.linker, path: "pagesbuild:linker" });
	for (const branch of [own, ...packages, tool]) if (branch.children.length > 0) adopt(root, branch);
	return settle(root);
}

// The kinds of static files, by the beginnings of their types.
const KINDS = [
	["markup", "Pages", ["text/html", "application/xhtml"]],
	["script", "Scripts", ["text/javascript", "application/javascript", "application/wasm"]],
	["style", "Styles", ["text/css"]],
	["image", "Images", ["image/"]],
	["font", "Fonts", ["font/"]],
	["media", "Media", ["video/", "audio/"]],
];

function kindOf(type) {
	const found = KINDS.find(([, , starts]) => starts.some((start) => type?.startsWith(start)));
	return found ? found[0] : "other";
}

function assetTree({ assets }) {
	const root = node("assets", "");
	for (const file of assets.files) place(root, file.path, { ...file, kind: kindOf(file.type) });
	return settle(root);
}

// What a leaf's rectangle stands for.
function valueOf(leaf, { gzip, dropped }) {
	if (gzip) return leaf.gzip;
	return dropped ? leaf.size + leaf.dropped : leaf.size;
}

// Gives every node its value, and children their order: the largest first.
function measure(branch, by) {
	if (!branch.children) {
		branch.value = valueOf(branch, by);
		return branch.value;
	}
	branch.value = 0;
	for (const child of branch.children) branch.value += measure(child, by);
	branch.children.sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1));
	return branch.value;
}

// Gives a node and what can be seen in it their rectangles. Children fill what their parent has for them, each by its value;
// what is too small to have a header stays closed.
function layout(branch, x, y, w, h, isRoot = true) {
	Object.assign(branch, { x, y, w, h });
	if (!branch.children) return;
	branch.framed = !isRoot && w >= FRAMED.width && h >= FRAMED.height;
	branch.open = isRoot || branch.framed;
	if (!branch.open) return;
	if (branch.framed) {
		x += FRAME;
		y += HEADER;
		w -= 2 * FRAME;
		h -= HEADER + FRAME;
	}
	squarify(branch.children, x, y, w, h);
	for (const child of branch.children) if (child.children) layout(child, child.x, child.y, child.w, child.h, false);
}

// Squarified treemap (Bruls, Huizing and van Wijk 2000): rows along the shorter side, each as long as its rectangles get
// more like squares. Nodes come with the largest first.
function squarify(nodes, x, y, w, h) {
	let total = nodes.reduce((sum, { value }) => sum + value, 0);
	let start = 0;
	while (start < nodes.length) {
		const short = Math.min(w, h);
		const scale = total > 0 ? (w * h) / total : 0;
		if (scale === 0 || short <= 0 || nodes[start].value <= 0) {
			for (const rest of nodes.slice(start)) Object.assign(rest, { x, y, w: 0, h: 0 });
			return;
		}
		let end = start;
		let sum = 0;
		let worst = Infinity;
		while (end < nodes.length) {
			const next = sum + nodes[end].value;
			const side = (next * scale) / short;
			const ratio = Math.max((nodes[start].value * scale) / side ** 2, side ** 2 / (nodes[end].value * scale));
			if (ratio > worst) break;
			[worst, sum] = [ratio, next];
			end += 1;
		}
		const side = end === nodes.length ? Math.max(w, h) : (sum * scale) / short;
		let along = 0;
		for (let at = start; at < end; at += 1) {
			const length = sum > 0 ? (nodes[at].value / sum) * short : 0;
			if (w <= h) Object.assign(nodes[at], { x: x + along, y, w: length, h: side });
			else Object.assign(nodes[at], { x, y: y + along, w: side, h: length });
			along += length;
		}
		if (w <= h) [y, h] = [y + side, h - side];
		else [x, w] = [x + side, w - side];
		total -= sum;
		start = end;
	}
}

// The deepest node that can be seen at a point.
function nodeAt(branch, x, y) {
	const within = (child) => x >= child.x && x < child.x + child.w && y >= child.y && y < child.y + child.h;
	const child = branch.open ? branch.children.find(within) : undefined;
	return child ? nodeAt(child, x, y) : branch;
}

// The node and those that it is in, from the outermost.
function lineage(branch) {
	return branch ? [...lineage(branch.parent), branch] : [];
}

// All that has a size.
function leaves(branch, found = []) {
	if (!branch.children) found.push(branch);
	else for (const child of branch.children) leaves(child, found);
	return found;
}

// For each module, the one by which it is reached first from the entry, and all that ask for it.
function reach(modules, entry) {
	const targets = ({ imports, requires, lazy }) => [...imports, ...requires, ...lazy];
	const from = modules.map(() => null);
	const users = modules.map(() => []);
	modules.forEach((module, at) => new Set(targets(module)).forEach((target) => users[target].push(at)));
	const seen = new Set([entry]);
	for (const at of seen) {
		for (const target of targets(modules[at])) {
			if (!seen.has(target)) from[target] = at;
			seen.add(target);
		}
	}
	return { from, users };
}

// A count for people.
function counted(count) {
	return count.toLocaleString("en");
}

// A number of bytes for people: decimal units, as browsers and the platform's limits use.
function bytes(count) {
	if (count < 1e3) return `${count} B`;
	const [unit, size] = count < 1e6 ? ["kB", count / 1e3] : ["MB", count / 1e6];
	return `${(Math.floor(size * 10) / 10).toFixed(1)} ${unit}`;
}

function percent(part, whole) {
	if (!whole) return "0 %";
	const share = (part / whole) * 100;
	return share > 0 && share < 0.1 ? "< 0.1 %" : `${share.toFixed(1)} %`;
}
