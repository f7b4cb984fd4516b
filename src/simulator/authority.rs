//! The test authority of a simulator: made at its start, trusted by nobody but its own clients.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::script::TlsScript;

const NAME: &str = "Koppelklaar magister-simulator, for tests only";

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
    Expired,
    OtherHost,
}

impl TlsKind {
    pub(super) fn of(script: TlsScript) -> Option<Self> {
        match script {
            TlsScript::Trusted => Some(Self::Trusted),
            TlsScript::SelfSigned => Some(Self::SelfSigned),
            TlsScript::Expired => Some(Self::Expired),
            TlsScript::OtherHost => Some(Self::OtherHost),
            TlsScript::PlainText | TlsScript::Hangs => None,
        }
    }
}

impl Authority {
    pub(super) fn new() -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, NAME);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
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
        params.distinguished_name.push(DnType::CommonName, NAME);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        if kind == TlsKind::Expired {
            params.not_after = date_time_ymd(2020, 1, 1);
        }
        let certificate = match kind {
            TlsKind::SelfSigned => params.self_signed(&self.host_key)?,
            TlsKind::Trusted | TlsKind::Expired | TlsKind::OtherHost => {
                params.signed_by(&self.host_key, &self.issuer)?
            }
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.host_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has cipher suites for TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("the key was made for this certificate");
        Ok(Arc::new(config))
    }
}
