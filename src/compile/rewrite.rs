//! Every reference to the module's top level, and every request for a module, becomes a placeholder that the linker
//! fills. What else the linker has to know of such a place is noted on the way.

use swc_core::common::util::take::Take;
use swc_core::common::{Span, Spanned};
use swc_core::ecma::ast::{
    ArrowExpr, AssignPat, AssignTarget, BindingIdent, CallExpr, Callee, ClassDecl, ClassProp, Constructor,
    Expr, ExprOrSpread, FnDecl, ForHead, Function, Ident, KeyValuePatProp, KeyValueProp, MemberExpr,
    ObjectPatProp, OptCall, ParenExpr, Pat, PrivateProp, Prop, TaggedTpl, TryStmt, UnaryExpr, UnaryOp,
    UpdateExpr,
};
use swc_core::ecma::visit::{VisitMut, VisitMutWith};

use super::attributes;
use super::lower::{Tables, asks, key, member_name, request};
use super::parts::Statement;
use super::transform::Marks;
use super::{ImportKind, Member, Reference, Relocation, SymbolId, identifier};

/// Rewrites a statement and notes what it declares.
pub(super) fn rewrite(tables: &mut Tables<'_>, part: &mut Statement) {
    let mut rewriter = Rewriter { tables, declares: Vec::new(), assigning: false, depth: 0, tries: 0 };
    for statement in &mut part.statements {
        statement.visit_mut_with(&mut rewriter);
    }
    part.declares = rewriter.declares;
    part.declares.sort();
    part.declares.dedup();
}

/// Replaces every reference to the top level and every request for a module by a placeholder.
struct Rewriter<'a, 'b> {
    tables: &'a mut Tables<'b>,
    declares: Vec<SymbolId>,
    /// Whether a pattern is one of assignment.
    assigning: bool,
    /// How many functions that run later the walk is in.
    depth: usize,
    /// How many `try` blocks it is in.
    tries: usize,
}

impl Rewriter<'_, '_> {
    /// The reference that an expression is, when the linker has to fill it.
    fn reference(&mut self, expression: &Expr) -> Option<Reference> {
        match expression {
            Expr::Ident(ident) if self.tables.is_top(ident) => {
                Some(Reference::Symbol(self.tables.symbol(&ident.sym)))
            }
            Expr::Member(member) => {
                let (symbol, names) = self.chain(member)?;
                let member = |name| Member { name, end: 0 };
                Some(Reference::Member(symbol, names.into_iter().map(member).collect()))
            }
            _ => None,
        }
    }

    /// The imported name that a chain of members starts with, and the names of the members.
    fn chain(&mut self, member: &MemberExpr) -> Option<(SymbolId, Vec<String>)> {
        let name = member_name(&member.prop)?;
        let (symbol, mut names) = match &*member.obj {
            Expr::Ident(object) if self.tables.is_top(object) => {
                let symbol = self.tables.symbol(&object.sym);
                self.tables.symbols[symbol.0 as usize].import.as_ref()?;
                (symbol, Vec::new())
            }
            Expr::Member(inner) => self.chain(inner)?,
            _ => return None,
        };
        names.push(name);
        Some((symbol, names))
    }

    /// The name in front of a chain of members becomes a placeholder.
    fn fill_root(&mut self, expression: &mut Expr, reference: Reference, callee: bool) {
        match expression {
            Expr::Member(member) => self.fill_root(&mut member.obj, reference, callee),
            root => {
                let span = root.span();
                let now =
                    self.depth == 0 && !matches!(reference, Reference::Require(_) | Reference::Dynamic(_));
                let reference = Relocation { at: 0, target: reference, callee, now };
                *root = Expr::Ident(self.tables.placeholder(reference, span));
            }
        }
    }

    /// Whether the file itself has a call that stands for many files, and not the minifier, which puts `require` into the
    /// place of other names for it.
    fn is_written(&self, call: &CallExpr, pieces: &[String]) -> bool {
        let text = self.tables.source.text().get(self.tables.range(call.span)).unwrap_or_default();
        let text = text.trim_start_matches('(').trim_start();
        pieces.len() == 1 || ["import", "require"].iter().any(|word| identifier(text) == *word)
    }

    /// A member that is written to, or deleted: a property of the object, whatever it is.
    fn fill_target(&mut self, expression: &mut Expr) {
        match expression {
            Expr::Paren(inner) => self.fill_target(&mut inner.expr),
            Expr::Member(member) => member.visit_mut_children_with(self),
            Expr::Ident(ident) if self.tables.is_top(ident) => {
                let symbol = self.tables.symbol(&ident.sym);
                self.tables.written.insert(symbol);
                self.assigned(ident);
                *ident = self.place(Reference::Symbol(symbol), false, ident.span);
            }
            other => other.visit_mut_with(self),
        }
    }

