//! Packages, whose code is not looked at: what they do with what they are given.

use super::root::HANDLERS;
use super::solver::{ActivationId, Given, Invocation, NodeId, Reading, Solver, Watch};
use super::value::{Made, Name, Sure, Value};

/// Most members on the way to something of a package.
const DEEPEST: usize = 4;

/// What something of a package is called whose member is read.
pub(super) fn member(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        _ if path.matches('.').count() >= DEEPEST => path.to_owned(),
        _ => format!("{path}.{name}"),
    }
}

/// Packages that give `env` to what they are given, each by the start of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Habit {
    /// Every function gets a context that has `env`.
    Hono,
    /// Every function gets an object with `ctx`, which is what `createContext` returns.
    Trpc,
    /// What a function stores is what another one gives back.
    AsyncContext,
    /// A function returns an object that has `env`.
    Holder,
    /// A function returns the last thing that it is given, and calls the first one with `env` before.
    Wrapper,
    /// It is told by the names of parameters what it gives.
    Unknown,
}

fn habit(specifier: &str) -> Habit {
    let package = specifier.strip_prefix("node:").unwrap_or(specifier);
    let is =
        |name: &str| package == name || package.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'));
    if is("hono") || is("@hono") {
        Habit::Hono
    } else if is("@trpc/server") {
        Habit::Trpc
    } else if is("async_hooks") {
        Habit::AsyncContext
    } else if package == "@sentry/cloudflare" {
        Habit::Wrapper
    } else if is("@opennextjs/cloudflare") || is("@cloudflare/next-on-pages") {
        Habit::Holder
    } else {
        Habit::Unknown
    }
}

/// Whether a package calls what it is given with the arguments that it is called with itself. Of others only names tell.
fn gives_arguments(specifier: &str) -> bool {
    specifier.starts_with("itty-router")
}

/// Whether `env` can be given to a package without being used there.
pub(super) fn is_known(specifier: &str) -> bool {
    let is_core = specifier == "hono" || specifier.starts_with("hono/");
    is_core
        || specifier.starts_with("cloudflare:")
        || specifier.starts_with("node:")
        || specifier.starts_with("itty-router")
}

/// Names that packages put into `env` themselves.
const PROVIDED: &[(&str, &str)] = &[("@cloudflare/workers-oauth-provider", "OAUTH_PROVIDER")];

