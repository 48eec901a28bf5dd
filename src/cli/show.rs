//! `pagesbuild show VERSION`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::deployment::BuildFacts;
use pagesbuild::deployment::document::Unversioned;
use pagesbuild::pipeline::{self, Shown};
use serde_json::{Value, json};

use super::printer::{Printer, bytes, plural};
use super::versions::{action, commit, entry_to_json, environment, note, pin_to_json};
use super::{Global, Outcome, located};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild show latest
  pagesbuild show latest~1 --env production
  pagesbuild show 747d6636
  pagesbuild show dist --format json

VERSION is an id, the first characters of one, `latest`, `latest~N` or an output directory.";

/// How much of an id is shown beside other things.
const SHORT: usize = 8;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Version to show
    version: String,
    /// Directory of the project
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
}

pub(super) fn run(arguments: Arguments, global: &Global, printer: &Printer) -> Outcome {
    let options = located(arguments.directory, global);
    let shown = pipeline::show(&options, &arguments.version)?;
    if printer.json {
        printer.document(true, &to_json(&shown), &[])?;
    } else {
        printer.result(&summary(&shown, printer))?;
    }
    Ok(true)
}

fn facts(shown: &Shown) -> Option<BuildFacts> {
    shown.deployment.facts.as_deref().and_then(BuildFacts::parse)
}

/// Lines under one heading.
fn section(text: &mut String, heading: &str, lines: impl IntoIterator<Item = String>) {
    for (at, line) in lines.into_iter().enumerate() {
        let _ = writeln!(text, "  {:8}  {line}", if at == 0 { heading } else { "" });
    }
}

fn summary(shown: &Shown, printer: &Printer) -> String {
    let document = &shown.deployment.document;
    let mut text = String::new();
    let of = document.project.environment.as_ref().map_or(String::new(), |name| format!(" ({name})"));
    let _ = writeln!(text, "{}{of}", printer.paint("1", &document.project.name));
    section(&mut text, "id", [document.id.clone()]);
    let runtime = [document.runtime.compatibility_date.clone()];
    let runtime = runtime.into_iter().chain(document.runtime.compatibility_flags.iter().cloned());
    section(&mut text, "runtime", [runtime.collect::<Vec<String>>().join(", ")]);
    if !document.routes.is_empty() {
        section(&mut text, "routes", [document.routes.len().to_string()]);
    }
    let worker = document
        .code
        .iter()
        .map(|code| format!("{}, {}", plural(code.modules.len(), "module"), bytes(code.size)));
    section(&mut text, "worker", worker);
    let assets = document.assets.iter().map(|assets| {
        let size = assets.files.values().map(|asset| asset.size).sum();
        format!("{}, {}", plural(assets.files.len(), "file"), bytes(size))
    });
    section(&mut text, "assets", assets);
    let binding = |name: &str, kind: &str| format!("{name} {}", printer.paint("2", kind));
    section(&mut text, "bindings", document.bindings.iter().map(|one| binding(&one.name, &one.kind)));
    let outside = unversioned(&document.unversioned);
    section(
        &mut text,
        "outside",
        outside.into_iter().map(|(what, names)| format!("{what} {}", names.join(", "))),
    );
    if let Some(facts) = facts(shown) {
        let git = facts.inputs.git.as_ref().map_or(String::new(), |git| format!(", {}", commit(git)));
        section(&mut text, "built", [format!("{}{git}, pagesbuild {}", facts.time, facts.tool)]);
    }
    let given = shown.given.iter().map(|(name, entry, is_last)| {
        let last = if *is_last { ", the last one" } else { "" };
        let what = action(&entry.action, SHORT);
        format!("{} {} {what}{last}", environment(name.as_deref()), entry.time)
    });
    section(&mut text, "given", given);
    let kept = shown.kept.map_or("no".to_owned(), bytes);
    section(
        &mut text,
        "kept",
        [shown.pin.as_ref().map_or(kept.clone(), |pin| format!("{kept}, {}", note(pin)))],
    );
    text
}

/// What going back to a version does not bring back.
fn unversioned(all: &Unversioned) -> Vec<(&'static str, &[String])> {
    let mut kinds: Vec<(&str, &[String])> = vec![
        ("secrets", &all.secrets),
        ("migrations", &all.migrations),
        ("crons", &all.crons),
        ("queue consumers", &all.queue_consumers),
        ("routes", &all.routes),
        ("domains", &all.domains),
    ];
    kinds.retain(|(_, names)| !names.is_empty());
    kinds
}

fn to_json(shown: &Shown) -> Value {
    let document = &shown.deployment.document;
    let code = document.code.as_ref().map(|code| json!({ "size": code.size, "modules": code.modules.len() }));
    let assets = document.assets.as_ref().map(|assets| {
        let size: u64 = assets.files.values().map(|asset| asset.size).sum();
        json!({ "files": assets.files.len(), "size": size })
    });
    let given = shown.given.iter().map(|(name, entry, is_last)| {
        let mut value = entry_to_json(entry);
        value["environment"] = json!(name);
        value["current"] = json!(is_last);
        value
    });
    json!({
        "id": document.id,
        "project": document.project,
        "runtime": document.runtime,
        "code": code,
        "routes": document.routes.len(),
        "assets": assets,
        "bindings": document.bindings,
        "unversioned": document.unversioned,
        "digests": document.digests,
        "build": facts(shown),
        "given": given.collect::<Vec<_>>(),
        "kept": shown.kept,
        "pin": shown.pin.as_ref().map(pin_to_json),
    })
}
