//! The names that code uses, and what is to be said of many of them at once.

use std::collections::{BTreeMap, BTreeSet};

use super::{Environment, Facts};
use crate::binding::Certainty;
use crate::binding::Use;
use crate::binding::kinds::{self, Inferred};
use crate::config::nearest;

/// A name that the code uses.
pub(super) struct Name<'a> {
    pub(super) name: &'a str,
    /// Every use, in order of files and places.
    pub(super) uses: Vec<&'a Use>,
    /// What the code takes it for.
    pub(super) inferred: Inferred,
}

impl Name<'_> {
    /// Whether the code gets along without it: by its types, or since a file that uses it asks first everywhere.
    pub(super) fn is_optional(&self) -> bool {
        let asking: BTreeSet<&str> =
            self.uses.iter().filter(|one| one.guarded).map(|one| one.source.path()).collect();
        self.inferred.optional || self.uses.iter().all(|one| asking.contains(one.source.path()))
    }

    /// Whether it is sure that one of the uses happens.
    pub(super) fn is_certain(&self) -> bool {
        self.uses.iter().any(|one| one.certainty == Certainty::Certain)
    }

    /// The use to show first.
    pub(super) fn first(&self) -> Option<&Use> {
        let sure = self.uses.iter().find(|one| one.certainty == Certainty::Certain && !one.guarded);
        sure.or(self.uses.first()).copied()
    }

    /// Whether it is a plain value, for all that is known: nothing is done with it that only a resource can do.
    pub(super) fn is_value(&self) -> bool {
        !self.inferred.is_contradictory()
            && (self.inferred.kinds.is_empty() || self.inferred.kinds.contains(&"vars"))
    }
}

/// All names that the code uses, in order.
pub(super) fn used<'a>(facts: &Facts<'a>) -> Vec<Name<'a>> {
    let mut names: BTreeMap<&str, Vec<&Use>> = BTreeMap::new();
    // Nobody gives a binding a number for a name: there, a list was taken for `env`.
    let is_name = |one: &&Use| one.name.parse::<u64>().is_err();
    for one in facts.uses.uses.iter().filter(is_name) {
        names.entry(&one.name).or_default().push(one);
    }
    let one = |(name, uses): (&'a str, Vec<&'a Use>)| {
        let inferred = kinds::infer(&uses, facts.uses.types.declared(name));
        Name { name, uses, inferred }
    };
    names.into_iter().map(one).collect()
}

/// The names that an environment has: bindings, variables, required secrets and the static files.
pub(super) fn declared<'a>(facts: &Facts<'a>, here: Option<&Environment<'a>>) -> BTreeSet<&'a str> {
    let assets = facts.project.assets.as_ref().map(|assets| assets.binding.as_str());
    let mut names: BTreeSet<&str> = assets.into_iter().collect();
    if let Some(here) = here {
        names.extend(here.declarations().iter().map(|(_, declaration)| declaration.name));
        names.extend(here.secrets().iter().filter_map(|secret| secret.as_str()));
    }
    names
}

/// Whether a name may be a misspelt one, of those that some environment declares and the code does not use.
pub(super) fn may_be_misspelt(facts: &Facts<'_>, used: &[Name<'_>], name: &str) -> bool {
    let environments = facts.project.environments();
    let mut declared: BTreeSet<&str> = BTreeSet::new();
    environments.iter().for_each(|other| declared.extend(self::declared(facts, Some(other))));
    used.iter().for_each(|used| _ = declared.remove(used.name));
    nearest(name, declared).is_some()
}

/// Names for a sentence: all of a few, or the first ones.
pub(super) fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] if quoted.len() <= 5 => format!("{} and {last}", first.join(", ")),
        all => format!("{} and {} others", all[..3].join(", "), all.len() - 3),
    }
}

/// Where a use is, for a list.
pub(super) fn place(one: &Use) -> String {
    let (line, column) = one.source.line_and_column(one.span.start);
    format!("{}:{line}:{column}", one.source.path())
}
