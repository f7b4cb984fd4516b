//! Where this installation is reached, as it is configured.

use url::{Host, ParseError, Url};

/// Where this installation is reached, such as `https://koppelklaar.example.nl`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    url: Url,
    mail_host: String,
}

/// Why a base URL is not usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// Another scheme, or more than a host and a port.
    #[error("must be http:// or https:// with a host and perhaps a port, and nothing after it")]
    Form,
    /// The host is empty or none that could exist.
    #[error("must have a host, such as koppelklaar.example.nl, 192.0.2.1 or [2001:db8::1]")]
    Host,
    /// The port is no number, or too high a one.
    #[error("must have a port up to 65535 after the colon, or no colon")]
    Port,
}

impl BaseUrl {
    /// Reads a base URL: scheme and host, without a path. The scheme's own port is left out, as browsers do.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let text = text.trim().trim_end_matches('/');
        let (scheme, authority) = text.split_once("://").ok_or(BaseUrlError::Form)?;
        let is_http = ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
        // Browsers, and `url` with them, forgive what nobody means in a setting: a user, escapes, tabs, backslashes.
        let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "-.:[]".contains(sign);
        if !is_http || !authority.chars().all(is_plain) {
            return Err(BaseUrlError::Form);
        }
        let url = Url::parse(text).map_err(|error| match error {
            ParseError::InvalidPort => BaseUrlError::Port,
            _ => BaseUrlError::Host,
        })?;
        let mail_host = match url.host() {
            Some(Host::Domain(name)) if name.split('.').all(|label| !label.is_empty()) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string().replace(':', "-"),
            Some(Host::Domain(_)) | None => return Err(BaseUrlError::Host),
        };
        Ok(Self { url, mail_host })
    }

    /// A whole address for a path.
    pub fn to(&self, path: &str) -> String {
        format!("{self}{path}")
    }

    /// Host and port as a browser sends them.
    pub fn authority(&self) -> &str {
        self.url.authority()
    }

    /// The host alone.
    pub fn host(&self) -> &str {
        self.url.host_str().expect("it was read with a host")
    }

    /// What stands for the host in Message-IDs, where an IPv6 address cannot stand as it is.
    pub fn mail_host(&self) -> &str {
        &self.mail_host
    }

    /// Whether cookies must be kept to HTTPS.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }
}

impl std::str::FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl std::fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_a_scheme_and_a_host_and_nothing_else() {
        for good in ["https://kk.example.nl", "http://127.0.0.1:8080", "https://KK.example.nl/", "http://[::1]:8080"] {
            assert!(BaseUrl::parse(good).is_ok(), "{good}");
        }
        for bad in
            ["", "kk.example.nl", "ftp://kk.nl", "https://", "https://kk.nl/pad", "https://a@kk.nl", "https://kk.nl?x"]
        {
            assert!(BaseUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_host_and_a_port_are_real_ones() {
        for (bad, part) in [
            ("https://:8080", "host"),
            ("https://[::1", "host"),
            ("https://[kk]", "host"),
            ("https://.", "host"),
            ("https://kk..nl", "host"),
            ("https://kk.nl.", "host"),
            ("https://256.1.1.1", "host"),
            ("https://kk.nl:abc", "port"),
            ("https://kk.nl:65536", "port"),
            ("https://:abc", "host"),
        ] {
            let error = BaseUrl::parse(bad).expect_err(bad).to_string();
            assert!(error.starts_with(&format!("must have a {part}")), "{bad}: {error}");
        }
        assert_eq!(BaseUrl::parse("https://kk.nl:").map(|base| base.to("/x")), Ok("https://kk.nl/x".to_owned()));
    }

    #[test]
    fn the_host_has_no_port() {
        let host = |text| BaseUrl::parse(text).map(|base| base.host().to_owned());

        assert_eq!(host("http://127.0.0.1:8080"), Ok("127.0.0.1".to_owned()));
        assert_eq!(host("http://[::1]:8080"), Ok("[::1]".to_owned()));
        assert_eq!(host("https://kk.nl"), Ok("kk.nl".to_owned()));
    }

    #[test]
    fn the_port_of_the_scheme_is_left_out_and_any_other_stays() {
        let text = |text| BaseUrl::parse(text).map(|base| (base.to("/x"), base.authority().to_owned()));
        let kept = |whole: &str, authority: &str| Ok((whole.to_owned(), authority.to_owned()));

        assert_eq!(text("https://kk.nl:443/"), kept("https://kk.nl/x", "kk.nl"));
        assert_eq!(text("http://[::1]:80"), kept("http://[::1]/x", "[::1]"));
        assert_eq!(text("https://kk.nl:80"), kept("https://kk.nl:80/x", "kk.nl:80"));
        assert_eq!(text("http://kk.nl:8080"), kept("http://kk.nl:8080/x", "kk.nl:8080"));
        assert_eq!(text("https://:443"), Err(BaseUrlError::Host));
    }

    #[test]
    fn an_ipv6_address_stands_in_a_message_id_without_brackets_and_colons() {
        let host = |text| BaseUrl::parse(text).map(|base| base.mail_host().to_owned());

        assert_eq!(host("http://[::1]:8080"), Ok("--1".to_owned()));
        assert_eq!(host("https://kk.nl:8443"), Ok("kk.nl".to_owned()));
    }
}
