//! Resources that the code uses and the configuration does not declare.

use std::collections::BTreeSet;
use std::ops::Range;
use std::slice;

use super::names::{self, Name};
use super::{Environment, Facts, advice};
use crate::binding::kinds::{conflicts, noun};
use crate::config::nearest;
use crate::diagnostic::{Code, Diagnostic, Severity};

/// How many other environments are shown that declare a name.
const SHOWN: usize = 3;

/// The name that the static files have unless the configuration gives them another.
const ASSETS: &str = "ASSETS";

/// What a name mostly is, where it could be several things.
const COMMON: &[&str] =
    &["kv_namespaces", "r2_buckets", "d1_databases", "durable_objects", "queues", "services"];

/// One diagnostic for each.
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
