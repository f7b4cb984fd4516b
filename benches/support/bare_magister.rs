//! The calls of a check with nothing around them: no bounds, no reader, no courtesy, no database.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

const LOG_IN: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
    <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>\
    <q1:Login xmlns:q1=\"urn:MediusServer_Soap-Algemeen\"><UserName>Kurve</UserName>\
    <Password>abcdefghjkmnpqrstuvwxyz23456</Password></q1:Login></soap:Body></soap:Envelope>";

/// Whoever makes the calls.
#[derive(Clone)]
pub(crate) struct Bare {
    address: SocketAddr,
    tls: TlsConnector,
}

impl Bare {
    /// For the simulator at an address, with its authority.
    pub(crate) fn new(authority: CertificateDer<'static>, address: SocketAddr) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(authority).expect("a certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has them")
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.resumption = rustls::client::Resumption::disabled();
        Self { address, tls: TlsConnector::from(Arc::new(config)) }
    }

    /// Visits these hosts, so many at once; how many gave a list.
    pub(crate) async fn visit_all(&self, hosts: Vec<String>, at_once: usize) -> u32 {
        let hosts = Arc::new(Mutex::new(hosts.into_iter()));
        let mut hands = JoinSet::new();
        for _ in 0..at_once {
            let (bare, hosts) = (self.clone(), hosts.clone());
            let next = move || hosts.lock().expect("nobody panics while it is held").next();
            hands.spawn(async move {
                let mut lists = 0;
                while let Some(host) = next() {
                    lists += u32::from(bare.visit(&host).await.is_some());
                }
                lists
            });
        }
        hands.join_all().await.into_iter().sum()
    }

    /// Logs in, reads the list, logs out; as far as it comes.
    async fn visit(&self, host: &str) -> Option<()> {
        let answer = self.call(host, "/soap/algemeen?service=Algemeen", LOG_IN.to_owned()).await?;
        let (_, rest) = answer.split_once("<SessionToken")?;
        let token = rest.split_once('>')?.1.split_once('<')?.0;
        let data = format!("Library=Data&Function=GetData&SessionToken={token}&Layout=KurveLeerlingData&Type=XML");
        let list = self.call(host, "/doc", data).await;
        let end = format!("Library=Algemeen&Function=Logout&SessionToken={token}&Type=XML");
        self.call(host, "/doc", end).await;
        list.filter(|list| list.contains("stamnr")).map(drop)
    }

    async fn call(&self, host: &str, path: &str, body: String) -> Option<String> {
        let stream = TcpStream::connect(self.address).await.ok()?;
        stream.set_nodelay(true).ok()?;
        let name = ServerName::try_from(host.to_owned()).expect("a host");
        let stream = self.tls.connect(name, stream).await.ok()?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
        let connection = tokio::spawn(connection);
        let request = Request::post(path).header("Host", host).header("Connection", "close");
        let request = request.body(Full::new(Bytes::from(body))).expect("plain signs");
        let answer = sender.send_request(request).await.ok()?.into_body().collect().await.ok()?;
        connection.abort();
        Some(String::from_utf8_lossy(&answer.to_bytes()).into_owned())
    }
}
