//! How the schools of a simulator behave, rung by rung; read from a small JSON file or set through the control port.
//!
//! ```json
//! { "default": "right", "schools": { "bonhoeffer": "wrong_password", "lyceum": { "list": { "rows": 40 } } } }
//! ```
//!
//! A school is the name of a preset, or an object whose missing parts behave.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use super::behaviour::{
    BodyScript, Columns, DataScript, LoginScript, LogoutScript, NameScript, Odd, OverScript, SoapScript, Spoiled,
    TcpScript, TextEncoding, TlsScript,
};

/// All schools.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// How a school behaves that is not named.
    pub default: SchoolScript,
    /// By label.
    pub schools: BTreeMap<String, SchoolScript>,
}

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    /// When it is not JSON of this shape, or names a preset that does not exist.
    pub fn parse(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// How one school behaves.
    pub fn school(&self, label: &str) -> SchoolScript {
        self.schools.get(label).unwrap_or(&self.default).clone()
    }
}

/// One school.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Entry")]
pub struct SchoolScript {
    /// Whether the name exists.
    pub name: NameScript,
    /// Whether the port answers.
    pub tcp: TcpScript,
    /// How TLS goes.
    pub tls: TlsScript,
    /// Whether there is a SOAP log-in.
    pub soap: SoapScript,
    /// What becomes of a query that stands in the body.
    pub body: BodyScript,
    /// How a log-in goes.
    pub login: LoginScript,
    /// The one password that is right; any, if none is named.
    pub password: Option<String>,
    /// The token that is handed out; a new one each time, if none is named.
    pub token: Option<String>,
    /// What a refusal or exception says, in place of Magister's words.
    pub message: Option<String>,
    /// How reading the list goes.
    pub data: DataScript,
    /// How it is said that a session is over.
    pub over: OverScript,
    /// What is in the list.
    pub list: ListScript,
    /// What else the head of the list says.
    pub head: HeadScript,
    /// How a log-out goes.
    pub logout: LogoutScript,
    /// Where a redirect points.
    pub location: String,
    /// How long it takes over a handshake and over each answer, in milliseconds.
    pub pause_ms: u64,
}

/// What the head of an answer says beside what it has to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HeadScript {
    /// How many headers more.
    pub more: u16,
    /// How it says that it is packed; it never is.
    pub content_encoding: String,
}

/// What is in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ListScript {
    /// How many rows.
    pub rows: u32,
    /// How many of them, from the first, have no opleidingscode.
    pub without_opleidingscode: u32,
    /// How many of them, from the first, have no idGebr.
    pub without_id_gebr: u32,
    /// How many of them, from the last, have the stamnr of the first.
    pub double_stamnr: u32,
    /// Which columns.
    pub columns: Columns,
    /// How it is written.
    pub encoding: TextEncoding,
    /// What is wrong with a cell.
    pub spoiled: Spoiled,
}

impl Default for ListScript {
    fn default() -> Self {
        Self {
            rows: 612,
            without_opleidingscode: 3,
            without_id_gebr: 0,
            double_stamnr: 0,
            columns: Columns::Current,
            encoding: TextEncoding::Utf8,
            spoiled: Spoiled::Nothing,
        }
    }
}

/// The names that a file may use for a whole school.
pub const PRESETS: [&str; 31] = [
    "right",
    "unhurried",
    "wrong_password",
    "user_missing",
    "service_not_granted",
    "list_not_granted",
    "list_unknown",
    "list_fails",
    "session_ends",
    "url_only",
    "url_only_without_soap",
    "old_columns",
    "no_rows",
    "few_rows",
    "rows_100000",
    "server_error",
    "html",
    "not_xml",
    "cut_short",
    "endless",
    "slow",
    "redirect",
    "self_signed",
    "expired",
    "other_host",
    "plain_text",
    "refuses",
    "silent",
    "no_route",
    "unknown_host",
    "old_server",
];

