//! A zip archive in, its entries out, or what would make readers disagree about them.
//!
//! A zip archive says everything twice: in a header before each content, and in the directory at the end. Readers differ in
//! what they believe, and in what they make of bytes that neither speaks of. So both have to say the same here, and contents
//! have to follow each other from the first byte to the directory, and the directory to the last byte: there is one way to
//! read what gets through.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::zipped::Place;
use crate::asset::open_regular;
use crate::deployment::finding::Finding;
use fields::Fields;

mod fields;

/// Bytes: more than the directory of the largest deployment that the platform takes.
const MAX_DIRECTORY: u64 = 128 * 1024 * 1024;
/// Bytes of the record that ends an archive, when there is no comment in it.
const END: u64 = 22;
/// Bytes of the same in archives that are too large for it.
const WIDE_END: u64 = 56;
/// Bytes of the record that tells where that one is.
const LOCATOR: u64 = 20;
/// Bytes of a header, without name and extra fields.
const HEADER: u64 = 30;

/// What is in an archive.
pub(super) struct Entries {
    /// Bytes of the archive.
    pub(super) length: u64,
    /// In the order of the archive.
    pub(super) entries: Vec<Entry>,
}

/// A file or, with a slash at the end of its name, a directory.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) place: Place,
}

/// What the directory says of an entry.
struct Listed {
    name: Vec<u8>,
    flags: u16,
    method: u16,
    crc: u32,
    length: u64,
    size: u64,
    /// Where its header is.
    header: u64,
    attributes: u32,
}

/// Where the directory is.
struct Directory {
    count: u64,
    start: u64,
    size: u64,
}

/// An archive while it is looked at.
struct Archive {
    file: File,
    length: u64,
}

/// The entries of an archive. What is wrong with single ones goes to `findings`; these do not come out.
///
/// # Errors
///
/// What makes all of it unreadable.
pub(super) fn read(path: &Path, findings: &mut Vec<Finding>) -> Result<Entries, Finding> {
    let unread = |error| damaged(format!("cannot be read: {error}"));
    // Opening a device can do something by itself.
    if !path.metadata().map_err(unread)?.is_file() {
        return Err(damaged("is not a regular file"));
    }
    let opened = open_regular(path).and_then(|file| Ok((file.metadata()?.len(), file)));
    let (length, file) = opened.map_err(unread)?;
    let mut archive = Archive { file, length };
    let directory = archive.directory()?;
    let mut listed = archive.list(&directory)?;
    listed.sort_by_key(|one| one.header);
    let mut entries = Vec::new();
    let mut at = 0;
    for (number, one) in listed.iter().enumerate() {
        if one.header != at {
            return Err(misplaced(one, at));
        }
        let next = listed.get(number + 1).map_or(directory.start, |next| next.header);
        let start = archive.header(one)?;
        let end = start.checked_add(one.length).filter(|end| *end <= directory.start);
        let end = end.ok_or_else(|| damaged(format!("is cut off within `{}`", one.shown())))?;
        at = archive.descriptor(one, end, next)?;
        match one.oddity() {
            Some(finding) => findings.push(finding),
            None => entries.push(one.entry(start)),
        }
    }
    match at == directory.start {
        true => Ok(Entries { length, entries }),
        false => Err(damaged(format!("has bytes at {at} that belong to no entry"))),
    }
}

fn damaged(why: impl Into<String>) -> Finding {
    Finding::Archive(why.into())
}

fn misplaced(one: &Listed, expected: u64) -> Finding {
    match one.header > expected {
        true => damaged(format!("has bytes at {expected} that belong to no entry")),
        false => damaged(format!("has entries that overlap, `{}` among them", one.shown())),
    }
}

