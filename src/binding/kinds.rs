//! Which kind of binding the code takes a name for, by the types that it declares and by what it does with the value.
//!
//! Two questions are asked of each piece of evidence: which kinds it speaks for, and which it leaves possible. The first one
//! makes a good guess, the second one never accuses wrongly: what nobody knows of may be new, a service has the methods
//! that its author gave it, and a variable can hold anything that JSON can write.

use std::ops::Range;

use super::{Access, Use, Uses};
use crate::diagnostic::Source;

mod platform;
mod table;
mod value;

pub(super) use table::Fit;
use table::Kinds;
pub use table::noun;
pub(super) use table::{of_members, of_type};

/// A type that the code declares a name with.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The file.
    pub source: Source,
    /// Where the name is declared.
    pub span: Range<usize>,
    /// The type as the user would know it: `KVNamespace`.
    pub shown: String,
    /// Whether the declaration says that it may be missing.
    pub optional: bool,
    /// What the type says of the kind; `None` where that is nothing.
    fit: Option<Fit>,
}

impl Declared {
    pub(super) fn new(
        source: Source,
        span: Range<usize>,
        shown: String,
        optional: bool,
        fit: Option<Fit>,
    ) -> Self {
        Self { source, span, shown, optional, fit }
    }

    /// Whether another one says the same of the kind.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        self.fit == other.fit
    }
}

/// What the code takes a name for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inferred {
    /// The configuration keys of the kinds that the evidence speaks for, sorted. A text is `vars`, whether it is a variable or
    /// a secret. Empty when nothing is known, and when the evidence contradicts itself.
    pub kinds: Vec<&'static str>,
    /// Whether there is one kind, and nothing else that it could well be.
    pub sure: bool,
    /// Whether the types say that it may be missing.
    pub optional: bool,
    /// What was found, in the order of files and places. Empty when nothing is known.
    pub evidence: Vec<Evidence>,
}

impl Inferred {
    /// The kind, when there is one.
    pub fn kind(&self) -> Option<&'static str> {
        match self.kinds.as_slice() {
            [kind] => Some(kind),
            _ => None,
        }
    }

    /// Whether the code takes the name for several kinds at once.
    pub fn is_contradictory(&self) -> bool {
        self.kinds.is_empty() && !self.evidence.is_empty()
    }
}

/// Something that the code says of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The file.
    pub source: Source,
    /// Where.
    pub span: Range<usize>,
    /// What, in a few words: `prepare` is called.
    pub text: String,
}

impl Uses {
    /// What the code takes a name for.
    pub fn inferred(&self, name: &str) -> Inferred {
        infer(&self.of_name(name), self.types.declared(name))
    }

    /// The evidence that a name cannot be of a kind, the configuration key of which is given.
    pub fn conflicts(&self, name: &str, kind: &str) -> Vec<Evidence> {
        conflicts(&self.of_name(name), self.types.declared(name), kind)
    }

    fn of_name(&self, name: &str) -> Vec<&Use> {
        self.uses.iter().filter(|one| one.name == name).collect()
    }
}

/// What the uses of one name and the types that it is declared with say of its kind.
pub fn infer(uses: &[&Use], declared: &[Declared]) -> Inferred {
    let mut pieces = pieces(uses, declared, true);
    let possible = pieces.iter().fold(Kinds::ALL, |kinds, piece| kinds & piece.fit.possible);
    // What says most comes first, so that a guess does not stand in the way of a fact.
    pieces.sort_by_key(|piece| (piece.fit.possible.len(), piece.fit.likely.len()));
    let likely = pieces.iter().fold(possible, |kinds, piece| match kinds & piece.fit.likely {
        Kinds::NONE => kinds,
        fewer => fewer,
    });
    let speaks = pieces.iter().any(|piece| piece.fit.likely == likely);
    let is_only = likely == Kinds::VARS || likely.contains(possible & Kinds::DATA);
    let name = uses.first().map_or("", |one| one.name.as_str());
    let kinds = match pieces.is_empty() {
        true => Kinds::NONE,
        false => table::likeliest(likely & !Kinds::UNTOLD, name),
    };
    Inferred {
        sure: likely.len() == 1 && speaks && is_only,
        optional: declared.iter().any(|declared| declared.optional),
        evidence: evidence(pieces),
        kinds: kinds.keys().collect(),
    }
}

