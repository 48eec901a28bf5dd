//! Where a project stands in a git repository, as `git` tells it; nothing where there is none.
//!
//! What comes out is written into files that are passed on: no path of this machine and nothing secret.

use std::path::Path;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::project;

/// Where in its history the project stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Git {
    /// The commit's full name.
    pub commit: String,
    /// Absent on a detached head.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub branch: Option<String>,
    /// Whether tracked files differ from the commit.
    pub dirty: bool,
}

/// The repository that a project is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// Where the remote `origin` is, without credentials. Absent where there is no such remote, or where it is on this machine.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<String>,
    /// The project's directory as seen from the root; empty where that is the same.
    pub directory: String,
}

impl Git {
    /// Asks git about the repository that a directory is in.
    pub fn of(directory: &Path) -> Option<Self> {
        // Untracked files do not count: finding them means reading the whole work tree, and the output directory
        // is often one of them.
        let asked = ["status", "--porcelain=v2", "--branch", "--no-ahead-behind", "--untracked-files=no"];
        let status = ask(directory, &asked)?;
        let said = |key: &str| status.lines().find_map(|line| line.strip_prefix(key)).map(str::to_owned);
        Some(Self {
            commit: said("# branch.oid ").filter(|commit| commit != "(initial)")?,
            branch: said("# branch.head ").filter(|branch| branch != "(detached)"),
            dirty: status.lines().any(|line| !line.starts_with("# ")),
        })
    }
}

impl Repository {
    /// The repository that a directory is in.
    pub fn of(directory: &Path) -> Option<Self> {
        let url = ask(directory, &["config", "--get", "remote.origin.url"]);
        Some(Self { url: url.and_then(|url| public(&url)), directory: within_repository(directory)? })
    }
}

/// A directory as seen from the root of its repository.
pub fn within_repository(directory: &Path) -> Option<String> {
    let repository = directory.ancestors().find(|ancestor| ancestor.join(".git").exists())?;
    Some(project::display(repository, directory))
}

/// What of a remote's address others can use: neither user name and password nor a path of this machine.
fn public(url: &str) -> Option<String> {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (scheme, rest.split(['?', '#']).next().unwrap_or(rest).split_once('/')),
        // `git@github.com:owner/name.git`, where a drive's letter is no host.
        None => {
            ("ssh", url.split_once(':').filter(|(host, _)| host.len() > 1 && !host.contains(['/', '\\'])))
        }
    };
    let (authority, path) = rest?;
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let is_secure = scheme.contains("ssh");
    // Everybody has this name there.
    let user = if is_secure && user == "git" { "git@" } else { "" };
    let is_known = is_secure || matches!(scheme, "https" | "http" | "git");
    let is_plain = !host.is_empty() && !path.is_empty() && !path.contains(['@', ':']);
    (is_known && is_plain).then(|| format!("{scheme}://{user}{host}/{}", path.trim_start_matches('/')))
}

fn ask(directory: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        // A build must neither run the repository's hooks nor take its lock.
        .args(["-c", "core.fsmonitor=false"])
        .args(arguments)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .current_dir(directory)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_no_secrets_and_no_paths_of_this_machine() {
        let cases = [
            ("https://github.com/a/b.git", Some("https://github.com/a/b.git")),
            ("https://user:token@github.com/a/b", Some("https://github.com/a/b")),
            ("https://token@github.com/a/b?access_token=x#y", Some("https://github.com/a/b")),
            ("https://a@b:c@d.example:8443/e", Some("https://d.example:8443/e")),
            ("https://user:to/ken@github.com/a/b", None),
            ("ssh://git@example.com:22/a", Some("ssh://git@example.com:22/a")),
            ("ssh://me:secret@example.com/a", Some("ssh://example.com/a")),
            ("git@github.com:a/b.git", Some("ssh://git@github.com/a/b.git")),
            ("user:password@example.com:a/b", None),
            ("/srv/git/a.git", None),
            ("../a.git", None),
            ("C:\\git\\a", None),
            ("file:///srv/git/a.git", None),
            ("ext::sh -c secret", None),
            ("https://", None),
            ("", None),
        ];
        for (url, expected) in cases {
            assert_eq!(public(url).as_deref(), expected, "{url}");
        }
    }
}
