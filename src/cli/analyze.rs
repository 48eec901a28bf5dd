//! `pagesbuild analyze [DIR]`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::analyze::{Analysis, Package, WorkerParts};
use pagesbuild::pipeline::{self, Placement};
use pagesbuild::project::Options;
use serde_json::json;

use super::printer::{Printer, bytes, plural};
use super::{Global, Outcome, ProjectArguments, project_options};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild analyze
  pagesbuild analyze site --minify --outfile sizes.html
  pagesbuild analyze --format json > sizes.json

The page needs no network and can be passed on. Its path goes to standard output.";

/// Most packages to list, which should fit on a screen.
const MAX_PACKAGES: usize = 10;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Directory of the project
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
    /// File to write the page to [default: analyze.html in the cache of the project]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    outfile: Option<PathBuf>,
    /// Look at short instead of readable code
    #[arg(long)]
    minify: bool,
    /// Compile everything anew, and keep nothing for later builds
    #[arg(long)]
    no_cache: bool,
    #[command(flatten)]
    project: ProjectArguments,
}

pub(super) fn run(arguments: Arguments, global: &Global, printer: &Printer) -> Outcome {
    let options = Options {
        minify: arguments.minify,
        no_cache: arguments.no_cache,
        ..project_options(arguments.directory, global, arguments.project, None)
    };
    let placement = match &arguments.outfile {
        Some(file) => Placement::File(file),
        None if printer.json => Placement::Nowhere,
        None => Placement::Cache,
    };
    let (analyzed, diagnostics) = pipeline::analyze(&options, placement)?;
    if printer.json {
        let result = analyzed.as_ref().map_or(json!(null), |analyzed| json!(analyzed.analysis));
        printer.document(analyzed.is_some(), &result, &diagnostics)?;
        return Ok(analyzed.is_some());
    }
    printer.diagnostics(&diagnostics);
    match &analyzed {
        Some(analyzed) => {
            printer.status(&summary(&analyzed.analysis, printer));
            if let Some(page) = &analyzed.page {
                printer.result(&format!("{}\n", page.display()))?;
            }
        }
        None => printer.verdict(&diagnostics),
    }
    Ok(analyzed.is_some())
}

fn summary(analysis: &Analysis, printer: &Printer) -> String {
    let mut text = String::new();
    let environment = analysis.environment.as_ref().map_or(String::new(), |name| format!(" ({name})"));
    let _ = writeln!(text, "{}{environment}", printer.paint("1", &analysis.project));
    if let Some(worker) = &analysis.worker {
        let used =
            worker.modules.iter().filter(|module| module.sizes.size > 0).count() + worker.additional.len();
        let size = format!("{}, {} gzip", bytes(worker.sizes.size), bytes(worker.sizes.gzip));
        let _ = writeln!(text, "  worker    {}, {size}", plural(used, "module"));
        let dropped: usize = worker.modules.iter().map(|module| module.dropped).sum();
        let _ = writeln!(text, "  dropped   {}", bytes(dropped as u64));
        for (at, (name, size)) in heaviest(worker).into_iter().take(MAX_PACKAGES).enumerate() {
            let head = if at == 0 { "packages" } else { "" };
            let _ = writeln!(text, "  {head:8}  {:>9}  {name}", bytes(size));
        }
    }
    if let Some(assets) = &analysis.assets {
        let size = format!("{}, {} gzip", bytes(assets.sizes.size), bytes(assets.sizes.gzip));
        let _ = writeln!(text, "  assets    {}, {size}", plural(assets.files.len(), "file"));
    }
    text
}

/// The packages with the most bytes in the worker, each with its version.
fn heaviest(worker: &WorkerParts) -> Vec<(String, u64)> {
    let mut sizes: Vec<u64> = vec![0; worker.packages.len()];
    let modules = worker.modules.iter().map(|module| (module.package, module.sizes.size));
    let additional = worker.additional.iter().map(|module| (module.package, module.sizes.size));
    for (package, size) in modules.chain(additional) {
        if let Some(sum) = package.and_then(|package| sizes.get_mut(package)) {
            *sum += size;
        }
    }
    let name = |package: &Package| match &package.version {
        Some(version) => format!("{} {version}", package.name),
        None => package.name.clone(),
    };
    let mut packages: Vec<(String, u64)> = worker.packages.iter().map(name).zip(sizes).collect();
    packages.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    packages
}
