//! The ways in which one rung of a simulated Magister can go.

use chrono::NaiveDate;
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
    /// There is no way to it from here.
    NoRoute,
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
    /// With one that signed itself and calls itself an authority, as most tools make them.
    SelfSignedAuthority,
    /// With a certificate that has expired.
    Expired,
    /// With the certificate of another host.
    OtherHost,
    /// With a certificate that holds until the end of a day.
    Until(NaiveDate),
    /// With a certificate that holds in years to come.
    NotYetValid,
    /// With a certificate of an authority that nobody knows, and its own with it.
    OtherAuthority,
    /// With a certificate whose issuer is vouched for, but not sent.
    ChainIncomplete,
    /// With a certificate that was signed by a hash of the past.
    WeakSignature,
    /// With no version of TLS that is safe: it says so.
    OldVersion,
    /// With no version of TLS that is safe: it goes on in one of its own.
    OldAnswer,
    /// With no cipher in common.
    OldCipher,
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
    /// It answers with a SOAP fault: it knows no log-in, or says what is told.
    Fault,
    /// It works, and answers a log-in that is refused with a SOAP fault and this status.
    RefusesByFault(u16),
    /// It works, and answers a log-in that is refused with a fault of SOAP 1.2.
    RefusesByNewFault,
    /// It breaks the connection off.
    BreaksOff,
    /// It takes the request and says nothing.
    Hangs,
}

/// What becomes of a query that stands in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyScript {
    /// It is read, like one in the address.
    #[default]
    Read,
    /// It is not, and without a query there is a web page.
    Html,
    /// It is not, and without a query there is nothing: 404.
    NotFound,
    /// It is not, for only GET is allowed: 405.
    NotAllowed,
    /// It is not, and the answer says that a function is missing.
    NoFunction,
}

/// What is in place of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Odd {
    /// Status 503.
    #[default]
    ServerError,
    /// Status 403.
    Forbidden,
    /// Packed by gzip.
    Gzip,
    /// Packed by gzip, without a word of it.
    UnsaidGzip,
    /// Packed by zlib, without a word of it.
    UnsaidDeflate,
    /// A hundred headers.
    ManyHeaders,
    /// What says that it is UTF-16, and is UTF-8.
    NotUtf16,
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

/// What is wrong with the opleidingscode of the last row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spoiled {
    /// Nothing.
    #[default]
    Nothing,
    /// A reference to a sign that XML does not have.
    Reference,
    /// A bare `&`.
    Ampersand,
    /// The name of a sign that only HTML has.
    Entity,
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
    /// UTF-16, declared, without the mark at its front.
    Utf16,
}

/// How it is said that a session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverScript {
    /// As a verdict.
    #[default]
    Message,
    /// As an exception.
    Exception,
    /// By status 401.
    Status,
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
    /// No right to the call; with another message, whatever else such an exception says.
    ServiceNotGranted,
    /// An exception of another name.
    OtherException,
    /// The session is over when the list is first asked for.
    SessionEnds,
    /// No session ever holds.
    NoSession,
    /// An error with another number.
    OtherFault,
    /// Something that is no answer.
    Odd(Odd),
}
