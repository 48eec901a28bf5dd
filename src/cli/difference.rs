//! A difference between two versions as text for people.

use std::fmt::Write;

use pagesbuild::asset::Asset;
use pagesbuild::compare::{Change, Class, Difference, Kind, Unversioned, Version};
use pagesbuild::deployment::document::{Binding, Route};
use serde_json::Value;

use super::printer::{Printer, bytes};

/// How many changes of a list are shown unless all are asked for.
const SHOWN: usize = 10;
/// How many characters of a value are.
const VALUE: usize = 60;
/// Columns of the heads of lines.
const HEAD: usize = 12;

/// All of it.
pub(super) fn whole(difference: &Difference, printer: &Printer) -> String {
    let mut text = heads(difference, printer);
    if !difference.same {
        text.push_str(&changes(difference, printer));
        text.push_str(&safety(difference, printer));
    }
    text
}

/// Which versions they are.
pub(super) fn heads(difference: &Difference, printer: &Printer) -> String {
    let Difference { before, after, .. } = difference;
    if difference.same {
        return format!("{}\n{}", head("both", &version(after, printer)), "the same deployment\n");
    }
    head("from", &version(before, printer)) + "\n" + &head("to", &version(after, printer)) + "\n"
}

fn version(version: &Version, printer: &Printer) -> String {
    let Version { id, project, environment, time, git, .. } = version;
    let mut text = format!("{} {project}", printer.paint("1", id));
    if let Some(environment) = environment {
        let _ = write!(text, " ({environment})");
    }
    if let Some(time) = time {
        let _ = write!(text, ", {time}");
    }
    if let Some(git) = git {
        let commit: String = git.commit.chars().take(8).collect();
        let dirty = if git.dirty { ", dirty" } else { "" };
        let _ = write!(
            text,
            ", {}{commit}{dirty}",
            git.branch.as_ref().map_or(String::new(), |branch| format!("{branch} "))
        );
    }
    text
}

fn changes(difference: &Difference, printer: &Printer) -> String {
    let Difference { before, after, .. } = difference;
    let mut text = String::new();
    let sizes =
        |before, after| if before == after { String::new() } else { arrow(&bytes(before), &bytes(after)) };
    let mut add =
        |what: &str, more: String, rows: Vec<Row>| text.push_str(&list(what, &more, &rows, printer));
    let assets =
        difference.assets.iter().map(|change| row(change, &size(change, |asset: &Asset| asset.size)));
    add("assets", sizes(before.asset_size, after.asset_size), assets.collect());
    let rules = difference.rules.iter().map(|change| row(change, &size(change, |rule| rule.size)));
    add("rules", String::new(), rules.collect());
    let carried = difference.carried.iter().map(|change| row(change, &size(change, |file| file.size)));
    add("carried", String::new(), carried.collect());
    let modules =
        difference.modules.iter().map(|change| row(change, &size(change, |module| module.file.size)));
    let maps = difference.source_map.iter().map(|change| row(change, &size(change, |map| map.size)));
    add("worker", sizes(before.code_size, after.code_size), modules.chain(maps).collect());
    add("exports", String::new(), difference.exports.iter().map(|change| row(change, "")).collect());
    add(
        "routes",
        String::new(),
        difference.routes.iter().map(|change| row(change, &route(change))).collect(),
    );
    let bindings = difference.bindings.iter().filter(|change| !is_variable(change));
    add("bindings", String::new(), bindings.map(|change| row(change, &binding(change))).collect());
    if printer.verbose {
        add(
            "uses",
            String::new(),
            difference.uses.iter().map(|change| row(change, &users(change))).collect(),
        );
    }
    let settings = difference.settings.iter().filter(|change| !difference.is_said_elsewhere(change));
    add("settings", String::new(), settings.map(|change| row(change, &value(change, printer))).collect());
    let is_derived = |name: &str| name == "code.size" || name.starts_with("targets.");
    let other = difference.other.iter().filter(|change| printer.verbose || !is_derived(&change.name));
    add("other", String::new(), other.map(|change| row(change, &value(change, printer))).collect());
    add("unversioned", String::new(), unversioned(&difference.unversioned));
    if difference.reordered {
        let _ = writeln!(text, "the same, in another order");
    }
    text
}

/// A change of a list as a line of its own.
struct Row {
    change: Kind,
    text: String,
    class: Class,
}

fn row<T>(change: &Change<T>, more: &str) -> Row {
    let was = change.was.as_ref().map_or(String::new(), |was| format!("{was} -> "));
    let text = format!("{was}{}  {more}", change.name);
    Row { change: change.change, text: text.trim_end().to_owned(), class: change.class }
}

/// A list with how many changes of each kind there are.
fn list(what: &str, more: &str, rows: &[Row], printer: &Printer) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let kinds = [
        (Kind::Added, "added", "+", "32"),
        (Kind::Removed, "removed", "-", "31"),
        (Kind::Changed, "changed", "~", "33"),
        (Kind::Moved, "moved", ">", "36"),
    ];
    let count = |kind| rows.iter().filter(|row| row.change == kind).count();
    let counts = kinds.iter().map(|(kind, word, ..)| (count(*kind), word)).filter(|(count, _)| *count > 0);
    let mut heads: Vec<String> = counts.map(|(count, word)| format!("{count} {word}")).collect();
    heads.extend((!more.is_empty()).then(|| more.to_owned()));
    let mut text = head(what, &heads.join(", ")) + "\n";
    let shown = if printer.verbose { rows.len() } else { SHOWN };
    for row in rows.iter().take(shown) {
        let (_, _, sign, color) = kinds.iter().find(|(kind, ..)| *kind == row.change).unwrap_or(&kinds[2]);
        let class = match row.class {
            Class::Safe => String::new(),
            class => format!("  {}", paint(class, printer)),
        };
        let _ = writeln!(text, "  {} {}{class}", printer.paint(color, sign), row.text);
    }
    if rows.len() > shown {
        let _ = writeln!(text, "    and {} more (`-v` shows all)", rows.len() - shown);
    }
    text
}

