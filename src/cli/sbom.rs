//! `pagesbuild sbom [VERSION]`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::pipeline;

use super::printer::Printer;
use super::{Global, Outcome, VersionArguments};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild sbom
  pagesbuild sbom dist -o bom.json
  pagesbuild sbom latest~1 --env production

The packages are those that the worker has code of, in the form of CycloneDX 1.6.";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(flatten)]
    version: VersionArguments,
    /// File to write [default: standard output]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    outfile: Option<PathBuf>,
}

pub(super) fn run(arguments: Arguments, global: &Global, printer: &Printer) -> Outcome {
    let Arguments { version, outfile } = arguments;
    let (version, options) = version.take(global);
    let bill = pipeline::sbom(&options, version.as_deref())?;
    printer.document_about(&bill, outfile.as_deref())
}
