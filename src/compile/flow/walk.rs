//! What the walk over a module's tree has at hand: functions in the making, slots of names, steps.

use std::collections::BTreeMap;
use std::ops::Range;

use swc_core::common::{Span, SyntaxContext};
use swc_core::ecma::ast::{
    ArrowExpr, ArrowFunctionBody, CatchClause, ClassDecl, Decl, Expr, FnDecl, Function as FunctionNode, Id,
    Ident, Lit, Module, ParamOrTsParamProp, Pat, StaticBlock, Stmt, Str, UnaryOp, VarDeclarator,
};
use swc_core::ecma::atoms::Atom;
use swc_core::ecma::utils::find_pat_ids;
use swc_core::ecma::visit::{Visit, VisitWith};

use super::super::parse::Session;
use super::super::transform::Marks;
use super::super::{Format, ImportKind};
use super::{Flow, Function, Key, Slot, Step};

pub(super) fn walk(session: &Session, module: &Module, marks: Marks, format: Format) -> Flow {
    let mut walker = Walker {
        start: session.start().0,
        global: marks.global,
        flow: Flow::default(),
        slots: BTreeMap::new(),
        current: 0,
        generators: Vec::new(),
    };
    walker.flow.functions.push(Function { slots: Function::USUAL, ..Function::default() });
    walker.declare(module);
    if format == Format::CommonJs {
        walker.common_js();
    }
    walker.module(module);
    walker.flow
}

/// The walk.
pub(super) struct Walker {
    start: u32,
    global: SyntaxContext,
    pub(super) flow: Flow,
    slots: BTreeMap<Id, Slot>,
    /// The function whose steps are being gathered.
    pub(super) current: u32,
    /// Those around it and itself that are generators.
    pub(super) generators: Vec<u32>,
}

impl Walker {
    pub(super) fn function(&mut self) -> &mut Function {
        &mut self.flow.functions[self.current as usize]
    }

    pub(super) fn push(&mut self, step: Step) {
        self.function().steps.push(step);
    }

    /// A new slot of the current function.
    pub(super) fn slot(&mut self) -> Slot {
        let function = self.current;
        let slots = &mut self.function().slots;
        *slots += 1;
        Slot { function, index: *slots - 1 }
    }

    /// The slot of what the current function returns.
    pub(super) fn result(&self) -> Slot {
        Slot { function: self.current, index: Function::RESULT }
    }

    /// The slot of `this`.
    pub(super) fn this(&self) -> Slot {
        let mut at = self.current;
        while at != 0 && !self.flow.functions[at as usize].has_this {
            at = self.flow.functions[at as usize].parent;
        }
        Slot { function: at, index: Function::THIS }
    }

    pub(super) fn range(&self, span: Span) -> Range<u32> {
        let low = span.lo.0.saturating_sub(self.start);
        low..span.hi.0.saturating_sub(self.start).max(low)
    }

    pub(super) fn copy(&mut self, to: Slot, from: Option<Slot>) {
        self.push(match from {
            Some(from) => Step::Copy { to, from },
            None => Step::Unknown(to),
        });
    }

    pub(super) fn text(&mut self, text: impl Into<String>) -> Slot {
        let to = self.slot();
        self.push(Step::Text(to, text.into()));
        to
    }

    pub(super) fn object(&mut self) -> Slot {
        let to = self.slot();
        self.push(Step::Object(to));
        to
    }

    pub(super) fn get(&mut self, of: Option<Slot>, key: Key, span: Span) -> Option<Slot> {
        let (of, to, span) = (of?, self.slot(), self.range(span));
        self.push(Step::Get { to, of, key, span });
        Some(to)
    }

    pub(super) fn set(&mut self, of: Slot, key: Key, value: Option<Slot>) {
        if let Some(value) = value {
            self.push(Step::Set { of, key, value });
        }
    }

    pub(super) fn test(&mut self, slot: Option<Slot>) {
        if let Some(slot) = slot {
            self.push(Step::Test(slot));
        }
    }

    pub(super) fn as_text(&mut self, slot: Option<Slot>) {
        if let Some(slot) = slot {
            self.push(Step::AsText(slot));
        }
    }

