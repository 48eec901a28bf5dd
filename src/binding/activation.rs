//! Activations: a function is looked at once for each place that calls it.

use std::collections::BTreeSet;

use super::Input;
use super::solver::{Activation, ActivationId, Node, Site, Solver};
use super::value::{FunctionRef, Name, StepRef};

/// Most activations of one function; further callers share one.
const MOST_ACTIVATIONS: usize = 64;

/// About how many slots all activations may have, where functions have several.
const MOST_SLOTS: usize = 2_000_000;

/// Most activations of one function: fewer in a large program.
pub(super) fn most(input: &Input<'_>) -> usize {
    let flows = input.graph.modules.iter().filter_map(|module| module.object.flow.as_ref());
    let slots: usize = flows.flat_map(|flow| &flow.functions).map(|function| function.slots as usize).sum();
    (MOST_SLOTS / slots.max(1)).clamp(1, MOST_ACTIVATIONS)
}

impl Solver<'_> {
    fn activation(&mut self, function: Option<FunctionRef>, parent: Option<ActivationId>) -> ActivationId {
        let base = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let slots =
            function.and_then(|function| self.function(function)).map_or(0, |function| function.slots);
        self.nodes.extend((0..slots).map(|_| Node::default()));
        self.activations.push(Activation { function, base, parent, calls: BTreeSet::new() });
        ActivationId(u32::try_from(self.activations.len() - 1).unwrap_or(u32::MAX))
    }

    /// The activation that stands for a package, which calls what it was given when its module was evaluated.
    pub(super) fn package(&mut self, specifier: Name) -> ActivationId {
        if let Some(id) = self.packages.get(&specifier) {
            return *id;
        }
        let id = self.activation(None, None);
        self.packages.insert(specifier, id);
        self.package_names.push(specifier);
        id
    }

    /// Every package with its name.
    pub(super) fn all_packages(&self) -> Vec<(Name, ActivationId)> {
        self.package_names.iter().filter_map(|name| Some((*name, *self.packages.get(name)?))).collect()
    }

    /// An activation that stands for the platform.
    pub(super) fn platform(&mut self) -> ActivationId {
        self.activation(None, None)
    }

    pub(super) fn is_package(&self, activation: ActivationId) -> bool {
        self.packages.values().any(|package| *package == activation)
    }

    pub(super) fn is_top(&self, activation: ActivationId) -> bool {
        self.activations[activation.0 as usize].function.is_some_and(|function| function.function == 0)
    }

    pub(super) fn calls(&mut self, caller: ActivationId, callee: ActivationId) {
        self.activations[caller.0 as usize].calls.insert(callee);
    }

    pub(super) fn site(&self, activation: ActivationId, step: u32) -> Site {
        match self.activations[activation.0 as usize].function {
            Some(function) => Site::Step(StepRef { function, step }),
            None => Site::Shared,
        }
    }

    /// The activation of a function for a site, looked at now if it was not before.
    pub(super) fn enter(
        &mut self,
        function: FunctionRef,
        parent: Option<ActivationId>,
        site: Site,
    ) -> ActivationId {
        if let Some(id) = self.by_key.get(&(function, site, parent)) {
            return *id;
        }
        let count = self.counts.entry(function).or_default();
        *count += 1;
        let site = if *count > self.most_activations && !matches!(site, Site::Root(_)) {
            Site::Shared
        } else {
            site
        };
        if let Some(id) = self.by_key.get(&(function, site, parent)) {
            return *id;
        }
        let id = self.activation(Some(function), parent);
        self.by_key.insert((function, site, parent), id);
        if let Some(function) = self.function(function) {
            for (at, step) in (0..).zip(&function.steps) {
                self.install(id, at, step);
            }
        }
        id
    }
}
