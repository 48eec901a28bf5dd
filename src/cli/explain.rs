//! `pagesbuild explain PATH`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use pagesbuild::error::Error;
use pagesbuild::pipeline::{self, Before, Behind, Cited, Explained, FromAssets, InWorker};
use pagesbuild::site::{NoAddress, Request, What};
use serde_json::{Map, Value, json};

use super::printer::Printer;
use super::{Global, Outcome, ProjectArguments, project_options};

pub(super) const EXAMPLES: &str = "Examples:
  pagesbuild explain /about
  pagesbuild explain /api/images/7 --method DELETE
  pagesbuild explain 'https://shop.example.com/cart?item=7' -C site --env production

PATH is a path with or without a query, or a URL, by which rules for hosts are compared as well.";

#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// Path or URL of the request
    path: String,
    /// Method of the request
    #[arg(long, value_enum, ignore_case = true, default_value_t = Method::Get)]
    method: Method,
    /// Directory of the project
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    directory: PathBuf,
    #[command(flatten)]
    project: ProjectArguments,
}

/// The methods that handlers can be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
}

pub(super) fn run(arguments: Arguments, global: &Global, printer: &Printer) -> Outcome {
    let method = arguments.method.to_possible_value();
    let method = method.as_ref().map_or("GET", |method| method.get_name());
    let request = Request::new(method, &arguments.path).map_err(|why| no_address(&arguments.path, why))?;
    let options = project_options(arguments.directory, global, arguments.project, None);
    let (explainer, diagnostics) = pipeline::explainer(&options)?;
    let explained = explainer.as_ref().map(|explainer| explainer.explain(&request));
    if printer.json {
        let result = explained.as_ref().map_or(Value::Null, |explained| document(&request, explained));
        printer.document(explained.is_some(), &result, &diagnostics)?;
        return Ok(explained.is_some());
    }
    printer.diagnostics(&diagnostics);
    let Some(explained) = explained else {
        printer.verdict(&diagnostics);
        return Ok(false);
    };
    let host = request.host().unwrap_or("");
    let head = format!("{method} {host}{}{}", request.path(), request.search());
    let mut text = format!("{}\n{}", printer.paint("1", &head), show(&explained));
    if let Some(navigating) = &explained.navigating {
        let _ = write!(text, "to a browser that navigates there\n{}", show(navigating));
    }
    printer.result(&text)?;
    Ok(true)
}

fn no_address(path: &str, why: NoAddress) -> Error {
    Error::Usage(match why {
        NoAddress::Neither => {
            format!("`{path}` is neither a path nor a URL: write `/path` or `https://example.com/path`")
        }
        NoAddress::Malformed => format!("`{path}` is no URL"),
    })
}

fn show(explained: &Explained) -> String {
    let mut text = line("asked", &asked(&explained.before));
    let assets = explained.assets.as_ref();
    let Some(worker) = &explained.worker else {
        text.push_str(&assets.map(answer).unwrap_or_default());
        return text;
    };
    for middleware in &worker.middleware {
        text.push_str(&line("middleware", middleware));
    }
    if let Some((route, handler)) = &worker.handler {
        text.push_str(&line("handler", &format!("{handler} for {route}")));
    }
    text.push_str(&line("behind", &behind(worker)));
    if worker.behind == Behind::Assets {
        text.push_str(&assets.map(answer).unwrap_or_default());
    }
    text
}

/// A line with its label, which may be empty.
fn line(label: &str, text: &str) -> String {
    format!("{label:<10}  {text}\n")
}

fn asked(before: &Before) -> String {
    match before {
        Before::WorkerAlone => "the worker: the project has no static files".to_owned(),
        Before::WorkerAlways => "the worker: `run_worker_first` is `true`".to_owned(),
        Before::WorkerByRule(rule) => format!("the worker, by the routing rule `{rule}`"),
        Before::WorkerForTheRest => {
            "the worker: no routing rule names the path, and no static file is there".to_owned()
        }
        Before::AssetsAlone => "the static files: the project has no worker".to_owned(),
        Before::AssetsByRule(rule) => format!("the static files, by the routing rule `!{rule}`"),
        Before::AssetsForTheirs => {
            "the static files: no routing rule names the path, and they have an answer".to_owned()
        }
    }
}

fn behind(worker: &InWorker) -> String {
    let what = match &worker.behind {
        Behind::Nothing => "a plain 404".to_owned(),
        Behind::Assets => "the static files".to_owned(),
        Behind::Main(main) => format!("{main}, by the code of its own `fetch`"),
    };
    match worker.middleware.len() + usize::from(worker.handler.is_some()) {
        0 => format!("{what} (no function matches)"),
        1 => format!("{what}, if the function calls `next()` and leaves the request as it is"),
        _ => format!("{what}, if all of these call `next()` and leave the request as it is"),
    }
}

