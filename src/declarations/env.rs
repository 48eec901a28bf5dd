//! What `env` holds: the names of all environments, in the form that `wrangler types` gives them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::kinds::{self, Type};
use super::text::{is_identifier, key, specifier, string};
use super::{Exported, Input};
use crate::nodejs::Nodejs;
use crate::project::Project;

/// The names of `env` with their types.
type Members = BTreeMap<String, BTreeSet<Type>>;

/// Prints the interface of `env` and everything that hangs on it.
pub(super) fn print(input: &Input<'_>, out: &mut String) {
    let each: Vec<Members> = input.environments.iter().map(|project| members(input, project)).collect();
    let mut all = Members::new();
    for (name, types) in each.iter().flatten() {
        all.entry(name.clone()).or_default().extend(types.iter().cloned());
    }
    let interface = input.style.interface();
    let base = format!("__BaseEnv_{interface}");
    let everywhere = |name: &str| each.iter().all(|members| members.contains_key(name));
    out.push_str(&format!("interface {base} {{\n{}}}\n", lines(&all, "\t", everywhere)));
    out.push_str("declare namespace Cloudflare {\n");
    global_props(input, out);
    let mut taken = BTreeSet::from(["Env".to_owned()]);
    for (project, members) in input.environments.iter().zip(&each) {
        let Some(name) = project.environment.as_deref().filter(|_| input.asked.is_none()) else { continue };
        let interface = interface_name(name, &mut taken);
        out.push_str(&format!("\tinterface {interface} {{\n{}\t}}\n", lines(members, "\t\t", |_| true)));
    }
    out.push_str(&format!("\tinterface Env extends {base} {{}}\n}}\n"));
    out.push_str(&format!("interface {interface} extends {base} {{}}\n"));
    process_env(input, out);
}

/// What an environment has.
fn members(input: &Input<'_>, project: &Project) -> Members {
    let mut members = Members::new();
    let mut add = |name: &str, of: Type| {
        members.insert(name.to_owned(), BTreeSet::from([of]));
    };
    let implied = project.assets.as_ref().map(|assets| assets.binding.as_str());
    implied.into_iter().for_each(|name| add(name, "Fetcher".into()));
    // What is for development stands in the place of a variable, and never in that of a resource.
    let local = local(input);
    local.iter().for_each(|name| add(name, "string".into()));
    for binding in &project.bindings {
        if binding.kind != "vars" || !local.contains(binding.name.as_str()) {
            add(&binding.name, kinds::of(input, project, binding));
        }
    }
    required(project).for_each(|name| add(name, "string".into()));
    members
}

/// Names that are given for development. They do not count where the configuration lists its secrets.
fn local<'a>(input: &Input<'a>) -> BTreeSet<&'a str> {
    if input.environments.iter().any(|project| project.settings.contains_key("secrets")) {
        return BTreeSet::new();
    }
    input.local.iter().map(String::as_str).collect()
}

fn required(project: &Project) -> impl Iterator<Item = &str> {
    let required = project.settings.get("secrets").and_then(|secrets| secrets.get("required"));
    required.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str)
}

fn lines(members: &Members, indent: &str, present: impl Fn(&str) -> bool) -> String {
    let line = |(name, types): (&String, &BTreeSet<Type>)| {
        let optional = if present(name) { "" } else { "?" };
        let texts: Vec<&str> = types.iter().map(|of| of.text.as_str()).collect();
        let ignored = match types.iter().any(|of| of.untyped) {
            true => format!("{indent}{UNTYPED}\n"),
            false => String::new(),
        };
        format!("{ignored}{indent}{}{optional}: {};\n", key(name), texts.join(" | "))
    };
    members.iter().map(line).collect()
}

/// Without `allowJs` a module of JavaScript has no types, which is no mistake: what is of it is `any` then.
const UNTYPED: &str = "// @ts-ignore: a module of JavaScript, which `allowJs` gives its types";

