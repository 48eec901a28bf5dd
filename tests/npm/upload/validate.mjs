// Validates JSON documents against a JSON Schema of draft 2020-12.
//
//   node validate.mjs <schema> <document>...
//
// stdout: one line a document, `valid` or what is wrong with it.

import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

const [schema, ...documents] = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf8")));
// In strict mode ajv refuses a schema with keywords that would silently do nothing.
const ajv = new Ajv2020({ strict: true, allErrors: true });
const validate = ajv.compile(schema);
for (const document of documents) {
  console.log(validate(document) ? "valid" : ajv.errorsText(validate.errors));
}
