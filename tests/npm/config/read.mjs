// Reads configurations as wrangler reads them.
// read.mjs IN OUT: a list of [path, environment] in, a list of { config } or { error } out.
import fs from "node:fs";
import { unstable_readConfig } from "wrangler";

const [input, output] = process.argv.slice(2);
const read = ([config, env]) => {
  try {
    return { config: unstable_readConfig({ config, env: env ?? undefined }) };
  } catch (error) {
    return { error: String(error.message) };
  }
};
fs.writeFileSync(output, JSON.stringify(JSON.parse(fs.readFileSync(input, "utf8")).map(read)));
