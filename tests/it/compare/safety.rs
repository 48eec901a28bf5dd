//! Every reason why something is not safe, and what is safe.

use std::collections::BTreeSet;
use std::fs;

use pagesbuild::compare::{Class, Difference, Direction, Reason, compare};
use serde_json::{Value, json};

use super::{described, everything};
use crate::fixture::root;

/// Goes from one description to another, both made of the same one.
fn go(direction: Direction, before: impl Fn(&mut Value), after: impl Fn(&mut Value)) -> Difference {
    let (mut one, mut other) = (everything(), everything());
    before(&mut one);
    after(&mut other);
    compare(&described(&one), &described(&other), direction)
}

fn reasons(difference: &Difference) -> Vec<(Reason, Vec<&str>)> {
    let told = |risk: &'_ pagesbuild::compare::Risk| risk.reason != Reason::Data;
    let risks = difference.risks.iter().filter(|risk| told(risk));
    risks.map(|risk| (risk.reason, risk.names.iter().map(String::as_str).collect())).collect()
}

fn nothing(_: &mut Value) {}

/// Sets the tags of migrations, in both places that have them.
fn tags(document: &mut Value, tags: &[&str]) {
    document["unversioned"]["migrations"] = json!(tags);
    document["settings"]["migrations"] =
        tags.iter().map(|tag| json!({ "tag": tag, "new_sqlite_classes": [] })).collect();
}

fn exports(document: &mut Value, exports: Value) {
    document["settings"].as_object_mut().unwrap().remove("migrations");
    document["unversioned"]["migrations"] = json!([]);
    document["settings"]["exports"] = exports;
}

fn live(storage: &str) -> Value {
    json!({ "type": "durable-object", "storage": storage })
}

fn without_export(document: &mut Value, class: &str) {
    document["code"]["exports"].as_array_mut().unwrap().retain(|export| export != class);
}

#[test]
fn migrations() {
    type Said = &'static [(Reason, &'static [&'static str])];
    let cases: [(&[&str], &[&str], Said); 9] = [
        (&["v1", "v2"], &["v1", "v2", "v3"], &[]),
        (&[], &["v1"], &[]),
        // Those that every deployment is behind may be taken out of the configuration.
        (&["v1", "v2"], &["v2", "v3"], &[]),
        (&["v2"], &["v1", "v2"], &[]),
        (&["v1", "v2"], &["v1"], &[(Reason::MigrationMissing, &["v2"])]),
        (&["v1", "v2"], &[], &[(Reason::MigrationMissing, &["v1", "v2"])]),
        (&["v1", "v2"], &["v3"], &[(Reason::MigrationMissing, &["v1", "v2"])]),
        (&["v1", "v2", "v3"], &["v1", "v3"], &[(Reason::MigrationMissing, &["v2"])]),
        (&["v1", "v2"], &["v2", "v1"], &[(Reason::MigrationOrder, &["v1", "v2"])]),
    ];
    for (running, target, expected) in cases {
        let to = |list: &'static [&'static str]| move |document: &mut Value| tags(document, list);
        for direction in [Direction::Forward, Direction::Back] {
            let difference = go(direction, to(running), to(target));
            let expected: Vec<(Reason, Vec<&str>)> =
                expected.iter().map(|(reason, names)| (*reason, names.to_vec())).collect();
            assert_eq!(reasons(&difference), expected, "{running:?} -> {target:?}");
        }
    }
    let difference = go(Direction::Back, |one| tags(one, &["v1", "v2"]), |other| tags(other, &["v1"]));
    assert_eq!(difference.class, Class::Blocked);
    assert_eq!(difference.back, Class::NotRestored);
    assert_eq!(difference.unversioned.migrations[0].class, Class::Blocked);
}

