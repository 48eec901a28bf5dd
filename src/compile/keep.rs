//! What a module's top level does and swc's minifier does not see: that reading a binding too early throws, that
//! operators call `toString` and `valueOf`, that an exported name is read by others after it was assigned to.
//!
//! Before minifying, such expressions are made [`opaque`]. What is dropped of the top level is the linker's business.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use swc_core::common::comments::SingleThreadedComments;
use swc_core::common::{DUMMY_SP, Mark, SyntaxContext};
use swc_core::ecma::ast::{
    ArrowExpr, AssignTarget, CallExpr, Callee, ClassProp, Constructor, Decl, Expr, ExprStmt, ForHead,
    Function, Id, Ident, KeyValueProp, Module, ModuleDecl, ModuleExportName, ModuleItem, NewExpr, Pat,
    PrivateProp, Prop, Stmt, TaggedTpl, UpdateExpr, VarDecl, VarDeclKind,
};
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith};

use super::effects::Effects;
use super::lower::key;
use super::opaque::opaque;
use super::transform::Marks;

/// Makes opaque what has to stay.
pub(super) fn wrap(module: &mut Module, (unresolved, top): (Mark, Mark), comments: &SingleThreadedComments) {
    let marks = Marks {
        top: SyntaxContext::empty().apply_mark(top),
        global: SyntaxContext::empty().apply_mark(unresolved),
    };
    let doubts = RefCell::default();
    let effects = Effects { comments, marks, pure_functions: &[], doubts: &doubts };
    let mut names = Names { top: marks.top, ..Names::default() };
    module.visit_with(&mut names);
    let used = names.exported.intersection(&names.assigned).cloned();
    let used: Vec<Ident> = used.map(|(name, scope)| Ident::new(name, DUMMY_SP, scope)).collect();
    let exported = names.exported;
    let uses = names.uses;
    let is_unused = |pattern: &Pat| {
        let ids: Vec<Id> = find_pat_ids(pattern);
        ids.iter().all(|id| uses.get(id) == Some(&1) && !exported.contains(id))
    };
    let mut keeper = Keeper { effects, early: names.late };
    for item in &mut module.body {
        if let ModuleItem::Stmt(Stmt::Decl(Decl::Var(variables))) = item {
            for variable in &mut variables.decls {
                if let Some(value) = &mut variable.init
                    && effects.are_missed(value)
                    && is_unused(&variable.name)
                {
                    keeper.keep(value);
                }
            }
        }
        item.visit_mut_with(&mut keeper);
    }
    for name in used {
        let expr = Box::new(opaque(Box::new(name.into()), None));
        module.body.push(ModuleItem::Stmt(Stmt::Expr(ExprStmt { span: DUMMY_SP, expr })));
    }
}

/// What stands in one expression of the top level for no reason becomes statements of their own, so that each can be
/// dropped.
pub(super) fn split(module: &mut Module) {
    let split = |item: ModuleItem| match item {
        ModuleItem::Stmt(Stmt::Expr(statement)) => {
            let span = statement.span;
            let one = |expr: Expr| ModuleItem::Stmt(Stmt::Expr(ExprStmt { span, expr: Box::new(expr) }));
            acts(*statement.expr).into_iter().map(one).collect()
        }
        other => vec![other],
    };
    module.body = module.body.drain(..).flat_map(split).collect();
}

/// What an expression of the top level does, one after the other.
fn acts(expression: Expr) -> Vec<Expr> {
    match expression {
        Expr::Seq(list) => list.exprs.into_iter().flat_map(|one| acts(*one)).collect(),
        other => vec![other],
    }
}

/// The names of a module's top level, and what is done with them.
#[derive(Default)]
struct Names {
    top: SyntaxContext,
    /// Those that may have no value yet when the first statement runs: imported ones and those of `let`, `const` and
    /// `class`.
    late: BTreeSet<Id>,
    exported: BTreeSet<Id>,
    assigned: BTreeSet<Id>,
    /// How often each stands in the module.
    uses: BTreeMap<Id, usize>,
}

impl Visit for Names {
    fn visit_ident(&mut self, ident: &Ident) {
        if ident.ctxt == self.top {
            *self.uses.entry(ident.to_id()).or_default() += 1;
        }
    }

