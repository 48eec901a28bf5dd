//! `pagesbuild export VERSION --outdir DIR`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::pipeline;

use super::printer::Printer;
use super::{Global, Outcome, located, unpack};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild export latest~1 --outdir before
  pagesbuild export 1f2e3d4c --outdir dist
  pagesbuild export latest --env production --outdir /srv/site

VERSION is an id, the first characters of one, `latest`, `latest~N`, a directory or an archive. The directory
appears whole or not at all. No log is written: `pagesbuild rollback` brings a version back for an environment.";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Version to write
    #[arg(value_hint = ValueHint::AnyPath)]
    version: String,
    /// Directory to write, which may hold another deployment
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    outdir: PathBuf,
    /// Directory of the project
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
}

pub(super) fn run(arguments: Arguments, global: &Global, printer: &Printer) -> Outcome {
    let options = located(arguments.directory, global);
    let moved = pipeline::export(&options, &arguments.version, &arguments.outdir)?;
    unpack::finish("exported", &moved, printer)
}
