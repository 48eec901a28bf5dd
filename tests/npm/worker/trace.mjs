// Where an error was thrown in a deployment, as its source map tells it.
//
//   node trace.mjs WRANGLER_JSON PATH
//
// The worker is asked for PATH and has to answer with the stack of an error. Out: one line a frame that the map knows:
// source, line and column, both from 1.

import { readFile } from "node:fs/promises";
import { SourceMap } from "node:module";
import { dirname, join } from "node:path";

import { serve } from "./serve.mjs";

const [config, path] = process.argv.slice(2);
const { main } = JSON.parse(await readFile(config, "utf8"));
const text = await readFile(join(dirname(config), main), "utf8");
const [, url] = /\n\/\/# sourceMappingURL=(.+)\n$/.exec(text);
const map = new SourceMap(JSON.parse(await readFile(join(dirname(config), dirname(main), url), "utf8")));

const { url: origin, stop } = await serve(config);
try {
  const stack = await (await fetch(new URL(path, origin))).text();
  for (const [, line, column] of stack.matchAll(/:(\d+):(\d+)\)?$/gm)) {
    const { originalSource, originalLine, originalColumn } = map.findEntry(line - 1, column - 1);
    if (originalSource) process.stdout.write(`${originalSource}:${originalLine + 1}:${originalColumn + 1}\n`);
  }
} finally {
  await stop();
}
process.exit(0);
