// A tree of static files as large sites have them: many small ones, some hundreds of pictures, a few of the largest size that the
// platform takes. The same number gives the same bytes.

import { createCipheriv } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const LARGEST = 25 * 1024 * 1024;
const DIRECTORIES = 400;
const EXTENSIONS = ["html", "js", "css", "json", "svg", "png", "webp", "woff2", "txt", "map"];

/** Noise that contents are cut out of. */
const noise = createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(LARGEST + 65_536));

/** A number from 0 to 1 for each number. */
function scattered(number) {
	let bits = Math.imul(number ^ 0x9e3779b9, 0x85ebca6b);
	bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
	return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}

/** Bytes of a file: of a hundred thousand 16 have the largest size, 600 have 100 kB to 1 MB, the others 0.5 to 16 kB. */
function size(number) {
	const at = scattered(number);
	if (number % 6250 === 3125) {
		return LARGEST;
	}
	return Math.round(number % 166 === 83 ? 100_000 * 10 ** at : 500 * 32 ** at);
}

/** The path of a file. */
export function path(number) {
	const directory = number % DIRECTORIES;
	return `section-${directory % 20}/page-${directory}/file-${number}.${EXTENSIONS[number % EXTENSIONS.length]}`;
}

/** The content of a file, which `mark` makes another one of the same size. */
export function content(number, mark = "") {
	const start = Math.floor(scattered(~number) * 65_536);
	const bytes = Buffer.from(noise.subarray(start, start + size(number)));
	bytes.write(`${number} ${mark}`);
	return bytes;
}

/** Writes the first so many files, and gives their bytes. */
export async function plant(directory, files) {
	let bytes = 0;
	for (let number = 0; number < Math.min(files, DIRECTORIES); number++) {
		await mkdir(join(directory, path(number), ".."), { recursive: true });
	}
	for (let number = 0; number < files; number++) {
		const text = content(number);
		bytes += text.length;
		await writeFile(join(directory, path(number)), text);
	}
	return bytes;
}
