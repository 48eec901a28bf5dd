//! Code held against configuration: where one says something that the other does not have.
//!
//! Each check is a function from the facts of one environment to diagnostics, in a file of its own. What cannot be known
//! for sure weighs less, or is not said: a project that is right is told nothing.

use std::collections::BTreeMap;

use crate::binding::Uses;
use crate::diagnostic::Diagnostics;
use crate::project::{Environment, Project};

mod advice;
mod classes;
mod entrypoints;
mod limits;
mod mismatch;
mod names;
mod promotion;
mod secrets;
mod shared;
mod undeclared;
mod uneven;
mod unused;
mod values;

pub use promotion::Version;

/// What is known of a project in one environment.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The project.
    pub project: &'a Project,
    /// Its worker, where the code could be linked.
    pub worker: Worker<'a>,
    /// What its code uses of `env`, and the types that it gives it.
    pub uses: &'a Uses,
    /// The names that are set for development, with the file that sets each.
    pub set_elsewhere: &'a BTreeMap<String, String>,
}

/// What is known of a worker.
#[derive(Clone, Copy, Debug)]
pub struct Worker<'a> {
    /// The names that it exports; none where the project has no code.
    pub exports: &'a [String],
    /// Whether it exports more than that.
    pub exports_more: bool,
}

impl Worker<'_> {
    /// Whether it exports a name, for all that is known.
    fn may_export(&self, name: &str) -> bool {
        self.exports_more || self.exports.iter().any(|export| export == name)
    }
}

/// Says what code and configuration disagree about.
pub fn check(facts: Facts<'_>, diagnostics: &mut Diagnostics) {
    let here = facts.project.here();
    let used = names::used(&facts);
    diagnostics.extend(undeclared::resources(&facts, here.as_ref(), &used));
    diagnostics.extend(values::missing(&facts, here.as_ref(), &used));
    if let Some(here) = here {
        diagnostics.extend(uneven::lacking(&facts, &here, &used));
        diagnostics.extend(unused::unused(&facts, &here, &used));
        diagnostics.extend(mismatch::mismatches(&facts, &here, &used));
        diagnostics.extend(classes::missing(&facts, &here));
        diagnostics.extend(classes::without_migration(&facts, &here));
        diagnostics.extend(entrypoints::missing(&facts, &here));
        diagnostics.extend(secrets::in_vars(&here));
        diagnostics.extend(shared::with_production(&facts, &here));
        diagnostics.extend(limits::exceeded(&facts, &here));
    }
    secrets::hide(&facts, diagnostics);
}

/// Says what keeps a version that was built before from running in this environment. What its code uses is known by name alone.
pub fn promotion(facts: Facts<'_>, version: Version<'_>, diagnostics: &mut Diagnostics) {
    let here = facts.project.here();
    diagnostics.extend(promotion::differences(&facts, &version, here.as_ref()));
    if let Some(here) = here {
        diagnostics.extend(classes::missing(&facts, &here));
        diagnostics.extend(classes::without_migration(&facts, &here));
        diagnostics.extend(entrypoints::missing(&facts, &here));
        diagnostics.extend(shared::with_production(&facts, &here));
        diagnostics.extend(limits::exceeded(&facts, &here));
    }
    secrets::hide(&facts, diagnostics);
}

/// Whether a value under this name is one that nobody but the worker should know, as far as can be told.
pub fn looks_secret(name: &str, value: &str) -> bool {
    secrets::looks_secret(name, value)
}
