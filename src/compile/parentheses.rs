//! Parentheses in statements that were put together anew: around what binds too weakly for its place, and around what
//! would make its statement another kind of statement.

use swc_core::common::DUMMY_SP;
use swc_core::ecma::ast::{
    AssignTarget, AssignTargetPat, Callee, Expr, ExprStmt, Invalid, Module, ModuleItem, OptChainBase,
    ParenExpr, Pass, Program, SimpleAssignTarget,
};
use swc_core::ecma::transforms::base::fixer::fixer;
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

use super::parts::Statement;

/// Puts parentheses where the new expressions need them.
pub(super) fn parenthesize(parts: &mut [Statement]) {
    for part in parts {
        let body = part.statements.drain(..).map(ModuleItem::Stmt).collect();
        let mut program = Program::Module(Module { span: DUMMY_SP, body, shebang: None });
        fixer(None).process(&mut program);
        program.visit_mut_with(&mut Guard);
        if let Program::Module(module) = program {
            part.statements = module.body.into_iter().filter_map(ModuleItem::stmt).collect();
        }
    }
}

/// Keeps statements from starting with a word that would make them another kind of statement.
struct Guard;

impl VisitMut for Guard {
    fn visit_mut_expr_stmt(&mut self, statement: &mut ExprStmt) {
        statement.visit_mut_children_with(self);
        if starts_otherwise(&statement.expr) {
            let span = statement.span;
            let expr = std::mem::replace(&mut statement.expr, Box::new(Expr::Invalid(Invalid { span })));
            *statement.expr = Expr::Paren(ParenExpr { span, expr });
        }
    }
}

/// Whether an expression's first word is that of a declaration or a block.
fn starts_otherwise(expression: &Expr) -> bool {
    match expression {
        Expr::Fn(_) | Expr::Class(_) | Expr::Object(_) => true,
        Expr::Seq(list) => list.exprs.first().is_some_and(|first| starts_otherwise(first)),
        Expr::Cond(condition) => starts_otherwise(&condition.test),
        Expr::Bin(binary) => starts_otherwise(&binary.left),
        Expr::Member(member) => starts_otherwise(&member.obj),
        Expr::TaggedTpl(template) => starts_otherwise(&template.tag),
        Expr::Update(update) => !update.prefix && starts_otherwise(&update.arg),
        Expr::Call(call) => matches!(&call.callee, Callee::Expr(callee) if starts_otherwise(callee)),
        Expr::OptChain(chain) => match &*chain.base {
            OptChainBase::Member(member) => starts_otherwise(&member.obj),
            OptChainBase::Call(call) => starts_otherwise(&call.callee),
        },
        Expr::Assign(assignment) => match &assignment.left {
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) => starts_otherwise(&member.obj),
            AssignTarget::Pat(AssignTargetPat::Object(_)) => true,
            _ => false,
        },
        _ => false,
    }
}
