//! A statement of what a version was built from, in the form of in-toto with SLSA provenance. It is to be signed by others.
//!
//! Sources: <https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>, <https://slsa.dev/spec/v1.0/provenance>

use serde_json::{Map, Value as Json, json};

use super::purl;
use crate::deployment::document::Document;
use crate::deployment::{BuildFacts, Git, Repository};
use crate::hash;

/// What says how to read the parameters: the documentation that this crate has.
const BUILD_TYPE: &str = "https://docs.rs/crate/pagesbuild/latest/source/docs/versions.md#provenance";

/// What is attested.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The version.
    pub document: &'a Document,
    /// The text of its `build.json`.
    pub facts_text: &'a str,
    /// What that says.
    pub facts: &'a BuildFacts,
    /// The archive that it is in, where it is in one.
    pub archive: Option<&'a ArchiveFile>,
}

/// An archive that holds a version.
#[derive(Clone, Debug)]
pub struct ArchiveFile {
    /// The file's name.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// The statement. `builder` is the URI of the platform that the build ran on; without one, only the tool is known.
pub fn attestation(subject: Subject<'_>, builder: Option<&str>) -> Json {
    let Subject { document, facts_text, facts, archive } = subject;
    let text = document.to_text();
    // Some who verify subjects refuse digests that they do not know.
    let described = json!({
        "name": document.id,
        "digest": { "sha256": hash::sha256_hex(text.as_bytes()) },
        "annotations": { "blake3": hash::blake3_hex(text.as_bytes()) },
    });
    let packed =
        archive.map(|archive| json!({ "name": archive.name, "digest": { "sha256": archive.sha256 } }));
    let subjects: Vec<Json> = [described].into_iter().chain(packed).collect();
    let tool = format!("pkg:cargo/pagesbuild@{}", facts.tool);
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects,
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": parameters(document, facts),
                "resolvedDependencies": dependencies(document, facts),
            },
            "runDetails": {
                "builder": {
                    "id": builder.unwrap_or(&tool),
                    "version": { "pagesbuild": facts.tool },
                },
                "metadata": { "finishedOn": facts.time },
                "byproducts": [{ "name": "build.json", "digest": { "sha256": hash::sha256_hex(facts_text.as_bytes()) } }],
            },
        },
    })
}

/// What whoever started the build has chosen.
fn parameters(document: &Document, facts: &BuildFacts) -> Json {
    let mut parameters = Map::new();
    parameters.insert("project".to_owned(), document.project.name.clone().into());
    if let Some(environment) = &document.project.environment {
        parameters.insert("environment".to_owned(), environment.clone().into());
    }
    if let Some(repository) = &facts.inputs.repository {
        parameters.insert("directory".to_owned(), repository.directory.clone().into());
    }
    parameters.insert("options".to_owned(), json!(facts.inputs.options));
    parameters.into()
}

/// What the build has read: the commit, the files, and the packages that some of these are of.
fn dependencies(document: &Document, facts: &BuildFacts) -> Vec<Json> {
    let inputs = &facts.inputs;
    let commit = inputs.git.iter().map(|git| commit(git, inputs.repository.as_ref()));
    let sources = inputs.sources.iter().map(|(path, source)| (path, &source.hash));
    let files = sources.chain(&inputs.files);
    let files = files.map(|(path, hash)| json!({ "name": path, "digest": { "blake3": hash } }));
    let packages = document.code.iter().flat_map(|code| &code.packages);
    let packages = packages.map(|package| json!({ "uri": purl(package) }));
    commit.chain(files).chain(packages).collect()
}

fn commit(git: &Git, repository: Option<&Repository>) -> Json {
    let mut commit = json!({ "name": "source" });
    if let Some(url) = repository.and_then(|repository| repository.url.as_ref()) {
        let plus = if url.starts_with("git") { "" } else { "git+" };
        let branch = git.branch.as_ref().map_or_else(String::new, |branch| format!("@refs/heads/{branch}"));
        commit["uri"] = format!("{plus}{url}{branch}").into();
    }
    commit["digest"] = json!({ "gitCommit": git.commit });
    // Then what was built is not what the commit has.
    commit["annotations"] = json!({ "dirty": git.dirty });
    commit
}
