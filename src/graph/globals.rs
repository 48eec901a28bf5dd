//! Names of the global scope that the runtime has only in part, replaced before anything else is evaluated, where some
//! module could see the difference.

use super::{Growing, ModuleId, Node, Reached, Traits, is_node};
use crate::diagnostic::{Code, Diagnostic};
use crate::nodejs::Global;

/// Names of the global scope itself: who has it can see everything in it.
const SCOPES: &[&str] = &["globalThis", "global", "self"];

/// What the modules are called that replace names.
const PREFIX: &str = "pagesbuild:global/";

/// What the module is called that replaces a name.
pub(super) fn path(global: &Global) -> String {
    format!("{PREFIX}{}", global.names[0])
}

impl Growing<'_> {
    /// Adds what replaces globals to the graph. What replaces one may itself see another.
    pub(super) fn globals(&self, entry: ModuleId) -> Vec<ModuleId> {
        let resolver = self.compiler.resolver;
        let all: Vec<&'static Global> = resolver.nodejs().globals().collect();
        let is_installed = |global: &&Global| resolver.stand_in(global.stand_in).is_some();
        let (mut open, missing): (Vec<_>, Vec<_>) = all.iter().copied().partition(is_installed);
        if let Some(problem) = self.partial(&missing) {
            self.known().problems.push((entry, problem));
        }
        let mut places = vec![None; all.len()];
        loop {
            let is_seen = |global: &&Global| self.is_seen(global.names) || self.is_seen(SCOPES);
            let (seen, rest): (Vec<_>, Vec<_>) = open.into_iter().partition(is_seen);
            if seen.is_empty() {
                break;
            }
            open = rest;
            rayon::scope(|scope| {
                for global in seen {
                    let node = Node::Global(global);
                    let (place, _) = self.known().place(&node, Traits { effects: true, node: false });
                    if let Some(at) = all.iter().position(|other| *other == global) {
                        places[at] = Some(place);
                    }
                    self.visit(scope, (place, node, false));
                }
            });
        }
        places.into_iter().flatten().collect()
    }

    /// Where a module that replaces a global finds what it replaces it by.
    pub(super) fn stand_in(&self, specifier: &str) -> Reached {
        let Some(file) = self.compiler.resolver.stand_in(specifier) else { return Reached::Missing };
        let node = is_node(&file.path, || file.module);
        Reached::Node(Node::File(file.path), Traits { effects: file.effects, node }, None)
    }

    /// Whether some module takes one of these names from the global scope.
    fn is_seen(&self, names: &[&str]) -> bool {
        let known = self.known();
        let mut others = known.found.iter().filter(|found| !found.path.starts_with(PREFIX));
        others.any(|found| names.iter().any(|name| found.object.globals.contains(*name)))
    }

    /// What the program names and has only in part.
    fn partial(&self, missing: &[&Global]) -> Option<Diagnostic> {
        let seen = |name: &&str| self.is_seen(&[name]);
        let partial = missing.iter().filter(|global| self.is_seen(global.names));
        let names = partial.clone().flat_map(|global| global.names).copied().filter(seen);
        let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        if names.is_empty() {
            return None;
        }
        let message = format!(
            "the runtime has only a part of {} as Node.js has it, and what adds the rest is not installed",
            names.join(", ")
        );
        let advice = self.compiler.resolver.nodejs().native(partial.flat_map(|global| global.needs));
        let help = format!("install it: `npm install -D wrangler`, or {advice}");
        Some(Diagnostic::note(Code::PartialGlobal, message).help(help))
    }
}
