// Packages of this directory, for scripts of others.

import runtime from "workerd";

export * as esbuild from "esbuild";
/** The path of the program. */
export const workerd = runtime.default;
