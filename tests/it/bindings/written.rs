//! The written programs of `fixtures/bindings`, as files hold them.
//!
//! One text file a topic. A line `=== name` opens a program, the prose below it says what it shows, and `--- path` opens a
//! file of it. What the code uses of `env` is told where it does, behind `//~` at the end of the line, which is taken off
//! before anything reads the file:
//!
//! ```text
//! const { DB, LIMIT = 10 } = env; //~ DB, LIMIT guarded
//! return table[env[key]]; //~ escape key
//! ```
//!
//! A name may be followed by `likely` (else the use is certain; with `any` that is not judged) and by `guarded` (else the code
//! counts on it; with `maybe` that is not judged). `escape` may be followed by its reason: `key`, `callee`, `all`. Further sections:
//!
//! - `*** users`: lines `file export: NAME NAME`, and `everybody: NAME`; without it all belongs to the only user;
//! - `*** at`: lines `file:line NAME`, for places where no comment can stand.
//!
//! `known-failures.txt` beside them lists programs that are not understood yet, under comments that say why.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use pagesbuild::binding::Certainty;

/// A program and what it uses.
#[derive(Debug, Default)]
pub(crate) struct Program {
    /// The topic.
    pub(crate) topic: String,
    /// `topic/name`.
    pub(crate) name: String,
    files: Vec<(String, Vec<String>)>,
    /// What is read, and where.
    pub(crate) uses: BTreeMap<Place, Wanted>,
    /// Lines behind which `env` cannot be followed, and the reason where it matters.
    pub(crate) escapes: BTreeMap<(String, usize), Option<String>>,
    /// Who reads what; `None` where there is one user.
    pub(crate) users: Option<BTreeMap<String, BTreeSet<String>>>,
}

/// A name that is read on a line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) name: String,
}

/// What is to be known of a use; `None` is not judged.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) certainty: Option<Certainty>,
    pub(crate) guarded: Option<bool>,
}

/// All programs of a directory, and those that are known to fail.
pub(crate) fn read(directory: &Path) -> (Vec<Program>, BTreeSet<String>) {
    let mut files: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut programs, mut known) = (Vec::new(), BTreeSet::new());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        match file.file_stem().unwrap().to_str().unwrap() {
            "known-failures" => {
                let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
                known.extend(lines.map(str::to_owned));
            }
            topic => {
                let read = parse(topic, &text);
                read.iter().for_each(Program::check);
                programs.extend(read);
            }
        }
    }
    (programs, known)
}

/// What the lines belong to.
enum Section {
    Prose,
    File,
    Named(String),
}

fn parse(topic: &str, text: &str) -> Vec<Program> {
    let mut programs: Vec<Program> = Vec::new();
    let mut section = Section::Prose;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("=== ") {
            let name = format!("{topic}/{name}");
            programs.push(Program { topic: topic.to_owned(), name, ..Program::default() });
            section = Section::Prose;
            continue;
        }
        let program = programs.last_mut().unwrap_or_else(|| panic!("{topic} does not open with a program"));
        if let Some(path) = line.strip_prefix("--- ") {
            program.files.push((path.to_owned(), Vec::new()));
            section = Section::File;
        } else if let Some(name) = line.strip_prefix("*** ") {
            section = Section::Named(name.to_owned());
        } else {
            match &section {
                Section::Prose => {}
                Section::File => program.line(line),
                Section::Named(name) if !line.is_empty() => program.more(name, line),
                Section::Named(_) => {}
            }
        }
    }
    programs
}

impl Program {
    fn line(&mut self, line: &str) {
        let (code, told) = line.split_once("//~").unwrap_or((line, ""));
        let (file, lines) = self.files.last_mut().unwrap();
        lines.push(code.trim_end().to_owned());
        let (file, line) = (file.clone(), lines.len());
        self.told(&file, line, told);
    }

    fn told(&mut self, file: &str, line: usize, told: &str) {
        for one in told.split(',').map(str::trim).filter(|one| !one.is_empty()) {
            let mut words = one.split(' ');
            let name = words.next().unwrap().to_owned();
            if name == "escape" {
                self.escapes.insert((file.to_owned(), line), words.next().map(str::to_owned));
                continue;
            }
            let mut wanted = Wanted { certainty: Some(Certainty::Certain), guarded: Some(false) };
            for word in words {
                match word {
                    "likely" => wanted.certainty = Some(Certainty::Likely),
                    "any" => wanted.certainty = None,
                    "guarded" => wanted.guarded = Some(true),
                    "maybe" => wanted.guarded = None,
                    _ => panic!("{}: `{word}` says nothing of a use", self.name),
                }
            }
            let place = Place { file: file.to_owned(), line, name };
            assert!(self.uses.insert(place, wanted).is_none(), "{}: {one} twice on a line", self.name);
        }
    }

    fn more(&mut self, section: &str, line: &str) {
        match section {
            "users" => {
                let (user, names) = line.rsplit_once(':').unwrap();
                let names = names.split_whitespace().map(str::to_owned).collect();
                self.users.get_or_insert_default().insert(user.to_owned(), names);
            }
            "at" => {
                let (place, told) = line.split_once(' ').unwrap();
                let (file, line) = place.rsplit_once(':').unwrap();
                self.told(file, line.parse().unwrap(), told);
            }
            _ => panic!("{}: `*** {section}` with `{line}` says nothing", self.name),
        }
    }

    /// Who reads and what is read are the same names.
    fn check(&self) {
        let names: BTreeSet<&String> = self.uses.keys().map(|place| &place.name).collect();
        if let Some(users) = &self.users {
            assert_eq!(users.values().flatten().collect::<BTreeSet<_>>(), names, "{}", self.name);
        }
    }

    /// Writes the program below a directory. One without a configuration gets the least that there can be.
    pub(crate) fn write(&self, directory: &Path) -> PathBuf {
        let home = directory.join(&self.name);
        let mut files = self.files.clone();
        if !files.iter().any(|(path, _)| path.starts_with("wrangler.")) {
            let mut lines =
                vec![r#"name = "program""#.to_owned(), r#"compatibility_date = "2026-01-01""#.to_owned()];
            let main = files.iter().find(|(path, _)| path.starts_with("src/index."));
            lines.extend(main.map(|(path, _)| format!("main = {path:?}")));
            files.push(("wrangler.toml".to_owned(), lines));
        }
        for (path, lines) in files {
            let file = home.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, format!("{}\n", lines.join("\n").trim_end())).unwrap();
        }
        home
    }
}
