//! One call to the provider: TLS with the public authorities, one exchange, a limit on everything.
//!
//! No pool, proxy, redirect or compression. The addresses come from the provider's own document, which the operator named.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT_ENCODING, CONNECTION, HOST, HeaderValue};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_util::task::AbortOnDropHandle;

use super::issuer::Issuer;

/// How long a whole call may take: somebody waits for it.
const CALL_TIME: Duration = Duration::from_secs(10);

/// The largest answer: the keys of a large provider are some 20 kB.
const ANSWER_BYTES: usize = 512 << 10;

/// The most headers of an answer.
const HEADERS_MAX: usize = 100;

/// Whom we trust: the public authorities, as they come with the program.
static TLS: LazyLock<Arc<ClientConfig>> = LazyLock::new(|| {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows the versions of TLS that rustls has by default")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
});

/// Why there was no answer. What the libraries below say may quote what was sent, so it ends here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the call gave no answer")]
pub(super) struct NoAnswer;

/// Calls the provider.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller {
    /// Whether a call on this machine may go without TLS.
    takes_loopback: bool,
}

impl Caller {
    pub(super) fn new(issuer: &Issuer) -> Self {
        Self { takes_loopback: issuer.is_loopback() }
    }

    async fn exchange(self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let (parts, body) = request.into_parts();
        let address = Address::of(&parts.uri, self.takes_loopback).ok_or(NoAnswer)?;
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = parts.method;
        *request.uri_mut() = path.parse().map_err(|_| NoAnswer)?;
        *request.headers_mut() = parts.headers;
        let host = HeaderValue::from_str(&address.authority).map_err(|_| NoAnswer)?;
        request.headers_mut().insert(HOST, host);
        request.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let stream = TcpStream::connect((&*address.host, address.port)).await.map_err(|_| NoAnswer)?;
        if !address.is_tls {
            return send(stream, request).await;
        }
        let name = ServerName::try_from(address.host).map_err(|_| NoAnswer)?;
        let stream = TlsConnector::from(TLS.clone()).connect(name, stream).await.map_err(|_| NoAnswer)?;
        send(stream, request).await
    }
}

impl<'c> AsyncHttpClient<'c> for Caller {
    type Error = NoAnswer;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, NoAnswer>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move { timeout(CALL_TIME, self.exchange(request)).await.unwrap_or(Err(NoAnswer)) })
    }
}

/// Where a call goes.
struct Address {
    host: String,
    port: u16,
    /// As it stands in the header.
    authority: String,
    is_tls: bool,
}

impl Address {
    /// `None` where it is no address with TLS, nor one on this machine where that is taken.
    fn of(uri: &Uri, takes_loopback: bool) -> Option<Self> {
        let authority = uri.authority()?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let is_tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if takes_loopback && ["127.0.0.1", "localhost", "::1"].contains(&&*host) => false,
            _ => return None,
        };
        let port = authority.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        Some(Self { host, port, authority: authority.as_str().to_owned(), is_tls })
    }
}

async fn send(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: Request<Full<Bytes>>,
) -> Result<HttpResponse, NoAnswer> {
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_headers(HEADERS_MAX)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|_| NoAnswer)?;
    let _connection = AbortOnDropHandle::new(tokio::spawn(async move {
        let _ = connection.await;
    }));
    let (head, body) = sender.send_request(request).await.map_err(|_| NoAnswer)?.into_parts();
    let body = Limited::new(body, ANSWER_BYTES).collect().await.map_err(|_| NoAnswer)?.to_bytes();
    Ok(Response::from_parts(head, body.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(uri: &str, takes_loopback: bool) -> Option<(String, u16, bool)> {
        let address = Address::of(&uri.parse().expect(uri), takes_loopback)?;
        Some((address.host, address.port, address.is_tls))
    }

    #[test]
    fn a_call_goes_over_tls_or_to_this_machine_and_nowhere_else() {
        let of = |host: &str, port, is_tls| Some((host.to_owned(), port, is_tls));
        assert_eq!(address("https://accounts.google.com/x?y", false), of("accounts.google.com", 443, true));
        assert_eq!(address("https://127.0.0.1:4000/x", false), of("127.0.0.1", 4000, true));
        assert_eq!(address("http://[::1]:4000/x", true), of("::1", 4000, false));
        for (refused, takes_loopback) in [
            ("http://127.0.0.1:4000/x", false),
            ("http://accounts.google.com/x", true),
            ("/x", true),
            ("ftp://a/", true),
        ] {
            assert_eq!(address(refused, takes_loopback), None, "{refused}");
        }
    }
}
