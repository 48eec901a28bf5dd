//! Fewer rules that cover all of too many.
//!
//! Rules with a common start can become one, that start with a `*`. What this costs is the static files that run the worker
//! from then on; where no file tells two choices apart, the one counts that merges fewer rules, and then the one that leaves
//! more. The starts form a tree, so the cheapest choice is found exactly, from the leaves to the root.

use std::collections::BTreeSet;

use super::MAX_LENGTH;

/// Static files that newly run the worker, and rules that are merged.
type Cost = (usize, usize);

/// The least cost for each number of rules.
type Costs = Vec<Option<Cost>>;

/// Drops rules that a wider one covers, which the platform refuses as redundant.
pub(super) fn minimal(rules: impl IntoIterator<Item = String>) -> Vec<String> {
    let rules: BTreeSet<String> = rules.into_iter().map(plain).collect();
    let starts: BTreeSet<&str> = rules.iter().filter_map(|rule| rule.strip_suffix('*')).collect();
    let covered = |rule: &String| {
        let own = rule.strip_suffix('*').map_or(rule.len() + 1, str::len);
        let ends = (0..=rule.len()).filter(|end| *end != own);
        ends.filter_map(|end| rule.get(..end)).any(|start| starts.contains(start))
    };
    rules.iter().filter(|rule| !covered(rule)).cloned().collect()
}

/// Without stars that say nothing more.
fn plain(mut rule: String) -> String {
    while rule.contains("**") {
        rule = rule.replace("**", "*");
    }
    rule
}

/// The rule, or the narrowest one within the limit that covers it.
pub(super) fn within_length(rule: &str) -> String {
    if rule.len() <= MAX_LENGTH {
        return rule.to_owned();
    }
    format!("{}*", &rule[..rule.floor_char_boundary(MAX_LENGTH - 1)])
}

/// At most `limit` rules that cover those of a minimal list. `idle` are the paths of the static files that do not run the
/// worker now, sorted.
pub(super) fn consolidate(rules: &[String], limit: usize, idle: &[String]) -> Vec<String> {
    if rules.len() <= limit {
        return rules.to_vec();
    }
    let mut sorted: Vec<Rule<'_>> = rules.iter().map(|rule| Rule { key: literal(rule), rule }).collect();
    sorted.sort_by_key(|rule| (rule.key, rule.rule));
    let root = node(&sorted, limit, idle);
    let counts = root.costs.iter().enumerate().filter_map(|(count, cost)| Some(((*cost)?, count)));
    let cheapest = counts.min_by_key(|(cost, count)| (*cost, limit - count));
    let mut chosen = Vec::new();
    if let Some((_, count)) = cheapest {
        choose(&root, count, &mut chosen);
    }
    chosen.sort();
    chosen
}

#[derive(Clone, Copy)]
struct Rule<'a> {
    /// The text before the first `*`: a rule that starts with it covers nothing else by its own `*`.
    key: &'a str,
    rule: &'a str,
}

fn literal(rule: &str) -> &str {
    rule.split('*').next().unwrap_or(rule)
}

/// Rules with a common start.
struct Node<'a> {
    start: &'a str,
    /// Those that are nothing but the start.
    own: &'a [Rule<'a>],
    children: Vec<Node<'a>>,
    costs: Costs,
    /// How many of a number of rules the last child has, for each child of those up to it.
    shares: Vec<Vec<usize>>,
}

fn node<'a>(rules: &'a [Rule<'a>], limit: usize, idle: &[String]) -> Node<'a> {
    let start = common(rules);
    let (own, rest) = rules.split_at(rules.partition_point(|rule| rule.key.len() == start.len()));
    let next = |rule: &Rule<'_>| rule.key[start.len()..].chars().next();
    let children: Vec<Node<'_>> =
        rest.chunk_by(|one, other| next(one) == next(other)).map(|rules| node(rules, limit, idle)).collect();
    let mut costs: Costs = (0..=own.len().min(limit)).map(|_| None).collect();
    if own.len() <= limit {
        costs[own.len()] = Some((0, 0));
    }
    let mut shares = Vec::new();
    for child in &children {
        let (joined, share) = join(&costs, &child.costs, limit);
        costs = joined;
        shares.push(share);
    }
    if rules.len() > 1 {
        costs.resize(costs.len().max(2), None);
        costs[1] = Some((below(start, idle), rules.len()));
    }
    Node { start, own, children, costs, shares }
}

/// What all keys start with; they are sorted.
fn common<'a>(rules: &[Rule<'a>]) -> &'a str {
    let (Some(first), Some(last)) = (rules.first(), rules.last()) else { return "" };
    let same = first.key.bytes().zip(last.key.bytes()).take_while(|(one, other)| one == other).count();
    &first.key[..first.key.floor_char_boundary(same)]
}

/// How many paths start so.
fn below(start: &str, idle: &[String]) -> usize {
    let from = idle.partition_point(|path| path.as_str() < start);
    idle[from..].partition_point(|path| path.starts_with(start))
}

/// The costs of two disjoint lists together, and how many rules of each number are from the second one.
fn join(one: &Costs, other: &Costs, limit: usize) -> (Costs, Vec<usize>) {
    let length = (one.len() + other.len() - 1).min(limit + 1);
    let mut costs: Costs = vec![None; length];
    let mut shares = vec![0; length];
    for (left, cost) in one.iter().enumerate().filter_map(|(count, cost)| Some((count, (*cost)?))) {
        for (right, more) in other.iter().enumerate().filter_map(|(count, cost)| Some((count, (*cost)?))) {
            let sum = (cost.0 + more.0, cost.1 + more.1);
            let Some(best) = costs.get_mut(left + right) else { break };
            if best.is_none_or(|best| sum < best) {
                *best = Some(sum);
                shares[left + right] = right;
            }
        }
    }
    (costs, shares)
}

/// The rules that cost least among so many of a node.
fn choose(node: &Node<'_>, count: usize, chosen: &mut Vec<String>) {
    // A node of several rules has at least two parts, so that one rule can only be the start of them all.
    if count == 1 && node.own.len() + node.children.len() > 1 {
        return chosen.push(format!("{}*", node.start));
    }
    let mut left = count;
    for (child, shares) in node.children.iter().zip(&node.shares).rev() {
        choose(child, shares[left], chosen);
        left -= shares[left];
    }
    chosen.extend(node.own.iter().map(|rule| rule.rule.to_owned()));
}
