//! The people of Kurve on the web: inviting, taking accounts away and back, one's own account, notes that name a colleague, and
//! the mistyped address of a contact.

mod account;
mod addresses;
mod admins;
mod door;
mod invites;
mod notes;

use chrono::TimeDelta;
use koppelklaar::crypto::totp::{self, TotpSecret};
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::links;

use crate::support::app::STAFF_PASSWORD;
use crate::support::database::texts;
use crate::support::{Page, TestApp, Visitor};

/// A colleague with a browser, who knows their own second factor.
pub(crate) struct Member {
    pub(crate) email: String,
    pub(crate) factor: TotpSecret,
    pub(crate) browser: Visitor,
}

impl Member {
    /// Made on the server, and signed in.
    pub(crate) async fn join(app: &TestApp, email: &str, role: StaffRole) -> Self {
        let token = app.invite(email, role).await;
        let path = links::fill(links::STAFF_INVITE, &[&token.expose_text()]);
        let (done, factor) = enrol(app, &path, STAFF_PASSWORD).await;
        assert_eq!(done.status, 303, "{}", done.body);
        let member = Self { email: email.to_owned(), factor, browser: app.anonymous() };
        let done = member.sign_in_from(app, &member.browser, STAFF_PASSWORD).await;
        assert_eq!(done.status, 303, "{}", done.body);
        member
    }

    /// Tries to sign in from a browser, with a code that was not used before.
    pub(crate) async fn sign_in_from(&self, app: &TestApp, browser: &Visitor, password: &str) -> Page {
        app.advance(TimeDelta::seconds(60));
        try_code(browser, &self.email, password, &totp::current(&self.factor, app.now())).await
    }

    /// Whether a browser is signed in.
    pub(crate) async fn is_in(&self) -> bool {
        is_in(&self.browser).await
    }
}

/// Tries to sign in.
pub(crate) async fn try_code(browser: &Visitor, email: &str, password: &str, code: &str) -> Page {
    let page = browser.get(links::STAFF_SIGN_IN).await;
    page.submit(browser, "form[data-form=sign_in]", &[("email", email), ("password", password), ("code", code)]).await
}

/// Whether a browser is signed in as Kurve.
pub(crate) async fn is_in(browser: &Visitor) -> bool {
    browser.get(links::STAFF).await.status == 200
}

/// Chooses a password and a second factor with a link; the answer, and the second factor.
pub(crate) async fn enrol(app: &TestApp, path: &str, password: &str) -> (Page, TotpSecret) {
    let visitor = app.anonymous();
    let page = visitor.get(path).await;
    let factor = app.shown_factor(&page);
    let code = totp::current(&factor, app.now());
    let fields = [("password", password), ("again", password), ("code", &*code)];
    (page.submit(&visitor, "form[data-form=enrol]", &fields).await, factor)
}

/// What was done about accounts of colleagues, in order.
pub(crate) async fn done_about_staff(app: &TestApp) -> Vec<String> {
    let query = "SELECT action FROM audit WHERE action LIKE 'staff_%' ORDER BY id";
    texts(&app.database.url, query).await
}

/// The row of a colleague.
pub(crate) fn row(email: &str) -> String {
    format!("[data-colleague-row='{email}']")
}

/// How the account of a colleague is shown.
pub(crate) async fn state(browser: &Visitor, email: &str) -> String {
    let page = browser.get(links::STAFF_COLLEAGUES).await;
    page.attributes(&row(email), "data-state").pop().unwrap_or_default()
}

/// Presses a button about a colleague.
pub(crate) async fn press(browser: &Visitor, email: &str, form: &str, fields: &[(&str, &str)]) -> Page {
    let page = browser.get(links::STAFF_COLLEAGUES).await;
    page.submit(browser, &format!("{} form[data-form={form}]", row(email)), fields).await
}
