//! What each kind of step does with the values that arrive.

use super::Access;
use super::solver::{ActivationId, At, Given, Invocation, Keyed, NodeId, Reading, Role, Solver, Watch};
use super::value::{FunctionRef, Name, Sure, Value, ValueId};
use crate::compile::flow::{Call, Function, Key, Manner, Slot, Step};
use std::ops::Range;

/// Most constant texts that are put together from others.
const MOST_CONCATENATIONS: usize = 64;

impl<'a> Solver<'a> {
    /// Begins to look at a step.
    pub(super) fn install(&mut self, activation: ActivationId, at: u32, step: &'a Step) {
        let watch = |role| Watch::Step(activation, at, role);
        let Some(function) = self.activations[activation.0 as usize].function else { return };
        match step {
            Step::Copy { to, from } => {
                let (from, to) = (self.node(activation, *from), self.node(activation, *to));
                self.copy(from, to);
            }
            Step::Unknown(to) => self.write(activation, *to, Value::Unknown),
            Step::Text(to, text) => {
                let name = self.values.name(text);
                self.write(activation, *to, Value::Text(name));
            }
            Step::Concat(_, parts) => {
                for part in parts {
                    let node = self.node(activation, *part);
                    self.watch(node, watch(Role::Of));
                }
            }
            Step::Object(to) => {
                let step = super::value::StepRef { function, step: at };
                self.write(activation, *to, Value::Object(step, activation));
            }
            Step::Function(to, inner) => {
                let inner = FunctionRef { function: *inner, ..function };
                self.write(activation, *to, Value::Closure(inner, activation, None));
            }
            Step::Class(to, class) => {
                let value = Value::Class(function.module, *class, activation);
                self.write(activation, *to, value);
                self.evaluate_class(value, activation);
            }
            Step::Request(to, request, name) => {
                let to = self.node(activation, *to);
                self.request(function.module, *request, name, to);
            }
            Step::Global(to, name) => {
                let to = self.node(activation, *to);
                self.global(name, to);
            }
            Step::Get { of, key, .. } | Step::Set { of, key, .. } => {
                if let Key::Value(key) = key {
                    let key = self.node(activation, *key);
                    self.watch(key, watch(Role::Key));
                }
                let of = self.node(activation, *of);
                self.watch(of, watch(Role::Of));
            }
            Step::Own(of, _) => {
                let of = self.node(activation, *of);
                self.watch(of, watch(Role::Of));
            }
            Step::Spread { to, from, .. } => {
                let (to, from) = (self.node(activation, *to), self.node(activation, *from));
                self.watch(to, watch(Role::Of));
                self.watch(from, watch(Role::Value));
            }
            Step::Names { of, .. } | Step::Test(of) | Step::AsText(of) => {
                let of = self.node(activation, *of);
                self.watch(of, watch(Role::Of));
            }
            Step::Call(call) => match (call.manner, call.callee) {
                (Manner::Super, _) => self.call_super(activation, at, call),
                (_, Some(callee)) => {
                    let callee = self.node(activation, callee);
                    self.watch(callee, watch(Role::Of));
                }
                (_, None) => {}
            },
        }
    }

    fn write(&mut self, activation: ActivationId, to: Slot, value: Value) {
        let to = self.node(activation, to);
        self.add_value(to, value);
    }

    pub(super) fn at(&self, activation: ActivationId, span: &Range<u32>) -> Option<At> {
        let function = self.activations[activation.0 as usize].function?;
        Some(At { module: function.module, start: span.start, end: span.end, activation })
    }

