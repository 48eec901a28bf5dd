//! The router: JavaScript that runs on the worker in front of the functions, or in a plugin.
//!
//! The route table and the specifiers of the project's modules come in; the text of the worker's entry module
//! comes out. It imports [`RUNTIME`] as [`SPECIFIER`]. The text depends on its input only, and holds
//! nothing that is computed at start-up.

use std::fmt::Write;

use regex::Regex;
use serde_json::Value;

use crate::route::RouteTable;

mod expression;
mod table;

/// The module that all entries import.
pub const RUNTIME: &str = concat!(include_str!("router/match.js"), "\n", include_str!("router/runtime.js"));

/// The specifier by which entries import [`RUNTIME`].
pub const SPECIFIER: &str = "pagesbuild:router";

/// What the entry module puts together.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    /// The route table.
    pub routes: &'a RouteTable,
    /// From a function's file, as in the table, to the specifier that imports it.
    pub functions_specifier: &'a dyn Fn(&str) -> String,
    /// Durable objects and other classes: the specifier of the module, the name that it exports the class by,
    /// the name that the worker does.
    pub classes: &'a [(String, String, String)],
    /// The specifier of the project's main module.
    pub main: Option<&'a str>,
    /// The name of the binding that serves the assets.
    pub assets_binding: Option<&'a str>,
    /// Whether the assets are asked before the main module where no handler matches. True unless the project has
    /// routing rules of its own (`run_worker_first`, `_routes.json`), which say that the worker comes first.
    pub assets_before_main: bool,
    /// The rules of `_routes.json` for the paths that the main module is for, where it is for some only.
    pub named: Option<&'a [String]>,
}

/// Whether rules of `_routes.json` name a path, as a worker has it that is for some paths only.
pub fn names(rules: &[String], path: &str) -> bool {
    let literal = expression::rules(rules);
    Regex::new(literal.trim_matches('/')).is_ok_and(|expression| expression.is_match(path))
}

/// The text of a plugin's entry module: the function of the arguments that a project mounts it with.
pub fn plugin(routes: &RouteTable, functions_specifier: &dyn Fn(&str) -> String) -> String {
    let mut out = format!("import {{ plugin }} from \"{SPECIFIER}\";\n");
    let fields = imports(routes, functions_specifier, &mut out);
    out.push_str(&format!("const router = {{\n{fields}}};\nexport default plugin(router);\n"));
    out
}

/// The text of a module that serves the static files below a path of the assets as a handler: by what is behind the
/// path that it is mounted at.
pub fn static_files(assets_binding: &str, path: &str) -> String {
    let [binding, path] = [assets_binding, path].map(|text| Value::from(text).to_string());
    format!(
        "export const onRequest = ({{ request, env, functionPath }}) => {{
\tconst url = new URL(request.url);
\tconst behind = url.pathname.replace(functionPath, \"\");
\turl.pathname = {path} + (behind.startsWith(\"/\") ? \"\" : \"/\") + behind;
\treturn env[{binding}].fetch(new Request(url.toString(), request));
}};
"
    )
}

/// Writes the imports of all handlers, and gives the fields of the router that hold them and the table.
fn imports(routes: &RouteTable, functions_specifier: &dyn Fn(&str) -> String, out: &mut String) -> String {
    let (root, handlers) = table::print(routes);
    // Writing to a string cannot fail.
    for (index, handler) in handlers.iter().enumerate() {
        let from = Value::from(functions_specifier(&handler.file));
        _ = writeln!(out, "import {{ {} as handler{index} }} from {from};", handler.export);
    }
    let locals: Vec<String> = (0..handlers.len()).map(|index| format!("handler{index}")).collect();
    let names: Vec<String> =
        handlers.iter().map(|handler| Value::from(handler.to_string()).to_string()).collect();
    format!("\thandlers: [{}],\n\tnames: [{}],\n\troot: {root},\n", locals.join(", "), names.join(", "))
}

/// The text of a worker's entry module.
pub fn entry(entry: &Entry<'_>) -> String {
    let mut out = String::new();
    let quoted = |text: &str| Value::from(text).to_string();
    let name = |binding: Option<&str>| binding.map_or_else(|| "null".to_owned(), quoted);
    // Writing to a string cannot fail.
    for (specifier, export, name) in entry.classes {
        let from = quoted(specifier);
        _ = writeln!(out, "export {{ {export} as {name} }} from {from};");
    }
    if let Some(main) = entry.main {
        let main = quoted(main);
        _ = writeln!(out, "import * as main from {main};\nexport * from {main};");
        if entry.routes.0.is_empty() {
            match entry.named {
                Some(rules) => {
                    _ = writeln!(out, "import {{ serveNamed }} from \"{SPECIFIER}\";");
                    _ = writeln!(out, "const router = {{\n\tassets: {},", name(entry.assets_binding));
                    _ = writeln!(out, "\tnamed: {},\n}};", expression::rules(rules));
                    out.push_str("export default serveNamed(router, main.default);\n");
                }
                None => out.push_str("export default main.default;\n"),
            }
            return out;
        }
    }
    let serve = if entry.main.is_some() { "serveMain" } else { "serve" };
    _ = writeln!(out, "import {{ {serve} }} from \"{SPECIFIER}\";");
    let fields = imports(entry.routes, entry.functions_specifier, &mut out);
    _ = writeln!(out, "const router = {{");
    _ = writeln!(out, "\tassets: {},", name(entry.assets_binding));
    _ = writeln!(out, "\tassetsFirst: {},", entry.assets_before_main);
    _ = writeln!(out, "{fields}}};");
    let main = if entry.main.is_some() { ", main.default" } else { "" };
    _ = writeln!(out, "export default {serve}(router{main});");
    out
}
