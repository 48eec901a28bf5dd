// Runs on workerd: sends one worker as many requests as it is asked to, one after another.

import samples from "samples";

const environment = { ASSETS: { fetch: async () => new Response("asset") } };
const context = { waitUntil() {}, passThroughOnException() {}, props: {} };

export default {
	async fetch(request) {
		const search = new URL(request.url).searchParams;
		const [name, kind, count] = [search.get("worker"), search.get("kind"), Number(search.get("count"))];
		const { default: worker } = await import(name);
		const paths = samples[kind];
		// The floor knows how many functions there are before the answer, and nothing of paths.
		const env = { ...environment, depth: kind === "deep middleware" ? 6 : kind.endsWith("miss") ? 0 : 1 };
		let done = 0;
		for (; done < count; done++) {
			const answer = await worker.fetch(new Request(`http://example.com${paths[done & 255]}`), env, context);
			if (answer.status !== 200) {
				return new Response(`${paths[done & 255]} was answered with ${answer.status}`);
			}
		}
		return new Response(String(done));
	},
};
