//! Which statements can be left out when nobody uses what they declare.
//!
//! The answer may err only to one side: a statement said to be free of effects must really be. Reading a variable
//! of the module counts as free, even where it could still be uninitialised, as it does for other bundlers.

use swc_core::common::comments::{Comments, SingleThreadedComments};
use swc_core::common::{BytePos, SyntaxContext};
use swc_core::ecma::ast::{
    ArrowFunctionBody, BinaryOp, Callee, Class, ClassMember, Decl, Expr, ExprOrSpread, Lit, MemberProp,
    ObjectPatProp, Pat, Prop, PropName, PropOrSpread, Stmt, UnaryOp, VarDeclKind,
};

/// Globals whose mere mention cannot throw, and whose members that are functions or constants can be read.
const KNOWN_GLOBALS: &[&str] = &[
    "Array",
    "ArrayBuffer",
    "BigInt",
    "Boolean",
    "DataView",
    "Date",
    "Error",
    "Function",
    "Infinity",
    "JSON",
    "Map",
    "Math",
    "NaN",
    "Number",
    "Object",
    "Promise",
    "Proxy",
    "RangeError",
    "Reflect",
    "RegExp",
    "Request",
    "Response",
    "Set",
    "String",
    "Symbol",
    "SyntaxError",
    "TextDecoder",
    "TextEncoder",
    "TypeError",
    "URL",
    "Uint8Array",
    "WeakMap",
    "WeakSet",
    "globalThis",
    "undefined",
];

/// Constructors that do nothing but construct when their argument is absent, `null` or a list of simple values.
const PURE_CONSTRUCTORS: &[&str] = &["Map", "Set", "WeakMap", "WeakSet"];

/// Functions of globals that only make a value of what they are given.
const PURE_MEMBERS: &[(&str, &[&str])] = &[
    ("Object", &["create", "freeze", "seal", "preventExtensions"]),
    ("Symbol", &["for"]),
    ("Array", &["of"]),
];

/// Reads effects from the tree.
#[derive(Clone, Copy)]
pub(super) struct Effects<'a> {
    pub(super) comments: &'a SingleThreadedComments,
    /// The mark of names that the module does not declare.
    pub(super) global: SyntaxContext,
    /// Functions of the module that are said to have no effects when called.
    pub(super) pure_functions: &'a [String],
}

