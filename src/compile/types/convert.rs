//! From swc's types to those that are kept.

use std::ops::Range;

use swc_core::common::{BytePos, Span, Spanned};
use swc_core::ecma::ast::{
    Expr, Lit, TsEntityName, TsExprWithTypeArgs, TsFnOrConstructorType, TsKeywordTypeKind, TsLit,
    TsMappedType, TsType, TsTypeAnn, TsTypeElement, TsTypeOperatorOp, TsTypeParamInstantiation,
    TsUnionOrIntersectionType,
};

use super::{Type, TypeMember};

/// How deep types are looked into. Deeper ones are none of a binding.
const MAX_DEPTH: usize = 16;

/// Converts types of one text.
#[derive(Clone, Copy)]
pub(super) struct Converter {
    /// The position that is the start of the file, if need be before that of the text.
    pub(super) start: BytePos,
}

impl Converter {
    pub(super) fn range(self, span: Span) -> Range<u32> {
        let at = |position: BytePos| position.0.saturating_sub(self.start.0);
        at(span.lo)..at(span.hi).max(at(span.lo))
    }

    pub(super) fn of(self, written: &TsType) -> Type {
        self.at(written, 0)
    }

    fn at(self, written: &TsType, depth: usize) -> Type {
        if depth > MAX_DEPTH {
            return Type::Unknown;
        }
        let one = |written: &TsType| self.at(written, depth + 1);
        match written {
            TsType::TsKeywordType(keyword) => match keyword.kind {
                TsKeywordTypeKind::TsStringKeyword => Type::AnyText,
                TsKeywordTypeKind::TsNumberKeyword
                | TsKeywordTypeKind::TsBooleanKeyword
                | TsKeywordTypeKind::TsBigIntKeyword => Type::Data,
                TsKeywordTypeKind::TsUndefinedKeyword
                | TsKeywordTypeKind::TsNullKeyword
                | TsKeywordTypeKind::TsVoidKeyword => Type::Nothing,
                _ => Type::Unknown,
            },
            TsType::TsLitType(literal) => match &literal.lit {
                TsLit::Str(text) => {
                    Type::Text(text.value.to_string_lossy().into_owned(), self.range(text.span))
                }
                TsLit::Tpl(_) => Type::AnyText,
                TsLit::Number(_) | TsLit::Bool(_) | TsLit::BigInt(_) => Type::Data,
            },
            TsType::TsArrayType(_) | TsType::TsTupleType(_) => Type::Data,
            TsType::TsParenthesizedType(inner) => one(&inner.type_ann),
            TsType::TsTypeOperator(operator) if operator.op == TsTypeOperatorOp::ReadOnly => {
                one(&operator.type_ann)
            }
            TsType::TsTypeRef(reference) => Type::Named {
                module: None,
                name: name(&reference.type_name),
                arguments: self.arguments(reference.type_params.as_deref(), depth),
            },
            TsType::TsImportType(import) => Type::Named {
                module: Some(import.arg.value.to_string_lossy().into_owned()),
                name: import.qualifier.as_ref().map(name).unwrap_or_default(),
                arguments: self.arguments(import.type_args.as_deref(), depth),
            },
            TsType::TsTypeLit(literal) => self.members(&literal.members, depth),
            TsType::TsUnionOrIntersectionType(TsUnionOrIntersectionType::TsUnionType(union)) => {
                Type::Either(union.types.iter().map(|written| one(written)).collect())
            }
            TsType::TsUnionOrIntersectionType(TsUnionOrIntersectionType::TsIntersectionType(all)) => {
                Type::All(all.types.iter().map(|written| one(written)).collect())
            }
            TsType::TsIndexedAccessType(access) => {
                Type::Member(Box::new(one(&access.obj_type)), Box::new(one(&access.index_type)))
            }
            TsType::TsMappedType(mapped) => self.mapped(mapped, depth),
            _ => Type::Unknown,
        }
    }

    fn arguments(self, written: Option<&TsTypeParamInstantiation>, depth: usize) -> Vec<Type> {
        let params = written.map_or(&[][..], |written| &written.params);
        params.iter().map(|written| self.at(written, depth + 1)).collect()
    }

    /// `{ [name in "A" | "B"]: string }` is a record.
    fn mapped(self, mapped: &TsMappedType, depth: usize) -> Type {
        match (&mapped.type_param.constraint, &mapped.type_ann, &mapped.name_type) {
            (Some(keys), Some(value), None) => Type::Named {
                module: None,
                name: "Record".to_owned(),
                arguments: vec![self.at(keys, depth + 1), self.at(value, depth + 1)],
            },
            _ => Type::Unknown,
        }
    }

    /// An interface that extends others.
    pub(super) fn interface(self, extends: &[TsExprWithTypeArgs], members: &[TsTypeElement]) -> Type {
        let base = |base: &TsExprWithTypeArgs| Type::Named {
            module: None,
            name: path(&base.expr).unwrap_or_default(),
            arguments: self.arguments(base.type_args.as_deref(), 0),
        };
        let own = self.members(members, 0);
        match extends {
            [] => own,
            _ => Type::All(extends.iter().map(base).chain([own]).collect()),
        }
    }

    fn members(self, members: &[TsTypeElement], depth: usize) -> Type {
        Type::Object(members.iter().filter_map(|member| self.member(member, depth)).collect())
    }

    fn member(self, member: &TsTypeElement, depth: usize) -> Option<TypeMember> {
        let typed = |annotation: Option<&TsTypeAnn>| match annotation {
            Some(annotation) => (self.at(&annotation.type_ann, depth + 1), annotation.type_ann.span()),
            None => (Type::Unknown, member.span()),
        };
        let (key, optional, called, (value, written)) = match member {
            TsTypeElement::TsPropertySignature(property) => {
                let annotation = property.type_ann.as_deref();
                let is_function = annotation.is_some_and(|annotation| is_function(&annotation.type_ann));
                (&property.key, property.optional, is_function, typed(annotation))
            }
            TsTypeElement::TsGetterSignature(getter) => {
                (&getter.key, false, false, typed(getter.type_ann.as_deref()))
            }
            TsTypeElement::TsMethodSignature(method) => {
                (&method.key, method.optional, true, (Type::Unknown, method.span))
            }
            _ => return None,
        };
        let name = match &**key {
            Expr::Ident(name) => name.sym.to_string(),
            Expr::Lit(Lit::Str(name)) => name.value.to_string_lossy().into_owned(),
            _ => return None,
        };
        let (span, written) = (self.range(key.span()), self.range(written));
        Some(TypeMember { name, span, written, optional, called, value })
    }
}

fn is_function(written: &TsType) -> bool {
    match written {
        TsType::TsFnOrConstructorType(TsFnOrConstructorType::TsFnType(_)) => true,
        TsType::TsParenthesizedType(inner) => is_function(&inner.type_ann),
        // `typeof fetch`
        TsType::TsTypeQuery(_) => true,
        _ => false,
    }
}

/// A name with those of its namespaces.
pub(super) fn name(written: &TsEntityName) -> String {
    match written {
        TsEntityName::Ident(name) => name.sym.to_string(),
        TsEntityName::TsQualifiedName(qualified) => {
            format!("{}.{}", name(&qualified.left), qualified.right.sym)
        }
    }
}

/// The same for a name that is written as a value.
pub(super) fn path(written: &Expr) -> Option<String> {
    match written {
        Expr::Ident(name) => Some(name.sym.to_string()),
        Expr::Member(member) => {
            let property = member.prop.as_ident()?;
            Some(format!("{}.{}", path(&member.obj)?, property.sym))
        }
        _ => None,
    }
}
