//! Archives that somebody made with a purpose: byte by byte, since no library writes them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use pagesbuild::deployment::{open, verify};

use super::emitted;
use crate::fixture::{files, pagesbuild, snapshot, stderr, stdout};
use crate::project::write;

/// An entry, with everything in it that can lie.
#[derive(Clone)]
pub(super) struct Raw {
    /// What the directory calls it.
    pub(super) name: Vec<u8>,
    /// What its header calls it, where that is another name.
    other_name: Option<Vec<u8>>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    /// As it is in the archive.
    pub(super) bytes: Vec<u8>,
    /// What it says of its size outside.
    pub(super) size: u64,
    /// The same in its header.
    other_size: Option<u64>,
    pub(super) attributes: u32,
    extra: Vec<u8>,
    /// What stands behind it.
    behind: Vec<u8>,
    /// Not in the directory.
    hidden: bool,
    /// Only in the directory, with the header of the one before.
    borrowed: bool,
}

pub(super) fn entry(name: impl AsRef<[u8]>, content: &[u8]) -> Raw {
    let mut sum = flate2::Crc::new();
    sum.update(content);
    Raw {
        name: name.as_ref().to_vec(),
        other_name: None,
        flags: 0,
        method: 0,
        crc: sum.sum(),
        bytes: content.to_vec(),
        size: content.len() as u64,
        other_size: None,
        attributes: 0o100_644 << 16,
        extra: Vec::new(),
        behind: Vec::new(),
        hidden: false,
        borrowed: false,
    }
}

/// The same, compressed.
fn deflated(name: &str, content: &[u8]) -> Raw {
    use std::io::Write as _;
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).unwrap();
    Raw { method: 8, bytes: encoder.finish().unwrap(), ..entry(name, content) }
}

/// The archive of these entries, and where its directory starts.
pub(super) fn archive(entries: &[Raw]) -> (Vec<u8>, usize) {
    let mut bytes = Vec::new();
    let (mut directory, mut count, mut start) = (Vec::new(), 0_u16, 0);
    let narrow = |size: u64| u32::try_from(size).unwrap_or(u32::MAX).to_le_bytes();
    for raw in entries {
        let length = raw.bytes.len() as u64;
        let fields = |size: u64, name: &[u8]| {
            let mut fields = [20_u16, raw.flags, raw.method, 0, 0x21].map(u16::to_le_bytes).concat();
            fields.extend(raw.crc.to_le_bytes());
            fields.extend(narrow(length));
            fields.extend(narrow(size));
            fields.extend((name.len() as u16).to_le_bytes());
            fields.extend((raw.extra.len() as u16).to_le_bytes());
            fields
        };
        if !raw.borrowed {
            start = bytes.len();
            let name = raw.other_name.as_ref().unwrap_or(&raw.name);
            bytes.extend(b"PK\x03\x04");
            bytes.extend(fields(raw.other_size.unwrap_or(raw.size), name));
            bytes.extend([name, &raw.extra, &raw.bytes, &raw.behind].map(Vec::as_slice).concat());
        }
        if !raw.hidden {
            count += 1;
            // Made on Unix.
            directory.extend(b"PK\x01\x02\x14\x03");
            directory.extend(fields(raw.size, &raw.name));
            directory.extend([0; 6]);
            directory.extend(raw.attributes.to_le_bytes());
            directory.extend((start as u32).to_le_bytes());
            directory.extend([raw.name.as_slice(), &raw.extra].concat());
        }
    }
    let at = bytes.len();
    let size = directory.len() as u32;
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    bytes.extend(size.to_le_bytes());
    bytes.extend((at as u32).to_le_bytes());
    bytes.extend([0; 2]);
    (bytes, at)
}

/// The entries of an honest archive.
pub(super) fn honest(dist: &Path) -> Vec<Raw> {
    let paths = files(dist).into_iter().filter(|path| path != "build.json");
    paths.map(|path| entry(&path, &fs::read(dist.join(&path)).unwrap())).collect()
}

fn of<'a>(entries: &'a mut [Raw], name: &str) -> &'a mut Raw {
    entries.iter_mut().find(|raw| raw.name == name.as_bytes()).unwrap()
}

const INDEX: &str = "assets/index.html";

