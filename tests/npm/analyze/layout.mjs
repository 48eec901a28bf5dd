// The page's trees and treemaps, in random cases: rectangles fill what they are in, do not overlap, and are as large as they say.
//
//   node layout.mjs SOURCE SEED CASES

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

const [source, seed, cases] = process.argv.slice(2);
const names = ["node", "adopt", "settle", "measure", "layout", "squarify", "nodeAt", "leaves", "lineage", "workerTree", "reach", "bytes"];
const tree = new Function(`${await readFile(source, "utf8")}\nreturn { ${names.join(", ")} };`)();

// Numbers from 0 up to 1, the same for the same seed (mulberry32).
let last = Number(seed) >>> 0;
function random() {
	last = (last + 0x6d2b79f5) >>> 0;
	let mixed = Math.imul(last ^ (last >>> 15), last | 1);
	mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
	return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
const upTo = (most) => Math.floor(random() * (most + 1));

function grow(parent, depth) {
	for (let count = 1 + upTo(depth > 3 ? 4 : 12); count > 0; count--) {
		const isLeaf = depth === 0 || random() < 0.6;
		const size = random() < 0.1 ? 0 : Math.floor(10 ** (random() * 6));
		const item = isLeaf ? { size, gzip: Math.ceil(size / 4), dropped: upTo(1) * upTo(5000) } : null;
		const child = tree.adopt(parent, tree.node(`n${count}`, "own", item));
		if (!isLeaf) grow(child, depth - 1);
	}
	return parent;
}

const near = (a, b, scale) => Math.abs(a - b) <= 1e-6 * Math.max(1, scale);

function check(branch) {
	if (!branch.open) return;
	const shown = branch.children.filter(({ value }) => value > 0);
	const room = branch.framed ? (branch.w - 6) * (branch.h - 23) : branch.w * branch.h;
	const areas = shown.map(({ w, h }) => w * h);
	const sum = areas.reduce((total, area) => total + area, 0);
	if (shown.length > 0) assert.ok(near(sum, room, room), `children fill ${room} and have ${sum}`);
	for (const [at, child] of shown.entries()) {
		assert.ok(near(areas[at] / room, child.value / branch.value, 1), "areas go by values");
		assert.ok(child.x >= branch.x - 1e-6 && child.y >= branch.y - 1e-6, "children are inside");
		assert.ok(child.x + child.w <= branch.x + branch.w + 1e-6 && child.y + child.h <= branch.y + branch.h + 1e-6, "children are inside");
		for (const other of shown.slice(at + 1)) {
			const apart = child.x + child.w <= other.x + 1e-6 || other.x + other.w <= child.x + 1e-6 || child.y + child.h <= other.y + 1e-6 || other.y + other.h <= child.y + 1e-6;
			assert.ok(apart, "children do not overlap");
		}
		if (child.w > 1 && child.h > 1) {
			const found = tree.nodeAt(branch, child.x + child.w / 2, child.y + child.h / 2);
			assert.ok(tree.lineage(found).includes(child), "what is at a place is found there");
		}
		check(child);
	}
}

for (let at = 0; at < Number(cases); at++) {
	const root = tree.settle(grow(tree.node("root", "own"), 4));
	const leaves = tree.leaves(root);
	const sum = (key) => leaves.reduce((total, leaf) => total + leaf[key], 0);
	assert.deepEqual([root.size, root.gzip, root.dropped], [sum("size"), sum("gzip"), sum("dropped")]);
	for (const by of [{}, { gzip: true }, { dropped: true }]) {
		tree.measure(root, by);
		const width = 100 + upTo(1900);
		tree.layout(root, 0, 0, width, 100 + upTo(1000));
		check(root);
	}
}

// Rows are as near to squares as they can be: the example of the paper.
const nodes = [6, 6, 4, 3, 2, 2, 1].map((value) => ({ value }));
tree.squarify(nodes, 0, 0, 6, 4);
assert.deepEqual(nodes.slice(0, 4).map(({ x, y, w, h }) => [x, y, w, h].map((side) => Math.round(side * 100) / 100)), [[0, 0, 3, 2], [0, 2, 3, 2], [3, 0, 1.71, 2.33], [4.71, 0, 1.29, 2.33]]);

// Ways from the entry are the shortest, and what is lazily imported counts.
const module = (imports, requires = [], lazy = []) => ({ imports, requires, lazy });
const { from, users } = tree.reach([module([1], [], [3]), module([2], [2]), module([3]), module([]), module([0])], 0);
assert.deepEqual(from, [null, 0, 1, 0, null]);
assert.deepEqual(users, [[4], [0], [1], [0, 2], []]);
assert.deepEqual([999, 1000, 25327, 999_999, 1_250_000].map(tree.bytes), ["999 B", "1.0 kB", "25.3 kB", "999.9 kB", "1.2 MB"]);
console.log("fine");
