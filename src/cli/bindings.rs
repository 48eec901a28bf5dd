//! The bindings of an environment, name and kind, in summaries and for programs.

use std::fmt::Write;

use serde_json::{Value, json};

use super::printer::Printer;

/// Most bindings to list in a summary, which should fit on a screen.
const SHOWN: usize = 30;

/// Lines of a summary.
pub(super) fn lines(bindings: &[(String, String)], printer: &Printer) -> String {
    let mut text = String::new();
    let shown = if printer.verbose { bindings.len() } else { SHOWN };
    for (at, (name, kind)) in bindings.iter().take(shown).enumerate() {
        let head = if at == 0 { "bindings" } else { "" };
        let _ = writeln!(text, "  {head:8}  {name} {}", printer.paint("2", kind));
    }
    if bindings.len() > shown {
        let _ = writeln!(text, "            and {} more (`-v` shows all)", bindings.len() - shown);
    }
    text
}

pub(super) fn to_json(bindings: &[(String, String)]) -> Value {
    bindings.iter().map(|(name, kind)| json!({ "name": name, "kind": kind })).collect()
}
