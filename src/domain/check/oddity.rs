//! What made an answer unexpected, what broke a safe connection, and where a server reads what it is asked: our own words
//! for it, never Magister's.

use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};

/// What made an answer unexpected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Oddity {
    /// We could not look the name up; that says nothing of the school.
    LookUpFailed,
    /// The name leads to an address that is not public, so no connection was made.
    AddressNotPublic,
    /// What broke the safe connection.
    Tls(TlsFault),
    /// Another HTTP status than 200.
    Status(u16),
    /// A redirect, which is never followed.
    Redirect,
    /// A head with more lines, or longer ones, than we read.
    HeadTooLarge,
    /// Packed, though we asked for it plain.
    Compressed,
    /// A web page.
    Html,
    /// Not readable as XML.
    NotXml,
    /// It says that it is UTF-16, and is not.
    NotUtf16,
    /// XML with a DTD or an entity of its own.
    Dtd,
    /// XML that is nested deeper than we read.
    TooDeep,
    /// It ended before it was complete, or never began.
    CutShort,
    /// More than we read.
    TooBig,
    /// It took longer than we wait.
    TooSlow,
    /// The server reads only the address, where no password of ours ever stands.
    BodyNotRead,
    /// XML, but not an answer that we know.
    Unknown,
}

/// What broke a safe connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[derive(EnumIter)]
#[serde(rename_all = "snake_case")]
pub enum TlsFault {
    /// The certificate is over.
    Expired,
    /// The certificate does not hold yet.
    NotYetValid,
    /// The certificate is of another name.
    OtherName,
    /// Nobody whom we trust stands behind the certificate.
    UnknownAuthority,
    /// The server does not send the certificate that stands between its own and an authority.
    ChainIncomplete,
    /// A signature is too weak, or does not fit.
    Signature,
    /// The certificate does not hold for another reason.
    OtherCertificate,
    /// The server speaks no version of TLS that is safe.
    NoSharedVersion,
    /// The server and we have no cipher in common.
    NoSharedCipher,
    /// What came back was no TLS.
    NotTls,
    /// Nothing came back.
    Silent,
    /// It broke off, or for another reason.
    BrokeOff,
}

impl TlsFault {
    /// Whether it is the certificate that does not hold.
    pub fn is_of_certificate(self) -> bool {
        match self {
            Self::Expired
            | Self::NotYetValid
            | Self::OtherName
            | Self::UnknownAuthority
            | Self::ChainIncomplete
            | Self::Signature
            | Self::OtherCertificate => true,
            Self::NoSharedVersion | Self::NoSharedCipher | Self::NotTls | Self::Silent | Self::BrokeOff => false,
        }
    }
}

/// Where a server reads what it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Way {
    /// In the body, which is where we like to ask.
    Body,
    /// In the address only.
    Url,
}

impl Way {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The one that is left.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Body => Self::Url,
            Self::Url => Self::Body,
        }
    }
}
