//! Links in mails name the school that they are about: one person may be a contact of more, with one mail over all.

use chrono::TimeDelta;
use koppelklaar::crypto::totp::{self, TotpSecret};
use koppelklaar::domain::onboarding::Step;
use koppelklaar::jobs::Job;
use koppelklaar::links;

use crate::journey::Table;
use crate::reminders::{at, second_school_of};
use crate::support::app::STAFF_PASSWORD;
use crate::support::post::Mail;
use crate::support::{Page, TestApp, TestSchool, Visitor, run};

/// The page of a step that a mail leads to.
fn step_of(school: &TestSchool) -> String {
    school.at_step(links::SCHOOL_STEP, Step::ConsentGiven)
}

/// Anna of the Bonhoeffer College and of the Tweede Lyceum.
async fn anna_of_two(app: &TestApp) -> (Table, TestSchool) {
    let table = Table::set(app).await;
    let second = second_school_of(app, &table).await;
    (table, second)
}

async fn sign_in(app: &TestApp, visitor: &Visitor, email: &str) -> Page {
    visitor.get("/inloggen").await.submit(visitor, "main form", &[("email", email)]).await;
    let mail = app.only_mail_to(email).await;
    visitor.get(&mail.path_of("/inloggen/link/")).await.submit(visitor, "main form", &[]).await
}

#[test]
fn a_link_leads_to_the_page_of_the_school_that_it_names() {
    run(|app: TestApp| async move {
        let (table, second) = anna_of_two(&app).await;

        for (school, name) in [(&second, "Tweede Lyceum"), (&table.school, "Bonhoeffer College")] {
            let page = table.portal.get(&step_of(school)).await;
            assert_eq!(page.status, 200, "{}", page.body);
            assert!(page.text(".caption").starts_with(name), "{}", page.body);
        }
    });
}

#[test]
fn who_signs_in_after_a_link_is_at_its_page_without_choosing() {
    run(|app: TestApp| async move {
        let (table, second) = anna_of_two(&app).await;
        let visitor = app.anonymous();

        let sent = visitor.get(&step_of(&second)).await;
        let done = sign_in(&app, &visitor, &table.school.email).await;

        assert_eq!((sent.location(), done.location()), ("/inloggen", step_of(&second).as_str()));
        assert_eq!(visitor.follow(&done).await.status, 200);
        assert_eq!(visitor.cookie("__Host-kk_next"), None, "it was remembered for once");
    });
}

#[test]
fn who_signs_in_after_a_link_of_others_is_led_to_their_own_schools() {
    run(|app: TestApp| async move {
        let (table, _) = anna_of_two(&app).await;
        let others = app.school("Derde Lyceum", "14EF", "derde").await;

        for path in [step_of(&others), "/school/019aa0b7-0000-7000-8000-000000000001".to_owned()] {
            let visitor = app.anonymous();
            let sent = visitor.get(&path).await;
            let done = sign_in(&app, &visitor, &table.school.email).await;
            let choosing = visitor.follow(&done).await;

            assert_eq!((sent.location(), done.location()), ("/inloggen", "/school"));
            assert_eq!(choosing.texts("[data-connection] a"), ["Bonhoeffer College", "Tweede Lyceum"]);
        }
    });
}

/// The links to the portal of a mail: the school that each names, and the rest of its path.
fn portal_links(mail: &Mail) -> Vec<(String, String)> {
    let words = mail.text.split_whitespace().filter_map(|word| word.strip_prefix("https://koppelklaar.test/school/"));
    words
        .map(|rest| rest.split_once('/').unwrap_or((rest, "")))
        .map(|(school, path)| (school.to_owned(), path.to_owned()))
        .collect()
}

#[test]
fn each_link_of_a_reminder_over_two_schools_names_its_own() {
    run(|app: TestApp| async move {
        let (table, second) = anna_of_two(&app).await;

        app.clock.set(at("2026-11-26T10:00:00Z"));
        app.run(Job::PlanReminders).await;
        let mails = app.new_mails().await;
        let mail = mails.iter().find(|mail| mail.to == table.school.email).expect("Anna gets a reminder");

        let links = portal_links(mail);
        let of = |school: &TestSchool| {
            let id = school.connection.to_string();
            links.iter().filter(|(named, path)| path.starts_with("stap/") && *named == id).count()
        };
        assert!(of(&table.school) > 0 && of(&second) > 0, "{}", mail.text);
        assert!(!mail.text.contains("?school="), "{}", mail.text);
    });
}

