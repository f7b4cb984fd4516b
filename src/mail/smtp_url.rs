//! The address of the mail server, with the password that belongs to it: `smtp://user:password@host:port?tls=required`.
//!
//! - `smtps://…`: encrypted from the first byte, port 465 unless given.
//! - `smtp://…?tls=required`: STARTTLS, or nothing is sent; port 587 unless given.
//! - `smtp://…`: in clear, port 25 unless given; with a password only to this machine itself.
//!
//! Signs such as `@ : / ? # %` in user or password are percent-encoded. A path (`/mail.example.nl`) is the name that we
//! greet with. STARTTLS "if the server happens to offer it" is not supported: whoever sits in between decides then.

use std::fmt;
use std::net::IpAddr;

use secrecy::SecretString;
use zeroize::Zeroizing;

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encryption {
    /// Not at all.
    None,
    /// After a greeting in clear, or not at all.
    StartTls,
    /// From the first byte.
    Wrapped,
}

/// A mail server and how to sign in there; there is no `Display`, and `Debug` shows no user and no password.
#[derive(Clone)]
pub struct SmtpUrl {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    pub(super) login: Option<(String, SecretString)>,
    pub(super) hello_name: Option<String>,
}

/// Why a text is not the address of a mail server; says what to do and shows nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SmtpUrlError {
    /// Another scheme, or none.
    #[error("the mail server's URL must start with smtp:// or smtps://")]
    Scheme,
    /// No host, or one with other signs.
    #[error(
        "the mail server's URL has no usable host: write smtp://user:password@host:port, with the signs @ : / ? # % in \
         user and password percent-encoded"
    )]
    Host,
    /// A port that is not 1 to 65535.
    #[error(
        "the mail server's URL has a port that is not 1 to 65535, or a password with a sign that must be \
         percent-encoded"
    )]
    Port,
    /// A user without password, or signs that are not percent-encoded.
    #[error(
        "the mail server's URL must have both user and password or neither, with the signs @ : / ? # % in them \
         percent-encoded"
    )]
    Login,
    /// A name to greet with that no host can have.
    #[error("the path of the mail server's URL is the name to greet with: letters, digits, dots and hyphens")]
    HelloName,
    /// Another setting than `tls=required`.
    #[error("the mail server's URL knows one setting, ?tls=required, and only after smtp://")]
    Setting,
    /// The password would cross a network in clear.
    #[error("the mail server's URL would send the password in clear: use smtps:// or add ?tls=required")]
    PasswordInClear,
}

impl SmtpUrl {
    /// Reads the address of a mail server.
    pub fn parse(text: &str) -> Result<Self, SmtpUrlError> {
        let (scheme, rest) = text.trim().split_once("://").ok_or(SmtpUrlError::Scheme)?;
        let (rest, setting) = rest.split_once('?').map_or((rest, None), |(rest, setting)| (rest, Some(setting)));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (encryption, default_port) = match (scheme, setting) {
            ("smtp", None) => (Encryption::None, 25),
            ("smtp", Some("tls=required")) => (Encryption::StartTls, 587),
            ("smtps", None) => (Encryption::Wrapped, 465),
            ("smtp" | "smtps", Some(_)) => return Err(SmtpUrlError::Setting),
            _ => return Err(SmtpUrlError::Scheme),
        };
        let (login, host_and_port) = match authority.rsplit_once('@') {
            Some((login, host_and_port)) => (Some(parse_login(login)?), host_and_port),
            None => (None, authority),
        };
        let (host, port) = parse_host(host_and_port, default_port)?;
        if login.is_some() && encryption == Encryption::None && !is_this_machine(&host) {
            return Err(SmtpUrlError::PasswordInClear);
        }
        let hello_name = (!path.is_empty()).then(|| path.to_owned());
        if hello_name.as_deref().is_some_and(|name| !is_host_name(name)) {
            return Err(SmtpUrlError::HelloName);
        }
        Ok(Self { host, port, encryption, login, hello_name })
    }

    /// Which machine it is: nothing of how to sign in there.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether mails cross the network encrypted; if not, the doctor warns.
    pub fn is_encrypted(&self) -> bool {
        self.encryption != Encryption::None
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpUrl")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("encryption", &self.encryption)
            .finish_non_exhaustive()
    }
}

fn parse_login(login: &str) -> Result<(String, SecretString), SmtpUrlError> {
    let (user, password) = login.split_once(':').ok_or(SmtpUrlError::Login)?;
    let user = percent_decoded(user).ok_or(SmtpUrlError::Login)?;
    let password = percent_decoded(password).ok_or(SmtpUrlError::Login)?;
    Ok((user.to_string(), password.as_str().into()))
}

/// The text behind the percent signs; `None` if it is empty, broken, or has signs that should have been encoded.
fn percent_decoded(text: &str) -> Option<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match first {
            b'%' => {
                let (digits, after) = rest.split_first_chunk::<2>()?;
                let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
                let digits = std::str::from_utf8(digits).ok().filter(|_| is_hex)?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
                rest = after;
            }
            b'@' | b':' | b'#' => return None,
            other => bytes.push(*other),
        }
    }
    let text = std::str::from_utf8(&bytes).ok()?;
    let is_usable = !text.is_empty() && !text.chars().any(char::is_control);
    is_usable.then(|| Zeroizing::new(text.to_owned()))
}

