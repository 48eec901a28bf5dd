//! Where a part's text comes from, a few bytes a point.

use serde::{Deserialize, Serialize};

/// A point of a part's text and the point of the file that it comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Byte offset into the text, with one byte counted for each relocation before it: so a point in front of a
    /// relocation is another than the one behind it.
    pub at: u32,
    /// Byte offset into the file.
    pub source: u32,
    /// Whether an identifier stands there that is called otherwise in the file.
    pub renamed: bool,
}

/// The points of a part, in the order of its text: the differences from one to the next, as variable-length numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mappings(Vec<u8>);

impl Mappings {
    /// All points.
    pub fn iter(&self) -> impl Iterator<Item = Mapping> {
        let mut bytes = self.0.iter();
        let mut last = Mapping::default();
        std::iter::from_fn(move || {
            let (forward, sideways) = (read(&mut bytes)?, read(&mut bytes)?);
            last.renamed = forward & 1 == 1;
            last.at = last.at.wrapping_add((forward >> 1) as u32);
            let distance = (sideways >> 1) as u32;
            last.source = match sideways & 1 {
                0 => last.source.wrapping_add(distance),
                _ => last.source.wrapping_sub(distance),
            };
            Some(last)
        })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Takes points in the order of the text.
#[derive(Default)]
pub(super) struct Recorder {
    mappings: Mappings,
    last: Mapping,
}

impl Recorder {
    /// Takes a point, unless there is one at that place of the text.
    pub(super) fn push(&mut self, mapping: Mapping) {
        if mapping.at <= self.last.at && !self.mappings.is_empty() {
            return;
        }
        let forward = u64::from(mapping.at.saturating_sub(self.last.at));
        let sideways = u64::from(mapping.source.abs_diff(self.last.source));
        write(forward << 1 | u64::from(mapping.renamed), &mut self.mappings.0);
        write(sideways << 1 | u64::from(mapping.source < self.last.source), &mut self.mappings.0);
        self.last = mapping;
    }

    pub(super) fn finish(self) -> Mappings {
        self.mappings
    }
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
fn write(mut value: u64, bytes: &mut Vec<u8>) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn read(bytes: &mut std::slice::Iter<'_, u8>) -> Option<u64> {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = *bytes.next()?;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        shift += 7;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recorded_is_read() {
        let points =
            [(0, 0, false), (1, 700, true), (2, 5, false), (90_000, u32::MAX, true), (u32::MAX, 0, false)];
        let points = points.map(|(at, source, renamed)| Mapping { at, source, renamed });
        let mut recorder = Recorder::default();
        points.iter().for_each(|point| recorder.push(*point));
        let mappings = recorder.finish();
        assert_eq!(mappings.iter().collect::<Vec<_>>(), points);
        for end in 0..mappings.0.len() {
            assert!(Mappings(mappings.0[..end].to_vec()).iter().count() < points.len());
        }
    }
}
