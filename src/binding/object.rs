//! Objects: their properties, and who wants to know of them.

use super::solver::{NodeId, Reading, Solver, Watch};
use super::value::{Made, Name, Value, ValueId};

/// What is known of an object.
#[derive(Default)]
pub(super) struct Object {
    names: Vec<Name>,
    /// Those that it has whatever the objects have whose properties it has too.
    own: Vec<Name>,
    /// Nodes that get all properties.
    any: Vec<NodeId>,
    /// Nodes that get the names of properties.
    listers: Vec<NodeId>,
    /// Values whose properties it has too.
    parents: Vec<ValueId>,
    /// What is read of it.
    readings: Vec<u32>,
}

impl Object {
    /// Values whose properties it has too.
    pub(super) fn parents(&self) -> &[ValueId] {
        &self.parents
    }
}

impl Solver<'_> {
    /// The node of an object's property.
    pub(super) fn field(&mut self, object: ValueId, name: Name) -> NodeId {
        if let Some(node) = self.fields.get(&(object, name)) {
            return *node;
        }
        let node = self.new_node();
        self.fields.insert((object, name), node);
        let star = self.star;
        let known = self.objects.entry(object).or_default();
        known.names.push(name);
        let (any, listers) = (known.any.clone(), known.listers.clone());
        for to in any {
            self.watch(node, Watch::Receive(to, object));
        }
        for to in listers.into_iter().filter(|_| name != star) {
            self.add_value(to, Value::Text(name));
        }
        node
    }

    pub(super) fn named_field(&mut self, object: Value, name: &str) -> NodeId {
        let (object, name) = (self.values.id(object), self.values.name(name));
        self.field(object, name)
    }

    /// The names of an object's properties.
    pub(super) fn names(&self, object: ValueId) -> Vec<Name> {
        self.objects.get(&object).map(|known| known.names.clone()).unwrap_or_default()
    }

    /// An object has a property of its own.
    pub(super) fn own(&mut self, object: ValueId, name: Name) {
        let known = self.objects.entry(object).or_default();
        if !known.own.contains(&name) {
            known.own.push(name);
        }
    }

    /// Whether an object has a property of its own.
    pub(super) fn has_own(&self, object: ValueId, name: Name) -> bool {
        self.objects.get(&object).is_some_and(|known| known.own.contains(&name))
    }

    pub(super) fn reading(&mut self, reading: Reading) -> u32 {
        if let Some(id) = self.reading_ids.get(&reading) {
            return *id;
        }
        let id = u32::try_from(self.readings.len()).unwrap_or(u32::MAX);
        self.readings.push(reading);
        self.reading_ids.insert(reading, id);
        id
    }

    pub(super) fn reading_of(&self, id: u32) -> Reading {
        self.readings[id as usize]
    }

    /// Reads a property of an object, and of those whose properties it has too.
    pub(super) fn read_field(&mut self, object: ValueId, id: u32) {
        let reading = self.reading_of(id);
        let known = self.objects.entry(object).or_default();
        if known.readings.contains(&id) {
            return;
        }
        known.readings.push(id);
        if !known.own.contains(&reading.name) {
            for parent in known.parents.clone() {
                self.read(parent, id);
            }
        }
        let star = self.star;
        for name in [reading.name, star] {
            let node = self.field(object, name);
            self.watch(node, Watch::Receive(reading.to, object));
        }
    }

    pub(super) fn read_any(&mut self, value: ValueId, to: NodeId) {
        match self.values.get(value) {
            Value::Made(Made::Map(step, activation)) => {
                self.add_value(to, Value::Made(Made::Pair(step, activation)));
            }
            one if one.has_fields() => {
                let known = self.objects.entry(value).or_default();
                if known.any.contains(&to) {
                    return;
                }
                known.any.push(to);
                let (names, parents) = (known.names.clone(), known.parents.clone());
                for name in names {
                    let node = self.field(value, name);
                    self.watch(node, Watch::Receive(to, value));
                }
                for parent in parents {
                    self.read_any(parent, to);
                }
            }
            Value::Part(..) | Value::Binding(_) | Value::Package(..) => self.add(to, value),
            Value::Env(_) | Value::ProcessEnv | Value::Module(_) => {}
            _ => self.add_value(to, Value::Unknown),
        }
    }

    pub(super) fn list_names(&mut self, value: ValueId, to: NodeId) {
        if !self.values.get(value).has_fields() {
            if !matches!(self.values.get(value), Value::Env(_)) {
                self.add_value(to, Value::Unknown);
            }
            return;
        }
        let star = self.star;
        let known = self.objects.entry(value).or_default();
        if known.listers.contains(&to) {
            return;
        }
        known.listers.push(to);
        let (names, parents) = (known.names.clone(), known.parents.clone());
        for name in names.into_iter().filter(|name| *name != star) {
            self.add_value(to, Value::Text(name));
        }
        for parent in parents {
            self.list_names(parent, to);
        }
    }

    /// An object gets the properties of a value.
    pub(super) fn inherit(&mut self, object: ValueId, parent: ValueId) {
        if object == parent {
            return;
        }
        let known = self.objects.entry(object).or_default();
        if known.parents.contains(&parent) {
            return;
        }
        known.parents.push(parent);
        let (readings, any, listers) = (known.readings.clone(), known.any.clone(), known.listers.clone());
        let own = known.own.clone();
        for id in readings {
            if !own.contains(&self.reading_of(id).name) {
                self.read(parent, id);
            }
        }
        for to in any {
            self.read_any(parent, to);
        }
        for to in listers {
            self.list_names(parent, to);
        }
    }
}
