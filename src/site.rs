//! What the platform does with static files beside serving them: `_headers` and `_redirects`, by its own rules.
//!
//! In go the texts, out come the rules that the platform takes, and a diagnostic for each line that it does not take. What it
//! does with a line is not what one would guess everywhere; wrangler has the same parsers, and tests hold these against them.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic, Source};

mod headers;
mod lines;
mod redirects;
mod target;

pub use headers::{HeaderRule, headers};
pub use redirects::{Redirect, redirects};

/// Longest line, in UTF-16 code units. A longer one is passed over.
///
/// Source: <https://developers.cloudflare.com/workers/static-assets/headers/>, as of autumn 2026; the redirects page says 1,000
/// characters, and the parsers of both take 2,000.
pub const MAX_LINE: usize = 2_000;

/// A line that the platform does not take.
fn ignored(
    code: Code,
    source: &Source,
    span: Range<usize>,
    why: impl Into<String>,
    help: impl Into<String>,
) -> Diagnostic {
    Diagnostic::warning(code, why).at(source, span, "ignored by the platform").help(help)
}
