//! The settings that go on to the deployer, and those that go to the bundler.
//!
//! What only makes sense beside the project's sources is left out, since a deployment must do without them.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;

use super::environment::Environment;
use super::layout::{missing, resolve};
use super::{Bundling, ModuleRules, Options};
use crate::config::{Effect, Value, is_retired, key};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

/// Every key for the deployer, those that are unknown included.
pub(super) fn settings(
    environment: &Environment<'_>,
    root: &Path,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, Json> {
    let carried = |name: &str| match key(name) {
        Some(key) => key.effect == Effect::Carried,
        None => !is_retired(name),
    };
    let kept = environment.entries.iter().filter(|(name, _)| carried(name));
    let mut settings: BTreeMap<String, Json> =
        kept.map(|(name, entry)| ((*name).to_owned(), entry.value.to_json())).collect();
    for key in ["account_id", "route"] {
        let Some(value) = environment.get(key).filter(|value| value.as_str() == Some("")) else { continue };
        settings.remove(key);
        diagnostics.push(
            Diagnostic::warning(Code::InvalidValue, format!("`{key}` is empty and has no effect"))
                .at(&environment.config.source, value.span.clone(), "")
                .help("fill it in or delete it"),
        );
    }
    // Only `wrangler d1 migrations` reads these, with the project's own file; a deployment cannot point there.
    for database in settings.get_mut("d1_databases").and_then(Json::as_array_mut).into_iter().flatten() {
        if let Some(fields) = database.as_object_mut() {
            fields.remove("migrations_dir");
            fields.remove("migrations_pattern");
        }
    }
    if let Some(capnp) = environment.get("unsafe").and_then(|unsafe_| unsafe_.entry("capnp")) {
        diagnostics.push(
            Diagnostic::warning(Code::UnsupportedSetting, "`unsafe.capnp` is not acted on")
                .at(&environment.config.source, capnp.key_span.clone(), "")
                .help("deploy with wrangler a project that needs it"),
        );
        if let Some(fields) = settings.get_mut("unsafe").and_then(Json::as_object_mut) {
            fields.remove("capnp");
        }
    }
    for container in environment.get("containers").map_or(&[][..], Value::items) {
        diagnostics.extend(dockerfiles(environment, root, container));
    }
    settings
}

/// Images that are built from files of the project, which a deployment does not carry.
fn dockerfiles(environment: &Environment<'_>, root: &Path, container: &Value) -> Vec<Diagnostic> {
    let is_file = |text: &str| text.starts_with('.') || text.starts_with('/') || resolve(root, text).exists();
    let image = container.get("image").filter(|image| image.as_str().is_some_and(is_file));
    let images = container.get("images").map_or(&[][..], Value::entries);
    let files = images.iter().filter_map(|entry| entry.value.get("dockerfile"));
    let one = |image: &Value| {
        let message = "a container image is built from a Dockerfile, which a deployment does not carry";
        Diagnostic::error(Code::ContainerDockerfile, message)
            .at(&environment.config.source, image.span.clone(), "")
            .help("push the image with `wrangler containers push`, and write the name that it prints")
    };
    image.into_iter().chain(files).map(one).collect()
}

/// What wrangler defines when it builds for a deployment, so that packages leave out what is for development. It
/// looks at the variable `NODE_ENV` of the machine first; a build here gives the same on every machine.
fn defaults() -> BTreeMap<String, String> {
    let names = ["process.env.NODE_ENV", "global.process.env.NODE_ENV", "globalThis.process.env.NODE_ENV"];
    names.map(|name| (name.to_owned(), "\"production\"".to_owned())).into()
}

/// How code is compiled and linked.
pub(super) fn bundling(
    options: &Options,
    environment: Option<&Environment<'_>>,
    root: &Path,
    diagnostics: &mut Diagnostics,
) -> Bundling {
    // Unless told otherwise wrangler keeps names, since programs rely on them more often than they know.
    let base = Bundling {
        minify: options.minify,
        source_map: options.source_map,
        keep_names: true,
        define: defaults(),
        ..Bundling::default()
    };
    let Some(environment) = environment else { return base };
    let path = |key: &str| {
        let value = environment.get(key)?;
        let text = value.as_str()?;
        Some((value, text, resolve(root, text)))
    };
    let tsconfig = path("tsconfig");
    if let Some((value, text, path)) = &tsconfig
        && !path.is_file()
    {
        diagnostics.push(
            missing(environment, "tsconfig", text, "file", &value.span)
                .help("correct the path, or delete the key to use the nearest `tsconfig.json`"),
        );
    }
    let no_bundle = environment.bool("no_bundle") == Some(true);
    let find_additional_modules = environment.bool("find_additional_modules").unwrap_or(no_bundle);
    let base_dir = path("base_dir");
    if let Some((value, text, path)) = &base_dir
        && find_additional_modules
        && !path.is_dir()
    {
        diagnostics.push(
            missing(environment, "base_dir", text, "directory", &value.span)
                .help("correct the path, or delete the key to take the directory of `main`"),
        );
    }
    Bundling {
        minify: base.minify || environment.bool("minify") == Some(true),
        source_map: base.source_map || environment.bool("upload_source_maps") == Some(true),
        tsconfig: tsconfig.map(|(_, _, path)| path).filter(|path| path.is_file()),
        jsx_factory: environment.str("jsx_factory").map(str::to_owned),
        jsx_fragment: environment.str("jsx_fragment").map(str::to_owned),
        alias: environment.strings("alias"),
        define: base.define.into_iter().chain(environment.strings("define")).collect(),
        keep_names: environment.bool("keep_names").unwrap_or(base.keep_names),
        rules: ModuleRules::read(environment, diagnostics),
        preserve_file_names: environment.bool("preserve_file_names") == Some(true),
        no_bundle,
        find_additional_modules,
        base_dir: base_dir.map(|(_, _, path)| path).filter(|path| path.is_dir()),
    }
}
