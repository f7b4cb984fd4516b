//! What a school arranges about its reminders, through the front door: "herinner mij op …" and days of its own.

use chrono::TimeDelta;
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::jobs::Job;
use koppelklaar::links;
use koppelklaar::store::operations::audit;

use crate::journey::Table;
use crate::reminders::{let_time_pass, lines};
use crate::support::{Page, TestApp, run};

const SNOOZE: &str = "form:has([data-action=snooze])";
const OWN_DAYS: &str = "form:has([data-action=add-own-days])";

/// The moments at which something was sent until then.
async fn sent_until(app: &TestApp, until: &str) -> Vec<String> {
    let sent = let_time_pass(app, until).await;
    assert!(sent.iter().all(|(_, mail)| mail.to.ends_with("@bonhoeffer.example")), "{:?}", lines(&sent));
    sent.into_iter().map(|(at, _)| at).collect()
}

async fn snooze(table: &Table, until: &str) -> Page {
    let page = table.portal.open("/herinneringen").await;
    page.submit(&table.portal, SNOOZE, &[("until", until)]).await
}

async fn add_days(table: &Table, kind: &str, first_day: &str, last_day: &str) -> Page {
    let page = table.portal.open("/vrije-dagen").await;
    let fields = [("kind", kind), ("first_day", first_day), ("last_day", last_day)];
    page.submit(&table.portal, OWN_DAYS, &fields).await
}

/// How often something of this name stands in the audit.
async fn count(app: &TestApp, table: &Table, name: &str) -> usize {
    let entries =
        audit::list(app.context().db.reader(), table.school.connection, None, 1_000).await.expect("the store answers");
    entries.iter().filter(|entry| entry.action.name() == name).count()
}

#[test]
fn herinner_mij_op_leaves_a_school_in_peace_until_that_date_and_says_so_everywhere() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        assert!(!table.portal.open("").await.has("[data-snoozed]"));

        let asked = snooze(&table, "2026-12-14").await;
        let again = snooze(&table, "14-12-2026").await;

        assert_eq!((asked.status, again.status), (303, 303), "{}", asked.body);
        let said = "Herinneringen staan uit tot maandag 14 december 2026";
        assert!(table.portal.open("").await.text("[data-snoozed]").contains(said));
        assert!(table.portal.open("/herinneringen").await.text("[data-snoozed]").contains(said));
        let staff_page = table.staff_page().await;
        assert!(staff_page.text("p[data-snoozed]").contains(said));
        assert!(staff_page.texts("[data-upcoming]").iter().all(|line| line.contains("maandag 14 december 2026")));
        assert_eq!(count(&app, &table, "reminders_snoozed").await, 1, "the same form twice");
        assert_eq!(sent_until(&app, "2026-12-16T12:00:00Z").await, ["Mon 2026-12-14 07:00"]);
    });
}

#[test]
fn the_page_of_a_school_says_which_reminder_comes_when_and_why() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.claim(&["allowlisting_requested"]).await;
        let page = links::staff_school(links::STAFF_SCHOOL, table.school.connection);
        let upcoming = async || {
            // Days pass: a session ends on the way.
            let lines = app.staff().await.get(&page).await.texts("[data-upcoming]");
            lines.into_iter().find(|line| line.starts_with("Consent")).unwrap_or_default()
        };
        let step = "Consent geven in Magister";

        assert_eq!(upcoming().await, format!("{step}donderdag 26 november 2026: herinnering na 3 werkdagen"));
        sent_until(&app, "2026-11-27T12:00:00Z").await;
        assert_eq!(upcoming().await, format!("{step}woensdag 2 december 2026: herinnering na 7 werkdagen"));
        let portal = app.portal(&table.school).await;
        snooze(&Table { portal, ..table }, "2026-12-14").await;
        assert_eq!(upcoming().await, format!("{step}maandag 14 december 2026: herinnering op de afgesproken dag"));
    });
}

#[test]
fn a_date_that_does_not_fit_comes_back_as_it_was_typed() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        // Today, 61 days ahead, and what is no date.
        for typed in ["", "morgen", "2026-11-23", "2027-01-23", "2026-02-30"] {
            let page = snooze(&table, typed).await;

            assert_eq!(page.status, 422, "{typed}");
            assert!(page.has("[data-error-for=until]") && page.has("[data-error-summary]"), "{}", page.body);
            assert_eq!(page.attributes("#until", "value"), [typed]);
            assert!(page.text("title").starts_with("Fout: "));
        }
        assert_eq!(snooze(&table, "2027-01-22").await.status, 303, "sixty days ahead");
    });
}

