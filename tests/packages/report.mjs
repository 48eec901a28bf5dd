// `docs/packages.md`.

export function report(results) {
	const failed = results.filter(({ modes }) => Object.values(modes).some(({ node, workerd }) => [node, workerd].some((answer) => answer !== undefined && answer !== "pass")));
	const total = (key) => Math.round(results.flatMap(({ modes }) => Object.values(modes)).reduce((sum, one) => sum + (one[key] ?? 0), 0));
	console.log(["size", "peerSize", "time", "peerTime"].map((key) => `${key} ${total(key)}`).join(", "));
	return { text: "", failed: failed.length };
}
