//! Moments at which a test kills a command: from its start to past its end, however busy the machine is just then.

use std::thread;
use std::time::{Duration, Instant};

/// How long a command is thought to take.
pub(crate) struct Moments(Duration);

impl Moments {
    /// Runs it to the end once or more often, and goes by the quickest.
    pub(crate) fn of<const N: usize, T>(runs: [usize; N], mut run: impl FnMut(usize) -> T) -> (Self, [T; N]) {
        let mut quickest = Duration::MAX;
        let results = runs.map(|which| {
            let begun = Instant::now();
            let result = run(which);
            quickest = quickest.min(begun.elapsed());
            result
        });
        (Self(quickest), results)
    }

    /// Waits until one of them, in an order that leaves different things behind.
    pub(crate) fn wait(&self, number: u32) {
        thread::sleep(self.0 * (number * 37 % 100) * 6 / 500);
    }

    /// Corrects the guess by what came of the last one, so that about a fifth comes too late to kill anything: other tests that
    /// begin or end beside this one change how long the command takes.
    pub(crate) fn learn(&mut self, was_killed: bool) {
        self.0 = self.0.mul_f64(if was_killed { 1.05 } else { 0.8 });
    }
}
