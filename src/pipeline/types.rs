//! `types`: the declarations of a project, written beside its sources, or held against those that are there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::declarations::{self, Change, Exported, FILE, Input, Style, command_of};
use crate::deployment;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::discover::discover;
use crate::error::Error;
use crate::project::{self, Options, Project};
use crate::route::{self, RouteTable};

use super::bundle::Code;
use super::exported;
use super::sources;

/// What declarations to write and where to.
#[derive(Clone, Copy, Debug)]
pub struct TypesRequest<'a> {
    /// Relative to the current directory; `None` is [`FILE`] in the project's directory.
    pub outfile: Option<&'a Path>,
    /// What becomes of the text.
    pub action: Action,
    /// How it is written.
    pub style: &'a Style,
}

/// What becomes of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is written, unless the file has it already.
    Write,
    /// It is held against the file, as the command wrote it that the file names, where nothing else is said.
    Check,
    /// Neither.
    Show,
}

/// Declarations and how the file is to them.
#[derive(Clone, Debug)]
pub struct Types {
    /// The text.
    pub text: String,
    /// The file.
    pub file: PathBuf,
    /// How the file was, before anything was written.
    pub state: State,
    /// The names by which it differed.
    pub changes: Vec<Change>,
    /// Where the types of the runtime come from, which the text names.
    pub runtime: Option<RuntimeTypes>,
}

/// How a file is to the text that it should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is not there.
    Missing,
    /// It has another text.
    Stale,
    /// It has this text.
    Fresh,
}

/// Where the types of the runtime come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuntimeTypes {
    /// From `@cloudflare/workers-types`, which is installed.
    Installed,
    /// From a file in the project's directory that wrangler generated.
    Generated,
}

/// Gives the declarations of a project. `None` where errors stopped it; then nothing was written.
///
/// # Errors
///
/// What the environment does to us, and a file that was not generated; see [`Error`].
pub fn types(
    options: &Options,
    request: TypesRequest<'_>,
) -> Result<(Option<Types>, Vec<Diagnostic>), Error> {
    let mut diagnostics = Diagnostics::default();
    let types = make(options, request, &mut diagnostics)?;
    Ok((types, diagnostics.into_sorted()))
}

fn make(
    options: &Options,
    request: TypesRequest<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Types>, Error> {
    let Some(mut environments) = project::load_declared(options, diagnostics)? else { return Ok(None) };
    let Some(root) = environments.first().map(|project| project.root.clone()) else { return Ok(None) };
    let file = match request.outfile {
        Some(file) => settled(file)?,
        None => root.join(FILE),
    };
    if !file.to_string_lossy().ends_with(".d.ts") {
        let message = format!("`{}` is no file of declarations: their names end in `.d.ts`", file.display());
        return Err(Error::Usage(message));
    }
    let present = if request.action == Action::Show { None } else { present(&file)? };
    let mut asked = options.environment.clone().filter(|name| !name.is_empty());
    let mut style = request.style.clone();
    let command = present.as_deref().filter(|_| request.action == Action::Check).and_then(command_of);
    if let Some((environment, written)) = command {
        style.interface = style.interface.or(written.interface);
        style.literal = style.literal.or(written.literal);
        if asked.is_none() && environment.is_some() {
            asked = environment;
            let options = Options { environment: asked.clone(), ..options.clone() };
            let Some(one) = project::load_declared(&options, diagnostics)? else { return Ok(None) };
            environments = one;
        }
    }
    let Some(project) = environments.first() else { return Ok(None) };
    let declared = Declared::of(project, options, diagnostics)?;
    let wanted = declarations::declarations(&Input {
        environments: &environments,
        asked: asked.as_deref(),
        routes: &declared.routes,
        main: declared.main.as_deref(),
        exports: &declared.exports,
        local: &local(project, asked.as_deref())?,
        directory: file.parent().unwrap_or(&root),
        style: &style,
    });
    if diagnostics.has_errors() {
        return Ok(None);
    }
    let mut types =
        Types { runtime: runtime(project), state: State::Missing, changes: Vec::new(), text: wanted, file };
    if let Some(present) = &present {
        types.compare(present);
    }
    if request.action == Action::Write && types.state != State::Fresh {
        write(&types.file, &types.text)?;
    }
    Ok(Some(types))
}

impl Types {
    /// Holds the text against that of the file, whose types of the runtime stay.
    fn compare(&mut self, present: &str) {
        self.text = declarations::with_runtime_types(&self.text, present);
        self.state = if present == self.text { State::Fresh } else { State::Stale };
        self.changes = declarations::compare(present, &self.text);
        if declarations::has_runtime_types(present) {
            self.runtime = Some(RuntimeTypes::Generated);
        }
    }
}

/// The text of a file that may be replaced; `None` where there is none.
fn present(file: &Path) -> Result<Option<String>, Error> {
    let text = match fs::read(file) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io("read", file, error)),
    };
    if !text.trim().is_empty() && !declarations::is_generated(&text) {
        let message = format!(
            "`{}` was not generated, and is left as it is; rename it, or choose another file with `--outfile`",
            file.display()
        );
        return Err(Error::Usage(message));
    }
    // What a checkout makes of the ends of lines is no difference.
    Ok(Some(text.replace("\r\n", "\n")))
}

