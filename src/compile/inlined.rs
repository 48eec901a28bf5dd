//! Names of functions that the minifier takes out of the variables which gave them their names.

use std::collections::BTreeMap;

use swc_core::common::{BytePos, Span};
use swc_core::ecma::ast::{Callee, Expr, KeyValueProp, Pat, Program, PropName, VarDeclarator};
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith};

use super::opaque::opaque;

/// The names that functions have from their variables, by where the functions stand in the text.
#[derive(Default)]
pub(super) struct Inlined(BTreeMap<(BytePos, BytePos), String>);

impl Inlined {
    /// Notes the names of a program that is about to be compressed.
    pub(super) fn note(program: &Program) -> Self {
        let mut names = Self::default();
        program.visit_with(&mut names);
        names
    }

    /// Writes them out where a function does not stand in a variable of its name any more.
    pub(super) fn restore(mut self, program: &mut Program) {
        if !self.0.is_empty() {
            program.visit_mut_with(&mut self);
        }
    }

    fn name(&self, value: &Expr) -> Option<&str> {
        self.0.get(&key(place(value)?)).map(String::as_str)
    }

    /// What is inside of a function that is called on the spot, or that has its name.
    fn pass(&mut self, value: &mut Expr) {
        value.visit_mut_children_with(self);
    }
}

impl Visit for Inlined {
    fn visit_var_declarator(&mut self, variable: &VarDeclarator) {
        variable.visit_children_with(self);
        if let (Pat::Ident(ident), Some(value)) = (&variable.name, &variable.init)
            && let Some(span) = place(value)
        {
            self.0.insert(key(span), ident.sym.to_string());
        }
    }
}

impl VisitMut for Inlined {
    fn visit_mut_expr(&mut self, value: &mut Expr) {
        value.visit_mut_children_with(self);
        if let Some(name) = self.name(value) {
            *value = opaque(Box::new(std::mem::take(value)), Some(name));
        }
    }

    fn visit_mut_callee(&mut self, callee: &mut Callee) {
        match callee {
            Callee::Expr(value) => self.pass(value),
            other => other.visit_mut_children_with(self),
        }
    }

    fn visit_mut_var_declarator(&mut self, variable: &mut VarDeclarator) {
        match (&variable.name, &mut variable.init) {
            (Pat::Ident(ident), Some(value)) if self.name(value) == Some(&*ident.sym) => self.pass(value),
            _ => variable.visit_mut_children_with(self),
        }
    }

    fn visit_mut_key_value_prop(&mut self, property: &mut KeyValueProp) {
        match &property.key {
            PropName::Ident(ident) if self.name(&property.value) == Some(&*ident.sym) => {
                self.pass(&mut property.value);
            }
            _ => property.visit_mut_children_with(self),
        }
    }
}

/// Where a function without a name of its own stands.
fn place(value: &Expr) -> Option<Span> {
    match value {
        Expr::Arrow(arrow) => Some(arrow.span),
        Expr::Fn(function) if function.ident.is_none() => Some(function.function.span),
        _ => None,
    }
    .filter(|span| !span.is_dummy())
}

fn key(span: Span) -> (BytePos, BytePos) {
    (span.lo, span.hi)
}
