//! `pagesbuild provision --ids FILE|-`.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use pagesbuild::diagnostic::Source;
use pagesbuild::error::Error;
use pagesbuild::pipeline;

use super::edited;
use super::printer::Printer;
use super::{Global, Outcome, located};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild provision --ids ids.json
  deployer --report | pagesbuild provision --ids - --dry-run

The ids are a list such as [{ \"name\": \"IMAGES\", \"resource\": \"0f2a...\" }]; a row can also have a `type`, as
deployment.json has it, and an `environment`.";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Directory of the project
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
    /// File with the identities of created resources; - is standard input
    #[arg(long, value_name = "FILE|-", value_hint = ValueHint::FilePath)]
    ids: PathBuf,
    /// Write nothing, and print what would be different
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(arguments: &Arguments, global: &Global, printer: &Printer) -> Outcome {
    let options = located(arguments.directory.clone(), global);
    let ids = read(&arguments.ids)?;
    let (edited, diagnostics) = pipeline::provision(&options, &ids)?;
    edited::finish(edited.as_ref(), &diagnostics, arguments.dry_run, printer)
}

fn read(path: &Path) -> Result<Source, Error> {
    if path == Path::new("-") {
        let mut text = String::new();
        let failed = |error| Error::io("read", Path::new("standard input"), error);
        io::stdin().lock().read_to_string(&mut text).map_err(failed)?;
        return Ok(Source::new("standard input", text));
    }
    let text = fs::read_to_string(path).map_err(|error| Error::io("read", path, error))?;
    Ok(Source::new(path.to_string_lossy(), text))
}
