//! Values as text of either format.

use serde_json::Value as Json;
use toml_edit::Value as TomlValue;

/// How JSON is spaced.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spacing<'a> {
    /// What ends a line.
    pub(super) newline: &'a str,
    /// What one level of indentation adds.
    pub(super) unit: &'a str,
    /// Whether no space is written that need not be there.
    pub(super) compact: bool,
}

impl Spacing<'_> {
    /// `"key": `.
    pub(super) fn key(self, key: &str) -> String {
        format!("{}:{}", Json::from(key), if self.compact { "" } else { " " })
    }

    /// A value on one line.
    pub(super) fn line(self, value: &Json) -> String {
        let (comma, pad) = if self.compact { (",", "") } else { (", ", " ") };
        match value {
            Json::Object(entries) if !entries.is_empty() => {
                let one = |(key, value): (&String, &Json)| format!("{}{}", self.key(key), self.line(value));
                format!("{{{pad}{}{pad}}}", entries.iter().map(one).collect::<Vec<_>>().join(comma))
            }
            Json::Array(items) => {
                format!("[{}]", items.iter().map(|item| self.line(item)).collect::<Vec<_>>().join(comma))
            }
            plain => plain.to_string(),
        }
    }

    /// A value whose objects have a line for each entry; `indentation` is that of the line that it starts on.
    pub(super) fn lines(self, value: &Json, indentation: &str) -> String {
        let inner = format!("{indentation}{}", self.unit);
        let between = |open: char, items: Vec<String>, close: char| {
            let items = items.join(&format!(",{}{inner}", self.newline));
            format!("{open}{0}{inner}{items}{0}{indentation}{close}", self.newline)
        };
        match value {
            Json::Object(entries) if !entries.is_empty() => {
                let one = |(key, value): (&String, &Json)| self.key(key) + &self.lines(value, &inner);
                between('{', entries.iter().map(one).collect(), '}')
            }
            Json::Array(items) if items.iter().any(Json::is_object) => {
                between('[', items.iter().map(|item| self.lines(item, &inner)).collect(), ']')
            }
            plain => self.line(plain),
        }
    }
}

/// A value as TOML on one line; `None` where TOML has no such value.
pub(super) fn toml(value: &Json) -> Option<String> {
    let list = |items: Option<Vec<String>>| items.map(|items| items.join(", "));
    match value {
        Json::Null => None,
        Json::Bool(value) => Some(value.to_string()),
        Json::Number(number) => Some(number.to_string()),
        Json::String(text) if text.contains(['\n', '\r']) => Some(toml_string(text)),
        Json::String(text) => Some(TomlValue::from(text.as_str()).to_string()),
        Json::Array(items) => list(items.iter().map(toml).collect()).map(|items| format!("[{items}]")),
        Json::Object(entries) if entries.is_empty() => Some("{}".to_owned()),
        Json::Object(entries) => {
            let one = |(key, value): (&String, &Json)| Some(format!("{} = {}", toml_key(key), toml(value)?));
            list(entries.iter().map(one).collect()).map(|entries| format!("{{ {entries} }}"))
        }
    }
}

/// A key as TOML, in quotes where it needs them.
pub(super) fn toml_key(key: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    match !key.is_empty() && key.bytes().all(bare) {
        true => key.to_owned(),
        false => toml_string(key),
    }
}

/// A text on one line. TOML takes the escapes of JSON, which lets one character through that TOML does not.
fn toml_string(text: &str) -> String {
    Json::from(text).to_string().replace('\u{7f}', "\\u007f")
}