impl Archive {
    fn at(&mut self, start: u64, count: u64) -> Result<Vec<u8>, Finding> {
        let is_there = start.checked_add(count).is_some_and(|end| end <= self.length);
        if !is_there {
            return Err(damaged("is cut off"));
        }
        let mut bytes = Vec::new();
        let read = self.file.seek(SeekFrom::Start(start));
        let read = read.and_then(|_| (&self.file).take(count).read_to_end(&mut bytes));
        match read {
            Ok(got) if got as u64 == count => Ok(bytes),
            Ok(_) => Err(damaged("becomes shorter while it is read")),
            Err(error) => Err(damaged(format!("cannot be read: {error}"))),
        }
    }

    /// Reads the end of the archive. A comment would stand behind it, and anything can be in a comment.
    fn directory(&mut self) -> Result<Directory, Finding> {
        let no_end = "does not end as a zip archive does: it is cut off, something follows it, or it is none";
        let start = self.length.checked_sub(END).ok_or_else(|| damaged(no_end))?;
        let bytes = self.at(start, END)?;
        let mut fields = Fields::new(&bytes);
        let parsed = (|| {
            let signature = fields.u32()?;
            let disks = (fields.u16()?, fields.u16()?);
            let counts = (fields.u16()?, fields.u16()?);
            let directory =
                Directory { count: counts.0.into(), size: fields.u32()?.into(), start: fields.u32()?.into() };
            let comment = fields.u16()?;
            let is_whole = disks == (0, 0) && counts.0 == counts.1 && comment == 0;
            Some((signature, is_whole, directory))
        })();
        let (is_whole, narrow) = match parsed {
            Some((0x0605_4b50, is_whole, directory)) => (is_whole, directory),
            _ => return Err(damaged(no_end)),
        };
        if !is_whole {
            return Err(damaged("is one of several parts, or has a comment"));
        }
        let (directory, end) = match self.wide(start, &narrow)? {
            Some((wide, end)) => (wide, end),
            None => (narrow, start),
        };
        match directory.start.checked_add(directory.size) {
            Some(behind) if behind == end => Ok(directory),
            _ => Err(damaged(
                "has its directory elsewhere than it says: something stands before it or was put in or taken out",
            )),
        }
    }

    /// The same of an archive with more than fits into the usual record, and where that record starts.
    fn wide(&mut self, end: u64, narrow: &Directory) -> Result<Option<(Directory, u64)>, Finding> {
        let Some(start) = end.checked_sub(LOCATOR + WIDE_END) else { return Ok(None) };
        let bytes = self.at(start, WIDE_END + LOCATOR)?;
        let (record, locator) = bytes.split_at(WIDE_END as usize);
        let mut fields = Fields::new(locator);
        if fields.u32() != Some(0x0706_4b50) {
            return Ok(None);
        }
        let is_placed = fields.u32() == Some(0) && fields.u64() == Some(start) && fields.u32() == Some(1);
        let mut fields = Fields::new(record);
        let parsed = (|| {
            let head = (fields.u32()?, fields.u64()?);
            fields.skip(4)?;
            let disks = (fields.u32()?, fields.u32()?);
            let (count, total) = (fields.u64()?, fields.u64()?);
            let directory = Directory { count, size: fields.u64()?, start: fields.u64()? };
            let is_whole = head == (0x0606_4b50, WIDE_END - 12) && disks == (0, 0) && count == total;
            is_whole.then_some(directory)
        })();
        let fits = |narrow: u64, wide: u64, limit: u64| narrow == wide || narrow == limit;
        match parsed.filter(|wide| {
            is_placed
                && fits(narrow.count, wide.count, u16::MAX.into())
                && fits(narrow.size, wide.size, u32::MAX.into())
                && fits(narrow.start, wide.start, u32::MAX.into())
        }) {
            Some(wide) => Ok(Some((wide, start))),
            None => Err(damaged("says two things about its directory")),
        }
    }

    fn list(&mut self, directory: &Directory) -> Result<Vec<Listed>, Finding> {
        if directory.size > MAX_DIRECTORY {
            return Err(damaged("has a directory that is larger than that of any deployment"));
        }
        let bytes = self.at(directory.start, directory.size)?;
        let mut fields = Fields::new(&bytes);
        let mut listed = Vec::new();
        while !fields.is_empty() {
            listed.push(fields.listed().ok_or_else(|| damaged("has a damaged directory"))?);
        }
        match listed.len() as u64 == directory.count {
            true => Ok(listed),
            false => Err(damaged("has another number of entries than it says")),
        }
    }

