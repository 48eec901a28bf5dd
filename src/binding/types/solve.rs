//! From the type of `env` to its members, and from the type of a member to kinds.

use std::ops::Range;
use std::rc::Rc;

use super::{Files, Found, Meaning, Unit};
use crate::binding::kinds::{self, Declared, Fit};
use crate::compile::types::{Type, TypeMember};

/// How deep types are looked into, and how many of them are: there may be circles.
const MAX_DEPTH: usize = 24;
const MAX_LOOKS: usize = 50_000;

/// A type with what its names stand for.
#[derive(Clone)]
struct Closure {
    value: Type,
    unit: Rc<Unit>,
    /// What the parameters of the declaration around it are.
    scope: Rc<Vec<(String, Closure)>>,
}

impl Closure {
    /// Another type in the same place.
    fn with(&self, value: &Type) -> Self {
        Self { value: value.clone(), ..self.clone() }
    }
}

/// A member.
struct Member {
    member: TypeMember,
    /// The file that it stands in.
    unit: Rc<Unit>,
    /// Where its type is looked into.
    of: Closure,
}

/// A text and where it stands.
struct Text {
    text: String,
    span: Range<u32>,
    unit: Rc<Unit>,
}

/// Finds the names of `env` and their types.
pub(super) struct Solver<'a> {
    files: &'a Files<'a>,
    looks: usize,
    /// What was found, by name.
    pub(super) found: Vec<(String, Declared)>,
}

/// What a name stands for where it is written.
enum Seen {
    Types(Vec<Closure>),
    Foreign(String),
}

impl<'a> Solver<'a> {
    pub(super) fn new(files: &'a Files<'a>) -> Self {
        Self { files, looks: 0, found: Vec::new() }
    }

    /// Finds the members of a type of `env`.
    pub(super) fn root(&mut self, root: &Type, unit: &Rc<Unit>) {
        self.looks = 0;
        let root = Closure { value: root.clone(), unit: Rc::clone(unit), scope: Rc::default() };
        let mut members = self.members(&root, MAX_DEPTH);
        // A library's idea of an environment has that of the platform in it.
        if let Some(at) = members.iter().position(|member| member.member.name == "Bindings") {
            let Member { member, of, .. } = members.swap_remove(at);
            members = self.members(&of.with(&member.value), MAX_DEPTH);
        }
        for Member { member, unit, of } in members {
            let source = &unit.source;
            let range = |range: Range<u32>| range.start as usize..range.end as usize;
            let written = source.text().get(range(member.written.clone())).unwrap_or_default();
            let (fit, may_miss) = match member.called {
                true => (None, false),
                false => self.fit(&of.with(&member.value), MAX_DEPTH),
            };
            let optional = member.optional || may_miss;
            let declared =
                Declared::new(source.clone(), range(member.span.clone()), shown(written), optional, fit);
            self.found.push((member.name, declared));
        }
    }

    /// Whether there is still something to be spent on.
    fn spend(&mut self) -> bool {
        self.looks += 1;
        self.looks < MAX_LOOKS
    }

    fn members(&mut self, of: &Closure, depth: usize) -> Vec<Member> {
        let Some(depth) = depth.checked_sub(1).filter(|_| self.spend()) else { return Vec::new() };
        match &of.value {
            Type::Object(members) => {
                let unit = &of.unit;
                let member = |member: &TypeMember| Member {
                    member: member.clone(),
                    unit: Rc::clone(unit),
                    of: of.clone(),
                };
                members.iter().map(member).collect()
            }
            Type::All(parts) | Type::Either(parts) => {
                parts.iter().flat_map(|part| self.members(&of.with(part), depth)).collect()
            }
            Type::Member(object, key) => {
                let member = self.member(&of.with(object), &of.with(key), depth);
                member.into_iter().flat_map(|member| self.members(&member, depth)).collect()
            }
            Type::Named { module, name, arguments } => {
                match self.seen(of, module.as_deref(), name, arguments) {
                    Seen::Types(types) => types.iter().flat_map(|of| self.members(of, depth)).collect(),
                    Seen::Foreign(name) => self.made(of, &name, arguments, depth),
                }
            }
            _ => Vec::new(),
        }
    }

    /// The members of what the language makes of other types.
    fn made(&mut self, of: &Closure, name: &str, arguments: &[Type], depth: usize) -> Vec<Member> {
        let Some(first) = arguments.first().map(|first| of.with(first)) else { return Vec::new() };
        let mut members = match name {
            "Record" => return self.record(of, &first, arguments.get(1), depth),
            "Awaited" | "NonNullable" | "Omit" | "Partial" | "Pick" | "Readonly" | "Required" => {
                self.members(&first, depth)
            }
            _ => return Vec::new(),
        };
        let keys = match (name, arguments.get(1)) {
            ("Pick" | "Omit", Some(keys)) => self.texts(&of.with(keys), depth).unwrap_or_default(),
            _ => Vec::new(),
        };
        match name {
            "Pick" => {
                members.retain(|member| keys.iter().any(|key| key.text == member.member.name));
            }
            "Omit" => {
                members.retain(|member| keys.iter().all(|key| key.text != member.member.name));
            }
            "Partial" => members.iter_mut().for_each(|member| member.member.optional = true),
            "Required" => members.iter_mut().for_each(|member| member.member.optional = false),
            _ => {}
        }
        members
    }

    /// An object with these keys, which all have this type.
    fn record(&mut self, of: &Closure, keys: &Closure, value: Option<&Type>, depth: usize) -> Vec<Member> {
        let member = |Text { text, span, unit }: Text| Member {
            member: TypeMember {
                name: text,
                written: span.clone(),
                span,
                optional: false,
                called: false,
                value: value.cloned().unwrap_or(Type::Unknown),
            },
            unit,
            of: of.clone(),
        };
        self.texts(keys, depth).unwrap_or_default().into_iter().map(member).collect()
    }

