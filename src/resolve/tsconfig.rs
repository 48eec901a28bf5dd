//! What a `tsconfig.json` says, with what it extends.

use std::fs;
use std::path::{Path, PathBuf};

use jsonc_parser::ast::{ObjectProp, Value as Parsed};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde_json::{Map, Value};

use super::exports::{self, Outcome};
use super::package::Package;
use super::path::{clean, is_package, join, package};
use crate::hash::{self, Hash};

/// As the TypeScript compiler reads these files.
const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// The settings of one file over those that it extends.
#[derive(Clone, Debug, Default)]
pub(super) struct Tsconfig {
    pub(super) path: PathBuf,
    /// `baseUrl`, absolute.
    pub(super) base: Option<PathBuf>,
    pub(super) paths: Option<Paths>,
    /// The other `compilerOptions`.
    pub(super) options: Map<String, Value>,
    /// Why it cannot be read.
    pub(super) broken: Option<String>,
    /// What it extends and what is not there.
    pub(super) missing: Vec<String>,
    /// It and what it extends, as they were read.
    pub(super) read: Vec<(PathBuf, Hash)>,
}

/// `paths`.
#[derive(Clone, Debug)]
pub(super) struct Paths {
    /// What its paths are relative to without a `baseUrl`.
    base: PathBuf,
    /// The file that they stand in.
    pub(super) file: PathBuf,
    pub(super) patterns: Vec<(String, Vec<String>)>,
}

impl Tsconfig {
    /// The files that `paths` tries for a specifier, in order, and the pattern that says so.
    pub(super) fn substitutes(&self, specifier: &str) -> Option<(&str, Vec<PathBuf>)> {
        let paths = self.paths.as_ref()?;
        let base = self.base.as_ref().unwrap_or(&paths.base);
        let exact = paths.patterns.iter().find(|(pattern, _)| pattern == specifier);
        let (pattern, targets, rest) = match exact {
            Some((pattern, targets)) => (pattern, targets, None),
            None => {
                let fits = paths.patterns.iter().filter_map(|(pattern, targets)| {
                    let (start, end) = pattern.split_once('*')?;
                    let long_enough = specifier.len() >= start.len() + end.len();
                    let fits = long_enough && specifier.starts_with(start) && specifier.ends_with(end);
                    fits.then_some((start.len(), end.len(), pattern, targets))
                });
                let (start, end, pattern, targets) = fits.max_by_key(|(start, end, ..)| (*start, *end))?;
                (pattern, targets, Some(&specifier[start..specifier.len() - end]))
            }
        };
        let file = |target: &String| {
            let target = match rest {
                Some(rest) => target.replacen('*', rest, 1),
                None => target.clone(),
            };
            let is_declaration = target.to_ascii_lowercase().ends_with(".d.ts");
            (!is_declaration).then(|| clean(&base.join(target)))
        };
        Some((pattern, targets.iter().filter_map(file).collect()))
    }

    /// An option that is a text.
    pub(super) fn text(&self, option: &str) -> Option<&str> {
        self.options.get(option).and_then(Value::as_str)
    }

    /// An option that is a switch.
    pub(super) fn switch(&self, option: &str) -> Option<bool> {
        self.options.get(option).and_then(Value::as_bool)
    }
}

/// Reads a file with what it extends.
pub(super) fn read(file: &Path) -> Tsconfig {
    let directory = file.parent().unwrap_or(file);
    let mut tsconfig = match extended(file, directory, &mut Vec::new()) {
        Ok(tsconfig) => tsconfig,
        Err(broken) => Tsconfig {
            path: file.to_path_buf(),
            broken: Some(broken.unwrap_or_default()),
            ..Tsconfig::default()
        },
    };
    if let (Some(paths), None) = (&mut tsconfig.paths, &tsconfig.base) {
        for (_, targets) in &mut paths.patterns {
            targets.retain(|target| !is_package(target));
        }
    }
    tsconfig
}

