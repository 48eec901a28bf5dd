//! Assembling, writing and reading back a deployment.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use pagesbuild::asset::{HashCache, fingerprint, read_rules};
use pagesbuild::binding::Uses;
use pagesbuild::deployment::{
    self, AssetParts, BuildFacts, CarriedFile, Content, Deployment, Document, Git, Inputs, Parts,
    check_outdir, document, emit, gzip_size, verify,
};
use pagesbuild::diagnostic::Diagnostics;
use pagesbuild::discover::discover;
use pagesbuild::hash;
use pagesbuild::link::{AdditionalModule, Bundle, LinkMap};
use pagesbuild::progress::Progress;
use pagesbuild::project::{Binding, ModuleType, Project, Provision, RunWorkerFirst};
use serde_json::json;

use crate::project::{assets, at, said, write};

#[cfg(unix)]
mod again;
mod archive;
mod crash;
mod findings;
mod hostile;
mod mutated;
mod provision;
mod tampered;
mod triggers;
mod upload;

/// A worker that says `text`, with a source map.
fn worker(text: &str) -> Bundle {
    Bundle {
        main: format!("export default {{ fetch: () => new Response(\"{text}\") }};\n"),
        source_map: Some(r#"{"version":3,"sources":[],"names":[],"mappings":""}"#.to_owned()),
        sources: vec!["functions/index.js".to_owned()],
        exports: vec!["default".to_owned()],
        exports_more: false,
        additional: Vec::new(),
        link_map: LinkMap::default(),
    }
}

/// A worker with a module of each type beside it.
fn with_modules() -> Bundle {
    let module = |kind: ModuleType| AdditionalModule {
        name: format!("{}/module.bin", kind.name()),
        kind,
        path: "src/module.bin".to_owned(),
        content: kind.name().as_bytes().into(),
    };
    Bundle { additional: ModuleType::ALL.map(module).into(), ..worker("several") }
}

/// Assembles a project with the assets that it has on disk.
fn assemble(project: &Project, bundle: Option<&Bundle>, routes: &[document::Route]) -> Deployment {
    assemble_with(project, bundle, routes, &[])
}

/// A project that publishes an empty file of an earlier version along.
fn carrying(directory: &Path, path: &str) -> Deployment {
    let from = directory.join("empty");
    fs::write(&from, "").unwrap();
    let hash = hash::asset_hash(&mut [].as_slice(), hash::extension(path), |_| Ok(())).unwrap().0;
    let entry = document::Carried { hash, size: 0, content_type: None, from: "0".repeat(32) };
    let file = CarriedFile { path: path.to_owned(), entry, content: Content::File(from) };
    assemble_with(&everything(directory).0, None, &[], &[file])
}

fn assemble_with(
    project: &Project,
    bundle: Option<&Bundle>,
    routes: &[document::Route],
    carried: &[CarriedFile],
) -> Deployment {
    let mut diagnostics = Diagnostics::default();
    let tree = discover(project, &project.root.join("dist"), &mut diagnostics).unwrap();
    let fingerprints =
        fingerprint(&tree.assets, HashCache::none(), &Progress::default(), &mut diagnostics).unwrap();
    let manifest = std::sync::Arc::new(fingerprints.manifest);
    let rules = read_rules(&tree.asset_rules, &mut diagnostics).unwrap();
    let messages = said(diagnostics);
    assert!(messages.iter().all(|message| message.starts_with("note hard-to-link")), "{messages:?}");
    let mut wrangler = json!({ "name": project.name, "compatibility_date": project.compatibility_date });
    if bundle.is_some() {
        wrangler["main"] = "worker/index.js".into();
        wrangler["no_bundle"] = true.into();
    }
    if project.assets.is_some() {
        wrangler["assets"] = json!({ "directory": "assets" });
    }
    deployment::assemble(Parts {
        project,
        bundle,
        main: "index.js",
        packages: &[],
        routes,
        uses: &Uses::default(),
        assets: project.assets.as_ref().map(|settings| AssetParts {
            settings,
            run_worker_first: settings.run_worker_first.as_ref(),
            files: &tree.assets,
            manifest: &manifest,
            proofs: &fingerprints.proofs,
            rules: &rules,
            carried,
        }),
        wrangler: &format!("{wrangler:#}\n"),
    })
}

/// The deployment with the facts of a build of just now.
fn built(deployment: &Deployment, root: &Path) -> Deployment {
    let inputs = Inputs { git: Git::of(root), ..Inputs::default() };
    let facts = BuildFacts::new(inputs, gzip_size(deployment), Instant::now());
    Deployment { facts: Some(facts.to_text()), ..deployment.clone() }
}

/// A small project with a bit of everything, in `<directory>/project`.
fn everything(directory: &Path) -> (Project, Deployment) {
    let root = directory.join("project");
    write(
        &root,
        &[
            ("public/index.html", b"<h1>Hi</h1>"),
            ("public/a/b.png", b"\x89PNG"),
            ("public/_headers", b"/*\n"),
        ],
    );
    let mut project = at(&root);
    project.environment = Some("production".to_owned());
    project.compatibility_flags = vec!["nodejs_compat".to_owned()];
    if let Some(settings) = &mut project.assets {
        settings.html_handling = Some("auto-trailing-slash".to_owned());
        settings.run_worker_first = Some(RunWorkerFirst::Rules(vec!["/api/*".to_owned()]));
    }
    let binding = |name: &str, kind, resource: Option<&str>| Binding {
        name: name.to_owned(),
        kind,
        resource: resource.map(str::to_owned),
        provision: (resource.is_none() && kind != "vars")
            .then_some(Provision { name: None, jurisdiction: None }),
        span: 0..0,
    };
    project.bindings = vec![binding("GREETING", "vars", None), binding("IMAGES", "kv_namespaces", None)];
    project.settings = [
        ("vars".to_owned(), json!({ "GREETING": "hello" })),
        ("kv_namespaces".to_owned(), json!([{ "binding": "IMAGES" }])),
        ("migrations".to_owned(), json!([{ "tag": "v1", "new_sqlite_classes": ["Counter"] }])),
        ("dev".to_owned(), json!({ "port": 1 })),
        ("$schema".to_owned(), json!("node_modules/wrangler/config-schema.json")),
    ]
    .into();
    let routes = [document::Route {
        pattern: "/api/images".to_owned(),
        method: Some("GET".to_owned()),
        handler: Some("api/images.ts#onRequestGet".to_owned()),
        middleware: vec!["_middleware.ts#onRequest".to_owned()],
        bindings: vec!["IMAGES".to_owned()],
    }];
    let deployment = assemble(&project, Some(&worker("hi")), &routes);
    (project, deployment)
}

/// Everything, written to `<directory>/project/dist`.
fn emitted(directory: &Path) -> (PathBuf, Deployment) {
    let (project, deployment) = everything(directory);
    let dist = project.root.join("dist");
    emit(&built(&deployment, &project.root), &dist, None).unwrap();
    (dist, deployment)
}

/// The canonical text of a description, with the digests and the id that it should have.
fn sealed(mut json: serde_json::Value) -> String {
    let short = |text: &str| json!(blake3::hash(text.as_bytes()).to_hex()[..32]);
    json.sort_all_objects();
    let parts = [
        ("code", &["code", "routes", "runtime", "uses"][..]),
        ("assets", &["assets"]),
        ("bindings", &["bindings", "settings"]),
    ];
    for (name, fields) in parts {
        let part: std::collections::BTreeMap<&str, &serde_json::Value> =
            fields.iter().map(|field| (*field, &json[*field])).collect();
        json["digests"][name] = short(&json!(part).to_string());
    }
    let text = format!("{json:#}\n");
    let rest: String = text.split_inclusive('\n').filter(|line| !line.starts_with("  \"id\": ")).collect();
    json["id"] = short(&rest);
    format!("{json:#}\n")
}

fn findings(dist: &Path) -> Vec<String> {
    verify(dist).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_written_reads_back() {
    let directory = tempfile::tempdir().unwrap();
    let (dist, deployment) = emitted(directory.path());
    let verified = verify(&dist).unwrap();
    assert_eq!(verified.document, deployment.document);
    assert_eq!(verified.files, 6);
    assert_eq!(
        crate::fixture::files(&dist),
        [
            "assets/_headers",
            "assets/a/b.png",
            "assets/index.html",
            "build.json",
            "deployment.json",
            "worker/index.js",
            "worker/index.js.map",
            "wrangler.json",
        ]
    );
    let main = fs::read_to_string(dist.join("worker/index.js")).unwrap();
    assert!(main.ends_with("};\n//# sourceMappingURL=index.js.map\n"), "{main}");
    crate::fixture::snapshot(
        "deployment-everything",
        &fs::read_to_string(dist.join("deployment.json")).unwrap(),
    );
}

/// The recipe of `docs/artifact.md`: the id is the hash of the other lines.
#[test]
fn the_id_can_be_recomputed_by_hand() {
    let directory = tempfile::tempdir().unwrap();
    let (dist, deployment) = emitted(directory.path());
    let text = fs::read_to_string(dist.join("deployment.json")).unwrap();
    let rest: String = text.split_inclusive('\n').filter(|line| !line.starts_with("  \"id\": ")).collect();
    let hash = blake3::hash(rest.as_bytes()).to_hex().to_string();
    assert_eq!(deployment.document.id, hash[..32]);
    let code = deployment.document.code.as_ref().unwrap();
    let main = fs::read(dist.join("worker/index.js")).unwrap();
    assert_eq!(code.modules[0].file.hash, blake3::hash(&main).to_hex().to_string());
    assert_eq!(code.modules[0].file.size, main.len() as u64);
}

#[test]
fn every_part_moves_its_digest_and_the_id() {
    let directory = tempfile::tempdir().unwrap();
    let (mut project, first) = everything(directory.path());
    let routes = first.document.routes.clone();
    let again = |project: &Project, text: &str| assemble(project, Some(&worker(text)), &routes).document;
    let same = again(&project, "hi");
    assert_eq!(same, first.document);
    let moved = |other: &Document| {
        let (old, new) = (&first.document.digests, &other.digests);
        assert_ne!(first.document.id, other.id);
        [old.code != new.code, old.assets != new.assets, old.bindings != new.bindings]
    };
    assert_eq!(moved(&again(&project, "ho")), [true, false, false]);
    project.settings.insert("vars".to_owned(), json!({ "GREETING": "good day" }));
    assert_eq!(moved(&again(&project, "hi")), [false, false, true]);
    project.settings.insert("vars".to_owned(), json!({ "GREETING": "hello" }));
    project.settings.insert("dev".to_owned(), json!({ "port": 2 }));
    assert_eq!(again(&project, "hi"), first.document, "a setting of the developer's machine is not deployed");
    fs::write(project.root.join("public/_headers"), "/*\n  X-A: b\n").unwrap();
    assert_eq!(moved(&again(&project, "hi")), [false, true, false]);
}

#[test]
fn nothing_but_an_output_is_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let (project, deployment) = everything(directory.path());
    let dist = project.root.join("dist");
    let refused = |why: &str| {
        let error = emit(&built(&deployment, &project.root), &dist, None).unwrap_err().to_string();
        assert!(error.contains(why) && error.contains("--outdir"), "{error}");
    };
    write(&project.root, &[("dist/thesis.tex", b"years of work")]);
    refused("is no output of pagesbuild");
    fs::remove_dir_all(&dist).unwrap();
    fs::write(&dist, "").unwrap();
    refused("is not a directory");
    fs::remove_file(&dist).unwrap();
    fs::create_dir(&dist).unwrap();
    emit(&built(&deployment, &project.root), &dist, None).unwrap();
    write(&dist, &[("assets/thesis.tex", b"years of work")]);
    refused("holds `assets/thesis.tex`, which no build put there");
    fs::remove_file(dist.join("assets/thesis.tex")).unwrap();
    write(&dist, &[(".wrangler/state/kv.sqlite", b"local data"), (".DS_Store", b"")]);
    emit(&built(&deployment, &project.root), &dist, None).unwrap();
    assert_eq!(fs::read(dist.join(".wrangler/state/kv.sqlite")).unwrap(), b"local data");
    verify(&dist).unwrap();
}

#[test]
fn an_output_directory_must_not_contain_its_input() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), &[("p/public/a", b""), ("p/functions/a.js", b""), ("p/src/main.js", b"")]);
    let root = directory.path().join("p");
    let mut project = at(&root);
    project.main = Some(root.join("src/main.js"));
    for (outdir, what) in [
        ("", "contains the project"),
        ("..", "contains the project"),
        ("public/../../p", "contains the project"),
        ("public", "contains the assets"),
        ("functions", "contains the functions"),
        ("src", "contains the main module"),
    ] {
        let error = check_outdir(&project, &root.join(outdir)).unwrap_err().to_string();
        assert!(error.contains(what), "{outdir}: {error}");
    }
    for outdir in ["dist", "public/dist", "build/a/b", "../elsewhere"] {
        check_outdir(&project, &root.join(outdir)).unwrap();
    }
}

