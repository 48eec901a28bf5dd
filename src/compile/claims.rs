//! What is known of values from their own file, and what that hangs on.

use swc_core::common::comments::Comments;
use swc_core::ecma::ast::{
    ArrowExpr, ArrowFunctionBody, BinaryOp, Callee, Class, ClassMember, Decl, Expr, Function, Lit,
    MethodKind, Pat, Prop, PropName, PropOrSpread, Stmt, UnaryOp, VarDeclarator,
};

use super::Claim;
use super::effects::{Effects, Wonder};

impl Effects<'_> {
    /// What is known of the value that a statement declares, each with what it hangs on.
    pub(super) fn nature(self, statement: &Stmt) -> Vec<(Claim, Vec<Wonder>)> {
        let ask = |claim: Claim| {
            self.doubts.borrow_mut().clear();
            let holds = match statement {
                Stmt::Decl(Decl::Fn(function)) => {
                    let name = &*function.ident.sym;
                    match claim {
                        Claim::Call => {
                            self.pure_functions.iter().any(|known| known == name)
                                || self.pure_function(&function.function)
                        }
                        Claim::Plain | Claim::Spread | Claim::Fresh => true,
                        Claim::Read | Claim::Primitive | Claim::Key => false,
                    }
                }
                Stmt::Decl(Decl::Class(class)) => match claim {
                    Claim::Plain | Claim::Spread | Claim::Fresh => is_plain_class(&class.class),
                    _ => false,
                },
                Stmt::Decl(Decl::Var(variables)) => match variables.decls.as_slice() {
                    [VarDeclarator { name: Pat::Ident(name), init: Some(value), .. }] => {
                        claim == Claim::Call
                            && self.pure_functions.iter().any(|known| **known == *name.id.sym)
                            || self.is(value, claim)
                    }
                    _ => false,
                },
                _ => false,
            };
            holds.then(|| (claim, self.doubts.take()))
        };
        Claim::OF_VALUES.iter().copied().filter_map(ask).collect()
    }

    /// Whether an expression's value is as claimed. That evaluating it is free of effects is another question.
    pub(super) fn is(self, value: &Expr, claim: Claim) -> bool {
        match value {
            Expr::Paren(inner) => return self.is(&inner.expr, claim),
            Expr::Cond(condition) => {
                return self.is(&condition.cons, claim) && self.is(&condition.alt, claim);
            }
            Expr::Ident(_) | Expr::Member(_) if claim != Claim::Fresh && self.wonder(value, claim) => {
                return true;
            }
            _ => {}
        }
        match claim {
            Claim::Read => self.pure(value),
            Claim::Primitive => self.primitive(value),
            Claim::Key => self.key(value),
            Claim::Spread => self.plain(value) || self.primitive(value),
            Claim::Plain => self.plain(value),
            Claim::Fresh => is_fresh(value),
            Claim::Call => match value {
                Expr::Fn(function) => {
                    self.comments.has_flag(function.function.span.lo, "NO_SIDE_EFFECTS")
                        || self.pure_function(&function.function)
                }
                Expr::Arrow(arrow) => {
                    self.comments.has_flag(arrow.span.lo, "NO_SIDE_EFFECTS") || self.pure_arrow(arrow)
                }
                _ => false,
            },
        }
    }

    /// Whether a value is an object of which everything can be read without running anything.
    fn plain(self, value: &Expr) -> bool {
        match value {
            Expr::Fn(_) | Expr::Arrow(_) => true,
            Expr::Class(class) => is_plain_class(&class.class),
            Expr::Array(array) => array.elems.iter().flatten().all(|element| element.spread.is_none()),
            Expr::Object(object) => object.props.iter().all(|property| match property {
                PropOrSpread::Spread(spread) => self.is(&spread.expr, Claim::Spread),
                PropOrSpread::Prop(property) => match &**property {
                    Prop::Shorthand(_) | Prop::Method(_) => true,
                    Prop::KeyValue(property) => !is_prototype(&property.key),
                    Prop::Getter(_) | Prop::Setter(_) | Prop::Assign(_) => false,
                },
            }),
            Expr::Call(call) => {
                let is_freeze = matches!(&call.callee, Callee::Expr(callee) if self.is_member(callee, "Object", &["freeze", "seal"]));
                is_freeze
                    && matches!(call.args.as_slice(), [one] if one.spread.is_none() && self.plain(&one.expr))
            }
            _ => false,
        }
    }

    /// Whether calling a function does nothing, whatever it is given.
    fn pure_function(self, function: &Function) -> bool {
        let is_simple = function.params.iter().all(|param| matches!(param.pat, Pat::Ident(_)));
        let is_free = function.params.iter().all(|param| param.decorators.is_empty());
        let body = function.body.as_ref().map_or(&[][..], |body| &body.stmts);
        is_simple && is_free && !function.is_async && !function.is_generator && self.pure_body(body)
    }

    pub(super) fn pure_arrow(self, arrow: &ArrowExpr) -> bool {
        let is_simple = arrow.params.iter().all(|param| matches!(param, Pat::Ident(_)));
        is_simple
            && !arrow.is_async
            && match &*arrow.body {
                ArrowFunctionBody::Expr(body) => self.pure(body),
                ArrowFunctionBody::FunctionBody(body) => self.pure_body(&body.stmts),
            }
    }

    /// Whether statements only compute a value to return.
    fn pure_body(self, statements: &[Stmt]) -> bool {
        statements.iter().all(|statement| match statement {
            Stmt::Return(statement) => statement.arg.as_ref().is_none_or(|value| self.pure(value)),
            Stmt::If(condition) => {
                self.pure(&condition.test)
                    && self.pure_body(std::slice::from_ref(&*condition.cons))
                    && condition.alt.as_ref().is_none_or(|alt| self.pure_body(std::slice::from_ref(&**alt)))
            }
            Stmt::Block(block) => self.pure_body(&block.stmts),
            other => !self.is_noticed(other),
        })
    }

    /// Whether an expression is a primitive value or a symbol for sure, which a key is made of without running anything.
    pub(super) fn key(self, expression: &Expr) -> bool {
        let before = self.doubts.borrow().len();
        match expression {
            Expr::Member(member) if self.is_global(&member.obj, &["Symbol"]) => true,
            Expr::Call(call) => {
                let Callee::Expr(callee) = &call.callee else { return false };
                (self.is_global(callee, &["Symbol"]) || self.is_member(callee, "Symbol", &["for"]))
                    && call
                        .args
                        .iter()
                        .all(|argument| argument.spread.is_none() && self.primitive(&argument.expr))
            }
            Expr::Ident(_) | Expr::Member(_) if self.wonder(expression, Claim::Key) => true,
            other => {
                self.doubts.borrow_mut().truncate(before);
                self.primitive(other)
            }
        }
    }

    /// Whether an expression is a primitive value for sure and no symbol, so that operators on it call nothing.
    pub(super) fn primitive(self, expression: &Expr) -> bool {
        match expression {
            Expr::Lit(Lit::BigInt(_) | Lit::Regex(_)) => false,
            Expr::Lit(_) => true,
            Expr::Ident(_) if self.is_global(expression, &["undefined", "NaN", "Infinity"]) => true,
            Expr::Ident(_) | Expr::Member(_) => self.wonder(expression, Claim::Primitive),
            Expr::Paren(inner) => self.primitive(&inner.expr),
            Expr::Unary(unary) => match unary.op {
                UnaryOp::Minus | UnaryOp::Plus | UnaryOp::Tilde => self.primitive(&unary.arg),
                UnaryOp::Bang | UnaryOp::TypeOf | UnaryOp::Void => self.pure(expression),
                UnaryOp::Delete => false,
            },
            Expr::Cond(condition) => {
                self.pure(&condition.test)
                    && self.primitive(&condition.cons)
                    && self.primitive(&condition.alt)
            }
            Expr::Bin(binary) => match binary.op {
                BinaryOp::In | BinaryOp::InstanceOf => false,
                BinaryOp::EqEqEq | BinaryOp::NotEqEq => self.pure(expression),
                _ => self.primitive(&binary.left) && self.primitive(&binary.right),
            },
            Expr::Tpl(template) => template.exprs.iter().all(|expression| self.primitive(expression)),
            _ => false,
        }
    }
}

