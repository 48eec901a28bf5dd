//! Which statements are live: those that can be noticed, and those that live ones use.

use std::collections::BTreeSet;

use super::bind::{Binder, Resolved, Trail};
use super::cause::{Cause, Causes};
use super::cycle::Cycles;
use super::pure::{self, Declared};
use crate::compile::{Format, ImportKind, Part, Reference, SymbolId};
use crate::graph::{Module, ModuleId, Target};

/// What of a graph is live.
pub(super) struct Live {
    /// For each module, whether it is evaluated.
    pub(super) modules: Vec<bool>,
    /// For each module and part.
    pub(super) parts: Vec<Vec<bool>>,
    /// Modules whose exports are needed as an object.
    pub(super) namespaces: BTreeSet<ModuleId>,
    /// Modules that are required.
    pub(super) required: BTreeSet<ModuleId>,
    /// Modules that are imported when asked for.
    pub(super) dynamic: BTreeSet<ModuleId>,
}

/// Marks what is live, from the entry. What made each thing live is noted where somebody wants to know.
pub(super) fn shake(binder: &Binder<'_>, cycles: &Cycles, causes: Option<&mut Causes>) -> Live {
    let modules = &binder.graph.modules;
    let parts = |module: &Module, belongs: fn(&Part, &mut Vec<SymbolId>)| {
        let mut parts: Vec<Vec<usize>> = vec![Vec::new(); module.object.symbols.len()];
        let mut symbols = Vec::new();
        for (at, part) in module.object.parts.iter().enumerate() {
            belongs(part, &mut symbols);
            for symbol in symbols.drain(..) {
                parts[symbol.0 as usize].push(at);
            }
        }
        parts
    };
    let declares = |part: &Part, symbols: &mut Vec<SymbolId>| symbols.extend(&part.declares);
    let declared: Declared = modules.iter().map(|module| parts(module, declares)).collect();
    let belongs = |part: &Part, symbols: &mut Vec<SymbolId>| {
        symbols.extend(&part.declares);
        symbols.extend(part.completes);
    };
    let mut marker = Marker {
        binder,
        cycles,
        effects: pure::effects(binder, &declared),
        belonging: modules.iter().map(|module| parts(module, belongs)).collect(),
        live: Live {
            modules: vec![false; modules.len()],
            parts: modules.iter().map(|module| vec![false; module.object.parts.len()]).collect(),
            namespaces: BTreeSet::new(),
            required: BTreeSet::new(),
            dynamic: BTreeSet::new(),
        },
        rest: Vec::new(),
        now: Cause::Entry,
        causes,
    };
    for root in binder.graph.roots() {
        marker.module(root);
    }
    let entry = binder.graph.entry;
    for name in binder.export_names(entry) {
        let resolved = binder.export(entry, name);
        marker.value(&resolved);
    }
    marker.drain();
    marker.live
}

struct Marker<'a, 'b> {
    binder: &'a Binder<'b>,
    cycles: &'a Cycles,
    /// For each module and part, whether evaluating it can be noticed.
    effects: Vec<Vec<bool>>,
    /// For each module and symbol, the parts that declare or complete it.
    belonging: Declared,
    live: Live,
    rest: Vec<(ModuleId, usize)>,
    /// What makes things live that are marked now.
    now: Cause,
    causes: Option<&'a mut Causes>,
}

impl Marker<'_, '_> {
    fn drain(&mut self) {
        let mut trail = Trail::default();
        while let Some((module, part)) = self.rest.pop() {
            for (place, relocation) in self.binder.object(module).parts[part].relocations.iter().enumerate() {
                self.now = Cause::Use { by: module, part, place };
                match &relocation.target {
                    Reference::Require(import) => self.request(module, *import, ImportKind::Require),
                    Reference::Dynamic(import) => self.request(module, *import, ImportKind::Dynamic),
                    reference => {
                        trail.clear();
                        if let Some(found) = self.binder.follow(module, reference, &mut trail) {
                            self.value(&found.resolved);
                        }
                        // Whoever passes a name on is evaluated for it, even if its package says that this does nothing.
                        for passed in &trail.modules {
                            self.module(*passed);
                        }
                    }
                }
            }
        }
    }

