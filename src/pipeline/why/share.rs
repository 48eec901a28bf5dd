//! What of a module is in the worker, and what keeps it there.

use crate::compile::{Binding, Format, Part};
use crate::graph::ModuleId;
use crate::link::Cause;

use super::{Asked, is_generated};

/// What of a module is in the worker.
#[derive(Clone, Debug)]
pub struct Share {
    /// Bytes of it in the linked text; `None` where errors kept it from being linked.
    pub bytes: Option<usize>,
    /// Bytes of the file.
    pub source_bytes: usize,
    /// Why it is evaluated, or why it is not, in words.
    pub reason: String,
    /// Whether it is.
    pub evaluated: bool,
    /// The statements that are live, what keeps each, in words, and the bytes of its compiled text.
    pub statements: Vec<(String, String, usize)>,
    /// How many statements it has.
    pub all: usize,
}

impl Asked<'_> {
    /// What of a module is in the worker.
    pub(super) fn share(&self, id: ModuleId) -> Share {
        let module = self.graph.module(id);
        let at = id.0 as usize;
        let cause = self.causes.modules[at];
        let parts = module.object.parts.iter().zip(&self.causes.parts[at]);
        let live = parts.filter_map(|(part, cause)| {
            let cause = (*cause)?;
            Some((self.named(id, part), self.part_reason(id, part, cause), part.text.len()))
        });
        Share {
            bytes: self.sizes.as_ref().map(|sizes| sizes[at]),
            source_bytes: module.object.source.text().len(),
            evaluated: cause.is_some(),
            reason: match cause {
                Some(cause) => self.module_reason(id, cause),
                None => self.dead_reason(id),
            },
            statements: live.collect(),
            all: module.object.parts.len(),
        }
    }

    /// What a part is: the names that it declares, or where it stands.
    fn named(&self, id: ModuleId, part: &Part) -> String {
        let object = &self.graph.module(id).object;
        let default = object.bindings.get("default");
        let names = part.declares.iter().map(|symbol| match default {
            Some(Binding::Local(default)) if default == symbol => "the default export".to_owned(),
            _ => format!("`{}`", object.symbols[symbol.0 as usize].name),
        });
        let names: Vec<String> = names.collect();
        match self.place_of(id, part) {
            _ if !names.is_empty() => names.join(", "),
            Some(place) => format!("statement at {place}"),
            None => "all of it".to_owned(),
        }
    }

    fn place_of(&self, id: ModuleId, part: &Part) -> Option<String> {
        let module = self.graph.module(id);
        let point = part.mappings.iter().next()?;
        let (line, column) = module.object.source.line_and_column(point.source as usize);
        Some(format!("{}:{line}:{column}", module.path))
    }

    fn part_reason(&self, id: ModuleId, part: &Part, cause: Cause) -> String {
        match cause {
            Cause::Entry => "exported by the worker".to_owned(),
            Cause::Effects => match self.place_of(id, part) {
                Some(place) if !part.declares.is_empty() => {
                    format!("evaluating it can be noticed, at {place}")
                }
                _ => "evaluating it can be noticed".to_owned(),
            },
            cause => format!("used {}", self.place(cause)),
        }
    }

    fn module_reason(&self, id: ModuleId, cause: Cause) -> String {
        let whole = match self.graph.module(id).object.format {
            Format::CommonJs => "; it is CommonJS, which is kept whole",
            Format::Module => "",
        };
        let cause = self.written(cause);
        match cause {
            Cause::Import { by, .. } | Cause::Use { by, .. } if is_generated(&self.graph.module(by).path) => {
                format!("the worker starts from it{whole}")
            }
            Cause::Entry | Cause::Effects => format!("the worker starts from it{whole}"),
            Cause::Import { .. } => {
                let effects = self.effects(id).map_or_else(String::new, |effects| format!(" ({effects})"));
                format!("evaluated for its import {}{effects}{whole}", self.place(cause))
            }
            Cause::Use { .. } => format!("evaluated for its use {}{whole}", self.place(cause)),
        }
    }

    fn dead_reason(&self, id: ModuleId) -> String {
        match self.effects(id) {
            Some(effects) if !self.graph.module(id).effects => {
                format!("not in the worker: nothing of it is used, and its package says {effects}")
            }
            _ => "not in the worker: no module that is evaluated imports it".to_owned(),
        }
    }

    /// What a module's package says of effects.
    fn effects(&self, id: ModuleId) -> Option<&'static str> {
        Some(self.code.resolver.manifest(&self.file(id)?)?.effects)
    }

    /// The first cause that stands in a file, where the worker does not start from it: what a generated module asks for,
    /// those ask for that ask for the module.
    fn written(&self, cause: Cause) -> Cause {
        match cause {
            Cause::Import { by, .. } | Cause::Use { by, .. } if is_generated(&self.graph.module(by).path) => {
                match self.causes.modules[by.0 as usize] {
                    Some(further @ (Cause::Import { .. } | Cause::Use { .. })) => self.written(further),
                    _ => cause,
                }
            }
            cause => cause,
        }
    }

    /// Where a cause stands.
    fn place(&self, cause: Cause) -> String {
        let cause = self.written(cause);
        let (Cause::Import { by, .. } | Cause::Use { by, .. }) = cause else { return String::new() };
        let path = &self.graph.module(by).path;
        if is_generated(path) {
            return "by the worker's entry".to_owned();
        }
        match cause.place(self.graph) {
            Some((source, at)) => {
                let (line, column) = source.line_and_column(at);
                format!("at {path}:{line}:{column}")
            }
            None => format!("in {path}"),
        }
    }
}
