//! The linked module's text: parts copied, names put into their relocations, what waits put into functions.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::bind::Binder;
use super::contribution::Pieces;
use super::map::{Fill, Tracer};
use super::name::{Entity, Names, Place, place, required_name, value};
use super::order::Plan;
use super::runtime::Helper;
use super::shake::Live;
use super::text::{is_identifier, quoted, squeeze};
use super::wait::passed_on;
use super::{Bundle, Output};
use crate::compile::{Format, ImportKind, Part, Relocation, SOURCE};
use crate::graph::{AdditionalModule, ModuleId};

/// Writes everything that is live.
pub(super) fn write(binder: &Binder<'_>, live: &Live, plan: &Plan, names: &Names, output: Output) -> Bundle {
    let mut writer = Writer {
        binder,
        live,
        plan,
        names,
        passed_on: passed_on(binder, live),
        output,
        text: String::with_capacity(size(binder, live)),
        tracer: output.source_map.then(Tracer::default),
        pieces: Pieces::default(),
        joinable: None,
    };
    writer.belongs(None);
    writer.externals();
    writer.helpers();
    writer.namespaces();
    writer.foreseen();
    writer.waiting();
    writer.functions();
    let eager: Vec<ModuleId> =
        plan.eager.iter().copied().filter(|module| !plan.is_wrapped(binder, *module)).collect();
    for module in &eager {
        writer.belongs(Some(*module));
        writer.functions_first(*module);
    }
    writer.belongs(None);
    for start in writer.linked_below(&eager) {
        writer.line(&format!("{start}(0);"));
    }
    for module in &plan.eager {
        writer.belongs(Some(*module));
        writer.evaluate(*module);
    }
    writer.belongs(None);
    let exports = writer.exports();
    let asked = externals(binder, names);
    let is_asked =
        |module: &&AdditionalModule| asked.iter().any(|(specifier, _)| *specifier == module.specifier());
    let link_map = writer.pieces.into_map(live, asked.clone(), writer.text.len());
    Bundle {
        additional: binder.graph.additional.iter().filter(is_asked).cloned().collect(),
        source_map: writer.tracer.as_ref().map(|tracer| tracer.to_json(&writer.text)),
        main: writer.text,
        sources: binder
            .graph
            .ids()
            .filter(|module| live.modules[module.0 as usize])
            .map(|module| binder.module(module).path.clone())
            .collect(),
        exports,
        exports_more: !binder.loose_stars(binder.graph.entry).1.is_empty(),
        link_map,
    }
}

/// The modules of the runtime that are imported, and how.
fn externals(binder: &Binder<'_>, names: &Names) -> Vec<(String, ImportKind)> {
    let external = |(entity, _): (&Entity, &str)| match entity {
        Entity::External(specifier, _) => Some((specifier.clone(), ImportKind::Static)),
        Entity::LoadExternal(specifier) => Some((specifier.clone(), ImportKind::Dynamic)),
        _ => None,
    };
    let stars = binder.loose_stars(binder.graph.entry).1.into_iter();
    let stars = stars.map(|specifier| (specifier.to_owned(), ImportKind::Static));
    names.entities().filter_map(external).chain(stars).collect::<BTreeSet<_>>().into_iter().collect()
}

/// About how long the text will be. Growing it bit by bit would copy it several times.
fn size(binder: &Binder<'_>, live: &Live) -> usize {
    let of_part = |part: &Part| part.text.len() + 6 * part.relocations.len() + 2;
    let parts = binder.graph.modules.iter().zip(&live.parts).flat_map(|(module, live)| {
        module.object.parts.iter().zip(live).filter(|(_, live)| **live).map(|(part, _)| of_part(part))
    });
    parts.sum()
}

pub(super) struct Writer<'a, 'b> {
    pub(super) binder: &'a Binder<'b>,
    pub(super) live: &'a Live,
    pub(super) plan: &'a Plan,
    pub(super) names: &'a Names,
    /// Modules of the standard that pass one of CommonJS on whole.
    pub(super) passed_on: BTreeMap<ModuleId, Vec<ModuleId>>,
    output: Output,
    text: String,
    tracer: Option<Tracer<'b>>,
    pieces: Pieces,
    /// The keyword of the declaration that was written last, and where the text ended then.
    joinable: Option<(&'static str, usize)>,
}

impl<'a, 'b> Writer<'a, 'b> {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// What is written from now on is there for a module, or is the linker's own.
    pub(super) fn belongs(&mut self, module: Option<ModuleId>) {
        self.pieces.start(module, self.text.len());
    }

    /// A line of the linker's own.
    pub(super) fn line(&mut self, text: &str) {
        if self.output.minify {
            self.push(&squeeze(text));
        } else {
            self.push(text);
            self.push("\n");
        }
    }

