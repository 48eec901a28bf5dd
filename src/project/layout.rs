//! Where the parts of a project lie: main module, functions, durable objects and static files.
//!
//! Paths in the file go by its directory, paths on the command line by the current one. Whatever is named must
//! exist; whatever is only conventional may be absent.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::{ASSETS, AssetSettings, Options, RunWorkerFirst, display};
use crate::config::{Kind, Value, straight};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::error::Error;
use crate::limit::{ROUTING_RULE, ROUTING_RULES};

const MODULES: [&str; 8] = ["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"];
const MAX_RULES: usize = ROUTING_RULES.most();
const MAX_RULE_LENGTH: usize = ROUTING_RULE.most();

/// Whether what a project names has to be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Paths {
    /// It has.
    Checked,
    /// It may be what a build makes later.
    AsNamed,
}

/// The directories that parts are looked for in.
pub(super) struct Places<'a> {
    pub(super) options: &'a Options,
    /// The project's directory.
    pub(super) root: &'a Path,
    /// The directory of the configuration file, by which its paths go.
    pub(super) base: &'a Path,
    /// The directory that the user named, which lies in the project or is it.
    pub(super) directory: &'a Path,
    pub(super) environment: Option<&'a Environment<'a>>,
    pub(super) paths: Paths,
}

