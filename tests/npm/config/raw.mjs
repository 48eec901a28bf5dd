// Parses configurations as wrangler parses them, nothing filled in.
// raw.mjs IN OUT: a list of paths in, a list of what they hold out.
import fs from "node:fs";
import { experimental_readRawConfig } from "wrangler";

const [input, output] = process.argv.slice(2);
const read = (config) => experimental_readRawConfig({ config }).rawConfig;
fs.writeFileSync(output, JSON.stringify(JSON.parse(fs.readFileSync(input, "utf8")).map(read)));
