//! Sealed cells, renewal, and views that are counted.

use std::collections::BTreeSet;

use koppelklaar::crypto::OpenError;
use koppelklaar::domain::credential::RevealRefusal;
use koppelklaar::domain::notice::MailKind;
use koppelklaar::domain::onboarding::Refusal;
use koppelklaar::domain::school::ContactRef;
use koppelklaar::services::onboarding::credentials::{self, Revealed};
use koppelklaar::services::onboarding::{onboardings, schools};
use koppelklaar::services::{Context, ServiceError};

use crate::support::database::{sql, texts};
use crate::support::{TestApp, TestSchool, run};

async fn reveal(app: &TestApp, school: &TestSchool, seen: u32) -> Result<Revealed, ServiceError> {
    credentials::reveal(app.context(), &app.call_of(school), school.reference(), seen).await
}

/// Reveals at once, from two instances by turns.
async fn reveal_at_once(app: &TestApp, school: &TestSchool, count: usize) -> Vec<Result<u32, ServiceError>> {
    let other = app.second_instance().await;
    let mut tries = tokio::task::JoinSet::new();
    for turn in 0..count {
        let context: Context = if turn % 2 == 0 { app.context().clone() } else { other.context.clone() };
        let (call, place) = (app.call_of(school), school.reference());
        tries.spawn(async move { credentials::reveal(&context, &call, place, 1).await.map(|revealed| revealed.left) });
    }
    tries.join_all().await
}

async fn issued(app: &TestApp) -> TestSchool {
    let kurve = app.kurve().await;
    let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
    app.issue(kurve, &school).await;
    school
}

