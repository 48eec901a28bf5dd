//! The values that bindings have: the types of the platform, and how far what is read of a value fits one.

use super::platform::TYPES;

/// A type of the platform.
pub(super) struct Type {
    pub(super) name: &'static str,
    /// Whether it has members that only the user's classes know of.
    pub(super) open: bool,
    pub(super) members: &'static [Member],
}

/// A member of a type.
pub(super) struct Member {
    pub(super) name: &'static str,
    /// Of a method, the least and the most arguments.
    pub(super) takes: Option<(usize, usize)>,
    /// What a method tells apart, by the place among the arguments.
    pub(super) arguments: &'static [(usize, Argument)],
    /// The type of what it is or, awaited, gives; `any` for data of any form.
    pub(super) gives: Option<&'static str>,
}

/// What an argument may be.
pub(super) enum Argument {
    /// An object with these keys.
    Keys(&'static [&'static str]),
    /// One of these texts.
    Texts(&'static [&'static str]),
    /// Any text.
    Text,
}

macro_rules! types {
    ($($extent:ident $name:ident { $($member:ident
        $(($least:literal to $most:literal $(, $place:literal $argument:tt)*))? $(-> $gives:ident)?;)* })+) => {
        /// In the order of their names.
        pub(super) const TYPES: &[super::value::Type] = &[$(super::value::Type {
            name: stringify!($name),
            open: super::value::types!(@extent $extent),
            members: &[$(super::value::Member {
                name: stringify!($member),
                takes: super::value::types!(@takes $($least $most)?),
                arguments: &[$($(($place, super::value::types!(@argument $argument))),*)?],
                gives: super::value::types!(@gives $($gives)?),
            }),*],
        }),+];
    };
    (@extent open) => { true };
    (@extent closed) => { false };
    (@takes) => { None };
    (@takes $least:literal $most:literal) => { Some(($least, $most)) };
    (@argument {$($key:ident)*}) => { super::value::Argument::Keys(&[$(stringify!($key)),*]) };
    (@argument [$($text:literal)*]) => { super::value::Argument::Texts(&[$($text),*]) };
    (@argument text) => { super::value::Argument::Text };
    (@gives) => { None };
    (@gives $name:ident) => { Some(stringify!($name)) };
}
pub(super) use types;

/// One step of what is read: the member's name and, where that is known, whether it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step<'a> {
    name: &'a str,
    called: bool,
}

/// The steps of a path such as `prepare().bind().all`, up to one that can be made of any value.
pub(super) fn steps(path: &str) -> Vec<Step<'_>> {
    let step = |text| match str::split_once(text, '(') {
        Some((name, _)) => Step { name, called: true },
        None => Step { name: text, called: false },
    };
    let ends = |(at, step): &(usize, Step<'_>)| {
        EVERYWHERE.contains(&step.name) || (*at > 0 && OF_ROUTERS.contains(&step.name))
    };
    let steps = path.split('.').map(step).enumerate();
    steps.take_while(|step| !ends(step)).map(|(_, step)| step).collect()
}

/// Methods of routers. Where a router is given what reads a binding, they seem to be called on what was read.
const OF_ROUTERS: &[&str] = &[
    "all", "delete", "fetch", "get", "handle", "head", "notFound", "on", "onError", "options", "patch",
    "post", "put", "request", "route", "use",
];

/// Members that values of all kinds have: those of objects, functions, promises and stubs.
const EVERYWHERE: &[&str] = &[
    "",
    "apply",
    "bind",
    "call",
    "catch",
    "constructor",
    "dup",
    "finally",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "then",
    "toJSON",
    "toLocaleString",
    "toString",
    "valueOf",
];

/// Members of texts, numbers and lists, which plain values have.
const PLAIN: &[&str] = &[
    "at",
    "charAt",
    "charCodeAt",
    "codePointAt",
    "concat",
    "endsWith",
    "entries",
    "every",
    "filter",
    "find",
    "findIndex",
    "findLast",
    "flat",
    "flatMap",
    "forEach",
    "includes",
    "indexOf",
    "join",
    "keys",
    "lastIndexOf",
    "length",
    "localeCompare",
    "map",
    "match",
    "matchAll",
    "normalize",
    "padEnd",
    "padStart",
    "reduce",
    "reduceRight",
    "repeat",
    "replace",
    "replaceAll",
    "reverse",
    "search",
    "slice",
    "some",
    "sort",
    "split",
    "startsWith",
    "substr",
    "substring",
    "toExponential",
    "toFixed",
    "toLocaleLowerCase",
    "toLocaleUpperCase",
    "toLowerCase",
    "toPrecision",
    "toUpperCase",
    "trim",
    "trimEnd",
    "trimStart",
    "values",
];