    fn step(&self, activation: ActivationId, at: u32) -> Option<&'a Step> {
        let function: &'a Function = self.function(self.activations[activation.0 as usize].function?)?;
        function.steps.get(at as usize)
    }

    /// A value has arrived where somebody waits for it.
    pub(super) fn tell(&mut self, watch: Watch, value: ValueId) {
        match watch {
            Watch::Step(activation, at, role) => {
                if let Some(step) = self.step(activation, at) {
                    self.act((activation, at), step, role, value);
                }
            }
            Watch::Read(id) => self.read(value, id),
            Watch::ReadAny(to) => self.read_any(value, to),
            Watch::Receive(to, receiver) => {
                let value = match self.values.get(value) {
                    Value::Closure(function, activation, None)
                        if self.function(function).is_some_and(|function| function.has_this) =>
                    {
                        self.values.id(Value::Closure(function, activation, Some(receiver)))
                    }
                    _ => value,
                };
                self.add(to, value);
            }
            Watch::Inherited(id, receiver, is_static) => self.read_class(value, id, receiver, is_static),
            Watch::Construct(id, instance) => self.construct(value, instance, id),
            Watch::ConstructFor(id, classes) => self.watch(classes, Watch::Construct(id, value)),
            Watch::Methods(id, instance) => {
                let class = self.values.get(value);
                self.call_methods(class, instance, id);
            }
            Watch::Invoke(id) => {
                let invocation = self.invocations[id as usize].clone();
                self.invoke(value, None, &invocation);
            }
            Watch::Give(id) => self.give(value, id),
            Watch::Item(to, at) => {
                let name = self.values.name(&at.to_string());
                let id = self.reading(Reading { name, to, at: None });
                self.read(value, id);
            }
            Watch::Likely(to) => {
                let value = match self.values.get(value) {
                    Value::Env(_) => self.values.id(Value::Env(Sure::Likely)),
                    _ => value,
                };
                self.add(to, value);
            }
            Watch::Root(user) => self.root(user, value),
            Watch::Entry(entry) => self.entry(entry, value),
            Watch::Handler(handler) => self.handler(handler, value),
            Watch::ReadOwn(id) => {
                if self.values.get(value).has_fields() {
                    self.read(value, id);
                }
            }
            Watch::Names(to) => self.list_names(value, to),
            Watch::Adopt(from) => self.watch(from, Watch::Parent(value)),
            Watch::Key(id) => {
                let Keyed { of, key, to, at } = self.keyed[id as usize];
                for of in self.held(of).to_vec() {
                    for key in self.held(key).to_vec() {
                        self.read_by_key(of, key, to, at);
                    }
                }
            }
            Watch::Define(id) => {
                let (Keyed { of, key, to, .. }, here) = self.defined[id as usize];
                for of in self.held(of).to_vec() {
                    for key in self.held(key).to_vec() {
                        self.write_by_key(here, of, key, to);
                    }
                }
            }
            Watch::Symbol(to) => {
                if let Value::Text(name) = self.values.get(value) {
                    let symbol = format!("@@{}", self.values.text(name));
                    let symbol = self.values.name(&symbol);
                    self.add_value(to, Value::Text(symbol));
                }
            }
            Watch::Hold(to) => {
                if matches!(self.values.get(value), Value::Object(..) | Value::Made(_)) {
                    self.add(to, value);
                }
            }
            Watch::Asked => {
                if let Value::Binding(place) = self.values.get(value) {
                    self.place(place).tested = true;
                }
            }
            Watch::Leave(to) => {
                if matches!(
                    self.values.get(value),
                    Value::Env(_) | Value::Object(..) | Value::Made(_) | Value::Binding(_)
                ) {
                    self.tell(Watch::Likely(to), value);
                }
            }
            Watch::Parent(object) => self.inherit(object, value),
        }
    }

    /// A value has arrived at one of a step's slots.
    fn act(&mut self, here: (ActivationId, u32), step: &'a Step, role: Role, value: ValueId) {
        let (activation, at) = here;
        match step {
            Step::Concat(to, parts) => self.concatenate(activation, *to, parts),
            Step::Get { to, of, key, span } => {
                let target = self.node(activation, *to);
                let place = self.at(activation, span);
                match (key, role) {
                    (Key::Name(name), _) => {
                        let name = self.values.name(name);
                        let id = self.reading(Reading { name, to: target, at: place });
                        self.read(value, id);
                    }
                    (Key::Super(name), _) => {
                        let name = self.values.name(name);
                        let id = self.reading(Reading { name, to: target, at: place });
                        if let Some(parent) = self.parent_class(activation) {
                            self.watch(parent, Watch::Inherited(id, value, false));
                        }
                    }
                    (Key::Value(key), Role::Of) => {
                        let key = self.node(activation, *key);
                        for key in self.held(key).to_vec() {
                            self.read_by_key(value, key, target, place);
                        }
                    }
                    (Key::Value(_), _) => {
                        let of = self.node(activation, *of);
                        for of in self.held(of).to_vec() {
                            self.read_by_key(of, value, target, place);
                        }
                    }
                    (Key::Item | Key::Unknown, _) => self.read_any(value, target),
                }
            }
            Step::Set { of, key, value: from } => {
                let from = self.node(activation, *from);
                match (key, role) {
                    (Key::Value(key), Role::Of) => {
                        let key = self.node(activation, *key);
                        for key in self.held(key).to_vec() {
                            self.write_by_key(here, value, key, from);
                        }
                    }
                    (Key::Value(_), _) => {
                        let of = self.node(activation, *of);
                        for of in self.held(of).to_vec() {
                            self.write_by_key(here, of, value, from);
                        }
                    }
                    (Key::Name(name) | Key::Super(name), _) => {
                        let name = self.values.name(name);
                        self.write_field(here, value, name, from);
                    }
                    (Key::Item | Key::Unknown, _) => {
                        let star = self.star;
                        self.write_field(here, value, star, from);
                    }
                }
            }
            Step::Own(_, name) => {
                let name = self.values.name(name);
                self.own(value, name);
            }
            Step::Spread { to, from, .. } => {
                let (to, from) = (self.node(activation, *to), self.node(activation, *from));
                if role == Role::Of {
                    self.watch(from, Watch::Parent(value));
                } else {
                    for object in self.held(to).to_vec() {
                        self.inherit(object, value);
                    }
                }
            }
            Step::Names { to, .. } => {
                let to = self.node(activation, *to);
                self.list_names(value, to);
            }
            Step::Test(_) => {
                if let Value::Binding(place) = self.values.get(value) {
                    self.place(place).tested = true;
                }
            }
            Step::AsText(_) => {
                if let Value::Binding(place) = self.values.get(value) {
                    self.place(place).accesses.insert(Access::AsText);
                }
            }
            Step::Call(call) => self.call(activation, at, call, value),
            _ => {}
        }
    }

    fn concatenate(&mut self, activation: ActivationId, to: Slot, parts: &[Slot]) {
        let mut texts = vec![String::new()];
        for part in parts {
            let node = self.node(activation, *part);
            let held: Vec<Value> = self.held(node).iter().map(|value| self.values.get(*value)).collect();
            if held.iter().any(|value| !matches!(value, Value::Text(_))) {
                return self.write(activation, to, Value::Unknown);
            }
            let mut longer = Vec::new();
            for text in &texts {
                for value in &held {
                    if let Value::Text(name) = value {
                        longer.push(format!("{text}{}", self.values.text(*name)));
                    }
                }
            }
            if longer.len() > MOST_CONCATENATIONS || longer.iter().any(|text| text.len() > 200) {
                return self.write(activation, to, Value::Unknown);
            }
            texts = longer;
        }
        for text in texts {
            let name = self.values.name(&text);
            self.write(activation, to, Value::Text(name));
        }
    }

    fn read_by_key(&mut self, of: ValueId, key: ValueId, to: NodeId, at: Option<At>) {
        match self.values.get(key) {
            Value::Text(name) => {
                let id = self.reading(Reading { name, to, at });
                self.read(of, id);
            }
            _ => self.read_any(of, to),
        }
    }

    fn write_by_key(&mut self, here: (ActivationId, u32), of: ValueId, key: ValueId, from: NodeId) {
        let name = match self.values.get(key) {
            Value::Text(name) => name,
            _ => self.star,
        };
        self.write_field(here, of, name, from);
    }

    fn write_field(&mut self, (activation, at): (ActivationId, u32), of: ValueId, name: Name, from: NodeId) {
        let value = self.values.get(of);
        if value.has_fields() {
            let field = self.field(of, name);
            self.copy(from, field);
        } else if let Value::Env(_) = value {
            let field = self.set_on_env(name);
            self.copy(from, field);
            if !self.is_read_before((activation, at), name) {
                self.set_by_code.insert(name);
            }
        } else {
            if name != self.star {
                let anywhere = self.special("anywhere", name, 0);
                self.watch(from, Watch::Leave(anywhere));
            }
            let site = self.site(activation, at);
            let arguments = [Given::one(from)];
            let invocation =
                Invocation { site, caller: activation, arguments: Vec::new(), to: None, likely: false };
            self.give_all(&arguments, invocation);
        }
    }

    /// What the code itself puts into `env` under a name.
    pub(super) fn set_on_env(&mut self, name: Name) -> NodeId {
        self.special("env", name, 0)
    }

    /// Whether the function of a step that writes a property of this name reads it before, and does not only ask for it.
    fn is_read_before(&self, (activation, at): (ActivationId, u32), name: Name) -> bool {
        let function = self.activations[activation.0 as usize].function;
        let Some(function) = function.and_then(|function| self.function(function)) else { return false };
        let name = self.values.text(name);
        let is_tested =
            |slot: &Slot| function.steps.iter().any(|step| matches!(step, Step::Test(of) if of == slot));
        function.steps.iter().take(at as usize).any(
            |step| matches!(step, Step::Get { to, key: Key::Name(key), .. } if key == name && !is_tested(to)),
        )
    }

    /// The arguments of a call as nodes.
    pub(super) fn arguments(&self, activation: ActivationId, call: &Call) -> Vec<Given> {
        let given = |argument: &crate::compile::flow::Argument| Given {
            node: argument.value.map(|slot| self.node(activation, slot)),
            is_spread: argument.is_spread,
        };
        call.arguments.iter().map(given).collect()
    }
}
