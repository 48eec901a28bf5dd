//! TypeScript's namespaces in several pieces: each piece speaks of what the others export without saying whose it is.
//! Here it is said, as in `Outer.name`, so that each piece can be compiled by itself.

use std::collections::{BTreeMap, BTreeSet};

use swc_core::common::{DUMMY_SP, SyntaxContext};
use swc_core::ecma::ast::{
    AssignTarget, Decl, Expr, Ident, KeyValueProp, MemberExpr, MemberProp, ModuleDecl, ModuleItem, Program,
    Prop, PropName, SimpleAssignTarget, Stmt, TsModuleDecl, TsModuleName, TsNamespaceBody,
};
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith};

/// Makes such names members; `unresolved` marks names that nothing declares.
pub(super) fn merge(program: &mut Program, unresolved: SyntaxContext) {
    let mut pieces = Pieces::default();
    program.visit_with(&mut pieces);
    if pieces.exports.values().any(|exports| exports.len() > 1) {
        let outside = vec![unresolved];
        program.visit_mut_with(&mut Merge { exports: &pieces.exports, path: String::new(), outside });
    }
}

/// What the pieces of each namespace export, by the namespace's path.
#[derive(Default)]
struct Pieces {
    exports: BTreeMap<String, Vec<BTreeSet<String>>>,
    path: String,
}

impl Visit for Pieces {
    fn visit_ts_module_decl(&mut self, namespace: &TsModuleDecl) {
        if let (TsModuleName::Ident(ident), Some(body), false) =
            (&namespace.id, &namespace.body, namespace.declare)
        {
            self.piece(ident, body);
        }
    }
}

impl Pieces {
    fn piece(&mut self, ident: &Ident, body: &TsNamespaceBody) {
        let outer = self.path.len();
        extend(&mut self.path, ident);
        match body {
            TsNamespaceBody::TsModuleBlock(block) => {
                let exports = block.body.iter().flat_map(exported).map(|name| name.sym.to_string()).collect();
                self.exports.entry(self.path.clone()).or_default().push(exports);
                block.visit_children_with(self);
            }
            TsNamespaceBody::TsNamespaceDecl(inner) => {
                let exports = BTreeSet::from([inner.id.sym.to_string()]);
                self.exports.entry(self.path.clone()).or_default().push(exports);
                self.piece(&inner.id, &inner.body);
            }
        }
        self.path.truncate(outer);
    }
}

/// Pieces of a nested namespace are in different scopes and yet the same: only the outermost name goes by its scope.
fn extend(path: &mut String, ident: &Ident) {
    if path.is_empty() {
        path.push_str(&format!("{}", ident.ctxt.as_u32()));
    }
    path.push('/');
    path.push_str(&ident.sym);
}

/// The names of values that an item of a namespace exports.
fn exported(item: &ModuleItem) -> Vec<Ident> {
    match item {
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => declared(&export.decl),
        ModuleItem::ModuleDecl(ModuleDecl::TsImportEquals(import)) if import.is_export => {
            vec![import.id.clone()]
        }
        _ => Vec::new(),
    }
}

fn declared(declaration: &Decl) -> Vec<Ident> {
    match declaration {
        Decl::Class(class) => vec![class.ident.clone()],
        Decl::Fn(function) => vec![function.ident.clone()],
        Decl::Var(variables) => find_pat_ids(&variables.decls),
        Decl::TsEnum(enumeration) => vec![enumeration.id.clone()],
        Decl::TsModule(namespace) => namespace.id.as_ident().cloned().into_iter().collect(),
        _ => Vec::new(),
    }
}

struct Merge<'a> {
    exports: &'a BTreeMap<String, Vec<BTreeSet<String>>>,
    path: String,
    /// The scopes around the namespace.
    outside: Vec<SyntaxContext>,
}

impl VisitMut for Merge<'_> {
    fn visit_mut_ts_module_decl(&mut self, namespace: &mut TsModuleDecl) {
        if let (TsModuleName::Ident(ident), Some(body), false) =
            (&namespace.id, &mut namespace.body, namespace.declare)
        {
            self.piece(ident, body);
        }
    }
}

impl Merge<'_> {
    fn piece(&mut self, ident: &Ident, body: &mut TsNamespaceBody) {
        let outer = self.path.len();
        extend(&mut self.path, ident);
        self.outside.push(ident.ctxt);
        match body {
            TsNamespaceBody::TsModuleBlock(block) => {
                let mut names: BTreeSet<String> =
                    self.exports.get(&self.path).into_iter().flatten().flatten().cloned().collect();
                for item in &block.body {
                    let own = match item {
                        ModuleItem::Stmt(Stmt::Decl(declaration)) => declared(declaration),
                        ModuleItem::ModuleDecl(ModuleDecl::TsImportEquals(import)) => vec![import.id.clone()],
                        other => exported(other),
                    };
                    for name in own {
                        names.remove(&*name.sym);
                    }
                }
                if !names.is_empty() {
                    block.visit_mut_with(&mut Qualify { namespace: ident, names, outside: &self.outside });
                }
                block.visit_mut_children_with(self);
            }
            TsNamespaceBody::TsNamespaceDecl(inner) => self.piece(&inner.id, &mut inner.body),
        }
        self.outside.pop();
        self.path.truncate(outer);
    }
}

/// Makes names that are declared outside of a piece, if at all, members of the namespace.
struct Qualify<'a> {
    namespace: &'a Ident,
    names: BTreeSet<String>,
    outside: &'a [SyntaxContext],
}

impl Qualify<'_> {
    fn member(&self, ident: &Ident) -> Option<MemberExpr> {
        let is_meant = self.names.contains(&*ident.sym) && self.outside.contains(&ident.ctxt);
        is_meant.then(|| MemberExpr {
            span: ident.span,
            obj: Box::new(Expr::Ident(Ident { span: DUMMY_SP, ..self.namespace.clone() })),
            prop: MemberProp::Ident(ident.clone().into()),
        })
    }
}

impl VisitMut for Qualify<'_> {
    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        match expression {
            Expr::Ident(ident) => {
                if let Some(member) = self.member(ident) {
                    *expression = Expr::Member(member);
                }
            }
            other => other.visit_mut_children_with(self),
        }
    }

    fn visit_mut_assign_target(&mut self, target: &mut AssignTarget) {
        if let AssignTarget::Simple(SimpleAssignTarget::Ident(ident)) = target
            && let Some(member) = self.member(&ident.id)
        {
            *target = AssignTarget::Simple(SimpleAssignTarget::Member(member));
            return;
        }
        target.visit_mut_children_with(self);
    }

    fn visit_mut_prop(&mut self, property: &mut Prop) {
        if let Prop::Shorthand(ident) = property
            && let Some(member) = self.member(ident)
        {
            let key = PropName::Ident(ident.clone().into());
            *property = Prop::KeyValue(KeyValueProp { key, value: Box::new(Expr::Member(member)) });
            return;
        }
        property.visit_mut_children_with(self);
    }
}
