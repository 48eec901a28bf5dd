//! `pagesbuild verify [VERSION]`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::deployment::{Finding, ReadError, Verified};
use pagesbuild::diagnostic::printable;
use pagesbuild::pipeline::{self, Judged, Place};
use pagesbuild::project::Options;
use serde_json::{Value, json};

use super::printer::{Printer, bytes, plural};
use super::{Global, Outcome, located};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild verify
  pagesbuild verify site-1f2e3d4c.zip
  pagesbuild verify latest~1 --env production
  pagesbuild verify /var/www/dist --format json
  pagesbuild verify --store

VERSION is a directory, an archive, an id, the first characters of one, `latest` or `latest~N`. Every file is
read. The exit code is 1 when anything differs.";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Version to verify [default: the project's output directory]
    #[arg(value_hint = ValueHint::AnyPath)]
    version: Option<String>,
    /// Verify everything that was kept: all versions, logs and pins
    #[arg(long, conflicts_with = "version")]
    store: bool,
    /// Directory of the project
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
}

pub(super) fn run(arguments: Arguments, global: &Global, printer: &Printer) -> Outcome {
    let options = located(arguments.directory, global);
    if arguments.store {
        return whole_store(&options, printer);
    }
    let judged = pipeline::verify(&options, arguments.version.as_deref())?;
    let ok = judged.outcome.is_ok();
    if printer.json {
        printer.document(ok, &to_json(&judged), &[])?;
        return Ok(ok);
    }
    match &judged.outcome {
        Ok(verified) => {
            for [one, other] in &verified.alike {
                let names = format!("`{}` and `{}`", printable(one), printable(other));
                let label = printer.paint("36", "note");
                printer
                    .status(&format!("{label}: {names} are one name where upper and lower case are alike\n"));
            }
            let label = printer.paint("32", "whole");
            printer.result(&format!("{label}: {}\n", contents(&judged.name, verified)))?;
        }
        Err(findings) => {
            let mut text = String::new();
            for finding in findings {
                let _ = writeln!(text, "{finding}");
            }
            let label = printer.paint("31;1", "differs");
            let _ = writeln!(text, "{label}: {}, {}", judged.name, plural(findings.len(), "finding"));
            printer.result(&text)?;
            let label = printer.paint("36", "help");
            let mut help = format!("{label}: {}\n", advice(&judged, findings));
            for damaged in &judged.damaged {
                let _ = writeln!(help, "  {}", damaged.display());
            }
            printer.status(&help);
        }
    }
    Ok(ok)
}

fn whole_store(options: &Options, printer: &Printer) -> Outcome {
    let (directory, outcome) = pipeline::check_store(options)?;
    let ok = outcome.is_ok();
    if printer.json {
        let checked = outcome.as_ref().ok();
        let wrong = outcome.as_ref().err().map_or(&[][..], Vec::as_slice);
        let result = json!({
            "store": directory,
            "versions": checked.map(|checked| checked.versions),
            "files": checked.map(|checked| checked.objects),
            "bytes": checked.map(|checked| checked.bytes),
            "findings": wrong.iter().map(ToString::to_string).collect::<Vec<_>>(),
        });
        printer.document(ok, &result, &[])?;
        return Ok(ok);
    }
    let place = directory.display();
    let text = match outcome {
        Ok(checked) => {
            let versions = plural(checked.versions, "version");
            let files = format!("{}, {}", plural(checked.objects, "file"), bytes(checked.bytes));
            format!("{}: {place}, {versions}, {files}\n", printer.paint("32", "whole"))
        }
        Err(wrong) => {
            let lines: String = wrong.iter().map(|error| format!("{error}\n")).collect();
            let count = plural(wrong.len(), "finding");
            format!("{lines}{}: {place}, {count}\n", printer.paint("31;1", "damaged"))
        }
    };
    printer.result(&text)?;
    Ok(ok)
}

fn contents(name: &str, verified: &Verified) -> String {
    let id = &verified.document.id;
    let place = if name == id { String::new() } else { format!("{name}, ") };
    format!("{place}{id}, {}, {}", plural(verified.files, "file"), bytes(verified.bytes))
}

/// What to do about it.
fn advice(judged: &Judged, findings: &[Finding]) -> &'static str {
    let is_newer = |finding: &Finding| matches!(finding, Finding::Document(ReadError::Format(format)) if format.starts_with("pagesbuild."));
    if findings.iter().any(is_newer) {
        return "another version of pagesbuild wrote it; verify it with that one";
    }
    let is_pack = |path: &PathBuf| path.parent().is_some_and(|parent| parent.ends_with("packs"));
    match judged.place {
        Place::Directory if findings.iter().all(|finding| matches!(finding, Finding::Extra(_))) => {
            "remove what belongs to no deployment, or build again"
        }
        Place::Directory => "build again, or write a version that is kept with `pagesbuild export`",
        Place::Archive => "use nothing of it; get it again from where it was packed",
        Place::Store if judged.damaged.is_empty() => {
            "build from the same commit to have what is missing again"
        }
        Place::Store if judged.damaged.iter().any(is_pack) => {
            "remove these damaged files, in which other versions can have contents too, and build from the same commits to have them again:"
        }
        Place::Store => "remove these damaged files, and build from the same commit to have them again:",
    }
}

fn to_json(judged: &Judged) -> Value {
    let place = match judged.place {
        Place::Directory => "directory",
        Place::Archive => "archive",
        Place::Store => "store",
    };
    let verified = judged.outcome.as_ref().ok();
    let findings = judged.outcome.as_ref().err().map_or(&[][..], Vec::as_slice);
    let finding = |finding: &Finding| json!({ "kind": finding.kind(), "path": finding.path(), "message": finding.to_string() });
    json!({
        "version": judged.name,
        "place": place,
        "id": verified.map(|verified| &verified.document.id),
        "project": verified.map(|verified| &verified.document.project.name),
        "environment": verified.and_then(|verified| verified.document.project.environment.as_ref()),
        "files": verified.map(|verified| verified.files),
        "bytes": verified.map(|verified| verified.bytes),
        "alike": verified.map_or(&[][..], |verified| &verified.alike),
        "findings": findings.iter().map(finding).collect::<Vec<_>>(),
        "help": (!findings.is_empty()).then(|| advice(judged, findings)),
        "damaged": judged.damaged,
    })
}