    fn fill(&mut self, expression: &mut Expr, callee: bool) {
        if let Expr::Paren(inner) = expression {
            self.fill(&mut inner.expr, callee);
            return;
        }
        if let Some(choice) = choice(expression, self.tables.marks) {
            *expression = choice;
        }
        match self.reference(expression) {
            Some(reference) => self.fill_root(expression, reference, callee),
            None => expression.visit_mut_children_with(self),
        }
    }

    /// The identifier in the place of something that is not called.
    fn place(&mut self, target: Reference, now: bool, span: Span) -> Ident {
        self.tables.placeholder(Relocation { at: 0, target, callee: false, now }, span)
    }

    fn later(&mut self, visit: impl FnOnce(&mut Self)) {
        self.depth += 1;
        let tries = std::mem::take(&mut self.tries);
        visit(self);
        self.tries = tries;
        self.depth -= 1;
    }

    /// The value of a field: a static one is made with the class, others with each object.
    fn field(&mut self, value: &mut Option<Box<Expr>>, is_static: bool) {
        match is_static {
            true => value.visit_mut_with(self),
            false => self.later(|later| value.visit_mut_with(later)),
        }
    }

    /// Notes that a name is assigned to, which no import can be.
    fn assigned(&mut self, ident: &Ident) {
        if self.tables.is_top(ident) {
            let symbol = self.tables.symbol(&ident.sym);
            if self.tables.symbols[symbol.0 as usize].import.is_some() {
                let span = self.tables.range(ident.span);
                self.tables.assigned_imports.push((ident.sym.to_string(), span));
            }
        }
    }
}

impl VisitMut for Rewriter<'_, '_> {
    fn visit_mut_expr(&mut self, expression: &mut Expr) {
        self.fill(expression, false);
    }

    fn visit_mut_update_expr(&mut self, update: &mut UpdateExpr) {
        self.fill_target(&mut update.arg);
    }

    fn visit_mut_assign_target(&mut self, target: &mut AssignTarget) {
        let outer = std::mem::replace(&mut self.assigning, true);
        target.visit_mut_children_with(self);
        self.assigning = outer;
    }

    fn visit_mut_for_head(&mut self, head: &mut ForHead) {
        let outer = std::mem::replace(&mut self.assigning, matches!(head, ForHead::Pat(_)));
        head.visit_mut_children_with(self);
        self.assigning = outer;
    }

    fn visit_mut_unary_expr(&mut self, unary: &mut UnaryExpr) {
        match unary.op {
            UnaryOp::Delete => self.fill_target(&mut unary.arg),
            _ => unary.visit_mut_children_with(self),
        }
    }

    fn visit_mut_pat(&mut self, pattern: &mut Pat) {
        match pattern {
            Pat::Expr(target) => self.fill_target(target),
            other => other.visit_mut_children_with(self),
        }
    }

    fn visit_mut_call_expr(&mut self, call: &mut CallExpr) {
        let request = request(call, self.tables.marks);
        if let Some((pieces, span, kind)) = request.filter(|(pieces, ..)| self.is_written(call, pieces)) {
            let options = call.args.get(1).map(|options| &*options.expr);
            let with = attributes::dynamic(options.filter(|_| kind == ImportKind::Dynamic));
            let form = attributes::form(self.tables, with);
            let is_pattern = pieces.len() > 1;
            let at = self.tables.request((pieces, span), kind, form, self.tries > 0);
            if let Callee::Import(import) = &call.callee {
                attributes::in_phase(self.tables, import.phase, call.span);
            }
            let reference = match kind {
                ImportKind::Dynamic if !is_pattern => Reference::Dynamic(at),
                ImportKind::Dynamic | ImportKind::Require | ImportKind::Static => Reference::Require(at),
            };
            let mut callee = Box::new(Expr::Ident(self.place(reference, false, call.span)));
            if is_pattern {
                callee = Box::new(
                    CallExpr { callee: callee.into(), span: call.span, ..Default::default() }.into(),
                );
                call.args.truncate(1);
                call.args.visit_mut_with(self);
            } else {
                call.args.clear();
            }
            call.callee = callee.into();
            return;
        }
        let tries = usize::from(is_caught(call));
        self.tries += tries;
        match &mut call.callee {
            // What is called on the spot runs at once.
            Callee::Expr(callee) if callee.unwrap_parens().is_arrow() => {
                callee.unwrap_parens_mut().visit_mut_children_with(self);
            }
            Callee::Expr(callee) => self.fill(callee, true),
            other => other.visit_mut_with(self),
        }
        self.tries -= tries;
        call.args.visit_mut_with(self);
    }

    fn visit_mut_opt_call(&mut self, call: &mut OptCall) {
        self.fill(&mut call.callee, true);
        call.args.visit_mut_with(self);
    }

    fn visit_mut_tagged_tpl(&mut self, template: &mut TaggedTpl) {
        self.fill(&mut template.tag, true);
        template.tpl.visit_mut_with(self);
    }

    fn visit_mut_binding_ident(&mut self, ident: &mut BindingIdent) {
        if self.tables.is_top(&ident.id) {
            let symbol = self.tables.symbol(&ident.id.sym);
            if self.assigning {
                self.tables.written.insert(symbol);
                self.assigned(&ident.id);
            } else {
                self.declares.push(symbol);
            }
            ident.id = self.place(Reference::Symbol(symbol), false, ident.id.span);
        }
    }

