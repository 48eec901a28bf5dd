//! `pagesbuild check [DIR]`.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::diagnostic::{Severity, sarif};
use pagesbuild::pipeline::{self, Checked, Environment};
use pagesbuild::project::Options;
use serde_json::{Value, json};

use super::edited;
use super::levels::LevelArguments;
use super::printer::{Printer, plural};
use super::{Global, Outcome, ProjectArguments, project_options};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild check
  pagesbuild check site --env production --deny warnings
  pagesbuild check --format sarif > pagesbuild.sarif
  pagesbuild check --fix --dry-run

All environments are looked at, and nothing is built. The exit code is 1 when there is an error.";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Directory of the project
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
    /// Compile everything anew, and keep nothing for later builds
    #[arg(long)]
    no_cache: bool,
    /// Write into the configuration file what settles diagnostics, where only one thing can be meant
    #[arg(long)]
    fix: bool,
    /// Write nothing, and print what would be different
    #[arg(long, requires = "fix")]
    dry_run: bool,
    #[command(flatten)]
    project: ProjectArguments,
    #[command(flatten)]
    levels: LevelArguments,
}

pub(super) fn run(arguments: Arguments, global: &Global, printer: &Printer) -> Outcome {
    let options = Options {
        no_cache: arguments.no_cache,
        levels: arguments.levels.levels(),
        plan: arguments.levels.plan(),
        ..project_options(arguments.directory, global, arguments.project, None)
    };
    let (mut checked, mut diagnostics) = pipeline::check(&options)?;
    let fixed = if arguments.fix { pipeline::fixed(&options, &diagnostics)? } else { None };
    if let Some(edited) = fixed.as_ref().filter(|_| !arguments.dry_run) {
        edited.save()?;
        (checked, diagnostics) = pipeline::check(&options)?;
    }
    let ok = diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error);
    if printer.sarif {
        let log = sarif(&pipeline::with_fixes(&options, diagnostics)?, &checked.within, None);
        printer.result(&format!("{log:#}\n"))?;
        return Ok(ok);
    }
    if printer.json {
        let environments: Vec<Value> = checked.environments.iter().map(to_json).collect();
        let fixed = fixed.as_ref().map(|edited| edited::to_json(edited, arguments.dry_run));
        printer.document(ok, &json!({ "environments": environments, "fixed": fixed }), &diagnostics)?;
        return Ok(ok);
    }
    if let Some(edited) = &fixed {
        edited::say(edited, arguments.dry_run, printer)?;
    }
    printer.diagnostics(&diagnostics);
    let fixable = diagnostics.iter().filter(|diagnostic| !diagnostic.fixes.is_empty()).count();
    if fixable > 0 && fixed.is_none() {
        printer.status(&format!("`pagesbuild check --fix` can settle {fixable} of these\n\n"));
    }
    match ok {
        true => printer.status(&summary(&checked, printer)),
        false => printer.verdict(&diagnostics),
    }
    Ok(ok)
}

fn to_json(looked: &Environment) -> Value {
    json!({
        "environment": looked.environment,
        "project": looked.name,
        "assumptions": looked.assumptions,
        "routes": looked.routes,
        "modules": looked.modules,
        "assets": looked.assets,
        "uses": looked.uses,
        "bindings": super::bindings::to_json(&looked.bindings),
    })
}

/// What was looked at, over all environments.
fn summary(checked: &Checked, printer: &Printer) -> String {
    let Checked { environments, elapsed, .. } = checked;
    let mut text = String::new();
    let assumptions: BTreeSet<&String> = environments.iter().flat_map(|looked| &looked.assumptions).collect();
    for assumption in assumptions {
        let _ = writeln!(text, "{} {assumption}", printer.paint("36", "assumed:"));
    }
    if let Some(first) = environments.first() {
        let _ = writeln!(text, "{}", printer.paint("1", &first.name));
    }
    let most = |count: fn(&Environment) -> usize| environments.iter().map(count).max().unwrap_or(0);
    if environments.len() > 1 {
        let names =
            environments.iter().map(|looked| looked.environment.as_deref().unwrap_or("the top level"));
        let _ = writeln!(text, "  checked   {}", names.collect::<Vec<_>>().join(", "));
    }
    let bindings: BTreeSet<&String> =
        environments.iter().flat_map(|looked| looked.bindings.iter().map(|(name, _)| name)).collect();
    let lines = [
        ("routes", most(|looked| looked.routes).to_string()),
        ("worker", plural(most(|looked| looked.modules), "module")),
        ("assets", plural(most(|looked| looked.assets), "file")),
        ("bindings", bindings.len().to_string()),
        ("uses", plural(most(|looked| looked.uses), "place")),
    ];
    for (head, count) in lines.iter().filter(|(_, count)| !count.starts_with('0')) {
        let _ = writeln!(text, "  {head:8}  {count}");
    }
    let _ = writeln!(text, "{} in {:.2} s", printer.paint("32", "fine"), elapsed.as_secs_f64());
    text
}
