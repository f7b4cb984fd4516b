//! The provider's own name: an address, compared sign by sign.

use std::str::FromStr;

use url::Url;

/// The provider's own name: an address, compared sign by sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    host: String,
    is_loopback: bool,
}

/// Why a text is no issuer; it is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be an https address, such as https://accounts.google.com or https://login.microsoftonline.com/TENANT-ID/v2.0"
)]
pub struct BadIssuer;

impl Issuer {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its host, as people know it.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether it is on this machine: for tests and trials only, and without TLS.
    pub fn is_loopback(&self) -> bool {
        self.is_loopback
    }
}

impl FromStr for Issuer {
    type Err = BadIssuer;

    fn from_str(text: &str) -> Result<Self, BadIssuer> {
        let is_plain = |sign: u8| sign.is_ascii_alphanumeric() || b":/.-_~[]".contains(&sign);
        if !text.bytes().all(is_plain) {
            return Err(BadIssuer);
        }
        let url = Url::parse(text).map_err(|_| BadIssuer)?;
        let host = url.host_str().ok_or(BadIssuer)?.to_owned();
        let is_loopback = url.scheme() == "http" && ["127.0.0.1", "localhost", "[::1]"].contains(&&*host);
        if url.scheme() == "https" || is_loopback {
            Ok(Self { text: text.to_owned(), host, is_loopback })
        } else {
            Err(BadIssuer)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_has_tls_or_is_on_this_machine() {
        for good in [
            "https://accounts.google.com",
            "https://login.microsoftonline.com/9b6c7c2e-0000-4000-8000-000000000000/v2.0",
            "https://sso.kurve.nl:8443/realms/kurve/",
            "http://127.0.0.1:4000",
            "http://[::1]:4000",
        ] {
            let issuer: Issuer = good.parse().expect(good);
            assert_eq!((issuer.as_str(), issuer.is_loopback()), (good, good.starts_with("http:")));
        }
        for bad in [
            "",
            "?",
            "accounts.google.com",
            "http://accounts.google.com",
            "https://",
            "https://eva:geheim@sso.kurve.nl",
            "https://sso.kurve.nl/?a=b",
            "https://sso.kurve.nl/#a",
            "http://127.0.0.1.evil.example",
            "ftp://127.0.0.1",
        ] {
            assert_eq!(bad.parse::<Issuer>(), Err(BadIssuer), "{bad}");
        }
    }
}
