//! What a deployment is called and which runtime it asks for.

use super::Options;
use super::environment::Environment;
use crate::config::Value;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::error::Error;
use std::path::Path;

/// Taken when nobody names a date. A fixed one, so that a build next year still gives the same bytes; it
/// moves only with a release of pagesbuild.
pub(super) const DEFAULT_COMPATIBILITY_DATE: &str = "2026-09-01";

/// The worker's name: the flag's, or the file's by wrangler's rules, or one made of the directory's.
pub(super) fn name(
    options: &Options,
    root: &Path,
    environment: Option<&Environment<'_>>,
    assumptions: &mut Vec<String>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Error> {
    if let Some(name) = &options.name {
        if name.is_empty() || !is_name(name) {
            return Err(Error::Usage(format!("`--name {name}`: {NAME_RULE}")));
        }
        return Ok(name.clone());
    }
    if let Some(environment) = environment {
        check_name(environment, diagnostics);
        let own = environment.table.and_then(|table| table.value.get("name")).and_then(Value::as_str);
        let top = environment.config.root.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
        match (own.filter(|name| !name.is_empty()), top, suffix(environment)) {
            (Some(own), _, _) if !environment.is_pages() => return Ok(own.to_owned()),
            (_, Some(top), Some(suffix)) => return Ok(format!("{top}-{suffix}")),
            (_, Some(top), None) => return Ok(top.to_owned()),
            _ => {}
        }
    }
    let directory = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut name = from_directory(&directory);
    if let Some(suffix) = environment.and_then(suffix) {
        name = format!("{name}-{suffix}");
    }
    assumptions.push(format!("No name is given, so the deployment is called `{name}` after its directory."));
    Ok(name)
}

/// What an environment adds to the name. On Pages production is the project itself; a preview gets a worker of
/// its own all the same, so that deploying one never replaces the other.
fn suffix<'a>(environment: &Environment<'a>) -> Option<&'a str> {
    // A generated configuration has the environment's name in its own already.
    let appended = environment.config.generated.is_none();
    environment.name.filter(|name| appended && !(environment.is_pages() && *name == "production"))
}

const NAME_RULE: &str =
    "a name consists of lower case letters, digits, `-` and `_`, and does not start with `-`";

/// The name as written where it applies, which need not be where it is wrong.
fn check_name(environment: &Environment<'_>, diagnostics: &mut Diagnostics) {
    let Some(value) = environment.get("name") else { return };
    let Some(name) = value.as_str().filter(|name| !is_name(name)) else { return };
    diagnostics.push(
        Diagnostic::error(Code::InvalidName, format!("`{name}` cannot be the name of a worker"))
            .at(&environment.config.source, value.span.clone(), "")
            .help(format!("{NAME_RULE}, such as `{}`", from_directory(name))),
    );
}

fn is_name(name: &str) -> bool {
    !name.starts_with('-')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
}

fn from_directory(directory: &str) -> String {
    let plain = |character: char| {
        if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '-' }
    };
    let dashed: String = directory.chars().map(plain).collect();
    let parts: Vec<&str> = dashed.split('-').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "worker".to_owned() } else { parts.join("-") }
}

/// The compatibility date: the flag's, the file's or [`DEFAULT_COMPATIBILITY_DATE`].
pub(super) fn compatibility_date(
    options: &Options,
    environment: Option<&Environment<'_>>,
    assumptions: &mut Vec<String>,
    diagnostics: &mut Diagnostics,
) -> Result<String, Error> {
    if let Some(date) = &options.compatibility_date {
        if !is_date(date) {
            return Err(Error::Usage(format!(
                "`--compatibility-date {date}`: a date is written as `YYYY-MM-DD`"
            )));
        }
        return Ok(date.clone());
    }
    let value =
        environment.and_then(|environment| Some((environment, environment.get("compatibility_date")?)));
    if let Some((environment, value)) = value {
        let Some(date) = value.as_str() else { return Ok(DEFAULT_COMPATIBILITY_DATE.to_owned()) };
        if is_date(date) {
            return Ok(date.to_owned());
        }
        diagnostics.push(
            Diagnostic::error(Code::InvalidCompatibilityDate, format!("`{date}` is not a date"))
                .at(&environment.config.source, value.span.clone(), "")
                .help(format!("write it as `YYYY-MM-DD`, such as `{DEFAULT_COMPATIBILITY_DATE}`")),
        );
        return Ok(DEFAULT_COMPATIBILITY_DATE.to_owned());
    }
    assumptions.push(format!("No compatibility date is given, so `{DEFAULT_COMPATIBILITY_DATE}` is taken."));
    Ok(DEFAULT_COMPATIBILITY_DATE.to_owned())
}

/// `YYYY-MM-DD`, and a day that exists.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        text.get(range)
            .filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|part| part.parse().ok())
    };
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return false;
    }
    let (Some(year), Some(month), Some(day)) = (digits(0..4), digits(5..7), digits(8..10)) else {
        return false;
    };
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let length: u32 = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=length).contains(&day)
}

/// The file's compatibility flags, then those of the command line that are not among them.
pub(super) fn compatibility_flags(
    options: &Options,
    environment: Option<&Environment<'_>>,
    diagnostics: &mut Diagnostics,
) -> Vec<String> {
    let written = environment.and_then(|environment| environment.get("compatibility_flags"));
    let written = written.map_or(&[][..], Value::items).iter();
    let written = written.filter_map(|value| Some((value.as_str()?, environment.zip(Some(&value.span)))));
    let given = options.compatibility_flags.iter().map(|flag| (flag.as_str(), None));
    let mut flags: Vec<String> = Vec::new();
    for (flag, place) in written.chain(given) {
        if flags.iter().any(|known| known == flag) {
            continue;
        }
        if let Some(mut problem) = flag_problem(&flags, flag) {
            if let Some((environment, span)) = place {
                problem = problem.at(&environment.config.source, span.clone(), "");
            }
            diagnostics.push(problem);
        }
        flags.push(flag.to_owned());
    }
    flags
}

/// What the platform refuses about a flag beside others.
fn flag_problem(others: &[String], flag: &str) -> Option<Diagnostic> {
    if flag.starts_with("experimental:") {
        let message = format!("`{flag}` is not a compatibility flag");
        let help = "write `nodejs_compat`, and set `compatibility_date` to `2024-09-23` or later";
        return Some(Diagnostic::error(Code::InvalidValue, message).help(help));
    }
    let other = others.iter().find(|other| contradict(other, flag) || contradict(flag, other))?;
    let message = format!("the compatibility flags `{other}` and `{flag}` exclude each other");
    Some(Diagnostic::error(Code::ConflictingSettings, message).help("delete one of them"))
}

/// Whether one flag switches something on that the other switches off, or both are versions of one thing.
fn contradict(on: &str, off: &str) -> bool {
    let disabled = on.strip_prefix("enable_").zip(off.strip_prefix("disable_"));
    off.strip_prefix("no_") == Some(on)
        || disabled.is_some_and(|(one, other)| one == other)
        || matches!(
            (on, off),
            ("nodejs_compat_populate_process_env", "nodejs_compat_do_not_populate_process_env")
                | ("nodejs_compat", "nodejs_compat_v2")
        )
}
