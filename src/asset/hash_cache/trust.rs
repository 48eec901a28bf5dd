//! File systems whose times and inode numbers can be relied on.
//!
//! Those of a network or of another program may be served from memory for a while, count in whole seconds of another clock,
//! or tell the time of a change that is the time that a program set. What is not known here is not trusted.

use std::fs::File;

/// Whether every edit of a file shows in what its file system says of it.
#[cfg(target_os = "linux")]
pub(super) fn is_trusted(file: &File) -> bool {
    // The numbers are those of the kernel's `linux/magic.h` and of the file systems' own headers.
    const TRUSTED: [u32; 8] = [
        0xef53,      // ext2, ext3, ext4
        0x5846_5342, // XFS
        0x9123_683e, // Btrfs
        0xf2f5_2010, // F2FS
        0x0102_1994, // tmpfs
        0x794c_7630, // overlayfs
        0x2fc1_2fc1, // ZFS
        0xca45_1a4e, // bcachefs
    ];
    let found = rustix::fs::fstatfs(file).ok().and_then(|found| u32::try_from(found.f_type).ok());
    found.is_some_and(|kind| TRUSTED.contains(&kind))
}

/// Whether every edit of a file shows in what its file system says of it.
#[cfg(target_vendor = "apple")]
pub(super) fn is_trusted(file: &File) -> bool {
    rustix::fs::fstatfs(file).is_ok_and(|found| {
        let name: Vec<u8> = found
            .f_fstypename
            .iter()
            .map(|byte| byte.cast_unsigned())
            .take_while(|byte| *byte != 0)
            .collect();
        matches!(name.as_slice(), b"apfs" | b"hfs")
    })
}

/// Whether every edit of a file shows in what its file system says of it.
#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
pub(super) fn is_trusted(_file: &File) -> bool {
    false
}
