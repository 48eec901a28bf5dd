//! A difference between two versions as text for people.

use std::fmt::Write;

use pagesbuild::compare::{Change, Class, Difference, Kind, Unversioned, Version};
use pagesbuild::deployment::document::{Binding, Package, Route};
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
    let Difference { before, after, equal, .. } = difference;
    if difference.same {
        return format!("{}\n{}", head("both", &version(after, printer)), "the same deployment\n");
    }
    let parts = [("code", equal.code), ("assets", equal.assets), ("bindings", equal.bindings)];
    let equal: Vec<&str> = parts.iter().filter(|(_, equal)| *equal).map(|(part, _)| *part).collect();
    let mut text =
        head("from", &version(before, printer)) + "\n" + &head("to", &version(after, printer)) + "\n";
    if !equal.is_empty() {
        let _ = writeln!(text, "{}", head("equal", &equal.join(", ")));
    }
    text
}

fn version(version: &Version, printer: &Printer) -> String {
    let Version { id, project, environment, time, git, .. } = version;
    let mut text = format!(" {project}");
    if let Some(environment) = environment {
        let _ = write!(text, " ({environment})");
    }
    if let Some(time) = time {
        let _ = write!(text, ", {time}");
    }
    if let Some(git) = git {
        let commit: String = git.commit.chars().take(8).collect();
        let branch = git.branch.as_ref().map_or(String::new(), |branch| format!(" {branch}"));
        let _ = write!(text, ", {commit}{branch}{}", if git.dirty { ", changed" } else { "" });
    }
    printer.paint("1", &plain(id)) + &plain(&text)
}

/// A text without what a terminal would act on: descriptions can come from anywhere.
fn plain(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

fn changes(difference: &Difference, printer: &Printer) -> String {
    let Difference { before, after, .. } = difference;
    let sizes = |before, after| match before == after {
        true => String::new(),
        false => arrow(&bytes(before), &bytes(after)),
    };
    let files = |what: &str, rows: Vec<Row>| list(what, "", &rows, printer);
    let assets = rows(&difference.assets, |change| size(change, |asset| asset.size));
    let mut text = list("assets", &sizes(before.asset_size, after.asset_size), &assets, printer);
    text += &files("rules", rows(&difference.rules, |change| size(change, |rule| rule.size)));
    text += &files("carried", rows(&difference.carried, |change| size(change, |file| file.size)));
    let mut modules = rows(&difference.modules, |change| size(change, |module| module.file.size));
    modules.extend(rows(&difference.source_map, |change| size(change, |map| map.size)));
    text += &list("worker", &sizes(before.code_size, after.code_size), &modules, printer);
    text += &match &difference.sources {
        Some(sources) => files("sources", rows(sources, |change| size(change, |source| source.size))),
        None if modules.is_empty() => String::new(),
        None => head("sources", "not known, since `build.json` does not tell") + "\n",
    };
    let lists = [
        ("packages", rows(&difference.packages, package)),
        ("exports", rows(&difference.exports, |_| String::new())),
        ("routes", rows(&difference.routes, route)),
        ("bindings", rows(difference.bindings.iter().filter(|change| !is_variable(change)), binding)),
        ("uses", rows(difference.uses.iter().filter(|_| printer.verbose), users)),
        ("settings", rows(settings(difference), |change| value(change, printer))),
        ("other", rows(other(difference, printer), |change| value(change, printer))),
        ("unversioned", unversioned(&difference.unversioned)),
    ];
    lists.into_iter().for_each(|(what, rows)| text += &list(what, "", &rows, printer));
    if difference.reordered {
        let _ = writeln!(text, "the same, in another order");
    }
    text
}

/// Settings that are not told elsewhere.
fn settings(difference: &Difference) -> impl Iterator<Item = &Change<Value>> {
    difference.settings.iter().filter(|change| !difference.is_said_elsewhere(change))
}

/// What has no list of its own; what follows from the rest is for those who ask for more.
fn other<'a>(difference: &'a Difference, printer: &Printer) -> impl Iterator<Item = &'a Change<Value>> {
    let verbose = printer.verbose;
    let is_derived = |name: &str| name == "code.size" || name.starts_with("targets.");
    difference.other.iter().filter(move |change| verbose || !is_derived(&change.name))
}

/// A change of a list as a line of its own.
struct Row {
    change: Kind,
    text: String,
    class: Class,
}

fn rows<'a, T: 'a>(
    changes: impl IntoIterator<Item = &'a Change<T>>,
    more: impl Fn(&Change<T>) -> String,
) -> Vec<Row> {
    let row = |change: &Change<T>| {
        let was = change.was.as_ref().map_or(String::new(), |was| format!("{was} -> "));
        let text = format!("{was}{}  {}", change.name, more(change));
        Row { change: change.change, text: plain(text.trim_end()), class: change.class }
    };
    changes.into_iter().map(row).collect()
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

fn package(change: &Change<Package>) -> String {
    let version = |package: &Package| package.version.clone().unwrap_or_else(|| "without version".to_owned());
    let versions = match (change.before.as_ref().map(version), change.after.as_ref().map(version)) {
        (Some(before), Some(after)) if before != after => arrow(&before, &after),
        (before, after) => after.or(before).unwrap_or_default(),
    };
    format!("{versions}, {}", size(change, |package| package.size))
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
    let row = |what: &str, row: Row| Row { text: format!("{what} {}", row.text), ..row };
    let lists = lists.into_iter().map(|(what, changes)| (what, rows(changes, |_| String::new())));
    lists.flat_map(|(what, rows)| rows.into_iter().map(move |one| row(what, one))).collect()
}

/// How safe it is.
pub(super) fn safety(difference: &Difference, printer: &Printer) -> String {
    let mut text = String::new();
    for risk in &difference.risks {
        let class = risk.class.as_str();
        let _ = writeln!(text, "{}{}", padded(&paint(risk.class, printer), class), plain(&risk.message));
        let _ = writeln!(text, "{:HEAD$}  {} {}", "", printer.paint("36", "help:"), plain(&risk.help));
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