#[test]
fn old_files_are_no_part_of_the_site() {
    let directory = tempfile::tempdir().unwrap();
    let dist = directory.path().join("dist");
    let deployment = carrying(directory.path(), "/old-BxK3d9aZ.js");
    emit(&built(&deployment, directory.path()), &dist, None).unwrap();
    assert_eq!(verify(&dist).unwrap().document, deployment.document);
    let plain = assemble(&everything(directory.path()).0, None, &[]);
    assert_eq!(deployment.document.digests, plain.document.digests);
    fs::write(dist.join("assets/old-BxK3d9aZ.js"), "x").unwrap();
    assert_eq!(findings(&dist), ["`assets/old-BxK3d9aZ.js` has another content"]);
    // One path cannot be both.
    let both = carrying(directory.path(), "/index.html");
    assert!(emit(&built(&both, directory.path()), &directory.path().join("both"), None).is_err());
}

#[test]
fn an_asset_that_changed_stops_the_build() {
    let directory = tempfile::tempdir().unwrap();
    let (dist, _) = emitted(directory.path());
    let before = fs::read(dist.join("deployment.json")).unwrap();
    let (project, deployment) = everything(directory.path());
    fs::write(project.root.join("public/index.html"), "<h1>Ho</h1>").unwrap();
    let error = emit(&built(&deployment, &project.root), &dist, None).unwrap_err().to_string();
    assert!(error.contains("index.html`: its content is not what it was when it was hashed"), "{error}");
    assert_eq!(fs::read(dist.join("deployment.json")).unwrap(), before);
    verify(&dist).unwrap();
    assert_eq!(leftovers(&project.root), Vec::<String>::new());
}

