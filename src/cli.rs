//! The command line: types that clap fills in, and one file per command that acts on them.
//!
//! Commands about a project take its directory as an optional argument; commands with other arguments take it
//! by `-C`. Options that every command understands stand in [`Global`].

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use pagesbuild::diagnostic::Levels;
use pagesbuild::error::Error;
use pagesbuild::progress::Progress;
use pagesbuild::project;

use printer::Printer;

mod analyze;
mod attest;
mod bind;
mod bindings;
mod build;
mod bundle;
mod check;
mod completions;
mod diff;
mod difference;
mod edited;
mod explain;
mod export;
mod gc;
mod levels;
mod pack;
mod pin;
mod plugin;
pub(crate) mod printer;
mod progress;
mod promote;
mod provision;
mod rollback;
mod routes;
mod sbom;
mod show;
mod types;
mod unpack;
mod uses;
mod verify;
mod versions;
mod why;

/// Compile a web project, its static assets, functions and bindings, into one versioned deployment
#[derive(Debug, Parser)]
#[command(name = "pagesbuild", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Examples:
  pagesbuild build                          build the project in this directory into dist/
  pagesbuild build site --env production    build site/ for the environment `production`
  pagesbuild check                          look for mistakes in all environments
  pagesbuild routes                         show which file answers which path
  pagesbuild explain /about                 show who answers a request for a path
  wrangler deploy -c dist/wrangler.json     deploy what was built

Exit codes: 0 fine, 1 something is wrong with the project, 2 bad usage or environment")]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build a project into a deployment directory
    #[command(after_help = build::EXAMPLES)]
    Build(build::Arguments),
    /// Hold a project's code against its configuration, in all environments
    #[command(after_help = check::EXAMPLES)]
    Check(check::Arguments),
    /// Show the routes of a project: pattern, method, handler and the middleware before it
    #[command(after_help = routes::EXAMPLES)]
    Routes(routes::Arguments),
    /// Show who answers a request, and why: function with its middleware, static file, redirect
    #[command(after_help = explain::EXAMPLES)]
    Explain(explain::Arguments),
    /// Show what the code uses of `env`, and what breaks if a name of it goes
    #[command(after_help = uses::EXAMPLES)]
    Uses(uses::Arguments),
    /// Show what a project's worker and static files are made of, as a page
    #[command(after_help = analyze::EXAMPLES)]
    Analyze(analyze::Arguments),
    /// Bundle one module for the worker runtime
    #[command(after_help = bundle::EXAMPLES)]
    Bundle(bundle::Arguments),
    /// Add a binding to the configuration file, keeping its comments and formatting
    #[command(after_help = bind::EXAMPLES)]
    Bind(bind::Arguments),
    /// Write the identities of created resources into the configuration file
    #[command(after_help = provision::EXAMPLES)]
    Provision(provision::Arguments),
    /// Show what imports a module, why it is that file, and what keeps it in the worker
    #[command(after_help = why::EXAMPLES)]
    Why(why::Arguments),
    /// Write TypeScript declarations of what a project's bindings and routes are
    #[command(after_help = types::EXAMPLES)]
    Types(types::Arguments),
    /// List the versions that were kept: what each environment was given, and when
    #[command(after_help = versions::EXAMPLES)]
    Versions(versions::Arguments),
    /// Show what a version holds, where it was given to, and where it comes from
    #[command(after_help = show::EXAMPLES)]
    Show(show::Arguments),
    /// Show what differs between two versions, and how safe it is to go from one to the other
    #[command(after_help = diff::EXAMPLES)]
    Diff(diff::Arguments),
    /// Bring an earlier version of an environment back into the output directory
    #[command(after_help = rollback::EXAMPLES)]
    Rollback(rollback::Arguments),
    /// Give a version of one environment to another: the same code and static files, its bindings
    #[command(after_help = promote::EXAMPLES)]
    Promote(promote::Arguments),
    /// Let a version stay whatever `gc` is told
    #[command(after_help = pin::EXAMPLES)]
    Pin(pin::Arguments),
    /// Remove versions that nobody wants, and files that no version has
    #[command(after_help = gc::EXAMPLES)]
    Gc(gc::Arguments),
    /// Read every file of a version, and tell whether it is what it should be
    #[command(after_help = verify::EXAMPLES)]
    Verify(verify::Arguments),
    /// Pack a version into an archive, the same bytes for the same version
    #[command(after_help = pack::EXAMPLES)]
    Pack(pack::Arguments),
    /// Unpack an archive into a directory, if it is what it should be
    #[command(after_help = unpack::EXAMPLES)]
    Unpack(unpack::Arguments),
    /// Write a version to a directory
    #[command(after_help = export::EXAMPLES)]
    Export(export::Arguments),
    /// Write which npm packages are in a version's worker, as a software bill of materials
    #[command(after_help = sbom::EXAMPLES)]
    Sbom(sbom::Arguments),
    /// Write what a version was built from, as a statement of provenance to be signed
    #[command(after_help = attest::EXAMPLES)]
    Attest(attest::Arguments),
    /// Print the completion script of a shell
    #[command(after_help = completions::EXAMPLES)]
    Completions(completions::Arguments),
}

