//! `bind` and `provision` as a user meets them: what is written, what is said, and what is left alone.

use std::fs;
use std::path::Path;

use pagesbuild::config;
use pagesbuild::diagnostic::{Change, Diagnostics};
use serde_json::Value;

use crate::fixture::{pagesbuild, snapshot, stderr, stdout};
use crate::project::write;

/// Runs commands one after the other and shows all that they say, then the file.
fn session(directory: &Path, file: &str, commands: &[&[&str]]) -> String {
    let mut text = String::new();
    for arguments in commands {
        let output = pagesbuild(directory, *arguments);
        let code = output.status.code().unwrap();
        let (said, written) = (stderr(&output), stdout(&output));
        text.push_str(&format!("$ pagesbuild {} ({code})\n{written}{said}\n", arguments.join(" ")));
    }
    text + &fs::read_to_string(directory.join(file)).unwrap()
}

#[test]
fn bindings_are_added() {
    let directory = tempfile::tempdir().unwrap();
    let config = b"# Photos.\nname = \"photos\" # the worker\nmain = \"a.js\"\n\n[env.staging]\nname = \"photos-staging\"\n";
    write(directory.path(), &[("wrangler.toml", config)]);
    let text = session(
        directory.path(),
        "wrangler.toml",
        &[
            &["bind", "kv", "IMAGES"],
            &["bind", "r2", "PHOTOS", "bucket_name=photos", "--env", "staging"],
            &["bind", "durable-object", "COUNTER", "class_name=Counter", "--all-envs", "--dry-run"],
            &["bind", "durable-object", "COUNTER", "class_name=Counter", "--all-envs"],
            &["bind", "do", "ELSEWHERE", "class_name=Other", "script_name=other"],
            &["bind", "durable_objects", "AGAIN", "class_name=Counter"],
            &["bind", "workflow", "ORDER", "name=order", "class_name=Order", "limits.steps=9"],
            &["bind", "rate-limit", "LIMIT", "namespace_id=1", "simple.limit=100", "simple.period=60"],
            &["bind", "email", "MAIL", "allowed_sender_addresses=a@b.c", "allowed_sender_addresses=d@b.c"],
            &["bind", "ai", "AI"],
            &["bind", "secret", "STRIPE_KEY", "--all-envs"],
            &["bind", "secret", "STRIPE_KEY", "--all-envs"],
            &["bind", "var", "HOST", "value=example.com"],
            &["bind", "var", "LIMITS", "json={\"a\":[1,true]}", "--format", "json"],
        ],
    );
    let directory = fs::canonicalize(directory.path()).unwrap();
    snapshot("bind", &text.replace(directory.to_str().unwrap(), "/project"));
}

#[test]
fn what_cannot_be_added_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let config = br#"{ "name": "a", "pages_build_output_dir": "public", "ai": { "binding": "AI" }, "vars": { "HOST": "" } }"#;
    write(directory.path(), &[("wrangler.json", config), ("public/index.html", b"")]);
    let text = session(
        directory.path(),
        "wrangler.json",
        &[
            &["bind", "kvs", "IMAGES"],
            &["bind", "logfwdr", "LOG"],
            &["bind", "r2", "PHOTOS", "photos"],
            &["bind", "r2", "PHOTOS", "bucket=photos"],
            &["bind", "r2", "PHOTOS", "bucket_name=a", "bucket_name=b"],
            &["bind", "r2", "PHOTOS", "bucket_name=X"],
            &["bind", "kv", "IMAGES", "remote=perhaps"],
            &["bind", "rate-limit", "LIMIT", "simple.limit=100"],
            &["bind", "durable-object", "COUNTER"],
            &["bind", "secret", "KEY", "value=hush"],
            &["bind", "var", "HOME"],
            &["bind", "var", "HOME", "json={"],
            &["bind", "kv", "HOST"],
            &["bind", "ai", "SECOND"],
            &["bind", "kv", "ASSETS"],
            &["bind", "kv", "my-images"],
            &["bind", "kv", "IMAGES", "--env", "preview"],
            &["bind", "kv", "IMAGES", "--env", "staging"],
            &["bind", "kv", "IMAGES", "-C", "public", "--config", "none.toml"],
        ],
    );
    snapshot("bind-refused", &text);
}

