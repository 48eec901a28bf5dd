//! `pagesbuild uses [NAME]`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use pagesbuild::binding::{Certainty, Escape, Reason, Use, User};
use pagesbuild::pipeline::{self, Used};
use serde_json::{Value, json};

use super::printer::{Printer, plural};
use super::{Global, Outcome, ProjectArguments, project_options};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild uses
  pagesbuild uses DB
  pagesbuild uses DB -C site --format json

NAME is a binding, a variable or a secret. Everything that is listed under it breaks when it goes.";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Name on `env` [default: all of them]
    name: Option<String>,
    /// Directory of the project
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
    #[command(flatten)]
    project: ProjectArguments,
}

pub(super) fn run(arguments: Arguments, global: &Global, printer: &Printer) -> Outcome {
    let options = project_options(arguments.directory, global, arguments.project, None);
    let (used, diagnostics) = pipeline::uses(&options)?;
    let name = arguments.name.as_deref();
    if printer.json {
        let result = used.as_ref().map_or(Value::Null, |used| to_json(used, name));
        printer.document(used.is_some(), &result, &diagnostics)?;
        return Ok(used.is_some());
    }
    printer.diagnostics(&diagnostics);
    let Some(used) = used else {
        printer.verdict(&diagnostics);
        return Ok(false);
    };
    let shown = match name {
        Some(name) => one(&used, name, printer),
        None => table(&used),
    };
    match shown.is_empty() {
        true => printer.status(&match name {
            Some(name) => format!("`{name}` is neither declared nor used\n"),
            None => "nothing is declared or used\n".to_owned(),
        }),
        false => printer.result(&shown)?,
    }
    let lost: Vec<String> = used.uses.escapes.iter().map(escape).collect();
    if !lost.is_empty() {
        printer.status(&format!(
            "`env` cannot be followed everywhere, so there may be more:\n{}",
            lost.concat()
        ));
    }
    Ok(true)
}

/// Everything about one name.
fn one(used: &Used, name: &str, printer: &Printer) -> String {
    let kind = kind(used, name);
    let uses: Vec<&Use> = used.uses.uses.iter().filter(|one| one.name == name).collect();
    let mut text = String::new();
    if kind.is_none() && uses.is_empty() {
        return text;
    }
    let kind = kind.unwrap_or("not declared");
    let _ = writeln!(text, "{} {}", printer.paint("1", name), printer.paint("2", kind));
    for one in &uses {
        let _ = writeln!(text, "  used at {}{}", place(one), printer.paint("2", &doubts(one)));
    }
    if uses.is_empty() {
        let _ = writeln!(text, "  no code is known to use it");
        return text;
    }
    if uses.iter().any(|one| one.everybody) {
        let _ = writeln!(text, "  without it nothing works: modules use it when they are evaluated");
    }
    let users: Vec<&User> = used.uses.users_of(name).collect();
    if !users.is_empty() {
        let _ = writeln!(text, "  without it these do not work");
    }
    for user in users {
        let _ = writeln!(text, "    {user}");
        for (pattern, method) in routes(used, user) {
            let method = method.as_deref().unwrap_or("*");
            let _ = writeln!(text, "      {}", printer.paint("2", &format!("{method} {pattern}")));
        }
    }
    text
}

fn routes<'a>(used: &'a Used, user: &User) -> &'a [(String, Option<String>)] {
    let at = used.uses.users.iter().position(|known| known == user);
    at.and_then(|at| used.routes.get(at)).map_or(&[], Vec::as_slice)
}

/// A line for each name that is declared or used.
fn table(used: &Used) -> String {
    let mut rows = Vec::new();
    for name in names(used) {
        let places = used.uses.uses.iter().filter(|one| one.name == name).count();
        let users = used.uses.users_of(name).count();
        let everybody = used.uses.uses.iter().any(|one| one.name == name && one.everybody);
        let users = if everybody { "everybody".to_owned() } else { plural(users, "user") };
        let kind = kind(used, name).unwrap_or("not declared");
        rows.push([name.to_owned(), kind.to_owned(), plural(places, "place"), users]);
    }
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    let line = |[name, kind, places, users]: &[String; 4]| {
        format!("{name:0$}  {kind:1$}  {places:2$}  {users}\n", widths[0], widths[1], widths[2])
    };
    rows.iter().map(line).collect()
}

