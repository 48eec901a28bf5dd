// Parses declarations.
// members.mjs IN OUT: a list of texts in, for each { errors, statements, members } out: what the parser says, the kinds
// of the statements, and for each interface the names of its members with the texts of their types.
import fs from "node:fs";
import ts from "typescript";

const [input, output] = process.argv.slice(2);

function read(text) {
  const source = ts.createSourceFile("x.d.ts", text, ts.ScriptTarget.Latest, true);
  const members = {};
  const statements = [];
  const visit = (node) => {
    statements.push(ts.SyntaxKind[node.kind]);
    if (ts.isInterfaceDeclaration(node)) {
      const list = node.members.map((member) => [
        member.name?.text ?? null,
        ts.SyntaxKind[member.kind],
        member.type?.getText() ?? null,
      ]);
      (members[node.name.text] ??= []).push(...list);
    }
    if (ts.isModuleDeclaration(node)) node.body?.statements?.forEach(visit);
  };
  source.statements.forEach(visit);
  return { errors: source.parseDiagnostics.map((found) => String(found.messageText)), statements, members };
}

fs.writeFileSync(output, JSON.stringify(JSON.parse(fs.readFileSync(input, "utf8")).map(read)));