#[test]
fn fifty_at_once_for_the_last_view_get_it_once() {
    run(|app| async move {
        let school = issued(&app).await;
        for _ in 0..4 {
            reveal(&app, &school, 1).await.expect("a view is left");
        }

        let answers = reveal_at_once(&app, &school, 50).await;

        let (shown, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!(shown.len(), 1, "{shown:?}");
        let is_used_up = |answer: &Result<u32, ServiceError>| {
            matches!(answer, Err(ServiceError::NotHandedOut(RevealRefusal::UsedUp)))
        };
        assert!(refused.iter().all(is_used_up), "{refused:?}");
        app.new_mails().await;
    });
}

#[test]
fn views_at_once_are_each_counted_and_each_told() {
    run(|app| async move {
        let school = issued(&app).await;
        app.new_mails().await;

        let answers = reveal_at_once(&app, &school, 5).await;

        let mut left: Vec<u32> = answers.into_iter().map(|answer| answer.expect("five views are allowed")).collect();
        left.sort_unstable();
        assert_eq!(left, [0, 1, 2, 3, 4]);
        let told = app.new_mails().await;
        let about_it = told.iter().filter(|mail| mail.to == school.email).count();
        assert_eq!(about_it, 5, "{:?}", told.iter().map(|mail| &mail.subject).collect::<Vec<_>>());
    });
}

#[test]
fn a_renewed_password_closes_the_one_before_in_the_same_change() {
    run(|app| async move {
        let school = issued(&app).await;
        let kurve = app.kurve_again().await;
        let first = reveal(&app, &school, 1).await.expect("a view is left").password;

        credentials::issue(app.context(), &app.call(kurve), school.connection, None, None)
            .await
            .expect("someone is vouched for");

        let closed = "SELECT version || ' ' || coalesce(closed_reason, 'open') FROM credential ORDER BY version";
        assert_eq!(texts(&app.database.url, closed).await, ["1 renewed", "2 open"]);
        let stale = reveal(&app, &school, 1).await.expect_err("the page is about the first");
        let is_old = matches!(stale, ServiceError::NotHandedOut(RevealRefusal::OldVersion { current: 2 }));
        assert!(is_old, "{stale:?}");
        let call = app.call_of(&school);
        let file = credentials::download(app.context(), &call, school.reference(), 1).await;
        assert!(matches!(file, Err(ServiceError::NotHandedOut(RevealRefusal::OldVersion { current: 2 }))), "{file:?}");
        let second = reveal(&app, &school, 2).await.expect("a view is left").password;
        assert_ne!(first.expose(), second.expose());
        app.new_mails().await;
    });
}

#[test]
fn a_renewal_that_fails_leaves_the_first_password_usable() {
    run(|app| async move {
        let school = issued(&app).await;
        let kurve = app.kurve_again().await;
        let seen = onboardings::load_file(app.context(), school.connection).await.expect("it is there").version - 1;

        let stale = credentials::issue(app.context(), &app.call(kurve), school.connection, None, Some(seen)).await;

        assert!(matches!(stale, Err(ServiceError::Conflict)), "{stale:?}");
        let now = credentials::find_issued(app.context(), school.connection)
            .await
            .expect("the store answers")
            .expect("issued");
        assert_eq!((now.version, now.closed), (1, None));
        reveal(&app, &school, 1).await.expect("the first still works");
        app.new_mails().await;
    });
}

#[test]
fn nothing_is_issued_while_nobody_is_vouched_for() {
    run(|app| async move {
        let kurve = app.kurve().await;
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let before = onboardings::load_file(app.context(), school.connection).await.expect("it is there");

        let refused = credentials::issue(app.context(), &app.call(kurve), school.connection, None, None).await;

        assert!(matches!(refused, Err(ServiceError::NobodyVouched)), "{refused:?}");
        let after = onboardings::load_file(app.context(), school.connection).await.expect("it is there");
        assert_eq!((after.version, after.state), (before.version, before.state));
        assert_eq!(credentials::find_issued(app.context(), school.connection).await.expect("the store answers"), None);
        let mails = schools::list_mails(app.context(), school.connection).await.expect("the store answers");
        assert!(mails.iter().flatten().all(|mail| mail.kind != MailKind::CredentialsReady), "{mails:?}");
    });
}

#[test]
fn two_colleagues_who_renew_at_once_make_one_newest_version() {
    run(|app| async move {
        let school = issued(&app).await;
        let kurve = app.kurve_again().await;
        let seen = onboardings::load_file(app.context(), school.connection).await.expect("it is there").version;
        let other = app.second_instance().await;
        let call = app.call(kurve);

        let (one, two) = tokio::join!(
            credentials::issue(app.context(), &call, school.connection, None, Some(seen)),
            credentials::issue(&other.context, &call, school.connection, None, Some(seen)),
        );

        let mut answers = [one, two];
        answers.sort_by_key(Result::is_err);
        assert!(matches!(answers, [Ok(()), Err(ServiceError::Conflict)]), "{answers:?}");
        let open = "SELECT CAST(version AS text) FROM credential WHERE closed_at IS NULL";
        assert_eq!(texts(&app.database.url, open).await, ["2"]);
        app.new_mails().await;
    });
}

#[test]
fn sealed_cells_of_two_schools_that_changed_places_do_not_open() {
    run(|app| async move {
        let school = issued(&app).await;
        let kurve = app.kurve_again().await;
        let other = app.school_by_services("Lyceum De Wilgen", "34CD", "dewilgen").await;
        app.issue(kurve, &other).await;

        for column in ["sealed_password", "sealed_query"] {
            swap(&app, column).await;
        }

        for school in [&school, &other] {
            let shown = reveal(&app, school, 1).await;
            assert!(matches!(shown, Err(ServiceError::Sealed(OpenError::Refused))), "{shown:?}");
            let call = app.call_of(school);
            let file = credentials::download(app.context(), &call, school.reference(), 1).await;
            assert!(matches!(file, Err(ServiceError::Sealed(OpenError::Refused))), "{file:?}");
        }
        app.new_mails().await;
    });
}

#[test]
fn a_sealed_cell_does_not_open_in_another_column_or_with_a_bit_turned() {
    run(|app| async move {
        let school = issued(&app).await;

        sql(&app.database.url, "UPDATE credential SET sealed_password = sealed_query").await;
        let moved = reveal(&app, &school, 1).await;
        let bend = if app.database.is_postgres() {
            "UPDATE credential SET sealed_query = set_byte(sealed_query, 40, 255 - get_byte(sealed_query, 40))"
        } else {
            "UPDATE credential SET sealed_query = CAST(substr(sealed_query, 1, 40) || x'00ff00' || substr(sealed_query, 44) AS BLOB)"
        };
        sql(&app.database.url, bend).await;
        let call = app.call_of(&school);
        let bent = credentials::download(app.context(), &call, school.reference(), 1).await;

        assert!(matches!(moved, Err(ServiceError::Sealed(OpenError::Refused))), "{moved:?}");
        assert!(matches!(bent, Err(ServiceError::Sealed(OpenError::Refused))), "{bent:?}");
        app.new_mails().await;
    });
}

async fn swap(app: &TestApp, column: &str) {
    let copy = format!("CREATE TABLE before_{column} AS SELECT id, {column} FROM credential");
    sql(&app.database.url, &copy).await;
    let other = format!("(SELECT {column} FROM before_{column} other WHERE other.id <> credential.id)");
    sql(&app.database.url, &format!("UPDATE credential SET {column} = {other}")).await;
}

#[test]
fn every_password_is_of_its_own() {
    run(|app| async move {
        let school = issued(&app).await;
        let kurve = app.kurve_again().await;
        let mut seen = BTreeSet::new();

        for version in 1..=5 {
            seen.insert(reveal(&app, &school, version).await.expect("a view is left").password.expose().to_owned());
            credentials::issue(app.context(), &app.call(kurve), school.connection, None, None)
                .await
                .expect("vouched for");
        }

        assert_eq!(seen.len(), 5);
        app.new_mails().await;
    });
}

#[test]
fn a_contact_of_another_school_gets_nothing() {
    run(|app| async move {
        let school = issued(&app).await;
        let other = app.school_by_services("Lyceum De Wilgen", "34CD", "dewilgen").await;

        let of_another = ContactRef { connection: school.connection, contact: other.contact };
        let shown = credentials::reveal(app.context(), &app.call_of(&other), of_another, 1).await;
        let unvouched = credentials::reveal(app.context(), &app.call_of(&other), other.reference(), 1).await;

        assert!(matches!(shown, Err(ServiceError::NotFound)), "{shown:?}");
        let refused = matches!(unvouched, Err(ServiceError::NotHandedOut(RevealRefusal::NotIssued)));
        assert!(refused, "{unvouched:?}");
        let again = app.claim(&other, koppelklaar::domain::onboarding::Step::PasswordSet).await;
        assert!(matches!(again, Err(ServiceError::Refused(Refusal::NotYet { .. }))), "{again:?}");
        app.new_mails().await;
    });
}
