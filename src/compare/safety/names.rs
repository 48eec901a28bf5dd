//! Names that somebody has to set: secrets, and what nothing declares.

use std::collections::BTreeSet;

use super::{Reason, Risk, listed};
use crate::deployment::Document;

pub(super) fn risks(before: &Document, after: &Document) -> Vec<Risk> {
    let (running, target) = (secrets(before), secrets(after));
    let (variables, wanted) = (variables(before), variables(after));
    let mut risks = Vec::new();
    let mut risk = |reason, names: Vec<&str>, message: &str, help: String| {
        if !names.is_empty() {
            let message = message.replace("{}", &listed(&names));
            let names = names.into_iter().map(str::to_owned).collect();
            risks.push(Risk::new(reason, names, message, help));
        }
    };
    let needed: Vec<&str> = target.difference(&running).copied().collect();
    let (turned, missing): (Vec<&str>, Vec<&str>) =
        needed.into_iter().partition(|name| variables.contains(name));
    let help = put(&missing);
    risk(Reason::SecretMissing, missing, "secrets have to be set that what runs does not ask for: {}", help);
    let message = "what is a variable of what runs is a secret of the target: {}";
    let help = "`wrangler secret put` refuses the name of a variable: deploy with `--secrets-file`";
    risk(Reason::VariableToSecret, turned, message, help.to_owned());
    let turned: Vec<&str> = wanted.intersection(&running).copied().collect();
    let message = "what is a secret of what runs is a variable of the target, which takes its place: {}";
    let help = "keep the secret's value, if it will be needed again: deploying replaces it";
    risk(Reason::SecretToVariable, turned, message, help.to_owned());
    let names: Vec<&str> = undeclared(after).difference(&undeclared(before)).copied().collect();
    let names: Vec<&str> = names.into_iter().filter(|name| !running.contains(name)).collect();
    let help = put(&names);
    risk(Reason::NameUndeclared, names, "the code uses names that nothing declares: {}", help);
    risks
}

fn put(names: &[&str]) -> String {
    let commands: Vec<String> = names.iter().map(|name| format!("`wrangler secret put {name}`")).collect();
    format!("make sure that they are set: {}", commands.join(", "))
}

fn secrets(document: &Document) -> BTreeSet<&str> {
    document.unversioned.secrets.iter().map(String::as_str).collect()
}

fn variables(document: &Document) -> BTreeSet<&str> {
    let variables = document.bindings.iter().filter(|binding| binding.kind == "vars");
    variables.map(|binding| binding.name.as_str()).collect()
}

/// Names that the code uses and that are set elsewhere, if at all. What Pages sets is left out.
fn undeclared(document: &Document) -> BTreeSet<&str> {
    let assets = document.assets.iter().map(|assets| assets.binding.as_str());
    let bindings = document.bindings.iter().map(|binding| binding.name.as_str());
    let declared: BTreeSet<&str> = bindings.chain(assets).chain(secrets(document)).collect();
    let used = document.uses.keys().map(String::as_str);
    used.filter(|name| !declared.contains(name) && !name.starts_with("CF_PAGES")).collect()
}
