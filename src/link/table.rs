//! Something for each entity: by index for names of modules, of which there are many, and in a map for the others.

use std::collections::BTreeMap;

use super::bind::Binder;
use super::name::Entity;
use crate::compile::SymbolId;
use crate::graph::ModuleId;

/// What there is for each entity, in their order.
pub(super) struct Table<T> {
    symbols: Vec<Vec<Option<T>>>,
    others: BTreeMap<Entity, T>,
}

impl<T> Table<T> {
    /// An empty table for the entities of a graph.
    pub(super) fn new(binder: &Binder<'_>) -> Self {
        let modules = binder.graph.modules.iter();
        let places = modules.map(|module| module.object.symbols.iter().map(|_| None).collect());
        Self { symbols: places.collect(), others: BTreeMap::new() }
    }

    pub(super) fn get(&self, entity: &Entity) -> Option<&T> {
        match entity {
            Entity::Symbol(module, symbol) => self.symbols[module.0 as usize][symbol.0 as usize].as_ref(),
            other => self.others.get(other),
        }
    }

    pub(super) fn get_mut(&mut self, entity: &Entity) -> Option<&mut T> {
        match entity {
            Entity::Symbol(module, symbol) => self.symbols[module.0 as usize][symbol.0 as usize].as_mut(),
            other => self.others.get_mut(other),
        }
    }

    pub(super) fn insert(&mut self, entity: Entity, value: T) {
        match entity {
            Entity::Symbol(module, symbol) => {
                self.symbols[module.0 as usize][symbol.0 as usize] = Some(value);
            }
            other => _ = self.others.insert(other, value),
        }
    }

    /// What there is for entities that are no names of modules.
    pub(super) fn others(&self) -> impl Iterator<Item = (&Entity, &T)> {
        self.others.iter()
    }

    /// Everything that there is.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Entity, &T)> {
        let symbols = (0..).map(ModuleId).zip(&self.symbols).flat_map(|(module, symbols)| {
            let symbols = (0..).map(SymbolId).zip(symbols);
            symbols.filter_map(move |(id, value)| Some((Entity::Symbol(module, id), value.as_ref()?)))
        });
        symbols.chain(self.others.iter().map(|(entity, value)| (entity.clone(), value)))
    }
}
