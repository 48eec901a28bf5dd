//! What to write into the configuration, in its own format, for what the code uses.

use super::Environment;
use crate::config::{edit, required, spoken};
use crate::diagnostic::Change;

/// What a field takes that only the user knows.
const UNKNOWN: &str = "...";

/// The change that declares a name as a binding of a kind.
pub(super) fn declare(here: &Environment<'_>, kind: &'static str, name: &str) -> Change {
    let environment = here.table.map(|table| table.key.clone());
    let fields = required(kind).into_iter().map(|field| (field, UNKNOWN.into()));
    Change::Declare { environment, kind, name: name.to_owned(), fields: fields.collect() }
}

/// The change that declares a name, where nothing about it is left to the user.
pub(super) fn fix(here: &Environment<'_>, kind: &'static str, name: &str) -> Option<Change> {
    let is_whole = required(kind).is_empty() && kind != "unsafe" && here.config.generated.is_none();
    is_whole.then(|| declare(here, kind, name))
}

/// The change that makes a name one of the secrets that have to be set.
pub(super) fn require(here: &Environment<'_>, name: &str) -> Change {
    Change::Require { environment: here.table.map(|table| table.key.clone()), name: name.to_owned() }
}

/// The command that does the same.
pub(super) fn command(here: Option<&Environment<'_>>, kind: &str, name: &str) -> String {
    let fields: String = required(kind).iter().map(|field| format!(" {field}={UNKNOWN}")).collect();
    let environment = here.and_then(|here| here.table).map(|table| format!(" --env {}", table.key));
    format!("pagesbuild bind {} {name}{fields}{}", spoken(kind), environment.unwrap_or_default())
}

/// How to declare a name: a command, and the lines that it adds.
pub(super) fn help(here: Option<&Environment<'_>>, kind: &'static str, name: &str) -> String {
    let Some(here) = here else {
        return format!(
            "`{} --create` makes a configuration file that declares it",
            command(None, kind, name)
        );
    };
    let file = here.config.source.path();
    if let Some(generated) = &here.config.generated {
        let project = generated.project.file_name().unwrap_or_default().to_string_lossy();
        return format!(
            "declare it in the configuration of `{project}` that `{file}` was made of, and build again"
        );
    }
    let command = command(Some(here), kind, name);
    match edit(here.config, &[declare(here, kind, name)]) {
        Ok(edited) => {
            let lines: Vec<String> = edited.added().into_iter().map(|(_, line)| line).collect();
            format!("`{command}` adds to `{file}`:\n{}", lines.join("\n").trim_matches('\n'))
        }
        Err(_) => format!("`{command}`"),
    }
}
