//! Files that are changed in place: what was asked for is there, and everything else is as it was.

use std::fs;
use std::path::Path;

use pagesbuild::config::{self, Config};
use pagesbuild::diagnostic::{Change, Diagnostics};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::fixture::snapshot;
use crate::npm;

const TOML: &str = include_str!("everything.toml");
const JSON: &str = include_str!("everything.jsonc");

fn parse(name: &str, text: &str) -> Option<Config> {
    config::parse(Path::new(name), text, &mut Diagnostics::default())
}

fn declare(environment: Option<&str>, kind: &'static str, name: &str, fields: &[(&str, Json)]) -> Change {
    let fields = fields.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect();
    Change::Declare { environment: environment.map(str::to_owned), kind, name: name.to_owned(), fields }
}

fn kv(name: &str) -> Change {
    declare(None, "kv_namespaces", name, &[])
}

fn identify(environment: Option<&str>, kind: &'static str, name: &str) -> Change {
    let (name, resource) = (name.to_owned(), "0123".to_owned());
    Change::Identify { environment: environment.map(str::to_owned), kind, name, resource }
}

fn variable(environment: Option<&str>, value: Json) -> Change {
    Change::Variable { environment: environment.map(str::to_owned), name: "HOST".to_owned(), value }
}

fn require(environment: Option<&str>) -> Change {
    Change::Require { environment: environment.map(str::to_owned), name: "KEY".to_owned() }
}

fn create(environment: Option<&str>) -> Change {
    Change::Create { environment: environment.map(str::to_owned), class: "Room".to_owned() }
}

