//! What an environment declares, held against what the platform takes of it.

use super::{Environment, Facts};
use crate::config::{Entry, Kind, Value};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::limit::{
    CRONS, Limit, QUEUE_BATCH_SIZE, QUEUE_BATCH_TIMEOUT, QUEUE_CONCURRENCY, QUEUE_RETRIES, VARIABLE_SIZE,
    VARIABLE_SIZE_AT_LEAST, VARIABLES,
};

/// Fields of a queue's consumer that have a limit.
const CONSUMER: [(&str, &Limit); 4] = [
    ("max_batch_size", &QUEUE_BATCH_SIZE),
    ("max_batch_timeout", &QUEUE_BATCH_TIMEOUT),
    ("max_retries", &QUEUE_RETRIES),
    ("max_concurrency", &QUEUE_CONCURRENCY),
];

/// All that is too much.
pub(super) fn exceeded(facts: &Facts<'_>, here: &Environment<'_>) -> Vec<Diagnostic> {
    let variables = here.get("vars").map_or(&[][..], Value::entries);
    let mut found: Vec<Diagnostic> =
        variables.iter().filter_map(|entry| too_long(facts, here, entry)).collect();
    found.extend(too_many(facts, here, variables));
    found.extend(schedules(facts, here));
    let consumers = here.get("queues").and_then(|queues| queues.get("consumers"));
    for consumer in consumers.map_or(&[][..], Value::items) {
        found.extend(
            CONSUMER.iter().filter_map(|(key, limit)| asks_too_much(facts, here, consumer, key, limit)),
        );
    }
    found
}

/// Variables and secrets that have to be set count together. The first one that is too many is shown.
fn too_many(facts: &Facts<'_>, here: &Environment<'_>, variables: &[Entry]) -> Option<Diagnostic> {
    let spans = variables.iter().map(|entry| &entry.key_span);
    let spans: Vec<_> = spans.chain(here.secrets().iter().map(|secret| &secret.span)).collect();
    let excess = VARIABLES.judge(spans.len() as u64, facts.project.plan)?;
    let (first, most) = (spans.get(usize::try_from(excess.most).ok()?)?, excess.most);
    let what = format!("{} has {} variables and secrets", here.shown(), spans.len());
    Some(
        excess
            .diagnostic(Code::VariableLimit, &what)
            .at(&here.config.source, (*first).clone(), format!("number {}", most + 1))
            .help("put several into one variable as JSON, or into a KV namespace; what only the build of a front end reads can go"),
    )
}

/// The platform gets a string as it is, and any other value as JSON.
fn too_long(facts: &Facts<'_>, here: &Environment<'_>, entry: &Entry) -> Option<Diagnostic> {
    let bytes = match &entry.value.kind {
        Kind::String(text) => text.len(),
        _ => entry.value.to_json().to_string().len(),
    };
    let size = bytes as u64;
    let what = format!("the value of `{}` has {size} bytes", entry.key);
    let diagnostic = match VARIABLE_SIZE.judge(size, facts.project.plan) {
        Some(excess) => excess.diagnostic(Code::VariableLimit, &what),
        None if size > VARIABLE_SIZE_AT_LEAST => {
            let message = format!(
                "{what}, and the platform may take no more than {VARIABLE_SIZE_AT_LEAST}: it says 5 KB"
            );
            Diagnostic::warning(Code::VariableLimit, message).at_most(Severity::Warning)
        }
        None => return None,
    };
    Some(
        diagnostic
            .at(&here.config.source, entry.key_span.clone(), "")
            .help("put it into a KV namespace or a static file, or into the code"),
    )
}

fn schedules(facts: &Facts<'_>, here: &Environment<'_>) -> Option<Diagnostic> {
    let crons = here.get("triggers")?.get("crons")?.items();
    let excess = CRONS.judge(crons.len() as u64, facts.project.plan)?;
    let (first, most) = (crons.get(usize::try_from(excess.most).ok()?)?, excess.most);
    let what = format!("{} has {} schedules", here.shown(), crons.len());
    Some(
        excess
            .diagnostic(Code::TriggerLimit, &what)
            .at(&here.config.source, first.span.clone(), format!("number {}", most + 1))
            .help("all workers of an account count together; join schedules, and look at the time in the handler"),
    )
}

fn asks_too_much(
    facts: &Facts<'_>,
    here: &Environment<'_>,
    consumer: &Value,
    key: &str,
    limit: &Limit,
) -> Option<Diagnostic> {
    let value = consumer.get(key)?;
    let Kind::Number(number) = &value.kind else { return None };
    let excess = limit.judge(number.as_u64()?, facts.project.plan)?;
    let diagnostic = excess.diagnostic(Code::TriggerLimit, &format!("`{key}` is {number}"));
    let help = format!("write {} or less", excess.most);
    Some(diagnostic.at(&here.config.source, value.span.clone(), "").help(help))
}
