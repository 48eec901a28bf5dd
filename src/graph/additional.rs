//! Modules that are not linked: files that rules name, deployed beside the main module as they are.
//!
//! An import of such a file is asked about before it is resolved, by its specifier, as wrangler does. What it leads to
//! is for the linker a module that the runtime provides.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Compiler, Reached};
use crate::compile::{self, Import, Object, SOURCE};
use crate::diagnostic::{Code, Diagnostic};
use crate::hash;
use crate::project::{self, ModuleRules, ModuleType, Verdict};
use crate::resolve::{Resolution, cleaned};

/// A module that is deployed as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdditionalModule {
    /// Relative to the main module, `/`-separated.
    pub name: String,
    /// What the runtime takes it for.
    pub kind: ModuleType,
    /// The file that it comes from, relative to the project.
    pub path: String,
    /// Its bytes.
    pub content: Arc<[u8]>,
}

impl AdditionalModule {
    /// How the main module imports it.
    pub fn specifier(&self) -> String {
        format!("./{}", self.name)
    }
}

/// What decides which files are modules of their own.
#[derive(Clone, Copy)]
pub struct Additional<'a> {
    /// What types files have.
    pub rules: &'a ModuleRules,
    /// Whether modules are called what their imports call them.
    pub preserve_file_names: bool,
    /// Files that are modules in any case, with their names and types.
    pub found: &'a BTreeMap<PathBuf, (String, ModuleType)>,
}

/// What an import leads to that rules have a say in.
pub(super) enum Named {
    /// To a module of its own that this import makes one.
    Module(AdditionalModule),
    /// To one that is there in any case, under this name.
    Found(String, ModuleType),
}

impl Compiler<'_> {
    /// The module of its own that an import names, if rules say that it is one.
    pub(super) fn additional(
        &self,
        importer: &Path,
        import: &Import,
    ) -> Result<Option<Named>, Box<Diagnostic>> {
        let Additional { rules, found, .. } = self.additional;
        let specifier = import.specifier.as_str();
        let plain = specifier.split('?').next().unwrap_or(specifier);
        let place = beside(importer, plain);
        if let Some((name, kind)) = found.get(&place).filter(|_| rules.name(specifier)) {
            return Ok(Some(Named::Found(name.clone(), *kind)));
        }
        let kind = match rules.of_specifier(specifier) {
            Verdict::Module(kind) => kind,
            Verdict::Shadowed(kind) => return Err(shadowed(specifier, kind).into()),
            Verdict::Unknown => return Ok(None),
        };
        let file = match self.resolver.resolve(importer, plain, import.kind) {
            Some(Resolution::File(file)) => file.path,
            // wrangler does without a package's `exports`.
            _ if place.is_file() => place,
            Some(Resolution::External(_) | Resolution::Required(_) | Resolution::Empty) => return Ok(None),
            None => match installed(importer, plain) {
                Some(file) => file,
                None => return Err(self.unresolved(importer, import)),
            },
        };
        self.keep(&file, plain, kind).map(Some)
    }

    /// The same for an import that no rule names, of a file that is no code.
    pub(super) fn not_code(&self, file: &Path, import: &Import) -> Result<Option<Named>, Box<Diagnostic>> {
        if compile::is_code(file) {
            return Ok(None);
        }
        let path = format!("./{}", project::display(self.root, file));
        match self.additional.rules.of_specifier(&path) {
            Verdict::Module(kind) => self.keep(file, &path, kind).map(Some),
            Verdict::Shadowed(kind) => Err(shadowed(&import.specifier, kind).into()),
            Verdict::Unknown => Err(unsupported(file, &import.specifier).into()),
        }
    }

    fn keep(&self, file: &Path, specifier: &str, kind: ModuleType) -> Result<Named, Box<Diagnostic>> {
        let content: Arc<[u8]> = bytes(self.root, file)?.into();
        let path = project::display(self.root, file);
        let name = match self.additional.preserve_file_names {
            true => preserved(specifier),
            false => hashed(file, kind, &content),
        };
        Ok(Named::Module(AdditionalModule { name, kind, path, content }))
    }
}

/// Reads a file that is deployed as it is.
pub fn bytes(root: &Path, file: &Path) -> Result<Vec<u8>, Box<Diagnostic>> {
    fs::read(file).map_err(|error| {
        let message = format!("the file cannot be read: {error}");
        Box::new(Diagnostic::error(Code::UnreadableFile, message).file(project::display(root, file)))
    })
}

