//! Which statements can be left out when nobody uses what they declare.
//!
//! The answer may err only to one side: a statement said to be free of effects must really be. Reading a variable
//! of the module counts as free, even where it could still be uninitialised, as it does for other bundlers. Where the answer
//! hangs on what other names stand for, it is yes under conditions: the [`Doubt`]s, which the linker settles.

use std::cell::RefCell;

use swc_core::common::BytePos;
use swc_core::common::comments::{Comments, SingleThreadedComments};
use swc_core::ecma::ast::{
    AssignOp, AssignTarget, BinaryOp, Callee, Class, ClassMember, Decl, Expr, ExprOrSpread, Lit, MemberProp,
    ObjectPatProp, Pat, Prop, PropName, PropOrSpread, SimpleAssignTarget, Stmt, UnaryOp, VarDeclKind,
};

use super::Claim;
use super::lower::member_name;
use super::transform::Marks;

/// Globals whose mere mention cannot throw, and whose members that are functions or constants can be read.
pub(super) const KNOWN_GLOBALS: &[&str] = &[
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

/// Constructors that do nothing but construct when they are given nothing.
const EMPTY_CONSTRUCTORS: &[&str] =
    &["AbortController", "Array", "Date", "Object", "TextDecoder", "TextEncoder"];

/// Functions of globals that only make a value of what they are given.
const PURE_MEMBERS: &[(&str, &[&str])] = &[
    ("Object", &["create", "freeze", "seal", "preventExtensions"]),
    ("Symbol", &["for"]),
    ("Array", &["of", "isArray"]),
];

/// Functions of globals that only compute with primitive values.
const ARITHMETIC: &[&str] = &["Math", "String", "Boolean"];

/// What is found out about a statement.
#[derive(Default)]
pub(super) struct Verdict {
    /// Whether it can be noticed by anybody who does not use its names.
    pub(super) effects: bool,
    /// What has to hold for it not to be, where `effects` says so.
    pub(super) doubts: Vec<Wonder>,
    /// The name whose value it only adds to.
    pub(super) completes: Option<String>,
}

/// A [`Doubt`](super::Doubt) before names are symbols.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wonder {
    pub(super) name: String,
    pub(super) members: Vec<String>,
    pub(super) claim: Claim,
}

/// Reads effects from the tree.
#[derive(Clone, Copy)]
pub(super) struct Effects<'a> {
    pub(super) comments: &'a SingleThreadedComments,
    /// The marks of names by where they are declared.
    pub(super) marks: Marks,
    /// Functions of the module that are said to have no effects when called.
    pub(super) pure_functions: &'a [String],
    /// What the answers of now hang on.
    pub(super) doubts: &'a RefCell<Vec<Wonder>>,
}

