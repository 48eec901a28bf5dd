//! `swc_bundler` behind the command line of `pagesbuild bundle`: what the linker is compared with.
//!
//!     bundle_with_swc bundle -C DIR ENTRY --outfile FILE [--compatibility-flag FLAG]... [--minify] [--no-cache]
//!
//! The loader is a plain one, and specifiers, `define` and JSX mean what they mean to pagesbuild. It fails, panics, overflows
//! its stack and does not end on some valid programs; whoever starts it has to be ready for all of that.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a panic is one of the ways in which this fails"
)]

use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use clap::Parser;
use pagesbuild::diagnostic::Diagnostics;
use pagesbuild::nodejs::Nodejs;
use pagesbuild::project::{self, Options};
use pagesbuild::resolve::{self, Resolver};
use swc_bundler::{Bundler, Config, Hook, ModuleRecord, ModuleType};
use swc_core::common::sync::Lrc;
use swc_core::common::{FileName, GLOBALS, Globals, Mark, SourceMap, Span};
use swc_core::ecma::ast::{KeyValueProp, Module, Pass, Program};
use swc_core::ecma::codegen::text_writer::JsWriter;
use swc_core::ecma::codegen::{Config as PrintConfig, Emitter};
use swc_core::ecma::minifier::optimize;
use swc_core::ecma::minifier::option::{CompressOptions, ExtraOptions, MangleOptions, MinifyOptions};
use swc_core::ecma::transforms::base::fixer::fixer;
use swc_core::ecma::transforms::base::resolver;

mod load;

use load::Loader;

/// As in pagesbuild.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Its recursion is as deep as a graph of modules.
const STACK: usize = 1 << 29;

#[derive(Parser)]
enum Command {
    Bundle {
        entry: PathBuf,
        #[arg(short = 'C')]
        directory: PathBuf,
        #[arg(long)]
        outfile: PathBuf,
        #[arg(long)]
        compatibility_flag: Vec<String>,
        #[arg(long)]
        minify: bool,
        /// There is none.
        #[arg(long)]
        no_cache: bool,
    },
}

fn main() -> ExitCode {
    let work = thread::Builder::new().stack_size(STACK).spawn(|| run(Command::parse())).unwrap();
    match work.join() {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(reason)) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
        Err(_) => ExitCode::from(101),
    }
}

fn run(command: Command) -> Result<(), String> {
    let Command::Bundle { entry, directory, outfile, compatibility_flag, minify, .. } = command;
    let options =
        Options { directory, compatibility_flags: compatibility_flag, minify, ..Options::default() };
    let code = project::load_code(&options, &mut Diagnostics::default());
    let code = code.map_err(|error| error.to_string())?.ok_or("the project is wrong")?;
    let bundling = &code.bundling;
    let loader = Loader::new(
        Resolver::new(resolve::Options {
            alias: &bundling.alias,
            jsx_factory: bundling.jsx_factory.as_deref(),
            jsx_fragment: bundling.jsx_fragment.as_deref(),
            tsconfig: bundling.tsconfig.as_deref(),
            conditions: None,
            platform: resolve::Platform::Browser,
            nodejs: &Nodejs::new(&code.compatibility_date, &code.compatibility_flags),
            root: &code.root,
        }),
        &bundling.define,
    );
    let globals = Globals::new();
    let config = Config {
        require: true,
        external_modules: load::externals(),
        module: ModuleType::Es,
        // The minifier does better without them.
        disable_hygiene: minify,
        disable_fixer: minify,
        ..Config::default()
    };
    let files = loader.files.clone();
    let mut bundler = Bundler::new(&globals, files.clone(), &loader, &loader, config, Box::new(NoMeta));
    let entry = code.directory.join(entry).canonicalize().map_err(|error| error.to_string())?;
    let bundles = bundler.bundle([("index".to_owned(), FileName::Real(entry))].into());
    let bundles = bundles.map_err(|error| format!("{error:#}"))?;
    let module = bundles.into_iter().next().ok_or("nothing comes out")?.module;
    let text = GLOBALS.set(&globals, || {
        let module = if minify { shorten(module, &files, bundling.keep_names) } else { module };
        print(&module, &files, minify)
    });
    std::fs::write(outfile, text).map_err(|error| error.to_string())
}

fn shorten(module: Module, files: &Lrc<SourceMap>, keep_names: bool) -> Module {
    let (unresolved_mark, top_level_mark) = (Mark::new(), Mark::new());
    let mut program = Program::Module(module);
    resolver(unresolved_mark, top_level_mark, false).process(&mut program);
    let options = MinifyOptions {
        compress: Some(CompressOptions {
            module: true,
            keep_classnames: keep_names,
            keep_fnames: keep_names,
            ..CompressOptions::default()
        }),
        mangle: Some(MangleOptions {
            top_level: Some(true),
            keep_class_names: keep_names,
            keep_fn_names: keep_names,
            ..serde_json::from_str("{}").unwrap()
        }),
        ..MinifyOptions::default()
    };
    let extra = ExtraOptions { unresolved_mark, top_level_mark, mangle_name_cache: None };
    let mut program = optimize(program, files.clone(), None, None, &options, &extra);
    fixer(None).process(&mut program);
    program.expect_module()
}

fn print(module: &Module, files: &Lrc<SourceMap>, minify: bool) -> Vec<u8> {
    let mut text = Vec::new();
    let mut emitter = Emitter {
        cfg: PrintConfig::default().with_minify(minify),
        cm: files.clone(),
        comments: None,
        wr: JsWriter::new(files.clone(), "\n", &mut text, None),
    };
    emitter.emit_module(module).unwrap();
    text
}

/// `import.meta` has no properties on a worker.
struct NoMeta;

impl Hook for NoMeta {
    fn get_import_meta_props(&self, _: Span, _: &ModuleRecord) -> Result<Vec<KeyValueProp>, anyhow::Error> {
        Ok(Vec::new())
    }
}
