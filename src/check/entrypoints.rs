//! Service bindings of a worker to itself.

use super::{Environment, Facts};
use crate::config::{Value, nearest};
use crate::diagnostic::{Code, Diagnostic};

/// Entrypoints that the worker does not export.
pub(super) fn missing(facts: &Facts<'_>, here: &Environment<'_>) -> Vec<Diagnostic> {
    let one = |binding: &Value| {
        let service = binding.get("service")?;
        let is_own = service.as_str() == Some(&facts.project.name) && binding.get("environment").is_none();
        let named = binding.get("entrypoint");
        let entrypoint = named.map_or(Some("default"), Value::as_str)?;
        if !is_own || facts.worker.may_export(entrypoint) {
            return None;
        }
        let message = format!(
            "the worker is bound to an entrypoint of its own that it does not export: `{entrypoint}`"
        );
        let diagnostic = Diagnostic::finding(Code::MissingEntrypoint, message);
        let diagnostic = diagnostic.at(&here.config.source, named.unwrap_or(service).span.clone(), "");
        let near = nearest(entrypoint, facts.worker.exports.iter().map(String::as_str));
        Some(match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help("export a class of this name that extends `WorkerEntrypoint`"),
        })
    };
    here.get("services").map_or(&[][..], Value::items).iter().filter_map(one).collect()
}
