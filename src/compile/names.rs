//! Names that functions and classes take from variables, written out where the variable may be called otherwise.
//!
//! A function expression or a class gets the name as its own. Arrow functions cannot have one, and neither can what
//! speaks of the variable: these get it from a property, as in `fn = { fn: () => {} }.fn`.

use swc_core::common::{DUMMY_SP, Mark, SyntaxContext};
use swc_core::ecma::ast::{
    AssignExpr, AssignOp, AssignPat, AssignPatProp, AssignTarget, Class, ClassExpr, ClassMember, ClassProp,
    ComputedPropName, Decl, DefaultDecl, ExportDecl, ExportDefaultDecl, Expr, Ident, IdentName, KeyValueProp,
    Lit, MemberExpr, MemberProp, ModuleDecl, ModuleItem, ObjectLit, Pat, PrivateProp, Prop, PropName,
    PropOrSpread, SimpleAssignTarget, Stmt, Str, ThisExpr, VarDecl, VarDeclKind, VarDeclarator,
};
use swc_core::ecma::utils::{private_ident, replace_ident};
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith};

use super::minify::export_as;
use super::opaque::opaque;
use super::parts::{is_anonymous, names_itself};

/// Which names are written out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Those of the top level, which the linker chooses, where it cannot see to them itself.
    Top(SyntaxContext),
    /// Those of all scopes, before the code is minified; the mark is that of the top level.
    All(Mark),
    /// Those of decorated classes, before decorators make them calls.
    Decorated,
}

/// Writes names out.
pub(super) struct Explicit {
    extent: Extent,
    /// Whether there was anything to write out.
    pub(super) changed: bool,
}

impl Explicit {
    pub(super) fn new(extent: Extent) -> Self {
        Self { extent, changed: false }
    }

    fn concerns(&self, ident: &Ident) -> bool {
        match self.extent {
            Extent::Top(top) => ident.ctxt == top,
            Extent::All(_) | Extent::Decorated => true,
        }
    }

    fn name(&mut self, ident: &Ident, value: &mut Box<Expr>) {
        if !self.concerns(ident) || !is_anonymous(value) {
            return;
        }
        if let Expr::Paren(inner) = &mut **value {
            return self.name(ident, &mut inner.expr);
        }
        let is_decorated = matches!(&**value, Expr::Class(class) if !class.class.decorators.is_empty());
        if self.extent == Extent::Decorated && !is_decorated {
            return;
        }
        self.changed = true;
        let inner = std::mem::take(value);
        **value = match self.extent {
            Extent::All(_) if !is_apart(&inner, &ident.sym) => opaque(inner, Some(&ident.sym)),
            _ => named(inner, &ident.sym),
        };
    }
}

impl VisitMut for Explicit {
    fn visit_mut_var_declarator(&mut self, variable: &mut VarDeclarator) {
        variable.visit_mut_children_with(self);
        // The linker names what a statement declares, and the minifier keeps the names of variables for functions.
        if !matches!(self.extent, Extent::Top(_))
            && let (Pat::Ident(ident), Some(value)) = (&variable.name, &mut variable.init)
            && matches!(**value, Expr::Class(_))
        {
            self.name(&ident.id.clone(), value);
        }
    }

    fn visit_mut_key_value_prop(&mut self, property: &mut KeyValueProp) {
        property.visit_mut_children_with(self);
        if let (Extent::Decorated, PropName::Ident(key)) = (self.extent, &property.key) {
            self.name(&key.clone().into(), &mut property.value);
        }
    }

    fn visit_mut_class_prop(&mut self, field: &mut ClassProp) {
        field.visit_mut_children_with(self);
        if let (Extent::Decorated, PropName::Ident(key), Some(value)) =
            (self.extent, &field.key, &mut field.value)
        {
            self.name(&key.clone().into(), value);
        }
    }

    fn visit_mut_private_prop(&mut self, field: &mut PrivateProp) {
        field.visit_mut_children_with(self);
        if let (Extent::All(_), Some(value)) = (self.extent, &mut field.value)
            && is_anonymous(value)
        {
            let inner = std::mem::take(value);
            **value = opaque(inner, Some(&format!("#{}", field.key.name)));
        }
    }

    fn visit_mut_assign_expr(&mut self, assignment: &mut AssignExpr) {
        assignment.visit_mut_children_with(self);
        let names = matches!(
            assignment.op,
            AssignOp::Assign | AssignOp::AndAssign | AssignOp::OrAssign | AssignOp::NullishAssign
        );
        if let AssignTarget::Simple(SimpleAssignTarget::Ident(ident)) = &assignment.left
            && names
        {
            self.name(&ident.id.clone(), &mut assignment.right);
        }
    }

    fn visit_mut_assign_pat(&mut self, pattern: &mut AssignPat) {
        pattern.visit_mut_children_with(self);
        if let Pat::Ident(ident) = &*pattern.left {
            self.name(&ident.id.clone(), &mut pattern.right);
        }
    }

    fn visit_mut_assign_pat_prop(&mut self, property: &mut AssignPatProp) {
        property.visit_mut_children_with(self);
        if let Some(value) = &mut property.value {
            self.name(&property.key.id, value);
        }
    }

    fn visit_mut_stmt(&mut self, statement: &mut Stmt) {
        statement.visit_mut_children_with(self);
        // The minifier would let a class that is renamed speak of its variable, which has no value yet.
        if let (Extent::All(top), Stmt::Decl(Decl::Class(one))) = (self.extent, &mut *statement)
            && sees_itself(&one.class, &one.ident.sym)
        {
            // It keeps the names of what the module itself declares.
            let context = SyntaxContext::empty().apply_mark(Mark::fresh(top));
            let own = Ident::new(one.ident.sym.clone(), one.ident.span, context);
            replace_ident(&mut one.class, one.ident.to_id(), &own);
            *statement = Stmt::Decl(variable(one.ident.clone(), own, std::mem::take(&mut one.class)));
        }
    }

