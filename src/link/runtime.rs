//! The linker's own functions, each written out only where it is needed.

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Helper {
    /// Gives a renamed function or class its name back.
    Name,
    /// Makes the object of a module's exports from getters, or adds to one that was made before.
    Namespace,
    /// Adds to such an object what a module exports whose names are only known when it runs.
    Star,
    /// Makes a function that evaluates a CommonJS module once.
    CommonJs,
    /// Makes a function that evaluates a module of the standard once.
    Module,
    /// `module.exports` as an importer sees it.
    Interop,
    /// The exports of a module of the standard as those see them who require it.
    ToCommonJs,
    /// `require` of something that is not known before the program runs.
    Require,
}

impl Helper {
    /// All of them, each after those it speaks of.
    pub(super) const ALL: &[Self] = &[
        Self::Name,
        Self::Namespace,
        Self::Star,
        Self::CommonJs,
        Self::Module,
        Self::Interop,
        Self::ToCommonJs,
        Self::Require,
    ];

    /// Its name where nothing else has it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Name => "__name",
            Self::Namespace => "__namespace",
            Self::Star => "__star",
            Self::CommonJs => "__commonJS",
            Self::Module => "__module",
            Self::Interop => "__interop",
            Self::ToCommonJs => "__toCommonJS",
            Self::Require => "__require",
        }
    }

    /// What it is: an expression, in one line.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Name => {
                r#"(value, name) => Object.defineProperty(value, "name", { value: name, configurable: true })"#
            }
            // Not a plain object: no prototype, its own tag, and nothing that can be added or changed.
            Self::Namespace => concat!(
                r#"(getters, open, target = Object.create(null, { [Symbol.toStringTag]: { value: "Module" } })) => { "#,
                r#"for (const key of Object.keys(getters)) Object.defineProperty(target, key, { get: getters[key], enumerable: true }); "#,
                r#"return open ? target : Object.preventExtensions(target); }"#,
            ),
            Self::Star => concat!(
                r#"(target, from) => { if (from === null || (typeof from !== "object" && typeof from !== "function")) return; "#,
                r#"for (const key of Object.getOwnPropertyNames(from)) if (key !== "default" && key !== "__esModule" && !Object.hasOwn(target, key)) "#,
                r#"Object.defineProperty(target, key, { get: () => from[key], enumerable: true }); }"#,
            ),
            // A module that throws is forgotten, so that it is evaluated again when it is required again.
            Self::CommonJs => concat!(
                r#"(run) => { let module; return () => { if (module) return module.exports; module = { exports: {} }; let done = false; "#,
                r#"try { run.call(module.exports, module.exports, module); done = true; } "#,
                r#"finally { if (!done) module = undefined; } return module.exports; }; }"#,
            ),
            // One that throws goes on throwing the same error.
            Self::Module => concat!(
                r#"(run) => { let state = 0, value; return () => { if (state === 0) { state = 1; "#,
                r#"try { value = run(); } catch (error) { state = 2; value = error; } } "#,
                r#"if (state === 2) throw value; return value; }; }"#,
            ),
            Self::Interop => concat!(
                r#"(exports, node) => { const some = exports !== null && (typeof exports === "object" || typeof exports === "function"); "#,
                r#"const target = Object.create(some ? Object.getPrototypeOf(exports) : null, { [Symbol.toStringTag]: { value: "Module" } }); "#,
                r#"if (some) for (const key of Object.getOwnPropertyNames(exports)) if (key !== "default") "#,
                r#"Object.defineProperty(target, key, { get: () => exports[key], enumerable: Object.prototype.propertyIsEnumerable.call(exports, key), configurable: true }); "#,
                r#"return Object.defineProperty(target, "default", some && exports.__esModule && !node ? { get: () => exports.default, enumerable: true } : { value: exports, enumerable: true }); }"#,
            ),
            Self::ToCommonJs => concat!(
                r#"((known) => (namespace) => { if ("module.exports" in namespace) return namespace["module.exports"]; let target = known.get(namespace); "#,
                r#"if (!target) { known.set(namespace, target = Object.defineProperty({}, "__esModule", { value: true })); "#,
                r#"for (const key of Object.keys(namespace)) if (key !== "__esModule") Object.defineProperty(target, key, { get: () => namespace[key], enumerable: true }); } "#,
                r#"return target; })(new WeakMap())"#,
            ),
            Self::Require => concat!(
                r#"(specifier) => { throw Object.assign(new Error("Cannot find module '" + specifier + "': it is not known when the worker is built"), "#,
                r#"{ code: "MODULE_NOT_FOUND" }); }"#,
            ),
        }
    }
}
