//! What a project wants of diagnostics: `pagesbuild.diagnostics` in the `package.json` that is nearest.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

use super::display;
use crate::config::{Entry, Value, nearest, parse_json};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Level, Levels, Source};

/// Makes the diagnostics weigh what the command line and the project say.
pub(super) fn govern(given: &Levels, root: &Path, diagnostics: &mut Diagnostics) {
    let read = |directory: &Path| {
        let file = directory.join("package.json");
        fs::read_to_string(&file).ok().map(|text| Source::new(display(root, &file), text))
    };
    let source = root.ancestors().find_map(read);
    let (kept, problems) = source.as_ref().map(levels).unwrap_or_default();
    diagnostics.govern(Levels { kept, ..given.clone() });
    diagnostics.extend(problems);
}

/// The levels that a manifest holds, and what is wrong with them.
fn levels(source: &Source) -> (BTreeMap<Code, Level>, Vec<Diagnostic>) {
    let manifest = parse_json(source);
    let settings = manifest.as_ref().and_then(|manifest| manifest.get("pagesbuild"));
    let mut levels = BTreeMap::new();
    let mut problems = Vec::new();
    for setting in settings.map_or(&[][..], Value::entries) {
        if setting.key != "diagnostics" {
            let message = format!("`pagesbuild.{}` is not a known setting", setting.key);
            let problem = Diagnostic::warning(Code::UnknownKey, message);
            problems.push(problem.at(source, setting.key_span.clone(), "").help("it can have `diagnostics`"));
        }
        for entry in setting.value.entries().iter().filter(|_| setting.key == "diagnostics") {
            match level(source, entry) {
                Ok((code, level)) => _ = levels.insert(code, level),
                Err(problem) => problems.push(*problem),
            }
        }
    }
    (levels, problems)
}

fn level(source: &Source, entry: &Entry) -> Result<(Code, Level), Box<Diagnostic>> {
    let problem = |message: String, span: &Range<usize>, help: String| {
        let diagnostic = Diagnostic::warning(Code::InvalidLevel, message);
        Box::new(diagnostic.at(source, span.clone(), "").help(help))
    };
    let Some(code) = Code::ALL.iter().find(|code| code.as_str() == entry.key) else {
        let help = match nearest(&entry.key, Code::ALL.iter().map(|code| code.as_str())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`docs/diagnostics.md` lists them".to_owned(),
        };
        return Err(problem(format!("there is no diagnostic `{}`", entry.key), &entry.key_span, help));
    };
    let written = entry.value.as_str();
    let Some((_, level)) = Level::ALL.into_iter().find(|(name, _)| Some(*name) == written) else {
        let names = Level::ALL.map(|(name, _)| format!("`{name}`")).join(", ");
        let message = format!("`{}` cannot have this level", entry.key);
        return Err(problem(message, &entry.value.span, format!("write one of {names}")));
    };
    Ok((*code, level))
}
