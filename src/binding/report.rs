//! From what was found to [`Uses`]: who gets to each place, what is done there, and where `env` is lost sight of.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::holder::Holders;
use super::module::RUNTIME;
use super::root::CONTEXT;
use super::solver::{ActivationId, NodeId, Solver};
use super::types::Types;
use super::value::{Name, PlaceId, Sure, Value};
use super::{Access, Certainty, Escape, Reason, Use, UserId, Uses};
use super::{global, library};
use crate::compile::Import;
use crate::compile::flow::{Call, Key, Step};
use crate::graph::{ModuleId, package_name};

/// A place without its module's source, by which escapes are told apart.
type Spot = (ModuleId, u32, u32);

/// Everything that is known when nothing new arrives any more.
pub(super) fn report(mut solver: Solver<'_>) -> Uses {
    let mut escapes = BTreeMap::new();
    look_at_steps(&mut solver, &mut escapes);
    look_at_packages(&solver, &mut escapes);
    connect_packages(&mut solver);
    let reached = reached(&solver);
    let everybody = solver.tops.iter().flatten().copied().collect();
    let everybody = from(&solver, everybody);
    let graph = solver.input.graph;
    let source = |module: ModuleId| graph.module(module).object.source.clone();
    let range = |span: &Range<u32>| span.start as usize..span.end as usize;
    let mut order: Vec<usize> = (0..solver.users.len()).collect();
    order.sort_by(|one, other| solver.users[*one].cmp(&solver.users[*other]));
    let place_of: BTreeMap<usize, u32> = order.iter().copied().zip(0..).collect();
    let mut uses: Vec<Use> = Vec::new();
    for place in solver.places.iter().filter(|place| !solver.set_by_code.contains(&place.name)) {
        let users: BTreeSet<UserId> = (reached.iter().enumerate())
            .filter(|(_, reached)| place.activations.iter().any(|activation| reached.contains(activation)))
            .filter_map(|(user, _)| place_of.get(&user).map(|at| UserId(*at)))
            .collect();
        let everybody = place.activations.iter().any(|activation| everybody.contains(activation));
        uses.push(Use {
            name: solver.values.text(place.name).to_owned(),
            source: source(place.module),
            span: range(&place.span),
            certainty: match place.sure {
                Sure::Yes => Certainty::Certain,
                Sure::Likely => Certainty::Likely,
            },
            guarded: place.tested,
            users: if everybody { Vec::new() } else { users.into_iter().collect() },
            everybody,
            accesses: place.accesses.iter().cloned().collect(),
        });
    }
    uses.sort_by(|one, other| {
        let key = |one: &Use| (one.name.clone(), one.source.path().to_owned(), one.span.start);
        key(one).cmp(&key(other))
    });
    let escape = |((module, start, end), reason): (Spot, Reason)| Escape {
        source: source(module),
        span: start as usize..end as usize,
        reason,
    };
    let mut escapes: Vec<Escape> = escapes.into_iter().map(escape).collect();
    escapes.sort_by(|one, other| {
        let key = |one: &Escape| (one.source.path().to_owned(), one.span.start, one.reason.clone());
        key(one).cmp(&key(other))
    });
    let users = order.iter().map(|at| solver.users[*at].clone()).collect();
    let types = Types::of(graph, solver.input.compiler);
    Uses { users, uses, escapes, types }
}