/// Files as people write them, and what is asked of each.
fn cases() -> Vec<(&'static str, &'static str, Vec<Change>)> {
    let staging = Some("staging");
    let everything = |environment: Option<&str>| {
        vec![
            declare(environment, "kv_namespaces", "IMAGES", &[]),
            declare(environment, "r2_buckets", "PHOTOS", &[("bucket_name", json!("photos"))]),
            declare(environment, "durable_objects", "ROOM", &[("class_name", json!("Room"))]),
            declare(environment, "ai", "AI", &[]),
            declare(
                environment,
                "ratelimits",
                "LIMIT",
                &[("namespace_id", json!("1")), ("simple.limit", json!(9)), ("simple.period", json!(60))],
            ),
            variable(environment, json!("example.com")),
            require(environment),
            create(environment),
        ]
    };
    vec![
        ("wrangler.toml", "", everything(None)),
        ("wrangler.toml", "name = \"a\"\nmain = \"b.ts\"", everything(None)),
        ("wrangler.toml", "name = \"a\"\n\n# Staging.\n[env.staging]\nname = \"b\"\n", everything(None)),
        (
            "wrangler.toml",
            "name = \"a\"\n\n# Staging.\n[env.staging]\nname = \"b\"\n\n[env.other]\nname = \"c\"\n",
            everything(staging),
        ),
        ("wrangler.toml", "name=\"a\"\nenv.staging.name=\"b\"\n\n[vars]\nA=\"\"\n", everything(staging)),
        ("wrangler.toml", "env = { staging = { name = \"b\" } }", everything(staging)),
        ("wrangler.toml", "[env]\nstaging = {}\n", everything(staging)),
        ("wrangler.toml", "[env.staging.vars]\nA = \"\"\n\n[env.z]\n", everything(staging)),
        ("wrangler.toml", "kv_namespaces = []", vec![kv("B")]),
        ("wrangler.toml", "kv_namespaces = [ { binding = \"A\" }, ] # here\n", vec![kv("B")]),
        (
            "wrangler.toml",
            "kv_namespaces = [\n    { binding = \"A\", id = \"1\" } # first\n    # more to come\n]\nname = \"a\"\n",
            vec![kv("B"), identify(None, "kv_namespaces", "B")],
        ),
        (
            "wrangler.toml",
            "kv_namespaces = [\n\t{ binding = \"A\", id = \"1\" }, # first\n]\n",
            vec![kv("B"), kv("C")],
        ),
        (
            "wrangler.toml",
            "  [[kv_namespaces]]\n    binding = \"A\" # first\n    # id = \"1\"\n\n# R2\n[[r2_buckets]]\nbinding = \"C\"\n",
            vec![kv("B"), identify(None, "kv_namespaces", "A"), identify(None, "r2_buckets", "C")],
        ),
        (
            "wrangler.toml",
            "[[ \"kv_namespaces\" ]]\nbinding = \"A\"\n# R2\n[[r2_buckets]]\nbinding = \"C\"\n[r2_buckets.local_dev]\n[[kv_namespaces]]\nbinding = \"D\"\n[x]\n",
            vec![kv("B"), declare(None, "r2_buckets", "E", &[]), identify(None, "r2_buckets", "C")],
        ),
        (
            "wrangler.toml",
            "vars = { A = 1 }\n[secrets]\nrequired = [\n  \"A\",\n  \"B\"\n]\n",
            vec![variable(None, json!({ "a": [1, 2] })), require(None)],
        ),
        (
            "wrangler.toml",
            "vars.A = 1\nsecrets.required = ['A']\n[vars.B]\nc = 1\n",
            vec![variable(None, json!({ "a": ["\"'\n\u{7f}\t"], "b\n": "\r" })), require(None)],
        ),
        ("wrangler.toml", "[vars] # all\n\n# nothing yet\n", vec![variable(None, json!(1.5))]),
        (
            "wrangler.toml",
            "[[migrations]]\ntag = \"0009\"\nnew_classes = [\"A\"]\n\n[env.staging]\n[[env.staging.migrations]]\ntag = \"first\"\n",
            vec![create(None), create(staging)],
        ),
        (
            "wrangler.toml",
            "[exports.A]\ntype = \"durable-object\"\nstorage = \"sqlite\"\n",
            vec![create(None)],
        ),
        ("wrangler.toml", "[[kv_namespaces]]\r\nbinding = \"A\"\r\n", vec![kv("B")]),
        (
            "wrangler.toml",
            "[[kv_namespaces]]\nbinding = \"A\"\nid = \"\"\n",
            vec![identify(None, "kv_namespaces", "A")],
        ),
        ("wrangler.json", "{}", everything(None)),
        ("wrangler.json", "{\"name\":\"a\"}", everything(None)),
        ("wrangler.json", "{ \"name\": \"a\", \"vars\": {} }\n", everything(None)),
        ("wrangler.jsonc", "{\n\t\"name\": \"a\"\n}", everything(None)),
        (
            "wrangler.jsonc",
            "{\n    // Its name.\n    \"name\": \"a\", // yes\n    \"env\": {\n        \"staging\": {\n            \"name\": \"b\" /* no */\n        }\n    }\n    // the end\n}\n",
            [everything(None), everything(staging)].concat(),
        ),
        ("wrangler.jsonc", "{\n  \"env\": {\n    \"staging\": {},\n  },\n}\n", everything(staging)),
        (
            "wrangler.jsonc",
            "{\r\n  \"kv_namespaces\": [{\r\n    \"binding\": \"A\"\r\n  }],\r\n  \"r2_buckets\": [\r\n    { \"binding\": \"C\" } // one\r\n    // two\r\n  ]\r\n}\r\n",
            vec![
                kv("B"),
                declare(None, "r2_buckets", "D", &[]),
                identify(None, "kv_namespaces", "A"),
                identify(None, "r2_buckets", "C"),
            ],
        ),
        (
            "wrangler.jsonc",
            "{\n  \"name\": \"a\"\n  , \"vars\": { \"A\": 1 } // comma first\n  , \"kv_namespaces\": [ /* none */ ]\n  , \"secrets\": { \"required\": [\n    // none\n  ] }\n}\n",
            vec![kv("B"), require(None), variable(None, json!("x")), declare(None, "ai", "AI", &[])],
        ),
        (
            "wrangler.jsonc",
            "{\n  \"observability\": { \"enabled\": true },\n  \"kv_namespaces\": [\n    {\n      \"binding\": \"A\"\n    }\n  ]\n}\n",
            vec![kv("B"), declare(None, "ai", "AI", &[])],
        ),
        (
            "wrangler.jsonc",
            "{\n  \"assets\": { \"directory\": \"./a\" },\n  \"vars\": { \"A\": \"1\" }\n}\n",
            everything(None),
        ),
        (
            "wrangler.jsonc",
            "{\n  \"env\": {\n    \"staging\": {\n      \"ai\": { \"binding\": \"AI\" }\n    }\n  }\n}\n",
            vec![declare(staging, "kv_namespaces", "B", &[]), declare(None, "kv_namespaces", "B", &[])],
        ),
        (
            "wrangler.json",
            "{ \"kv_namespaces\": [{ \"binding\": \"A\", \"id\": \"\" }] }",
            vec![identify(None, "kv_namespaces", "A")],
        ),
    ]
}

