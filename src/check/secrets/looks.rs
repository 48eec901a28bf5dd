//! What secrets look like.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};

/// Why a value looks like a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It starts as the tokens of this service do.
    Token(&'static str),
    PrivateKey,
    WebToken,
    /// An address with a password in it.
    Password,
    /// Its name says so, and its value does not contradict.
    Named,
}

impl Look {
    /// The end of a sentence.
    pub(super) fn sentence(self) -> String {
        match self {
            Self::Token(service) => format!("it starts like a token of {service}"),
            Self::PrivateKey => "it is a private key".to_owned(),
            Self::WebToken => "it is a signed token (JWT)".to_owned(),
            Self::Password => "it is an address with a password".to_owned(),
            Self::Named => "its name says so, and its value does not look like a placeholder".to_owned(),
        }
    }
}

/// How tokens start that must not be known, the fewest characters that follow, and whose they are.
const TOKENS: &[(&str, usize, &str)] = &[
    ("sk_live_", 16, "Stripe"),
    ("rk_live_", 16, "Stripe"),
    ("whsec_", 16, "Stripe"),
    ("ghp_", 30, "GitHub"),
    ("gho_", 30, "GitHub"),
    ("ghu_", 30, "GitHub"),
    ("ghs_", 30, "GitHub"),
    ("ghr_", 30, "GitHub"),
    ("github_pat_", 30, "GitHub"),
    ("glpat-", 20, "GitLab"),
    ("xoxb-", 20, "Slack"),
    ("xoxp-", 20, "Slack"),
    ("xoxa-", 20, "Slack"),
    ("xoxs-", 20, "Slack"),
    ("xapp-", 20, "Slack"),
    ("AKIA", 16, "Amazon Web Services"),
    ("ASIA", 16, "Amazon Web Services"),
    ("sk-ant-", 20, "Anthropic"),
    ("sk-proj-", 20, "OpenAI"),
    ("sk-", 40, "OpenAI"),
    ("SG.", 40, "SendGrid"),
    ("npm_", 30, "npm"),
    ("pypi-", 40, "PyPI"),
    ("dop_v1_", 40, "DigitalOcean"),
    ("shpat_", 30, "Shopify"),
    ("shpss_", 30, "Shopify"),
    ("hf_", 30, "Hugging Face"),
    ("AGE-SECRET-KEY-1", 40, "age"),
];

/// Words of names whose values are for everybody, although another word of the name says otherwise.
const PUBLIC: &[&str] = &[
    "ANALYTICS",
    "ANON",
    "BEACON",
    "CONTRACT",
    "INSTRUMENTATION",
    "MAPBOX",
    "MEASUREMENT",
    "MIXPANEL",
    "PK",
    "POSTHOG",
    "PUBLIC",
    "PUBLISHABLE",
    "SEARCH",
    "SEGMENT",
    "SITE",
    "TRACKING",
    "WRITE",
];

/// What stands for a value that is set elsewhere.
const PLACEHOLDERS: &[&str] = &[
    "change",
    "dummy",
    "example",
    "fake",
    "insert",
    "local",
    "mock",
    "password",
    "placeholder",
    "replace",
    "sample",
    "secret",
    "test",
    "todo",
    "xxx",
    "your",
];

/// Whether a variable looks like a secret.
pub(super) fn look(name: &str, value: &str) -> Option<Look> {
    let value = value.trim();
    if value.contains("-----BEGIN") && value.contains("PRIVATE KEY-----") {
        return Some(Look::PrivateKey);
    }
    let token = TOKENS.iter().find(|(start, more, _)| {
        value.strip_prefix(start).is_some_and(|rest| rest.len() >= *more && is_word(rest))
    });
    if let Some((.., service)) = token.filter(|_| !is_placeholder(value)) {
        return Some(Look::Token(service));
    }
    let words = words(name);
    if is_web_token(value) {
        return (!is_public(&words)).then_some(Look::WebToken);
    }
    if value.contains("://") {
        return has_password(value).then_some(Look::Password);
    }
    is_named(name, &words, value).then_some(Look::Named)
}

