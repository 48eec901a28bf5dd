//! Classes that have lives of their own: Durable Objects, by `migrations` or `exports`, and workflows.
//!
//! The platform remembers the last migration of a worker, and which classes there are objects of.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{Reason, Risk, listed};
use crate::deployment::Document;

/// What a configuration says of classes.
#[derive(Default)]
struct Lives<'a> {
    /// Whether `exports` says it.
    declared: bool,
    /// Those that there are, with their kind of storage where that is told.
    living: BTreeMap<&'a str, Option<&'a str>>,
    /// Those that there were, and whether their objects are deleted.
    gone: BTreeMap<&'a str, bool>,
    /// Those of bindings and workflows.
    bound: BTreeSet<&'a str>,
}

impl<'a> Lives<'a> {
    fn of(document: &'a Document) -> Self {
        let mut lives = Self::default();
        let setting = |key: &str| document.settings.get(key);
        for step in items(setting("migrations")) {
            for class in items(step.get("renamed_classes")).filter_map(|renamed| text(renamed.get("from"))) {
                lives.goes(class, false);
            }
            items(step.get("deleted_classes"))
                .filter_map(Json::as_str)
                .for_each(|class| lives.goes(class, true));
            let moved = items(step.get("renamed_classes")).chain(items(step.get("transferred_classes")));
            moved.filter_map(|moved| text(moved.get("to"))).for_each(|class| lives.comes(class, None));
            for (key, storage) in [("new_classes", "legacy-kv"), ("new_sqlite_classes", "sqlite")] {
                items(step.get(key))
                    .filter_map(Json::as_str)
                    .for_each(|class| lives.comes(class, Some(storage)));
            }
        }
        for (class, export) in setting("exports").and_then(Json::as_object).into_iter().flatten() {
            if text(export.get("type")) != Some("durable-object") {
                continue;
            }
            lives.declared = true;
            match text(export.get("state")) {
                None | Some("created" | "expecting-transfer") => {
                    lives.comes(class, text(export.get("storage")))
                }
                state => lives.goes(class, state == Some("deleted")),
            }
        }
        let bindings = setting("durable_objects").and_then(|objects| objects.get("bindings"));
        for bound in items(bindings).chain(items(setting("workflows"))) {
            let script = text(bound.get("script_name"));
            if script.is_none_or(|script| script == document.project.name)
                && bound.get("environment").is_none()
            {
                lives.bound.extend(text(bound.get("class_name")));
            }
        }
        lives
    }

    fn comes(&mut self, class: &'a str, storage: Option<&'a str>) {
        self.gone.remove(class);
        self.living.insert(class, storage);
    }

    fn goes(&mut self, class: &'a str, deleted: bool) {
        self.living.remove(class);
        self.gone.insert(class, deleted);
    }
}

pub(super) fn risks(before: &Document, after: &Document) -> Vec<Risk> {
    let (running, target) = (Lives::of(before), Lives::of(after));
    let mut risks = Vec::new();
    if !target.declared {
        risks.extend(migrations(&before.unversioned.migrations, &after.unversioned.migrations));
    }
    risks.extend(declared(&running, &target));
    risks.extend(storage(&running, &target));
    let lacking = exported(before);
    let lacking: BTreeSet<&str> = lacking.difference(&exported(after)).copied().collect();
    let known: BTreeSet<&str> = running.living.keys().chain(&running.bound).copied().collect();
    let missing = known.iter().filter(|class| lacking.contains(*class));
    let missing: Vec<&str> = missing.copied().filter(|class| !target.gone.contains_key(class)).collect();
    if !missing.is_empty() {
        risks.push(class_gone(&missing));
    }
    let deleted = target.gone.iter().filter(|(class, deleted)| **deleted && known.contains(*class));
    let deleted: Vec<&str> = deleted.map(|(class, _)| *class).collect();
    if !deleted.is_empty() {
        let message =
            format!("all objects of these classes are deleted, with what they hold: {}", listed(&deleted));
        let help = "copy what is needed first; nothing brings it back".to_owned();
        risks.push(Risk::new(Reason::ClassDeleted, owned(&deleted), message, help));
    }
    risks
}

fn exported(document: &Document) -> BTreeSet<&str> {
    document.code.iter().flat_map(|code| &code.exports).map(String::as_str).collect()
}

