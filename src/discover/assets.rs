//! The asset directory in, what of it is published out.
//!
//! Where wrangler leaves a file out, so does pagesbuild, for Workers and Pages alike. Beyond that, nothing that
//! is a secret, the worker's own code or another tool's state is ever published, ignored or not.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder, Glob};

use super::credentials::credentials;
use super::walk::{self, Found, Kind, Place};
use super::{SourceTree, advanced, names};
use crate::asset::AssetFile;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Source};
use crate::error::Error;
use crate::limit::ASSETS;
use crate::project::{AssetSettings, Project, display};

const IGNORE_FILE: &str = ".assetsignore";

/// Files that are looked for. A directory with too many has a number, and one with no end has an end.
const MOST: usize = 2 * ASSETS.most();

/// Directories that are named where there are too many files.
const LARGEST: usize = 5;

/// What becomes of an entry of the asset directory.
enum Fate {
    Publish,
    /// Not published, and nobody would expect it to be.
    Drop,
    /// Not published, and that is worth saying.
    LeaveOut(&'static str),
    /// Not published, and nothing else either: leaving it out would not undo that it is where it is.
    Refuse(&'static str),
    /// `_headers` or `_redirects`.
    Rules,
    /// `_routes.json`.
    Routes,
    /// `_worker.js` where no `main` takes it over.
    Worker,
}

struct Publishing<'a> {
    project: &'a Project,
    settings: &'a AssetSettings,
    ignored: Gitignore,
    /// The real path of the project.
    root: PathBuf,
    /// Real paths of what the worker is made of.
    code: Vec<PathBuf>,
    /// Those that are directories, which stand in the asset directory by convention, as opposed to a `main` there.
    code_directories: Vec<PathBuf>,
    /// Real paths of what is neither asset nor code: the configuration and the output.
    other: Vec<PathBuf>,
}

/// Adds the assets and their rules to `tree`.
pub(super) fn find(
    project: &Project,
    settings: &AssetSettings,
    outdir: &Path,
    tree: &mut SourceTree,
    diagnostics: &mut Diagnostics,
) -> Result<(), Error> {
    let directory = settings.directory.as_path();
    let inside = directory.strip_prefix(&project.root).unwrap_or(Path::new(""));
    if is_deployment(directory) || inside.iter().any(|part| part == ".pagesbuild") {
        diagnostics.push(our_own_output(project, directory));
        return Ok(());
    }
    let real = |path: &PathBuf| fs::canonicalize(path).unwrap_or_else(|_| path.clone());
    let code = [&project.functions, &project.durable_objects, &project.main];
    let config = project.config.as_ref().map(|config| config.path.clone());
    let code: Vec<PathBuf> = code.into_iter().flatten().map(real).collect();
    let publishing = Publishing {
        project,
        settings,
        ignored: read_ignore_file(project, directory, tree, diagnostics)?,
        root: real(&project.root),
        code_directories: code.iter().filter(|path| path.is_dir()).cloned().collect(),
        code,
        other: config.iter().chain([&outdir.to_path_buf()]).map(real).collect(),
    };
    let mut special = Vec::new();
    let place = Place { directory, root: &project.root, limit: MOST };
    let files = walk::walk(&place, diagnostics, &mut |found, diagnostics| {
        let fate = publishing.fate(found);
        match fate {
            Fate::Publish => match names::refused(project, found) {
                Some(problem) => diagnostics.push(problem),
                None => return true,
            },
            Fate::Drop => {}
            Fate::LeaveOut(what) => diagnostics.push(left_out(project, found, what)),
            Fate::Refuse(what) => diagnostics.push(secret(project, found, what)),
            Fate::Rules | Fate::Routes if found.kind == Kind::Directory => {
                diagnostics.push(not_a_file(project, found))
            }
            // What a link in their place leads to is judged like any other link.
            Fate::Rules | Fate::Routes if found.kind != Kind::File => return true,
            Fate::Rules | Fate::Routes | Fate::Worker => {
                special.push((fate, AssetFile { path: found.path.clone(), file: found.file.clone() }));
            }
        }
        false
    })?;
    diagnostics.extend(too_many(project, directory, &files));
    diagnostics.extend(names::hard_to_link(project, directory, &files));
    tree.assets = files.into_iter().map(|found| AssetFile { path: found.path, file: found.file }).collect();
    for (fate, file) in special {
        match fate {
            Fate::Rules => tree.asset_rules.push(file),
            Fate::Routes => tree.routes_json = Some(file),
            _ => tree.advanced = advanced::worker(project, settings, &file, diagnostics),
        }
    }
    tree.asset_rules.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(())
}

impl Publishing<'_> {
    fn fate(&self, found: &Found) -> Fate {
        let name = found.name();
        let top = found.is_top();
        if top && matches!(name, "_headers" | "_redirects") {
            // Read by the deployer whatever `.assetsignore` says.
            return Fate::Rules;
        }
        let worker = || if self.project.main.is_some() { Fate::Drop } else { Fate::Worker };
        if top && self.settings.pages {
            // Pages knows no `.assetsignore`: adapters that write for both list in it what Workers must not publish.
            match name {
                "_worker.js" => return worker(),
                "_routes.json" => return Fate::Routes,
                _ => {}
            }
        }
        let matched = self.ignored.matched(&found.path, found.kind == Kind::Directory);
        if matched.is_ignore() || self.is_known_refuse(found) {
            return Fate::Drop;
        }
        if top && name == "_worker.js" {
            return worker();
        }
        if let Some(what) = self.is_private(found) {
            return Fate::LeaveOut(what);
        }
        match name {
            "_routes.json" if top => Fate::Routes,
            // wrangler refuses to deploy a directory that has any of these beside its assets.
            _ if top && name.starts_with("_worker.js") => {
                Fate::LeaveOut("it belongs to the code of a worker")
            }
            _ if found.is_file() && !names(&matched, name) => {
                let by_link = || match found.is_called_as_is() {
                    true => None,
                    false => credentials(&self.shown(&found.real), &found.real),
                };
                let why = credentials(&found.path, &found.real).or_else(by_link);
                why.map_or(Fate::Publish, Fate::Refuse)
            }
            _ => Fate::Publish,
        }
    }