/// Whether a key names an object's prototype.
fn is_prototype(key: &PropName) -> bool {
    match key {
        PropName::Ident(name) => &*name.sym == "__proto__",
        PropName::Str(name) => name.value.to_string_lossy() == "__proto__",
        _ => false,
    }
}

/// Whether reading and adding members of a class runs nothing.
fn is_plain_class(class: &Class) -> bool {
    class.super_class.is_none()
        && class.body.iter().all(|member| match member {
            ClassMember::Method(method) => method.kind == MethodKind::Method,
            ClassMember::AutoAccessor(_) | ClassMember::StaticBlock(_) => false,
            _ => true,
        })
}

/// Whether a value is an object that is made here and that members can be added to without running anything.
fn is_fresh(value: &Expr) -> bool {
    match value {
        Expr::Paren(inner) => is_fresh(&inner.expr),
        Expr::Fn(_) | Expr::Arrow(_) => true,
        Expr::Class(class) => is_plain_class(&class.class),
        Expr::Object(object) => object.props.iter().all(|property| match property {
            PropOrSpread::Spread(_) => true,
            PropOrSpread::Prop(property) => match &**property {
                Prop::Shorthand(_) | Prop::Method(_) => true,
                Prop::KeyValue(property) => !is_prototype(&property.key),
                Prop::Getter(_) | Prop::Setter(_) | Prop::Assign(_) => false,
            },
        }),
        _ => false,
    }
}
