//! The same project gives the same bytes: in another directory, with another number of threads, built again.
//!
//! `PAGESBUILD_TEST_BUILDS` asks for another number of circumstances than the usual one.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use pagesbuild::deployment::{self, BuildFacts};

use crate::fixture::{all, copy, files, name, root};

fn build(project: &Path, threads: &str, zone: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_pagesbuild"))
        .args(["build", "--minify", "--sourcemap"])
        .current_dir(project)
        .env_remove("CLOUDFLARE_ENV")
        .env("RAYON_NUM_THREADS", threads)
        .env("TZ", zone)
        .env("LC_ALL", if threads == "1" { "C" } else { "tr_TR.UTF-8" })
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Every file but `build.json`, which tells the time.
fn contents(dist: &Path) -> Vec<(String, Vec<u8>)> {
    let kept = files(dist).into_iter().filter(|path| path != "build.json");
    kept.map(|path| (path.clone(), fs::read(dist.join(path)).unwrap())).collect()
}

#[test]
fn same_input_same_bytes() {
    for project in all("projects") {
        // The directory's own name can be an input: it is the project's name where nothing else says one.
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = one.path().join(name(&project));
        let second = other.path().join("deeper/still").join(name(&project));
        copy(&project, &first);
        copy(&project, &second);
        build(&first, "1", "UTC");
        build(&second, "8", "Pacific/Kiritimati");
        let expected = contents(&first.join("dist"));
        assert!(expected.iter().any(|(path, _)| path == "deployment.json"));
        assert!(expected == contents(&second.join("dist")), "{} differs", project.display());
        build(&first, "8", "Asia/Kolkata");
        assert!(expected == contents(&first.join("dist")), "{} differs when built again", project.display());
    }
}

/// What the project is given beside a fixture: modules of every kind, packages of which one is there in two versions, and
/// files that say what becomes of these.
const MORE: &[(&str, &str)] = &[
    (
        "functions/more/index.tsx",
        "import wasm from './module.wasm';\nimport text from './text.txt';\nimport data from './data.json' with { type: 'json' };\n\
         import bytes from './text.txt' with { type: 'bytes' };\nimport { b, c } from 'b';\nimport common from 'common';\n\
         import { label } from '@/label';\n\
         const jsx = (tag: string) => tag;\nconst page = async (name: string) => (await import(`../../src/pages/${name}.js`)).default;\n\
         export class Shape { @logged area = 1; accessor side = 2; }\nfunction logged(_: undefined, context: ClassFieldDecoratorContext) { return (value: number) => value + String(context.name).length; }\n\
         export const onRequestGet = async () => Response.json([wasm, text, data, bytes, b, c, common, label, <p/>, await page('one'), new Shape()]);\n",
    ),
    ("functions/more/module.wasm", "\0asm\u{1}\0\0\0"),
    ("functions/more/text.txt", "\u{feff}Grüße\r\n"),
    ("functions/more/data.json", "{ \"z\": 1e21, \"a\": [\"\u{2028}\"] }"),
    ("src/pages/one.js", "export default 'one';\n"),
    ("src/pages/two.js", "export default 'two';\n"),
    ("src/pages/İstanbul.js", "export default 'İ'.toLowerCase();\n"),
    ("src/label.ts", "export enum Label { One = 1, Two = One << 1 }\nexport const label = Label.Two;\n"),
    (
        "tsconfig.json",
        r#"{ "extends": "./tsconfig.base.json", "compilerOptions": { "jsx": "react", "jsxFactory": "jsx", "paths": { "@/*": ["./src/*"] } } }"#,
    ),
    ("tsconfig.base.json", r#"{ "compilerOptions": { "target": "es2022" } }"#),
    (
        "node_modules/b/package.json",
        r#"{ "name": "b", "version": "1.0.0", "module": "index.js", "license": "MIT" }"#,
    ),
    ("node_modules/b/index.js", "export { c } from 'c';\nexport const b = () => import('c');\n"),
    (
        "node_modules/c/package.json",
        r#"{ "name": "c", "version": "2.0.0", "type": "module", "exports": "./c.js" }"#,
    ),
    ("node_modules/c/c.js", "export const c = 'c';\n"),
    ("node_modules/common/package.json", r#"{ "name": "common", "version": "3.0.0" }"#),
    (
        "node_modules/common/index.js",
        "exports.c = require('c');\nexports.any = (name) => require('./any/' + name);\n",
    ),
    ("node_modules/common/any/a.js", "module.exports = 'a';\n"),
    ("node_modules/common/any/b.js", "module.exports = 'b';\n"),
    ("node_modules/common/node_modules/c/package.json", r#"{ "name": "c", "version": "1.0.0" }"#),
    ("node_modules/common/node_modules/c/index.js", "module.exports = 'older c';\n"),
    ("public/.assetsignore", "*.map\n"),
    ("public/_headers", "/*\n  x-from: here\n"),
    ("public/with space/ä+%.html", "<p>ä</p>"),
    ("public/I/i.html", "<p>I</p>"),
    ("public/i2/I.html", "<p>i</p>"),
];

/// One way in which a build can differ from another that is the same: each list is gone through at its own pace.
struct Circumstances(usize);

impl Circumstances {
    fn pick<T: Copy>(&self, pace: usize, list: &[T]) -> T {
        list[self.0 / pace % list.len()]
    }

    /// An order that no directory would have by itself.
    fn shuffled<T>(&self, mut list: Vec<T>) -> Vec<T> {
        let mut state = self.0 as u64 + 1;
        for at in (1..list.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            list.swap(at, (state >> 33) as usize % (at + 1));
        }
        list
    }

    /// A directory that does not exist yet, on the disk or in memory.
    fn directory(&self) -> (tempfile::TempDir, PathBuf) {
        let memory = Path::new("/dev/shm");
        let home = match self.0 % 3 == 2 && memory.is_dir() {
            true => tempfile::tempdir_in(memory).unwrap(),
            false => tempfile::tempdir().unwrap(),
        };
        let below =
            ["site", "with space/and more", "a/b/c/d/e/f/g/h", "ünïcödé", "dist", "node/%20+#?", "İI/ıi"];
        let directory = home.path().join(self.pick(1, &below));
        (home, directory)
    }

    /// Writes the project, its files in some order and of some age.
    fn write(&self, directory: &Path) {
        let fixture = root().join("fixtures/projects/image-sharing");
        let own = files(&fixture).into_iter().filter(|path| !path.starts_with(".pagesbuild/"));
        let own = own.map(|path| (path.clone(), fs::read(fixture.join(path)).unwrap()));
        let own = own.filter(|(path, _)| MORE.iter().all(|(more, _)| more != path));
        let more = MORE.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        for (at, (path, content)) in self.shuffled(own.chain(more).collect()).into_iter().enumerate() {
            let file = directory.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, content).unwrap();
            let age =
                Duration::from_secs(self.pick(1, &[0, 86_400, 800_000_000, 1_500_000_000]) * (at as u64 % 3));
            File::options().append(true).open(&file).unwrap().set_modified(SystemTime::now() - age).unwrap();
        }
        if self.0 % 4 == 1 {
            let git = |arguments: &[&str]| {
                let who =
                    ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
                let output =
                    Command::new("git").current_dir(directory).args(who).args(arguments).output().unwrap();
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            };
            git(&["init", "-q"]);
            git(&["add", "src"]);
            git(&["commit", "-qm", "a"]);
        }
    }

    /// Builds it, and gives the output directory.
    fn build(&self, directory: &Path) -> PathBuf {
        let dist = match self.pick(2, &[None, Some("../elsewhere"), Some("below/it")]) {
            Some(outdir) => directory.join(outdir),
            None => directory.join("dist"),
        };
        let mut arguments = vec!["build".to_owned(), "--minify".to_owned(), "--sourcemap".to_owned()];
        if dist.file_name().unwrap() != "dist" {
            arguments.extend(["--outdir".to_owned(), dist.to_str().unwrap().to_owned()]);
        }
        arguments.extend(
            ["--no-cache", "--no-store", "-q"][..self.0 % 4 % 3].iter().map(|text| (*text).to_owned()),
        );
        let mut from = directory;
        if self.pick(1, &[false, true]) {
            from = directory.parent().unwrap();
            arguments.push(directory.to_str().unwrap().to_owned());
        }
        // The second time there is a cache and something to replace.
        for _ in 0..=usize::from(self.0 % 5 == 3) {
            let output = self.command(&arguments).current_dir(from).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        dist
    }

    /// Packs an output directory, and gives the archive's bytes.
    fn pack(&self, dist: &Path) -> Vec<u8> {
        let place = tempfile::tempdir().unwrap();
        let archive = place.path().join("site.zip");
        let paths = [dist, archive.as_path()].map(|path| path.to_str().unwrap().to_owned());
        let [dist, outfile] = paths;
        let output =
            self.command(&["pack".to_owned(), dist, "--outfile".to_owned(), outfile]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::read(archive).unwrap()
    }

    /// The command in an environment of its own: `env` keeps the order of what it is told.
    fn command(&self, arguments: &[String]) -> Command {
        let program = env!("CARGO_BIN_EXE_pagesbuild");
        let threads = (self.0 % 16 + 1).to_string();
        let path = std::env::var("PATH").unwrap();
        let variables = [
            ("RAYON_NUM_THREADS", Some(threads.as_str())),
            (
                "TZ",
                Some(self.pick(1, &["UTC", "Pacific/Kiritimati", "America/St_Johns", "Asia/Kolkata", ""])),
            ),
            ("LC_ALL", self.pick(1, &[Some("C"), Some("tr_TR.UTF-8"), None, Some("sv_SE.ISO-8859-1")])),
            ("LANG", self.pick(3, &[None, Some("de_DE.UTF-8"), Some("ja_JP.SJIS")])),
            ("HOME", self.pick(1, &[None, Some("/nonexistent"), Some("/tmp")])),
            ("USER", self.pick(2, &[Some("somebody"), None])),
            ("PATH", Some(self.pick(3, &[path.as_str(), "/nonexistent"]))),
            ("SOURCE_DATE_EPOCH", self.pick(4, &[None, Some("0")])),
            ("NO_COLOR", self.pick(2, &[None, Some("1")])),
        ];
        let set = variables.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?)));
        let set = self.shuffled(set.collect());
        if cfg!(unix) {
            let mask = self.pick(1, &["022", "077", "000", "027"]);
            let mut command = Command::new("sh");
            command.args(["-c", &format!("umask {mask}; exec \"$@\""), "sh", "/usr/bin/env", "-i"]);
            command.args(set).arg(program).args(arguments);
            command
        } else {
            let mut command = Command::new(program);
            command.args(arguments).envs(set.iter().filter_map(|variable| variable.split_once('=')));
            command
        }
    }
}

/// Everything that is in an output directory, with the modes of files and directories; only the name of `build.json`.
fn all_of(dist: &Path) -> Vec<(String, u32, Vec<u8>)> {
    let entries = walkdir::WalkDir::new(dist).sort_by_file_name().into_iter().map(Result::unwrap);
    let one = |entry: walkdir::DirEntry| {
        let path = entry.path().strip_prefix(dist).unwrap().to_str().unwrap().to_owned();
        let content = match entry.file_type().is_file() && path != "build.json" {
            true => fs::read(entry.path()).unwrap(),
            false => Vec::new(),
        };
        (path, mode(entry.path()), content)
    };
    entries.map(one).collect()
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions())
}

#[cfg(not(unix))]
fn mode(_: &Path) -> u32 {
    0
}

#[test]
fn whatever_is_around_it() {
    let count = std::env::var("PAGESBUILD_TEST_BUILDS").map_or(20, |count| count.parse().unwrap());
    let mut first = None;
    let mut ids = BTreeSet::new();
    for number in 0..count {
        let circumstances = Circumstances(number);
        let (_home, directory) = circumstances.directory();
        circumstances.write(&directory);
        let dist = circumstances.build(&directory);
        let mut all = all_of(&dist);
        all.push(("the archive".to_owned(), 0, circumstances.pack(&dist)));
        let facts = BuildFacts::parse(&fs::read_to_string(dist.join("build.json")).unwrap()).unwrap();
        let inputs = (facts.inputs.sources, facts.inputs.files, facts.inputs.licenses, facts.gzip_size);
        ids.insert(deployment::open(&dist).unwrap().document.id);
        let (expected, expected_inputs) = first.get_or_insert_with(|| (all.clone(), inputs.clone()));
        for (one, other) in expected.iter().zip(&all) {
            assert!(one == other, "build {number}: {} or {} differs", one.0, other.0);
        }
        assert_eq!(expected.len(), all.len(), "build {number}");
        assert_eq!(*expected_inputs, inputs, "build {number}");
    }
    assert_eq!(ids.len(), 1);
    let (all, (sources, ..)) = first.unwrap();
    // Files of every kind were among it.
    for part in ["worker/index.js", "worker/index.js.map", "assets/with space/ä+%.html", "wrangler.json"] {
        assert!(all.iter().any(|(path, ..)| path == part), "{part}");
    }
    assert!(all.iter().any(|(path, ..)| path.ends_with(".wasm")));
    assert!(sources.contains_key("node_modules/common/node_modules/c/index.js"));
}
