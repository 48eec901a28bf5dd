//! Plain values that the code reads and the configuration does not have.

use super::names::{self, Name};
use super::{Environment, Facts, advice};
use crate::config::Value;
use crate::diagnostic::{Code, Diagnostic, Severity};

/// What Pages itself puts into `env`, so that code which comes from there may count on it.
const OF_PAGES: [&str; 4] = ["CF_PAGES", "CF_PAGES_BRANCH", "CF_PAGES_COMMIT_SHA", "CF_PAGES_URL"];

/// How many names are shown with the text around them.
const SHOWN: usize = 3;

/// All of them in one diagnostic. Where the environment lists its secrets, those that are not among them are
/// missing; otherwise they may well be set where nobody sees it from here.
pub(super) fn missing(
    facts: &Facts<'_>,
    here: Option<&Environment<'_>>,
    used: &[Name<'_>],
) -> Option<Diagnostic> {
    let mut declared = names::declared(facts, here);
    // What others declare and this environment does not is said of the environments.
    let environments = facts.project.environments();
    declared.extend(environments.iter().flat_map(|other| names::declared(facts, Some(other))));
    let missing: Vec<&Name<'_>> = (used.iter())
        .filter(|name| !declared.contains(name.name) && name.is_value() && !name.is_optional())
        .collect();
    if missing.is_empty() {
        return None;
    }
    let all: Vec<&str> = missing.iter().map(|name| name.name).collect();
    let (are, them) = if all.len() == 1 { ("is", "it") } else { ("are", "them") };
    let listed = here.filter(|here| here.get("secrets").is_some());
    let (code, message) = match listed {
        Some(_) => (
            Code::UnlistedSecret,
            format!(
                "{} {are} read, and {are} neither in `vars` nor in `secrets.required`",
                names::list(&all)
            ),
        ),
        None => (
            Code::UndeclaredValue,
            format!("{} {are} read, and the configuration does not have {them}", names::list(&all)),
        ),
    };
    let mut diagnostic = Diagnostic::finding(code, message);
    if missing.iter().all(|name| !name.is_certain()) {
        diagnostic = diagnostic.at_most(Severity::Note);
    }
    for first in missing.iter().filter_map(|name| name.first()).take(SHOWN) {
        // A key that is a constant of another name says nothing by itself.
        let shown = first.source.text().get(first.span.clone()).unwrap_or_default();
        let text = if shown.contains(&first.name) { String::new() } else { format!("`{}`", first.name) };
        diagnostic = diagnostic.at(&first.source, first.span.clone(), text);
    }
    if let Some(secrets) = listed.and_then(|here| Some((here, here.get("secrets")?))) {
        let span = secrets.1.get("required").unwrap_or(secrets.1).span.clone();
        diagnostic = diagnostic.at(&secrets.0.config.source, span, "the secrets that have to be set");
        let sure = secrets_among(facts, secrets.0, &missing);
        let sure = sure.into_iter().filter(|name| !names::may_be_misspelt(facts, used, name));
        diagnostic = sure.map(|name| advice::require(secrets.0, name)).fold(diagnostic, Diagnostic::fix);
    }
    let firsts = missing.iter().skip(SHOWN).filter_map(|name| Some((name.name, name.first()?)));
    let places = firsts.map(|(name, first)| format!("{name} ({})", names::place(first)));
    let set = all.iter().filter_map(|name| Some(format!("{name} ({})", facts.set_elsewhere.get(*name)?)));
    let set: Vec<String> = set.collect();
    let of_pages = all.iter().filter(|name| OF_PAGES.contains(name)).map(|name| (*name).to_owned());
    let diagnostic = diagnostic.noting("set by Pages, and not for a worker", of_pages.collect());
    let help = match set.is_empty() {
        true => "put what everybody may know into `vars`",
        false => "for a deployment, put what everybody may know into `vars`",
    };
    Some(diagnostic.noting("also", places.collect()).noting("set for development", set).help(format!(
        "{help}, and the names of secrets into `secrets.required` (`{}`), so that deploying without them fails",
        advice::command(here, "secrets", all[0])
    )))
}

/// The names that can only be secrets. A deployment takes away all variables that it does not bring itself, unless it is told
/// to keep them.
fn secrets_among<'a>(facts: &Facts<'_>, here: &Environment<'_>, missing: &[&Name<'a>]) -> Vec<&'a str> {
    if here.get("keep_vars").and_then(Value::as_bool) == Some(true) {
        return Vec::new();
    }
    let is_plain =
        |name: &Name<'_>| name.inferred.kind() == Some("vars") || facts.set_elsewhere.contains_key(name.name);
    let sure = missing.iter().filter(|name| name.is_certain() && is_plain(name));
    sure.map(|name| name.name).collect()
}