    /// A module is evaluated: what of it can be noticed is live, and so is what it imports.
    fn module(&mut self, module: ModuleId) {
        let mut rest = vec![(module, self.now)];
        let now = self.now;
        while let Some((module, cause)) = rest.pop() {
            if std::mem::replace(&mut self.live.modules[module.0 as usize], true) {
                continue;
            }
            if let Some(causes) = &mut self.causes {
                causes.modules[module.0 as usize] = Some(cause);
            }
            self.now = Cause::Effects;
            let object = self.binder.object(module);
            for at in 0..object.parts.len() {
                if self.effects[module.0 as usize][at] || self.reads_too_early(module, at) {
                    self.part(module, at);
                }
            }
            let imports = object.imports.iter().zip(&self.binder.module(module).targets);
            for (at, (import, target)) in imports.enumerate() {
                if let (ImportKind::Static, Target::Module(target)) = (import.kind, target)
                    && self.binder.module(*target).effects
                {
                    rest.push((*target, Cause::Import { by: module, import: at }));
                }
            }
        }
        self.now = now;
    }

    /// Whether a statement may read something that does not exist yet, which can be noticed: it throws.
    fn reads_too_early(&self, module: ModuleId, part: usize) -> bool {
        let reads = self.binder.object(module).parts[part].relocations.iter().filter(|place| place.now);
        let mut owned = reads.filter_map(|place| match place.target {
            Reference::Symbol(symbol) if !self.binder.is_import(module, symbol) => Some((module, symbol)),
            _ if self.cycles.of(module).is_none() => None,
            _ => match self.binder.reference(module, &place.target).map(|found| found.resolved) {
                Some(Resolved::Symbol(owner, symbol)) => Some((owner, symbol)),
                _ => None,
            },
        });
        owned.any(|(owner, symbol)| {
            let declared = &self.belonging[owner.0 as usize][symbol.0 as usize];
            let parts = &self.binder.object(owner).parts;
            !declared.iter().any(|at| parts[*at].hoisted)
                && if owner == module {
                    declared.first().is_some_and(|first| *first >= part)
                } else {
                    self.cycles.precedes(module, owner)
                }
        })
    }

    fn part(&mut self, module: ModuleId, part: usize) {
        if !std::mem::replace(&mut self.live.parts[module.0 as usize][part], true) {
            if let Some(causes) = &mut self.causes {
                causes.parts[module.0 as usize][part] = Some(self.now);
            }
            self.rest.push((module, part));
        }
    }

    fn symbol(&mut self, module: ModuleId, symbol: SymbolId) {
        for at in 0..self.belonging[module.0 as usize][symbol.0 as usize].len() {
            let part = self.belonging[module.0 as usize][symbol.0 as usize][at];
            self.part(module, part);
        }
    }

    fn value(&mut self, resolved: &Resolved) {
        match resolved {
            Resolved::Symbol(module, symbol) => {
                self.module(*module);
                self.symbol(*module, *symbol);
            }
            Resolved::Namespace(module) | Resolved::Dynamic(module, _) => self.namespace(*module),
            Resolved::CommonJs(module, ..) => self.module(*module),
            Resolved::External(..) | Resolved::Missing | Resolved::Ambiguous => {}
        }
    }

    fn namespace(&mut self, module: ModuleId) {
        if !self.live.namespaces.insert(module) {
            return;
        }
        self.module(module);
        for name in self.binder.export_names(module) {
            let resolved = self.binder.export(module, name);
            self.value(&resolved);
        }
        for star in self.binder.loose_stars(module).0 {
            self.module(star);
        }
    }

    fn request(&mut self, module: ModuleId, import: usize, kind: ImportKind) {
        let Target::Module(target) = self.binder.module(module).targets[import] else { return };
        let requests =
            if kind == ImportKind::Require { &mut self.live.required } else { &mut self.live.dynamic };
        requests.insert(target);
        match self.binder.object(target).format {
            Format::CommonJs => self.module(target),
            Format::Module => self.namespace(target),
        }
    }
}
