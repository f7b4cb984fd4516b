//! A school of which something cannot be read: it costs the others nothing, and Kurve sees which it is.

use chrono::TimeDelta;
use koppelklaar::domain::address_mark::Bounced;
use koppelklaar::domain::check::CheckCode;
use koppelklaar::domain::heartbeat::Worker;
use koppelklaar::jobs::{self, Job};
use koppelklaar::links;
use koppelklaar::services::onboarding::schools;
use koppelklaar::store::checks::check_status::{self, CheckStatus};
use koppelklaar::store::operations::heartbeats;
use koppelklaar::store::people::address_marks;
use strum::IntoEnumIterator;

use crate::journey::Table;
use crate::one_mail::looking_at_one;
use crate::reminders::{at, second_school_of};
use crate::support::database::{sql, texts};
use crate::support::post::Mail;
use crate::support::{TestApp, TestSchool, run, run_to_failure};

/// Writes nonsense into a row of a school, as a failing disk or a wrong hand would.
async fn spoil(app: &TestApp, school: &TestSchool, table: &str, change: &str) {
    // SQLite keeps an id as bytes.
    let id = school.connection.to_string();
    let place = if app.context().db.is_sqlite() { format!("x'{}'", id.replace('-', "")) } else { format!("'{id}'") };
    app.rewrite(&format!("UPDATE {table} SET {change} WHERE connection_id = {place}")).await;
}

async fn all_beat(app: &TestApp) {
    for worker in Worker::iter() {
        heartbeats::beat(app.context().db.writer(), worker, app.now()).await.expect("the store answers");
    }
}

#[test]
fn a_school_whose_state_cannot_be_read_is_named_on_the_worklist_and_in_the_digest_beside_the_others() {
    run(|app: TestApp| async move {
        let spoiled = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        let staff = app.staff().await;
        app.advance(TimeDelta::days(1));
        app.run(Job::PlanReminders).await;
        app.new_mails().await;
        spoil(&app, &spoiled, "onboarding", "state = '{'").await;

        app.run(Job::Digest).await;
        let digest = app.only_mail_to("support@kurve.nl").await;
        let staff = if staff.get(links::STAFF).await.status == 200 { staff } else { app.staff().await };
        let worklist = staff.get(links::STAFF).await;

        let text = digest.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("Bonhoeffer College (12AB): kan niet worden gelezen"), "{}", digest.text);
        assert!(text.contains("Het Molenveld (13CD): nieuwe school"), "{}", digest.text);
        assert_eq!(worklist.status, 200, "{}", worklist.body);
        assert_eq!(
            worklist.texts("[data-unreadable] li"),
            ["Bonhoeffer College (12AB), sinds maandag 23 november 2026"],
            "{}",
            worklist.body
        );
        assert!(worklist.text("[data-work]").contains("Het Molenveld"), "{}", worklist.body);
    });
}

#[test]
fn lists_of_schools_leave_out_one_that_cannot_be_read_and_every_page_of_kurve_names_it() {
    run_to_failure(|app: TestApp| async move {
        let spoiled = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        app.new_mails().await;
        let staff = app.staff().await;
        spoil(&app, &spoiled, "onboarding", "state = '{'").await;

        for path in [links::STAFF, links::STAFF_SCHOOLS, links::STAFF_CONNECTIONS, links::STAFF_MAILS] {
            let page = staff.get(path).await;
            assert_eq!(page.status, 200, "{path}: {}", page.body);
            assert_eq!(page.texts("[data-unreadable] a"), ["Bonhoeffer College"], "{path}: {}", page.body);
        }
        let schools = staff.get(links::STAFF_SCHOOLS).await;
        assert!(schools.text("main").contains("Het Molenveld"), "{}", schools.body);
        app.clock.advance(TimeDelta::minutes(2));
        spoil(&app, &spoiled, "onboarding", "state = (SELECT state FROM onboarding WHERE state <> '{' LIMIT 1)").await;
        assert_eq!(staff.get(links::STAFF).await.texts("[data-unreadable] a"), Vec::<String>::new());
    });
}

