//! What is known of a graph while it grows, and the order that it gets in the end.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use super::additional::AdditionalModule;
use super::package::package_name;
use super::{Module, ModuleId, Node, SCHEME, Target};
use crate::compile::Object;
use crate::diagnostic::{Code, Diagnostic, Note};

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
    /// What is wrong, and with which module.
    pub(super) problems: Vec<(ModuleId, Diagnostic)>,
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
    pub(super) fn unify(&mut self, roots: impl Iterator<Item = ModuleId>) {
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
        let mut rest: Vec<ModuleId> = roots.collect();
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

impl Known {
    /// All problems; those with the imports of packages tell how the program comes to have them.
    pub(super) fn problems(&mut self, entry: ModuleId) -> Vec<Diagnostic> {
        let mut problems = std::mem::take(&mut self.problems);
        let is_asked = |problem: &Diagnostic| {
            problem.code == Code::UnresolvedImport && package_name(problem.primary_path()).is_some()
        };
        if problems.iter().any(|(_, problem)| is_asked(problem)) {
            let ways = self.ways(entry);
            for (module, problem) in problems.iter_mut().filter(|(_, problem)| is_asked(problem)) {
                let label = problem.labels.first();
                let asked = label.and_then(|label| label.source.text().get(label.span.clone()));
                let asked = asked.map(|text| text.trim_matches(['"', '\'', '`']).to_owned());
                let mut way = self.way(&ways, *module);
                way.extend(asked);
                problem.notes.insert(0, Note { label: "way", items: vec![way.join(" -> ")] });
            }
        }
        problems.into_iter().map(|(_, problem)| problem).collect()
    }

    /// For each module by place, the index of what was found of it and one that imports it on the shortest way from the
    /// entry.
    fn ways(&self, entry: ModuleId) -> Vec<(Option<usize>, Option<ModuleId>)> {
        let mut ways: Vec<(Option<usize>, Option<ModuleId>)> = vec![(None, None); self.traits.len()];
        for (at, found) in self.found.iter().enumerate() {
            ways[found.place.0 as usize].0 = Some(at);
        }
        let mut rest = VecDeque::from([entry]);
        while let Some(place) = rest.pop_front() {
            let Some(found) = ways[place.0 as usize].0.map(|at| &self.found[at]) else { continue };
            for target in &found.targets {
                if let Target::Module(target) = target
                    && *target != entry
                    && ways[target.0 as usize].1.is_none()
                {
                    ways[target.0 as usize].1 = Some(place);
                    rest.push_back(*target);
                }
            }
        }
        ways
    }

    /// The modules from the entry to one: files of the project, and packages by their names.
    fn way(&self, ways: &[(Option<usize>, Option<ModuleId>)], module: ModuleId) -> Vec<String> {
        let mut way: Vec<String> = Vec::new();
        let mut next = Some(module);
        while let Some(place) = next {
            let (found, importer) = ways[place.0 as usize];
            let path = found.map_or("", |at| self.found[at].path.as_str());
            let name = package_name(path).unwrap_or(path);
            if !path.starts_with(SCHEME) && way.last().is_none_or(|last| last != name) {
                way.push(name.to_owned());
            }
            next = importer;
        }
        way.reverse();
        way
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
    before: &[ModuleId],
) -> Option<(Vec<Module>, ModuleId, Vec<ModuleId>)> {
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
    let before = before.iter().filter_map(|place| ids[place.0 as usize]).collect();
    Some((found.into_iter().map(module).collect(), entry, before))
}
