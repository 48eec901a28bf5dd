//! Expressions: each becomes the slot of its value, or nothing where nothing is known of it.

use swc_core::common::{Span, Spanned};
use swc_core::ecma::ast::{
    ArrayLit, AssignExpr, AssignOp, BinExpr, BinaryOp, CallExpr, Callee, Expr, ExprOrSpread, Ident, Lit,
    MemberExpr, NewExpr, ObjectLit, OptChainBase, OptChainExpr, Prop, PropOrSpread, SuperProp, TaggedTpl,
    Tpl, UnaryExpr, UnaryOp, YieldExpr,
};
use swc_core::ecma::visit::VisitWith;

use super::super::ImportKind;
use super::walk::{Walker, is_nothing, truth};
use super::{Argument, Call, Function, Key, Manner, Slot, Step};

impl Walker {
    /// The slot of an expression's value.
    pub(super) fn expression(&mut self, expression: &Expr) -> Option<Slot> {
        match expression {
            Expr::Ident(ident) => self.ident(ident),
            Expr::This(_) => Some(self.this()),
            Expr::Lit(Lit::Str(text)) => Some(self.text(text.value.to_string_lossy())),
            Expr::Lit(Lit::Num(number)) => Some(self.text(number.value.to_string())),
            Expr::Tpl(template) => self.template(template),
            Expr::TaggedTpl(template) => self.tagged(template),
            Expr::Bin(binary) => self.binary(binary),
            Expr::Unary(unary) => self.unary(unary),
            Expr::Cond(conditional) => {
                match truth(&conditional.test) {
                    Some(true) => return self.expression(&conditional.cons),
                    Some(false) => return self.expression(&conditional.alt),
                    None => {}
                }
                let test = self.expression(&conditional.test);
                self.test(test);
                let values = [self.expression(&conditional.cons), self.expression(&conditional.alt)];
                self.either(values)
            }
            Expr::Seq(sequence) => sequence.exprs.iter().fold(None, |_, one| self.expression(one)),
            Expr::Paren(inner) => self.expression(&inner.expr),
            Expr::Await(inner) => self.expression(&inner.arg),
            Expr::Yield(inner) => self.yielded(inner),
            Expr::Member(member) => self.member(member).0,
            Expr::SuperProp(member) => {
                let key = match &member.prop {
                    SuperProp::Ident(ident) => Key::Super(ident.sym.to_string()),
                    SuperProp::Computed(computed) => self.computed_key(&computed.expr),
                };
                let this = self.this();
                self.get(Some(this), key, member.span)
            }
            Expr::OptChain(chain) => self.chain(chain),
            Expr::Call(call) => self.called(call),
            Expr::New(new) => self.new_of(new),
            Expr::Object(object) => Some(self.object_of(object)),
            Expr::Array(array) => Some(self.array(array)),
            Expr::Fn(function) => {
                if let Some(name) = &function.ident {
                    self.name(name.to_id());
                }
                let at = self.of_function(&function.function);
                let to = self.slot();
                self.push(Step::Function(to, at));
                if let Some(own) = function.ident.as_ref().and_then(|name| self.declared(name)) {
                    self.copy(own, Some(to));
                }
                Some(to)
            }
            Expr::Arrow(arrow) => {
                let at = self.of_arrow(arrow);
                let to = self.slot();
                self.push(Step::Function(to, at));
                Some(to)
            }
            Expr::Class(class) => {
                if let Some(name) = &class.ident {
                    self.name(name.to_id());
                }
                let to = self.class(&class.class);
                if let Some(own) = class.ident.as_ref().and_then(|name| self.declared(name)) {
                    self.copy(own, Some(to));
                }
                Some(to)
            }
            Expr::Assign(assignment) => self.assignment(assignment),
            Expr::Update(update) => {
                self.write(&update.arg, None);
                None
            }
            Expr::Lit(_) | Expr::MetaProp(_) => None,
            _ => {
                expression.visit_children_with(self);
                None
            }
        }
    }

