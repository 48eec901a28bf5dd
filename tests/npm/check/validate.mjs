// Validates SARIF logs against the published schema of version 2.1.0.
//
//   node validate.mjs <log>...
//
// stdout: one line a log, `valid` or what is wrong with it.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const within = createRequire(require.resolve("@microsoft/jest-sarif"));
// The schema is of a draft that only an older ajv knows, which its package brings.
const Ajv = within("ajv");
const ajv = new Ajv({ schemaId: "auto", allErrors: true, logger: false });
ajv.addMetaSchema(within("ajv/lib/refs/json-schema-draft-04.json"));
const validate = ajv.compile(within("./schemas/sarif-2.1.0-rtm.5.json"));
for (const file of process.argv.slice(2)) {
  const log = JSON.parse(readFileSync(file, "utf8"));
  console.log(validate(log) ? "valid" : ajv.errorsText(validate.errors));
}
