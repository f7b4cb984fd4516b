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
    per_client: 16,
    leave_time: Duration::from_millis(50),
    is_https: false,
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

#[tokio::test]
async fn who_comes_while_the_server_leaves_is_answered_and_told_to_come_elsewhere() {
    let limits = ServerLimits { leave_time: Duration::from_secs(60), header_time: Duration::from_secs(60), ..SHORT };
    let (address, stop, serving) = start(limits).await;
    let known = TcpStream::connect(address).await.expect("the server listens");
    let mut kept = TcpStream::connect(address).await.expect("the server listens");
    let ask = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    kept.write_all(ask).await.expect("it is taken");
    let mut seen = vec![];
    while !seen.ends_with(b"hallo") {
        seen.push(kept.read_u8().await.expect("it comes"));
    }

    stop.cancel();
    let mut new = TcpStream::connect(address).await.expect("the server still listens");
    new.write_all(ask).await.expect("it is taken");
    kept.write_all(ask).await.expect("it is taken");

    // Both are closed by us, after their answer.
    for stream in [&mut new, &mut kept] {
        let answer = until_closed(stream).await.to_lowercase();
        assert!(answer.ends_with("hallo") && answer.contains("\r\nconnection: close\r\n"), "{answer}");
    }
    drop(known);
    serving.await.expect("the server ends once everyone left");
}

#[tokio::test]
async fn what_takes_too_long_is_cut_off_and_holds_nothing_back() {
    let (router, parts) = in_parts();
    let limits = ServerLimits { last_requests: Duration::from_millis(50), ..SHORT };
    let (address, stop, serving) = start_with(limits, router).await;
    let mut stream = ask(address).await;
    parts.send("begin").await.expect("somebody takes it");

    stop.cancel();
    serving.await.expect("the server ends");

    // Nobody makes the answer any more.
    parts.closed().await;
    assert!(until_closed(&mut stream).await.contains("begin"));
}

/// A connection from one of the addresses of this machine.
async fn connect_from(from: &str, address: std::net::SocketAddr) -> TcpStream {
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind(format!("{from}:0").parse().expect("an address")).expect("a free port");
    socket.connect(address).await.expect("the server listens")
}

#[tokio::test]
async fn a_client_that_holds_its_places_keeps_no_other_out() {
    let limits = ServerLimits { per_client: 2, header_time: Duration::from_secs(60), ..SHORT };
    let (address, stop, serving) = start(limits).await;
    let mut held = vec![];
    for _ in 0..2 {
        held.push(connect_from("127.0.0.2", address).await);
    }

    for _ in 0..6 {
        let mut refused = connect_from("127.0.0.2", address).await;
        assert_eq!(until_closed(&mut refused).await, "");
    }
    let mut other = connect_from("127.0.0.3", address).await;
    other.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.expect("it is taken");
    assert!(until_closed(&mut other).await.ends_with("hallo"));

    drop(held);
    stop.cancel();
    serving.await.expect("the server ends");
}

/// What the server says to bytes of which it makes nothing.
async fn said_to(bytes: &[u8]) -> String {
    let (address, stop, serving) = start(ServerLimits { is_https: true, ..SHORT }).await;
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    // It may hang up before it has heard all.
    let _ = stream.write_all(bytes).await;
    let answer = until_closed(&mut stream).await;
    stop.cancel();
    serving.await.expect("the server ends");
    answer
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_the_headers_of_every_answer() {
    let many = format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "X: y\r\n".repeat(200));
    let table: [(&[u8], &str); 7] = [
        (b"GET / HTTP/1.1\nHost: x\n\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: x\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: a\nY: b\r\n\r\n", "400"),
        (b"\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", "400"),
        (b"nonsense\r\n\r\n", "400"),
        (many.as_bytes(), "431"),
    ];

    for (bytes, status) in table {
        let answer = said_to(bytes).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{}: {answer}", String::from_utf8_lossy(bytes));
        for header in [
            "x-content-type-options: nosniff",
            "x-frame-options: deny",
            "content-security-policy: default-src 'none'",
            "referrer-policy: strict-origin",
            "strict-transport-security: max-age=31536000",
            "cache-control: no-store",
        ] {
            assert!(answer.to_lowercase().contains(header), "no {header}: {answer}");
        }
    }
}

#[tokio::test]
async fn the_lines_of_a_body_are_its_own_and_the_next_request_is_read_with_care() {
    let router = Router::new().route("/", axum::routing::post(|body: String| async move { body.replace('\n', "/") }));
    let (address, stop, serving) = start_with(SHORT, router).await;
    let mut stream = TcpStream::connect(address).await.expect("the server listens");

    let first = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\na\nb\n\nc";
    let second = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\n\nx";
    stream.write_all(format!("{first}{second}").as_bytes()).await.expect("it is taken");
    let answers = until_closed(&mut stream).await;

    assert!(answers.contains("\r\n\r\na/b//cHTTP/1.1 400 "), "{answers}");
    stop.cancel();
    serving.await.expect("the server ends");
}