fn parse_host(text: &str, default_port: u16) -> Result<(String, u16), SmtpUrlError> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']').ok_or(SmtpUrlError::Host)?;
            host.parse::<std::net::Ipv6Addr>().map_err(|_| SmtpUrlError::Host)?;
            (host, if port.is_empty() { None } else { Some(port.strip_prefix(':').ok_or(SmtpUrlError::Port)?) })
        }
        None => {
            let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
            if !is_host_name(host) {
                return Err(SmtpUrlError::Host);
            }
            (host, port)
        }
    };
    let port = match port {
        None => default_port,
        Some(digits) => digits.parse().ok().filter(|port| *port != 0).ok_or(SmtpUrlError::Port)?,
    };
    Ok((host.to_owned(), port))
}

fn is_host_name(text: &str) -> bool {
    let is_sign = |sign: u8| sign.is_ascii_alphanumeric() || sign == b'.' || sign == b'-' || sign == b'_';
    (1..=253).contains(&text.len()) && text.bytes().all(is_sign)
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn parsed(text: &str) -> SmtpUrl {
        SmtpUrl::parse(text).expect(text)
    }

    #[test]
    fn every_way_to_connect_is_understood() {
        let table = [
            ("smtps://u:p@mail.example.nl", "mail.example.nl", 465, Encryption::Wrapped),
            ("smtps://u:p@mail.example.nl:1465", "mail.example.nl", 1465, Encryption::Wrapped),
            ("smtp://u:p@mail.example.nl?tls=required", "mail.example.nl", 587, Encryption::StartTls),
            ("smtp://u:p@[2001:db8::1]:2525/?tls=required", "2001:db8::1", 2525, Encryption::StartTls),
            ("smtp://mailpit:1025", "mailpit", 1025, Encryption::None),
            (" smtp://localhost\n", "localhost", 25, Encryption::None),
            ("smtp://u:p@127.0.0.1:1025", "127.0.0.1", 1025, Encryption::None),
            ("smtp://u:p@[::1]", "::1", 25, Encryption::None),
        ];

        for (text, host, port, encryption) in table {
            let url = parsed(text);
            assert_eq!((url.host.as_str(), url.port, url.encryption), (host, port, encryption), "{text}");
            assert_eq!(url.is_encrypted(), encryption != Encryption::None);
        }
    }

    #[test]
    fn user_password_and_name_are_decoded_and_hidden() {
        let url = parsed("smtps://an%40kurve.nl:p%3A%2f%25%C3%A9@mail.example.nl/koppelklaar.example");

        let (user, password) = url.login.as_ref().expect("a login");
        assert_eq!((user.as_str(), password.expose_secret()), ("an@kurve.nl", "p:/%é"));
        assert_eq!(url.hello_name.as_deref(), Some("koppelklaar.example"));
        let shown = format!("{url:?}");
        assert!(!shown.contains("an@") && !shown.contains("p:/"), "{shown}");
    }

    #[test]
    fn every_wrong_url_is_refused_by_name() {
        let table = [
            ("", SmtpUrlError::Scheme),
            ("mail.example.nl", SmtpUrlError::Scheme),
            ("https://mail.example.nl", SmtpUrlError::Scheme),
            ("smtp://", SmtpUrlError::Host),
            ("smtps://u:p@", SmtpUrlError::Host),
            ("smtps://u:p@[::1", SmtpUrlError::Host),
            ("smtps://mail example", SmtpUrlError::Host),
            ("smtps://mail.example.nl#x", SmtpUrlError::Host),
            ("smtps://mail.example.nl:0", SmtpUrlError::Port),
            ("smtps://mail.example.nl:70000", SmtpUrlError::Port),
            ("smtps://u:pa/ss@mail.example.nl", SmtpUrlError::Port),
            ("smtps://[::1]465", SmtpUrlError::Port),
            ("smtps://u@mail.example.nl", SmtpUrlError::Login),
            ("smtps://u:@mail.example.nl", SmtpUrlError::Login),
            ("smtps://u:p@ss@mail.example.nl", SmtpUrlError::Login),
            ("smtps://u:p:q@mail.example.nl", SmtpUrlError::Login),
            ("smtps://u:100%@mail.example.nl", SmtpUrlError::Login),
            ("smtps://u:%+1@mail.example.nl", SmtpUrlError::Login),
            ("smtps://u:p%00@mail.example.nl", SmtpUrlError::Login),
            ("smtps://mail.example.nl/a%0d%0ab", SmtpUrlError::HelloName),
            ("smtp://mail.example.nl?tls=opportunistic", SmtpUrlError::Setting),
            ("smtps://mail.example.nl?tls=required", SmtpUrlError::Setting),
            ("smtp://u:p@mail.example.nl", SmtpUrlError::PasswordInClear),
        ];

        for (text, expected) in table {
            assert_eq!(SmtpUrl::parse(text).err(), Some(expected), "{text}");
        }
    }
}
