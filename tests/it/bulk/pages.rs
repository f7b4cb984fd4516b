//! From the list of schools to how each came out, with what a colleague sees.

use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::bulk::{BulkKind, BulkOutcome};
use koppelklaar::domain::onboarding::Step;
use koppelklaar::domain::roles::{ContactRole, Roles};
use koppelklaar::domain::school::NewContact;
use koppelklaar::domain::text::{EmailAddress, PersonName};
use koppelklaar::links;
use koppelklaar::services::onboarding::onboardings;
use koppelklaar::services::people::contacts;

use super::support::{
    begin, choose, is_whole, load, outcomes, run_due, run_of, schools_with_details, times_issued, vouch_and_issue,
};
use crate::support::{TestApp, run};

const PAGE: (&str, &str) = ("bladzijde", "ja");

#[test]
fn forty_schools_are_vouched_for_and_issued_to_in_one_submit_and_a_second_press_changes_nothing() {
    run(|app| async move {
        let schools = schools_with_details(&app, 0..40).await;
        let kurve = app.staff().await;

        let put_together = choose(&kurve, BulkKind::VouchAndIssue, &[PAGE]).await;
        assert_eq!(put_together.text("h1"), "Toegang geven en klaarzetten voor 40 scholen");
        assert!(!put_together.has("[name=ground][checked]"), "who vouches says on what ground");
        let without = put_together.submit(&kurve, "[data-form=begin]", &[]).await;
        assert_eq!((without.status, without.has("[data-error-for=ground]")), (422, true));
        let fields = [("ground", "called")];
        let begun = put_together.submit(&kurve, "[data-form=begin]", &fields).await;
        let again = put_together.submit(&kurve, "[data-form=begin]", &fields).await;
        run_due(&app).await;
        let late = put_together.submit(&kurve, "[data-form=begin]", &fields).await;
        run_due(&app).await;

        assert_eq!([begun.location(), again.location(), late.location()], [put_together.path.as_str(); 3]);
        is_whole(&app, run_of(&put_together), &schools).await;
        let page = kurve.get(&put_together.path).await;
        assert_eq!(page.texts("[data-run] label"), ["Klaar: 40 van 40 gedaan."]);
        assert_eq!(page.texts("[data-item=done]").len(), 40);
        let mails = app.new_mails().await;
        let told: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
        for school in &schools {
            assert_eq!(told.iter().filter(|to| **to == school.email).count(), 1, "{}", school.email);
        }
        let file = onboardings::load_file(app.context(), schools[0].connection).await.expect("it is there");
        let vouch = file.contacts[0].vouch.clone().expect("Kurve vouches");
        assert_eq!(vouch.ground.as_str(), "Teruggebeld via het nummer op de website van de school");
        let runs = kurve.get(links::STAFF_BULK).await;
        assert_eq!(runs.attributes("[data-run-row] a", "href"), [put_together.path.as_str()]);
    });
}

#[test]
fn whoever_cannot_is_named_with_why_before_the_run_and_who_changed_meanwhile_after_it() {
    run(|app| async move {
        let schools = schools_with_details(&app, 0..5).await;
        let kurve = app.kurve().await;
        let eva = app.staff().await;
        app.issue(kurve, &schools[1]).await;
        let colleague = NewContact {
            name: PersonName::parse("Bas Smit").expect("a name"),
            email: EmailAddress::parse("bas@lyceum2.example").expect("an address"),
            roles: Roles::of(ContactRole::Contactpersoon),
        };
        let added = contacts::add(app.context(), &app.call(kurve), schools[2].connection, colleague, None).await;
        added.expect("a colleague may");
        app.vouch(kurve, &schools[4]).await;

        let page = choose(&eva, BulkKind::VouchAndIssue, &[PAGE]).await;
        assert_eq!(page.text("h1"), "Toegang geven en klaarzetten voor 3 scholen");
        let left_out = page.texts("[data-item=left_out]");
        assert_eq!(left_out.len(), 2);
        assert!(left_out[0].starts_with("Lyceum 1 ") && left_out[0].contains("Er staat al een wachtwoord klaar"));
        assert!(left_out[1].starts_with("Lyceum 2 ") && left_out[1].contains("Er zijn meer contactpersonen"));
        // Somebody acts on one of them before the run begins.
        app.vouch(kurve, &schools[3]).await;
        page.submit(&eva, "[data-form=begin]", &[("ground", "other"), ("other", "Op een bijeenkomst gesproken.")])
            .await;
        run_due(&app).await;

        let page = eva.get(&page.path).await;
        assert_eq!(page.texts("[data-run] label"), ["Klaar. Bij 1 van de 3 lukte het niet."]);
        let refused = page.text("[data-item=refused]");
        assert!(refused.starts_with("Lyceum 3 ") && refused.contains("intussen iets veranderd"), "{refused}");
        assert_eq!(times_issued(&app, &schools[3]).await, 0);
        assert_eq!(times_issued(&app, &schools[0]).await + times_issued(&app, &schools[4]).await, 2);
        let only_refused = eva.get(&format!("{}?toon=refused", page.path)).await;
        assert_eq!(only_refused.texts("[data-item]").len(), 1);
    });
}

