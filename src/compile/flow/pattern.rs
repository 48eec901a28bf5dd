//! Patterns: parameters, declarations and assignments that take values apart.

use swc_core::common::{Span, Spanned};
use swc_core::ecma::ast::{
    AssignTarget, AssignTargetPat, Expr, MemberProp, ObjectPat, ObjectPatProp, Pat, PropName,
    SimpleAssignTarget, SuperProp,
};

use super::walk::Walker;
use super::{Argument, Key, Manner, Slot};

impl Walker {
    /// The slots of parameters come first; their names get what the slots hold.
    pub(super) fn parameters(&mut self, parameters: &[&Pat]) {
        let plain = parameters.iter().filter(|pattern| !matches!(pattern, Pat::Rest(_))).count();
        let first = self.function().slots;
        let count = u32::try_from(plain).unwrap_or(u32::MAX);
        let function = self.current;
        let own = self.function();
        own.slots += count;
        own.parameters = count;
        own.first = first;
        for (at, pattern) in (0..).zip(parameters) {
            match pattern {
                Pat::Rest(rest) => {
                    let list = self.slot();
                    self.function().lists.push((list.index, at));
                    self.bind(&rest.arg, Some(list));
                }
                _ => {
                    self.note_names(at, pattern);
                    self.bind(pattern, Some(Slot { function, index: first + at }));
                }
            }
        }
    }

    /// What a parameter is called, or takes out of its value.
    fn note_names(&mut self, at: u32, pattern: &Pat) {
        match pattern {
            Pat::Ident(ident) => self.function().names.push((at, ident.id.sym.to_string())),
            Pat::Assign(assign) => self.note_names(at, &assign.left),
            Pat::Object(object) => {
                let key = |property: &ObjectPatProp| match property {
                    ObjectPatProp::Assign(property) => Some(property.key.id.sym.to_string()),
                    ObjectPatProp::KeyValue(property) => Some(property.key.as_ident()?.sym.to_string()),
                    ObjectPatProp::Rest(_) => None,
                };
                let keys = object.props.iter().filter_map(key).map(|key| (at, key));
                self.function().taken.extend(keys);
            }
            _ => {}
        }
    }

    /// Gives a value to what a pattern names.
    pub(super) fn bind(&mut self, pattern: &Pat, value: Option<Slot>) {
        match pattern {
            Pat::Ident(ident) => {
                if let Some(slot) = self.declared(&ident.id) {
                    self.copy(slot, value);
                }
            }
            Pat::Object(object) => self.bind_object(object, value),
            Pat::Array(array) => {
                let span = array.span;
                for (at, item) in array.elems.iter().enumerate() {
                    match item {
                        Some(Pat::Rest(rest)) => self.bind(&rest.arg, value),
                        Some(item) => {
                            let value = self.get(value, Key::Name(at.to_string()), span);
                            self.bind(item, value);
                        }
                        None => {}
                    }
                }
            }
            Pat::Rest(rest) => self.bind(&rest.arg, value),
            Pat::Assign(assign) => {
                self.test(value);
                let default = self.expression(&assign.right);
                let value = self.either([value, default]);
                self.bind(&assign.left, value);
            }
            Pat::Expr(target) => self.write(target, value),
            Pat::Invalid(_) => {}
        }
    }

    fn bind_object(&mut self, object: &ObjectPat, value: Option<Slot>) {
        for property in &object.props {
            match property {
                ObjectPatProp::KeyValue(property) => {
                    let key = self.property_key(&property.key);
                    let value = self.get(value, key, property.key.span());
                    self.bind(&property.value, value);
                }
                ObjectPatProp::Assign(property) => {
                    let key = Key::Name(property.key.id.sym.to_string());
                    let mut value = self.get(value, key, property.key.id.span);
                    if let Some(default) = &property.value {
                        self.test(value);
                        let default = self.expression(default);
                        value = self.either([value, default]);
                    }
                    if let Some(slot) = self.declared(&property.key.id) {
                        self.copy(slot, value);
                    }
                }
                // What was taken before is missing in it, which nobody reads then.
                ObjectPatProp::Rest(rest) => self.bind(&rest.arg, value),
            }
        }
    }

    pub(super) fn property_key(&mut self, key: &PropName) -> Key {
        match key {
            PropName::Ident(ident) => Key::Name(ident.sym.to_string()),
            PropName::Str(text) => Key::Name(text.value.to_string_lossy().into_owned()),
            PropName::Num(number) => Key::Name(number.value.to_string()),
            PropName::BigInt(number) => Key::Name(number.value.to_string()),
            PropName::Computed(computed) => self.computed_key(&computed.expr),
        }
    }

    pub(super) fn computed_key(&mut self, key: &Expr) -> Key {
        if let Expr::Lit(swc_core::ecma::ast::Lit::Str(text)) = key {
            return Key::Name(text.value.to_string_lossy().into_owned());
        }
        self.expression(key).map_or(Key::Unknown, Key::Value)
    }

    /// Gives a value to what is assigned to.
    pub(super) fn assign(&mut self, target: &AssignTarget, value: Option<Slot>) {
        match target {
            AssignTarget::Simple(SimpleAssignTarget::Ident(ident)) => {
                if let Some(slot) = self.declared(&ident.id) {
                    self.copy(slot, value);
                }
            }
            AssignTarget::Simple(SimpleAssignTarget::Member(member)) => {
                self.write(&Expr::Member(member.clone()), value);
            }
            AssignTarget::Simple(SimpleAssignTarget::SuperProp(member)) => {
                let key = match &member.prop {
                    SuperProp::Ident(ident) => Key::Name(ident.sym.to_string()),
                    SuperProp::Computed(computed) => self.computed_key(&computed.expr),
                };
                let this = self.this();
                self.set(this, key, value);
            }
            AssignTarget::Simple(SimpleAssignTarget::Paren(inner)) => self.write(&inner.expr, value),
            AssignTarget::Simple(_) => {}
            AssignTarget::Pat(AssignTargetPat::Object(pattern)) => self.bind_object(pattern, value),
            AssignTarget::Pat(AssignTargetPat::Array(pattern)) => {
                self.bind(&Pat::Array(pattern.clone()), value)
            }
            AssignTarget::Pat(AssignTargetPat::Invalid(_)) => {}
        }
    }

    pub(super) fn write(&mut self, target: &Expr, value: Option<Slot>) {
        match target {
            Expr::Ident(ident) => {
                if let Some(slot) = self.declared(ident) {
                    self.copy(slot, value);
                }
            }
            Expr::Member(member) => {
                let of = self.expression(&member.obj);
                let key = self.member_key(&member.prop);
                match of {
                    Some(of) => self.set(of, key, value),
                    // Whoever finds it there may call it.
                    None => self.give_away(value, member.span),
                }
            }
            Expr::Paren(inner) => self.write(&inner.expr, value),
            _ => {}
        }
    }

    /// A value goes where nothing is known of.
    fn give_away(&mut self, value: Option<Slot>, span: Span) {
        if value.is_some() {
            let arguments = vec![Argument { value, is_spread: false }];
            self.call((None, None), arguments, Manner::Plain, span);
        }
    }

    pub(super) fn member_key(&mut self, key: &MemberProp) -> Key {
        match key {
            MemberProp::Ident(ident) => Key::Name(ident.sym.to_string()),
            MemberProp::PrivateName(name) => Key::Name(format!("#{}", name.name)),
            MemberProp::Computed(computed) => self.computed_key(&computed.expr),
        }
    }
}
