// The floor: what Pages' contract costs without any routing. Each function gets its own context and a fresh clone of
// the request, and each response is copied so that it can be changed.

export default {
	async fetch(original, env, context) {
		const pathname = new URL(original.url).pathname;
		let request = original;
		let data = {};
		let index = 0;
		const next = async (input, init) => {
			if (input !== undefined) {
				request = new Request(input, init);
			}
			if (index === env.depth) {
				const response = await env.ASSETS.fetch(request);
				return new Response(response.body, response);
			}
			index++;
			const response = await (index === env.depth ? answer : pass)({
				request: new Request(request.clone()),
				functionPath: pathname,
				next,
				params: { __proto__: null },
				get data() {
					return data;
				},
				set data(value) {
					data = value;
				},
				env,
				waitUntil: context.waitUntil.bind(context),
				passThroughOnException() {},
			});
			return new Response(response.body, response);
		};
		if (env.depth === 0) {
			return env.ASSETS.fetch(request);
		}
		return next();
	},
};

const answer = () => new Response("ok");
const pass = ({ next }) => next();
