// The packages beside this file, which builds are compared with.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const here = import.meta.dirname;

/** Where the packages are. */
export const modules = join(here, "node_modules");

/** Installs them as the lock file says, unless they are there; the Node to run them on. */
export async function install() {
	const lock = await readFile(join(here, "package-lock.json"), "utf8");
	const stamp = join(modules, ".installed");
	if ((await readFile(stamp, "utf8").catch(() => "")) !== lock) {
		const command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
		execFileSync("npm", command, { cwd: here, stdio: ["ignore", 2, 2] });
		await writeFile(stamp, lock);
	}
	const packaged = join(modules, `node-${process.platform}-${process.arch}/bin/node`);
	return existsSync(packaged) ? packaged : process.execPath;
}
