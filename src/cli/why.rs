//! `pagesbuild why MODULE`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::compile::ImportKind;
use pagesbuild::pipeline::{self, Answer, Link, Share, WhyRequest};
use serde_json::{Value, json};

use super::printer::{Printer, bytes, plural};
use super::{CodeArguments, Global, Outcome, ProjectArguments, project_options};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild why lib/format.ts
  pagesbuild why hono
  pagesbuild why node:fs -C site
  pagesbuild why zod --entry src/index.ts

MODULE is a file, a package, a specifier as an import has it, or a part of a path that only one module has.";

/// How many importers and statements are listed unless all are asked for.
const SHOWN: usize = 5;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// File, package or specifier
    #[arg(value_hint = ValueHint::FilePath)]
    module: String,
    /// Directory of the project
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
    /// The module to start from, as for `bundle` [default: the worker of the project]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    entry: Option<PathBuf>,
    #[command(flatten)]
    project: ProjectArguments,
    #[command(flatten)]
    code: CodeArguments,
}

pub(super) fn run(arguments: Arguments, global: &Global, printer: &Printer) -> Outcome {
    let options = project_options(arguments.directory, global, arguments.project, Some(&arguments.code));
    let request = WhyRequest { module: &arguments.module, entry: arguments.entry.as_deref() };
    let (answers, diagnostics) = pipeline::why(&options, request)?;
    let ok = answers.is_some();
    let answers = answers.unwrap_or_default();
    if printer.json {
        printer.document(ok, &Value::Array(answers.iter().map(to_json).collect()), &diagnostics)?;
        return Ok(ok);
    }
    printer.diagnostics(&diagnostics);
    if !ok {
        printer.verdict(&diagnostics);
        return Ok(false);
    }
    let mut text = String::new();
    if answers.len() > 1 {
        let _ = writeln!(text, "{} is there {} times\n", arguments.module, answers.len());
    }
    let answers: Vec<String> = answers.iter().map(|answer| show(answer, printer)).collect();
    text.push_str(&answers.join("\n"));
    printer.result(&text)?;
    Ok(true)
}

fn show(answer: &Answer, printer: &Printer) -> String {
    let mut text = printer.paint("1", &answer.name);
    if let Some(package) = &answer.package {
        let _ = write!(text, " {}", printer.paint("2", &format!("({package})")));
    }
    text.push('\n');
    for link in &answer.chain {
        let _ = writeln!(text, "  {}", import(link));
        for step in &link.by {
            let _ = writeln!(text, "    {}", printer.paint("2", step));
        }
    }
    let others: Vec<&Link> =
        answer.importers.iter().filter(|link| !answer.chain.iter().any(|known| same(known, link))).collect();
    if !others.is_empty() {
        let shown = if printer.verbose { others.len() } else { 0 };
        let _ =
            writeln!(text, "  {} of it{}", plural(others.len(), "more import"), hint(shown, others.len()));
        for link in others.iter().take(shown) {
            let _ = writeln!(text, "    {}", import(link));
        }
    }
    if let Some(name) = &answer.deployed {
        let _ = writeln!(text, "  deployed as it is, as `{name}`");
    }
    if let Some(share) = &answer.share {
        text.push_str(&of_share(share, printer));
    }
    if answer.modules > 1 {
        let bytes = bytes(answer.bytes as u64);
        let _ = writeln!(text, "  its package: {}, {bytes} in the worker", plural(answer.modules, "module"));
    }
    text
}

fn of_share(share: &Share, printer: &Printer) -> String {
    let mut text = String::new();
    let source = bytes(share.source_bytes as u64);
    match share.bytes {
        Some(size) => {
            let _ = writeln!(text, "  in the worker: {} of {source}", bytes(size as u64));
        }
        None => {
            let _ = writeln!(text, "  {source}; errors keep the worker from being linked");
        }
    }
    let _ = writeln!(text, "  {}", share.reason);
    if !share.evaluated {
        return text;
    }
    let shown = if printer.verbose { share.statements.len() } else { SHOWN };
    for (name, reason, _) in share.statements.iter().take(shown) {
        let _ = writeln!(text, "    {name}: {reason}");
    }
    if share.statements.len() > shown {
        let _ = writeln!(
            text,
            "    and {} more{}",
            share.statements.len() - shown,
            hint(shown, share.statements.len())
        );
    }
    let dropped = share.all - share.statements.len();
    if dropped > 0 {
        let _ = writeln!(text, "    left out: {}", plural(dropped, "statement"));
    }
    text
}

fn hint(shown: usize, all: usize) -> &'static str {
    if shown < all { " (`-v` lists all)" } else { "" }
}

fn import(link: &Link) -> String {
    let Link { from, line, column, specifier, .. } = link;
    format!("{from}:{line}:{column} {} `{specifier}`", verb(link.kind))
}

fn verb(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Static => "imports",
        ImportKind::Dynamic => "imports, when asked for,",
        ImportKind::Require => "requires",
    }
}

fn same(one: &Link, other: &Link) -> bool {
    (&one.from, one.line, one.column) == (&other.from, other.line, other.column)
}

fn to_json(answer: &Answer) -> Value {
    let share = answer.share.as_ref().map(|share| {
        let statements = share
            .statements
            .iter()
            .map(|(name, reason, bytes)| json!({ "name": name, "reason": reason, "compiledBytes": bytes }));
        json!({
            "bytes": share.bytes,
            "sourceBytes": share.source_bytes,
            "evaluated": share.evaluated,
            "reason": share.reason,
            "statements": statements.collect::<Vec<_>>(),
            "leftOut": share.all - share.statements.len(),
        })
    });
    json!({
        "name": answer.name,
        "deployed": answer.deployed,
        "package": answer.package,
        "chain": answer.chain.iter().map(link_to_json).collect::<Vec<_>>(),
        "importers": answer.importers.iter().map(link_to_json).collect::<Vec<_>>(),
        "worker": share,
        "packageModules": answer.modules,
        "packageBytes": answer.bytes,
    })
}

fn link_to_json(link: &Link) -> Value {
    let kind = match link.kind {
        ImportKind::Static => "import",
        ImportKind::Dynamic => "import()",
        ImportKind::Require => "require",
    };
    json!({
        "path": link.from,
        "line": link.line,
        "column": link.column,
        "kind": kind,
        "specifier": link.specifier,
        "to": link.to,
        "by": link.by,
    })
}