    /// A path in the project, as the asset directory would have it.
    fn shown(&self, file: &Path) -> String {
        display(&self.root, file)
    }

    fn is_known_refuse(&self, found: &Found) -> bool {
        let name = found.name();
        let at_root = || found.real.parent() == Some(&self.root);
        found.path == IGNORE_FILE
            || matches!(name, ".git" | ".wrangler" | ".DS_Store")
            || name == "node_modules" && (self.settings.pages || at_root())
            || is_output_state(name)
            // Pages keeps this name for itself, wherever the functions are.
            || found.is_top() && self.settings.pages && name == "functions"
            || matches!(name, "wrangler.toml" | "wrangler.json" | "wrangler.jsonc") && at_root()
            || !found.link && self.other.iter().chain(&self.code_directories).any(|path| *path == found.real)
    }

    fn is_private(&self, found: &Found) -> Option<&'static str> {
        if found.name() == "node_modules" {
            return Some("installed packages are not published");
        }
        if is_secret(found.name()) {
            return Some("files of this name hold secrets");
        }
        if found.kind == Kind::Directory && is_deployment(&found.file) {
            return Some("it is what an earlier build wrote, with the worker's code and its variables");
        }
        let is_code = self.code.iter().any(|code| found.real.starts_with(code));
        if is_code {
            return Some("it is the worker's own code");
        }
        if !found.link {
            return None;
        }
        // A link is judged by what it leads to as well.
        let inside = found.real.strip_prefix(&self.root).unwrap_or(&found.real);
        let mut names = inside.components().filter_map(|part| part.as_os_str().to_str());
        if names.any(|name| is_secret(name) || is_output_state(name) || matches!(name, ".git" | ".wrangler"))
        {
            return Some("it leads to a file that is never published");
        }
        self.other
            .iter()
            .any(|path| found.real.starts_with(path))
            .then_some("it leads to a file that is never published")
    }
}

/// Whether a line of `.assetsignore` wants a file published and calls it by its name: `!keys/test.pem`.
fn names(matched: &Match<&Glob>, name: &str) -> bool {
    let Match::Whitelist(pattern) = matched else { return false };
    pattern.original().trim_start_matches('!').rsplit('/').next() == Some(name)
}

/// `.dev.vars`, `.env`, their variants for environments, and direnv's `.envrc`.
pub(super) fn is_secret(name: &str) -> bool {
    name.starts_with(".dev.vars") || name.starts_with(".env")
}

/// The output of a build under another name than this one's, by the files that each has.
pub(super) fn is_deployment(directory: &Path) -> bool {
    ["deployment.json", "build.json", "wrangler.json"].iter().all(|name| directory.join(name).is_file())
}

/// The store and the cache, and the files that a build keeps beside its output while it runs.
pub(super) fn is_output_state(name: &str) -> bool {
    name == ".pagesbuild" || name.starts_with('.') && name.contains(".pagesbuild-")
}

