//! What ends by itself is kept for as long as the installation says, and an admin reads for how long that is.

use chrono::TimeDelta;
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::retention::Retention;
use koppelklaar::links;
use koppelklaar::services::Context;
use koppelklaar::services::operations::housekeeping;

use crate::support::database::texts;
use crate::support::{TestApp, on_each_database, run};

async fn clear_with(app: &TestApp, keep: &str) {
    let retention: Retention = keep.parse().expect("a good setting");
    let context = Context { retention, ..app.context().clone() };
    housekeeping::delete_expired(&context, app.now()).await.expect("it can be cleared");
}

#[test]
fn a_kind_goes_after_the_days_that_are_set_and_others_as_the_product_has_it() {
    run(|app: TestApp| async move {
        app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let bytes = async || {
            texts(&app.database.url, "SELECT kind FROM frozen_mail JOIN outbox ON outbox.id = mail_id").await.len()
        };
        let tokens = "SELECT kind FROM outbox WHERE kind = 'confirm_address'";
        let went = bytes().await;
        assert!(went > 0, "mails went");

        app.advance(TimeDelta::days(10));
        clear_with(&app, "frozen-mails=11,links=30").await;
        let (early, with_token) = (bytes().await, texts(&app.database.url, tokens).await);
        clear_with(&app, "links=9").await;
        let (by_default, without_token) = (bytes().await, texts(&app.database.url, tokens).await);
        clear_with(&app, "frozen-mails=9").await;
        let late = bytes().await;

        assert_eq!((early, with_token), (went, vec!["confirm_address".to_owned()]));
        assert!(by_default > 0 && late == 0, "{by_default} and {late}");
        assert_eq!(without_token, [""; 0]);
    });
}

#[test]
fn an_admin_reads_what_is_kept_for_how_long() {
    run(|app: TestApp| async move {
        let admin = app.staff_as("boss@kurve.nl", StaffRole::Admin).await;

        let page = admin.get(links::STAFF_PRIVACY).await;

        let keys = page.attributes("[data-kept-row]", "data-kept-row");
        for key in ["links", "frozen-mails", "checks", "requests", "runs", "webhooks"] {
            assert!(keys.iter().any(|shown| shown == key), "{key} in {keys:?}");
        }
        assert!(page.text("[data-kept-row=links]").contains("7 dagen"), "{}", page.body);
        assert!(page.text("[data-kept-row=frozen-mails]").contains("30 dagen"), "{}", page.body);
        assert!(page.text("[data-kept]").contains("hooguit 8 uur"), "{}", page.body);
    });
}

#[test]
fn what_an_installation_set_is_what_an_admin_reads() {
    on_each_database(async |kind| {
        let retention: Retention = "links=1,runs=14".parse().expect("a good setting");
        let app = TestApp::start_set(kind, |context| Context { retention, ..context }).await;
        let admin = app.staff_as("boss@kurve.nl", StaffRole::Admin).await;

        let page = admin.get(links::STAFF_PRIVACY).await;

        assert!(page.text("[data-kept-row=links]").contains("1 dag"), "{}", page.body);
        assert!(!page.text("[data-kept-row=links]").contains("dagen"), "{}", page.body);
        assert!(page.text("[data-kept-row=runs]").contains("14 dagen"), "{}", page.body);
        app.finish().await;
    });
}
