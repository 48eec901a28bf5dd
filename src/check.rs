//! Code held against configuration: where one says something that the other does not have.
//!
//! Each check is a function from the facts of one environment to diagnostics, in a file of its own. What cannot be known
//! for sure weighs less, or is not said: a project that is right is told nothing.

use crate::binding::Uses;
use crate::diagnostic::Diagnostics;
use crate::project::{Environment, Project};

mod classes;
mod entrypoints;
mod secrets;
mod shared;

/// What is known of a project in one environment.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The project.
    pub project: &'a Project,
    /// Its worker, where the code could be linked.
    pub worker: Worker<'a>,
    /// What its code uses of `env`.
    pub uses: &'a Uses,
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
    let Some(here) = facts.project.here() else { return };
    diagnostics.extend(classes::missing(&facts, &here));
    diagnostics.extend(classes::without_migration(&facts, &here));
    diagnostics.extend(entrypoints::missing(&facts, &here));
    diagnostics.extend(secrets::in_vars(&here));
    diagnostics.extend(shared::with_production(&facts, &here));
}
