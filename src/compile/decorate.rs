//! Decorators, and `accessor` fields, which the runtime does not know: made calls by swc.
//!
//! They are the standard's (of 2023-11), or in TypeScript the older ones where `experimentalDecorators` asks for them.

use swc_core::common::{DUMMY_SP, Mark, SyntaxContext};
use swc_core::ecma::ast::{
    ArrowExpr, ArrowFunctionBody, AssignExpr, AssignOp, AutoAccessor, BlockStmt, Class, ClassDecl,
    ClassMember, ClassMethod, Decl, Decorator, DefaultDecl, Expr, ExprStmt, FnDecl, Function, FunctionBody,
    Id, Ident, Key, MemberExpr, MemberProp, MethodKind, Module, ModuleDecl, ModuleItem, Param, Pass,
    PrivateMethod, PrivateName, PrivateProp, Program, ReturnStmt, StaticBlock, Stmt, ThisExpr, VarDecl,
    VarDeclKind,
};
use swc_core::ecma::transforms::base::helpers::{HELPERS, Helpers, inject_helpers};
use swc_core::ecma::transforms::base::resolver;
use swc_core::ecma::transforms::proposal::decorator_2023_11::decorator_2023_11;
use swc_core::ecma::transforms::proposal::decorators::{Config, decorators};
use swc_core::ecma::utils::{StmtLike, private_ident, replace_ident};
use swc_core::ecma::visit::{Visit, VisitMut, VisitMutWith, VisitWith};

use super::Dialect;
use super::fields::variable;
use super::names::{Explicit, Extent};

/// Takes the decorators out of a module; the functions that they need stand at its start. `None` if
/// there are none, otherwise the names of the top-level classes that are variables now.
pub(super) fn decorate(
    program: &mut Program,
    dialect: &Dialect,
    is_typescript: bool,
    (unresolved, top_level): (Mark, Mark),
) -> Option<Vec<String>> {
    let mut finder = Finder(false);
    program.visit_with(&mut finder);
    if !finder.0 {
        return None;
    }
    let mut classes = Vec::new();
    let helpers = Helpers::new(false);
    let made = SyntaxContext::empty().apply_mark(helpers.mark());
    HELPERS.set(&helpers, || {
        if is_typescript && dialect.legacy_decorators {
            program.visit_mut_with(&mut Prepare::default());
            let config = Config {
                legacy: true,
                emit_metadata: dialect.decorator_metadata,
                use_define_for_class_fields: !dialect.assign_fields,
            };
            decorators(config).process(program);
            program.visit_mut_with(&mut Enclose);
        } else {
            classes = decorated_classes(program);
            program.visit_mut_with(&mut Explicit::new(Extent::Decorated));
            decorator_2023_11().process(program);
            program.visit_mut_with(&mut Unplace);
        }
        inject_helpers(unresolved).process(program);
    });
    // swc tells the scopes inside of them apart wrongly.
    program.visit_mut_with(&mut Made { names: Vec::new(), context: made });
    resolver(unresolved, top_level, is_typescript).process(program);
    Some(classes)
}

/// Whether there is anything to do.
struct Finder(bool);

impl Visit for Finder {
    fn visit_decorator(&mut self, _: &Decorator) {
        self.0 = true;
    }

    fn visit_auto_accessor(&mut self, _: &AutoAccessor) {
        self.0 = true;
    }
}

/// The classes of the top level that decorators may put others in the place of.
fn decorated_classes(program: &Program) -> Vec<String> {
    let Program::Module(module) = program else { return Vec::new() };
    let class = |item: &ModuleItem| match item {
        ModuleItem::Stmt(Stmt::Decl(Decl::Class(class))) => named(&class.class, Some(&class.ident)),
        ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => match &export.decl {
            Decl::Class(class) => named(&class.class, Some(&class.ident)),
            _ => None,
        },
        ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(export)) => match &export.decl {
            DefaultDecl::Class(class) => named(&class.class, class.ident.as_ref()),
            _ => None,
        },
        _ => None,
    };
    module.body.iter().filter_map(class).collect()
}

fn named(class: &Class, ident: Option<&Ident>) -> Option<String> {
    ident.filter(|_| !class.decorators.is_empty()).map(|ident| ident.sym.to_string())
}

/// Takes the marks away from all names in functions that were added, but for the names of these functions.
struct Made {
    names: Vec<Id>,
    context: SyntaxContext,
}

impl VisitMut for Made {
    fn visit_mut_module(&mut self, module: &mut Module) {
        let mut functions: Vec<&mut FnDecl> = Vec::new();
        for item in &mut module.body {
            if let ModuleItem::Stmt(Stmt::Decl(Decl::Fn(function))) = item
                && function.ident.ctxt == self.context
            {
                self.names.push(function.ident.to_id());
                functions.push(function);
            }
        }
        for function in functions {
            function.function.visit_mut_with(self);
        }
    }

