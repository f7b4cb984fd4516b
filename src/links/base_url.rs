//! Where this installation is reached, as it is configured.

/// Where this installation is reached, such as `https://koppelklaar.example.nl`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
    authority: String,
    mail_host: String,
    is_https: bool,
}

/// The base URL is not usable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be http:// or https:// with a host and perhaps a port, and nothing after it")]
pub struct BaseUrlError;

impl BaseUrl {
    /// Reads a base URL: scheme and host, without a path. The scheme's own port is left out, as browsers do.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let (is_https, scheme, port) = match text.split_once("://") {
            Some(("https", _)) => (true, "https://", ":443"),
            Some(("http", _)) => (false, "http://", ":80"),
            Some(_) | None => return Err(BaseUrlError),
        };
        let authority = &text[scheme.len()..];
        let authority = authority.strip_suffix(port).unwrap_or(authority).to_owned();
        let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "-.:[]".contains(sign);
        if authority.is_empty() || !authority.chars().all(is_plain) {
            return Err(BaseUrlError);
        }
        let text = format!("{scheme}{authority}");
        let mail_host = host_of(&authority).replace(['[', ']'], "").replace(':', "-");
        Ok(Self { text, authority, mail_host, is_https })
    }

    /// A whole address for a path.
    pub fn to(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// Host and port as a browser sends them.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The host alone.
    pub fn host(&self) -> &str {
        host_of(&self.authority)
    }

    /// What stands for the host in Message-IDs, where an IPv6 address cannot stand as it is.
    pub fn mail_host(&self) -> &str {
        &self.mail_host
    }

    /// Whether cookies must be kept to HTTPS.
    pub fn is_https(&self) -> bool {
        self.is_https
    }
}

fn host_of(authority: &str) -> &str {
    let end = match authority.starts_with('[') {
        true => authority.find(']').map(|at| at + 1),
        false => authority.find(':'),
    };
    &authority[..end.unwrap_or(authority.len())]
}

impl std::str::FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl std::fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
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
        assert_eq!(text("https://:443"), Err(BaseUrlError));
    }

    #[test]
    fn an_ipv6_address_stands_in_a_message_id_without_brackets_and_colons() {
        let host = |text| BaseUrl::parse(text).map(|base| base.mail_host().to_owned());

        assert_eq!(host("http://[::1]:8080"), Ok("--1".to_owned()));
        assert_eq!(host("https://kk.nl:8443"), Ok("kk.nl".to_owned()));
    }
}
