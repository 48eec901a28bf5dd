//! wrangler as the judge: an environment as we flatten it is what wrangler makes of it, what wrangler refuses we
//! refuse, and what we write wrangler deploys.

use std::fs;
use std::path::Path;
use std::process::Output;

use pagesbuild::target::wrangler::{Assets, Input, config};
use serde_json::Value;

use super::schema::Schema;
use super::{load_with, options, project};
use crate::npm;

/// What wrangler's own code makes of configurations: `{ config }` or `{ error }` for each path and environment.
fn read_by_wrangler(directory: &Path, jobs: &[(String, Option<&str>)]) -> Vec<Value> {
    fs::write(directory.join("jobs"), serde_json::to_string(jobs).unwrap()).unwrap();
    npm::stdout(npm::command("config/read.mjs").current_dir(directory).args(["jobs", "read"]));
    serde_json::from_str(&fs::read_to_string(directory.join("read")).unwrap()).unwrap()
}

/// Writes `dist/` beside a configuration file the way a build does; `None` where there is an error.
fn emit(directory: &Path, environment: Option<&str>) -> Option<Value> {
    let mut options = options(directory);
    options.environment = environment.map(str::to_owned);
    let (project, said) = load_with(&options);
    let project = project.filter(|_| !said.iter().any(|line| line.starts_with("error")))?;
    let assets = project.assets.as_ref();
    let written = config(&Input {
        project: &project,
        main: project.main.as_ref().map(|_| "index.js"),
        modules: &[],
        source_map: project.bundling.source_map && project.main.is_some(),
        assets: assets
            .map(|settings| Assets { settings, run_worker_first: settings.run_worker_first.as_ref() }),
    });
    let dist = directory.join("dist");
    fs::create_dir_all(dist.join("worker")).unwrap();
    fs::create_dir_all(dist.join("assets")).unwrap();
    fs::write(dist.join("worker/index.js"), CODE).unwrap();
    fs::write(dist.join("assets/index.html"), "<p>hello").unwrap();
    fs::write(dist.join("wrangler.json"), serde_json::to_string_pretty(&written).unwrap()).unwrap();
    Some(written)
}

const CODE: &str = "export class Counter {}\nexport default { fetch: () => new Response() };\n";

const HEAD: &str = "name = \"api\"\nmain = \"index.js\"\ncompatibility_date = \"2026-01-01\"\n";