/// Options of every command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of every command")]
struct Global {
    /// Environment to read from the configuration file
    #[arg(short, long, global = true, value_name = "NAME", env = "CLOUDFLARE_ENV", hide_env_values = true)]
    env: Option<String>,
    /// Configuration file [default: the nearest wrangler.json, wrangler.jsonc or wrangler.toml]
    #[arg(short, long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    config: Option<PathBuf>,
    /// What the result on standard output is for: people or programs
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Print errors and results only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Print more: notes in full, every file of the worker, every binding
    #[arg(short, long, global = true)]
    verbose: bool,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

/// Whom a result is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text
    Human,
    /// One JSON document, diagnostics included
    Json,
    /// A log in SARIF 2.1.0, for `check`
    Sarif,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What a project without a configuration file has to be told, or one with a file told otherwise.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Options about the project")]
struct ProjectArguments {
    /// Directory of static files
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    assets: Option<PathBuf>,
    /// Directory of routed functions [default: functions]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    functions: Option<PathBuf>,
    /// Name of the worker
    #[arg(long)]
    name: Option<String>,
    /// Date of the runtime's behaviour
    #[arg(long, value_name = "YYYY-MM-DD")]
    compatibility_date: Option<String>,
    /// Runtime behaviour to switch on, on top of the configuration's; may be repeated
    #[arg(long = "compatibility-flag", value_name = "FLAG")]
    compatibility_flags: Vec<String>,
}

/// Which version a command is about.
#[derive(Args, Debug)]
struct VersionArguments {
    /// Version: an id or its start, latest, latest~N, a directory or an archive [default: the project's
    /// output directory]
    #[arg(value_hint = ValueHint::AnyPath)]
    version: Option<String>,
    /// Directory of the project
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
}

impl VersionArguments {
    /// The version, and the options of the project that it may be of.
    fn take(self, global: &Global) -> (Option<String>, project::Options) {
        (self.version, located(self.directory, global))
    }
}

/// How code is written.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options about code")]
struct CodeArguments {
    /// Write short code instead of readable code
    #[arg(long)]
    minify: bool,
    /// Write a source map
    #[arg(long)]
    sourcemap: bool,
    /// File for the sizes and imports of all modules, in esbuild's metafile format
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    metafile: Option<PathBuf>,
    /// Compile everything anew, and keep nothing for later builds
    #[arg(long)]
    no_cache: bool,
    /// Conditions to choose from a package's exports by [default: workerd,worker,browser]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    #[arg(env = "WRANGLER_BUILD_CONDITIONS", hide_env_values = true)]
    conditions: Option<Vec<String>>,
    /// Whose main fields of packages count
    #[arg(long, value_enum, default_value_t = Platform::Browser)]
    #[arg(env = "WRANGLER_BUILD_PLATFORM", hide_env_values = true)]
    platform: Platform,
}

/// Whose fields of a package's manifest count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Platform {
    /// Browsers: `browser`, `module`, `main`
    Browser,
    /// Node.js: `main`, `module`
    Node,
    /// None
    Neutral,
}

