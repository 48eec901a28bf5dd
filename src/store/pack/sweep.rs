//! Packs of which much is of no use any more.

use std::collections::BTreeSet;

use super::{Entry, Pack, Packing, Packs, remove};
use crate::deployment::Key;
use crate::error::Error;
use crate::store::Store;
use crate::store::file::sync_directory;

/// A pack with less than this part of it needed, in quarters, is written anew without the rest.
const NEEDED: u64 = 3;

/// A pack that is to go, and what of it stays.
pub(in crate::store) struct Spent<'a> {
    pack: &'a Pack,
    needed: Vec<Entry>,
    /// How many contents of it nobody needs.
    pub(in crate::store) contents: usize,
    /// Bytes of these.
    pub(in crate::store) bytes: u64,
}

impl Packs {
    /// The packs that are not worth their room, those first of which nothing is needed. What is in several packs is needed in one.
    pub(in crate::store) fn spent(&self, named: &BTreeSet<Key>) -> Vec<Spent<'_>> {
        let mut seen = BTreeSet::new();
        let mut spent: Vec<Spent<'_>> = self
            .packs
            .iter()
            .filter_map(|pack| {
                let all = pack.bytes();
                let is_needed = |entry: &&Entry| named.contains(&entry.content) && seen.insert(entry.content);
                let needed: Vec<Entry> = pack.entries.iter().filter(is_needed).copied().collect();
                let bytes = all - needed.iter().map(|entry| entry.content.size).sum::<u64>();
                let contents = pack.entries.len() - needed.len();
                let is_spent = needed.is_empty() || (all - bytes) * 4 < all * NEEDED;
                is_spent.then_some(Spent { pack, needed, contents, bytes })
            })
            .collect();
        spent.sort_by_key(|spent| !spent.needed.is_empty());
        spent
    }
}

impl Spent<'_> {
    /// Removes the pack, after what is needed of it is in another.
    pub(in crate::store) fn remove(self, store: &Store) -> Result<(), Error> {
        let Self { pack, needed, .. } = self;
        if !needed.is_empty() {
            let mut packing = Packing::begin(store)?;
            packing.move_in(pack, needed)?;
            sync_directory(&packing.finish()?.settle()?)?;
        }
        remove(pack.path())
    }
}
