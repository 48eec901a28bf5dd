//! Class fields that are assigned rather than defined, as TypeScript's `useDefineForClassFields: false` has it.
//!
//! Values move to where they are assigned: into the constructor, or into a static block in the field's place. Fields
//! without a value are left out. Keys are computed as often and in the order as before.

use swc_core::common::{DUMMY_SP, SyntaxContext};
use swc_core::ecma::ast::{
    AssignExpr, AssignOp, AssignTarget, BlockStmt, Class, ClassMember, ClassProp, ComputedPropName,
    Constructor, Expr, ExprStmt, Ident, Lit, MemberExpr, MemberProp, ModuleItem, Pat, PrivateProp, PropName,
    SeqExpr, SimpleAssignTarget, StaticBlock, Stmt, ThisExpr, VarDecl, VarDeclKind, VarDeclarator,
};
use swc_core::ecma::utils::constructor::inject_after_super;
use swc_core::ecma::utils::{StmtLike, default_constructor_with_span, private_ident};
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

/// The pass. Types are still there, and decorators are not.
#[derive(Default)]
pub(super) struct Assign {
    /// Variables for keys that are computed once and used later.
    keys: Vec<Ident>,
}

impl VisitMut for Assign {
    fn visit_mut_class(&mut self, class: &mut Class) {
        class.visit_mut_children_with(self);
        let mut members = Members { assigned: Vec::new(), waiting: Vec::new(), body: Vec::new() };
        for member in std::mem::take(&mut class.body) {
            match member {
                ClassMember::ClassProp(field) if !field.declare && !field.is_abstract => {
                    self.public(field, &mut members);
                }
                ClassMember::PrivateProp(field) if !field.is_static => members.private(field),
                other => members.keep(other),
            }
        }
        let Members { assigned, waiting, mut body } = members;
        if !waiting.is_empty() {
            // Nothing is left that has a computed key. All keys come before the first value.
            body.insert(0, block(Box::new(sequence(waiting))));
        }
        class.body = body;
        if assigned.is_empty() {
            return;
        }
        let assigned = assigned.into_iter().map(Box::new).collect();
        let of_class =
            |member: &&mut ClassMember| matches!(member, ClassMember::Constructor(one) if one.body.is_some());
        match class.body.iter_mut().find(of_class) {
            Some(ClassMember::Constructor(constructor)) => inject_after_super(constructor, assigned),
            _ => {
                let mut constructor: Constructor =
                    default_constructor_with_span(class.super_class.is_some(), class.span);
                inject_after_super(&mut constructor, assigned);
                class.body.insert(0, ClassMember::Constructor(constructor));
            }
        }
    }

    fn visit_mut_module_items(&mut self, items: &mut Vec<ModuleItem>) {
        self.declare_in(items);
    }

    fn visit_mut_stmts(&mut self, statements: &mut Vec<Stmt>) {
        self.declare_in(statements);
    }
}

impl Assign {
    /// Declares the variables for keys in front of the statement that they belong to.
    fn declare_in<T: StmtLike + VisitMutWith<Self>>(&mut self, statements: &mut Vec<T>) {
        let outer = std::mem::take(&mut self.keys);
        for mut statement in std::mem::take(statements) {
            statement.visit_mut_with(self);
            let decls: Vec<VarDeclarator> = self.keys.drain(..).map(variable).collect();
            if !decls.is_empty() {
                let kind = VarDeclKind::Let;
                statements.push(T::from(VarDecl { kind, decls, ..VarDecl::default() }.into()));
            }
            statements.push(statement);
        }
        self.keys = outer;
    }

    fn public(&mut self, field: ClassProp, members: &mut Members) {
        let ClassProp { key, value, is_static, span, .. } = field;
        let Some(value) = value else {
            if let PropName::Computed(key) = key
                && !matches!(*key.expr, Expr::Lit(_) | Expr::Ident(_))
            {
                members.waiting.push(*key.expr);
            }
            return;
        };
        let property = match key {
            PropName::Ident(name) => MemberProp::Ident(name),
            PropName::Computed(key) if matches!(*key.expr, Expr::Lit(_)) => MemberProp::Computed(key),
            PropName::Computed(key) => {
                let name = private_ident!("_key");
                self.keys.push(name.clone());
                members.waiting.push(assign(SimpleAssignTarget::Ident(name.clone().into()), key.expr));
                computed(name.into())
            }
            PropName::Str(key) => computed(Lit::Str(key).into()),
            PropName::Num(key) => computed(Lit::Num(key).into()),
            PropName::BigInt(key) => computed(Lit::BigInt(key).into()),
        };
        let this = Box::new(Expr::This(ThisExpr { span }));
        let target = SimpleAssignTarget::Member(MemberExpr { span, obj: this, prop: property });
        members.set(is_static, assign(target, value));
    }
}

/// The members of a class as they become.
struct Members {
    /// What the constructor does first.
    assigned: Vec<Expr>,
    /// Keys that have to be computed before the next one.
    waiting: Vec<Expr>,
    body: Vec<ClassMember>,
}

impl Members {
    fn set(&mut self, is_static: bool, assignment: Expr) {
        if is_static {
            self.body.push(block(Box::new(assignment)));
        } else {
            self.assigned.push(assignment);
        }
    }

    /// A private field stays, so that the object has it, and gets its value in its turn.
    fn private(&mut self, mut field: PrivateProp) {
        if let Some(value) = field.value.take() {
            let this = Box::new(Expr::This(ThisExpr { span: field.span }));
            let prop = MemberProp::PrivateName(field.key.clone());
            let target = SimpleAssignTarget::Member(MemberExpr { span: field.span, obj: this, prop });
            self.assigned.push(assign(target, value));
        }
        self.body.push(ClassMember::PrivateProp(field));
    }

    fn keep(&mut self, mut member: ClassMember) {
        let key = match &mut member {
            ClassMember::Method(method) => Some(&mut method.key),
            ClassMember::ClassProp(field) if !field.declare && !field.is_abstract => Some(&mut field.key),
            _ => None,
        };
        if let Some(PropName::Computed(ComputedPropName { expr, .. })) = key
            && !self.waiting.is_empty()
        {
            let mut list = std::mem::take(&mut self.waiting);
            list.push(std::mem::take(&mut **expr));
            **expr = sequence(list);
        }
        self.body.push(member);
    }
}

fn computed(key: Expr) -> MemberProp {
    MemberProp::Computed(ComputedPropName { span: DUMMY_SP, expr: Box::new(key) })
}

fn assign(target: SimpleAssignTarget, value: Box<Expr>) -> Expr {
    let left = AssignTarget::Simple(target);
    Expr::Assign(AssignExpr { span: DUMMY_SP, op: AssignOp::Assign, left, right: value })
}

fn sequence(mut list: Vec<Expr>) -> Expr {
    if list.len() == 1 {
        return list.remove(0);
    }
    Expr::Seq(SeqExpr { span: DUMMY_SP, exprs: list.into_iter().map(Box::new).collect() })
}

fn block(expression: Box<Expr>) -> ClassMember {
    let stmts = vec![Stmt::Expr(ExprStmt { span: DUMMY_SP, expr: expression })];
    let body = BlockStmt { span: DUMMY_SP, ctxt: SyntaxContext::empty(), stmts };
    ClassMember::StaticBlock(StaticBlock { span: DUMMY_SP, body })
}

/// A variable without a value.
pub(super) fn variable(name: Ident) -> VarDeclarator {
    VarDeclarator { span: DUMMY_SP, name: Pat::Ident(name.into()), init: None, definite: false }
}