/// The names that are declared or used, sorted.
fn names(used: &Used) -> Vec<&str> {
    let declared = used.project.bindings.iter().map(|binding| binding.name.as_str());
    let secrets = used.secrets.iter().map(String::as_str);
    let used = used.uses.uses.iter().map(|one| one.name.as_str());
    let mut names: Vec<&str> = declared.chain(secrets).chain(used).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// What declares a name.
fn kind<'a>(used: &'a Used, name: &str) -> Option<&'a str> {
    let binding = used.project.bindings.iter().find(|binding| binding.name == name);
    let assets = used.project.assets.as_ref().filter(|assets| assets.binding == name);
    let secret = used.secrets.iter().any(|secret| secret == name);
    (binding.map(|binding| binding.kind)).or(assets.map(|_| "assets")).or(secret.then_some("secrets"))
}

fn place(one: &Use) -> String {
    let (line, column) = one.source.line_and_column(one.span.start);
    format!("{}:{line}:{column}", one.source.path())
}

fn doubts(one: &Use) -> String {
    let likely = (one.certainty == Certainty::Likely).then_some("likely");
    let guarded = one.guarded.then_some("may be absent");
    let doubts: Vec<&str> = likely.into_iter().chain(guarded).collect();
    if doubts.is_empty() { String::new() } else { format!(" ({})", doubts.join(", ")) }
}

fn escape(one: &Escape) -> String {
    let (line, column) = one.source.line_and_column(one.span.start);
    let why = match &one.reason {
        Reason::DynamicKey => "the name is only known when the program runs".to_owned(),
        Reason::AllNames => "all names are listed".to_owned(),
        Reason::UnknownCallee(None) => "it is given to a function that is not known".to_owned(),
        Reason::UnknownCallee(Some(callee)) => format!("it is given to `{callee}`"),
    };
    format!("  {}:{line}:{column}: {why}\n", one.source.path())
}

fn to_json(used: &Used, name: Option<&str>) -> Value {
    let users: Vec<Value> = used
        .uses
        .users
        .iter()
        .zip(&used.routes)
        .map(|(user, routes)| {
            let routes: Vec<Value> = routes
                .iter()
                .map(|(pattern, method)| json!({ "pattern": pattern, "method": method }))
                .collect();
            json!({ "name": user.to_string(), "role": user.role.as_str(), "routes": routes })
        })
        .collect();
    let is_wanted = |one: &str| name.is_none_or(|name| name == one);
    let uses = used.uses.uses.iter().filter(|one| is_wanted(&one.name)).map(|one| {
        let (line, column) = one.source.line_and_column(one.span.start);
        json!({
            "name": one.name,
            "file": one.source.path(),
            "line": line,
            "column": column,
            "certain": one.certainty == Certainty::Certain,
            "guarded": one.guarded,
            "everybody": one.everybody,
            "users": one.users.iter().map(|user| used.uses.users[user.0 as usize].to_string()).collect::<Vec<_>>(),
        })
    });
    let escapes = used.uses.escapes.iter().map(|one| {
        let (line, column) = one.source.line_and_column(one.span.start);
        let (reason, callee) = match &one.reason {
            Reason::DynamicKey => ("dynamic-key", None),
            Reason::AllNames => ("all-names", None),
            Reason::UnknownCallee(callee) => ("unknown-callee", callee.as_ref()),
        };
        json!({ "file": one.source.path(), "line": line, "column": column, "reason": reason, "callee": callee })
    });
    let names = names(used).into_iter().filter(|one| is_wanted(one));
    let declared = names.map(|name| json!({ "name": name, "kind": kind(used, name) }));
    json!({
        "names": declared.collect::<Vec<_>>(),
        "uses": uses.collect::<Vec<_>>(),
        "users": users,
        "escapes": escapes.collect::<Vec<_>>(),
    })
}
