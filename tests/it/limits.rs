//! What the platform takes at most: exactly as much is fine, one more is not, on either plan.

use std::fs;
use std::path::Path;

use pagesbuild::limit::{self, ASSET_SIZE, Limit, VARIABLES, WORKER_SIZE};
use serde_json::{Value, json};

use crate::fixture::{pagesbuild, root, stdout};
use crate::project::write;

/// Exit code, and what was said with these codes: severity and message.
fn said(project: &Path, arguments: &[&str], codes: &[&str]) -> (i32, Vec<String>) {
    let output = pagesbuild(project, arguments.iter().copied().chain(["--format", "json"]));
    let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let diagnostics = document["diagnostics"].as_array().unwrap().iter();
    let line = |diagnostic: &Value| {
        let text = |key: &str| diagnostic[key].as_str().unwrap().to_owned();
        codes.contains(&text("code").as_str()).then(|| format!("{} {}", text("severity"), text("message")))
    };
    (output.status.code().unwrap(), diagnostics.filter_map(line).collect())
}

fn configure(project: &Path, more: &Value) {
    let mut all =
        json!({ "name": "limits", "compatibility_date": "2026-10-01", "assets": { "directory": "public" } });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    write(project, &[("wrangler.json", all.to_string().as_bytes()), ("public/index.html", b"")]);
}

/// What each plan says of a number of things that `make` makes, in `check` and in `build`.
fn severities(project: &Path, code: &str) -> Vec<Option<String>> {
    let first = |arguments: &[&str]| {
        let (exit, said) = said(project, arguments, &[code]);
        let severity = said.first().map(|said| said.split(' ').next().unwrap().to_owned());
        assert_eq!(exit, i32::from(severity.as_deref() == Some("error")), "{arguments:?}: {said:?}");
        severity
    };
    let plans: [&[&str]; 3] = [&[], &["--plan", "free"], &["--plan", "paid"]];
    let both = |plan: &&[&str]| {
        let checked = first(&[&["check"], *plan].concat());
        let built = first(&[&["build", "--no-store"], *plan].concat());
        assert_eq!(checked, built, "{plan:?}");
        checked
    };
    plans.iter().map(both).collect()
}

/// Severities without a plan, on the free one and on the paid one, at both borders of a limit.
fn at_the_borders(limit: &Limit, code: &str, project: &Path, make: impl Fn(usize)) {
    let all = |expected: [Option<&str>; 3]| expected.map(|one| one.map(str::to_owned)).to_vec();
    let cases = [
        (limit.free, [None, None, None]),
        (limit.free + 1, [Some("warning"), Some("error"), None]),
        (limit.paid, [Some("warning"), Some("error"), None]),
        (limit.paid + 1, [Some("error"); 3]),
    ];
    for (number, expected) in cases {
        make(usize::try_from(number).unwrap());
        assert_eq!(severities(project, code), all(expected), "{number} {}", limit.what);
    }
}

#[test]
fn variables_and_secrets_count_together() {
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path();
    at_the_borders(&VARIABLES, "variable-limit", project, |count| {
        let vars: serde_json::Map<String, Value> =
            (10..count).map(|at| (format!("V{at}"), json!("x"))).collect();
        let secrets: Vec<String> = (0..10).map(|at| format!("S{at}")).collect();
        configure(project, &json!({ "vars": vars, "secrets": { "required": secrets } }));
    });
}

#[test]
fn schedules() {
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path();
    at_the_borders(&limit::CRONS, "trigger-limit", project, |count| {
        let crons: Vec<String> = (0..count).map(|at| format!("{} {} * * *", at % 60, at / 60)).collect();
        configure(project, &json!({ "triggers": { "crons": crons } }));
    });
}

