//! Handing out password and query file: to whom, how often, and until when.

use chrono::TimeDelta;
use koppelklaar::domain::credential::reveal::{REVEALS_ALLOWED, RevealRefusal};
use koppelklaar::domain::onboarding::{Command, Step};
use koppelklaar::domain::text::Reason;
use koppelklaar::services::ServiceError;
use koppelklaar::services::onboarding::{credentials, onboardings};

use crate::journey::Table;
use crate::support::database::{sql, texts};
use crate::support::{Page, TestApp, TestSchool, run};

async fn look(table: &Table) -> Page {
    let page = table.portal.open("/stap/password_set").await;
    if !page.has("form[action$='/wachtwoord']") {
        return page;
    }
    page.submit(&table.portal, "form[action$='/wachtwoord']", &[]).await
}

async fn ready(app: &TestApp) -> Table {
    let table = Table::set(app).await;
    table.issue().await;
    table.claim(&["query_executed"]).await;
    app.new_mails().await;
    table
}

#[test]
fn opening_a_page_never_shows_the_password() {
    run(|app: TestApp| async move {
        let table = ready(&app).await;
        let secret = look(&table).await.text("[data-secret]");

        for path in ["", "/stap/password_set", "/stap/query_executed", "/collegas"] {
            let page = table.portal.open(path).await;
            assert!(!page.body.contains(&secret), "{path}");
        }
        assert!(!table.staff_page().await.body.contains(&secret));
        assert_eq!(table.portal.open("/wachtwoord").await.status, 405);
    });
}

#[test]
fn the_password_is_shown_five_times_and_each_time_everyone_is_told() {
    run(|app: TestApp| async move {
        let table = ready(&app).await;

        let mut secrets = vec![];
        for _ in 0..REVEALS_ALLOWED {
            secrets.push(look(&table).await.text("[data-secret]"));
        }
        let sixth = look(&table).await;

        secrets.dedup();
        assert_eq!(secrets.len(), 1, "the same password each time");
        assert!(!sixth.has("[data-secret]"));
        let told = app.new_mails().await;
        for reader in [table.school.email.as_str(), "support@kurve.nl"] {
            assert_eq!(told.iter().filter(|mail| mail.to == reader).count(), 5, "{told:?}");
        }
        assert!(told.iter().all(|mail| !mail.raw.contains(&secrets[0])));
    });
}

#[test]
fn a_second_press_on_a_page_from_before_gets_no_sixth_view() {
    run(|app: TestApp| async move {
        let table = ready(&app).await;
        let page = table.portal.open("/stap/password_set").await;

        let mut statuses = vec![];
        for _ in 0..6 {
            statuses.push(page.submit(&table.portal, "form[action$='/wachtwoord']", &[]).await.status);
        }

        assert_eq!(statuses, [200, 200, 200, 200, 200, 422]);
    });
}

#[test]
fn after_its_days_it_is_not_shown_until_kurve_hands_it_over_again() {
    run(|app: TestApp| async move {
        let table = ready(&app).await;
        let first = look(&table).await.text("[data-secret]");
        app.new_mails().await;

        let issued = credentials::find_issued(app.context(), table.school.connection).await.expect("the store answers");
        app.advance(issued.expect("it was issued").expires_at - app.now() + TimeDelta::minutes(1));
        let table = Table { portal: app.portal(&table.school).await, staff: app.staff().await, ..table };
        let late = look(&table).await;
        let again = table.kurve("", "hand_again", &[]).await;
        let after = look(&table).await;

        assert!(!late.has("[data-secret]"));
        assert_eq!(again.status, 303, "{}", again.body);
        assert_eq!(after.text("[data-secret]"), first, "it is still the same password");
    });
}

