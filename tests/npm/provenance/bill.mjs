// Validates software bills of materials against the published schema of CycloneDX 1.6, and reads their package URLs.
//
//   node bill.mjs <bill>...
//
// stdout: one line a bill, a JSON array of its components as [group, name, version], or what is wrong with it.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import Ajv from "ajv";
import formats from "ajv-formats";
import { PackageURL } from "packageurl-js";

const require = createRequire(import.meta.url);
const schemas = join(dirname(require.resolve("@cyclonedx/cyclonedx-library/package.json")), "res/schema");
const schema = (name) => JSON.parse(readFileSync(join(schemas, `${name}.SNAPSHOT.schema.json`), "utf8"));
// The schema has keywords of its own, such as `meta:enum`.
const ajv = new Ajv({ strict: false, allErrors: true });
formats(ajv);
ajv.addFormat("idn-email", formats.get("email"));
ajv.addFormat("iri-reference", formats.get("uri-reference"));
for (const name of ["jsf-0.82", "spdx", "cryptography-defs"]) {
  ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
}
const validate = ajv.compile(schema("bom-1.6"));

function told(file) {
  const bill = JSON.parse(readFileSync(file, "utf8"));
  if (!validate(bill)) {
    return ajv.errorsText(validate.errors);
  }
  const rows = bill.components.map(({ group, name, version, purl }) => {
    const { type, namespace, name: named, version: versioned } = PackageURL.fromString(purl);
    const read = [type, namespace ?? null, named, versioned ?? null];
    const own = ["npm", group ?? null, name, version ?? null];
    if (JSON.stringify(read) !== JSON.stringify(own)) {
      throw new Error(`${purl} is ${read}, and the component is ${own}`);
    }
    return own.slice(1);
  });
  return JSON.stringify(rows);
}

for (const file of process.argv.slice(2)) {
  console.log(told(file));
}
