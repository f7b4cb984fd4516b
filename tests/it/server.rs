//! The HTTP server itself: time limits, a cap on connections, and a graceful stop, over real TCP.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use futures_util::{StreamExt, stream};
use koppelklaar::web::server::{ServerLimits, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Limits that a test can wait for.
const SHORT: ServerLimits = ServerLimits {
    header_time: Duration::from_millis(150),
    stall_time: Duration::from_millis(150),
    connections: 4,
    last_requests: Duration::from_secs(5),
};

/// A server that answers "hallo".
async fn start(limits: ServerLimits) -> (std::net::SocketAddr, CancellationToken, JoinHandle<()>) {
    start_with(limits, Router::new().route("/", get(|| async { "hallo" }))).await
}

async fn start_with(limits: ServerLimits, router: Router) -> (std::net::SocketAddr, CancellationToken, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let stop = CancellationToken::new();
    let serving = tokio::spawn(serve(listener, router, limits, stop.clone()));
    (address, stop, serving)
}

/// What the server sends until it closes the connection.
async fn until_closed(stream: &mut TcpStream) -> String {
    let mut answer = vec![];
    // A connection that is reset is closed as well.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn who_sends_nothing_or_half_a_header_is_cut_off() {
    let (address, stop, serving) = start(SHORT).await;

    for start in ["", "P", "PRI * HTTP/2.0", "GET / HTTP/1.1\r\nHost: x\r\nX-Half"] {
        let mut stream = TcpStream::connect(address).await.expect("the server listens");
        stream.write_all(start.as_bytes()).await.expect("it is taken");
        let answer = until_closed(&mut stream).await;
        assert!(!answer.contains("hallo"), "{start:?}: {answer}");
    }

    stop.cancel();
    serving.await.expect("the server ends");
}

#[tokio::test]
async fn idle_clients_do_not_keep_others_out_for_ever() {
    let (address, stop, serving) = start(SHORT).await;
    let mut idle = vec![];
    for _ in 0..8 {
        idle.push(TcpStream::connect(address).await.expect("the server listens"));
    }

    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.expect("it is taken");
    let answer = until_closed(&mut stream).await;

    assert!(answer.ends_with("hallo"), "{answer}");
    stop.cancel();
    serving.await.expect("the server ends");
}

#[tokio::test]
async fn a_full_server_still_stops_when_asked() {
    let limits =
        ServerLimits { header_time: Duration::from_secs(600), last_requests: Duration::from_millis(100), ..SHORT };
    let (address, stop, serving) = start(limits).await;
    let mut idle = vec![];
    for _ in 0..8 {
        idle.push(TcpStream::connect(address).await.expect("the server listens"));
    }

    stop.cancel();

    let ended = tokio::time::timeout(Duration::from_secs(20), serving).await;
    assert!(ended.is_ok(), "the server did not stop");
}

/// A router that answers with parts as they come, and a sender for those.
fn in_parts() -> (Router, mpsc::Sender<&'static str>) {
    let (sender, parts) = mpsc::channel(1);
    let parts = Arc::new(Mutex::new(Some(parts)));
    let answer = move || async move {
        let parts: mpsc::Receiver<&'static str> = parts.lock().expect("nobody panicked").take().expect("one request");
        let coming = stream::unfold(parts, |mut parts| async { parts.recv().await.map(|part| (part, parts)) });
        Body::from_stream(coming.map(Ok::<_, Infallible>))
    };
    (Router::new().route("/", get(answer)), sender)
}

async fn ask(address: std::net::SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.expect("it is taken");
    stream
}

#[tokio::test]
async fn a_client_that_takes_nothing_more_is_cut_off_and_nothing_more_is_made_for_it() {
    let (router, parts) = in_parts();
    let (address, stop, serving) = start_with(SHORT, router).await;
    let stream = ask(address).await;
    let part = "x".repeat(64 * 1024).leak();

    // As long as somebody takes them.
    while parts.send(part).await.is_ok() {}

    drop(stream);
    stop.cancel();
    serving.await.expect("the server ends");
}

#[tokio::test]
async fn a_stop_lets_an_answer_that_is_under_way_come_to_its_end() {
    let (router, parts) = in_parts();
    let (address, stop, serving) = start_with(SHORT, router).await;
    let mut stream = ask(address).await;
    parts.send("begin").await.expect("somebody takes it");
    let mut seen = vec![];
    while !seen.ends_with(b"begin\r\n") {
        seen.push(stream.read_u8().await.expect("it comes"));
    }

    stop.cancel();
    parts.send("einde").await.expect("somebody takes it");
    drop(parts);

    let rest = until_closed(&mut stream).await;
    assert_eq!(rest, "5\r\neinde\r\n0\r\n\r\n");
    serving.await.expect("the server ends");
}
