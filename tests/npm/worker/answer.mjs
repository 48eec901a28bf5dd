// What a worker answers to `GET /`, or to the paths given: the bodies, on standard output.
//
//   node answer.mjs WRANGLER_JSON [PATH]...

import { serve } from "./serve.mjs";

const [config, ...paths] = process.argv.slice(2);
const { url, stop } = await serve(config);
try {
  for (const path of paths.length ? paths : ["/"]) process.stdout.write(await (await fetch(new URL(path, url))).text());
} finally {
  await stop();
}
process.exit(0);