#[test]
fn classes_that_are_gone() {
    // A Durable Object, a workflow, and a class that only a migration knows.
    for class in ["Counter", "Order"] {
        let difference = go(Direction::Back, nothing, |other| without_export(other, class));
        assert_eq!(reasons(&difference), [(Reason::ClassGone, vec![class])]);
        assert_eq!(difference.exports[0].class, Class::Blocked);
    }
    let known = |document: &mut Value| {
        document["settings"].as_object_mut().unwrap().remove("durable_objects");
    };
    let gone = go(Direction::Back, known, |other| {
        known(other);
        without_export(other, "Counter");
    });
    assert_eq!(reasons(&gone), [(Reason::ClassGone, vec!["Counter"])]);
    // One of another worker, and one that was not there either.
    let elsewhere = |document: &mut Value| {
        document["settings"]["workflows"][0]["script_name"] = json!("other");
        without_export(document, "Order");
    };
    let difference =
        go(Direction::Back, |one| one["settings"]["workflows"][0]["script_name"] = json!("other"), elsewhere);
    assert_eq!(reasons(&difference), []);
    let absent = go(
        Direction::Back,
        |one| without_export(one, "Counter"),
        |other| {
            without_export(other, "Counter");
            other["settings"]["logpush"] = json!(false);
        },
    );
    assert_eq!(reasons(&absent), []);
}

#[test]
fn classes_that_a_migration_does_away_with() {
    let step = |document: &mut Value, step: Value| {
        document["settings"]["migrations"].as_array_mut().unwrap().push(step);
        document["unversioned"]["migrations"].as_array_mut().unwrap().push(json!("v3"));
        without_export(document, "Counter");
    };
    let deleted = go(Direction::Forward, nothing, |other| {
        step(other, json!({ "tag": "v3", "deleted_classes": ["Counter"] }))
    });
    assert_eq!(reasons(&deleted), [(Reason::ClassDeleted, vec!["Counter"])]);
    assert_eq!((deleted.class, deleted.back), (Class::Person, Class::Blocked));
    let renamed = json!({ "tag": "v3", "renamed_classes": [{ "from": "Counter", "to": "Meter" }] });
    let renamed = go(Direction::Forward, nothing, |other| step(other, renamed.clone()));
    assert_eq!(reasons(&renamed), []);
}

#[test]
fn lives_that_exports_declares() {
    let both = json!({ "Counter": live("sqlite"), "Room": live("sqlite") });
    let one = json!({ "Counter": live("sqlite") });
    let go = |running: &Value, target: &Value| {
        go(Direction::Back, |one| exports(one, running.clone()), |other| exports(other, target.clone()))
    };
    assert_eq!(reasons(&go(&one, &both)), []);
    assert_eq!(reasons(&go(&both, &one)), [(Reason::Lifecycle, vec!["Room"])]);
    let renamed = json!({ "Counter": { "type": "durable-object", "state": "renamed", "renamed_to": "Room" }, "Room": live("sqlite") });
    assert_eq!(reasons(&go(&one, &renamed)), []);
    assert_eq!(reasons(&go(&renamed, &one)), [(Reason::Lifecycle, vec!["Room", "Counter"])]);
    let deleted = json!({ "Counter": { "type": "durable-object", "state": "deleted" } });
    let difference = go(&one, &deleted);
    assert_eq!(reasons(&difference), [(Reason::ClassDeleted, vec!["Counter"])]);
    assert!(
        difference.settings.iter().all(|change| change.class == Class::Person),
        "{:?}",
        difference.settings
    );
    assert_eq!(reasons(&go(&deleted, &one)), [(Reason::Lifecycle, vec!["Counter"])]);
    let legacy = json!({ "Counter": live("legacy-kv") });
    assert_eq!(reasons(&go(&one, &legacy)), [(Reason::StorageChanged, vec!["Counter"])]);
}

/// From `migrations` to `exports` there is a way, and none back.
#[test]
fn exports_in_place_of_migrations() {
    let moved =
        |document: &mut Value| exports(document, json!({ "Counter": live("sqlite"), "B": live("sqlite") }));
    assert_eq!(reasons(&go(Direction::Forward, nothing, moved)), []);
    assert_eq!(reasons(&go(Direction::Back, moved, nothing)), [(Reason::Lifecycle, vec!["B", "Counter"])]);
    let partly = |document: &mut Value| exports(document, json!({ "Counter": live("sqlite") }));
    let difference = go(Direction::Forward, nothing, partly);
    assert_eq!(reasons(&difference), [(Reason::Lifecycle, vec!["B"])]);
}

