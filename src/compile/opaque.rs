//! Calls that the minifier does not see through, around what it would get wrong: expressions that it takes for ones
//! without effects, and functions whose names it would lose. They are there only while it is at work.

use std::collections::{BTreeMap, BTreeSet};

use swc_core::common::comments::{Comments, SingleThreadedComments};
use swc_core::common::{BytePos, DUMMY_SP, SyntaxContext};
use swc_core::ecma::ast::{
    ArrowExpr, AssignExpr, AwaitExpr, BinaryOp, CallExpr, Callee, Expr, ExprOrSpread, ExprStmt, Function, Id,
    Ident, Lit, NewExpr, Pat, Program, PropOrSpread, Str, TaggedTpl, UnaryExpr, UnaryOp, UpdateExpr,
    VarDeclarator, YieldExpr,
};
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith};

use super::effects::KNOWN_GLOBALS;
use super::names;

/// What is called. No identifier looks like it.
const CALLEE: &str = "=";

/// A call around a value, which may take a name.
pub(super) fn opaque(value: Box<Expr>, name: Option<&str>) -> Expr {
    let callee = Ident::new(CALLEE.into(), DUMMY_SP, SyntaxContext::empty());
    let name =
        name.map(|name| Box::new(Lit::Str(Str { span: DUMMY_SP, value: name.into(), raw: None }).into()));
    Expr::Call(CallExpr {
        callee: Callee::Expr(Box::new(callee.into())),
        args: [Some(value), name]
            .into_iter()
            .flatten()
            .map(|expr| ExprOrSpread { spread: None, expr })
            .collect(),
        ..CallExpr::default()
    })
}

/// Takes the calls away again.
pub(super) struct Reveal;

impl VisitMut for Reveal {
    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        expression.visit_mut_children_with(self);
        let Expr::Call(CallExpr { callee: Callee::Expr(callee), args, .. }) = expression else { return };
        if !matches!(&**callee, Expr::Ident(ident) if &*ident.sym == CALLEE) {
            return;
        }
        let mut arguments = std::mem::take(args).into_iter().map(|argument| argument.expr);
        *expression = match (arguments.next(), arguments.next().as_deref()) {
            (Some(value), Some(Expr::Lit(Lit::Str(name)))) => {
                names::named(value, &name.value.to_string_lossy())
            }
            (Some(value), _) => *value,
            (None, _) => Expr::default(),
        };
    }
}

/// Puts calls around expressions whose effects the minifier does not know of: operators that call `toString` or
/// `valueOf`, and reads of what may not be there yet. What is marked as pure in spite of effects in its arguments
/// loses the mark.
pub(super) fn hold(program: &mut Program, comments: &SingleThreadedComments, global: SyntaxContext) {
    let mut converted = Converted::default();
    program.visit_with(&mut converted);
    let mut counter = Counter(converted.0.into_iter().map(|name| (name, 0)).collect());
    if !counter.0.is_empty() {
        program.visit_with(&mut counter);
    }
    let unused = counter.0.into_iter().filter(|(_, count)| *count == 1).map(|(name, _)| name).collect();
    program.visit_mut_with(&mut Hold { comments, global, unused });
}

/// Variables whose values can have effects.
#[derive(Default)]
struct Converted(BTreeSet<Id>);

impl Visit for Converted {
    fn visit_var_declarator(&mut self, variable: &VarDeclarator) {
        variable.visit_children_with(self);
        if let (Pat::Ident(name), Some(value)) = (&variable.name, &variable.init)
            && converts(value)
        {
            self.0.insert(name.to_id());
        }
    }
}

/// How often names stand in a program.
struct Counter(BTreeMap<Id, usize>);

impl Visit for Counter {
    fn visit_ident(&mut self, ident: &Ident) {
        if let Some(count) = self.0.get_mut(&ident.to_id()) {
            *count += 1;
        }
    }
}

struct Hold<'a> {
    comments: &'a SingleThreadedComments,
    global: SyntaxContext,
    unused: BTreeSet<Id>,
}

impl Hold<'_> {
    fn hold(&self, value: &mut Box<Expr>) {
        let inner = std::mem::take(value);
        **value = opaque(inner, None);
    }

    fn unmark(&self, at: BytePos, arguments: &[ExprOrSpread]) {
        if self.comments.has_flag(at, "PURE") {
            let mut acts = Acts { comments: self.comments, global: self.global, found: false };
            arguments.visit_with(&mut acts);
            if acts.found {
                self.comments.take_leading(at);
            }
        }
    }
}