/// The evidence that what the code uses by this name cannot be of a kind, the key of which is given.
pub fn conflicts(uses: &[&Use], declared: &[Declared], kind: &str) -> Vec<Evidence> {
    // Secrets are texts.
    let kind = if kind == "secrets" { "vars" } else { kind };
    let Some(kind) = Kinds::of(kind) else { return Vec::new() };
    let uses: Vec<Use> = uses.iter().map(|found| first_steps(found)).collect();
    let uses: Vec<&Use> = uses.iter().collect();
    let pieces = pieces(&uses, declared, false);
    // A value is put into texts to be looked at, too.
    let is_text = pieces.iter().all(|piece| piece.fit.likely.contains(Kinds::VARS));
    let contradicts = |piece: &Piece<'_>| {
        let possible = if piece.is_text && is_text { Kinds::TEXT } else { piece.fit.possible };
        !possible.contains(kind)
    };
    evidence(pieces.into_iter().filter(contradicts).collect())
}

/// A use with what is done with the value itself. What is done with what it gives may have been done with something else: a
/// library that is given a function need not pass on what that returns.
fn first_steps(found: &Use) -> Use {
    let first = |access: &Access| match access {
        Access::Member(path) => Some(Access::Member(path.split('.').next().unwrap_or(path).to_owned())),
        Access::Option(method, ..) | Access::Text(method, ..) | Access::Count(method, _) => {
            (!method.contains('.')).then(|| access.clone())
        }
        Access::Argument(..) | Access::AsText => Some(access.clone()),
    };
    Use { accesses: found.accesses.iter().filter_map(first).collect(), ..found.clone() }
}

/// A piece of evidence.
struct Piece<'a> {
    source: &'a Source,
    span: Range<usize>,
    text: Option<String>,
    fit: Fit,
    /// Whether it is that the value is used as text.
    is_text: bool,
}

/// All evidence. Where it is not known whether a member is called, `called` says what to think.
fn pieces<'a>(uses: &[&'a Use], declared: &'a [Declared], called: bool) -> Vec<Piece<'a>> {
    let typed = declared.iter().filter_map(|declared| {
        Some(Piece {
            source: &declared.source,
            span: declared.span.clone(),
            text: Some(format!("typed `{}`", declared.shown)),
            fit: declared.fit?,
            is_text: false,
        })
    });
    let treated = uses.iter().flat_map(|found| {
        let piece = move |access: &Access| {
            Some(Piece {
                source: &found.source,
                span: found.span.clone(),
                text: text(&shortest(access, called)),
                fit: table::fit(access, called)?,
                is_text: *access == Access::AsText,
            })
        };
        found.accesses.iter().filter(|access| !is_begun(access, &found.accesses)).filter_map(piece)
    });
    typed.chain(treated).collect()
}

/// Whether what is read is only the way to something else, which says more.
fn is_begun(access: &Access, all: &[Access]) -> bool {
    let Access::Member(path) = access else { return false };
    let goes_on = |longer: &str| {
        longer.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('.') || rest.starts_with("()"))
    };
    all.iter().any(|other| matches!(other, Access::Member(longer) if goes_on(longer)))
}

fn evidence(pieces: Vec<Piece<'_>>) -> Vec<Evidence> {
    let one = |piece: Piece<'_>| {
        Some(Evidence { source: piece.source.clone(), span: piece.span, text: piece.text? })
    };
    let mut evidence: Vec<Evidence> = pieces.into_iter().filter_map(one).collect();
    let key = |one: &Evidence| (one.source.path().to_owned(), one.span.start, one.text.clone());
    evidence.sort_by_cached_key(key);
    evidence.dedup();
    evidence
}

/// The part of what is read that says the same.
fn shortest(access: &Access, called: bool) -> Access {
    let Access::Member(path) = access else { return access.clone() };
    let likely = |access: &Access| table::fit(access, called).map(|fit| fit.likely);
    let mut parts = path.match_indices('.').map(|(at, _)| Access::Member(path[..at].to_owned()));
    parts.find(|part| likely(part) == likely(access)).unwrap_or_else(|| access.clone())
}

/// What is done, in a few words; `None` where nobody needs to be told.
fn text(access: &Access) -> Option<String> {
    Some(match access {
        Access::Member(path) => match path.strip_suffix("()") {
            Some(path) => format!("`{path}` is called"),
            None => format!("`{path}` is read"),
        },
        Access::Option(method, _, key) => format!("`{method}` is given `{key}`"),
        Access::Text(method, _, text) => format!("`{method}` is given `{text}`"),
        // The method itself is read, too, and says it better.
        Access::Count(..) => return None,
        Access::Argument(package, function) => format!("given to `{function}` of `{package}`"),
        Access::AsText => "used as text".to_owned(),
    })
}

#[cfg(test)]
mod tests;
