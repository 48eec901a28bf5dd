//! What tells this run of the machine from those before.

/// An id that is another one after each start of the machine; `None` where there is none to be had.
#[cfg(target_os = "linux")]
pub(super) fn id() -> Option<String> {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()
}

/// An id that is another one after each start of the machine; `None` where there is none to be had.
#[cfg(target_vendor = "apple")]
pub(super) fn id() -> Option<String> {
    let output =
        std::process::Command::new("/usr/sbin/sysctl").args(["-n", "kern.bootsessionuuid"]).output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok())?
}

/// An id that is another one after each start of the machine; `None` where there is none to be had.
#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
pub(super) fn id() -> Option<String> {
    None
}
