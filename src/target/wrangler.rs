//! `dist/wrangler.json`: what wrangler reads to deploy a finished deployment as it stands.
//!
//! In go the project and what the build found out, out comes one flat configuration: a single environment,
//! nothing left to bundle, every path inside of the deployment. Keys are sorted.

use serde_json::{Map, Value, json};

use crate::project::{Project, RunWorkerFirst};

/// What the build found out about a project.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The project.
    pub project: &'a Project,
    /// The main module, relative to the deployment, where there is code.
    pub main: Option<&'a str>,
    /// Whether there are static files.
    pub assets: bool,
    /// Which requests the worker answers before static files are looked at. Means nothing without code.
    pub run_worker_first: Option<&'a RunWorkerFirst>,
    /// How paths of HTML files are treated.
    pub html_handling: Option<&'a str>,
    /// What answers when there is no such file.
    pub not_found_handling: Option<&'a str>,
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
    match input.main {
        Some(main) => {
            config.insert("main".to_owned(), json!(main));
            config.insert("no_bundle".to_owned(), json!(true));
        }
        // There is no map to upload without code.
        None => drop(config.remove("upload_source_maps")),
    }
    if let (true, Some(settings)) = (input.assets, &project.assets) {
        let mut assets = Map::new();
        assets.insert("directory".to_owned(), json!("./assets"));
        assets.extend(input.html_handling.map(|value| ("html_handling".to_owned(), json!(value))));
        assets.extend(input.not_found_handling.map(|value| ("not_found_handling".to_owned(), json!(value))));
        // wrangler refuses both of these on a worker without code.
        if input.main.is_some() {
            assets.insert("binding".to_owned(), json!(settings.binding));
            let first = input.run_worker_first.map(|first| match first {
                RunWorkerFirst::Always(always) => json!(always),
                RunWorkerFirst::Rules(rules) => json!(rules),
            });
            assets.extend(first.map(|first| ("run_worker_first".to_owned(), first)));
        }
        config.insert("assets".to_owned(), Value::Object(assets));
    }
    let mut config = Value::Object(config);
    config.sort_all_objects();
    config
}
