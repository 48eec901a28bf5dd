//! When each module is evaluated, and which ones wait in a function until they are asked for.
//!
//! The order is the standard's: a module after what it imports, in the order of its imports. CommonJS runs when it is
//! first required. A module of the standard waits too when it is required, since nobody knows before when that will
//! be, or when only `import()` leads to it; and so does everything that it imports.

use std::collections::{BTreeMap, BTreeSet};

use super::bind::Binder;
use super::cycle::Cycles;
use super::shake::Live;
use crate::compile::{Format, ImportKind};
use crate::graph::{ModuleId, Target};

/// How and when modules are evaluated.
pub(super) struct Plan {
    /// Live modules that are evaluated at once, in order; those that wait are started at their place.
    pub(super) eager: Vec<ModuleId>,
    /// Modules of the standard that wait in a function.
    pub(super) waiting: BTreeSet<ModuleId>,
    /// Those of them that have to be awaited.
    pub(super) awaited: BTreeSet<ModuleId>,
    /// Those of them whose names have to be there before they are evaluated: each cycle of modules as one, and what they
    /// import.
    pub(super) linked: Vec<Vec<ModuleId>>,
    /// For each of these, where it is.
    places: BTreeMap<ModuleId, usize>,
    /// Modules of CommonJS that can be seen before they are evaluated.
    pub(super) foreseen: BTreeSet<ModuleId>,
    /// Modules that are evaluated in their turn and may be asked for before, since something is awaited meanwhile; and the
    /// module after which they can be had.
    pub(super) gates: BTreeMap<ModuleId, ModuleId>,
}

impl Plan {
    /// Whether the module's text stands in a function.
    pub(super) fn is_wrapped(&self, binder: &Binder<'_>, module: ModuleId) -> bool {
        binder.object(module).format == Format::CommonJs || self.waiting.contains(&module)
    }

    /// The cycle whose names a module's are made with.
    pub(super) fn cycle(&self, module: ModuleId) -> Option<&[ModuleId]> {
        self.places.get(&module).map(|at| self.linked[*at].as_slice())
    }
}

/// Plans the evaluation of what is live.
pub(super) fn plan(binder: &Binder<'_>, cycles: &Cycles, live: &Live) -> Plan {
    let is_module = |module: &ModuleId| binder.object(*module).format == Format::Module;
    let eager = closure(binder, binder.graph.roots());
    let required = live.required.iter().copied().filter(is_module);
    let dynamic = live.dynamic.iter().copied().filter(is_module);
    let mut waiting = waits(binder, &eager, required, dynamic);
    waiting.retain(|module| is_module(module) && live.modules[module.0 as usize]);
    let mut order = evaluate(binder, &waiting);
    order.retain(|module| live.modules[module.0 as usize]);
    let awaited = awaited(binder, live, &waiting);
    let cyclic = binder.graph.ids().filter(|module| live.modules[module.0 as usize]);
    let below = closure(binder, cyclic.filter(|module| cycles.of(*module).is_some()));
    let linked = linked(cycles, below.iter().copied().filter(|module| waiting.contains(module)));
    let foreseen = below.into_iter().filter(|module| !is_module(module)).collect();
    let places =
        linked.iter().enumerate().flat_map(|(at, cycle)| cycle.iter().map(move |module| (*module, at)));
    let places = places.collect();
    let gates = if order.iter().any(|module| binder.object(*module).awaits || awaited.contains(module)) {
        gates(binder, cycles, live, &order, &waiting)
    } else {
        BTreeMap::new()
    };
    Plan { eager: order, waiting, awaited, linked, places, foreseen, gates }
}

/// A module of a cycle can be had when all of the cycle is evaluated.
fn gates(
    binder: &Binder<'_>,
    cycles: &Cycles,
    live: &Live,
    order: &[ModuleId],
    waiting: &BTreeSet<ModuleId>,
) -> BTreeMap<ModuleId, ModuleId> {
    let last: BTreeMap<u32, ModuleId> =
        order.iter().filter_map(|module| Some((cycles.of(*module)?, *module))).collect();
    let is_module = |module: &ModuleId| binder.object(*module).format == Format::Module;
    let asked = order.iter().filter(|module| live.dynamic.contains(module) && !waiting.contains(module));
    let asked = asked.filter(|module| is_module(module));
    let opens = |module: &ModuleId| {
        cycles.of(*module).and_then(|cycle| last.get(&cycle)).unwrap_or(module).to_owned()
    };
    asked.map(|module| (*module, opens(module))).collect()
}

