//! Methods that values have of themselves.

use super::solver::{ActivationId, At, Given, Invocation, Keyed, NodeId, Solver, Watch};
use super::value::{Made, Name, StepRef, Value, ValueId};
use crate::compile::flow::Step;

/// Whether a method is one of promises.
pub(super) fn is_method_of_promises(name: &str) -> bool {
    matches!(name, "then" | "catch" | "finally")
}

/// Whether every object has a method of this name.
pub(super) fn is_method_of_objects(name: &str) -> bool {
    matches!(
        name,
        "hasOwnProperty"
            | "isPrototypeOf"
            | "propertyIsEnumerable"
            | "toLocaleString"
            | "toString"
            | "valueOf"
    )
}

/// Whether values have a method of themselves whose workings are known.
pub(super) fn is_method(name: &str) -> bool {
    is_method_of_promises(name) || METHODS.contains(&name)
}

const METHODS: &[&str] = &[
    "add",
    "apply",
    "at",
    "bind",
    "call",
    "concat",
    "entries",
    "every",
    "filter",
    "find",
    "findLast",
    "flat",
    "flatMap",
    "forEach",
    "get",
    "keys",
    "map",
    "next",
    "pop",
    "push",
    "reduce",
    "reduceRight",
    "reverse",
    "set",
    "shift",
    "slice",
    "some",
    "sort",
    "splice",
    "unshift",
    "values",
    "with",
];