#[test]
fn files_as_people_write_them() {
    let mut text = String::new();
    for (name, old, changes) in cases() {
        let config = parse(name, old).unwrap();
        let shown = |text: &str| text.replace('\r', "\u{240d}").replace('\t', "\u{2192}");
        match config::edit(&config, &changes) {
            Ok(edited) => text.push_str(&shown(edited.config.source.text())),
            Err(diagnostic) => text.push_str(&format!("{diagnostic:?}")),
        }
        text.push_str("\n=====\n");
    }
    snapshot("edit", &text);
}

/// Decisions about how a file is written, one after the other.
struct Choices(std::vec::IntoIter<u8>);

impl Choices {
    /// One of so many.
    fn of(&mut self, count: u8) -> u8 {
        self.0.next().unwrap_or(0) % count
    }

    fn yes(&mut self) -> bool {
        self.of(2) == 1
    }
}

/// A configuration with bindings in some places.
fn content(choices: &mut Choices) -> Json {
    let mut root = json!({ "name": "a" });
    let table = |choices: &mut Choices| {
        let mut table = serde_json::Map::new();
        if choices.yes() {
            let entry = |at: u8| json!({ "binding": format!("K{at}"), "id": "1" });
            table.insert("kv_namespaces".to_owned(), (0..choices.of(4)).map(entry).collect());
        }
        if choices.yes() {
            let entry = |at: u8| json!({ "binding": format!("R{at}") });
            table.insert("r2_buckets".to_owned(), (0..choices.of(3)).map(entry).collect());
        }
        if choices.yes() {
            let entry = |at: u8| json!({ "name": format!("D{at}"), "class_name": "Other" });
            table.insert(
                "durable_objects".to_owned(),
                json!({ "bindings": (0..choices.of(3)).map(entry).collect::<Json>() }),
            );
        }
        if choices.yes() {
            let entries = (0..choices.of(3)).map(|at| (format!("V{at} é"), json!("a # b // c, {\"")));
            table.insert("vars".to_owned(), Json::Object(entries.collect()));
        }
        if choices.yes() {
            let names = (0..choices.of(3)).map(|at| json!(format!("S{at}")));
            table.insert("secrets".to_owned(), json!({ "required": names.collect::<Json>() }));
        }
        if choices.yes() {
            table.insert("migrations".to_owned(), json!([{ "tag": "v1", "new_classes": ["Other"] }]));
        }
        Json::Object(table)
    };
    root.as_object_mut().unwrap().extend(table(choices).as_object().unwrap().clone());
    if choices.yes() {
        root["env"] = json!({ "staging": table(choices) });
        if choices.yes() {
            root["limits"] = json!({ "cpu_ms": 1 });
        }
    }
    root
}

