//! What cannot be bound: imports and re-exports of names that are not there, or that are there twice.

use std::collections::BTreeSet;

use super::bind::{Binder, Resolved, Trail};
use crate::compile::{Binding, Format, Reference, SOURCE};
use crate::diagnostic::{Code, Diagnostic};
use crate::graph::{ModuleId, Target};

/// All of them. Modules that did not compile may export anything.
pub(super) fn problems(binder: &Binder<'_>) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for id in binder.graph.ids() {
        let object = binder.object(id);
        for (at, import) in object.imports.iter().enumerate() {
            // Whether a module has a source was asked when it was found.
            for (name, span) in import.names.iter().filter(|(name, _)| name != SOURCE) {
                if let Some(problem) = problem(binder, (id, at, name), false) {
                    problems.push(problem.at(&object.source, span.clone(), "imported here"));
                }
            }
        }
        for export in &object.exports {
            if let Some(Binding::From(at, name)) = object.bindings.get(&export.name)
                && let Some(problem) = problem(binder, (id, *at, name), true)
            {
                problems.push(problem.at(&object.source, export.span.clone(), "re-exported here"));
            }
        }
    }
    for problem in &mut problems {
        // The place of the mistake comes before the way to it.
        problem.labels.rotate_right(1);
    }
    problems
}

/// What is wrong with an import: a module, an index into its imports, and the name there.
fn problem(binder: &Binder<'_>, asked: (ModuleId, usize, &str), passed_on: bool) -> Option<Diagnostic> {
    let (id, at, name) = asked;
    let mut trail = Trail::default();
    match binder.import(id, at, name, &mut trail) {
        Resolved::Missing if !trail.unknown && !may_be_type(binder, asked, passed_on) => {
            Some(missing(binder, asked))
        }
        Resolved::CommonJs(target, name, _)
            if binder.is_data(target)
                && name != "*"
                && binder.object(target).exports.iter().all(|export| export.name != name) =>
        {
            Some(missing(binder, asked))
        }
        Resolved::Ambiguous if !may_be_type(binder, asked, passed_on) => Some(ambiguous(binder, asked)),
        _ => None,
    }
}

/// Whether an import is only passed on by a TypeScript file: then it can be a type, which the file alone does not
/// tell, and which is gone from the other module.
fn may_be_type(binder: &Binder<'_>, (id, import, name): (ModuleId, usize, &str), passed_on: bool) -> bool {
    let object = binder.object(id);
    let typescript = [".ts", ".tsx", ".mts", ".cts"];
    let is_same = |symbol: &Reference| match symbol {
        Reference::Symbol(symbol) => {
            matches!(&object.symbols[symbol.0 as usize].import, Some((at, known)) if *at == import && known == name)
        }
        _ => false,
    };
    typescript.iter().any(|extension| object.source.path().ends_with(extension))
        && (passed_on
            || !object.parts.iter().flat_map(|part| &part.relocations).any(|place| is_same(&place.target)))
}

fn missing(binder: &Binder<'_>, (id, import, name): (ModuleId, usize, &str)) -> Diagnostic {
    let specifier = &binder.object(id).imports[import].specifier;
    let message = format!("`{specifier}` does not export `{name}`");
    let mut problem = Diagnostic::error(Code::MissingExport, message);
    // Where the name was lost: the module that is asked for it last, and the one before that.
    let (mut name, mut at) = (name, (id, import));
    let mut seen = BTreeSet::new();
    while let Target::Module(target) = binder.module(at.0).targets[at.1]
        && seen.insert((target, name))
        && let Some(Binding::From(next, original)) = binder.object(target).bindings.get(name)
    {
        problem = exported(binder, problem, (target, name), "passed on here");
        (name, at) = (original.as_str(), (target, *next));
    }
    let last = binder.object(at.0);
    if at != (id, import) {
        problem.message += &format!(
            ": `{}` has no `{name}`, which `{}` passes on",
            last.imports[at.1].specifier,
            last.source.path()
        );
    }
    let Target::Module(target) = binder.module(at.0).targets[at.1] else { return problem };
    let object = binder.object(target);
    for star in &object.stars {
        let import = &object.imports[*star];
        problem = problem.at(&object.source, import.span.clone(), format!("does not export `{name}` either"));
    }
    let known: BTreeSet<&str> = match object.format {
        Format::Module => binder.export_names(target),
        Format::CommonJs => object.exports.iter().map(|export| export.name.as_str()).collect(),
    };
    let near = known.iter().filter(|known| strsim::damerau_levenshtein(known, name) <= 1 + name.len() / 4);
    let nearest = near.min_by_key(|known| strsim::damerau_levenshtein(known, name));
    problem.help(match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None if known.is_empty() => "the module exports nothing".to_owned(),
        None => {
            let list: Vec<String> = known.iter().take(8).map(|name| format!("`{name}`")).collect();
            let more = if known.len() > list.len() { " and more" } else { "" };
            format!("the module exports {}{more}", list.join(", "))
        }
    })
}

