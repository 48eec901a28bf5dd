//! `pagesbuild routes [DIR]`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::deployment::document::Route;
use pagesbuild::pipeline;
use serde_json::{Value, json};

use super::printer::Printer;
use super::{Global, Outcome, ProjectArguments, project_options};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild routes
  pagesbuild routes site --format json

The first route that matches answers. Middleware runs outermost first.";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Directory of the project
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
    #[command(flatten)]
    project: ProjectArguments,
}

pub(super) fn run(arguments: Arguments, global: &Global, printer: &Printer) -> Outcome {
    let options = project_options(arguments.directory, global, arguments.project, None);
    let (rows, diagnostics) = pipeline::routes(&options)?;
    let ok = rows.is_some();
    let rows = rows.unwrap_or_default();
    if printer.json {
        printer.document(ok, &Value::Array(rows.iter().map(to_json).collect()), &diagnostics)?;
        return Ok(ok);
    }
    printer.diagnostics(&diagnostics);
    if !ok {
        printer.verdict(&diagnostics);
    } else if rows.is_empty() {
        printer.status("no routes: the project has no functions\n");
    } else {
        printer.result(&table(&rows))?;
    }
    Ok(ok)
}

fn to_json(row: &Route) -> Value {
    json!({
        "pattern": row.pattern,
        "method": row.method,
        "handler": row.handler,
        "middleware": row.middleware,
        "bindings": row.bindings,
    })
}

fn table(rows: &[Route]) -> String {
    let header = ["PATTERN", "METHOD", "HANDLER", "MIDDLEWARE", "BINDINGS"].map(str::to_owned);
    let cells = rows.iter().map(|row| {
        [
            row.pattern.clone(),
            row.method.clone().unwrap_or_else(|| "*".to_owned()),
            row.handler.clone().unwrap_or_else(|| "-".to_owned()),
            row.middleware.join(", "),
            row.bindings.join(", "),
        ]
    });
    let lines: Vec<[String; 5]> = std::iter::once(header).chain(cells).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), width(3)];
    let mut text = String::new();
    for line in &lines {
        let mut row = String::new();
        for (cell, width) in line.iter().zip(widths) {
            row.push_str(&format!("{cell:width$}  "));
        }
        row.push_str(&line[4]);
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}
