//! A document in, its one text, its id and its digests out.

use std::collections::BTreeMap;
use std::io::BufWriter;

use serde::Serialize;
use serde_json::Value as Json;

use super::{Assets, Binding, Code, Digests, Document, Route, Runtime, sorted};
use crate::hash;

impl Document {
    /// The canonical text: keys sorted, two spaces of indentation, line feeds, one at the end.
    pub fn to_text(&self) -> String {
        // The types above have string keys and finite numbers: this cannot fail, and if it could, nothing would be equal to it.
        let mut text = Vec::with_capacity(self.length());
        let written = serde_json::to_writer_pretty(&mut text, self);
        text.push(b'\n');
        written.ok().and_then(|()| String::from_utf8(text).ok()).unwrap_or_default()
    }

    /// About how many bytes the text has, mostly a little less: to make room for a large one again and again takes as long as to
    /// write it.
    fn length(&self) -> usize {
        const ROW: usize = 160;
        let assets = self.assets.as_ref();
        let paths = assets.map_or(0, |assets| assets.files.keys().map(|path| path.len() + ROW).sum());
        paths + (self.routes.len() + self.uses.len()) * ROW + 16 * 1024
    }

    /// Computes the digests, then the id. Gives the text that the document has then.
    pub(in crate::deployment) fn seal(&mut self) -> String {
        self.digests = self.compute_digests();
        self.id = String::new();
        let mut text = self.to_text();
        let (before, after) = around_id(&text);
        self.id = id_of(before, after);
        let place = before.len()..text.len() - after.len();
        text.replace_range(place, &format!("  \"id\": \"{}\",\n", self.id));
        text
    }

    /// What the digests have to be.
    pub(super) fn compute_digests(&self) -> Digests {
        let Self { code, routes, runtime, uses, assets, bindings, settings, .. } = self;
        Digests {
            assets: digest(&AssetsPart { assets: assets.as_ref() }),
            bindings: digest(&BindingsPart { bindings, settings }),
            code: digest(&CodePart { code: code.as_ref(), routes, runtime, uses }),
        }
    }
}

/// What of a document is in the digest of its code. A part that is absent counts as `null`, as it does for `jq`.
#[derive(Serialize)]
struct CodePart<'a> {
    code: Option<&'a Code>,
    routes: &'a [Route],
    runtime: &'a Runtime,
    uses: &'a BTreeMap<String, Vec<String>>,
}

/// What is in the digest of its static files.
#[derive(Serialize)]
struct AssetsPart<'a> {
    assets: Option<&'a Assets>,
}

/// What is in the digest of its bindings.
#[derive(Serialize)]
struct BindingsPart<'a> {
    bindings: &'a [Binding],
    #[serde(serialize_with = "sorted")]
    settings: &'a BTreeMap<String, Json>,
}

fn digest(part: &impl Serialize) -> String {
    let mut hasher = BufWriter::new(hash::Hasher::default());
    // Nothing here can fail, and if it could, no digest would match.
    let written = serde_json::to_writer(&mut hasher, part).is_ok();
    let hasher = hasher.into_inner().ok().filter(|_| written);
    hasher.map_or_else(String::new, |hasher| hasher.finish_short())
}

/// The two parts of a canonical text before and behind the line of its id. No other line starts like that one: everything
/// else that deep in the document has a name of its own, and a string cannot hold a line feed.
pub(super) fn around_id(text: &str) -> (&str, &str) {
    let (before, line) = text.find("\n  \"id\": ").map_or((text, ""), |at| text.split_at(at + 1));
    (before, line.split_once('\n').map_or("", |(_, after)| after))
}

/// The hash of a canonical text without the line of its id.
pub(super) fn id_of(before: &str, after: &str) -> String {
    let mut hasher = hash::Hasher::default();
    hasher.update(before.as_bytes());
    hasher.update(after.as_bytes());
    hasher.finish_short()
}