/// A comment, spaces or nothing, and whether the next thing starts on a line of its own.
fn gap(choices: &mut Choices, indentation: &str, newline: &str) -> String {
    match choices.of(7) {
        0 => String::new(),
        1 => " ".to_owned(),
        2 => " /* }], */ ".to_owned(),
        3 => format!(" // ]}}, \"{newline}{indentation}"),
        4 => format!("{newline}{indentation}// x,{newline}{newline}{indentation}"),
        _ => format!("{newline}{indentation}"),
    }
}

fn to_json(value: &Json, choices: &mut Choices, indentation: &str, newline: &str) -> String {
    let inner = format!("{indentation}  ");
    let (open, items, close) = match value {
        Json::Object(entries) => {
            let one = |(key, value): (&String, &Json)| {
                format!("{}: {}", Json::from(key.as_str()), to_json(value, choices, &inner, newline))
            };
            ('{', entries.iter().map(one).collect::<Vec<_>>(), '}')
        }
        Json::Array(items) => {
            ('[', items.iter().map(|item| to_json(item, choices, &inner, newline)).collect(), ']')
        }
        plain => return plain.to_string(),
    };
    let mut text = open.to_string();
    for (at, item) in items.iter().enumerate() {
        text.push_str(&gap(choices, &inner, newline));
        text.push_str(item);
        if at + 1 < items.len() || choices.yes() {
            text.push_str(if choices.of(4) == 1 { " /* , */ ," } else { "," });
        }
    }
    text.push_str(&gap(choices, indentation, newline));
    text.push(close);
    text
}

fn toml_value(value: &Json, choices: &mut Choices, newline: &str) -> String {
    match value {
        Json::Object(entries) => {
            let one = |(key, value): (&String, &Json)| {
                format!("{} = {}", Json::from(key.as_str()), toml_value(value, choices, newline))
            };
            format!("{{ {} }}", entries.iter().map(one).collect::<Vec<_>>().join(", "))
        }
        Json::Array(items) => {
            let mut text = "[".to_owned();
            for (at, item) in items.iter().enumerate() {
                if choices.yes() {
                    text.push_str(&format!(" # ], \"{newline}  "));
                }
                text.push_str(&toml_value(item, choices, newline));
                if at + 1 < items.len() || choices.yes() {
                    text.push_str(", ");
                }
            }
            if choices.yes() {
                text.push_str(&format!("# ]{newline}"));
            }
            text + "]"
        }
        plain => plain.to_string(),
    }
}

/// The lines of a table, then the tables in it under headers of their own.
fn toml_table(table: &Json, path: &str, choices: &mut Choices, newline: &str) -> (String, String) {
    let (mut lines, mut tables) = (String::new(), String::new());
    let comment = |choices: &mut Choices| match choices.of(4) {
        0 => format!(" # [x]{newline}"),
        1 => format!("{newline}# [x]{newline}"),
        2 => format!("{newline}{newline}"),
        _ => newline.to_owned(),
    };
    for (key, value) in table.as_object().unwrap() {
        let name = match key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            true => key.clone(),
            false => Json::from(key.as_str()).to_string(),
        };
        let full = format!("{path}{name}");
        match value {
            Json::Object(entries) if !entries.is_empty() && choices.of(4) == 0 => {
                for (inner, value) in entries {
                    let value = toml_value(value, choices, newline);
                    lines.push_str(&format!(
                        "{name}.{} = {value}{}",
                        Json::from(inner.as_str()),
                        comment(choices)
                    ));
                }
            }
            Json::Object(_) if choices.of(3) > 0 => {
                let (own, further) = toml_table(value, &format!("{full}."), choices, newline);
                tables.push_str(&format!("[{full}]{}{own}{further}", comment(choices)));
            }
            Json::Array(items)
                if !items.is_empty() && items.iter().all(Json::is_object) && choices.of(3) > 0 =>
            {
                for item in items {
                    let (own, further) = toml_table(item, &format!("{full}."), choices, newline);
                    tables.push_str(&format!("[[{full}]]{}{own}{further}", comment(choices)));
                }
            }
            value => {
                let value = toml_value(value, choices, newline);
                lines.push_str(&format!("{name} = {value}{}", comment(choices)));
            }
        }
    }
    (lines, tables)
}