/// Adds an entry about the only school to the audit, of a kind that this release does not know.
async fn note_as_newer_release(app: &TestApp) {
    let kept =
        "connection_id, school_id, onboarding_version, actor_kind, actor_id, at, request_id, key_id, prev_mac, mac";
    let payload = r#"{"by":{"kind":"clock"},"action":"moon_was_full","phase":4}"#;
    let insert = format!(
        "INSERT INTO audit (id, action, step, payload, {kept})
        SELECT (SELECT max(id) + 1 FROM audit), 'moon_was_full', 'details_submitted', '{payload}', {kept}
        FROM audit WHERE connection_id IS NOT NULL ORDER BY id DESC LIMIT 1"
    );
    sql(&app.database.url, &insert).await;
}

#[test]
fn what_a_newer_release_noted_of_a_school_is_left_out_of_its_pages_and_takes_none_along() {
    run_to_failure(|app: TestApp| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (portal, staff) = (app.portal(&school).await, app.staff().await);
        let pages = [
            (&portal, portal.at("/stap/details_submitted")),
            (&staff, links::fill(links::STAFF_SCHOOL, &[&school.connection.to_string()])),
        ];
        let mut before = vec![];
        for (visitor, path) in &pages {
            before.push(visitor.get(path).await.texts(".timeline li"));
        }

        note_as_newer_release(&app).await;

        for ((visitor, path), before) in pages.iter().zip(before) {
            let page = visitor.get(path).await;
            assert_eq!(page.status, 200, "{path}: {}", page.body);
            assert_eq!(page.texts(".timeline li"), before, "{path}");
        }
    });
}

#[test]
fn a_school_whose_reminders_cannot_be_planned_raises_an_alarm_that_leads_to_its_name() {
    run(|app: TestApp| async move {
        let spoiled = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let sound = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        app.run(Job::PlanReminders).await;
        spoil(&app, &spoiled, "contact", "roles = 'conrector'").await;
        app.advance(TimeDelta::days(3));

        app.run(Job::PlanReminders).await;
        let reminded = app.new_mails().await;
        let staff = app.staff().await;
        all_beat(&app).await;
        let at_nine = staff.get(links::STAFF).await;
        app.advance(TimeDelta::minutes(1));
        app.run(Job::PlanReminders).await;
        all_beat(&app).await;
        let after = staff.get(links::STAFF).await;

        let to: Vec<&str> = reminded.iter().map(|mail| mail.to.as_str()).collect();
        assert_eq!(to, [sound.email.as_str()]);
        for page in [&at_nine, &after] {
            assert_eq!(page.texts("[data-alarm=planner] .banner__title"), ["Let op: Herinneringen blijven liggen"]);
            assert_eq!(page.attributes("[data-alarm=planner] a", "href"), [links::STAFF]);
            assert_eq!(page.texts("[data-unreadable] a"), ["Bonhoeffer College"], "{}", page.body);
        }
    });
}

async fn lose(app: &TestApp, school: &TestSchool) {
    let conn = app.context().db.writer();
    let known = check_status::load(conn, school.connection).await.expect("the store answers");
    let last = Some((CheckCode::LoginRefused, app.now()));
    let lost = CheckStatus { last, is_failing: true, is_lost: true, failing_since: Some(app.now()), ..known };
    let tx = app.context().db.begin_write().await.expect("the store answers");
    check_status::save(tx.conn(), &lost).await.expect("the store answers");
    tx.commit().await.expect("the store answers");
}

async fn mark_bounced(app: &TestApp, school: &TestSchool) {
    let key = app.context().keys.email_key(&school.email);
    let bounced = Bounced { at: app.now(), code: "5.1.1".to_owned() };
    let tx = app.context().db.begin_write().await.expect("the store answers");
    address_marks::mark_bounced(tx.conn(), &key, &bounced).await.expect("the store answers");
    tx.commit().await.expect("the store answers");
}

