//! A request, as far as it decides what is served.

use url::Url;

/// Stands in for the host of a request that names none. No rule is compared with it.
const NOWHERE: &str = "https://host.invalid";

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    /// In upper case.
    pub method: String,
    navigates: bool,
    url: Url,
    has_host: bool,
}

/// Why a text is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAddress {
    /// It is neither a path nor an `http` or `https` URL.
    Neither,
    /// No URL parser takes it.
    Malformed,
}

impl Request {
    /// A request for a path, with its query, or for a URL.
    ///
    /// # Errors
    ///
    /// A text that is neither.
    pub fn new(method: &str, address: &str) -> Result<Self, NoAddress> {
        let has_scheme = |scheme: &str| {
            address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        let has_host = has_scheme("http://") || has_scheme("https://");
        let url = match address.starts_with('/') {
            true => Url::parse(&format!("{NOWHERE}{address}")),
            false if has_host => Url::parse(address),
            false => return Err(NoAddress::Neither),
        };
        let url = url.map_err(|_| NoAddress::Malformed)?;
        Ok(Self { method: method.to_ascii_uppercase(), navigates: false, url, has_host })
    }

    /// The same of a browser that asks for a page to show (`Sec-Fetch-Mode: navigate`).
    #[must_use]
    pub fn navigating(mut self) -> Self {
        self.navigates = true;
        self
    }

    /// Whether a browser asks for a page to show.
    pub fn navigates(&self) -> bool {
        self.navigates
    }

    /// The path, escaped where URLs have it escaped.
    pub fn path(&self) -> String {
        path(&self.url)
    }

    /// The query with its `?`, empty where there is none.
    pub fn search(&self) -> String {
        search(&self.url)
    }

    /// The host without its port, where it is known.
    pub fn host(&self) -> Option<&str> {
        self.url.host_str().filter(|_| self.has_host)
    }

    /// Whether static files answer the method at all.
    pub fn reads(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD")
    }

    /// The address that a text means to a browser that is here.
    pub(super) fn join(&self, to: &str) -> Option<Url> {
        self.url.join(to).ok()
    }

    /// Whether an address is on the host that the request is for.
    pub(super) fn is_at(&self, other: &Url) -> bool {
        self.url.origin() == other.origin()
    }
}

/// The path of a URL. The standard escapes `^` since 2023, and the parser not yet.
pub(super) fn path(url: &Url) -> String {
    url.path().replace('^', "%5E")
}

/// The query of a URL with its `?`; one without text counts as none.
pub(super) fn search(url: &Url) -> String {
    url.query().filter(|query| !query.is_empty()).map_or_else(String::new, |query| format!("?{query}"))
}

/// The fragment of a URL with its `#`, likewise.
pub(super) fn fragment(url: &Url) -> String {
    url.fragment().filter(|text| !text.is_empty()).map_or_else(String::new, |text| format!("#{text}"))
}