/// Each is appended to [`HEAD`] and read at the top level and, where it has one, in `staging`.
const SAME: &[&str] = &[
    "",
    "[env.staging]\n",
    "[env.staging]\nname = \"other\"\ncompatibility_date = \"2025-05-05\"\n",
    "compatibility_flags = [\"a\"]\n[env.staging]\ncompatibility_flags = []\n",
    "vars = { A = 1, B = true, C = [1, [2]], D = { e = \"f\" } }\n[env.staging]\n",
    "vars = { A = 1 }\n[env.staging.vars]\nB = 2\n",
    "[env.staging]\nvars = {}\n",
    "kv_namespaces = [{ binding = \"K\" }]\n[[env.staging.kv_namespaces]]\nbinding = \"K\"\nid = \"1\"\npreview_id = \"2\"\n",
    "[[r2_buckets]]\nbinding = \"R\"\nbucket_name = \"one\"\njurisdiction = \"eu\"\n[[env.staging.r2_buckets]]\nbinding = \"S\"\n",
    "[durable_objects]\nbindings = [{ name = \"O\", class_name = \"Counter\" }]\n[[migrations]]\ntag = \"v1\"\n\
     new_sqlite_classes = [\"Counter\"]\n[env.staging.durable_objects]\n\
     bindings = [{ name = \"P\", class_name = \"Counter\", script_name = \"s\" }]\n",
    "[[migrations]]\ntag = \"v1\"\nnew_classes = [\"Counter\"]\n[env.staging]\nmigrations = []\n",
    "[queues]\nproducers = [{ binding = \"Q\", queue = \"q\" }]\nconsumers = [{ queue = \"r\", max_retries = 2 }]\n[env.staging]\n",
    "[triggers]\ncrons = [\"* * * * *\"]\n[env.staging]\n",
    "[triggers]\ncrons = [\"* * * * *\"]\n[env.staging.triggers]\ncrons = []\n",
    "routes = [\"a.example/*\", { pattern = \"b.example\", custom_domain = true }]\n[env.staging]\nroutes = []\n",
    "route = \"a.example/*\"\nworkers_dev = false\npreview_urls = true\n[env.staging]\nroute = { pattern = \"b/*\", zone_name = \"b\" }\n",
    "logpush = true\n[observability]\nenabled = true\n[observability.logs]\nhead_sampling_rate = 0.5\n[env.staging]\nlogpush = false\n",
    "first_party_worker = true\nlogpush = true\npreview_urls = false\nupload_source_maps = true\ncompliance_region = \"public\"\n\
     workers_dev = true\ncache = { enabled = true }\naccess = { dev = { aud = \"a\" } }\n\
     previews = { vars = { A = 1 } }\nexports = { E = { type = \"worker\" } }\n[env.staging]\n",
    "account_id = \"\"\nroute = \"\"\n",
    "placement = { mode = \"smart\" }\nlimits = { cpu_ms = 5 }\n[env.staging]\nlimits = { subrequests = 1 }\n",
    "[[unsafe.bindings]]\nname = \"U\"\ntype = \"t\"\nx = { y = 1 }\n[unsafe.metadata]\nm = 1\n[env.staging]\n",
    "ai = { binding = \"AI\" }\nbrowser = { binding = \"B\" }\nimages = { binding = \"I\" }\nversion_metadata = { binding = \"V\" }\n[env.staging]\nai = { binding = \"AI2\" }\n",
    "keep_vars = true\nsend_metrics = false\naccount_id = \"1\"\n[env.staging]\naccount_id = \"2\"\n",
    "secrets = { required = [\"T\"] }\nservices = [{ binding = \"S\", service = \"s\", entrypoint = \"E\", props = { a = 1 } }]\n[env.staging]\n",
    "[[workflows]]\nbinding = \"W\"\nname = \"w\"\nclass_name = \"W\"\n[[env.staging.workflows]]\nbinding = \"W\"\nname = \"w2\"\nclass_name = \"W\"\n",
    "[logfwdr]\nbindings = [{ name = \"L\", destination = \"d\" }]\n[env.staging]\n",
    "[assets]\ndirectory = \"public\"\nbinding = \"FILES\"\nhtml_handling = \"none\"\nrun_worker_first = [\"/a\", \"!/b\"]\n\
     [env.staging.assets]\ndirectory = \"public\"\nbinding = \"ASSETS\"\nnot_found_handling = \"404-page\"\nrun_worker_first = true\n",
    "hyperdrive = [{ binding = \"H\", id = \"1\" }]\nvectorize = [{ binding = \"X\", index_name = \"i\" }]\n\
     d1_databases = [{ binding = \"D\", database_name = \"d\", database_id = \"1\" }]\n\
     ratelimits = [{ name = \"N\", namespace_id = \"1\", simple = { limit = 1, period = 10 } }]\n\
     vpc_networks = [{ binding = \"V\", tunnel_id = \"t\" }]\n[env.staging]\n",
    "tail_consumers = [{ service = \"t\" }]\nmtls_certificates = [{ binding = \"M\", certificate_id = \"1\" }]\n\
     dispatch_namespaces = [{ binding = \"N\", namespace = \"n\", outbound = { service = \"s\", parameters = [\"p\"] } }]\n\
     send_email = [{ name = \"E\", destination_address = \"a@b.c\" }]\n[env.staging]\n",
];

#[test]
fn wrangler_reads_from_us_what_it_reads_from_the_user() {
    let schema = Schema::load();
    let all = tempfile::tempdir().unwrap();
    let mut jobs: Vec<(String, Option<&str>)> = Vec::new();
    for (index, case) in SAME.iter().enumerate() {
        for environment in [None, Some("staging").filter(|_| case.contains("env.staging"))] {
            let name = format!("{index}-{}", environment.unwrap_or("top"));
            if jobs.iter().any(|(path, _)| path.starts_with(&format!("{name}/"))) {
                continue;
            }
            let directory = all.path().join(&name);
            fs::create_dir_all(directory.join("public")).unwrap();
            fs::write(directory.join("index.js"), CODE).unwrap();
            fs::write(directory.join("wrangler.toml"), format!("{HEAD}{case}")).unwrap();
            let written = emit(&directory, environment).unwrap_or_else(|| panic!("refused: {case}"));
            assert_eq!(schema.errors(&written), Vec::<String>::new(), "{case}");
            jobs.push((format!("{name}/wrangler.toml"), environment));
            jobs.push((format!("{name}/dist/wrangler.json"), None));
        }
    }
    let read = read_by_wrangler(all.path(), &jobs);
    for (pair, job) in read.chunks(2).zip(jobs.chunks(2)) {
        let mut pair = [pair[0].clone(), pair[1].clone()];
        for side in &mut pair {
            assert!(side["error"].is_null(), "{}: {}", job[0].0, side["error"]);
            let config = side["config"].as_object_mut().unwrap();
            for key in
                ["configPath", "userConfigPath", "topLevelName", "definedEnvironments", "targetEnvironment"]
            {
                config.remove(key);
            }
            // What a finished deployment says in its own way.
            for key in ["main", "no_bundle"] {
                config.remove(key);
            }
            if let Some(assets) = config.get_mut("assets").and_then(Value::as_object_mut) {
                assets.remove("directory");
            }
        }
        let [theirs, ours] = pair;
        assert_eq!(
            ours,
            theirs,
            "{} in {:?}:\n{}",
            job[0].0,
            job[0].1,
            fs::read_to_string(all.path().join(&job[0].0)).unwrap()
        );
    }
}

