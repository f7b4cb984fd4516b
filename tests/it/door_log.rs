//! What the log says of who signs in and who is refused: account and network, and neither address nor name.

use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::ids::StaffId;
use koppelklaar::links;
use koppelklaar::services::AnonymousCall;
use koppelklaar::services::people::door_log::{self, Account};
use uuid::Uuid;

use crate::crew::{Member, try_code};
use crate::journey::Table;
use crate::secrets::Lines;
use crate::support::app::{STAFF_PASSWORD, monday};
use crate::support::{DatabaseKind, TestApp, database};

/// The lines about the door since the last time.
fn take(lines: &Lines) -> Vec<String> {
    lines.take().lines().filter(|line| line.contains("client.network")).map(str::to_owned).collect()
}

#[test]
fn the_log_names_account_and_network_of_who_signs_in_or_is_refused() {
    for kind in database::installed() {
        let lines = Lines::default();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(lines.clone()).finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        // Whether anybody wants a line is noted where it is first met, which may be on a thread of another test, where nobody does.
        door_log::signed_in(AnonymousCall::new(monday(), "test"), Account::Colleague(StaffId::from_uuid(Uuid::nil())));
        door_log::refused(AnonymousCall::new(monday(), "test"), None);
        tracing::callsite::rebuild_interest_cache();
        // One thread, so that every line passes this subscriber.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        runtime.block_on(names_accounts(kind, &lines));
    }
}

async fn names_accounts(kind: DatabaseKind, lines: &Lines) {
    let app = TestApp::start(kind).await;
    let table = Table::set(&app).await;
    let other = app.school("Het Molenveld", "13CD", "molenveld").await;
    let network = app.context().keys.client_network("192.0.2.1".parse().expect("an address"));
    let reader = Member::join(&app, "lezer@kurve.nl", StaffRole::Reader).await;
    take(lines);
    let only = |wanted: &str, said: &str| {
        let found = take(lines);
        assert_eq!(found.len(), 1, "{said}: {found:#?}");
        for part in [wanted, said, network.as_str()] {
            assert!(found[0].contains(part), "{part} is not in {}", found[0]);
        }
        for secret in ["192.0.2.1", "@", "Jansen", "Anna"] {
            assert!(!found[0].contains(secret), "{secret} is in {}", found[0]);
        }
    };

    let signed_in = reader.sign_in_from(&app, &reader.browser, STAFF_PASSWORD).await;
    assert_eq!(signed_in.status, 303);
    only("account.kind=\"staff\"", "Signed in");
    try_code(&app.anonymous(), &reader.email, "zeven groene laarsjes", "123456").await;
    only("account.kind=\"staff\"", "Refused access");
    try_code(&app.anonymous(), "niemand@kurve.nl", "zeven groene laarsjes", "123456").await;
    only("account.id=\"-\"", "Refused access");

    let portal = app.portal_as(&table.school.email).await;
    only(&table.school.contact.to_string(), "Signed in");
    assert_eq!(portal.get(&other.at(links::SCHOOL)).await.status, 404);
    only(&table.school.contact.to_string(), "Refused access");
    assert_eq!(portal.get(&table.school.at(links::SCHOOL)).await.status, 200);
    assert_eq!(reader.browser.get(links::STAFF).await.status, 200);
    assert_eq!(take(lines), Vec::<String>::new());

    let form = table.staff_page().await.form("form[data-form=note]");
    let csrf = reader.browser.get(links::STAFF_ACCOUNT).await.form("form[data-form=own_password]").1;
    let csrf = csrf.into_iter().find(|(name, _)| name == "csrf").expect("every form has one");
    take(lines);
    let forbidden = reader.browser.post(&form.0, &[csrf, ("text".to_owned(), "Iets.".to_owned())]).await;
    assert_eq!(forbidden.status, 403);
    only("account.kind=\"staff\"", "Refused access");
}
