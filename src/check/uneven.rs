//! Names that other environments declare and this one does not.

use std::collections::BTreeSet;
use std::ops::Range;

use super::names::{self, Name};
use super::{Environment, Facts};
use crate::diagnostic::{Code, Diagnostic};

/// All of them in one diagnostic, as far as nothing else says it: what the top level has is said to be not inherited, and
/// what is used as a resource is said to be undeclared.
pub(super) fn lacking(facts: &Facts<'_>, here: &Environment<'_>, used: &[Name<'_>]) -> Option<Diagnostic> {
    let declared = names::declared(facts, Some(here));
    let others = facts.project.environments();
    // A top level without declarations is what environments share.
    if here.name.is_none() && here.declarations().is_empty() {
        return None;
    }
    let mut missing = Vec::new();
    let mut diagnostic = Diagnostic::finding(Code::UnevenEnvironments, "");
    if let Some(table) = here.table {
        diagnostic = diagnostic.at(&here.config.source, table.key_span.clone(), "not in here");
    }
    let of_top = others.iter().filter(|top| top.name.is_none() && here.name.is_some());
    let inherited: BTreeSet<&str> = of_top.flat_map(names_of).map(|(name, _)| name).collect();
    for other in others.iter().filter(|other| other.name.is_some() && other.name != here.name) {
        for (name, span) in names_of(other) {
            let matters = match used.iter().find(|used| used.name == name) {
                Some(used) => used.is_value() && !used.is_optional(),
                None => !facts.uses.escapes.is_empty(),
            };
            let is_said = declared.contains(name) || inherited.contains(name) || missing.contains(&name);
            if matters && !is_said {
                missing.push(name);
                diagnostic = diagnostic.at(&other.config.source, span, format!("in {}", other.shown()));
            }
        }
    }
    if missing.is_empty() {
        return None;
    }
    missing.sort_unstable();
    diagnostic.message =
        format!("{} lacks {}, which other environments have", here.shown(), names::list(&missing));
    Some(diagnostic.help("declare it here too, with this environment's own value"))
}

/// What an environment declares, required secrets too, and where.
fn names_of<'a>(environment: &Environment<'a>) -> Vec<(&'a str, Range<usize>)> {
    let declarations = environment.declarations().into_iter();
    let bindings = declarations.map(|(_, declaration)| (declaration.name, declaration.name_span));
    let secrets = environment.secrets().iter();
    bindings.chain(secrets.filter_map(|secret| Some((secret.as_str()?, secret.span.clone())))).collect()
}
