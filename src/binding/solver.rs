//! Follows values: what each slot can hold is found by giving every value on until nothing new arrives.
//!
//! A function is looked at once for each place that calls it, and each of these *activations* has slots of its own, so that
//! a helper that two handlers call keeps their values apart. Only functions that something calls, or that go where calls
//! are not seen, are looked at: what nobody reaches uses nothing.

use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::activation;
use super::object::Object;
use super::value::{FunctionRef, Name, PlaceId, StepRef, Sure, Value, ValueId, Values};
use super::{Access, Input};
use crate::compile::Flow;
use crate::compile::flow::{Function, Slot, Step};
use crate::graph::ModuleId;

/// Most constant texts that a slot is taken to hold.
const MOST_TEXTS: usize = 64;

/// Most values that a slot is taken to hold, `env` excepted; of the others nothing is known.
const MOST_VALUES: usize = 256;

/// How many neighbours of a node are looked through one by one.
const FEW: usize = 16;

/// How often values may be given on, and asked for, in all: generated code can have any size.
const MOST_WORK: usize = 1_000_000;

/// An index into the nodes: a slot of an activation, a property of an object, an export ...
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(pub(super) u32);

/// An index into the activations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ActivationId(pub(super) u32);

/// What a slot can hold, and who wants to know.
#[derive(Default)]
pub(super) struct Node {
    values: Vec<ValueId>,
    texts: usize,
    copies: Vec<NodeId>,
    watchers: Vec<Watch>,
}

/// What happens when a value arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Watch {
    /// A step looks at it.
    Step(ActivationId, u32, Role),
    /// A property is read of it: an index into the readings.
    Read(u32),
    /// All its properties go to a node.
    ReadAny(NodeId),
    /// It goes to a node; a function knows then which object it was read of.
    Receive(NodeId, ValueId),
    /// It is looked in for what a class does not have itself: an index into the readings, the object, whether the class is it.
    Inherited(u32, ValueId, bool),
    /// It is the class whose constructor is called for an object: an index into the invocations.
    Construct(u32, ValueId),
    /// Objects get what another class's constructor gives: the invocation, for each object that arrives.
    ConstructFor(u32, NodeId),
    /// It is the class whose methods are called for an object: an index into the invocations.
    Methods(u32, ValueId),
    /// It is called: an index into the invocations.
    Invoke(u32),
    /// It goes out of sight: an index into the invocations.
    Give(u32),
    /// A list's item of this place is given on.
    Item(NodeId, u32),
    /// It goes to a node, and is less sure there.
    Likely(NodeId),
    /// It is what the platform calls: an index into the users.
    Root(u32),
    /// The main module exports it: an index into the entries.
    Entry(u32),
    /// It may be a handler: an index into the handlers.
    Handler(u32),
    /// A property is read of it, if it is an object: an index into the readings.
    ReadOwn(u32),
    /// The names of its properties go to a node.
    Names(NodeId),
    /// It gets the properties of what another node has.
    Adopt(NodeId),
    /// It is an object, or the name of a property of it: an index into what is read by name.
    Key(u32),
    /// It is an object that gets a property, or the name of that: an index into what is defined.
    Define(u32),
    /// It is what a symbol is known by.
    Symbol(NodeId),
    /// An object that holds others goes to a node.
    Hold(NodeId),
    /// The code asks whether it is there.
    Asked,
    /// It becomes a property of something of which nothing is known.
    Leave(NodeId),
    /// Its properties become properties of an object.
    Parent(ValueId),
}

/// Which of a step's slots a value arrives at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Role {
    Of,
    Key,
    Value,
}

/// A function that is looked at for one of its callers; also a package, which calls what it is given.
pub(super) struct Activation {
    pub(super) function: Option<FunctionRef>,
    pub(super) base: u32,
    pub(super) parent: Option<ActivationId>,
    /// Whom it calls.
    pub(super) calls: BTreeSet<ActivationId>,
}

/// What an activation is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Site {
    /// The module's evaluation.
    Top,
    /// A step that calls.
    Step(StepRef),
    /// The platform calls it for a user.
    Root(u32),
    /// Too many do.
    Shared,
}