impl Effects<'_> {
    /// Whether a top-level statement can be noticed by anybody who does not use its names.
    pub(super) fn of_statement(self, statement: &Stmt) -> bool {
        match statement {
            Stmt::Empty(_) => false,
            Stmt::Expr(statement) => {
                // A directive means nothing in a module.
                !matches!(&*statement.expr, Expr::Lit(_)) && !self.pure(&statement.expr)
            }
            Stmt::Decl(Decl::Fn(_)) => false,
            Stmt::Decl(Decl::Class(class)) => !self.pure_class(&class.class),
            Stmt::Decl(Decl::Var(variables)) => variables.decls.iter().any(|variable| {
                let Some(value) = &variable.init else { return variables.kind == VarDeclKind::Const };
                !self.pure(value) || !pure_pattern(&variable.name, value)
            }),
            _ => true,
        }
    }

    /// Whether an expression whose value nobody uses can be noticed where a minifier assumes that it cannot: by operators
    /// that call functions, and by what is given to calls that are said to have no effects.
    pub(super) fn are_missed(self, expression: &Expr) -> bool {
        let assumed = match expression {
            Expr::Tpl(_) | Expr::Unary(_) | Expr::Object(_) | Expr::Array(_) => true,
            Expr::Bin(binary) => {
                !matches!(binary.op, BinaryOp::LogicalAnd | BinaryOp::LogicalOr | BinaryOp::NullishCoalescing)
            }
            Expr::Call(call) => self.marked(call.span.lo),
            Expr::New(new) => self.marked(new.span.lo),
            _ => false,
        };
        assumed && !self.pure(expression)
    }

    fn pure(self, expression: &Expr) -> bool {
        match expression {
            Expr::Lit(_) | Expr::Fn(_) | Expr::Arrow(_) | Expr::This(_) | Expr::MetaProp(_) => true,
            Expr::Ident(ident) => ident.ctxt != self.global || KNOWN_GLOBALS.contains(&&*ident.sym),
            Expr::Paren(inner) => self.pure(&inner.expr),
            Expr::Class(class) => self.pure_class(&class.class),
            Expr::Seq(list) => list.exprs.iter().all(|expression| self.pure(expression)),
            Expr::Cond(condition) => {
                self.pure(&condition.test) && self.pure(&condition.cons) && self.pure(&condition.alt)
            }
            Expr::Unary(unary) => match unary.op {
                UnaryOp::TypeOf => matches!(&*unary.arg, Expr::Ident(_)) || self.pure(&unary.arg),
                UnaryOp::Void | UnaryOp::Bang => self.pure(&unary.arg),
                UnaryOp::Minus | UnaryOp::Plus | UnaryOp::Tilde => primitive(&unary.arg),
                UnaryOp::Delete => false,
            },
            Expr::Bin(binary) => match binary.op {
                BinaryOp::EqEqEq
                | BinaryOp::NotEqEq
                | BinaryOp::LogicalAnd
                | BinaryOp::LogicalOr
                | BinaryOp::NullishCoalescing => self.pure(&binary.left) && self.pure(&binary.right),
                _ => primitive(&binary.left) && primitive(&binary.right),
            },
            Expr::Tpl(template) => template.exprs.iter().all(|expression| primitive(expression)),
            Expr::Array(array) => array.elems.iter().flatten().all(|element| self.pure_argument(element)),
            Expr::Object(object) => object.props.iter().all(|property| match property {
                PropOrSpread::Spread(_) => false,
                PropOrSpread::Prop(property) => match &**property {
                    Prop::Shorthand(ident) => {
                        ident.ctxt != self.global || KNOWN_GLOBALS.contains(&&*ident.sym)
                    }
                    Prop::KeyValue(property) => pure_key(&property.key) && self.pure(&property.value),
                    Prop::Getter(property) => pure_key(&property.key),
                    Prop::Setter(property) => pure_key(&property.key),
                    Prop::Method(property) => pure_key(&property.key),
                    Prop::Assign(_) => false,
                },
            }),
            Expr::Member(member) => match (&*member.obj, &member.prop) {
                // `Symbol.iterator`, `Object.prototype`, `Math.PI`.
                (Expr::Ident(object), MemberProp::Ident(_)) => {
                    object.ctxt == self.global && KNOWN_GLOBALS.contains(&&*object.sym)
                }
                (Expr::Member(inner), MemberProp::Ident(_)) => {
                    matches!(&inner.prop, MemberProp::Ident(name) if &*name.sym == "prototype")
                        && self.pure(&member.obj)
                }
                _ => false,
            },
            Expr::Call(call) => {
                let callee = match &call.callee {
                    Callee::Expr(callee) => &**callee,
                    _ => return false,
                };
                let known = self.marked(call.span.lo) || self.pure_callee(callee) || self.empty_call(callee);
                known && call.args.iter().all(|argument| self.pure_argument(argument))
            }
            Expr::New(new) => {
                let arguments = new.args.as_deref().unwrap_or_default();
                if self.marked(new.span.lo) {
                    return arguments.iter().all(|argument| self.pure_argument(argument));
                }
                let Expr::Ident(constructor) = &*new.callee else { return false };
                constructor.ctxt == self.global
                    && PURE_CONSTRUCTORS.contains(&&*constructor.sym)
                    && match arguments {
                        [] => true,
                        [one] if one.spread.is_none() => match &*one.expr {
                            Expr::Lit(Lit::Null(_)) => true,
                            Expr::Ident(ident) => ident.ctxt == self.global && &*ident.sym == "undefined",
                            Expr::Array(array) => {
                                array.elems.is_empty() || (&*constructor.sym == "Set" && self.pure(&one.expr))
                            }
                            _ => false,
                        },
                        _ => false,
                    }
            }
            _ => false,
        }
    }

    fn pure_argument(self, argument: &ExprOrSpread) -> bool {
        argument.spread.is_none() && self.pure(&argument.expr)
    }

    /// Whether a call is annotated.
    fn marked(self, position: BytePos) -> bool {
        self.comments.has_flag(position, "PURE")
    }

    fn pure_callee(self, callee: &Expr) -> bool {
        match callee {
            Expr::Paren(inner) => self.pure_callee(&inner.expr),
            Expr::Ident(ident) if ident.ctxt == self.global => &*ident.sym == "Symbol",
            Expr::Ident(ident) => self.pure_functions.iter().any(|name| **name == *ident.sym),
            Expr::Member(member) => match (&*member.obj, &member.prop) {
                (Expr::Ident(object), MemberProp::Ident(name)) if object.ctxt == self.global => PURE_MEMBERS
                    .iter()
                    .any(|(known, members)| *known == &*object.sym && members.contains(&&*name.sym)),
                _ => false,
            },
            _ => false,
        }
    }

    /// `(() => expression)()` is as pure as what it computes, when it takes nothing.
    fn empty_call(self, callee: &Expr) -> bool {
        match callee {
            Expr::Paren(inner) => self.empty_call(&inner.expr),
            Expr::Arrow(arrow) if arrow.params.is_empty() && !arrow.is_async => match &*arrow.body {
                ArrowFunctionBody::Expr(body) => self.pure(body),
                ArrowFunctionBody::FunctionBody(body) => body.stmts.is_empty(),
            },
            _ => false,
        }
    }

    fn pure_class(self, class: &Class) -> bool {
        class.decorators.is_empty()
            && class.super_class.as_ref().is_none_or(|parent| match &**parent {
                Expr::Ident(_) | Expr::Lit(Lit::Null(_)) => self.pure(parent),
                other => self.pure(other),
            })
            && class.body.iter().all(|member| match member {
                ClassMember::Constructor(_) | ClassMember::Empty(_) | ClassMember::PrivateMethod(_) => true,
                ClassMember::Method(method) => pure_key(&method.key),
                ClassMember::ClassProp(property) => {
                    pure_key(&property.key)
                        && (!property.is_static
                            || property.value.as_ref().is_none_or(|value| self.pure(value)))
                }
                ClassMember::PrivateProp(property) => {
                    !property.is_static || property.value.as_ref().is_none_or(|value| self.pure(value))
                }
                ClassMember::StaticBlock(block) => block.body.stmts.is_empty(),
                ClassMember::AutoAccessor(_) | ClassMember::TsIndexSignature(_) => false,
            })
    }
}

