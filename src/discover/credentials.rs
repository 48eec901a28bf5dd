//! A file that would be published in, whether it lets others in out.
//!
//! Names tell most of it. Where people publish harmless files under the same names (certificates, a registry's address), a
//! short file is read, and a key or a password in it tells. Text that only speaks of keys, such as a page about them, is
//! never looked at.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes. Keys and the settings that hold passwords are shorter.
const LONGEST: u64 = 64 * 1024;

/// Files of programs that keep passwords in them.
const PASSWORDS: [&str; 8] =
    [".git-credentials", ".netrc", "_netrc", ".pgpass", ".pypirc", ".htpasswd", ".dockercfg", ".s3cfg"];
/// Files that hold them in a directory of this name.
const IN_DIRECTORIES: [(&str, &str); 3] =
    [(".aws", "credentials"), (".kube", "config"), (".cargo", "credentials.toml")];
const SSH_KEYS: [&str; 6] = ["id_rsa", "id_dsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk"];
/// Containers of private keys, which cannot be looked into.
const CONTAINERS: [&str; 6] = ["p12", "pfx", "jks", "keystore", "ppk", "kdbx"];
/// Files that are read: keys or certificates, of which only the former are secret.
const KEYS: [&str; 4] = ["pem", "key", "pk8", "asc"];

/// Why the file must not be published. `path` is its path below the asset directory.
pub(super) fn credentials(path: &str, file: &Path) -> Option<&'static str> {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or(path).to_ascii_lowercase();
    let directory = parts.next().unwrap_or_default();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let holds = |tells: fn(&str) -> bool| short_text(file).is_some_and(|text| tells(&text));
    let may_be_key = KEYS.contains(&extension) || extension == "json" && is_called_like_a_key(&name);
    if PASSWORDS.contains(&name.as_str()) || IN_DIRECTORIES.contains(&(directory, &name)) {
        Some("programs keep passwords in files of this name")
    } else if SSH_KEYS.contains(&name.as_str()) {
        Some("it has the name of a private key")
    } else if CONTAINERS.contains(&extension) {
        Some("files of this kind hold private keys")
    } else if extension == "tfstate" || name.ends_with(".tfstate.backup") {
        Some("Terraform keeps secrets in files of this kind")
    } else if may_be_key && holds(has_private_key) {
        Some("it holds a private key")
    } else if matches!(name.as_str(), ".npmrc" | ".yarnrc" | ".yarnrc.yml" | "config.json") {
        let is_settings = name != "config.json" || directory == ".docker";
        (is_settings && holds(has_token)).then_some("it holds a registry's token or password")
    } else {
        None
    }
}

fn short_text(file: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    File::open(file).ok()?.take(LONGEST).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The accounts of services come as such files.
fn is_called_like_a_key(name: &str) -> bool {
    ["key", "account", "credential", "secret", "auth", "firebase"].iter().any(|word| name.contains(word))
}

/// The first line of a private key in any of its formats: `-----BEGIN RSA PRIVATE KEY-----`.
fn has_private_key(text: &str) -> bool {
    text.split("-----BEGIN ").skip(1).any(|rest| {
        let kind = rest.split("-----").next().unwrap_or_default();
        kind.len() < 40 && (kind.ends_with("PRIVATE KEY") || kind == "PGP PRIVATE KEY BLOCK")
    })
}

/// A setting for who one is to a registry that is written out, not taken from the environment.
fn has_token(text: &str) -> bool {
    const SETTINGS: [&str; 7] =
        ["_authtoken", "_auth", "_password", "npmauthtoken", "npmauthident", "\"auth\"", "\"identitytoken\""];
    text.lines().map(|line| line.trim().to_ascii_lowercase()).any(|line| {
        let Some(at) = line.find(['=']).or_else(|| line.find(": ")).or_else(|| line.find(':')) else {
            return false;
        };
        let (setting, value) = line.split_at(at);
        let value = value.trim_start_matches(['=', ':', ' ', '"', '\'']);
        let is_set = !value.is_empty() && !value.starts_with("${") && !value.starts_with(',');
        let is_comment = line.starts_with('#') || line.starts_with(';');
        is_set && !is_comment && SETTINGS.iter().any(|name| setting.trim().ends_with(name))
    })
}

#[cfg(test)]
mod tests {
    use super::{has_private_key, has_token};

    #[test]
    fn keys() {
        for text in [
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
            "Bag Attributes\n-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
            "-----BEGIN OPENSSH PRIVATE KEY-----",
            "-----BEGIN PGP PRIVATE KEY BLOCK-----",
            r#"{"type":"service_account","private_key":"-----BEGIN PRIVATE KEY-----\nMIIE"}"#,
        ] {
            assert!(has_private_key(text), "{text}");
        }
        for text in ["-----BEGIN CERTIFICATE-----\nMIID", "-----BEGIN PUBLIC KEY-----", "a PRIVATE KEY"] {
            assert!(!has_private_key(text), "{text}");
        }
    }

    #[test]
    fn tokens() {
        for text in [
            "//registry.npmjs.org/:_authToken=npm_abc\n",
            "_auth = \"abc\"",
            "npmAuthToken: abc",
            "  npmAuthToken: \"abc\"",
            "{ \"auths\": { \"ghcr.io\": {\n\"auth\": \"YTpi\" } } }",
        ] {
            assert!(has_token(text), "{text}");
        }
        for text in [
            "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n",
            "registry=https://registry.npmjs.org/",
            "# _authToken=abc",
            "npmAuthToken: \"${NPM_TOKEN}\"",
            "always-auth=true",
        ] {
            assert!(!has_token(text), "{text}");
        }
    }
}