fn class_gone(classes: &[&str]) -> Risk {
    let message = format!(
        "classes that there are objects or workflows of are not exported any more: {}",
        listed(classes)
    );
    let help =
        "export them again and build that, or do away with them in `migrations` or `exports`".to_owned();
    Risk::new(Reason::ClassGone, owned(classes), message, help)
}

/// Tags that were applied and that the target does not have, or has in another order. The first of a list may have been
/// taken out of the configuration since: it is the later ones that tell where the worker is.
fn migrations(applied: &[String], target: &[String]) -> Option<Risk> {
    if applied.is_empty() {
        return None;
    }
    let first = applied.iter().position(|tag| target.contains(tag)).unwrap_or_default();
    let applied = applied.get(first..).unwrap_or_default();
    let from = target.iter().position(|tag| applied.first() == Some(tag)).unwrap_or_default();
    if target.get(from..).is_some_and(|target| target.starts_with(applied)) {
        return None;
    }
    let missing: Vec<&str> = applied.iter().filter(|tag| !target.contains(tag)).map(String::as_str).collect();
    if missing.is_empty() {
        let (have, had) = (listed(target), listed(applied));
        let message =
            format!("Durable Object migrations were applied in the order {had}, and the target has {have}");
        let help = "add migrations at the end, and leave those that were applied as they are".to_owned();
        return Some(Risk::new(Reason::MigrationOrder, applied.to_vec(), message, help));
    }
    let message =
        format!("Durable Object migrations were applied that the target does not have: {}", listed(&missing));
    let help =
        "the platform does not go back behind a migration: build the old code with today's `migrations`";
    Some(Risk::new(Reason::MigrationMissing, owned(&missing), message, help.to_owned()))
}

/// What `exports` says on one side and not on the other.
fn declared(running: &Lives<'_>, target: &Lives<'_>) -> Option<Risk> {
    let has_living = !running.living.is_empty();
    if running.declared && !target.declared && has_living {
        let message =
            "the Durable Object classes that run are declared in `exports`, and the target has none there";
        let help = "a worker that was deployed with `exports` has to keep it: build the old code with today's `exports`";
        let classes = running.living.keys().copied().collect::<Vec<_>>();
        return Some(Risk::new(Reason::Lifecycle, owned(&classes), message.to_owned(), help.to_owned()));
    }
    if !target.declared {
        return None;
    }
    let is_untold = |class: &&str| !target.living.contains_key(*class) && !target.gone.contains_key(*class);
    // With migrations, the tags tell what became of a class.
    let is_back = |class: &&str| running.declared && target.living.contains_key(*class);
    let untold = running.living.keys().copied().filter(is_untold);
    let back = running.gone.keys().copied().filter(is_back);
    let classes: Vec<&str> = untold.chain(back).collect();
    if classes.is_empty() {
        return None;
    }
    let message = format!(
        "`exports` of the target does not fit what has become of these classes: {}",
        listed(&classes)
    );
    let help =
        "the platform does not go back behind such a change: build the old code with today's `exports`";
    Some(Risk::new(Reason::Lifecycle, owned(&classes), message, help.to_owned()))
}

fn storage(running: &Lives<'_>, target: &Lives<'_>) -> Option<Risk> {
    let other = |(class, storage): (&&str, &Option<&str>)| {
        let wanted = target.living.get(*class).copied().flatten();
        storage.zip(wanted).is_some_and(|(storage, wanted)| storage != wanted)
    };
    let classes: Vec<&str> =
        running.living.iter().filter(|entry| other(*entry)).map(|(class, _)| *class).collect();
    if classes.is_empty() {
        return None;
    }
    let message = format!(
        "the data of these classes is stored in another way than the target says: {}",
        listed(&classes)
    );
    let help = "how a class stores its data is settled when it is new; declare it as it was".to_owned();
    Some(Risk::new(Reason::StorageChanged, owned(&classes), message, help))
}

fn items(value: Option<&Json>) -> impl Iterator<Item = &Json> {
    value.and_then(Json::as_array).into_iter().flatten()
}

fn text(value: Option<&Json>) -> Option<&str> {
    value.and_then(Json::as_str)
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