#[test]
fn reminders_that_are_turned_on_again_do_not_come_at_once() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        snooze(&table, "2027-01-11").await;
        assert_eq!(sent_until(&app, "2026-12-07T10:00:00Z").await, Vec::<String>::new());

        let portal = app.portal(&table.school).await;
        let page = portal.open("").await;
        let woken = page.submit(&portal, "form:has([data-action=wake])", &[]).await;
        let again = page.submit(&portal, "form:has([data-action=wake])", &[]).await;

        assert_eq!((woken.status, again.status), (303, 303), "{}", woken.body);
        assert!(!portal.open("").await.has("[data-snoozed]"));
        assert_eq!(count(&app, &table, "reminders_woken").await, 1, "the same form twice");
        assert_eq!(sent_until(&app, "2026-12-11T12:00:00Z").await, ["Thu 2026-12-10 07:00"]);
    });
}

#[test]
fn a_reminder_that_waits_to_be_sent_is_stopped_by_herinner_mij_op() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        app.advance(TimeDelta::days(3));
        assert_eq!(app.run(Job::PlanReminders).await, 1);

        let portal = app.portal_without_mail(&table.school).await;
        let page = portal.open("/herinneringen").await;
        page.submit(&portal, SNOOZE, &[("until", "2026-12-07")]).await;

        let mails = app.new_mails().await;
        assert_eq!(mails.iter().map(|mail| &mail.subject).collect::<Vec<_>>(), Vec::<&String>::new());
    });
}

#[test]
fn the_reminder_itself_leads_to_the_page_where_it_is_put_off() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        app.advance(TimeDelta::days(3));
        app.run(Job::PlanReminders).await;

        let mail = app.only_mail_to(&table.school.email).await;

        let page = format!("https://koppelklaar.test{}", table.portal.at("/herinneringen"));
        assert!(mail.text.lines().any(|line| line == page), "{}", mail.text);
    });
}

#[test]
fn kurve_puts_reminders_off_and_turns_them_on_for_a_school_and_a_reader_does_not() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        let too_far = table.kurve("", "snooze", &[("until", "2028-01-01")]).await;
        let asked = table.kurve("", "snooze", &[("until", "2026-12-14")]).await;
        let shown = table.portal.open("").await.text("[data-snoozed]");
        let woken = table.kurve("", "wake", &[]).await;
        let reader = app.staff_as("lezer@kurve.nl", StaffRole::Reader).await;
        let seen = reader
            .get(&koppelklaar::links::staff_school(koppelklaar::links::STAFF_SCHOOL, table.school.connection))
            .await;

        assert_eq!((too_far.status, asked.status, woken.status), (422, 303, 303), "{}", asked.body);
        assert_eq!(too_far.attributes("#until", "value"), ["2028-01-01"]);
        assert!(shown.contains("maandag 14 december 2026"));
        assert!(!table.portal.open("").await.has("[data-snoozed]"));
        assert!(seen.has("[data-upcoming]") && !seen.has("[data-form=snooze]") && !seen.has("[data-form=own_days]"));
    });
}

#[test]
fn a_school_that_stopped_has_no_reminders_to_put_off() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.kurve("", "withdraw", &[("reason", "De school kiest Optie B.")]).await;

        let page = table.portal.open("/herinneringen").await;
        let (_, token) = page.form("form[action='/uitloggen']");
        let mut forced = token;
        forced.push(("until".to_owned(), "2026-12-14".to_owned()));
        let answer = table.portal.post(&table.portal.at("/herinneringen"), &forced).await;

        assert!(page.has("[data-refusal]") && !page.has("[data-action=snooze]"), "{}", page.body);
        assert_eq!(answer.status, 422);
        app.new_mails().await;
    });
}

