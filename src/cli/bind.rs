//! `pagesbuild bind KIND NAME [FIELD=VALUE]...`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::config::Request;
use pagesbuild::pipeline::{self, BindRequest};

use super::edited;
use super::printer::Printer;
use super::{Global, Outcome, located};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild bind kv IMAGES
  pagesbuild bind r2 PHOTOS bucket_name=photos --env production
  pagesbuild bind durable-object COUNTER class_name=Counter
  pagesbuild bind var HOST value=example.com --all-envs
  pagesbuild bind secret STRIPE_KEY --dry-run

A resource without an identity is created when the deployment is. The lines that were added go to standard
output.";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Kind of the binding: kv, r2, d1, durable-object, queue, service, ai, var, secret ... or a key of the
    /// configuration file
    kind: String,
    /// Name on `env`
    name: String,
    /// Fields of the binding, as the configuration file has them; a dot leads into a table
    #[arg(value_name = "FIELD=VALUE")]
    fields: Vec<String>,
    /// Directory of the project
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
    /// Add it to the top level and to every environment that does not have it
    #[arg(long)]
    all_envs: bool,
    /// Make a `wrangler.jsonc` where there is no configuration file
    #[arg(long)]
    create: bool,
    /// Write nothing, and print what would be different
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(arguments: &Arguments, global: &Global, printer: &Printer) -> Outcome {
    let options = located(arguments.directory.clone(), global);
    let binding = Request { kind: &arguments.kind, name: &arguments.name, fields: &arguments.fields };
    let request = BindRequest { binding, all_environments: arguments.all_envs, create: arguments.create };
    let (edited, diagnostics) = pipeline::bind(&options, request)?;
    edited::finish(edited.as_ref(), &diagnostics, arguments.dry_run, printer)
}
