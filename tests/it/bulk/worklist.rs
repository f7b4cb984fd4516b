//! From the worklist: its rows are things that wait, some of them of no school yet.

use chrono::TimeDelta;
use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::bulk::{BulkKind, BulkOutcome};
use koppelklaar::domain::new_schools::NewSchools;
use koppelklaar::links;
use koppelklaar::services::people::registrations;
use koppelklaar::services::{AnonymousCall, Context};

use super::support::{is_whole, load, run_due, run_of, schools_with_details, times_issued};
use crate::support::{Page, TestApp, Visitor, run};

/// Chooses rows of a page of the worklist, and returns the page of the run that was put together.
async fn choose(kurve: &Visitor, path: &str, kind: BulkKind, fields: &[(&str, &str)]) -> Page {
    let mut all = fields.to_vec();
    all.push(("doen", kind.as_str()));
    let chosen = kurve.get(path).await.submit(kurve, "[data-form=bulk]", &all).await;
    kurve.follow(&chosen).await
}

/// The name of the box of the row of a kind.
fn box_of(list: &Page, kind: &str) -> String {
    list.attributes(&format!("[data-kind={kind}] .tick-box"), "name").remove(0)
}

/// Somebody asks for a place at the connection of a school domain.
async fn ask_to_join(app: &TestApp, label: &str) {
    let token = app.ask_for_school("Erbij", "19AA", label, &format!("erbij@{label}.example")).await;
    let asked = AnonymousCall::new(app.now(), "test");
    registrations::confirm(app.context(), asked, &token, None).await.expect("it waits");
    app.new_mails().await;
}

#[test]
fn rows_a_page_or_all_of_a_filter_are_done_and_no_others() {
    run(|app| async move {
        let schools = schools_with_details(&app, 0..60).await;
        let eva = app.staff().await;
        let list = eva.get(links::STAFF).await;
        assert_eq!((list.texts("[data-kind]").len(), list.texts("tbody .tick-box").len()), (50, 50));
        let all = |page: &Page| page.texts("label[for=kies-alles]");
        assert_eq!(all(&list), ["Kies alle 60"]);
        let issue = "/beheer?soort=issue&van=niemand";
        assert_eq!(all(&eva.get(issue).await), ["Kies alle 60 die passen bij dit filter"]);
        assert!(!eva.get("/beheer?q=Lyceum+5").await.has("#kies-alles"), "eleven rows are one page");

        let few = choose(&eva, "/beheer?q=Lyceum+5", BulkKind::Take, &[("bladzijde", "ja")]).await;
        few.submit(&eva, "[data-form=begin]", &[]).await;
        run_due(&app).await;
        let ticked = box_of(&list, "issue");
        let one = choose(&eva, links::STAFF, BulkKind::VouchAndIssue, &[(&ticked, "ja")]).await;
        let rest = choose(&eva, issue, BulkKind::VouchAndIssue, &[("alles", "ja")]).await;
        rest.submit(&eva, "[data-form=begin]", &[("ground", "known")]).await;
        run_due(&app).await;

        assert_eq!(few.text("h1"), "11 scholen oppakken");
        assert_eq!(load(&app, run_of(&few)).await.count(BulkOutcome::Done), 11);
        assert_eq!(one.texts("[data-item]").len(), 1);
        assert_eq!(one.attributes("a.back", "href"), [links::STAFF]);
        assert_eq!(rest.text("h1"), "Toegang geven en klaarzetten voor 49 scholen");
        let others = |number: &u32| *number != 5 && *number / 10 != 5;
        let (left, done): (Vec<_>, Vec<_>) = (0..60).zip(schools).partition(|(number, _)| !others(number));
        let done: Vec<_> = done.into_iter().map(|(_, school)| school).collect();
        is_whole(&app, run_of(&rest), &done).await;
        let mine = eva.get("/beheer?van=mij").await;
        assert_eq!(mine.texts("[data-kind=issue]").len(), left.len());
        for (_, school) in &left {
            assert_eq!(times_issued(&app, school).await, 0, "{}", school.brin);
        }
        app.new_mails().await;
    });
}