#[test]
fn who_was_not_vouched_for_gets_neither_password_nor_query() {
    run(|app: TestApp| async move {
        let table = ready(&app).await;
        let colleague = "piet@bonhoeffer.example";
        let fields = [
            ("colleague_name", "Piet Bakker"),
            ("colleague_email", colleague),
            ("colleague_role", "applicatiebeheerder"),
        ];
        let handed = table.school("password_set", "hand-over", &fields).await;
        assert_eq!(handed.status, 303, "{}", handed.body);
        app.new_mails().await;
        let piet = Table { portal: app.portal_as(colleague).await, ..table };

        let page = piet.portal.open("/stap/password_set").await;
        let (_, values) = piet.portal.open("").await.form("form[action='/uitloggen']");
        let posted = [values[0].clone(), ("version".to_owned(), "1".to_owned())];
        let password = piet.portal.post(&piet.portal.at("/wachtwoord"), &posted).await;
        let query = piet.portal.post(&piet.portal.at("/query"), &posted).await;

        assert!(page.has("[data-not-vouched]"), "{}", page.body);
        assert_eq!((password.status, query.status), (422, 422));
        assert!(!password.has("[data-secret]") && !query.body.contains("KurveLeerlingData"));
    });
}

#[test]
fn a_page_that_shows_an_older_password_is_told_so() {
    run(|app: TestApp| async move {
        let table = ready(&app).await;
        let old = look(&table).await.text("[data-secret]");
        let old_page = table.portal.open("/stap/password_set").await;

        table.kurve("", "issue", &[]).await;
        let reveal = old_page.submit(&table.portal, "form[action$='/wachtwoord']", &[]).await;
        let claim = old_page.submit(&table.portal, "form:has([data-action=claim])", &[]).await;
        let new = look(&table).await.text("[data-secret]");

        assert_eq!((reveal.status, claim.status), (422, 422));
        assert!(!reveal.has("[data-secret]"));
        assert_ne!(old, new);
    });
}

#[test]
fn kurve_cannot_issue_before_it_vouched_for_somebody() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        let contact = table.school.contact.to_string();
        let refused = table.kurve("", "issue", &[("contact", &contact), ("ground", "")]).await;

        assert_eq!(refused.status, 422);
        assert!(refused.has("[data-error-for=ground]"), "{}", refused.body);
        assert_eq!(app.new_mails().await.len(), 0);
    });
}

#[test]
fn issuing_twice_from_one_page_makes_one_password() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let page = table.staff_page().await;
        let contact = table.school.contact.to_string();
        let fields = [("contact", contact.as_str()), ("ground", "Gebeld via het algemene nummer.")];

        let first = page.submit(&table.staff, "form[data-form=issue]", &fields).await;
        let second = page.submit(&table.staff, "form[data-form=issue]", &fields).await;

        assert_eq!((first.status, second.status), (303, 303), "the second press finds it done");
        assert_eq!(app.new_mails().await.len(), 1);
        assert_eq!(table.staff_page().await.attributes("[data-credentials]", "data-credentials"), ["1"]);
    });
}

async fn expires(app: &TestApp, school: &TestSchool) -> String {
    let issued =
        credentials::find_issued(app.context(), school.connection).await.expect("the store answers").expect("issued");
    credentials::hand_over_mark(issued.version, issued.expires_at)
}

#[test]
fn a_second_press_on_hand_over_again_sends_one_mail() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let kurve = app.kurve().await;
        app.issue(kurve, &school).await;
        app.new_mails().await;
        app.advance(TimeDelta::days(1));
        let (call, seen) = (app.call(kurve), expires(&app, &school).await);

        let first = credentials::hand_over_again(app.context(), &call, school.connection, Some(&seen)).await;
        let second = credentials::hand_over_again(app.context(), &call, school.connection, Some(&seen)).await;

        first.expect("they are open");
        assert!(matches!(second, Err(ServiceError::Conflict)), "{second:?}");
        assert_eq!(app.new_mails().await.len(), 1);
    });
}

