//! Diagnostics as SARIF: by the published schema, with places as code scanning counts them.

use std::fs;

use serde_json::{Value, json};

use crate::fixture::{all, name, pagesbuild, root, stderr, stdout};
use crate::project::write;

/// What `check` says, as a log.
fn log(directory: &std::path::Path, arguments: &[&str]) -> Value {
    let output = pagesbuild(directory, ["check", "--format", "sarif"].iter().chain(arguments));
    serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)))
}

#[test]
fn logs_conform_to_the_schema() {
    let directory = tempfile::tempdir().unwrap();
    let mut logs = Vec::new();
    for project in all("broken").into_iter().chain(all("projects")) {
        let path = project.strip_prefix(root()).unwrap().to_str().unwrap();
        let further = fs::read_to_string(project.join("arguments")).unwrap_or_default();
        let arguments: Vec<&str> = [path].into_iter().chain(further.split_whitespace()).collect();
        let log = log(root(), &arguments);
        let results = log["runs"][0]["results"].as_array().unwrap();
        let uris = results.iter().flat_map(|result| result["locations"].as_array().unwrap());
        for uri in uris.map(|place| place["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap()) {
            assert!(uri.starts_with("fixtures/"), "{uri} is not below the root of the repository");
        }
        logs.push((name(&project), log));
    }
    logs.push(("failure".to_owned(), log(directory.path(), &["nowhere"])));
    // A validator that lets everything pass is none.
    let mut wrong = logs[0].1.clone();
    wrong["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = json!(0);
    logs.push(("wrong".to_owned(), wrong));

    let mut command = crate::npm::command("check/validate.mjs");
    for (name, log) in &logs {
        let file = directory.path().join(format!("{name}.sarif"));
        fs::write(&file, log.to_string()).unwrap();
        command.arg(file);
    }
    let verdicts = crate::npm::stdout(&mut command);
    assert_eq!(verdicts.lines().count(), logs.len());
    for ((name, _), verdict) in logs.iter().zip(verdicts.lines()) {
        assert_eq!(verdict == "valid", name != "wrong", "{name}: {verdict}");
    }
}

#[test]
fn places_are_counted_in_units_of_utf_16() {
    let directory = tempfile::tempdir().unwrap();
    let config = "name = 'a'\ncompatibility_date = '2026-01-01'\n";
    // Two units, one character, four bytes; then a line before the place, too.
    let code = "// 🦀\nconst crab = \"🦀é\"; import { gone } from \"./b.js\";\nexport const onRequest = () => new Response(crab + gone);\n";
    let files: &[(&str, &[u8])] = &[
        ("my site/wrangler.toml", config.as_bytes()),
        ("my site/functions/[id].js", code.as_bytes()),
        ("my site/functions/b.js", b"export const onRequest = () => new Response();"),
    ];
    write(directory.path(), files);
    fs::create_dir(directory.path().join(".git")).unwrap();
    let log = log(&directory.path().join("my site/functions"), &[]);
    let result = &log["runs"][0]["results"][0];
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "my%20site/functions/%5Bid%5D.js");
    let units: Vec<u16> = code.encode_utf16().collect();
    let at = code.find("gone").unwrap();
    let line = code[..at].rfind('\n').unwrap() + 1;
    let (offset, column) = (code[..at].encode_utf16().count(), code[line..at].encode_utf16().count() + 1);
    let region = json!({
        "startLine": 2, "startColumn": column, "endLine": 2, "endColumn": column + 4,
        "charOffset": offset, "charLength": 4,
    });
    assert_eq!(place["region"], region, "{log:#}");
    assert_eq!(String::from_utf16(&units[offset..offset + 4]).unwrap(), "gone");
    assert_eq!(log["runs"][0]["columnKind"], "utf16CodeUnits");
}

#[test]
fn every_rule_has_its_section() {
    let log = log(root(), &["fixtures/projects/static-only"]);
    assert_eq!(log["runs"][0]["results"], json!([]));
    for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap() {
        let help = rule["help"]["markdown"].as_str();
        assert!(help.is_some_and(|help| !help.is_empty() && !help.contains("\n## ")), "{rule}");
        let short = rule["shortDescription"]["text"].as_str().unwrap();
        assert!(short.ends_with('.') && !short.contains('\n'), "{rule}");
    }
}

#[test]
fn other_commands_have_no_log() {
    let output = pagesbuild(root(), ["routes", "fixtures/projects/routes", "--format", "sarif"]);
    assert_eq!(output.status.code(), Some(2));
    let log: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

/// A reader that makes the replacements has the file that `--fix` would have made.
#[test]
fn fixes_are_what_the_command_makes() {
    let code = "export default { fetch: (request, env) => env.FILES.head('a') };";
    let toml = "# ä🦀\nname = 'a'\nmain = 'i.js'\ncompatibility_date = '2026-01-01' # kept\n[vars]\nA = 1 # and this\n";
    let json =
        "{\n\t\"name\": \"a\", // 🦀\n\t\"main\": \"i.js\",\n\t\"compatibility_date\": \"2026-01-01\",\n}\n";
    for (name, config) in [("wrangler.toml", toml.to_owned()), ("wrangler.jsonc", json.to_owned())] {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), &[(name, config.as_bytes()), ("i.js", code.as_bytes())]);
        let log = log(directory.path(), &[]);
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        let fixes: Vec<&Value> = results.filter_map(|result| result.get("fixes")).collect();
        let [fix] = fixes[..] else { panic!("{log:#}") };
        let change = &fix[0]["artifactChanges"][0];
        assert_eq!(change["artifactLocation"]["uri"], name);
        let replacement = &change["replacements"][0];
        let region = &replacement["deletedRegion"];
        let at = |key: &str| usize::try_from(region[key].as_u64().unwrap()).unwrap();
        let mut units: Vec<u16> = config.encode_utf16().collect();
        let inserted = replacement["insertedContent"]["text"].as_str().unwrap().encode_utf16();
        units.splice(at("charOffset")..at("charOffset") + at("charLength"), inserted);
        let output = pagesbuild(directory.path(), ["check", "--fix", "-q"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let fixed = fs::read_to_string(directory.path().join(name)).unwrap();
        assert_eq!(String::from_utf16(&units).unwrap(), fixed);
        assert!(fixed.contains("r2_buckets") && fixed != config, "{fixed}");
    }
}
