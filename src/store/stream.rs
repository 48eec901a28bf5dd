//! A file that is written from end to end, on its way to the disk while it is: by a thread of its own, and past the system's cache
//! where that can be. What is written through the cache has to be brought to the disk after, which takes as long as to write it
//! once more; and nobody reads it soon.

use std::fs::File;
use std::io::{self, Write};
use std::mem;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

/// Bytes that are written at a time.
const BLOCK: usize = 2 << 20;

/// Of what the place in memory, the place in the file and the number of bytes have to be multiples.
const ALIGNMENT: usize = 4096;

/// How many blocks there are: one is filled, one is written, and one is waiting.
const BLOCKS: usize = 3;

/// A file that is being written. Nothing of it counts before [`finish`](Self::finish) has returned.
pub(super) struct Stream {
    block: Block,
    made: usize,
    full: Sender<Block>,
    free: Receiver<Block>,
    writer: Option<JoinHandle<io::Result<()>>>,
}

/// Bytes that begin where [`ALIGNMENT`] wants it.
struct Block {
    bytes: Vec<u8>,
    start: usize,
}

impl Block {
    fn new() -> Self {
        let mut bytes: Vec<u8> = Vec::with_capacity(BLOCK + ALIGNMENT);
        let start = bytes.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT);
        bytes.resize(start, 0);
        Self { bytes, start }
    }

    fn content(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }
}

impl Stream {
    /// Writes a file that is there and empty.
    ///
    /// # Errors
    ///
    /// It cannot be opened.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut file = Past::open(path)?;
        let (full, blocks) = channel::<Block>();
        let (give_back, free) = channel();
        let writer = thread::Builder::new().name("store".to_owned()).spawn(move || {
            for mut block in blocks {
                file.write_all(block.content())?;
                block.bytes.truncate(block.start);
                // Nobody takes it where the last one was written.
                let _ = give_back.send(block);
            }
            Ok(())
        })?;
        Ok(Self { block: Block::new(), made: 1, full, free, writer: Some(writer) })
    }

    /// Waits until all is written. It is on the disk when the file is synced.
    ///
    /// # Errors
    ///
    /// Something could not be written.
    pub(super) fn finish(self) -> io::Result<()> {
        let Self { block, full, writer, .. } = self;
        // Whether it arrives is what the writer ends with.
        let _ = full.send(block);
        drop(full);
        ended(writer)
    }

    /// Hands the block over and takes another one.
    fn pass_on(&mut self) -> io::Result<()> {
        let next = match self.made < BLOCKS {
            true => {
                self.made += 1;
                Block::new()
            }
            false => self.free.recv().or_else(|_| self.failure())?,
        };
        let block = mem::replace(&mut self.block, next);
        self.full.send(block).or_else(|_| self.failure())
    }

    /// Why the writer has ended.
    fn failure<T>(&mut self) -> io::Result<T> {
        ended(self.writer.take())?;
        Err(io::Error::other("nobody writes any more"))
    }
}

fn ended(writer: Option<JoinHandle<io::Result<()>>>) -> io::Result<()> {
    match writer.map(JoinHandle::join) {
        Some(Ok(ended)) => ended,
        _ => Err(io::Error::other("it was given up")),
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = BLOCK - self.block.content().len();
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.block.bytes.extend_from_slice(taken);
        if taken.len() == room {
            self.pass_on()?;
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file that is written past the cache as long as that goes.
struct Past {
    file: File,
    is_past: bool,
}

impl Past {
    #[cfg(target_os = "linux")]
    fn open(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::OpenOptionsExt;
        let direct = rustix::fs::OFlags::DIRECT.bits().cast_signed();
        match File::options().write(true).custom_flags(direct).open(path) {
            Ok(file) => Ok(Self { file, is_past: true }),
            // Not every file system knows the flag.
            Err(_) => Ok(Self { file: File::options().write(true).open(path)?, is_past: false }),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { file: File::options().write(true).open(path)?, is_past: false })
    }

    /// Goes on through the cache, which takes any bytes.
    fn go_through(&mut self) -> io::Result<()> {
        self.is_past = false;
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
            fcntl_setfl(&self.file, fcntl_getfl(&self.file)? - OFlags::DIRECT)?;
        }
        Ok(())
    }
}

impl Write for Past {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_past && !bytes.len().is_multiple_of(ALIGNMENT) {
            self.go_through()?;
        }
        match self.file.write(bytes) {
            // It knows the flag and does not like something else.
            Err(error) if self.is_past && error.kind() == io::ErrorKind::InvalidInput => {
                self.go_through()?;
                self.file.write(bytes)
            }
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Whatever pieces the bytes come in, and wherever they end.
    #[test]
    fn all_bytes_arrive() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let noise: Vec<u8> = (0..5 * BLOCK + 1).map(|at| (at * 7 % 251) as u8).collect();
        for size in
            [0, 1, ALIGNMENT, BLOCK - 1, BLOCK, BLOCK + 1, 4 * BLOCK, 4 * BLOCK + ALIGNMENT, noise.len()]
        {
            for piece in [1_000, BLOCK, 3 * BLOCK] {
                fs::write(&path, "").unwrap();
                let mut stream = Stream::open(&path).unwrap();
                noise[..size].chunks(piece).for_each(|piece| stream.write_all(piece).unwrap());
                stream.finish().unwrap();
                assert!(fs::read(&path).unwrap() == noise[..size], "{size} bytes, {piece} at a time");
            }
        }
    }

    /// A full disk is said, by whichever call finds out first.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_cannot_be_written() {
        for size in [1, 20 * BLOCK] {
            let mut stream = Stream::open(Path::new("/dev/full")).unwrap();
            let written = stream.write_all(&vec![0; size]).and_then(|()| stream.finish());
            assert_eq!(written.unwrap_err().kind(), io::ErrorKind::StorageFull);
        }
    }
}
