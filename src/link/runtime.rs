//! The linker's own functions, each written out only where it is needed.

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Helper {
    /// Gives a renamed function or class its name back.
    Name,
    /// Makes an object of a module's exports from getters, for other modules' text.
    Exports,
    /// Makes the namespace object that programs see of such an object.
    Namespace,
    /// Adds to a namespace object what a module exports whose names are only known when it runs.
    Star,
    /// Makes a function that evaluates a CommonJS module once.
    CommonJs,
    /// Makes a function that evaluates a module of the standard once.
    Module,
    /// Makes such functions for modules that may see each other before they are evaluated: called with 0 they only make
    /// the names, with 1 they are one of these modules calling another.
    Cycle,
    /// Makes a function behind `import()` of a module that is evaluated in its turn.
    Gate,
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
        Self::Exports,
        Self::Namespace,
        Self::Star,
        Self::CommonJs,
        Self::Module,
        Self::Cycle,
        Self::Gate,
        Self::Interop,
        Self::ToCommonJs,
        Self::Require,
    ];

    /// Its name where nothing else has it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Name => "__name",
            Self::Exports => "__exports",
            Self::Namespace => "__namespace",
            Self::Star => "__star",
            Self::CommonJs => "__commonJS",
            Self::Module => "__module",
            Self::Cycle => "__cycle",
            Self::Gate => "__gate",
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
            Self::Exports => concat!(
                r#"(getters, exports = Object.create(null)) => { "#,
                r#"for (const key of Object.keys(getters)) Object.defineProperty(exports, key, { get: getters[key], enumerable: true }); return exports; }"#,
            ),
            // As the standard has it: data properties that are live, cannot be changed, and throw while their binding has
            // no value. An object of getters would say what it is, and could be frozen. Consoles and deep comparisons look at
            // the target itself, so it is given the values too.
            Self::Namespace => concat!(
                r#"(exports, open) => { const target = Object.create(null, { [Symbol.toStringTag]: { value: "Module" } }); "#,
                r#"const add = (key) => Object.defineProperty(target, key, { writable: true, enumerable: true }); Object.keys(exports).forEach(add); "#,
                r#"const show = () => { for (const key of Object.keys(exports)) try { target[key] = exports[key]; } catch {} }; Promise.resolve().then(show); "#,
                r#"const own = (_, key) => { const own = Reflect.getOwnPropertyDescriptor(target, key); if (key in exports) own.value = exports[key]; return own; }; "#,
                r#"return new Proxy(open ? target : Object.preventExtensions(target), { get: (_, key) => { "#,
                r#"if (typeof key === "symbol") show(); return (key in exports ? exports : target)[key]; }, "#,
                r#"getOwnPropertyDescriptor: own, set: () => false, defineProperty: (_, key, change) => { "#,
                r#"if (open && change.get) { Object.defineProperty(exports, key, change); add(key); return false; } const now = own(_, key); "#,
                r#"return !!now && Object.keys(change).every((name) => name in now && Object.is(change[name], now[name])); } }); }"#,
            ),
            Self::Star => concat!(
                r#"(target, from) => { if (from === null || (typeof from !== "object" && typeof from !== "function")) return; "#,
                r#"for (const key of Object.getOwnPropertyNames(from)) if (key !== "default" && key !== "__esModule" && !(key in target)) "#,
                r#"Reflect.defineProperty(target, key, { get: () => from[key], enumerable: true }); }"#,
            ),
            // A module that throws is forgotten, so that it is evaluated again when it is required again.
            Self::CommonJs => concat!(
                r#"(run) => { let module; return () => { if (module) return module.exports; module = { exports: {} }; let done = false; "#,
                r#"try { run.call(module.exports, module.exports, module); done = true; } "#,
                r#"finally { if (!done) module = undefined; } return module.exports; }; }"#,
            ),
            // One that throws goes on throwing the same error.
            Self::Module => concat!(
                r#"(run) => { let outcome; return () => { if (!outcome) { outcome = () => {}; "#,
                r#"try { const value = run(); outcome = () => value; } catch (error) { outcome = () => { throw error; }; } } return outcome(); }; }"#,
            ),
            // Their names are all there before the first of them is evaluated, and they succeed or fail as one.
            Self::Cycle => concat!(
                r#"(runs, below) => { let bodies, outcome; const begun = []; "#,
                r#"const step = (at) => { if (!begun[at]) { begun[at] = true; return bodies[at].next(); } }; "#,
                r#"return runs.map((_, at) => (phase) => { if (!bodies) { bodies = runs.map((run) => run()); bodies.forEach((body) => body.next()); below().forEach((start) => start(0)); } "#,
                r#"if (phase === 0) return; if (phase === 1) return step(at); "#,
                r#"if (!outcome) { outcome = () => {}; try { const value = step(at); outcome = () => value; } catch (error) { outcome = () => { throw error; }; } } return outcome(); }); }"#,
            ),
            Self::Gate => concat!(
                r#"(give) => { let open; const done = new Promise((resolve) => { open = resolve; }); "#,
                r#"return Object.assign(() => done.then(give), { open }); }"#,
            ),
            Self::Interop => concat!(
                r#"(exports, node, target = Object.create(null, { [Symbol.toStringTag]: { value: "Module" } })) => { "#,
                r#"const some = exports !== null && (typeof exports === "object" || typeof exports === "function"); "#,
                r#"if (some) Object.setPrototypeOf(target, Object.getPrototypeOf(exports)); if (some) for (const key of Object.getOwnPropertyNames(exports)) if (key !== "default") "#,
                r#"Object.defineProperty(target, key, { get: () => exports[key], enumerable: Object.prototype.propertyIsEnumerable.call(exports, key), configurable: true }); "#,
                r#"return Object.defineProperty(target, "default", some && exports.__esModule && !node ? { get: () => exports.default, enumerable: true } : { value: exports, enumerable: true }); }"#,
            ),
            Self::ToCommonJs => concat!(
                r#"((known) => (namespace) => { if ("module.exports" in namespace) return namespace["module.exports"]; let target = known.get(namespace); "#,
                r#"if (!target) { known.set(namespace, target = Object.defineProperty({}, "__esModule", { value: true })); "#,
                r#"for (const key of Object.getOwnPropertyNames(namespace)) if (key !== "__esModule") Object.defineProperty(target, key, { get: () => namespace[key], enumerable: true }); } "#,
                r#"return target; })(new WeakMap())"#,
            ),
            Self::Require => concat!(
                r#"(specifier) => { throw Object.assign(new Error("Cannot find module '" + specifier + "': it is not known when the worker is built"), "#,
                r#"{ code: "MODULE_NOT_FOUND" }); }"#,
            ),
        }
    }
}
