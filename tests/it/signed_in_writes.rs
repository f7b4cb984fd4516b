//! How much somebody who is signed in may change, and for how long their sign-in shows the password.

use chrono::TimeDelta;
use koppelklaar::links;
use koppelklaar::web::rate_limit::Allowance;

use crate::journey::Table;
use crate::support::app::nonzero;
use crate::support::{Page, TestApp, Visitor, on_each_database, run};

/// Signs in without what is counted per client.
const ALLOWANCE: fn() -> Allowance = || Allowance { per_client: nonzero(5), per_address: nonzero(100) };
const WRITES: usize = 30;

/// The token that this browser's forms carry.
async fn csrf(visitor: &Visitor) -> String {
    let (_, fields) = visitor.get(links::REGISTER).await.form("main form");
    fields.into_iter().find(|(name, _)| name == "csrf").expect("every form has one").1
}

/// Posts a form until it is one too many; says how often it was taken.
async fn press(visitor: &Visitor, path: &str, fields: &[(&str, &str)]) -> (usize, Page) {
    let mut all = vec![("csrf".to_owned(), csrf(visitor).await)];
    all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    for taken in 0..=WRITES * 2 {
        let answer = visitor.post(path, &all).await;
        if answer.status == 429 {
            return (taken, answer);
        }
    }
    panic!("no end");
}

#[test]
fn a_contact_who_changes_very_much_waits_and_keeps_what_was_typed() {
    on_each_database(async |kind| {
        let app = TestApp::start_with(kind, ALLOWANCE()).await;
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let visitor = app.portal_without_mail(&school).await;
        let text = "Regel één\nen <twee> \"drie\"";

        let (taken, refused) = press(&visitor, &visitor.at("/pauze"), &[("reason", text), ("until", "x")]).await;
        let elsewhere = app.anonymous().at_address("198.51.100.7");
        let read = visitor.open("").await;

        assert_eq!(taken, WRITES, "the same from whichever place");
        assert_eq!(refused.text("h1"), "Even wachten");
        assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
        let (action, fields) = refused.form("form[data-kept]");
        assert_eq!(action, visitor.at("/pauze"));
        assert!(fields.contains(&("reason".to_owned(), text.to_owned())), "{fields:?}");
        assert!(fields.iter().any(|(name, value)| name == "csrf" && !value.is_empty()), "{fields:?}");
        assert_eq!(read.status, 200, "reading goes on");
        assert_eq!(elsewhere.get(links::SIGN_IN).await.status, 200);
        app.new_mails().await;
        app.finish().await;
    });
}

#[test]
fn a_colleague_of_kurve_has_the_same_limit_and_can_always_sign_out() {
    on_each_database(async |kind| {
        let app = TestApp::start_with(kind, ALLOWANCE()).await;
        let staff = app.staff().await;
        let fields = [("school_name", "Het Baken"), ("brin", "fout")];
        let (taken, refused) = press(&staff, links::STAFF_NEW_SCHOOL, &fields).await;
        let (_, kept) = refused.form("form[data-kept]");
        let out = refused.form("form[data-kept]").1.into_iter().filter(|(name, _)| name == "csrf").collect::<Vec<_>>();
        let signed_out = staff.post(links::STAFF_SIGN_OUT, &out).await;

        assert_eq!(taken, WRITES);
        assert!(kept.contains(&("brin".to_owned(), "fout".to_owned())), "{kept:?}");
        assert_eq!((signed_out.status, signed_out.location()), (303, links::STAFF_SIGN_IN));
        app.finish().await;
    });
}

#[test]
fn what_others_have_a_browser_send_is_not_given_back_to_be_sent() {
    on_each_database(async |kind| {
        let app = TestApp::start_with(kind, ALLOWANCE()).await;
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let visitor = app.portal_without_mail(&school).await;
        press(&visitor, &visitor.at("/pauze"), &[("until", "x")]).await;

        let forged = [("csrf".to_owned(), "x".repeat(43)), ("reason".to_owned(), "van een ander".to_owned())];
        let answer = visitor.post(&visitor.at("/pauze"), &forged).await;

        assert_eq!(answer.status, 403);
        assert!(!answer.body.contains("van een ander"), "{}", answer.body);
        app.new_mails().await;
        app.finish().await;
    });
}

#[test]
fn the_password_asks_for_a_fresh_code_a_quarter_of_an_hour_after_signing_in() {
    run(|app: TestApp| async move {
        let mut table = Table::set(&app).await;
        table.issue().await;
        table.claim(&["query_executed"]).await;
        app.new_mails().await;
        table.portal = app.portal(&table.school).await;
        app.new_mails().await;
        let old = table.portal.cookie("__Host-kk_school").expect("signed in");

        app.advance(TimeDelta::minutes(15) + TimeDelta::seconds(1));
        let page = table.portal.open("/stap/password_set").await;
        let asked = page.submit(&table.portal, "form[action$='/wachtwoord']", &[]).await;
        let code_page = table.portal.follow(&asked).await;
        let mail = app.only_mail_to(&table.school.email).await;
        let back = code_page.submit(&table.portal, "main form", &[("code", &mail.code())]).await;
        let step = table.portal.follow(&back).await;
        let shown = step.submit(&table.portal, "form[action$='/wachtwoord']", &[]).await;

        assert_eq!((asked.status, asked.location()), (303, links::SIGN_IN_CODE), "{}", asked.body);
        assert!(!asked.body.contains("data-secret"));
        assert!(code_page.text("[data-flash]").contains("nieuwe mail"), "{}", code_page.body);
        assert_eq!(back.location(), table.portal.at("/stap/password_set"));
        assert_ne!(table.portal.cookie("__Host-kk_school"), Some(old.clone()));
        assert!(shown.has("[data-secret]"), "{}", shown.body);
        let thief = app.anonymous();
        thief.set_cookie("__Host-kk_school", &old);
        assert_eq!(thief.get("/school").await.location(), "/inloggen", "the session before ended");
        app.new_mails().await;
    });
}

#[test]
fn within_a_quarter_of_an_hour_the_password_is_shown_at_once() {
    run(|app: TestApp| async move {
        let mut table = Table::set(&app).await;
        table.issue().await;
        table.claim(&["query_executed"]).await;
        app.new_mails().await;
        table.portal = app.portal(&table.school).await;
        app.advance(TimeDelta::minutes(14));

        let page = table.portal.open("/stap/password_set").await;
        let shown = page.submit(&table.portal, "form[action$='/wachtwoord']", &[]).await;

        assert!(shown.has("[data-secret]"), "{}", shown.body);
        app.new_mails().await;
    });
}
