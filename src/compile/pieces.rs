//! Specifiers that are put together: what of them is written out, and where something stands that is only known when the
//! program runs.

use swc_core::ecma::ast::{BinaryOp, Expr, Lit};

/// The text of a specifier, in pieces between which the unknown stands; one piece where all is known. `None` where it
/// starts with something unknown, and where it is only known in part and is no path.
pub(super) fn pieces(specifier: &Expr) -> Option<Vec<String>> {
    let mut pieces = Pieces { texts: Vec::new(), open: false };
    if !pieces.add(specifier) {
        return None;
    }
    if pieces.open {
        pieces.texts.push(String::new());
    }
    let is_path = |text: &String| text.starts_with("./") || text.starts_with("../");
    (pieces.texts.len() == 1 || pieces.texts.first().is_some_and(is_path)).then_some(pieces.texts)
}

/// Pieces as a pattern to read: the unknown can go through directories where it is all that a name starts with.
pub(super) fn pattern(pieces: &[String]) -> String {
    let mut pattern = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 {
            pattern.push_str(if pattern.ends_with('/') { "**/*" } else { "*" });
        }
        pattern.push_str(&piece.replace('*', "\\*"));
    }
    pattern
}

struct Pieces {
    texts: Vec<String>,
    /// Whether something unknown stands behind the last text.
    open: bool,
}

impl Pieces {
    /// Adds what an expression is known to be; nothing where its start is unknown.
    fn add(&mut self, expression: &Expr) -> bool {
        match expression.unwrap_parens() {
            Expr::Lit(Lit::Str(text)) => self.known(&text.value.to_string_lossy()),
            Expr::Tpl(template) => {
                for (at, quasi) in template.quasis.iter().enumerate() {
                    let text = quasi.cooked.as_ref().map(|text| text.to_string_lossy());
                    self.known(&text.unwrap_or_default());
                    if let Some(value) = template.exprs.get(at) {
                        self.add_or_open(value);
                    }
                }
            }
            Expr::Bin(sum) if sum.op == BinaryOp::Add => {
                if !self.add(&sum.left) {
                    return false;
                }
                self.add_or_open(&sum.right);
            }
            _ => return false,
        }
        true
    }

    fn add_or_open(&mut self, expression: &Expr) {
        if !self.add(expression) {
            self.open = true;
        }
    }

    fn known(&mut self, text: &str) {
        if self.open && text.is_empty() {
            return;
        }
        match self.texts.last_mut() {
            Some(last) if !self.open => last.push_str(text),
            _ => self.texts.push(text.to_owned()),
        }
        self.open = false;
    }
}
