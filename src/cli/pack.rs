//! `pagesbuild pack [VERSION]`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use pagesbuild::error::Error;
use pagesbuild::pipeline::{self, Moved};
use serde_json::json;

use super::printer::{Printer, bytes, plural};
use super::{Global, Outcome, located};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild pack
  pagesbuild pack latest --env production
  pagesbuild pack 1f2e3d4c --outfile release.zip
  pagesbuild pack --outfile - | ssh deployer 'cat > release.zip'

VERSION is a directory, an archive, an id, the first characters of one, `latest` or `latest~N`. The same version
gives the same bytes. The facts of its build (build.json) are left out.";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Version to pack [default: the project's output directory]
    #[arg(value_hint = ValueHint::AnyPath)]
    version: Option<String>,
    /// Archive to write; - is standard output [default: the name of the worker and the start of the id, as
    /// in site-1f2e3d4c.zip]
    #[arg(short, long, value_name = "FILE|-", value_hint = ValueHint::FilePath)]
    outfile: Option<PathBuf>,
    /// Directory of the project
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
}

pub(super) fn run(arguments: Arguments, global: &Global, printer: &Printer) -> Outcome {
    let options = located(arguments.directory, global);
    let version = arguments.version.as_deref();
    let file = arguments.outfile.as_deref();
    if file == Some(Path::new("-")) {
        if printer.json {
            let message = "`--outfile -` and `--format json` both want standard output".to_owned();
            return Err(Error::Usage(message));
        }
        // What goes to a pipe is known to be right before its first byte does.
        let failed = |error| Error::io("create", Path::new("a temporary file"), error);
        let mut packed = tempfile::tempfile().map_err(failed)?;
        let moved = pipeline::pack_to(&options, version, &mut packed)?;
        printer.copy(&mut packed)?;
        printer.status(&summary(&moved, printer));
        return Ok(true);
    }
    let moved = pipeline::pack(&options, version, file)?;
    if printer.json {
        let packed = moved.packed.map(|packed| (packed.files, packed.bytes, packed.size));
        let (files, bytes, size) = packed.unwrap_or_default();
        let result =
            json!({ "id": moved.id, "file": moved.to, "files": files, "bytes": bytes, "size": size });
        printer.document(true, &result, &[])?;
        return Ok(true);
    }
    printer.status(&summary(&moved, printer));
    printer.result(&format!("{}\n", moved.to.display()))?;
    Ok(true)
}

fn summary(moved: &Moved, printer: &Printer) -> String {
    let what = moved.packed.map_or_else(String::new, |packed| {
        format!(", {}, {} in {}", plural(packed.files, "file"), bytes(packed.bytes), bytes(packed.size))
    });
    format!("{} {}{what}\n", printer.paint("32", "packed"), moved.id)
}