/// Whether a key is computed without running anything.
fn pure_key(key: &PropName) -> bool {
    match key {
        PropName::Computed(computed) => {
            primitive(&computed.expr)
                || matches!(&*computed.expr, Expr::Member(member) if matches!((&*member.obj, &member.prop),
                    (Expr::Ident(object), MemberProp::Ident(_)) if &*object.sym == "Symbol"))
        }
        _ => true,
    }
}

/// Whether taking a value apart runs nothing: names alone, or a list of names from a list.
fn pure_pattern(pattern: &Pat, value: &Expr) -> bool {
    match (pattern, value) {
        (Pat::Ident(_), _) => true,
        (Pat::Array(names), Expr::Array(values)) => {
            names.elems.iter().flatten().all(|name| matches!(name, Pat::Ident(_)))
                && values.elems.iter().flatten().all(|value| value.spread.is_none())
        }
        (Pat::Object(names), Expr::Object(_)) => names
            .props
            .iter()
            .all(|property| matches!(property, ObjectPatProp::Assign(assign) if assign.value.is_none())),
        _ => false,
    }
}

/// Whether an expression is a primitive value for sure, so that operators on it call nothing.
fn primitive(expression: &Expr) -> bool {
    match expression {
        Expr::Lit(Lit::BigInt(_) | Lit::Regex(_)) => false,
        Expr::Lit(_) => true,
        Expr::Paren(inner) => primitive(&inner.expr),
        Expr::Unary(unary) => {
            matches!(unary.op, UnaryOp::Minus | UnaryOp::Plus | UnaryOp::Bang | UnaryOp::Tilde)
                && primitive(&unary.arg)
        }
        Expr::Bin(binary) => {
            !matches!(binary.op, BinaryOp::In | BinaryOp::InstanceOf)
                && primitive(&binary.left)
                && primitive(&binary.right)
        }
        Expr::Tpl(template) => template.exprs.iter().all(|expression| primitive(expression)),
        _ => false,
    }
}
