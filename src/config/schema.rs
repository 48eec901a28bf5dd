//! Everything that is known about configuration keys, as data: their shapes, what environments inherit, what
//! a build does with them, and which of them declare bindings.
//!
//! One table serves validation, inheritance, the list of bindings and the file written for the deployer. A
//! test holds it against the schema that wrangler ships, so a key that wrangler learns fails the test here.

mod kinds;
mod spoken;
mod table;

pub(crate) use kinds::{BindingKind, KINDS, Place};
pub(crate) use spoken::{SECRETS, key_of, names, spoken};
pub use table::KEYS;

/// What a value must look like.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Anything at all.
    Any,
    /// JSON's `null`, where it means something.
    Null,
    /// `true` or `false`.
    Bool,
    /// An integer or a float.
    Number,
    /// A string.
    String,
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// A list of such values.
    List(&'static Shape),
    /// A table with any keys and such values.
    Map(&'static Shape),
    /// A table with these keys.
    Table(&'static [Field]),
    /// A table with these keys and any others.
    Open(&'static [Field]),
    /// One of several shapes, of which no two begin with the same kind of value.
    Either(&'static [Shape]),
    /// A table with the keys that an environment may have.
    Environment,
    /// A table with the keys that `previews` may have.
    Previews,
}

/// A key of a nested table.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Whether the table makes no sense without it.
    pub required: bool,
    /// What its value must look like.
    pub shape: Shape,
}

/// A key of the file's top level.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What its value must look like.
    pub shape: Shape,
    /// Where it may stand and whether environments inherit it.
    pub scope: Scope,
    pub(crate) effect: Effect,
}

/// Where a key may stand, and what an environment that lacks it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Top level and environments; an environment without it takes the top level's.
    Inherited,
    /// Top level and environments; an environment without it has none.
    Own,
    /// Top level only; holds for every environment.
    Top,
}

/// What a build does with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Handed on to the deployer.
    Carried,
    /// A field of `Project` of its own.
    Resolved,
    /// Means nothing to a build.
    Ignored,
    /// Would change the result, but is not acted on: a warning with this advice.
    Unsupported(&'static str),
    /// Belongs to a kind of worker that is not built: an error with this advice.
    Refused(&'static str),
}

/// Looks up a top-level key.
pub(crate) fn key(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

impl Key {
    /// Whether the key may stand in an environment.
    pub(crate) fn in_environment(&self) -> bool {
        self.scope != Scope::Top
    }

    /// Whether the key may stand in `previews`.
    pub(crate) fn in_previews(&self) -> bool {
        self.scope == Scope::Own
            || matches!(self.name, "cache" | "limits" | "logpush" | "observability" | "placement")
    }
}
