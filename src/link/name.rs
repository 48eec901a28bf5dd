//! Names for everything that stands at the top level of the linked module.
//!
//! A name keeps what its module calls it where it can. It must not be one that any module takes from the global scope,
//! nor one that a scope inside of a module declares which speaks of it: there it would mean something else.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::Output;
use super::bind::{Binder, Found, Resolved};
use super::order::{self, Plan};
use super::runtime::Helper;
use super::shake::Live;
use super::table::Table;
use super::text::{readable, short};
use crate::compile::{Format, ImportKind, Reference, Relocation, SOURCE, SymbolId};
use crate::graph::{ModuleId, Target};

/// Something that has a name at the top level of the linked module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Entity {
    /// A name of a module whose text stands there too.
    Symbol(ModuleId, SymbolId),
    /// What a module that waits exports, for other modules' text.
    Exports(ModuleId),
    /// The object of a module's exports.
    Namespace(ModuleId),
    /// What a CommonJS module exports, as an importer sees it: by Node's rules or by those of bundlers.
    Interop(ModuleId, bool),
    /// The function that evaluates a module which waits: it gives `module.exports`, or nothing, or a promise.
    Start(ModuleId),
    /// The function that gives a module of the standard to those who require it.
    Require(ModuleId),
    /// The function behind `import()` of a module, for importers of either kind.
    Load(ModuleId, bool),
    /// An import from the runtime: specifier and name (`*` for the namespace).
    External(String, String),
    /// The function that requires a module of the runtime.
    RequireExternal(String),
    /// The function behind `import()` of a module of the runtime.
    LoadExternal(String),
    /// A function of the linker's own.
    Helper(Helper),
}

/// What stands in the place of a relocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A name of the module's own function.
    Own(SymbolId),
    /// A name of the top level.
    Entity(Entity),
    /// A property of one.
    Property(Entity, String),
    /// A value that does not exist.
    Nothing,
    /// A function that fails to find the module of this specifier: at once, or by the promise that it returns.
    Missing(String, ImportKind),
}

/// The names that were chosen.
pub(super) struct Names(Table<String>);

impl Names {
    /// The name of an entity; those that were never asked for have none.
    pub(super) fn get(&self, entity: &Entity) -> Option<&str> {
        self.0.get(entity).map(String::as_str)
    }

    /// All entities that have names, but for those of modules' own.
    pub(super) fn entities(&self) -> impl Iterator<Item = (&Entity, &str)> {
        self.0.others().map(|(entity, name)| (entity, name.as_str()))
    }
}

/// What stands in the place of a relocation of a module, and how many of its members that is.
pub(super) fn place(
    binder: &Binder<'_>,
    plan: &Plan,
    module: ModuleId,
    relocation: &Relocation,
) -> (Place, usize) {
    let node = binder.module(module).node;
    let target = |import: usize| &binder.module(module).targets[import];
    let missing = |import: usize| {
        let import = &binder.object(module).imports[import];
        Place::Missing(import.specifier.clone(), import.kind)
    };
    let place = match &relocation.target {
        Reference::Require(import) => match target(*import) {
            Target::Module(target) if binder.object(*target).format == Format::CommonJs => {
                Place::Entity(Entity::Start(*target))
            }
            Target::Module(target) => Place::Entity(Entity::Require(*target)),
            Target::External(specifier) => Place::Entity(Entity::RequireExternal(specifier.clone())),
            Target::Missing => missing(*import),
        },
        Reference::Dynamic(import) => match target(*import) {
            Target::Module(target) => {
                let is_common = binder.object(*target).format == Format::CommonJs;
                Place::Entity(Entity::Load(*target, (node || binder.is_data(*target)) && is_common))
            }
            Target::External(specifier) => Place::Entity(Entity::LoadExternal(specifier.clone())),
            Target::Missing => missing(*import),
        },
        reference => match binder.reference(module, reference) {
            // Not where the module imports from itself: there its own name can mean something else.
            Some(Found { resolved: Resolved::Symbol(target, symbol), .. })
                if *reference == Reference::Symbol(symbol)
                    && target == module
                    && plan.is_wrapped(binder, module) =>
            {
                Place::Own(symbol)
            }
            Some(found) => return (value(binder, plan, &found.resolved), found.members),
            None => Place::Nothing,
        },
    };
    (place, 0)
}