fn ambiguous(binder: &Binder<'_>, (id, import, name): (ModuleId, usize, &str)) -> Diagnostic {
    let specifier = &binder.object(id).imports[import].specifier;
    let Some((module, name, stars)) = fork(binder, (id, import), name) else {
        let message = format!("`{specifier}` has more than one export `{name}`");
        return Diagnostic::error(Code::AmbiguousExport, message);
    };
    let object = binder.object(module);
    let message = format!(
        "`{}` re-exports two modules whole that both export `{name}`: `{}` and `{}`",
        object.source.path(),
        object.imports[stars[0]].specifier,
        object.imports[stars[1]].specifier
    );
    let mut problem = Diagnostic::error(Code::AmbiguousExport, message);
    for (star, text) in stars.into_iter().zip(["it comes from here", "and from here"]) {
        problem = problem.at(&object.source, object.imports[star].span.clone(), text);
        if let Resolved::Symbol(owner, symbol) = binder.import(module, star, name, &mut Trail::default()) {
            problem = exported(binder, problem, (owner, binder.export_name(owner, symbol)), "exported here");
        }
    }
    problem.help("import it from the module that is meant, or re-export it by name")
}

/// The module that passes on two of a name whole, the name there, and the two imports that it comes from.
fn fork<'a>(
    binder: &Binder<'a>,
    mut at: (ModuleId, usize),
    mut name: &'a str,
) -> Option<(ModuleId, &'a str, [usize; 2])> {
    let mut seen = BTreeSet::new();
    while let Target::Module(target) = binder.module(at.0).targets[at.1] {
        if !seen.insert((target, name)) {
            return None;
        }
        let object = binder.object(target);
        match object.bindings.get(name) {
            Some(Binding::From(next, original)) => (name, at) = (original, (target, *next)),
            Some(Binding::Local(symbol)) => {
                let (next, original) = object.symbols[symbol.0 as usize].import.as_ref()?;
                (name, at) = (original, (target, *next));
            }
            None => {
                let ask = |star: usize| (star, binder.import(target, star, name, &mut Trail::default()));
                let found: Vec<(usize, Resolved)> = object
                    .stars
                    .iter()
                    .map(|star| ask(*star))
                    .filter(|(_, found)| *found != Resolved::Missing)
                    .collect();
                if let Some((star, _)) = found.iter().find(|(_, found)| *found == Resolved::Ambiguous) {
                    at = (target, *star);
                    continue;
                }
                let first = found.first()?;
                let second = found.iter().find(|(_, found)| *found != first.1)?;
                return Some((target, name, [first.0, second.0]));
            }
        }
    }
    None
}

/// Adds the place where a module exports a name, when it is written there.
fn exported(
    binder: &Binder<'_>,
    problem: Diagnostic,
    (module, name): (ModuleId, &str),
    text: &str,
) -> Diagnostic {
    let object = binder.object(module);
    match object.exports.iter().find(|export| export.name == name) {
        Some(export) => problem.at(&object.source, export.span.clone(), text),
        None => problem,
    }
}
