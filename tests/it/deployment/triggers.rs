//! What the real `wrangler deploy` does about what belongs to no version: `compare` tells users of it.

use std::path::Path;

use serde_json::{Value, json};

use super::upload::deploy_where;
use crate::fixture::build;
use crate::project::write;

/// Builds and deploys a worker with these settings where this is there.
fn deploy(directory: &Path, settings: &Value, there: &Value) -> Value {
    let mut config = json!({ "name": "shop", "compatibility_date": "2026-01-01", "main": "index.js" });
    config.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    let index = b"import { DurableObject } from 'cloudflare:workers';\nexport class Room extends DurableObject {}\nexport default { fetch: () => new Response() };\n";
    write(directory, &[("wrangler.json", config.to_string().as_bytes()), ("index.js", index)]);
    let dist = directory.join("dist");
    build(directory, &dist, &[]);
    deploy_where(&dist.join("wrangler.json"), None, there)
}

/// Schedules, routes and domains are replaced where the configuration has some, and schedules also where it says that there are
/// none. Consumers are only ever added.
#[test]
fn triggers_are_replaced_or_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let worker = "/accounts/ACCOUNT/workers/scripts/shop";
    let request = |method: &str, what: &str| format!("{method} {worker}/{what}");
    let all = json!({
        "triggers": { "crons": ["0 * * * *"] },
        "routes": ["shop.example.com/*", { "pattern": "shop.example.org", "custom_domain": true }],
        "queues": { "consumers": [{ "queue": "mail" }] },
    });
    let none = json!({ "triggers": { "crons": [] }, "routes": [], "queues": { "consumers": [] } });
    let cases = [
        (json!({ "triggers": {} }), vec![]),
        (none, vec![(request("PUT", "schedules"), json!([]))]),
        (
            all,
            vec![
                (
                    "POST /accounts/ACCOUNT/queues/mail/consumers".to_owned(),
                    json!({ "type": "worker", "script_name": "shop", "settings": {} }),
                ),
                (request("POST", "domains/changeset"), json!([{ "hostname": "shop.example.org" }])),
                (
                    request("PUT", "domains/records"),
                    json!({
                        "override_scope": true,
                        "override_existing_origin": true,
                        "override_existing_dns_record": true,
                        "origins": [{ "hostname": "shop.example.org" }],
                    }),
                ),
                (request("PUT", "routes"), json!([{ "pattern": "shop.example.com/*" }])),
                (request("PUT", "schedules"), json!([{ "cron": "0 * * * *" }])),
            ],
        ),
    ];
    for (settings, expected) in cases {
        let sent = deploy(directory.path(), &settings, &json!({ "queues": ["mail", "news"] }));
        let triggers = sent["triggers"].as_array().unwrap().iter();
        let told =
            |request: &Value| (request["request"].as_str().unwrap().to_owned(), request["body"].clone());
        let mut told: Vec<(String, Value)> = triggers.map(told).collect();
        told.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(told, expected, "{settings}");
    }
}

/// Behind the last tag that was applied only what is new; all over again where that tag is not known.
#[test]
fn migrations_go_on_from_the_last_tag() {
    let directory = tempfile::tempdir().unwrap();
    let migrations = |tags: &[&str]| -> Value {
        let steps = tags.iter().enumerate().map(|(at, tag)| match at {
            0 => json!({ "tag": tag, "new_sqlite_classes": ["Room"] }),
            _ => json!({ "tag": tag }),
        });
        json!({ "migrations": steps.collect::<Vec<_>>() })
    };
    let class = json!({ "new_sqlite_classes": ["Room"] });
    for (tags, applied, expected) in [
        (&["v1", "v2"][..], "v1", json!({ "old_tag": "v1", "new_tag": "v2", "steps": [{}] })),
        (&["v1"], "v2", json!({ "old_tag": "v2", "new_tag": "v1", "steps": [class] })),
        (&["v2", "v1"], "v2", json!({ "old_tag": "v2", "new_tag": "v1", "steps": [{}] })),
    ] {
        let sent = deploy(directory.path(), &migrations(tags), &json!({ "migration_tag": applied }));
        assert_eq!(sent["script"]["metadata"]["migrations"], expected, "{tags:?} over {applied}");
    }
}
