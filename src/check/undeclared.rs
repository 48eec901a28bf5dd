//! What the code uses and the configuration does not declare.

use std::collections::BTreeSet;
use std::ops::Range;
use std::slice;

use super::names::{self, Name};
use super::{Environment, Facts, advice};
use crate::binding::kinds::{conflicts, noun};
use crate::config::{Value, nearest};
use crate::diagnostic::{Code, Diagnostic, Severity};

/// How many places of one thing are shown with their text.
const SHOWN: usize = 3;

/// The name that the static files have unless the configuration gives them another.
const ASSETS: &str = "ASSETS";

/// What a name mostly is, where it could be several things.
const COMMON: &[&str] =
    &["kv_namespaces", "r2_buckets", "d1_databases", "durable_objects", "queues", "services"];

/// Resources, one diagnostic each.
pub(super) fn resources(
    facts: &Facts<'_>,
    here: Option<&Environment<'_>>,
    used: &[Name<'_>],
) -> Vec<Diagnostic> {
    let declared = names::declared(facts, here);
    let unused: Vec<&str> = {
        let used: BTreeSet<&str> = used.iter().map(|name| name.name).collect();
        declared.difference(&used).copied().collect()
    };
    let missing = used.iter().filter(|name| !declared.contains(name.name) && !name.is_value());
    let one = |name: &Name<'_>| {
        let mut diagnostic = resource(facts, here, name, &unused);
        if names::may_be_misspelt(facts, used, name.name) {
            diagnostic.fixes.clear();
        }
        diagnostic
    };
    missing.map(one).collect()
}

fn resource(
    facts: &Facts<'_>,
    here: Option<&Environment<'_>>,
    name: &Name<'_>,
    unused: &[&str],
) -> Diagnostic {
    let elsewhere = elsewhere(facts, here, name.name);
    // What others declare it as is sure, unless the code says otherwise.
    let known = elsewhere.first().map(|(_, kind, _)| *kind);
    let known = known.or((name.name == ASSETS).then_some("assets"));
    let known = known.filter(|kind| name.inferred.kinds.contains(kind)).or(name.inferred.kind());
    let is_told = name.inferred.sure || !elsewhere.is_empty();
    let kinds = known.as_ref().map_or(name.inferred.kinds.as_slice(), slice::from_ref);
    let message = match taken_for(kinds) {
        Some(nouns) => format!("`{}` is used as {nouns}, and nothing declares it", name.name),
        None => format!("`{}` is used, and nothing declares it", name.name),
    };
    // Whichever kind it is, a value in its place would not do.
    let is_resource = !conflicts(&name.uses, facts.uses.types.declared(name.name), "vars").is_empty();
    let most = match (name.is_optional(), name.is_certain() && is_resource) {
        (true, _) => Severity::Note,
        (false, false) => Severity::Warning,
        (false, true) => Severity::Error,
    };
    let mut diagnostic = Diagnostic::finding(Code::UndeclaredBinding, message).at_most(most);
    if let Some(first) = name.first() {
        let here = name.inferred.evidence.iter();
        let here = here.filter(|why| why.source == first.source && why.span == first.span);
        let why = here.map(|why| why.text.as_str()).min_by_key(|text| text.len());
        diagnostic = diagnostic.at(&first.source, first.span.clone(), why.unwrap_or_default());
        let others = name.uses.iter().filter(|one| (&one.source, &one.span) != (&first.source, &first.span));
        diagnostic = diagnostic.noting("also", others.map(|one| names::place(one)).collect());
    }
    let typed = name.inferred.evidence.iter().filter(|why| why.text.starts_with("typed"));
    for why in typed.take(1) {
        diagnostic = diagnostic.at(&why.source, why.span.clone(), why.text.clone());
    }
    for (environment, _, span) in elsewhere.into_iter().take(SHOWN) {
        let text = format!("declared for {}", environment.shown());
        diagnostic = diagnostic.at(&environment.config.source, span, text);
    }
    let near = nearest(name.name, unused.iter().copied());
    let declared = near.and_then(|near| Some((near, here?, here?.place(near)?)));
    match (declared, known) {
        (Some((near, here, span)), _) => diagnostic
            .at(&here.config.source, span, "declared, and not used")
            .help(format!("did you mean `{near}`?")),
        (None, Some("assets")) => diagnostic.help("name the directory of static files as `assets.directory`"),
        (None, Some(kind)) => {
            let fix = here.filter(|_| most == Severity::Error && is_told);
            let fix = fix.and_then(|here| advice::fix(here, kind, name.name));
            let diagnostic = diagnostic.help(advice::help(here, kind, name.name));
            fix.into_iter().fold(diagnostic, Diagnostic::fix)
        }
        (None, None) => {
            let usual = COMMON.iter().find(|kind| kinds.contains(kind)).or(kinds.first()).unwrap_or(&"KIND");
            diagnostic.help(format!(
                "declare it as what it is, such as `{}`",
                advice::command(here, usual, name.name)
            ))
        }
    }
}

/// What a name could be, for a sentence.
fn taken_for(kinds: &[&'static str]) -> Option<String> {
    let rank = |kind: &&str| COMMON.iter().position(|common| common == kind).unwrap_or(COMMON.len());
    let mut kinds = kinds.to_vec();
    kinds.sort_by_key(rank);
    let nouns: Vec<&str> = kinds.iter().map(|kind| noun(kind)).collect();
    match nouns.as_slice() {
        [] => None,
        [only] => Some((*only).to_owned()),
        [first, second] => Some(format!("{first} or {second}")),
        [first, second, ..] => Some(format!("{first}, {second} or the like")),
    }
}

/// Where other environments declare a name, and as what.
fn elsewhere<'a>(
    facts: &Facts<'a>,
    here: Option<&Environment<'a>>,
    name: &str,
) -> Vec<(Environment<'a>, &'static str, Range<usize>)> {
    let others = facts.project.environments().into_iter();
    let others = others.filter(|other| here.is_none_or(|here| here.name != other.name));
    let found = |environment: Environment<'a>| {
        let declarations = environment.declarations();
        let (kind, declaration) =
            declarations.into_iter().find(|(_, declaration)| declaration.name == name)?;
        Some((environment, kind.key, declaration.name_span))
    };
    others.filter_map(found).collect()
}

/// Plain values, all in one diagnostic. Where the environment lists its secrets, those that are not among them are
/// missing; otherwise they may well be set where nobody sees it from here.
pub(super) fn values(
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

/// Names that other environments declare and this one does not, in one diagnostic, as far as nothing else says it: what the
/// top level has is said to be not inherited, and what is used as a resource is said to be undeclared.
pub(super) fn uneven(facts: &Facts<'_>, here: &Environment<'_>, used: &[Name<'_>]) -> Option<Diagnostic> {
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
    for other in others.iter().filter(|other| other.name.is_some() && other.name != here.name) {
        for (_, declaration) in other.declarations() {
            let name = declaration.name;
            let of_top = others.iter().filter(|top| top.name.is_none() && here.name.is_some());
            let inherits = of_top.flat_map(Environment::declarations).any(|(_, top)| top.name == name);
            let matters = match used.iter().find(|used| used.name == name) {
                Some(used) => used.is_value() && !used.is_optional(),
                None => !facts.uses.escapes.is_empty(),
            };
            if declared.contains(name) || inherits || !matters || missing.contains(&name) {
                continue;
            }
            missing.push(name);
            diagnostic =
                diagnostic.at(&other.config.source, declaration.name_span, format!("in {}", other.shown()));
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
