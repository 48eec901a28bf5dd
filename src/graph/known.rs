//! What is known of a graph while it grows, and the order that it gets in the end.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::additional::AdditionalModule;
use super::{Module, ModuleId, Node, Target};
use crate::compile::Object;
use crate::diagnostic::Diagnostic;

/// What is known of a module from its package, by whoever resolves to it.
#[derive(Clone, Copy)]
pub(super) struct Traits {
    pub(super) effects: bool,
    pub(super) node: bool,
}

/// What is known of a graph so far.
#[derive(Default)]
pub(super) struct Known {
    /// Every module that was asked for, by the order of asking, which differs from run to run.
    pub(super) places: BTreeMap<Node, ModuleId>,
    pub(super) traits: Vec<Traits>,
    pub(super) found: Vec<Found>,
    /// Imports of a package's `module` file: the importer, which import, and the file of `main`.
    pub(super) pairs: Vec<(ModuleId, usize, PathBuf)>,
    /// By name and file.
    pub(super) additional: BTreeMap<(String, String), AdditionalModule>,
    pub(super) problems: Vec<Diagnostic>,
    /// Whether a module is not there because of an error.
    pub(super) incomplete: bool,
}

impl Known {
    /// The place of a module, and whether it is asked for the first time.
    pub(super) fn place(&mut self, node: &Node, traits: Traits) -> (ModuleId, bool) {
        if let Some(place) = self.places.get(node) {
            self.traits[place.0 as usize].effects |= traits.effects;
            return (*place, false);
        }
        let place = ModuleId(u32::try_from(self.traits.len()).unwrap_or(u32::MAX));
        self.places.insert(node.clone(), place);
        self.traits.push(traits);
        (place, true)
    }

    /// Where a package's `module` file is imported and its `main` file required, the program has only the latter,
    /// so that what the package keeps is there once.
    pub(super) fn unify(&mut self, entry: ModuleId) {
        let mut known = vec![None; self.traits.len()];
        for (at, found) in self.found.iter().enumerate() {
            known[found.place.0 as usize] = Some(at);
        }
        let mut changed = false;
        for (importer, import, main) in std::mem::take(&mut self.pairs) {
            let place = self.places.get(&Node::File(main));
            if let (Some(place), Some(importer)) = (place, known[importer.0 as usize]) {
                self.found[importer].targets[import] = Target::Module(*place);
                changed = true;
            }
        }
        if !changed {
            return;
        }
        let mut reached = vec![false; self.traits.len()];
        let mut rest = vec![entry];
        while let Some(place) = rest.pop() {
            if !std::mem::replace(&mut reached[place.0 as usize], true)
                && let Some(at) = known[place.0 as usize]
            {
                let targets = self.found[at].targets.iter();
                rest.extend(targets.filter_map(|target| match target {
                    Target::Module(place) => Some(*place),
                    Target::External(_) | Target::Missing => None,
                }));
            }
        }
        self.found.retain(|found| reached[found.place.0 as usize]);
    }
}

/// A module whose targets go by place.
pub(super) struct Found {
    pub(super) place: ModuleId,
    pub(super) path: String,
    pub(super) object: Arc<Object>,
    pub(super) targets: Vec<Target>,
}

/// Gives modules ids in the order of their paths.
pub(super) fn number(
    mut found: Vec<Found>,
    traits: &[Traits],
    entry: ModuleId,
) -> Option<(Vec<Module>, ModuleId)> {
    found.sort_by(|one, other| one.path.cmp(&other.path));
    let mut ids: Vec<Option<ModuleId>> = vec![None; traits.len()];
    for (id, module) in (0..).zip(&found) {
        ids[module.place.0 as usize] = Some(ModuleId(id));
    }
    let target = |target| match target {
        Target::Module(place) => ids[place.0 as usize].map_or(Target::Missing, Target::Module),
        other => other,
    };
    let module = |found: Found| {
        let Traits { effects, node } = traits[found.place.0 as usize];
        let targets = found.targets.into_iter().map(target).collect();
        Module { path: found.path, object: found.object, targets, effects, node }
    };
    let entry = ids[entry.0 as usize]?;
    Some((found.into_iter().map(module).collect(), entry))
}
