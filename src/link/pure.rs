//! Which statements can be noticed when nobody uses what they declare: what their objects leave open is settled over the
//! whole graph.
//!
//! A claim about a value holds unless something it hangs on does not. So every claim that is asked for is taken to hold,
//! and those that do not are followed back to what hangs on them; claims that hang on each other in a circle hold.

use std::collections::BTreeMap;

use super::bind::{Binder, Resolved};
use crate::compile::{Claim, Doubt, SymbolId};
use crate::graph::ModuleId;

/// For each module and symbol, the parts that declare it.
pub(super) type Declared = Vec<Vec<Vec<usize>>>;

/// A claim about the value of a name.
type Node = (ModuleId, SymbolId, Claim);

/// For each module and part, whether evaluating it can be noticed.
pub(super) fn effects(binder: &Binder<'_>, declared: &Declared) -> Vec<Vec<bool>> {
    let mut judge =
        Judge { binder, declared, numbers: BTreeMap::new(), claims: Vec::new(), rest: Vec::new() };
    let mut hangs: Vec<(ModuleId, usize, Vec<Option<usize>>)> = Vec::new();
    for module in binder.graph.ids() {
        for (at, part) in binder.object(module).parts.iter().enumerate() {
            if !part.effects && !part.doubts.is_empty() {
                hangs.push((module, at, judge.settle(module, &part.doubts)));
            }
        }
    }
    let holds = judge.holds();
    let mut effects: Vec<Vec<bool>> = Vec::with_capacity(binder.graph.modules.len());
    for module in binder.graph.ids() {
        effects.push(binder.object(module).parts.iter().map(|part| part.effects).collect());
    }
    for (module, part, claims) in hangs {
        effects[module.0 as usize][part] =
            !claims.iter().all(|claim| claim.is_some_and(|claim| holds[claim]));
    }
    effects
}

struct Judge<'a, 'b> {
    binder: &'a Binder<'b>,
    declared: &'a Declared,
    /// The claims that were asked for, by number.
    numbers: BTreeMap<Node, usize>,
    /// For each of them, the claims that hang on it, and whether it is known not to hold.
    claims: Vec<(Vec<usize>, bool)>,
    /// Claims that have not been looked into.
    rest: Vec<Node>,
}

impl Judge<'_, '_> {
    /// The claims that doubts come to: those that hold for sure are left out, and `None` is one that does not.
    fn settle(&mut self, module: ModuleId, doubts: &[Doubt]) -> Vec<Option<usize>> {
        let mut claims = Vec::new();
        for doubt in doubts {
            match self.node(module, doubt) {
                Ok(true) => {}
                Ok(false) => claims.push(None),
                Err(node) => claims.push(Some(self.number(node))),
            }
        }
        claims
    }

    /// The claim about a declared value that a doubt comes to, or whether it holds where it is about nothing of the kind.
    fn node(&self, module: ModuleId, doubt: &Doubt) -> Result<bool, Node> {
        let Some(found) = self.binder.reference(module, &doubt.about) else { return Ok(false) };
        let rest = doubt.about.members().len() - found.members;
        match (found.resolved, doubt.claim, rest) {
            (_, Claim::Read, 0) => Ok(true),
            (Resolved::Symbol(module, symbol), Claim::Read, 1) => Err((module, symbol, Claim::Plain)),
            (Resolved::Symbol(module, symbol), claim, 0) => Err((module, symbol, claim)),
            (Resolved::Namespace(_), Claim::Spread | Claim::Plain, 0) => Ok(true),
            _ => Ok(false),
        }
    }

    fn number(&mut self, node: Node) -> usize {
        let next = self.claims.len();
        let number = *self.numbers.entry(node).or_insert(next);
        if number == next {
            self.claims.push((Vec::new(), false));
            self.rest.push(node);
        }
        number
    }

    /// Looks into every claim that was asked for, and into those that they hang on: whether each holds.
    fn holds(mut self) -> Vec<bool> {
        let mut wrong = Vec::new();
        while let Some(node) = self.rest.pop() {
            let (module, symbol, claim) = node;
            let number = self.number(node);
            let doubts = match self.declared[module.0 as usize][symbol.0 as usize].as_slice() {
                [part] => self.binder.object(module).parts[*part].nature.of(claim),
                _ => None,
            };
            let claims = doubts.map_or_else(|| vec![None], |doubts| self.settle(module, doubts));
            for claim in claims {
                match claim {
                    Some(claim) => self.claims[claim].0.push(number),
                    None => wrong.push(number),
                }
            }
        }
        while let Some(number) = wrong.pop() {
            if !std::mem::replace(&mut self.claims[number].1, true) {
                wrong.append(&mut self.claims[number].0);
            }
        }
        self.claims.iter().map(|(_, wrong)| !wrong).collect()
    }
}
