// Runs on workerd: sends every request to both builds of every tree, and reports where they differ.

import cases from "cases";

// What the generated handlers do. It is shared by both builds, so that a difference can only come from the router.
globalThis.act = async (context, id, deed) => {
	const { request, env, next, params, functionPath } = context;
	const note = {
		id,
		functionPath,
		params: JSON.stringify(params),
		bare: Object.getPrototypeOf(params) === null,
		url: request.url,
		method: request.method,
		header: request.headers.get("x-from"),
		data: JSON.stringify(context.data),
		arguments: JSON.stringify(context.pluginArgs),
		keys: Object.keys(context).join(),
		original: request === env.request,
	};
	env.trail.push(note);
	const stamped = (response) => {
		response.headers.append("x-trail", id);
		return response;
	};
	switch (deed) {
		case "answer":
			return Response.json({ id, body: await request.text() }, { headers: { "x-answer": id } });
		case "next":
			return stamped(await next());
		case "relative":
			return stamped(await next("sub/../other?x=1"));
		case "absolute":
			return stamped(await next("https://elsewhere.test/API/1", { headers: { "x-from": id } }));
		case "init":
			return stamped(await next(request, { headers: { "x-from": id }, method: "PUT", body: "changed" }));
		case "request":
			return stamped(await next(new Request("https://example.com/a", { headers: { "x-from": id } })));
		case "twice": {
			const first = await next();
			const second = await next();
			return stamped(new Response(`${first.status}${await first.text()}${await second.text()}`, second));
		}
		case "throw":
			throw new TypeError(`thrown by ${id}`);
		case "pass":
			context.passThroughOnException();
			return stamped(await next());
		case "rescue":
			try {
				return stamped(await next());
			} catch (error) {
				return new Response(`rescued ${same(error).name}`, { status: 500 });
			}
		case "data":
			context.data = { by: id, before: context.data };
			return stamped(await next());
		case "keepData":
			context.data[id] = true;
			return stamped(await next());
		case "badData":
			context.data = null;
			return next();
		case "nothing":
			return undefined;
		case "empty":
			return new Response(null, { status: 204, headers: { "x-empty": "1" } });
		case "reset":
			return new Response(null, { status: 205 });
		case "headers":
			return stamped(Response.redirect("https://example.com/moved", 302));
		case "body":
			return stamped(await next(request.url, { method: "POST", body: `${await request.text()}+${id}` }));
		case "params":
			params.touched = "yes";
			return stamped(await next());
		case "wait":
			context.waitUntil(Promise.resolve(id));
			return stamped(await next());
		default:
			throw new Error(`unknown deed ${deed}`);
	}
};

// The one error that differs on purpose: pagesbuild names the handler that does not return a `Response`.
function same(error) {
	const deliberate = /return a Response$|\(reading 'status'\)$/.test(error.message);
	return deliberate ? { name: "Error", message: "no Response" } : error;
}

const BODY = new Set(["POST", "PUT", "PATCH", "DELETE"]);

async function ask(worker, { method, path }) {
	const trail = [];
	const waited = [];
	const init = { method, headers: { "x-from": "client" }, body: BODY.has(method) ? "payload" : undefined };
	const request = new Request(`https://example.com${path}`, init);
	const assets = {
		async fetch(request) {
			trail.push({ asset: request.url, method: request.method, header: request.headers.get("x-from") });
			const status = [200, 200, 404, 304][request.url.length % 4];
			return new Response(status === 304 ? null : `asset ${await request.text()}`, { status, headers: { etag: "1" } });
		},
	};
	const context = { waitUntil: (promise) => void waited.push(promise), passThroughOnException() {} };
	let outcome;
	try {
		const response = await worker.fetch(request, { ASSETS: assets, trail, request }, context);
		outcome = { status: response.status, headers: [...response.headers], body: await response.text() };
	} catch (error) {
		const { name, message } = same(error);
		outcome = { error: name, message };
	}
	return { outcome, trail, waited: await Promise.all(waited) };
}

// A plugin as a project mounts it: at the root or below a path.
function mounted(plugin, functionPath) {
	const run = plugin({ some: "arguments" });
	return {
		fetch: (request, env, context) =>
			run({
				request,
				functionPath,
				next: async (input, init) => env.ASSETS.fetch(input === undefined ? request : new Request(input, init)),
				params: { outer: "parameter" },
				data: { outer: "data" },
				env,
				waitUntil: context.waitUntil,
				passThroughOnException: () => env.trail.push("passes through"),
			}),
	};
}

export default {
	async fetch(request) {
		const { modules, requests } = cases[Number(new URL(request.url).searchParams.get("tree"))];
		const builds = await Promise.all(modules.map(async (name) => (await import(name)).default));
		const report = { count: 0, handled: 0, guarded: 0, thrown: 0, differences: [] };
		for (const [index, asked] of requests.entries()) {
			let [workers, one] = [builds, asked];
			if (typeof builds[0] === "function") {
				const below = ["/", "/mounted", "/deep/mounted"][index % 3];
				workers = builds.map((plugin) => mounted(plugin, below));
				one = { ...asked, path: below === "/" ? asked.path : below + asked.path };
			}
			const expected = await ask(workers[0], one);
			const actual = await ask(workers[1], one);
			const [left, right] = [JSON.stringify(expected), JSON.stringify(actual)];
			report.count++;
			report.thrown += expected.outcome.error === undefined ? 0 : 1;
			const ids = expected.trail.filter((note) => note.id !== undefined).map((note) => note.id);
			report.handled += ids.some((id) => !id.includes("_middleware")) ? 1 : 0;
			report.guarded += ids.some((id) => id.includes("_middleware")) ? 1 : 0;
			if (left !== right) {
				report.differences.push({ ...one, expected, actual });
			}
		}
		return Response.json(report);
	},
};