    fn visit_mut_try_stmt(&mut self, statement: &mut TryStmt) {
        self.tries += usize::from(statement.handler.is_some());
        statement.block.visit_mut_with(self);
        self.tries -= usize::from(statement.handler.is_some());
        statement.handler.visit_mut_with(self);
        statement.finalizer.visit_mut_with(self);
    }

    fn visit_mut_arrow_expr(&mut self, arrow: &mut ArrowExpr) {
        self.later(|later| arrow.visit_mut_children_with(later));
    }

    fn visit_mut_function(&mut self, function: &mut Function) {
        self.later(|later| function.visit_mut_children_with(later));
    }

    fn visit_mut_constructor(&mut self, constructor: &mut Constructor) {
        self.later(|later| constructor.visit_mut_children_with(later));
    }

    fn visit_mut_class_prop(&mut self, property: &mut ClassProp) {
        property.key.visit_mut_with(self);
        property.decorators.visit_mut_with(self);
        self.field(&mut property.value, property.is_static);
    }

    fn visit_mut_private_prop(&mut self, property: &mut PrivateProp) {
        property.decorators.visit_mut_with(self);
        self.field(&mut property.value, property.is_static);
    }

    fn visit_mut_fn_decl(&mut self, declaration: &mut FnDecl) {
        self.declare(&mut declaration.ident);
        declaration.function.visit_mut_with(self);
    }

    fn visit_mut_class_decl(&mut self, declaration: &mut ClassDecl) {
        self.declare(&mut declaration.ident);
        declaration.class.visit_mut_with(self);
    }

    fn visit_mut_prop(&mut self, property: &mut Prop) {
        match property {
            Prop::Shorthand(ident) if self.tables.is_top(ident) => {
                let symbol = self.tables.symbol(&ident.sym);
                let value = self.place(Reference::Symbol(symbol), self.depth == 0, ident.span);
                *property =
                    Prop::KeyValue(KeyValueProp { key: key(ident), value: Box::new(Expr::Ident(value)) });
            }
            other => other.visit_mut_children_with(self),
        }
    }

    fn visit_mut_object_pat_prop(&mut self, property: &mut ObjectPatProp) {
        let ObjectPatProp::Assign(assign) = property else {
            property.visit_mut_children_with(self);
            return;
        };
        assign.value.visit_mut_with(self);
        if !self.tables.is_top(&assign.key.id) {
            return;
        }
        let key = key(&assign.key.id);
        let mut name = assign.key.clone();
        self.visit_mut_binding_ident(&mut name);
        let value = match assign.value.take() {
            Some(default) => {
                Pat::Assign(AssignPat { span: assign.span, left: Box::new(Pat::Ident(name)), right: default })
            }
            None => Pat::Ident(name),
        };
        *property = ObjectPatProp::KeyValue(KeyValuePatProp { key, value: Box::new(value) });
    }
}

impl Rewriter<'_, '_> {
    fn declare(&mut self, ident: &mut Ident) {
        if self.tables.is_top(ident) {
            let symbol = self.tables.symbol(&ident.sym);
            self.declares.push(symbol);
            *ident = self.place(Reference::Symbol(symbol), false, ident.span);
        }
    }
}

/// A request for one of two modules, as one of two requests.
fn choice(request: &mut Expr, marks: Marks) -> Option<Expr> {
    let Expr::Call(call) = request else { return None };
    asks(call, marks)?;
    let [ExprOrSpread { spread: None, expr: specifier }] = call.args.as_mut_slice() else { return None };
    let Expr::Cond(choice) = specifier.unwrap_parens_mut() else { return None };
    let mut choice = choice.take();
    for specifier in [&mut choice.cons, &mut choice.alt] {
        let args = vec![specifier.take().into()];
        **specifier = Expr::Call(CallExpr { args, ..call.clone() });
    }
    Some(Expr::Paren(ParenExpr { span: choice.span, expr: Box::new(Expr::Cond(choice)) }))
}

/// Whether a call handles the failure of an `import()` in front of it: `import().catch()`, `import().then(one, other)`.
fn is_caught(call: &CallExpr) -> bool {
    let handles = |name: &str| name == "catch" || (name == "then" && call.args.len() > 1);
    member_callee(&call.callee).is_some_and(|member| {
        member_name(&member.prop).is_some_and(|name| handles(&name)) && imports(&member.obj)
    })
}

/// Whether a promise is that of an `import()`, or one that is made of it.
fn imports(promise: &Expr) -> bool {
    match promise {
        Expr::Paren(inner) => imports(&inner.expr),
        Expr::Call(call) => {
            call.callee.is_import() || member_callee(&call.callee).is_some_and(|member| imports(&member.obj))
        }
        _ => false,
    }
}

fn member_callee(callee: &Callee) -> Option<&MemberExpr> {
    callee.as_expr()?.as_member()
}
