// What must hold of every metafile.

/** What is wrong with a metafile: sizes that do not add up, names that lead nowhere. `sizes` are those of the files written. */
export function faults({ inputs, outputs }, sizes) {
	const wrong = [];
	for (const [path, size] of Object.entries(sizes)) {
		if (outputs[path]?.bytes !== size) {
			wrong.push(`${path} has ${size} bytes and is said to have ${outputs[path]?.bytes}`);
		}
	}
	for (const [path, output] of Object.entries(outputs)) {
		const parts = Object.entries(output.inputs);
		const sum = parts.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
		if (parts.length > 0 && sum !== output.bytes) {
			wrong.push(`${path} has ${output.bytes} bytes, its inputs have ${sum}`);
		}
		const named = output.entryPoint === undefined ? [] : [output.entryPoint];
		const unknown = [...named, ...parts.map(([input]) => input)].filter((input) => !Object.hasOwn(inputs, input));
		wrong.push(...unknown.map((input) => `${path} is made from ${input}, which is not among the inputs`));
	}
	for (const [path, { imports }] of Object.entries(inputs)) {
		const lost = imports.filter((target) => !target.external && !Object.hasOwn(inputs, target.path));
		wrong.push(...lost.map((target) => `${path} imports ${target.path}, which is not among the inputs`));
	}
	return wrong;
}
