//! `pagesbuild unpack FILE --outdir DIR`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::pipeline::{self, Moved};
use serde_json::json;

use super::Outcome;
use super::printer::Printer;

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild unpack site-1f2e3d4c.zip --outdir dist
  wrangler deploy -c dist/wrangler.json

The directory appears whole or not at all, and only when every byte is what the archive's own description says.
The id goes to standard output.";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Archive to unpack
    #[arg(value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// Directory to write, which may hold another deployment
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    outdir: PathBuf,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Outcome {
    let moved = pipeline::unpack(&arguments.file, &arguments.outdir)?;
    finish("unpacked", &moved, printer)
}

/// Says that a version was written to a directory.
pub(super) fn finish(done: &str, moved: &Moved, printer: &Printer) -> Outcome {
    if printer.json {
        printer.document(true, &json!({ "id": moved.id, "outdir": moved.to }), &[])?;
        return Ok(true);
    }
    printer.status(&format!("{} {}\n", printer.paint("32", done), moved.to.display()));
    printer.result(&format!("{}\n", moved.id))?;
    Ok(true)
}
