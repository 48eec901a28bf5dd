//! Which value an imported name is: the standard's resolution of exports, over objects.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::compile::{Binding, Format, Member, Object, Reference, Symbol, SymbolId};
use crate::graph::{Module, ModuleGraph, ModuleId, Target};

/// What a name stands for in the end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Resolved {
    /// A name of a module's top level.
    Symbol(ModuleId, SymbolId),
    /// All exports of a module as an object.
    Namespace(ModuleId),
    /// A property of what a CommonJS module exports (`*` for all of it), by Node's rules or by those of bundlers.
    CommonJs(ModuleId, String, bool),
    /// A property of the object of a module's exports, since which of the modules that it re-exports whole has it is
    /// only known when they run.
    Dynamic(ModuleId, String),
    /// An export of a module that the runtime provides (`*` for all of them).
    External(String, String),
    /// Nothing: there is no such export.
    Missing,
    /// Two modules are re-exported whole and both export it.
    Ambiguous,
}

/// What a reference stands for in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) resolved: Resolved,
    /// How many of its members were exports of modules; those behind them are read from the value.
    pub(super) members: usize,
}

/// The way that a resolution takes.
#[derive(Default)]
pub(super) struct Trail {
    seen: BTreeSet<(ModuleId, String)>,
    /// The modules that the name is passed on by, in order.
    pub(super) modules: Vec<ModuleId>,
    /// Whether the last answer is what a module may export that is re-exported whole and only known when it runs.
    loose: bool,
    /// Whether it led to a module that did not compile, which may export anything.
    pub(super) unknown: bool,
}

impl Trail {
    /// For another way.
    pub(super) fn clear(&mut self) {
        self.seen.clear();
        self.modules.clear();
        self.loose = false;
        self.unknown = false;
    }
}

/// Resolves names over a graph.
pub(super) struct Binder<'a> {
    pub(super) graph: &'a ModuleGraph,
    /// For each module, the name by which it exports a symbol.
    exported: Vec<BTreeMap<SymbolId, &'a str>>,
    /// For each module, what the names of its top level are, and the modules on the way there.
    symbols: Vec<Vec<(Resolved, Vec<ModuleId>)>>,
}

