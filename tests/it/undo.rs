//! "Ongedaan maken": an activation that is taken back before anybody heard of it, and after.

use chrono::TimeDelta;
use koppelklaar::domain::import_gate::verdict_of_all;
use koppelklaar::links;
use koppelklaar::store;
use koppelklaar::store::mail::outbox::MailStatus;

use crate::journey::Table;
use crate::support::board::Board;
use crate::support::{Page, TestApp, run};

/// Kurve activates; the page that follows, with the way back.
async fn activated(app: &TestApp) -> (Table, Page) {
    let table = Table::set(app).await;
    table.issue().await;
    table
        .claim(&[
            "consent_given",
            "query_executed",
            "password_set",
            "permissions_checked",
            "allowlisting_requested",
            "allowlisting_confirmed",
        ])
        .await;
    app.new_mails().await;
    let confirmed = table.kurve("activation_confirmed", "confirm", &[]).await;
    let next = table.staff.follow(&confirmed).await;
    assert!(next.text("[data-flash]").contains("gaan over 2 minuten weg"), "{}", next.body);
    (table, next)
}

async fn is_open(app: &TestApp, table: &Table) -> bool {
    let conn = app.context().db.reader();
    let held = store::onboarding::onboardings::load(conn, table.school.connection).await.expect("it is there");
    verdict_of_all(&held.state).is_open()
}