/// How code outside of a module speaks of a value.
pub(super) fn value(binder: &Binder<'_>, plan: &Plan, resolved: &Resolved) -> Place {
    match resolved {
        Resolved::Symbol(module, symbol) if plan.is_wrapped(binder, *module) => {
            Place::Property(Entity::Exports(*module), binder.export_name(*module, *symbol).to_owned())
        }
        Resolved::Symbol(module, symbol) => Place::Entity(Entity::Symbol(*module, *symbol)),
        Resolved::Namespace(module) => Place::Entity(Entity::Namespace(*module)),
        Resolved::Dynamic(module, name) => Place::Property(Entity::Namespace(*module), name.clone()),
        Resolved::CommonJs(module, name, node) if name == "*" => {
            Place::Entity(Entity::Interop(*module, *node))
        }
        Resolved::CommonJs(module, name, node) => {
            Place::Property(Entity::Interop(*module, *node), name.clone())
        }
        Resolved::External(specifier, name) => {
            Place::Entity(Entity::External(specifier.clone(), name.clone()))
        }
        Resolved::Missing | Resolved::Ambiguous => Place::Nothing,
    }
}

/// Who speaks of an entity, and how often.
#[derive(Default)]
struct Use {
    modules: Vec<ModuleId>,
    count: usize,
}

impl Use {
    fn by(&mut self, module: Option<ModuleId>) {
        if self.modules.last() != module.as_ref() {
            self.modules.extend(module);
        }
    }
}

/// Chooses the names.
pub(super) fn names(binder: &Binder<'_>, live: &Live, plan: &Plan, output: Output) -> Names {
    let uses = uses(binder, live, plan, output);
    let mut reserved: BTreeSet<&str> = RESERVED.iter().copied().collect();
    for module in binder.graph.ids().filter(|module| live.modules[module.0 as usize]) {
        reserved.extend(binder.object(module).globals.iter().map(String::as_str));
    }
    // What a module calls its own comes first, in the order of evaluation, then what the linker adds.
    let mut places = vec![usize::MAX; binder.graph.modules.len()];
    for (place, module) in plan.eager.iter().enumerate() {
        places[module.0 as usize] = place;
    }
    let rank = |entity: &Entity| match entity {
        Entity::Symbol(module, _) => places[module.0 as usize],
        _ => usize::MAX,
    };
    // Entities come in the order of their kinds, modules and symbols, and otherwise stay in it.
    let mut order: Vec<(Entity, &Use)> = uses.iter().collect();
    if output.minify {
        order.sort_by_key(|(_, used)| Reverse(used.count));
    } else {
        order.sort_by_key(|(entity, _)| rank(entity));
    }
    // What direct `eval` can speak of keeps its name before all else.
    let evaluated = |entity: &Entity| matches!(entity, Entity::Symbol(module, _) if binder.object(*module).globals.contains("eval"));
    order.sort_by_key(|(entity, _)| !evaluated(entity));
    #[expect(clippy::disallowed_types, reason = "only asked, never gone through")]
    let mut taken = std::collections::HashSet::<String>::new();
    let mut next: BTreeMap<String, usize> = BTreeMap::new();
    let mut names = Table::new(binder);
    // All short names before this one are taken.
    let mut first = 0;
    for (entity, used) in order {
        let entity = &entity;
        let free = |name: &str, is_taken: bool| {
            !is_taken
                && !reserved.contains(name)
                && used.modules.iter().all(|user| {
                    !declares(binder, plan, *user, name) || is_own(binder, plan, entity, *user, name)
                })
        };
        let name = if output.minify && !evaluated(entity) {
            while taken.contains(&short(first)) || reserved.contains(short(first).as_str()) {
                first += 1;
            }
            (first..).map(short).find(|name| free(name, taken.contains(name))).unwrap_or_default()
        } else {
            let wanted = wanted(binder, entity);
            if free(&wanted, taken.contains(&wanted)) {
                wanted
            } else {
                let counter = next.entry(wanted.clone()).or_insert(0);
                loop {
                    *counter += 1;
                    let name = format!("{wanted}${counter}");
                    if free(&name, taken.contains(&name)) {
                        break name;
                    }
                }
            }
        };
        taken.insert(name.clone());
        names.insert(entity.clone(), name);
    }
    Names(names)
}

