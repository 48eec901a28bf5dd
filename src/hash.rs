//! Bytes in, names of bytes out: the two hashes that a deployment speaks.
//!
//! Everything is BLAKE3, but for what tools of others compare with. A plain hash is what `b3sum` prints; an asset hash is the one that the platform's
//! upload asks for. Both depend on the bytes alone, however they arrive in pieces.

use std::cell::Cell;
use std::io::{self, Read, Write};

use base64::Engine;
use sha2::{Digest, Sha256};

/// Length in characters of an id, a digest and an asset hash: the first half of a full hash.
pub const SHORT: usize = 32;

/// A multiple of three, so that the base64 of each piece needs no padding and the pieces join to the base64 of
/// the whole.
const PIECE: usize = 3 * 16 * 1024;

/// A BLAKE3 hash.
pub type Hash = [u8; 32];

/// The BLAKE3 hash of `bytes`.
pub fn of(bytes: &[u8]) -> Hash {
    *blake3::hash(bytes).as_bytes()
}

/// A hash as text: 64 lower-case hexadecimal characters.
pub fn hex(hash: &Hash) -> String {
    blake3::Hash::from_bytes(*hash).to_hex().to_string()
}

/// The BLAKE3 hash of `bytes` as text.
pub fn blake3_hex(bytes: &[u8]) -> String {
    hex(&of(bytes))
}

/// The SHA-256 hash of `bytes` as text, for those who know no other.
pub fn sha256_hex(bytes: &[u8]) -> String {
    to_hex(&Sha256::digest(bytes))
}