    pub(super) fn name(&self, entity: &Entity) -> String {
        self.names.get(entity).unwrap_or("undefined").to_owned()
    }

    pub(super) fn helper(&self, helper: Helper) -> String {
        self.name(&Entity::Helper(helper))
    }

    /// Imports from the runtime, one statement a module and form.
    fn externals(&mut self) {
        let mut named: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut lines = Vec::new();
        for (entity, name) in self.names.entities() {
            let Entity::External(specifier, import) = entity else { continue };
            match import.as_str() {
                "*" => lines.push(format!("import * as {name} from {};", quoted(specifier))),
                SOURCE => lines.push(format!("import source {name} from {};", quoted(specifier))),
                import if import == name => named.entry(specifier).or_default().push(name.to_owned()),
                import => {
                    let import = if is_identifier(import) { import.to_owned() } else { quoted(import) };
                    named.entry(specifier).or_default().push(format!("{import} as {name}"));
                }
            }
        }
        for (specifier, list) in named {
            lines.push(format!("import {{ {} }} from {};", list.join(", "), quoted(specifier)));
        }
        for line in lines {
            self.line(&line);
        }
    }

    fn helpers(&mut self) {
        for helper in Helper::ALL {
            if let Some(name) = self.names.get(&Entity::Helper(*helper)).map(str::to_owned) {
                self.line(&format!("var {name} = {};", helper.text()));
            }
        }
    }

    /// The objects of exports, before anything runs: what they give is asked for later.
    fn namespaces(&mut self) {
        for module in self.binder.graph.ids() {
            let Some(name) = self.names.get(&Entity::Namespace(module)).map(str::to_owned) else { continue };
            if !self.plan.waiting.contains(&module) {
                let text = format!("var {name} = {};", self.namespace(module));
                self.belongs(Some(module));
                self.line(&text);
                self.external_stars(module);
            }
        }
        self.belongs(None);
        let is_late = |entity: &Entity| match entity {
            Entity::Namespace(module) => self.plan.waiting.contains(module),
            Entity::Exports(_) => true,
            Entity::Interop(module, _) => !self.plan.foreseen.contains(module),
            _ => false,
        };
        let late: Vec<&str> =
            self.names.entities().filter(|(entity, _)| is_late(entity)).map(|(_, name)| name).collect();
        if !late.is_empty() {
            let text = format!("var {};", late.join(", "));
            self.line(&text);
        }
    }

    /// What importers see of CommonJS modules that may be looked at before they are evaluated.
    fn foreseen(&mut self) {
        let names = self.names;
        for (entity, name) in names.entities() {
            let Entity::Interop(module, _) = entity else { continue };
            if self.plan.foreseen.contains(module) {
                self.belongs(Some(*module));
                self.line(&format!(
                    "var {name} = Object.create(null, {{ [Symbol.toStringTag]: {{ value: \"Module\" }} }});"
                ));
            }
        }
        self.belongs(None);
    }

    /// The expression that makes a module's namespace.
    pub(super) fn namespace(&self, module: ModuleId) -> String {
        let make = self.helper(Helper::Namespace);
        let exports = match self.names.get(&Entity::Exports(module)) {
            Some(exports) => exports.to_owned(),
            None => self.exports_of(module),
        };
        let (modules, externals) = self.binder.loose_stars(module);
        let open = if modules.is_empty() && externals.is_empty() { "" } else { ", true" };
        format!("{make}({exports}{open})")
    }

    /// The expression that makes a module's exports: all of them where the namespace is used, otherwise those that others
    /// read.
    pub(super) fn exports_of(&self, module: ModuleId) -> String {
        let all = self.live.namespaces.contains(&module);
        let mut list = Vec::new();
        for name in self.binder.export_names(module) {
            let resolved = self.binder.export(module, name);
            let text = match &resolved {
                super::bind::Resolved::Symbol(owner, symbol)
                    if *owner == module && self.plan.waiting.contains(&module) =>
                {
                    let object = self.binder.object(module);
                    let declared = object.parts.iter().zip(&self.live.parts[module.0 as usize]);
                    let mut declared = declared.filter(|(part, _)| part.declares.contains(symbol));
                    if !all && !declared.any(|(_, live)| *live) {
                        continue;
                    }
                    object.symbols[symbol.0 as usize].name.clone()
                }
                _ if !all => continue,
                resolved => self.place_text(module, &value(self.binder, self.plan, resolved), false),
            };
            let key = if name == "__proto__" {
                "[\"__proto__\"]".to_owned()
            } else if is_identifier(name) {
                name.to_owned()
            } else {
                quoted(name)
            };
            list.push(format!("{key}: () => {text}"));
        }
        format!("{}({{ {} }})", self.helper(Helper::Exports), list.join(", "))
    }

