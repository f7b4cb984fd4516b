//! What Kurve decides on a school that waits to begin, and who hears of it.

use koppelklaar::domain::actor::StaffRole;
use koppelklaar::domain::new_schools::NewSchools;
use koppelklaar::domain::text::Brin;
use koppelklaar::jobs::Job;
use koppelklaar::links;
use koppelklaar::services::Context;
use koppelklaar::services::onboarding::onboardings;
use koppelklaar::services::people::beginnings::{self, Begun};
use koppelklaar::store::onboarding::schools;

use super::{KNOWN_DOMAIN, UNKNOWN, asked, known, opened, read, run_reviewing, waiting, waiting_of};
use crate::support::TestApp;

#[test]
fn kurve_lets_a_school_begin_and_it_is_as_if_it_had_begun_at_once() {
    run_reviewing(|app: TestApp| async move {
        asked(&app, UNKNOWN).await;
        let staff = app.staff().await;
        let row = staff.get(links::STAFF).await.text("[data-kind=begin]");
        let page = opened(&staff).await;

        let done = page.submit(&staff, "form[data-form=begin]", &[]).await;
        let mails = app.new_mails().await;
        let again = page.submit(&staff, "form[data-form=begin]", &[]).await;
        let late = page.submit(&staff, "form[data-form=decline]", &[("reason", "Toch niet.")]).await;

        for part in ["De Oever", "15GH · oeverlanden", "Wil beginnen", "Olaf Berg wil beginnen", "Bekijken"] {
            assert!(row.contains(part), "{part}: {row}");
        }
        for part in ["15GH", "https://oeverlanden.swp.nl", "Noord"] {
            assert!(page.text("[data-facts]").contains(part), "{part}: {}", page.body);
        }
        assert!(page.text("[data-asker]").contains(UNKNOWN.email), "{}", page.body);
        assert_eq!((done.status, again.status, late.status), (303, 303, 409), "{}", late.body);
        assert_eq!(done.location(), again.location());
        assert!(late.text("[data-conflict]").contains("liet deze aanmelding door"), "{}", late.body);
        let school = staff.follow(&done).await;
        assert!(
            school.body.contains("De school kan beginnen. Wie de school aanmeldde, krijgt een mail."),
            "{}",
            school.body
        );
        assert!(school.body.contains("School aangemeld bij Koppelklaar."), "{}", school.body);
        assert!(school.body.contains("Aanmelding nagekeken: de school mag beginnen."), "{}", school.body);
        let mut to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
        to.sort_unstable();
        assert_eq!(to, [UNKNOWN.email, "support@kurve.nl"]);
        let told = mails.iter().find(|mail| mail.to == UNKNOWN.email).expect("who asked is told");
        assert!(told.subject.starts_with("Begin nu"), "{}", told.subject);
        told.path_of("/school/");
        let contact = app.portal_as(UNKNOWN.email).await;
        assert_eq!(contact.open("").await.status, 200);
        let list = staff.get(links::STAFF).await;
        assert!(!list.has("[data-kind=begin]") && list.has("[data-kind=issue]"), "{}", list.body);
        app.new_mails().await;
    });
}

#[test]
fn kurve_declines_with_a_reason_and_the_mail_of_it_says_not_what_is_here() {
    run_reviewing(|app: TestApp| async move {
        known(&app).await;
        asked(&app, UNKNOWN).await;
        asked(&app, KNOWN_DOMAIN).await;
        let reason = [("reason", "Deze school kennen we niet.")];
        let staff = app.staff().await;
        let page = opened(&staff).await;

        let empty = page.submit(&staff, "form[data-form=decline]", &[]).await;
        let done = page.submit(&staff, "form[data-form=decline]", &reason).await;
        let again = page.submit(&staff, "form[data-form=decline]", &reason).await;
        let of_unknown = app.only_mail_to(UNKNOWN.email).await;
        let late = page.submit(&staff, "form[data-form=begin]", &[]).await;
        let rows = staff.get(links::STAFF).await.attributes("[data-kind=join] .work__do a", "href");
        let school = staff.get(rows[0].trim_end_matches("#aanvragen")).await;
        school.submit(&staff, "form[data-form=decline]", &reason).await;
        let of_known = app.only_mail_to(KNOWN_DOMAIN.email).await;

        assert_eq!(empty.status, 422);
        assert!(empty.has("[data-error-for=reason]"), "{}", empty.body);
        assert_eq!((done.status, done.location(), again.status), (303, links::STAFF, 303), "{}", done.body);
        assert!(of_unknown.text.contains("Deze school kennen we niet."), "{}", of_unknown.text);
        assert_eq!(read(&of_unknown, UNKNOWN), read(&of_known, KNOWN_DOMAIN));
        assert_eq!(late.status, 409);
        assert!(late.text("[data-conflict]").contains("Deze school kennen we niet."), "{}", late.body);
        assert!(!late.has("form[data-form=begin]"), "{}", late.body);
        assert!(waiting(&app).await.is_empty());
        let brin = Brin::parse(UNKNOWN.brin).expect("a BRIN");
        let made = schools::find_by_brin(app.context().db.reader(), &brin).await.expect("the store answers");
        assert!(made.is_none(), "it never began");
        app.new_mails().await;
    });
}