/// The SHA-256 hash of everything that `content` yields, as text.
pub fn sha256_of(content: &mut dyn Read) -> io::Result<String> {
    let mut hasher = Sha256::new();
    in_pieces(content, |piece| {
        hasher.update(piece);
        Ok(())
    })?;
    Ok(to_hex(&hasher.finalize()))
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The first [`SHORT`] characters of [`blake3_hex`].
pub fn blake3_short(bytes: &[u8]) -> String {
    let mut hasher = Hasher::default();
    hasher.update(bytes);
    hasher.finish_short()
}

/// The same of bytes that come in pieces.
#[derive(Clone, Debug, Default)]
pub struct Hasher(blake3::Hasher);

impl Hasher {
    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The first [`SHORT`] characters of the hash of all that was taken.
    pub fn finish_short(&self) -> String {
        let mut hex = self.0.finalize().to_hex().to_string();
        hex.truncate(SHORT);
        hex
    }
}

impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Computes the hash by which the platform knows an asset: BLAKE3 over base64(content) and the extension,
/// the first 32 hexadecimal characters.
///
/// Holds one piece of the content at a time, so that a large file costs no more memory than a small one.
#[derive(Debug)]
pub struct AssetHasher {
    hasher: blake3::Hasher,
    // Bytes that do not fill a group of three yet; they wait for the next piece.
    rest: Vec<u8>,
    text: Vec<u8>,
}

impl Default for AssetHasher {
    fn default() -> Self {
        Self::new()
    }
}

impl AssetHasher {
    /// A hasher that has seen nothing.
    pub fn new() -> Self {
        Self { hasher: blake3::Hasher::new(), rest: Vec::with_capacity(3), text: Vec::new() }
    }

    /// Takes the next bytes of the content.
    pub fn update(&mut self, mut bytes: &[u8]) {
        while !self.rest.is_empty() && self.rest.len() < 3 {
            let Some((first, others)) = bytes.split_first() else { return };
            self.rest.push(*first);
            bytes = others;
        }
        if self.rest.len() == 3 {
            let group = std::mem::take(&mut self.rest);
            self.encode(&group);
        }
        let whole = bytes.len() - bytes.len() % 3;
        let (groups, rest) = bytes.split_at(whole);
        for piece in groups.chunks(PIECE) {
            self.encode(piece);
        }
        self.rest.extend_from_slice(rest);
    }

    /// The hash of all that was taken, as the content of a file with this extension (without its dot).
    pub fn finish(mut self, extension: &str) -> String {
        let rest = std::mem::take(&mut self.rest);
        self.encode(&rest);
        self.hasher.update(extension.as_bytes());
        let mut hex = self.hasher.finalize().to_hex().to_string();
        hex.truncate(SHORT);
        hex
    }

    fn encode(&mut self, piece: &[u8]) {
        let longest = piece.len().div_ceil(3) * 4;
        if self.text.len() < longest {
            self.text.resize(longest, 0);
        }
        // The text is long enough, so that nothing fails.
        let length = encoder().encode_slice(piece, &mut self.text).unwrap_or_default();
        self.hasher.update(self.text.get(..length).unwrap_or_default());
    }
}

/// Base64 by the widest instructions that the processor has.
fn encoder() -> impl Engine {
    #[cfg(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon")))]
    {
        base64::engine::Simd::standard(base64::engine::general_purpose::PAD)
    }
    #[cfg(not(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))))]
    {
        base64::engine::general_purpose::STANDARD
    }
}

/// The asset hash and the size in bytes of everything that `content` yields, each piece handed to `each` as
/// well, so that a copy is hashed while it is made.
pub fn asset_hash(
    content: &mut dyn Read,
    extension: &str,
    mut each: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<(String, u64)> {
    let mut hasher = AssetHasher::new();
    let size = in_pieces(content, |piece| {
        hasher.update(piece);
        each(piece)
    })?;
    Ok((hasher.finish(extension), size))
}

/// As [`asset_hash`], but [the hash](blake3_hex) of the bytes alone.
pub fn plain_hash(
    content: &mut dyn Read,
    mut each: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<(String, u64)> {
    let mut hasher = blake3::Hasher::new();
    let size = in_pieces(content, |piece| {
        hasher.update(piece);
        each(piece)
    })?;
    Ok((hasher.finalize().to_hex().to_string(), size))
}

thread_local! {
    /// What pieces are read into: making room anew for each of many small files takes as long as hashing them.
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Hands on everything that `content` yields, and counts its bytes.
pub fn in_pieces(content: &mut dyn Read, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<u64> {
    let mut buffer = BUFFER.take();
    buffer.resize(PIECE, 0);
    let mut size = 0;
    let end = loop {
        let count = match content.read(&mut buffer) {
            Ok(0) => break Ok(size),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => break Err(error),
        };
        if let Err(error) = each(buffer.get(..count).unwrap_or_default()) {
            break Err(error);
        }
        size += count as u64;
    };
    BUFFER.set(buffer);
    end
}

/// The extension that goes into an asset's hash: what follows the last dot of the file's name, as written,
/// unless that dot is the first character (Node's `path.extname` without its dot).
pub fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rfind('.') {
        // `..` alone is no file's name; `...` has the extension `.`, whose text is empty either way.
        None | Some(0) => "",
        Some(dot) => name.get(dot + 1..).unwrap_or(""),
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    fn whole(content: &[u8], extension: &str) -> String {
        blake3_short(format!("{}{extension}", STANDARD.encode(content)).as_bytes())
    }

    proptest! {
        #[test]
        fn pieces_hash_like_the_whole(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 0..40)) {
            let mut hasher = AssetHasher::new();
            for piece in &pieces {
                hasher.update(piece);
            }
            prop_assert_eq!(hasher.finish("js"), whole(&pieces.concat(), "js"));
        }
    }

    #[test]
    fn sizes_around_a_piece() {
        for size in [0, 1, 2, 3, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 2] {
            let content: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
            let mut copy = Vec::new();
            let hashed = asset_hash(&mut content.as_slice(), "bin", |piece| {
                copy.extend_from_slice(piece);
                Ok(())
            });
            assert_eq!(hashed.unwrap(), (whole(&content, "bin"), size as u64));
            assert_eq!(copy, content);
        }
    }

    #[test]
    fn sha256() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_hex(b"abc"), expected);
        assert_eq!(sha256_of(&mut b"abc".as_slice()).unwrap(), expected);
    }

    #[test]
    fn extensions() {
        let cases = [
            ("a.js", "js"),
            ("a.tar.gz", "gz"),
            ("A.PNG", "PNG"),
            (".env", ""),
            ("dir.d/name", ""),
            ("a.", ""),
            ("dir/.well-known", ""),
            (".a.b", "b"),
        ];
        for (path, expected) in cases {
            assert_eq!(extension(path), expected, "{path}");
        }
    }
}
