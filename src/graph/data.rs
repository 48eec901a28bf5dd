//! Files that an import wants as data: `with { type: "text" }` and the like.

use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine};

use super::{Compiler, bytes, read};
use crate::compile::{self, Form, Import, Object};
use crate::diagnostic::{Diagnostic, Source};
use crate::project;

/// How the module is called: a file can be wanted as more than one thing.
pub(super) fn path(root: &Path, file: &Path, form: Form) -> String {
    let form = match form {
        Form::Code | Form::Nothing => return project::display(root, file),
        Form::Json => "json",
        Form::Text => "text",
        Form::Bytes => "bytes",
    };
    format!("{} with {{ type: '{form}' }}", project::display(root, file))
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
                let content = BASE64_STANDARD.encode(bytes(self.root, file).map_err(one)?);
                Source::new(project::display(self.root, file), content)
            }
            Form::Nothing => Source::new(project::display(self.root, file), ""),
            Form::Code | Form::Json | Form::Text => read(self.root, file).map_err(one)?,
        };
        self.cache.object(&source, compile::Options { form, module: true, ..self.options })
    }
}