/// What builds left beside the output.
fn leftovers(root: &Path) -> Vec<String> {
    let names = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains(".pagesbuild-")).collect()
}

#[cfg(unix)]
#[test]
fn modes_are_fixed() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let (project, deployment) = everything(directory.path());
    let index = project.root.join("public/index.html");
    fs::set_permissions(&index, fs::Permissions::from_mode(0o700)).unwrap();
    let dist = project.root.join("dist");
    emit(&built(&deployment, &project.root), &dist, None).unwrap();
    for entry in walkdir::WalkDir::new(&dist) {
        let entry = entry.unwrap();
        let expected = if entry.file_type().is_dir() { 0o755 } else { 0o644 };
        assert_eq!(
            entry.metadata().unwrap().permissions().mode() & 0o7777,
            expected,
            "{}",
            entry.path().display()
        );
    }
}

#[test]
fn parts_may_be_absent() {
    let directory = tempfile::tempdir().unwrap();
    let mut project = at(directory.path());
    let dist = directory.path().join("deep/er/dist");
    for (bundle, files) in [(Some(worker("hi")), 3), (None, 1)] {
        emit(&built(&assemble(&project, bundle.as_ref(), &[]), directory.path()), &dist, None).unwrap();
        assert_eq!(verify(&dist).unwrap().files, files);
    }
    fs::create_dir(directory.path().join("empty")).unwrap();
    project.assets = Some(assets(directory.path().join("empty")));
    emit(&built(&assemble(&project, None, &[]), directory.path()), &dist, None).unwrap();
    assert!(dist.join("assets").is_dir());
    verify(&dist).unwrap();
}