    fn visit_mut_module_items(&mut self, items: &mut Vec<ModuleItem>) {
        items.visit_mut_children_with(self);
        *items = std::mem::take(items).into_iter().flat_map(|item| self.item(item)).collect();
    }
}

impl Explicit {
    /// A class that can see its own name while it is made becomes a class expression: its name stays what it is.
    fn item(&mut self, item: ModuleItem) -> Vec<ModuleItem> {
        let extent = self.extent;
        let changed = &mut self.changed;
        let mut sees = |ident: &Ident, class: &Class| {
            let sees =
                matches!(extent, Extent::Top(top) if top == ident.ctxt) && sees_itself(class, &ident.sym);
            *changed |= sees;
            sees
        };
        match item {
            ModuleItem::Stmt(Stmt::Decl(Decl::Class(one))) if sees(&one.ident, &one.class) => {
                vec![ModuleItem::Stmt(Stmt::Decl(variable(one.ident.clone(), one.ident, one.class)))]
            }
            ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(ExportDecl { span, decl: Decl::Class(one) }))
                if sees(&one.ident, &one.class) =>
            {
                let decl = variable(one.ident.clone(), one.ident, one.class);
                vec![ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(ExportDecl { span, decl }))]
            }
            ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(ExportDefaultDecl {
                decl: DefaultDecl::Class(ClassExpr { ident: Some(ident), class }),
                ..
            })) if sees(&ident, &class) => {
                let export = export_as(ident.clone(), Some("default"));
                vec![ModuleItem::Stmt(Stmt::Decl(variable(ident.clone(), ident, class))), export]
            }
            other => vec![other],
        }
    }
}

/// `let Name = class Name {}`.
fn variable(ident: Ident, own: Ident, class: Box<Class>) -> Decl {
    let (span, name) = (class.span, Pat::Ident(ident.into()));
    let init = Some(Box::new(Expr::Class(ClassExpr { ident: Some(own), class })));
    let decls = vec![VarDeclarator { span, name, init, definite: false }];
    Decl::Var(Box::new(VarDecl { span, kind: VarDeclKind::Let, decls, ..VarDecl::default() }))
}

/// Whether a value is a class that does not speak of a name: the minifier leaves such a class its own.
fn is_apart(value: &Expr, name: &str) -> bool {
    matches!(value, Expr::Class(class) if !mentions(&*class.class, name))
}

/// A value that takes its name from nothing but this.
pub(super) fn named(mut value: Box<Expr>, name: &str) -> Expr {
    match &mut *value {
        Expr::Fn(function) if !is_private(name) && !mentions(&*function.function, name) => {
            function.ident = Some(private_ident!(name));
            *value
        }
        Expr::Class(class) if !is_private(name) && !mentions(&*class.class, name) => {
            class.ident = Some(private_ident!(name));
            *value
        }
        _ => property(value, name),
    }
}

/// The property of an object of one: what it holds has its name.
pub(super) fn property(value: Box<Expr>, name: &str) -> Expr {
    let ident = IdentName::new(name.into(), DUMMY_SP);
    let text = Lit::Str(Str { span: DUMMY_SP, value: name.into(), raw: None });
    let computed = ComputedPropName { span: DUMMY_SP, expr: Box::new(text.into()) };
    let (key, prop) = if name == "__proto__" || is_private(name) {
        (PropName::Computed(computed.clone()), MemberProp::Computed(computed))
    } else {
        (PropName::Ident(ident.clone()), MemberProp::Ident(ident))
    };
    let props = vec![PropOrSpread::Prop(Box::new(Prop::KeyValue(KeyValueProp { key, value })))];
    let obj = Box::new(Expr::Object(ObjectLit { span: DUMMY_SP, props }));
    Expr::Member(MemberExpr { span: DUMMY_SP, obj, prop })
}

/// Whether a name is that of a private member, which cannot be written anywhere else.
fn is_private(name: &str) -> bool {
    name.starts_with('#')
}

/// Whether a name stands anywhere in something, whatever it means there.
fn mentions<T: for<'a> VisitWith<Mentions<'a>>>(node: &T, name: &str) -> bool {
    let mut mentions = Mentions { name, found: false };
    node.visit_with(&mut mentions);
    mentions.found
}

struct Mentions<'a> {
    name: &'a str,
    found: bool,
}

impl Visit for Mentions<'_> {
    fn visit_ident(&mut self, ident: &Ident) {
        self.found |= &*ident.sym == self.name;
    }
}

/// Whether values of static members speak of the class: they can ask for its name before anybody else can.
pub(super) fn sees_itself(class: &Class, name: &str) -> bool {
    struct Finder<'a> {
        name: &'a str,
        found: bool,
    }
    impl Visit for Finder<'_> {
        fn visit_ident(&mut self, ident: &Ident) {
            self.found |= &*ident.sym == self.name;
        }

        fn visit_this_expr(&mut self, _: &ThisExpr) {
            self.found = true;
        }
    }
    let mut finder = Finder { name, found: false };
    for member in &class.body {
        match member {
            ClassMember::ClassProp(field) if field.is_static => field.value.visit_with(&mut finder),
            ClassMember::PrivateProp(field) if field.is_static => field.value.visit_with(&mut finder),
            ClassMember::StaticBlock(block) => block.visit_with(&mut finder),
            _ => {}
        }
    }
    finder.found && !names_itself(class)
}
