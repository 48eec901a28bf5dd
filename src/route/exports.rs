//! Which exports are handlers, and which look as if they were meant to be.
//!
//! Names come in, methods and diagnostics come out. The names are those of the Pages runtime; nothing else is
//! ever called.

use super::FunctionExports;
use crate::diagnostic::{Code, Diagnostic};

const METHODS: [&str; 7] = ["Get", "Post", "Put", "Patch", "Delete", "Options", "Head"];

/// The method that an export answers: `Some(None)` for all of them, `None` when it is no handler.
pub(super) fn method(export: &str) -> Option<Option<String>> {
    let suffix = export.strip_prefix("onRequest")?;
    if suffix.is_empty() {
        return Some(None);
    }
    METHODS.contains(&suffix).then(|| Some(suffix.to_ascii_uppercase()))
}

/// The files that export no handler, in the order given.
///
/// Some of them are modules that other functions import; a caller that knows the imports can tell them from
/// mistakes, and report the rest with [`no_handlers`].
pub fn without_handlers(functions: &[FunctionExports]) -> Vec<&str> {
    let none = |function: &&FunctionExports| !function.exports.iter().any(|export| method(export).is_some());
    functions.iter().filter(none).map(|function| function.file.as_str()).collect()
}

/// Whether a file exports something that was probably meant to be a handler.
pub fn has_near_miss(function: &FunctionExports) -> bool {
    function.exports.iter().any(|export| nearest(export).is_some())
}

/// What to say about a file that exports no handler. `directory` is the functions directory as the user would
/// name it.
pub fn no_handlers(directory: &str, function: &FunctionExports) -> Diagnostic {
    let near = function.exports.iter().find_map(|export| Some((export, nearest(export)?)));
    let help = match near {
        Some((export, name)) => format!("`{export}` is never called; did you mean `{name}`?"),
        None if function.exports.iter().any(|export| export == "default") => {
            "a default export is never called: name it, as in `export function onRequest(context) {}`"
                .to_owned()
        }
        None => {
            "export `onRequest`, or `onRequestGet` and so on for one method; a file that others import can \
                 stand outside of the functions directory"
                .to_owned()
        }
    };
    Diagnostic::warning(Code::NoHandlers, "no handler is exported, so nothing answers here")
        .file(format!("{directory}/{}", function.file))
        .help(help)
}

/// Warnings for the exports of a file that does have handlers but also something like one.
pub(super) fn near_misses(path: &str, function: &FunctionExports) -> Vec<Diagnostic> {
    if !function.exports.iter().any(|export| method(export).is_some()) {
        return Vec::new();
    }
    let warning = |export: &String| {
        let name = nearest(export)?;
        let message = format!("`{export}` is never called");
        let help = format!("did you mean `{name}`?");
        Some(Diagnostic::warning(Code::UnknownHandler, message).file(path).help(help))
    };
    let default = function.exports.iter().any(|export| export == "default").then(|| {
        Diagnostic::warning(Code::UnknownHandler, "the default export is never called")
            .file(path)
            .help("only `onRequest` and `onRequestGet` and so on are handlers: name it, or remove it")
    });
    function.exports.iter().filter_map(warning).chain(default).collect()
}

/// The handler's name that a name other than a handler's was probably meant to be.
fn nearest(export: &str) -> Option<String> {
    if method(export).is_some() {
        return None;
    }
    let lower = export.to_ascii_lowercase();
    let names = std::iter::once("").chain(METHODS).map(|suffix| format!("onRequest{suffix}"));
    let distance = |name: &String| strsim::damerau_levenshtein(&lower, &name.to_ascii_lowercase());
    let closest = names.min_by_key(distance)?;
    let short = METHODS.iter().find(|suffix| lower == format!("on{}", suffix.to_ascii_lowercase()));
    if let Some(suffix) = short {
        return Some(format!("onRequest{suffix}"));
    }
    (lower.starts_with("onrequest") || distance(&closest) <= 2).then_some(closest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_recognised() {
        for (export, expected) in [
            ("onrequest", Some("onRequest")),
            ("onRequestget", Some("onRequestGet")),
            ("onRequestHEAD", Some("onRequestHead")),
            ("onGet", Some("onRequestGet")),
            ("onDelete", Some("onRequestDelete")),
            ("onReqest", Some("onRequest")),
            ("onRequestGet", None),
            ("handler", None),
            ("config", None),
            ("once", None),
        ] {
            assert_eq!(nearest(export).as_deref(), expected, "{export}");
        }
    }
}
