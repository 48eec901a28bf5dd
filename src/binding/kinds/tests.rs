//! What accesses say of kinds, case by case.

use super::*;
use crate::binding::Certainty;

fn used(accesses: Vec<Access>) -> Use {
    Use {
        name: "X".to_owned(),
        source: Source::new("functions/index.js", "env.X"),
        span: 4..5,
        certainty: Certainty::Certain,
        guarded: false,
        users: Vec::new(),
        everybody: false,
        accesses,
    }
}

fn members(paths: &str) -> Vec<Access> {
    paths.split(' ').map(|path| Access::Member(path.to_owned())).collect()
}

fn option(method: &str, place: usize, key: &str) -> Access {
    Access::Option(method.to_owned(), place, key.to_owned())
}

fn count(method: &str, count: usize) -> Vec<Access> {
    vec![Access::Member(format!("{method}()")), Access::Count(method.to_owned(), count)]
}

fn text(method: &str, place: usize, text: &str) -> Access {
    Access::Text(method.to_owned(), place, text.to_owned())
}

#[test]
fn accesses_tell_kinds() {
    let cases: &[(Vec<Access>, &str, bool)] = &[
        (members("prepare().bind().all()"), "d1_databases", true),
        (members("prepare"), "d1_databases", true),
        (members("batch"), "d1_databases", true),
        (members("idFromName"), "durable_objects", true),
        (members("get().increment()"), "durable_objects", false),
        (members("idFromName get().increment()"), "durable_objects", true),
        (members("getByName().increment"), "durable_objects", true),
        (members("get().fetch()"), "kv_namespaces r2_buckets secrets_store_secrets", false),
        (members("getWithMetadata()"), "kv_namespaces", true),
        (members("list()"), "kv_namespaces r2_buckets", false),
        (members("list().objects"), "r2_buckets", true),
        (members("list().keys.map()"), "kv_namespaces", true),
        (members("put()"), "kv_namespaces r2_buckets", false),
        (members("head()"), "r2_buckets", true),
        (members("get().writeHttpMetadata()"), "r2_buckets", true),
        (members("get().text().split()"), "r2_buckets", true),
        (members("get().toUpperCase()"), "kv_namespaces secrets_store_secrets", false),
        (members("get().users"), "kv_namespaces secrets_store_secrets", false),
        (vec![text("get", 1, "json")], "kv_namespaces", true),
        (vec![option("get", 1, "type")], "kv_namespaces", true),
        (vec![option("get", 1, "range")], "r2_buckets", true),
        (vec![option("put", 2, "expirationTtl")], "kv_namespaces", true),
        (vec![option("put", 2, "httpMetadata")], "r2_buckets", true),
        (vec![option("list", 0, "delimiter")], "r2_buckets", true),
        (vec![option("list", 0, "prefix")], "kv_namespaces r2_buckets", false),
        (count("get", 0), "secrets_store_secrets", false),
        (count("get", 1), "kv_namespaces r2_buckets", false),
        (count("put", 3), "kv_namespaces r2_buckets", false),
        (count("send", 2), "queues", true),
        (vec![text("send", 0, "start")], "queues", false),
        (vec![option("send", 0, "id")], "queues", false),
        (members("sendBatch()"), "queues", true),
        (vec![option("send", 1, "delaySeconds")], "queues", true),
        (vec![option("send", 0, "subject")], "send_email", false),
        (members("send()"), "queues send_email", false),
        (members("writeDataPoint()"), "analytics_engine_datasets", true),
        (members("run()"), "ai", true),
        (members("run().response"), "ai", true),
        (members("upsert() query().matches"), "vectorize", true),
        (members("connectionString"), "hyperdrive", true),
        (members("limit().success"), "ratelimits", true),
        (vec![option("limit", 0, "key")], "ratelimits", true),
        (vec![option("create", 0, "params")], "workflows", true),
        (members("createBatch"), "workflows", true),
        (members("input().transform().output()"), "images", false),
        (members("hosted.image()"), "images", true),
        (members("fetch()"), "assets services", false),
        (members("split().map()"), "vars", true),
        (members("length"), "vars", true),
        (vec![Access::AsText], "vars", true),
        (vec![Access::Argument("drizzle-orm/d1".into(), "drizzle".into())], "d1_databases", true),
        (vec![Access::Argument("stripe".into(), "default".into())], "", false),
        (members("toString()"), "", false),
        (members("greet()"), "services", false),
        (members("region"), "vars", true),
        (members("greet greet()"), "services", false),
    ];
    for (accesses, kinds, sure) in cases {
        let found = infer(&[&used(accesses.clone())], &[]);
        let expected: Vec<&str> = kinds.split_whitespace().collect();
        assert_eq!((found.kinds.as_slice(), found.sure), (expected.as_slice(), *sure), "{accesses:?}");
        assert!(!found.is_contradictory());
    }
}