impl Effects<'_> {
    /// Judges a top-level statement.
    pub(super) fn of_statement(self, statement: &Stmt) -> Verdict {
        self.doubts.borrow_mut().clear();
        let completes = match statement {
            Stmt::Expr(statement) => self.completes(&statement.expr),
            _ => None,
        };
        let effects = completes.is_none() && self.is_noticed(statement);
        Verdict { effects, doubts: self.doubts.take(), completes }
    }

    pub(super) fn is_noticed(self, statement: &Stmt) -> bool {
        match statement {
            Stmt::Empty(_) => false,
            Stmt::Expr(statement) => {
                match &*statement.expr {
                    // A directive means nothing in a module.
                    Expr::Lit(_) => false,
                    // Nobody reads a member for nothing: a getter may have been added.
                    Expr::Member(_) => true,
                    expression => !self.pure(expression),
                }
            }
            Stmt::Decl(Decl::Fn(_)) => false,
            Stmt::Decl(Decl::Class(class)) => !self.pure_class(&class.class),
            Stmt::Decl(Decl::Var(variables)) => variables.decls.iter().any(|variable| {
                let Some(value) = &variable.init else { return variables.kind == VarDeclKind::Const };
                !self.pure(value) || !self.pure_pattern(&variable.name, value)
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
        // What hangs on other statements is not known to the minifier either.
        assumed && (!self.pure(expression) || !std::mem::take(&mut *self.doubts.borrow_mut()).is_empty())
    }

    /// The name of the top level that `name.member = value` or `name.prototype.member = value` adds to.
    fn completes(self, expression: &Expr) -> Option<String> {
        let Expr::Assign(assignment) = expression else { return None };
        let AssignTarget::Simple(SimpleAssignTarget::Member(member)) = &assignment.left else { return None };
        let object = match &*member.obj {
            Expr::Member(prototype) if is_named(&prototype.prop, "prototype") => &prototype.obj,
            object => object,
        };
        let is_writable = match &member.prop {
            MemberProp::Ident(name) => !READ_ONLY.contains(&&*name.sym),
            MemberProp::Computed(key) => match &*key.expr {
                Expr::Lit(Lit::Str(name)) => !READ_ONLY.contains(&&*name.value.to_string_lossy()),
                key => self.key(key),
            },
            MemberProp::PrivateName(_) => false,
        };
        let Expr::Ident(name) = object else { return None };
        let is_local = name.ctxt == self.marks.top;
        if assignment.op != AssignOp::Assign || !is_writable || !is_local || !self.pure(&assignment.right) {
            self.doubts.borrow_mut().clear();
            return None;
        }
        self.doubt(&name.sym, Vec::new(), Claim::Fresh);
        Some(name.sym.to_string())
    }

    fn doubt(self, name: &str, members: Vec<String>, claim: Claim) {
        self.doubts.borrow_mut().push(Wonder { name: name.to_owned(), members, claim });
    }

    /// Whether an expression is a name of the top level, or members of one, for which the claim then has to hold.
    pub(super) fn wonder(self, expression: &Expr, claim: Claim) -> bool {
        let mut members = Vec::new();
        let mut object = expression;
        loop {
            match object {
                Expr::Paren(inner) => object = &inner.expr,
                Expr::Member(member) => {
                    let Some(name) = member_name(&member.prop) else { return false };
                    members.insert(0, name);
                    object = &member.obj;
                }
                Expr::Ident(name) if name.ctxt == self.marks.top => {
                    self.doubt(&name.sym, members, claim);
                    return true;
                }
                _ => return false,
            }
        }
    }

    pub(super) fn is_global(self, expression: &Expr, names: &[&str]) -> bool {
        matches!(expression, Expr::Ident(name) if name.ctxt == self.marks.global && names.contains(&&*name.sym))
    }

    pub(super) fn is_member(self, expression: &Expr, object: &str, names: &[&str]) -> bool {
        let Expr::Member(member) = expression else { return false };
        self.is_global(&member.obj, &[object]) && names.iter().any(|name| is_named(&member.prop, name))
    }

    pub(super) fn pure(self, expression: &Expr) -> bool {
        match expression {
            Expr::Lit(_) | Expr::Fn(_) | Expr::Arrow(_) | Expr::This(_) | Expr::MetaProp(_) => true,
            Expr::Ident(ident) => ident.ctxt != self.marks.global || KNOWN_GLOBALS.contains(&&*ident.sym),
            Expr::Paren(inner) => self.pure(&inner.expr),
            Expr::Class(class) => self.pure_class(&class.class),
            Expr::Seq(list) => list.exprs.iter().all(|expression| self.pure(expression)),
            Expr::Cond(condition) => {
                self.pure(&condition.test) && self.pure(&condition.cons) && self.pure(&condition.alt)
            }
            Expr::Unary(unary) => match unary.op {
                UnaryOp::TypeOf => matches!(&*unary.arg, Expr::Ident(_)) || self.pure(&unary.arg),
                UnaryOp::Void | UnaryOp::Bang => self.pure(&unary.arg),
                UnaryOp::Minus | UnaryOp::Plus | UnaryOp::Tilde => self.primitive(&unary.arg),
                UnaryOp::Delete => false,
            },
            Expr::Bin(binary) => match binary.op {
                BinaryOp::EqEqEq
                | BinaryOp::NotEqEq
                | BinaryOp::LogicalAnd
                | BinaryOp::LogicalOr
                | BinaryOp::NullishCoalescing => self.pure(&binary.left) && self.pure(&binary.right),
                BinaryOp::In => {
                    self.primitive(&binary.left) && self.is_global(&binary.right, &["globalThis"])
                }
                BinaryOp::InstanceOf => false,
                _ => self.primitive(&binary.left) && self.primitive(&binary.right),
            },
            Expr::Tpl(template) => template.exprs.iter().all(|expression| self.primitive(expression)),
            Expr::Array(array) => array.elems.iter().flatten().all(|element| self.pure_argument(element)),
            Expr::Object(object) => object.props.iter().all(|property| self.pure_property(property)),
            // `Symbol.iterator`, `Object.prototype`, `Math.PI`; what is called `prototype` is no getter.
            Expr::Member(member) => match (&*member.obj, &member.prop) {
                (object, MemberProp::Ident(_)) if self.is_global(object, KNOWN_GLOBALS) => true,
                (Expr::Member(inner), MemberProp::Ident(_)) if is_named(&inner.prop, "prototype") => {
                    self.pure(&member.obj)
                }
                _ => self.wonder(expression, Claim::Read),
            },
            Expr::Call(call) => {
                let Callee::Expr(callee) = &call.callee else { return false };
                let is_arithmetic = || {
                    let Expr::Member(member) = &**callee else { return self.is_global(callee, ARITHMETIC) };
                    self.is_global(&member.obj, &["Math"])
                };
                if call.args.iter().all(|argument| self.pure_argument(argument)) {
                    if self.marked(call.span.lo) || self.pure_callee(callee) {
                        return true;
                    }
                    if is_arithmetic() {
                        return call.args.iter().all(|argument| self.primitive(&argument.expr));
                    }
                    return self.empty_call(callee) || self.wonder(callee, Claim::Call);
                }
                false
            }
            Expr::New(new) => {
                let arguments = new.args.as_deref().unwrap_or_default();
                let is_free = arguments.iter().all(|argument| self.pure_argument(argument));
                is_free && (self.marked(new.span.lo) || self.pure_construction(&new.callee, arguments))
            }
            _ => false,
        }
    }

    fn pure_property(self, property: &PropOrSpread) -> bool {
        match property {
            PropOrSpread::Spread(spread) => self.pure(&spread.expr) && self.is(&spread.expr, Claim::Spread),
            PropOrSpread::Prop(property) => match &**property {
                Prop::Shorthand(ident) => {
                    ident.ctxt != self.marks.global || KNOWN_GLOBALS.contains(&&*ident.sym)
                }
                Prop::KeyValue(property) => self.pure_key(&property.key) && self.pure(&property.value),
                Prop::Getter(property) => self.pure_key(&property.key),
                Prop::Setter(property) => self.pure_key(&property.key),
                Prop::Method(property) => self.pure_key(&property.key),
                Prop::Assign(_) => false,
            },
        }
    }

    /// Whether a constructor of the language only constructs.
    fn pure_construction(self, constructor: &Expr, arguments: &[ExprOrSpread]) -> bool {
        let Expr::Ident(name) = constructor else { return false };
        if name.ctxt != self.marks.global {
            return false;
        }
        if ["Error", "TypeError", "RangeError", "SyntaxError"].contains(&&*name.sym) {
            return arguments.iter().all(|argument| self.primitive(&argument.expr));
        }
        match arguments {
            [] => PURE_CONSTRUCTORS.contains(&&*name.sym) || EMPTY_CONSTRUCTORS.contains(&&*name.sym),
            [one] if PURE_CONSTRUCTORS.contains(&&*name.sym) => match &*one.expr {
                Expr::Lit(Lit::Null(_)) => true,
                Expr::Array(array) => match &*name.sym {
                    "Set" => true,
                    "Map" => array.elems.iter().flatten().all(|pair| matches!(&*pair.expr, Expr::Array(_))),
                    _ => array.elems.is_empty(),
                },
                value => self.is_global(value, &["undefined"]),
            },
            _ => false,
        }
    }

    fn pure_argument(self, argument: &ExprOrSpread) -> bool {
        argument.spread.is_none() && self.pure(&argument.expr)
    }

    /// Whether a call is annotated.
    fn marked(self, position: BytePos) -> bool {
        position == BytePos::PURE || self.comments.has_flag(position, "PURE")
    }

    fn pure_callee(self, callee: &Expr) -> bool {
        match callee {
            Expr::Paren(inner) => self.pure_callee(&inner.expr),
            Expr::Ident(ident) if ident.ctxt == self.marks.global => &*ident.sym == "Symbol",
            Expr::Ident(ident) if ident.ctxt == self.marks.top => {
                self.pure_functions.iter().any(|name| **name == *ident.sym)
            }
            Expr::Member(_) => {
                PURE_MEMBERS.iter().any(|(object, members)| self.is_member(callee, object, members))
            }
            _ => false,
        }
    }

    /// `(() => expression)()` is as pure as what it computes, when it takes nothing.
    fn empty_call(self, callee: &Expr) -> bool {
        match callee {
            Expr::Paren(inner) => self.empty_call(&inner.expr),
            Expr::Arrow(arrow) => arrow.params.is_empty() && self.pure_arrow(arrow),
            _ => false,
        }
    }

    fn pure_class(self, class: &Class) -> bool {
        class.decorators.is_empty()
            && class.super_class.as_ref().is_none_or(|parent| self.pure(parent))
            && class.body.iter().all(|member| match member {
                ClassMember::Constructor(_) | ClassMember::Empty(_) | ClassMember::PrivateMethod(_) => true,
                ClassMember::Method(method) => self.pure_key(&method.key),
                ClassMember::ClassProp(property) => {
                    self.pure_key(&property.key)
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

    /// Whether a key is computed without running anything.
    fn pure_key(self, key: &PropName) -> bool {
        match key {
            PropName::Computed(computed) => self.is(&computed.expr, Claim::Key),
            _ => true,
        }
    }

    /// Whether taking a value apart runs nothing: names alone, or a list of names from a list.
    fn pure_pattern(self, pattern: &Pat, value: &Expr) -> bool {
        match (pattern, value) {
            (Pat::Ident(_), _) => true,
            (Pat::Array(names), Expr::Array(values)) => {
                names.elems.iter().flatten().all(|name| matches!(name, Pat::Ident(_)))
                    && values.elems.iter().flatten().all(|value| value.spread.is_none())
            }
            (Pat::Object(names), value) => {
                let is_name = |property: &ObjectPatProp| match property {
                    ObjectPatProp::Assign(assign) => assign.value.is_none(),
                    ObjectPatProp::KeyValue(pair) => {
                        !matches!(pair.key, PropName::Computed(_)) && matches!(*pair.value, Pat::Ident(_))
                    }
                    ObjectPatProp::Rest(_) => false,
                };
                names.props.iter().all(is_name) && self.is(value, Claim::Plain)
            }
            _ => false,
        }
    }
}

/// Members of functions and classes that cannot be assigned, and the one that is not what it looks like.
const READ_ONLY: &[&str] = &["__proto__", "arguments", "caller", "length", "name"];

fn is_named(property: &MemberProp, name: &str) -> bool {
    matches!(property, MemberProp::Ident(ident) if &*ident.sym == name)
}