impl Places<'_> {
    /// `main`, which must be a file that can be bundled.
    pub(super) fn main(&self, diagnostics: &mut Diagnostics) -> Option<PathBuf> {
        let environment = self.environment?;
        let value = environment.get("main")?;
        let text = value.as_str()?;
        let path = resolve(self.base, text);
        if !path.is_file() {
            if self.paths == Paths::AsNamed {
                return None;
            }
            let help = "correct the path, or run the build that writes the file first";
            diagnostics.push(missing(environment, "main", text, "file", &value.span).help(help));
            return None;
        }
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or("");
        if !MODULES.contains(&extension) {
            diagnostics.push(
                Diagnostic::error(Code::InvalidValue, format!("`main` cannot be `{text}`"))
                    .at(&environment.config.source, value.span.clone(), "")
                    .help("name a JavaScript or TypeScript module"),
            );
            return None;
        }
        Some(path)
    }

    /// The directory of functions: the flag's, or `functions/` in the project, or further down towards the directory
    /// named.
    pub(super) fn functions(
        &self,
        assumptions: &mut Vec<String>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<PathBuf>, Error> {
        match &self.options.functions {
            Some(path) => flag("--functions", path, diagnostics),
            None => Ok(self.conventional("functions", assumptions)),
        }
    }

    /// The directory of Durable Objects, likewise, without a flag.
    pub(super) fn durable_objects(&self, assumptions: &mut Vec<String>) -> Option<PathBuf> {
        self.conventional("durable_objects", assumptions)
    }

    fn conventional(&self, name: &str, assumptions: &mut Vec<String>) -> Option<PathBuf> {
        let path = self.root.join(name);
        if path.is_dir() {
            return Some(path);
        }
        // From the directory named up to the project, or in that directory alone when it lies elsewhere.
        let inside = self.directory.starts_with(self.root);
        let up = self.directory.ancestors().take_while(|ancestor| *ancestor != self.root);
        let path = up.take(if inside { usize::MAX } else { 1 }).map(|ancestor| ancestor.join(name));
        let path = path.into_iter().find(|path| path.is_dir())?;
        let shown = display(self.root, &path);
        assumptions
            .push(format!("There is no `{name}/` beside the configuration file, so `{shown}/` was taken."));
        Some(path)
    }

    /// The static files: the flag's, those of the file, or without any file those in `public/`.
    pub(super) fn assets(
        &self,
        assumptions: &mut Vec<String>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<AssetSettings>, Error> {
        let table = self.environment.and_then(|environment| environment.get("assets"));
        let text = |key| table.and_then(|table| table.get(key)).and_then(Value::as_str).map(str::to_owned);
        let run_worker_first = self
            .environment
            .zip(table)
            .and_then(|(environment, table)| rules(environment, table, diagnostics));
        let pages = self.environment.is_none_or(Environment::is_pages);
        let directory = match (&self.options.assets, self.environment) {
            (Some(path), _) => flag("--assets", path, diagnostics)?,
            (None, Some(environment)) => self.named_assets(environment, diagnostics),
            (None, None) => {
                let public = self.root.join("public");
                public.is_dir().then(|| {
                    assumptions
                        .push("No static files are named, so those in `public/` were taken.".to_owned());
                    public
                })
            }
        };
        Ok(directory.map(|directory| AssetSettings {
            directory,
            binding: text("binding").unwrap_or_else(|| ASSETS.to_owned()),
            pages,
            html_handling: text("html_handling"),
            not_found_handling: text("not_found_handling"),
            run_worker_first,
        }))
    }

    fn named_assets(&self, environment: &Environment<'_>, diagnostics: &mut Diagnostics) -> Option<PathBuf> {
        let source = &environment.config.source;
        let table = environment.get("assets");
        let directory = table.and_then(|table| table.get("directory"));
        let output = environment.get("pages_build_output_dir");
        if let (Some(directory), Some(output)) = (directory, output) {
            let message = "`assets.directory` and `pages_build_output_dir` are both set";
            diagnostics.push(
                Diagnostic::warning(Code::ConflictingSettings, message)
                    .at(source, directory.span.clone(), "taken")
                    .at(source, output.span.clone(), "ignored")
                    .help("keep one of the two"),
            );
        }
        let base_path = table.and_then(|table| table.entry("base_path"));
        if let Some(base_path) = base_path {
            diagnostics.push(
                Diagnostic::warning(Code::UnsupportedSetting, "`assets.base_path` is not acted on")
                    .at(source, base_path.key_span.clone(), "")
                    .help("put the files into a directory of that name below `assets.directory`"),
            );
        }
        let (key, value) = match (directory, output) {
            (Some(directory), _) => ("assets.directory", directory),
            (None, output) => ("pages_build_output_dir", output?),
        };
        let text = value.as_str()?;
        let path = resolve(self.base, text);
        if path.is_dir() || self.paths == Paths::AsNamed {
            return Some(path);
        }
        let help = "correct the path, or run the build that writes the files first";
        diagnostics.push(missing(environment, key, text, "directory", &value.span).help(help));
        None
    }
}

/// A path in the file, without `.` and `..` so that paths compare by their text.
pub(super) fn resolve(root: &Path, text: &str) -> PathBuf {
    straight(&root.join(text))
}

fn flag(flag: &str, path: &Path, diagnostics: &mut Diagnostics) -> Result<Option<PathBuf>, Error> {
    let absolute = std::path::absolute(path).map_err(|source| Error::io("find", path, source))?;
    if absolute.is_dir() {
        return Ok(Some(resolve(&absolute, "")));
    }
    let shown = path.display().to_string().replace('\\', "/");
    diagnostics.push(
        Diagnostic::error(Code::MissingPath, format!("`{flag}` names a directory that does not exist"))
            .file(shown)
            .help("the path goes by the current directory"),
    );
    Ok(None)
}

pub(super) fn missing(
    environment: &Environment<'_>,
    key: &str,
    text: &str,
    what: &str,
    span: &Range<usize>,
) -> Diagnostic {
    let message = format!("`{key}` names a {what} that does not exist: `{text}`");
    Diagnostic::error(Code::MissingPath, message).at(
        &environment.config.source,
        span.clone(),
        format!("goes by the directory of `{}`", environment.config.source.path()),
    )
}

/// `assets.run_worker_first`, held against the limits of the platform.
fn rules(
    environment: &Environment<'_>,
    table: &Value,
    diagnostics: &mut Diagnostics,
) -> Option<RunWorkerFirst> {
    let value = table.get("run_worker_first")?;
    if let Some(always) = value.as_bool() {
        return Some(RunWorkerFirst::Always(always));
    }
    // Anything but a list has been reported as a value of the wrong type.
    if !matches!(value.kind, Kind::Array(_)) {
        return None;
    }
    let mut refuse = |message: String, span: &Range<usize>, help: &str| {
        let diagnostic = Diagnostic::error(Code::InvalidRoutingRule, message);
        diagnostics.push(diagnostic.at(&environment.config.source, span.clone(), "").help(help));
    };
    let rules: Vec<(&str, &Range<usize>)> =
        value.items().iter().filter_map(|item| Some((item.as_str()?, &item.span))).collect();
    for (index, (rule, span)) in rules.iter().enumerate() {
        if !rule.starts_with('/') && !rule.starts_with("!/") {
            refuse(
                format!("the rule `{rule}` does not start with `/` or `!/`"),
                span,
                "write the path from its root",
            );
        } else if rule.chars().count() > MAX_RULE_LENGTH {
            let message = format!("a rule is longer than {MAX_RULE_LENGTH} characters");
            refuse(message, span, "cover more paths with a shorter rule that ends in `*`");
        } else if rules[..index].iter().any(|(earlier, _)| earlier == rule) {
            refuse(format!("the rule `{rule}` is repeated"), span, "delete it");
        }
    }
    if rules.len() > MAX_RULES {
        let message =
            format!("`run_worker_first` has {} rules; at most {MAX_RULES} are allowed", rules.len());
        refuse(message, &value.span, "cover several paths with one rule that ends in `*`");
    }
    if !rules.iter().any(|(rule, _)| rule.starts_with('/')) {
        let message = "`run_worker_first` has no rule that starts with `/`".to_owned();
        refuse(message, &value.span, "add a rule for the paths that the worker answers, or write `false`");
    }
    Some(RunWorkerFirst::Rules(rules.into_iter().map(|(rule, _)| rule.to_owned()).collect()))
}
