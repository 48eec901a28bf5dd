// Draws a treemap on one canvas, and what is pointed at on another one above it.

const ZOOM = 180;
const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

class TreeMap {
	constructor(place, { onPoint, onPick, onZoom }) {
		this.place = place;
		[this.canvas, this.cells] = place.querySelectorAll("canvas");
		this.context = this.canvas.getContext("2d", { alpha: false });
		this.above = this.cells.getContext("2d");
		this.root = null;
		this.matches = null;
		this.showsDropped = false;
		this.pointed = null;
		this.picked = null;
		this.colors = {};
		this.frame = 0;
		this.cells.addEventListener("pointermove", (event) => this.point(nodeAt(this.root, event.offsetX, event.offsetY), onPoint));
		this.cells.addEventListener("pointerleave", () => this.point(null, onPoint));
		this.cells.addEventListener("click", (event) => {
			const found = nodeAt(this.root, event.offsetX, event.offsetY);
			onPick(found);
			const inside = this.headerAt(found, event.offsetX, event.offsetY) ?? this.step(found);
			if (inside?.children) onZoom(inside);
		});
		this.cells.addEventListener("keydown", (event) => this.key(event, { onPick, onZoom }));
		new ResizeObserver(() => this.resize()).observe(place);
	}

	// The child of the root that a node is in.
	step(found) {
		return lineage(found)[lineage(this.root).length];
	}

	// The node, where its header is what is at a point.
	headerAt(found, x, y) {
		return found.framed && y < found.y + HEADER && found !== this.root ? found : undefined;
	}

	point(found, onPoint) {
		const next = found === this.root ? null : found;
		if (next === this.pointed) return;
		this.pointed = next;
		this.outline();
		onPoint(next);
	}

	key(event, { onPick, onZoom }) {
		const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
		const current = this.step(this.picked);
		if (this.root.children.length === 0) return;
		if (ways[event.key]) onPick(current ? this.neighbour(current, ...ways[event.key]) : this.root.children[0]);
		else if (event.key === "Enter" && current?.children) onZoom(current);
		else if ((event.key === "Escape" || event.key === "Backspace") && this.root.parent) onZoom(this.root.parent, this.root);
		else return;
		event.preventDefault();
	}

	// The nearest child of the root in a direction, or the one that there is already.
	neighbour(from, dx, dy) {
		const middle = ({ x, y, w, h }) => [x + w / 2, y + h / 2];
		const [x, y] = middle(from);
		let [best, nearest] = [from, Infinity];
		for (const child of this.root.children) {
			const [left, top] = middle(child);
			const along = (left - x) * dx + (top - y) * dy;
			const aside = Math.abs((left - x) * dy) + Math.abs((top - y) * dx);
			const distance = along + 2 * aside;
			if (child !== from && child.value > 0 && along > 0.5 && distance < nearest) [best, nearest] = [child, distance];
		}
		return best;
	}

	// Reads the colours of the page's theme.
	restyle() {
		const style = getComputedStyle(document.documentElement);
		const color = (name) => style.getPropertyValue(`--${name}`).trim();
		const kinds = ["own", "package", "tool", ...KINDS.map(([kind]) => kind), "other"];
		this.colors = Object.fromEntries(kinds.map((kind) => [kind, { leaf: color(kind), frame: color(`${kind}-frame`) }]));
		this.colors[""] = this.colors.other;
		for (const name of ["ink", "page", "hatch", "focus", "gap"]) this.colors[name] = color(name);
		const tile = new OffscreenCanvas(6, 6);
		const context = tile.getContext("2d");
		context.strokeStyle = this.colors.hatch;
		context.lineWidth = 1.2;
		for (const offset of [-6, 0, 6]) {
			context.moveTo(offset - 1, 7);
			context.lineTo(offset + 7, -1);
		}
		context.stroke();
		this.hatch = this.context.createPattern(tile, "repeat");
		if (this.root) this.draw();
	}

	resize() {
		const { clientWidth, clientHeight } = this.place;
		[this.width, this.height] = [clientWidth, clientHeight];
		this.ratio = Math.min(window.devicePixelRatio || 1, 3);
		for (const canvas of [this.canvas, this.cells]) {
			canvas.width = Math.round(clientWidth * this.ratio);
			canvas.height = Math.round(clientHeight * this.ratio);
		}
		if (this.root) this.show(this.root);
	}

	// Shows a node and what is in it. `from` is the root that was shown before, where the way between them is to be seen.
	show(root, from = null) {
		cancelAnimationFrame(this.frame);
		const still = !from || !this.width || matchMedia("(prefers-reduced-motion: reduce)").matches;
		const before = still ? null : this.copy();
		const goesIn = lineage(root).includes(from);
		const start = still ? null : goesIn ? rectangle(root) : null;
		this.root = root;
		if (!this.width) return;
		layout(root, 0, 0, this.width, this.height);
		this.draw();
		if (still) this.outline();
		else this.animate(before, goesIn ? start : rectangle(from), goesIn);
	}

	copy() {
		const copy = new OffscreenCanvas(this.canvas.width, this.canvas.height);
		copy.getContext("2d").drawImage(this.canvas, 0, 0);
		return copy;
	}

