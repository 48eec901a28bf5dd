//! Modules that wait: each stands in a function, and the text around it asks for it.
//!
//! A module that nobody sees before it is evaluated is a plain function. In cycles others may see it, with functions that can be
//! called and variables that cannot be read yet, as the standard has it: there the function is a generator that stops
//! when all names are made, and goes on when the module's turn comes.

use std::collections::{BTreeMap, BTreeSet};

use super::bind::Binder;
use super::name::Entity;
use super::order;
use super::runtime::Helper;
use super::shake::Live;
use super::write::Writer;
use crate::compile::Format;
use crate::graph::ModuleId;

impl Writer<'_, '_> {
    /// The functions of modules that wait.
    pub(super) fn waiting(&mut self) {
        let wrapped = |module: &ModuleId| {
            self.live.modules[module.0 as usize] && self.plan.is_wrapped(self.binder, *module)
        };
        let modules: Vec<ModuleId> = self.binder.graph.ids().filter(wrapped).collect();
        for module in modules {
            let start = self.name(&Entity::Start(module));
            self.belongs(Some(module));
            if self.binder.object(module).format == Format::CommonJs {
                let make = self.helper(Helper::CommonJs);
                let uses_require = self.binder.object(module).globals.contains("require");
                let parameters = self.binder.object(module).parameters.join(", ");
                self.line(&format!("var {start} = {make}(function({parameters}) {{"));
                if uses_require {
                    let require = self.helper(Helper::Require);
                    self.line(&format!("var require = {require};"));
                }
                self.parts(module);
                self.line("});");
                continue;
            }
            if self.plan.cycle(module).is_some() {
                continue;
            }
            let make = self.helper(Helper::Module);
            let function = if self.plan.awaited.contains(&module) { "async () =>" } else { "() =>" };
            self.line(&format!("var {start} = {make}({function} {{"));
            self.names_of(module);
            self.body(module);
            self.line("});");
        }
        self.belongs(None);
        for cycle in &self.plan.linked {
            self.cycle(cycle);
        }
    }

    /// The functions of modules whose names are made before the first of them is evaluated.
    fn cycle(&mut self, cycle: &[ModuleId]) {
        let starts: Vec<String> = cycle.iter().map(|module| self.name(&Entity::Start(*module))).collect();
        let make = self.helper(Helper::Cycle);
        self.line(&format!("var [{}] = {make}([", starts.join(", ")));
        for module in cycle {
            let function = if self.plan.awaited.contains(module) { "async function*" } else { "function*" };
            self.belongs(Some(*module));
            self.line(&format!("{function}() {{"));
            self.names_of(*module);
            self.line("yield;");
            self.body(*module);
            self.line("},");
        }
        self.belongs(None);
        let below = self.linked_below(cycle);
        self.line(&format!("], () => [{}]);", below.join(", ")));
    }

    /// The functions of linked modules that some modules start and that are not among them.
    pub(super) fn linked_below(&self, modules: &[ModuleId]) -> Vec<String> {
        let started = modules.iter().flat_map(|module| order::starts(self.binder, self.live, *module));
        let below: BTreeSet<ModuleId> =
            started.filter(|start| self.plan.cycle(*start).is_some() && !modules.contains(start)).collect();
        below.into_iter().map(|start| self.name(&Entity::Start(start))).collect()
    }

    /// What makes the names of a waiting module known to others.
    fn names_of(&mut self, module: ModuleId) {
        if let Some(exports) = self.names.get(&Entity::Exports(module)) {
            let text = format!("{exports} = {};", self.exports_of(module));
            self.line(&text);
        }
        if let Some(namespace) = self.names.get(&Entity::Namespace(module)) {
            let text = format!("{namespace} = {};", self.namespace(module));
            self.line(&text);
            self.external_stars(module);
        }
        self.functions_first(module);
    }

    /// What evaluates a waiting module.
    fn body(&mut self, module: ModuleId) {
        for start in order::starts(self.binder, self.live, module) {
            if let Some(text) = self.start(start, Some(module)) {
                self.line(&text);
            }
        }
        // Whoever evaluated them may not have known of this module.
        for star in self.binder.loose_stars(module).0 {
            if let Some(text) = self.star(module, &format!("{}()", self.name(&Entity::Start(star)))) {
                self.line(&text);
            }
        }
        self.parts(module);
    }

    /// The statement that evaluates a module which waits, unless it has been.
    pub(super) fn start(&self, module: ModuleId, from: Option<ModuleId>) -> Option<String> {
        if !self.plan.is_wrapped(self.binder, module) {
            return None;
        }
        let start = self.name(&Entity::Start(module));
        let cycle = from.and_then(|from| self.plan.cycle(from)).unwrap_or_default();
        if self.binder.object(module).format == Format::Module {
            let wait = if self.plan.awaited.contains(&module) { "await " } else { "" };
            return Some(format!("{wait}{start}({});", if cycle.contains(&module) { "1" } else { "" }));
        }
        let interops = [false, true].into_iter().filter_map(|node| self.interop(module, node));
        let mut texts: Vec<String> = interops.map(|text| text + ";").collect();
        if texts.is_empty() {
            texts.push(format!("{start}();"));
        }
        // Modules that pass it on whole can do so from now on.
        let is_there = |user: &ModuleId| match from {
            Some(_) => cycle.contains(user),
            None => !self.plan.waiting.contains(user),
        };
        for user in self.passed_on.get(&module).into_iter().flatten().filter(|user| is_there(user)) {
            texts.extend(self.star(*user, &format!("{start}()")));
        }
        Some(texts.join(" "))
    }

    /// The statement that adds to a namespace what a module gives that is passed on whole.
    fn star(&self, module: ModuleId, from: &str) -> Option<String> {
        let namespace = self.names.get(&Entity::Namespace(module))?;
        Some(format!("{}({namespace}, {from});", self.helper(Helper::Star)))
    }

    /// Adds the names of modules of the runtime, which are evaluated already.
    pub(super) fn external_stars(&mut self, module: ModuleId) {
        for specifier in self.binder.loose_stars(module).1 {
            let from = self.name(&Entity::External(specifier.to_owned(), "*".to_owned()));
            if let Some(text) = self.star(module, &from) {
                self.line(&text);
            }
        }
    }

    /// The expression that gives what a CommonJS module exports to importers of one kind.
    pub(super) fn interop(&self, module: ModuleId, node: bool) -> Option<String> {
        let name = self.names.get(&Entity::Interop(module, node))?;
        let (helper, start) = (self.helper(Helper::Interop), self.name(&Entity::Start(module)));
        if self.plan.foreseen.contains(&module) {
            return Some(format!("\"default\" in {name} ? {name} : {helper}({start}(), {node}, {name})"));
        }
        let node = if node { ", true" } else { "" };
        Some(format!("{name} ??= {helper}({start}(){node})"))
    }
}

/// For each module of CommonJS, the modules of the standard that pass it on whole and are seen as objects.
pub(super) fn passed_on(binder: &Binder<'_>, live: &Live) -> BTreeMap<ModuleId, Vec<ModuleId>> {
    let mut users: BTreeMap<ModuleId, Vec<ModuleId>> = BTreeMap::new();
    for module in &live.namespaces {
        for star in binder.loose_stars(*module).0 {
            users.entry(star).or_default().push(*module);
        }
    }
    users
}
