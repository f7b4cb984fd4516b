//! The certificates of a server: who trusts them, what is wrong with one that does not hold, until when one holds.
//!
//! Nothing is let through here that the library refuses; the refusal of an issuer that nobody knows is only told apart
//! from that of a chain with a piece missing.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, RootCertStore,
    SignatureScheme,
};
use x509_parser::parse_x509_certificate;

use crate::domain::check::TlsFault;

/// Asks the library, and says of an issuer that it does not know whether a piece of the chain is missing.
#[derive(Debug)]
struct Verifier(Arc<WebPkiServerVerifier>);

/// The certificate between the server's own and an authority was not sent.
#[derive(Debug)]
struct ChainIncomplete;

impl fmt::Display for ChainIncomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the certificate of the issuer was not sent")
    }
}

impl StdError for ChainIncomplete {}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        verified.map_err(|error| match error {
            Error::InvalidCertificate(CertificateError::UnknownIssuer) if lacks_issuer(end_entity, intermediates) => {
                Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(ChainIncomplete))))
            }
            // One that signed itself is often made as an authority, or of an old version, and refused for that.
            Error::InvalidCertificate(CertificateError::Other(_)) if signed_itself(end_entity) => {
                Error::InvalidCertificate(CertificateError::UnknownIssuer)
            }
            error => error,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// Whether a certificate names an issuer, other than itself, that did not come with it.
fn lacks_issuer(end_entity: &CertificateDer<'_>, intermediates: &[CertificateDer<'_>]) -> bool {
    let Ok((_, own)) = parse_x509_certificate(end_entity) else { return false };
    let is_of = |der: &CertificateDer<'_>| {
        parse_x509_certificate(der).is_ok_and(|(_, other)| other.subject().as_raw() == own.issuer().as_raw())
    };
    own.issuer().as_raw() != own.subject().as_raw() && !intermediates.iter().any(is_of)
}

/// Whether a certificate names itself as its issuer.
fn signed_itself(end_entity: &CertificateDer<'_>) -> bool {
    parse_x509_certificate(end_entity).is_ok_and(|(_, own)| own.issuer().as_raw() == own.subject().as_raw())
}

/// Until when the certificate of a server holds, the first of those that it sent.
pub fn until(certificates: Option<&[CertificateDer<'_>]>) -> Option<DateTime<Utc>> {
    let (_, own) = parse_x509_certificate(certificates?.first()?).ok()?;
    DateTime::from_timestamp(own.validity().not_after.timestamp(), 0)
}

/// Trusts these authorities, which are one at least. No resumption: each check sees the whole handshake and the
/// certificate.
pub(super) fn client_config(roots: RootCertStore) -> Arc<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    let verifier = Verifier(verifier.build().expect("there is an authority"));
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has cipher suites for TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Arc::new(config)
}

/// What broke a safe connection.
pub(super) fn fault_of(error: &io::Error) -> TlsFault {
    let cause = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match cause {
        Some(Error::InvalidCertificate(wrong)) => fault_of_certificate(wrong),
        Some(Error::NoCertificatesPresented) => TlsFault::OtherCertificate,
        Some(Error::AlertReceived(AlertDescription::ProtocolVersion) | Error::PeerIncompatible(_)) => {
            TlsFault::NoSharedVersion
        }
        Some(Error::AlertReceived(AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity)) => {
            TlsFault::NoSharedCipher
        }
        Some(Error::InvalidMessage(_)) => TlsFault::NotTls,
        Some(_) | None => TlsFault::BrokeOff,
    }
}

fn fault_of_certificate(wrong: &CertificateError) -> TlsFault {
    match wrong {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => TlsFault::NotYetValid,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => TlsFault::OtherName,
        CertificateError::UnknownIssuer => TlsFault::UnknownAuthority,
        CertificateError::BadSignature
        | CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => TlsFault::Signature,
        CertificateError::Other(other) if other.0.is::<ChainIncomplete>() => TlsFault::ChainIncomplete,
        // The library may tell more apart in time.
        _ => TlsFault::OtherCertificate,
    }
}
