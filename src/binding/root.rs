//! Who is called by the platform, and what with.

use super::library;
use super::solver::{Given, Invocation, NodeId, Reading, Site, Solver, Watch};
use super::value::{Made, Sure, Value, ValueId};
use super::{Role, User};
use crate::graph::ModuleId;

/// Handlers of a default export, and of an object that is exported as an entrypoint.
pub(super) const HANDLERS: [&str; 8] =
    ["fetch", "scheduled", "queue", "email", "tail", "tailStream", "trace", "test"];

impl Solver<'_> {
    /// Looks at everything that the platform calls.
    pub(super) fn roots(&mut self) {
        self.context();
        let input = self.input;
        for (file, exports) in &input.functions {
            let Some(module) = self.module(file) else { continue };
            for export in exports {
                self.follow_export(module, file, export, Role::Function);
            }
        }
        for (file, export) in &input.classes {
            if let Some(module) = self.module(file) {
                self.follow_export(module, file, export, Role::Class);
            }
        }
        if let Some(file) = &input.main
            && let Some(module) = self.module(file)
        {
            for export in &input.main_exports {
                self.follow_export(module, file, export, Role::Handler);
            }
        }
    }

    pub(super) fn module(&self, file: &str) -> Option<ModuleId> {
        let at = self.input.graph.modules.binary_search_by(|module| module.path.as_str().cmp(file)).ok()?;
        Some(ModuleId(u32::try_from(at).unwrap_or(u32::MAX)))
    }

    /// What handlers of routes get.
    fn context(&mut self) {
        let fields = [
            (Made::Context, "env", Value::Env(Sure::Yes)),
            (Made::Context, "data", Value::Made(Made::Data)),
            (Made::Holder, "env", Value::Env(Sure::Likely)),
            (Made::Hono, "env", Value::Env(Sure::Yes)),
            (Made::Hono, "var", Value::Made(Made::HonoVariables)),
        ];
        for (object, name, value) in fields {
            let node = self.named_field(Value::Made(object), name);
            self.add_value(node, value);
        }
        let unknown = [
            (Made::Context, "request"),
            (Made::Context, "params"),
            (Made::Context, "functionPath"),
            (Made::Hono, "req"),
            (Made::Hono, "res"),
            (Made::Hono, "event"),
            (Made::Hono, "executionCtx"),
            (Made::Hono, "error"),
        ];
        for (object, name) in unknown {
            let node = self.named_field(Value::Made(object), name);
            self.add_value(node, Value::Unknown);
        }
        for (object, methods) in [
            (Made::Context, &["next", "waitUntil", "passThroughOnException"][..]),
            (Made::Hono, &HONO_METHODS),
        ] {
            for name in methods {
                let node = self.named_field(Value::Made(object), name);
                let path = self.values.name(&format!("{CONTEXT}{name}"));
                self.add_value(node, Value::Global(path));
            }
        }
    }

    fn user(&mut self, file: &str, export: String, role: Role) -> u32 {
        let user = User { file: file.to_owned(), export, role };
        let at = self.users.iter().position(|known| *known == user).unwrap_or_else(|| {
            self.users.push(user);
            self.starts.push(Vec::new());
            self.users.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    fn follow_export(&mut self, module: ModuleId, file: &str, export: &str, role: Role) {
        let name = self.values.name(export);
        let node = self.export(module, name);
        match role {
            Role::Function | Role::Class => {
                let user = self.user(file, export.to_owned(), role);
                self.watch(node, Watch::Root(user));
            }
            Role::Handler => {
                let at = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
                self.entries.push((file.to_owned(), export.to_owned()));
                self.watch(node, Watch::Entry(at));
            }
        }
    }

    /// Something that the main module exports.
    pub(super) fn entry(&mut self, entry: u32, value: ValueId) {
        let (file, export) = self.entries[entry as usize].clone();
        match self.values.get(value) {
            Value::Class(..) => {
                let user = self.user(&file, export, Role::Class);
                self.root(user, value);
            }
            Value::Package(..) if export == "default" => {
                let user = self.user(&file, "default.fetch".to_owned(), Role::Handler);
                self.root(user, value);
            }
            Value::Package(specifier, _) => {
                // A class that a library has wrapped.
                let user = self.user(&file, export, Role::Class);
                let package = self.package_for(specifier, None);
                self.starts[user as usize].push(package);
            }
            Value::Closure(..) | Value::Module(_) => {}
            one if one.has_fields() => {
                for handler in HANDLERS {
                    let to = self.new_node();
                    let name = self.values.name(handler);
                    let id = self.reading(Reading { name, to, at: None });
                    let at = u32::try_from(self.handlers.len()).unwrap_or(u32::MAX);
                    self.handlers.push((file.clone(), format!("{export}.{handler}")));
                    self.watch(to, Watch::Handler(at));
                    self.read(value, id);
                }
            }
            _ => {}
        }
    }

    /// A handler of a default export.
    pub(super) fn handler(&mut self, handler: u32, value: ValueId) {
        if matches!(self.values.get(value), Value::Closure(..) | Value::Package(..) | Value::Method(..)) {
            let (file, name) = self.handlers[handler as usize].clone();
            let user = self.user(&file, name, Role::Handler);
            self.root(user, value);
        }
    }

    fn one_of(&mut self, value: Value) -> NodeId {
        let node = self.new_node();
        self.add_value(node, value);
        node
    }

    /// The platform calls a value for a user.
    pub(super) fn root(&mut self, user: u32, value: ValueId) {
        let role = self.users[user as usize].role;
        let arguments = match role {
            Role::Function => vec![self.one_of(Value::Made(Made::Context))],
            Role::Handler | Role::Class => {
                vec![
                    self.one_of(Value::Unknown),
                    self.one_of(Value::Env(Sure::Yes)),
                    self.one_of(Value::Unknown),
                ]
            }
        };
        let caller = self.start(user);
        let arguments: Vec<Given> = arguments.into_iter().map(Given::one).collect();
        let invocation = Invocation {
            site: Site::Root(user),
            caller,
            arguments: arguments.clone(),
            to: None,
            likely: false,
        };
        match self.values.get(value) {
            Value::Closure(..) => self.invoke(value, None, &invocation),
            class @ Value::Class(module, number, home) => {
                let instance = self.values.id(Value::Hosted(module, number, home));
                let id = self.keep(Invocation { arguments: Vec::new(), ..invocation });
                self.host(class, instance, id, Some(Sure::Yes));
            }
            Value::Method(..) => self.invoke(value, None, &invocation),
            Value::Package(specifier, _) => {
                let text = self.values.text(specifier).to_owned();
                if !library::is_known(&text) {
                    self.lost.push((user, text));
                }
                self.enter_package(specifier, caller, &arguments);
            }
            one if role == Role::Function && one.has_fields() => {
                let sink = self.new_node();
                self.watch(sink, Watch::Root(user));
                self.read_any(value, sink);
            }
            _ => {}
        }
    }

    /// The activation that stands for the platform's calls for a user.
    fn start(&mut self, user: u32) -> super::solver::ActivationId {
        if let Some(start) = self.starts[user as usize].first() {
            return *start;
        }
        let start = self.platform();
        self.starts[user as usize].push(start);
        start
    }
}

/// What functions of the platform's objects are called, so that they are known and do nothing with `env`.
pub(super) const CONTEXT: &str = "(context).";

/// What of Hono's context is a function that keeps nothing of what it is given.
const HONO_METHODS: [&str; 11] = [
    "json",
    "text",
    "html",
    "body",
    "redirect",
    "header",
    "status",
    "notFound",
    "render",
    "setRenderer",
    "newResponse",
];