#[test]
fn resources_that_may_be_gone() {
    let other_namespace = |document: &mut Value| document["bindings"][0]["resource"] = json!("2222");
    let difference = go(Direction::Back, other_namespace, nothing);
    assert_eq!(reasons(&difference), [(Reason::ResourceUndeclared, vec!["CACHE"])]);
    assert_eq!(difference.bindings[0].class, Class::Blocked);
    // What is new is not gone.
    assert_eq!(reasons(&go(Direction::Forward, nothing, other_namespace)), []);
    // Under another name it is bound all the same; a queue that is read from is there.
    let renamed = |document: &mut Value| document["bindings"][0]["name"] = json!("KV");
    let names = |difference: &Difference| {
        reasons(difference).into_iter().map(|(reason, _)| reason).collect::<Vec<_>>()
    };
    assert_eq!(names(&go(Direction::Back, renamed, nothing)), []);
    let sender = |document: &mut Value| {
        let sender = json!({ "name": "MAIL", "type": "queues", "resource": "mail" });
        document["bindings"].as_array_mut().unwrap().push(sender);
    };
    assert_eq!(names(&go(Direction::Back, nothing, sender)), []);
    // Classes, datasets and limits are nothing that an account has.
    for kind in ["durable_objects", "analytics_engine_datasets", "ratelimits", "vars"] {
        let bound = |document: &mut Value| {
            let bound = json!({ "name": "X", "type": kind, "resource": "x" });
            document["bindings"].as_array_mut().unwrap().push(bound);
        };
        assert_eq!(names(&go(Direction::Back, nothing, bound)), [], "{kind}");
    }
}

#[test]
fn resources_that_are_created_anew() {
    let without = |document: &mut Value| _ = document["bindings"].as_array_mut().unwrap().remove(2);
    let difference = go(Direction::Back, without, nothing);
    let expected = (Reason::ResourceCreated, vec!["DB"]);
    assert!(reasons(&difference).contains(&expected), "{:?}", difference.risks);
    assert!(!reasons(&go(Direction::Forward, without, nothing)).contains(&expected));
}

#[test]
fn names_that_somebody_has_to_set() {
    let secrets = |list: &'static [&'static str]| {
        move |document: &mut Value| document["unversioned"]["secrets"] = json!(list)
    };
    let difference = go(Direction::Back, secrets(&["STRIPE_KEY"]), secrets(&["A", "B", "STRIPE_KEY"]));
    assert_eq!(reasons(&difference), [(Reason::SecretMissing, vec!["A", "B"])]);
    assert!(difference.unversioned.secrets.iter().all(|change| change.class == Class::Person));
    // One that is not asked for any more may stay.
    let fewer = go(Direction::Back, secrets(&["A", "STRIPE_KEY"]), secrets(&["STRIPE_KEY"]));
    assert_eq!((reasons(&fewer), fewer.unversioned.secrets[0].class), (vec![], Class::Safe));
    let as_secret = |document: &mut Value| {
        _ = document["bindings"].as_array_mut().unwrap().pop();
        document["unversioned"]["secrets"] = json!(["STAGE", "STRIPE_KEY"]);
    };
    let turned = go(Direction::Back, nothing, as_secret);
    assert_eq!(reasons(&turned), [(Reason::VariableToSecret, vec!["STAGE"])]);
    assert_eq!(turned.bindings[0].class, Class::Person);
    assert_eq!(
        reasons(&go(Direction::Back, as_secret, nothing)),
        [(Reason::SecretToVariable, vec!["STAGE"])]
    );
}

#[test]
fn names_that_nothing_declares() {
    let used = |document: &mut Value| document["uses"]["TOKEN"] = json!(["a.ts#onRequest"]);
    let difference = go(Direction::Back, nothing, used);
    assert_eq!(reasons(&difference), [(Reason::NameUndeclared, vec!["TOKEN"])]);
    assert_eq!(difference.uses[0].class, Class::Person);
    assert_eq!(reasons(&go(Direction::Back, used, nothing)), []);
    for name in ["ASSETS", "CF_PAGES_URL", "STAGE"] {
        let used = |document: &mut Value| document["uses"][name] = json!(["a.ts#onRequest"]);
        assert_eq!(reasons(&go(Direction::Back, nothing, used)), [], "{name}");
    }
}