#[test]
fn names_tell_one_of_several_kinds() {
    for (name, path, kinds) in [
        ("ASSETS", "fetch()", "assets"),
        ("USERS_SERVICE", "fetch()", "services"),
        ("myBucket", "put()", "r2_buckets"),
        ("MAILER", "send()", "send_email"),
        ("JOBS_QUEUE", "prepare()", "d1_databases"),
        ("API_TOKEN", "get()", "secrets_store_secrets"),
    ] {
        let found = infer(&[&Use { name: name.to_owned(), ..used(members(path)) }], &[]);
        assert_eq!(found.kinds, [kinds], "{name}.{path}");
    }
}

#[test]
fn contradictions_are_told_from_ignorance() {
    let nothing = infer(&[&used(members("then"))], &[]);
    assert_eq!(nothing, Inferred::default());
    let both = infer(&[&used(members("prepare().all()")), &used(members("idFromName()"))], &[]);
    assert_eq!(both.kinds, ["services"]);
    assert!(!both.sure);
    let source = Source::new("env.ts", "interface Env { X: KVNamespace }");
    let declared = Declared::new(source, 16..17, "KVNamespace".to_owned(), false, of_type("KVNamespace"));
    assert_eq!(infer(&[], std::slice::from_ref(&declared)).kind(), Some("kv_namespaces"));
    assert!(infer(&[&used(members("prepare().all()"))], &[declared]).is_contradictory());
}

#[test]
fn nothing_is_said_against_what_may_be() {
    let cases: &[(Vec<Access>, &str, bool)] = &[
        (members("prepare().bind().all()"), "kv_namespaces", true),
        (members("prepare().bind().all()"), "d1_databases", false),
        (members("prepare().bind().all()"), "services", false),
        (members("prepare().bind().all()"), "unsafe", false),
        (members("prepare().bind().all()"), "vars", true),
        (members("prepare"), "vars", false),
        (members("region.name"), "vars", false),
        (members("get()"), "r2_buckets", false),
        (members("get()"), "d1_databases", true),
        (members("get()"), "vars", true),
        (members("get().text()"), "r2_buckets", false),
        // It could be a router that answers by what is got.
        (members("get().text()"), "kv_namespaces", false),
        (members("get().delete()"), "kv_namespaces", false),
        (vec![option("get().create", 0, "params")], "kv_namespaces", false),
        (members("get().user.name"), "kv_namespaces", false),
        (members("get().anything()"), "durable_objects", false),
        (members("tomorrow()"), "kv_namespaces", false),
        (members("fetch()"), "assets", false),
        (members("greet()"), "assets", false),
        (members("fetch()"), "mtls_certificates", false),
        (members("fetch()"), "browser", false),
        (members("fetch()"), "kv_namespaces", true),
        (vec![text("get", 1, "json")], "r2_buckets", true),
        (vec![text("get", 1, "json")], "flagship", false),
        (vec![option("get", 1, "later")], "r2_buckets", false),
        (vec![option("put", 2, "expirationTtl")], "r2_buckets", true),
        (vec![option("send", 0, "subject")], "queues", false),
        (vec![Access::AsText], "secrets", false),
        (vec![Access::AsText], "d1_databases", true),
        ([members("prepare()"), vec![Access::AsText]].concat(), "d1_databases", false),
        (members("split()"), "secrets", false),
        (members("get()"), "no_such_kind", false),
    ];
    for (accesses, kind, expected) in cases {
        let found = conflicts(&[&used(accesses.clone())], &[], kind);
        assert_eq!(!found.is_empty(), *expected, "{accesses:?} as {kind}: {found:?}");
    }
}

#[test]
fn kinds_are_those_of_the_configuration() {
    let known: Vec<&str> = table::TABLE.iter().map(|kind| kind.key).collect();
    let configured: Vec<&str> = crate::config::KINDS.iter().map(|kind| kind.key).collect();
    assert_eq!(known, configured);
}