#[test]
fn values_are_measured_as_they_are_sent() {
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path();
    let sizes = |value: Value| {
        configure(project, &json!({ "vars": { "A": value } }));
        said(project, &["check"], &["variable-limit"])
    };
    for plan in ["free", "paid"] {
        let error = (
            1,
            vec!["error the value of `A` has 5121 bytes, and the platform takes at most 5 KiB".to_owned()],
        );
        configure(project, &json!({ "vars": { "A": "x".repeat(5_121) } }));
        assert_eq!(said(project, &["check", "--plan", plan], &["variable-limit"]), error);
    }
    let at_least = |size: usize| {
        let what = format!(
            "warning the value of `A` has {size} bytes, and the platform may take no more than 5000: it says 5 KB"
        );
        (0, vec![what])
    };
    assert_eq!(sizes(json!("x".repeat(5_000))), (0, vec![]));
    assert_eq!(sizes(json!("x".repeat(5_001))), at_least(5_001));
    assert_eq!(sizes(json!("x".repeat(5_120))), at_least(5_120));
    // Bytes of UTF-8, and of JSON for what is no string: two quotation marks more, in brackets.
    assert_eq!(sizes(json!("é".repeat(2_500))), (0, vec![]));
    assert_eq!(sizes(json!("é".repeat(2_501))), at_least(5_002));
    assert_eq!(sizes(json!(["x".repeat(4_996)])), (0, vec![]));
    assert_eq!(sizes(json!(["x".repeat(4_997)])), at_least(5_001));
}

#[test]
fn each_environment_is_held_against_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path();
    let many: serde_json::Map<String, Value> = (0..65).map(|at| (format!("V{at}"), json!("x"))).collect();
    let few = json!({ "vars": { "V0": "x" } });
    configure(
        project,
        &json!({ "vars": { "V0": "x" }, "env": { "production": { "vars": many }, "preview": few } }),
    );
    let of = |arguments: &[&str]| said(project, arguments, &["variable-limit"]);
    let message = "`env.production` has 65 variables and secrets, and the free plan takes at most 64; the paid plan takes 128";
    assert_eq!(of(&["check"]), (0, vec![format!("warning {message}")]));
    assert_eq!(of(&["check", "--plan", "free"]), (1, vec![format!("error {message}")]));
    assert_eq!(of(&["check", "--plan", "free", "--env", "preview"]), (0, vec![]));
    // An account can have been given more.
    assert_eq!(
        of(&["check", "--plan", "free", "--warn", "variable-limit"]),
        (0, vec![format!("warning {message}")])
    );
}

#[test]
fn names_of_workflows() {
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path();
    let long = "w".repeat(64);
    for (name, fits) in [
        (long.as_str(), true),
        (&format!("{long}w"), false),
        ("order-mail_2", true),
        ("-order", false),
        ("order mail", false),
    ] {
        let workflow =
            json!({ "binding": "FLOW", "name": name, "class_name": "Flow", "script_name": "other" });
        configure(project, &json!({ "workflows": [workflow] }));
        let said = said(project, &["check"], &["invalid-value"]);
        let message = format!("error `{name}` cannot be the name of a workflow");
        assert_eq!(said, if fits { (0, vec![]) } else { (1, vec![message]) });
    }
}

#[test]
fn every_file_that_is_too_large_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path();
    configure(project, &json!({}));
    let sparse = |name: &str, size: u64| fs::File::create(project.join(name)).unwrap().set_len(size).unwrap();
    sparse("public/just.bin", ASSET_SIZE.paid);
    fs::create_dir(project.join("public/media")).unwrap();
    for name in ["public/media/film.mp4", "public/song.mp3"] {
        sparse(name, ASSET_SIZE.paid + 1);
    }
    for plan in ["free", "paid"] {
        let output = pagesbuild(project, ["check", "--plan", plan, "--format", "json"]);
        let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
        let line =
            |one: &Value| format!("{} {} {}", one["severity"], one["code"], one["path"]).replace('"', "");
        let said: Vec<String> = document["diagnostics"].as_array().unwrap().iter().map(line).collect();
        assert_eq!(said, ["error asset-limit public/media/film.mp4", "error asset-limit public/song.mp3"]);
    }
}

/// A version can be fine where it was built, and too much where it is to go.
#[test]
fn a_promotion_is_held_against_the_plan() {
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path();
    let vars =
        |count: usize| (0..count).map(|at| (format!("V{at}"), json!("x"))).collect::<serde_json::Map<_, _>>();
    let environments = json!({ "production": { "vars": vars(65) }, "preview": { "vars": vars(1) } });
    configure(project, &json!({ "env": environments }));
    assert!(pagesbuild(project, ["build", "--env", "preview"]).status.success());
    let promote = |plan: &str| {
        let arguments = ["promote", "--from", "preview", "--to", "production", "--force", "--plan", plan];
        said(project, &arguments, &["variable-limit"])
    };
    let (exit, said) = promote("free");
    assert_eq!((exit, said.len()), (1, 1), "{said:?}");
    assert_eq!(promote("paid"), (0, vec![]));
}