/// A file of either format, written in any way.
fn file(choices: Vec<u8>) -> (&'static str, String) {
    let mut choices = Choices(choices.into_iter());
    let content = content(&mut choices);
    let newline = if choices.yes() { "\r\n" } else { "\n" };
    if choices.yes() {
        return ("wrangler.jsonc", to_json(&content, &mut choices, "", newline));
    }
    let (lines, tables) = toml_table(&content, "", &mut choices, newline);
    let mut text = lines + &tables;
    if choices.yes() {
        text.truncate(text.trim_end_matches(['\r', '\n']).len());
    }
    ("wrangler.toml", text)
}

/// The wanted change, made on the value.
fn expected(mut root: Json, change: &Change) -> Json {
    let environment = change.environment().map(str::to_owned);
    let own = environment.as_ref().map(|name| root["env"][name].clone());
    let in_environment = match change {
        Change::Create { .. } => own.is_some_and(|own| own.get("migrations").is_some()),
        _ => own.is_some(),
    };
    let table = match &environment {
        Some(name) if in_environment => &mut root["env"][name],
        _ => &mut root,
    };
    let push = |list: &mut Json, item: Json| match list {
        Json::Array(items) => items.push(item),
        none => *none = json!([item]),
    };
    match change {
        Change::Declare { kind: "durable_objects", name, .. } => {
            push(&mut table["durable_objects"]["bindings"], json!({ "name": name, "class_name": "Room" }));
        }
        Change::Declare { kind: "ai", name, .. } => table["ai"] = json!({ "binding": name }),
        Change::Declare { kind, name, .. } => push(&mut table[kind], json!({ "binding": name })),
        Change::Identify { kind, name, resource, .. } => {
            let items = table[kind].as_array_mut().unwrap();
            items.iter_mut().find(|item| item["binding"] == *name).unwrap()["bucket_name"] = json!(resource);
        }
        Change::Variable { name, value, .. } => table["vars"][name] = value.clone(),
        Change::Require { name, .. } => push(&mut table["secrets"]["required"], json!(name)),
        Change::Create { class, .. } => {
            let tag = if table.get("migrations").is_some() { "v2" } else { "v1" };
            push(&mut table["migrations"], json!({ "tag": tag, "new_sqlite_classes": [class] }));
        }
    }
    root
}

fn changes(environment: Option<&str>) -> Vec<Change> {
    vec![
        declare(environment, "kv_namespaces", "NEW", &[]),
        declare(environment, "durable_objects", "NEW", &[("class_name", json!("Room"))]),
        declare(environment, "ai", "NEW", &[]),
        variable(environment, json!("x")),
        variable(environment, json!({ "a": [1, { "b": true }] })),
        require(environment),
        create(environment),
        identify(environment, "r2_buckets", "R0"),
    ]
}

/// How many files of random shape are tried.
fn wanted() -> u32 {
    std::env::var("PAGESBUILD_TEST_EDITS").map_or(200, |value| value.parse().unwrap())
}

