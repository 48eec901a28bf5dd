//! Import cycles. In them, and nowhere else, can a module see another one before that is evaluated.

use super::bind::Binder;
use super::order::{closure, imports, waits};
use crate::compile::{Format, ImportKind};
use crate::graph::{ModuleId, Target};

/// The cycles of a graph's static imports.
pub(super) struct Cycles {
    /// For each module the cycle that it is in, if any. A module that imports itself is one.
    cycles: Vec<Option<u32>>,
    /// For each module its place in the order of evaluation from the entry.
    places: Vec<u32>,
    /// Modules that may be evaluated from another one than the entry, and then in another order.
    movable: Vec<bool>,
}

impl Cycles {
    /// Finds them.
    pub(super) fn new(binder: &Binder<'_>) -> Self {
        let count = binder.graph.modules.len();
        let mut search = Search {
            binder,
            seen: vec![None; count],
            open: Vec::new(),
            complete: vec![false; count],
            cycles: vec![None; count],
            places: vec![0; count],
            found: 0,
            done: 0,
        };
        for root in binder.graph.roots() {
            search.visit(root);
        }
        for module in binder.graph.ids() {
            search.visit(module);
        }
        let asked = |kind: ImportKind| {
            let modules = binder.graph.modules.iter();
            let imports = modules.flat_map(|module| module.object.imports.iter().zip(&module.targets));
            imports.filter_map(move |(import, target)| match target {
                Target::Module(target) if import.kind == kind => Some(*target),
                _ => None,
            })
        };
        let is_module = |module: &ModuleId| binder.object(*module).format == Format::Module;
        let required: Vec<ModuleId> = asked(ImportKind::Require).filter(is_module).collect();
        let dynamic: Vec<ModuleId> = asked(ImportKind::Dynamic).filter(is_module).collect();
        let mut movable = vec![false; count];
        for module in waits(binder, &closure(binder, binder.graph.roots()), required, dynamic) {
            movable[module.0 as usize] = true;
        }
        Self { cycles: search.cycles, places: search.places, movable }
    }

    /// The cycle that a module is in.
    pub(super) fn of(&self, module: ModuleId) -> Option<u32> {
        self.cycles[module.0 as usize]
    }

    /// Whether a module may be evaluated while another one that it reads from has not been.
    pub(super) fn precedes(&self, reader: ModuleId, owner: ModuleId) -> bool {
        let place = |module: ModuleId| self.places[module.0 as usize];
        self.of(reader).is_some()
            && self.of(reader) == self.of(owner)
            && (self.movable[reader.0 as usize] || place(reader) < place(owner))
    }
}

/// Tarjan's search for strongly connected components, kept off the call stack: chains of imports can be as long as a
/// project likes.
struct Search<'a, 'b> {
    binder: &'a Binder<'b>,
    /// For each module the number of its visit, then the lowest one that is reached from it.
    seen: Vec<Option<(u32, u32)>>,
    /// Modules whose component is not complete.
    open: Vec<ModuleId>,
    complete: Vec<bool>,
    cycles: Vec<Option<u32>>,
    places: Vec<u32>,
    found: u32,
    done: u32,
}

impl Search<'_, '_> {
    fn visit(&mut self, root: ModuleId) {
        if self.seen[root.0 as usize].is_some() {
            return;
        }
        let mut stack = vec![self.enter(root)];
        while let Some((module, rest)) = stack.last_mut() {
            let module = *module;
            let Some(next) = rest.next() else {
                stack.pop();
                self.leave(module);
                if let Some((parent, _)) = stack.last() {
                    self.reach(*parent, self.lowest(module));
                }
                continue;
            };
            match self.seen[next.0 as usize] {
                None => stack.push(self.enter(next)),
                Some((number, _)) if !self.complete[next.0 as usize] => self.reach(module, number),
                Some(_) => {}
            }
        }
    }

    fn enter(&mut self, module: ModuleId) -> (ModuleId, std::vec::IntoIter<ModuleId>) {
        self.found += 1;
        self.seen[module.0 as usize] = Some((self.found, self.found));
        self.open.push(module);
        (module, imports(self.binder, module).collect::<Vec<_>>().into_iter())
    }

    fn lowest(&self, module: ModuleId) -> u32 {
        self.seen[module.0 as usize].map_or(0, |(_, lowest)| lowest)
    }

    fn reach(&mut self, module: ModuleId, number: u32) {
        if let Some((_, lowest)) = &mut self.seen[module.0 as usize] {
            *lowest = number.min(*lowest);
        }
    }

    fn leave(&mut self, module: ModuleId) {
        self.places[module.0 as usize] = self.done;
        self.done += 1;
        if self.seen[module.0 as usize].is_some_and(|(number, lowest)| number == lowest) {
            let from = self.open.iter().rposition(|open| *open == module).unwrap_or(0);
            let members = self.open.split_off(from);
            let is_cycle = members.len() > 1 || imports(self.binder, module).any(|import| import == module);
            for member in members {
                self.complete[member.0 as usize] = true;
                self.cycles[member.0 as usize] = is_cycle.then_some(self.done);
            }
        }
    }
}
