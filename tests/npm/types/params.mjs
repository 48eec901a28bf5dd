// Asks the router what its parameters are.
// params.mjs IN OUT: a list of { root, patterns, paths } in, the table as the entry module has it; for each a list of
// [pattern, path, parameters] out, of all rows that a request meets.
import fs from "node:fs";
import { match, params } from "../../../src/router/match.js";

const [input, output] = process.argv.slice(2);
const RANK = 0;

const ask = ({ root, patterns, paths }) => {
  const table = new Function(`return ${root}`)();
  return paths.flatMap((path) => {
    const met = match(table, path, "GET");
    if (met === null) return [];
    const late = met.middleware.filter((row) => met.late.includes(row));
    const usual = met.middleware.filter((row) => !met.late.includes(row));
    const rows = met.answer === null ? usual : [...usual, met.answer];
    const asked = [...rows.map((row) => [row, path]), ...late.map((row) => [row, met.single])];
    return asked.map(([row, path]) => [patterns[row[RANK]], path, params(row, path)]);
  });
};
fs.writeFileSync(output, JSON.stringify(JSON.parse(fs.readFileSync(input, "utf8")).map(ask)));
