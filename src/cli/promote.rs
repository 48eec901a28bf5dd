//! `pagesbuild promote [VERSION] --to ENV`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::pipeline::{self, PromoteRequest, Promoted};
use pagesbuild::project::Options;
use serde_json::{Value, json};

use super::bindings;
use super::difference;
use super::levels::LevelArguments;
use super::printer::Printer;
use super::{Global, Outcome, ProjectArguments, project_options};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild promote --from preview --to production
  pagesbuild promote 747d6636 --to production --outdir dist
  pagesbuild promote latest~1 --from preview --to \"\"

An empty name is the top level. Code and static files stay what they are; bindings are those of the other environment.";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Version to promote: an id or its start, latest or latest~N of the environment it comes from, or an output directory
    #[arg(default_value = "latest")]
    version: String,
    /// Environment that the version was built for
    #[arg(long, value_name = "NAME")]
    from: Option<String>,
    /// Environment that is to have it
    #[arg(long, value_name = "NAME")]
    to: String,
    /// Directory to write [default: as for build]
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    outdir: Option<PathBuf>,
    /// Directory of the project
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
    /// Do not keep the new version
    #[arg(long)]
    no_store: bool,
    /// Go on where it is not safe after what the environment was given last
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    project: ProjectArguments,
    #[command(flatten)]
    levels: LevelArguments,
}

pub(super) fn run(arguments: Arguments, global: &Global, printer: &Printer) -> Outcome {
    let options = Options {
        levels: arguments.levels.levels(),
        plan: arguments.levels.plan(),
        ..project_options(arguments.directory, global, arguments.project, None)
    };
    let request = PromoteRequest {
        version: &arguments.version,
        from: arguments.from.as_deref(),
        to: &arguments.to,
        outdir: arguments.outdir.as_deref(),
        store: !arguments.no_store,
        force: arguments.force,
    };
    let (promoted, diagnostics) = pipeline::promote(&options, request)?;
    let ok = promoted.as_ref().is_some_and(|promoted| !promoted.blocked);
    if printer.json {
        let result = promoted.as_ref().map_or(Value::Null, to_json);
        printer.document(ok, &result, &diagnostics)?;
        return Ok(ok);
    }
    printer.diagnostics(&diagnostics);
    match &promoted {
        Some(promoted) => {
            printer.status(&summary(promoted, printer));
            match ok {
                true => printer.result(&format!("{}\n", promoted.id))?,
                false => printer.refused("nothing was written; `--force` goes on all the same"),
            }
        }
        None => printer.verdict(&diagnostics),
    }
    Ok(ok)
}

fn to_json(promoted: &Promoted) -> Value {
    json!({
        "id": promoted.id,
        "version": promoted.version,
        "from": promoted.from,
        "to": promoted.to,
        "outdir": promoted.outdir,
        "blocked": promoted.blocked,
        "difference": promoted.difference,
        "bindings": bindings::to_json(&promoted.bindings),
    })
}

fn summary(promoted: &Promoted, printer: &Printer) -> String {
    let name = |environment: &Option<String>| match environment {
        Some(name) => name.clone(),
        None => "the top level".to_owned(),
    };
    let mut text = String::new();
    let _ = writeln!(text, "  version   {} of {}", promoted.version, name(&promoted.from));
    text.push_str(&bindings::lines(&promoted.bindings, printer));
    let _ = writeln!(text, "  id        {}", promoted.id);
    if let Some(difference) = promoted.difference.as_ref().filter(|difference| !difference.same) {
        text.push_str(&difference::safety(difference, printer));
    }
    if !promoted.blocked {
        let done = printer.paint("32", "promoted");
        let _ = writeln!(text, "{done} to {}, written to {}", name(&promoted.to), promoted.outdir.display());
    }
    text
}
