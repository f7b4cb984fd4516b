//! Machines are told by ourselves of what happens to schools.

mod delivery;
mod pages;

use koppelklaar::app::App;
use koppelklaar::domain::ids::WebhookEndpointId;
use koppelklaar::domain::webhook::EndpointUrl;
use koppelklaar::jobs;
use koppelklaar::services::webhooks::delivering::Summary;
use koppelklaar::services::webhooks::endpoints::{self, Added};
use koppelklaar::webhook::Courier;

use crate::support::hook::{HOST, Hook};
use crate::support::{TestApp, TestSchool};

/// An app that tells one machine.
pub(crate) struct Told {
    app: TestApp,
    hook: Hook,
    id: WebhookEndpointId,
    secret: String,
}

impl Told {
    pub(crate) async fn of(app: &TestApp) -> Self {
        Self::at(app, HOST).await
    }

    async fn at(app: &TestApp, host: &'static str) -> Self {
        let hook = Hook::open_at(host).await;
        let Added { id, secret } = add(app, &hook.url()).await;
        Self { app: app.clone(), hook, id, secret: secret.to_string() }
    }

    /// Sends what is due.
    pub(crate) async fn look(&self) -> Summary {
        look(&self.app, self.hook.courier()).await
    }

    /// Something happens.
    async fn school(&self, brin: &str) -> TestSchool {
        self.app.school_by_services(&format!("School {brin}"), brin, &format!("school{}", brin.to_lowercase())).await
    }

    /// What came first.
    pub(crate) fn message(&self) -> serde_json::Value {
        self.hook.received()[0].json()
    }

    /// The ids of the messages that came, in order.
    fn ids(&self) -> Vec<String> {
        self.hook.received().iter().map(|message| message.header("webhook-id").to_owned()).collect()
    }
}

async fn add(app: &TestApp, url: &str) -> Added {
    let url = EndpointUrl::parse(url).expect("a good address");
    endpoints::add(app.context(), &app.operator(), url).await.expect("it is new")
}

async fn look(app: &TestApp, courier: Courier) -> Summary {
    let app = App { courier, ..app.app.clone() };
    jobs::webhooks::look(&app, &|| false).await.expect("the store answers")
}
