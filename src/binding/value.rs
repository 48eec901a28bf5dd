//! What a slot can hold, as far as it matters to where `env` goes. Each value has one id, so that sets of them are small.

use rustc_hash::FxHashMap;

use super::solver::ActivationId;
use crate::graph::ModuleId;

/// An index into [`Values`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ValueId(pub(super) u32);

/// An index into the texts of [`Values`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Name(pub(super) u32);

/// A place that reads a name of `env`: an index into the solver's places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PlaceId(pub(super) u32);

/// A function of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FunctionRef {
    pub(super) module: ModuleId,
    pub(super) function: u32,
}

/// A step of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct StepRef {
    pub(super) function: FunctionRef,
    pub(super) step: u32,
}

/// What a slot can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Value {
    /// Something of which nothing is known.
    Unknown,
    /// `env`, as sure as that.
    Env(Sure),
    /// `process.env`, which has the texts of `env`.
    ProcessEnv,
    /// What stands behind a name of `env`, as read at a place.
    Binding(PlaceId),
    /// What is reached from that: members, and what methods return.
    Part(PlaceId, Name),
    /// A constant text.
    Text(Name),
    /// An object that a step makes.
    Object(StepRef, ActivationId),
    /// An object that the platform or a library makes.
    Made(Made),
    /// A function with the activation that it stands in, and the object that it was read of.
    Closure(FunctionRef, ActivationId, Option<ReceiverId>),
    /// A class with the activation that it stands in.
    Class(ModuleId, u32, ActivationId),
    /// An object of a class, by the step and the activation that make it.
    Instance(ModuleId, u32, ActivationId, StepRef, ActivationId),
    /// An object of a class that the platform, or a library, makes.
    Hosted(ModuleId, u32, ActivationId),
    /// The namespace of a module.
    Module(ModuleId),
    /// Something of a package or of the runtime: the specifier, and the way to it.
    Package(Name, Name),
    /// A name of the global scope and members of it.
    Global(Name),
    /// A method that values have of themselves.
    Method(ReceiverId, Name),
}

/// Whether something is sure to be `env`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Sure {
    Yes,
    /// A library's habits say so.
    Likely,
}

/// Objects that no step makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Made {
    /// What handlers of routes get.
    Context,
    /// Its `data`.
    Data,
    /// What has `env` as a property, likely.
    Holder,
    /// What Hono gives to handlers.
    Hono,
    /// What is set on it.
    HonoVariables,
    /// What tRPC gives to procedures.
    Trpc,
    /// The result of a call of a builtin function.
    Result(StepRef, ActivationId),
    /// One item of such a result.
    Pair(StepRef, ActivationId),
    /// A map that a call makes: its items are values, and what is told of it are pairs.
    Map(StepRef, ActivationId),
    /// A list of arguments of an activation.
    Rest(ActivationId, u32),
}

/// The value that a method is one of.
pub(super) type ReceiverId = ValueId;

/// All values and texts.
#[derive(Default)]
pub(super) struct Values {
    values: Vec<Value>,
    ids: FxHashMap<Value, ValueId>,
    texts: Vec<String>,
    names: FxHashMap<String, Name>,
}

impl Values {
    pub(super) fn id(&mut self, value: Value) -> ValueId {
        if let Some(id) = self.ids.get(&value) {
            return *id;
        }
        let id = ValueId(u32::try_from(self.values.len()).unwrap_or(u32::MAX));
        self.values.push(value);
        self.ids.insert(value, id);
        id
    }

    /// All values, in the order in which they came up.
    pub(super) fn all(&self) -> impl Iterator<Item = ValueId> + use<> {
        (0..u32::try_from(self.values.len()).unwrap_or(u32::MAX)).map(ValueId)
    }

    pub(super) fn get(&self, id: ValueId) -> Value {
        self.values[id.0 as usize]
    }

    pub(super) fn name(&mut self, text: &str) -> Name {
        if let Some(name) = self.names.get(text) {
            return *name;
        }
        let name = Name(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        self.texts.push(text.to_owned());
        self.names.insert(text.to_owned(), name);
        name
    }

    pub(super) fn text(&self, name: Name) -> &str {
        &self.texts[name.0 as usize]
    }
}

impl Value {
    /// Whether it is an object whose properties are known by who writes them.
    pub(super) fn has_fields(self) -> bool {
        matches!(
            self,
            Self::Object(..)
                | Self::Made(_)
                | Self::Instance(..)
                | Self::Hosted(..)
                | Self::Class(..)
                | Self::Closure(..)
        )
    }
}
