//! `pagesbuild build --plugin`.

use std::path::Path;

use pagesbuild::pipeline;
use pagesbuild::project::Options;
use serde_json::json;

use super::Outcome;
use super::printer::{Printer, bytes, plural};

pub(super) fn run(options: &Options, outdir: Option<&Path>, printer: &Printer) -> Outcome {
    let (plugin, diagnostics) = pipeline::plugin(options, outdir)?;
    if printer.json {
        let result = plugin.as_ref().map_or(json!(null), |plugin| {
            json!({
                "outfile": plugin.outfile,
                "routes": plugin.routes,
                "modules": plugin.modules,
                "size": plugin.size,
            })
        });
        printer.document(plugin.is_some(), &result, &diagnostics)?;
        return Ok(plugin.is_some());
    }
    printer.diagnostics(&diagnostics);
    match &plugin {
        Some(plugin) => {
            let routes = plural(plugin.routes, "route");
            printer.status(&format!("{} {routes}, {}\n", plugin.outfile.display(), bytes(plugin.size)));
        }
        None => printer.verdict(&diagnostics),
    }
    Ok(plugin.is_some())
}