impl Solver<'_> {
    /// The activation of a package. What frameworks are given anywhere they call from anywhere; other packages call what
    /// the same module gave them.
    pub(super) fn package_for(&mut self, specifier: Name, caller: Option<ActivationId>) -> ActivationId {
        let text = self.values.text(specifier).to_owned();
        let is_framework = habit(&text) != Habit::Unknown || is_known(&text);
        let module = caller.and_then(|caller| self.activations[caller.0 as usize].function);
        let key = match module {
            Some(function) if !is_framework => self.values.name(&format!("{text} {}", function.module.0)),
            // Every part of a framework is one.
            _ if habit(&text) == Habit::Hono => self.values.name("hono"),
            _ if habit(&text) == Habit::Trpc => self.values.name("@trpc/server"),
            _ => specifier,
        };
        self.package(key)
    }

    /// The platform calls something of a package.
    pub(super) fn enter_package(&mut self, specifier: Name, caller: ActivationId, arguments: &[Given]) {
        let text = self.values.text(specifier).to_owned();
        let package = self.package_for(specifier, None);
        self.calls(caller, package);
        if gives_arguments(&text) {
            for (at, given) in (0..).zip(arguments) {
                let input = self.special("input", specifier, at);
                if let Some(node) = given.node {
                    self.watch(node, Watch::Likely(input));
                }
            }
        }
        self.entered.push((caller, text));
    }

    pub(super) fn call_package(&mut self, (specifier, path): (Name, Name), invocation: &Invocation) {
        let (text, way) = (self.values.text(specifier).to_owned(), self.values.text(path).to_owned());
        let caller = invocation.caller;
        let package = self.package_for(specifier, Some(caller));
        let is_top = self.is_top(caller);
        if !is_top {
            self.calls(caller, package);
        }
        let wraps = habit(&text) == Habit::Wrapper && invocation.arguments.len() > 1;
        if let Some((_, name)) = PROVIDED.iter().find(|(package, _)| *package == text) {
            let name = self.values.name(name);
            self.set_by_code.insert(name);
        }
        if let Some(to) = invocation.to.filter(|_| !wraps) {
            let result = if way.ends_with("()") { way.clone() } else { format!("{way}()") };
            let result = self.values.name(&result);
            self.add_value(to, Value::Package(specifier, result));
        }
        let gift = Invocation {
            caller: if is_top { package } else { caller },
            likely: true,
            arguments: Vec::new(),
            to: None,
            ..invocation.clone()
        };
        match habit(&text) {
            Habit::Hono => {
                let context = self.special("hono", specifier, 0);
                self.add_value(context, Value::Made(Made::Hono));
                match way.as_str() {
                    "env" if text == "hono/adapter" => {
                        self.give_back_value(invocation, Value::Env(Sure::Yes))
                    }
                    "getContext" | "tryGetContext" => self.give_back(invocation, context),
                    _ if way.ends_with(".mount") => {
                        // What it mounts gets what a worker's handler gets.
                        let (unknown, env) = (self.new_node(), self.new_node());
                        self.add_value(unknown, Value::Unknown);
                        self.add_value(env, Value::Env(Sure::Likely));
                        let arguments = vec![Given::one(unknown), Given::one(env), Given::one(unknown)];
                        self.give_all(&invocation.arguments, Invocation { arguments, likely: false, ..gift });
                    }
                    _ => {
                        let arguments = vec![Given::one(context); 3];
                        self.give_all(&invocation.arguments, Invocation { arguments, likely: false, ..gift });
                    }
                }
            }
            Habit::Trpc => self.call_trpc(invocation, gift),
            Habit::AsyncContext => self.call_async_context(&way, invocation),
            Habit::Holder => {
                self.give_back_value(invocation, Value::Made(Made::Holder));
                self.give_all(&invocation.arguments, gift);
            }
            Habit::Wrapper if wraps => {
                let env = self.new_node();
                self.add_value(env, Value::Env(Sure::Likely));
                let arguments = vec![Given::one(env)];
                self.give_all(&invocation.arguments[..1], Invocation { arguments, ..gift });
                if let Some(wrapped) = invocation.arguments.last().and_then(|given| given.node) {
                    self.give_back(invocation, wrapped);
                }
                self.wrappers.push(package);
            }
            Habit::Wrapper | Habit::Unknown => {
                let holders = self.special("input", specifier, u32::MAX);
                let mut arguments = Vec::new();
                for at in 0..4 {
                    let input = self.special("input", specifier, at);
                    self.copy(holders, input);
                    arguments.push(Given::one(input));
                }
                for (at, given) in (0..).zip(invocation.arguments.iter().take(4)) {
                    let input = self.special("input", specifier, at);
                    if let Some(node) = given.node.filter(|_| !is_top) {
                        if gives_arguments(&text) {
                            self.watch(node, Watch::Likely(input));
                        }
                        self.watch(node, Watch::Hold(holders));
                    }
                }
                self.give_all(&invocation.arguments, Invocation { arguments, ..gift.clone() });
                // Workers are wrapped where modules are evaluated; elsewhere an object with a `fetch` is something else.
                let wrapped = invocation.arguments.iter().filter(|_| is_top);
                for given in wrapped.filter_map(|given| given.node) {
                    self.give_handlers(given, &gift);
                }
            }
        }
    }

    fn give_back_value(&mut self, invocation: &Invocation, value: Value) {
        if let Some(to) = invocation.to {
            self.add_value(to, value);
        }
    }

    /// An object with handlers of a worker that a package wraps: they get what such handlers get.
    fn give_handlers(&mut self, object: NodeId, gift: &Invocation) {
        let (unknown, env) = (self.new_node(), self.new_node());
        self.add_value(unknown, Value::Unknown);
        self.add_value(env, Value::Env(Sure::Likely));
        let arguments = vec![Given::one(unknown), Given::one(env), Given::one(unknown)];
        let id = self.keep(Invocation { arguments, to: None, likely: false, ..gift.clone() });
        for handler in HANDLERS {
            let to = self.new_node();
            let name = self.values.name(handler);
            let reading = self.reading(Reading { name, to, at: None });
            self.watch(object, Watch::ReadOwn(reading));
            self.watch(to, Watch::Invoke(id));
        }
    }

    fn call_trpc(&mut self, invocation: &Invocation, gift: Invocation) {
        let context = self.named_field(Value::Made(Made::Trpc), "ctx");
        let made = self.special("trpc", self.star, 0);
        self.add_value(made, Value::Made(Made::Trpc));
        let create = self.values.name("createContext");
        let next = self.named_field(Value::Made(Made::Trpc), "next");
        let path = self.values.name("trpc.next");
        self.add_value(next, Value::Global(path));
        for given in invocation.arguments.iter().filter_map(|given| given.node) {
            let to = self.new_node();
            let reading = self.reading(Reading { name: create, to, at: None });
            self.watch(given, Watch::ReadOwn(reading));
            let id = self.keep(Invocation { arguments: Vec::new(), to: Some(context), ..gift.clone() });
            self.watch(to, Watch::Invoke(id));
        }
        let arguments = vec![Given::one(made)];
        self.give_all(&invocation.arguments, Invocation { arguments, to: None, likely: false, ..gift });
    }

    fn call_async_context(&mut self, way: &str, invocation: &Invocation) {
        let star = self.star;
        let store = self.special("store", star, 0);
        let argument = |at: usize| invocation.arguments.get(at).and_then(|given| given.node);
        match way.rsplit('.').next() {
            Some("getStore") => self.give_back(invocation, store),
            Some("run") => {
                if let Some(value) = argument(0) {
                    self.copy(value, store);
                }
                let rest = invocation.arguments.get(2..).unwrap_or_default().to_vec();
                self.callback(invocation, 1, rest, invocation.to);
            }
            Some("enterWith") => {
                if let Some(value) = argument(0) {
                    self.copy(value, store);
                }
            }
            _ => self.give_all(
                &invocation.arguments,
                Invocation { arguments: Vec::new(), to: None, ..invocation.clone() },
            ),
        }
    }
}