impl SchoolScript {
    /// A school by the name of a preset.
    pub fn preset(name: &str) -> Option<Self> {
        let odd = |odd| Self { data: DataScript::Odd(odd), ..Self::default() };
        let login = |login| Self { login, ..Self::default() };
        let data = |data| Self { data, ..Self::default() };
        let tls = |tls| Self { tls, ..Self::default() };
        let tcp = |tcp| Self { tcp, ..Self::default() };
        let list = |list| Self { list, ..Self::default() };
        Some(match name {
            "right" => Self::default(),
            "unhurried" => Self { pause_ms: 1_500, ..Self::default() },
            "wrong_password" => login(LoginScript::WrongPassword),
            "user_missing" => login(LoginScript::UserMissing),
            "service_not_granted" => data(DataScript::ServiceNotGranted),
            "list_not_granted" => data(DataScript::ListNotGranted),
            "list_unknown" => data(DataScript::ListUnknown),
            "list_fails" => {
                Self { message: Some("Invalid column name 'x'.".to_owned()), ..data(DataScript::ServiceNotGranted) }
            }
            "session_ends" => data(DataScript::SessionEnds),
            "url_only" => Self { body: BodyScript::Html, ..Self::default() },
            "url_only_without_soap" => Self { body: BodyScript::Html, soap: SoapScript::Missing, ..Self::default() },
            "old_columns" => list(ListScript { columns: Columns::Old, ..ListScript::default() }),
            "no_rows" => list(ListScript { rows: 0, ..ListScript::default() }),
            "few_rows" => list(ListScript { rows: 100, ..ListScript::default() }),
            "rows_100000" => list(ListScript { rows: 100_000, ..ListScript::default() }),
            "server_error" => odd(Odd::ServerError),
            "html" => odd(Odd::Html),
            "not_xml" => odd(Odd::NotXml),
            "cut_short" => odd(Odd::CutShort),
            "endless" => odd(Odd::Endless),
            "slow" => odd(Odd::Slow),
            "redirect" => odd(Odd::Redirect),
            "self_signed" => tls(TlsScript::SelfSigned),
            "expired" => tls(TlsScript::Expired),
            "other_host" => tls(TlsScript::OtherHost),
            "plain_text" => tls(TlsScript::PlainText),
            "refuses" => tcp(TcpScript::Refuses),
            "silent" => tcp(TcpScript::Silent),
            "no_route" => tcp(TcpScript::NoRoute),
            "unknown_host" => Self { name: NameScript::Unknown, ..Self::default() },
            "old_server" => {
                let columns = Columns::Labels;
                let list = ListScript { encoding: TextEncoding::Undeclared, columns, ..ListScript::default() };
                Self { soap: SoapScript::Missing, list, ..Self::default() }
            }
            _ => return None,
        })
    }
}

/// A school as a file has it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Preset(String),
    Parts(Box<Parts>),
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Parts {
    name: NameScript,
    tcp: TcpScript,
    tls: TlsScript,
    soap: SoapScript,
    body: BodyScript,
    login: LoginScript,
    password: Option<String>,
    token: Option<String>,
    message: Option<String>,
    data: DataScript,
    over: OverScript,
    list: ListScript,
    head: HeadScript,
    logout: LogoutScript,
    location: String,
    pause_ms: u64,
}

impl TryFrom<Entry> for SchoolScript {
    type Error = String;

    fn try_from(entry: Entry) -> Result<Self, Self::Error> {
        match entry {
            Entry::Preset(name) => {
                Self::preset(&name).ok_or_else(|| format!("no preset {name:?}; there are {}", PRESETS.join(", ")))
            }
            Entry::Parts(parts) => {
                let Parts { name, tcp, tls, soap, body, login, password, token, message, .. } = *parts;
                let Parts { data, over, list, head, logout, location, pause_ms, .. } = *parts;
                let school = Self { name, tcp, tls, soap, body, login, password, token, message, ..Self::default() };
                Ok(Self { data, over, list, head, logout, location, pause_ms, ..school })
            }
        }
    }
}

/// The label of a host under `swp.nl`.
pub(super) fn label_of(host: &str) -> &str {
    host.strip_suffix(".swp.nl").unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_by_preset_and_by_part() {
        let script = Script::parse(
            r#"{ "default": "silent", "schools": {
                "a": "wrong_password", "b": { "list": { "rows": 2 } }, "c": { "data": { "odd": "html" } } } }"#,
        )
        .expect("a script");

        assert_eq!(script.school("x").tcp, TcpScript::Silent);
        assert_eq!(script.school("a").login, LoginScript::WrongPassword);
        assert_eq!(script.school("b").list.rows, 2);
        assert_eq!(script.school("c").data, DataScript::Odd(Odd::Html));
        let written = serde_json::to_string(&script).expect("it is plain data");
        assert_eq!(Script::parse(&written).expect("it was written by us"), script);
        for wrong in [r#"{ "default": "nonsense" }"#, r#"{ "schools": { "a": { "nonsense": 1 } } }"#, "7", ""] {
            assert!(Script::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_preset_exists_and_they_differ() {
        for (at, name) in PRESETS.iter().enumerate() {
            let school = SchoolScript::preset(name).unwrap_or_else(|| panic!("{name}"));

            assert!(PRESETS[..at].iter().all(|other| SchoolScript::preset(other).as_ref() != Some(&school)), "{name}");
        }
    }
}
