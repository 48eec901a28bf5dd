//! Files that an import wants as data: `with { type: "text" }` and the like.

use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine};

use super::{Compiler, bytes, read};
use crate::compile::{self, Form, Import, Object};
use crate::diagnostic::{Diagnostic, Source};
use crate::project;

/// How the module is called: a file can be wanted as more than one thing.
pub(super) fn path(root: &Path, file: &Path, form: Form) -> String {
    match attribute(form) {
        Some(form) => format!("{} with {{ type: '{form}' }}", project::display(root, file)),
        None => project::display(root, file),
    }
}

/// The attribute that asks for a form.
pub(super) fn attribute(form: Form) -> Option<&'static str> {
    match form {
        Form::Code | Form::Nothing => None,
        Form::Json => Some("json"),
        Form::Text => Some("text"),
        Form::Bytes => Some("bytes"),
    }
}

/// What an import takes a file for that no rule names.
pub(super) fn form(file: &Path, import: &Import) -> Form {
    let name = file.to_str().unwrap_or_default();
    // The names in a CSS module would have to be those of a stylesheet that is built with it.
    let is_stylesheet = name.ends_with(".css") && !name.ends_with(".module.css");
    if import.form == Form::Code && is_stylesheet { Form::Nothing } else { import.form }
}

impl Compiler<'_> {
    /// Reads a file and makes it a module with one export.
    pub(super) fn data(&self, file: &Path, form: Form) -> Result<Object, Vec<Diagnostic>> {
        let one = |problem: Box<Diagnostic>| vec![*problem];
        let source = match form {
            Form::Bytes => {
                let content = bytes(self.root, file).map_err(one)?;
                let text = BASE64_STANDARD.encode(&content);
                Source::of_file(project::display(self.root, file), text, &content)
            }
            Form::Nothing => Source::new(project::display(self.root, file), ""),
            Form::Code | Form::Json | Form::Text => read(self.root, file).map_err(one)?,
        };
        self.cache.object(&source, compile::Options { form, module: true, ..self.options })
    }
}
