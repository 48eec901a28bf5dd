// `docs/packages.md`: how the packages fare.

const HEAD = `# Packages

The programs in \`tests/packages/programs/\` use a package each. They are bundled as workers, plain and minified, and what they log in
Node.js and on workerd is held against what the unbundled program logs in Node.js with the conditions of workers. The versions are
those of \`tests/packages/package-lock.json\`. This page is written by

\`\`\`sh
cargo test --release --locked --test it packages -- --ignored --nocapture
\`\`\`

which installs the packages, needs some minutes, and fails if anything fails. \`cargo test\` runs some of the programs each time.

Sizes are those of the whole worker in relation to esbuild's, with the options of wrangler: below 1 ours is smaller. Minified, both
keep the names of functions. An empty column means that the program is not run there, for the reason given.
`;

const ratio = ([ours, theirs]) => (ours / theirs).toFixed(2);
const percent = (count, all) => `${count} of ${all}`;

const NOTES = { node: "in Node.js only", workerd: "on workerd only", esbuild: "held against esbuild's bundle", defaults: "held against Node.js with its own conditions" };

/** Why a program is not run everywhere, or is held against something else. */
function note({ notes }) {
	return notes.map((text) => text.replace(/^\w+/, (word) => NOTES[word])).join("; ");
}

export function report(results) {
	const columns = [
		["plain", "node"],
		["minified", "node"],
		["plain", "workerd"],
		["minified", "workerd"],
	];
	const rows = results.map((one) => {
		const answers = columns.map(([mode, place]) => one.modes[mode].answers[place]).map((answer) => (answer === undefined ? "" : answer === "pass" ? "pass" : "**fails**"));
		return `| ${[one.name, one.version, ...answers, ratio(one.modes.plain.sizes), ratio(one.modes.minified.sizes), note(one)].join(" | ")} |`;
	});
	const totals = columns.map(([mode, place]) => {
		const ran = results.map(({ modes }) => modes[mode].answers[place]).filter((answer) => answer !== undefined);
		return `| ${place === "node" ? "Node.js" : place}, ${mode} | ${percent(ran.filter((answer) => answer === "pass").length, ran.length)} |`;
	});
	const sum = (mode, key, at) => results.reduce((total, { modes }) => total + modes[mode][key][at], 0);
	const middle = (mode) => results.map(({ modes }) => modes[mode].sizes[0] / modes[mode].sizes[1]).sort((a, b) => a - b)[results.length >> 1].toFixed(2);
	const sizes = ["plain", "minified"].map((mode) => {
		const [ours, theirs] = [0, 1].map((at) => sum(mode, "sizes", at));
		return `| ${mode} | ${Math.round(ours / 1000).toLocaleString("en")} | ${Math.round(theirs / 1000).toLocaleString("en")} | ${ratio([ours, theirs])} | ${middle(mode)} |`;
	});
	return `${HEAD}
| ${results.length} programs | pass |
| --- | ---: |
${totals.join("\n")}

| all together | kB | esbuild, kB | ratio | median ratio |
| --- | ---: | ---: | ---: | ---: |
${sizes.join("\n")}

| package | version | Node.js, plain | minified | workerd, plain | minified | size, plain | minified | |
| --- | --- | --- | --- | --- | --- | ---: | ---: | --- |
${rows.join("\n")}
`;
}
