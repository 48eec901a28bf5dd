//! `pagesbuild rollback [ID]`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::pipeline::{self, RollbackOutcome, RollbackRequest, RolledBack};
use serde_json::{Value, json};

use super::difference;
use super::printer::Printer;
use super::{Global, Outcome, located};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild rollback --env production
  pagesbuild rollback 3f1c --env production
  pagesbuild rollback latest~3 --dry-run
  pagesbuild rollback --force
  wrangler deploy -c dist/wrangler.json

Without ID it is the version before what the environment was given last, so that doing it twice changes
nothing in the end. Nothing is deployed. Where it is not safe, nothing is written unless --force is given.";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Version to bring back: an id or the start of one, or latest~N [default: latest~1]
    #[arg(value_name = "ID")]
    target: Option<String>,
    /// Directory of the project
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
    /// Directory to write [default: as for `build`]
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    outdir: Option<PathBuf>,
    /// Go on where it is not safe
    #[arg(long)]
    force: bool,
    /// Write nothing, and say how safe it is
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(arguments: &Arguments, global: &Global, printer: &Printer) -> Outcome {
    let options = located(arguments.directory.clone(), global);
    let request = RollbackRequest {
        target: arguments.target.as_deref(),
        outdir: arguments.outdir.as_deref(),
        force: arguments.force,
        dry_run: arguments.dry_run,
    };
    let rolled = pipeline::rollback(&options, request)?;
    let ok = rolled.outcome != RollbackOutcome::Blocked;
    if printer.json {
        printer.document(ok, &to_json(&rolled), &[])?;
        return Ok(ok);
    }
    printer.status(&summary(&rolled, printer));
    match ok {
        true => printer.result(&format!("{}\n", rolled.difference.after.id))?,
        false => printer.refused("nothing was written; `--force` goes on all the same"),
    }
    Ok(ok)
}

fn summary(rolled: &RolledBack, printer: &Printer) -> String {
    let RolledBack { difference, outdir, assumption, outcome } = rolled;
    let mut text = String::new();
    if let Some(assumption) = assumption {
        let _ = writeln!(text, "{} {assumption}", printer.paint("36", "assumed:"));
    }
    text.push_str(&difference::heads(difference, printer));
    if !difference.same {
        text.push_str(&difference::safety(difference, printer));
    }
    let outdir = outdir.display();
    let (label, what) = match outcome {
        RollbackOutcome::Done => {
            ("rolled back", format!("wrote {outdir}; `wrangler deploy -c {outdir}/wrangler.json` deploys it"))
        }
        RollbackOutcome::Already => ("no change", format!("it is what was given last; wrote {outdir} again")),
        RollbackOutcome::Tried => ("dry run", format!("nothing was written to {outdir}")),
        RollbackOutcome::Blocked => return text,
    };
    let _ = writeln!(text, "{}: {what}", printer.paint("32", label));
    text
}

fn to_json(rolled: &RolledBack) -> Value {
    let outcome = match rolled.outcome {
        RollbackOutcome::Done => "done",
        RollbackOutcome::Already => "already",
        RollbackOutcome::Blocked => "blocked",
        RollbackOutcome::Tried => "tried",
    };
    json!({
        "outcome": outcome,
        "id": rolled.difference.after.id,
        "outdir": rolled.outdir,
        "assumption": rolled.assumption,
        "difference": rolled.difference,
    })
}
