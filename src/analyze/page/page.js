// The page: what is chosen, and the map, the table and the details that show it.

const data = JSON.parse(document.getElementById("data").textContent);
const element = (id) => document.getElementById(id);
const parts = {};
if (data.worker) {
	parts.worker = Object.assign(workerTree(data), {
		label: "Worker",
		title: "The worker",
		noun: "Modules",
		estimate: "Gzip, estimated",
		hasDropped: data.worker.modules.some(({ dropped }) => dropped > 0),
		sizes: data.worker,
		copies: copies(data.worker.packages),
		legend: [["own", "This project"], ["package", "Packages"], ["tool", "pagesbuild"]],
	});
}
if (data.assets) {
	parts.assets = Object.assign(assetTree(data), {
		label: "Assets",
		title: "The static files",
		noun: "Files",
		estimate: "Gzip",
		hasDropped: false,
		sizes: data.assets,
		copies: [],
		legend: [...KINDS.map(([kind, label]) => [kind, label]), ["other", "Other"]],
	});
}
const state = { part: Object.keys(parts)[0], view: "map", measure: "size", rows: "items", dropped: false, query: "", root: null, picked: null, pointed: null };

const modules = parts.worker ? leaves(parts.worker).filter(({ item }) => item.source !== undefined) : [];
const byItem = new Map(modules.map((leaf) => [leaf.item, leaf]));
const handlers = { data, onPick: pick, onZoom: zoom };
handlers.nodes = data.worker?.modules.map((module) => byItem.get(module)) ?? [];
handlers.ways = data.worker ? reach(data.worker.modules, data.worker.entry) : null;
const map = new TreeMap(element("map"), { onPoint: point, onPick: pickByMap, onZoom: zoom });
const table = new Table(element("table"), { onPoint: point, onPick: pick });
const details = new Details(element("details"), handlers);

const whole = () => parts[state.part];
const by = () => ({ gzip: state.measure === "gzip", dropped: state.dropped && state.measure === "size" && whole().hasDropped });

function point(found) {
	state.pointed = found;
	tell();
}

function pick(found) {
	state.picked = found;
	map.picked = found;
	map.outline();
	table.pick(found);
	tell();
}

// Keys need words: what was picked, or gone into, is read out.
function say(found) {
	const name = found === whole() ? found.title : [found.name, found.note].filter(Boolean).join(" ");
	element("said").textContent = `${name}, ${bytes(found.value)}, ${percent(found.value, whole().value)}`;
}

function pickByMap(found) {
	pick(found);
	say(found);
}

function zoom(root, picked = null) {
	const from = state.root;
	state.root = root;
	state.pointed = null;
	map.pointed = null;
	pick(picked ?? (lineage(state.picked).includes(root) && state.picked !== root ? state.picked : null));
	map.show(root, from);
	showTrail();
	say(root);
}

function tell() {
	details.show(state.pointed ?? state.picked ?? state.root, whole(), by());
}

function showTrail() {
	const steps = lineage(state.root).map((step, at, all) => {
		const label = at === 0 ? whole().label : step.note ? `${step.name} ${step.note}` : step.name;
		const button = make("button", { type: "button", "aria-current": at === all.length - 1 ? "location" : "" }, make("bdi", {}, label));
		button.addEventListener("click", () => zoom(step, all[at + 1]));
		return button;
	});
	element("trail").replaceChildren(...steps);
}

// The names of packages that are there in several copies.
function copies(packages) {
	const names = packages.map(({ name }) => name);
	return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
}

// A row of buttons of which one is chosen.
function choice(id, options, key) {
	const buttons = options.map(([value, label]) => {
		const button = make("button", { type: "button", "aria-pressed": String(state[key] === value) }, label);
		button.addEventListener("click", () => {
			state[key] = value;
			if (key === "part") Object.assign(state, { root: null, picked: null, pointed: null });
			update();
			element(id).querySelector('[aria-pressed="true"]').focus();
		});
		return button;
	});
	element(id).hidden = options.length < 2;
	element(id).replaceChildren(...buttons);
}

function figures() {
	const { sizes, hasDropped, size, dropped, count, all } = whole();
	const rows = [["Size", bytes(sizes.size)], ["Gzip", bytes(sizes.gzip)]];
	if (state.part === "worker") {
		rows.push(["Modules", counted(count)]);
		rows.push(["Packages", counted(whole().children.filter((child) => child.kind === "package" && child.size > 0).length)]);
		if (hasDropped) rows.push(["Dropped", `${bytes(dropped)}, ${percent(dropped, size + dropped)}`]);
	} else rows.push(["Files", counted(all)]);
	const pairs = rows.map(([term, value]) => make("div", {}, make("dt", {}, term), make("dd", {}, value)));
	element("figures").replaceChildren(...pairs);
}

function legend() {
	const kinds = new Set(leaves(whole()).map(({ kind }) => kind));
	const present = whole().legend.filter(([kind]) => kinds.has(kind));
	const entries = present.map(([kind, label]) => make("span", { class: `kind-${kind}` }, label));
	if (by().dropped) entries.push(make("span", { class: "kind-dropped" }, "Dropped"));
	element("legend").replaceChildren(...entries);
}