    /// The functions behind `require` of modules of the standard, and behind `import()`.
    fn functions(&mut self) {
        let names = self.names;
        for (entity, name) in names.entities() {
            let text = match entity {
                Entity::Require(module) => {
                    let convert = self.helper(Helper::ToCommonJs);
                    let namespace = self.name(&Entity::Namespace(*module));
                    match self.names.get(&Entity::Start(*module)) {
                        Some(start) => format!("() => ({start}(), {convert}({namespace}))"),
                        None => format!("() => {convert}({namespace})"),
                    }
                }
                Entity::Load(module, _) if self.plan.gates.contains_key(module) => {
                    format!("{}(() => {})", self.helper(Helper::Gate), self.name(&Entity::Namespace(*module)))
                }
                Entity::Load(module, node) => {
                    let namespace = self.name(&Entity::Namespace(*module));
                    let then = match self.interop(*module, *node) {
                        Some(interop) => format!("() => {interop}"),
                        None if self.plan.awaited.contains(module) => {
                            format!("{}).then(() => {namespace}", self.name(&Entity::Start(*module)))
                        }
                        None if self.plan.waiting.contains(module) => {
                            format!("() => ({}(), {namespace})", self.name(&Entity::Start(*module)))
                        }
                        None => format!("() => {namespace}"),
                    };
                    format!("() => Promise.resolve().then({then})")
                }
                Entity::RequireExternal(specifier) => {
                    let import = Entity::External(specifier.clone(), required_name(specifier).to_owned());
                    format!("() => {}", self.name(&import))
                }
                Entity::LoadExternal(specifier) => format!("() => import({})", quoted(specifier)),
                _ => continue,
            };
            self.belongs(match entity {
                Entity::Require(module) | Entity::Load(module, _) => Some(*module),
                _ => None,
            });
            self.line(&format!("var {name} = {text};"));
        }
        self.belongs(None);
    }

    /// A module at its place in the order.
    fn evaluate(&mut self, module: ModuleId) {
        if let Some(start) = self.start(module, None) {
            self.line(&start);
        } else {
            self.parts(module);
        }
        let opened = self.plan.gates.iter().filter(|(_, after)| **after == module);
        let opened: Vec<String> = opened.map(|(gated, _)| self.name(&Entity::Load(*gated, false))).collect();
        for load in opened {
            self.line(&format!("{load}.open();"));
        }
    }

    pub(super) fn parts(&mut self, module: ModuleId) {
        let binder = self.binder;
        let live = &self.live.parts[module.0 as usize];
        for (part, _) in binder.object(module).parts.iter().zip(live).filter(|(_, live)| **live) {
            if !(self.output.minify && part.hoisted) {
                self.part(module, part);
            }
        }
    }

    fn part(&mut self, module: ModuleId, part: &'b Part) {
        let declaration = self.declaration(part);
        let start = declaration.map_or_else(Default::default, |keyword| self.join(part, keyword));
        let places = part.relocations.iter().map(|relocation| self.place(module, relocation)).collect();
        let fill = Fill { start, places };
        if let Some(tracer) = &mut self.tracer {
            tracer.part((module, self.binder.object(module)), part, &fill, self.text.len());
        }
        let mut at = fill.start.1;
        self.push(fill.start.0);
        for (relocation, (text, end)) in part.relocations.iter().zip(&fill.places) {
            self.push(&part.text[at..relocation.at as usize]);
            self.push(text);
            at = *end;
        }
        self.push(&part.text[at..]);
        if let Some(tracer) = &mut self.tracer {
            tracer.end(self.text.len());
        }
        if !part.text.ends_with('\n') && (!self.output.minify || !part.text.ends_with([';', '}'])) {
            self.push("\n");
        }
        self.joinable = declaration.map(|keyword| (keyword, self.text.len()));
        if !part.hoisted {
            self.restore(module, part);
        }
    }

    /// The keyword that a part which declares variables starts with when it is written short.
    fn declaration(&self, part: &Part) -> Option<&'static str> {
        let keyword = ["const ", "let ", "var "].into_iter().find(|keyword| part.text.starts_with(keyword));
        keyword.filter(|_| self.output.minify).map(|keyword| if part.constant { "let " } else { keyword })
    }

    /// What takes the place of a declaration's keyword, and of how many bytes: where the one that was written last is of
    /// its kind, they are joined.
    fn join(&mut self, part: &Part, keyword: &'static str) -> (&'static str, usize) {
        let length = part.text.find(' ').map_or(0, |at| at + 1);
        if self.joinable != Some((keyword, self.text.len())) {
            return (keyword, length);
        }
        self.text.pop();
        self.text.push(',');
        ("", length)
    }

