//! `.wrangler/deploy/config.json`: a build tool's note of the configuration that it has made of the user's.
//!
//! In goes the directory of the search and what was found there, out comes the file to read in its place. It is looked
//! for upward, and has to belong to the same project as the user's file, as under wrangler.

use std::path::{Component, Path, PathBuf};

use super::{Config, Entry, Generated, Kind, Value, read};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Source};
use crate::error::Error;

/// Where the note lies.
pub(crate) const PLACE: &str = ".wrangler/deploy/config.json";

/// Fields that only generated files have: what they were made of, and settings that no longer exist.
const OWN: [&str; 6] = [
    "configPath",
    "userConfigPath",
    "topLevelName",
    "definedEnvironments",
    "targetEnvironment",
    "legacy_env",
];

/// A setting that generated files spell out, and the only value that it has unless the user set it.
const SPELT_OUT: &str = "python_modules";

/// A note that was found, and what it leads to.
pub(crate) struct Redirect {
    /// The directory that `.wrangler` stands in.
    pub(crate) project: PathBuf,
    /// The file to read.
    pub(crate) path: PathBuf,
    /// A sentence for the user.
    pub(crate) assumption: String,
    note: Source,
}

/// Follows the note, where there is one. `user` is the configuration file that was found without it. `None` inside is no
/// note; `None` outside is one that cannot be followed.
///
/// # Errors
/// When the note cannot be read.
pub(crate) fn redirect(
    directory: &Path,
    user: Option<&Path>,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Option<Redirect>>, Error> {
    let found = directory.ancestors().find(|ancestor| ancestor.join(PLACE).is_file());
    let Some(project) = found else { return Ok(Some(None)) };
    let note = project.join(PLACE);
    let Some(config) = read::read(&note, diagnostics)? else { return Ok(None) };
    let source = config.source.at_path(PLACE);
    let mut refuse = |message: String, value: Option<&Value>, help: &str| {
        let span = value.map_or(0..source.text().len(), |value| value.span.clone());
        diagnostics.push(Diagnostic::error(Code::RedirectedConfig, message).at(&source, span, "").help(help));
        Ok(None)
    };
    let value = config.root.get("configPath");
    let Some(text) = value.and_then(Value::as_str).filter(|text| !text.is_empty()) else {
        return refuse(
            format!("`{PLACE}` has no `configPath`"),
            value,
            "run the build tool again that writes it, or delete the file",
        );
    };
    if let Some(user) = user.and_then(Path::parent)
        && user != project
    {
        let shown = user.display();
        return refuse(
            format!("this file and the configuration file in `{shown}` are of different projects"),
            value,
            "delete the one that is left over, or name the configuration file with `--config`",
        );
    }
    let path = straight(&project.join(".wrangler/deploy").join(text));
    if !path.is_file() {
        return refuse(
            format!("`{PLACE}` leads to a file that does not exist: `{text}`"),
            value,
            "run the build tool again that writes it, or delete `.wrangler/deploy`",
        );
    }
    let shown = relative(project, &path);
    let assumption = format!("`{PLACE}` leads to `{shown}`, so that was read as the configuration.");
    Ok(Some(Some(Redirect { project: project.to_path_buf(), path, assumption, note: source })))
}

impl Redirect {
    /// The file as the configuration of the project. It holds one environment, which `named` must not contradict.
    pub(crate) fn apply(
        self,
        mut config: Config,
        named: Option<&str>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Config> {
        config.source = config.source.at_path(relative(&self.project, &self.path));
        let target = config.root.get("targetEnvironment").cloned();
        let environment = target.as_ref().and_then(Value::as_str).map(str::to_owned);
        let mut refuse = |message: String, span, help: &str| {
            diagnostics.push(
                Diagnostic::error(Code::RedirectedConfig, message).at(&config.source, span, "").help(help),
            );
        };
        if let Some(entry) = config.root.entry("env").filter(|entry| !entry.value.entries().is_empty()) {
            let message =
                "a configuration that a build tool has made holds one environment, and this one has several";
            refuse(message.to_owned(), entry.key_span.clone(), "report it to the authors of the tool");
            return None;
        }
        let pages = config.root.get("pages_build_output_dir").is_some();
        if let (Some(named), Some(value), Some(made)) = (named, &target, &environment)
            && !pages
            && named != made
        {
            let message =
                format!("the environment `{named}` is asked for, and the application was built for `{made}`");
            let help = format!("run the build tool again with `CLOUDFLARE_ENV={named}`");
            refuse(message, value.span.clone(), &help);
            return None;
        }
        if let Kind::Table(entries) = &mut config.root.kind {
            entries.retain(|entry: &Entry| !OWN.contains(&entry.key.as_str()) && entry.key != SPELT_OUT);
        }
        config.generated = Some(Generated { project: self.project, environment, note: self.note });
        Some(config)
    }
}

/// Whether a build tool has made a file.
pub(crate) fn is_made(config: &Config) -> bool {
    OWN.iter().any(|key| *key != "legacy_env" && config.root.get(key).is_some())
}

/// A path without `.` and `..`.
pub(crate) fn straight(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => _ = straight.pop(),
            part => straight.push(part),
        }
    }
    straight
}

fn relative(project: &Path, path: &Path) -> String {
    path.strip_prefix(project).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
