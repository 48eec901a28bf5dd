//! A directory or an archive in, the deployment out, or everything that keeps it from being the one that its description says,
//! not only the first.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use rayon::prelude::*;

use super::content::{CopyError, OutputFile};
use super::document::Document;
use super::finding::Finding;
use super::{DOCUMENT, Deployment, alike, archive, directory};

/// A deployment whose every byte is what its description says.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The description.
    pub document: Document,
    /// How many files it names.
    pub files: usize,
    /// Bytes of these files.
    pub bytes: u64,
    /// Pairs of names that are one where upper and lower case are not told apart, or differently composed letters.
    pub alike: Vec<[String; 2]>,
}

/// The deployment that is in a directory or in an archive, as far as can be said without reading its files: these are
/// compared with the description when they are copied.
///
/// # Errors
///
/// Everything that differs, by path.
pub fn open(path: &Path) -> Result<Deployment, Vec<Finding>> {
    let mut findings = Vec::new();
    let deployment = look(path, &mut findings)?;
    found(deployment, findings)
}

/// Compares a directory or an archive with its own description, byte by byte.
///
/// `build.json`, which no description covers, only has to be a file; `.wrangler`, which `wrangler dev` makes,
/// is passed over.
///
/// # Errors
///
/// Everything that differs, by path.
pub fn verify(path: &Path) -> Result<Verified, Vec<Finding>> {
    let mut findings = Vec::new();
    let deployment = look(path, &mut findings)?;
    contents(deployment, findings)
}

/// Compares the files of a deployment with its description, byte by byte.
///
/// # Errors
///
/// Everything that differs, by path.
pub fn verify_files(deployment: Deployment) -> Result<Verified, Vec<Finding>> {
    contents(deployment, Vec::new())
}

fn look(path: &Path, findings: &mut Vec<Finding>) -> Result<Deployment, Vec<Finding>> {
    let looked = match path.is_dir() {
        true => directory::look(path, findings),
        false => archive::look(path, findings),
    };
    looked.map_err(|finding| {
        findings.push(finding);
        sorted(std::mem::take(findings))
    })
}

fn contents(deployment: Deployment, mut findings: Vec<Finding>) -> Result<Verified, Vec<Finding>> {
    let checked: Vec<Option<Finding>> = deployment.files.par_iter().map(check).collect();
    findings.extend(checked.into_iter().flatten());
    // The description describes itself.
    let named = || deployment.files.iter().filter(|file| file.path != DOCUMENT);
    let (files, bytes) = (named().count(), named().map(|file| file.expected.size).sum());
    let alike = alike::alike(&deployment.files);
    found(Verified { document: deployment.document, files, bytes, alike }, findings)
}

fn found<T>(value: T, findings: Vec<Finding>) -> Result<T, Vec<Finding>> {
    if findings.is_empty() { Ok(value) } else { Err(sorted(findings)) }
}

fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    // What is there and cannot be used is not missing as well.
    let odd: BTreeSet<String> = findings
        .iter()
        .filter_map(|finding| match finding {
            Finding::Entry(path, _) | Finding::NotAFile(path) => Some(path.clone()),
            _ => None,
        })
        .collect();
    findings.retain(|finding| !matches!(finding, Finding::Missing(path) if odd.contains(path)));
    findings.sort_by_cached_key(ToString::to_string);
    findings
}

fn check(file: &OutputFile) -> Option<Finding> {
    match file.copy(&mut io::sink()) {
        Ok(()) => None,
        Err(CopyError::Different) => Some(Finding::Different(file.path.clone())),
        Err(CopyError::Unreadable(error)) if error.kind() == io::ErrorKind::NotFound => {
            Some(Finding::Missing(file.path.clone()))
        }
        Err(CopyError::Unreadable(error) | CopyError::Unwritten(error)) => {
            Some(Finding::Unreadable(file.path.clone(), error))
        }
    }
}