#[test]
fn another_worker() {
    let renamed = |document: &mut Value| {
        document["project"]["name"] = json!("store");
        // Nobody knows what that one runs.
        tags(document, &[]);
    };
    let difference = go(Direction::Back, nothing, renamed);
    assert_eq!(reasons(&difference), [(Reason::AnotherWorker, vec!["shop", "store"])]);
    assert_eq!(difference.other[0].class, Class::Person);
}

/// Said once, of what the target binds, whatever it is that differs.
#[test]
fn data_stays() {
    let difference = go(Direction::Back, nothing, |other| other["settings"]["logpush"] = json!(false));
    assert_eq!(difference.risks.len(), 1);
    assert_eq!(difference.risks[0].names, ["CACHE", "COUNTER", "DB", "ORDER"]);
    assert_eq!((difference.class, difference.settings[0].class), (Class::NotRestored, Class::Safe));
    let none = |document: &mut Value| document["bindings"] = json!([]);
    let difference = go(Direction::Back, none, |other| {
        none(other);
        other["settings"]["logpush"] = json!(false);
    });
    assert_eq!((difference.risks, difference.class), (vec![], Class::Safe));
}

/// What wrangler does with what makes a worker run: it differs from kind to kind.
#[test]
fn triggers() {
    type Set = fn(&mut Value, &[&str]);
    let crons: Set = |document, list| {
        document["unversioned"]["crons"] = json!(list);
        document["settings"]["triggers"] = json!({ "crons": list });
    };
    let kinds: [(&str, Reason, &str, &str); 4] = [
        ("crons", Reason::Crons, "sets them", "sets them"),
        ("queue_consumers", Reason::QueueConsumers, "takes none away", "takes none away"),
        ("routes", Reason::Routes, "sets them", "leaves those that are there"),
        ("domains", Reason::Domains, "sets them", "leaves those that are there"),
    ];
    for (field, reason, changed, emptied) in kinds {
        let set = |document: &mut Value, list: &[&str]| match field {
            "crons" => crons(document, list),
            _ => document["unversioned"][field] = json!(list),
        };
        for (list, says) in [(&["b"][..], changed), (&[], emptied)] {
            let difference = go(Direction::Back, |one| set(one, &["a"]), |other| set(other, list));
            let names: Vec<&str> = ["a"].iter().chain(list).copied().collect();
            assert_eq!(reasons(&difference), [(reason, names)], "{field}");
            let risk = difference.risks.iter().find(|risk| risk.reason == reason).unwrap();
            assert!(risk.message.contains(says), "{field}: {}", risk.message);
            assert_eq!(risk.class, Class::NotRestored);
        }
        let added = go(Direction::Back, |one| set(one, &["a"]), |other| set(other, &["a", "b"]));
        assert!(added.risks.iter().any(|risk| risk.message.contains("sets them")), "{field}");
    }
    // Schedules that the configuration does not speak of stay as they are.
    let silent = |document: &mut Value| {
        document["unversioned"]["crons"] = json!([]);
        document["settings"].as_object_mut().unwrap().remove("triggers");
    };
    let difference = go(Direction::Back, nothing, silent);
    assert!(
        difference.risks.iter().any(|risk| risk.message.contains("leaves those")),
        "{:?}",
        difference.risks
    );
}

#[test]
fn every_reason_is_documented() {
    let text = fs::read_to_string(root().join("docs/versions.md")).unwrap();
    let table = text.split("| reason | class | when |\n").nth(1).unwrap();
    let documented: BTreeSet<(&str, &str)> = table
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| line.split_once("` | `"))
        .filter_map(|(reason, rest)| Some((reason, rest.split('`').next()?)))
        .collect();
    let known = Reason::ALL.iter().map(|reason| (reason.as_str(), reason.class().as_str()));
    assert_eq!(documented, known.collect());
}
