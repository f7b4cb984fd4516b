//! One connection: TCP to an address that may be reached, TLS over it, one HTTP/1.1 exchange on that very stream.
//!
//! No pool, proxy, redirect or second look-up: those would connect to something that nobody vetted.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::task::AbortOnDropHandle;

use super::reach::Reach;
use super::target::Target;
use crate::domain::check::{CheckCode, Oddity};

/// Answers have a handful of headers.
const HEADERS_MAX: usize = 64;
/// How much of an answer waits in memory before it is read.
const BUFFER_BYTES: usize = 64 << 10;

/// A safe connection, ready for one request.
pub(super) type Line = TlsStream<TcpStream>;

/// An answer of which the head was read. Dropping it closes the connection.
pub(super) struct Answer {
    pub(super) response: Response<Incoming>,
    _connection: AbortOnDropHandle<()>,
}

/// Connects to the first address that answers; gives it with the connection.
pub(super) async fn dial(
    reach: &Reach,
    addresses: &[SocketAddr],
    limit: Duration,
) -> Result<(TcpStream, SocketAddr), CheckCode> {
    let end = Instant::now() + limit;
    let mut worst = CheckCode::PortRefused;
    for (tried, address) in addresses.iter().enumerate() {
        let left = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        let share = end.saturating_duration_since(Instant::now()) / left;
        match timeout(share, connect(reach, *address)).await {
            Ok(Ok(stream)) => return Ok((stream, *address)),
            Ok(Err(error)) if is_refusal(&error) => {}
            // No route, an unreachable host, a time-out: nobody answered.
            Ok(Err(_)) | Err(_) => worst = CheckCode::PortSilent,
        }
    }
    Err(worst)
}

/// The one place that opens a connection. The check stands here, on the address itself, so that no way leads past it.
async fn connect(reach: &Reach, address: SocketAddr) -> io::Result<TcpStream> {
    if !reach.admits(address) {
        return Err(io::Error::other("this address may not be reached"));
    }
    let stream = TcpStream::connect(address).await?;
    if stream.peer_addr()? != address {
        return Err(io::Error::other("connected to another address than was asked for"));
    }
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn is_refusal(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset)
}

/// Makes a connection safe.
pub(super) async fn secure(
    reach: &Reach,
    target: &Target,
    stream: TcpStream,
    limit: Duration,
) -> Result<Line, CheckCode> {
    let name = ServerName::try_from(target.host()).expect("a label under swp.nl is a DNS name");
    match timeout(limit, TlsConnector::from(reach.tls()).connect(name, stream)).await {
        Ok(Ok(line)) => Ok(line),
        Ok(Err(error)) if is_about_certificate(&error) => Err(CheckCode::CertificateInvalid),
        Ok(Err(_)) | Err(_) => Err(CheckCode::TlsFailed),
    }
}

fn is_about_certificate(error: &io::Error) -> bool {
    let cause = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(cause, Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented))
}

/// Sends the one request and reads the head of its answer.
pub(super) async fn exchange(line: Line, request: Request<Full<Bytes>>) -> Result<Answer, Oddity> {
    // Hyper's errors may quote what they read; they end here.
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_headers(HEADERS_MAX)
        .max_buf_size(BUFFER_BYTES)
        .handshake(TokioIo::new(line))
        .await
        .map_err(|_| Oddity::CutShort)?;
    let connection = AbortOnDropHandle::new(tokio::spawn(async move {
        let _ = connection.await;
    }));
    let response = sender.send_request(request).await.map_err(|error| match error {
        error if error.is_parse() => Oddity::NotXml,
        _ => Oddity::CutShort,
    })?;
    Ok(Answer { response, _connection: connection })
}