/// What the worker exports, for `ctx.exports`.
fn global_props(input: &Input<'_>, out: &mut String) {
    let from_elsewhere =
        |exported: &Exported| Some(exported.module.as_path()) != input.main && is_identifier(&exported.name);
    let main = input.main.map(|main| format!("typeof import({})", specifier(input.directory, main)));
    let others: Vec<String> = input
        .exports
        .iter()
        .filter(|(_, exported)| from_elsewhere(exported))
        .map(|(name, exported)| format!("{}: typeof {}", key(name), kinds::imported(input, exported)))
        .collect();
    let others = Some(others).filter(|others| !others.is_empty());
    let others = others.map(|others| format!("{{ {} }}", others.join("; ")));
    let module: Vec<String> = main.into_iter().chain(others).collect();
    let durable: Vec<String> = input
        .environments
        .first()
        .map(durable_classes)
        .unwrap_or_default()
        .iter()
        .map(|name| string(name))
        .collect();
    if module.is_empty() && durable.is_empty() {
        return;
    }
    out.push_str("\tinterface GlobalProps {\n");
    if !module.is_empty() {
        let mut modules =
            input.main.into_iter().chain(input.exports.values().map(|exported| exported.module.as_path()));
        if modules.any(kinds::is_javascript) {
            out.push_str(&format!("\t\t{UNTYPED}\n"));
        }
        out.push_str(&format!("\t\tmainModule: {};\n", module.join(" & ")));
    }
    if !durable.is_empty() {
        out.push_str(&format!("\t\tdurableNamespaces: {};\n", durable.join(" | ")));
    }
    out.push_str("\t}\n");
}

/// The classes of Durable Objects that there are after all migrations.
fn durable_classes(project: &Project) -> BTreeSet<&str> {
    let mut classes = BTreeSet::new();
    let migrations = project.settings.get("migrations").and_then(Json::as_array);
    for migration in migrations.into_iter().flatten() {
        let list = |key: &str| migration.get(key).and_then(Json::as_array).into_iter().flatten();
        for deleted in list("deleted_classes").filter_map(Json::as_str) {
            classes.remove(deleted);
        }
        for renamed in list("renamed_classes") {
            let end = |key: &str| renamed.get(key).and_then(Json::as_str);
            if let (Some(from), Some(to)) = (end("from"), end("to")) {
                classes.remove(from);
                classes.insert(to);
            }
        }
        classes.extend(list("new_classes").chain(list("new_sqlite_classes")).filter_map(Json::as_str));
    }
    let exports = project.settings.get("exports").and_then(Json::as_object);
    for (name, export) in exports.into_iter().flatten() {
        let field = |key: &str| export.get(key).and_then(Json::as_str);
        let lives = matches!(field("state"), None | Some("created" | "expecting-transfer"));
        if field("type") == Some("durable-object") && lives {
            classes.insert(name);
        }
    }
    classes
}

/// The interface of an environment: `StagingEnv`. Environments can have any names, interfaces cannot.
fn interface_name(environment: &str, taken: &mut BTreeSet<String>) -> String {
    let words = environment.split(|character: char| !character.is_ascii_alphanumeric() && character != '$');
    let capital = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
    };
    let mut name: String = words.map(capital).collect();
    if !name.ends_with("Env") {
        name.push_str("Env");
    }
    if !is_identifier(&name) {
        name.insert(0, '_');
    }
    while !taken.insert(name.clone()) {
        name.push('_');
    }
    name
}

/// Variables and secrets on `process.env`, where the runtime puts them there.
fn process_env(input: &Input<'_>, out: &mut String) {
    let filled = input.environments.first().is_some_and(|project| {
        Nodejs::new(&project.compatibility_date, &project.compatibility_flags).fills_process_env()
    });
    let mut names: BTreeSet<&str> = local(input);
    for project in input.environments {
        let vars = project.bindings.iter().filter(|binding| binding.kind == "vars");
        names.extend(vars.map(|binding| binding.name.as_str()));
        names.extend(required(project));
    }
    if !filled || names.is_empty() {
        return;
    }
    let names: Vec<String> = names.into_iter().map(string).collect();
    out.push_str(&format!(
        "type StringifyValues<EnvType extends Record<string, unknown>> = {{
\t[Binding in keyof EnvType]: EnvType[Binding] extends string ? EnvType[Binding] : string;
}};
declare namespace NodeJS {{
\tinterface ProcessEnv extends StringifyValues<Pick<Cloudflare.Env, {}>> {{}}
}}
",
        names.join(" | ")
    ));
}