	// What was small grows to fill the map, or what filled it gets small.
	animate(before, small, goesIn) {
		const began = performance.now();
		const whole = { x: 0, y: 0, w: this.width, h: this.height };
		const { above, ratio } = this;
		const step = (now) => {
			const done = Math.min(1, Math.max(0, (now - began) / ZOOM));
			const eased = 1 - (1 - done) ** 3;
			const at = goesIn ? eased : 1 - eased;
			const side = (key) => (small[key] + (whole[key] - small[key]) * at) * ratio;
			above.setTransform(1, 0, 0, 1, 0, 0);
			above.globalAlpha = 1;
			above.drawImage(goesIn ? before : this.canvas, 0, 0);
			above.globalAlpha = goesIn ? Math.min(1, eased * 2) : Math.min(1, (1 - eased) * 2);
			above.drawImage(goesIn ? this.canvas : before, side("x"), side("y"), side("w"), side("h"));
			above.globalAlpha = 1;
			if (done < 1) this.frame = requestAnimationFrame(step);
			else this.outline();
		};
		step(began);
	}

	draw() {
		const { context, ratio, colors } = this;
		context.setTransform(ratio, 0, 0, ratio, 0, 0);
		context.fillStyle = colors.page;
		context.fillRect(0, 0, this.width, this.height);
		context.font = FONT;
		context.textBaseline = "middle";
		const paint = (branch) => {
			if (branch.w < 0.5 || branch.h < 0.5) return;
			if (!branch.open) {
				this.block(branch);
				return;
			}
			this.header(branch);
			branch.children.forEach(paint);
		};
		this.root.children.forEach(paint);
	}

	// What a search did not find fades.
	opacity(found) {
		return !this.matches || this.matches.has(found) ? 1 : 0.25;
	}

	// What has no parts, or none that can be seen.
	block(found) {
		const { context, colors } = this;
		const { x, y, w, h } = inset(found);
		context.globalAlpha = this.opacity(found);
		context.fillStyle = colors[found.kind].leaf;
		context.fillRect(x, y, w, h);
		if (this.showsDropped && found.dropped > 0) {
			const part = h * (found.dropped / found.value);
			context.fillStyle = colors.page;
			context.fillRect(x, y + h - part, w, part);
			context.fillStyle = this.hatch;
			context.fillRect(x, y + h - part, w, part);
		}
		if (w >= 40 && h >= 18) {
			context.fillStyle = colors.ink;
			const twice = h >= 38;
			const named = this.text(found.name, x + 5, y + (twice || h < 26 ? Math.min(h / 2, 12) : h / 2), w - 10);
			if (twice && named) {
				const size = bytes(found.value);
				context.globalAlpha *= 0.8;
				if (context.measureText(size).width <= w - 10) context.fillText(size, x + 5, y + 28);
			}
		}
		context.globalAlpha = 1;
	}

	header(branch) {
		const { context, colors } = this;
		const { x, y, w, h } = inset(branch);
		const opacity = this.opacity(branch);
		context.globalAlpha = 1;
		context.fillStyle = colors[branch.kind].frame;
		context.fillRect(x, y, w, h);
		context.globalAlpha = opacity;
		context.fillStyle = colors.ink;
		const size = w > 130 ? bytes(branch.value) : "";
		const room = size ? context.measureText(size).width + 10 : 0;
		if (size) this.text(size, x + w - room + 5, y + HEADER / 2, room);
		context.font = `600 ${FONT}`;
		const used = this.text(branch.name, x + 5, y + HEADER / 2, w - 10 - room);
		context.font = FONT;
		if (branch.note && used + 60 < w - room) {
			context.globalAlpha = 0.8 * opacity;
			this.text(branch.note, x + 10 + used, y + HEADER / 2, w - room - used - 15);
		}
		context.globalAlpha = 1;
	}

	// Writes a text, or as much of it as there is room for, and says how long that is.
	text(text, x, y, room) {
		const { context } = this;
		let width = context.measureText(text).width;
		let [shown, length] = [text, text.length];
		while (width > room && length > 1) {
			length = Math.max(1, Math.min(length - 1, Math.floor((length * room) / width)));
			shown = `${text.slice(0, length)}…`;
			width = context.measureText(shown).width;
		}
		if (width > room || length < Math.min(3, text.length)) return 0;
		context.fillText(shown, x, y);
		return width;
	}

	// Draws around what is pointed at and what was picked.
	outline() {
		const { above, ratio, colors } = this;
		above.setTransform(ratio, 0, 0, ratio, 0, 0);
		above.clearRect(0, 0, this.width, this.height);
		const around = (found, width) => {
			if (!found || found === this.root || !lineage(found).includes(this.root)) return;
			const { x, y, w, h } = inset(found);
			above.lineWidth = width + 2;
			above.strokeStyle = colors.page;
			above.strokeRect(x + 1, y + 1, Math.max(0, w - 2), Math.max(0, h - 2));
			above.lineWidth = width;
			above.strokeStyle = colors.focus;
			above.strokeRect(x + 1, y + 1, Math.max(0, w - 2), Math.max(0, h - 2));
		};
		around(this.picked, 2);
		around(this.pointed, 1.5);
	}
}

function rectangle({ x, y, w, h }) {
	return { x, y, w, h };
}

// What is drawn of a rectangle, so that it stands apart from the next.
function inset({ x, y, w, h }) {
	const gap = w > 6 && h > 6 ? 0.75 : 0.25;
	return { x: x + gap / 2, y: y + gap / 2, w: Math.max(0.5, w - gap), h: Math.max(0.5, h - gap) };
}
