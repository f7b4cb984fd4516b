//! The control port: reads and changes the script of a simulator while it runs. Plain HTTP, on loopback only.
//!
//! `GET /schools` · `PUT /schools/LABEL` with a preset's name in quotes or an object · `DELETE /schools/LABEL` ·
//! `PUT /default` · `GET /visits`

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::marks::{MARK, MARK_HEADER};
use super::script::SchoolScript;
use super::shared::Inner;

/// Far more than a script takes.
const REQUEST_BYTES: usize = 1 << 20;

pub(super) async fn serve(listener: TcpListener, inner: Arc<Inner>) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let inner = inner.clone();
                let service = service_fn(move |request| {
                    let inner = inner.clone();
                    async move { Ok::<_, Infallible>(answer(&inner, request).await) }
                });
                let connection = hyper::server::conn::http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(Duration::from_secs(10))
                    .serve_connection(TokioIo::new(stream), service);
                connections.spawn(async move {
                    // A caller that breaks off is no fault of ours.
                    let _ = connection.await;
                });
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn answer(inner: &Inner, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, REQUEST_BYTES).collect().await else {
        return respond(413, "too much".into());
    };
    let path: Vec<&str> = head.uri.path().trim_matches('/').split('/').collect();
    let change = match (&head.method, path.as_slice()) {
        (&Method::GET, ["schools"]) => return json(&*inner.script()),
        (&Method::GET, ["visits"]) => return json(&*inner.visits.lock()),
        (&Method::PUT, ["default"]) => read(&body.to_bytes()).map(|school| inner.script().default = school),
        (&Method::PUT, ["schools", label]) => read(&body.to_bytes()).map(|school| {
            inner.script().schools.insert((*label).to_owned(), school);
        }),
        (&Method::DELETE, ["schools", label]) => {
            inner.script().schools.remove(*label);
            Ok(())
        }
        _ => return respond(404, "no such thing".into()),
    };
    match change.and_then(|()| inner.publish().map_err(|error| error.to_string())) {
        Ok(()) => respond(200, "done\n".into()),
        Err(what) => respond(422, what),
    }
}

fn read(body: &[u8]) -> Result<SchoolScript, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

fn json(value: &impl Serialize) -> Response<Full<Bytes>> {
    respond(200, serde_json::to_string_pretty(value).expect("it is plain data"))
}

fn respond(code: u16, text: String) -> Response<Full<Bytes>> {
    Response::builder()
        .status(code)
        .header(MARK_HEADER, MARK)
        .body(Full::new(Bytes::from(text)))
        .expect("each header is a constant")
}
