//! Functions of the global scope whose workings everybody knows.

use super::root::CONTEXT;
use super::solver::{Given, Invocation, Keyed, NodeId, Reading, Solver, Watch};
use super::value::{Made, Name, Value};

/// Functions of the global scope that give away nothing of what they are given, and whose results are nothing of it.
const HARMLESS: &[&str] = &[
    "console.",
    "Math.",
    "Date",
    "Error",
    "TypeError",
    "RangeError",
    "Response",
    "Request",
    "Headers",
    "URL",
    "Boolean",
    "crypto.",
    "Number",
    "Promise",
    "String",
    "trpc.next",
    "performance.",
    "isNaN",
    "isFinite",
    "Symbol",
    "RegExp",
    "AbortController",
    "AbortSignal.",
    CONTEXT,
];

/// Functions of the global scope that take a text.
const OF_TEXTS: &[&str] = &[
    "String",
    "Number",
    "parseInt",
    "parseFloat",
    "JSON.parse",
    "URL",
    "atob",
    "btoa",
    "encodeURIComponent",
    "decodeURIComponent",
    "fetch",
    "Request",
    "RegExp",
    "BigInt",
];

/// Whether a function of the global scope does nothing with what it is given.
pub(super) fn is_harmless(path: &str) -> bool {
    let is = |known: &str| path == known || known.ends_with('.') && path.starts_with(known);
    HARMLESS.iter().any(|known| is(known)) || KNOWN.contains(&path)
}

/// Functions of the global scope that are followed.
const KNOWN: &[&str] = &[
    "Object.assign",
    "Object.defineProperty",
    "Object.freeze",
    "Object.seal",
    "Object.create",
    "Object.fromEntries",
    "Reflect.get",
    "Reflect.has",
    "Object.hasOwn",
    "Promise.all",
    "Promise.allSettled",
    "Promise.race",
    "Promise.any",
    "Promise.resolve",
    "Array.from",
    "Array.of",
    "Proxy",
    "structuredClone",
];

/// Whether a function of the global scope looks at all names of what it is given.
pub(super) fn lists_names(path: &str) -> bool {
    matches!(
        path,
        "Object.keys"
            | "Object.values"
            | "Object.entries"
            | "Object.getOwnPropertyNames"
            | "JSON.stringify"
            | "Reflect.ownKeys"
    )
}

/// Whether a function of the global scope takes a text.
pub(super) fn takes_text(path: &str) -> bool {
    OF_TEXTS.contains(&path)
}

