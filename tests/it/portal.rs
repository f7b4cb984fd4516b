//! A school's own pages: what is shown, and what each button does.

use strum::IntoEnumIterator;

use crate::journey::Table;
use crate::support::{TestApp, run};

#[test]
fn only_the_superbeheerder_says_that_consent_was_given() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let colleague = "piet@bonhoeffer.example";
        let fields =
            [("colleague_name", "Piet Bakker"), ("colleague_email", colleague), ("colleague_role", "contactpersoon")];
        let refused = table.school("consent_given", "hand-over", &fields).await;
        let handed = table.school("allowlisting_requested", "hand-over", &fields).await;
        let told = app.only_mail_to(colleague).await;
        let piet = app.portal_as(colleague).await;

        let page = piet.open("/stap/consent_given").await;
        let (_, values) = page.form("form[action='/uitloggen']");
        let forced = piet.post(&piet.at("/stap/consent_given/gedaan"), &values).await;
        table.claim(&["consent_given"]).await;

        assert_eq!((refused.status, handed.status), (422, 303), "consent goes to a superbeheerder only");
        assert!(told.subject.contains("Bonhoeffer College"), "{}", told.subject);
        assert!(page.has("[data-role-needed]") && !page.has("[data-action=claim]"), "{}", page.body);
        assert_eq!(forced.status, 422);
        assert_eq!(table.portal.open("/stap/consent_given").await.attributes("[data-state]", "data-state"), ["ready"]);
    });
}

#[test]
fn a_form_that_arrives_twice_changes_nothing_the_second_time() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let page = table.portal.open("/stap/consent_given").await;

        let first = page.submit(&table.portal, "form:has([data-action=claim])", &[]).await;
        let second = page.submit(&table.portal, "form:has([data-action=claim])", &[]).await;

        assert_eq!((first.status, second.status), (303, 303));
        let state = table.portal.open("/stap/consent_given").await;
        assert_eq!(state.attributes("[data-state]", "data-state"), ["ready"]);
    });
}

#[test]
fn a_step_that_cannot_be_done_yet_says_what_comes_first() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        let page = table.portal.open("/stap/password_set").await;

        assert_eq!(page.attributes("[data-state]", "data-state"), ["blocked"]);
        assert!(page.has("[data-needs]") && !page.has("[data-action=claim]"), "{}", page.body);
    });
}

#[test]
fn every_step_has_a_page_and_an_unknown_step_has_none() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        for step in koppelklaar::domain::onboarding::Step::iter() {
            let page = table.portal.open(&format!("/stap/{}", step.as_str())).await;
            assert_eq!(page.status, 200, "{}", step.as_str());
        }
        assert_eq!(table.portal.open("/stap/iets_anders").await.status, 404);
    });
}

#[test]
fn stuck_goes_to_kurve_and_its_answer_comes_back() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        let empty = table.school("consent_given", "stuck", &[("reason", " ")]).await;
        let sent = table.school("consent_given", "stuck", &[("reason", "Het schuifje\nis <grijs>.")]).await;
        let to_kurve = app.only_mail_to("support@kurve.nl").await;
        let worklist = table.staff.get("/beheer").await;
        let shown = table.staff_page().await.text("[data-stuck-reason]");
        let answered = table.kurve("consent_given", "answer", &[("answer", "Probeer het na tien uur.")]).await;
        let to_school = app.only_mail_to(&table.school.email).await;
        let page = table.portal.open("/stap/consent_given").await;

        assert_eq!((empty.status, sent.status, answered.status), (422, 303, 303), "{}", answered.body);
        assert!(empty.has("[data-error-for=reason]"));
        assert!(to_kurve.text.contains("> is <grijs>."), "{}", to_kurve.text);
        assert!(worklist.body.contains("Bonhoeffer College"));
        assert_eq!(shown, "Het schuifje is <grijs>.");
        assert!(to_school.text.contains("Probeer het na tien uur."), "{}", to_school.text);
        assert!(page.text("[data-answer]").contains("Probeer het na tien uur."));
    });
}

#[test]
fn a_reason_that_is_refused_comes_back_as_it_was_typed() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let long = "Te lang. ".repeat(200);

        let page = table.school("consent_given", "stuck", &[("reason", &long)]).await;

        assert_eq!(page.status, 422);
        assert!(page.body.contains(long.trim_end()), "the text was lost");
        assert!(page.text("title").starts_with("Fout: "));
    });
}

#[test]
fn details_that_were_sent_back_can_be_given_again() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        let sent_back = table.kurve("details_submitted", "send_back", &[("reason", "Het domein klopt niet.")]).await;
        let told = app.only_mail_to(&table.school.email).await;
        let page = table.portal.open("/stap/details_submitted").await;
        let fields = [("domain", "bonhoeffer2")];
        let given = page.submit(&table.portal, "form[action$='/gegevens']", &fields).await;
        let support = app.only_mail_to("support@kurve.nl").await;

        assert_eq!((sent_back.status, given.status), (303, 303), "{}", given.body);
        assert!(told.text.contains("Het domein klopt niet."), "{}", told.text);
        assert!(page.text("[data-fallen]").contains("Het domein klopt niet."));
        assert!(support.text.contains("https://bonhoeffer2.swp.nl"), "{}", support.text);
    });
}