/// Each field of a queue's consumer up to the most that it can be.
#[test]
fn consumers_of_queues() {
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path();
    for (key, most) in
        [("max_batch_size", 100), ("max_batch_timeout", 60), ("max_retries", 100), ("max_concurrency", 250)]
    {
        for (more, expected) in [(0, None), (1, Some("error"))] {
            configure(
                project,
                &json!({ "queues": { "consumers": [{ "queue": "mail", key: most + more }] } }),
            );
            let expected = expected.map(str::to_owned);
            assert_eq!(severities(project, "trigger-limit"), [expected.clone(), expected.clone(), expected]);
        }
    }
}

/// A module of data fills a worker up to the byte.
#[test]
fn a_worker_names_what_weighs_most() {
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path();
    let main = "import large from \"heavy/large.bin\"\nimport { light } from \"light\"\nimport own from \"./own.bin\"\n\
                export default { fetch: () => new Response(light + large.byteLength + own.byteLength) }\n";
    let settings = json!({ "name": "limits", "compatibility_date": "2026-10-01", "main": "main.js" });
    write(
        project,
        &[
            ("wrangler.json", settings.to_string().as_bytes()),
            ("main.js", main.as_bytes()),
            ("own.bin", &[0; 1 << 20]),
            ("node_modules/heavy/package.json", br#"{ "name": "heavy", "version": "2.1.0" }"#),
            ("node_modules/heavy/large.bin", b"0"),
            ("node_modules/light/package.json", br#"{ "name": "light", "version": "1.0.0" }"#),
            ("node_modules/light/index.js", b"export const light = \"light\"\n"),
        ],
    );
    let output = pagesbuild(project, ["build", "--no-store", "--format", "json"]);
    let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let rest = document["result"]["code"]["size"].as_u64().unwrap() - 1;
    let fill = |size: u64| {
        let file = fs::File::create(project.join("node_modules/heavy/large.bin")).unwrap();
        file.set_len(size - rest).unwrap();
    };
    fill(WORKER_SIZE.paid);
    assert_eq!(said(project, &["build", "--no-store", "--no-cache"], &["worker-limit"]), (0, vec![]));
    fill(WORKER_SIZE.paid + 1);
    let message = "error the worker has 67108865 bytes, and the platform takes at most 64 MiB".to_owned();
    assert_eq!(said(project, &["check", "--plan", "paid"], &["worker-limit"]), (1, vec![message]));
    let output = pagesbuild(project, ["build", "--no-store", "--format", "json"]);
    let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let diagnostic = &document["diagnostics"][0];
    assert_eq!(
        (diagnostic["code"].as_str(), diagnostic["path"].as_str()),
        (Some("worker-limit"), Some("main.js"))
    );
    let weighs: Vec<&str> = diagnostic["notes"][0]["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item.as_str().unwrap())
        .collect();
    assert_eq!(weighs.len(), 3);
    assert!(weighs[0].starts_with("heavy@2.1.0: 6") && weighs[0].ends_with(" bytes, 98 %"), "{weighs:?}");
    assert!(
        weighs[1].starts_with("the project's own code: 104") && weighs[1].ends_with(", 1 %"),
        "{weighs:?}"
    );
    assert!(weighs[2].starts_with("light@1.0.0: ") && weighs[2].ends_with(", 0 %"), "{weighs:?}");
    // What it is made of can be looked at all the same.
    assert!(pagesbuild(project, ["analyze", "--format", "json"]).status.success());
}

/// The table of the documentation is that of the program.
#[test]
fn the_documentation_has_the_table() {
    let text = fs::read_to_string(root().join("docs/limits.md")).unwrap();
    let row = |limit: &&Limit| {
        let (free, paid) = (limit.unit.shown(limit.free), limit.unit.shown(limit.paid));
        format!("| {} | {free} | {paid} | {} | <{}> |", limit.what, limit.since, limit.source)
            .replace("|  |", "| |")
    };
    let expected: Vec<String> = limit::ALL.iter().map(row).collect();
    let rows: Vec<&str> =
        text.lines().filter(|line| line.starts_with("| ") && line.contains("<https://")).collect();
    assert_eq!(rows, expected, "\n{}", expected.join("\n"));
    assert!(text.contains(&format!("read on {}", limit::AS_OF)));
}
