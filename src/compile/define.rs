//! `define`: global identifiers and member expressions replaced by constant JavaScript, as esbuild does.

use std::collections::BTreeMap;

use swc_core::common::{FileName, Mark, SyntaxContext};
use swc_core::ecma::ast::{EsVersion, Expr, Ident, IdentName, KeyValueProp, MemberProp, Prop, PropName};
use swc_core::ecma::parser::{Syntax, parse_file_as_expr};
use swc_core::ecma::utils::drop_span;
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

use super::parse::Session;

/// The replacements, parsed.
pub(super) struct Define(BTreeMap<String, Box<Expr>>);

impl Define {
    /// Parses the replacements; the message of an error names the key whose value is not an expression.
    pub(super) fn parse(session: &Session, define: &BTreeMap<String, String>) -> Result<Self, String> {
        let one = |(key, value): (&String, &String)| {
            let file = session
                .files
                .new_source_file(FileName::Custom(format!("define {key}")).into(), value.clone());
            let parsed =
                parse_file_as_expr(&file, Syntax::default(), EsVersion::latest(), None, &mut Vec::new());
            match parsed {
                // Without places: the value comes from no line of this file.
                Ok(expression) => Ok((key.clone(), drop_span(expression))),
                Err(_) => Err(format!("`define.{key}` is `{value}`, which is not a JavaScript expression")),
            }
        };
        define.iter().map(one).collect::<Result<_, _>>().map(Self)
    }

    /// The pass. Names that the module declares itself are not global and are left alone.
    pub(super) fn replacer(&self, unresolved: Mark) -> Replacer<'_> {
        Replacer { define: &self.0, unresolved: SyntaxContext::empty().apply_mark(unresolved), hit: false }
    }
}

pub(super) struct Replacer<'a> {
    define: &'a BTreeMap<String, Box<Expr>>,
    unresolved: SyntaxContext,
    /// Whether anything was replaced.
    pub(super) hit: bool,
}

impl Replacer<'_> {
    fn global(&self, ident: &Ident) -> Option<String> {
        (ident.ctxt == self.unresolved).then(|| ident.sym.to_string())
    }

    /// `process.env.NODE_ENV` for the expression of that shape on a global.
    fn dotted(&self, expression: &Expr) -> Option<String> {
        match expression {
            Expr::Ident(ident) => self.global(ident),
            Expr::Member(member) => match &member.prop {
                MemberProp::Ident(name) => Some(format!("{}.{}", self.dotted(&member.obj)?, name.sym)),
                _ => None,
            },
            Expr::MetaProp(_) => Some("import.meta".to_owned()),
            _ => None,
        }
    }
}

impl VisitMut for Replacer<'_> {
    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        if self.define.is_empty() {
            return;
        }
        match self.dotted(expression).and_then(|name| self.define.get(&name)) {
            Some(value) => {
                *expression = (**value).clone();
                self.hit = true;
            }
            None => expression.visit_mut_children_with(self),
        }
    }

    fn visit_mut_prop(&mut self, property: &mut Prop) {
        if let Prop::Shorthand(ident) = property
            && let Some(value) = self.global(ident).and_then(|name| self.define.get(&name))
        {
            let key = PropName::Ident(IdentName::new(ident.sym.clone(), ident.span));
            *property = Prop::KeyValue(KeyValueProp { key, value: value.clone() });
            self.hit = true;
            return;
        }
        property.visit_mut_children_with(self);
    }
}