/// The settings of a file; the error is `None` where there is no such file.
fn extended(file: &Path, directory: &Path, seen: &mut Vec<PathBuf>) -> Result<Tsconfig, Option<String>> {
    let file = fs::canonicalize(file).map_err(|_| None)?;
    if !file.is_file() {
        return Err(None);
    }
    if seen.contains(&file) {
        return Err(Some("it extends itself".to_owned()));
    }
    let text = fs::read_to_string(&file).map_err(|error| Some(error.to_string()))?;
    let parsed = parse_to_ast(text.trim_start_matches('\u{feff}'), &CollectOptions::default(), &OPTIONS)
        .map_err(|error| Some(error.to_string()))?;
    let Some(Value::Object(fields)) = parsed.value.as_ref().map(value) else {
        return Err(Some("it is not an object".to_owned()));
    };
    let home = file.parent().unwrap_or(&file).to_path_buf();
    let read = vec![(file.clone(), hash::of(text.as_bytes()))];
    let mut tsconfig = Tsconfig { path: file.clone(), read, ..Tsconfig::default() };
    let extends = match fields.get("extends") {
        Some(Value::String(extends)) => vec![extends.as_str()],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    seen.push(file.clone());
    for extends in extends {
        match base(extends, &home, directory, seen) {
            Ok(base) => tsconfig.inherit(base),
            Err(None) => tsconfig.missing.push(extends.to_owned()),
            Err(Some(broken)) => return Err(Some(format!("`{extends}`, which it extends: {broken}"))),
        }
    }
    seen.pop();
    let Some(Value::Object(options)) = fields.get("compilerOptions") else { return Ok(tsconfig) };
    let place = |path: &str| match path.strip_prefix("${configDir}") {
        Some(rest) => join(directory, rest).to_string_lossy().into_owned(),
        None => path.to_owned(),
    };
    if let Some(base) = options.get("baseUrl").and_then(Value::as_str) {
        tsconfig.base = Some(clean(&home.join(place(base))));
    }
    if let Some(Value::Object(patterns)) = options.get("paths") {
        let is_pattern = |text: &str| text.matches('*').count() <= 1;
        let patterns = patterns.iter().filter_map(|(pattern, targets)| {
            let targets = targets.as_array()?.iter().filter_map(Value::as_str);
            let targets = targets.filter(|target| is_pattern(target)).map(place).collect();
            is_pattern(pattern).then(|| (pattern.clone(), targets))
        });
        tsconfig.paths = Some(Paths { base: home, patterns: patterns.collect(), file });
    }
    for (option, value) in options {
        tsconfig.options.insert(option.clone(), value.clone());
    }
    Ok(tsconfig)
}

impl Tsconfig {
    fn inherit(&mut self, base: Self) {
        self.base = base.base.or_else(|| self.base.take());
        self.paths = base.paths.or_else(|| self.paths.take());
        self.options.extend(base.options);
        self.missing.extend(base.missing);
        self.read.extend(base.read);
    }
}

/// The settings that `extends` names.
fn base(
    extends: &str,
    home: &Path,
    directory: &Path,
    seen: &mut Vec<PathBuf>,
) -> Result<Tsconfig, Option<String>> {
    if !is_package(extends) {
        let extends = if matches!(extends, "." | "..") {
            format!("{extends}/tsconfig.json")
        } else {
            extends.to_owned()
        };
        let file = clean(&home.join(&extends));
        if !file.is_file() && !extends.ends_with(".json") {
            let mut longer = file.into_os_string();
            longer.push(".json");
            return extended(Path::new(&longer), directory, seen);
        }
        return extended(&file, directory, seen);
    }
    for around in home.ancestors().filter(|around| !around.ends_with("node_modules")) {
        let modules = around.join("node_modules");
        let mut file = join(&modules, extends);
        if let Some((name, subpath)) = package(extends)
            && let Some(package) = Package::read(&modules.join(name))
        {
            if let Some(own) = &package.tsconfig {
                file = clean(&package.directory.join(own));
            }
            if let Some(map) = &package.exports
                && let Outcome::Found { path, inexact: false, .. } =
                    exports::of_package(map, &subpath, &exports::Conditions::of_typescript())
            {
                match extended(&join(&package.directory, &path), directory, seen) {
                    Err(None) => {}
                    other => return other,
                }
            }
        }
        let mut longer = file.clone().into_os_string();
        longer.push(".json");
        for candidate in [file.join("tsconfig.json"), file, PathBuf::from(longer)] {
            match extended(&candidate, directory, seen) {
                Err(None) => {}
                other => return other,
            }
        }
    }
    Err(None)
}

/// The value that a text writes.
fn value(parsed: &Parsed<'_>) -> Value {
    match parsed {
        Parsed::NullKeyword(_) => Value::Null,
        Parsed::BooleanLit(literal) => Value::Bool(literal.value),
        Parsed::StringLit(literal) => Value::String(literal.value.clone().into_owned()),
        Parsed::NumberLit(literal) => serde_json::from_str(literal.value).unwrap_or(Value::Null),
        Parsed::Array(array) => Value::Array(array.elements.iter().map(value).collect()),
        Parsed::Object(object) => {
            let entry =
                |property: &ObjectProp<'_>| (property.name.as_str().to_owned(), value(&property.value));
            Value::Object(object.properties.iter().map(entry).collect())
        }
    }
}
