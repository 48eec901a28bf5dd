//! `pagesbuild diff [A] [B]`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::pipeline;
use serde_json::json;

use super::difference;
use super::printer::Printer;
use super::{Global, Outcome, located};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild diff
  pagesbuild diff --env production
  pagesbuild diff 3f1c latest
  pagesbuild diff latest~2 dist
  pagesbuild diff dist release.zip --format json

A and B are versions: an id or the start of one, latest, latest~N, a directory that a build wrote, or an
archive of one. How safe it is to go is told for the way from A to B; `diff B A` tells of the way back.";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Version to start from [default: latest~1]
    #[arg(value_name = "A", value_hint = ValueHint::DirPath)]
    before: Option<String>,
    /// Version to get to [default: latest]
    #[arg(value_name = "B", value_hint = ValueHint::DirPath)]
    after: Option<String>,
    /// Directory of the project
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
    /// Exit with 1 where the versions differ
    #[arg(long)]
    exit_code: bool,
}

pub(super) fn run(arguments: &Arguments, global: &Global, printer: &Printer) -> Outcome {
    let options = located(arguments.directory.clone(), global);
    let difference = pipeline::diff(&options, arguments.before.as_deref(), arguments.after.as_deref())?;
    let ok = difference.same || !arguments.exit_code;
    match printer.json {
        true => printer.document(ok, &json!(difference), &[])?,
        false => printer.result(&difference::whole(&difference, printer))?,
    }
    Ok(ok)
}
