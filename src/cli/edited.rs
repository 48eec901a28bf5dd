//! What commands have in common that change the configuration file.

use pagesbuild::config::Edited;
use pagesbuild::diagnostic::Diagnostic;
use pagesbuild::error::Error;
use serde_json::{Value, json};

use super::Outcome;
use super::printer::{Printer, plural};

/// Writes the file, unless it is only asked what would be different, and says what is.
pub(super) fn finish(
    edited: Option<&Edited>,
    diagnostics: &[Diagnostic],
    dry_run: bool,
    printer: &Printer,
) -> Outcome {
    if let Some(edited) = edited.filter(|edited| edited.is_changed() && !dry_run) {
        edited.save()?;
    }
    if printer.json {
        let result = edited.map_or(json!(null), |edited| to_json(edited, dry_run));
        printer.document(edited.is_some(), &result, diagnostics)?;
        return Ok(edited.is_some());
    }
    printer.diagnostics(diagnostics);
    let Some(edited) = edited else {
        printer.verdict(diagnostics);
        return Ok(false);
    };
    say(edited, dry_run, printer)?;
    Ok(true)
}

/// Says what is different: the new lines, or the whole difference where nothing was written.
pub(super) fn say(edited: &Edited, dry_run: bool, printer: &Printer) -> Result<(), Error> {
    let path = edited.config.source.path();
    if !edited.is_changed() {
        printer.status(&format!("{path} says it already\n"));
    } else if dry_run {
        printer.result(&edited.diff())?;
    } else {
        let mut added = edited.added();
        // Lines that only hold others apart do so between any two.
        added.dedup_by(|(_, line), (_, before)| line.is_empty() && before.is_empty());
        let lines = added.iter().skip_while(|(_, line)| line.is_empty());
        let (first, text) = lines.fold((None, String::new()), |(first, text), (at, line)| {
            (first.or(Some(*at)), format!("{text}{line}\n"))
        });
        let count = added.iter().filter(|(_, line)| !line.is_empty()).count();
        printer.status(&format!("{path}:{}: {}\n", first.unwrap_or(1), plural(count, "new line")));
        printer.result(&format!("{}\n", text.trim_end()))?;
    }
    Ok(())
}

/// The same for programs.
pub(super) fn to_json(edited: &Edited, dry_run: bool) -> Value {
    let added = edited.added();
    json!({
        "file": edited.config.path,
        "written": edited.is_changed() && !dry_run,
        "added": added.iter().map(|(line, text)| json!({ "line": line, "text": text })).collect::<Vec<_>>(),
        "diff": edited.diff(),
    })
}
