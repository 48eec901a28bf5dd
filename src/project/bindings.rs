//! The bindings of an environment: every name on `env`, what stands behind it, and where it was declared.

use std::collections::BTreeMap;
use std::ops::Range;

use super::environment::Environment;
use super::{Binding, Provision};
use crate::config::{BindingKind, Entry, KINDS, Place, Value};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::limit::WORKFLOW_NAME;

/// One declaration of a binding in the file.
pub(crate) struct Declaration<'a> {
    pub(crate) name: &'a str,
    pub(crate) name_span: Range<usize>,
    /// What was declared: the table that holds the name, or the value of a variable.
    pub(crate) value: &'a Value,
}

/// The declarations of a kind below the value of its key. Those without a name have been reported.
pub(super) fn declarations<'a>(kind: &BindingKind, value: &'a Value) -> Vec<Declaration<'a>> {
    let named = |value: &'a Value| {
        let name = value.get(kind.name)?;
        Some(Declaration { name: name.as_str()?, name_span: name.span.clone(), value })
    };
    match kind.place {
        Place::List => value.items().iter().filter_map(named).collect(),
        Place::Within(key) => value.get(key).map_or(&[][..], Value::items).iter().filter_map(named).collect(),
        Place::Single => named(value).into_iter().collect(),
        Place::Names => {
            let one = |entry: &'a Entry| Declaration {
                name: &entry.key,
                name_span: entry.key_span.clone(),
                value: &entry.value,
            };
            value.entries().iter().map(one).collect()
        }
    }
}

/// All bindings in the order of their names. `assets` is that of the static files.
pub(super) fn bindings(
    environment: &Environment<'_>,
    assets: Option<&str>,
    diagnostics: &mut Diagnostics,
) -> Vec<Binding> {
    let source = &environment.config.source;
    let mut bindings = Vec::new();
    let mut taken = Taken { environment, first: BTreeMap::new() };
    for kind in KINDS {
        let Some(value) = environment.get(kind.key) else { continue };
        for declaration in declarations(kind, value) {
            let Declaration { name, name_span, value } = declaration;
            diagnostics.extend(check_name(environment, name, &name_span));
            diagnostics.extend(taken.take(name, kind.key, &name_span));
            let resource = kind.resource.iter().find_map(|field| value.get(field));
            diagnostics.extend(resource.and_then(|resource| check_resource(environment, kind, resource)));
            bindings.push(Binding {
                name: name.to_owned(),
                kind: kind.key,
                resource: resource.and_then(Value::as_str).map(str::to_owned),
                provision: (kind.provisioned && resource.is_none()).then(|| provision(value)),
                span: name_span,
            });
        }
    }
    for secret in environment.secrets() {
        diagnostics.extend(secret.as_str().and_then(|name| check_name(environment, name, &secret.span)));
        diagnostics.extend(secret.as_str().and_then(|name| taken.take(name, "secrets", &secret.span)));
    }
    let implied =
        assets.filter(|_| environment.get("assets").and_then(|assets| assets.get("binding")).is_none());
    if let Some((kind, span)) = implied.and_then(|assets| taken.first.get(assets)) {
        let message = format!("`{}` names the static files, but also stands in `{kind}`", super::ASSETS);
        diagnostics.push(
            Diagnostic::error(Code::DuplicateBinding, message)
                .at(source, span.clone(), "")
                .help("choose another name here, or one for the static files with `assets.binding`"),
        );
    }
    bindings.sort_by(|a, b| {
        a.name.cmp(&b.name).then_with(|| a.kind.cmp(b.kind)).then(a.span.start.cmp(&b.span.start))
    });
    bindings
}

/// What the file says of a resource that does not exist yet. Only D1 databases are named besides their identity.
fn provision(value: &Value) -> Provision {
    let text = |field: &str| value.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
    Provision {
        name: text("database_name").map(str::to_owned),
        jurisdiction: text("jurisdiction").map(str::to_owned),
    }
}

