// What wrangler's own parsers make of `_headers` and `_redirects` files.
//
// Standard input is a JSON list of [name, text, keepsIndex]; the answer is a list of { rules, ignored }. wrangler does not
// export its parsers: they are cut out of its one file by the names of the modules that it was bundled from.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const wrangler = dirname(createRequire(import.meta.url).resolve("wrangler/package.json"));
const text = readFileSync(join(wrangler, "wrangler-dist/cli.js"), "utf8");

function section(name) {
	const start = text.indexOf(`// ../workers-shared/utils/configuration/${name}.ts\n`);
	if (start < 0) throw new Error(`wrangler has no ${name}`);
	return text.slice(start, text.indexOf("\n// ../", start + 1));
}

const sections = ["constants", "validateURL", "parseHeaders", "parseRedirects"].map(section).join("\n");
const starts = [...sections.matchAll(/\b(init_\w+) = __esm/g)].map(([, name]) => `${name}();`);
const { parseHeaders, parseRedirects } = new Function(`
	const __name = (value) => value;
	const __esm = (modules) => () => Object.values(modules).forEach((run) => run());
	const init_import_meta_url = () => {};
	${sections}
	${starts.join("\n")}
	return { parseHeaders, parseRedirects };
`)();

/** What a problem is about: a line by its number, a path without headers, or all that is too much. */
function about({ line, lineNumber, message }) {
	if (message === "No headers specified") return `empty ${line}`;
	if (message.startsWith("Maximum number")) return "more";
	return lineNumber ?? Number(/^Ignoring line (\d+) /.exec(message)[1]);
}

const answers = JSON.parse(readFileSync(0, "utf8")).map(([name, content, keepsIndex]) => {
	const parsed =
		name === "_headers"
			? parseHeaders(content)
			: parseRedirects(content, { htmlHandling: keepsIndex ? "none" : undefined });
	const rules = parsed.rules.map((rule) =>
		name === "_headers"
			? [rule.path, Object.entries(rule.headers).sort(([one], [other]) => (one < other ? -1 : 1)), rule.unsetHeaders]
			: [rule.from, rule.to, rule.status],
	);
	return { rules, ignored: parsed.invalid.map(about) };
});
process.stdout.write(JSON.stringify(answers));