#[test]
fn a_school_that_stopped_does_not_learn_which_brin_numbers_are_taken() {
    run(|app: TestApp| async move {
        app.school("Het Molenveld", "13CD", "molenveld").await;
        let table = Table::set(&app).await;
        table.vouch().await;
        table.kurve("details_submitted", "send_back", &[("reason", "Het domein klopt niet.")]).await;
        let page = table.portal.open("/stap/details_submitted").await;
        let stop = table.portal.open("/stoppen").await;
        let radio = stop.attributes("main form input[type=radio]", "value").remove(0);
        let name = stop.attributes("main form input[type=radio]", "name").remove(0);
        let fields = [(name.as_str(), radio.as_str()), ("text", "We kiezen Optie B.")];
        assert_eq!(stop.submit(&table.portal, "main form", &fields).await.status, 303);

        let mut answers = vec![];
        for brin in ["13CD", "14EF"] {
            let answer = page.submit(&table.portal, "form[action$='/gegevens']", &[("brin", brin)]).await;
            answers.push((answer.status, answer.body.contains("hoort al bij een andere school")));
        }

        assert_eq!(answers[0], answers[1]);
        assert!(!answers[0].1);
    });
}

#[test]
fn pausing_and_resuming_by_hand_and_by_the_timer() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.vouch().await;
        let fields = |until: &'static str| [("reason", "Toetsweek tot half december."), ("until", until)];

        let page = table.portal.open("/pauze").await;
        let in_the_past = page.submit(&table.portal, "main form", &fields("2026-11-23")).await;
        let paused = page.submit(&table.portal, "main form", &fields("2026-12-14")).await;
        let before = app.run(koppelklaar::jobs::Job::ResumePaused).await;
        app.advance(chrono::TimeDelta::days(21));
        let after = app.run(koppelklaar::jobs::Job::ResumePaused).await;
        let again = app.run(koppelklaar::jobs::Job::ResumePaused).await;

        assert_eq!((in_the_past.status, paused.status), (422, 303), "{}", paused.body);
        assert!(in_the_past.body.contains("Toetsweek tot half december."));
        assert_eq!((before, after, again), (0, 1, 0));
    });
}

#[test]
fn a_school_that_stops_closes_the_import_and_gets_no_password_any_more() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.open_import().await;
        let key = app.api_key().await;

        let page = table.portal.open("/stoppen").await;
        let (_, fields) = page.form("main form");
        let radio = page.attributes("main form input[type=radio]", "value").remove(0);
        let name = page.attributes("main form input[type=radio]", "name").remove(0);
        let stopped = page.submit(&table.portal, "main form", &[(&name, &radio), ("text", "We kiezen Optie B.")]).await;
        let overview = table.portal.open("").await;
        let verdict = table.verdict(&app, &key).await;

        assert!(!fields.is_empty());
        assert_eq!(stopped.status, 303, "{}", stopped.body);
        assert_eq!(overview.status, 200);
        assert_eq!((&verdict["verdict"], &verdict["state"]), (&"closed".into(), &"withdrawn".into()));
    });
}

#[test]
fn a_removed_contact_is_signed_out_at_once() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let colleague = "piet@bonhoeffer.example";
        let fields = [("name", "Piet Bakker"), ("email", colleague), ("role", "applicatiebeheerder")];
        let added = table.kurve("", "add_contact", &fields).await;
        assert_eq!(added.status, 303, "{}", added.body);
        app.new_mails().await;
        let piet = app.portal_as(colleague).await;
        let contacts =
            koppelklaar::store::people::contacts::list(app.context().db.reader(), table.school.connection).await;
        let id = contacts
            .expect("the store answers")
            .into_iter()
            .find(|one| one.email.as_str() == colleague)
            .expect("added")
            .id;

        let before = piet.open("").await.status;
        let page = table.staff_page().await;
        let removed =
            page.submit(&table.staff, &format!("[data-contact='{id}'] form[data-form=remove_contact]"), &[]).await;
        let after = piet.open("").await;

        assert_eq!((before, removed.status), (200, 303), "{}", removed.body);
        assert_eq!(after.location(), "/inloggen");
    });
}

#[test]
fn a_very_long_name_is_shown_whole() {
    run(|app: TestApp| async move {
        let name = "Scholengemeenschap".repeat(6);
        let school = app.school(&name, "12AB", "lang").await;
        let portal = app.portal(&school).await;

        let page = portal.open("").await;

        assert!(page.body.contains(&name));
    });
}