#[test]
fn build_facts_tell_the_commit() {
    let directory = tempfile::tempdir().unwrap();
    let (project, deployment) = everything(directory.path());
    let dist = project.root.join("dist");
    let read = || -> serde_json::Value {
        emit(&built(&deployment, &project.root), &dist, None).unwrap();
        serde_json::from_slice(&fs::read(dist.join("build.json")).unwrap()).unwrap()
    };
    let plain = read();
    assert_eq!(plain["tool"], env!("CARGO_PKG_VERSION"));
    assert_eq!(plain["gzip_size"], gzip_size(&deployment));
    assert!(plain["time"].as_str().unwrap().ends_with('Z'));
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
        let mut command = std::process::Command::new("git");
        let output = command.current_dir(&project.root).args(identity).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    git(&["init", "-q", "-b", "trunk"]);
    git(&["add", "public"]);
    git(&["commit", "-q", "-m", "first"]);
    let clean = read();
    assert_eq!(
        clean["git"],
        json!({ "branch": "trunk", "commit": git(&["rev-parse", "HEAD"]), "dirty": false })
    );
    write(&project.root, &[("public/_headers", b"/*\n"), ("public/a/b.png", b"\x89PNG")]);
    assert_eq!(read()["git"]["dirty"], false);
    git(&["rm", "-q", "--cached", "public/index.html"]);
    assert_eq!(read()["git"]["dirty"], true);
}

