//! Which files are modules of their own: the configuration's `rules` before those of wrangler.
//!
//! Rules are asked about specifiers of imports and about files below a directory. In the former a star of a glob
//! stands for any characters, in the latter for any but slashes, as under wrangler.

use std::ops::Range;

use super::environment::Environment;
use super::glob;
use crate::config::Value;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

/// What the runtime takes a module for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ModuleType {
    /// An ECMAScript module.
    EsModule,
    /// A CommonJS module.
    CommonJs,
    /// WebAssembly, imported as a `WebAssembly.Module`.
    CompiledWasm,
    /// Bytes, imported as an `ArrayBuffer`.
    Data,
    /// Text, imported as a string.
    Text,
}

impl ModuleType {
    /// All types.
    pub const ALL: [Self; 5] = [Self::EsModule, Self::CommonJs, Self::CompiledWasm, Self::Data, Self::Text];

    /// What the configuration calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::EsModule => "ESModule",
            Self::CommonJs => "CommonJS",
            Self::CompiledWasm => "CompiledWasm",
            Self::Data => "Data",
            Self::Text => "Text",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether imports of such files are linked, unless the file was found beside the main module.
    pub fn is_javascript(self) -> bool {
        matches!(self, Self::EsModule | Self::CommonJs)
    }
}

/// Files that a type of module is recognised by.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    kind: ModuleType,
    globs: Vec<String>,
}

impl Rule {
    fn names(&self, specifier: &str) -> bool {
        self.globs.iter().any(|glob| glob::matches_specifier(glob, specifier))
    }

    fn shown(&self) -> String {
        let globs: Vec<String> = self.globs.iter().map(|glob| format!("`{glob}`")).collect();
        globs.join(", ")
    }
}

/// The rules of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleRules {
    active: Vec<Rule>,
    /// Those that come after a rule of their type which ends the search.
    shadowed: Vec<Rule>,
}

impl Default for ModuleRules {
    fn default() -> Self {
        Self { active: defaults(), shadowed: Vec::new() }
    }
}

/// What rules say of a specifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It names modules of this type.
    Module(ModuleType),
    /// Only a rule that another one shadows names it.
    Shadowed(ModuleType),
    /// No rule names it.
    Unknown,
}

impl ModuleRules {
    /// Those for the modules of a `_worker.js` directory: its JavaScript stays as it is.
    pub(super) fn of_directories() -> Self {
        let globs = ["**/*.js", "**/*.mjs"].map(str::to_owned).into();
        let javascript = Rule { kind: ModuleType::EsModule, globs };
        Self { active: [vec![javascript], defaults()].concat(), shadowed: Vec::new() }
    }

    /// The first rule that names a specifier. Files that are linked anyhow are not asked for.
    pub fn of_specifier(&self, specifier: &str) -> Verdict {
        let names = |rule: &&Rule| rule.names(specifier);
        let mut kept = self.active.iter().filter(|rule| !rule.kind.is_javascript());
        match (kept.find(names), self.shadowed.iter().find(names)) {
            (Some(rule), _) => Verdict::Module(rule.kind),
            (None, Some(rule)) => Verdict::Shadowed(rule.kind),
            (None, None) => Verdict::Unknown,
        }
    }

    /// Whether any rule in force names a specifier.
    pub fn name(&self, specifier: &str) -> bool {
        self.active.iter().any(|rule| rule.names(specifier))
    }

    /// The types and globs of the rules in force, the ones that count first.
    pub fn globs(&self) -> impl Iterator<Item = (ModuleType, &str)> {
        self.active.iter().flat_map(|rule| rule.globs.iter().map(|glob| (rule.kind, glob.as_str())))
    }

    /// What a file is that lies below a directory, by its path from there.
    pub fn of_path(&self, path: &str) -> Option<ModuleType> {
        let names = |rule: &&Rule| rule.globs.iter().any(|glob| glob::matches_path(glob, path));
        self.active.iter().find(names).map(|rule| rule.kind)
    }

    /// The rules of an environment.
    pub(super) fn read(environment: &Environment<'_>, diagnostics: &mut Diagnostics) -> Self {
        let mut rules = Self { active: Vec::new(), shadowed: Vec::new() };
        // Rules that end the search for their type, and what they shadow.
        let mut last: Vec<Last> = Vec::new();
        for (at, value) in environment.get("rules").map_or(&[][..], Value::items).iter().enumerate() {
            let Some(kind) = value.get("type").and_then(Value::as_str) else { continue };
            let Some(kind) = ModuleType::named(kind) else {
                diagnostics.extend(python(environment, at, value));
                continue;
            };
            let globs = value.get("globs").map_or(&[][..], Value::items).iter();
            let globs = globs.filter_map(Value::as_str).map(str::to_owned).collect();
            let fallthrough = value.get("fallthrough").and_then(Value::as_bool);
            rules.add(&mut last, Rule { kind, globs }, fallthrough, Some(&value.span));
        }
        for rule in defaults() {
            rules.add(&mut last, rule, None, None);
        }
        diagnostics.extend(last.into_iter().filter_map(|last| last.report(environment)));
        rules
    }

    fn add(
        &mut self,
        last: &mut Vec<Last>,
        rule: Rule,
        fallthrough: Option<bool>,
        span: Option<&Range<usize>>,
    ) {
        if let Some(last) = last.iter_mut().find(|last| last.kind == rule.kind) {
            last.shadowed.push(rule.shown());
            self.shadowed.push(rule);
            return;
        }
        if fallthrough != Some(true) {
            let told = span.filter(|_| fallthrough.is_none()).cloned();
            last.push(Last { kind: rule.kind, told, shadowed: Vec::new() });
        }
        self.active.push(rule);
    }
}

/// A rule that ends the search for its type.
struct Last {
    kind: ModuleType,
    /// Where it stands, when the file does not say that this is meant.
    told: Option<Range<usize>>,
    /// The globs of the rules behind it.
    shadowed: Vec<String>,
}

impl Last {
    fn report(self, environment: &Environment<'_>) -> Option<Diagnostic> {
        let span = self.told.filter(|_| !self.shadowed.is_empty())?;
        let message = format!(
            "this rule is the last one for `{}`, so that {} no longer names any",
            self.kind.name(),
            self.shadowed.join(", ")
        );
        Some(
            Diagnostic::warning(Code::ShadowedRule, message)
                .at(&environment.config.source, span, "")
                .help("add `fallthrough = true` to have both, or `fallthrough = false` if this is meant"),
        )
    }
}

fn python(environment: &Environment<'_>, at: usize, value: &Value) -> Option<Diagnostic> {
    let kind = value.get("type")?;
    let name = kind.as_str().filter(|name| name.starts_with("Python"))?;
    Some(
        Diagnostic::error(Code::InvalidValue, format!("`rules[{at}].type` cannot be `{name}`"))
            .at(&environment.config.source, kind.span.clone(), "")
            .help("Python workers are not built; deploy them with wrangler"),
    )
}

/// wrangler's own rules.
fn defaults() -> Vec<Rule> {
    let rule = |kind, globs: &[&str]| Rule { kind, globs: globs.iter().map(|&glob| glob.into()).collect() };
    vec![
        rule(ModuleType::Text, &["**/*.txt", "**/*.html", "**/*.sql"]),
        rule(ModuleType::Data, &["**/*.bin"]),
        rule(ModuleType::CompiledWasm, &["**/*.wasm", "**/*.wasm?module"]),
    ]
}