/// Each is appended to [`HEAD`]; an error for both.
const REFUSED: &[&str] = &[
    "workers_dev = 1\n",
    "vars = 1\n",
    "kv_namespaces = { binding = \"K\" }\n",
    "kv_namespaces = [{ id = \"1\" }]\n",
    "kv_namespaces = [{ binding = \"K\", id = \"\" }]\n",
    "kv_namespaces = [{ binding = \"K\", id = \"1\" }, { binding = \"K\", id = \"2\" }]\n",
    "vars = { K = 1 }\nkv_namespaces = [{ binding = \"K\", id = \"1\" }]\n",
    "secrets = { required = [\"K\"] }\nvars = { K = 1 }\n",
    "r2_buckets = [{ binding = \"R\", bucket_name = \"Upper\" }]\n",
    "r2_buckets = [{ binding = \"R\", bucket_name = \"\" }]\n",
    "durable_objects = { bindings = [{ name = \"O\" }] }\n",
    "[assets]\ndirectory = \"public\"\nhtml_handling = \"sometimes\"\n",
    "[assets]\ndirectory = \"public\"\nrun_worker_first = \"yes\"\n",
    "compatibility_flags = \"nodejs_compat\"\n",
    "compliance_region = \"moon\"\n",
    "ai = { staging = true }\n",
    "services = [{ binding = \"S\" }]\n",
    "hyperdrive = [{ binding = \"H\" }]\n",
    "[placement]\nmode = \"fast\"\n",
    "legacy_env = true\n",
    "node_compat = true\n",
    "a = }\n",
];

#[test]
fn what_wrangler_refuses_is_refused() {
    let all = tempfile::tempdir().unwrap();
    let mut jobs = Vec::new();
    let mut accepted = Vec::new();
    for (index, case) in REFUSED.iter().enumerate() {
        let directory = all.path().join(index.to_string());
        fs::create_dir_all(directory.join("public")).unwrap();
        fs::write(directory.join("index.js"), CODE).unwrap();
        fs::write(directory.join("wrangler.toml"), format!("{HEAD}{case}")).unwrap();
        if emit(&directory, None).is_some() {
            accepted.push(format!("by us: {case}"));
        }
        jobs.push((format!("{index}/wrangler.toml"), None));
    }
    for (result, case) in read_by_wrangler(all.path(), &jobs).iter().zip(REFUSED) {
        if result["error"].is_null() {
            accepted.push(format!("by wrangler: {case}"));
        }
    }
    assert_eq!(accepted, Vec::<String>::new());
}

#[test]
fn wrangler_deploys_what_is_written() {
    let assets = "[assets]\ndirectory = \"public\"\nnot_found_handling = \"404-page\"\n";
    let objects = "durable_objects = { bindings = [{ name = \"O\", class_name = \"Counter\" }] }\n\
                   migrations = [{ tag = \"v1\", new_sqlite_classes = [\"Counter\"] }]\n\
                   kv_namespaces = [{ binding = \"K\" }]\nvars = { A = [1] }\n";
    let date = "name = \"api\"\ncompatibility_date = \"2026-01-01\"\n";
    for text in [format!("{HEAD}{objects}{assets}"), format!("{HEAD}{objects}"), format!("{date}{assets}")] {
        let directory = project(&[("wrangler.toml", &text), ("index.js", CODE), ("public/index.html", "")]);
        emit(directory.path(), None).unwrap();
        let mut command = npm::command(npm::modules().join("wrangler/bin/wrangler.js"));
        command.current_dir(directory.path());
        command.args(["deploy", "--dry-run", "-c", "dist/wrangler.json", "--outdir", "bundled"]);
        let output: Output = command.output().unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && !said.contains("WARNING"), "{text}\n{said}");
        assert_eq!(said.contains("env.O (Counter)"), text.contains("Counter"), "{said}");
        assert_eq!(said.contains("env.K"), text.contains("kv_namespaces"), "{said}");
    }
}
