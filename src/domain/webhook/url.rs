//! The address of an endpoint. Where its name leads is another matter: whoever connects looks at that.

use std::str::FromStr;

use url::{Host, Url};

/// How long an address may be.
const MOST_SIGNS: usize = 500;

/// The address of an endpoint: `https`, with the name of a host.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EndpointUrl(Url);

/// Why a text is no address of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadEndpointUrl {
    /// It cannot be read as a web address.
    #[error("it is no web address: write https:// and the name of a host")]
    Unreadable,
    /// It begins with something else.
    #[error("it must begin with https://")]
    NotHttps,
    /// A number instead of a name.
    #[error("it must name a host, not a number: a certificate is for a name")]
    NoName,
    /// A password before the host would be stored in clear.
    #[error("it may hold no user name or password")]
    HasCredentials,
    /// What comes after `#` is never sent.
    #[error("it may hold no #")]
    HasFragment,
    /// It is longer than 500 signs.
    #[error("it may be no longer than 500 signs")]
    TooLong,
}

impl EndpointUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// Why it is none.
    pub fn parse(text: &str) -> Result<Self, BadEndpointUrl> {
        let text = text.trim();
        if text.len() > MOST_SIGNS {
            return Err(BadEndpointUrl::TooLong);
        }
        if text.chars().any(|sign| sign.is_control() || sign.is_whitespace() || sign == '\\') {
            return Err(BadEndpointUrl::Unreadable);
        }
        let url = Url::parse(text).map_err(|_| BadEndpointUrl::Unreadable)?;
        if url.scheme() != "https" {
            return Err(BadEndpointUrl::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadEndpointUrl::HasCredentials);
        }
        if url.fragment().is_some() {
            return Err(BadEndpointUrl::HasFragment);
        }
        match url.host() {
            Some(Host::Domain(name)) if is_host(name) => Ok(Self(url)),
            Some(_) | None => Err(BadEndpointUrl::NoName),
        }
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The name of the host.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(443)
    }

    /// What is asked of the host: path and query.
    pub fn target(&self) -> String {
        let path = self.0.path();
        self.0.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))
    }

    /// The host as it is named in a request: with the port, unless that is the usual one.
    pub fn authority(&self) -> String {
        self.0.port().map_or_else(|| self.host().to_owned(), |port| format!("{}:{port}", self.host()))
    }
}

impl FromStr for EndpointUrl {
    type Err = BadEndpointUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// Labels of letters, digits and hyphens. One that ends in a number would be read as an address by some.
fn is_host(name: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|sign| sign.is_ascii_alphanumeric() || sign == b'-')
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() <= 253 && name.split('.').all(is_label) && !last.bytes().all(|sign| sign.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_and_names_a_host() {
        for (text, host, port, target) in [
            ("https://numo.example/hook", "numo.example", 443, "/hook"),
            (" https://Numo.Example:8443/a/b?c=d ", "numo.example", 8443, "/a/b?c=d"),
            ("https://numo", "numo", 443, "/"),
        ] {
            let url = EndpointUrl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((url.host(), url.port(), url.target().as_str()), (host, port, target), "{text}");
        }
        assert_eq!(
            EndpointUrl::parse("https://numo.example:8443/").expect("an address").authority(),
            "numo.example:8443"
        );
    }

    #[test]
    fn hostile_addresses_are_no_addresses() {
        use BadEndpointUrl::{HasCredentials, HasFragment, NoName, NotHttps, TooLong, Unreadable};
        let long = format!("https://numo.example/{}", "a".repeat(500));
        for (text, error) in [
            ("", Unreadable),
            ("numo.example/hook", Unreadable),
            ("//numo.example/hook", Unreadable),
            ("https://", Unreadable),
            ("https:// numo.example", Unreadable),
            ("https://numo.example/\r\nHost: other", Unreadable),
            ("https://numo.example\\@other.example/", Unreadable),
            ("http://numo.example/hook", NotHttps),
            ("ftp://numo.example/hook", NotHttps),
            ("file:///etc/passwd", NotHttps),
            ("javascript:alert(1)", NotHttps),
            ("gopher://127.0.0.1:25/_MAIL", NotHttps),
            ("unix:/run/docker.sock", NotHttps),
            ("https://user@numo.example/", HasCredentials),
            ("https://user:secret@numo.example/", HasCredentials),
            ("https://numo.example@127.0.0.1/", HasCredentials),
            ("https://numo.example/#x", HasFragment),
            ("https://127.0.0.1/", NoName),
            ("https://127.1/", NoName),
            ("https://2130706433/", NoName),
            ("https://0x7f000001/", NoName),
            ("https://0177.0.0.1/", NoName),
            ("https://[::1]/", NoName),
            ("https://[::ffff:127.0.0.1]/", NoName),
            ("https://169.254.169.254/latest/meta-data/", NoName),
            ("https://１２７.0.0.1/", NoName),
            ("https://numo_example.test/", NoName),
            ("https://-numo.example/", NoName),
            ("https://numo..example/", NoName),
            (long.as_str(), TooLong),
        ] {
            assert_eq!(EndpointUrl::parse(text), Err(error), "{text}");
        }
    }
}
