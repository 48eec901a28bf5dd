//! Kinds of bindings: the platform's types held against the declarations that it ships, and the kinds that programs' own
//! types say.

use std::fs;

use crate::fixture::root;
use crate::npm;

#[test]
fn the_table_is_what_the_declarations_say() {
    let file = root().join("src/binding/kinds/platform.rs");
    let written = npm::stdout(&mut npm::command("binding/platform.mjs"));
    assert_eq!(fs::read_to_string(&file).unwrap(), written, "{} is out of date", file.display());
}