/// A property that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Reading {
    pub(super) name: Name,
    pub(super) to: NodeId,
    /// Where, unless nobody wrote it.
    pub(super) at: Option<At>,
}

/// A place in the code and the activation that gets there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct At {
    pub(super) module: ModuleId,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) activation: ActivationId,
}

/// A property that is read by a name that is a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keyed {
    pub(super) of: NodeId,
    pub(super) key: NodeId,
    pub(super) to: NodeId,
    /// Where.
    pub(super) at: Option<At>,
}

/// A call whose callee is not known yet.
#[derive(Clone)]
pub(super) struct Invocation {
    pub(super) site: Site,
    pub(super) caller: ActivationId,
    pub(super) arguments: Vec<Given>,
    pub(super) to: Option<NodeId>,
    /// Whether a package calls, so that the names of parameters tell what it gives.
    pub(super) likely: bool,
}

/// An argument.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    pub(super) node: Option<NodeId>,
    pub(super) is_spread: bool,
}

impl Given {
    pub(super) fn one(node: NodeId) -> Self {
        Self { node: Some(node), is_spread: false }
    }
}

/// A place that reads a name of `env`.
pub(super) struct Place {
    pub(super) module: ModuleId,
    pub(super) span: Range<u32>,
    pub(super) name: Name,
    pub(super) sure: Sure,
    pub(super) tested: bool,
    pub(super) accesses: BTreeSet<Access>,
    pub(super) activations: BTreeSet<ActivationId>,
}

/// The state of the search.
pub(super) struct Solver<'a> {
    pub(super) input: &'a Input<'a>,
    pub(super) values: Values,
    pub(super) nodes: Vec<Node>,
    edges: FxHashSet<(NodeId, NodeId)>,
    watched: FxHashSet<(NodeId, Watch)>,
    queue: VecDeque<(NodeId, ValueId)>,
    /// What is to be given on first, so that `env` is followed as far as it goes even if not everything is.
    urgent: VecDeque<(NodeId, ValueId)>,
    work: usize,
    pub(super) activations: Vec<Activation>,
    pub(super) by_key: FxHashMap<(FunctionRef, Site, Option<ActivationId>), ActivationId>,
    pub(super) counts: FxHashMap<FunctionRef, usize>,
    /// Most activations of one function.
    pub(super) most_activations: usize,
    pub(super) fields: FxHashMap<(ValueId, Name), NodeId>,
    pub(super) objects: FxHashMap<ValueId, Object>,
    pub(super) exports: FxHashMap<(ModuleId, Name), NodeId>,
    pub(super) tops: Vec<Option<ActivationId>>,
    pub(super) readings: Vec<Reading>,
    pub(super) reading_ids: FxHashMap<Reading, u32>,
    pub(super) invocations: Vec<Invocation>,
    pub(super) places: Vec<Place>,
    place_ids: FxHashMap<(ModuleId, u32, Name), PlaceId>,
    /// Nodes by what they are for, where nothing else tells.
    special: FxHashMap<(Name, Name, u32), NodeId>,
    pub(super) packages: FxHashMap<Name, ActivationId>,
    pub(super) package_names: Vec<Name>,
    pub(super) users: Vec<super::User>,
    /// What the main module exports, with its file.
    pub(super) entries: Vec<(String, String)>,
    /// What may be handlers of it.
    pub(super) handlers: Vec<(String, String)>,
    /// Users that are something of a package that may use anything.
    pub(super) lost: Vec<(u32, String)>,
    /// Packages that the platform calls, and by whom.
    pub(super) entered: Vec<(ActivationId, String)>,
    /// What is read by names that are values.
    pub(super) keyed: Vec<Keyed>,
    /// Properties that are defined by names that are values, and the steps that do it.
    pub(super) defined: Vec<(Keyed, (ActivationId, u32))>,
    /// Packages that run before every handler.
    pub(super) wrappers: Vec<ActivationId>,
    /// The names that the code itself puts into `env`.
    pub(super) set_by_code: BTreeSet<Name>,
    /// Who is called first for each user.
    pub(super) starts: Vec<Vec<ActivationId>>,
    given: FxHashSet<(ActivationId, u32)>,
    /// What happens to what goes out of sight somewhere.
    pub(super) gifts: FxHashMap<(Site, ActivationId), u32>,
    pub(super) star: Name,
}

