// The second half of the router of a worker or a plugin, which goes into one module with `match.js`: the context that
// handlers run in, and what comes behind them. The generated entry module hands in the table and the handlers.

// Runs what a request meets. `last` is what comes behind them: it takes the request as it is by then and whether a
// handler has matched.
async function respond(router, original, env, context, last) {
	const pathname = new URL(original.url).pathname;
	const route = match(router.root, pathname, original.method);
	if (route === null) {
		return last(original, false);
	}
	let current = original;
	let data = {};
	let failOpen = false;
	const call = (handler, request, functionPath, params, next) => {
		current = request;
		return handler({
			request: new Request(request.clone()),
			functionPath,
			next,
			params,
			get data() {
				return data;
			},
			set data(value) {
				data = object(value);
			},
			env,
			waitUntil: context.waitUntil.bind(context),
			passThroughOnException: () => {
				failOpen = true;
			},
		});
	};
	const behind = (request, handled) => {
		current = request;
		return last(request, handled);
	};

	try {
		return await chain(router, route, pathname, original, call, behind)();
	} catch (error) {
		if (failOpen) {
			return mutable(await (router.assets ? env[router.assets].fetch(current) : last(current, true)));
		}
		throw error;
	}
}

// Makes the `next` of the handlers that a request meets: each call runs the one after. `call` gives a handler its
// context, and `last` is what comes behind all of them.
function chain(router, route, pathname, original, call, last) {
	let request = original;
	let position = 0;
	let row;
	let values;
	let functionPath;
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
			if (position < route.middleware.length) {
				row = route.middleware[position];
				functionPath = pathname.slice(0, extent(route, row));
				values = params(row, route.late.includes(row) ? route.single : pathname);
			} else if (position === route.middleware.length && route.answer !== null) {
				row = route.answer;
				functionPath = pathname;
				values = params(row, pathname);
			} else {
				done = true;
				break;
			}
			position++;
			handler = router.handlers[row[HANDLER]];
			if (!Array.isArray(handler)) {
				break;
			}
			list = [handler].flat();
			index = 0;
		}
		if (done) {
			return mutable(await last(request, route.answer !== null));
		}
		const source = row[HANDLER];
		const response = await call(handler, request, functionPath, values, next);
		if (!(response instanceof Response)) {
			throw new Error(`${router.names[source]} did not return a Response`);
		}
		return mutable(response);
	};
	return next;
}

// What `context.data` may be set to.
function object(value) {
	if (typeof value !== "object" || value === null) {
		throw new Error("context.data must be an object");
	}
	return value;
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

// The worker of a project with a main module: behind the functions are the assets and the module's `fetch`.
export function serveMain(router, main) {
	return before(main, (request, env, context, own) =>
		respond(router, request, env, context, (last, handled) => behind(router, last, env, handled, own)),
	);
}

// The worker of a project in advanced mode whose `_routes.json` names some paths only: to others Pages gives their
// asset, or says that there is none.
export function serveNamed(router, main) {
	return before(main, (request, env, context, own) =>
		own !== null && router.named.test(new URL(request.url).pathname) ? own(request) : asset(router, request, env),
	);
}

// A Pages plugin: a function of the arguments that the project gives, which returns the handler to mount. Its routes
// go by what is behind the path that it is mounted at.
export function plugin(router) {
	return (pluginArgs) => (outer) => {
		const { env } = outer;
		let { data } = outer;
		const behind = `/${new URL(outer.request.url).pathname.replace(outer.functionPath, "")}`;
		const pathname = behind.startsWith("//") ? behind.slice(1) : behind;
		const route = matchOnce(router.root, pathname, outer.request.method);
		if (route === null) {
			return outer.next(outer.request);
		}
		const call = (handler, request, functionPath, params, next) =>
			handler({
				request: new Request(request.clone()),
				functionPath: outer.functionPath + functionPath,
				next,
				params,
				get data() {
					return data;
				},
				set data(value) {
					data = object(value);
				},
				pluginArgs,
				env,
				waitUntil: outer.waitUntil.bind(outer),
				passThroughOnException: outer.passThroughOnException.bind(outer),
			});
		return chain(router, route, pathname, outer.request, call, (request) => outer.next(request))();
	};
}

// A main module with another `fetch`, which is given the module's own as a function of the request, or null. All
// other handlers of the module stay as they are.
function before(main, fetch) {
	if (typeof main === "function") {
		const fetches = typeof main.prototype?.fetch === "function";
		return class extends main {
			fetch(request) {
				return fetch(request, this.env, this.ctx, fetches ? (last) => super.fetch(last) : null);
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
	worker.fetch = (request, env, context) =>
		fetch(request, env, context, fetches ? (last) => main.fetch(last, env, context) : null);
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
