//! What the platform takes at most, on which plan, and who says so: the one table that the other rooms read.
//!
//! A number goes in with the plan that the user has named, if any; out comes how much it weighs and a clause that says why. A
//! limit that an account has raised by contract is not known here.

use crate::diagnostic::{Code, Diagnostic, Severity};

mod table;

pub use table::*;

/// A plan of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Workers Free.
    Free,
    /// Workers Paid.
    Paid,
}

/// A number that the platform does not go beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What is counted or measured.
    pub what: &'static str,
    /// How it is counted.
    pub unit: Unit,
    /// The most on the free plan.
    pub free: u64,
    /// The most on the paid plan.
    pub paid: u64,
    /// Since when, or what it was before, where that is known.
    pub since: &'static str,
    /// Who says so.
    pub source: &'static str,
}

/// How something is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// One by one.
    Pieces,
    /// UTF-16 code units, as JavaScript counts.
    Characters,
    /// Bytes, as they are.
    Bytes,
    /// Seconds.
    Seconds,
}

impl Unit {
    /// A number of them.
    pub fn shown(self, number: u64) -> String {
        const KIB: u64 = 1024;
        const MIB: u64 = KIB * KIB;
        match self {
            Self::Pieces => number.to_string(),
            Self::Characters => format!("{number} characters"),
            Self::Bytes if number >= MIB && number.is_multiple_of(MIB) => format!("{} MiB", number / MIB),
            Self::Bytes if number >= KIB && number.is_multiple_of(KIB) => format!("{} KiB", number / KIB),
            Self::Bytes => format!("{number} bytes"),
            Self::Seconds => format!("{number} seconds"),
        }
    }
}

/// That a number is beyond a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excess {
    /// An error, or a warning where nobody has said that the account is on the plan that does not take it.
    pub severity: Severity,
    /// The number that it is beyond.
    pub most: u64,
    /// Who takes how much.
    pub clause: String,
}

impl Excess {
    /// The same for the user, with what is too large.
    pub fn diagnostic(&self, code: Code, what: &str) -> Diagnostic {
        Diagnostic::error(code, format!("{what}, and {}", self.clause)).at_most(self.severity)
    }
}

impl Limit {
    /// The most on any plan, for what is counted in memory.
    pub const fn most(&self) -> usize {
        self.paid as usize
    }

    /// Whether a number is too large for a plan; without one, for the smaller of the two.
    pub fn judge(&self, number: u64, plan: Option<Plan>) -> Option<Excess> {
        let (free, paid) = (self.unit.shown(self.free), self.unit.shown(self.paid));
        let (most, severity) = match plan {
            Some(Plan::Free) => (self.free, Severity::Error),
            None if number <= self.paid => (self.free, Severity::Warning),
            _ => (self.paid, Severity::Error),
        };
        if number <= most {
            return None;
        }
        let clause = if self.free == self.paid {
            format!("the platform takes at most {paid}")
        } else if number > self.paid {
            format!("the paid plan takes at most {paid}, and the free plan {free}")
        } else {
            format!("the free plan takes at most {free}; the paid plan takes {paid}")
        };
        Some(Excess { severity, most, clause })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_the_border() {
        use Severity::{Error, Warning};
        let cases = [
            (20_000, None, None),
            (20_000, Some(Plan::Free), None),
            (20_001, None, Some(Warning)),
            (20_001, Some(Plan::Free), Some(Error)),
            (20_001, Some(Plan::Paid), None),
            (100_000, None, Some(Warning)),
            (100_000, Some(Plan::Paid), None),
            (100_001, None, Some(Error)),
            (100_001, Some(Plan::Free), Some(Error)),
            (100_001, Some(Plan::Paid), Some(Error)),
        ];
        for (number, plan, expected) in cases {
            let judged = ASSETS.judge(number, plan).map(|excess| excess.severity);
            assert_eq!(judged, expected, "{number} {plan:?}");
        }
        for plan in [None, Some(Plan::Free), Some(Plan::Paid)] {
            for limit in ALL.iter().filter(|limit| limit.free == limit.paid) {
                assert_eq!(limit.judge(limit.paid, plan), None, "{limit:?}");
                assert_eq!(limit.judge(limit.paid + 1, plan).map(|excess| excess.severity), Some(Error));
            }
        }
    }
}
