//! Programs that declare all that they use: whoever is right is told nothing.

use std::collections::BTreeMap;
use std::fs;

use pagesbuild::binding::Use;
use pagesbuild::binding::kinds::infer;
use pagesbuild::diagnostic::{Code, Diagnostic};
use pagesbuild::pipeline;
use pagesbuild::project::Options;

use super::{uses, written};
use crate::fixture::root;

/// What is said of uses alone.
const CODES: [Code; 6] = [
    Code::UndeclaredBinding,
    Code::UndeclaredValue,
    Code::UnlistedSecret,
    Code::UnusedBinding,
    Code::KindMismatch,
    Code::UnevenEnvironments,
];

/// Kinds in the order in which one is taken for a name that could be several, and a declaration of each.
const KINDS: &[(&str, &str)] = &[
    ("services", "[[services]]\nbinding = NAME\nservice = 'other'\n"),
    ("kv_namespaces", "[[kv_namespaces]]\nbinding = NAME\n"),
    ("r2_buckets", "[[r2_buckets]]\nbinding = NAME\n"),
    ("d1_databases", "[[d1_databases]]\nbinding = NAME\n"),
    ("queues", "[[queues.producers]]\nbinding = NAME\n"),
    ("send_email", "[[send_email]]\nname = NAME\n"),
    (
        "durable_objects",
        "[[durable_objects.bindings]]\nname = NAME\nclass_name = 'Other'\nscript_name = 'other'\n",
    ),
    ("workflows", "[[workflows]]\nbinding = NAME\nname = 'w'\nclass_name = 'Other'\nscript_name = 'other'\n"),
    ("analytics_engine_datasets", "[[analytics_engine_datasets]]\nbinding = NAME\n"),
    ("ratelimits", "[[ratelimits]]\nname = NAME\nnamespace_id = '1'\nsimple = { limit = 1, period = 10 }\n"),
    ("vectorize", "[[vectorize]]\nbinding = NAME\nindex_name = 'v'\n"),
    ("assets", "[assets]\nbinding = NAME\ndirectory = 'public'\n"),
    ("ai", "[ai]\nbinding = NAME\n"),
    ("images", "[images]\nbinding = NAME\n"),
    ("version_metadata", "[version_metadata]\nbinding = NAME\n"),
];

#[test]
fn programs_that_declare_all_are_told_nothing() {
    let (programs, _) = written::read(&root().join("fixtures/bindings"));
    let directory = super::directory("declared");
    let (mut wrong, mut looked_at) = (Vec::new(), 0);
    for program in &programs {
        let home = program.write(&directory);
        let found = uses(&home);
        let mut names: BTreeMap<&str, Vec<&Use>> = BTreeMap::new();
        for one in &found.uses {
            names.entry(&one.name).or_default().push(one);
        }
        let (mut bindings, mut variables) = (String::new(), "[vars]\n".to_owned());
        for (name, uses) in names {
            let kinds = infer(&uses, found.types.declared(name)).kinds;
            if kinds.is_empty() || kinds.contains(&"vars") {
                variables.push_str(&format!("{name:?} = 'text'\n"));
                continue;
            }
            let taken = KINDS.iter().find(|(kind, _)| kinds.contains(kind));
            let (_, declaration) = taken.unwrap_or_else(|| panic!("{}: {name} {kinds:?}", program.name));
            bindings.push_str(&declaration.replace("NAME", &format!("{name:?}")));
        }
        let file = home.join("wrangler.toml");
        let config = fs::read_to_string(&file).unwrap_or_default();
        // Programs with a configuration of their own declare what is beside the point.
        if config.contains('[') || !file.is_file() {
            continue;
        }
        fs::create_dir_all(home.join("public")).unwrap();
        fs::write(&file, format!("{config}{bindings}{variables}")).unwrap();
        let options = Options { directory: home, no_cache: true, ..Options::default() };
        let (_, diagnostics) = pipeline::check(&options).unwrap();
        looked_at += 1;
        let said = diagnostics.iter().filter(|said| CODES.contains(&said.code));
        let said = said.map(|said: &Diagnostic| format!("{}: {}", said.code.as_str(), said.message));
        wrong.extend(said.map(|said| format!("{}: {said}", program.name)));
    }
    assert!(wrong.is_empty() && looked_at > 150, "{looked_at} programs\n{}", wrong.join("\n"));
}
