//! What was found held against what is written, and added up.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use pagesbuild::binding::{Certainty, Reason, UserId, Uses};
use pagesbuild::diagnostic::Source;

use super::written::{Place, Program};

/// What is found in a program and what is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// Sentences, one a difference.
    pub(crate) differences: Vec<String>,
    pub(crate) count: Count,
}

/// Numbers that add up.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    programs: usize,
    /// Places that are written, and how many of them are found.
    uses: usize,
    found: usize,
    /// Places that are found and not written.
    wrong: usize,
    /// Uses that are as sure as they should be, and guarded where they are.
    certainty: [usize; 2],
    guarded: [usize; 2],
    /// Pairs of a user and a name: those that are right, of those that are written or found.
    users: [usize; 2],
    /// Places where `env` escapes, likewise.
    escapes: [usize; 2],
}

impl Count {
    pub(crate) fn add(&mut self, other: Self) {
        self.programs += other.programs;
        self.uses += other.uses;
        self.found += other.found;
        self.wrong += other.wrong;
        let pairs = [&mut self.certainty, &mut self.guarded, &mut self.users, &mut self.escapes];
        for (mine, more) in
            pairs.into_iter().zip([other.certainty, other.guarded, other.users, other.escapes])
        {
            mine[0] += more[0];
            mine[1] += more[1];
        }
    }

    /// A row of the table.
    pub(crate) fn row(&self, of: &str) -> String {
        let Self { programs, uses, found, wrong, certainty, guarded, users, escapes } = self;
        let share = |part: usize, whole: usize| format!("{:.3}", part as f64 / whole.max(1) as f64);
        let (precision, recall) = (share(*found, found + wrong), share(*found, *uses));
        let mut row =
            format!("| {of} | {programs} | {uses} | {wrong} | {} | {precision} | {recall}", uses - found);
        for [right, all] in [certainty, guarded, users, escapes] {
            let _ = write!(row, " | {right}/{all}");
        }
        row + " |"
    }
}

/// The head of the table.
pub(crate) const HEAD: &str = "\
| topic | programs | uses | wrong | missed | precision | recall | certainty | guards | users | escapes |
|---|---|---|---|---|---|---|---|---|---|---|
";

fn line(source: &Source, at: usize) -> (String, usize) {
    let text = &source.text()[..at];
    (source.path().to_owned(), text.matches('\n').count() + 1)
}

/// Every use at a place, taken together.
#[derive(Default)]
struct Found {
    certainties: BTreeSet<Certainty>,
    guards: BTreeSet<bool>,
}

pub(crate) fn judge(program: &Program, uses: &Uses) -> Judged {
    let mut judged = Judged { count: Count { programs: 1, ..Count::default() }, ..Judged::default() };
    judged.places(program, uses);
    judged.users(program, uses);
    judged.escapes(program, uses);
    judged
}

impl Judged {
    fn differs(&mut self, what: String) {
        self.differences.push(what);
    }

    fn places(&mut self, program: &Program, uses: &Uses) {
        let mut found: BTreeMap<Place, Found> = BTreeMap::new();
        for one in &uses.uses {
            let (file, line) = line(&one.source, one.span.start);
            let found = found.entry(Place { file, line, name: one.name.clone() }).or_default();
            found.certainties.insert(one.certainty);
            found.guards.insert(one.guarded);
        }
        self.count.uses = program.uses.len();
        for place in found.keys().filter(|place| !program.uses.contains_key(place)) {
            self.count.wrong += 1;
            self.differs(format!("{}:{}: {} is no use", place.file, place.line, place.name));
        }
        for (place, wanted) in &program.uses {
            let Some(found) = found.get(place) else {
                self.differs(format!("{}:{}: {} is missed", place.file, place.line, place.name));
                continue;
            };
            self.count.found += 1;
            if let Some(certainty) = wanted.certainty {
                let right = found.certainties == BTreeSet::from([certainty]);
                self.count.certainty[0] += usize::from(right);
                self.count.certainty[1] += 1;
                if !right {
                    self.differs(format!("{}:{}: {} is {certainty:?}", place.file, place.line, place.name));
                }
            }
            if let Some(guarded) = wanted.guarded {
                let right = found.guards == BTreeSet::from([guarded]);
                self.count.guarded[0] += usize::from(right);
                self.count.guarded[1] += 1;
                if !right {
                    let not = if guarded { "" } else { " not" };
                    self.differs(format!("{}:{}: {} is{not} guarded", place.file, place.line, place.name));
                }
            }
        }
    }

    fn users(&mut self, program: &Program, uses: &Uses) {
        let mut found: BTreeSet<(String, &str)> = BTreeSet::new();
        for one in &uses.uses {
            let user = |id: &UserId| {
                let user = &uses.users[id.0 as usize];
                format!("{} {}", user.file, user.export)
            };
            found.extend(one.users.iter().map(|id| (user(id), one.name.as_str())));
            found.extend(one.everybody.then(|| ("everybody".to_owned(), one.name.as_str())));
        }
        let mut wanted: BTreeSet<(String, &str)> = BTreeSet::new();
        match &program.users {
            Some(users) => {
                let pairs = users.iter().flat_map(|(user, names)| names.iter().map(move |name| (user, name)));
                wanted.extend(pairs.map(|(user, name)| (user.clone(), name.as_str())));
            }
            None => {
                let known: BTreeSet<&String> = found.iter().map(|(user, _)| user).collect();
                let user = known.last().map_or_else(|| "the only user".to_owned(), |user| (*user).clone());
                wanted.extend(program.uses.keys().map(|place| (user.clone(), place.name.as_str())));
            }
        }
        self.count.users = [wanted.intersection(&found).count(), wanted.union(&found).count()];
        for (user, name) in found.difference(&wanted) {
            self.differs(format!("{user} does not use {name}"));
        }
        for (user, name) in wanted.difference(&found) {
            self.differs(format!("{user} uses {name}"));
        }
    }

    fn escapes(&mut self, program: &Program, uses: &Uses) {
        let mut found: BTreeMap<(String, usize), BTreeSet<&str>> = BTreeMap::new();
        for escape in &uses.escapes {
            let place = line(&escape.source, escape.span.start);
            let reason = match escape.reason {
                Reason::DynamicKey => "key",
                Reason::UnknownCallee(_) => "callee",
                Reason::AllNames => "all",
            };
            found.entry(place).or_default().insert(reason);
        }
        for ((file, line), reason) in &program.escapes {
            self.count.escapes[1] += 1;
            match (found.remove(&(file.clone(), *line)), reason) {
                (None, _) => self.differs(format!("{file}:{line}: an escape is missed")),
                (Some(reasons), Some(reason)) if !reasons.contains(reason.as_str()) => {
                    self.differs(format!("{file}:{line}: it escapes by {reason}, not {reasons:?}"));
                }
                (Some(_), _) => self.count.escapes[0] += 1,
            }
        }
        for ((file, line), reasons) in found {
            self.count.escapes[1] += 1;
            self.differs(format!("{file}:{line}: nothing escapes, not by {reasons:?}"));
        }
    }
}