/// Methods of other data that methods of bindings give: of streams, buffers and maps.
const GIVEN: &[&str] =
    &["cancel", "entries", "get", "getReader", "has", "keys", "pipeThrough", "pipeTo", "tee", "values"];

/// How far a path fits a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// All of it is declared.
    Declared,
    /// This many steps are declared; what follows may be anything.
    Open(usize),
    /// This many steps are declared; the next one is not there.
    Ends(usize),
}

fn find(name: &str) -> Option<&'static Type> {
    TYPES.binary_search_by(|known| known.name.cmp(name)).ok().map(|at| &TYPES[at])
}

/// How far a path fits a type of the platform, and the member that it ends with.
pub(super) fn reach(name: &str, steps: &[Step<'_>]) -> (Reach, Option<&'static Member>) {
    let mut of = Some(name);
    let mut last = None;
    for (at, step) in steps.iter().enumerate() {
        // Of what is no type of the platform's, nothing is known.
        let Some(name) = of else { return (Reach::Declared, None) };
        let Some(known) = find(name) else {
            return match steps[at..].iter().find(|step| step.called) {
                _ if !is_data(&steps[at..], GIVEN) => (Reach::Ends(at), None),
                // The language's own methods are known.
                Some(_) => (Reach::Declared, None),
                None => (Reach::Open(at), None),
            };
        };
        let Some(member) = known.members.iter().find(|member| member.name == step.name) else {
            return (if known.open { Reach::Open(at) } else { Reach::Ends(at) }, None);
        };
        if step.called && member.takes.is_none() {
            return (Reach::Ends(at), None);
        }
        of = member.gives;
        last = Some(member);
    }
    (Reach::Declared, last)
}

/// How far a path fits a plain value: a text, or anything that JSON can write.
pub(super) fn reach_of_plain(steps: &[Step<'_>]) -> Reach {
    match steps.first() {
        Some(first) if PLAIN.contains(&first.name) => Reach::Declared,
        _ if is_data(steps, &[]) => Reach::Open(0),
        _ => Reach::Ends(0),
    }
}

/// Whether data can have this: it has no methods but those of the language, some more of which are given. These can give
/// anything. Nobody calls a field of their own like the last.
fn is_data(steps: &[Step<'_>], methods: &[&str]) -> bool {
    let has = |name| PLAIN.contains(&name) || methods.contains(&name);
    let is_own = steps.first().is_none_or(|first| first.name != "connectionString");
    is_own && steps.iter().find(|step| step.called).is_none_or(|called| has(called.name))
}

/// The same path with its last step called, where that is not known.
pub(super) fn with_call<'a>(steps: &[Step<'a>]) -> Vec<Step<'a>> {
    let mut steps = steps.to_vec();
    if let Some(last) = steps.last_mut() {
        last.called = true;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_sorted_and_whole() {
        assert!(TYPES.is_sorted_by(|one, other| one.name < other.name));
        for known in TYPES {
            for member in known.members {
                let given = member.gives.is_none_or(|gives| gives == "any" || find(gives).is_some());
                assert!(given, "{}.{} gives what is not there", known.name, member.name);
            }
        }
    }

    #[test]
    fn paths_are_followed_through_what_methods_give() {
        let reach = |name, path| super::reach(name, &steps(path)).0;
        assert_eq!(reach("D1Database", "prepare().bind().raw"), Reach::Declared);
        assert_eq!(reach("D1Database", "prepare().bind().then"), Reach::Declared);
        assert_eq!(reach("D1Database", "prepare().run().results.map()"), Reach::Declared);
        assert_eq!(reach("D1Database", "prepare().iterate"), Reach::Ends(1));
        assert_eq!(reach("KVNamespace", "get().users"), Reach::Open(1));
        assert_eq!(reach("KVNamespace", "get().users.map().render()"), Reach::Declared);
        assert_eq!(reach("KVNamespace", "get().writeHttpMetadata()"), Reach::Ends(1));
        assert_eq!(reach("R2Bucket", "get().writeHttpMetadata()"), Reach::Declared);
        assert_eq!(reach("DurableObjectNamespace", "get().increment()"), Reach::Open(1));
        assert_eq!(reach("Hyperdrive", "connectionString()"), Reach::Ends(0));
        assert_eq!(reach_of_plain(&steps("split().map()")), Reach::Declared);
        assert_eq!(reach_of_plain(&steps("region")), Reach::Open(0));
        assert_eq!(reach_of_plain(&steps("prepare().all")), Reach::Ends(0));
    }
}