impl Solver<'_> {
    pub(super) fn call_global(&mut self, path: Name, invocation: &Invocation, is_new: bool) {
        let path = self.values.text(path).to_owned();
        let argument = |at: usize| invocation.arguments.get(at).and_then(|given| given.node);
        let Some(first) = argument(0) else {
            return self.give_rest(&path, invocation, is_new);
        };
        match path.as_str() {
            "Object.keys" | "Object.getOwnPropertyNames" | "Reflect.ownKeys" => {
                let list = self.result_list(invocation);
                if let Some((_, names)) = list {
                    self.watch(first, Watch::Names(names));
                }
                self.give_back_list(invocation, list);
            }
            "Object.values" => {
                let list = self.result_list(invocation);
                if let Some((_, items)) = list {
                    self.watch(first, Watch::ReadAny(items));
                }
                self.give_back_list(invocation, list);
            }
            "Object.entries" => {
                let list = self.pairs(invocation, None, Some(first));
                self.give_back_list(invocation, list);
            }
            "Object.assign" => {
                for source in invocation.arguments.iter().skip(1).filter_map(|given| given.node) {
                    self.watch(first, Watch::Adopt(source));
                }
                self.give_back(invocation, first);
            }
            "Symbol.for" => {
                let Some(to) = invocation.to else { return };
                self.watch(first, Watch::Symbol(to));
            }
            "Object.defineProperty" => {
                if let (Some(key), Some(described)) = (argument(1), argument(2)) {
                    self.define(first, key, described, invocation);
                }
                self.give_back(invocation, first);
            }
            "Object.create" => {
                let list = self.result_list(invocation);
                if let Some((object, _)) = list {
                    let object = self.values.id(object);
                    self.watch(first, Watch::Parent(object));
                }
                self.give_back_list(invocation, list);
            }
            "Map" => {
                let pairs = self.new_node();
                self.watch(first, Watch::ReadAny(pairs));
                self.make_map(invocation, Some(pairs));
            }
            "Object.fromEntries" => {
                let list = self.result_list(invocation);
                if let Some((_, items)) = list {
                    let pairs = self.new_node();
                    self.watch(first, Watch::ReadAny(pairs));
                    self.watch(pairs, Watch::Item(items, 1));
                }
                self.give_back_list(invocation, list);
            }
            "Array.from" | "Set" | "Array.of" | "Promise.race" | "Promise.any" => {
                let list = self.result_list(invocation);
                if let Some((_, items)) = list {
                    self.watch(first, Watch::ReadAny(items));
                    self.callback(invocation, 1, vec![Given::one(items)], Some(items));
                }
                self.give_back_list(invocation, list);
                if path.starts_with("Promise") {
                    let Some(to) = invocation.to else { return };
                    self.watch(first, Watch::ReadAny(to));
                }
            }
            "Object.freeze" | "Object.seal" | "Promise.all" | "Promise.allSettled" | "Promise.resolve"
            | "Proxy" | "structuredClone" | "String" | "Readonly" => {
                self.give_back(invocation, first);
                if path == "Proxy" {
                    self.give_all(&invocation.arguments[1..], invocation.clone());
                }
            }
            "trpc.next" => {
                let context = self.named_field(Value::Made(Made::Trpc), "ctx");
                let name = self.values.name("ctx");
                let id = self.reading(Reading { name, to: context, at: None });
                self.watch(first, Watch::ReadOwn(id));
            }
            "Promise" if is_new => {
                // What it resolves to is what is put into a list.
                let Some((list, items)) = self.result_list(invocation) else { return };
                let (list, add) = (self.values.id(list), self.values.name("add"));
                let resolve = self.new_node();
                self.add_value(resolve, Value::Method(list, add));
                self.callback(invocation, 0, vec![Given::one(resolve)], None);
                self.give_back(invocation, items);
            }
            "Reflect.get" => {
                if let (Some(key), Some(to)) = (argument(1), invocation.to) {
                    self.read_keyed(first, key, to, invocation);
                }
            }
            "Object.hasOwn" | "Reflect.has" => self.ask(first, argument(1), invocation),
            _ => self.give_rest(&path, invocation, is_new),
        }
    }

    /// What a function of the global scope is given that is not followed.
    fn give_rest(&mut self, path: &str, invocation: &Invocation, is_new: bool) {
        match path {
            "Map" | "WeakMap" if is_new => self.make_map(invocation, None),
            "Set" | "WeakSet" | "Array" if is_new => {
                let list = self.result_list(invocation);
                self.give_back_list(invocation, list);
            }
            _ => {
                if let Some(to) = invocation.to {
                    self.add_value(to, Value::Unknown);
                }
                self.give_all(
                    &invocation.arguments,
                    Invocation { arguments: Vec::new(), to: None, ..invocation.clone() },
                );
            }
        }
    }

    /// An object gets a property by its description.
    fn define(&mut self, of: NodeId, key: NodeId, described: NodeId, invocation: &Invocation) {
        let Some((step, activation)) = self.made_by(invocation) else { return };
        let value = self.new_node();
        let name = self.values.name("value");
        let id = self.reading(Reading { name, to: value, at: None });
        self.watch(described, Watch::ReadOwn(id));
        let (getter, name) = (self.new_node(), self.values.name("get"));
        let id = self.reading(Reading { name, to: getter, at: None });
        self.watch(described, Watch::ReadOwn(id));
        let id = self.keep(Invocation { arguments: Vec::new(), to: Some(value), ..invocation.clone() });
        self.watch(getter, Watch::Invoke(id));
        let id = u32::try_from(self.defined.len()).unwrap_or(u32::MAX);
        self.defined.push((Keyed { of, key, to: value, at: None }, (activation, step.step)));
        for node in [of, key] {
            self.watch(node, Watch::Define(id));
        }
    }
}