type OfEntries = (&'static str, fn(&mut Vec<Raw>));
type OfBytes = (&'static str, fn(&mut Vec<u8>, usize));

/// What is done to the entries of an honest archive.
const ENTRIES: &[OfEntries] = &[
    ("a name that leads out", |entries| entries.push(entry("../evil", b""))),
    ("one that does so later", |entries| entries.push(entry("assets/../../evil", b""))),
    ("an absolute name", |entries| entries.push(entry("/etc/evil", b""))),
    ("a drive", |entries| entries.push(entry("C:/evil", b""))),
    ("backslashes", |entries| entries.push(entry("assets\\..\\..\\evil", b""))),
    ("a name with an end in it", |entries| entries.push(entry("assets/a.js\0.png", b""))),
    ("an empty name", |entries| entries.push(entry("", b""))),
    ("a name that a terminal obeys", |entries| {
        entries.push(entry("assets/\x1b[2J\x1b]0;owned\x07\r\nwhole: \u{202e}gnp.js", b""));
    }),
    ("a name that is not UTF-8", |entries| entries.push(entry(b"assets/\xff", b""))),
    ("a symbolic link", |entries| of(entries, INDEX).attributes = 0o120_777 << 16),
    ("a symbolic link that is not asked for", |entries| {
        entries.push(Raw { attributes: 0o120_777 << 16, ..entry("assets/link", b"/etc/passwd") });
    }),
    ("a device", |entries| of(entries, INDEX).attributes = 0o060_644 << 16),
    ("a FIFO", |entries| of(entries, "deployment.json").attributes = 0o010_644 << 16),
    ("a file that DOS takes for a directory", |entries| of(entries, INDEX).attributes |= 0x10),
    ("a directory in place of a file", |entries| {
        *of(entries, INDEX) = Raw { attributes: 0o040_755 << 16, ..entry(format!("{INDEX}/"), b"") };
    }),
    ("a directory with a content", |entries| {
        entries.push(Raw { attributes: 0o040_755 << 16, ..entry("assets/", b"x") });
    }),
    ("a directory that leads nowhere", |entries| {
        entries.push(Raw { attributes: 0o040_755 << 16, ..entry("assets/evil/", b"") });
    }),
    ("a file twice", |entries| entries.push(entry(INDEX, b"<h1>Ho</h1>"))),
    ("a file twice, the first unlisted", |entries| {
        entries.insert(0, Raw { hidden: true, ..entry(INDEX, b"<h1>Ho</h1>") });
    }),
    ("a file twice, the last unlisted", |entries| {
        entries.push(Raw { hidden: true, ..entry(INDEX, b"<h1>Ho</h1>") });
    }),
    ("a content listed twice", |entries| {
        let again = Raw { borrowed: true, ..entries.last().unwrap().clone() };
        entries.push(again);
    }),
    ("two names for one content", |entries| {
        let last = entries.last().unwrap().clone();
        entries.push(Raw { name: b"assets/evil.js".to_vec(), borrowed: true, ..last });
    }),
    ("a name in the directory and another before the content", |entries| {
        of(entries, INDEX).other_name = Some(b"assets/index.htm!".to_vec());
    }),
    ("a second name for those who know Unicode", |entries| {
        let index = of(entries, INDEX);
        index.extra = [&b"\x75\x70\x0c\0\x01\0\0\0\0../evil"[..]].concat();
    }),
    ("damaged extra fields", |entries| of(entries, INDEX).extra = b"\x75\x70\xff\0".to_vec()),
    ("two sizes", |entries| of(entries, INDEX).other_size = Some(7)),
    ("another size than the description's", |entries| *of(entries, INDEX) = entry(INDEX, b"<h1>Hello</h1>")),
    ("another content", |entries| *of(entries, INDEX) = entry(INDEX, b"<h1>Ho</h1>")),
    ("another case", |entries| of(entries, INDEX).name = b"assets/INDEX.html".to_vec()),
    ("a file missing", |entries| entries.retain(|raw| raw.name != INDEX.as_bytes())),
    ("no description", |entries| entries.retain(|raw| raw.name != b"deployment.json")),
    ("nothing", Vec::clear),
    ("a wrong checksum", |entries| of(entries, INDEX).crc ^= 1),
    ("a wrong checksum of the description", |entries| of(entries, "deployment.json").crc ^= 1),
    ("encrypted", |entries| of(entries, INDEX).flags = 1),
    ("strongly encrypted", |entries| of(entries, INDEX).flags = 1 | 1 << 6),
    ("a patch", |entries| of(entries, INDEX).flags = 1 << 5),
    ("compressed by bzip2", |entries| of(entries, INDEX).method = 12),
    ("compressed by nobody knows what", |entries| of(entries, INDEX).method = 0xbeef),
    ("not compressed at all", |entries| of(entries, INDEX).method = 8),
    ("compressed, with more behind it", |entries| {
        let mut index = deflated(INDEX, b"<h1>Hi</h1>");
        index.bytes.extend(b"more");
        *of(entries, INDEX) = index;
    }),
    ("compressed and cut off", |entries| {
        let mut index = deflated(INDEX, b"<h1>Hi</h1>");
        index.bytes.truncate(5);
        *of(entries, INDEX) = index;
    }),
    ("a content that is more than it says", |entries| {
        let size = of(entries, INDEX).size;
        *of(entries, INDEX) = Raw { size, ..deflated(INDEX, &vec![b'x'; 10_000_000]) };
    }),
    ("a description that is more than it says", |entries| {
        let size = of(entries, "deployment.json").size;
        *of(entries, "deployment.json") =
            Raw { size, ..deflated("deployment.json", &vec![b' '; 10_000_000]) };
    }),
    ("a description of many small values", |entries| {
        let text =
            format!("{{\"format\":\"pagesbuild.deployment/1\",\"settings\":[{}0]}}", "[],".repeat(2_000_000));
        *of(entries, "deployment.json") = deflated("deployment.json", text.as_bytes());
    }),
    ("a description that says to be too large", |entries| {
        of(entries, "deployment.json").method = 8;
        of(entries, "deployment.json").size = 200_000_000;
    }),
    ("far more content than there are bytes", |entries| {
        for number in 0..40 {
            entries.push(Raw { size: 2_000_000_000, ..deflated(&format!("assets/{number}"), b"") });
        }
    }),
    ("a record that repeats other sizes", |entries| {
        let index = of(entries, INDEX);
        index.flags = 1 << 3;
        index.behind = [b"PK\x07\x08".to_vec(), vec![0; 12]].concat();
    }),
    ("bytes between entries", |entries| of(entries, INDEX).behind = b"here I am".to_vec()),
];

/// What is done to the bytes of one, whose directory starts at the number.
const BYTES: &[OfBytes] = &[
    ("empty", |bytes, _| bytes.clear()),
    ("no archive", |bytes, _| *bytes = vec![b'x'; 5000]),
    ("cut in the middle", |bytes, _| bytes.truncate(bytes.len() / 2)),
    ("cut by one byte", |bytes, _| bytes.truncate(bytes.len() - 1)),
    ("the end alone", |bytes, _| _ = bytes.drain(..bytes.len() - 22)),
    ("a byte behind it", |bytes, _| bytes.push(0)),
    ("another archive behind it", |bytes, _| bytes.extend(archive(&[entry("evil", b"")]).0)),
    ("a comment", |bytes, _| {
        let at = bytes.len() - 2;
        bytes[at] = 4;
        bytes.extend(b"evil");
    }),
    ("a program before it", |bytes, _| _ = bytes.splice(..0, *b"#!/bin/sh\n")),
    ("one before it that is accounted for", |bytes, at| {
        let before = b"#!/bin/sh\nexec evil\n";
        bytes.splice(..0, *before);
        let end = bytes.len();
        let mut next = at + before.len();
        bytes[end - 6..end - 2].copy_from_slice(&(next as u32).to_le_bytes());
        while &bytes[next..next + 4] == b"PK\x01\x02" {
            let header = u32::from_le_bytes(bytes[next + 42..next + 46].try_into().unwrap());
            bytes[next + 42..next + 46].copy_from_slice(&(header + before.len() as u32).to_le_bytes());
            next += 46 + usize::from(u16::from_le_bytes([bytes[next + 28], bytes[next + 29]]));
        }
    }),
    ("of several parts", |bytes, _| {
        let at = bytes.len() - 18;
        bytes[at] = 1;
    }),
    ("another count", |bytes, _| {
        let at = bytes.len() - 14;
        bytes[at] += 1;
        bytes[at + 2] += 1;
    }),
    ("a directory that is elsewhere", |bytes, _| {
        let at = bytes.len() - 6;
        bytes[at] ^= 1;
    }),
    ("a directory that is beyond the end", |bytes, _| {
        let at = bytes.len() - 10;
        bytes[at..at + 8].fill(0xfe);
    }),
    ("a damaged directory", |bytes, at| bytes[at] = 0),
    ("a damaged header", |bytes, _| bytes[0] = 0),
    ("a header in the directory", |bytes, at| {
        bytes[at + 42..at + 46].copy_from_slice(&(at as u32).to_le_bytes())
    }),
    ("a large directory beside a small one", |bytes, at| {
        let end = bytes.split_off(bytes.len() - 22);
        let start = bytes.len() as u64;
        bytes.extend(b"PK\x06\x06");
        bytes.extend(44_u64.to_le_bytes());
        bytes.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend([1_u64, 1, start - at as u64, at as u64].map(u64::to_le_bytes).concat());
        bytes.extend(b"PK\x06\x07\0\0\0\0");
        bytes.extend(start.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(end);
    }),
];

/// The text without numbers that are others whenever the description has a field more.
pub(super) fn without_numbers(text: &str) -> String {
    let words = text.split_inclusive([' ', ',', '`']).map(|word| {
        let number = word.trim_end_matches([' ', ',', '`']);
        let is_hex = number.len() > 2 && number.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hex && number.contains(|c: char| c.is_ascii_digit()) {
            word.replace(number, "...")
        } else {
            word.to_owned()
        }
    });
    words.collect()
}

/// Everything in a directory, with what is in the files.
fn everything_in(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let read = |path: String| (path.clone(), fs::read(directory.join(path)).unwrap());
    files(directory).into_iter().map(read).collect()
}

#[test]
fn nothing_of_them_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let (dist, _) = emitted(directory.path());
    let place = directory.path().join("place");
    write(&place, &[("out/keep", b"")]);
    let archives = ENTRIES.iter().map(|(what, change)| {
        let mut entries = honest(&dist);
        change(&mut entries);
        (*what, archive(&entries).0)
    });
    let archives = archives.chain(BYTES.iter().map(|(what, change)| {
        let (mut bytes, at) = archive(&honest(&dist));
        change(&mut bytes, at);
        (*what, bytes)
    }));
    fs::write(place.join("site.zip"), archive(&honest(&dist)).0).unwrap();
    assert!(verify(&place.join("site.zip")).is_ok());
    let mut said = String::new();
    for (what, bytes) in archives {
        fs::write(place.join("site.zip"), bytes).unwrap();
        let before = everything_in(directory.path());
        let verified = pagesbuild(&place, ["verify", "site.zip"]);
        assert_eq!(verified.status.code(), Some(1), "{what}: {}", stderr(&verified));
        assert_eq!(stderr(&verified), "help: use nothing of it; get it again from where it was packed\n");
        let text = stdout(&verified);
        assert!(!text.trim_end().contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        let _ = writeln!(said, "{what}:");
        for line in text.lines().filter(|line| !line.starts_with("differs: ")) {
            let _ = writeln!(said, "  {}", without_numbers(line));
        }
        let unpacked = pagesbuild(&place, ["unpack", "site.zip", "--outdir", "new"]);
        assert_eq!(unpacked.status.code(), Some(2), "{what}");
        assert!(!stderr(&unpacked).trim_end().contains(|c: char| c.is_control()), "{}", stderr(&unpacked));
        assert!(before == everything_in(directory.path()), "{what}");
        assert!(!place.join("new").exists(), "{what}");
    }
    snapshot("hostile-archives", &said);
}

/// What only other packers do and does no harm.
#[test]
fn odd_ones_that_are_right() {
    let directory = tempfile::tempdir().unwrap();
    let (dist, deployment) = emitted(directory.path());
    let cases: &[OfEntries] = &[
        ("in another order", |entries| entries.reverse()),
        ("with directories", |entries| {
            entries.push(Raw { attributes: 0o040_755 << 16 | 0x10, ..entry("assets/a/", b"") });
        }),
        ("made where there are no modes", |entries| entries.iter_mut().for_each(|raw| raw.attributes = 0x20)),
        ("compressed", |entries| *of(entries, INDEX) = deflated(INDEX, b"<h1>Hi</h1>")),
        ("with the time in extra fields", |entries| {
            of(entries, INDEX).extra = b"\x55\x54\x05\0\x01\0\0\0\0".to_vec();
        }),
        ("with facts of a build", |entries| entries.push(entry("build.json", b"{}\n"))),
        ("with facts that are none", |entries| entries.push(entry("build.json", b"\xff"))),
    ];
    let path = directory.path().join("site.zip");
    for (what, change) in cases {
        let mut entries = honest(&dist);
        change(&mut entries);
        fs::write(&path, archive(&entries).0).unwrap();
        assert_eq!(verify(&path).unwrap().document, deployment.document, "{what}");
        let facts = open(&path).unwrap().facts;
        assert_eq!(facts.as_deref(), (*what == "with facts of a build").then_some("{}\n"));
    }
}