/// Looks at every step once more, now that all values are there.
fn look_at_steps(solver: &mut Solver<'_>, escapes: &mut BTreeMap<Spot, Reason>) {
    let holders = Holders::of(solver);
    for at in 0..solver.activations.len() {
        let id = ActivationId(u32::try_from(at).unwrap_or(u32::MAX));
        let Some(reference) = solver.activations[at].function else { continue };
        let Some(function) = solver.function(reference) else { continue };
        for step in &function.steps {
            let mut lost = |span: &Range<u32>, reason: Reason| {
                escapes.entry((reference.module, span.start, span.end)).or_insert(reason);
            };
            match step {
                Step::Get { of, key, span, .. } => {
                    let of = solver.node(id, *of);
                    if has_env(solver, of) && is_dynamic(solver, id, key) {
                        lost(span, Reason::DynamicKey);
                    }
                }
                Step::Names { of, span, .. } if has_env(solver, solver.node(id, *of)) => {
                    lost(span, Reason::AllNames);
                }
                Step::Call(call) => look_at_call(solver, &holders, id, call, &mut lost),
                _ => {}
            }
        }
    }
    if solver.is_exhausted() {
        // The entry may be a module that nobody wrote.
        let user = solver.users.first().and_then(|user| solver.module(&user.file));
        let module = user.unwrap_or(solver.input.graph.entry);
        escapes.insert((module, 0, 0), Reason::UnknownCallee(None));
    }
    for (user, specifier) in std::mem::take(&mut solver.lost) {
        if let Some(module) = solver.module(&solver.users[user as usize].file) {
            let export = solver.users[user as usize].export.split('.').next().unwrap_or_default().to_owned();
            let exports = &solver.input.graph.module(module).object.exports;
            let span =
                exports.iter().find(|known| known.name == export).map_or(0..0, |known| known.span.clone());
            let [start, end] = [span.start, span.end].map(|at| u32::try_from(at).unwrap_or(u32::MAX));
            escapes.entry((module, start, end)).or_insert(Reason::UnknownCallee(Some(specifier)));
        }
    }
}

/// Packages that take `env` from the runtime themselves.
fn look_at_packages(solver: &Solver<'_>, escapes: &mut BTreeMap<Spot, Reason>) {
    for (at, module) in solver.input.graph.modules.iter().enumerate() {
        let Some(package) = package_name(&module.path) else { continue };
        let is_live = solver.input.live.get(at).is_some_and(|live| *live);
        let takes = |import: &&Import| {
            let mut names = import.names.iter().map(|(name, _)| name.as_str());
            import.specifier == RUNTIME && names.any(|name| matches!(name, "env" | "*"))
        };
        if let Some(import) = module.object.imports.iter().find(takes).filter(|_| is_live) {
            let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let spot = (ModuleId(place(at)), place(import.span.start), place(import.span.end));
            escapes.insert(spot, Reason::UnknownCallee(Some(package.to_owned())));
        }
    }
}

fn is_env(value: Value) -> bool {
    matches!(value, Value::Env(_))
}

fn has_env(solver: &Solver<'_>, node: NodeId) -> bool {
    solver.held(node).iter().any(|value| is_env(solver.values.get(*value)))
}

/// Whether a key can be a name that is not known.
fn is_dynamic(solver: &Solver<'_>, id: ActivationId, key: &Key) -> bool {
    match key {
        Key::Name(_) | Key::Super(_) | Key::Item => false,
        Key::Unknown => true,
        Key::Value(key) => {
            let held = solver.held(solver.node(id, *key));
            let is_text = |value: &super::value::ValueId| matches!(solver.values.get(*value), Value::Text(_));
            held.is_empty() || !held.iter().all(is_text)
        }
    }
}

fn look_at_call(
    solver: &mut Solver<'_>,
    holders: &Holders,
    id: ActivationId,
    call: &Call,
    lost: &mut impl FnMut(&Range<u32>, Reason),
) {
    let callees: Vec<Value> = call.callee.map_or_else(Vec::new, |callee| {
        let node = solver.node(id, callee);
        solver.held(node).iter().map(|value| solver.values.get(*value)).collect()
    });
    note_counts(solver, call, &callees);
    let is_taken = solver.is_taken(id, call);
    for (at, argument) in call.arguments.iter().enumerate() {
        let Some(slot) = argument.value else { continue };
        let node = solver.node(id, slot);
        let gives_env = holders.are_in(solver, node);
        if gives_env && !is_taken {
            lost(&call.span, Reason::UnknownCallee(None));
        }
        for callee in &callees {
            match callee {
                Value::Package(specifier, path) => {
                    let specifier = solver.values.text(*specifier).to_owned();
                    let path = solver.values.text(*path).to_owned();
                    if gives_env && !library::is_known(&specifier) {
                        lost(&call.span, Reason::UnknownCallee(Some(specifier.clone())));
                    }
                    note_fields(solver, node, (&specifier, &path));
                    note_argument(solver, node, Access::Argument(specifier, path));
                }
                Value::Global(path) => {
                    let path = solver.values.text(*path).to_owned();
                    if global::takes_text(&path) {
                        note_argument(solver, node, Access::AsText);
                    }
                    let is_direct = has_env(solver, node);
                    if is_direct && global::lists_names(&path) {
                        lost(&call.span, Reason::AllNames);
                    } else if gives_env && !global::is_harmless(&path) && !global::lists_names(&path) {
                        let name = (!path.starts_with(CONTEXT)).then_some(path);
                        lost(&call.span, Reason::UnknownCallee(name));
                    }
                }
                Value::Part(place, path) => {
                    let method = solver.values.text(*path).to_owned();
                    note_options(solver, *place, &method, at, node);
                }
                _ => {}
            }
        }
    }
}