#[test]
fn whose_school_domain_came_here_meanwhile_asks_to_join_and_kurve_decides_on_that() {
    run_reviewing(|app: TestApp| async move {
        asked(&app, super::Typed { label: "bonhoeffers", ..UNKNOWN }).await;
        known(&app).await;
        let staff = app.staff().await;
        let page = opened(&staff).await;

        let done = page.submit(&staff, "form[data-form=begin]", &[]).await;
        let mails = app.new_mails().await;
        let again = page.submit(&staff, "form[data-form=begin]", &[]).await;

        assert!(page.text("[data-remarks]").contains("hoort intussen bij de koppeling van"), "{}", page.body);
        assert_eq!((done.status, again.status), (303, 303), "{}", done.body);
        assert!(done.location().ends_with("#aanvragen"), "{}", done.location());
        assert_eq!(done.location(), again.location());
        let there = staff.get(done.location().trim_end_matches("#aanvragen")).await;
        assert!(there.text("[data-requests]").contains("De Oever (15GH)"), "{}", there.body);
        assert!(mails.iter().all(|mail| mail.to != UNKNOWN.email), "who asked waits still");
        assert!(waiting(&app).await.is_empty());
        app.new_mails().await;
    });
}

#[test]
fn who_waited_is_decided_on_also_after_new_schools_begin_at_once_again() {
    run_reviewing(|app: TestApp| async move {
        asked(&app, UNKNOWN).await;
        let id = waiting(&app).await[0].id;
        let start = Context { new_schools: NewSchools::Start, ..app.context().clone() };
        let kurve = app.kurve().await;

        let listed = beginnings::list(&start).await.expect("the store answers");
        let begun = beginnings::accept(&start, &app.call(kurve), id).await.expect("it waits");

        assert_eq!(listed.len(), 1);
        let Begun::Made(connection) = begun else { panic!("{begun:?}") };
        let file = onboardings::load_file(app.context(), connection).await.expect("it is there");
        assert_eq!((file.contacts.len(), file.schools.len()), (1, 1));
        app.new_mails().await;
    });
}

#[test]
fn a_reader_of_kurve_sees_it_without_a_button_and_the_digest_tells_of_it() {
    run_reviewing(|app: TestApp| async move {
        asked(&app, UNKNOWN).await;
        asked(&app, super::Typed { school: "De Overkant", email: "oda@elders.example", ..UNKNOWN }).await;
        let reader = app.staff_as("lezer@kurve.nl", StaffRole::Reader).await;
        let list = reader.get(links::STAFF).await;
        let path = links::STAFF_REGISTRATION.replace("{request}", &waiting_of(&app, UNKNOWN).await.to_string());

        let page = reader.get(&path).await;
        app.new_mails().await;
        app.run(Job::Digest).await;
        let digest = app.only_mail_to("support@kurve.nl").await;

        assert_eq!(list.texts("[data-kind=begin]").len(), 2, "{}", list.body);
        assert!(list.text("[data-chip=begin]").ends_with(" 2"), "{}", list.body);
        assert_eq!(page.status, 200);
        assert!(!page.has("form[data-form=begin]") && !page.has("form[data-form=decline]"), "{}", page.body);
        assert!(page.text("[data-remarks]").contains("Er wacht nog een aanmelding voor dit BRIN-nummer: De Overkant"));
        assert!(digest.subject.contains("2 scholen willen beginnen"), "{}", digest.subject);
        assert!(digest.text.contains("De Oever (15GH): Olaf Berg wil beginnen"), "{}", digest.text);
        digest.path_of("/beheer/aanmeldingen/");
    });
}
