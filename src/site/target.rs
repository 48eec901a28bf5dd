//! The places that rules name: paths and `https` addresses, in the form in which requests are compared with them.

use url::Url;

/// What of an address counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Allowed {
    /// A path, and one without its slash.
    pub(super) only_paths: bool,
    /// A host with a port.
    pub(super) ports: bool,
    /// What follows `?` and `#`.
    pub(super) suffix: bool,
}

/// Why a text is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It has a host.
    Absolute,
    /// It has a port.
    Port,
    /// No URL parser takes it.
    Malformed,
    /// It is neither a path nor an `https` address.
    Neither,
}

/// A place in its normal form.
pub(super) fn place(text: &str, allowed: Allowed) -> Result<String, Refusal> {
    if let Some((host, path)) = host_and_path(text) {
        return match () {
            () if allowed.only_paths => Err(Refusal::Absolute),
            () if !allowed.ports && has_port(host) => Err(Refusal::Port),
            () => Ok(format!("https://{host}{}", normal(path, allowed.suffix)?)),
        };
    }
    if text.starts_with('/') || allowed.only_paths {
        return normal(text, allowed.suffix);
    }
    Err(Refusal::Neither)
}

/// Whether a place is on a host of its own.
pub(super) fn has_host(place: &str) -> bool {
    host_and_path(place).is_some()
}

/// `https://`, any more slashes, the host, and after one slash the path.
fn host_and_path(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("https://")?.trim_start_matches('/');
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    // The path goes to the end of the line, and there are more ends of lines than one would think.
    let path = path.split(['\n', '\r', '\u{2028}', '\u{2029}']).next().unwrap_or_default();
    (!host.is_empty()).then_some((host, path))
}

fn has_port(host: &str) -> bool {
    host.rsplit_once(':')
        .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A path as URLs have it: no `.` and `..`, escaped where it has to be.
fn normal(path: &str, suffix: bool) -> Result<String, Refusal> {
    let slash = if path.starts_with('/') { "" } else { "/" };
    let url = Url::parse(&format!("relative://{slash}{path}")).map_err(|_| Refusal::Malformed)?;
    // The URL standard escapes it since 2023, and the parser not yet.
    let mut normal = url.path().replace('^', "%5E");
    if suffix {
        for (mark, part) in [('?', url.query()), ('#', url.fragment())] {
            if let Some(part) = part.filter(|part| !part.is_empty()) {
                normal.push(mark);
                normal.push_str(part);
            }
        }
    }
    Ok(normal)
}