/// A module's own name means the same in it as before, whatever its inner scopes declare; unless the module also
/// imports it, from itself, and speaks of it by another name.
fn is_own(binder: &Binder<'_>, plan: &Plan, entity: &Entity, user: ModuleId, name: &str) -> bool {
    let Entity::Symbol(module, symbol) = entity else { return false };
    let symbols = &binder.object(user).symbols;
    let imported = |at: u32| {
        let resolved = binder.reference(user, &Reference::Symbol(SymbolId(at)));
        resolved.is_some_and(|found| found.resolved == Resolved::Symbol(*module, *symbol))
    };
    *module == user
        && !plan.is_wrapped(binder, user)
        && symbols[symbol.0 as usize].name == name
        && !(0..).zip(symbols).any(|(at, symbol)| symbol.import.is_some() && imported(at))
}

/// Whether a name means something else somewhere inside of a module.
fn declares(binder: &Binder<'_>, plan: &Plan, module: ModuleId, name: &str) -> bool {
    let object = binder.object(module);
    object.locals.contains(name)
        || (plan.waiting.contains(&module)
            && object.symbols.iter().any(|symbol| symbol.import.is_none() && symbol.name == name))
}

/// Every entity that the linked module speaks of, and the modules in whose text it does.
fn uses(binder: &Binder<'_>, live: &Live, plan: &Plan, output: Output) -> Table<Use> {
    let mut uses: Table<Use> = Table::new(binder);
    let mut add = |entity: Entity, module: Option<ModuleId>| match uses.get_mut(&entity) {
        Some(used) => {
            used.by(module);
            used.count += 1;
        }
        None => uses.insert(entity, Use { modules: module.into_iter().collect(), count: 1 }),
    };
    for module in binder.graph.ids().filter(|module| live.modules[module.0 as usize]) {
        let object = binder.object(module);
        for (part, _) in object.parts.iter().zip(&live.parts[module.0 as usize]).filter(|(_, live)| **live) {
            for relocation in &part.relocations {
                if let Place::Entity(entity) | Place::Property(entity, _) =
                    place(binder, plan, module, relocation).0
                {
                    add(entity, Some(module));
                }
            }
            if output.keep_names && !part.named.is_empty() {
                add(Entity::Helper(Helper::Name), Some(module));
            }
        }
        if plan.is_wrapped(binder, module) {
            add(Entity::Start(module), None);
        }
        if plan.waiting.contains(&module) {
            for start in order::starts(binder, live, module)
                .into_iter()
                .filter(|start| plan.is_wrapped(binder, *start))
            {
                add(Entity::Start(start), Some(module));
            }
        }
        if object.format == Format::CommonJs && object.globals.contains("require") {
            add(Entity::Helper(Helper::Require), Some(module));
        }
    }
    for name in binder.export_names(binder.graph.entry) {
        let resolved = binder.export(binder.graph.entry, name);
        if let Place::Entity(entity) | Place::Property(entity, _) = value(binder, plan, &resolved) {
            add(entity, None);
        }
    }
    for module in &live.namespaces {
        let inside = plan.waiting.contains(module).then_some(*module);
        for name in binder.export_names(*module) {
            if let Place::Entity(entity) | Place::Property(entity, _) =
                value(binder, plan, &binder.export(*module, name))
            {
                add(entity, inside);
            }
        }
        for star in binder.loose_stars(*module).0 {
            add(Entity::Start(star), inside);
            add(Entity::Helper(Helper::Star), inside);
        }
        for specifier in binder.loose_stars(*module).1 {
            add(Entity::External(specifier.to_owned(), "*".to_owned()), inside);
            add(Entity::Helper(Helper::Star), inside);
        }
    }
    support(binder, plan, &mut uses);
    uses
}