fn is_subsequence(old: &str, new: &str) -> bool {
    let mut new = new.bytes();
    old.bytes().all(|byte| new.any(|other| other == byte))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: wanted(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_asked_for_is_inserted_and_nothing_else(choices in prop::collection::vec(any::<u8>(), 200)) {
        let (name, old) = file(choices);
        let Some(config) = parse(name, &old) else { return Err(TestCaseError::fail(old)) };
        let value = config.root.to_json();
        let staging = config.root.get("env").is_some().then_some("staging");
        for environment in [None].into_iter().chain(staging.map(Some)) {
            for change in changes(environment) {
                let table = environment.map_or(&value, |name| &value["env"][name]);
                if matches!(change, Change::Identify { .. }) && table["r2_buckets"][0].is_null() {
                    prop_assert!(config::edit(&config, &[change]).is_err());
                    continue;
                }
                let edited = match config::edit(&config, std::slice::from_ref(&change)) {
                    Ok(edited) => edited,
                    Err(error) => return Err(TestCaseError::fail(format!("{change:?} {error:?}\n{old}"))),
                };
                let new = edited.config.source.text();
                let read = parse(name, new).unwrap().root.to_json();
                prop_assert_eq!(&read, &expected(value.clone(), &change), "{}", new);
                prop_assert!(is_subsequence(&old, new), "{old}\n===\n{new}");
                let gone = edited.diff().lines().skip(2).filter(|line| line.starts_with('-')).count();
                prop_assert!(gone <= 1, "{}", edited.diff());
                let carriage = new.matches('\n').count() == new.matches("\r\n").count();
                prop_assert!(!old.contains("\r\n") || carriage, "{new:?}");
                match config::edit(&edited.config, &[change]) {
                    Ok(again) => prop_assert_eq!(again.config.source.text(), new),
                    Err(error) => prop_assert_eq!(error.code.as_str(), "duplicate-binding"),
                }
            }
        }
    }

    #[test]
    fn any_text_can_be_a_value(text in any::<String>(), control in "[\\x00-\\x1f\\x7f\"'\\\\]{0,4}") {
        let text = text + &control;
        for (name, old) in [("wrangler.toml", "vars = {}\r\n"), ("wrangler.json", "{}")] {
            let value = json!({ text.clone(): [text] });
            let edited = config::edit(&parse(name, old).unwrap(), &[variable(None, value.clone())]).unwrap();
            prop_assert_eq!(&edited.config.root.to_json()["vars"]["HOST"], &value);
        }
    }

    #[test]
    fn any_file_is_edited_or_refused(bytes in super::robust::mutated(TOML), json in super::robust::mutated(JSON)) {
        for (name, bytes) in [("wrangler.toml", bytes), ("wrangler.jsonc", json)] {
            let Some(config) = parse(name, &String::from_utf8_lossy(&bytes)) else { continue };
            for change in changes(None).into_iter().chain(changes(Some("production"))) {
                if let Ok(edited) = config::edit(&config, &[change]) {
                    prop_assert!(parse(name, edited.config.source.text()).is_some());
                }
            }
        }
    }
}

/// wrangler parses what was written as it was meant.
#[test]
fn wrangler_reads_the_same() {
    let mut written: Vec<(String, String, Json)> = Vec::new();
    let mut add = |name: &str, config: &Config, changes: &[Change]| {
        if let Ok(edited) = config::edit(config, changes) {
            let text = edited.config.source.text().to_owned();
            written.push((format!("{}-{name}", written.len()), text, edited.config.root.to_json()));
        }
    };
    for (name, text, changes) in cases() {
        add(name, &parse(name, text).unwrap(), &changes);
    }
    // Any bytes do, as long as they are the same each time.
    let bytes = |seed: u8| blake3::hash(&[seed]).as_bytes().repeat(7);
    for (name, text) in (0..40).map(|seed| file(bytes(seed))) {
        let config = parse(name, &text).unwrap();
        changes(None)
            .into_iter()
            .chain(changes(Some("staging")))
            .for_each(|change| add(name, &config, &[change]));
    }
    assert!(written.len() > 400, "{}", written.len());
    let directory = tempfile::tempdir().unwrap();
    for (name, text, _) in &written {
        fs::write(directory.path().join(name), text).unwrap();
    }
    let names: Vec<&String> = written.iter().map(|(name, ..)| name).collect();
    fs::write(directory.path().join("jobs"), serde_json::to_string(&names).unwrap()).unwrap();
    npm::stdout(npm::command("config/raw.mjs").current_dir(directory.path()).args(["jobs", "read"]));
    let read: Vec<Json> = serde_json::from_slice(&fs::read(directory.path().join("read")).unwrap()).unwrap();
    for ((name, text, meant), read) in written.iter().zip(read) {
        assert_eq!(&read, meant, "{name}\n{text}");
    }
}