impl Solver<'_> {
    pub(super) fn call_method(&mut self, receiver: ValueId, name: Name, invocation: &Invocation) {
        let name = self.values.text(name).to_owned();
        let argument = |at: usize| invocation.arguments.get(at).and_then(|given| given.node);
        let held = self.new_node();
        self.add(held, receiver);
        let items = self.items(receiver);
        match name.as_str() {
            "then" | "catch" => {
                let given = if name == "then" { vec![Given::one(held)] } else { Vec::new() };
                self.callback(invocation, 0, given, invocation.to);
                if name == "catch" || argument(0).is_none() {
                    self.give_back(invocation, held);
                }
            }
            "finally" => {
                self.callback(invocation, 0, Vec::new(), None);
                self.give_back(invocation, held);
            }
            "hasOwnProperty" => self.ask(held, argument(0), invocation),
            "toString" | "toLocaleString" | "valueOf" | "isPrototypeOf" | "propertyIsEnumerable" => {}
            "call" => {
                let arguments = invocation.arguments.get(1..).unwrap_or_default().to_vec();
                self.invoke(receiver, argument(0), &Invocation { arguments, ..invocation.clone() });
            }
            "apply" => {
                let list = Given { node: argument(1), is_spread: true };
                let arguments = vec![list];
                self.invoke(receiver, argument(0), &Invocation { arguments, ..invocation.clone() });
            }
            "bind" => {
                // What is bound now is given now; the rest comes when the function is called.
                let arguments = invocation.arguments.get(1..).unwrap_or_default().to_vec();
                if !arguments.is_empty() {
                    self.invoke(
                        receiver,
                        argument(0),
                        &Invocation { arguments, to: None, ..invocation.clone() },
                    );
                }
                self.give_back(invocation, held);
            }
            "map" | "flatMap" => {
                let results = self.result_list(invocation);
                self.callback(invocation, 0, vec![Given::one(items); 1], results.map(|(_, items)| items));
                self.give_back_list(invocation, results);
            }
            "forEach" | "some" | "every" | "filter" | "find" | "findLast" | "sort" => {
                self.callback(invocation, 0, vec![Given::one(items), Given::one(items)], None);
                self.give_back(invocation, if name.starts_with("find") { items } else { held });
            }
            "reduce" | "reduceRight" => {
                let sum = self.new_node();
                if let Some(start) = argument(1) {
                    self.copy(start, sum);
                }
                self.callback(invocation, 0, vec![Given::one(sum), Given::one(items)], Some(sum));
                self.give_back(invocation, sum);
            }
            "at" | "pop" | "shift" | "get" | "next" => self.give_back(invocation, items),
            "push" | "unshift" | "add" | "set" => self.put(receiver, name.as_str(), invocation),
            "concat" => {
                for given in invocation.arguments.iter().filter_map(|given| given.node) {
                    self.watch(given, Watch::Parent(receiver));
                }
                self.give_back(invocation, held);
            }
            "entries" => {
                let pairs = self.pairs(invocation, Some(items), None);
                self.give_back_list(invocation, pairs);
            }
            "keys" => {
                let Some((list, names)) = self.result_list(invocation) else { return };
                self.list_names(receiver, names);
                self.give_back_list(invocation, Some((list, names)));
            }
            _ => self.give_back(invocation, held),
        }
    }

    /// A property is read by a name that is a value.
    pub(super) fn read_keyed(&mut self, of: NodeId, key: NodeId, to: NodeId, invocation: &Invocation) {
        let id = u32::try_from(self.keyed.len()).unwrap_or(u32::MAX);
        self.keyed.push(Keyed { of, key, to, at: self.call_place(invocation) });
        for node in [of, key] {
            self.watch(node, Watch::Key(id));
        }
    }

    /// An object is asked whether it has a property.
    pub(super) fn ask(&mut self, of: NodeId, key: Option<NodeId>, invocation: &Invocation) {
        if let Some(key) = key {
            let asked = self.new_node();
            self.watch(asked, Watch::Asked);
            self.read_keyed(of, key, asked, invocation);
        }
    }

    /// A value becomes an item of a list, a set or a map, or is set on a context.
    fn put(&mut self, receiver: ValueId, method: &str, invocation: &Invocation) {
        let at = usize::from(method == "set");
        let is_context = self.values.get(receiver) == Value::Made(Made::Hono);
        let receiver = if is_context { self.values.id(Value::Made(Made::HonoVariables)) } else { receiver };
        if let (Value::Made(Made::Map(step, activation)), Some(Given { node: Some(key), .. })) =
            (self.values.get(receiver), invocation.arguments.first())
        {
            let first = self.named_field(Value::Made(Made::Pair(step, activation)), "0");
            self.copy(*key, first);
        }
        let star = self.star;
        let item = self.field(receiver, star);
        for given in invocation.arguments.iter().skip(at) {
            match given.node {
                Some(node) if given.is_spread => self.watch(node, Watch::ReadAny(item)),
                Some(node) => self.copy(node, item),
                None => {}
            }
        }
        let held = self.new_node();
        self.add(held, receiver);
        self.give_back(invocation, held);
    }

    /// The place of a call.
    fn call_place(&self, invocation: &Invocation) -> Option<At> {
        let (step, _) = self.made_by(invocation)?;
        match self.function(step.function)?.steps.get(step.step as usize)? {
            Step::Call(call) => self.at(invocation.caller, &call.span),
            _ => None,
        }
    }

    pub(super) fn give_back(&mut self, invocation: &Invocation, value: NodeId) {
        if let Some(to) = invocation.to {
            self.copy(value, to);
        }
    }

    pub(super) fn give_back_list(&mut self, invocation: &Invocation, list: Option<(Value, NodeId)>) {
        if let (Some(to), Some((list, _))) = (invocation.to, list) {
            self.add_value(to, list);
        }
    }

    /// The node that has all items of a value.
    pub(super) fn items(&mut self, value: ValueId) -> NodeId {
        let star = self.star;
        let items = self.special("items", star, value.0);
        let value_of = self.values.get(value);
        if let Value::Made(Made::Map(..)) = value_of {
            return self.field(value, star);
        }
        if value_of == Value::Made(Made::Hono) {
            // `get` of a context: what is set on it.
            let variables = self.values.id(Value::Made(Made::HonoVariables));
            self.read_any(variables, items);
        } else {
            self.read_any(value, items);
        }
        items
    }

    /// A list that a call makes, and the node of its items.
    pub(super) fn result_list(&mut self, invocation: &Invocation) -> Option<(Value, NodeId)> {
        let (step, activation) = self.made_by(invocation)?;
        let list = Value::Made(Made::Result(step, activation));
        let items = self.named_field(list, "*");
        Some((list, items))
    }

    pub(super) fn made_by(&self, invocation: &Invocation) -> Option<(StepRef, ActivationId)> {
        match invocation.site {
            super::solver::Site::Step(step) => Some((step, invocation.caller)),
            _ => None,
        }
    }

    /// A map of what the pairs say.
    pub(super) fn make_map(&mut self, invocation: &Invocation, pairs: Option<NodeId>) {
        let Some((step, activation)) = self.made_by(invocation) else { return };
        let (map, pair) = (Made::Map(step, activation), Value::Made(Made::Pair(step, activation)));
        let items = self.named_field(Value::Made(map), "*");
        let (first, second) = (self.named_field(pair, "0"), self.named_field(pair, "1"));
        self.copy(items, second);
        if let Some(pairs) = pairs {
            self.watch(pairs, Watch::Item(first, 0));
            self.watch(pairs, Watch::Item(items, 1));
        }
        if let Some(to) = invocation.to {
            self.add_value(to, Value::Made(map));
        }
    }

    /// A list of pairs of names and values.
    pub(super) fn pairs(
        &mut self,
        invocation: &Invocation,
        values: Option<NodeId>,
        of: Option<NodeId>,
    ) -> Option<(Value, NodeId)> {
        let (list, items) = self.result_list(invocation)?;
        let (step, activation) = self.made_by(invocation)?;
        let pair = Value::Made(Made::Pair(step, activation));
        self.add_value(items, pair);
        let (first, second) = (self.named_field(pair, "0"), self.named_field(pair, "1"));
        if let Some(values) = values {
            self.copy(values, second);
            self.add_value(first, Value::Unknown);
        }
        if let Some(of) = of {
            self.watch(of, Watch::ReadAny(second));
            self.watch(of, Watch::Names(first));
        }
        Some((list, items))
    }

    /// An argument is called with these.
    pub(super) fn callback(
        &mut self,
        invocation: &Invocation,
        argument: usize,
        arguments: Vec<Given>,
        to: Option<NodeId>,
    ) {
        let Some(node) = invocation.arguments.get(argument).and_then(|given| given.node) else { return };
        let id = self.keep(Invocation { arguments, to, ..invocation.clone() });
        self.watch(node, Watch::Invoke(id));
    }
}
