//! `pagesbuild pin VERSION`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::pipeline;
use serde_json::json;

use super::printer::Printer;
use super::{Global, Outcome, located};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild pin latest --env production
  pagesbuild pin 747d6636 --note 'release 1.4'
  pagesbuild pin --remove 747d6636

A version that is pinned stays whatever `gc` is told. `pagesbuild versions` lists the pins.";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Version to pin: an id, the first characters of one, `latest` or `latest~N`
    version: String,
    /// Why it is to stay
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Remove the pin
    #[arg(long, conflicts_with = "note")]
    remove: bool,
    /// Directory of the project
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
}

pub(super) fn run(arguments: Arguments, global: &Global, printer: &Printer) -> Outcome {
    let options = located(arguments.directory, global);
    let id = match arguments.remove {
        true => pipeline::unpin(&options, &arguments.version)?,
        false => pipeline::pin(&options, &arguments.version, arguments.note.as_deref())?,
    };
    match printer.json {
        true => printer.document(true, &json!({ "id": id, "pinned": !arguments.remove }), &[])?,
        false => printer.result(&format!("{id}\n"))?,
    }
    Ok(true)
}
