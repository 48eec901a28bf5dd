//! Options about what diagnostics weigh.

use std::collections::BTreeMap;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use pagesbuild::diagnostic::{Code, Level, Levels, Severity};
use pagesbuild::limit;

/// Stands for every diagnostic that is a warning.
const WARNINGS: &str = "warnings";

/// What diagnostics weigh.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options about diagnostics")]
pub(super) struct LevelArguments {
    /// Make an error of a diagnostic, or of all that are warnings; may be repeated
    #[arg(long, value_name = "CODE|warnings", value_parser = codes(true), hide_possible_values = true)]
    deny: Vec<String>,
    /// Make a warning of a diagnostic; may be repeated
    #[arg(long, value_name = "CODE", value_parser = codes(false), hide_possible_values = true)]
    warn: Vec<String>,
    /// Do not say a diagnostic; may be repeated
    #[arg(long, value_name = "CODE", value_parser = codes(false), hide_possible_values = true)]
    allow: Vec<String>,
    /// Make errors of all warnings and of everything that code and configuration disagree about
    #[arg(long)]
    strict: bool,
    /// Plan of the account, whose limits hold; without it, what only the paid plan takes is a warning
    #[arg(long, value_enum, hide_possible_values = true, value_name = "free|paid")]
    plan: Option<Plan>,
}

/// A plan of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Plan {
    /// Workers Free
    Free,
    /// Workers Paid
    Paid,
}

fn codes(all: bool) -> PossibleValuesParser {
    let names = Code::ALL.iter().map(|code| code.as_str());
    PossibleValuesParser::new(names.chain(all.then_some(WARNINGS)))
}

impl LevelArguments {
    /// The plan that they name.
    pub(super) fn plan(&self) -> Option<limit::Plan> {
        self.plan.map(|plan| match plan {
            Plan::Free => limit::Plan::Free,
            Plan::Paid => limit::Plan::Paid,
        })
    }

    /// The levels that they ask for; where two of them are about one code, the stricter one counts.
    pub(super) fn levels(&self) -> Levels {
        let mut given = BTreeMap::new();
        let levels = [
            (&self.allow, Level::Off),
            (&self.warn, Level::At(Severity::Warning)),
            (&self.deny, Level::At(Severity::Error)),
        ];
        for (names, level) in levels {
            let named = |code: &&Code| names.iter().any(|name| name == code.as_str());
            given.extend(Code::ALL.iter().filter(named).map(|code| (*code, level)));
        }
        Levels {
            strict: self.strict,
            deny_warnings: self.deny.iter().any(|name| name == WARNINGS),
            given,
            ..Levels::default()
        }
    }
}