function note() {
	const texts = [];
	if (state.part === "worker") {
		if (state.measure === "gzip" || state.view === "table") {
			texts.push(`Gzip of a module is an estimate, as if it stood alone; the worker as a whole has ${bytes(data.worker.gzip)}.`);
		}
		if (by().dropped || state.view === "table") texts.push("Dropped is compiled code that the worker does not need.");
	} else if (state.measure === "gzip" || state.view === "table") {
		texts.push("Files of types that Cloudflare does not compress count in full.");
	}
	element("note").textContent = texts.join(" ");
}

// The leaves whose path has all words of the query.
function search() {
	const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
	const all = leaves(whole());
	const found = words.length === 0 ? all : all.filter(({ item }) => words.every((word) => item.path.toLowerCase().includes(word)));
	const sum = found.reduce((total, leaf) => total + valueOf(leaf, by()), 0);
	element("matches").textContent = words.length === 0 ? "" : `${counted(found.length)} of ${counted(all.length)}, ${bytes(sum)}`;
	map.matches = words.length === 0 ? null : new Set(found.flatMap(lineage));
	return found;
}

function number(key, title, extra = {}) {
	return { key, title, value: (row) => row[key], text: (row) => (row[key] > 0 ? bytes(row[key]) : "–"), share: true, ...extra };
}

function showTable(found) {
	const dropped = whole().hasDropped ? [number("dropped", "Dropped", { minor: true })] : [];
	const wide = (key, title, text, extra = {}) => ({ key, title, text, value: (row) => text(row).toLowerCase(), wide: true, ...extra });
	const sizes = [number("size", "Size"), number("gzip", state.part === "worker" ? "≈ Gzip" : "Gzip"), ...dropped];
	if (state.rows === "groups" && state.part === "worker") {
		const version = wide("note", "Version", (row) => row.note, { minor: true });
		const count = number("count", "Modules", { text: (row) => counted(row.count), share: false, minor: true });
		const packages = whole().children.filter((child) => !map.matches || leaves(child).some((leaf) => map.matches.has(leaf)));
		table.show("Packages of the worker", [wide("name", "Package", (row) => row.name), version, count, ...sizes], packages);
	} else if (state.rows === "groups") {
		const count = number("count", "Files", { text: (row) => counted(row.count), share: false });
		table.show("Types of static files", [wide("name", "Type", (row) => row.name), count, ...sizes], types(found));
	} else if (state.part === "worker") {
		const source = number("source", "Source", { value: (row) => row.item.source ?? 0, text: (row) => bytes(row.item.source ?? 0), share: false, minor: true });
		table.show("Modules of the worker", [wide("path", "Module", (row) => row.item.path), ...sizes, source], found);
	} else {
		const type = wide("type", "Type", (row) => row.item.type ?? "", { minor: true });
		table.show("Static files", [wide("path", "File", (row) => row.item.path), type, ...sizes], found);
	}
	table.pick(state.picked);
}

// Files by type, each type as one row.
function types(found) {
	const rows = new Map();
	for (const leaf of found) {
		const name = leaf.item.type?.split(";")[0] ?? "no type";
		if (!rows.has(name)) rows.set(name, Object.assign(node(name, leaf.kind), { parent: whole() }));
		adopt(rows.get(name), { ...leaf });
	}
	const sum = (row) => row.children.forEach((leaf) => ["size", "gzip", "count", "value"].forEach((key) => (row[key] += leaf[key])));
	rows.forEach((row) => {
		sum(row);
		row.children.sort((a, b) => b.value - a.value);
	});
	return [...rows.values()];
}

// Shows everything anew after something was chosen.
function update() {
	choice("parts", Object.entries(parts).map(([key, { label }]) => [key, label]), "part");
	choice("views", [["map", "Map"], ["table", "Table"]], "view");
	choice("measures", [["size", "Size"], ["gzip", "Gzip"]], "measure");
	choice("rows", state.part === "worker" ? [["items", "Modules"], ["groups", "Packages"]] : [["items", "Files"], ["groups", "Types"]], "rows");
	const isMap = state.view === "map";
	document.body.classList.toggle("shows-table", !isMap);
	element("rows").hidden = isMap;
	element("measures").hidden = !isMap;
	element("with-dropped").hidden = !isMap || !whole().hasDropped || state.measure === "gzip";
	measure(whole(), by());
	state.root ??= whole();
	map.showsDropped = by().dropped;
	element("cells").setAttribute("aria-label", `Map of ${whole().label.toLowerCase()} by size`);
	const found = search();
	figures();
	legend();
	note();
	showTrail();
	if (isMap) map.show(state.root);
	else showTable(found);
	tell();
}

function theme(isDark) {
	document.documentElement.dataset.theme = isDark ? "dark" : "light";
	element("theme").textContent = isDark ? "Light" : "Dark";
	element("theme").setAttribute("aria-label", isDark ? "Light colours" : "Dark colours");
	map.restyle();
}

const title = make("bdi", {}, data.project);
element("title").append(title, data.environment ? make("span", { class: "environment" }, data.environment) : "");
document.title = `${data.project}: what it is made of`;
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
prefersDark.addEventListener("change", ({ matches }) => theme(matches));
element("theme").addEventListener("click", () => theme(document.documentElement.dataset.theme !== "dark"));
element("with-dropped").querySelector("input").addEventListener("change", ({ target }) => {
	state.dropped = target.checked;
	update();
});
element("search").addEventListener("input", ({ target }) => {
	state.query = target.value;
	const found = search();
	if (state.view === "map") map.draw();
	else showTable(found);
});
theme(prefersDark.matches);
if (state.part) update();