/// A binding is given to a function whose workings are known by its name.
fn note_argument(solver: &mut Solver<'_>, node: NodeId, access: Access) {
    for value in solver.held(node).to_vec() {
        if let Value::Binding(place) = solver.values.get(value) {
            solver.place(place).accesses.insert(access.clone());
        }
    }
}

/// Methods of bindings are given so many arguments.
fn note_counts(solver: &mut Solver<'_>, call: &Call, callees: &[Value]) {
    if call.arguments.iter().any(|argument| argument.is_spread) {
        return;
    }
    for callee in callees {
        if let Value::Part(place, path) = callee {
            let method = solver.values.text(*path).to_owned();
            solver.place(*place).accesses.insert(Access::Count(method, call.arguments.len()));
        }
    }
}

/// The same for one that is given in an object: `createWorkersAI({ binding: env.AI })`.
fn note_fields(solver: &mut Solver<'_>, node: NodeId, (specifier, path): (&str, &str)) {
    for value in solver.held(node).to_vec() {
        if !matches!(solver.values.get(value), Value::Object(..)) {
            continue;
        }
        for name in solver.names(value) {
            let field = solver.field(value, name);
            let path = format!("{path}.{}", solver.values.text(name));
            note_argument(solver, field, Access::Argument(specifier.to_owned(), path));
        }
    }
}

/// A method of a binding is given constants, or objects with keys.
fn note_options(solver: &mut Solver<'_>, place: PlaceId, method: &str, at: usize, node: NodeId) {
    for value in solver.held(node).to_vec() {
        match solver.values.get(value) {
            Value::Text(text) => {
                let text = solver.values.text(text).to_owned();
                solver.place(place).accesses.insert(Access::Text(method.to_owned(), at, text));
            }
            Value::Object(..) => {
                for name in solver.names(value) {
                    let name = solver.values.text(name).to_owned();
                    if name != "*" {
                        solver.place(place).accesses.insert(Access::Option(method.to_owned(), at, name));
                    }
                }
            }
            _ => {}
        }
    }
}

/// What a package was given while modules were evaluated it calls when something of it is called.
fn connect_packages(solver: &mut Solver<'_>) {
    let names: Vec<(Name, ActivationId)> = solver.all_packages();
    let package = |solver: &Solver<'_>, name: Name| {
        let text = solver.values.text(name);
        text.split(' ').next().unwrap_or(text).to_owned()
    };
    for (caller, entered) in std::mem::take(&mut solver.entered) {
        for (name, id) in &names {
            if package(solver, *name) == entered {
                solver.calls(caller, *id);
            }
        }
    }
    let called: BTreeSet<ActivationId> =
        solver.activations.iter().flat_map(|activation| activation.calls.iter().copied()).collect();
    for (name, id) in names.iter().filter(|(_, id)| !called.contains(id)) {
        for (other, from) in &names {
            if from != id && package(solver, *other) == package(solver, *name) {
                solver.calls(*from, *id);
            }
        }
    }
}

/// For each user, whom it reaches.
fn reached(solver: &Solver<'_>) -> Vec<BTreeSet<ActivationId>> {
    let wrapped = |starts: &Vec<ActivationId>| starts.iter().chain(&solver.wrappers).copied().collect();
    solver.starts.iter().map(|starts| from(solver, wrapped(starts))).collect()
}

fn from(solver: &Solver<'_>, starts: Vec<ActivationId>) -> BTreeSet<ActivationId> {
    let mut reached: BTreeSet<ActivationId> = starts.iter().copied().collect();
    let mut next = starts;
    while let Some(id) = next.pop() {
        for callee in &solver.activations[id.0 as usize].calls {
            if reached.insert(*callee) {
                next.push(*callee);
            }
        }
    }
    reached
}
