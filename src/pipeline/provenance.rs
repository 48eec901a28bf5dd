//! What others are told of a version: it is found, compared with its description, and told of.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::archives::chosen;
use super::versions::refused;
use crate::deployment::{self, BuildFacts, Deployment, Document};
use crate::error::Error;
use crate::hash;
use crate::project::Options;
use crate::provenance::{self, ArchiveFile, Subject};

/// The statement of a version, and what is not known of it.
#[derive(Clone, Debug)]
pub struct Attested {
    /// The statement.
    pub statement: Json,
    /// What it does not say, as sentences for the user.
    pub unknown: Vec<String>,
}

/// The packages that something of is in the worker of a version, by default that of the project's output directory, as
/// CycloneDX has them.
///
/// # Errors
///
/// There is no such version, or it cannot be used.
pub fn sbom(options: &Options, text: Option<&str>) -> Result<Json, Error> {
    let (name, deployment) = named(options, text)?;
    let facts = facts(&deployment, &name)?;
    Ok(provenance::sbom(&deployment.document, facts.as_ref()))
}

/// What is to be said about a version that it does not say itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct AttestRequest<'a> {
    /// The URI of the platform that built it.
    pub builder: Option<&'a str>,
    /// An archive that it was packed into.
    pub archive: Option<&'a Path>,
}

/// What a version, by default that of the project's output directory, was built from, as in-toto has it.
///
/// # Errors
///
/// There is no such version, it is not what its description says, or nothing is known of its build; or the archive is of
/// another version.
pub fn attest(options: &Options, text: Option<&str>, request: AttestRequest<'_>) -> Result<Attested, Error> {
    let (name, deployment) = named(options, text)?;
    let (facts_text, facts) = match (&deployment.facts, facts(&deployment, &name)?) {
        (Some(text), Some(facts)) => (text.clone(), facts),
        _ => {
            let why = "it has no `build.json`, so nothing is known of how it was built";
            return Err(Error::unusable(&name, why));
        }
    };
    let verified = deployment::verify_files(deployment);
    let document = verified.map_err(|findings| refused(&name, &findings))?.document;
    let archive = request.archive.map(|file| archive(file, &document.id)).transpose()?;
    let archive = archive.as_ref();
    let subject = Subject { document: &document, facts_text: &facts_text, facts: &facts, archive };
    let statement = provenance::attestation(subject, request.builder);
    Ok(Attested { statement, unknown: unknown(&document, &facts, request.builder) })
}

/// A version and what it is called.
fn named(options: &Options, text: Option<&str>) -> Result<(PathBuf, Deployment), Error> {
    let (directory, version) = chosen(options, text)?;
    Ok((text.map(PathBuf::from).or(directory).unwrap_or_default(), version))
}

/// An archive that has to hold a version.
fn archive(file: &Path, id: &str) -> Result<ArchiveFile, Error> {
    let held = deployment::verify(file).map_err(|findings| refused(file, &findings))?.document.id;
    if held != id {
        return Err(Error::unusable(file, format!("it holds the version {held}, and {id} is asked for")));
    }
    let read = |error| Error::io("read", file, error);
    let sha256 = hash::sha256_of(&mut File::open(file).map_err(read)?).map_err(read)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(ArchiveFile { name, sha256 })
}

/// The facts of a version, where it has some. They are covered by no hash, so they can be anything.
fn facts(deployment: &Deployment, name: &Path) -> Result<Option<BuildFacts>, Error> {
    let Some(facts) = &deployment.facts else { return Ok(None) };
    match BuildFacts::parse(facts).filter(BuildFacts::is_sound) {
        Some(facts) => Ok(Some(facts)),
        None => Err(Error::unusable(name, "its `build.json` is not what a build writes")),
    }
}

fn unknown(document: &Document, facts: &BuildFacts, builder: Option<&str>) -> Vec<String> {
    let mut unknown = Vec::new();
    match &facts.inputs.git {
        None => unknown.push(
            "no commit is known: the project was in no git repository that has one, or `git` was not there"
                .to_owned(),
        ),
        Some(git) if git.dirty => {
            unknown
                .push(format!("what was built is not commit {}: tracked files differed from it", git.commit));
        }
        Some(_) => {}
    }
    let url = facts.inputs.repository.as_ref().and_then(|repository| repository.url.as_ref());
    if facts.inputs.git.is_some() && url.is_none() {
        unknown.push("where others find the commit is not known: the repository has no remote `origin` with an address of its own".to_owned());
    }
    if document.code.is_some() && facts.inputs.sources.is_empty() {
        unknown.push("what the code was made from is not known".to_owned());
    }
    if builder.is_none() {
        unknown.push("which platform ran the build is not known; name it with `--builder-id`".to_owned());
    }
    unknown
}

/// Writes a document about versions, which must not lie in one.
///
/// # Errors
///
/// The file would lie in a deployment, or cannot be written.
pub fn write_beside(file: &Path, text: &str) -> Result<(), Error> {
    let path = std::path::absolute(file).map_err(|error| Error::io("locate", file, error))?;
    let is_one = |directory: &&Path| {
        ["deployment.json", "wrangler.json"].iter().all(|name| directory.join(name).is_file())
    };
    let around = path.ancestors().skip(1).find(is_one);
    around.map_or(Ok(()), |directory| deployment::check_outside(directory, file))?;
    super::analysis::write(file, text)
}
