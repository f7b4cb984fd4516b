//! The HTTP server: time limits that the router cannot set, a cap on connections, and a graceful stop.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::{Extension, Router};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::web::stalled::Impatient;

/// What clients may take.
#[derive(Debug, Clone, Copy)]
pub struct ServerLimits {
    /// How long a client may take to send its headers, and how long a connection may be idle.
    pub header_time: Duration,
    /// For how long a client may take nothing of what is sent to it.
    pub stall_time: Duration,
    /// How many clients may be connected at once.
    pub connections: usize,
    /// How long requests under way may go on after the stop was asked for.
    pub last_requests: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            header_time: Duration::from_secs(10),
            stall_time: Duration::from_secs(60),
            connections: 1024,
            last_requests: Duration::from_secs(20),
        }
    }
}

/// Serves until `stop`, then lets requests under way finish.
pub async fn serve(listener: TcpListener, router: Router, limits: ServerLimits, stop: CancellationToken) {
    let graceful = GracefulShutdown::new();
    let permits = Arc::new(Semaphore::new(limits.connections));
    loop {
        let next = async {
            let permit = permits.clone().acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            next = next => next,
            () = stop.cancelled() => break,
        };
        let Ok(permit) = permit else { break };
        match accepted {
            Ok((stream, peer)) => {
                let connection = connection(stream, peer, router.clone(), limits, &graceful);
                tokio::spawn(async move {
                    connection.await;
                    drop(permit);
                });
            }
            // The system is out of something; it is not helped by asking again at once.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    drop(listener);
    if tokio::time::timeout(limits.last_requests, graceful.shutdown()).await.is_err() {
        tracing::warn!("Stopped with requests still under way");
    }
}

/// HTTP/1.1 only: behind a proxy that is what is spoken, and telling versions apart knows no time limit.
fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: ServerLimits,
    graceful: &GracefulShutdown,
) -> impl Future<Output = ()> + use<> {
    let router = router.layer(Extension(ConnectInfo(peer)));
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let router = router.clone();
        async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {})) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.header_time);
    let stream = Impatient::new(stream, limits.stall_time);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    let watched = graceful.watch(connection);
    async move {
        // A client that breaks off is no fault of ours.
        let _ = watched.await;
    }
}
