//! Speaks TLS as the script of each school says, and HTTP over it.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::LazyConfigAcceptor;

use super::answers;
use super::authority::{NoTls, TlsKind};
use super::script::label_of;
use super::shared::Inner;

/// How long a caller may take to send its headers.
const HEADER_TIME: Duration = Duration::from_secs(10);

/// Serves until it is dropped, with everything it began.
pub(super) async fn serve(listener: TcpListener, inner: Arc<Inner>) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let inner = inner.clone();
                connections.spawn(async move {
                    // A caller that breaks off is no fault of ours.
                    let _ = connection(stream, inner).await;
                });
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, inner: Arc<Inner>) -> io::Result<()> {
    let mut start = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream).await?;
    let host = start.client_hello().server_name().unwrap_or_default().to_owned();
    let label = label_of(&host).to_owned();
    let script = inner.school(&label);
    let kind = match TlsKind::of(script.tls) {
        Ok(kind) => kind,
        Err(NoTls::Says(what)) => return start.io.write_all(what).await,
        Err(NoTls::Hangs) => {
            // Until the caller gives up.
            let _ = start.io.read(&mut [0; 1]).await;
            return Ok(());
        }
    };
    inner.crowd.take_time(&label, Duration::from_millis(script.pause_ms)).await;
    let config = inner.authority.server_config(&host, kind).map_err(io::Error::other)?;
    let stream = start.into_stream(config).await?;
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (inner, label) = (inner.clone(), label.clone());
        async move { answers::answer(&inner, &label, request).await }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    served.map_err(io::Error::other)
}

/// An answer that was broken off on purpose.
#[derive(Debug)]
pub(super) struct BrokenOff;

impl std::fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("broken off by the script")
    }
}

impl std::error::Error for BrokenOff {}

impl From<Infallible> for BrokenOff {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
