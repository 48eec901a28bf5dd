//! Where the values of a module go: what is kept of its tree so that values can be followed without it.
//!
//! A module's plain tree comes in, a [`Flow`] comes out: one list of simple steps a function, in which every value that could
//! matter has a slot. Order, branches and numbers are gone; who copies, reads, writes and calls what is left. What the
//! steps amount to is worked out elsewhere, across modules.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use swc_core::ecma::ast::Module;

use super::parse::Session;
use super::transform::Marks;
use super::{Format, ImportKind};

mod class;
mod expression;
mod pattern;
mod statement;
mod walk;

/// The steps of a module.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Flow {
    /// The first is the module's top level; every other one comes after the one that it stands in.
    pub functions: Vec<Function>,
    /// The classes.
    pub classes: Vec<Class>,
    /// The modules that are asked for: specifier and kind, each once.
    pub requests: Vec<(String, ImportKind)>,
    /// The exports that are values of the top level.
    pub exports: Vec<(String, Slot)>,
    /// The exports that are other modules': name, an index into `requests`, and the name there (`*` for the namespace).
    pub passed_on: Vec<(String, u32, String)>,
    /// `export * from`: indices into `requests`.
    pub stars: Vec<u32>,
    /// Of CommonJS, what stands for `module`.
    pub module: Option<Slot>,
}

/// A value's place: in each activation of a function a different one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot {
    /// An index into [`Flow::functions`]: the one that has the slot, which is around the step or has the step.
    pub function: u32,
    /// Which one.
    pub index: u32,
}

/// A function's steps.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Function {
    /// The function that it stands in, an index into [`Flow::functions`].
    pub parent: u32,
    /// Whether `this` is its own; of arrow functions it is that of the one around.
    pub has_this: bool,
    /// How many slots it has, [`Function::THIS`] and [`Function::RESULT`] among them.
    pub slots: u32,
    /// How many parameters it has, the rest excluded.
    pub parameters: u32,
    /// The slot of the first parameter; the others follow.
    pub first: u32,
    /// The names of parameters that are plain names.
    pub names: Vec<(u32, String)>,
    /// The names of properties that are taken out of parameters.
    pub taken: Vec<(u32, String)>,
    /// Slots for lists of arguments, and the first argument in each: rest parameters, and `arguments`.
    pub lists: Vec<(u32, u32)>,
    /// What it does, in the order of the text.
    pub steps: Vec<Step>,
}

impl Function {
    /// The slot of `this`.
    pub const THIS: u32 = 0;
    /// The slot of what is returned.
    pub const RESULT: u32 = 1;
    /// How many slots every function has.
    const USUAL: u32 = 2;

    /// The slot of a parameter.
    pub fn parameter(&self, at: u32) -> Option<u32> {
        (at < self.parameters).then_some(self.first + at)
    }
}

/// A class.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Class {
    /// What it extends.
    pub parent: Option<Slot>,
    /// Whether it extends anything, known or not.
    pub extends: bool,
    /// Its constructor, an index into [`Flow::functions`].
    pub constructor: Option<u32>,
    /// What gives its instances their fields, likewise.
    pub fields: Option<u32>,
    /// What gives the class itself its fields, likewise.
    pub statics: Option<u32>,
    /// Its methods and accessors.
    pub members: Vec<Member>,
}

/// A method or an accessor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Member {
    /// Its name, `#name` where it is private.
    pub name: String,
    /// An index into [`Flow::functions`].
    pub function: u32,
    /// Whether it belongs to the class and not to its instances.
    pub is_static: bool,
    /// Whether reading it calls it.
    pub is_getter: bool,
}

/// Something that is done with values.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Step {
    /// `to` may hold what `from` holds.
    Copy {
        /// What is written.
        to: Slot,
        /// What is read.
        from: Slot,
    },
    /// `to` may hold something of which nothing is known.
    Unknown(Slot),
    /// A constant text, or a number as text.
    Text(Slot, String),
    /// Texts behind each other.
    Concat(Slot, Vec<Slot>),
    /// A new object.
    Object(Slot),
    /// A function of [`Flow::functions`].
    Function(Slot, u32),
    /// A class of [`Flow::classes`].
    Class(Slot, u32),
    /// What another module exports: an index into [`Flow::requests`], and the name there (`*` for the namespace).
    Request(Slot, u32, String),
    /// A name that the module does not declare.
    Global(Slot, String),
    /// A property is read.
    Get {
        /// What is written.
        to: Slot,
        /// The object.
        of: Slot,
        /// Which property.
        key: Key,
        /// Where the key stands in the file.
        span: Range<u32>,
    },
    /// A property is written.
    Set {
        /// The object.
        of: Slot,
        /// Which property.
        key: Key,
        /// What is read.
        value: Slot,
    },
    /// The object that is being written down has a property of this name, whatever it gets from others before.
    Own(Slot, String),
    /// All properties, or all items, of one object are given to another.
    Spread {
        /// What is written.
        to: Slot,
        /// What is read.
        from: Slot,
        /// Where.
        span: Range<u32>,
    },
    /// The names of an object's properties, one after the other.
    Names {
        /// What is written.
        to: Slot,
        /// The object.
        of: Slot,
        /// Where.
        span: Range<u32>,
    },
    /// Something is called.
    Call(Box<Call>),
    /// The value is asked whether it is there.
    Test(Slot),
    /// The value is used as text.
    AsText(Slot),
}

/// A call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Call {
    /// What is written.
    pub to: Slot,
    /// What is called; `None` where nothing is known of it.
    pub callee: Option<Slot>,
    /// The object whose method it is.
    pub this: Option<Slot>,
    /// The arguments; `None` where nothing is known of one.
    pub arguments: Vec<Argument>,
    /// How it is called.
    pub manner: Manner,
    /// Where.
    pub span: Range<u32>,
}

/// How something is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Manner {
    /// As a function.
    Plain,
    /// By `new`.
    New,
    /// By `super()`: the class is the callee's, and `this` is the instance.
    Super,
}

/// An argument of a call.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Argument {
    /// What is given; `None` where nothing is known of it.
    pub value: Option<Slot>,
    /// Whether its items are given instead.
    pub is_spread: bool,
}

/// Which property is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Key {
    /// The one of this name; private ones start with `#`.
    Name(String),
    /// The one of this name that the class would have if it had none itself.
    Super(String),
    /// The one whose name is the value.
    Value(Slot),
    /// Any that is an item: of a list, a map, an iterator.
    Item,
    /// Nothing is known of it.
    Unknown,
}

/// The flow of a module in plain JavaScript.
pub(super) fn flow(session: &Session, module: &Module, marks: Marks, format: Format) -> Flow {
    walk::walk(session, module, marks, format)
}