#[test]
fn a_file_is_made_where_there_is_none() {
    let directory = tempfile::tempdir().unwrap();
    let project = directory.path().join("site");
    write(&project, &[("public/index.html", b"")]);
    let output = pagesbuild(&project, ["bind", "kv", "IMAGES"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--create"), "{}", stderr(&output));
    let shown = stdout(&pagesbuild(&project, ["bind", "kv", "IMAGES", "--create", "--dry-run"]));
    assert!(!project.join("wrangler.jsonc").exists());
    let text = session(&project, "wrangler.jsonc", &[&["bind", "kv", "IMAGES", "--create"]]);
    snapshot("bind-create", &format!("{shown}\n{text}"));
    // Where there is one, it is that one.
    assert!(pagesbuild(&project, ["bind", "kv", "MORE", "--create"]).status.success());
    let text = fs::read_to_string(project.join("wrangler.jsonc")).unwrap();
    assert!(text.contains("IMAGES") && text.contains("MORE"), "{text}");
    assert!(pagesbuild(&project, ["build"]).status.success());
}

#[test]
fn bytes_that_are_not_asked_about_stay() {
    let directory = tempfile::tempdir().unwrap();
    let config = "\u{feff}{\r\n\t\"name\": \"a\", // é\r\n\t\"vars\": { \"A\": 1 },\r\n}";
    write(directory.path(), &[("wrangler.jsonc", config.as_bytes())]);
    assert!(pagesbuild(directory.path(), ["bind", "var", "B", "value=2"]).status.success());
    let new = fs::read_to_string(directory.path().join("wrangler.jsonc")).unwrap();
    assert_eq!(new, config.replace("\"A\": 1", "\"A\": 1, \"B\": \"2\""));
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), &[("shared/real.toml", b"name = 'a'\n"), ("app/a.js", b"")]);
    let real = directory.path().join("shared/real.toml");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    let link = directory.path().join("app/wrangler.toml");
    symlink("../shared/real.toml", &link).unwrap();
    assert!(pagesbuild(&directory.path().join("app"), ["bind", "kv", "IMAGES"]).status.success());
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::read_to_string(&real).unwrap().contains("IMAGES"));
    assert_eq!(crate::fixture::files(directory.path()), ["app/a.js", "shared/real.toml"]);
}

