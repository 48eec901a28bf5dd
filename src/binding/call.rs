//! Calls: of functions, of classes, of what goes out of sight.

use super::solver::{ActivationId, Given, Invocation, NodeId, Site, Solver, Watch};
use super::value::{FunctionRef, Made, StepRef, Sure, Value, ValueId};
use crate::compile::flow::{Call, Class, Function, Manner, Slot};

impl Solver<'_> {
    /// Something callable has arrived where a step calls.
    pub(super) fn call(&mut self, activation: ActivationId, at: u32, call: &Call, callee: ValueId) {
        let Some(function) = self.activations[activation.0 as usize].function else { return };
        let step = StepRef { function, step: at };
        let to = self.node(activation, call.to);
        let invocation = Invocation {
            site: Site::Step(step),
            caller: activation,
            arguments: self.arguments(activation, call),
            to: Some(to),
            likely: false,
        };
        match self.values.get(callee) {
            Value::Closure(..) if call.manner == Manner::New => {
                let this = self.new_node();
                let object = self.values.id(Value::Object(step, activation));
                self.add(this, object);
                // What is set on its prototype is kept with the function.
                self.inherit(object, callee);
                self.copy(this, to);
                self.invoke(callee, Some(this), &invocation);
            }
            Value::Closure(..) => {
                let this = call.this.map(|this| self.node(activation, this));
                self.invoke(callee, this, &invocation);
            }
            Value::Class(module, class, home) if call.manner == Manner::New => {
                let instance = self.values.id(Value::Instance(module, class, home, step, activation));
                self.add(to, instance);
                let id = self.keep(Invocation { to: None, ..invocation });
                self.construct(callee, instance, id);
            }
            Value::Method(receiver, name) => self.call_method(receiver, name, &invocation),
            Value::Global(path) => self.call_global(path, &invocation, call.manner == Manner::New),
            Value::Package(specifier, path) => self.call_package((specifier, path), &invocation),
            Value::Part(place, path) => {
                let path = self.values.text(path).to_owned();
                let result = format!("{path}()");
                self.part(place, &result, to);
                // What is called back gets what the method works on.
                let given = self.new_node();
                match path.strip_suffix(".then") {
                    Some(promise) => self.part(place, promise, given),
                    None => self.part(place, &result, given),
                }
                let arguments = vec![Given::one(given); 2];
                self.give_all(&invocation.arguments, Invocation { arguments, ..invocation.clone() });
            }
            _ => {}
        }
    }

    /// Whether a step that calls has found something callable.
    pub(super) fn is_taken(&self, activation: ActivationId, call: &Call) -> bool {
        let is_known = |value: &ValueId| {
            matches!(
                self.values.get(*value),
                Value::Closure(..)
                    | Value::Class(..)
                    | Value::Method(..)
                    | Value::Global(_)
                    | Value::Package(..)
                    | Value::Part(..)
            )
        };
        call.callee.is_some_and(|callee| self.held(self.node(activation, callee)).iter().any(is_known))
            || call.manner == Manner::Super && self.parent_class(activation).is_some()
    }

    pub(super) fn keep(&mut self, invocation: Invocation) -> u32 {
        self.invocations.push(invocation);
        u32::try_from(self.invocations.len() - 1).unwrap_or(u32::MAX)
    }

    /// Calls a value.
    pub(super) fn invoke(&mut self, callee: ValueId, this: Option<NodeId>, invocation: &Invocation) {
        match self.values.get(callee) {
            Value::Closure(function, home, receiver) => {
                let id = self.enter(function, Some(home), invocation.site);
                self.calls(invocation.caller, id);
                let Some(inner) = self.function(function) else { return };
                let slot = |index| Slot { function: function.function, index };
                let own = self.node(id, slot(Function::THIS));
                match (receiver, this) {
                    (Some(receiver), this) => {
                        self.add(own, receiver);
                        // What is kept with a function is a method of what the function makes.
                        if let (Value::Closure(..), Some(this)) = (self.values.get(receiver), this) {
                            self.copy(this, own);
                        }
                    }
                    (None, Some(this)) => self.copy(this, own),
                    (None, None) => {}
                }
                self.give_arguments(id, function, inner, &invocation.arguments);
                if invocation.likely {
                    self.give_by_name(id, function, inner);
                }
                if let Some(to) = invocation.to {
                    let result = self.node(id, slot(Function::RESULT));
                    self.copy(result, to);
                }
            }
            Value::Method(receiver, name) => self.call_method(receiver, name, invocation),
            Value::Package(specifier, path) => self.call_package((specifier, path), invocation),
            _ => {}
        }
    }

    fn give_arguments(
        &mut self,
        id: ActivationId,
        function: FunctionRef,
        inner: &Function,
        arguments: &[Given],
    ) {
        let spread = arguments.iter().position(|argument| argument.is_spread).unwrap_or(arguments.len());
        for (at, argument) in arguments.iter().enumerate() {
            let at_number = u32::try_from(at).unwrap_or(u32::MAX);
            // Behind a list of unknown length an argument can be any.
            let places = if at <= spread && !argument.is_spread {
                at_number..at_number.saturating_add(1)
            } else {
                u32::try_from(spread).unwrap_or(u32::MAX)..inner.parameters
            };
            for place in places {
                let Some(index) = inner.parameter(place) else { continue };
                let to = self.node(id, Slot { function: function.function, index });
                match argument.node {
                    Some(node) if argument.is_spread => {
                        self.watch(node, Watch::Item(to, place.saturating_sub(at_number)));
                    }
                    Some(node) => self.copy(node, to),
                    None => self.add_value(to, Value::Unknown),
                }
            }
        }
        for (slot, first) in &inner.lists {
            let list = Value::Made(Made::Rest(id, *slot));
            let to = self.node(id, Slot { function: function.function, index: *slot });
            self.add_value(to, list);
            let list = self.values.id(list);
            for (at, argument) in arguments.iter().enumerate().skip(*first as usize) {
                let Some(node) = argument.node else { continue };
                if argument.is_spread {
                    self.watch(node, Watch::Parent(list));
                    continue;
                }
                let name = if at > spread { "*".to_owned() } else { (at - *first as usize).to_string() };
                let name = self.values.name(&name);
                let field = self.field(list, name);
                self.copy(node, field);
            }
        }
    }

    /// What a package calls gets `env` where a parameter is called so, or takes it out of what it gets.
    fn give_by_name(&mut self, id: ActivationId, function: FunctionRef, inner: &Function) {
        for (at, value) in
            [(&inner.names, Value::Env(Sure::Likely)), (&inner.taken, Value::Made(Made::Holder))]
                .into_iter()
                .flat_map(|(names, value)| {
                    let named = names.iter().filter(|(_, name)| name == "env");
                    named.map(move |(at, _)| (*at, value))
                })
        {
            if let Some(index) = inner.parameter(at) {
                let to = self.node(id, Slot { function: function.function, index });
                self.add_value(to, value);
            }
        }
    }

    // Classes.

    pub(super) fn class(&self, value: Value) -> Option<&Class> {
        let Value::Class(module, class, _) = value else { return None };
        self.flow(module)?.classes.get(class as usize)
    }

    /// What a class does when it comes to be.
    pub(super) fn evaluate_class(&mut self, value: Value, activation: ActivationId) {
        let Value::Class(module, ..) = value else { return };
        let Some(function) = self.class(value).and_then(|class| class.statics) else { return };
        let class = self.values.id(value);
        let closure = Value::Closure(FunctionRef { module, function }, activation, Some(class));
        let closure = self.values.id(closure);
        self.call_once(closure, activation);
    }

    /// Calls a function that takes nothing.
    pub(super) fn call_once(&mut self, closure: ValueId, caller: ActivationId) {
        let invocation =
            Invocation { site: Site::Shared, caller, arguments: Vec::new(), to: None, likely: false };
        self.invoke(closure, None, &invocation);
    }

    /// An object gets its fields, and its class's constructor is called.
    pub(super) fn construct(&mut self, class: ValueId, instance: ValueId, id: u32) {
        let value = self.values.get(class);
        let Value::Class(module, _, home) = value else { return };
        let Some(&Class { constructor, fields, parent, .. }) = self.class(value) else { return };
        let invocation = self.invocations[id as usize].clone();
        if let Some(function) = fields {
            let closure = Value::Closure(FunctionRef { module, function }, home, Some(instance));
            let closure = self.values.id(closure);
            let arguments = Vec::new();
            self.invoke(closure, None, &Invocation { arguments, ..invocation.clone() });
        }
        match (constructor, parent) {
            (Some(function), _) => {
                let closure = Value::Closure(FunctionRef { module, function }, home, Some(instance));
                let closure = self.values.id(closure);
                self.invoke(closure, None, &invocation);
            }
            (None, Some(parent)) => {
                let parent = self.node(home, parent);
                self.watch(parent, Watch::Construct(id, instance));
            }
            (None, None) => {}
        }
    }

    /// The node of what the class extends whose constructor or method an activation is, or is within.
    pub(super) fn parent_class(&self, activation: ActivationId) -> Option<NodeId> {
        let function = self.activations[activation.0 as usize].function?;
        let flow = self.flow(function.module)?;
        let mut at = function.function;
        loop {
            let is_of = |class: &&Class| {
                [class.constructor, class.fields, class.statics].contains(&Some(at))
                    || class.members.iter().any(|member| member.function == at)
            };
            if let Some(class) = flow.classes.iter().find(is_of) {
                return Some(self.node(activation, class.parent?));
            }
            let parent = flow.functions.get(at as usize)?.parent;
            if parent == at {
                return None;
            }
            at = parent;
        }
    }

    pub(super) fn call_super(&mut self, activation: ActivationId, at: u32, call: &Call) {
        let (Some(parent), Some(this)) = (self.parent_class(activation), call.this) else { return };
        let this = self.node(activation, this);
        let id = self.keep(Invocation {
            site: self.site(activation, at),
            caller: activation,
            arguments: self.arguments(activation, call),
            to: None,
            likely: false,
        });
        self.watch(this, Watch::ConstructFor(id, parent));
    }

    /// Reads a property of an object's class, or of a class itself.
    pub(super) fn read_class(&mut self, class: ValueId, id: u32, receiver: ValueId, is_static: bool) {
        let value = self.values.get(class);
        let Value::Class(module, _, home) = value else { return };
        let reading = self.reading_of(id);
        let name = self.values.text(reading.name);
        let Some(class) = self.class(value) else { return };
        let found: Vec<(u32, bool)> = class
            .members
            .iter()
            .filter(|member| member.name == name && member.is_static == is_static)
            .map(|member| (member.function, member.is_getter))
            .collect();
        // What a class has itself is not that of the class that it extends.
        let parent = class.parent.filter(|_| found.is_empty());
        for (function, is_getter) in found {
            let closure = Value::Closure(FunctionRef { module, function }, home, Some(receiver));
            if !is_getter {
                self.add_value(reading.to, closure);
                continue;
            }
            let closure = self.values.id(closure);
            let caller = reading.at.map_or(home, |at| at.activation);
            let to = Some(reading.to);
            let invocation =
                Invocation { site: Site::Shared, caller, arguments: Vec::new(), to, likely: false };
            self.invoke(closure, None, &invocation);
        }
        if let Some(parent) = parent {
            let parent = self.node(home, parent);
            self.watch(parent, Watch::Inherited(id, receiver, is_static));
        }
    }

    /// Every method of an object's class is called.
    pub(super) fn call_methods(&mut self, class: Value, instance: ValueId, id: u32) {
        let Value::Class(module, _, home) = class else { return };
        let Some(known) = self.class(class) else { return };
        let (parent, functions): (Option<Slot>, Vec<u32>) = (
            known.parent,
            known.members.iter().filter(|member| !member.is_static).map(|member| member.function).collect(),
        );
        // What a method returns, an object or a function, is called from far away.
        let returned = self.special("returned", self.star, id);
        self.watch(returned, Watch::Give(id));
        let invocation = Invocation { to: Some(returned), ..self.invocations[id as usize].clone() };
        for function in functions {
            let closure = Value::Closure(FunctionRef { module, function }, home, Some(instance));
            let closure = self.values.id(closure);
            self.invoke(closure, None, &Invocation { arguments: Vec::new(), ..invocation.clone() });
        }
        if let Some(parent) = parent {
            let parent = self.node(home, parent);
            self.watch(parent, Watch::Methods(id, instance));
        }
    }

    // What goes out of sight.

    /// Functions among values, and among the properties of values, are called with what the invocation says.
    pub(super) fn give_all(&mut self, values: &[Given], invocation: Invocation) {
        if values.iter().all(|given| given.node.is_none()) {
            return;
        }
        let key = (invocation.site, invocation.caller);
        let id = match self.gifts.get(&key) {
            Some(id) => *id,
            None => {
                let id = self.keep(invocation);
                self.gifts.insert(key, id);
                id
            }
        };
        for node in values.iter().filter_map(|given| given.node) {
            self.watch(node, Watch::Give(id));
        }
    }

    pub(super) fn give(&mut self, value: ValueId, id: u32) {
        match self.values.get(value) {
            Value::Closure(..) => {
                let invocation = self.invocations[id as usize].clone();
                self.invoke(value, None, &invocation);
            }
            class @ Value::Class(module, number, home) => {
                let instance = self.values.id(Value::Hosted(module, number, home));
                let likely = self.invocations[id as usize].likely;
                self.host(class, instance, id, likely.then_some(Sure::Likely));
            }
            Value::Made(Made::Context | Made::Hono | Made::Data | Made::HonoVariables) => {}
            // An app of a framework that is given to another package is called by it.
            Value::Package(specifier, _) => {
                let caller = self.invocations[id as usize].caller;
                if self.is_package(caller) {
                    let package = self.package_for(specifier, None);
                    self.calls(caller, package);
                }
            }
            one if one.has_fields() => {
                if let Value::Instance(module, class, home, ..) = one {
                    self.call_methods(Value::Class(module, class, home), value, id);
                }
                let name = self.star;
                let sink = self.special("sink", name, id);
                self.watch(sink, Watch::Give(id));
                self.read_any(value, sink);
            }
            _ => {}
        }
    }

    /// Somebody makes an object of a class, and calls its methods. Classes that extend one of the platform's have `env`
    /// as a property then.
    pub(super) fn host(&mut self, class: Value, instance: ValueId, id: u32, env: Option<Sure>) {
        let invocation = self.invocations[id as usize].clone();
        let (unknown, given) = (self.new_node(), self.new_node());
        self.add_value(unknown, Value::Unknown);
        if let Some(sure) = env {
            self.add_value(given, Value::Env(sure));
            if self.class(class).is_some_and(|class| class.extends) {
                let name = self.values.name("env");
                let field = self.field(instance, name);
                self.add_value(field, Value::Env(sure));
            }
        }
        let arguments = vec![Given::one(unknown), Given::one(given)];
        let constructing = self.keep(Invocation { arguments, to: None, ..invocation });
        let class_id = self.values.id(class);
        self.construct(class_id, instance, constructing);
        self.call_methods(class, instance, id);
    }
}