#[test]
fn a_study_day_does_not_count_and_counts_again_when_it_is_taken_away() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        // The planner has looked, and would look again on Thursday.
        app.run(Job::PlanReminders).await;

        let added = add_days(&table, "closed", "2026-11-25", "").await;
        let twice = add_days(&table, "closed", "25-11-2026", "2026-11-25").await;
        let page = table.portal.open("/vrije-dagen").await;
        let comes = table.portal.open("/herinneringen").await.text("[data-upcoming]");
        let removed = page.submit(&table.portal, "[data-own-day=closed] form", &[]).await;
        let after = table.portal.open("/herinneringen").await.text("[data-upcoming]");

        assert_eq!((added.status, twice.status, removed.status), (303, 303, 303), "{}", added.body);
        assert_eq!(page.texts("[data-own-day] th"), ["woensdag 25 november 2026"]);
        assert!(
            comes.contains("vrijdag 27 november 2026") && after.contains("donderdag 26 november 2026"),
            "{comes} {after}"
        );
        assert!(table.portal.open("/vrije-dagen").await.has("[data-no-own-days]"));
        let kept = (count(&app, &table, "own_days_added").await, count(&app, &table, "own_days_removed").await);
        assert_eq!(kept, (1, 1));
        assert_eq!(sent_until(&app, "2026-11-28T12:00:00Z").await, ["Thu 2026-11-26 07:00"]);
    });
}

#[test]
fn a_day_off_that_was_given_after_planning_holds_the_mail_back() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        app.advance(TimeDelta::days(3));
        assert_eq!(app.run(Job::PlanReminders).await, 1, "Thursday");

        let portal = app.portal_without_mail(&table.school).await;
        let page = portal.open("/vrije-dagen").await;
        page.submit(&portal, OWN_DAYS, &[("kind", "closed"), ("first_day", "2026-11-26")]).await;

        assert_eq!(sent_until(&app, "2026-11-27T12:00:00Z").await, ["Fri 2026-11-27 07:00"]);
    });
}

#[test]
fn a_school_that_works_in_the_holidays_of_its_region_is_reminded_then() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        // Thursday evening; Christmas holidays are from Saturday 19 December.
        snooze(&table, "2026-12-21").await;

        let added = add_days(&table, "open", "2026-12-21", "2026-12-24").await;

        assert_eq!(added.status, 303, "{}", added.body);
        let sent = sent_until(&app, "2027-01-04T12:00:00Z").await;
        assert_eq!(sent, ["Mon 2026-12-21 07:00", "Thu 2026-12-24 07:00"]);
    });
}

#[test]
fn days_that_do_not_fit_come_back_as_they_were_typed() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        add_days(&table, "closed", "2026-12-07", "2026-12-11").await;

        for (first_day, last_day, field) in [
            ("", "", "first_day"),
            ("2026-12-01", "2026-11-30", "first_day"),
            ("2026-11-20", "2026-11-20", "first_day"),
            ("2027-01-04", "2027-02-15", "first_day"),
            ("2026-12-11", "2026-12-12", "first_day"),
            ("2026-12-14", "straks", "last_day"),
        ] {
            let page = add_days(&table, "open", first_day, last_day).await;

            assert_eq!(page.status, 422, "{first_day} {last_day}");
            assert!(page.has(&format!("[data-error-for={field}]")), "{}", page.body);
            let typed = [page.attributes("#first_day", "value"), page.attributes("#last_day", "value")].concat();
            assert_eq!(typed, [first_day, last_day]);
            assert_eq!(page.attributes("input[name=kind][checked]", "value"), ["open"]);
        }
    });
}

#[test]
fn kurve_gives_days_of_a_school_and_takes_them_away() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        let wrong = table.kurve("", "own_days", &[("first_day", "2026-12-07"), ("last_day", "2026-12-01")]).await;
        let added = table.kurve("", "own_days", &[("first_day", "2026-12-07"), ("last_day", "2026-12-11")]).await;
        let shown = table.portal.open("/vrije-dagen").await.text("[data-own-day] th");
        let removed = table.kurve("", "remove_own_days", &[]).await;

        assert_eq!((wrong.status, added.status, removed.status), (422, 303, 303), "{}", added.body);
        assert_eq!(wrong.attributes("#last_day", "value"), ["2026-12-01"]);
        assert_eq!(shown, "maandag 7 december 2026 tot en met vrijdag 11 december 2026");
        assert!(table.portal.open("/vrije-dagen").await.has("[data-no-own-days]"));
    });
}
