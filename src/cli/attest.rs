//! `pagesbuild attest [VERSION]`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::pipeline::{self, AttestRequest};

use super::printer::Printer;
use super::{Global, Outcome, VersionArguments};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild attest -o provenance.json
  pagesbuild attest dist --builder-id https://github.com/actions/runner/github-hosted
  pagesbuild attest --archive site.zip -o provenance.json

The statement is not signed: that is for cosign and the like. What is not known is said on standard error.";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(flatten)]
    version: VersionArguments,
    /// URI of the platform that ran the build [default: only the tool is named]
    #[arg(long, value_name = "URI")]
    builder_id: Option<String>,
    /// Archive of the version, to be named in the statement too
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    archive: Option<PathBuf>,
    /// File to write [default: standard output]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    outfile: Option<PathBuf>,
}

pub(super) fn run(arguments: Arguments, global: &Global, printer: &Printer) -> Outcome {
    let Arguments { version, builder_id, archive, outfile } = arguments;
    let (version, options) = version.take(global);
    let request = AttestRequest { builder: builder_id.as_deref(), archive: archive.as_deref() };
    let attested = pipeline::attest(&options, version.as_deref(), request)?;
    for unknown in &attested.unknown {
        printer.status(&format!("{}: {unknown}\n", printer.paint("36", "note")));
    }
    printer.document_about(&attested.statement, outfile.as_deref())
}