fn answer(answer: &FromAssets) -> String {
    let served = &answer.served;
    let by = |cited: &Cited| format!("`{}` at {}:{}", cited.text, cited.path, cited.line);
    let mut text = String::new();
    if let (Some((_, path)), Some(rule)) = (&served.rewrite, &answer.redirect) {
        text.push_str(&line("rewrite", &format!("to {path}, by {}", by(rule))));
    }
    let file = answer.file.as_deref().unwrap_or_default();
    let what = match &served.what {
        What::File(_) => file.to_owned(),
        What::Fallback(_) => format!("{file}, as no file is at the path (`not_found_handling`)"),
        What::Redirect { location, .. } => {
            let rule = answer.redirect.as_ref().map(by).unwrap_or_default();
            format!("to {location}, by {rule}")
        }
        What::Respelled { location } => {
            format!(
                "to {location}, the spelling that is served (`html_handling` is `{}`)",
                answer.html_handling
            )
        }
        What::MethodNotAllowed => "the static files answer GET and HEAD only".to_owned(),
        What::NotFound => "no file is at the path".to_owned(),
        What::Failed => {
            "the platform fails: a rule leads to no address, or sets what is no header".to_owned()
        }
    };
    text.push_str(&line(&served.status.to_string(), &what));
    for (name, value) in served.headers.iter().filter(|(name, _)| name != "location") {
        text.push_str(&line("", &format!("{name}: {value}")));
    }
    for (at, rule) in answer.headers.iter().enumerate() {
        text.push_str(&line(if at == 0 { "headers by" } else { "" }, &by(rule)));
    }
    text
}

fn document(request: &Request, explained: &Explained) -> Value {
    let mut document = Map::new();
    document.insert("method".to_owned(), json!(request.method));
    document.insert("host".to_owned(), json!(request.host()));
    document.insert("path".to_owned(), json!(request.path()));
    document.insert("query".to_owned(), json!(request.search()));
    document.extend(to_json(explained));
    let navigating = explained.navigating.as_ref().map(|navigating| to_json(navigating));
    document.insert("navigating".to_owned(), json!(navigating));
    Value::Object(document)
}

fn to_json(explained: &Explained) -> Map<String, Value> {
    let (why, rule) = match &explained.before {
        Before::WorkerAlone | Before::AssetsAlone => ("alone", None),
        Before::WorkerAlways => ("always", None),
        Before::WorkerByRule(rule) | Before::AssetsByRule(rule) => ("rule", Some(rule)),
        Before::WorkerForTheRest => ("not-found", None),
        Before::AssetsForTheirs => ("found", None),
    };
    let asked = if explained.before.runs_worker() { "worker" } else { "assets" };
    let fields = [
        ("asked", json!(asked)),
        ("why", json!(why)),
        ("rule", json!(rule)),
        ("worker", explained.worker.as_ref().map_or(Value::Null, worker_to_json)),
        ("assets", explained.assets.as_ref().map_or(Value::Null, assets_to_json)),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn worker_to_json(worker: &InWorker) -> Value {
    let (behind, main) = match &worker.behind {
        Behind::Nothing => ("nothing", None),
        Behind::Assets => ("assets", None),
        Behind::Main(main) => ("main", Some(main)),
    };
    json!({
        "middleware": worker.middleware,
        "route": worker.handler.as_ref().map(|(route, _)| route),
        "handler": worker.handler.as_ref().map(|(_, handler)| handler),
        "behind": behind,
        "main": main,
    })
}

fn assets_to_json(answer: &FromAssets) -> Value {
    let served = &answer.served;
    let (kind, asset, location) = match &served.what {
        What::File(asset) => ("file", Some(asset), None),
        What::Fallback(asset) => ("fallback", Some(asset), None),
        What::Redirect { location, .. } => ("redirect", None, Some(location)),
        What::Respelled { location } => ("respelled", None, Some(location)),
        What::MethodNotAllowed => ("method-not-allowed", None, None),
        What::NotFound => ("not-found", None, None),
        What::Failed => ("failed", None, None),
    };
    let cited = |rule: &Cited| json!({ "text": rule.text, "path": rule.path, "line": rule.line });
    let headers = served.headers.iter().map(|(name, value)| (name.clone(), json!(value)));
    json!({
        "status": served.status,
        "answer": kind,
        "asset": asset,
        "file": answer.file,
        "location": location,
        "rewrite": served.rewrite.as_ref().map(|(_, path)| path),
        "redirectRule": answer.redirect.as_ref().map(cited),
        "headers": headers.collect::<Map<String, Value>>(),
        "headerRules": answer.headers.iter().map(cited).collect::<Vec<_>>(),
    })
}