#[test]
fn a_file_that_changed_meanwhile_is_not_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("wrangler.toml");
    fs::write(&path, "name = 'a'\n").unwrap();
    let config = config::read(&path, &mut Diagnostics::default()).unwrap().unwrap();
    let change = Change::Require { environment: None, name: "KEY".to_owned() };
    let edited = config::edit(&config, &[change]).unwrap();
    fs::write(&path, "name = 'b'\n").unwrap();
    let error = edited.save().unwrap_err().to_string();
    assert!(error.ends_with("it has changed since it was read"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "name = 'b'\n");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn what_tools_have_made_is_not_changed() {
    let directory = tempfile::tempdir().unwrap();
    let note = br#"{ "configPath": "../../build/wrangler.json" }"#;
    let made = br#"{ "name": "a", "userConfigPath": "../wrangler.toml", "assets": { "directory": "." } }"#;
    let files: [(&str, &[u8]); 2] = [(".wrangler/deploy/config.json", note), ("build/wrangler.json", made)];
    write(directory.path(), &files);
    let said = |arguments: &[&str]| {
        let output = pagesbuild(directory.path(), arguments);
        (output.status.code(), stderr(&output))
    };
    for arguments in [
        &["bind", "kv", "A"][..],
        &["bind", "kv", "A", "--create"],
        &["bind", "kv", "A", "-c", "build/wrangler.json"],
    ] {
        let (code, said) = said(arguments);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("made"), "{said}");
    }
    // Where the user's own file is there, it is changed, not the one that is made of it.
    write(directory.path(), &[("wrangler.toml", b"name = 'a'\n")]);
    assert_eq!(said(&["bind", "kv", "A"]).0, Some(0));
    assert_eq!(fs::read(directory.path().join("build/wrangler.json")).unwrap(), made);
    write(
        directory.path(),
        &[
            ("site/wrangler.toml", b"name = 'a'\n"),
            ("site/functions/a.js", b"export const onRequest = () => new Response();"),
        ],
    );
    assert_eq!(said(&["build", "site", "-c", "site/wrangler.toml"]).0, Some(0));
    let (code, said) = said(&["bind", "kv", "A", "-c", "site/dist/wrangler.json"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("part of a deployment"), "{said}");
}

const DECLARED: &str = r#"{
  "name": "photos",
  "kv_namespaces": [
    { "binding": "IMAGES" }, // the small ones
    { "binding": "SESSIONS", "id": "1" }
  ],
  "d1_databases": [{ "binding": "DB", "database_name": "photos" }],
  "ai": { "binding": "AI" },
  "env": {
    "staging": {
      "r2_buckets": [{ "binding": "PHOTOS" }]
    }
  }
}
"#;

#[test]
fn identities_are_written_back() {
    let directory = tempfile::tempdir().unwrap();
    let ids = br#"[
      { "name": "IMAGES", "type": "kv_namespaces", "resource": "0f2a" },
      { "name": "DB", "resource": "7b1c" },
      { "name": "SESSIONS", "resource": "1" },
      { "name": "PHOTOS", "environment": "staging", "resource": "photos-staging-photos" }
    ]"#;
    write(directory.path(), &[("wrangler.jsonc", DECLARED.as_bytes()), ("ids.json", ids)]);
    let ids = &["provision", "--ids", "ids.json"][..];
    let text = session(directory.path(), "wrangler.jsonc", &[ids, ids]);
    snapshot("provision", &text);
}

/// At a terminal, wrangler writes what it has created into the configuration that it was given.
#[test]
fn identities_are_taken_from_where_wrangler_wrote_them() {
    let directory = tempfile::tempdir().unwrap();
    let written = br#"{
	"name": "photos-staging",
	"r2_buckets": [{ "binding": "PHOTOS", "bucket_name": "photos-staging-photos" }],
	"services": [{ "binding": "API", "service": "api" }]
}"#;
    write(directory.path(), &[("wrangler.jsonc", DECLARED.as_bytes()), ("ids.json", written)]);
    let run =
        |more: &[&str]| pagesbuild(directory.path(), [&["provision", "--ids", "ids.json"], more].concat());
    let output = run(&["--env", "staging"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "wrangler.jsonc:11: 1 new line\n");
    assert_eq!(run(&[]).status.code(), Some(1));
}

