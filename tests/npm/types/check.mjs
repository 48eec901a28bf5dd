// Checks projects with TypeScript's compiler.
// check.mjs IN OUT: a list of directories in, for each the list of what the compiler says out. A directory without a
// `tsconfig.json` is checked as one that asks for little.
import fs from "node:fs";
import path from "node:path";
import ts from "typescript";

const [input, output] = process.argv.slice(2);
const LENIENT = {
  compilerOptions: {
    allowJs: true,
    lib: ["es2024"],
    module: "esnext",
    moduleResolution: "bundler",
    noEmit: true,
    strict: true,
    target: "es2024",
    types: ["@cloudflare/workers-types"],
  },
};

// The declarations of the runtime are long, and the same for all.
const parsed = new Map();

function check(directory) {
  const file = path.join(directory, "tsconfig.json");
  const config = fs.existsSync(file) ? ts.readConfigFile(file, ts.sys.readFile).config : LENIENT;
  const { options, fileNames, errors } = ts.parseJsonConfigFileContent(
    config,
    ts.sys,
    directory,
    undefined,
    file,
  );
  const declared = path.join(directory, "worker-configuration.d.ts");
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile;
  host.getSourceFile = (name, target, ...more) => {
    const shared = name.includes("/node_modules/") ? fs.realpathSync(name) : undefined;
    const kept = parsed.get(shared);
    if (kept) return kept;
    const source = read(name, target, ...more);
    if (shared) parsed.set(shared, source);
    return source;
  };
  const program = ts.createProgram([...new Set([...fileNames, declared])], options, host);
  // What the declarations of the runtime say of a worker that was never meant for them is between the two.
  const ours = program.getSourceFiles().filter(({ fileName }) => !/\/node_modules\/|\/runtime\.d\.ts$/.test(fileName));
  const found = ours.flatMap((source) => [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ]);
  return [...errors, ...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics(), ...found].map((found) => {
    const message = ts.flattenDiagnosticMessageText(found.messageText, " ");
    if (!found.file) return message;
    const { line } = found.file.getLineAndCharacterOfPosition(found.start);
    return `${path.relative(directory, found.file.fileName)}:${line + 1} TS${found.code} ${message}`;
  });
}

fs.writeFileSync(output, JSON.stringify(JSON.parse(fs.readFileSync(input, "utf8")).map(check)));
