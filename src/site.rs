//! What the platform does with static files beside serving them: `_headers` and `_redirects`, by its own rules.
//!
//! In go the texts, out come the rules that the platform takes, and a diagnostic for each line that it does not take. What it
//! does with a line is not what one would guess everywhere; wrangler has the same parsers, and tests hold these against them.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic, Source};
use crate::limit::RULE_LINE;

mod headers;
mod lines;
mod redirects;
mod target;

pub use headers::{HeaderRule, headers};
pub use redirects::{Redirect, redirects};

const MAX_LINE: usize = RULE_LINE.most();

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