fn read_ignore_file(
    project: &Project,
    directory: &Path,
    tree: &mut SourceTree,
    diagnostics: &mut Diagnostics,
) -> Result<Gitignore, Error> {
    let file = directory.join(IGNORE_FILE);
    if fs::metadata(&file).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(Error::unusable(&file, "it says what is not published, and is no file; remove it"));
    }
    let bytes = match fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Gitignore::empty()),
        Err(error) => return Err(Error::io("read", &file, error)),
    };
    // An empty root: the matched paths are relative already.
    let mut builder = GitignoreBuilder::new("");
    // wrangler's matcher pays no regard to case.
    let _ = builder.case_insensitive(true);
    let source = Source::of_file(display(&project.root, &file), String::from_utf8_lossy(&bytes), &bytes);
    let mut start = 0;
    for line in source.text().split('\n') {
        let end = start + line.len();
        let pattern = line.trim_start_matches('\u{feff}').trim_end_matches('\r');
        if builder.add_line(None, &without_braces(pattern)).is_err() {
            diagnostics.push(
                Diagnostic::warning(
                    Code::AssetsignorePattern,
                    format!("`{pattern}` is not a valid pattern and ignores nothing"),
                )
                .at(&source, start..start + line.trim_end().len(), "")
                .help("patterns follow the rules of `.gitignore`; escape a literal `[` with a backslash"),
            );
        }
        start = end + 1;
    }
    tree.asset_ignores = Some(source);
    builder.build().map_err(|error| Error::io("read", &file, io::Error::other(error)))
}

/// Braces are letters to git and alternatives to the matcher: escaped, unless they are, or stand in a class.
fn without_braces(pattern: &str) -> String {
    let mut escaped = String::with_capacity(pattern.len());
    let (mut after_backslash, mut in_class) = (false, false);
    for letter in pattern.chars() {
        match letter {
            '{' | '}' if !after_backslash && !in_class => escaped.push('\\'),
            '[' if !after_backslash => in_class = true,
            ']' if !after_backslash => in_class = false,
            _ => {}
        }
        after_backslash = letter == '\\' && !after_backslash;
        escaped.push(letter);
    }
    escaped
}

/// That there are more files than a plan takes, and which directories they are in.
fn too_many(project: &Project, directory: &Path, files: &[Found]) -> Option<Diagnostic> {
    let excess = ASSETS.judge(files.len() as u64, project.plan)?;
    let shown = |directory: &Path| match display(&project.root, directory) {
        shown if shown.is_empty() => ".".to_owned(),
        shown => shown,
    };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for file in files {
        *counts.entry(file.path.split_once('/').map_or("", |(top, _)| top)).or_default() += 1;
    }
    let mut largest: Vec<(&str, usize)> = counts.into_iter().collect();
    largest.sort_by_key(|(_, count)| Reverse(*count));
    let line = |(top, count): (&str, usize)| match top {
        "" => format!("{count} in {} itself", shown(directory)),
        top => format!("{count} in {}", shown(&directory.join(top))),
    };
    let count = if files.len() > MOST { format!("more than {MOST}") } else { files.len().to_string() };
    Some(
        excess
            .diagnostic(Code::AssetLimit, &format!("there are {count} static files"))
            .file(shown(directory))
            .noting("files", largest.into_iter().take(LARGEST).map(line).collect())
            .help("check that this is the directory that your front end is built into, or list what is not needed in `.assetsignore`"),
    )
}

fn our_own_output(project: &Project, directory: &Path) -> Diagnostic {
    Diagnostic::error(Code::InvalidValue, "the directory of static files is what an earlier build of pagesbuild wrote")
        .file(display(&project.root, directory))
        .help("name the directory that your front end is built into, or remove this one and build the front end again")
}

fn left_out(project: &Project, found: &Found, what: &str) -> Diagnostic {
    Diagnostic::warning(Code::AssetLeftOut, format!("left out of the assets, since {what}"))
        .file(display(&project.root, &found.file))
        .help("move it out of the asset directory, or list it in `.assetsignore`")
}

fn secret(project: &Project, found: &Found, what: &str) -> Diagnostic {
    Diagnostic::error(Code::SecretInAssets, format!("this would be published, and {what}"))
        .file(display(&project.root, &found.file))
        .help(format!(
            "move it out of the asset directory, and replace what it holds if it was ever public; if everybody may have it, write `!{}` into `.assetsignore`",
            found.path
        ))
}

fn not_a_file(project: &Project, found: &Found) -> Diagnostic {
    Diagnostic::error(Code::UnusableFile, format!("`{}` must be a file, and is a directory", found.path))
        .file(display(&project.root, &found.file))
        .help("the name is kept for the platform's rules; rename the directory")
}
