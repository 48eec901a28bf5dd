//! Rewrites of many paths that take the place of static files.
//!
//! The rules and the files come in, a diagnostic for each such rule comes out, and a path where it can be seen.

use std::collections::BTreeMap;

use rayon::prelude::*;
use regex::RegexSet;

use super::addresses::Addresses;
use super::told;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Note, Source};
use crate::site::html::Intent;
use crate::site::request::path;
use crate::site::serve::{decode, encode};
use crate::site::{Request, Site};

pub(super) fn shadowed(site: &Site<'_>, source: &Source, diagnostics: &mut Diagnostics) -> Vec<String> {
    let rules = site.redirect_rules();
    if !site.tried().iter().any(|(at, _)| rules[*at].status == 200) {
        return Vec::new();
    }
    let expressions = site.tried().iter().map(|(_, rule)| rule.text());
    let Ok(set) = RegexSet::new(expressions) else { return Vec::new() };
    // Most targets have nothing to fill in, so what they serve is found once.
    let targets: Vec<Option<Option<String>>> = site
        .tried()
        .iter()
        .map(|(at, _)| (!rules[*at].to.contains(':')).then(|| served(site, &site.target(*at, &Vec::new()))))
        .collect();
    let addresses = Addresses::of(site);
    let all: Vec<(&str, &str)> = addresses.iter().collect();
    let one = |(address, file): &(&str, &str)| {
        let place = set.matches(address).iter().next().filter(|_| site.fixed(address).is_none())?;
        let (at, rule) = site.tried().get(place)?;
        if rules[*at].status != 200 || !rules[*at].is_dynamic() {
            return None;
        }
        let in_place = match targets.get(place)? {
            Some(known) => known.clone(),
            None => served(site, &site.target(*at, &rule.captures(None, address)?)),
        };
        let own = Some(Intent::File((*file).to_owned()));
        let is_hidden = in_place.as_deref() != Some(file)
            && site.intent(&decode(address), site.not_found_handling) == own;
        is_hidden.then(|| (*at, (*address).to_owned()))
    };
    let hidden: Vec<(usize, String)> = all.par_iter().filter_map(one).collect();
    let mut by_rule: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (at, address) in hidden {
        by_rule.entry(at).or_default().push(address);
    }
    let seen = by_rule.values().filter_map(|addresses| addresses.first().cloned()).collect();
    for (at, addresses) in by_rule {
        let rule = &rules[at];
        let files = match addresses.len() {
            1 => "1 static file is not served at its own path".to_owned(),
            several => format!("{several} static files are not served at their own paths"),
        };
        let message = format!("{files}: `{}` comes before", told(rule));
        let own = addresses.first().map_or("", String::as_str);
        let mut diagnostic = Diagnostic::warning(Code::ShadowedAssets, message)
            .at(source, rule.span.clone(), "rules come before files")
            .help(format!(
                "narrow the rule, or give these paths rules of their own at the top: `{own} {own} 200`"
            ));
        diagnostic.notes.push(Note { label: "static files", items: addresses });
        diagnostics.push(diagnostic);
    }
    seen
}

/// The file that is served for a path that was put in place of another one.
fn served(site: &Site<'_>, to: &str) -> Option<String> {
    let path = path(&Request::new("GET", "/").ok()?.join(to)?);
    let decoded = decode(&path);
    match site.intent(&decoded, site.not_found_handling) {
        Some(Intent::File(found) | Intent::Fallback(found)) => {
            Some(found).filter(|_| encode(&decoded) == path)
        }
        Some(Intent::Elsewhere(_)) | None => None,
    }
}