/// What the project's files declare.
struct Declared {
    routes: RouteTable,
    main: Option<PathBuf>,
    exports: BTreeMap<String, Exported>,
}

impl Declared {
    fn of(project: &Project, options: &Options, diagnostics: &mut Diagnostics) -> Result<Self, Error> {
        let mut bare = project.clone();
        // Static files declare nothing, and a build may be what makes them.
        bare.assets = None;
        bare.bundling.find_additional_modules = false;
        let (outdir, _) = deployment::default_outdir(project);
        let tree = discover(&bare, &outdir, diagnostics)?;
        let code = Code::of(project, &tree, options);
        let sources = sources::compile(project, &code, &tree, diagnostics);
        let shown = project.functions.as_ref().map(|functions| project::display(&project.root, functions));
        let routes = route::table(shown.as_deref().unwrap_or(""), &sources.functions, diagnostics);
        let main = project.main.as_deref().map(sources::without_links);
        let exports = exported::exports(&code, main.as_deref(), &sources, &routes, diagnostics);
        code.save();
        Ok(Self { routes, main, exports })
    }
}

/// The names of `.dev.vars`, or without that of `.env` files, beside the configuration, as `wrangler dev` reads them.
fn local(project: &Project, environment: Option<&str>) -> Result<BTreeSet<String>, Error> {
    let config = project.config.as_ref().and_then(|config| config.path.parent());
    let directory = config.unwrap_or(&project.root);
    let names = |file: String| {
        let file = directory.join(file);
        // Environments of Python are directories of such names.
        if !file.is_file() {
            return Ok(None);
        }
        let bytes = fs::read(&file).map_err(|error| Error::io("read", &file, error))?;
        Ok(Some(declarations::names_of_dotenv(&String::from_utf8_lossy(&bytes))))
    };
    let of_environment = environment.map(|name| format!(".dev.vars.{name}"));
    for file in of_environment.into_iter().chain([".dev.vars".to_owned()]) {
        if let Some(names) = names(file)? {
            return Ok(names);
        }
    }
    let mut files = vec![".env".to_owned(), ".env.local".to_owned()];
    files.extend(
        environment.into_iter().flat_map(|name| [format!(".env.{name}"), format!(".env.{name}.local")]),
    );
    let mut all = BTreeSet::new();
    for file in files {
        all.extend(names(file)?.unwrap_or_default());
    }
    Ok(all)
}

/// Where the types of the runtime come from.
fn runtime(project: &Project) -> Option<RuntimeTypes> {
    let mut ancestors = project.root.ancestors();
    if ancestors.any(|ancestor| ancestor.join("node_modules/@cloudflare/workers-types").is_dir()) {
        return Some(RuntimeTypes::Installed);
    }
    let files = fs::read_dir(&project.root).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let mut declared = files.filter(|file| file.to_string_lossy().ends_with(".d.ts"));
    let has_types =
        |file: PathBuf| fs::read_to_string(file).is_ok_and(|text| declarations::has_runtime_types(&text));
    declared.any(has_types).then_some(RuntimeTypes::Generated)
}

/// The place of a file that need not be there yet, without links on the way, so that imports can be told from it.
fn settled(file: &Path) -> Result<PathBuf, Error> {
    let absolute = std::path::absolute(file).map_err(|error| Error::io("locate", file, error))?;
    let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else { return Ok(absolute) };
    let real = |ancestor: &Path| {
        let rest = parent.strip_prefix(ancestor).ok()?;
        Some(fs::canonicalize(ancestor).ok()?.join(rest))
    };
    let parent = parent.ancestors().find_map(real).unwrap_or_else(|| parent.to_path_buf());
    Ok(parent.join(name))
}

/// Writes the file at once, so that no editor reads half of it.
fn write(file: &Path, text: &str) -> Result<(), Error> {
    let failed = |error| Error::io("write", file, error);
    // What a link leads to is replaced, and the link stays.
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
    let directory = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory).map_err(|error| Error::io("create", directory, error))?;
    let mut written =
        readable(tempfile::Builder::new().prefix(".types")).tempfile_in(directory).map_err(failed)?;
    written.write_all(text.as_bytes()).map_err(failed)?;
    written.persist(&file).map_err(|error| failed(error.error))?;
    Ok(())
}

/// As readable as files are that programs make; temporary ones are their owner's otherwise.
#[cfg(unix)]
fn readable<'b, 'p, 's>(builder: &'b mut tempfile::Builder<'p, 's>) -> &'b mut tempfile::Builder<'p, 's> {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn readable<'b, 'p, 's>(builder: &'b mut tempfile::Builder<'p, 's>) -> &'b mut tempfile::Builder<'p, 's> {
    builder
}