#[test]
fn identities_that_do_not_fit_are_refused() {
    for (row, said) in [
        (r#"{ "name": "IMAGE", "resource": "x" }"#, "unknown-binding"),
        (r#"{ "name": "PHOTOS", "resource": "x" }"#, "unknown-binding"),
        (r#"{ "name": "SESSIONS", "resource": "2" }"#, "conflicting-settings"),
        (r#"{ "name": "IMAGES", "type": "r2_buckets", "resource": "x" }"#, "conflicting-settings"),
        (r#"{ "name": "AI", "resource": "x" }"#, "conflicting-settings"),
        (r#"{ "name": "DB", "resource": "x" }, { "name": "DB", "resource": "y" }"#, "conflicting-settings"),
        (r#"{ "name": "DB", "environment": "stagin", "resource": "x" }"#, "unknown-environment"),
        (r#"{ "name": "DB", "id": "x" }"#, "unknown-key"),
        (r#"{ "name": "DB" }"#, "missing-field"),
        (r#"{ "name": "DB", "resource": 1 }"#, "wrong-type"),
        (r#"{ "name": "DB", "resource": "" }"#, "wrong-type"),
        (r#""DB""#, "missing-field"),
        ("{", "config-syntax"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        // What fits is not written either.
        let ids = format!(r#"[{{ "name": "IMAGES", "resource": "0f2a" }}, {row}]"#);
        write(directory.path(), &[("wrangler.jsonc", DECLARED.as_bytes()), ("ids.json", ids.as_bytes())]);
        let output = pagesbuild(directory.path(), ["provision", "--ids", "ids.json", "--format", "json"]);
        assert_eq!(output.status.code(), Some(1), "{row}");
        let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(document["diagnostics"][0]["code"], said, "{row}: {document}");
        assert_eq!(fs::read_to_string(directory.path().join("wrangler.jsonc")).unwrap(), DECLARED);
    }
}

/// What is shown is what was added, although a line before it got a comma and looks like the last one of it.
#[test]
fn added_lines_are_shown_whole() {
    let directory = tempfile::tempdir().unwrap();
    let config = b"{\n  \"name\": \"a\",\n  \"limits\": {\n    \"cpu_ms\": 1\n  }\n}\n";
    write(directory.path(), &[("wrangler.json", config)]);
    for (name, shown) in [
        ("AI", "  \"ai\": {\n    \"binding\": \"AI\"\n  }\n"),
        ("A", "  \"kv_namespaces\": [\n    {\n      \"binding\": \"A\"\n    }\n  ]\n"),
        ("B", "    {\n      \"binding\": \"B\"\n    }\n"),
    ] {
        let kind = if name == "AI" { "ai" } else { "kv" };
        let output = pagesbuild(directory.path(), ["bind", kind, name, "-c", "wrangler.json"]);
        assert_eq!(stdout(&output), shown, "{}", stderr(&output));
        let at: usize = stderr(&output).split(':').nth(1).unwrap().parse().unwrap();
        let text = fs::read_to_string(directory.path().join("wrangler.json")).unwrap();
        let lines: Vec<&str> = text.lines().skip(at - 1).take(shown.lines().count()).collect();
        assert_eq!(lines, shown.lines().collect::<Vec<_>>(), "{text}");
    }
}

/// wrangler passes on no other names of `.dev.vars` once secrets are listed.
#[test]
fn what_development_loses_by_a_list_of_secrets_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let config = b"name = 'a'\n[vars]\nHOST = ''\n";
    let development = b"STRIPE_KEY=a\nMAIL_KEY=b\nHOST=c\n";
    write(directory.path(), &[("wrangler.toml", config), (".dev.vars", development)]);
    let said = |name: &str| stderr(&pagesbuild(directory.path(), ["bind", "secret", name]));
    let first = said("STRIPE_KEY");
    assert!(first.contains("passes `MAIL_KEY` of `.dev.vars` on no more"), "{first}");
    // It is the first name that makes the difference.
    let second = said("OTHER_KEY");
    assert!(!second.contains("MAIL_KEY"), "{second}");
}

/// The search for the file goes upward, so what is said names the one that was found.
#[test]
fn a_file_further_up_is_named() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), &[("wrangler.toml", b"name = 'a'\n"), ("app/functions/a.js", b"")]);
    let app = directory.path().join("app");
    let output = pagesbuild(&app, ["bind", "kv", "IMAGES"]);
    assert_eq!(stderr(&output), "../wrangler.toml:3: 2 new lines\n");
    let output = pagesbuild(&app, ["bind", "kv", "IMAGES", "-C", ".."]);
    assert!(stderr(&output).contains("─[wrangler.toml:4:11]"), "{}", stderr(&output));
    let output = pagesbuild(&app, ["bind", "secret", "my-key"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("invalid-binding-name"), "{}", stderr(&output));
}
