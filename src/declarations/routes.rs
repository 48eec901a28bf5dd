//! What the path gives to each route.

use std::collections::BTreeMap;

use super::Input;
use super::text::{key, string};
use crate::route::{Pattern, Piece};

/// Prints the parameters of all routes, and the types of handlers that name a route. Nothing without routes.
pub(super) fn print(input: &Input<'_>, out: &mut String) {
    let patterns = input.routes.0.iter().map(|route| (route.pattern.to_string(), params(&route.pattern)));
    let patterns: BTreeMap<String, String> = patterns.collect();
    if patterns.is_empty() {
        return;
    }
    out.push_str("/** The parameters of each route, by its pattern. */\ninterface Routes {\n");
    for (pattern, params) in &patterns {
        out.push_str(&format!("\t{}: {params};\n", string(pattern)));
    }
    let interface = input.style.interface();
    out.push_str(&format!(
        "}}
/** The parameters of a route. */
type RouteParams<Pattern extends keyof Routes> = Routes[Pattern];
/** What a handler of a route is called with. */
interface RouteContext<Pattern extends keyof Routes, Data = Record<string, unknown>>
\textends Omit<EventContext<{interface}, never, Data>, \"env\" | \"params\"> {{
\tenv: {interface};
\tparams: RouteParams<Pattern>;
}}
/** A handler of a route: `PagesFunction` with the parameters that its path gives. */
type RouteFunction<Pattern extends keyof Routes, Data = Record<string, unknown>> = (
\tcontext: RouteContext<Pattern, Data>,
) => Response | Promise<Response>;
"
    ));
}

/// The type of a pattern's parameters. Of two with one name the later one stays, if it is there.
fn params(pattern: &Pattern) -> String {
    let mut params: BTreeMap<&str, (&str, bool)> = BTreeMap::new();
    for piece in pattern.0.iter().flat_map(|segment| &segment.0) {
        match piece {
            Piece::Text(_) => {}
            Piece::Param(name) => _ = params.insert(name, ("string", true)),
            Piece::CatchAll(name) => {
                let value = match params.get(name.as_str()) {
                    Some(("string", present)) => ("string | string[]", *present),
                    Some(earlier) => *earlier,
                    None => ("string[]", false),
                };
                params.insert(name, value);
            }
        }
    }
    if params.is_empty() {
        return "{}".to_owned();
    }
    let one = |(name, (of, present)): (&&str, &(&str, bool))| {
        format!("{}{}: {of}", key(name), if *present { "" } else { "?" })
    };
    format!("{{ {} }}", params.iter().map(one).collect::<Vec<_>>().join("; "))
}
