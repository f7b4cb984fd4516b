//! A school of which something cannot be read: it costs the others nothing, and Kurve sees which it is.

use chrono::TimeDelta;
use koppelklaar::domain::heartbeat::Worker;
use koppelklaar::jobs::Job;
use koppelklaar::links;
use koppelklaar::store::heartbeats;

use crate::it::support::database::sql;
use crate::it::support::{TestApp, TestSchool, run};

/// Writes nonsense into a row of a school, as a failing disk or a wrong hand would.
async fn spoil(app: &TestApp, school: &TestSchool, table: &str, change: &str) {
    // SQLite keeps an id as bytes.
    let id = school.id.to_string();
    let place = if app.office().db.is_sqlite() { format!("x'{}'", id.replace('-', "")) } else { format!("'{id}'") };
    sql(&app.database.url, &format!("UPDATE {table} SET {change} WHERE school_id = {place}")).await;
}

async fn all_beat(app: &TestApp) {
    for worker in Worker::ALL {
        heartbeats::beat(app.office().db.writer(), worker, app.now()).await.expect("the store answers");
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
        assert!(text.contains("Het Molenveld (13CD): nieuwe aanvraag"), "{}", digest.text);
        assert_eq!(worklist.status, 200, "{}", worklist.body);
        assert_eq!(
            worklist.texts("[data-unreadable] li"),
            ["Bonhoeffer College (12AB), sinds ma 23 november 2026"],
            "{}",
            worklist.body
        );
        assert!(worklist.text("[data-work]").contains("Het Molenveld"), "{}", worklist.body);
    });
}

#[test]
fn a_school_whose_reminders_cannot_be_planned_raises_an_alarm_that_leads_to_its_name() {
    run(|app: TestApp| async move {
        let spoiled = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let sound = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
        app.run(Job::PlanReminders).await;
        spoil(&app, &spoiled, "contact", "role = 'conrector'").await;
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
