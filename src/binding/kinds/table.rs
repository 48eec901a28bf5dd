//! The kinds of bindings with the types of their values, and which of them an access speaks for.

use std::ops::{BitAnd, BitOr, Not};

use super::super::Access;
use super::value::{self, Argument, Member, Reach, Step};
use crate::compile::types::TypeMember;

/// A kind of binding.
pub(super) struct Kind {
    /// Its configuration key.
    pub(super) key: &'static str,
    /// What one is called in a sentence.
    noun: &'static str,
    /// What its value is.
    value: Value,
}

/// What the value of a binding is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    /// Of a type of the platform.
    Of(&'static str),
    /// Of one, with methods of the user's besides.
    Open(&'static str),
    /// Data.
    Plain,
    /// Whatever it may be, so that nothing speaks for it.
    Untold,
}
use Value::{Of, Open, Plain, Untold};

impl Value {
    /// How far a path fits the value, and the member that it ends with.
    fn reach(self, steps: &[Step<'_>]) -> (Reach, Option<&'static Member>) {
        match self {
            Of(name) => match value::reach(name, steps) {
                (Reach::Open(0), _) => (Reach::Ends(0), None),
                other => other,
            },
            Open(name) => value::reach(name, steps),
            Plain => (value::reach_of_plain(steps), None),
            Untold => (Reach::Ends(0), None),
        }
    }
}

macro_rules! kinds {
    ($($key:literal $noun:literal $value:expr;)+) => {
        &[$(Kind { key: $key, noun: $noun, value: $value }),+]
    };
}

/// All kinds, in the order of their keys.
pub(super) const TABLE: &[Kind] = kinds! {
    "agent_memory" "an agent memory" Of("AgentMemoryNamespace");
    "ai" "Workers AI" Of("Ai");
    "ai_search" "an AI Search instance" Of("AiSearchInstance");
    "ai_search_namespaces" "an AI Search namespace" Of("AiSearchNamespace");
    "analytics" "the analytics API" Of("AnalyticsSQLBinding");
    "analytics_engine_datasets" "an Analytics Engine dataset" Of("AnalyticsEngineDataset");
    "artifacts" "an artifacts namespace" Of("Artifacts");
    "assets" "the static assets" Of("Fetcher");
    "browser" "a browser" Of("BrowserRun");
    "d1_databases" "a D1 database" Of("D1Database");
    "dispatch_namespaces" "a dispatch namespace" Of("DispatchNamespace");
    "durable_objects" "a Durable Object namespace" Of("DurableObjectNamespace");
    "flagship" "a Flagship app" Of("Flagship");
    "hyperdrive" "a Hyperdrive configuration" Of("Hyperdrive");
    "images" "Cloudflare Images" Of("ImagesBinding");
    "k2" "a K2 stream" Of("Pipeline");
    "kv_namespaces" "a KV namespace" Of("KVNamespace");
    "logfwdr" "a log forwarder" Untold;
    "media" "media transformations" Of("MediaBinding");
    "mtls_certificates" "an mTLS certificate" Of("Fetcher");
    "pipelines" "a pipeline" Of("Pipeline");
    "queues" "a queue" Of("Queue");
    "r2_buckets" "an R2 bucket" Of("R2Bucket");
    "ratelimits" "a rate limit" Of("RateLimit");
    "secrets_store_secrets" "a secret of the Secrets Store" Of("SecretsStoreSecret");
    "send_email" "an email sender" Of("SendEmail");
    "services" "a service" Open("Fetcher");
    "stream" "Cloudflare Stream" Of("StreamBinding");
    "unsafe" "an unsafe binding" Untold;
    "unsafe_hello_world" "a hello world binding" Untold;
    "vars" "a variable or secret" Plain;
    "vectorize" "a Vectorize index" Of("Vectorize");
    "version_metadata" "the version's metadata" Of("WorkerVersionMetadata");
    "vpc_networks" "a VPC network" Of("Fetcher");
    "vpc_services" "a VPC service" Of("Fetcher");
    "websearch" "web search" Of("WebSearch");
    "worker_loaders" "a worker loader" Of("WorkerLoader");
    "workflows" "a workflow" Of("Workflow");
};

/// What one of a kind is called in a sentence: `a KV namespace`. The key where it is not known.
pub fn noun(key: &str) -> &str {
    match key {
        "secrets" => "a secret",
        _ => TABLE.iter().find(|kind| kind.key == key).map_or(key, |kind| kind.noun),
    }
}

/// A set of kinds, a bit for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kinds(u64);

impl Kinds {
    pub(super) const NONE: Self = Self(0);
    pub(super) const ALL: Self = Self((1 << TABLE.len()) - 1);
    pub(super) const VARS: Self = Self::named("vars");
    /// What nothing speaks for.
    pub(super) const UNTOLD: Self = Self::all(&["logfwdr", "unsafe", "unsafe_hello_world"]);
    /// What few projects have. Where something else fits, it is that.
    pub(super) const RARE: Self = Self::all(&[
        "agent_memory",
        "ai_search",
        "ai_search_namespaces",
        "analytics",
        "artifacts",
        "browser",
        "dispatch_namespaces",
        "flagship",
        "k2",
        "media",
        "mtls_certificates",
        "pipelines",
        "stream",
        "vpc_networks",
        "vpc_services",
        "websearch",
        "worker_loaders",
        "workflows",
    ]);
    /// What holds or takes data of the user's, in which anything may be.
    pub(super) const DATA: Self = Self::all(&["kv_namespaces", "queues", "vars"]);
    /// What may be a text.
    pub(super) const TEXT: Self = Self(Self::UNTOLD.0 | Self::VARS.0);

    const fn named(key: &str) -> Self {
        let mut at = 0;
        while at < TABLE.len() {
            if same(TABLE[at].key, key) {
                return Self(1 << at);
            }
            at += 1;
        }
        Self::NONE
    }

    const fn all(keys: &[&str]) -> Self {
        let (mut kinds, mut at) = (0, 0);
        while at < keys.len() {
            kinds |= Self::named(keys[at]).0;
            at += 1;
        }
        Self(kinds)
    }

    /// The set of one kind.
    pub(super) fn of(key: &str) -> Option<Self> {
        TABLE.iter().position(|kind| kind.key == key).map(|at| Self(1 << at))
    }

    pub(super) fn len(self) -> u32 {
        self.0.count_ones()
    }

    pub(super) fn contains(self, kinds: Self) -> bool {
        self & kinds == kinds
    }

    /// The keys, sorted.
    pub(super) fn keys(self) -> impl Iterator<Item = &'static str> {
        let has = move |(at, _): &(usize, &Kind)| self.0 & 1 << at != 0;
        TABLE.iter().enumerate().filter(has).map(|(_, kind)| kind.key)
    }

    /// The kinds of which something holds.
    fn such(holds: impl Fn(Value) -> bool) -> Self {
        let bits = TABLE.iter().enumerate().filter(|(_, kind)| holds(kind.value));
        Self(bits.fold(0, |kinds, (at, _)| kinds | 1 << at))
    }
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

impl BitAnd for Kinds {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for Kinds {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Not for Kinds {
    type Output = Self;

    fn not(self) -> Self {
        Self(!self.0 & Self::ALL.0)
    }
}

/// What a piece of evidence says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::binding) struct Fit {
    /// The kinds that it speaks for.
    pub(super) likely: Kinds,
    /// The kinds that it leaves possible.
    pub(super) possible: Kinds,
}

impl Fit {
    /// What is a text.
    pub(in crate::binding) const TEXT: Self = Self { likely: Kinds::VARS, possible: Kinds::TEXT };
    /// What is data of another form.
    pub(in crate::binding) const PLAIN: Self = Self::TEXT;

    fn new(likely: Kinds, possible: Kinds) -> Self {
        Self { likely, possible: likely | possible | Kinds::UNTOLD }
    }

    /// What is both.
    pub(in crate::binding) fn and(self, other: Self) -> Self {
        let likely = self.likely & other.likely;
        let likely = if likely == Kinds::NONE { self.likely | other.likely } else { likely };
        let possible = self.possible & other.possible;
        Self { likely: likely & possible, possible }
    }

    /// What is one of the two.
    pub(in crate::binding) fn or(self, other: Self) -> Self {
        Self { likely: self.likely | other.likely, possible: self.possible | other.possible }
    }
}

/// What names of bindings often have in them, and of which kind they are then.
const HINTS: &[(&str, &str)] = &[
    ("ASSETS", "assets"),
    ("BROWSER", "browser"),
    ("BUCKET", "r2_buckets"),
    ("DISPATCH", "dispatch_namespaces"),
    ("KV", "kv_namespaces"),
    ("MAIL", "send_email"),
    ("PIPELINE", "pipelines"),
    ("QUEUE", "queues"),
    ("R2", "r2_buckets"),
    ("SECRET", "secrets_store_secrets"),
    ("SERVICE", "services"),
    ("TOKEN", "secrets_store_secrets"),
    ("WORKFLOW", "workflows"),
];

/// Which of several kinds is meant, as far as the name tells, or what most projects have.
pub(super) fn likeliest(kinds: Kinds, name: &str) -> Kinds {
    let name = name.to_ascii_uppercase();
    let hinted = HINTS.iter().filter(|(part, _)| name.contains(part)).filter_map(|(_, key)| Kinds::of(key));
    let usual = kinds & !Kinds::RARE;
    // Who gets an object has made its identity before, which would have been seen.
    let rather = usual & !Kinds::named("durable_objects");
    let all = [kinds & hinted.fold(Kinds::NONE, Kinds::bitor), rather, usual, kinds];
    all.into_iter().find(|kinds| *kinds != Kinds::NONE).unwrap_or(kinds)
}

/// Names of types besides those of [`TABLE`]: in packages, and of old. What they speak for, and what else they fit.
const NAMES: &[(&str, &str, &str)] = &[
    ("Array", "vars", ""),
    ("Boolean", "vars", ""),
    ("BrowserWorker", "browser", "Fetcher"),
    ("Number", "vars", ""),
    ("ReadonlyArray", "vars", ""),
    ("Service", "services", "Fetcher"),
    ("String", "vars", ""),
    ("VectorizeIndex", "vectorize", ""),
];

/// What a type of the platform speaks for, by its name.
pub(in crate::binding) fn of_type(name: &str) -> Option<Fit> {
    let last = name.rsplit('.').next().unwrap_or(name);
    let of = |name: &str| Kinds::such(|of| matches!(of, Of(known) | Open(known) if known == name));
    if let Some((_, kind, others)) = NAMES.iter().find(|known| known.0 == last) {
        return Some(Fit::new(Kinds::of(kind)?, of(others)));
    }
    let kinds = match last {
        // A table of whatever it may be.
        "Record" => return Some(Fit { likely: Kinds::VARS, possible: Kinds::ALL }),
        // What browsers are asked through is one, too.
        "Fetcher" => of(last) | Kinds::named("browser"),
        _ => of(last),
    };
    (kinds != Kinds::NONE).then(|| Fit::new(kinds, Kinds::NONE))
}

/// What a type of the user's speaks for, by its members.
pub(in crate::binding) fn of_members(members: &[TypeMember]) -> Option<Fit> {
    let fits = members.iter().filter_map(|member| {
        let path = if member.called { format!("{}()", member.name) } else { member.name.clone() };
        of_member(&path, false)
    });
    let fit = fits.reduce(Fit::and)?;
    // Without any method it is data, unless it is what some binding has.
    let is_data = !members.iter().any(|member| member.called) && fit.possible.contains(Kinds::VARS);
    Some(if is_data { Fit { likely: Kinds::VARS, ..fit } } else { fit })
}

/// Functions of packages that are made for values of one kind.
const FUNCTIONS: &[(&str, &str, &str)] = &[
    ("@cloudflare/playwright", "acquire", "browser"),
    ("@cloudflare/playwright", "connect", "browser"),
    ("@cloudflare/playwright", "launch", "browser"),
    ("@cloudflare/puppeteer", "acquire", "browser"),
    ("@cloudflare/puppeteer", "connect", "browser"),
    ("@cloudflare/puppeteer", "default.acquire", "browser"),
    ("@cloudflare/puppeteer", "default.connect", "browser"),
    ("@cloudflare/puppeteer", "default.launch", "browser"),
    ("@cloudflare/puppeteer", "launch", "browser"),
    ("@prisma/adapter-d1", "PrismaD1", "d1_databases"),
    ("drizzle-orm/d1", "drizzle", "d1_databases"),
    ("kysely-d1", "D1Dialect.database", "d1_databases"),
    ("workers-ai-provider", "createWorkersAI.binding", "ai"),
];

/// What an access speaks for; `None` when it is one that any value allows. Where it is not known whether a member is called,
/// `called` says what to think.
pub(super) fn fit(access: &Access, called: bool) -> Option<Fit> {
    match access {
        Access::Member(path) => of_member(path, called),
        Access::Option(method, place, key) => {
            let takes = |argument: &Argument| match argument {
                Argument::Keys(keys) => keys.contains(&key.as_str()),
                Argument::Texts(_) | Argument::Text => false,
            };
            of_argument(method, *place, takes)
        }
        Access::Text(method, place, text) => {
            let takes = |argument: &Argument| match argument {
                Argument::Texts(texts) => texts.contains(&text.as_str()),
                Argument::Keys(_) => false,
                Argument::Text => true,
            };
            of_argument(method, *place, takes)
        }
        Access::Argument(package, function) => {
            let known = FUNCTIONS.iter().find(|known| (known.0, known.1) == (package, function))?;
            let kind = Kinds::of(known.2)?;
            Some(Fit::new(kind, Kinds::NONE))
        }
        Access::Count(method, count) => of_count(method, *count),
        Access::AsText => Some(Fit::new(Kinds::VARS, Kinds::ALL)),
    }
}

fn of_member(path: &str, called: bool) -> Option<Fit> {
    let steps = value::steps(path);
    if steps.is_empty() {
        return None;
    }
    let declared = Kinds::such(|of| of.reach(&steps).0 == Reach::Declared);
    let is_method = |of: Value| of.reach(&steps).1.is_some_and(|last| last.takes.is_some());
    // What only methods are called by is not read to be looked at.
    let steps = match called && declared != Kinds::NONE && Kinds::such(is_method) == declared {
        true => value::with_call(&steps),
        false => steps,
    };
    let reach = |of: Value| of.reach(&steps).0;
    let open = Kinds::such(|of| matches!(reach(of), Reach::Open(_)));
    if declared != Kinds::NONE {
        return Some(Fit::new(declared, open));
    }
    // Some step is declared and what follows is not; it may be of the user's making, or too new to be known.
    let begun = Kinds::such(|of| matches!(reach(of), Reach::Open(1..) | Reach::Ends(1..)));
    if begun != Kinds::NONE {
        let far = |of: Value| match reach(of) {
            Reach::Open(at @ 1..) => (at, true),
            Reach::Ends(at) => (at, false),
            _ => (0, false),
        };
        let farthest = TABLE.iter().map(|kind| far(kind.value)).max();
        return Some(Fit::new(Kinds::such(|of| Some(far(of)) == farthest), begun | open));
    }
    // Nobody knows of it: a method is one of the user's, and a field is one of their data.
    let own = Kinds::such(|of| matches!(reach(of), Reach::Open(0)));
    Some(Fit::new(if own.contains(Kinds::VARS) { Kinds::VARS } else { own }, Kinds::ALL))
}

/// What a method's argument speaks for, where `takes` says whether one that is declared is such.
fn of_argument(method: &str, place: usize, takes: impl Fn(&Argument) -> bool) -> Option<Fit> {
    let path = format!("{}()", method.trim_end_matches("()"));
    let steps = value::steps(&path);
    let answer = |of: Value| {
        let (reach, member) = of.reach(&steps);
        let known = member.map_or(&[][..], |member| member.arguments).iter().filter(|(at, _)| *at == place);
        (reach, known.map(|(_, argument)| takes(argument)).reduce(|one, other| one || other))
    };
    let takes = Kinds::such(|of| answer(of).1 == Some(true));
    if takes == Kinds::NONE {
        // Objects may have more keys than are looked at; more likely, they are meant for what takes any.
        let any = Kinds::such(|of| answer(of) == (Reach::Declared, None));
        let begun = of_member(&path, true)?;
        return Some(Fit { likely: if any == Kinds::NONE { begun.likely } else { any }, ..begun });
    }
    // Where nothing is declared of an argument, anything goes.
    let may = |of| matches!(answer(of), (Reach::Declared, None) | (Reach::Open(_), _));
    Some(Fit::new(takes, Kinds::such(may)))
}

/// What a method speaks for that is called with so many arguments.
fn of_count(method: &str, count: usize) -> Option<Fit> {
    let path = format!("{}()", method.trim_end_matches("()"));
    let steps = value::steps(&path);
    let begun = of_member(&path, true)?;
    let takes = |member: &Member| member.takes.is_some_and(|(least, most)| (least..=most).contains(&count));
    let likely = begun.likely & Kinds::such(|of| of.reach(&steps).1.is_none_or(takes));
    // More than are needed do no harm.
    Some(Fit { likely: if likely == Kinds::NONE { begun.likely } else { likely }, ..begun })
}
