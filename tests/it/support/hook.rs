//! Somebody else's machine that messages are delivered to: it speaks TLS on loopback, and answers as a test says.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use koppelklaar::net::Reach;
use koppelklaar::webhook::Courier;
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use super::tls::Authority;

/// How an endpoint answers a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// With this status.
    Status(u16),
    /// Never.
    Hang,
    /// It reads the message and hangs up.
    Drop,
}

/// A message as it came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }
}

#[derive(Default)]
struct Shared {
    received: Vec<Received>,
    /// What it answers to the next messages; afterwards 200.
    script: VecDeque<Answer>,
}

/// The machine.
#[derive(Clone)]
pub(crate) struct Hook {
    host: &'static str,
    address: SocketAddr,
    authority: Arc<Authority>,
    shared: Arc<Mutex<Shared>>,
    _task: Arc<AbortOnDropHandle<()>>,
}

/// What it is called where a test says nothing else.
pub(crate) const HOST: &str = "numo.example";

impl Hook {
    pub(crate) async fn open() -> Self {
        Self::open_at(HOST).await
    }

    pub(crate) async fn open_at(host: &'static str) -> Self {
        let authority = Arc::new(Authority::new());
        let acceptor = authority.acceptor(host);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let shared: Arc<Mutex<Shared>> = Arc::default();
        let served = shared.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, served) = (acceptor.clone(), served.clone());
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let service = service_fn(|request| answer(served.clone(), request));
                    // One that hangs up in the middle is part of the play.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self { host, address, authority, shared, _task: Arc::new(AbortOnDropHandle::new(task)) }
    }

    /// Where messages go.
    pub(crate) fn url(&self) -> String {
        self.url_at("/koppelklaar")
    }

    pub(crate) fn url_at(&self, path: &str) -> String {
        format!("https://{}:{}{path}", self.host, self.address().port())
    }

    /// A courier that reaches this machine and nothing else.
    pub(crate) fn courier(&self) -> Courier {
        let (host, address) = (self.host, self.address());
        let names = Arc::new(move |name: &str| (name == host).then(|| vec![address]));
        Courier::new(Reach::loopback(names, self.authority().into()).expect("a certificate"), vec![])
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate of the authority that it trusts to be known by.
    pub(crate) fn authority(&self) -> Vec<u8> {
        self.authority.der().to_vec()
    }

    /// Answers the next messages so, and those after them with 200.
    pub(crate) fn answers(&self, script: impl IntoIterator<Item = Answer>) {
        self.shared.lock().script = script.into_iter().collect();
    }

    /// What came until now.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.shared.lock().received.clone()
    }
}

async fn answer(
    shared: Arc<Mutex<Shared>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Box<dyn std::error::Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let bytes = body.collect().await?.to_bytes();
    let body = String::from_utf8(bytes.to_vec())?;
    let next = {
        let mut shared = shared.lock();
        shared.received.push(Received { path: head.uri.path().to_owned(), headers: head.headers, body });
        shared.script.pop_front()
    };
    match next.unwrap_or(Answer::Status(200)) {
        Answer::Status(status) => {
            let mut response = Response::new(Full::new(Bytes::from_static(b"dank je")));
            *response.status_mut() = StatusCode::from_u16(status)?;
            Ok(response)
        }
        Answer::Hang => {
            let never: Infallible = std::future::pending().await;
            match never {}
        }
        Answer::Drop => Err("hangs up".into()),
    }
}
