//! `pagesbuild types [DIR]`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::declarations::{Change, Difference, Style};
use pagesbuild::error::Error;
use pagesbuild::pipeline::{self, Action, RuntimeTypes, State, Types, TypesRequest};
use serde_json::{Value, json};

use super::printer::Printer;
use super::{Global, Outcome, ProjectArguments, project_options};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild types
  pagesbuild types site --outfile site/types/worker.d.ts
  pagesbuild types --check
  pagesbuild types --env production --outfile -

Without --env the declarations are those of all environments together.";

/// What `--outfile` calls standard output.
const STDOUT: &str = "-";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Directory of the project
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
    /// File to write, or - for standard output [default: worker-configuration.d.ts in the project's
    /// directory]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    outfile: Option<PathBuf>,
    /// Write nothing, and say what would change in the file
    #[arg(long)]
    check: bool,
    /// Name of the interface of `env` [default: Env]
    #[arg(long, value_name = "NAME")]
    env_interface: Option<String>,
    /// Whether variables have their values for types [default: true]
    #[arg(long, value_name = "BOOL")]
    strict_vars: Option<bool>,
    #[command(flatten)]
    project: ProjectArguments,
}

pub(super) fn run(arguments: Arguments, global: &Global, printer: &Printer) -> Outcome {
    let Arguments { directory, outfile, check, env_interface, strict_vars, project } = arguments;
    let options = project_options(directory, global, project, None);
    let style = Style { interface: env_interface.map(interface).transpose()?, literal: strict_vars };
    let outfile = outfile.as_deref();
    let shown = outfile.is_some_and(|file| file.as_os_str() == STDOUT);
    if shown && check {
        return Err(Error::Usage("`--check` needs a file, and `--outfile -` is none".to_owned()));
    }
    let action = match (shown, check) {
        (true, _) => Action::Show,
        (_, true) => Action::Check,
        _ => Action::Write,
    };
    let request = TypesRequest { outfile: outfile.filter(|_| !shown), action, style: &style };
    let (types, diagnostics) = pipeline::types(&options, request)?;
    let ok = types.as_ref().is_some_and(|types| !check || types.state == State::Fresh);
    if printer.json {
        let result = types.as_ref().map_or(Value::Null, |types| to_json(types, action));
        printer.document(ok, &result, &diagnostics)?;
        return Ok(ok);
    }
    printer.diagnostics(&diagnostics);
    let Some(types) = types else {
        printer.verdict(&diagnostics);
        return Ok(false);
    };
    match action {
        Action::Show => printer.result(&types.text)?,
        Action::Check => printer.result(&verdict(&types))?,
        Action::Write => {
            if types.state == State::Fresh {
                printer.status("the declarations are up to date\n");
            }
            printer.result(&format!("{}\n", types.file.display()))?;
        }
    }
    if types.runtime.is_none() && !check {
        printer.status(RUNTIME);
    }
    Ok(ok)
}

/// What to do where nothing says what `KVNamespace` is.
const RUNTIME: &str = "The declarations name types of the runtime, and the project has none. Install \
                       `@cloudflare/workers-types` and add it to `compilerOptions.types` in `tsconfig.json`, or run \
                       `wrangler types --include-env=false runtime.d.ts`.\n";

/// The same names as for wrangler.
fn interface(name: String) -> Result<String, Error> {
    let plain = |character: char| character.is_ascii_alphanumeric() || character == '_';
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) && name.chars().all(plain) {
        return Ok(name);
    }
    Err(Error::Usage(format!(
        "`--env-interface {name}`: a name consists of letters, digits and `_`, and starts with a letter"
    )))
}

fn verdict(types: &Types) -> String {
    let file = types.file.display();
    match types.state {
        State::Fresh => format!("{file} is up to date\n"),
        State::Missing => format!("{file} is missing\n"),
        State::Stale if types.changes.is_empty() => {
            format!("{file} is stale: the same names and types, written another way\n")
        }
        State::Stale => {
            let lines: String = types.changes.iter().map(line).collect();
            format!("{file} is stale\n{lines}")
        }
    }
}

fn line(change: &Change) -> String {
    let Change { of, name, .. } = change;
    match &change.difference {
        Difference::Added(now) => format!("  added    {of}: {name}: {now}\n"),
        Difference::Removed(_) => format!("  removed  {of}: {name}\n"),
        Difference::Changed(before, now) => format!("  changed  {of}: {name}: {now}, before: {before}\n"),
    }
}

fn to_json(types: &Types, action: Action) -> Value {
    let change = |change: &Change| {
        let (before, now) = match &change.difference {
            Difference::Added(now) => (None, Some(now)),
            Difference::Removed(before) => (Some(before), None),
            Difference::Changed(before, now) => (Some(before), Some(now)),
        };
        json!({ "of": change.of, "name": change.name, "before": before, "now": now })
    };
    let runtime = types.runtime.map(|runtime| match runtime {
        RuntimeTypes::Installed => "installed",
        RuntimeTypes::Generated => "generated",
    });
    if action == Action::Show {
        return json!({ "text": types.text, "runtime": runtime });
    }
    let state = match types.state {
        State::Missing => "missing",
        State::Stale => "stale",
        State::Fresh => "fresh",
    };
    json!({
        "file": types.file,
        "state": state,
        "changes": types.changes.iter().map(change).collect::<Vec<_>>(),
        "runtime": runtime,
    })
}
