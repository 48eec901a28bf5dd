//! How long bytes are after compression, none of which is kept.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

/// Counts what is written to it.
#[derive(Default)]
struct Count(u64);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes after gzip.
pub(super) fn gzipped(bytes: &[u8]) -> u64 {
    gzipped_stream(&mut &*bytes).unwrap_or(0)
}

/// Bytes of a stream after gzip.
pub(super) fn gzipped_stream(content: &mut dyn Read) -> io::Result<u64> {
    let mut encoder = GzEncoder::new(Count::default(), Compression::default());
    io::copy(content, &mut encoder)?;
    Ok(encoder.finish()?.0)
}

/// The same without gzip's frame, which is there once for all parts of a file; nothing stays nothing.
pub(super) fn deflated(bytes: &[u8]) -> u64 {
    if bytes.is_empty() {
        return 0;
    }
    let mut encoder = DeflateEncoder::new(Count::default(), Compression::default());
    // Counting cannot fail.
    encoder.write_all(bytes).and_then(|()| encoder.finish()).map_or(0, |count| count.0)
}