    /// What a name stands for.
    fn seen(&mut self, of: &Closure, module: Option<&str>, name: &str, arguments: &[Type]) -> Seen {
        let meaning = match module {
            Some(module) => self.files.meaning_of(&of.unit, module, name),
            None => {
                if let Some((_, given)) = of.scope.iter().find(|(parameter, _)| parameter == name) {
                    return Seen::Types(vec![given.clone()]);
                }
                self.files.meaning(&of.unit, name)
            }
        };
        let found = match meaning {
            Meaning::Declared(found) => found,
            Meaning::Foreign(name) => return Seen::Foreign(name),
            Meaning::Unknown => return Seen::Types(Vec::new()),
        };
        let one = |found: &Found| {
            let declaration = found.declaration();
            let given = |(at, name): (usize, &String)| {
                let value = arguments.get(at).unwrap_or(&Type::Unknown);
                (name.clone(), of.with(value))
            };
            let scope = declaration.parameters.iter().enumerate().map(given).collect();
            let unit = Rc::clone(&found.unit);
            Closure { value: declaration.value.clone(), unit, scope: Rc::new(scope) }
        };
        Seen::Types(found.iter().map(one).collect())
    }

    /// What a type has under the names that another one is.
    fn member(&mut self, object: &Closure, key: &Closure, depth: usize) -> Vec<Closure> {
        let Some(names) = self.texts(key, depth) else { return Vec::new() };
        let mut members = self.members(object, depth);
        members.retain(|member| names.iter().any(|name| name.text == member.member.name));
        members.into_iter().map(|Member { member, of, .. }| of.with(&member.value)).collect()
    }

    /// The texts that a type is; `None` when it is something else too.
    fn texts(&mut self, of: &Closure, depth: usize) -> Option<Vec<Text>> {
        let depth = depth.checked_sub(1).filter(|_| self.spend())?;
        match &of.value {
            Type::Text(text, span) => {
                Some(vec![Text { text: text.clone(), span: span.clone(), unit: Rc::clone(&of.unit) }])
            }
            Type::Either(parts) => {
                let mut texts = Vec::new();
                for part in parts {
                    texts.extend(self.texts(&of.with(part), depth)?);
                }
                Some(texts)
            }
            Type::Named { module, name, arguments } => {
                match self.seen(of, module.as_deref(), name, arguments) {
                    Seen::Types(types) => self.texts(types.first()?, depth),
                    Seen::Foreign(_) => None,
                }
            }
            _ => None,
        }
    }
}

impl Solver<'_> {
    /// What the type of a value says of its kind, and whether the value may be missing.
    fn fit(&mut self, of: &Closure, depth: usize) -> (Option<Fit>, bool) {
        let Some(depth) = depth.checked_sub(1).filter(|_| self.spend()) else { return (None, false) };
        match &of.value {
            Type::Text(..) | Type::AnyText => (Some(Fit::TEXT), false),
            Type::Data => (Some(Fit::PLAIN), false),
            Type::Nothing => (None, true),
            Type::Unknown => (None, false),
            Type::Object(members) => (kinds::of_members(members), false),
            Type::Either(parts) => self.either(of, parts, depth),
            Type::All(parts) => {
                let fits: Vec<(Option<Fit>, bool)> =
                    parts.iter().map(|part| self.fit(&of.with(part), depth)).collect();
                let may_miss = fits.iter().all(|(_, may_miss)| *may_miss);
                (fits.into_iter().filter_map(|(fit, _)| fit).reduce(Fit::and), may_miss)
            }
            Type::Member(object, key) => {
                let members = self.member(&of.with(object), &of.with(key), depth);
                members.first().map_or((None, false), |member| self.fit(member, depth))
            }
            Type::Named { module, name, arguments } => {
                match self.seen(of, module.as_deref(), name, arguments) {
                    Seen::Types(types) => {
                        let fits: Vec<(Option<Fit>, bool)> =
                            types.iter().map(|of| self.fit(of, depth)).collect();
                        let may_miss = fits.iter().any(|(_, may_miss)| *may_miss);
                        (fits.into_iter().filter_map(|(fit, _)| fit).reduce(Fit::and), may_miss)
                    }
                    Seen::Foreign(name) => match (kinds::of_type(&name), arguments.first()) {
                        (None, Some(first)) if WRAPPERS.contains(&name.as_str()) => {
                            self.fit(&of.with(first), depth)
                        }
                        (fit, _) => (fit, false),
                    },
                }
            }
        }
    }

    fn either(&mut self, of: &Closure, parts: &[Type], depth: usize) -> (Option<Fit>, bool) {
        let mut may_miss = false;
        let mut fits = Vec::new();
        for part in parts {
            let (fit, nothing) = self.fit(&of.with(part), depth);
            may_miss |= nothing;
            if *part != Type::Nothing {
                fits.push(fit);
            }
        }
        // What one part may be is anything as soon as nothing is known of another.
        let all: Option<Vec<Fit>> = fits.into_iter().collect();
        (all.and_then(|fits| fits.into_iter().reduce(Fit::or)), may_miss)
    }
}

/// What leaves a type what it is.
const WRAPPERS: &[&str] =
    &["Awaited", "NonNullable", "Omit", "Partial", "Pick", "Promise", "Readonly", "Required"];

/// A type in one short line.
fn shown(written: &str) -> String {
    let words: Vec<&str> = written.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{} ...", line[..end].trim_end()),
        None => line,
    }
}
