//! A line on the terminal that says what a long build is doing, and is gone when the build ends.

use std::io::{self, IsTerminal};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pagesbuild::progress::{Moment, Progress, Stage};

use super::printer::{Printer, bytes};

/// Builds that take no longer say nothing.
const PATIENCE: Duration = Duration::from_millis(300);

/// How often the line is drawn.
const INTERVAL: Duration = Duration::from_millis(100);

/// Runs a build, and shows its progress where somebody sees it.
pub(super) fn watched<T>(printer: &Printer, progress: &Progress, build: impl FnOnce() -> T) -> T {
    if !printer.shows_progress() || !io::stderr().is_terminal() {
        return build();
    }
    let (building, ended) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || show(progress, &ended));
        // Dropped when the build ends, however it ends.
        let _building = building;
        build()
    })
}

/// Shows the progress until the other end of the channel is gone.
fn show(progress: &Progress, ended: &Receiver<()>) {
    let goes_on = |wait| ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout);
    if !goes_on(PATIENCE) {
        return;
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
        bar.set_style(style);
    }
    loop {
        bar.set_message(text(&progress.now()));
        bar.tick();
        if !goes_on(INTERVAL) {
            break;
        }
    }
    bar.finish_and_clear();
}

fn text(moment: &Moment) -> String {
    let what = match moment.stage {
        Stage::Working => return "building".to_owned(),
        Stage::Finding => return "finding files".to_owned(),
        Stage::Hashing => "hashing files",
        Stage::Writing => "writing files",
    };
    match (moment.files, moment.all) {
        (0, 0) => what.to_owned(),
        (0, all) => format!("{what}: {all}"),
        (files, all) => format!("{what}: {files} of {all}, {}", bytes(moment.bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let moment = |stage, all, files, bytes| text(&Moment { stage, all, files, bytes });
        assert_eq!(moment(Stage::Working, 0, 0, 0), "building");
        assert_eq!(moment(Stage::Finding, 0, 0, 0), "finding files");
        assert_eq!(moment(Stage::Hashing, 20, 7, 1_500_000), "hashing files: 7 of 20, 1.5 MB");
        assert_eq!(moment(Stage::Writing, 20, 0, 0), "writing files: 20");
    }
}
