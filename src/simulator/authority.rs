//! The test authority of a simulator: made at its start, trusted by nobody but its own clients.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use parking_lot::Mutex;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::script::TlsScript;

const NAME: &str = "Koppelklaar magister-simulator, for tests only";

/// A server that goes on in TLS 1.0, with the cipher that everybody had then. Its random part is as good as any.
const HELLO_OF_THE_PAST: [u8; 47] = [
    22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
    23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 0, 0, 47, 0,
];

/// Signs certificates for the hosts of one simulator.
pub(super) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// One key for all hosts: making them costs more than they are worth here.
    host_key: KeyPair,
    made: Mutex<HashMap<(String, TlsKind), Arc<ServerConfig>>>,
}

/// The ways of TLS that take a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum TlsKind {
    Trusted,
    SelfSigned,
    SelfSignedAuthority,
    Expired,
    Until(NaiveDate),
    NotYetValid,
    OtherHost,
    OtherAuthority,
    ChainIncomplete,
    WeakSignature,
}

/// What there is in place of a handshake.
pub(super) enum NoTls {
    /// These bytes.
    Says(&'static [u8]),
    /// Nothing.
    Hangs,
}

impl TlsKind {
    pub(super) fn of(script: TlsScript) -> Result<Self, NoTls> {
        match script {
            TlsScript::Trusted => Ok(Self::Trusted),
            TlsScript::SelfSigned => Ok(Self::SelfSigned),
            TlsScript::SelfSignedAuthority => Ok(Self::SelfSignedAuthority),
            TlsScript::Expired => Ok(Self::Expired),
            TlsScript::Until(day) => Ok(Self::Until(day)),
            TlsScript::NotYetValid => Ok(Self::NotYetValid),
            TlsScript::OtherHost => Ok(Self::OtherHost),
            TlsScript::OtherAuthority => Ok(Self::OtherAuthority),
            TlsScript::ChainIncomplete => Ok(Self::ChainIncomplete),
            TlsScript::WeakSignature => Ok(Self::WeakSignature),
            // The alerts of a server that can do no better: protocol_version and handshake_failure.
            TlsScript::OldVersion => Err(NoTls::Says(&[21, 3, 1, 0, 2, 2, 70])),
            TlsScript::OldAnswer => Err(NoTls::Says(&HELLO_OF_THE_PAST)),
            TlsScript::OldCipher => Err(NoTls::Says(&[21, 3, 3, 0, 2, 2, 40])),
            TlsScript::PlainText => Err(NoTls::Says(b"HTTP/1.1 400 Bad Request\r\nX-Simulator: yes\r\n\r\n")),
            TlsScript::Hangs => Err(NoTls::Hangs),
        }
    }
}

impl Authority {
    pub(super) fn new() -> Result<Self, rcgen::Error> {
        let issuer = CertifiedIssuer::self_signed(authority_params(NAME), KeyPair::generate()?)?;
        Ok(Self { issuer, host_key: KeyPair::generate()?, made: Mutex::default() })
    }

    pub(super) fn certificate(&self) -> CertificateDer<'static> {
        self.issuer.der().clone()
    }

    pub(super) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// What the server shows for a host.
    pub(super) fn server_config(&self, host: &str, kind: TlsKind) -> Result<Arc<ServerConfig>, rcgen::Error> {
        let key = (host.to_owned(), kind);
        if let Some(config) = self.made.lock().get(&key) {
            return Ok(config.clone());
        }
        let config = self.make(host, kind)?;
        self.made.lock().insert(key, config.clone());
        Ok(config)
    }

    fn make(&self, host: &str, kind: TlsKind) -> Result<Arc<ServerConfig>, rcgen::Error> {
        let named = if kind == TlsKind::OtherHost { "another-school.swp.nl" } else { host };
        let mut params = CertificateParams::new(vec![named.to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, named);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        match kind {
            TlsKind::Expired => params.not_after = date_time_ymd(2020, 1, 1),
            TlsKind::SelfSignedAuthority => params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained),
            TlsKind::Until(day) => params.not_after = midnight_of(day),
            TlsKind::NotYetValid => params.not_before = date_time_ymd(2090, 1, 1),
            TlsKind::Trusted
            | TlsKind::SelfSigned
            | TlsKind::OtherHost
            | TlsKind::OtherAuthority
            | TlsKind::ChainIncomplete
            | TlsKind::WeakSignature => {}
        }
        let sign =
            |issuer: &Issuer<'_, KeyPair>| params.signed_by(&self.host_key, issuer).map(|made| made.der().clone());
        let chain = match kind {
            TlsKind::SelfSigned | TlsKind::SelfSignedAuthority => {
                vec![params.self_signed(&self.host_key)?.der().clone()]
            }
            TlsKind::OtherAuthority => {
                let other = CertifiedIssuer::self_signed(authority_params("Another authority"), KeyPair::generate()?)?;
                vec![sign(&other)?, other.der().clone()]
            }
            TlsKind::ChainIncomplete => {
                let params = authority_params("Between");
                let between = CertifiedIssuer::signed_by(params, KeyPair::generate()?, &self.issuer)?;
                vec![sign(&between)?]
            }
            TlsKind::WeakSignature => vec![weakly_signed(sign(&self.issuer)?)],
            TlsKind::Trusted | TlsKind::Expired | TlsKind::Until(_) | TlsKind::NotYetValid | TlsKind::OtherHost => {
                vec![sign(&self.issuer)?]
            }
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.host_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has cipher suites for TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("the key was made for this certificate");
        Ok(Arc::new(config))
    }
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

fn midnight_of(day: NaiveDate) -> time::OffsetDateTime {
    let number = |number: u32| u8::try_from(number).expect("a month and a day are small");
    date_time_ymd(day.year(), number(day.month()), number(day.day()))
}

/// The same certificate, said to be signed by ECDSA with SHA-224 in place of SHA-256: nobody takes that any more.
fn weakly_signed(certificate: CertificateDer<'_>) -> CertificateDer<'static> {
    const SHA_256: [u8; 8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
    let mut der = certificate.to_vec();
    let places: Vec<usize> = (0..der.len() - 7).filter(|at| der[*at..at + 8] == SHA_256).collect();
    for at in places {
        der[at + 7] = 0x01;
    }
    der.into()
}
