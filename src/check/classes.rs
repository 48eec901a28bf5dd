//! Classes that the configuration names: Durable Objects, workflows and entrypoints.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Environment, Facts};
use crate::config::{Value, nearest};
use crate::diagnostic::{Change, Code, Diagnostic};

/// A place that names a class of this worker.
struct Named<'a> {
    class: &'a str,
    span: Range<usize>,
    /// The setting that names it.
    by: &'static str,
}

/// Classes that the worker does not export. Deploying it would fail.
pub(super) fn missing(facts: &Facts<'_>, here: &Environment<'_>) -> Vec<Diagnostic> {
    let mut missing: BTreeMap<&str, Vec<Named<'_>>> = BTreeMap::new();
    for named in named(facts, here).into_iter().filter(|named| !facts.worker.may_export(named.class)) {
        missing.entry(named.class).or_default().push(named);
    }
    let one = |(class, places): (&str, Vec<Named<'_>>)| {
        let message = format!("the worker does not export the class `{class}`");
        let mut diagnostic = Diagnostic::finding(Code::MissingClass, message);
        for place in places {
            diagnostic = diagnostic.at(&here.config.source, place.span, format!("named by `{}`", place.by));
        }
        diagnostic.help(help(facts, class))
    };
    missing.into_iter().map(one).collect()
}

fn help(facts: &Facts<'_>, class: &str) -> String {
    match nearest(class, facts.worker.exports.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let place = match &facts.project.main {
                Some(_) => "from the main module",
                None => "from a file of `durable_objects/`",
            };
            format!("export it {place}, or name the worker that has it with `script_name`")
        }
    }
}

/// Durable Object classes that are bound, and that no migration makes.
pub(super) fn without_migration(facts: &Facts<'_>, here: &Environment<'_>) -> Vec<Diagnostic> {
    let living = Living::of(here);
    let mut bound: BTreeMap<&str, Range<usize>> = BTreeMap::new();
    for (kind, declaration) in here.declarations() {
        let class = declaration.value.get("class_name");
        let Some((class, span)) = class.and_then(|class| Some((class.as_str()?, &class.span))) else {
            continue;
        };
        let wanted = kind.key == "durable_objects" && is_own(facts, declaration.value);
        if wanted && facts.worker.may_export(class) && !living.classes.contains_key(class) {
            bound.entry(class).or_insert_with(|| span.clone());
        }
    }
    let one = |(class, span): (&str, Range<usize>)| {
        let gone = living.gone.get(class);
        let message = match gone {
            Some(_) => format!("`{class}` is bound, and the migrations do away with it"),
            None => format!("no migration makes the Durable Object class `{class}`"),
        };
        let diagnostic = Diagnostic::finding(Code::UnmigratedClass, message);
        let diagnostic = diagnostic.at(&here.config.source, span, "bound here");
        match gone {
            Some(span) => diagnostic
                .at(&here.config.source, span.clone(), "gone after this")
                .help("delete the binding, or bind the class that took its place"),
            None => diagnostic
                .help(format!("add a migration with a new `tag`, and `{class}` in its `new_sqlite_classes`"))
                .fix(Change::Create {
                    environment: here.table.map(|table| table.key.clone()),
                    class: class.to_owned(),
                }),
        }
    };
    bound.into_iter().map(one).collect()
}

/// Every class that has to be there when the worker is deployed.
fn named<'a>(facts: &Facts<'_>, here: &Environment<'a>) -> Vec<Named<'a>> {
    let mut named = Vec::new();
    for (kind, declaration) in here.declarations() {
        let by = kind.key;
        let class = declaration.value.get("class_name");
        let Some((class, span)) = class.and_then(|class| Some((class.as_str()?, &class.span))) else {
            continue;
        };
        if matches!(by, "durable_objects" | "workflows") && is_own(facts, declaration.value) {
            named.push(Named { class, span: span.clone(), by });
        }
    }
    let containers = here.get("containers").map_or(&[][..], Value::items).iter();
    for class in containers.filter_map(|container| container.get("class_name")) {
        named.extend(class.as_str().map(|name| Named {
            class: name,
            span: class.span.clone(),
            by: "containers",
        }));
    }
    let living = Living::of(here).classes.into_iter();
    named.extend(living.map(|(class, (span, by))| Named { class, span, by }));
    named
}

/// Whether a binding is to a class of this worker.
fn is_own(facts: &Facts<'_>, binding: &Value) -> bool {
    let script = binding.get("script_name").and_then(Value::as_str);
    script.is_none_or(|script| script == facts.project.name) && binding.get("environment").is_none()
}

/// What `migrations` and `exports` come to: the classes that there are after all of them.
#[derive(Default)]
struct Living<'a> {
    /// With the place of the latest step that concerns them, and its setting.
    classes: BTreeMap<&'a str, (Range<usize>, &'static str)>,
    /// Those that were there, with the place of the step that did away with them.
    gone: BTreeMap<&'a str, Range<usize>>,
}

impl<'a> Living<'a> {
    fn of(here: &Environment<'a>) -> Self {
        let mut living = Self::default();
        for migration in here.get("migrations").map_or(&[][..], Value::items) {
            let list = |key: &str| migration.get(key).map_or(&[][..], Value::items);
            // What goes makes room for what comes, so that a class can be renamed and one of its old name be new.
            let renamed = list("renamed_classes").iter();
            for class in renamed.filter_map(|step| step.get("from")).chain(list("deleted_classes")) {
                living.goes(class);
            }
            let moved = list("renamed_classes").iter().chain(list("transferred_classes"));
            let new = list("new_classes").iter().chain(list("new_sqlite_classes"));
            for class in moved.filter_map(|step| step.get("to")).chain(new) {
                living.comes(class);
            }
        }
        for export in here.get("exports").map_or(&[][..], Value::entries) {
            let state = export.value.get("state").and_then(Value::as_str);
            if matches!(state, None | Some("created" | "expecting-transfer")) {
                living.classes.insert(&export.key, (export.key_span.clone(), "exports"));
            } else {
                living.gone.insert(&export.key, export.key_span.clone());
            }
        }
        living
    }

    fn comes(&mut self, class: &'a Value) {
        if let Some(name) = class.as_str() {
            self.gone.remove(name);
            self.classes.insert(name, (class.span.clone(), "migrations"));
        }
    }

    fn goes(&mut self, class: &'a Value) {
        if let Some(name) = class.as_str() {
            self.classes.remove(name);
            self.gone.insert(name, class.span.clone());
        }
    }
}