/// What the entities that are used need themselves.
fn support(binder: &Binder<'_>, plan: &Plan, uses: &mut Table<Use>) {
    let mut rest: Vec<Entity> = uses
        .iter()
        .map(|(entity, _)| entity)
        .filter(|entity| !matches!(entity, Entity::Symbol(..)))
        .collect();
    while let Some(entity) = rest.pop() {
        let needed = match &entity {
            Entity::Exports(_) => vec![Entity::Helper(Helper::Exports)],
            Entity::Namespace(_) => {
                vec![Entity::Helper(Helper::Namespace), Entity::Helper(Helper::Exports)]
            }
            Entity::Interop(module, _) => vec![Entity::Helper(Helper::Interop), Entity::Start(*module)],
            Entity::Start(module) if binder.object(*module).format == Format::CommonJs => {
                vec![Entity::Helper(Helper::CommonJs)]
            }
            Entity::Start(module) if plan.cycle(*module).is_some() => vec![Entity::Helper(Helper::Cycle)],
            Entity::Start(_) => vec![Entity::Helper(Helper::Module)],
            Entity::Require(module) => vec![Entity::Namespace(*module), Entity::Helper(Helper::ToCommonJs)],
            Entity::Load(module, node) if binder.object(*module).format == Format::CommonJs => {
                vec![Entity::Interop(*module, *node)]
            }
            Entity::Load(module, _) if plan.gates.contains_key(module) => {
                vec![Entity::Namespace(*module), Entity::Helper(Helper::Gate)]
            }
            Entity::Load(module, _) => vec![Entity::Namespace(*module)],
            Entity::RequireExternal(specifier) => {
                vec![Entity::External(specifier.clone(), required_name(specifier).to_owned())]
            }
            Entity::Symbol(..) | Entity::External(..) | Entity::LoadExternal(_) | Entity::Helper(_) => {
                Vec::new()
            }
        };
        for entity in needed {
            if uses.get(&entity).is_none() {
                uses.insert(entity.clone(), Use { modules: Vec::new(), count: 1 });
                rest.push(entity);
            }
        }
    }
    // The functions of waiting modules speak of their own namespaces and of interop with what they start.
    for module in &plan.waiting {
        let helpers = [Helper::Exports, Helper::Namespace, Helper::Interop, Helper::Star];
        let cycle = plan.cycle(*module).unwrap_or_default().iter().map(|other| Entity::Namespace(*other));
        let own = [Entity::Exports(*module), Entity::Namespace(*module)];
        for entity in own.into_iter().chain(helpers.map(Entity::Helper)).chain(cycle) {
            if let Some(entry) = uses.get_mut(&entity) {
                entry.by(Some(*module));
            }
        }
    }
    let interops: Vec<Entity> = uses
        .iter()
        .map(|(entity, _)| entity)
        .filter(|entity| matches!(entity, Entity::Interop(..)))
        .collect();
    for entity in interops {
        if let Some(entry) = uses.get_mut(&entity) {
            entry.modules.extend(plan.waiting.iter().copied());
        }
    }
}

/// What requiring a module of the runtime gives: Node's built-in modules have a default export that is all of them, and
/// so have files that are modules of their own.
pub(super) fn required_name(specifier: &str) -> &'static str {
    if specifier.starts_with("node:") || specifier.starts_with("./") { "default" } else { "*" }
}

/// The name that an entity would have if it were alone.
fn wanted(binder: &Binder<'_>, entity: &Entity) -> String {
    let stem = |module: &ModuleId| stem(&binder.module(*module).path);
    match entity {
        Entity::Symbol(module, symbol) => binder.object(*module).symbols[symbol.0 as usize].name.clone(),
        Entity::Exports(module) => format!("{}_exports", stem(module)),
        Entity::Namespace(module) => format!("{}_namespace", stem(module)),
        Entity::Interop(module, _) => format!("import_{}", stem(module)),
        Entity::Start(module) if binder.object(*module).format == Format::CommonJs => {
            format!("require_{}", stem(module))
        }
        Entity::Start(module) => format!("init_{}", stem(module)),
        Entity::Require(module) => format!("require_{}", stem(module)),
        Entity::Load(module, _) => format!("load_{}", stem(module)),
        Entity::External(specifier, name) if matches!(name.as_str(), "*" | "default" | SOURCE) => {
            format!("import_{}", identifier(readable(specifier)))
        }
        Entity::External(_, name) => identifier(name),
        Entity::RequireExternal(specifier) => format!("require_{}", identifier(readable(specifier))),
        Entity::LoadExternal(specifier) => format!("load_{}", identifier(readable(specifier))),
        Entity::Helper(helper) => helper.name().to_owned(),
    }
}

/// A readable part of a path: the file's name, or its directory's where the file is an index.
fn stem(path: &str) -> String {
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or(path);
    let stem = file.split('.').next().unwrap_or(file);
    let stem = if stem == "index" { parts.next().unwrap_or(stem) } else { stem };
    identifier(stem)
}

fn identifier(text: &str) -> String {
    let mut name: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '$' { c } else { '_' }).collect();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    name
}

/// Words that cannot name anything in a module, and names that mean something without being declared.
const RESERVED: &[&str] = &[
    "abstract",
    "arguments",
    "as",
    "async",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "from",
    "function",
    "get",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "of",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "set",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "undefined",
    "var",
    "void",
    "while",
    "with",
    "yield",
    "NaN",
    "Infinity",
    "Object",
    "Symbol",
    "Promise",
    "Error",
    "WeakMap",
    "Proxy",
    "Reflect",
    "exports",
    "module",
    "require",
    "globalThis",
];