#[test]
fn what_is_no_school_yet_is_named_and_left_as_it_is() {
    run(|app| async move {
        let new = app.school_by_services("Nieuw", "11AA", "nieuw").await;
        ask_to_join(&app, "nieuw").await;
        let token = app.ask_for_school("Wachtend", "21AA", "wachtend", "wim@wachtend.example").await;
        let review = Context { new_schools: NewSchools::Review, ..app.context().clone() };
        let call = AnonymousCall::new(app.now(), "test");
        registrations::confirm(&review, call, &token, None).await.expect("it waits for Kurve");
        app.ask_for_school("Onbevestigd", "20AA", "onbevestigd", "joke@onbevestigd.example").await;
        app.advance(TimeDelta::minutes(61));
        let eva = app.staff().await;
        let list = eva.get(links::STAFF).await;
        let boxes = ["join", "unconfirmed", "begin"].map(|kind| box_of(&list, kind));
        let asked = boxes.each_ref().map(|name| (name.as_str(), "ja"));

        for kind in [BulkKind::VouchAndIssue, BulkKind::Close, BulkKind::Check, BulkKind::Remind, BulkKind::PutOff] {
            let none = choose(&eva, links::STAFF, kind, &asked).await;
            assert!(!none.has("[data-form=begin]"), "{kind:?}: {}", none.body);
            let why = none.texts("[data-item=left_out]");
            assert!(why[0].starts_with("Nieuw (11AA) ") && why[0].contains("wil meedoen"), "{kind:?}: {why:?}");
            assert!(why[1].starts_with("Onbevestigd (20AA) ") && why[1].contains("nog niet bevestigd"), "{why:?}");
            assert!(why[2].starts_with("Wachtend (21AA) ") && why[2].contains("mag beginnen"), "{why:?}");
        }
        let take = choose(&eva, links::STAFF, BulkKind::Take, &asked).await;
        let all = choose(&eva, links::STAFF, BulkKind::VouchAndIssue, &[("bladzijde", "ja")]).await;
        all.submit(&eva, "[data-form=begin]", &[("ground", "called")]).await;
        run_due(&app).await;

        assert_eq!((take.text("h1"), take.texts("[data-item=left_out]").len()), ("1 school oppakken".to_owned(), 2));
        assert_eq!(times_issued(&app, &new).await, 1, "its own row was chosen as well");
        let after = eva.get(links::STAFF).await;
        assert_eq!(after.attributes("[data-kind]", "data-kind"), ["join", "begin", "unconfirmed"]);
        app.new_mails().await;
    });
}

#[test]
fn a_row_that_waits_no_more_is_judged_as_it_is_now() {
    run(|app| async move {
        let schools = schools_with_details(&app, 0..1).await;
        let eva = app.staff().await;
        let stale = eva.get(links::STAFF).await;
        let kurve = app.kurve_again().await;
        app.issue(kurve, &schools[0]).await;
        let fields = [(box_of(&stale, "issue"), "ja"), ("kies-onzin".to_owned(), "ja")];
        let mut fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        fields.push(("doen", "issue"));

        let chosen = stale.submit(&eva, "[data-form=bulk]", &fields).await;

        let page = eva.follow(&chosen).await;
        assert_eq!(page.texts("[data-item]").len(), 1);
        assert!(page.text("[data-item=left_out]").contains("Er staat al een wachtwoord klaar"), "{}", page.body);
        app.new_mails().await;
    });
}

#[test]
fn who_only_reads_the_worklist_chooses_nothing() {
    run(|app| async move {
        schools_with_details(&app, 0..1).await;
        let eva = app.staff().await;
        let reader = app.staff_as("lezer@kurve.nl", StaffRole::Reader).await;

        let seen = reader.get(links::STAFF).await;
        let nothing = eva.get(links::STAFF).await.submit(&eva, "[data-form=bulk]", &[("doen", "take")]).await;

        assert!(seen.has("[data-kind]") && !seen.has("[data-form=bulk]") && !seen.has(".tick-box"), "{}", seen.body);
        assert_eq!(nothing.status, 422);
    });
}
