//! What is read of a value by a name.

use super::module::RUNTIME;
use super::solver::{NodeId, Reading, Solver};
use super::value::{Made, PlaceId, Sure, Value, ValueId};
use super::{Access, builtin, library};

/// Most members of members that are told of a binding.
const DEEPEST_ACCESS: usize = 5;

impl Solver<'_> {
    /// Reads a property of a value.
    pub(super) fn read(&mut self, value: ValueId, id: u32) {
        let Reading { name, to, at } = self.reading_of(id);
        match self.values.get(value) {
            Value::Env(sure) => {
                let text = self.values.text(name);
                if builtin::is_method_of_promises(text) || builtin::is_method_of_objects(text) {
                    return self.add_value(to, Value::Method(value, name));
                }
                let set = self.set_on_env(name);
                self.copy(set, to);
                if let Some(at) = at.filter(|_| is_name(self.values.text(name))) {
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
            Value::Package(specifier, path)
                if self.values.text(specifier) == RUNTIME
                    && self.values.text(path).is_empty()
                    && self.values.text(name) == "env" =>
            {
                self.add_value(to, Value::Env(Sure::Yes));
            }
            Value::Package(specifier, path) => {
                let path = library::member(self.values.text(path), self.values.text(name));
                let path = self.values.name(&path);
                self.add_value(to, Value::Package(specifier, path));
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
            Value::Closure(function, home, _) if self.values.text(name) == "prototype" => {
                self.add_value(to, Value::Closure(function, home, None));
            }
            one if one.has_fields() => {
                self.read_field(value, id);
                self.read_builtin(value, id);
            }
            Value::Text(_) | Value::Unknown => {
                self.add_value(to, Value::Unknown);
                let anywhere = self.special("anywhere", name, 0);
                self.copy(anywhere, to);
            }
            _ => {}
        }
    }

    fn read_builtin(&mut self, value: ValueId, id: u32) {
        let Reading { name, to, .. } = self.reading_of(id);
        let text = self.values.text(name);
        let has = match self.values.get(value) {
            _ if self.has_own(value, name) => false,
            Value::Made(Made::Context | Made::Holder) => false,
            Value::Made(Made::Hono) => matches!(text, "get" | "set"),
            // What a class makes has its own methods, and a promise of it those of promises.
            Value::Instance(..) | Value::Hosted(..) => builtin::is_method_of_promises(text),
            Value::Object(..) => builtin::is_method(text) && !matches!(text, "add" | "get" | "set"),
            _ => builtin::is_method(text),
        };
        if has {
            self.add_value(to, Value::Method(value, name));
        }
    }

    /// What is reached from a binding.
    pub(super) fn part(&mut self, place: PlaceId, path: &str, to: NodeId) {
        if path.matches(['.', '(']).count() > DEEPEST_ACCESS {
            return self.add_value(to, Value::Unknown);
        }
        self.place(place).accesses.insert(Access::Member(path.to_owned()));
        let path = self.values.name(path);
        self.add_value(to, Value::Part(place, path));
    }

    pub(super) fn global(&mut self, path: &str, to: NodeId) {
        // What stands on the global object is global.
        let path = ["globalThis.", "self.", "global."]
            .iter()
            .find_map(|prefix| path.strip_prefix(prefix))
            .unwrap_or(path);
        // What was put there under this name.
        let name = self.values.name(path.rsplit('.').next().unwrap_or(path));
        let anywhere = self.special("anywhere", name, 0);
        self.copy(anywhere, to);
        let value = match path {
            "process.env" if self.input.process_env => Value::ProcessEnv,
            _ if path.matches('.').count() > 3 => Value::Unknown,
            _ => Value::Global(self.values.name(path)),
        };
        self.add_value(to, value);
    }
}

/// Whether a binding can have a name. One that is called `env` is none: who reads it there means another object.
fn is_name(text: &str) -> bool {
    text != "env" && !text.bytes().all(|byte| byte.is_ascii_digit())
}