/// The published schema takes what is written, and nothing that the reader refuses for its shape.
#[test]
fn the_schema_is_the_format() {
    let directory = tempfile::tempdir().unwrap();
    let (_, full) = everything(directory.path());
    let package = |name: &str, version: Option<&str>| document::Package {
        name: name.to_owned(),
        version: version.map(str::to_owned),
        size: 1,
    };
    let least = assemble(&at(directory.path()), None, &[]);
    let several = deployment::assemble(Parts {
        project: &at(directory.path()),
        bundle: Some(&with_modules()),
        main: "app.js",
        packages: &[package("a", None), package("a", Some("1.0.0"))],
        routes: &[],
        uses: &Uses::default(),
        assets: None,
        wrangler: "{}\n",
    });
    let carrying = carrying(directory.path(), "/old-BxK3d9aZ.js");
    let mut documents = vec![
        full.document.to_text(),
        least.document.to_text(),
        several.document.to_text(),
        carrying.document.to_text(),
    ];
    let mut odd: serde_json::Value = serde_json::from_str(&documents[3]).unwrap();
    odd["carried"]["/old-BxK3d9aZ.js"]["surprise"] = true.into();
    documents.push(format!("{odd:#}\n"));
    let places =
        ["", "/project", "/code", "/code/modules/0", "/routes/0", "/assets", "/bindings/0", "/digests"];
    let places = places.map(|place| (0, place));
    for (document, pointer) in places.into_iter().chain([(2, "/code/packages/0")]) {
        let mut json: serde_json::Value = serde_json::from_str(&documents[document]).unwrap();
        json.pointer_mut(pointer).unwrap()["surprise"] = true.into();
        documents.push(format!("{json:#}\n"));
    }
    let mut command = crate::npm::command("upload/validate.mjs");
    command.arg(crate::fixture::root().join("docs/schema/deployment-1.json"));
    for (number, text) in documents.iter().enumerate() {
        let file = directory.path().join(format!("{number}.json"));
        fs::write(&file, text).unwrap();
        command.arg(file);
    }
    let verdicts = crate::npm::stdout(&mut command);
    for (text, verdict) in documents.iter().zip(verdicts.lines()) {
        assert_eq!(Document::parse(text.as_bytes()).is_ok(), verdict == "valid", "{verdict}\n{text}");
    }
    assert!(verdicts.starts_with("valid\nvalid\nvalid\nvalid\n"), "{verdicts}");
    assert_eq!(verdicts.lines().count(), documents.len());
}

#[test]
fn modules_lie_beside_the_main_one() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), &[("public/index.html", b"<h1>Hi</h1>")]);
    let bundle = with_modules();
    let deployment = deployment::assemble(Parts {
        project: &at(directory.path()),
        bundle: Some(&bundle),
        main: "app.js",
        packages: &[],
        routes: &[],
        uses: &Uses::default(),
        assets: None,
        wrangler: "{}\n",
    });
    let dist = directory.path().join("several");
    emit(&built(&deployment, directory.path()), &dist, None).unwrap();
    let code = verify(&dist).unwrap().document.code.unwrap();
    let modules: Vec<(&str, &str)> =
        code.modules.iter().map(|module| (module.file.path.as_str(), module.file.hash.as_str())).collect();
    assert!(modules.is_sorted() && modules.len() == 6, "{modules:?}");
    assert_eq!(code.main, "worker/app.js");
    let size: usize = bundle.additional.iter().map(|module| module.content.len()).sum();
    let main = fs::metadata(dist.join("worker/app.js")).unwrap().len();
    assert_eq!(code.size, main + size as u64);
    fs::write(dist.join("worker/Text/module.bin"), "other").unwrap();
    fs::write(dist.join("worker/Text/more.bin"), "more").unwrap();
    fs::remove_file(dist.join("worker/Data/module.bin")).unwrap();
    let found = [
        "`worker/Data/module.bin` is missing",
        "`worker/Text/module.bin` has another content",
        "`worker/Text/more.bin` belongs to no deployment",
    ];
    assert_eq!(findings(&dist), found);
}
