// What a worker answers to `GET /`: the body, on standard output.
//
//   node answer.mjs WRANGLER_JSON

import { serve } from "./serve.mjs";

const { url, stop } = await serve(process.argv[2]);
try {
  process.stdout.write(await (await fetch(url)).text());
} finally {
  await stop();
}
process.exit(0);