impl From<Platform> for project::Platform {
    fn from(platform: Platform) -> Self {
        match platform {
            Platform::Browser => Self::Browser,
            Platform::Node => Self::Node,
            Platform::Neutral => Self::Neutral,
        }
    }
}

/// The options of a project that the command line only says where to find.
fn located(directory: PathBuf, global: &Global) -> project::Options {
    project_options(directory, global, ProjectArguments::default(), None)
}

/// The options of a project as the library takes them.
fn project_options(
    directory: PathBuf,
    global: &Global,
    project: ProjectArguments,
    code: Option<&CodeArguments>,
) -> project::Options {
    project::Options {
        levels: Levels::default(),
        progress: Progress::default(),
        keep_assets: 0,
        plan: None,
        directory,
        config: global.config.clone(),
        environment: global.env.clone(),
        assets: project.assets,
        functions: project.functions,
        name: project.name,
        compatibility_date: project.compatibility_date,
        compatibility_flags: project.compatibility_flags,
        minify: code.is_some_and(|code| code.minify),
        source_map: code.is_some_and(|code| code.sourcemap),
        no_cache: code.is_some_and(|code| code.no_cache),
        conditions: code.and_then(|code| code.conditions.clone()),
        platform: code.map_or_else(Default::default, |code| code.platform.into()),
    }
}

/// Parses the arguments and runs the command.
pub(crate) fn run() -> ExitCode {
    let Cli { command, global } = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            printer::usage(&error);
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let printer = Printer::new(&global);
    let outcome = match command {
        command if printer.sarif && !matches!(command, Command::Check(_)) => {
            Err(Error::Usage("`--format sarif` is for `check`".to_owned()))
        }
        Command::Build(arguments) => build::run(arguments, &global, &printer),
        Command::Check(arguments) => check::run(arguments, &global, &printer),
        Command::Routes(arguments) => routes::run(arguments, &global, &printer),
        Command::Explain(arguments) => explain::run(arguments, &global, &printer),
        Command::Uses(arguments) => uses::run(arguments, &global, &printer),
        Command::Analyze(arguments) => analyze::run(arguments, &global, &printer),
        Command::Bundle(arguments) => bundle::run(arguments, &global, &printer),
        Command::Bind(arguments) => bind::run(&arguments, &global, &printer),
        Command::Provision(arguments) => provision::run(&arguments, &global, &printer),
        Command::Promote(arguments) => promote::run(arguments, &global, &printer),
        Command::Why(arguments) => why::run(arguments, &global, &printer),
        Command::Types(arguments) => types::run(arguments, &global, &printer),
        Command::Versions(arguments) => versions::run(arguments, &global, &printer),
        Command::Show(arguments) => show::run(arguments, &global, &printer),
        Command::Diff(arguments) => diff::run(&arguments, &global, &printer),
        Command::Rollback(arguments) => rollback::run(&arguments, &global, &printer),
        Command::Pin(arguments) => pin::run(arguments, &global, &printer),
        Command::Gc(arguments) => gc::run(arguments, &global, &printer),
        Command::Verify(arguments) => verify::run(arguments, &global, &printer),
        Command::Pack(arguments) => pack::run(arguments, &global, &printer),
        Command::Unpack(arguments) => unpack::run(&arguments, &printer),
        Command::Export(arguments) => export::run(arguments, &global, &printer),
        Command::Sbom(arguments) => sbom::run(arguments, &global, &printer),
        Command::Attest(arguments) => attest::run(arguments, &global, &printer),
        Command::Completions(arguments) => completions::run(&arguments, &printer),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            printer.failure(&error);
            ExitCode::from(2)
        }
    }
}

/// What a command returns: whether the project is fine.
type Outcome = Result<bool, Error>;
