//! Arguments in, exit code out: 0 fine, 1 the project is wrong, 2 bad usage or environment.

use std::panic;
use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        default(info);
        cli::printer::report_bug();
    }));
    cli::run()
}
