//! `pagesbuild versions`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::deployment::Git;
use pagesbuild::pipeline::{self, Versions};
use pagesbuild::store::{Action, Entry, Pin};
use serde_json::{Value, json};

use super::printer::{Printer, bytes};
use super::{Global, Outcome, located};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild versions
  pagesbuild versions --env production
  pagesbuild versions -C site --format json

Newest first. An asterisk marks what an environment was given last.";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Directory of the project
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
}

pub(super) fn run(arguments: Arguments, global: &Global, printer: &Printer) -> Outcome {
    let options = located(arguments.directory, global);
    let versions = pipeline::versions(&options)?;
    if printer.json {
        printer.document(true, &to_json(&versions), &[])?;
        return Ok(true);
    }
    let text = listed(&versions, printer);
    match text.is_empty() {
        true => printer.status("no version was kept yet; `pagesbuild build` keeps one\n"),
        false => printer.result(&text)?,
    }
    Ok(true)
}

/// What an environment is called, `None` being the top level.
pub(super) fn environment(name: Option<&str>) -> &str {
    name.unwrap_or("top level")
}

/// Where the project stood, for people.
pub(super) fn commit(git: &Git) -> String {
    let short = git.commit.get(..8).unwrap_or(&git.commit);
    let branch = git.branch.as_ref().map_or(String::new(), |branch| format!(" {branch}"));
    format!("{short}{branch}{}", if git.dirty { ", changed" } else { "" })
}

/// How an environment got a version, for people.
pub(super) fn action(action: &Action, short: usize) -> String {
    match action {
        Action::Build => "build".to_owned(),
        Action::Rollback => "rollback".to_owned(),
        Action::Promote(from) => format!("promote {}", from.get(..short).unwrap_or(from)),
    }
}

/// What was written to a pin, on one line.
pub(super) fn note(pin: &Pin) -> String {
    let note = pin.note.iter().map(|note| note.replace(char::is_control, " "));
    note.fold("pinned".to_owned(), |pinned, note| format!("{pinned}: {note}"))
}

const HEADER: [&str; 6] = ["  ID", "WHEN", "ACTION", "COMMIT", "SIZE", ""];

fn listed(versions: &Versions, printer: &Printer) -> String {
    let mut sections: Vec<(String, Vec<[String; 6]>)> = Vec::new();
    let mut shown = Vec::new();
    for (name, log) in versions.logs.iter().filter(|(_, log)| !log.is_empty()) {
        let last = log.len() - 1;
        let rows = log.iter().enumerate().rev().map(|(at, entry)| row(versions, entry, at == last));
        sections.push((environment(name.as_deref()).to_owned(), rows.collect()));
        shown.extend(log.iter().map(|entry| &entry.id));
    }
    let bare = |id: &String| bare_row(versions, id);
    let unlogged: Vec<_> = versions.unlogged.iter().map(bare).collect();
    shown.extend(&versions.unlogged);
    let pinned: Vec<_> = versions.pins.keys().filter(|id| !shown.contains(id)).map(bare).collect();
    sections.push(("in no log".to_owned(), unlogged));
    sections.push(("pinned elsewhere".to_owned(), pinned));
    sections.retain(|(_, rows)| !rows.is_empty());
    let header = HEADER.map(str::to_owned);
    let rows = sections.iter().flat_map(|(_, rows)| rows).chain([&header]);
    let mut widths = [0; 6];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |row: &[String; 6]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("{}\n", cells.collect::<Vec<String>>().join("  ").trim_end())
    };
    let mut texts = Vec::new();
    for (title, rows) in &sections {
        let rows: String = rows.iter().map(line).collect();
        texts.push(format!("{}\n{}{rows}", printer.paint("1", title), printer.paint("2", &line(&header))));
    }
    texts.join("\n")
}

fn row(versions: &Versions, entry: &Entry, is_last: bool) -> [String; 6] {
    let [id, .., size, remark] = bare_row(versions, &entry.id);
    let mark = if is_last { "*" } else { " " };
    [
        format!("{mark}{}", id.get(1..).unwrap_or(&id)),
        entry.time.replace(['T', 'Z'], " ").trim_end().to_owned(),
        action(&entry.action, versions.short),
        entry.git.as_ref().map_or_else(String::new, commit),
        size,
        remark,
    ]
}

/// What is known of a version apart from any log.
fn bare_row(versions: &Versions, id: &str) -> [String; 6] {
    let size = versions.sizes.get(id);
    let remark = match versions.pins.get(id) {
        Some(pin) => note(pin),
        None if size.is_none() => "removed by gc".to_owned(),
        None => String::new(),
    };
    [
        format!("  {}", id.get(..versions.short).unwrap_or(id)),
        String::new(),
        String::new(),
        String::new(),
        size.map_or_else(String::new, |size| bytes(*size)),
        remark,
    ]
}

fn to_json(versions: &Versions) -> Value {
    let pin = |id: &str| versions.pins.get(id).map(pin_to_json);
    let entry = |entry: &Entry, is_last: bool| {
        let mut value = entry_to_json(entry);
        value["current"] = json!(is_last);
        value["removed"] = json!(!versions.sizes.contains_key(&entry.id));
        value["size"] = json!(versions.sizes.get(&entry.id));
        value["pin"] = json!(pin(&entry.id));
        value
    };
    let log = |(name, log): &(Option<String>, Vec<Entry>)| {
        let entries = log.iter().enumerate().rev().map(|(at, one)| entry(one, at + 1 == log.len()));
        let current = log.last().map(|entry| &entry.id);
        json!({ "environment": name, "current": current, "entries": entries.collect::<Vec<_>>() })
    };
    let bare = |id: &String| json!({ "id": id, "size": versions.sizes.get(id), "pin": pin(id) });
    json!({
        "environments": versions.logs.iter().map(log).collect::<Vec<_>>(),
        "unlogged": versions.unlogged.iter().map(bare).collect::<Vec<_>>(),
        "pinned": versions.pins.keys().map(bare).collect::<Vec<_>>(),
    })
}

/// An entry of a log for programs.
pub(super) fn entry_to_json(entry: &Entry) -> Value {
    let (action, from) = match &entry.action {
        Action::Build => ("build", None),
        Action::Rollback => ("rollback", None),
        Action::Promote(from) => ("promote", Some(from)),
    };
    json!({
        "id": entry.id,
        "time": entry.time,
        "action": action,
        "from": from,
        "git": entry.git,
        "tool": entry.tool,
    })
}

/// A pin for programs.
pub(super) fn pin_to_json(pin: &Pin) -> Value {
    json!({ "time": pin.time, "note": pin.note })
}
