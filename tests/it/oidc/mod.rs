//! Signing in with the account of one's organisation: against a real provider (`tests/oidc`, from npm, on loopback), and against one
//! made by hand that also lies.

mod hand_made;
mod linking;
mod real;
mod require;
mod settings;
mod tokens;
mod trips;

use std::sync::Arc;

use axum::Router;
use koppelklaar::app::App;
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::identity::SignInPolicy;
use koppelklaar::links;
use koppelklaar::oidc::{Provider, Registration};
use koppelklaar::services::Context;
use koppelklaar::web::rate_limit::Allowance;
use koppelklaar::web::{WebOptions, WebState, router};

use self::hand_made::HandMade;
use crate::support::app::{BASE, Parts, nonzero};
use crate::support::{DatabaseKind, Page, TestApp, Visitor, on_each_database};

/// What the provider knows us by.
const CLIENT_ID: &str = "koppelklaar";
const CLIENT_SECRET: &str = "een-geheim-van-de-test";

/// The colleague of most tests, and the account at the provider that is theirs.
const EVA: &str = "eva@kurve.nl";
const EVAS: &str = "sub-van-eva";

/// What a provider with this name knows of us.
fn registration(issuer: &str) -> Registration {
    Registration {
        issuer: issuer.parse().expect("an issuer on loopback"),
        client_id: CLIENT_ID.to_owned(),
        client_secret: CLIENT_SECRET.into(),
        redirect_url: format!("{BASE}{}", links::STAFF_PROVIDER_BACK),
        signed_out_url: format!("{BASE}{}", links::STAFF_SIGN_IN),
    }
}

/// The product's routes on an app, with a provider.
fn router_with(app: &TestApp, registration: Registration, policy: SignInPolicy) -> Router {
    router(web_of(&with_context(&app.app, registration, policy)))
}

/// The same app, with a provider.
fn with_provider(app: TestApp, registration: Registration, policy: SignInPolicy) -> TestApp {
    let parts = Arc::into_inner(app.0).expect("nobody else has it yet");
    let app = with_context(&parts.app, registration, policy);
    let router = router(web_of(&app));
    TestApp(Arc::new(Parts { app, router, ..parts }))
}

fn with_context(app: &App, registration: Registration, policy: SignInPolicy) -> App {
    let provider = Some(Provider::new(registration).expect("good addresses"));
    App { context: Context { sign_in: Arc::new(policy), provider, ..app.context.clone() }, ..app.clone() }
}

fn web_of(app: &App) -> WebState {
    let allowance = Allowance { per_client: nonzero(10_000), per_address: nonzero(10_000) };
    WebState::new(app, WebOptions { allowance, trusted_proxies: 1 }, None)
}

/// Runs a test with a provider made by hand, on each database.
fn run_offering<F: Future<Output = ()>>(test: impl Fn(TestApp, HandMade) -> F) {
    run_under(SignInPolicy::Either, test);
}

/// The same under another policy.
fn run_under<F: Future<Output = ()>>(policy: SignInPolicy, test: impl Fn(TestApp, HandMade) -> F) {
    on_each_database(async |kind: DatabaseKind| {
        let provider = HandMade::start().await;
        let app = TestApp::start(kind).await;
        let app = with_provider(app, registration(provider.issuer()), policy.clone());
        Box::pin(test(app.clone(), provider)).await;
        app.finish().await;
    });
}

/// Where a page leads on to, at the provider.
fn onwards(page: &Page) -> String {
    assert_eq!(page.status, 200, "{}", page.body);
    let mut links = page.attributes("a[data-go-on]", "href");
    let refresh = page.attributes("meta[http-equiv=refresh]", "content");
    assert_eq!(refresh, [format!("0; url={}", links[0])], "it leads on by itself");
    links.remove(0)
}

/// The value of a parameter of an address.
fn parameter(url: &str, name: &str) -> String {
    let (_, query) = url.split_once('?').unwrap_or_else(|| panic!("{url} has no query"));
    let mut found = form_urlencoded::parse(query.as_bytes()).filter(|(known, _)| known == name);
    found.next().unwrap_or_else(|| panic!("no {name} in {url}")).1.into_owned()
}

/// Presses the button of the sign-in page: where it leads.
async fn ask(visitor: &Visitor) -> String {
    let page = visitor.get(links::STAFF_SIGN_IN).await;
    onwards(&page.submit(visitor, "form[data-form=provider]", &[]).await)
}

/// Comes back to a path, and goes on there.
async fn come_back(visitor: &Visitor, path: &str) -> Page {
    let page = visitor.get(path).await;
    if page.status != 200 {
        return page;
    }
    page.submit(visitor, "form[data-go-on]", &[]).await
}

/// Opens the invitation of a colleague and presses the button of the provider: where it leads.
async fn ask_invited(app: &TestApp, visitor: &Visitor, email: &str) -> String {
    let token = app.invite(email, StaffRole::Support).await;
    let page = visitor.get(&links::fill(links::STAFF_INVITE, &[&token.expose_text()])).await;
    onwards(&page.submit(visitor, "form[data-form=provider]", &[]).await)
}

/// The name of what went wrong, as the page has it.
fn fault(page: &Page) -> String {
    page.attributes("h1[data-fault]", "data-fault").pop().unwrap_or_else(|| panic!("{}: {}", page.status, page.body))
}
