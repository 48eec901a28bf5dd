//! Statements of provenance: by the published definitions, about what holds and about nothing else.

use std::fs;
use std::path::Path;
use std::process::Command;

use pagesbuild::deployment;
use serde_json::{Value, json};

use super::{build, document, facts, git, project, refused, told};
use crate::fixture::{pagesbuild, stderr, stdout};
use crate::{npm, pypi};

/// Has statements validated.
fn read_statements(statements: &[String]) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let mut command = pypi::command("statement.py");
    for (number, statement) in statements.iter().enumerate() {
        let file = directory.path().join(format!("{number}.json"));
        fs::write(&file, statement).unwrap();
        command.arg(file);
    }
    npm::stdout(&mut command).lines().map(str::to_owned).collect()
}

#[test]
fn statements_conform_to_the_definitions() {
    let directory = tempfile::tempdir().unwrap();
    project(directory.path());
    let site = directory.path().join("site");
    let output = pagesbuild(&site, ["attest"]);
    for unknown in ["no commit is known", "which platform ran the build is not known"] {
        assert!(stderr(&output).contains(unknown), "{}", stderr(&output));
    }
    let alone = stdout(&output);
    git(directory.path(), &["init", "-q"]);
    git(directory.path(), &["add", "site/functions", "own"]);
    git(directory.path(), &["commit", "-qm", "a"]);
    git(directory.path(), &["remote", "add", "origin", "git@example.com:a/b.git"]);
    fs::write(directory.path().join("own/index.js"), "export const own = 'changed';\n").unwrap();
    build(&site, &["--env", "", "--minify"]);
    let output = pagesbuild(&site, ["attest", "--builder-id", "https://example.com/builder"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("tracked files differed"), "{}", stderr(&output));
    let full = stdout(&output);
    let archive = site.join("site.zip");
    deployment::pack_file(&deployment::open(&site.join("dist")).unwrap(), &archive).unwrap();
    let packed = told(&site, &["attest", "--archive", "site.zip"]);
    let value: Value = serde_json::from_str(&full).unwrap();
    let mut wrong = [value.clone(), value.clone(), value.clone()];
    wrong[0]["predicate"]["buildDefinition"]["surprise"] = json!(1);
    wrong[1]["subject"][0].as_object_mut().unwrap().remove("digest");
    wrong[2]["predicate"]["runDetails"]["metadata"]["finishedOn"] = json!("yesterday");
    let wrong = wrong.map(|value| value.to_string());
    let verdicts = read_statements(&[&[alone, full, packed.clone()][..], &wrong].concat());
    assert_eq!(verdicts[..3], ["valid", "valid", "valid"]);
    assert!(verdicts[3..].iter().all(|verdict| verdict != "valid"), "{verdicts:?}");

    let sha256 = |file: &Path| {
        let text = "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())";
        npm::stdout(Command::new("python3").args(["-c", text]).arg(file)).trim().to_owned()
    };
    let id = document(&site.join("dist")).id;
    assert_eq!(value["subject"][0]["name"], id);
    assert_eq!(value["subject"][0]["digest"]["sha256"], sha256(&site.join("dist/deployment.json")));
    let packed: Value = serde_json::from_str(&packed).unwrap();
    assert_eq!(
        packed["subject"][1],
        json!({ "name": "site.zip", "digest": { "sha256": sha256(&site.join("site.zip")) } })
    );
    let definition = &value["predicate"]["buildDefinition"];
    let parameters = json!({ "project": "site", "directory": "site", "options": { "minify": true } });
    assert_eq!(definition["externalParameters"], parameters);
    let dependencies = definition["resolvedDependencies"].as_array().unwrap();
    assert_eq!(dependencies[0]["uri"], "git+ssh://git@example.com/a/b.git@refs/heads/main");
    assert_eq!(dependencies[0]["annotations"], json!({ "dirty": true }));
    let own = fs::read(directory.path().join("own/index.js")).unwrap();
    let own =
        json!({ "name": "../own/index.js", "digest": { "blake3": blake3::hash(&own).to_hex().to_string() } });
    assert!(dependencies.contains(&own) && dependencies.contains(&json!({ "uri": "pkg:npm/used@1.0.0" })));
    let facts = facts(&site.join("dist"));
    assert_eq!(value["predicate"]["runDetails"]["metadata"], json!({ "finishedOn": facts.time }));
    assert_eq!(value["predicate"]["runDetails"]["builder"]["id"], "https://example.com/builder");
}

#[test]
fn only_what_holds_is_attested() {
    let directory = tempfile::tempdir().unwrap();
    let dist = project(directory.path());
    let site = directory.path().join("site");
    told(&site, &["attest", "dist"]);
    // Where it would be part of what it is about.
    assert!(refused(&site, &["attest", "-o", "dist/assets/a.json"]).contains("would lie in the deployment"));
    assert!(refused(&site, &["sbom", "-o", "dist/a.json"]).contains("would lie in the deployment"));
    assert_eq!(told(&site, &["attest", "-q", "-o", "further/a.json"]), "further/a.json\n");
    for arguments in [&["sbom", "-o", "b.json"][..], &["sbom"], &["attest"]] {
        let text = told(&site, &[arguments, &["--format", "json"]].concat());
        let result: Value = serde_json::from_str(&text).unwrap();
        let plain: Value = match arguments.contains(&"-o") {
            true => json!({ "file": "b.json" }),
            false => serde_json::from_str(&told(&site, arguments)).unwrap(),
        };
        assert_eq!(result, json!({ "ok": true, "result": plain, "diagnostics": [] }));
    }
    assert_eq!(fs::read_to_string(site.join("further/a.json")).unwrap(), told(&site, &["attest", "dist"]));

    let kept = fs::read_to_string(dist.join("build.json")).unwrap();
    let broken = [
        kept.replacen("\"hash\": \"", "\"hash\": \"x", 1),
        kept.replace("\"time\": \"", "\"time\": \"around "),
        kept.replace("\"sources\": {", "\"sources\": { \"a\": 1,"),
        "{".to_owned(),
    ];
    for broken in broken {
        fs::write(dist.join("build.json"), broken).unwrap();
        assert!(refused(&site, &["attest", "dist"]).contains("not what a build writes"));
        assert!(refused(&site, &["sbom", "dist"]).contains("not what a build writes"));
    }
    // Facts of a version that told less.
    let less = r#"{ "time": "2026-01-01T00:00:00Z", "tool": "0.1.0", "milliseconds": 1, "gzip_size": 2 }"#;
    fs::write(dist.join("build.json"), less).unwrap();
    let output = pagesbuild(&site, ["attest"]);
    assert!(stderr(&output).contains("what the code was made from is not known"), "{}", stderr(&output));
    assert_eq!(read_statements(&[stdout(&output)]), ["valid"]);
    fs::remove_file(dist.join("build.json")).unwrap();
    assert!(refused(&site, &["attest", "dist"]).contains("nothing is known of how it was built"));
    fs::write(dist.join("build.json"), kept).unwrap();
    let page = dist.join("assets/index.html");
    fs::write(&page, "<h1>Ho</h1>").unwrap();
    let text = refused(&site, &["attest", "dist"]);
    assert!(text.contains("not a whole deployment") && text.contains("`assets/index.html`"), "{text}");
    fs::remove_file(page).unwrap();
    assert!(refused(&site, &["attest", "dist"]).contains("`assets/index.html` is missing"));
    assert!(refused(&site, &["attest"]).contains("not a whole deployment"));
    // What is kept is what it was.
    told(&site, &["attest", "latest"]);
    // An archive has to hold the version that is meant, and has no facts.
    let archive = site.join("site.zip");
    build(&site, &[]);
    deployment::pack_file(&deployment::open(&dist).unwrap(), &archive).unwrap();
    assert!(refused(&site, &["attest", "site.zip"]).contains("nothing is known of how it was built"));
    build(&site, &["--minify"]);
    assert!(refused(&site, &["attest", "--archive", "site.zip"]).contains("it holds the version"));
    fs::write(&archive, "no archive").unwrap();
    assert!(refused(&site, &["attest", "--archive", "site.zip"]).contains("not a whole deployment"));
    assert!(refused(&site, &["attest", "latest~7"]).contains("latest~7"));
}