/// The names seen so far, with the kind and place of the first declaration.
struct Taken<'a> {
    environment: &'a Environment<'a>,
    first: BTreeMap<String, (&'static str, Range<usize>)>,
}

impl Taken<'_> {
    fn take(&mut self, name: &str, kind: &'static str, span: &Range<usize>) -> Option<Diagnostic> {
        let Some((first_kind, first)) = self.first.get(name) else {
            self.first.insert(name.to_owned(), (kind, span.clone()));
            return None;
        };
        let message = match *first_kind == kind {
            true => format!("`{name}` is declared twice in `{kind}`"),
            false => format!("`{name}` is declared in `{first_kind}` and in `{kind}`"),
        };
        let source = &self.environment.config.source;
        let (earlier, later) = if first.start <= span.start { (first, span) } else { (span, first) };
        Some(
            Diagnostic::error(Code::DuplicateBinding, message)
                .at(source, later.clone(), "again here")
                .at(source, earlier.clone(), "first here")
                .help("code can reach only one of them as `env.NAME`; rename the other"),
        )
    }
}

fn check_name(environment: &Environment<'_>, name: &str, span: &Range<usize>) -> Option<Diagnostic> {
    let mut characters = name.chars();
    let starts = |character: char| character.is_alphabetic() || character == '_' || character == '$';
    let first = characters.next().is_some_and(starts);
    if first && characters.all(|character| starts(character) || character.is_alphanumeric()) {
        return None;
    }
    let source = &environment.config.source;
    Some(match name {
        "" => Diagnostic::error(Code::InvalidBindingName, "a binding has an empty name")
            .at(source, span.clone(), "")
            .help("give it the name that the code is to use"),
        _ => Diagnostic::warning(
            Code::InvalidBindingName,
            format!("`{name}` cannot be written as `env.{name}`"),
        )
        .at(source, span.clone(), "")
        .help(format!("use letters, digits and `_`, not starting with a digit, or write `env[\"{name}\"]`")),
    })
}

/// An identity that is there but cannot be right. A missing one is fine: the resource is then created.
fn check_resource(environment: &Environment<'_>, kind: &BindingKind, value: &Value) -> Option<Diagnostic> {
    let text = value.as_str()?;
    let source = &environment.config.source;
    let field = kind.resource.first()?;
    if text.is_empty() && kind.provisioned {
        let message = format!("`{field}` of `{}` is empty", kind.key);
        let help =
            format!("fill in the identity, or delete `{field}` to have the resource created at deployment");
        return Some(
            Diagnostic::error(Code::InvalidValue, message).at(source, value.span.clone(), "").help(help),
        );
    }
    if kind.key == "r2_buckets" && !is_bucket_name(text) {
        let help = "use 3 to 63 lower case letters, digits and `-`, with a letter or digit at both ends";
        let message = format!("`{text}` cannot be the name of a bucket");
        return Some(
            Diagnostic::error(Code::InvalidValue, message).at(source, value.span.clone(), "").help(help),
        );
    }
    if kind.key == "workflows" && !is_workflow_name(text) {
        let most = WORKFLOW_NAME.unit.shown(WORKFLOW_NAME.paid);
        let help = format!("use letters, digits, `-` and `_`, no `-` at the start, and at most {most}");
        let message = format!("`{text}` cannot be the name of a workflow");
        return Some(
            Diagnostic::error(Code::InvalidValue, message).at(source, value.span.clone(), "").help(help),
        );
    }
    None
}

fn is_workflow_name(text: &str) -> bool {
    (1..=WORKFLOW_NAME.most()).contains(&text.len())
        && !text.starts_with('-')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_bucket_name(text: &str) -> bool {
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    (3..=63).contains(&bytes.len())
        && bytes.iter().all(|byte| plain(byte) || *byte == b'-')
        && bytes.first().is_some_and(plain)
        && bytes.last().is_some_and(plain)
}
