//! A deployment in, a zip archive out: whole or not at all, and the same bytes for the same deployment.
//!
//! What an archive has of a file is its path and its content. Time, mode and order are fixed, as is how contents are compressed.

use std::fs::{self, File};
use std::io::{BufWriter, Seek, Write};
use std::path::Path;

use rayon::prelude::*;
use tempfile::NamedTempFile;
use zip::result::ZipError;
use zip::write::{PreparedZipFile, SimpleFileOptions, ZipFileBuilder};
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use super::{MAX_RATIO, is_ours};
use crate::deployment::{CopyError, Deployment, OutputFile, lock, occupied};
use crate::error::Error;

/// How hard to try; zlib's default.
const LEVEL: i64 = 6;
/// Bytes of contents that are compressed at a time, unless one has more.
const AT_A_TIME: u64 = 32 * 1024 * 1024;
/// Contents that are compressed at a time.
const MOST_AT_A_TIME: usize = 1024;

/// An archive that was written.
#[derive(Clone, Copy, Debug)]
pub struct Packed {
    /// How many files are in it.
    pub files: usize,
    /// Bytes of these files.
    pub bytes: u64,
    /// Bytes of the archive.
    pub size: u64,
}

/// Writes the deployment, without the facts of its build, as an archive to a file.
///
/// # Errors
///
/// The file has something else in it, or cannot be written; or a content is not what the deployment says. Then nothing is
/// replaced.
pub fn pack_file(deployment: &Deployment, file: &Path) -> Result<Packed, Error> {
    let target = occupied::settled(file);
    check_replaceable(&target)?;
    let parent = lock::parent(&target);
    fs::create_dir_all(parent).map_err(|error| Error::io("create", parent, error))?;
    let write = |error| Error::io("write", file, error);
    let mut beside = temporary(&target, parent)?;
    let packed = pack(deployment, beside.as_file_mut(), file)?;
    beside.as_file().sync_all().map_err(write)?;
    beside.persist(&target).map_err(|error| write(error.error))?;
    lock::sync_directory(parent);
    Ok(packed)
}

/// Writes the deployment, without the facts of its build, as an archive. `name` is what errors call it.
///
/// # Errors
///
/// As with [`pack_file`]; part of the archive may have been written then.
pub fn pack(deployment: &Deployment, to: &mut File, name: &Path) -> Result<Packed, Error> {
    let write = |error: ZipError| Error::io("write", name, error.into());
    let mut files: Vec<&OutputFile> = deployment.files.iter().collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut writer = ZipWriter::new(BufWriter::new(to));
    let mut rest = files.as_slice();
    while !rest.is_empty() {
        let (batch, later) = rest.split_at(batch(rest));
        rest = later;
        let prepared: Vec<Result<PreparedZipFile, Error>> =
            batch.par_iter().map(|file| prepare(file, name)).collect();
        for file in prepared {
            writer.add_prepared_file(file?).map_err(write)?;
        }
    }
    let mut written = writer.finish().map_err(write)?;
    let size = written.flush().and_then(|()| written.stream_position());
    Ok(Packed {
        files: files.len(),
        bytes: files.iter().map(|file| file.expected.size).sum(),
        size: size.map_err(|error| Error::io("write", name, error))?,
    })
}

/// How many of the files to hold in memory at once.
fn batch(files: &[&OutputFile]) -> usize {
    let mut bytes = 0;
    let fits = |file: &&&OutputFile| {
        bytes += file.expected.size;
        bytes <= AT_A_TIME
    };
    files.iter().take(MOST_AT_A_TIME).take_while(fits).count().max(1)
}

fn prepare(file: &OutputFile, archive: &Path) -> Result<PreparedZipFile, Error> {
    if file.path.contains('\\') {
        // What reads archives takes it for a separator, some always, some on Windows.
        let message = format!(
            "`{}` has a backslash in its name, which an archive cannot have; rename it and build again",
            file.path
        );
        return Err(Error::Usage(message));
    }
    let fail = |error| file.copy_failed(archive, error);
    let deflated = compress(file, CompressionMethod::Deflated).map_err(fail)?;
    let (before, after) = (deflated.uncompressed_size(), deflated.compressed_size());
    // Not worth the reader's time; or so good that readers would take it for a bomb.
    match after >= before - before / 20 || before / MAX_RATIO > after {
        true => compress(file, CompressionMethod::Stored).map_err(fail),
        false => Ok(deflated),
    }
}

fn compress(file: &OutputFile, method: CompressionMethod) -> Result<PreparedZipFile, CopyError> {
    let level = (method == CompressionMethod::Deflated).then_some(LEVEL);
    let options = SimpleFileOptions::default()
        .compression_method(method)
        .compression_level(level)
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(0o644)
        .system(System::Unix);
    let failed = |error: ZipError| CopyError::Unwritten(error.into());
    let mut builder = ZipFileBuilder::new(&file.path, options).map_err(failed)?;
    file.copy(&mut builder)?;
    builder.finish().map_err(failed)
}

/// A file beside the target, with the mode that the target is to have.
fn temporary(target: &Path, parent: &Path) -> Result<NamedTempFile, Error> {
    let prefix = lock::prefix(target);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(parent).map_err(|error| Error::io("create a file in", parent, error))
}

/// Refuses to replace anything but an archive of ours.
fn check_replaceable(target: &Path) -> Result<(), Error> {
    match target.symlink_metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::io("read", target, error)),
        Ok(metadata) if metadata.is_file() && is_ours(target) => Ok(()),
        Ok(_) => {
            let message = format!(
                "`{}` is there and is no archive of a deployment; move it away or choose another file with `--outfile`",
                target.display()
            );
            Err(Error::Usage(message))
        }
    }
}