#[test]
fn what_was_sent_back_or_stopped_is_not_handed_over_again() {
    run(|app| async move {
        let kurve = app.kurve().await;
        let sent_back = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let stopped = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        let reason = || Reason::parse("Het BRIN-nummer klopt niet.").expect("a reason");
        let back = Command::SendBack { step: Step::DetailsSubmitted, reason: reason() };
        let stop = Command::Withdraw { school: stopped.id, reason: reason(), chose_option_b: false };
        for (school, command) in [(&sent_back, back), (&stopped, stop)] {
            app.issue(kurve, school).await;
            let done = onboardings::act(app.context(), &app.call(kurve), school.connection, &command, None).await;
            done.expect("Kurve may always");
        }
        app.new_mails().await;

        let not_issued =
            credentials::hand_over_again(app.context(), &app.call(kurve), sent_back.connection, None).await;
        let withdrawn = credentials::hand_over_again(app.context(), &app.call(kurve), stopped.connection, None).await;

        let refused = |answer: &Result<(), ServiceError>, why| matches!(answer, Err(ServiceError::NotHandedOut(refusal)) if *refusal == why);
        assert!(refused(&not_issued, RevealRefusal::NotIssued), "{not_issued:?}");
        assert!(refused(&withdrawn, RevealRefusal::Withdrawn), "{withdrawn:?}");
        assert!(app.new_mails().await.is_empty());
    });
}

#[test]
fn a_password_from_before_the_school_stopped_is_never_shown_again() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let kurve = app.kurve().await;
        app.issue(kurve, &school).await;
        let stop = Command::Withdraw {
            school: school.id,
            reason: Reason::parse("Kiest Optie B.").expect("a reason"),
            chose_option_b: false,
        };
        for command in [stop, Command::Reopen { school: school.id }] {
            let done = onboardings::act(app.context(), &app.call(kurve), school.connection, &command, None).await;
            done.expect("Kurve may");
        }
        let of = school.reference();

        let old = credentials::reveal(app.context(), &app.call_of(&school), of, 1).await;
        let again = credentials::hand_over_again(app.context(), &app.call(kurve), school.connection, None).await;
        app.issue(kurve, &school).await;
        let new = credentials::reveal(app.context(), &app.call_of(&school), of, 2).await;

        // Kurve has to issue another; who asks reads that it is not there yet.
        for refused in [old.err(), again.err()] {
            let refusal = RevealRefusal::NotIssued;
            assert!(matches!(&refused, Some(ServiceError::NotHandedOut(why)) if *why == refusal), "{refused:?}");
        }
        assert!(new.is_ok(), "{new:?}");
        app.new_mails().await;
    });
}

#[test]
fn a_password_that_cannot_be_opened_costs_no_look_and_tells_nobody_of_one() {
    run(|app: TestApp| async move {
        let table = ready(&app).await;

        sql(&app.database.url, "UPDATE credential SET sealed_password = sealed_query").await;
        let failed = look(&table).await;

        assert_eq!(failed.status, 500);
        let issued = credentials::find_issued(app.context(), table.school.connection).await.expect("the store answers");
        assert_eq!(issued.expect("it was issued").reveals_left, REVEALS_ALLOWED);
        assert_eq!(app.new_mails().await.len(), 0);
    });
}

#[test]
fn the_password_that_was_replaced_is_deleted_and_the_newest_stays() {
    run(|app: TestApp| async move {
        let table = ready(&app).await;
        let lengths = async || {
            let query = "SELECT CAST(length(sealed_password) AS TEXT) FROM credential ORDER BY version";
            texts(&app.database.url, query).await
        };
        let before = lengths().await;

        table.issue().await;
        table.issue().await;
        let after = lengths().await;

        assert!(before.len() == 1 && before[0] != "0", "{before:?}");
        assert_eq!(after[..2], ["0", "0"]);
        assert_ne!(after[2], "0");
        assert!(look(&table).await.has("[data-secret]"));
        app.new_mails().await;
    });
}
