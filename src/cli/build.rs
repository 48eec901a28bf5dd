//! `pagesbuild build [DIR]`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::pipeline::{self, BuildRequest, Built, Chosen, Serving, Skew};
use pagesbuild::project::{self, Options};
use serde_json::{Value, json};

use super::bindings;
use super::levels::LevelArguments;
use super::plugin;
use super::printer::{Printer, bytes, plural};
use super::progress::watched;
use super::{CodeArguments, Global, Outcome, ProjectArguments, project_options};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild build
  pagesbuild build site --env production --minify --sourcemap
  pagesbuild build --assets public --name my-site --compatibility-date 2026-09-01
  pagesbuild build --env all
  pagesbuild build --plugin --outdir dist
  wrangler deploy -c dist/wrangler.json

The deployment appears whole or not at all. Its id, a hash of everything in it, goes to standard output.";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Directory of the project
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
    /// Directory to write [default: dist in the project's directory, or deployment where dist holds the
    /// static files]
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    outdir: Option<PathBuf>,
    /// Build a Pages plugin: the functions as one module, for other projects to mount
    #[arg(long, conflicts_with = "metafile")]
    plugin: bool,
    /// Do not keep this version for `versions`, `diff` and `rollback`
    #[arg(long)]
    no_store: bool,
    /// Publish the hashed files of this many earlier versions along, for pages that are still open
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "no_store")]
    keep_assets: usize,
    #[command(flatten)]
    project: ProjectArguments,
    #[command(flatten)]
    code: CodeArguments,
    #[command(flatten)]
    levels: LevelArguments,
}

pub(super) fn run(arguments: Arguments, global: &Global, printer: &Printer) -> Outcome {
    let options = Options {
        levels: arguments.levels.levels(),
        plan: arguments.levels.plan(),
        keep_assets: arguments.keep_assets,
        ..project_options(arguments.directory, global, arguments.project, Some(&arguments.code))
    };
    if arguments.plugin {
        return plugin::run(&options, arguments.outdir.as_deref(), printer);
    }
    let request = BuildRequest {
        outdir: arguments.outdir.as_deref(),
        metafile: arguments.code.metafile.as_deref(),
        store: !arguments.no_store,
    };
    let all = project::asks_for_all(&options)?;
    let (built, diagnostics) = watched(printer, &options.progress, || match all {
        true => pipeline::build_all(&options, request),
        false => pipeline::build(&options, request)
            .map(|(built, diagnostics)| (built.map(|built| vec![built]), diagnostics)),
    })?;
    if printer.json {
        let result = built.as_ref().map_or(json!(null), |built| match built.as_slice() {
            [one] if !all => to_json(one),
            several => several.iter().map(to_json).collect(),
        });
        printer.document(built.is_some(), &result, &diagnostics)?;
        return Ok(built.is_some());
    }
    printer.diagnostics(&diagnostics);
    match &built {
        Some(built) => {
            let summaries: Vec<String> = built.iter().map(|built| summary(built, printer)).collect();
            printer.status(&summaries.join("\n"));
            printer.result(&built.iter().map(|built| line(built, all)).collect::<String>())?;
        }
        None => printer.verdict(&diagnostics),
    }
    Ok(built.is_some())
}

/// The id, which among several says whose it is.
fn line(built: &Built, all: bool) -> String {
    match built.environment.as_ref().filter(|_| all) {
        Some(name) => format!("{} {name}\n", built.id),
        None => format!("{}\n", built.id),
    }
}

fn to_json(built: &Built) -> Value {
    json!({
        "id": built.id,
        "outdir": built.outdir,
        "project": built.name,
        "environment": built.environment,
        "assumptions": built.assumptions,
        "routes": built.routes,
        "modules": built.modules,
        "code": { "size": built.code_size, "gzip": built.code_gzip },
        "assets": { "files": built.assets, "size": built.asset_size },
        "serving": built.serving.as_ref().map(|serving| json!({
            "html_handling": chosen(&serving.html_handling),
            "not_found_handling": chosen(&serving.not_found_handling),
        })),
        "bindings": bindings::to_json(&built.bindings),
        "skew": {
            "previous": built.skew.previous,
            "dropped": built.skew.dropped,
            "carried": built.skew.carried,
        },
    })
}

fn chosen(chosen: &Chosen) -> Value {
    json!({ "value": chosen.value, "because": chosen.because })
}

fn summary(built: &Built, printer: &Printer) -> String {
    let mut text = String::new();
    for assumption in &built.assumptions {
        let _ = writeln!(text, "{} {assumption}", printer.paint("36", "assumed:"));
    }
    let environment = built.environment.as_ref().map_or(String::new(), |name| format!(" ({name})"));
    let _ = writeln!(text, "{}{environment}", printer.paint("1", &built.name));
    if built.routes > 0 {
        let _ = writeln!(text, "  routes    {}", built.routes);
    }
    if !built.modules.is_empty() {
        let size = format!("{}, {} gzip", bytes(built.code_size), bytes(built.code_gzip));
        let _ = writeln!(text, "  worker    {}, {size}", plural(built.modules.len(), "module"));
        if printer.verbose {
            for module in &built.modules {
                let _ = writeln!(text, "            {module}");
            }
        }
    }
    if built.assets > 0 {
        let _ = writeln!(text, "  assets    {}, {}", plural(built.assets, "file"), bytes(built.asset_size));
    }
    if let Some(Serving { html_handling: html, not_found_handling: not_found }) = &built.serving {
        let why = match html.because == not_found.because {
            true => format!("; html: {} ({})", html.value, html.because),
            false => format!(", {}; html: {}, {}", not_found.because, html.value, html.because),
        };
        let _ = writeln!(text, "  serving   not found: {}{why}", not_found.value);
    }
    text.push_str(&skew(&built.skew, printer));
    text.push_str(&bindings::lines(&built.bindings, printer));
    let _ = writeln!(text, "  id        {}", built.id);
    let seconds = built.elapsed.as_secs_f64();
    let done = printer.paint("32", "built");
    let _ = writeln!(text, "{done} {} in {seconds:.2} s", built.outdir.display());
    text
}

/// What pages that are open now can go on loading.
fn skew(skew: &Skew, printer: &Printer) -> String {
    let mut text = String::new();
    if !skew.carried.is_empty() {
        let files = plural(skew.carried.len(), "hashed file");
        let _ = writeln!(text, "  carried   {files} of earlier versions");
    }
    if let (Some(previous), false) = (&skew.previous, skew.dropped.is_empty()) {
        let (files, id) = (plural(skew.dropped.len(), "hashed file"), previous.get(..8).unwrap_or(previous));
        let _ = writeln!(
            text,
            "  dropped   {files} of {id}, which pages that are open may load (`--keep-assets 1` carries them along)"
        );
    }
    if printer.verbose {
        for (what, path) in
            skew.carried.iter().map(|path| ("+", path)).chain(skew.dropped.iter().map(|path| ("-", path)))
        {
            let _ = writeln!(text, "            {what} {path}");
        }
    }
    text
}
