//! `pagesbuild completions SHELL`.

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::printer::Printer;
use super::{Cli, Outcome};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild completions bash > ~/.local/share/bash-completion/completions/pagesbuild
  pagesbuild completions zsh > \"${fpath[1]}/_pagesbuild\"
  pagesbuild completions fish > ~/.config/fish/completions/pagesbuild.fish";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The shell to print the script for
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments, printer: &Printer) -> Outcome {
    let mut script = Vec::new();
    generate(arguments.shell, &mut Cli::command(), "pagesbuild", &mut script);
    printer.result(&String::from_utf8_lossy(&script))?;
    Ok(true)
}
