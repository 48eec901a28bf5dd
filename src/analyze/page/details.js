// What is said beside the map about one node.

const MOST_PARTS = 12;
const MOST_NAMES = 24;
const MOST_USERS = 12;

class Details {
	constructor(place, { data, ways, nodes, onPick, onZoom }) {
		Object.assign(this, { place, data, ways, nodes, onPick, onZoom });
	}

	// Tells of a node below `root`, which has what is shown as a whole.
	show(found, root, by) {
		const parts = found.item ? this.leaf(found, root, by) : this.branch(found, root, by);
		this.place.replaceChildren(...parts.flat().filter(Boolean));
	}

	branch(found, root, by) {
		const rows = [["Size", bytes(found.size)]];
		rows.push(found === root ? ["Gzip", bytes(root.sizes.gzip)] : [root.estimate, bytes(found.gzip)]);
		if (found !== root) rows.push(["Share", percent(by.gzip ? found.gzip : found.size, by.gzip ? root.gzip : root.size)]);
		rows.push([root.noun, found.count < found.all && root.hasDropped ? `${counted(found.count)} of ${counted(found.all)} read` : counted(found.all)]);
		if (root.hasDropped) rows.push(droppedRow(found));
		const others = this.versions(found);
		if (others.length > 0) rows.push(["Other copies", others.map(({ note, path }) => note || path).join(", ")]);
		if (found === root && root.copies.length > 0) rows.push(["More than once", root.copies.join(", ")]);
		const path = found.path ?? lineage(found).slice(1).map(({ name }) => name).join("/");
		const shown = found.children.filter(({ value }) => value > 0);
		const items = shown.slice(0, MOST_PARTS).map((child) => this.part(child, shown[0].value));
		const more = shown.length - items.length;
		return [
			heading(found === root ? root.title : found.name, found.note),
			found !== root && path !== found.name && make("p", { class: "path" }, make("bdi", {}, path)),
			list(rows),
			items.length > 0 && make("h3", {}, "Largest parts"),
			make("ul", { class: "bars" }, ...items),
			more > 0 && make("p", { class: "more" }, `and ${counted(more)} more`),
		];
	}

	part(child, largest) {
		const label = child.note ? `${child.name} ${child.note}` : child.name;
		const name = make("bdi", { class: "name" }, label);
		const button = make("button", { type: "button", title: label }, name, make("span", { class: "amount" }, bytes(child.value)));
		button.style.setProperty("--share", String(child.value / largest));
		button.addEventListener("click", () => (child.children ? this.onZoom(child) : this.onPick(child)));
		return make("li", { class: `kind-${child.kind || "other"}` }, button);
	}

	// Other copies of a package.
	versions(found) {
		const isCopy = (other) => other !== found && other.kind === "package" && other.name === found.name && other.path;
		return found.kind === "package" && found.path ? found.parent.children.filter(isCopy) : [];
	}

	leaf(found, root, by) {
		const { item } = found;
		const rows = [["Size", bytes(found.size)], [root.estimate, bytes(found.gzip)]];
		rows.push(["Share", percent(by.gzip ? found.gzip : found.size, by.gzip ? root.gzip : root.size)]);
		const home = item.package === undefined || item.package === null ? null : this.data.worker.packages[item.package];
		if (home) rows.unshift(["Package", `${home.name} ${home.version ?? ""}`.trim()]);
		if (item.source !== undefined) {
			const formats = { esm: "ES module", cjs: "CommonJS, kept whole", json: "JSON" };
			rows.push(droppedRow(found), ["Source", bytes(item.source)], ["Format", formats[item.format]]);
			if (!item.live) rows.push(["Evaluated", "no, nothing of it is used"]);
		}
		if (item.type) rows.push(["Type", item.type]);
		const about = item.path === "pagesbuild:linker" && "What belongs to no module: the linker's own functions, imports from the runtime and the list of exports.";
		return [
			heading(found.name, ""),
			make("p", { class: "path" }, make("bdi", {}, item.path)),
			list(rows),
			about && make("p", { class: "about" }, about),
			...(item.source === undefined ? [] : this.uses(item)),
		];
	}

	uses(module) {
		const { modules, entry } = this.data.worker;
		const at = this.nodes.findIndex(({ item }) => item === module);
		const chain = [];
		for (let step = at; step !== null && step !== undefined; step = this.ways.from[step]) chain.unshift(step);
		const way = chain.map((step) => make("li", {}, this.link(step, step === at)));
		const users = this.ways.users[at];
		const others = users.slice(0, MOST_USERS).map((user) => make("li", {}, this.link(user, false)));
		const names = (title, names) => names.length > 0 && [
			make("h3", {}, `${title} `, make("span", { class: "count" }, counted(names.length))),
			make("p", { class: "names" }, names.slice(0, MOST_NAMES).join(", ") + (names.length > MOST_NAMES ? " …" : "")),
		];
		return [
			at !== entry && chain[0] === entry && [make("h3", {}, "Reached by"), make("ol", { class: "chain" }, ...way)],
			users.length > 1 && [
				make("h3", {}, "Imported by ", make("span", { class: "count" }, counted(users.length))),
				make("ul", { class: "chain" }, ...others),
				users.length > MOST_USERS && make("p", { class: "more" }, `and ${counted(users.length - MOST_USERS)} more`),
			],
			names("Exports kept", module.kept),
			names("Exports dropped", module.unused),
		].flat();
	}

	link(at, isSelf) {
		const text = make("bdi", {}, this.data.worker.modules[at].path);
		if (isSelf) return make("strong", {}, text);
		const button = make("button", { type: "button", class: "link" }, text);
		button.addEventListener("click", () => this.onPick(this.nodes[at]));
		return button;
	}
}

function droppedRow(found) {
	const all = found.size + found.dropped;
	return ["Dropped", found.dropped > 0 ? `${bytes(found.dropped)}, ${percent(found.dropped, all)} of its code` : "nothing"];
}

function heading(text, note) {
	return make("h2", {}, make("bdi", {}, text), note ? make("span", { class: "version" }, note) : "");
}

function list(rows) {
	const pairs = rows.map(([term, value]) => make("div", {}, make("dt", {}, term), make("dd", {}, value)));
	return make("dl", { class: "facts" }, ...pairs);
}
