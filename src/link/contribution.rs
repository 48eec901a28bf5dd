//! The link map: what of each module is in the linked text, and where.
//!
//! The writer notes whose text comes next whenever that changes, and nothing else; what is asked about it is worked out
//! when it is asked. Every byte of the text belongs to one module or to the linker, so sizes add up.

use std::ops::Range;

use super::shake::Live;
use crate::compile::{Binding, Format, ImportKind, Object};
use crate::graph::ModuleId;

/// What became of the modules of a graph in the linked text.
#[derive(Clone, Debug, Default)]
pub struct LinkMap {
    /// For each module of the graph, in its order.
    pub modules: Vec<Contribution>,
    /// The modules of the runtime that the text imports, each specifier and kind once, sorted.
    pub externals: Vec<(String, ImportKind)>,
    /// Whose text starts where, by place. Each goes on to the start of the next.
    pieces: Vec<Piece>,
    /// Bytes of the linked text.
    size: usize,
}

/// What of a module is in the linked text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// Whether the module is evaluated at all.
    pub live: bool,
    /// For each part of its object, whether it is there.
    pub parts: Vec<bool>,
}

impl Contribution {
    /// Bytes of the module's compiled text that were left out.
    pub fn dropped(&self, object: &Object) -> usize {
        object
            .parts
            .iter()
            .zip(&self.parts)
            .filter(|(_, live)| !**live)
            .map(|(part, _)| part.text.len())
            .sum()
    }

    /// What a module exports of its own, in the order of names, and whether the text has it. Names that it only passes
    /// on are other modules' exports. Of CommonJS nothing is known.
    pub fn exports<'a>(&'a self, object: &'a Object) -> impl Iterator<Item = (&'a str, bool)> {
        let own = object.bindings.iter().filter(|_| object.format == Format::Module);
        own.filter_map(|(name, binding)| {
            let Binding::Local(symbol) = binding else { return None };
            let mut parts = object.parts.iter().zip(&self.parts);
            Some((name.as_str(), parts.any(|(part, live)| *live && part.declares.contains(symbol))))
        })
    }
}

/// Where the text of a module or of the linker starts.
#[derive(Clone, Copy, Debug)]
struct Piece {
    module: Option<ModuleId>,
    start: usize,
}

impl LinkMap {
    /// The map of a text that is one module and nothing else.
    pub fn of_one(object: &Object, externals: Vec<(String, ImportKind)>, size: usize) -> Self {
        let whole = Contribution { live: true, parts: vec![true; object.parts.len()] };
        let piece = Piece { module: Some(ModuleId(0)), start: 0 };
        Self { modules: vec![whole], externals, pieces: vec![piece], size }
    }

    /// The pieces of the text in order: whose it is, `None` for the linker's own, and where.
    pub fn pieces(&self) -> impl Iterator<Item = (Option<ModuleId>, Range<usize>)> {
        let ends = self.pieces.iter().skip(1).map(|next| next.start).chain([self.size]);
        self.pieces.iter().zip(ends).map(|(piece, end)| (piece.module, piece.start..end))
    }

    /// Bytes that each module has in the text, and those of the linker's own.
    pub fn sizes(&self) -> (Vec<usize>, usize) {
        let (mut sizes, mut own) = (vec![0; self.modules.len()], 0);
        for (module, range) in self.pieces() {
            *module.map_or(&mut own, |module| &mut sizes[module.0 as usize]) += range.len();
        }
        (sizes, own)
    }
}

/// Notes whose text is written while it is.
#[derive(Default)]
pub(super) struct Pieces(Vec<Piece>);

impl Pieces {
    /// What is written from `start` on belongs to a module, or to the linker.
    pub(super) fn start(&mut self, module: Option<ModuleId>, start: usize) {
        match self.0.last_mut() {
            Some(last) if last.module == module => {}
            Some(last) if last.start == start => last.module = module,
            _ => self.0.push(Piece { module, start }),
        }
    }

    /// The map of the whole text.
    pub(super) fn into_map(self, live: &Live, externals: Vec<(String, ImportKind)>, size: usize) -> LinkMap {
        let modules = live.modules.iter().zip(&live.parts);
        let modules = modules.map(|(live, parts)| Contribution { live: *live, parts: parts.clone() });
        LinkMap { modules: modules.collect(), externals, pieces: self.0, size }
    }
}