impl<'a> Solver<'a> {
    pub(super) fn new(input: &'a Input<'a>) -> Self {
        let mut values = Values::default();
        let star = values.name("*");
        Self {
            input,
            values,
            nodes: Vec::new(),
            edges: FxHashSet::default(),
            watched: FxHashSet::default(),
            queue: VecDeque::new(),
            urgent: VecDeque::new(),
            work: 0,
            activations: Vec::new(),
            most_activations: activation::most(input),
            by_key: FxHashMap::default(),
            counts: FxHashMap::default(),
            fields: FxHashMap::default(),
            objects: FxHashMap::default(),
            exports: FxHashMap::default(),
            tops: vec![None; input.graph.modules.len()],
            readings: Vec::new(),
            reading_ids: FxHashMap::default(),
            invocations: Vec::new(),
            places: Vec::new(),
            place_ids: FxHashMap::default(),
            special: FxHashMap::default(),
            packages: FxHashMap::default(),
            package_names: Vec::new(),
            users: Vec::new(),
            entries: Vec::new(),
            handlers: Vec::new(),
            lost: Vec::new(),
            entered: Vec::new(),
            keyed: Vec::new(),
            defined: Vec::new(),
            wrappers: Vec::new(),
            set_by_code: BTreeSet::new(),
            starts: Vec::new(),
            given: FxHashSet::default(),
            gifts: FxHashMap::default(),
            star,
        }
    }

