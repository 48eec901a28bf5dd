//! Names that the code takes for another kind than they are declared as.

use super::names::Name;
use super::{Environment, Facts};
use crate::binding::kinds::{Evidence, conflicts, noun};
use crate::diagnostic::{Code, Diagnostic, Severity};

/// One diagnostic for each such name.
pub(super) fn mismatches(facts: &Facts<'_>, here: &Environment<'_>, used: &[Name<'_>]) -> Vec<Diagnostic> {
    let declarations = here.declarations().into_iter();
    let bindings =
        declarations.map(|(kind, declaration)| (declaration.name, kind.key, declaration.name_span));
    let secrets = here.secrets().iter();
    let secrets = secrets.filter_map(|secret| Some((secret.as_str()?, "secrets", secret.span.clone())));
    let one = |(name, kind, span): (&str, &'static str, _)| {
        let used = used.iter().find(|used| used.name == name)?;
        let evidence = conflicts(&used.uses, facts.uses.types.declared(name), kind);
        let (first, others) = shortest(evidence)?;
        let taken = match used.inferred.kind().filter(|taken| *taken != kind) {
            Some(taken) => format!("takes it for {}", noun(taken)),
            None => "does with it what cannot be done".to_owned(),
        };
        let message = format!("`{name}` is {}, and the code {taken}", noun(kind));
        let most = if used.is_certain() { Severity::Error } else { Severity::Warning };
        let mut diagnostic = Diagnostic::finding(Code::KindMismatch, message)
            .at_most(most)
            .at(&first.source, first.span.clone(), first.text.clone())
            .at(&here.config.source, span, format!("declared in `{kind}`"));
        for other in others.into_iter().take(2) {
            diagnostic = diagnostic.at(&other.source, other.span, other.text);
        }
        Some(diagnostic.help("declare it as what the code needs, or call another binding there"))
    };
    bindings.chain(secrets).filter_map(one).collect()
}

/// The evidence of each place that is said in the fewest words.
fn shortest(mut evidence: Vec<Evidence>) -> Option<(Evidence, Vec<Evidence>)> {
    let place = |one: &Evidence| (one.source.path().to_owned(), one.span.start);
    evidence.sort_by_cached_key(|one| (place(one), one.text.len()));
    evidence.dedup_by_key(|one| place(one));
    let first = evidence.first()?.clone();
    Some((first, evidence.split_off(1)))
}
