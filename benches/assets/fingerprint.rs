//! The hashing of static files and nothing else: `fingerprint DIRECTORY LIST`, the list being paths below the directory with a NUL
//! after each. Prints how many bytes there are.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};
use pagesbuild::asset::{AssetFile, HashCache, fingerprint};
use pagesbuild::diagnostic::Diagnostics;
use pagesbuild::progress::Progress;

fn main() -> Result<()> {
    let mut arguments = std::env::args();
    let directory = arguments.nth(1).context("no directory")?;
    let list = std::fs::read_to_string(arguments.next().context("no list")?)?;
    let paths = list.split_terminator('\0');
    let files: Vec<AssetFile> = paths
        .map(|path| AssetFile { path: path.to_owned(), file: Path::new(&directory).join(path) })
        .collect();
    let found = fingerprint(&files, HashCache::none(), &Progress::default(), &mut Diagnostics::default())?;
    writeln!(io::stdout(), "{}", found.manifest.values().map(|asset| asset.size).sum::<u64>())?;
    Ok(())
}
