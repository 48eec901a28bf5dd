//! Which paths patterns and routing rules match, as languages that can be compared.
//!
//! A [`Pattern`] or the text of a rule comes in; a decision about all of their paths comes out. Every decision is
//! sound: [`contained`] may say no where the answer is yes, and [`meets`] yes where it is no, never the other way.

use std::collections::BTreeSet;

use super::{Pattern, Piece, Segment};

/// A step of a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// One byte.
    Byte(u8),
    /// One byte other than a slash.
    Inner,
    /// Any number of bytes other than a slash.
    Inners,
    /// Any number of any bytes.
    Any,
}

/// The tokens of a rule: `*` is any text, all else is itself.
pub(crate) fn glob(rule: &str) -> Vec<Token> {
    rule.bytes().map(|byte| if byte == b'*' { Token::Any } else { Token::Byte(byte) }).collect()
}

/// The tokens of a path.
pub(crate) fn literal(path: &str) -> Vec<Token> {
    path.bytes().map(Token::Byte).collect()
}

/// The paths that a handler at the pattern answers, as a union.
pub(crate) fn answered(pattern: &Pattern) -> Vec<Vec<Token>> {
    let slashed = |mut tokens: Vec<Token>| {
        if tokens.last() != Some(&Token::Byte(b'/')) && tokens.last() != Some(&Token::Any) {
            let bare = tokens.clone();
            tokens.push(Token::Byte(b'/'));
            return vec![bare, tokens];
        }
        vec![tokens]
    };
    spellings(pattern).into_iter().map(rooted).flat_map(slashed).collect()
}

/// The paths at and below the pattern, as a union.
pub(super) fn below(pattern: &Pattern) -> Vec<Vec<Token>> {
    let deeper = |tokens: Vec<Token>| {
        let bare = rooted(tokens.clone());
        let below: Vec<Token> = tokens.into_iter().chain([Token::Byte(b'/'), Token::Any]).collect();
        if bare == [Token::Byte(b'/')] { vec![below] } else { vec![bare, below] }
    };
    spellings(pattern).into_iter().flat_map(deeper).collect()
}

fn rooted(tokens: Vec<Token>) -> Vec<Token> {
    if tokens.is_empty() { vec![Token::Byte(b'/')] } else { tokens }
}

/// The pattern with each catch-all either absent or present. Beyond four of them, present covers both.
fn spellings(pattern: &Pattern) -> Vec<Vec<Token>> {
    let mut all: Vec<Vec<Token>> = vec![Vec::new()];
    for segment in &pattern.0 {
        let catch_all = matches!(segment.0.first(), Some(Piece::CatchAll(_)));
        if catch_all {
            let open =
                |tokens: &Vec<Token>| tokens.iter().copied().chain([Token::Byte(b'/'), Token::Any]).collect();
            let present: Vec<Vec<Token>> = all.iter().map(open).collect();
            if all.len() < 16 {
                all.extend(present);
            } else {
                all.iter_mut().for_each(|tokens| tokens.push(Token::Any));
            }
        } else {
            all.iter_mut().for_each(|tokens| tokens.push(Token::Byte(b'/')));
        }
        let rest = tokens(segment);
        all.iter_mut().for_each(|tokens| tokens.extend(&rest));
    }
    all
}

/// The segment's tokens, without its slash and its catch-all.
fn tokens(segment: &Segment) -> Vec<Token> {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => literal(text),
        Piece::Param(_) => vec![Token::Inner, Token::Inners],
        Piece::CatchAll(_) => Vec::new(),
    };
    segment.0.iter().flat_map(piece).collect()
}

/// Whether every path of `inner` is one of `outer`. Bytes are compared with their case.
pub(crate) fn contained(inner: &[Token], outer: &[Token]) -> bool {
    // `reach` holds the places in `outer` that the tokens of `inner` read so far can stand at. Tokens other
    // than bytes stand for letters that no byte of `outer` is, and those for many can only be swallowed whole.
    let mut reach = closure([0].into(), outer);
    for &token in inner {
        let step = |&at: &usize| match (outer.get(at)?, token) {
            (Token::Any, _) | (Token::Inners, Token::Inner | Token::Inners) => Some(at),
            (Token::Inners, Token::Byte(byte)) => (byte != b'/').then_some(at),
            (Token::Inner, Token::Byte(byte)) => (byte != b'/').then_some(at + 1),
            (Token::Inner, Token::Inner) => Some(at + 1),
            (&byte @ Token::Byte(_), _) => (byte == token).then_some(at + 1),
            (Token::Inner, _) | (Token::Inners, Token::Any) => None,
        };
        reach = closure(reach.iter().filter_map(step).collect(), outer);
    }
    reach.contains(&outer.len())
}

fn closure(mut places: BTreeSet<usize>, tokens: &[Token]) -> BTreeSet<usize> {
    let mut open: Vec<usize> = places.iter().copied().collect();
    while let Some(at) = open.pop() {
        if matches!(tokens.get(at), Some(Token::Any | Token::Inners)) && places.insert(at + 1) {
            open.push(at + 1);
        }
    }
    places
}

/// Whether some path is in both languages, without regard to ASCII case.
pub(crate) fn meets(a: &[Token], b: &[Token]) -> bool {
    let mut seen = BTreeSet::from([(0, 0)]);
    let mut open = vec![(0, 0)];
    while let Some((i, j)) = open.pop() {
        if i == a.len() && j == b.len() {
            return true;
        }
        let (left, right) = (a.get(i), b.get(j));
        let many = |token: Option<&Token>| matches!(token, Some(Token::Any | Token::Inners));
        let mut next = Vec::new();
        if many(left) {
            next.push((i + 1, j));
        }
        if many(right) {
            next.push((i, j + 1));
        }
        if let (Some(&x), Some(&y)) = (left, right)
            && overlap(x, y)
        {
            next.push((if many(left) { i } else { i + 1 }, if many(right) { j } else { j + 1 }));
        }
        open.extend(next.into_iter().filter(|&place| seen.insert(place)));
    }
    false
}

fn overlap(a: Token, b: Token) -> bool {
    match (a, b) {
        (Token::Byte(x), Token::Byte(y)) => x.eq_ignore_ascii_case(&y),
        (Token::Byte(byte), Token::Inner | Token::Inners)
        | (Token::Inner | Token::Inners, Token::Byte(byte)) => byte != b'/',
        _ => true,
    }
}

/// Whether every path that `route` answers is at or below `outer`.
pub(super) fn always_below(route: &Pattern, outer: &Pattern) -> bool {
    let mut segments = route.0.iter();
    for (index, segment) in outer.0.iter().enumerate() {
        if segment.as_catch_all().is_some() && index + 1 == outer.0.len() {
            return true;
        }
        let Some(inner) = segments.next() else { return false };
        let covers = match segment {
            _ if segment.to_string().eq_ignore_ascii_case(&inner.to_string()) => true,
            _ if segment.has_catch_all() || inner.has_catch_all() => false,
            _ if segment.as_param().is_some() => true,
            _ => inner.as_text().is_some_and(|text| meets(&tokens(segment), &literal(text))),
        };
        if !covers {
            return false;
        }
    }
    true
}
