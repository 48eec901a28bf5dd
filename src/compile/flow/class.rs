//! Classes: constructor, fields, methods.

use swc_core::ecma::ast::{
    Class as ClassNode, ClassMember, Constructor, Expr, Key as AccessorKey, MethodKind, PropName,
};

use super::walk::{Walker, constructor_parameters};
use super::{Class, Key, Member, Slot, Step};

impl Walker {
    /// The slot of a class.
    pub(super) fn class(&mut self, class: &ClassNode) -> Slot {
        for decorator in &class.decorators {
            self.expression(&decorator.expr);
        }
        let parent = class.super_class.as_ref().and_then(|parent| self.expression(parent));
        let mut made = Class { parent, extends: class.super_class.is_some(), ..Class::default() };
        for member in &class.body {
            match member {
                ClassMember::Constructor(constructor) => {
                    made.constructor = Some(self.constructor(constructor))
                }
                ClassMember::Method(method) => {
                    let name = self.member_name(&method.key);
                    let function = self.of_function(&method.function);
                    made.members.extend(
                        name.and_then(|name| member_of(name, function, method.is_static, method.kind)),
                    );
                }
                ClassMember::PrivateMethod(method) => {
                    let name = format!("#{}", method.key.name);
                    let function = self.of_function(&method.function);
                    made.members.extend(member_of(name, function, method.is_static, method.kind));
                }
                _ => {}
            }
        }
        made.fields = self.fields(class, false);
        made.statics = self.fields(class, true);
        let at = u32::try_from(self.flow.classes.len()).unwrap_or(u32::MAX);
        self.flow.classes.push(made);
        let to = self.slot();
        self.push(Step::Class(to, at));
        to
    }

    fn constructor(&mut self, constructor: &Constructor) -> u32 {
        self.nested(true, |walker| {
            let parameters = constructor_parameters(&constructor.params);
            for parameter in &parameters {
                walker.declare_pattern(parameter);
            }
            if let Some(body) = &constructor.body {
                walker.declare(body);
            }
            walker.parameters(&parameters);
            if let Some(body) = &constructor.body {
                walker.statements(&body.stmts);
            }
        })
    }

    /// A function that gives an instance, or the class, its fields.
    fn fields(&mut self, class: &ClassNode, statics: bool) -> Option<u32> {
        let is_one = |member: &&ClassMember| match member {
            ClassMember::ClassProp(field) => field.is_static == statics,
            ClassMember::PrivateProp(field) => field.is_static == statics,
            ClassMember::AutoAccessor(field) => field.is_static == statics,
            ClassMember::StaticBlock(_) => statics,
            _ => false,
        };
        let members: Vec<&ClassMember> = class.body.iter().filter(is_one).collect();
        if members.is_empty() {
            return None;
        }
        Some(self.nested(true, |walker| {
            for member in members {
                walker.field(member);
            }
        }))
    }

    fn field(&mut self, member: &ClassMember) {
        let (key, value): (Key, Option<&Expr>) = match member {
            ClassMember::ClassProp(field) => (self.property_key(&field.key), field.value.as_deref()),
            ClassMember::PrivateProp(field) => {
                (Key::Name(format!("#{}", field.key.name)), field.value.as_deref())
            }
            ClassMember::AutoAccessor(field) => {
                let key = match &field.key {
                    AccessorKey::Private(name) => Key::Name(format!("#{}", name.name)),
                    AccessorKey::Public(name) => self.property_key(name),
                };
                (key, field.value.as_deref())
            }
            ClassMember::StaticBlock(block) => {
                self.declare(&block.body);
                self.statements(&block.body.stmts);
                return;
            }
            _ => return,
        };
        let value = value.and_then(|value| {
            self.declare(value);
            self.expression(value)
        });
        let this = self.this();
        self.set(this, key, value);
    }

    fn member_name(&mut self, key: &PropName) -> Option<String> {
        match self.property_key(key) {
            Key::Name(name) => Some(name),
            _ => None,
        }
    }
}

fn member_of(name: String, function: u32, is_static: bool, kind: MethodKind) -> Option<Member> {
    let is_getter = kind == MethodKind::Getter;
    (kind != MethodKind::Setter).then_some(Member { name, function, is_static, is_getter })
}