/// What an import asks for that its target cannot have.
pub(super) fn misused(object: &Object, at: usize, target: &Reached) -> Vec<Diagnostic> {
    let kind = match target {
        Reached::Additional(Named::Module(module)) => Some(module.kind),
        Reached::Additional(Named::Found(_, kind)) => Some(*kind),
        _ => None,
    };
    let import = &object.imports[at];
    let report = |(name, span): &(String, Range<usize>)| {
        let problem = match (kind, name.as_str()) {
            (Some(ModuleType::CompiledWasm), SOURCE) | (_, "default" | "*") => return None,
            (_, SOURCE) => Diagnostic::error(
                Code::Syntax,
                format!(
                    "`{}` is no WebAssembly, of which alone the source can be imported",
                    import.specifier
                ),
            )
            .help("leave out `source`"),
            (Some(kind), _) if !kind.is_javascript() => Diagnostic::error(
                Code::MissingExport,
                format!("`{}` does not export `{name}`", import.specifier),
            )
            .help(format!("a module of type `{}` has a default export and no other", kind.name())),
            _ => return None,
        };
        Some(problem.at(&object.source, span.clone(), "imported here"))
    };
    import.names.iter().filter_map(report).collect()
}

/// What is wrong with the modules of a worker beside its main one: two of one name, and text that is none.
pub fn unfit(main: &str, modules: &[AdditionalModule]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    // Deployments are carried to file systems that do not tell upper case from lower.
    let mut names = BTreeMap::from([(main.to_lowercase(), "the main module")]);
    for module in modules {
        if let Some(first) = names.insert(module.name.to_lowercase(), &module.path) {
            let message =
                format!("`{}` has the name of another module, `{first}`: `{}`", module.path, module.name);
            problems.push(
                Diagnostic::error(Code::DuplicateModule, message)
                    .file(module.path.clone())
                    .help("rename one of the files, or delete `preserve_file_names` if it is set"),
            );
        }
        if module.kind == ModuleType::Text && std::str::from_utf8(&module.content).is_err() {
            problems.push(
                Diagnostic::warning(Code::NotText, "a rule makes this file text, and not all of it is UTF-8")
                    .file(module.path.clone())
                    .help("code gets other characters in its place; add a rule of type `Data` for the file"),
            );
        }
    }
    problems
}

/// A name that says what the module is: no two modules share it.
fn hashed(file: &Path, kind: ModuleType, content: &[u8]) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let hash = hash::blake3_short(&[kind.name().as_bytes(), b"\n", name.as_bytes(), b"\n", content].concat());
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_');
    let name: String = name.chars().map(|next| if is_plain(next) { next } else { '_' }).collect();
    format!("{hash}-{name}")
}

/// The specifier as a path below the main module's directory.
fn preserved(specifier: &str) -> String {
    let parts = specifier.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
    parts.collect::<Vec<_>>().join("/")
}

/// Where a specifier leads from a file if it is a path.
pub(super) fn beside(importer: &Path, specifier: &str) -> PathBuf {
    cleaned(&importer.parent().unwrap_or(importer).join(specifier))
}

/// A file of an installed package, whether or not the package exports it.
fn installed(importer: &Path, specifier: &str) -> Option<PathBuf> {
    if specifier.starts_with('.') {
        return None;
    }
    let places = importer.ancestors().skip(1).map(|above| above.join("node_modules").join(specifier));
    places.into_iter().find(|place| place.is_file())
}

fn shadowed(specifier: &str, kind: ModuleType) -> Diagnostic {
    let message = format!(
        "a rule of type `{}` names `{specifier}`, but is not asked, since one before it is the last",
        kind.name()
    );
    Diagnostic::error(Code::UnsupportedModule, message)
        .help("add `fallthrough = true` to the rule before it, or the glob to its `globs`")
}

fn unsupported(file: &Path, specifier: &str) -> Diagnostic {
    let message = format!("`{specifier}` is no code, and no rule says what kind of module it is");
    let glob = match file.extension() {
        Some(extension) => format!("**/*.{}", extension.to_string_lossy()),
        None => format!("**/{}", file.file_name().unwrap_or_default().to_string_lossy()),
    };
    let is_text = fs::read(file).is_ok_and(|content| std::str::from_utf8(&content).is_ok());
    let (kind, other) = if is_text { ("Text", "Data") } else { ("Data", "CompiledWasm") };
    Diagnostic::error(Code::UnsupportedModule, message).help(format!(
        "add `{{ type = \"{kind}\", globs = [\"{glob}\"], fallthrough = true }}` to `rules`, or of type `{other}`; or \
         publish the file as a static file and fetch it"
    ))
}