    /// A value that is one of several.
    pub(super) fn either(&mut self, values: [Option<Slot>; 2]) -> Option<Slot> {
        if values == [None, None] {
            return None;
        }
        let to = self.slot();
        for value in values {
            self.copy(to, value);
        }
        Some(to)
    }

    /// The slot of a name that the module declares.
    pub(super) fn declared(&self, ident: &Ident) -> Option<Slot> {
        self.slots.get(&ident.to_id()).copied()
    }

    /// Whether a name is one of the global scope.
    pub(super) fn is_global(&self, ident: &Ident) -> bool {
        ident.ctxt == self.global || !self.slots.contains_key(&ident.to_id())
    }

    pub(super) fn request(&mut self, specifier: &Str, kind: ImportKind) -> u32 {
        let key = (specifier.value.to_string_lossy().into_owned(), kind);
        let at = self.flow.requests.iter().position(|known| *known == key).unwrap_or_else(|| {
            self.flow.requests.push(key);
            self.flow.requests.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    pub(super) fn name(&mut self, id: Id) -> Slot {
        let slot = self.slot();
        self.slots.insert(id, slot);
        slot
    }

    /// Gives slots to the names that the current function declares in what it consists of.
    pub(super) fn declare(&mut self, node: &impl VisitWith<Names>) {
        let mut names = Names(Vec::new());
        node.visit_children_with(&mut names);
        for id in names.0 {
            if !self.slots.contains_key(&id) {
                self.name(id);
            }
        }
    }

    fn common_js(&mut self) {
        let (module, exports) = (self.object(), self.object());
        self.set(module, Key::Name("exports".to_owned()), Some(exports));
        for (name, slot) in [("module", module), ("exports", exports)] {
            self.slots.insert((Atom::from(name), self.global), slot);
        }
        self.slots.insert((Atom::from("this"), self.global), exports);
        self.flow.module = Some(module);
    }

    /// Gathers the steps of a function that stands in the current one.
    pub(super) fn nested(&mut self, has_this: bool, walk: impl FnOnce(&mut Self)) -> u32 {
        let at = u32::try_from(self.flow.functions.len()).unwrap_or(u32::MAX);
        let parent = std::mem::replace(&mut self.current, at);
        self.flow.functions.push(Function {
            parent,
            has_this,
            slots: Function::USUAL,
            ..Function::default()
        });
        walk(self);
        self.current = parent;
        at
    }

    /// A function with its parameters and its body.
    pub(super) fn of_function(&mut self, function: &FunctionNode) -> u32 {
        let at = self.nested(true, |walker| {
            let parameters: Vec<&Pat> = function.params.iter().map(|parameter| &parameter.pat).collect();
            let arguments = walker.arguments(&parameters, function);
            walker.parameters(&parameters);
            if let Some(list) = arguments {
                walker.function().lists.push((list.index, 0));
            }
            if function.is_generator {
                let (result, generator) = (walker.result(), walker.current);
                walker.push(Step::Object(result));
                walker.generators.push(generator);
            }
            if let Some(body) = &function.body {
                walker.statements(&body.stmts);
            }
            if function.is_generator {
                walker.generators.pop();
            }
        });
        for decorator in &function.decorators {
            self.expression(&decorator.expr);
        }
        at
    }

    /// The slot of `arguments`, where the function speaks of it.
    fn arguments(&mut self, parameters: &[&Pat], function: &FunctionNode) -> Option<Slot> {
        for parameter in parameters {
            self.declare_pattern(parameter);
        }
        let body = function.body.as_ref()?;
        self.declare(body);
        let mut finder = Arguments(None);
        body.visit_with(&mut finder);
        let id = finder.0.filter(|id| !self.slots.contains_key(id) || id.1 == self.global)?;
        // Functions inside of this one have their own, which come later and replace it.
        Some(self.name(id))
    }

    pub(super) fn of_arrow(&mut self, arrow: &ArrowExpr) -> u32 {
        self.nested(false, |walker| {
            let parameters: Vec<&Pat> = arrow.params.iter().collect();
            for parameter in &parameters {
                walker.declare_pattern(parameter);
            }
            match &*arrow.body {
                ArrowFunctionBody::FunctionBody(body) => {
                    walker.declare(body);
                    walker.parameters(&parameters);
                    walker.statements(&body.stmts);
                }
                ArrowFunctionBody::Expr(value) => {
                    walker.declare(&**value);
                    walker.parameters(&parameters);
                    let value = walker.expression(value);
                    let result = walker.result();
                    walker.copy(result, value);
                }
            }
        })
    }

    /// Gives the names of a pattern slots of the current function.
    pub(super) fn declare_pattern(&mut self, pattern: &Pat) {
        let ids: Vec<Id> = find_pat_ids(pattern);
        for id in ids {
            self.name(id);
        }
    }

    pub(super) fn statements(&mut self, statements: &[Stmt]) {
        let mut is_left = false;
        for statement in statements {
            // Behind `return` only what is hoisted counts.
            if !is_left || matches!(statement, Stmt::Decl(Decl::Fn(_))) {
                statement.visit_with(self);
            }
            is_left |=
                matches!(statement, Stmt::Return(_) | Stmt::Throw(_) | Stmt::Break(_) | Stmt::Continue(_));
        }
    }
}

/// The names that a function declares, those of functions inside of it excluded.
pub(super) struct Names(Vec<Id>);

impl Visit for Names {
    fn visit_fn_decl(&mut self, function: &FnDecl) {
        self.0.push(function.ident.to_id());
    }

    fn visit_class_decl(&mut self, class: &ClassDecl) {
        self.0.push(class.ident.to_id());
        class.class.visit_with(self);
    }

    fn visit_var_declarator(&mut self, variable: &VarDeclarator) {
        self.0.extend(find_pat_ids::<_, Id>(&variable.name));
        variable.visit_children_with(self);
    }

    fn visit_catch_clause(&mut self, clause: &CatchClause) {
        self.0.extend(clause.param.iter().flat_map(find_pat_ids::<_, Id>));
        clause.visit_children_with(self);
    }

    fn visit_function(&mut self, _: &FunctionNode) {}

    fn visit_arrow_expr(&mut self, _: &ArrowExpr) {}

    fn visit_constructor(&mut self, _: &swc_core::ecma::ast::Constructor) {}

    fn visit_static_block(&mut self, _: &StaticBlock) {}

    fn visit_class_prop(&mut self, _: &swc_core::ecma::ast::ClassProp) {}

    fn visit_private_prop(&mut self, _: &swc_core::ecma::ast::PrivateProp) {}
}

/// Whether a function speaks of its `arguments`.
struct Arguments(Option<Id>);

impl Visit for Arguments {
    fn visit_ident(&mut self, ident: &Ident) {
        if ident.sym == "arguments" {
            self.0 = Some(ident.to_id());
        }
    }

    fn visit_function(&mut self, _: &FunctionNode) {}
}

/// The parameters of a constructor.
pub(super) fn constructor_parameters(parameters: &[ParamOrTsParamProp]) -> Vec<&Pat> {
    fn pattern(parameter: &ParamOrTsParamProp) -> Option<&Pat> {
        match parameter {
            ParamOrTsParamProp::Param(parameter) => Some(&parameter.pat),
            ParamOrTsParamProp::TsParamProp(_) => None,
        }
    }
    parameters.iter().filter_map(pattern).collect()
}

/// Whether an expression is a constant that has no value.
pub(super) fn is_nothing(expression: &Expr) -> bool {
    match expression {
        Expr::Lit(Lit::Null(_)) => true,
        Expr::Ident(ident) => ident.sym == "undefined",
        Expr::Paren(inner) => is_nothing(&inner.expr),
        _ => false,
    }
}

/// Whether a condition that is a constant holds.
pub(super) fn truth(condition: &Expr) -> Option<bool> {
    match condition {
        Expr::Lit(Lit::Bool(value)) => Some(value.value),
        Expr::Lit(Lit::Num(number)) => Some(number.value != 0.0),
        Expr::Lit(Lit::Null(_)) => Some(false),
        Expr::Paren(inner) => truth(&inner.expr),
        Expr::Unary(unary) if unary.op == UnaryOp::Bang => truth(&unary.arg).map(|value| !value),
        _ => None,
    }
}
