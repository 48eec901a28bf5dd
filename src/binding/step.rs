//! What each kind of step does with the values that arrive.

use super::solver::{ActivationId, At, Given, Invocation, NodeId, Reading, Role, Solver, Watch};
use super::value::{FunctionRef, Made, Name, Sure, Value, ValueId};
use super::{Access, builtin, library};
use crate::compile::flow::{Call, Function, Key, Manner, Slot, Step};
use std::ops::Range;

/// Most constant texts that are put together from others.
const MOST_CONCATENATIONS: usize = 64;

/// Most members of members that are told of a binding.
const DEEPEST_ACCESS: usize = 5;

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
                let name = self.values.name(name);
                self.write(activation, *to, Value::Global(name));
            }
            Step::Get { of, key, .. } | Step::Set { of, key, .. } => {
                if let Key::Value(key) = key {
                    let key = self.node(activation, *key);
                    self.watch(key, watch(Role::Key));
                }
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
                let (of, to, at) = self.keyed[id as usize];
                for of in self.held(of).to_vec() {
                    self.read_by_key(of, value, to, at);
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
                    (Key::Name(name), _) => {
                        let name = self.values.name(name);
                        self.write_field(here, value, name, from);
                    }
                    (Key::Item | Key::Unknown, _) => {
                        let star = self.star;
                        self.write_field(here, value, star, from);
                    }
                }
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
        if self.values.get(of).has_fields() {
            let field = self.field(of, name);
            self.copy(from, field);
        } else {
            let site = self.site(activation, at);
            let arguments = [Given::one(from)];
            let invocation =
                Invocation { site, caller: activation, arguments: Vec::new(), to: None, likely: false };
            self.give_all(&arguments, invocation);
        }
    }

    /// Reads a property of a value.
    pub(super) fn read(&mut self, value: ValueId, id: u32) {
        let Reading { name, to, at } = self.reading_of(id);
        match self.values.get(value) {
            Value::Env(sure) => {
                if builtin::is_method_of_promises(self.values.text(name)) {
                    self.add_value(to, Value::Method(value, name));
                } else if let Some(at) = at {
                    let binding = self.binding(sure, name, at);
                    self.add_value(to, binding);
                }
            }
            Value::ProcessEnv => {
                if let Some(at) = at {
                    let binding = self.binding(Sure::Likely, name, at);
                    self.add_value(to, binding);
                    if let Value::Binding(place) = binding {
                        let place = self.place(place);
                        place.tested = true;
                        place.accesses.insert(Access::AsText);
                    }
                }
            }
            Value::Binding(place) => {
                let member = Access::Member(self.values.text(name).to_owned());
                self.place(place).accesses.insert(member);
                self.add_value(to, Value::Part(place, name));
            }
            Value::Part(place, path) => {
                let path = format!("{}.{}", self.values.text(path), self.values.text(name));
                self.part(place, &path, to);
            }
            Value::Package(specifier, path) => {
                let path = library::member(self.values.text(path), self.values.text(name));
                let specifier = self.values.text(specifier).to_owned();
                self.external(&specifier, &path, to);
            }
            Value::Global(path) => {
                let path = format!("{}.{}", self.values.text(path), self.values.text(name));
                self.global(&path, to);
            }
            Value::Module(module) => {
                let node = self.export(module, name);
                self.copy(node, to);
            }
            Value::Instance(module, class, activation, ..) | Value::Hosted(module, class, activation) => {
                self.read_field(value, id);
                let class = self.values.id(Value::Class(module, class, activation));
                self.read_class(class, id, value, false);
                self.read_builtin(value, id);
            }
            Value::Class(..) => {
                self.read_field(value, id);
                self.read_class(value, id, value, true);
            }
            one if one.has_fields() => {
                self.read_field(value, id);
                self.read_builtin(value, id);
            }
            Value::Text(_) | Value::Unknown => self.add_value(to, Value::Unknown),
            _ => {}
        }
    }

    fn read_builtin(&mut self, value: ValueId, id: u32) {
        let Reading { name, to, .. } = self.reading_of(id);
        let text = self.values.text(name);
        let has = match self.values.get(value) {
            Value::Made(Made::Context | Made::Holder) => false,
            Value::Made(Made::Hono) => matches!(text, "get" | "set"),
            _ => builtin::is_method(text),
        };
        if has {
            self.add_value(to, Value::Method(value, name));
        }
    }

    /// What is reached from a binding.
    pub(super) fn part(&mut self, place: super::value::PlaceId, path: &str, to: NodeId) {
        if path.matches(['.', '(']).count() > DEEPEST_ACCESS {
            return self.add_value(to, Value::Unknown);
        }
        self.place(place).accesses.insert(Access::Member(path.to_owned()));
        let path = self.values.name(path);
        self.add_value(to, Value::Part(place, path));
    }

    fn global(&mut self, path: &str, to: NodeId) {
        // What stands on the global object is global.
        let path = ["globalThis.", "self.", "global."]
            .iter()
            .find_map(|prefix| path.strip_prefix(prefix))
            .unwrap_or(path);
        let value = match path {
            "process.env" if self.input.process_env => Value::ProcessEnv,
            _ if path.matches('.').count() > 3 => Value::Unknown,
            _ => Value::Global(self.values.name(path)),
        };
        self.add_value(to, value);
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