    /// Gives the functions of a module their names back before anything can ask for them. Where the text is to be short
    /// they are written here too, so that nothing stands between the declarations of variables.
    pub(super) fn functions_first(&mut self, module: ModuleId) {
        let binder = self.binder;
        let live = &self.live.parts[module.0 as usize];
        for (part, _) in
            binder.object(module).parts.iter().zip(live).filter(|(part, live)| part.hoisted && **live)
        {
            if self.output.minify {
                self.part(module, part);
            }
            self.restore(module, part);
        }
    }

    fn restore(&mut self, module: ModuleId, part: &Part) {
        if !self.output.keep_names {
            return;
        }
        for (symbol, original) in &part.named {
            let name = if self.plan.is_wrapped(self.binder, module) {
                Some(self.binder.object(module).symbols[symbol.0 as usize].name.as_str())
            } else {
                self.names.get(&Entity::Symbol(module, *symbol))
            };
            let Some(name) = name.filter(|name| name != original) else { continue };
            let restore = self.helper(Helper::Name);
            let text = format!("{restore}({name}, {});", quoted(original));
            self.line(&text);
        }
    }

    /// What goes to the place of a relocation, and where the text goes on behind it.
    fn place(&self, module: ModuleId, relocation: &Relocation) -> (Cow<'a, str>, usize) {
        let (place, taken) = place(self.binder, self.plan, module, relocation);
        let members = relocation.target.members();
        // What is read from the value is called on it.
        let callee = relocation.callee && taken == members.len();
        let end = taken.checked_sub(1).map_or(relocation.at, |last| members[last].end);
        let text = match &place {
            Place::Entity(entity) => Cow::Borrowed(self.names.get(entity).unwrap_or("undefined")),
            place => Cow::Owned(self.place_text(module, place, callee)),
        };
        (text, end as usize)
    }

    fn place_text(&self, module: ModuleId, place: &Place, callee: bool) -> String {
        match place {
            Place::Own(symbol) => self.binder.object(module).symbols[symbol.0 as usize].name.clone(),
            Place::Entity(entity) => self.name(entity),
            Place::Property(entity, property) => {
                let object = self.name(entity);
                let text = if is_identifier(property) {
                    format!("{object}.{property}")
                } else {
                    format!("{object}[{}]", quoted(property))
                };
                match (callee, self.output.minify) {
                    (false, _) => text,
                    (true, false) => format!("(0, {text})"),
                    (true, true) => format!("(0,{text})"),
                }
            }
            Place::Nothing => "(void 0)".to_owned(),
            Place::Missing(specifier, kind) => {
                let message = quoted(&format!("Cannot find module '{specifier}'"));
                let (head, code) = match kind {
                    ImportKind::Dynamic => ("async ()", "ERR_MODULE_NOT_FOUND"),
                    ImportKind::Require | ImportKind::Static => ("()", "MODULE_NOT_FOUND"),
                };
                format!(
                    "({head} => {{ throw Object.assign(new Error({message}), {{ code: \"{code}\" }}); }})"
                )
            }
        }
    }

    /// The export statements, and the names.
    fn exports(&mut self) -> Vec<String> {
        let entry = self.binder.graph.entry;
        if self.binder.object(entry).format == Format::CommonJs {
            let start = self.name(&Entity::Start(entry));
            self.line(&format!("export default {start}();"));
            return vec!["default".to_owned()];
        }
        let mut list = Vec::new();
        let mut exports = BTreeSet::new();
        for name in self.binder.export_names(entry) {
            let place = value(self.binder, self.plan, &self.binder.export(entry, name));
            let exported = if is_identifier(name) { name.to_owned() } else { quoted(name) };
            exports.insert(name.to_owned());
            match place {
                Place::Entity(entity) => {
                    let local = self.name(&entity);
                    list.push(if local == exported { local } else { format!("{local} as {exported}") });
                }
                other => {
                    // A property cannot be exported by itself; a variable of an unlikely name takes its value.
                    let local = format!("export${}$", list.len());
                    let text = self.place_text(entry, &other, false);
                    self.line(&format!("var {local} = {text};"));
                    list.push(format!("{local} as {exported}"));
                }
            }
        }
        if !list.is_empty() {
            self.line(&format!("export {{ {} }};", list.join(", ")));
        }
        for specifier in self.binder.loose_stars(entry).1 {
            self.line(&format!("export * from {};", quoted(specifier)));
        }
        exports.into_iter().collect()
    }
}