    /// Where the content of an entry starts, whose header has to say what the directory says.
    fn header(&mut self, one: &Listed) -> Result<u64, Finding> {
        let bytes = self.at(one.header, HEADER)?;
        let mut fields = Fields::new(&bytes);
        let differs = || damaged(format!("says two things about `{}`", one.shown()));
        let header = fields.header().ok_or_else(differs)?;
        let start = one.header + HEADER;
        let rest = self.at(start, header.name + header.extra)?;
        let (name, extra) = rest.split_at(header.name as usize);
        let (mut size, mut length) = (header.size, header.length);
        fields::widen(extra, &mut [&mut size, &mut length]).ok_or_else(differs)?;
        let is_same = name == one.name
            && (header.flags, header.method) == (one.flags, one.method)
            // Who wrote it as a stream knew these only at its end.
            && (one.is_streamed() || (header.crc, length, size) == (one.crc, one.length, one.size))
            && fields::has_one_name(extra, name);
        match is_same {
            true => Ok(start + header.name + header.extra),
            false => Err(differs()),
        }
    }

    /// Where an entry ends: behind its content, or behind the record that repeats the sizes of a streamed one.
    fn descriptor(&mut self, one: &Listed, end: u64, next: u64) -> Result<u64, Finding> {
        let gap = next.checked_sub(end).filter(|gap| one.is_streamed() && matches!(gap, 12 | 16 | 20 | 24));
        let Some(gap) = gap else { return Ok(end) };
        let found = self.at(end, gap)?;
        let (signature, crc) = (&b"PK\x07\x08"[..], &one.crc.to_le_bytes()[..]);
        let sizes = [one.length, one.size];
        let narrow = sizes.map(|size| u32::try_from(size).unwrap_or(u32::MAX).to_le_bytes()).concat();
        let wide = sizes.map(u64::to_le_bytes).concat();
        let forms = [&narrow, &wide].map(|sizes| [crc, sizes].concat());
        let is_one = forms.iter().any(|form| found == *form || found == [signature, form].concat());
        Ok(if is_one { next } else { end })
    }
}

impl Listed {
    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.name).into_owned()
    }

    fn is_streamed(&self) -> bool {
        self.flags & 1 << 3 != 0
    }

    fn entry(&self, start: u64) -> Entry {
        let Self { crc, length, size, .. } = *self;
        Entry { name: self.shown(), place: Place { start, length, size, deflated: self.method == 8, crc } }
    }

    /// What is wrong with an entry by itself.
    fn oddity(&self) -> Option<Finding> {
        // Of the mode, where a packer gave one, and of the attributes of DOS.
        let kind = self.attributes >> 16 & 0o170_000;
        let is_directory = self.name.ends_with(b"/");
        let is_special = match is_directory {
            true => !matches!(kind, 0 | 0o040_000),
            false => !matches!(kind, 0 | 0o100_000) || self.attributes & 0x18 != 0,
        };
        if is_special {
            return Some(Finding::NotAFile(self.shown()));
        }
        let odd = match self.method {
            _ if std::str::from_utf8(&self.name).is_err() => "has a name that is not UTF-8".to_owned(),
            _ if self.flags & (1 | 1 << 6 | 1 << 13) != 0 => "is encrypted".to_owned(),
            _ if self.flags & 1 << 5 != 0 => "is a patch to another file".to_owned(),
            _ if is_directory && self.size + self.length > 0 => "is a directory with a content".to_owned(),
            0 if self.size != self.length => "has two sizes".to_owned(),
            0 | 8 => return None,
            method => format!("is compressed by method {method}, and only deflate is known"),
        };
        Some(Finding::Entry(self.shown(), odd))
    }
}
