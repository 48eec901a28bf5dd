//! What code uses of `env`, held against what is written of it: `fixtures/bindings`.
//!
//! The numbers are in `docs/bindings.md`; `INSTA_UPDATE=always` writes them there, as it writes snapshots.
//! `PAGESBUILD_TEST_PROGRAMS` runs those alone whose names have this in them, and says all that differs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pagesbuild::binding::Uses;
use pagesbuild::pipeline;
use pagesbuild::project::Options;

use crate::fixture::root;
use crate::npm;

mod declared;
mod measure;
mod written;

use measure::{Count, HEAD, judge};

/// What is around the table in the document.
const MARKS: [&str; 2] = ["<!-- measured -->\n", "<!-- /measured -->\n"];

/// Where programs are written, with the packages of `tests/npm` above them.
fn directory(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(npm::modules(), directory.join("node_modules")).unwrap();
    #[cfg(windows)]
    std::os::windows::fs::symlink_dir(npm::modules(), directory.join("node_modules")).unwrap();
    directory
}

fn uses(home: &Path) -> Uses {
    let options = Options { directory: home.to_owned(), no_cache: true, ..Options::default() };
    let (uses, diagnostics) = pipeline::uses(&options).unwrap();
    uses.unwrap_or_else(|| panic!("{}: {diagnostics:#?}", home.display())).uses
}

#[test]
fn written_programs_are_understood() {
    let (programs, known) = written::read(&root().join("fixtures/bindings"));
    let asked = std::env::var("PAGESBUILD_TEST_PROGRAMS").ok();
    let directory = directory("bindings");
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    let mut report = Vec::new();
    for program in &programs {
        if asked.as_ref().is_some_and(|part| !program.name.contains(part)) {
            continue;
        }
        let uses = uses(&program.write(&directory));
        let judged = judge(program, &uses);
        report.extend(accused(&uses).map(|name| format!("{}: the kinds of {name} contradict", program.name)));
        counts.entry(&program.topic).or_default().add(judged.count);
        match (judged.differences.is_empty(), known.contains(&program.name) && asked.is_none()) {
            (false, false) => {
                report.push(program.name.clone());
                report.extend(judged.differences.iter().map(|difference| format!("    {difference}")));
            }
            (true, true) => report.push(format!("{} is understood: take it off the list", program.name)),
            (true, false) | (false, true) => {}
        }
    }
    let unknown = known.iter().filter(|name| programs.iter().all(|program| program.name != **name));
    report.extend(unknown.map(|name| format!("{name} is listed and not there")));
    let table = table(&counts);
    assert!(report.is_empty(), "{}\n{table}", report.join("\n"));
    if asked.is_none() {
        document(&table);
    }
}

/// Names of which something says that they cannot be what something else says that they are. No program is wrong.
fn accused(uses: &Uses) -> impl Iterator<Item = &str> {
    uses.uses.iter().map(|one| one.name.as_str()).filter(|name| {
        let inferred = uses.inferred(name);
        let is_accused = |kind: &str| !uses.conflicts(name, kind).is_empty();
        inferred.is_contradictory() || inferred.kinds.iter().any(|kind| is_accused(kind))
    })
}

fn table(counts: &BTreeMap<&str, Count>) -> String {
    let mut total = Count::default();
    let mut table = HEAD.to_owned();
    for (topic, count) in counts {
        total.add(*count);
        table += &format!("{}\n", count.row(topic));
    }
    table + &format!("{}\n", total.row("all"))
}

/// Holds the table against that of the document, or writes it there.
fn document(table: &str) {
    let path = root().join("docs/bindings.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(MARKS[0]).unwrap();
    let (_, after) = rest.split_once(MARKS[1]).unwrap();
    let wanted = [before, MARKS[0], table, MARKS[1], after].concat();
    if std::env::var("INSTA_UPDATE").is_ok_and(|value| value == "always") {
        fs::write(&path, &wanted).unwrap();
    } else {
        assert!(
            text == wanted,
            "docs/bindings.md is to say\n{table}run with INSTA_UPDATE=always to write it"
        );
    }
}
