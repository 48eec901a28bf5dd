//! `dist/wrangler.json`: what wrangler reads to deploy a finished deployment as it stands.
//!
//! In go the project and what the build found out, out comes one flat configuration: a single environment,
//! nothing left to bundle, every path inside of the deployment. Keys are sorted.

use serde_json::{Map, Value, json};

use crate::project::{AssetSettings, ModuleType, Project, RunWorkerFirst};

/// What the build found out about a project.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The project.
    pub project: &'a Project,
    /// The name of the main module, where there is code.
    pub main: Option<&'a str>,
    /// Name and type of the modules beside it.
    pub modules: &'a [(&'a str, ModuleType)],
    /// Whether a source map lies beside the main module.
    pub source_map: bool,
    /// The static files, where there are any.
    pub assets: Option<Assets<'a>>,
}

/// How the static files are to be served.
#[derive(Clone, Copy, Debug)]
pub struct Assets<'a> {
    /// The settings, with the defaults of the project's kind filled in.
    pub settings: &'a AssetSettings,
    /// Which requests the worker answers before static files are looked at. Means nothing without code.
    pub run_worker_first: Option<&'a RunWorkerFirst>,
}

/// The configuration for `wrangler deploy -c dist/wrangler.json`.
pub fn config(input: &Input<'_>) -> Value {
    let project = input.project;
    let mut config: Map<String, Value> =
        project.settings.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    config.insert("name".to_owned(), json!(project.name));
    config.insert("compatibility_date".to_owned(), json!(project.compatibility_date));
    if !project.compatibility_flags.is_empty() {
        config.insert("compatibility_flags".to_owned(), json!(project.compatibility_flags));
    }
    if let Some(main) = input.main {
        config.insert("main".to_owned(), json!(format!("worker/{main}")));
        config.insert("no_bundle".to_owned(), json!(true));
    }
    if !input.modules.is_empty() {
        config.insert("rules".to_owned(), rules(input.modules));
    }
    if input.source_map {
        config.entry("upload_source_maps").or_insert(json!(true));
    } else {
        config.remove("upload_source_maps");
    }
    if let Some(files) = input.assets {
        config.insert("assets".to_owned(), assets(files, input.main.is_some()));
    }
    // Objects among the variables keep their order: code can see it.
    for (_, value) in config.iter_mut().filter(|(key, _)| *key != "vars") {
        value.sort_all_objects();
    }
    config.sort_keys();
    if let Some(Value::Object(vars)) = config.get_mut("vars") {
        vars.sort_keys();
    }
    Value::Object(config)
}

/// Without bundling wrangler takes the modules that rules name. These name each one, and keep it from asking its own.
fn rules(modules: &[(&str, ModuleType)]) -> Value {
    let rule = |kind: ModuleType| {
        let of_kind = modules.iter().filter(|(_, of)| *of == kind);
        let globs: Vec<&str> = of_kind.map(|(name, _)| *name).collect();
        let has_default = !kind.is_javascript();
        (has_default || !globs.is_empty())
            .then(|| json!({ "type": kind.name(), "globs": globs, "fallthrough": false }))
    };
    ModuleType::ALL.into_iter().filter_map(rule).collect()
}

fn assets(Assets { settings, run_worker_first }: Assets<'_>, code: bool) -> Value {
    let mut assets = Map::new();
    assets.insert("directory".to_owned(), json!("./assets"));
    let text = |key: &str, value: &Option<String>| value.as_ref().map(|value| (key.to_owned(), json!(value)));
    assets.extend(text("html_handling", &settings.html_handling));
    assets.extend(text("not_found_handling", &settings.not_found_handling));
    // wrangler refuses both of these on a worker without code.
    if code {
        assets.insert("binding".to_owned(), json!(settings.binding));
        let first = run_worker_first.map(|first| match first {
            RunWorkerFirst::Always(always) => json!(always),
            RunWorkerFirst::Rules(rules) => json!(rules),
        });
        assets.extend(first.map(|first| ("run_worker_first".to_owned(), first)));
    }
    Value::Object(assets)
}
