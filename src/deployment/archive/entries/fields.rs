//! The records of a zip archive, field by field.

use super::Listed;

/// Bytes that have not been read yet.
pub(super) struct Fields<'a>(&'a [u8]);

/// What a header says of its entry.
pub(super) struct Header {
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) length: u64,
    pub(super) size: u64,
    /// Bytes of the name, which follows.
    pub(super) name: u64,
    /// Bytes of the extra fields, which follow that.
    pub(super) extra: u64,
}

/// The extra field of sizes that do not fit into four bytes.
const WIDE: u16 = 0x0001;
/// The extra field of a name in Unicode.
const OTHER_NAME: u16 = 0x7075;

impl<'a> Fields<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn skip(&mut self, count: usize) -> Option<&'a [u8]> {
        let (read, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(read)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.skip(N)?.try_into().ok()
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// A record of the directory.
    pub(super) fn listed(&mut self) -> Option<Listed> {
        if self.u32()? != 0x0201_4b50 {
            return None;
        }
        // The versions of who wrote it and of who may read it.
        self.skip(4)?;
        let (flags, method) = (self.u16()?, self.u16()?);
        // When the file was changed.
        self.skip(4)?;
        let crc = self.u32()?;
        let (mut length, mut size) = (self.u32()?.into(), self.u32()?.into());
        let counts = [self.u16()?, self.u16()?, self.u16()?].map(usize::from);
        let disk = self.u16()?;
        // Whether somebody took it for text.
        self.skip(2)?;
        let attributes = self.u32()?;
        let mut header = self.u32()?.into();
        let [name, extra, _comment] = [self.skip(counts[0])?, self.skip(counts[1])?, self.skip(counts[2])?];
        widen(extra, &mut [&mut size, &mut length, &mut header])?;
        let is_fine = disk == 0 && has_one_name(extra, name);
        is_fine.then(|| Listed { name: name.to_vec(), flags, method, crc, length, size, header, attributes })
    }

    /// A header, as far as it is always there.
    pub(super) fn header(&mut self) -> Option<Header> {
        if self.u32()? != 0x0403_4b50 {
            return None;
        }
        self.skip(2)?;
        let (flags, method) = (self.u16()?, self.u16()?);
        self.skip(4)?;
        let crc = self.u32()?;
        let (length, size) = (self.u32()?.into(), self.u32()?.into());
        let (name, extra) = (self.u16()?.into(), self.u16()?.into());
        Some(Header { flags, method, crc, length, size, name, extra })
    }

    fn extra(&mut self) -> Option<(u16, &'a [u8])> {
        let (kind, count) = (self.u16()?, self.u16()?);
        Some((kind, self.skip(count.into())?))
    }
}

/// Replaces the numbers that did not fit into four bytes by those of the extra field for them; `None` where the extra fields
/// are damaged.
pub(super) fn widen(extra: &[u8], numbers: &mut [&mut u64]) -> Option<()> {
    let mut fields = Fields::new(extra);
    let mut is_widened = false;
    while !fields.is_empty() {
        let (kind, content) = fields.extra()?;
        if kind != WIDE {
            continue;
        }
        if is_widened {
            return None;
        }
        is_widened = true;
        let mut content = Fields::new(content);
        for number in numbers.iter_mut().filter(|number| ***number == u64::from(u32::MAX)) {
            **number = content.u64()?;
        }
        if !content.is_empty() {
            return None;
        }
    }
    Some(())
}

/// Whether no extra field calls the entry by another name than its own.
pub(super) fn has_one_name(extra: &[u8], name: &[u8]) -> bool {
    let mut fields = Fields::new(extra);
    while let Some((kind, content)) = fields.extra() {
        // A version and a checksum stand before it.
        if kind == OTHER_NAME && content.get(5..) != Some(name) {
            return false;
        }
    }
    true
}
