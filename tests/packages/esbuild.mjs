// Bundling with esbuild as wrangler has it: what sizes are compared with.

import { builtinModules } from "node:module";

import { esbuild } from "../npm/link/peers.mjs";

const BUILTINS = new Set(builtinModules);

/** What is not bundled. */
const others = {
	name: "others",
	setup({ onResolve }) {
		onResolve({ filter: /^(node|cloudflare|workerd):|\.wasm$/ }, ({ path }) => ({ path, external: true }));
		onResolve({ filter: /^[a-z_]+(\/[a-z_]+)?$/ }, ({ path }) => (BUILTINS.has(path) ? { path: `node:${path}`, external: true } : undefined));
	},
};

/** Bundles a module; what the linker is not asked to keep either, names in readable code, is not kept. */
export async function build(directory, entry, outfile, minify) {
	const started = performance.now();
	const { errors } = await esbuild
		.build({
			absWorkingDir: directory,
			entryPoints: [entry],
			outfile,
			bundle: true,
			format: "esm",
			target: "es2024",
			conditions: ["workerd", "worker", "browser"],
			define: { "process.env.NODE_ENV": '"production"' },
			loader: { ".js": "jsx", ".mjs": "jsx", ".cjs": "jsx" },
			minify,
			keepNames: minify,
			logLevel: "silent",
			plugins: [others],
		})
		.catch((error) => error);
	return { time: performance.now() - started, errors };
}