    fn ident(&mut self, ident: &Ident) -> Option<Slot> {
        if let Some(slot) = self.declared(ident) {
            return Some(slot);
        }
        if is_nothing(&Expr::Ident(ident.clone())) {
            return None;
        }
        let to = self.slot();
        self.push(Step::Global(to, ident.sym.to_string()));
        Some(to)
    }

    fn template(&mut self, template: &Tpl) -> Option<Slot> {
        let values: Vec<Option<Slot>> = template.exprs.iter().map(|value| self.expression(value)).collect();
        for value in &values {
            self.as_text(*value);
        }
        let values: Option<Vec<Slot>> = values.into_iter().collect();
        let mut values = values?.into_iter();
        let mut parts = Vec::new();
        for quasi in &template.quasis {
            let text = quasi.cooked.as_ref().map(|text| text.to_string_lossy().into_owned());
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                parts.push(self.text(text));
            }
            parts.extend(values.next());
        }
        let to = self.slot();
        self.push(Step::Concat(to, parts));
        Some(to)
    }

    fn tagged(&mut self, template: &TaggedTpl) -> Option<Slot> {
        let (callee, this) = self.callee(&template.tag);
        let values = template.tpl.exprs.iter().map(|value| self.expression(value));
        let argument = |value| Argument { value, is_spread: false };
        let arguments = std::iter::once(None).chain(values.collect::<Vec<_>>()).map(argument).collect();
        self.call((callee, this), arguments, Manner::Plain, template.span)
    }

    fn binary(&mut self, binary: &BinExpr) -> Option<Slot> {
        match (binary.op, truth(&binary.left)) {
            (BinaryOp::LogicalAnd, Some(false)) | (BinaryOp::LogicalOr, Some(true)) => {
                return self.expression(&binary.left);
            }
            _ => {}
        }
        let left = self.expression(&binary.left);
        let right = self.expression(&binary.right);
        let is_text = |one: &Expr| matches!(one, Expr::Lit(Lit::Str(_)) | Expr::Tpl(_));
        match binary.op {
            BinaryOp::LogicalOr | BinaryOp::NullishCoalescing => {
                self.test(left);
                self.either([left, right])
            }
            BinaryOp::LogicalAnd => {
                self.test(left);
                right
            }
            BinaryOp::Add => {
                if is_text(&binary.left) {
                    self.as_text(right);
                }
                if is_text(&binary.right) {
                    self.as_text(left);
                }
                let to = self.slot();
                self.push(Step::Concat(to, vec![left?, right?]));
                Some(to)
            }
            BinaryOp::EqEq | BinaryOp::EqEqEq | BinaryOp::NotEq | BinaryOp::NotEqEq => {
                for (one, slot, other) in [(&binary.left, right, left), (&binary.right, left, right)] {
                    if is_nothing(one) {
                        self.test(slot);
                    } else if is_text(one) && other.is_some() {
                        self.as_text(slot);
                    }
                }
                None
            }
            BinaryOp::In => {
                let key = match &*binary.left {
                    Expr::Lit(Lit::Str(text)) => Key::Name(text.value.to_string_lossy().into_owned()),
                    _ => left.map_or(Key::Unknown, Key::Value),
                };
                let value = self.get(right, key, binary.left.span());
                self.test(value);
                None
            }
            _ => None,
        }
    }

    fn unary(&mut self, unary: &UnaryExpr) -> Option<Slot> {
        let value = self.expression(&unary.arg);
        if matches!(unary.op, UnaryOp::Bang | UnaryOp::TypeOf) {
            self.test(value);
        }
        None
    }

    fn yielded(&mut self, inner: &YieldExpr) -> Option<Slot> {
        let value = inner.arg.as_ref().and_then(|value| self.expression(value));
        if let (Some(value), Some(&generator)) = (value, self.generators.last())
            && generator == self.current
        {
            let of = Slot { function: generator, index: Function::RESULT };
            let span = self.range(inner.span);
            self.push(match inner.delegate {
                true => Step::Spread { to: of, from: value, span },
                false => Step::Set { of, key: Key::Item, value },
            });
        }
        None
    }

    /// The value of a member, and the object that it is one of.
    fn member(&mut self, member: &MemberExpr) -> (Option<Slot>, Option<Slot>) {
        let of = self.expression(&member.obj);
        let key = self.member_key(&member.prop);
        (self.get(of, key, member.prop.span()), of)
    }

    fn chain(&mut self, chain: &OptChainExpr) -> Option<Slot> {
        match &*chain.base {
            OptChainBase::Member(member) => {
                let of = self.expression(&member.obj);
                if chain.optional {
                    self.test(of);
                }
                let key = self.member_key(&member.prop);
                self.get(of, key, member.prop.span())
            }
            OptChainBase::Call(call) => {
                let (callee, this) = self.callee(&call.callee);
                if chain.optional {
                    self.test(callee);
                }
                let arguments = self.arguments_of(&call.args);
                self.call((callee, this), arguments, Manner::Plain, call.span)
            }
        }
    }

    /// What is called, and the object whose method it is.
    fn callee(&mut self, callee: &Expr) -> (Option<Slot>, Option<Slot>) {
        match callee {
            Expr::Member(member) => self.member(member),
            Expr::Paren(inner) => self.callee(&inner.expr),
            Expr::OptChain(chain) => match &*chain.base {
                OptChainBase::Member(member) => {
                    let (value, of) = self.member(member);
                    if chain.optional {
                        self.test(of);
                    }
                    (value, of)
                }
                OptChainBase::Call(_) => (self.chain(chain), None),
            },
            // Whoever calls a function that stands in a sequence means the last one.
            _ => (self.expression(callee), None),
        }
    }

    fn called(&mut self, call: &CallExpr) -> Option<Slot> {
        let callee = match &call.callee {
            Callee::Expr(callee) => callee,
            Callee::Super(_) => {
                let arguments = self.arguments_of(&call.args);
                let this = self.this();
                return self.call((None, Some(this)), arguments, Manner::Super, call.span);
            }
            Callee::Import(_) => {
                if let [ExprOrSpread { expr, .. }, ..] = call.args.as_slice()
                    && let Expr::Lit(Lit::Str(specifier)) = &**expr
                {
                    let request = self.request(specifier, ImportKind::Dynamic);
                    return Some(self.requested(request));
                }
                self.arguments_of(&call.args);
                return None;
            }
        };
        if let (Expr::Ident(name), [ExprOrSpread { spread: None, expr }]) = (&**callee, call.args.as_slice())
            && let Expr::Lit(Lit::Str(specifier)) = &**expr
            && name.sym == "require"
            && self.is_global(name)
        {
            let request = self.request(specifier, ImportKind::Require);
            return Some(self.requested(request));
        }
        let (callee, this) = self.callee(callee);
        let arguments = self.arguments_of(&call.args);
        self.call((callee, this), arguments, Manner::Plain, call.span)
    }

    fn requested(&mut self, request: u32) -> Slot {
        let to = self.slot();
        self.push(Step::Request(to, request, "*".to_owned()));
        to
    }

    fn new_of(&mut self, new: &NewExpr) -> Option<Slot> {
        let callee = self.expression(&new.callee);
        let arguments = self.arguments_of(new.args.as_deref().unwrap_or_default());
        self.call((callee, None), arguments, Manner::New, new.span)
    }

    fn arguments_of(&mut self, arguments: &[ExprOrSpread]) -> Vec<Argument> {
        let argument = |argument: &ExprOrSpread| Argument {
            value: self.expression(&argument.expr),
            is_spread: argument.spread.is_some(),
        };
        arguments.iter().map(argument).collect()
    }

    /// A call of what is called, as a method of an object or by itself.
    pub(super) fn call(
        &mut self,
        (callee, this): (Option<Slot>, Option<Slot>),
        arguments: Vec<Argument>,
        manner: Manner,
        span: Span,
    ) -> Option<Slot> {
        let (to, span) = (self.slot(), self.range(span));
        self.push(Step::Call(Box::new(Call { to, callee, this, arguments, manner, span })));
        Some(to)
    }

    fn object_of(&mut self, object: &ObjectLit) -> Slot {
        let to = self.object();
        let is_spread = |property: &PropOrSpread| matches!(property, PropOrSpread::Spread(_));
        // What stands before a list of others may be replaced by it.
        let last = object.props.iter().rposition(is_spread);
        let before = last.filter(|last| *last > 0).map(|_| self.object());
        if let Some(from) = before {
            let span = self.range(object.span);
            self.push(Step::Spread { to, from, span });
        }
        for (at, property) in object.props.iter().enumerate() {
            match property {
                PropOrSpread::Spread(spread) => {
                    if let Some(from) = self.expression(&spread.expr) {
                        let span = self.range(spread.expr.span());
                        self.push(Step::Spread { to, from, span });
                    }
                }
                PropOrSpread::Prop(property) => {
                    let of = before.filter(|_| last.is_some_and(|last| at < last)).unwrap_or(to);
                    self.property(of, property);
                }
            }
        }
        to
    }

    fn property(&mut self, of: Slot, property: &Prop) {
        let (key, value) = match property {
            Prop::Shorthand(ident) => (Key::Name(ident.sym.to_string()), self.ident(ident)),
            Prop::KeyValue(property) => (self.property_key(&property.key), self.expression(&property.value)),
            Prop::Method(method) => {
                let key = self.property_key(&method.key);
                let function = self.of_function(&method.function);
                (key, Some(self.closure(function)))
            }
            Prop::Getter(getter) => {
                let key = self.property_key(&getter.key);
                let function = self.of_function(&getter.function);
                let callee = self.closure(function);
                (key, self.call((Some(callee), Some(of)), Vec::new(), Manner::Plain, getter.span))
            }
            Prop::Setter(_) | Prop::Assign(_) => return,
        };
        if let Key::Name(name) = &key {
            self.push(Step::Own(of, name.clone()));
        }
        if matches!(property, Prop::KeyValue(property) if is_nothing(&property.value)) {
            return;
        }
        // An object with a name of which nothing is known still has the name.
        let value = value.unwrap_or_else(|| {
            let unknown = self.slot();
            self.push(Step::Unknown(unknown));
            unknown
        });
        self.set(of, key, Some(value));
    }

    fn closure(&mut self, function: u32) -> Slot {
        let to = self.slot();
        self.push(Step::Function(to, function));
        to
    }

    fn array(&mut self, array: &ArrayLit) -> Slot {
        let to = self.object();
        let mut is_counted = true;
        for (at, item) in array.elems.iter().enumerate() {
            let Some(item) = item else { continue };
            let value = self.expression(&item.expr);
            if item.spread.is_some() {
                is_counted = false;
                if let Some(from) = value {
                    let span = self.range(item.expr.span());
                    self.push(Step::Spread { to, from, span });
                }
            } else {
                let key = if is_counted { Key::Name(at.to_string()) } else { Key::Item };
                self.set(to, key, value);
            }
        }
        to
    }

    fn assignment(&mut self, assignment: &AssignExpr) -> Option<Slot> {
        let value = self.expression(&assignment.right);
        match assignment.op {
            AssignOp::Assign | AssignOp::NullishAssign | AssignOp::OrAssign | AssignOp::AndAssign => {
                self.assign(&assignment.left, value);
            }
            AssignOp::AddAssign => {
                self.as_text(value);
                // What is put together piece by piece is not known.
                self.assign(&assignment.left, None);
            }
            _ => {}
        }
        value
    }
}