impl<'a> Binder<'a> {
    pub(super) fn new(graph: &'a ModuleGraph) -> Self {
        let names = |module: &'a Module| {
            let local = |(name, binding): (&'a String, &'a Binding)| match binding {
                Binding::Local(symbol) => Some((*symbol, name.as_str())),
                Binding::From(..) => None,
            };
            module.object.bindings.iter().filter_map(local).collect()
        };
        let exported = graph.modules.iter().map(names).collect();
        let mut binder = Self { graph, exported, symbols: Vec::new() };
        let ids: Vec<ModuleId> = graph.ids().collect();
        binder.symbols = ids.par_iter().map(|module| binder.resolve_symbols(*module)).collect();
        binder
    }

    fn resolve_symbols(&self, module: ModuleId) -> Vec<(Resolved, Vec<ModuleId>)> {
        let symbols = (0..).map(SymbolId).zip(&self.object(module).symbols);
        let resolve = |(id, symbol): (SymbolId, &Symbol)| {
            let Some((import, name)) = &symbol.import else {
                return (Resolved::Symbol(module, id), Vec::new());
            };
            let mut trail = Trail::default();
            (self.import(module, *import, name, &mut trail), trail.modules)
        };
        symbols.map(resolve).collect()
    }

    pub(super) fn module(&self, id: ModuleId) -> &'a Module {
        self.graph.module(id)
    }

    pub(super) fn object(&self, id: ModuleId) -> &'a Object {
        &self.module(id).object
    }

    /// Whether a module is JSON: its default export is all of it, whatever keys it has.
    pub(super) fn is_data(&self, id: ModuleId) -> bool {
        self.object(id).format == Format::CommonJs && !self.object(id).exports.is_empty()
    }

    /// Whether a name of a module's top level is imported.
    pub(super) fn is_import(&self, module: ModuleId, symbol: SymbolId) -> bool {
        self.object(module).symbols[symbol.0 as usize].import.is_some()
    }

    /// A name by which a module exports a symbol.
    pub(super) fn export_name(&self, module: ModuleId, symbol: SymbolId) -> &'a str {
        self.exported[module.0 as usize].get(&symbol).copied().unwrap_or("default")
    }

    /// What a relocation names. `None` for requests of modules.
    pub(super) fn reference(&self, module: ModuleId, reference: &Reference) -> Option<Found> {
        self.follow(module, reference, &mut Trail::default())
    }

    /// The same, with the modules on the way.
    pub(super) fn follow(&self, module: ModuleId, reference: &Reference, trail: &mut Trail) -> Option<Found> {
        let (Reference::Symbol(symbol) | Reference::Member(symbol, _)) = reference else { return None };
        let (resolved, passed) = &self.symbols[module.0 as usize][symbol.0 as usize];
        trail.modules.extend(passed);
        let mut found = Found { resolved: resolved.clone(), members: 0 };
        for Member { name, .. } in reference.members() {
            // The next member can be the same export again, of a module that exports itself.
            trail.seen.clear();
            found.resolved = match found.resolved {
                Resolved::Namespace(target) => self.resolve(target, name, trail),
                Resolved::CommonJs(target, all, node) if all == "*" => {
                    Resolved::CommonJs(target, name.clone(), node)
                }
                Resolved::External(specifier, all) if all == "*" => {
                    Resolved::External(specifier, name.clone())
                }
                other => return Some(Found { resolved: other, ..found }),
            };
            found.members += 1;
        }
        Some(found)
    }

    /// What a module exports under a name.
    pub(super) fn export(&self, module: ModuleId, name: &str) -> Resolved {
        self.resolve(module, name, &mut Trail::default())
    }

    /// What a module imports under a name of the other module's.
    pub(super) fn import(&self, module: ModuleId, import: usize, name: &str, trail: &mut Trail) -> Resolved {
        match &self.module(module).targets[import] {
            Target::External(specifier) => Resolved::External(specifier.clone(), name.to_owned()),
            Target::Missing => {
                trail.unknown = true;
                Resolved::Missing
            }
            Target::Module(target) => {
                if self.object(*target).format == Format::CommonJs {
                    let node = self.module(module).node || self.is_data(*target);
                    return Resolved::CommonJs(*target, name.to_owned(), node);
                }
                match name {
                    "*" => Resolved::Namespace(*target),
                    name => self.resolve(*target, name, trail),
                }
            }
        }
    }

    fn resolve(&self, module: ModuleId, name: &str, trail: &mut Trail) -> Resolved {
        if !trail.seen.insert((module, name.to_owned())) {
            return Resolved::Missing;
        }
        trail.modules.push(module);
        let object = self.object(module);
        if object.format == Format::CommonJs {
            return Resolved::CommonJs(module, name.to_owned(), self.is_data(module));
        }
        let passed_on = match object.bindings.get(name) {
            Some(Binding::Local(symbol)) => match &object.symbols[symbol.0 as usize].import {
                Some((import, name)) => Some((*import, name)),
                None => return Resolved::Symbol(module, *symbol),
            },
            Some(Binding::From(import, name)) => Some((*import, name)),
            None => None,
        };
        if let Some((import, name)) = passed_on {
            let resolved = self.import(module, import, name, trail);
            // The module says that it exports this, whatever it may be.
            trail.loose = false;
            return resolved;
        }
        // A default export is never passed on by `export *`.
        if name == "default" {
            return Resolved::Missing;
        }
        let mut found = Resolved::Missing;
        let mut loose = Resolved::Missing;
        for star in &object.stars {
            let before = trail.modules.len();
            trail.loose = false;
            let resolved = self.import(module, *star, name, trail);
            match resolved {
                // That was not the way.
                Resolved::Missing => trail.modules.truncate(before),
                Resolved::Ambiguous => return Resolved::Ambiguous,
                // What such a module exports is only known when it runs: it is asked last.
                other if trail.loose || self.is_loose(module, *star) => {
                    loose = match loose {
                        Resolved::Missing => other,
                        known if known == other => other,
                        _ => Resolved::Dynamic(module, name.to_owned()),
                    };
                }
                other if found == Resolved::Missing => found = other,
                other if found == other => {}
                _ => return Resolved::Ambiguous,
            }
        }
        trail.loose = found == Resolved::Missing;
        if trail.loose { loose } else { found }
    }

    /// Whether the exports of an import's target are not known before it runs.
    fn is_loose(&self, module: ModuleId, import: usize) -> bool {
        match &self.module(module).targets[import] {
            Target::Module(target) => self.object(*target).format == Format::CommonJs,
            Target::External(_) => true,
            Target::Missing => false,
        }
    }

    /// The names that a namespace object has, sorted, without those that are ambiguous or only known at run time.
    pub(super) fn export_names(&self, module: ModuleId) -> BTreeSet<&'a str> {
        let mut names = BTreeSet::new();
        self.collect(module, true, &mut names, &mut BTreeSet::new());
        names.retain(|name| !matches!(self.export(module, name), Resolved::Missing | Resolved::Ambiguous));
        names
    }

    fn collect(
        &self,
        module: ModuleId,
        own: bool,
        names: &mut BTreeSet<&'a str>,
        seen: &mut BTreeSet<ModuleId>,
    ) {
        if !seen.insert(module) {
            return;
        }
        let object = self.object(module);
        names.extend(object.bindings.keys().map(String::as_str).filter(|name| own || *name != "default"));
        for star in &object.stars {
            if let Target::Module(target) = self.module(module).targets[*star] {
                self.collect(target, false, names, seen);
            }
        }
    }

    /// What a module passes on whole and whose names are only known when it runs: modules of CommonJS, and of the
    /// runtime by their specifiers.
    pub(super) fn loose_stars(&self, module: ModuleId) -> (BTreeSet<ModuleId>, BTreeSet<&'a str>) {
        let (mut modules, mut externals) = (BTreeSet::new(), BTreeSet::new());
        let mut seen = BTreeSet::new();
        let mut rest = vec![module];
        while let Some(module) = rest.pop() {
            if !seen.insert(module) {
                continue;
            }
            for star in &self.object(module).stars {
                match &self.module(module).targets[*star] {
                    Target::Module(target) if self.object(*target).format == Format::CommonJs => {
                        modules.insert(*target);
                    }
                    Target::Module(target) => rest.push(*target),
                    Target::External(specifier) => _ = externals.insert(specifier.as_str()),
                    Target::Missing => {}
                }
            }
        }
        (modules, externals)
    }
}
