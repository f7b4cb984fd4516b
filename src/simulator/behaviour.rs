//! The ways in which one rung of a simulated Magister can go.

use serde::{Deserialize, Serialize};

/// Whether the name exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameScript {
    /// It does.
    #[default]
    Known,
    /// It does not.
    Unknown,
}

/// Whether the port answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TcpScript {
    /// It does.
    #[default]
    Open,
    /// It refuses.
    Refuses,
    /// Nothing comes back, as from an address that is not allowlisted.
    Silent,
}

/// How TLS goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TlsScript {
    /// With a certificate of the test authority.
    #[default]
    Trusted,
    /// With a certificate that signed itself.
    SelfSigned,
    /// With a certificate that has expired.
    Expired,
    /// With the certificate of another host.
    OtherHost,
    /// With plain text in place of TLS.
    PlainText,
    /// With nothing after the first message.
    Hangs,
}

/// Whether there is a SOAP log-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SoapScript {
    /// It works.
    #[default]
    Works,
    /// Not found.
    Missing,
    /// It answers with a SOAP fault.
    Fault,
    /// It breaks the connection off.
    BreaksOff,
    /// It takes the request and says nothing.
    Hangs,
}

/// What is in place of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Odd {
    /// Status 503.
    #[default]
    ServerError,
    /// A web page.
    Html,
    /// Plain words.
    NotXml,
    /// Half an answer, then the connection breaks.
    CutShort,
    /// Half an answer that claims to be whole.
    Half,
    /// Nothing at all, with status 200.
    Empty,
    /// Rows without end.
    Endless,
    /// One text without end.
    EndlessText,
    /// Nothing for a long time.
    Slow,
    /// A redirect.
    Redirect,
    /// A document type with an entity that refers to a file.
    Dtd,
    /// An entity that nobody declared.
    Entity,
    /// Tags in tags in tags.
    Deep,
    /// XML of somebody else.
    OtherXml,
    /// An encoding that nobody uses.
    OtherEncoding,
}

/// Which columns the list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Columns {
    /// Ours.
    #[default]
    Current,
    /// Those of a query file without opleidingscode.
    Old,
    /// Ours, under Magister's own labels and in another case.
    Labels,
    /// Ours, with ExterneId as the manual misread it.
    Misread,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextEncoding {
    /// UTF-8, declared.
    #[default]
    Utf8,
    /// windows-1252, declared.
    Windows1252,
    /// windows-1252, not declared.
    Undeclared,
    /// windows-1252 that says it is UTF-8.
    Lying,
}

/// How a log-in goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginScript {
    /// By the password.
    #[default]
    Right,
    /// The password is wrong, whatever it is.
    WrongPassword,
    /// There is no user Kurve.
    UserMissing,
    /// An exception.
    Exception,
    /// A refusal that has the tags of an exception as well, with nothing in them.
    RefusedPlainly,
    /// Something that is no answer.
    Odd(Odd),
}

/// How a log-out goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogoutScript {
    /// It answers.
    #[default]
    Answers,
    /// It says nothing.
    Hangs,
}

/// How reading the list goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataScript {
    /// The list is read.
    #[default]
    Granted,
    /// No right to the list.
    ListNotGranted,
    /// No such list; Magister says the same, here under the other tag.
    ListUnknown,
    /// No right to the call.
    ServiceNotGranted,
    /// An error with another number.
    OtherFault,
    /// Something that is no answer.
    Odd(Odd),
}
