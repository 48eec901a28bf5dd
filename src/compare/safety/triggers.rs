//! What makes a worker run: schedules, queues, routes and domains. They belong to the worker and to no version of it.

use std::collections::BTreeSet;

use super::{Reason, Risk, listed};
use crate::deployment::Document;

/// What wrangler does with triggers when it deploys.
enum Deploying {
    /// It makes them those of the configuration, whatever there was.
    Replaces,
    /// It does nothing about them, since the configuration has none.
    Leaves,
    /// It adds what is new, and leaves the others.
    Adds,
}

pub(super) fn risks(before: &Document, after: &Document) -> Vec<Risk> {
    let (running, target) = (&before.unversioned, &after.unversioned);
    // An empty list of schedules is a statement, an empty list of routes is not.
    let says_crons = after.settings.get("triggers").is_some_and(|triggers| triggers.get("crons").is_some());
    let replaces = |says: bool| if says { Deploying::Replaces } else { Deploying::Leaves };
    let kinds = [
        (Reason::Crons, "schedules", &running.crons, &target.crons, replaces(says_crons)),
        (
            Reason::QueueConsumers,
            "consumers of queues",
            &running.queue_consumers,
            &target.queue_consumers,
            Deploying::Adds,
        ),
        (Reason::Routes, "routes", &running.routes, &target.routes, replaces(!target.routes.is_empty())),
        (
            Reason::Domains,
            "custom domains",
            &running.domains,
            &target.domains,
            replaces(!target.domains.is_empty()),
        ),
    ];
    let risks = kinds.into_iter().filter_map(|(reason, what, running, target, deploying)| {
        risk(reason, what, &names(running), &names(target), &deploying)
    });
    risks.collect()
}

fn risk(
    reason: Reason,
    what: &str,
    running: &BTreeSet<&str>,
    target: &BTreeSet<&str>,
    deploying: &Deploying,
) -> Option<Risk> {
    let (gone, new): (Vec<&str>, Vec<&str>) =
        (running.difference(target).copied().collect(), target.difference(running).copied().collect());
    if gone.is_empty() && new.is_empty() {
        return None;
    }
    let sides = [("new", &new), ("gone", &gone)];
    let differs = sides.iter().filter(|(_, names)| !names.is_empty());
    let differs: Vec<String> = differs.map(|(which, names)| format!("{which}: {}", listed(names))).collect();
    let (does, help) = match deploying {
        Deploying::Replaces => ("`wrangler deploy` sets them, `wrangler rollback` does not", None),
        Deploying::Leaves => {
            ("`wrangler deploy` leaves those that are there, since the target has none", Some(&gone))
        }
        Deploying::Adds if gone.is_empty() => {
            ("`wrangler deploy` sets them, `wrangler rollback` does not", None)
        }
        Deploying::Adds => ("`wrangler deploy` adds what is new and takes none away", Some(&gone)),
    };
    let help = match help {
        None => "deploy with `wrangler deploy`, or set them with `wrangler triggers deploy`".to_owned(),
        Some(gone) => format!("remove {} yourself, if they are not to stay", listed(gone)),
    };
    let names = gone.iter().chain(&new).map(|name| (*name).to_owned()).collect();
    Some(Risk::new(reason, names, format!("{what} differ ({}): {does}", differs.join("; ")), help))
}

fn names(list: &[String]) -> BTreeSet<&str> {
    list.iter().map(String::as_str).collect()
}