    pub(super) fn flow(&self, module: ModuleId) -> Option<&'a Flow> {
        self.input.graph.modules.get(module.0 as usize)?.object.flow.as_ref()
    }

    pub(super) fn function(&self, function: FunctionRef) -> Option<&'a Function> {
        self.flow(function.module)?.functions.get(function.function as usize)
    }

    /// Gives values on until nothing new arrives, and what goes out of sight is called.
    pub(super) fn run(&mut self) {
        loop {
            while let Some((node, value)) = self.urgent.pop_front().or_else(|| self.queue.pop_front()) {
                if self.is_exhausted() {
                    return;
                }
                self.arrive(node, value);
            }
            if !self.give_what_nobody_takes() {
                return;
            }
        }
    }

    /// Whether the search was given up, so that there may be uses that were not found.
    pub(super) fn is_exhausted(&self) -> bool {
        self.work > MOST_WORK
    }

    fn arrive(&mut self, node: NodeId, value: ValueId) {
        // What is called here can add to both lists; what is added sees the value by itself.
        let at = node.0 as usize;
        for next in 0..self.nodes[at].copies.len() {
            let to = self.nodes[at].copies[next];
            self.add(to, value);
        }
        for next in 0..self.nodes[at].watchers.len() {
            let watch = self.nodes[at].watchers[next];
            self.tell(watch, value);
        }
    }

    /// A step that calls where nothing callable ever arrives gives away what it has. Says whether there was any.
    fn give_what_nobody_takes(&mut self) -> bool {
        let mut any = false;
        for at in 0..self.activations.len() {
            let id = ActivationId(u32::try_from(at).unwrap_or(u32::MAX));
            let Some(function) = self.activations[at].function.and_then(|function| self.function(function))
            else {
                continue;
            };
            for (step, call) in (0..).zip(&function.steps) {
                let Step::Call(call) = call else { continue };
                if call.arguments.is_empty() || self.is_taken(id, call) || !self.given.insert((id, step)) {
                    continue;
                }
                any = true;
                let arguments = self.arguments(id, call);
                let site = self.site(id, step);
                let to = self.node(id, call.to);
                self.add_value(to, Value::Unknown);
                self.give_all(
                    &arguments,
                    Invocation { site, caller: id, arguments: Vec::new(), to: None, likely: false },
                );
            }
        }
        any
    }

    // Nodes.

    pub(super) fn new_node(&mut self) -> NodeId {
        self.nodes.push(Node::default());
        NodeId(u32::try_from(self.nodes.len() - 1).unwrap_or(u32::MAX))
    }

    /// The node of a slot, as an activation sees it.
    pub(super) fn node(&self, activation: ActivationId, slot: Slot) -> NodeId {
        let mut at = &self.activations[activation.0 as usize];
        while at.function.is_some_and(|function| function.function != slot.function) {
            match at.parent {
                Some(parent) => at = &self.activations[parent.0 as usize],
                None => break,
            }
        }
        NodeId(at.base + slot.index)
    }

    pub(super) fn held(&self, node: NodeId) -> &[ValueId] {
        &self.nodes[node.0 as usize].values
    }

    pub(super) fn add_value(&mut self, node: NodeId, value: Value) {
        let id = self.values.id(value);
        self.add(node, id);
    }

    pub(super) fn add(&mut self, node: NodeId, value: ValueId) {
        self.work += 1;
        let one = self.values.get(value);
        let is_text = matches!(one, Value::Text(_));
        let unknown = self.values.id(Value::Unknown);
        let held = &mut self.nodes[node.0 as usize];
        let is_full = held.values.len() >= MOST_VALUES && !matches!(one, Value::Env(_));
        let value = if is_full || is_text && held.texts >= MOST_TEXTS { unknown } else { value };
        if held.values.contains(&value) {
            return;
        }
        held.texts += usize::from(is_text);
        held.values.push(value);
        let is_urgent = matches!(one, Value::Env(_) | Value::Binding(_) | Value::Part(..) | Value::Made(_));
        (if is_urgent { &mut self.urgent } else { &mut self.queue }).push_back((node, value));
    }

    pub(super) fn copy(&mut self, from: NodeId, to: NodeId) {
        let copies = &mut self.nodes[from.0 as usize].copies;
        let is_new = if copies.len() < FEW { !copies.contains(&to) } else { self.edges.insert((from, to)) };
        if from == to || !is_new || copies.get(..FEW).is_some_and(|first| first.contains(&to)) {
            return;
        }
        copies.push(to);
        for value in self.nodes[from.0 as usize].values.clone() {
            self.add(to, value);
        }
    }

    pub(super) fn watch(&mut self, node: NodeId, watch: Watch) {
        self.work += 1;
        let watchers = &mut self.nodes[node.0 as usize].watchers;
        let is_new = if watchers.len() < FEW {
            !watchers.contains(&watch)
        } else {
            self.watched.insert((node, watch))
        };
        if !is_new || watchers.get(..FEW).is_some_and(|first| first.contains(&watch)) {
            return;
        }
        watchers.push(watch);
        for value in self.nodes[node.0 as usize].values.clone() {
            self.tell(watch, value);
        }
    }

    /// The node that something is known by.
    pub(super) fn special(&mut self, what: &str, of: Name, at: u32) -> NodeId {
        let key = (self.values.name(what), of, at);
        if let Some(node) = self.special.get(&key) {
            return *node;
        }
        let node = self.new_node();
        self.special.insert(key, node);
        node
    }

    // Places.

    /// The value behind a name of `env` that is read at a place.
    pub(super) fn binding(&mut self, sure: Sure, name: Name, at: At) -> Value {
        let key = (at.module, at.start, name);
        let id = *self.place_ids.entry(key).or_insert_with(|| {
            self.places.push(Place {
                module: at.module,
                span: at.start..at.end,
                name,
                sure,
                tested: false,
                accesses: BTreeSet::new(),
                activations: BTreeSet::new(),
            });
            PlaceId(u32::try_from(self.places.len() - 1).unwrap_or(u32::MAX))
        });
        let place = self.place(id);
        place.sure = place.sure.min(sure);
        place.activations.insert(at.activation);
        Value::Binding(id)
    }

    pub(super) fn place(&mut self, id: PlaceId) -> &mut Place {
        &mut self.places[id.0 as usize]
    }
}
