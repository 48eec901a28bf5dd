// A table of many rows, of which those in sight are in the document.

const ROW = 30;

class Table {
	constructor(place, { onPoint, onPick }) {
		this.place = place;
		this.onPoint = onPoint;
		this.onPick = onPick;
		this.columns = [];
		this.rows = [];
		this.sort = null;
		this.picked = null;
		this.table = make("table");
		this.caption = make("caption", { class: "hidden" });
		this.head = make("tr");
		this.body = make("tbody");
		this.table.append(this.caption, make("thead", {}, this.head), this.body);
		place.append(this.table);
		place.addEventListener("scroll", () => this.fill(), { passive: true });
		new ResizeObserver(() => this.fill()).observe(place);
	}

	// Shows rows. A column is `{ key, title, text, value, wide, share }`; `value` is what it is sorted by.
	show(caption, columns, rows) {
		this.caption.textContent = caption;
		this.columns = columns;
		this.rows = rows;
		if (!columns.some(({ key }) => key === this.sort?.key)) this.sort = { key: columns.find(({ share }) => share).key, down: true };
		this.order();
	}

	order() {
		const column = this.columns.find(({ key }) => key === this.sort.key);
		const value = new Map(this.rows.map((row) => [row, column.value(row)]));
		const compare = (a, b) => (value.get(a) < value.get(b) ? -1 : value.get(a) > value.get(b) ? 1 : 0);
		this.rows.sort((a, b) => (this.sort.down ? compare(b, a) : compare(a, b)));
		this.head.replaceChildren(...this.columns.map((column) => this.heading(column)));
		const largest = (share) => this.rows.reduce((most, row) => Math.max(most, share(row)), 0) || 1;
		this.largest = new Map(this.columns.filter(({ share }) => share).map((column) => [column, largest(column.value)]));
		this.table.setAttribute("aria-rowcount", this.rows.length + 1);
		this.place.scrollTop = 0;
		this.fill();
	}

	heading(column) {
		const sorted = column.key === this.sort.key;
		const mark = make("span", { class: "mark", "aria-hidden": "true" }, sorted ? (this.sort.down ? "↓" : "↑") : "");
		const button = make("button", { type: "button" }, column.title, mark);
		button.addEventListener("click", () => {
			this.sort = { key: column.key, down: sorted ? !this.sort.down : !column.wide };
			this.order();
			this.head.querySelector(`[data-key="${column.key}"] button`)?.focus();
		});
		const sort = sorted ? (this.sort.down ? "descending" : "ascending") : "none";
		return make("th", { scope: "col", class: cellClass(column), "data-key": column.key, "aria-sort": sort }, button);
	}

	// Puts the rows in sight into the document, and free space in the place of the others.
	fill() {
		if (!this.place.clientHeight || this.columns.length === 0) return;
		const first = Math.max(0, Math.floor(this.place.scrollTop / ROW) - 8);
		const last = Math.min(this.rows.length, first + Math.ceil(this.place.clientHeight / ROW) + 16);
		const focused = this.rows.indexOf(this.rowOf(document.activeElement));
		const space = (rows) => {
			const cell = make("td");
			cell.style.height = `${rows * ROW}px`;
			return make("tr", { class: "space", "aria-hidden": "true" }, cell);
		};
		const shown = this.rows.slice(first, last).map((row, at) => this.row(row, first + at));
		this.body.replaceChildren(space(first), ...shown, space(this.rows.length - last));
		if (focused >= first && focused < last) shown[focused - first].querySelector("button").focus({ preventScroll: true });
	}

	rowOf(element) {
		return element?.closest?.("tr")?.row;
	}

	row(row, at) {
		const element = make("tr", { "aria-rowindex": String(at + 2) });
		element.row = row;
		element.classList.toggle("picked", row === this.picked);
		for (const column of this.columns) {
			const text = column.text(row);
			const cell = make("td", { class: cellClass(column), title: column.wide ? text : "" });
			if (column.wide && column === this.columns[0]) {
				const button = make("button", { type: "button", class: "name" }, make("bdi", {}, text));
				cell.append(button);
			} else cell.textContent = text;
			if (column.share) cell.style.setProperty("--share", String(column.value(row) / this.largest.get(column)));
			element.append(cell);
		}
		element.addEventListener("pointerenter", () => this.onPoint(row));
		element.addEventListener("click", () => this.onPick(row));
		return element;
	}

	pick(row) {
		this.picked = row;
		for (const element of this.body.children) element.classList.toggle("picked", element.row === row);
	}
}

function cellClass({ wide, share, minor }) {
	return [wide ? "wide" : "number", share ? "share" : "", minor ? "minor" : ""].filter(Boolean).join(" ");
}

// An element with attributes and contents; texts stay texts.
function make(name, attributes = {}, ...contents) {
	const element = document.createElement(name);
	for (const [key, value] of Object.entries(attributes)) if (value !== "") element.setAttribute(key, value);
	element.append(...contents);
	return element;
}