    fn visit_module_items(&mut self, items: &[ModuleItem]) {
        items.visit_children_with(self);
        for item in items {
            match item {
                ModuleItem::Stmt(Stmt::Decl(declaration)) => self.late.extend(late(declaration)),
                ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => {
                    let names = late(&export.decl);
                    self.exported.extend(names.iter().cloned());
                    self.late.extend(names);
                    if let Decl::Var(variables) = &export.decl {
                        self.exported.extend(find_pat_ids::<_, Id>(&variables.decls));
                    }
                }
                ModuleItem::ModuleDecl(ModuleDecl::Import(import)) => {
                    self.late.extend(import.specifiers.iter().map(|specifier| specifier.local().to_id()));
                }
                ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(export)) if export.src.is_none() => {
                    for specifier in &export.specifiers {
                        if let Some(named) = specifier.as_named()
                            && let ModuleExportName::Ident(ident) = &named.orig
                        {
                            self.exported.insert(ident.to_id());
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn visit_assign_target(&mut self, target: &AssignTarget) {
        target.visit_children_with(self);
        self.assigned.extend(find_pat_ids::<_, Id>(target));
    }

    fn visit_update_expr(&mut self, update: &UpdateExpr) {
        update.visit_children_with(self);
        self.assigned.extend(update.arg.as_ident().map(Ident::to_id));
    }

    fn visit_for_head(&mut self, head: &ForHead) {
        head.visit_children_with(self);
        if let ForHead::Pat(pattern) = head {
            self.assigned.extend(find_pat_ids::<_, Id>(pattern));
        }
    }
}

/// The names of a declaration that cannot be read before it.
fn late(declaration: &Decl) -> Vec<Id> {
    match declaration {
        Decl::Class(class) => vec![class.ident.to_id()],
        Decl::Var(variables) if variables.kind != VarDeclKind::Var => find_pat_ids(&variables.decls),
        _ => Vec::new(),
    }
}

/// Makes opaque names that are read at once and may have no value yet.
struct Keeper<'a> {
    effects: Effects<'a>,
    early: BTreeSet<Id>,
}

impl Keeper<'_> {
    fn keep(&self, expression: &mut Box<Expr>) {
        let inner = std::mem::take(expression);
        **expression = opaque(inner, None);
    }

    /// A call stays because it is one.
    fn callee(&mut self, callee: &mut Expr) {
        if !callee.is_ident() {
            callee.visit_mut_with(self);
        }
    }

    /// What is declared has its value from here on.
    fn declared(&mut self, names: &[Id]) {
        for name in names {
            self.early.remove(name);
        }
    }
}

impl VisitMut for Keeper<'_> {
    fn visit_mut_expr_stmt(&mut self, statement: &mut ExprStmt) {
        if self.effects.are_missed(&statement.expr) {
            self.keep(&mut statement.expr);
        }
        statement.visit_mut_children_with(self);
    }

    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        match expression {
            Expr::Ident(ident) if self.early.contains(&ident.to_id()) => {
                let inner = Box::new(Expr::Ident(ident.clone()));
                *expression = opaque(inner, None);
            }
            other => other.visit_mut_children_with(self),
        }
    }

    fn visit_mut_prop(&mut self, property: &mut Prop) {
        match property {
            Prop::Shorthand(ident) if self.early.contains(&ident.to_id()) => {
                let inner = Box::new(Expr::Ident(ident.clone()));
                let value = Box::new(opaque(inner, None));
                *property = Prop::KeyValue(KeyValueProp { key: key(ident), value });
            }
            other => other.visit_mut_children_with(self),
        }
    }

    fn visit_mut_call_expr(&mut self, call: &mut CallExpr) {
        if let Callee::Expr(callee) = &mut call.callee {
            self.callee(callee);
        }
        call.args.visit_mut_with(self);
    }

    fn visit_mut_new_expr(&mut self, new: &mut NewExpr) {
        self.callee(&mut new.callee);
        new.args.visit_mut_with(self);
    }

    fn visit_mut_tagged_tpl(&mut self, template: &mut TaggedTpl) {
        self.callee(&mut template.tag);
        template.tpl.visit_mut_with(self);
    }

    fn visit_mut_update_expr(&mut self, update: &mut UpdateExpr) {
        self.callee(&mut update.arg);
    }

    fn visit_mut_decl(&mut self, declaration: &mut Decl) {
        declaration.visit_mut_children_with(self);
        if let Decl::Class(class) = declaration {
            self.declared(&[class.ident.to_id()]);
        }
    }

    fn visit_mut_var_decl(&mut self, variables: &mut VarDecl) {
        for variable in &mut variables.decls {
            variable.visit_mut_with(self);
            self.declared(&find_pat_ids::<_, Id>(&variable.name));
        }
    }

    fn visit_mut_arrow_expr(&mut self, _: &mut ArrowExpr) {}

    fn visit_mut_function(&mut self, _: &mut Function) {}

    fn visit_mut_constructor(&mut self, _: &mut Constructor) {}

    fn visit_mut_class_prop(&mut self, property: &mut ClassProp) {
        property.key.visit_mut_with(self);
        if property.is_static {
            property.value.visit_mut_with(self);
        }
    }

    fn visit_mut_private_prop(&mut self, property: &mut PrivateProp) {
        if property.is_static {
            property.value.visit_mut_with(self);
        }
    }
}