fn size<T>(change: &Change<T>, of: impl Fn(&T) -> u64) -> String {
    match (change.before.as_ref().map(&of), change.after.as_ref().map(&of)) {
        (Some(before), Some(after)) if before != after => arrow(&bytes(before), &bytes(after)),
        (_, Some(size)) | (Some(size), _) => bytes(size),
        _ => String::new(),
    }
}

fn route(change: &Change<Route>) -> String {
    let (Some(before), Some(after)) = (&change.before, &change.after) else {
        let handler =
            change.after.as_ref().or(change.before.as_ref()).and_then(|route| route.handler.as_ref());
        return handler.cloned().unwrap_or_default();
    };
    let handler = |route: &Route| route.handler.clone().unwrap_or_else(|| "middleware only".to_owned());
    let parts = [
        ("", handler(before), handler(after)),
        ("middleware ", names(&before.middleware), names(&after.middleware)),
        ("uses ", names(&before.bindings), names(&after.bindings)),
    ];
    let differ = parts.iter().filter(|(_, before, after)| before != after);
    differ
        .map(|(what, before, after)| format!("{what}{}", arrow(before, after)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn names(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// Whether a binding is a variable on the sides where it is there: its value is told among the settings.
fn is_variable(change: &Change<Binding>) -> bool {
    change.before.iter().chain(&change.after).all(|binding| binding.kind == "vars")
}

fn binding(change: &Change<Binding>) -> String {
    let resource = |binding: &Binding| match (&binding.resource, &binding.provision) {
        (Some(resource), _) => resource.clone(),
        (None, Some(provision)) => format!("to be created as {}", provision.name),
        (None, None) => String::new(),
    };
    let describe =
        |binding: &Binding| format!("{} {}", binding.kind, resource(binding)).trim_end().to_owned();
    match (&change.before, &change.after) {
        (Some(before), Some(after)) if before.kind == after.kind => {
            format!("{} {}", after.kind, arrow(&resource(before), &resource(after)))
        }
        (Some(before), Some(after)) => arrow(&describe(before), &describe(after)),
        (before, after) => after.as_ref().or(before.as_ref()).map(describe).unwrap_or_default(),
    }
}

fn users(change: &Change<Vec<String>>) -> String {
    let of = |users: &Option<Vec<String>>| users.clone().unwrap_or_default();
    let (before, after) = (of(&change.before), of(&change.after));
    let came = after.iter().filter(|user| !before.contains(user)).map(|user| format!("+{user}"));
    let went = before.iter().filter(|user| !after.contains(user)).map(|user| format!("-{user}"));
    came.chain(went).collect::<Vec<_>>().join(", ")
}

fn value(change: &Change<Value>, printer: &Printer) -> String {
    let shown = |value: &Value| {
        let text = value.to_string();
        match text.char_indices().nth(VALUE) {
            Some((end, _)) if !printer.verbose => format!("{}…", text.get(..end).unwrap_or_default()),
            _ => text,
        }
    };
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => arrow(&shown(before), &shown(after)),
        (before, after) => after.as_ref().or(before.as_ref()).map(shown).unwrap_or_default(),
    }
}

fn unversioned(unversioned: &Unversioned) -> Vec<Row> {
    let Unversioned { secrets, migrations, crons, queue_consumers, routes, domains } = unversioned;
    let lists = [
        ("secret", secrets),
        ("migration", migrations),
        ("schedule", crons),
        ("queue consumer", queue_consumers),
        ("route", routes),
        ("domain", domains),
    ];
    let rows = lists.into_iter().flat_map(|(what, changes)| {
        changes.iter().map(move |change| Row { text: format!("{what} {}", change.name), ..row(change, "") })
    });
    rows.collect()
}

/// How safe it is.
pub(super) fn safety(difference: &Difference, printer: &Printer) -> String {
    let mut text = String::new();
    for risk in &difference.risks {
        let class = risk.class.as_str();
        let _ = writeln!(text, "{}{}", padded(&paint(risk.class, printer), class), risk.message);
        let _ = writeln!(text, "{:HEAD$}  {} {}", "", printer.paint("36", "help:"), risk.help);
    }
    if difference.classes().contains(&Class::Safe) {
        let rest = if difference.risks.is_empty() { "everything" } else { "everything else" };
        let _ = writeln!(text, "{}{rest}", padded(&paint(Class::Safe, printer), "safe"));
    }
    if difference.back == Class::Blocked {
        let _ = writeln!(
            text,
            "{}",
            head(
                "and back",
                &format!("{} (`diff` the other way round says why)", paint(Class::Blocked, printer))
            )
        );
    }
    text
}

fn paint(class: Class, printer: &Printer) -> String {
    let color = match class {
        Class::Safe => "32",
        Class::NotRestored => "36",
        Class::Person => "33",
        Class::Blocked => "31;1",
    };
    printer.paint(color, class.as_str())
}

/// A painted text with the spaces that the plain one needs.
fn padded(painted: &str, plain: &str) -> String {
    format!("{painted}{}", " ".repeat((HEAD + 2).saturating_sub(plain.len())))
}

fn head(what: &str, text: &str) -> String {
    format!("{what:HEAD$}  {text}").trim_end().to_owned()
}

fn arrow(before: &str, after: &str) -> String {
    format!("{before} -> {after}")
}
