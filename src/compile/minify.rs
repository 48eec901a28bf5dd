//! Code made short: expressions compressed, local names shortened. Names of the top level are the linker's.

use swc_core::common::Mark;
use swc_core::ecma::ast::Program;
use swc_core::ecma::minifier::optimize;
use swc_core::ecma::minifier::option::{CompressOptions, ExtraOptions, MangleOptions, MinifyOptions};

use super::parse::Session;

/// Minifies a module by itself.
pub(super) fn minify(session: &Session, program: Program, keep_names: bool, marks: (Mark, Mark)) -> Program {
    let (unresolved_mark, top_level_mark) = marks;
    let options = MinifyOptions {
        compress: Some(CompressOptions {
            module: true,
            top_level: None,
            keep_classnames: keep_names,
            keep_fnames: keep_names,
            ..CompressOptions::default()
        }),
        mangle: Some(MangleOptions {
            top_level: Some(false),
            keep_class_names: keep_names,
            keep_fn_names: keep_names,
            ..serde_json::from_str("{}").unwrap_or_else(|_| unreachable!("all fields have defaults"))
        }),
        ..MinifyOptions::default()
    };
    let extra = ExtraOptions { unresolved_mark, top_level_mark, mangle_name_cache: None };
    optimize(program, session.files.clone(), Some(&session.comments), None, &options, &extra)
}