async fn undo(table: &Table, page: &Page) -> Page {
    let done = page.submit(&table.staff, "[data-flash] form", &[]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    table.staff.follow(&done).await
}

#[test]
fn a_slip_that_is_undone_at_once_is_told_to_nobody_and_its_mails_say_why_they_did_not_go() {
    run(|app: TestApp| async move {
        let (table, page) = activated(&app).await;
        assert!(is_open(&app, &table).await);
        app.advance(TimeDelta::seconds(119));
        let early = app.new_mails().await;

        let undone = undo(&table, &page).await;
        app.advance(TimeDelta::hours(1));
        let late = app.new_mails().await;
        let again = undo(&table, &page).await;

        assert!(undone.text("[data-flash]").contains("De mails zijn niet verstuurd"), "{}", undone.body);
        assert!(again.text("[data-flash]").contains("Dit stond al zo"), "{}", again.body);
        assert!(!is_open(&app, &table).await);
        let subjects = |mails: &[crate::support::post::Mail]| -> Vec<String> {
            mails.iter().map(|mail| mail.subject.clone()).collect()
        };
        assert_eq!((subjects(&early), subjects(&late)), (vec![], vec![]));
        let conn = app.context().db.reader();
        let dropped = store::mail::outbox::list_with_status(conn, MailStatus::Dropped, 9).await.expect("it answers");
        let [mail] = dropped.as_slice() else { panic!("one mail waited: {dropped:?}") };
        assert_eq!(mail.last_error.as_deref(), Some("activation_undone"));
        let shown = table.staff.get(&links::staff_mail(links::STAFF_MAIL, mail.id)).await;
        assert!(shown.text("main").contains("ongedaan voordat de mail wegging"), "{}", shown.body);
        assert!(
            table.staff_page().await.text("section[aria-labelledby=verloop]").contains("ongedaan"),
            "the timeline keeps it"
        );
    });
}

#[test]
fn once_the_mails_left_undoing_tells_that_the_import_is_closed() {
    run(|app: TestApp| async move {
        let (table, page) = activated(&app).await;
        app.advance(TimeDelta::minutes(2));
        let opened = app.new_mails().await;

        let undone = undo(&table, &page).await;
        let closed = app.new_mails().await;

        assert!(opened[0].subject.contains("Je kunt nu leerlingen importeren"), "{}", opened[0].subject);
        assert!(undone.text("[data-flash]").contains("krijgt daarom bericht"), "{}", undone.body);
        assert!(!is_open(&app, &table).await);
        let told: Vec<(&str, bool)> =
            closed.iter().map(|mail| (mail.to.as_str(), mail.subject.contains("Importe"))).collect();
        assert_eq!(told, [(table.school.email.as_str(), true)]);
    });
}

#[test]
fn an_import_that_closes_before_anybody_heard_that_it_was_open_is_told_to_kurve_alone() {
    run(|app: TestApp| async move {
        let (table, _) = activated(&app).await;
        app.advance(TimeDelta::seconds(60));

        let taken_back = table.school("consent_given", "take-back", &[]).await;
        let told = app.new_mails().await;
        app.advance(TimeDelta::hours(1));
        let late = app.new_mails().await;

        assert_eq!(taken_back.status, 303, "{}", taken_back.body);
        assert!(!is_open(&app, &table).await);
        let to: Vec<(&str, bool)> =
            told.iter().map(|mail| (mail.to.as_str(), mail.subject.contains("Importe"))).collect();
        assert_eq!(to, [("support@kurve.nl", true)]);
        assert_eq!(late.len(), 0, "{:?}", late.iter().map(|mail| &mail.subject).collect::<Vec<_>>());
        let conn = app.context().db.reader();
        let dropped = store::mail::outbox::list_with_status(conn, MailStatus::Dropped, 9).await.expect("it answers");
        let why: Vec<_> = dropped.iter().map(|mail| mail.last_error.as_deref()).collect();
        assert_eq!(why, [Some("import_closed")]);

        table.claim(&["consent_given"]).await;
        table.kurve("activation_confirmed", "confirm", &[]).await;
        table.staff.let_stand();
        let opened = app.new_mails().await;
        let of_school = opened.iter().filter(|mail| mail.to == table.school.email);
        assert!(
            of_school.map(|mail| &mail.subject).any(|subject| subject.contains("Je kunt nu leerlingen importeren")),
            "{opened:?}"
        );
    });
}

#[test]
fn only_what_the_press_activated_is_undone_and_only_by_a_form_of_ours() {
    run(|app: TestApp| async move {
        let (table, page) = activated(&app).await;
        let (action, fields) = page.form("[data-flash] form");
        let forged: Vec<(String, String)> = fields.iter().filter(|(name, _)| name != "csrf").cloned().collect();
        let of_another: Vec<(String, String)> = fields
            .iter()
            .map(|(name, value)| (name.clone(), if name == "version" { "1".to_owned() } else { value.clone() }))
            .collect();

        let forged = table.staff.post(&action, &forged).await;
        let other = table.staff.post(&action, &of_another).await;

        assert_eq!((forged.status, other.status), (403, 303));
        assert!(is_open(&app, &table).await);
        app.advance(TimeDelta::minutes(2));
        app.new_mails().await;
    });
}

#[test]
fn the_way_back_stays_on_the_page_and_on_the_worklist_for_as_long_as_nobody_was_told() {
    run(|app: TestApp| async move {
        let (table, page) = activated(&app).await;
        assert!(!page.has("[data-press]"), "the message has it");
        assert!(page.text("[data-flash]").contains("Bonhoeffer College (12AB) is geactiveerd."), "{}", page.body);

        app.advance(TimeDelta::seconds(119));
        let (again, list) = (table.staff_page().await, table.staff.get(links::STAFF).await);
        assert!(!again.has("[data-flash]"), "{}", again.body);
        for page in [&again, &list] {
            let press = page.text("[data-press]");
            assert!(press.contains("Bonhoeffer College (12AB) is geactiveerd"), "{}", page.body);
            assert!(press.contains("In Koppelklaar ziet de school het nu al."), "only the mails wait: {press}");
        }

        let undone = list.submit(&table.staff, "[data-press] form", &[]).await;
        assert!(table.staff.follow(&undone).await.text("[data-flash]").contains("De mails zijn niet verstuurd"));
        for page in [table.staff_page().await, table.staff.get(links::STAFF).await] {
            assert!(!page.has("[data-press]"), "{}", page.body);
        }
        assert_eq!(app.new_mails().await.len(), 0);
    });
}

#[test]
fn after_two_minutes_it_is_told_and_the_way_back_is_the_ordinary_one() {
    run(|app: TestApp| async move {
        let (table, _) = activated(&app).await;
        app.advance(TimeDelta::minutes(2));

        let page = table.staff_page().await;

        assert!(!page.has("[data-press]"), "{}", page.body);
        assert!(page.has("[data-step=activation_confirmed] form[data-form=send_back]"), "{}", page.body);
        app.new_mails().await;
    });
}

#[test]
fn of_several_schools_it_says_which_one_was_activated() {
    run(|app: TestApp| async move {
        let board = Board::of(&app, 5).await.made_ready().await;

        let one = board.press("11AA", "activate", &[]).await;
        let next = board.staff.follow(&one).await;
        let rest = board.page().await;
        let rest = rest.submit(&board.staff, "[data-step=activation_confirmed] form[data-form=confirm]", &[]).await;
        let all = board.staff.follow(&rest).await;

        assert!(next.text("[data-flash]").contains("Rivierenland 11 (11AA) is geactiveerd."), "{}", next.body);
        assert!(
            all.text("[data-flash]").contains("Rivierenland 10 (10AA) en 3 andere scholen zijn geactiveerd."),
            "{}",
            all.text("[data-flash]")
        );
        assert_eq!(all.texts("[data-press]").len(), 1, "the press before it can still be undone by itself");
        app.advance(TimeDelta::minutes(2));
        app.new_mails().await;
    });
}