impl VisitMut for Hold<'_> {
    fn visit_mut_expr_stmt(&mut self, statement: &mut ExprStmt) {
        statement.visit_mut_children_with(self);
        let reads = matches!(&*statement.expr, Expr::Ident(name) if name.ctxt != self.global);
        if reads || matches!(&*statement.expr, Expr::New(_)) || converts(&statement.expr) {
            self.hold(&mut statement.expr);
        }
    }

    fn visit_mut_var_declarator(&mut self, variable: &mut VarDeclarator) {
        variable.visit_mut_children_with(self);
        if let (Pat::Ident(name), Some(value)) = (&variable.name, &mut variable.init)
            && self.unused.contains(&name.to_id())
        {
            self.hold(value);
        }
    }

    fn visit_mut_call_expr(&mut self, call: &mut CallExpr) {
        call.visit_mut_children_with(self);
        self.unmark(call.span.lo, &call.args);
        // The minifier would put what such a function does into the place of its call, without the mark.
        if let Callee::Expr(callee) = &mut call.callee
            && matches!(**callee, Expr::Fn(_) | Expr::Arrow(_))
            && self.comments.has_flag(call.span.lo, "PURE")
        {
            self.hold(callee);
        }
    }

    fn visit_mut_new_expr(&mut self, new: &mut NewExpr) {
        new.visit_mut_children_with(self);
        self.unmark(new.span.lo, new.args.as_deref().unwrap_or_default());
    }
}

/// Whether an operator makes a primitive of something that may be an object, or its properties are read.
fn converts(expression: &Expr) -> bool {
    match expression {
        Expr::Paren(inner) => converts(&inner.expr),
        Expr::Tpl(template) => template.exprs.iter().any(|part| !primitive(part)),
        Expr::Unary(UnaryExpr { op: UnaryOp::Minus | UnaryOp::Plus | UnaryOp::Tilde, arg, .. }) => {
            !primitive(arg)
        }
        Expr::Bin(binary) => match binary.op {
            BinaryOp::EqEqEq
            | BinaryOp::NotEqEq
            | BinaryOp::LogicalAnd
            | BinaryOp::LogicalOr
            | BinaryOp::NullishCoalescing => false,
            _ => !primitive(&binary.left) || !primitive(&binary.right),
        },
        Expr::Object(object) => {
            object.props.iter().any(|property| matches!(property, PropOrSpread::Spread(_)))
        }
        _ => false,
    }
}

/// Whether an expression is a primitive value for sure.
fn primitive(expression: &Expr) -> bool {
    match expression {
        Expr::Lit(literal) => !matches!(literal, Lit::Regex(_)),
        Expr::Paren(inner) => primitive(&inner.expr),
        Expr::Unary(unary) => {
            matches!(unary.op, UnaryOp::TypeOf | UnaryOp::Void | UnaryOp::Bang) || primitive(&unary.arg)
        }
        Expr::Bin(_) | Expr::Tpl(_) => !converts(expression),
        _ => false,
    }
}

/// Whether something is done for sure, not counting what functions would do.
struct Acts<'a> {
    comments: &'a SingleThreadedComments,
    global: SyntaxContext,
    found: bool,
}

impl Acts<'_> {
    /// Whether something is a global of the language, or a member of one.
    fn is_known(&self, callee: &Expr) -> bool {
        match callee {
            Expr::Member(member) => self.is_known(&member.obj),
            Expr::Ident(name) => name.ctxt == self.global && KNOWN_GLOBALS.contains(&&*name.sym),
            _ => false,
        }
    }
}

impl Visit for Acts<'_> {
    fn visit_function(&mut self, _: &Function) {}

    fn visit_arrow_expr(&mut self, _: &ArrowExpr) {}

    fn visit_expr(&mut self, expression: &Expr) {
        self.found |= match expression {
            Expr::Call(call) => {
                let is_known = matches!(&call.callee, Callee::Expr(callee) if self.is_known(callee));
                !is_known && !self.comments.has_flag(call.span.lo, "PURE")
            }
            Expr::New(new) => !self.is_known(&new.callee) && !self.comments.has_flag(new.span.lo, "PURE"),
            _ => false,
        };
        expression.visit_children_with(self);
    }

    fn visit_assign_expr(&mut self, _: &AssignExpr) {
        self.found = true;
    }

    fn visit_update_expr(&mut self, _: &UpdateExpr) {
        self.found = true;
    }

    fn visit_await_expr(&mut self, _: &AwaitExpr) {
        self.found = true;
    }

    fn visit_yield_expr(&mut self, _: &YieldExpr) {
        self.found = true;
    }

    fn visit_tagged_tpl(&mut self, _: &TaggedTpl) {
        self.found = true;
    }
}