/// A name and a value that say together that this is a secret.
fn is_named(name: &str, words: &[String], value: &str) -> bool {
    let ends =
        |ending: &[&str]| words.len() >= ending.len() && words[words.len() - ending.len()..] == *ending;
    // A token or a key can be many things; what is secret about it looks random.
    let secret = ["SECRET", "PASSWORD", "PASSWD", "PASSPHRASE"].iter().any(|word| ends(&[word]));
    let random = ["TOKEN", "CREDENTIAL", "CREDENTIALS"].iter().any(|word| ends(&[word]))
        || ["API", "SECRET", "ACCESS", "PRIVATE", "ENCRYPTION", "SIGNING", "MASTER", "AUTH"]
            .iter()
            .any(|word| ends(&[word, "KEY"]))
        || ends(&["APIKEY"]);
    let plain: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
    let named: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let says_its_name = named.to_lowercase().contains(&plain.to_lowercase())
        || plain.to_lowercase().contains(&named.to_lowercase());
    if is_placeholder(value) || says_its_name || is_public_value(value) {
        return false;
    }
    (secret && value.len() >= 6) || (random && !is_public(words) && value.len() >= 16 && is_random(value))
}

/// The words of a name, in capitals: `authToken` and `AUTH_TOKEN` have the same ones.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = '_';
    for character in name.chars() {
        let starts = !character.is_alphanumeric() || (character.is_uppercase() && before.is_lowercase());
        if starts {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| character.is_alphanumeric()) {
            word.extend(character.to_uppercase());
        }
        before = character;
    }
    words.retain(|word| !word.is_empty());
    words
}

fn is_public(words: &[String]) -> bool {
    words.iter().any(|word| PUBLIC.contains(&word.as_str()))
}

/// Values that are for everybody, whatever their names: addresses, keys for browsers, addresses of contracts.
fn is_public_value(value: &str) -> bool {
    let starts = ["/", "./", "pk.", "pk_", "AIza", "phc_", "0x", "sha256-", "ssh-", "-----BEGIN PUBLIC"];
    let bare = value.to_lowercase();
    let is_path = value.contains('/') && !value.contains(['+', '=']);
    starts.iter().any(|start| value.starts_with(start))
        || is_path
        || matches!(
            bare.as_str(),
            "true" | "false" | "null" | "none" | "enabled" | "disabled" | "required" | "optional"
        )
        || bare.parse::<f64>().is_ok() && value.len() < 12
}

fn is_placeholder(value: &str) -> bool {
    let lower = value.to_lowercase();
    let first = lower.chars().next();
    lower.is_empty()
        || lower.starts_with(['<', '$', '{', '%', '['])
        || lower.contains("...")
        || lower.contains('…')
        || lower.chars().all(|character| Some(character) == first)
        || PLACEHOLDERS.iter().any(|word| lower.contains(word))
}

/// Letters, digits and what stands between them in tokens.
fn is_word(text: &str) -> bool {
    text.chars().all(|character| character.is_ascii_alphanumeric() || "_-.+/=".contains(character))
}

/// Whether letters and digits follow each other without order: many different ones, digits among them.
fn is_random(value: &str) -> bool {
    let bytes = value.as_bytes();
    let count = |byte: u8| bytes.iter().filter(|other| **other == byte).count() as f64 / bytes.len() as f64;
    let shares = (0..=u8::MAX).map(count).filter(|share| *share > 0.0);
    let entropy: f64 = shares.map(|share| -share * share.log2()).sum();
    is_word(value) && bytes.iter().any(u8::is_ascii_digit) && entropy >= 3.0
}

/// A signed JSON Web Token that is for one reader. Supabase's key for browsers is one too, and says `anon`.
fn is_web_token(value: &str) -> bool {
    let parts: Vec<&str> = value.split('.').collect();
    let [head, body, signature] = parts[..] else { return false };
    let decode =
        |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let (Some(head), Some(body)) = (decode(head), decode(body)) else { return false };
    let plain: String = body.chars().filter(|character| !character.is_whitespace()).collect();
    head.contains("\"alg\"") && !signature.is_empty() && !plain.contains("\"role\":\"anon\"")
}

