// Bundles a module with esbuild as wrangler does, and tells which installed packages something of is in the result.
//
//   node bundled.mjs <entry>
//
// stdout: JSON, an array of [name, version].

import { readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";

const [entry] = process.argv.slice(2);
const { metafile } = await build({
  entryPoints: [entry],
  absWorkingDir: realpathSync(dirname(entry)),
  bundle: true,
  format: "esm",
  conditions: ["workerd", "worker", "browser"],
  external: ["node:*"],
  metafile: true,
  write: false,
  outfile: "out.js",
});
const packages = new Map();
for (const [path, { bytesInOutput }] of Object.entries(metafile.outputs["out.js"].inputs)) {
  const directory = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path.replace("(disabled):", ""))?.[0];
  if (directory && bytesInOutput > 0) {
    const manifest = readFileSync(join(realpathSync(dirname(entry)), directory, "package.json"), "utf8");
    const { name, version } = JSON.parse(manifest);
    packages.set(`${name}@${version}`, [name, version]);
  }
}
console.log(JSON.stringify([...packages.values()]));
