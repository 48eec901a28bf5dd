//! What is known about one build and is no part of the deployment: when, from what, by which version.
//!
//! In go the inputs and the start of the build, out comes `build.json`. Nothing here may reach the id.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::git::{Git, Repository};

/// The version of pagesbuild.
pub const TOOL: &str = env!("CARGO_PKG_VERSION");

/// The content of `build.json`. Versions in a store can have been built before some of it was known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BuildFacts {
    /// When the build ran, UTC, RFC 3339.
    pub time: String,
    /// The version of pagesbuild.
    pub tool: String,
    /// Milliseconds from the start of the build until its output was written.
    pub milliseconds: u64,
    /// [`super::gzip_size`]: here and not in the description, since it tells more about the compressor than about the code.
    pub gzip_size: u64,
    /// What the build was made from.
    #[serde(flatten)]
    pub inputs: Inputs,
}

/// What a build was made from. Static files are not among it: the description has them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inputs {
    /// Where the project is in a git repository and the `git` command is there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub git: Option<Git>,
    /// Where it is in one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub repository: Option<Repository>,
    /// The options of the command line that have a say in the result, as they are called there.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub options: BTreeMap<String, Json>,
    /// The files that were read for the worker, by their paths relative to the project.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub sources: BTreeMap<String, SourceFile>,
    /// The other files that were read to know what to make of these, likewise, each with the BLAKE3 hash of its bytes.
    #[serde(rename = "inputs", skip_serializing_if = "BTreeMap::is_empty", default)]
    pub files: BTreeMap<String, String>,
    /// What the manifests of [packages](super::document::Package) say of their licenses, by `name@version`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub licenses: BTreeMap<String, String>,
}

/// A file that was read for the worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// BLAKE3 of its bytes, 64 hex characters.
    pub hash: String,
    /// Bytes that the worker has of it.
    pub size: u64,
}

impl BuildFacts {
    /// Whether times and hashes have the form that they have when a build writes them.
    pub fn is_sound(&self) -> bool {
        let is_hash = |hash: &str| hash.len() == 64 && is_hex(hash);
        let time: String = self.time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        let is_commit = |git: &Git| matches!(git.commit.len(), 40 | 64) && is_hex(&git.commit);
        time == "0000-00-00T00:00:00Z"
            && self.inputs.git.iter().all(is_commit)
            && self.inputs.sources.values().all(|source| is_hash(&source.hash))
            && self.inputs.files.values().all(|hash| is_hash(hash))
    }

    /// Asks the clock. `start` is when the build began.
    pub fn new(inputs: Inputs, gzip_size: u64, start: Instant) -> Self {
        Self {
            time: now(),
            tool: TOOL.to_owned(),
            milliseconds: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
            gzip_size,
            inputs,
        }
    }

    /// The day of the build, `YYYY-MM-DD`.
    pub fn day(&self) -> &str {
        self.time.get(..10).unwrap_or_default()
    }

    /// The text of `build.json`.
    pub fn to_text(&self) -> String {
        let mut json = serde_json::to_value(self).unwrap_or_default();
        json.sort_all_objects();
        format!("{json:#}\n")
    }

    /// Reads what [`to_text`](Self::to_text) gave, also when an earlier or a later version gave it. Nothing in it is known
    /// to be true.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The day that it is, `YYYY-MM-DD` (UTC).
pub fn today() -> String {
    now().chars().take(10).collect()
}

/// What the clock says, UTC, RFC 3339.
pub fn now() -> String {
    ago(Duration::ZERO)
}

/// What the clock said then, UTC, RFC 3339. The order of such texts is that of the times.
pub fn ago(duration: Duration) -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    rfc3339(since.saturating_sub(duration).as_secs())
}

/// Seconds since 1970 as a date and time: years of 400-year cycles counted from March, so that a leap day is
/// the last of its year.
fn rfc3339(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let cases = [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_767_225_600, "2026-01-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(rfc3339(seconds), expected);
        }
    }
}