/// The text in one line, so that it can be searched over line ends.
fn dense(mail: &Mail) -> String {
    mail.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_lost_connection_that_cannot_be_read_is_named_in_the_digest_beside_the_others() {
    run(|app: TestApp| async move {
        let spoiled = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let sound = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        lose(&app, &spoiled).await;
        lose(&app, &sound).await;
        app.new_mails().await;
        spoil(&app, &spoiled, "check_status", "last_code = 'verdwaald'").await;

        app.run(Job::Digest).await;
        let digest = app.only_mail_to("support@kurve.nl").await;

        let text = dense(&digest);
        assert!(text.contains("Bonhoeffer College (12AB): kan niet worden gelezen"), "{}", digest.text);
        assert!(text.contains("Het Molenveld (13CD): inloggen geweigerd"), "{}", digest.text);
    });
}

#[test]
fn a_contact_who_cannot_be_read_is_told_of_by_their_school_beside_the_others_where_mail_does_not_arrive() {
    run(|app: TestApp| async move {
        let spoiled = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let sound = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        let staff = app.staff().await;
        app.new_mails().await;
        mark_bounced(&app, &spoiled).await;
        mark_bounced(&app, &sound).await;
        spoil(&app, &spoiled, "contact", "roles = 'conrector'").await;

        app.run(Job::Digest).await;
        let digest = app.only_mail_to("support@kurve.nl").await;
        let worklist = staff.get(links::STAFF).await;

        let text = dense(&digest);
        assert!(text.contains("Bonhoeffer College (12AB): kan niet worden gelezen"), "{}", digest.text);
        assert!(text.contains("Het Molenveld (13CD): mail aan "), "{}", digest.text);
        assert_eq!(worklist.status, 200, "{}", worklist.body);
        assert_eq!(worklist.texts("[data-unreadable] a"), ["Bonhoeffer College"], "{}", worklist.body);
        let sound = worklist.text("[data-kind=address]");
        assert!(sound.contains("komt niet aan") && sound.contains("Sinds maandag 23 november 2026"), "{sound}");
    });
}

#[test]
fn a_digest_that_cannot_be_written_the_whole_day_is_given_up_and_told_of_in_the_next() {
    run_to_failure(|app| async move {
        app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.new_mails().await;
        sql(&app.database.url, "ALTER TABLE check_status RENAME TO mislaid").await;
        app.run(Job::Digest).await;
        app.send_mails().await;
        app.clock.set(at("2026-11-24T05:00:00Z"));

        app.send_mails().await;
        let statuses = texts(&app.database.url, "SELECT status FROM outbox WHERE kind = 'digest'").await;
        sql(&app.database.url, "ALTER TABLE mislaid RENAME TO check_status").await;
        app.clock.set(at("2026-11-24T07:30:00Z"));
        app.run(Job::Digest).await;
        let next = app.only_mail_to("support@kurve.nl").await;
        let post = app.staff().await.get(&links::failed_mails()).await;

        assert_eq!(statuses, ["failed"]);
        assert!(dense(&next).contains("Mails die niet weg konden: 1."), "{}", next.text);
        assert!(post.body.contains("Dit dagoverzicht kon de hele dag niet worden geschreven"), "{}", post.body);
    });
}

#[test]
fn a_school_that_cannot_be_read_is_left_out_of_a_reminder_and_holds_nothing_of_the_others() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let second = second_school_of(&app, &table).await;
        app.clock.set(at("2026-11-26T10:00:00Z"));
        app.run(Job::PlanReminders).await;
        spoil(&app, &second, "onboarding", "state = '{'").await;

        let reminder = app.only_mail_to(&table.school.email).await;

        assert!(reminder.text.contains("Bonhoeffer College"), "{}", reminder.text);
        assert!(!reminder.text.contains("Tweede Lyceum"), "{}", reminder.text);
    });
}

#[test]
fn a_reminder_of_which_no_school_can_be_read_is_tried_again_and_not_taken_for_done() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        app.clock.set(at("2026-11-26T10:00:00Z"));
        app.run(Job::PlanReminders).await;
        spoil(&app, &table.school, "onboarding", "state = '{'").await;

        app.send_mails().await;

        let statuses = texts(&app.database.url, "SELECT status FROM outbox WHERE kind = 'reminder'").await;
        assert_eq!(statuses, ["waiting"]);
    });
}

#[test]
fn schools_that_cannot_be_read_fill_no_round_and_hold_up_none_behind_them() {
    run(|app: TestApp| async move {
        let spoiled = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.advance(TimeDelta::minutes(1));
        let sound = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        app.advance(TimeDelta::days(3));
        app.new_mails().await;
        spoil(&app, &spoiled, "onboarding", "state = '{'").await;

        jobs::run(&looking_at_one(&app), Job::PlanReminders, app.now()).await.expect("the job runs");
        let reminded = app.new_mails().await;
        let left = schools::list_unplanned(app.context(), app.now()).await.expect("the store answers");

        assert_eq!(reminded.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [sound.email.as_str()]);
        assert_eq!(left.iter().map(|named| named.id).collect::<Vec<_>>(), [spoiled.connection]);
    });
}
