// Opens a page of `pagesbuild analyze` in Chromium, uses it as a user does, and prints what was seen and how long it took.
//
//   node browser.mjs BROWSER PAGE

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [browser, page] = process.argv.slice(2);
const home = await mkdtemp(join(tmpdir(), "pagesbuild-browser-"));
const options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
const child = spawn(browser, [...options, `--user-data-dir=${home}`, "--remote-debugging-port=0", "--window-size=1280,800", "about:blank"], { stdio: ["ignore", "ignore", "pipe"] });
const ended = new Promise((resolve) => child.once("exit", resolve));

/** The address at which the browser is spoken to. */
async function address() {
	let said = "";
	for await (const piece of child.stderr) {
		said += piece;
		const found = /DevTools listening on (ws:\S+)/.exec(said);
		if (found) return found[1];
	}
	throw new Error(`the browser does not start: ${said}`);
}

/** A connection to one page: calls of its methods, and the events that it tells. */
async function connect() {
	const socket = new WebSocket(await address());
	await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
	const waiting = new Map();
	const events = [];
	let count = 0;
	socket.onmessage = ({ data }) => {
		const message = JSON.parse(data);
		if (message.id === undefined) events.push(message);
		else if (message.error) waiting.get(message.id).reject(new Error(message.error.message));
		else waiting.get(message.id).resolve(message.result);
	};
	const call = (method, params = {}, sessionId = undefined) => {
		const asked = Promise.withResolvers();
		count += 1;
		waiting.set(count, asked);
		socket.send(JSON.stringify({ id: count, method, params, sessionId }));
		return asked.promise;
	};
	const { targetId } = await call("Target.createTarget", { url: "about:blank" });
	const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
	return { call: (method, params) => call(method, params, sessionId), events };
}

/** Uses the page. */
async function use({ call, events }) {
	const run = async (expression) => {
		const { result, exceptionDetails } = await call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
		assert.equal(exceptionDetails, undefined, exceptionDetails?.exception?.description);
		return result.value;
	};
	const mouse = (type, x, y) => call("Input.dispatchMouseEvent", { type, x, y, button: type === "mouseMoved" ? "none" : "left", clickCount: 1 });
	const frame = () => run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
	for (const domain of ["Page", "Runtime", "Log", "Network"]) await call(`${domain}.enable`);
	await call("Page.navigate", { url: pathToFileURL(page).href });
	while (!events.some(({ method }) => method === "Page.loadEventFired")) await new Promise((resolve) => setTimeout(resolve, 10));
	await frame();
	const seen = { title: await run("document.title"), heading: await run("document.querySelector('h1').textContent") };
	seen.paint = await run("Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now())");
	seen.loaded = await run("Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd)");
	seen.figures = await run("document.getElementById('figures').innerText");
	seen.elements = await run("document.getElementsByTagName('*').length");
	seen.shown = await run("document.getElementById('details').innerText");

	// Over the map along a diagonal, then into what is in its middle.
	const box = await run("(({ x, y, width, height }) => ({ x, y, width, height }))(document.getElementById('cells').getBoundingClientRect())");
	const from = performance.now();
	const moves = 60;
	for (let at = 0; at < moves; at++) await mouse("mouseMoved", box.x + (box.width * (at + 0.5)) / moves, box.y + (box.height * (at + 0.5)) / moves);
	seen.move = Number(((performance.now() - from) / moves).toFixed(2));
	const watch = (last) => requestAnimationFrame((now) => {
		if (last) window.times.push(Math.round(now - last));
		if (window.times.length < 30) watch(now);
	});
	await run(`window.times = []; const watch = ${watch}; watch(null);`);
	for (const type of ["mousePressed", "mouseReleased"]) await mouse(type, box.x + box.width * 0.1, box.y + box.height * 0.3);
	await run("new Promise((done) => setTimeout(done, 700))");
	seen.frames = await run("window.times");
	seen.trail = await run("document.getElementById('trail').innerText");
	seen.zoomed = await run("document.getElementById('details').innerText");

	// The table, sorted by name and searched.
	await run("[...document.querySelectorAll('#views button')].at(-1).click()");
	await run("document.querySelector('th button').click()");
	await frame();
	seen.rows = await run("document.querySelectorAll('tbody tr:not(.space)').length");
	seen.all = await run("Number(document.querySelector('table').getAttribute('aria-rowcount')) - 1");
	seen.first = await run("document.querySelector('tbody tr:not(.space) td').textContent");
	await run("(() => { const input = document.getElementById('search'); input.value = 'zzzz-no-such-file'; input.dispatchEvent(new Event('input')); })()");
	seen.matches = await run("document.getElementById('matches').textContent");
	seen.marked = await run("document.documentElement.dataset.marked ?? null");
	const told = events.filter(({ method }) => ["Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled"].includes(method));
	seen.complaints = told.map(({ params }) => params.exceptionDetails?.exception?.description ?? params.entry?.text ?? "console");
	const asked = events.filter(({ method }) => method === "Network.requestWillBeSent").map(({ params }) => params.request.url);
	seen.requests = asked.filter((url) => url !== pathToFileURL(page).href && !url.startsWith("data:"));
	return seen;
}

try {
	console.log(JSON.stringify(await use(await connect()), null, 1));
} finally {
	child.kill();
	await ended;
	await rm(home, { recursive: true, force: true, maxRetries: 5 });
}
process.exit(0);
