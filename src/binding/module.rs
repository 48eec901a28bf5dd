//! Modules: what they export, and what is asked of other ones.

use super::solver::{ActivationId, NodeId, Reading, Site, Solver, Watch};
use super::value::{FunctionRef, Name, Sure, Value};
use crate::compile::ImportKind;
use crate::graph::{ModuleId, Target};

/// The module of the runtime that has `env`.
pub(super) const RUNTIME: &str = "cloudflare:workers";

impl Solver<'_> {
    /// Evaluates a module, with those that it asks for. What is not part of the worker is left alone.
    pub(super) fn evaluate(&mut self, module: ModuleId) -> Option<ActivationId> {
        let at = module.0 as usize;
        if let Some(top) = self.tops.get(at)? {
            return Some(*top);
        }
        let flow = self.flow(module)?;
        if !self.input.live.get(at).is_none_or(|live| *live) {
            return None;
        }
        let top = self.enter(FunctionRef { module, function: 0 }, None, Site::Top);
        self.tops[at] = Some(top);
        for (specifier, kind) in &flow.requests {
            if let Some(Target::Module(target)) = self.target(module, specifier, *kind) {
                self.evaluate(target);
            }
        }
        Some(top)
    }

    fn target(&self, module: ModuleId, specifier: &str, kind: ImportKind) -> Option<Target> {
        let module = self.input.graph.module(module);
        let is_it = |import: &crate::compile::Import| import.specifier == specifier && import.kind == kind;
        module.targets.get(module.object.imports.iter().position(is_it)?).cloned()
    }

    /// What a module asks of another one goes to a node.
    pub(super) fn request(&mut self, module: ModuleId, request: u32, name: &str, to: NodeId) {
        let Some((specifier, kind)) = self.flow(module).and_then(|flow| flow.requests.get(request as usize))
        else {
            return;
        };
        match self.target(module, specifier, *kind) {
            Some(Target::Module(target)) if self.flow(target).is_some() => {
                self.evaluate(target);
                let is_common = self.flow(target).is_some_and(|flow| flow.module.is_some());
                if name == "*" && (!is_common || *kind != ImportKind::Require) {
                    self.add_value(to, Value::Module(target));
                } else {
                    let name = self.values.name(name);
                    let node = self.export(target, name);
                    self.copy(node, to);
                }
            }
            Some(Target::External(external)) => self.external(&external, name, to),
            Some(Target::Module(_)) => self.external(specifier, name, to),
            Some(Target::Missing) | None => self.add_value(to, Value::Unknown),
        }
    }

    /// Something of a package or of the runtime.
    fn external(&mut self, specifier: &str, name: &str, to: NodeId) {
        let value = match (specifier, name) {
            (RUNTIME, "env") => Value::Env(Sure::Yes),
            ("node:process" | "process", "env") if self.input.process_env => Value::ProcessEnv,
            ("node:process" | "process", "default" | "*") => Value::Global(self.values.name("process")),
            _ => {
                let path = if name == "*" { "" } else { name };
                Value::Package(self.values.name(specifier), self.values.name(path))
            }
        };
        self.add_value(to, value);
    }

    /// The node of what a module exports by a name.
    pub(super) fn export(&mut self, module: ModuleId, name: Name) -> NodeId {
        if let Some(node) = self.exports.get(&(module, name)) {
            return *node;
        }
        let node = self.new_node();
        self.exports.insert((module, name), node);
        let Some(top) = self.evaluate(module) else { return node };
        let Some(flow) = self.flow(module) else { return node };
        let text = self.values.text(name).to_owned();
        if let Some(object) = flow.module {
            self.export_common(self.node(top, object), name, node);
        }
        for (_, slot) in flow.exports.iter().filter(|(exported, _)| *exported == text) {
            let from = self.node(top, *slot);
            self.copy(from, node);
        }
        for (_, request, there) in flow.passed_on.iter().filter(|(exported, ..)| *exported == text) {
            self.request(module, *request, there, node);
        }
        if text != "default" {
            for request in &flow.stars {
                self.request(module, *request, &text, node);
            }
        }
        node
    }

    /// What CommonJS exports: all of it is the default export too.
    fn export_common(&mut self, object: NodeId, name: Name, to: NodeId) {
        let exports = self.values.name("exports");
        let default = self.values.name("default");
        let all = self.new_node();
        let id = self.reading(Reading { name: exports, to: all, at: None });
        self.watch(object, Watch::Read(id));
        let star = self.star;
        if name == default || name == star {
            self.copy(all, to);
        }
        if name != star {
            let id = self.reading(Reading { name, to, at: None });
            self.watch(all, Watch::Read(id));
        }
    }
}
