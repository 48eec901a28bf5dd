// rolldown in a process of its own, with the rules by which wrangler resolves.
//
//   node rolldown.mjs ENTRY OUTFILE [--minify]

import { rolldown } from "rolldown";

const [entry, file, minify] = process.argv.slice(2);
const build = await rolldown({
	input: entry,
	platform: "browser",
	external: /^(node|cloudflare):/,
	resolve: { conditionNames: ["workerd", "worker", "browser"], mainFields: ["browser", "module", "main"] },
	transform: { define: { "process.env.NODE_ENV": '"production"' } },
	logLevel: "warn",
});
await build.write({ file, format: "esm", codeSplitting: false, minify: minify === "--minify" });
await build.close();
