//! A software bill of materials in the form of CycloneDX 1.6: the packages that something of is in the worker.
//!
//! Source: <https://cyclonedx.org/docs/1.6/json/>

use serde_json::{Value as Json, json};

use super::license::license;
use super::{purl, scope};
use crate::deployment::BuildFacts;
use crate::deployment::document::{Document, Package};
use crate::hash;

/// The bill of a deployment, with what the facts of its build add: when that was, by which version, and what licenses are.
pub fn sbom(document: &Document, facts: Option<&BuildFacts>) -> Json {
    let packages = document.code.as_ref().map_or(&[][..], |code| &code.packages);
    let components: Vec<Json> = packages.iter().map(|package| component(package, facts)).collect();
    let mut metadata = json!({});
    if let Some(facts) = facts {
        metadata["timestamp"] = facts.time.clone().into();
    }
    metadata["lifecycles"] = json!([{ "phase": "build" }]);
    if let Some(facts) = facts {
        let tool = json!({ "type": "application", "name": "pagesbuild", "version": facts.tool });
        metadata["tools"] = json!({ "components": [tool] });
    }
    metadata["component"] = deployed(document);
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": format!("urn:uuid:{}", uuid(&document.id)),
        "version": 1,
        "metadata": metadata,
        "components": components,
        // What was bundled by other tools before cannot be seen.
        "compositions": [{ "aggregate": "unknown", "assemblies": [document.id] }],
    })
}

/// What the bill is of.
fn deployed(document: &Document) -> Json {
    let text = document.to_text();
    let mut component = json!({
        "type": "application",
        "bom-ref": document.id,
        "name": document.project.name,
        "version": document.id,
        "hashes": [
            { "alg": "SHA-256", "content": hash::sha256_hex(text.as_bytes()) },
            { "alg": "BLAKE3", "content": hash::blake3_hex(text.as_bytes()) },
        ],
    });
    if let Some(environment) = &document.project.environment {
        component["properties"] = json!([{ "name": "pagesbuild:environment", "value": environment }]);
    }
    component
}

fn component(package: &Package, facts: Option<&BuildFacts>) -> Json {
    let purl = purl(package);
    let (group, name) = scope(&package.name);
    let mut component = json!({ "type": "library", "bom-ref": purl });
    if let Some(group) = group {
        component["group"] = group.into();
    }
    component["name"] = name.into();
    if let Some(version) = &package.version {
        component["version"] = version.clone().into();
    }
    if let Some(text) = facts.and_then(|facts| facts.inputs.licenses.get(&package.spoken())) {
        component["licenses"] = json!([license(text)]);
    }
    component["purl"] = purl.into();
    component["properties"] = json!([{ "name": "pagesbuild:size", "value": package.size.to_string() }]);
    component
}

/// The id as a UUID of version 8, whose bits are anyone's but six: those say so.
fn uuid(id: &str) -> String {
    let mut digits: Vec<char> = id.chars().collect();
    if let Some(digit) = digits.get_mut(12) {
        *digit = '8';
    }
    if let Some(digit) = digits.get_mut(16) {
        let bits = digit.to_digit(16).unwrap_or(0) & 3 | 8;
        *digit = char::from_digit(bits, 16).unwrap_or('8');
    }
    let part = |range: std::ops::Range<usize>| digits.iter().skip(range.start).take(range.len()).collect();
    let parts: [String; 5] = [part(0..8), part(8..12), part(12..16), part(16..20), part(20..32)];
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_as_uuids() {
        assert_eq!(uuid("00112233445566778899aabbccddeeff"), "00112233-4455-8677-8899-aabbccddeeff");
        assert_eq!(uuid("ffffffffffffffffffffffffffffffff"), "ffffffff-ffff-8fff-bfff-ffffffffffff");
    }
}
