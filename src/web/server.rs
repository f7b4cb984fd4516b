//! The HTTP server: time limits that the router cannot set, a cap on connections, and a stop that lets requests finish.
//!
//! A stop has three parts. While proxies learn of it by `/health/ready`, connections are still taken and every answer closes
//! its own. Then nobody is taken any more, but those who stood in line already are. At last idle connections are closed, and
//! what is under way has some time to come to its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, header};
use axum::{Extension, Router};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::web::places::Places;
use crate::web::stalled::Impatient;
use crate::web::strict::Strict;

/// What clients may take.
#[derive(Debug, Clone, Copy)]
pub struct ServerLimits {
    /// How long a client may take to send its headers, and how long a connection may be idle.
    pub header_time: Duration,
    /// For how long in all a client may make us wait before it takes more of what is sent to it.
    pub stall_time: Duration,
    /// How many clients may be connected at once.
    pub connections: usize,
    /// How many of these connections one client may have.
    pub per_client: usize,
    /// For how long connections are still taken after the stop was asked for, while there are any.
    pub leave_time: Duration,
    /// How long requests under way may go on after that.
    pub last_requests: Duration,
    /// Whether clients come by HTTPS, through a proxy: then also what cannot be read is answered so.
    pub is_https: bool,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            header_time: Duration::from_secs(10),
            stall_time: Duration::from_secs(30),
            connections: 1024,
            per_client: 256,
            leave_time: Duration::from_secs(5),
            // An answer may take thirty seconds to begin.
            last_requests: Duration::from_secs(45),
            is_https: false,
        }
    }
}

/// How large the head of a request may be, and as much of a body is held at a time.
const HEAD_BYTES: usize = 64 * 1024;

/// How long those who stood in line when the listener closed may take to send their request.
const IN_LINE: Duration = Duration::from_secs(1);

/// Serves until `stop`, then lets requests under way finish.
pub async fn serve(listener: TcpListener, router: Router, limits: ServerLimits, stop: CancellationToken) {
    let server = Server {
        router,
        limits,
        refusal: super::middleware::refusal_headers(limits.is_https).into(),
        permits: Arc::new(Semaphore::new(limits.connections)),
        places: Places::new(limits.per_client),
        open: TaskTracker::new(),
        graceful: GracefulShutdown::new(),
        stop: stop.clone(),
        cut: CancellationToken::new(),
    };
    stop.run_until_cancelled(server.accept(&listener)).await;
    server.open.close();
    let leaving = async {
        tokio::select! {
            () = server.open.wait() => {}
            () = server.accept(&listener) => {}
        }
    };
    // As long as it may take, or until everyone left.
    let _ = timeout(limits.leave_time, leaving).await;
    server.accept_line(listener);
    let _ = timeout(IN_LINE, server.open.wait()).await;
    server.finish().await;
}

/// What every connection shares.
struct Server {
    router: Router,
    limits: ServerLimits,
    /// The headers of an answer to what cannot be read.
    refusal: Arc<[u8]>,
    permits: Arc<Semaphore>,
    places: Places,
    /// The connections that are open.
    open: TaskTracker,
    graceful: GracefulShutdown,
    stop: CancellationToken,
    /// Ends what took too long to end.
    cut: CancellationToken,
}

impl Server {
    /// Takes connections for as long as it is polled; nothing of one is lost when it no longer is.
    async fn accept(&self, listener: &TcpListener) {
        loop {
            let Ok(permit) = self.permits.clone().acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, peer)) => self.take(stream, peer, Some(permit)),
                // The system is out of something; it is not helped by asking again at once.
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Takes who stands in line, for a listener that is closed resets them.
    fn accept_line(&self, listener: TcpListener) {
        let Ok(listener) = listener.into_std() else { return };
        while let Ok((stream, peer)) = listener.accept() {
            let stream = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
            if let Ok(stream) = stream {
                self.take(stream, peer, None);
            }
        }
    }

    fn take(&self, stream: TcpStream, peer: SocketAddr, permit: Option<OwnedSemaphorePermit>) {
        // One client with many connections is refused before it keeps others out.
        let Some(place) = self.places.take(peer.ip()) else { return };
        let talk = self.talk(stream, peer, self.graceful.watcher());
        self.open.spawn(async move {
            talk.await;
            // In this order: who gets the one must find the other.
            drop(place);
            drop(permit);
        });
    }

    /// HTTP/1.1 only: behind a proxy that is what is spoken, and telling versions apart knows no time limit.
    fn talk(&self, stream: TcpStream, peer: SocketAddr, watcher: Watcher) -> impl Future<Output = ()> + use<> {
        let router = self.router.clone().layer(Extension(ConnectInfo(peer)));
        let stop = self.stop.clone();
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let (router, stop) = (router.clone(), stop.clone());
            async move {
                // Of a body that comes in chunks only the library knows the end; see `strict`.
                let is_last = request.headers().contains_key(header::TRANSFER_ENCODING);
                let mut response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
                if is_last || stop.is_cancelled() {
                    // Whoever keeps connections learns in time that this one is over.
                    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(response)
            }
        });
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(self.limits.header_time).max_buf_size(HEAD_BYTES);
        let stream = Strict::new(Impatient::new(stream, self.limits.stall_time), Arc::clone(&self.refusal));
        let connection = watcher.watch(builder.serve_connection(TokioIo::new(stream), service));
        let cut = self.cut.clone();
        async move {
            // A client that breaks off is no fault of ours.
            let _ = cut.run_until_cancelled(connection).await;
        }
    }

    async fn finish(self) {
        let Self { limits, open, graceful, cut, .. } = self;
        if timeout(limits.last_requests, graceful.shutdown()).await.is_err() {
            tracing::warn!("Stopped with requests still under way");
        }
        cut.cancel();
        open.wait().await;
    }
}