    fn visit_mut_ident(&mut self, ident: &mut Ident) {
        if !self.names.contains(&ident.to_id()) {
            ident.ctxt = SyntaxContext::empty();
        }
    }

    fn visit_mut_syntax_context(&mut self, context: &mut SyntaxContext) {
        *context = SyntaxContext::empty();
    }
}

/// Private names that swc makes up stand nowhere in the file.
struct Unplace;

impl VisitMut for Unplace {
    fn visit_mut_private_name(&mut self, name: &mut PrivateName) {
        if name.name.starts_with("___private_") {
            name.span = DUMMY_SP;
        }
    }
}

/// What swc leaves to do before older decorators are taken out: `accessor` fields become a getter and a setter, and a
/// class that is decorated speaks of itself by a variable, since decorators can put another class in its place.
#[derive(Default)]
struct Prepare {
    variables: Vec<Ident>,
    accessors: usize,
}

impl Prepare {
    fn walk<T: StmtLike + VisitMutWith<Self>>(&mut self, statements: &mut Vec<T>) {
        let outer = std::mem::take(&mut self.variables);
        for mut statement in std::mem::take(statements) {
            statement.visit_mut_with(self);
            let decls: Vec<_> = self.variables.drain(..).map(variable).collect();
            if !decls.is_empty() {
                let kind = VarDeclKind::Let;
                statements.push(T::from(VarDecl { kind, decls, ..VarDecl::default() }.into()));
            }
            statements.push(statement);
        }
        self.variables = outer;
    }

    fn class(&mut self, ident: &Ident, class: &mut Class) {
        let decorators = std::mem::take(&mut class.decorators);
        let mut mentions = Mentions { name: ident, found: false };
        class.body.visit_with(&mut mentions);
        let found = mentions.found;
        class.decorators = decorators;
        if class.decorators.is_empty() || !found {
            return;
        }
        let alias = private_ident!(format!("_{}", ident.sym));
        replace_ident(&mut class.body, ident.to_id(), &alias);
        let itself = assign(&alias, Box::new(Expr::This(ThisExpr { span: DUMMY_SP })));
        class.body.insert(0, block(vec![statement(itself)]));
        // The last decorator to be called sees what the others made of the class.
        let result = private_ident!("value");
        let keep = assign(&alias, Box::new(result.clone().into()));
        let last = ArrowExpr {
            params: vec![result.into()],
            body: Box::new(ArrowFunctionBody::Expr(keep)),
            ..ArrowExpr::default()
        };
        class.decorators.insert(0, Decorator { span: DUMMY_SP, expr: Box::new(Expr::Arrow(last)) });
        self.variables.push(alias);
    }

    fn accessor(&mut self, accessor: AutoAccessor) -> Vec<ClassMember> {
        self.accessors += 1;
        let AutoAccessor { span, key, value, is_static, decorators, .. } = accessor;
        let storage = PrivateName { span: DUMMY_SP, name: format!("accessor{}", self.accessors).into() };
        let place = || MemberExpr {
            span: DUMMY_SP,
            obj: Box::new(Expr::This(ThisExpr { span: DUMMY_SP })),
            prop: MemberProp::PrivateName(storage.clone()),
        };
        let field = PrivateProp { span, key: storage.clone(), value, is_static, ..PrivateProp::default() };
        let get = ReturnStmt { span, arg: Some(Box::new(Expr::Member(place()))) };
        let given = private_ident!("value");
        let set = AssignExpr {
            span,
            op: AssignOp::Assign,
            left: place().into(),
            right: Box::new(given.clone().into()),
        };
        let getter = function(Vec::new(), Stmt::Return(get), decorators);
        let setter = function(
            vec![Param::from(swc_core::ecma::ast::Pat::from(given))],
            statement(Box::new(set.into())),
            Vec::new(),
        );
        let method = |key: Key, kind: MethodKind, function: Box<Function>| match key {
            Key::Public(key) => ClassMember::Method(ClassMethod {
                span,
                key,
                kind,
                function,
                is_static,
                ..ClassMethod::default()
            }),
            Key::Private(key) => ClassMember::PrivateMethod(PrivateMethod {
                span,
                key,
                kind,
                function,
                is_static,
                ..PrivateMethod::default()
            }),
        };
        vec![
            ClassMember::PrivateProp(field),
            method(key.clone(), MethodKind::Getter, getter),
            method(key, MethodKind::Setter, setter),
        ]
    }
}