/// A colleague who has an account signs in.
async fn sign_in_as_staff(app: &TestApp, visitor: &Visitor, secret: &TotpSecret) -> Page {
    // A code works once.
    app.advance(TimeDelta::seconds(30));
    let code = totp::current(secret, app.now());
    let fields = [("email", "eva@kurve.nl"), ("password", STAFF_PASSWORD), ("code", code.as_str())];
    visitor.get("/beheer/inloggen").await.submit(visitor, "main form", &fields).await
}

#[test]
fn a_colleague_who_signs_in_goes_on_where_the_mail_led() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let school = links::staff_school(links::STAFF_SCHOOL, table.school.connection);
        let secret = app.enrolled("eva@kurve.nl").await;

        for place in [school.as_str(), "/beheer/post?stand=failed", "/beheer/scholen?state=no_answer"] {
            let visitor = app.anonymous();
            let sent = visitor.get(place).await;
            let done = sign_in_as_staff(&app, &visitor, &secret).await;
            assert_eq!((sent.location(), done.location()), ("/beheer/inloggen", place));
        }
        let visitor = app.anonymous();
        visitor.set_cookie("__Host-kk_next", "//evil.example/beheer");
        assert_eq!(sign_in_as_staff(&app, &visitor, &secret).await.location(), "/beheer");
    });
}

#[test]
fn a_form_that_is_sent_after_the_session_ended_leads_back_to_its_page_and_says_what_became_of_it() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let (portal, staff) = (app.portal(&table.school).await, app.staff().await);
        let step = portal.get(&step_of(&table.school)).await;
        let place = links::staff_school(links::STAFF_SCHOOL, table.school.connection);
        let school = staff.get(&place).await;

        app.advance(TimeDelta::hours(13));
        let fields = [("reason", "Ik zie de knop niet.")];
        let stuck = step.submit(&portal, "form:has([data-action=stuck])", &fields).await;
        let note = school.submit(&staff, "form[data-form='note']", &[("text", "Gebeld.")]).await;

        assert_eq!((stuck.location(), note.location()), ("/inloggen", "/beheer/inloggen"));
        for (visitor, sent) in [(&portal, stuck), (&staff, note)] {
            let page = visitor.follow(&sent).await;
            assert!(page.body.contains("Je bent automatisch uitgelogd. Log opnieuw in."), "{}", page.body);
        }
        assert_eq!(sign_in(&app, &portal, &table.school.email).await.location(), step_of(&table.school));
        assert_eq!(staff.cookie("__Host-kk_next"), Some(place));
    });
}

#[test]
fn a_page_that_went_wrong_leads_back_to_the_part_that_one_was_in() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let (portal, staff) = (app.portal(&table.school).await, app.staff().await);

        for (visitor, path, start, said) in [
            (&portal, portal.at("/stap/nergens").as_str(), "/school", "Naar het overzicht"),
            (&staff, "/beheer/scholen/nergens", "/beheer", "Naar de werklijst"),
            (&staff, "/nergens", "/", "Naar het begin"),
        ] {
            let page = visitor.get(path).await;
            assert_eq!(page.status, 404, "{path}");
            assert_eq!(page.texts(&format!("main a[href='{start}']")), [said], "{path}");
        }
    });
}

#[test]
fn when_a_school_stops_the_mail_asks_for_no_step() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.open_import().await;
        app.new_mails().await;

        let portal = app.portal(&table.school).await;
        let page = portal.open("/stoppen").await;
        let radio = page.attributes("main form input[type=radio]", "value").remove(0);
        let name = page.attributes("main form input[type=radio]", "name").remove(0);
        let done = page.submit(&portal, "main form", &[(&name, &radio), ("text", "We kiezen Optie B.")]).await;
        assert_eq!(done.status, 303, "{}", done.body);

        let mails = app.new_mails().await;
        let closed: Vec<_> = mails.iter().filter(|mail| mail.subject.contains("gestopt")).collect();
        assert!(!closed.is_empty(), "{:?}", mails.iter().map(|mail| &mail.subject).collect::<Vec<_>>());
        for mail in closed {
            let said = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(said.contains("stopt met de koppeling. Importeer niet meer"), "{said}");
            assert!(said.starts_with("Beste") && said.contains("Anna de Wit meldde"), "{said}");
            assert!(!mail.text.contains("activeren"), "{}", mail.text);
        }
    });
}
