//! What a page asks of the database: the same pages in this process, on a connection that tells.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use koppelklaar::app::App;
use koppelklaar::links::BaseUrl;
use koppelklaar::store::Heard;
use koppelklaar::web::rate_limit::Allowance;
use koppelklaar::web::{WebOptions, WebState, router};
use tower::ServiceExt;

use crate::client::Ask;

/// The pages, without a server around them.
pub(crate) struct Recorder {
    router: Router,
    heard: Arc<Mutex<Vec<Heard>>>,
    host: String,
}

impl Recorder {
    /// Of an app whose server is reached at an address, so that it takes the same cookies.
    pub(crate) fn new(mut app: App, address: SocketAddr) -> Self {
        let heard = Arc::<Mutex<Vec<Heard>>>::default();
        let notes = heard.clone();
        app.context.db.listen(move |told| notes.lock().expect("nobody panicked").push(told.clone()));
        app.context.base = BaseUrl::parse(&format!("http://{address}")).expect("a base URL");
        let many = NonZeroU32::MAX;
        let options = WebOptions { allowance: Allowance { per_client: many, per_address: many }, trusted_proxies: 0 };
        Self { router: router(WebState::new(&app, options, None)), heard, host: address.to_string() }
    }

    /// The statements of a request, after one that may have had something to remember.
    ///
    /// # Errors
    /// When the page is none.
    pub(crate) async fn record(&self, ask: &Ask) -> Result<Vec<Heard>, String> {
        for _ in 0..2 {
            self.heard.lock().expect("nobody panicked").clear();
            let request = ask.request(&self.host)?.map(Body::new);
            let response = self.router.clone().oneshot(request).await.map_err(|never| format!("{never}"))?;
            if !matches!(response.status().as_u16(), 200 | 303) {
                return Err(format!("{} answered {} in this process", ask.path, response.status()));
            }
            // Some pages ask while they are read.
            let body = axum::body::to_bytes(response.into_body(), usize::MAX).await;
            body.map_err(|error| format!("{}: {error}", ask.path))?;
        }
        Ok(std::mem::take(&mut *self.heard.lock().expect("nobody panicked")))
    }
}