impl VisitMut for Prepare {
    fn visit_mut_module_items(&mut self, items: &mut Vec<ModuleItem>) {
        self.walk(items);
    }

    fn visit_mut_stmts(&mut self, statements: &mut Vec<Stmt>) {
        self.walk(statements);
    }

    fn visit_mut_class_decl(&mut self, declaration: &mut ClassDecl) {
        declaration.visit_mut_children_with(self);
        self.class(&declaration.ident.clone(), &mut declaration.class);
    }

    fn visit_mut_export_default_decl(&mut self, export: &mut swc_core::ecma::ast::ExportDefaultDecl) {
        export.visit_mut_children_with(self);
        if let DefaultDecl::Class(class) = &mut export.decl
            && let Some(ident) = class.ident.clone()
        {
            self.class(&ident, &mut class.class);
        }
    }

    fn visit_mut_class_members(&mut self, members: &mut Vec<ClassMember>) {
        members.visit_mut_children_with(self);
        let one = |member| match member {
            ClassMember::AutoAccessor(accessor) if !accessor.is_abstract => self.accessor(accessor),
            other => vec![other],
        };
        *members = std::mem::take(members).into_iter().flat_map(one).collect();
    }
}

/// Calls behind a class that speak of its private names move into it.
struct Enclose;

impl Enclose {
    fn walk<T: StmtLike + VisitMutWith<Self>>(
        statements: &mut Vec<T>,
        class: fn(&mut T) -> Option<&mut Class>,
    ) {
        let mut kept: Vec<T> = Vec::with_capacity(statements.len());
        for statement in std::mem::take(statements) {
            let behind = kept.iter_mut().rev().find_map(class);
            match (statement.try_into_stmt(), behind) {
                (Ok(Stmt::Expr(call)), Some(class)) if is_private(&call) => {
                    class.body.push(block(vec![Stmt::Expr(call)]));
                }
                (Ok(statement), _) => kept.push(T::from(statement)),
                (Err(other), _) => kept.push(other),
            }
        }
        *statements = kept;
    }
}

impl VisitMut for Enclose {
    fn visit_mut_module_items(&mut self, items: &mut Vec<ModuleItem>) {
        items.visit_mut_children_with(self);
        Self::walk(items, |item| match item {
            ModuleItem::Stmt(Stmt::Decl(Decl::Class(class))) => Some(&mut class.class),
            ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(export)) => match &mut export.decl {
                Decl::Class(class) => Some(&mut class.class),
                _ => None,
            },
            ModuleItem::ModuleDecl(ModuleDecl::ExportDefaultDecl(export)) => match &mut export.decl {
                DefaultDecl::Class(class) => Some(&mut class.class),
                _ => None,
            },
            _ => None,
        });
    }

    fn visit_mut_stmts(&mut self, statements: &mut Vec<Stmt>) {
        statements.visit_mut_children_with(self);
        Self::walk(statements, |statement| match statement {
            Stmt::Decl(Decl::Class(class)) => Some(&mut class.class),
            _ => None,
        });
    }
}

/// Whether a statement speaks of private names that no class in it declares.
fn is_private(statement: &ExprStmt) -> bool {
    struct Private(bool);
    impl Visit for Private {
        fn visit_class(&mut self, _: &Class) {}

        fn visit_private_name(&mut self, _: &PrivateName) {
            self.0 = true;
        }
    }
    let mut private = Private(false);
    statement.visit_with(&mut private);
    private.0
}

/// Whether something speaks of a name.
struct Mentions<'a> {
    name: &'a Ident,
    found: bool,
}

impl Visit for Mentions<'_> {
    fn visit_ident(&mut self, ident: &Ident) {
        self.found |= ident.sym == self.name.sym && ident.ctxt == self.name.ctxt;
    }
}

fn assign(name: &Ident, value: Box<Expr>) -> Box<Expr> {
    let left = name.clone().into();
    Box::new(Expr::Assign(AssignExpr { span: DUMMY_SP, op: AssignOp::Assign, left, right: value }))
}

fn statement(expression: Box<Expr>) -> Stmt {
    Stmt::Expr(ExprStmt { span: DUMMY_SP, expr: expression })
}

fn block(stmts: Vec<Stmt>) -> ClassMember {
    ClassMember::StaticBlock(StaticBlock {
        span: DUMMY_SP,
        body: BlockStmt { stmts, ..BlockStmt::default() },
    })
}

fn function(params: Vec<Param>, body: Stmt, decorators: Vec<Decorator>) -> Box<Function> {
    let body = Some(FunctionBody { span: DUMMY_SP, stmts: vec![body] });
    Box::new(Function { params, decorators, body, ..Function::default() })
}
