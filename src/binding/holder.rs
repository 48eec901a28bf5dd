//! Which objects have `env` in them, so that giving one away gives `env` away.

use std::collections::{BTreeMap, BTreeSet};

use super::solver::{NodeId, Solver};
use super::value::{Value, ValueId};

/// Most objects within objects in which `env` is looked for.
const DEEPEST: usize = 3;

/// `env`, and the objects that have it.
pub(super) struct Holders(BTreeSet<ValueId>);

impl Holders {
    pub(super) fn of(solver: &Solver<'_>) -> Self {
        let mut within: BTreeMap<ValueId, Vec<ValueId>> = BTreeMap::new();
        for object in solver.values.all() {
            // Of these nobody takes anything out.
            let is_code = matches!(solver.values.get(object), Value::Closure(..) | Value::Class(..));
            let names = if is_code { Vec::new() } else { solver.names(object) };
            for node in names.into_iter().filter_map(|name| solver.fields.get(&(object, name))) {
                for value in solver.held(*node) {
                    within.entry(*value).or_default().push(object);
                }
            }
            for parent in solver.objects.get(&object).map_or(&[][..], |known| known.parents()) {
                within.entry(*parent).or_default().push(object);
            }
        }
        let is_env = |value: &ValueId| matches!(solver.values.get(*value), Value::Env(_));
        let mut newest: Vec<ValueId> = within.keys().copied().filter(is_env).collect();
        let mut holders: BTreeSet<ValueId> = newest.iter().copied().collect();
        for _ in 0..DEEPEST {
            let around = newest.iter().filter_map(|value| within.get(value)).flatten();
            let around: BTreeSet<ValueId> =
                around.copied().filter(|object| !holders.contains(object)).collect();
            holders.extend(&around);
            newest = around.into_iter().collect();
        }
        Self(holders)
    }

    /// Whether a node can hold `env`, or an object with it.
    pub(super) fn are_in(&self, solver: &Solver<'_>, node: NodeId) -> bool {
        let is_one =
            |value: &ValueId| self.0.contains(value) || matches!(solver.values.get(*value), Value::Env(_));
        solver.held(node).iter().any(is_one)
    }
}