#[test]
fn all_that_a_filter_finds_are_chosen_and_no_others() {
    run(|app| async move {
        let schools = schools_with_details(&app, 0..60).await;
        let eva = app.staff().await;
        let list = eva.get("/beheer/scholen?q=Lyceum+5").await;
        assert!(list.has("#kies-bladzijde") && !list.has("#kies-alles"), "eleven rows are one page");
        let all = eva.get(links::STAFF_SCHOOLS).await;
        assert!(all.text(".picks__all").contains("Kies alle 60"), "{}", all.text(".picks__all"));

        let chosen = list.submit(&eva, "[data-form=bulk]", &[("alles", "ja"), ("doen", "check")]).await;
        let page = eva.follow(&chosen).await;
        let whole = all.submit(&eva, "[data-form=bulk]", &[("alles", "ja"), ("doen", "vouch_and_issue")]).await;
        let whole = eva.follow(&whole).await;
        let ticked = format!("kies-{}.{}", schools[7].connection, schools[7].id);
        let one = choose(&eva, BulkKind::VouchAndIssue, &[(&ticked, "ja")]).await;

        assert_eq!(load(&app, run_of(&page)).await.count(BulkOutcome::LeftOut), 11, "5 and 50 to 59 have no password");
        assert!(!page.has("[data-form=begin]") && page.has("[data-empty]"));
        assert_eq!(whole.text("h1"), "Toegang geven en klaarzetten voor 60 scholen");
        assert_eq!(one.texts("[data-item]").len(), 1);
        assert!(one.text("[data-item]").starts_with("Lyceum 7 "));
    });
}

#[test]
fn nothing_chosen_is_said_and_makes_no_run() {
    run(|app| async move {
        schools_with_details(&app, 0..1).await;
        let eva = app.staff().await;
        let list = eva.get(links::STAFF_SCHOOLS).await;

        for fields in [vec![("doen", "issue")], vec![PAGE], vec![PAGE, ("doen", "nonsense")]] {
            let answer = list.submit(&eva, "[data-form=bulk]", &fields).await;
            assert_eq!(answer.status, 422, "{fields:?}");
        }
        assert!(eva.get(links::STAFF_BULK).await.has("[data-empty]"));
    });
}

#[test]
fn who_only_reads_sees_no_boxes_and_nobody_begins_the_run_of_another() {
    run(|app| async move {
        schools_with_details(&app, 0..2).await;
        let eva = app.staff().await;
        let bram = app.staff_as("bram@kurve.nl", StaffRole::Support).await;
        let reader = app.staff_as("lezer@kurve.nl", StaffRole::Reader).await;

        let page = choose(&eva, BulkKind::VouchAndIssue, &[PAGE]).await;
        let (_, fields) = bram.get(links::STAFF_SCHOOLS).await.form("[data-form=bulk]");
        let csrf = fields.into_iter().find(|(name, _)| name == "csrf").expect("every form has one");
        let by_another = bram.post(&format!("{}/begin", page.path), &[csrf, ("ground".into(), "known".into())]).await;

        assert_eq!(by_another.status, 403);
        assert!(!bram.get(&page.path).await.has("[data-form=begin]"));
        let seen = reader.get(links::STAFF_SCHOOLS).await;
        assert!(!seen.has("[data-form=bulk]") && !seen.has(".tick-box"));
        assert!(load(&app, run_of(&page)).await.begun_at.is_none());
    });
}

#[test]
fn who_lost_the_right_meanwhile_does_nothing_more() {
    run(|app| async move {
        let schools = schools_with_details(&app, 0..3).await;
        let kurve = app.kurve().await;
        let id = begin(&app, kurve, &vouch_and_issue(), &schools).await;
        let is_reader = "UPDATE staff SET role = 'reader'";
        crate::support::database::sql(&app.database.url, is_reader).await;

        run_due(&app).await;

        let all = outcomes(&app, id).await;
        let refused = |(_, outcome, why): &(String, Option<BulkOutcome>, String)| {
            *outcome == Some(BulkOutcome::Refused) && why == "NotAllowed"
        };
        assert!(all.len() == 3 && all.iter().all(refused), "{all:?}");
        let state = onboardings::load_file(app.context(), schools[0].connection).await.expect("it is there").state;
        assert!(!state.is_yes(Step::CredentialsIssued));
    });
}

#[test]
fn a_run_shows_how_far_it_is_also_without_a_script() {
    run(|app: TestApp| async move {
        schools_with_details(&app, 0..30).await;
        let eva = app.staff().await;
        let page = choose(&eva, BulkKind::VouchAndIssue, &[PAGE]).await;
        page.submit(&eva, "[data-form=begin]", &[("ground", "known")]).await;

        let first = eva.get(&page.path).await;
        let turn = koppelklaar::services::bulk::run_next(app.context(), || app.now()).await;
        assert!(turn.expect("the store answers"));
        let then = eva.get(&page.path).await;

        assert_eq!(first.texts("[data-run=running] label"), ["0 van 30 gedaan."]);
        assert!(first.body.contains("http-equiv=\"refresh\""));
        assert_eq!(then.texts("[data-run=running] label"), ["25 van 30 gedaan."]);
        assert_eq!(then.attributes("progress", "value"), ["25"]);
        run_due(&app).await;
        assert!(!eva.get(&page.path).await.body.contains("http-equiv=\"refresh\""));
    });
}