/// The waiting modules that can be seen before they are evaluated, each cycle as one.
fn linked(cycles: &Cycles, modules: impl Iterator<Item = ModuleId>) -> Vec<Vec<ModuleId>> {
    let mut linked: BTreeMap<(Option<u32>, Option<ModuleId>), Vec<ModuleId>> = BTreeMap::new();
    for module in modules {
        let cycle = cycles.of(module);
        let alone = cycle.is_none().then_some(module);
        linked.entry((cycle, alone)).or_default().push(module);
    }
    linked.into_values().collect()
}

/// What waits of a graph whose entry leads to what is eager.
pub(super) fn waits(
    binder: &Binder<'_>,
    eager: &BTreeSet<ModuleId>,
    required: impl IntoIterator<Item = ModuleId>,
    dynamic: impl IntoIterator<Item = ModuleId>,
) -> BTreeSet<ModuleId> {
    let mut waiting = closure(binder, required);
    // Whatever runs at once has run by the time that a promise is resolved, unless something is awaited meanwhile.
    let awaits = eager.iter().any(|module| binder.object(*module).awaits);
    let late = closure(binder, dynamic.into_iter().filter(|module| !eager.contains(module)));
    waiting.extend(late.into_iter().filter(|module| awaits || !eager.contains(module)));
    waiting
}

/// The static imports of a module, in order.
pub(super) fn imports(binder: &Binder<'_>, module: ModuleId) -> impl Iterator<Item = ModuleId> {
    let module = binder.module(module);
    module.object.imports.iter().zip(&module.targets).filter_map(|(import, target)| {
        match (import.kind, target) {
            (ImportKind::Static, Target::Module(target)) => Some(*target),
            _ => None,
        }
    })
}

/// Everything that modules import, themselves included.
pub(super) fn closure(binder: &Binder<'_>, roots: impl IntoIterator<Item = ModuleId>) -> BTreeSet<ModuleId> {
    let mut seen = BTreeSet::new();
    let mut rest: Vec<ModuleId> = roots.into_iter().collect();
    while let Some(module) = rest.pop() {
        if seen.insert(module) {
            rest.extend(imports(binder, module));
        }
    }
    seen
}

/// The depth-first order of evaluation below the roots, each of them last. A module that waits starts its imports itself,
/// so the search ends there: started from one of them, a cycle would run in another order. Kept off the call stack: chains
/// of imports can be as long as a project likes.
fn evaluate(binder: &Binder<'_>, waiting: &BTreeSet<ModuleId>) -> Vec<ModuleId> {
    let below = |module: ModuleId| {
        let imports: Vec<ModuleId> =
            if waiting.contains(&module) { Vec::new() } else { imports(binder, module).collect() };
        (module, imports.into_iter())
    };
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    let mut stack = Vec::new();
    for root in binder.graph.roots() {
        if seen.insert(root) {
            stack.push(below(root));
        }
        while let Some((module, rest)) = stack.last_mut() {
            match rest.next() {
                Some(next) if seen.insert(next) => stack.push(below(next)),
                Some(_) => {}
                None => {
                    order.push(*module);
                    stack.pop();
                }
            }
        }
    }
    order
}

/// The live modules that have to be started before a waiting module runs: its imports, and through those that are not
/// live, theirs.
pub(super) fn starts(binder: &Binder<'_>, live: &Live, module: ModuleId) -> Vec<ModuleId> {
    let mut starts = Vec::new();
    let mut seen = BTreeSet::from([module]);
    let mut rest: Vec<ModuleId> = imports(binder, module).collect();
    rest.reverse();
    while let Some(next) = rest.pop() {
        if !seen.insert(next) {
            continue;
        }
        if live.modules[next.0 as usize] {
            starts.push(next);
        } else {
            let mut inner: Vec<ModuleId> = imports(binder, next).collect();
            inner.reverse();
            rest.extend(inner);
        }
    }
    starts
}

/// Waiting modules that await, themselves or through what they start.
fn awaited(binder: &Binder<'_>, live: &Live, waiting: &BTreeSet<ModuleId>) -> BTreeSet<ModuleId> {
    let mut awaited: BTreeSet<ModuleId> =
        waiting.iter().copied().filter(|module| binder.object(*module).awaits).collect();
    loop {
        let more: Vec<ModuleId> = waiting
            .iter()
            .copied()
            .filter(|module| !awaited.contains(module))
            .filter(|module| starts(binder, live, *module).iter().any(|start| awaited.contains(start)))
            .collect();
        if more.is_empty() || awaited.is_empty() {
            return awaited;
        }
        awaited.extend(more);
    }
}