/// `scheme://user:password@host`, but for what everybody has at home.
fn has_password(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let Some((user, host)) = authority.rsplit_once('@') else { return false };
    let Some((user, password)) = user.split_once(':') else { return false };
    let at_home = ["localhost", "127.", "[::1]", "0.0.0.0", "host.docker.internal"];
    let is_name = !host.contains('.') && !host.starts_with('[');
    password.len() >= 6
        && password != user
        && !is_placeholder(password)
        && !is_name
        && !at_home.iter().any(|home| host.starts_with(home))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens stand here in two parts, so that those who look for them in repositories find none.
    #[test]
    fn secrets() {
        let anthropic = format!("sk-ant-api03-{}", "aB3".repeat(12));
        let private = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----";
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIiwicm9sZSI6ImFkbWluIn0.SflKxwRJSMeKKF2QT4";
        let cases: &[(&str, &str, Look)] = &[
            ("PAYMENTS", concat!("sk_", "live_51Hb0tGKq8NwZr4TyUvXe"), Look::Token("Stripe")),
            ("A", concat!("ghp", "_16C7e42F292c6912E7710c838347Ae178B4a"), Look::Token("GitHub")),
            (
                "A",
                concat!("xoxb", "-263594206564-2343594206564-FGqddMF8t08v8N7Oq4i57vs1"),
                Look::Token("Slack"),
            ),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7QXAMPLE", Look::Token("Amazon Web Services")),
            ("MODEL", &anthropic, Look::Token("Anthropic")),
            ("CERT", private, Look::PrivateKey),
            ("SESSION", jwt, Look::WebToken),
            ("DB", "postgres://app:Xk29dPq7@db.acme.io:5432/app?sslmode=require", Look::Password),
            ("CLIENT_SECRET", "b7Qe9-xTz4", Look::Named),
            ("adminPassword", "correct horse battery", Look::Named),
            ("BOT_TOKEN", "7139482716-AAF0zXq9k2", Look::Named),
            ("MAIL_API_KEY", "9f86d081884c7d659a2feaa0c55ad015", Look::Named),
            ("ENCRYPTION_KEY", "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=", Look::Named),
        ];
        for (name, value, expected) in cases {
            assert_eq!(look(name, value), Some(*expected), "{name} = {value}");
        }
    }

    #[test]
    fn others() {
        let anon = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiIsImlzcyI6InMifQ.SflKxwRJSMeKKF2QT4";
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIiwicm9sZSI6ImFkbWluIn0.SflKxwRJSMeKKF2QT4";
        let cases: &[(&str, &str)] = &[
            ("STRIPE_KEY", "pk_live_51Hb0tGKq8NwZr4TyUvXeAbCdEf"),
            ("STRIPE_SECRET", ""),
            ("STRIPE_SECRET", "sk_live_..."),
            ("STRIPE_SECRET", "sk_live_xxxxxxxxxxxxxxxxxxxxxxxx"),
            ("API_TOKEN", "<token>"),
            ("API_TOKEN", "${API_TOKEN}"),
            ("API_TOKEN", "your-api-token-goes-here-1"),
            ("API_TOKEN", "changeme12345678"),
            ("DB_PASSWORD", "password"),
            ("DB_PASSWORD", "postgres://postgres:postgres@localhost:5432"),
            ("DATABASE_URL", "postgres://app:hunter2hunter2@localhost:5432/app"),
            ("DATABASE_URL", "postgres://app:Xk29dPq7@db:5432/app"),
            ("DATABASE_URL", "postgres://db.acme.io/app"),
            ("API_URL", "https://api.example.com/v1?key=value"),
            ("TOKEN_URL", "https://auth.example.com/oauth/token"),
            ("SECRET_NAME", "production-database-7f3a"),
            ("TOKEN_TTL", "86400"),
            ("PASSWORD_MIN_LENGTH", "12"),
            ("AUTH_TOKEN", "X-Auth-Token"),
            ("CSRF_TOKEN", "csrf_token"),
            ("REWARD_TOKEN", "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"),
            ("PAYMENT_TOKEN", "USDC"),
            ("TURNSTILE_SITE_KEY", "0x4AAAAAAADnPIDROrmt1Wwj"),
            ("VAPID_PUBLIC_KEY", "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u"),
            ("NEXT_PUBLIC_API_KEY", "9f86d081884c7d659a2feaa0c55ad015"),
            ("MAPS_API_KEY", "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY"),
            ("SUPABASE_ANON_KEY", jwt),
            ("SUPABASE_KEY", anon),
            ("MAPBOX_TOKEN", "pk.eyJ1IjoiYWNtZSIsImEiOiJja2"),
            ("ACCESS_AUDIENCE", "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2"),
            ("ACCOUNT_ID", "0123456789abcdef0123456789abcdef"),
            ("BUILD", "7b1fbc6c-4a2d-4f1e-9c8e-1f0a2b3c4d5e"),
            ("COMMIT", "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"),
            ("PUBLIC_KEY", "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqh\n-----END PUBLIC KEY-----"),
            ("KEY_PREFIX", "sk_live_"),
            ("GREETING", "Tell nobody our secret password, please"),
            ("FEATURE_TOKEN", "true"),
            ("REQUIRE_PASSWORD", "false"),
            ("WEBHOOK_SECRET", "/run/secrets/webhook"),
        ];
        for (name, value) in cases {
            assert_eq!(look(name, value), None, "{name} = {value}");
        }
    }
}
