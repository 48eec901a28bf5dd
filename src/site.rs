//! How the platform serves static files: `_headers` and `_redirects`, by its own rules, and what a request leads to.
//!
//! In go the texts of the two, out come the rules that the platform takes, and a diagnostic for each line that it does not take.
//! What it does with a line is not what one would guess everywhere; wrangler has the same parsers, and tests hold these
//! against them. In goes a request, out comes the answer of the platform ([`Site::serve`]); workerd answers the same.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic, Source};
use crate::limit::RULE_LINE;

mod claimed;
mod first;
mod headers;
mod html;
mod lines;
mod lint;
mod redirects;
mod request;
mod rule;
mod serve;
mod target;
#[cfg(test)]
mod tests;

pub use claimed::Claimed;
pub use first::{Decision, decide};
pub use headers::{HeaderRule, headers};
pub use lint::{Facts, lint};
pub use redirects::{Redirect, redirects};
pub use request::{NoAddress, Request};
pub use rule::{Captures, Rule, fill};
pub use serve::{HtmlHandling, NotFoundHandling, Served, Site, What};

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
