//! Arguments in, exit code out: 0 fine, 1 the project is wrong, 2 bad usage or environment.

use std::panic;
use std::process::ExitCode;
use std::thread;

mod cli;

/// Trees of syntax come and go in small pieces, on all cores at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Bytes. Parsers of JavaScript recurse, and code that tools wrote nests deeper than the usual 8 MiB (1 MiB on
/// some systems) can hold. Only what is used of it becomes memory.
const STACK_SIZE: usize = 256 << 20;

fn main() -> ExitCode {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !pagesbuild::compile::is_guarded() {
            default(info);
            cli::printer::report_bug();
        }
    }));
    // Files are parsed on these threads too. They exist already when a test harness made them: then they stay.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK_SIZE).build_global();
    match thread::Builder::new().stack_size(STACK_SIZE).spawn(cli::run) {
        // A panic has been reported by the hook; its exit code is the one that panics have.
        Ok(running) => running.join().unwrap_or(ExitCode::from(101)),
        // So little memory that the small stack has to do.
        Err(_) => cli::run(),
    }
}
