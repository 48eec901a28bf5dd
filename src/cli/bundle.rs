//! `pagesbuild bundle ENTRY`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::pipeline::{self, BundleRequest};
use pagesbuild::project::Options;
use serde_json::json;

use super::printer::{Printer, bytes, plural};
use super::{CodeArguments, Global, Outcome};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild bundle src/index.ts --outfile worker.js
  pagesbuild bundle src/index.ts --minify --sourcemap --outfile worker.js
  pagesbuild bundle -C packages/api src/index.ts --compatibility-flag nodejs_compat > worker.js";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The module to start from, relative to the project's directory
    #[arg(value_hint = ValueHint::FilePath)]
    entry: PathBuf,
    /// Directory of the project
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
    /// File to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    outfile: Option<PathBuf>,
    /// Date of the runtime's behaviour
    #[arg(long, value_name = "YYYY-MM-DD")]
    compatibility_date: Option<String>,
    /// Runtime behaviour to switch on, on top of the configuration's; may be repeated
    #[arg(long = "compatibility-flag", value_name = "FLAG")]
    compatibility_flags: Vec<String>,
    #[command(flatten)]
    code: CodeArguments,
}

pub(super) fn run(arguments: Arguments, global: &Global, printer: &Printer) -> Outcome {
    let options = Options {
        directory: arguments.directory,
        config: global.config.clone(),
        environment: global.env.clone(),
        compatibility_date: arguments.compatibility_date,
        compatibility_flags: arguments.compatibility_flags,
        minify: arguments.code.minify,
        source_map: arguments.code.sourcemap,
        no_cache: arguments.code.no_cache,
        conditions: arguments.code.conditions,
        platform: arguments.code.platform.into(),
        ..Options::default()
    };
    let request = BundleRequest {
        entry: &arguments.entry,
        outfile: arguments.outfile.as_deref(),
        metafile: arguments.code.metafile.as_deref(),
    };
    let (bundle, diagnostics) = pipeline::bundle(&options, request)?;
    if printer.json {
        let result = bundle.as_ref().map_or(json!(null), |bundle| {
            json!({
                "outfile": arguments.outfile,
                "text": arguments.outfile.is_none().then_some(&bundle.main),
                "size": bundle.main.len(),
                "modules": bundle.sources,
                "exports": bundle.exports,
                "additional_modules": bundle.additional.iter().map(|module| json!({
                    "name": module.name,
                    "type": module.kind.name(),
                    "size": module.content.len(),
                })).collect::<Vec<_>>(),
            })
        });
        printer.document(bundle.is_some(), &result, &diagnostics)?;
        return Ok(bundle.is_some());
    }
    printer.diagnostics(&diagnostics);
    match (&bundle, &arguments.outfile) {
        (Some(bundle), Some(outfile)) => {
            let size = bytes(bundle.main.len() as u64);
            printer.status(&format!("{} {size}\n", outfile.display()));
        }
        (Some(bundle), None) => {
            if !bundle.additional.is_empty() {
                let count = plural(bundle.additional.len(), "more module");
                printer.status(&format!(
                    "{count} not written: name a file with `--outfile` to have them beside it\n"
                ));
            }
            printer.result(&bundle.main)?;
        }
        (None, _) => printer.verdict(&diagnostics),
    }
    Ok(bundle.is_some())
}
