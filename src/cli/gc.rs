//! `pagesbuild gc`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, ValueHint};
use pagesbuild::store::{Keep, Swept};
use pagesbuild::{deployment, pipeline};
use serde_json::json;

use super::printer::{Printer, bytes, plural};
use super::{Global, Outcome, located};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild gc --keep 10
  pagesbuild gc --keep 3 --older-than 30d
  pagesbuild gc --older-than 12h --dry-run

What an environment was given last and what is pinned stays in any case.";

#[derive(Args, Debug)]
#[command(group = ArgGroup::new("limit").required(true).multiple(true))]
pub(super) struct Arguments {
    /// Keep this many different versions of each environment, the last ones
    #[arg(long, value_name = "N", group = "limit")]
    keep: Option<usize>,
    /// Keep what is younger: a number with `s`, `m`, `h`, `d` or `w`, for seconds to weeks
    #[arg(long, value_name = "AGE", group = "limit", value_parser = age)]
    older_than: Option<Duration>,
    /// Remove nothing, and say what would be removed
    #[arg(long)]
    dry_run: bool,
    /// Directory of the project
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
}

fn age(text: &str) -> Result<Duration, String> {
    let wrong = || "a number and one of `s`, `m`, `h`, `d` and `w` are expected, as in `30d`".to_owned();
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let seconds: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    Ok(Duration::from_secs(seconds.saturating_mul(number)))
}

pub(super) fn run(arguments: Arguments, global: &Global, printer: &Printer) -> Outcome {
    let options = located(arguments.directory, global);
    let keep = Keep { last: arguments.keep.unwrap_or(0), since: arguments.older_than.map(deployment::ago) };
    let swept = pipeline::gc(&options, &keep, arguments.dry_run)?;
    if printer.json {
        let removed = swept.removed.iter().map(|version| json!({ "id": version.id, "time": version.time }));
        let result = json!({
            "dry_run": arguments.dry_run,
            "removed": removed.collect::<Vec<_>>(),
            "kept": swept.kept,
            "objects": swept.objects,
            "bytes": swept.bytes,
        });
        printer.document(true, &result, &[])?;
        return Ok(true);
    }
    printer.result(&swept.removed.iter().map(|version| format!("{}\n", version.id)).collect::<String>())?;
    printer.status(&summary(&swept, arguments.dry_run));
    Ok(true)
}

fn summary(swept: &Swept, dry_run: bool) -> String {
    let verb = if dry_run { "would remove" } else { "removed" };
    let stay = if swept.kept == 1 { "stays" } else { "stay" };
    format!(
        "{verb} {} and {}, {}; {} {stay}\n",
        plural(swept.removed.len(), "version"),
        plural(swept.objects, "file"),
        bytes(swept.bytes),
        plural(swept.kept, "version"),
    )
}
